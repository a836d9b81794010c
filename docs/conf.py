"""Sphinx: pages in MyST, the notebook executed, the API from the docstrings, mathematics as MathML."""

from __future__ import annotations

import importlib
import itertools
import os
import re
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from checks.suite import SUITE
from ntk_companion.report.mathematics import Formulas
from ntk_companion.standing import standings
from ntk_companion.suite import catalogue

PACKAGES = ("theory", "numerics", "ntk_companion", "checks")
ROOT = Path(__file__).resolve().parents[1]
TYPE_VARIABLE = re.compile(r"^(\w+) = TypeVar\(", re.MULTILINE)

project = "ntk-companion"
author = "the ntk-companion authors"
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
os.environ["COLUMNS"] = "100"  # of what --help prints

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.apidoc", "sphinxcontrib.programoutput"]
exclude_patterns = ["_build", "api/*/modules.rst"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_title = "ntk-companion"
html_math_renderer = "mathml"
smartquotes = False  # a prime is not a quotation mark
html_show_copyright = False
html_copy_source = False
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_in_temp = True  # it writes files
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nitpicky = True


def type_variables() -> Iterator[str]:
    """The full names of the type variables: annotations refer to them, and they have no entry of their own."""
    for package in PACKAGES:
        for source in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(source.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield from (f"{module}.{name}" for name in TYPE_VARIABLE.findall(source.read_text(encoding="utf-8")))


nitpick_ignore = [("py:class", name) for name in type_variables()]
nitpick_ignore_regex = [
    ("py:.*", rf"(?!({'|'.join(PACKAGES)})\.).*"),
    ("py:.*", r".*\._.*"),
]
suppress_warnings = ["ref.python"]  # a name in an annotation that two modules define
apidoc_modules = [
    {
        "path": folder,
        "destination": f"api/{Path(folder).name}",
        "exclude_patterns": [f"{folder}/**/test_*", f"{folder}/test_*", f"{folder}/conftest*"],
        "separate_modules": True,
        "module_first": True,
        "automodule_options": {"members"},
    }
    for package in PACKAGES
    for folder in importlib.import_module(package).__path__
]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

CODE = re.compile(r"``?(.+?)``?")
ALIGNED = re.compile(r"^\||^\S.*\S {2,}\S")


def docstring_as_rst(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text: `code` in backticks, **bold**; indented and aligned lines stay as they are."""
    paragraphs = itertools.groupby(lines[:], lambda line: bool(line.strip()))
    lines[:] = [line for _, paragraph in paragraphs for line in _paragraph(list(paragraph))]


def _paragraph(lines: list[str]) -> Iterator[str]:
    aligned = any(ALIGNED.search(line) for line in lines)
    for is_literal, group in itertools.groupby(lines, lambda line: aligned or line.startswith(" ")):
        if is_literal:
            yield from ("", "::", "", *(f"    {line}" for line in group), "")
        else:
            yield from map(_inline, group)


def _inline(line: str) -> str:
    """A line with everything escaped that reStructuredText would take for markup."""
    pieces = CODE.split(line)
    for index, piece in enumerate(pieces):
        pieces[index] = f"``{piece}``" if index % 2 else re.sub(r"(?<!\*)\*(?!\*)|[\\|_`]", r"\\\g<0>", piece)
    return "".join(pieces)


FORMULAS = Formulas()


def _told(app: Any, error: Exception | None) -> None:
    """A warning of every formula that could not be set; warnings are errors here."""
    for warning in FORMULAS.warnings:
        logging.getLogger(__name__).warning(warning)


def _inline_math(writer: Any, node: nodes.math) -> None:
    writer.body.append(FORMULAS.inline(node.astext(), node.document["source"]))
    raise nodes.SkipNode


def _display_math(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{FORMULAS.displayed(node.astext(), node.document["source"])}</div>')
    raise nodes.SkipNode


TRUSTED = ("statement", "verdict", "scope", "evidence", "given from the literature", "standing", "theorems in Coq")


class TrustTable(SphinxDirective):
    """What stands behind each statement of the suite's recorded ledger, a row a statement."""

    def run(self) -> list[nodes.Node]:
        """The table, in the ledger's order; the page is made again when the ledger changes."""
        self.env.note_dependency(str(SUITE.ledger))
        entries = catalogue(SUITE).values()
        derived = standings(entries)
        group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in TRUSTED), cols=len(TRUSTED))
        group += nodes.thead("", _row([[nodes.Text(heading)] for heading in TRUSTED]))
        group += nodes.tbody("", *(_row(_trusted(entry, derived[entry["id"]].words)) for entry in entries))
        return [nodes.table("", group)]


def _trusted(entry: dict[str, Any], standing: str) -> Iterator[list[nodes.Node]]:
    yield [nodes.literal("", entry["id"]), nodes.Text(f" {entry['title']}")]
    yield [nodes.Text(entry["verdict"] + (" (finding)" if entry["finding"] else ""))]
    yield [nodes.Text(entry["scope"])]
    yield [nodes.Text(", ".join(entry["evidence"]))]
    yield [nodes.Text(", ".join(entry["rests_on"]))]
    yield [nodes.Text(standing)]
    theorems = dict.fromkeys((theorem["name"], theorem["proves"]) for theorem in entry["theorems"])
    yield [nodes.Text("; ".join(name + f" ({what})" * (what != "statement") for name, what in theorems))]


def _row(cells: Iterable[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def setup(app: Any) -> None:
    """Connect the above."""
    app.add_directive("trust-table", TrustTable)
    app.connect("autodoc-process-docstring", docstring_as_rst)
    app.connect("build-finished", _told)
    app.add_html_math_renderer("mathml", (_inline_math, None), (_display_math, None))
