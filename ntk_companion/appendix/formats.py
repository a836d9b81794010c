"""A table as LaTeX (booktabs), Markdown and CSV; the document that inputs them all. Templates by Jinja2."""

import csv
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jinja2

from ntk_companion.appendix import escaping
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.layout import column_spec, headings
from ntk_companion.appendix.table import Table

TEMPLATES = Path(__file__).with_name("templates")
MOST_FLOATED = 24
"""Longest table, in rows, that is kept on one page."""
MOST_SOURCES = 8
"""More than so many are not listed by name: the rows name them."""


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


def document(tables: Sequence[Table], refusals: Sequence[str] = ()) -> str:
    """A LaTeX document that inputs the tables, says which are refused, and inputs figures.tex if it lies beside it."""
    return _environment().get_template("appendix.tex.j2").render(tables=tables, refusals=refusals)


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
    names = ("latex_text", "latex_mixed", "latex_cell", "markdown_text", "markdown_mixed", "markdown_cell", "piped")
    environment.filters |= {name: getattr(escaping, name) for name in names} | {"provenance": provenance}
    return environment
