"""All tables of the appendix, from the ledger, the audit and recorded results, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from checks import ledger
from checks.appendix import formats
from checks.appendix.ledger_tables import builders
from checks.appendix.material import Material
from checks.appendix.recorded_tables import RECORDED_TABLES, recorded_table
from checks.appendix.table import Refusal, Table
from checks.commands.statements import catalogue
from checks.files import write_whole

ENDINGS = {"tex": formats.latex, "md": formats.markdown, "csv": formats.comma_separated}
"""The forms of a table, by the ending of their files."""


def attempts(ledger_path: Path) -> Iterator[Table | Refusal]:
    """Every table in the order of the appendix, or the reason why it cannot be built.

    Raises ValueError or OSError if the file is no ledger at all.
    """
    material = Material(ledger.read(ledger_path), {record["id"]: record for record in catalogue()})
    wanted = builders(material) | {spec.name: partial(recorded_table, spec) for spec in RECORDED_TABLES}
    for name, build in wanted.items():
        try:
            yield build(material)
        except (ValueError, OSError) as error:
            yield Refusal("table", name, str(error))


def all_tables(ledger_path: Path) -> list[Table]:
    """Every table. Raises ValueError, naming the ledger's entry or the file, if one of them cannot be built."""
    found = list(attempts(ledger_path))
    for one in found:
        if isinstance(one, Refusal):
            raise ValueError(one.sentence)
    return [one for one in found if isinstance(one, Table)]


def write_all(ledger_path: Path, folder: Path) -> tuple[list[Path], list[Refusal]]:
    """Write every table and ``appendix.tex``; the files, and the tables refused, of which no file stays.

    Raises ValueError or OSError if there is no ledger or the folder cannot be written.
    """
    written: list[Path] = []
    tables, refusals = [], []
    for one in attempts(ledger_path):
        texts = one if isinstance(one, Refusal) else _texts(one)
        if isinstance(one, Table) and not isinstance(texts, Refusal):
            tables.append(one)
            written += [_written(folder / f"{one.name}.{ending}", text) for ending, text in texts.items()]
        elif isinstance(texts, Refusal):
            refusals.append(texts)
            for ending in ENDINGS:
                (folder / f"{texts.name}.{ending}").unlink(missing_ok=True)
    document = formats.document(tables, [one.sentence for one in refusals])
    return [*written, _written(folder / "appendix.tex", document)], refusals


def _texts(table: Table) -> dict[str, str] | Refusal:
    """The table in every form; a refusal if one of them cannot be made."""
    try:
        return {ending: form(table) for ending, form in ENDINGS.items()}
    except ValueError as error:
        return Refusal("table", table.name, str(error))


def _written(path: Path, text: str) -> Path:
    write_whole(path, text)
    return path
