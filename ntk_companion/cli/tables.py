"""``ntk-companion tables``: the appendix, tables and figures together, in a folder that compiles."""

import argparse
from pathlib import Path

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

SUMMARY = "the appendix: its tables and figures"
DESCRIPTION = """Writes the appendix into DIR: its tables, each as LaTeX (booktabs), Markdown and CSV, its figures as
PDF, appendix.tex, which holds them all, and short.tex, a page of verdicts, findings and constants; pdflatex compiles
both as they are. They are made of the ledger, of an audit of the suite's claims and of its recorded results; nothing is
measured again. A table of which an entry of the ledger is missing, stale or was edited is refused, and so is a table or
figure of edited results: then nothing is written for it, all others are, and the exit code is 2."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    arguments.add_ledger(parser)


def run(options: argparse.Namespace) -> Result:
    """Write the tables. The refused ones of an earlier run are removed."""
    from ntk_companion.appendix import tables
    from ntk_companion.files import needs_writable

    path = arguments.needed_ledger(options)
    needs_writable(options.out)
    written, refusals = tables.write_all(path, options.out)
    values = {"files": [str(file) for file in written], "refused": {one.name: one.reason for one in refusals}}
    lines = [f"written: {file}" for file in written]
    return Result(values, lines, 2 if refusals else 0, tuple(one.sentence for one in refusals))
