"""A table as a value: what the LaTeX, Markdown, CSV and HTML forms of it share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Cells(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    """A plain sentence: every character stands for itself, but for the mathematics that `sentences` reads in it."""
    MATH = "math"
    """LaTeX for math mode, without dollar signs; an empty cell is empty."""
    CODE = "code"
    """Text of a programming language: every character stands for itself, and no mathematics is looked for."""
    NUMBER = "number"
    """A number, an interval or a value with its error, as text: 1.78, 3.2e-05, [0.1, 0.2], none."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    name      plain, for the CSV
    heading   a text in which $...$ is mathematics
    cells     what its cells are
    """

    name: str
    heading: str
    cells: Cells = Cells.TEXT


@dataclass(frozen=True)
class Table:
    """A table of text cells, with all that a reader needs to make it again. Raises ValueError on ragged rows.

    name        of its files, a word
    title       a few words; in title and caption $...$ is mathematics
    caption     what is shown, and what it does not show
    columns     at least one
    rows        cells of text, one for each column
    sources     ids of the ledger's statements and names of recorded results that it stands on
    command     that makes it again
    made        versions, seeds and settings that made its numbers
    as_records  are the rows too long for a line each? The first columns head a block, the others are lines of it
    short_rows  of the table in the short form of the appendix; none if it does not stand there
    in_long     does it stand in the long form?
    """

    name: str
    title: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[str, ...]
    command: str
    made: Mapping[str, str] = field(default_factory=dict)
    as_records: bool = False
    short_rows: tuple[tuple[str, ...], ...] = ()
    in_long: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"the table {self.name}: every row must have {len(self.columns)} cells")


@dataclass(frozen=True)
class Refusal:
    """A table or figure that cannot be built honestly, and why."""

    what: str
    name: str
    reason: str

    @property
    def sentence(self) -> str:
        """The refusal for a reader."""
        return f"the {self.what} {self.name} is refused: {self.reason}"
