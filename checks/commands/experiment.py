"""``ntk-companion experiment``: run an experiment again and write down what it finds."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.commands.arguments import Result, table

FOLDER = Path(__file__).resolve().parent.parent / "experiments"
DESCRIPTION = """Runs experiments and writes each table of results as a CSV file that names its command, settings and
versions and is sealed by a hash. Without a name, lists the experiments. Tables and figures are drawn from the results
recorded with this suite, in checks/recorded, which this command replaces unless --out names another folder."""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("experiment", help="run an experiment and record it", description=DESCRIPTION)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the experiments to run, one after the other")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; default checks/recorded")
    parser.set_defaults(run=run)


def names() -> list[str]:
    """The names of all experiments."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def run(options: argparse.Namespace) -> Result:
    """Run the experiments named, or list them all."""
    from checks import results
    from checks.files import make_folder

    if not options.names:
        rows = [(name, _description(name)) for name in names()]
        return Result({"experiments": dict(rows)}, table(rows, str.ljust))
    unknown = sorted(set(options.names) - set(names()))
    if unknown:
        raise ValueError(f"there is no experiment {unknown[0]!r}: choose from {', '.join(names())}")
    folder = results.RECORDED if options.out is None else options.out
    make_folder(folder)
    written = [str(path) for name in options.names for path in _written(name, folder)]
    return Result({"files": written}, [f"written: {path}" for path in written])


def _written(name: str, folder: Path) -> Iterator[Path]:
    from checks import results

    for found in importlib.import_module(f"checks.experiments.{name}").run():
        yield results.write(found, folder)


def _description(name: str) -> str:
    return (importlib.import_module(f"checks.experiments.{name}").__doc__ or "").partition("\n")[0]
