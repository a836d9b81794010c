"""Gram matrices of the kernels of infinitely wide networks, over any number system."""

import contextvars
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy

from numerics.data.points import Points, as_coordinates, as_points
from numerics.kernels.double_points import DoublePoints
from numerics.kernels.pairs import PairEvaluation, Pairs, half_angles_of
from numerics.kernels.positions import Positions, pairs_of_positions
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Array, CompiledFloat64, DoubleBalls, Float64, NumberSystem
from numerics.progress import counted
from theory.architecture import Architecture
from theory.positions import channels, number_of_positions
from theory.recursion import Recursion, input_dimension, layer_width, recursion

FLOAT64 = Float64()
BLOCK = 131_072
"""Pairs evaluated together: enough to outweigh the interpreter, and to leave some for every thread."""
SLOW_BLOCK = 8_192
"""The same where every pair takes long, of mpmath's numbers or balls: few enough to say how far it is."""

PairsOf = Callable[[np.ndarray, np.ndarray], Pairs]


@dataclass(frozen=True)
class KernelGrams:
    """Gram matrices of one network: the NTK, its parts by group name, and the NNGP kernel.

    Shape (n, n), or (n, n') between two sets of points.
    """

    ntk: Array
    parts: dict[str, Array]
    nngp: Array


def ntk(
    architecture: Architecture,
    points: Points,
    system: NumberSystem = FLOAT64,
    others: Points | None = None,
    width: int | None = None,
) -> Array:
    """The Gram matrix K(x_i, x_j) of the limiting NTK, sum over the trained groups; K(x_i, x'_j) if `others` are given.

    Points are a `PointSet` or an n x d array, a point a row, `others` likewise n' x d; the result is n x n, or n x n'.
    float64: each entry to a few units in the last place of sqrt(K(x, x) K(x', x')); balls: each contains the exact
    entry for the exact points. An object array for mpmath and balls. A network of the standard parametrisation has a
    kernel at every `width` of its hidden layers, without its corrections of relative order 1/width. Raises ValueError
    if such a width is missing, or points do not fit.
    """
    return gram(recursion(architecture), recursion(architecture).ntk, points, system, others, width)


def nngp(
    architecture: Architecture,
    points: Points,
    system: NumberSystem = FLOAT64,
    others: Points | None = None,
    width: int | None = None,
) -> Array:
    """The covariance of the outputs at initialisation in the width limit. Shapes, accuracy and errors as for `ntk`."""
    return gram(recursion(architecture), recursion(architecture).nngp, points, system, others, width)


def kernel_grams(
    architecture: Architecture,
    points: Points,
    system: NumberSystem = FLOAT64,
    others: Points | None = None,
    width: int | None = None,
) -> KernelGrams:
    """The NTK, its parts and the NNGP kernel in one pass. Shapes, accuracy and errors as for `ntk`."""
    derived = recursion(architecture)
    kernels = [derived.ntk, derived.nngp, *derived.parts.values()]
    total, outputs, *parts = _grams(derived, kernels, points, system, others, width)
    return KernelGrams(total, {group.name: part for group, part in zip(derived.parts, parts, strict=True)}, outputs)


def gram(
    derived: Recursion,
    kernel: sympy.Expr,
    points: Points,
    system: NumberSystem = FLOAT64,
    others: Points | None = None,
    width: int | None = None,
) -> Array:
    """The Gram matrix of any kernel of a recursion: a symbol it defines, or an expression in them.

    Shapes, accuracy and errors as for `ntk`.
    """
    return _grams(derived, [kernel], points, system, others, width)[0]


