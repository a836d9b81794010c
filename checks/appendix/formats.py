"""A table as LaTeX (booktabs), Markdown and CSV; the document that inputs them all. Templates by Jinja2."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import jinja2
from pylatexenc.latexencode import UnicodeToLatexEncoder

from checks.appendix.figure import FigureSpec
from checks.appendix.table import Cells, Column, Table

TEMPLATES = Path(__file__).with_name("templates")
MOST_FLOATED = 24
"""Longest table, in rows, that is kept on one page."""
LINE = 104
"""Characters of small type that fit in a line of the page."""
NARROW = 14
"""A column of at most so many characters is never broken over lines."""
MOST_SOURCES = 8
"""More than so many are not listed by name: the rows name them."""
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|inf", re.IGNORECASE)
_EXPONENT = re.compile(r"(?<=[\d.])e([-+]?\d+)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\*_`<>\[\]$#~])")


def latex(table: Table) -> str:
    """The table in LaTeX; needs booktabs, longtable, array, amsmath and amssymb."""
    return _environment().get_template(_layout(table, "tex")).render(
        table=table, spec=_column_spec(table), floated=len(table.rows) <= MOST_FLOATED
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


# Text


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(non_ascii_only=False, unknown_char_policy="fail", unknown_char_warning=False)


def latex_text(text: str) -> str:
    """Plain text in LaTeX: every character stands for itself. Raises ValueError on one that LaTeX has no name for."""
    return _encoder().unicode_to_latex(text).replace(r"\ensuremath{<}=", r"\ensuremath{\le}").replace(
        r"\ensuremath{>}=", r"\ensuremath{\ge}")  # fmt: skip


def mixed(text: str, write_text: Callable[[str], str]) -> str:
    """A text in which $...$ is mathematics: the mathematics stays, the rest is written by `write_text`."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return write_text(text)  # a dollar sign that is no delimiter
    return "".join(f"${part}$" if index % 2 else write_text(part) for index, part in enumerate(parts) if part)


def latex_mixed(text: str) -> str:
    """A text with $...$ in LaTeX."""
    return mixed(text, latex_text)


def latex_cell(cell: str, column: Column) -> str:
    """A cell in LaTeX."""
    match column.cells:
        case Cells.MATH:
            return f"${cell}$" if cell else ""
        case Cells.NUMBER:
            return latex_number(cell)
    return latex_text(cell)


def latex_number(cell: str) -> str:
    """A number, an interval or a number with its error; other text as text, an empty cell as a dash."""
    if not cell:
        return "--"
    if not is_number(cell):
        return latex_text(cell)
    text = cell.replace("+-", r"\pm").replace("±", r"\pm").replace("..", r"\,..\,").replace("inf", r"\infty ")
    return f"${_EXPONENT.sub(_power, text)}$"


def is_number(cell: str) -> bool:
    """Is the text a number, an interval or a number with its error?"""
    words = cell.replace("+-", " ").replace("±", " ").replace("..", " ").split()
    return bool(words) and all(_NUMBER.fullmatch(word.strip("[](),")) for word in words)


def _power(exponent: re.Match[str]) -> str:
    return rf" \times 10^{{{int(exponent[1])}}}"


def markdown_text(text: str) -> str:
    """Plain text in Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def markdown_mixed(text: str) -> str:
    """A text with $...$ in Markdown."""
    return mixed(text, markdown_text)


def markdown_cell(cell: str, column: Column) -> str:
    """A cell in Markdown."""
    if column.cells is Cells.MATH:
        return f"${cell}$" if cell else ""
    return markdown_text(cell)


def _piped(text: str) -> str:
    """A cell of a Markdown table: there a bar must be escaped, in mathematics too."""
    return text.replace("|", r"\|")


# Columns of a page


def _column_spec(table: Table) -> str:
    """The columns for LaTeX: natural where a line holds them, else the wide columns of text share what is left."""
    lengths = [_lengths(table, index) for index in range(len(table.columns))]
    longest = [max(column) for column in lengths]
    natural = ["r" if column.cells is Cells.NUMBER else "l" for column in table.columns]
    if sum(longest) + 2 * len(longest) <= LINE:
        return "".join(natural)
    wide = [number > NARROW and column.cells is not Cells.NUMBER
            for number, column in zip(longest, table.columns, strict=True)]  # fmt: skip
    left = LINE - sum(number + 2 for number, is_wide in zip(longest, wide, strict=True) if not is_wide)
    weights = [(sum(column) / len(column)) ** 0.5 * max(column) ** 0.5 for column in lengths]
    total = sum(weight for weight, is_wide in zip(weights, wide, strict=True) if is_wide)
    shares = [max(left, 30) * weight / total / LINE for weight in weights]
    return "".join(
        rf">{{\raggedright\arraybackslash}}p{{{share:.3f}\linewidth}}" if is_wide else letter
        for share, is_wide, letter in zip(shares, wide, natural, strict=True)
    )


def _lengths(table: Table, index: int) -> list[int]:
    heading = re.sub(r"\\[a-zA-Z]+|[${}^_]", "", table.columns[index].heading)
    return [len(heading), *(len(row[index]) for row in table.rows)]


# Templates


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
    environment.filters |= {
        "latex": latex_text, "latex_mixed": latex_mixed, "latex_cell": latex_cell, "markdown": markdown_text,
        "markdown_mixed": markdown_mixed, "markdown_cell": markdown_cell, "piped": _piped, "provenance": provenance,
        "joined": _joined,
    }  # fmt: skip
    return environment


def _joined(cells: Iterable[str], separator: str) -> str:
    return separator.join(cells)
