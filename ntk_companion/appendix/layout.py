"""The columns of a table on a page of LaTeX: their widths, and headings that are broken over lines."""

import math
import re
import textwrap
from collections.abc import Sequence

from ntk_companion.appendix.escaping import latex_mixed, latex_text, pieces
from ntk_companion.appendix.table import Cells, Column, Table

LINE = 122
"""Small letters that fit in a line of the page."""
GUTTER = 1.5
"""Small letters that fit between two columns."""
NARROW = 18
"""A column of at most so many characters is never broken over lines."""


def _fits(table: Table) -> bool:
    """Does a line hold the table with no heading or cell broken?"""
    return sum(max(map(_width, column)) for column in _texts(table)) <= _room(table)


def _room(table: Table) -> float:
    return LINE - GUTTER * len(table.columns)


def _texts(table: Table) -> list[list[str]]:
    """Headings and cells by column."""
    cells = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    return [[_shown(column), *below] for column, below in zip(table.columns, cells, strict=True)]


def headings(table: Table) -> list[str]:
    """The headings in LaTeX, in two or more lines where the table is too wide and its cells are short."""
    if _fits(table):
        return [latex_mixed(column.heading) for column in table.columns]
    return [_stacked(column, cells[1:]) for column, cells in zip(table.columns, _texts(table), strict=True)]


def _stacked(column: Column, cells: Sequence[str]) -> str:
    if "$" in column.heading:
        return latex_mixed(column.heading)
    lines = _lines(column.heading, cells)
    side = "r" if column.cells is Cells.NUMBER else "l"
    text = r" \\ ".join(map(latex_text, lines))
    return rf"\shortstack[{side}]{{{text}}}" if len(lines) > 1 else text


def _lines(heading: str, cells: Sequence[str]) -> list[str]:
    """A heading broken so that it is no wider than it needs to be above these cells."""
    most = max([len(word) for word in heading.split()] + [len(cell) for cell in cells])
    return textwrap.wrap(heading, most, break_long_words=False, break_on_hyphens=False)


def column_spec(table: Table) -> str:
    """The columns for LaTeX: natural where a line holds them, else the wide columns of text share what is left.

    No column of text is made narrower than its longest word. Widths are estimated from the characters.
    """
    letters = ["r" if column.cells is Cells.NUMBER else "l" for column in table.columns]
    if _fits(table):
        return "".join(letters)
    texts = [
        [*(_lines(cells[0], cells[1:]) if "$" not in column.heading else cells[:1]), *cells[1:]]
        for column, cells in zip(table.columns, _texts(table), strict=True)
    ]
    natural = [max(map(_width, column)) for column in texts]
    wide = [width > NARROW and letter == "l" for width, letter in zip(natural, letters, strict=True)]
    if not any(wide) or sum(natural) <= _room(table):
        return "".join(letters)
    words = [[piece for cell in column for word in cell.split() for piece in pieces(word)] for column in texts]
    least = [max(map(_width, column)) for column in words]
    floors = [small if is_wide else width for small, is_wide, width in zip(least, wide, natural, strict=True)]
    weights = [math.sqrt(sum(map(len, column)) / len(column) * width) if is_wide else 0.0
               for column, width, is_wide in zip(texts, natural, wide, strict=True)]  # fmt: skip
    spare = max(_room(table) - sum(floors), 0)
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