def _grams(
    derived: Recursion,
    kernels: Sequence[Any],
    points: Points,
    system: NumberSystem,
    others: Points | None,
    width: int | None,
) -> list[Array]:
    """The Gram matrices of some kernels of one recursion.

    The pairs are evaluated block by block: arrays that fit the processor's cache, and memory for one block only.
    """
    with system.working():
        first = _coordinates(points, system)
        second = first if others is None else _coordinates(others, system)
        size, dimension = first.shape
        if dimension != second.shape[1]:
            raise ValueError(
                f"the points have {dimension} coordinates, the others {second.shape[1]}: give equally many"
            )
        equations, kernels = _with_sizes(derived, kernels, dimension, width)
        if isinstance(system, CompiledFloat64) and not derived.image:
            from numerics.kernels.compiled import compiled_grams, compiles

            if compiles(equations):
                return compiled_grams(equations, kernels, first, None if others is None else second)
        if others is None:
            row, column = np.triu_indices(size)
        else:
            row, column = (part.ravel() for part in np.indices((size, len(second))))
        shift = 0 if others is None else size
        coordinates = first if others is None else _stacked(first, second)
        evaluation_at = _evaluations(derived, equations, coordinates, system)
        count = number_of_positions(derived.image)

        def evaluate_block(block: slice) -> list[Array]:
            evaluation = evaluation_at(row[block], column[block] + shift)
            return [_without_positions(evaluation.entries(kernel), count) for kernel in kernels]

        most = BLOCK if isinstance(system, Float64 | DoubleBalls) else SLOW_BLOCK
        length = max(1, most // count**2)
        blocks = [slice(start, min(start + length, len(row))) for start in range(0, len(row), length)]
        results: list[Array] = [None] * len(kernels)
        found = counted(_mapped(evaluate_block, blocks, system), len(row), "pairs", each=length)
        for block, values in zip(blocks, found, strict=True):
            for index, entries in enumerate(values):
                if results[index] is None:
                    results[index] = _empty(entries, (size, len(second)))
                _fill(results[index], row[block], column[block], entries, symmetric=others is None)
    return results


def _coordinates(points: Points, system: NumberSystem) -> Array:
    """Their n x d coordinates; an array of doubles is not taken by way of exact numbers to doubles."""
    return as_coordinates(points) if isinstance(system, Float64) else as_points(points).coordinates(system)


def _evaluations(
    derived: Recursion, equations: Mapping[sympy.Symbol, sympy.Expr], coordinates: Array, system: NumberSystem
) -> Callable[[np.ndarray, np.ndarray], PairEvaluation]:
    """The evaluation of a recursion on pairs of inputs, from their coordinates."""
    inputs = _float_inputs if isinstance(system, Float64) else _exact_inputs
    if not derived.image:
        pairs_of = inputs(coordinates, system)
        return lambda row, column: PairEvaluation(equations, pairs_of(row, column), row, column, system)
    size, (count, width) = len(coordinates), _image_sizes(coordinates.shape[1], derived.image)
    pairs_of = inputs(coordinates.reshape(size * count, width), system)

    @cache
    def diagonal(kernel: sympy.Expr) -> Array:
        values = at(np.arange(size), np.arange(size)).entries(kernel)
        return values[(np.arange(size) * count**2).repeat(count)]

    def at(row: np.ndarray, column: np.ndarray) -> PairEvaluation:
        places = pairs_of_positions(row, column, count)
        return PairEvaluation(equations, pairs_of(*places), *places, system, Positions(count, diagonal))

    return at


def _image_sizes(dimension: int, image: tuple[int, ...]) -> tuple[int, int]:
    return number_of_positions(image), channels(dimension, image)


def _without_positions(entries: Any, count: int) -> Any:
    """The entries at the first pair of positions of each pair of inputs: outputs have none, and are equal at all."""
    return entries if getattr(entries, "shape", ()) == () else entries[:: count**2]


def _with_sizes(
    derived: Recursion, kernels: Sequence[Any], dimension: int, width: int | None
) -> tuple[Mapping[sympy.Symbol, sympy.Expr], list[Any]]:
    """The definitions and the kernels with numbers for the input dimension and the width."""
    sizes: dict[sympy.Basic, sympy.Basic] = {input_dimension: sympy.Integer(dimension)}
    if width is not None:
        sizes[layer_width] = sympy.Integer(width)
    reached = [sympy.sympify(kernel).free_symbols for kernel in (*kernels, *derived.equations.values())]
    if not any(symbols & {input_dimension, layer_width} for symbols in reached):
        return derived.equations, list(kernels)
    if width is None and any(layer_width in symbols for symbols in reached):
        raise ValueError("the kernel of the standard parametrisation grows with the width: give the width")
    equations = {symbol: expression.xreplace(sizes) for symbol, expression in derived.equations.items()}
    return equations, [sympy.sympify(kernel).xreplace(sizes) for kernel in kernels]


def _stacked(first: Array, second: Array) -> Array:
    if isinstance(first, FloatBalls):
        return FloatBalls(
            *(np.concatenate(pair) for pair in ((first.centre, second.centre), (first.radius, second.radius)))
        )
    return np.concatenate([first, second])


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


def _empty(like: Any, shape: tuple[int, int]) -> Array:
    if isinstance(like, FloatBalls):
        return FloatBalls(np.empty(shape), np.empty(shape))
    return np.empty(shape, dtype=np.asarray(like).dtype)


def _fill(result: Array, row: np.ndarray, column: np.ndarray, entries: Any, symmetric: bool) -> None:
    """Set the entries (or one constant) at the pairs, on both sides of the diagonal of a symmetric matrix."""
    if isinstance(entries, FloatBalls):
        _fill(result.centre, row, column, entries.centre, symmetric)
        _fill(result.radius, row, column, entries.radius, symmetric)
        return
    result[row, column] = entries
    if symmetric:
        result[column, row] = entries


def _float_inputs(coordinates: np.ndarray, system: NumberSystem) -> PairsOf:
    """The kernel <x, x'> on pairs of points, to full relative accuracy in the angle."""
    return DoublePoints.of(coordinates).pairs


def _exact_inputs(coordinates: Array, system: NumberSystem) -> PairsOf:
    """The kernel <x, x'> on pairs of points, from a matrix of inner products."""
    products = system.product(coordinates, coordinates.T)
    norms = system.sqrt(products.diagonal())

    def pairs(row: np.ndarray, column: np.ndarray) -> Pairs:
        cross = products[row, column]
        return Pairs(norms, cross, lambda: half_angles_of(norms, cross, row, column, system))

    return pairs
