"""Recorded results of experiments: tables with the command, settings and versions that made them, sealed by a hash.

A file is CSV under lines ``# key: value``, the last of which is the SHA-256 of all the rest: a number edited by hand
makes the file unreadable. Cells are text, with as many digits as their evidence supports.
"""

from __future__ import annotations

import contextlib
import csv
import io
import platform
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from ntk_companion.files import digest, write_whole

PACKAGES = ("sympy", "mpmath", "numpy", "scipy", "torch", "python-flint", "hypothesis")
_NAME, _CAPTION, _COMMAND, _SEAL = "name", "caption", "command", "sha256"


@dataclass(frozen=True)
class Results:
    """A table of an experiment. Raises ValueError unless all is as follows.

    name       that of its file, without the ending
    caption    one sentence: what is measured, on what
    command    that makes it again
    settings   seeds, sizes, versions of packages: text by key
    columns    their names, all different
    rows       cells of text, one for each column
    """

    name: str
    caption: str
    command: str
    settings: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if len(set(self.columns)) != len(self.columns):
            raise ValueError(f"{self.name}: two columns have the same name")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.name}: every row must have {len(self.columns)} cells, as there are columns")
        lines = [self.name, self.caption, self.command, *self.settings, *self.settings.values()]
        if any("\n" in line or line != line.strip() for line in lines):
            raise ValueError(f"{self.name}: name, caption, command and settings must be single lines")

    def column(self, name: str) -> list[str]:
        """The cells of a column. Raises ValueError if there is none of this name."""
        if name not in self.columns:
            raise ValueError(f"{self.name} has no column {name!r}, only {', '.join(self.columns)}")
        position = self.columns.index(name)
        return [row[position] for row in self.rows]

    def numbers(self, name: str) -> list[float]:
        """The cells of a column as doubles; an empty cell is NaN. Raises ValueError on any other text."""
        return [float(cell) if cell else float("nan") for cell in self.column(name)]

    def where(self, **wanted: str) -> Results:
        """The rows whose cells in the named columns have these texts."""
        kept = set(range(len(self.rows)))
        for name, text in wanted.items():
            kept &= {index for index, cell in enumerate(self.column(name)) if cell == text}
        rows = tuple(row for index, row in enumerate(self.rows) if index in kept)
        return Results(self.name, self.caption, self.command, self.settings, self.columns, rows)

    def among(self, name: str, wanted: Collection[str]) -> Results:
        """The rows whose cell in a column is one of these texts."""
        kept = (row for row, cell in zip(self.rows, self.column(name), strict=True) if cell in wanted)
        return Results(self.name, self.caption, self.command, self.settings, self.columns, tuple(kept))


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that numbers depend on, of those that are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def made(
    name: str,
    caption: str,
    settings: Mapping[str, object],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    command: str = "",
) -> Results:
    """Results made now: the versions are added to the settings, cells become text by `str`.

    Without a command they are those of an experiment, whose name the command line knows.
    """
    texts = {key: str(value) for key, value in settings.items()} | versions()
    return Results(name, caption, command, texts, tuple(columns), tuple(tuple(map(str, row)) for row in rows))


def write(results: Results, folder: Path) -> Path:
    """Write ``folder/<name>.csv``, whole or not at all, and return its path."""
    path = folder / f"{results.name}.csv"
    text = _text(results)
    write_whole(path, f"# {_SEAL}: {digest(text)}\n{text}")
    return path


def read(path: Path) -> Results:
    """The results of a file. Raises ValueError if it is not whole or was edited, OSError if it cannot be read."""
    seal, _, text = path.read_text(encoding="utf-8").partition("\n")
    if seal != f"# {_SEAL}: {digest(text)}":
        raise ValueError(f"{path} was changed after it was recorded: record it again, or restore it")
    head: dict[str, str] = {}
    body = io.StringIO(text)
    while (line := body.readline()).startswith("# "):
        key, _, value = line[2:].rstrip("\n").partition(": ")
        head[key] = value
    rows = [tuple(row) for row in csv.reader(io.StringIO(line + body.read()))]
    name, caption, command = (head.pop(key) for key in (_NAME, _CAPTION, _COMMAND))
    return Results(name, caption, command, head, rows[0], tuple(rows[1:]))


def _text(results: Results) -> str:
    body = io.StringIO()
    head = {_NAME: results.name, _CAPTION: results.caption, _COMMAND: results.command} | dict(results.settings)
    for key, value in head.items():
        body.write(f"# {key}: {value}\n")
    writer = csv.writer(body, lineterminator="\n")
    writer.writerow(results.columns)
    writer.writerows(results.rows)
    return body.getvalue()
