"""``ntk-companion report``: the ledger, tables and figures as HTML pages that open from disk."""

import argparse
import shutil
import webbrowser
from pathlib import Path
from typing import Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

FILE = "report.html"
SUMMARY = "HTML pages of everything"
DESCRIPTION = f"""Writes DIR/{FILE}, an overview, and DIR/pages beside it: a page for every subject and every statement
of the ledger with its formula, evidence, verdict and scope, the graph of which uses which, the findings, and the
suite's audits, tables and figures if the ledger holds all of its statements. The pages fetch nothing and open from
disk; with --one-file all of it is one page. A ledger of which an entry is missing or was edited is refused; a table or
figure that cannot be built is named in the report, and the exit code is then 2. A formula that cannot be set is shown
as text, with a warning."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.add_argument("--one-file", action="store_true", help="write one page that holds everything")
    parser.add_argument("--open", action="store_true", help="show the report in a browser once it is written")
    arguments.add_ledger(parser)


def run(options: argparse.Namespace) -> Result:
    """Write the report, whole or not at all."""
    from ntk_companion import ledger
    from ntk_companion.files import needs_writable
    from ntk_companion.report.contents import contents
    from ntk_companion.report.mathematics import Formulas

    path = arguments.needed_ledger(options)
    needs_writable(options.out)
    found = contents(path, ledger.verified(ledger.read(path)))
    formulas = Formulas()
    files = _one_page(options.out, found, formulas) if options.one_file else _folder(options.out, found, formulas)
    refusals = found.appendix.refusals if found.appendix else ()
    values = {"files": list(map(str, files)), "refused": list(refusals), "warnings": list(formulas.warnings)}
    lines = [f"written: {files[0]}"]
    if beside := files[1:]:
        lines.append(f"and {len(beside)} files in {beside[0].parent}")
    if options.open and not webbrowser.open(files[0].resolve().as_uri()):
        lines.append("no browser was found to show it")
    return Result(values, lines, 2 if refusals else 0, (*refusals, *formulas.warnings))


def _folder(folder: Path, found: Any, formulas: Any) -> list[Path]:
    """Write the folder form, the pages before the overview that leads to them; its files."""
    from ntk_companion.files import replace_folder, staged
    from ntk_companion.report.links import FOLDER
    from ntk_companion.report.site import MARKER, site

    home, pages = site(found, formulas)
    with staged(folder, {FILE: home}):
        replace_folder(folder / FOLDER, pages, MARKER)
    return [folder / FILE, *(folder / FOLDER / name for name in pages)]


def _one_page(folder: Path, found: Any, formulas: Any) -> list[Path]:
    """Write the form that is one page, and take away the folder that an earlier run wrote beside it; its file."""
    from ntk_companion.files import write_folder
    from ntk_companion.report.links import FOLDER
    from ntk_companion.report.page import page
    from ntk_companion.report.site import MARKER

    written = write_folder(folder, {FILE: page(found, formulas)})
    if (folder / FOLDER / MARKER).is_file():
        shutil.rmtree(folder / FOLDER)
    return written
