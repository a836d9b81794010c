"""Recorded results as the series of a plot."""

from collections.abc import Iterator

import numpy as np

from ntk_companion.results import Results


def series(found: Results, *names: str) -> Iterator[tuple[tuple[str, ...], Results]]:
    """The rows grouped by the cells of the named columns, in order of appearance."""
    keys = list(zip(*(found.column(name) for name in names), strict=True))
    for key in dict.fromkeys(keys):
        yield key, found.where(**dict(zip(names, key, strict=True)))


def different(found: Results, name: str) -> list[str]:
    """The different cells of a column, in order of appearance."""
    return list(dict.fromkeys(found.column(name)))


def array(found: Results, name: str) -> np.ndarray:
    """A column of N rows as doubles, shape (N,); an empty cell is NaN. Raises ValueError on other text."""
    return np.array(found.numbers(name))


def bounds(found: Results, name: str) -> np.ndarray:
    """A column of N numbers or intervals [lower, upper] as doubles, shape (N,): the lower ends."""
    return np.array([float(cell.strip("[]").split(",")[0]) for cell in found.column(name)])
