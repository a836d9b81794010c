"""Points from CSV files as people write them, every number read as the decimal that it is."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from numerics.data.points import MOST_POINTS, RationalPoints, rational_points
from numerics.numbers.rationals import parse_number

_MEANT_AS_NUMBER = re.compile(r"[-+.,]*[0-9]|[-+]?(nan|inf|infinity)$", re.IGNORECASE)


def read_csv(path: Path) -> RationalPoints:
    """Points from a CSV file, n x d, a row each; fractions p/q are allowed. The path ``-`` is standard input.

    The first line may be a header without numbers, cells may be parted by semicolons, and every line of numbers may end
    in one separator too many. Raises ValueError with the line at fault, OSError if the file cannot be read.
    """
    if str(path) == "-":
        return _points("standard input", sys.stdin or io.StringIO())
    with path.open(newline="", encoding="utf-8") as file:
        return _points(str(path), file)


def _points(name: str, file: TextIO) -> RationalPoints:
    try:
        lines = list(_lines(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{name} is not a CSV text file: {error}") from error
    if len(lines) > 1 and _is_header(lines[0][1]):
        del lines[0]
    if lines and all(len(cells) > 1 and not cells[-1].strip() for _, cells in lines):
        lines = [(number, cells[:-1]) for number, cells in lines]
    if len(lines) > MOST_POINTS:
        raise ValueError(f"{name} has {len(lines)} points; at most {MOST_POINTS} are read")
    rows = []
    for number, cells in lines:
        rows.append([parse_number(cell, f"{name}, line {number}") for cell in cells])
        if len(rows[-1]) != len(rows[0]):
            counts = f"{len(rows[-1])} in line {number}, {len(rows[0])} in line {lines[0][0]}"
            raise ValueError(f"{name}: the rows have different lengths, {counts}; every point needs as many numbers")
    return rational_points(name, rows)


def _lines(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The cells of the lines that are not empty, with their numbers."""
    text = file.read().removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";" if ";" in first else ",")
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _is_header(cells: list[str]) -> bool:
    """Do names stand there, and nothing that is meant as a number?"""
    names = cells if cells[-1].strip() else cells[:-1]
    return all(name.strip() and not _MEANT_AS_NUMBER.match(name.strip()) for name in names)
