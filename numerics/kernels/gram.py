"""Gram matrices of the kernels of infinitely wide networks, over any number system."""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from numerics.data.points import PointSet
from numerics.kernels.pairs import PairEvaluation, Pairs
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Array, DoubleBalls, Float64, NumberSystem
from theory.architecture import Architecture
from theory.recursion import Recursion, recursion

FLOAT64 = Float64()
BLOCK = 65_536
"""Pairs evaluated together: enough to outweigh the interpreter, few enough for the processor's cache."""

PairsOf = Callable[[np.ndarray, np.ndarray], Pairs]


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
    total, outputs, *parts = _grams(derived, [derived.ntk, derived.nngp, *derived.parts.values()], points, system)
    return KernelGrams(total, {group.name: part for group, part in zip(derived.parts, parts, strict=True)}, outputs)


def gram(derived: Recursion, kernel: sympy.Expr, points: PointSet, system: NumberSystem = FLOAT64) -> Array:
    """The n x n Gram matrix of any kernel of a recursion: a symbol it defines, or an expression in them."""
    return _grams(derived, [kernel], points, system)[0]


def _grams(derived: Recursion, kernels: Sequence[Any], points: PointSet, system: NumberSystem) -> list[Array]:
    """The Gram matrices of some kernels of one recursion.

    The pairs are evaluated block by block: arrays that fit the processor's cache, and memory for one block only.
    """
    size = len(points)
    row, column = np.triu_indices(size)
    with system.working():
        inputs = _float_inputs if isinstance(system, Float64) else _exact_inputs
        pairs_of = inputs(points.coordinates(system), system)

        def evaluate_block(block: slice) -> list[Array]:
            evaluation = PairEvaluation(
                derived.equations, pairs_of(row[block], column[block]), row[block], column[block], system
            )
            return [evaluation.entries(kernel) for kernel in kernels]

        blocks = [slice(start, min(start + BLOCK, len(row))) for start in range(0, len(row), BLOCK)]
        results: list[Array] = [None] * len(kernels)
        for block, values in zip(blocks, _mapped(evaluate_block, blocks, system), strict=True):
            for index, entries in enumerate(values):
                if results[index] is None:
                    results[index] = _empty(entries, size)
                _fill(results[index], row[block], column[block], entries)
    return results


def _mapped(
    function: Callable[[slice], list[Array]], blocks: list[slice], system: NumberSystem
) -> Iterator[list[Array]]:
    """The values of the function on the blocks, in order; computed by several threads if the system gains by it."""
    threads = os.cpu_count() or 1
    if len(blocks) == 1 or threads == 1 or not isinstance(system, Float64 | DoubleBalls):
        yield from map(function, blocks)
        return
    # numpy computes outside the interpreter's lock; the context carries the caller's np.errstate.
    with ThreadPoolExecutor(min(threads, len(blocks))) as pool:
        futures = [pool.submit(contextvars.copy_context().run, function, block) for block in blocks]
        for future in futures:
            yield future.result()


def _empty(like: Any, size: int) -> Array:
    if isinstance(like, FloatBalls):
        return FloatBalls(np.empty((size, size)), np.empty((size, size)))
    return np.empty((size, size), dtype=np.asarray(like).dtype)


def _fill(result: Array, row: np.ndarray, column: np.ndarray, entries: Any) -> None:
    """Set the entries (or one constant) at the pairs, on both sides of the diagonal."""
    if isinstance(entries, FloatBalls):
        _fill(result.centre, row, column, entries.centre)
        _fill(result.radius, row, column, entries.radius)
        return
    result[row, column] = entries
    result[column, row] = entries


def _exact_inputs(coordinates: Array, system: NumberSystem) -> PairsOf:
    """The kernel <x, x'> on pairs of points, from a matrix of inner products."""
    products = system.product(coordinates, coordinates.T)
    norms = system.sqrt(products.diagonal())
    zero = norms.is_zero() if isinstance(norms, FloatBalls) else np.array([value == 0 for value in norms], dtype=bool)

    def pairs(row: np.ndarray, column: np.ndarray) -> Pairs:
        cross = products[row, column]
        # 1 - cos(theta) cancels for near points: with exact inputs, more precision repairs that.
        scale = norms[row] * norms[column]
        sine_squared = system.nonnegative(system.ratio(scale - cross, 2 * scale, 0))
        cosine_squared = system.nonnegative(system.ratio(scale + cross, 2 * scale, 1))
        # The angle at the origin is taken to be zero, as `ratio` does, whose whole may be a product about zero.
        same = (row == column) | zero[row] | zero[column]
        return Pairs(norms, cross, _replace(sine_squared, same, 0), _replace(cosine_squared, same, 1))

    return pairs


def _float_inputs(coordinates: np.ndarray, system: NumberSystem) -> PairsOf:
    """The kernel <x, x'> on pairs of points, to full relative accuracy in the angle."""
    _, exponents = np.frexp(np.abs(coordinates).max(axis=1))
    scaled = np.ldexp(coordinates, -exponents[:, None])
    scaled_norms = np.sqrt((scaled * scaled).sum(axis=1))
    norms = np.ldexp(scaled_norms, exponents)
    units = scaled / np.where(scaled_norms == 0, 1.0, scaled_norms)[:, None]
    cosines = _inner_products(units)

    def pairs(row: np.ndarray, column: np.ndarray) -> Pairs:
        cosine = cosines[row, column]
        sine_squared, cosine_squared = (1 - cosine) / 2, (1 + cosine) / 2
        # Where the cosine has lost the angle, or its supplement, take it from the coordinates.
        for sign, squared in ((1, sine_squared), (-1, cosine_squared)):
            near = np.flatnonzero(sign * cosine > 0.9)
            for block in np.array_split(near, 1 + len(near) * scaled.shape[1] // 10**6):
                squared[block] = _half_sine_squared(scaled, scaled_norms, row[block], column[block], sign)
        return Pairs(norms, norms[row] * norms[column] * cosine, sine_squared, cosine_squared)

    return pairs


def _inner_products(units: np.ndarray) -> np.ndarray:
    """units @ units.T; thin ones by parts that BLAS computes in one thread, as its threads wait on a busy machine."""
    rows = 2**18 // units.size
    if rows < 16:
        return units @ units.T
    return np.concatenate([units[start : start + rows] @ units.T for start in range(0, len(units), rows)])


def _half_sine_squared(points: np.ndarray, norms: np.ndarray, row: np.ndarray, column: np.ndarray, sign: int) -> Any:
    """sin^2 of half the angle between x = points[row] and y = sign points[column], for small angles.

    It is |(|y| x - |x| y)|^2 / (2 |x| |y|)^2. As |y| x - |x| y = |y| (x - y) - (x - y).(x + y) / (|x| + |y|) y, it
    loses nothing that x - y keeps; y is scaled by a power of two to be about as long as x.
    """
    factors = np.exp2(np.rint(np.log2(norms[row] / norms[column])))
    first, second = points[row], points[column] * (sign * factors)[:, None]
    first_norm, second_norm = norms[row], norms[column] * factors
    step = first - second
    excess = (step * (first + second)).sum(axis=1) / (first_norm + second_norm)
    across = second_norm[:, None] * step - excess[:, None] * second
    return (across * across).sum(axis=1) / (2 * first_norm * second_norm) ** 2


def _replace(values: Array, where: np.ndarray, number: int) -> Array:
    if isinstance(values, FloatBalls):
        return FloatBalls(np.where(where, float(number), values.centre), np.where(where, 0.0, values.radius))
    values[where] = values[where] * 0 + number
    return values
