"""``ntk-companion report``: the ledger, tables and figures as one HTML page that opens from disk."""

import argparse
from pathlib import Path

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

FILE = "report.html"
SUMMARY = "one HTML page of everything"
DESCRIPTION = f"""Writes DIR/{FILE}: every statement of the ledger with its formula, evidence, verdict and scope, the
graph of which uses which, the findings, and the suite's tables and figures if the ledger holds all of its statements.
The page fetches nothing and opens from disk. A ledger of which an entry is missing or was edited is refused; a table or
figure that cannot be built is named in the page, and the exit code is then 2."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    arguments.add_ledger(parser)


def run(options: argparse.Namespace) -> Result:
    """Write the page, whole or not at all."""
    from ntk_companion import ledger
    from ntk_companion.files import write_folder
    from ntk_companion.report import contents, page

    path = arguments.needed_ledger(options)
    entries = ledger.verified(ledger.read(path))
    missing, appendix = contents.beside(path, entries)
    text = page.page(entries, missing, appendix)
    (file,) = write_folder(options.out, {FILE: text})
    refusals = appendix.refusals if appendix else ()
    values = {"files": [str(file)], "refused": list(refusals)}
    return Result(values, [f"written: {file}"], 2 if refusals else 0, refusals)
