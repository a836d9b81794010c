"""A table as LaTeX (booktabs), Markdown and CSV; the document that inputs them all. Templates by Jinja2."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import jinja2
from pylatexenc.latexencode import UnicodeToLatexEncoder

from checks.appendix.figure import FigureSpec
from checks.appendix.table import Cells, Column, Table

TEMPLATES = Path(__file__).with_name("templates")
MOST_FLOATED = 24
"""Longest table, in rows, that is kept on one page."""
LINE = 122
"""Small letters that fit in a line of the page."""
GUTTER = 1.5
"""Small letters that fit between two columns."""
NARROW = 18
"""A column of at most so many characters is never broken over lines."""
MOST_SOURCES = 8
"""More than so many are not listed by name: the rows name them."""
LONG_WORD = 18
"""A word of more letters may be broken over lines after its punctuation, or if it has none anywhere."""
_BREAKS = re.compile(r"(?<=[-+*/=,;:_)\]|])")
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
    """Plain text in LaTeX: every character stands for itself; long words may break after their punctuation.

    Raises ValueError on a character that LaTeX has no name for.
    """
    return " ".join(r"\allowbreak{}".join(map(_latex_word, _pieces(word))) for word in text.split(" "))


def _latex_word(word: str) -> str:
    encoded = _encoder().unicode_to_latex(word)
    return encoded.replace(r"\ensuremath{<}=", r"\ensuremath{\le}").replace(r"\ensuremath{>}=", r"\ensuremath{\ge}")


def _pieces(word: str) -> list[str]:
    """The pieces of a word between which a line may be broken."""
    if len(word) <= LONG_WORD:
        return [word]
    parts = [part for part in _BREAKS.split(word) if part]
    return [part[start : start + LONG_WORD] for part in parts for start in range(0, len(part), LONG_WORD)]


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
    """The columns for LaTeX: natural where a line holds them, else the wide columns of text share what is left.

    No column of text is made narrower than its longest word. Widths are estimated from the characters.
    """
    texts = [
        [_shown(column), *cells] for column, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)
    ]
    natural = [max(map(_width, column)) for column in texts]
    letters = ["r" if column.cells is Cells.NUMBER else "l" for column in table.columns]
    room = LINE - GUTTER * len(texts)
    if sum(natural) <= room:
        return "".join(letters)
    wide = [width > NARROW and letter == "l" for width, letter in zip(natural, letters, strict=True)]
    words = [[piece for cell in column for word in cell.split() for piece in _pieces(word)] for column in texts]
    least = [max(map(_width, column)) for column in words]
    floors = [small if is_wide else width for small, is_wide, width in zip(least, wide, natural, strict=True)]
    weights = [math.sqrt(sum(map(len, column)) / len(column) * width) if is_wide else 0.0
               for column, width, is_wide in zip(texts, natural, wide, strict=True)]  # fmt: skip
    spare = max(room - sum(floors), 0)
    shares = [(floor + spare * weight / sum(weights)) / LINE for floor, weight in zip(floors, weights, strict=True)]
    return "".join(
        rf">{{\raggedright\arraybackslash}}p{{{share:.3f}\linewidth}}" if is_wide else letter
        for share, is_wide, letter in zip(shares, wide, letters, strict=True)
    )


def _shown(column: Column) -> str:
    return re.sub(r"\\[a-zA-Z]+|[${}^_]", "", column.heading)


def _width(text: str) -> float:
    """The width of a text, in small letters."""
    return len(text) + 0.5 * sum(letter.isupper() for letter in text)


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
    }  # fmt: skip
    return environment
