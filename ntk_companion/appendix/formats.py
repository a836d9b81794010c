"""A table as LaTeX (booktabs), Markdown and CSV; the document that inputs them all. Templates by Jinja2."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from ntk_companion.appendix import escaping
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.layout import column_spec, headings
from ntk_companion.appendix.table import Table
from ntk_companion.markdown import code as markdown_code
from ntk_companion.markdown import text as markdown_text
from ntk_companion.statement import Severity

TEMPLATES = Path(__file__).with_name("templates")
MOST_FLOATED = 24
"""Longest table, in rows, that is kept on one page."""
MOST_SOURCES = 8
"""More than so many are not listed by name: the rows name them."""


@dataclass(frozen=True)
class Heading:
    """What stands above the appendix: the title and authors of the suite, empty if it has none."""

    title: str = "Statements under executable checks"
    authors: str = ""


def latex(table: Table) -> str:
    """The table in LaTeX; needs booktabs, longtable, array, amsmath and amssymb."""
    return _environment().get_template(_layout(table, "tex")).render(
        table=table, spec=column_spec(table), headings=headings(table), floated=len(table.rows) <= MOST_FLOATED
    )  # fmt: skip


def markdown(table: Table) -> str:
    """The table in Markdown, mathematics between dollar signs."""
    return _environment().get_template(_layout(table, "md")).render(table=table)


def comma_separated(table: Table) -> str:
    """The table as CSV under lines ``# key: value`` that say what it is and what made it."""
    text = io.StringIO()
    head = {"name": table.name, "title": table.title, "caption": table.caption}
    for key, value in (head | provenance(table)).items():
        text.write(f"# {key}: {' '.join(value.split())}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(table.rows)
    return text.getvalue()


def document(heading: Heading, tables: Sequence[Table], refusals: Sequence[str] = (), has_figures: bool = False) -> str:
    """A LaTeX document that inputs the tables and figures, and says what is refused."""
    shown = [table for table in tables if table.in_long]
    return (
        _environment()
        .get_template("appendix.tex.j2")
        .render(heading=heading, tables=shown, refusals=refusals, has_figures=has_figures)
    )


def short_document(heading: Heading, tables: Sequence[Table], findings: Sequence[Mapping[str, Any]]) -> str:
    """A LaTeX document of a page: the tables that stand in the short form, and the findings.

    Those that later items of their paper use have their sentence; the others are named, by severity and source.
    """
    shown = [replace(table, rows=table.short_rows) for table in tables if table.short_rows]
    grave = [one for one in findings if one["finding"]["severity"] == Severity.USED_LATER]
    named: dict[str, dict[str, list[str]]] = {}
    for one in findings:
        if one not in grave:
            named.setdefault(one["finding"]["severity"], {}).setdefault(one["source"], []).append(one["number"])
    others = [
        (
            severity,
            sum(map(len, sources.values())),
            [(source, list(dict.fromkeys(found))) for source, found in sources.items()],
        )
        for severity, sources in named.items()
    ]
    return _environment().get_template("short.tex.j2").render(heading=heading, tables=shown, grave=grave, others=others)


def tabular(table: Table) -> str:
    """The rows of a table in LaTeX, under its headings, without its caption."""
    return (
        _environment()
        .get_template("tabular.tex.j2")
        .render(table=table, spec=column_spec(table), headings=headings(table))
    )


def figure_environments(figures: Sequence[FigureSpec]) -> str:
    """LaTeX that includes figures by name, with their captions."""
    return _environment().get_template("figures.tex.j2").render(figures=figures)


def provenance(table: Table) -> dict[str, str]:
    """What made a table, and what it stands on: text by key."""
    many = len(table.sources) > MOST_SOURCES
    sources = f"{len(table.sources)} entries of the ledger" if many else ", ".join(table.sources)
    return {"command": table.command, **table.made, "sources": sources}


def _layout(table: Table, ending: str) -> str:
    return f"{'records' if table.as_records else 'table'}.{ending}.j2"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        block_start_string="((*", block_end_string="*))", variable_start_string="(((", variable_end_string=")))",
        comment_start_string="((#", comment_end_string="#))", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, undefined=jinja2.StrictUndefined, autoescape=False,
        loader=jinja2.FileSystemLoader(TEMPLATES),
    )  # fmt: skip
    names = (
        "latex_text", "latex_mixed", "latex_sentence", "latex_cell", "markdown_mixed", "markdown_sentence",
        "markdown_cell", "piped",
    )  # fmt: skip
    environment.filters |= {name: getattr(escaping, name) for name in names} | {
        "markdown_text": markdown_text,
        "markdown_code": markdown_code,
        "provenance": provenance,
        "tabular": tabular,
    }
    return environment
