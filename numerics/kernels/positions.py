"""Arrays of kernels on positions: the points of n images of P positions are their n P positions, image by image.

Pairs come by pairs of images, P^2 a pair, those of one position in the first image side by side.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Array


def pairs_of_positions(row: np.ndarray, column: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of positions, shape (P^2 times as many,) each, of pairs of images, `count` = P."""
    first, second = np.divmod(np.arange(count**2), count)
    return (row[:, None] * count + first).ravel(), (column[:, None] * count + second).ravel()


@dataclass(frozen=True)
class Positions:
    """Sums over the positions of images, `count` each.

    diagonal  from a kernel without positions to its values k(x, x), shape (n P,), equal at all positions of an image
    """

    count: int
    diagonal: Callable[[sympy.Expr], Array]

    def equal(self, row: np.ndarray, column: np.ndarray, like: Array) -> Array:
        """1 at pairs of equal positions, else 0, in the number system of the array `like`, shape (P,) of pairs."""
        same = row % self.count == column % self.count
        return FloatBalls.exact(same) if isinstance(like, FloatBalls) else like * 0 + same.astype(int)

    def first(self, points: np.ndarray) -> np.ndarray:
        """The first position of every point's image, as the index of a point."""
        return points // self.count * self.count

    def moved(self, values: Array, offset: Sequence[int | None], beyond: int = 0) -> Array:
        """k(alpha + beta, alpha' + beta) on pairs, of the same shape; `beyond` where either lies beyond the edge."""
        places, inside = _indices(offset)
        both = np.logical_and.outer(inside, inside)
        blocks = values.reshape(-1, self.count, self.count)
        return _where(both, blocks[:, places[:, None], places[None, :]], beyond).reshape(values.shape)

    def moved_norms(self, norms: Array, offset: Sequence[int | None]) -> Array:
        """sqrt(k) at alpha + beta for all points, shape (n P,); zero beyond the edge."""
        places, inside = _indices(offset)
        return _where(inside, norms.reshape(-1, self.count)[:, places]).reshape(norms.shape)

    def total(self, values: Array) -> Array:
        """The sum over the pairs of positions of each pair of images, repeated at all of them: the shape is kept."""
        summed = _row_sums(values.reshape(-1, self.count**2))
        return summed[np.arange(len(summed)).repeat(self.count**2)]


def _row_sums(blocks: Array) -> Array:
    """The sums of the rows of a matrix; of balls by halves, as they have no sum of many."""
    if not isinstance(blocks, FloatBalls):
        return blocks.sum(axis=1)
    rest = FloatBalls.exact(np.zeros(len(blocks)))
    while blocks.shape[1] > 1:
        half = blocks.shape[1] // 2
        if blocks.shape[1] % 2:
            rest = rest + blocks[:, -1]
        blocks = blocks[:, :half] + blocks[:, half : 2 * half]
    return blocks[:, 0] + rest


def _indices(offset: Sequence[int | None]) -> tuple[np.ndarray, np.ndarray]:
    """The positions moved to, 0 where there is none, and whether there is one."""
    inside = np.array([place is not None for place in offset])
    return np.array([place or 0 for place in offset]), inside


def _where(chosen: np.ndarray, values: Any, otherwise: int = 0) -> Array:
    """The values where they are chosen, else a number; `chosen` has the shape of the last axes."""
    if isinstance(values, FloatBalls):
        return FloatBalls(np.where(chosen, values.centre, float(otherwise)), np.where(chosen, values.radius, 0.0))
    return np.where(chosen, values, values * 0 + otherwise)
