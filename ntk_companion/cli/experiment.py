"""``ntk-companion experiment``: run an experiment again and write down what it finds."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntk_companion.cli.arguments import Result, table

if TYPE_CHECKING:
    from ntk_companion.suite import Suite

DESCRIPTION = """Runs experiments and writes each table of results as a CSV file that names its command, settings and
versions and is sealed by a hash. Without a name, lists the experiments. Tables and figures are drawn from the results
recorded with the suite, in the folders `recorded`, which this command replaces unless --out names another folder."""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("experiment", help="run an experiment and record it", description=DESCRIPTION)
    parser.add_argument("names", nargs="*", metavar="NAME", help="the experiments to run, one after the other")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; default: the suite's recorded results")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """Run the experiments named, or list them all."""
    from ntk_companion.suite import descriptions, suites

    found = {name: suite for suite in reversed(suites()) for name in suite.experiments()}
    if not options.names:
        rows = [row for suite in suites() for row in sorted(descriptions(suite).items())]
        return Result({"experiments": dict(rows)}, table(rows, str.ljust))
    unknown = sorted(set(options.names) - set(found))
    if unknown:
        raise ValueError(f"there is no experiment {unknown[0]!r}: choose from {', '.join(sorted(found))}")
    written = [str(path) for name in options.names for path in _written(found[name], name, options.out)]
    return Result({"files": written}, [f"written: {path}" for path in written])


def _written(suite: Suite, name: str, out: Path | None) -> Iterator[Path]:
    """Run an experiment and write its tables, into the suite's recorded results unless `out` is another folder."""
    from ntk_companion import results
    from ntk_companion.files import make_folder

    folder = out or suite.recorded_folder(name)
    make_folder(folder)
    for found in importlib.import_module(suite.experiments()[name]).run():
        yield results.write(found, folder)
