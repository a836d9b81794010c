"""Gram matrices of the kernels of infinitely wide networks, over any number system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from numerics.number_systems import Array, Balls, Float64, NumberSystem
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
        evaluation = PairEvaluation(derived.equations, pairs.inputs(), system)

        def matrix(kernel: sympy.Expr) -> Array:
            return pairs.matrix(evaluation.entries(kernel))

        parts = {group.name: matrix(kernel) for group, kernel in derived.parts.items()}
        return KernelGrams(matrix(derived.ntk), parts, matrix(derived.nngp))


def gram(derived: Recursion, kernel: sympy.Expr, points: PointSet, system: NumberSystem = FLOAT64) -> Array:
    """The n x n Gram matrix of any kernel of a recursion: a symbol it defines, or an expression in them."""
    with system.working():
        pairs = PointPairs(points, system)
        return pairs.matrix(PairEvaluation(derived.equations, pairs.inputs(), system).entries(kernel))


class PointPairs:
    """The n (n + 1) / 2 pairs i <= j of a point set."""

    def __init__(self, points: PointSet, system: NumberSystem) -> None:
        self.points = points
        self.system = system
        self.row, self.column = np.triu_indices(len(points))

    def matrix(self, entries: Any) -> Array:
        """The symmetric matrix with these entries on its upper triangle."""
        size = len(self.points)
        values = entries + np.zeros(len(self.row), dtype=int)
        result = np.empty((size, size), dtype=values.dtype)
        result[self.row, self.column] = values
        result[self.column, self.row] = values
        return result

    def inputs(self) -> Pairs:
        """The kernel <x, x'> on the pairs."""
        coordinates = self.points.coordinates(self.system)
        if isinstance(self.system, Float64):
            return self._float_inputs(coordinates)
        products = self.system.product(coordinates, coordinates.T)
        norms = self.system.sqrt(np.diagonal(products))
        first, second = norms[self.row], norms[self.column]
        cross = products[self.row, self.column]
        # 1 - cos(theta) cancels for near points; exact inputs let precision repair that, here as everywhere in balls.
        scale = 2 * first * second
        sine_squared = self.system.nonnegative(self.system.ratio(scale / 2 - cross, scale, 0))
        cosine_squared = self.system.nonnegative(self.system.ratio(scale / 2 + cross, scale, 1))
        same = self.row == self.column
        zero = self.system.rational(0)
        sine_squared[same], cosine_squared[same] = zero, zero + 1
        return Pairs(first, second, cross, sine_squared, cosine_squared)

    def _float_inputs(self, coordinates: Array) -> Pairs:
        largest = np.abs(coordinates).max(axis=1)
        largest[largest == 0] = 1.0
        scaled = coordinates / largest[:, None]
        scaled_norms = np.sqrt((scaled * scaled).sum(axis=1))
        units = scaled / np.where(scaled_norms == 0, 1.0, scaled_norms)[:, None]
        norms = largest * scaled_norms
        first, second = norms[self.row], norms[self.column]
        cosine = (units @ units.T)[self.row, self.column]
        sine_squared, cosine_squared = (1 - cosine) / 2, (1 + cosine) / 2
        # Where the cosine has lost the angle, take it from the differences of the unit vectors.
        for near in np.array_split(np.flatnonzero(np.abs(cosine) > 0.9), 1 + len(cosine) * units.shape[1] // 10**7):
            one, two = units[self.row[near]], units[self.column[near]]
            sine_squared[near] = ((one - two) ** 2).sum(axis=1) / 4
            cosine_squared[near] = ((one + two) ** 2).sum(axis=1) / 4
        return Pairs(first, second, first * second * cosine, sine_squared, cosine_squared)


def ball_ntk(architecture: Architecture, points: PointSet, bits: int) -> Array:
    """The NTK Gram matrix as balls of `bits` bits, each containing the exact entry for the exact points."""
    return ntk(architecture, points, Balls(bits))
