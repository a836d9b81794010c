"""``ntk-companion experiment``: run an experiment again and write down what it finds."""

from __future__ import annotations

import argparse
import importlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from ntk_companion.cli.arguments import Result
from ntk_companion.files import aligned, make_folder, needs_writable

SUMMARY = "run an experiment and record it"
DESCRIPTION = """Runs experiments and writes each table of results as a CSV file that names its command, settings and
versions and is sealed by a hash. Without a name, lists the experiments. Tables and figures are drawn from the results
recorded with the suite: those are replaced only with --replace."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="the experiments to run, one after the other")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; default: a new folder here")
    parser.add_argument("--replace", action="store_true", help="replace the results recorded with the suite")


def run(options: argparse.Namespace) -> Result:
    """Run the experiments named, or list them all. Raises ValueError on another name, or on --replace with --out."""
    from ntk_companion.suite import descriptions, suites
    from numerics.progress import counted

    if options.replace and options.out is not None:
        raise ValueError("--replace writes over the recorded results, --out elsewhere: leave one of them out")
    found = {name: suite for suite in reversed(suites()) for name in suite.experiments()}
    if not options.names:
        rows = [row for suite in suites() for row in sorted(descriptions(suite).items())]
        return Result({"experiments": dict(rows)}, aligned(rows, str.ljust))
    unknown = sorted(set(options.names) - set(found))
    if unknown:
        raise ValueError(f"there is no experiment {unknown[0]!r}: choose from {', '.join(sorted(found))}")
    modules = [importlib.import_module(found[name].experiments()[name]) for name in options.names]
    out = None if options.replace else options.out or _new_folder()
    folders = [out or found[name].recorded_folder(name) for name in options.names]
    for folder in folders:
        needs_writable(folder)
    tasks = counted(list(zip(options.names, modules, folders, strict=True)), len(modules), "experiments")
    written = [str(path) for task in tasks for path in _written(*task)]
    return Result({"files": written}, [f"written: {path}" for path in written])


def _new_folder() -> Path:
    """The first folder experiment-1, experiment-2, .. that is not there yet."""
    return next(path for number in itertools.count(1) if not (path := Path(f"experiment-{number}")).exists())


def _written(name: str, module: ModuleType, folder: Path) -> Iterator[Path]:
    """Run an experiment and write its tables into a folder."""
    from ntk_companion import results

    make_folder(folder)
    for found in module.run():
        command = found.command or f"ntk-companion experiment {name}"
        yield results.write(replace(found, command=command), folder)
