"""``ntk-companion figures``: the appendix's figures, drawn from recorded results."""

import argparse
from pathlib import Path

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

SUMMARY = "the figures of the appendix"
DESCRIPTION = """Draws the figures of the appendix into DIR, from the recorded results of the suite that the ledger
speaks of, each as PDF, SVG and PNG at the width of a paper's column, and figures.tex, which inputs them with their
captions. A figure whose results are missing or were edited is refused, and the exit code is then 2."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    arguments.add_ledger(parser)


def run(options: argparse.Namespace) -> Result:
    """Draw the figures of the suite that the ledger speaks of. Raises ValueError if it is of no installed suite."""
    from ntk_companion.appendix import figures
    from ntk_companion.appendix.material import Material
    from ntk_companion.files import needs_writable
    from ntk_companion.suite import suites

    needs_writable(options.out)
    path = arguments.ledger_path(options)
    suite = suites()[0] if path is None else Material.read(path).suite
    if suite is None:
        raise ValueError(f"the statements of {path} belong to no installed suite, and so have no figures")
    written, refusals = figures.write_all(suite, options.out)
    values = {"files": [str(file) for file in written], "refused": {one.name: one.reason for one in refusals}}
    lines = [f"written: {file}" for file in written]
    return Result(values, lines, 2 if refusals else 0, tuple(one.sentence for one in refusals))
