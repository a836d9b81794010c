"""Gram matrices of the kernels of infinitely wide networks, over any number system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from numerics.float_balls import FloatBalls
from numerics.number_systems import Array, Float64, NumberSystem
from numerics.pairs import PairEvaluation, Pairs
from numerics.points import PointSet
from theory.architecture import Architecture
from theory.recursion import Recursion, recursion

FLOAT64 = Float64()


@dataclass(frozen=True)
class KernelGrams:
    """n x n Gram matrices of one network on one point set: the NTK, its parts by group name, and the NNGP kernel."""

    ntk: Array
    parts: dict[str, Array]
    nngp: Array


def ntk(architecture: Architecture, points: PointSet, system: NumberSystem = FLOAT64) -> Array:
    """The n x n Gram matrix of the limiting NTK, sum over the trained groups; normalised as (2.1), (2.2) are.

    float64: each entry to a few units in the last place of sqrt(K(x, x) K(x', x')); balls: each contains the exact
    entry for the exact points. An object array for mpmath and balls.
    """
    return gram(recursion(architecture), recursion(architecture).ntk, points, system)


def nngp(architecture: Architecture, points: PointSet, system: NumberSystem = FLOAT64) -> Array:
    """The n x n covariance of the outputs f(x_i) at initialisation in the width limit. Accuracy as for `ntk`."""
    return gram(recursion(architecture), recursion(architecture).nngp, points, system)


def kernel_grams(architecture: Architecture, points: PointSet, system: NumberSystem = FLOAT64) -> KernelGrams:
    """The NTK, its parts and the NNGP kernel in one pass. Accuracy as for `ntk`."""
    derived = recursion(architecture)
    with system.working():
        pairs = PointPairs(points, system)
        evaluation = pairs.evaluation(derived)

        def matrix(kernel: sympy.Expr) -> Array:
            return pairs.matrix(evaluation.entries(kernel))

        parts = {group.name: matrix(kernel) for group, kernel in derived.parts.items()}
        return KernelGrams(matrix(derived.ntk), parts, matrix(derived.nngp))


def gram(derived: Recursion, kernel: sympy.Expr, points: PointSet, system: NumberSystem = FLOAT64) -> Array:
    """The n x n Gram matrix of any kernel of a recursion: a symbol it defines, or an expression in them."""
    with system.working():
        pairs = PointPairs(points, system)
        return pairs.matrix(pairs.evaluation(derived).entries(kernel))


class PointPairs:
    """The n (n + 1) / 2 pairs i <= j of a point set."""

    def __init__(self, points: PointSet, system: NumberSystem) -> None:
        self.points = points
        self.system = system
        self.row, self.column = np.triu_indices(len(points))

    def evaluation(self, derived: Recursion) -> PairEvaluation:
        """The evaluation of a recursion on the pairs."""
        return PairEvaluation(derived.equations, self.inputs(), self.row, self.column, self.system)

    def matrix(self, entries: Any) -> Array:
        """The symmetric matrix with these entries (or this constant) on its upper triangle."""
        if isinstance(entries, FloatBalls):
            return FloatBalls(self._matrix(entries.centre), self._matrix(entries.radius))
        return self._matrix(entries)

    def _matrix(self, entries: Any) -> np.ndarray:
        size = len(self.points)
        result = np.empty((size, size), dtype=np.asarray(entries).dtype)
        result[self.row, self.column] = entries
        result[self.column, self.row] = entries
        return result

    def inputs(self) -> Pairs:
        """The kernel <x, x'> on the pairs."""
        coordinates = self.points.coordinates(self.system)
        if isinstance(self.system, Float64):
            return self._float_inputs(coordinates)
        products = self.system.product(coordinates, coordinates.T)
        norms = self.system.sqrt(products.diagonal())
        cross = products[self.row, self.column]
        # 1 - cos(theta) cancels for near points: with exact inputs, more precision repairs that.
        scale = norms[self.row] * norms[self.column]
        sine_squared = self.system.nonnegative(self.system.ratio(scale - cross, 2 * scale, 0))
        cosine_squared = self.system.nonnegative(self.system.ratio(scale + cross, 2 * scale, 1))
        same = self.row == self.column
        return Pairs(norms, cross, _replace(sine_squared, same, 0), _replace(cosine_squared, same, 1))

    def _float_inputs(self, coordinates: np.ndarray) -> Pairs:
        largest = np.abs(coordinates).max(axis=1)
        largest[largest == 0] = 1.0
        scaled = coordinates / largest[:, None]
        scaled_norms = np.sqrt((scaled * scaled).sum(axis=1))
        units = scaled / np.where(scaled_norms == 0, 1.0, scaled_norms)[:, None]
        norms = largest * scaled_norms
        cosine = (units @ units.T)[self.row, self.column]
        sine_squared, cosine_squared = (1 - cosine) / 2, (1 + cosine) / 2
        # Where the cosine has lost the angle, take it from the differences of the unit vectors.
        near = np.flatnonzero(np.abs(cosine) > 0.9)
        for block in np.array_split(near, 1 + len(near) * units.shape[1] // 10**6):
            one, two = units[self.row[block]], units[self.column[block]]
            sine_squared[block] = ((one - two) ** 2).sum(axis=1) / 4
            cosine_squared[block] = ((one + two) ** 2).sum(axis=1) / 4
        return Pairs(norms, norms[self.row] * norms[self.column] * cosine, sine_squared, cosine_squared)


def _replace(values: Array, where: np.ndarray, number: int) -> Array:
    if isinstance(values, FloatBalls):
        return FloatBalls(np.where(where, float(number), values.centre), np.where(where, 0.0, values.radius))
    values[where] = values[where] * 0 + number
    return values
