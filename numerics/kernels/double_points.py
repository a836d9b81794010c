"""The angles between points whose coordinates are doubles, to full relative accuracy near 0 and near pi."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numerics.kernels.pairs import Pairs

NEAR = 0.9
"""A cosine beyond this has lost digits of the angle, or of its supplement: both are taken from the coordinates."""


@dataclass(frozen=True)
class DoublePoints:
    """n points of R^d, each scaled by a power of two, so that no square of a coordinate overflows.

    norms         their norms before scaling, shape (n,)
    scaled        the scaled coordinates, shape (n, d)
    scaled_norms  the norms of those, shape (n,)
    """

    norms: np.ndarray
    scaled: np.ndarray
    scaled_norms: np.ndarray

    @classmethod
    def of(cls, coordinates: np.ndarray) -> "DoublePoints":
        """The points with these n x d coordinates."""
        _, exponents = np.frexp(np.abs(coordinates).max(axis=1))
        scaled = np.ldexp(coordinates, -exponents[:, None])
        scaled_norms = np.sqrt((scaled * scaled).sum(axis=1))
        return cls(np.ldexp(scaled_norms, exponents), scaled, scaled_norms)

    @cached_property
    def units(self) -> np.ndarray:
        """The points divided by their norms, shape (n, d); the origin as it is."""
        return self.scaled / np.where(self.scaled_norms == 0, 1.0, self.scaled_norms)[:, None]

    @cached_property
    def _cosines(self) -> np.ndarray:
        return inner_products(self.units, self.units)

    def pairs(self, row: np.ndarray, column: np.ndarray) -> Pairs:
        """The kernel <x, x'> on pairs of the points, given by their indices, shape (P,) each."""
        cosine = self._cosines[row, column]

        def squares() -> tuple[np.ndarray, np.ndarray]:
            sine_squared, cosine_squared = (1 - cosine) / 2, (1 + cosine) / 2
            for sign, squared in ((1, sine_squared), (-1, cosine_squared)):
                near = np.flatnonzero(sign * cosine > NEAR)
                squared[near] = self.half_sine_squared(row[near], column[near], sign)
            return sine_squared, cosine_squared

        return Pairs(self.norms, self.norms[row] * self.norms[column] * cosine, squares)

    def half_sine_squared(self, row: np.ndarray, column: np.ndarray, sign: int | np.ndarray) -> np.ndarray:
        """sin^2 of half the angle between x = points[row] and y = sign points[column], shape (P,), for small angles.

        It is |(|y| x - |x| y)|^2 / (2 |x| |y|)^2. As |y| x - |x| y = |y| (x - y) - (x - y).(x + y) / (|x| + |y|) y, it
        loses nothing that x - y keeps; y is scaled by a power of two to be about as long as x.
        """
        signs = np.broadcast_to(sign, row.shape)
        found = np.empty(row.shape)
        for block in np.array_split(np.arange(len(row)), 1 + len(row) * self.scaled.shape[1] // 10**6):
            found[block] = self._half_sine_squared(row[block], column[block], signs[block])
        return found

    def _half_sine_squared(self, row: np.ndarray, column: np.ndarray, signs: np.ndarray) -> np.ndarray:
        norms = self.scaled_norms
        factors = np.exp2(np.rint(np.log2(norms[row] / norms[column])))
        first, second = self.scaled[row], self.scaled[column] * (signs * factors)[:, None]
        first_norm, second_norm = norms[row], norms[column] * factors
        step = first - second
        excess = (step * (first + second)).sum(axis=1) / (first_norm + second_norm)
        across = second_norm[:, None] * step - excess[:, None] * second
        return (across * across).sum(axis=1) / (2 * first_norm * second_norm) ** 2


def inner_products(first: np.ndarray, second: np.ndarray, into: np.ndarray | None = None) -> np.ndarray:
    """<x, x'> of n and n' points of R^d, shape (n, n'), from their coordinates, n x d and n' x d; `into` takes them.

    Few coordinates by parts that BLAS computes in one thread, as its threads wait for one another on a busy machine.
    """
    found = np.empty((len(first), len(second))) if into is None else into
    rows = 2**18 // max(1, second.size)
    step = rows if rows >= 16 else max(1, len(first))
    for start in range(0, len(first), step):
        np.matmul(first[start : start + step], second.T, out=found[start : start + step])
    return found
