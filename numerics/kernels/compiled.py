"""Gram matrices in doubles by machine code: the evaluation of a recursion on pairs of points, traced and compiled.

No formula stands here: the program is what `PairEvaluation` does, written down by `numerics.numbers.traced`, and its
results are the same up to rounding. Needs numba, the extra `fast`; the first call of a network compiles for seconds.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache, reduce
from math import acos, asin, copysign, cos, exp, hypot, log, sin, sqrt, tanh
from typing import Any

import numba
import numpy as np
import sympy

from numerics.kernels.double_points import NEAR, DoublePoints, inner_products
from numerics.kernels.pairs import PairEvaluation, Pairs
from numerics.numbers.traced import Index, Program, Stage, Traced, Tracing, text_of
from theory.activations import Analytic, GaussianMoment

TILE = 64
"""Rows and columns evaluated together, so that an entry and its mirror image are both written in the cache."""

FEW = 20_000
"""Entries that one thread has done before others have begun."""
LOST = (1 - NEAR) / 2

FUNCTIONS = (acos, asin, copysign, cos, exp, hypot, log, sin, sqrt, tanh)
FORM = """
def of_points(norms, numbers):
    for point in range(len(norms)):
        norm = norms[point]
        {point_assignments}
        {kept_numbers}

def of_pairs(found, symmetric, row_numbers, column_numbers, first, last):
    size = found.shape[2]
    squares = empty(size)
    for top in range(first, last, TILE):
        for left in range(top if symmetric else 0, size, TILE):
            for row in range(top, min(top + TILE, last)):
                {row_loads}
                start, end = max(left, row) if symmetric else left, min(left + TILE, size)
                for column in range(start, end):
                    squares[column] = found[0, row, column]
                for column in range(start, end):
                    {column_loads}
                    same = symmetric and row == column
                    square = squares[column]
                    acute = copysign(1.0, square) > 0.0
                    sine_squared = square if acute else 1.0 + square
                    cosine_squared = 1.0 - square if acute else -square
                    {pair_assignments}
                    {results}
            if symmetric:
                for column in range(left, min(left + TILE, size)):
                    for row in range(top, min(top + TILE, last, column)):
                        {mirrored}
"""
"""`found[0]` begins with sin^2 of half a pair's angle, or minus its cos^2 where that is the smaller one."""


def compiles(equations: Mapping[sympy.Symbol, sympy.Expr]) -> bool:
    """Is every Gaussian moment of these definitions a closed form, and none a series?"""
    return all(map(_is_closed, equations.values()))


@cache
def _is_closed(expression: sympy.Expr) -> bool:
    return not any(isinstance(moment.activation, Analytic) for moment in expression.atoms(GaussianMoment))


def compiled_grams(
    equations: Mapping[sympy.Symbol, sympy.Expr],
    kernels: Sequence[sympy.Expr],
    first: np.ndarray,
    others: np.ndarray | None,
) -> list[np.ndarray]:
    """The Gram matrices of some kernels of a recursion, shape (n, n), or (n, n') with n' other points.

    `first` and `others` are coordinates, a point a row; the definitions hold numbers for all sizes. Accuracy as with
    `Float64`, and the same bits however many threads compute.
    """
    kept, of_points, of_pairs = _machine_code(tuple(equations.items()), tuple(kernels))
    size = len(first)
    symmetric = others is None
    points = DoublePoints.of(first if others is None else np.concatenate([first, others]))
    numbers = np.empty((kept, len(points.norms)))
    of_points(points.norms, numbers)
    columns = slice(0 if symmetric else size, None)
    found = np.empty((len(kernels), size, len(points.norms[columns])))
    _signed_squares(points, slice(0, size), columns, symmetric, found[0])

    def evaluate(rows: tuple[int, int]) -> None:
        of_pairs(found, symmetric, numbers[:, :size], numbers[:, columns], *rows)

    bands = [(start, min(start + TILE, size)) for start in range(0, size, TILE)]
    threads = os.cpu_count() or 1 if found.size > FEW else 1
    with ThreadPoolExecutor(threads) if threads > 1 else nullcontext() as pool:
        for _ in (pool.map if pool else map)(evaluate, bands):
            pass
    return list(found)


def _signed_squares(points: DoublePoints, rows: slice, columns: slice, symmetric: bool, squares: np.ndarray) -> None:
    """Fill `squares` with what `FORM` begins with; the upper triangle of symmetric ones."""
    inner_products(points.units[rows], points.units[columns], squares)
    row, column = _sign(squares, symmetric)
    signs = np.copysign(1.0, squares[row, column])
    squares[row, column] = signs * points.half_sine_squared(row, column + columns.start, signs)


@numba.njit(nogil=True)
def _sign(cosines: np.ndarray, symmetric: bool) -> tuple[np.ndarray, np.ndarray]:
    """Turn cosines into signed squares, in place; the indices of pairs whose cosines have lost digits of them."""
    rows, columns = cosines.shape
    near = 0
    for row in range(rows):
        if symmetric:
            cosines[row, row] = 0.0  # the angle of a point with itself
        for column in range(row + 1 if symmetric else 0, columns):
            cosine = cosines[row, column]
            cosines[row, column] = copysign((1.0 - abs(cosine)) / 2.0, cosine)
            near += abs(cosines[row, column]) < LOST
    found = np.empty((2, near), dtype=np.int64)
    for row in range(rows):
        for column in range(row + 1 if symmetric else 0, columns):
            if near and abs(cosines[row, column]) < LOST:
                near -= 1
                found[0, near], found[1, near] = row, column
    return found[0], found[1]


@cache
def _machine_code(
    equations: tuple[tuple[sympy.Symbol, sympy.Expr], ...], kernels: tuple[sympy.Expr, ...]
) -> tuple[int, Any, Any]:
    """How many numbers of a point the pairs need, and the two functions of `FORM`."""
    program, results = _trace(dict(equations), kernels)
    kept = sorted({number for numbers in program.loads.values() for number in numbers.values()})
    names: dict[str, Any] = {function.__name__: function for function in FUNCTIONS} | {"TILE": TILE, "empty": np.empty}
    names |= {name: _polynomial(coefficients) for coefficients, name in program.polynomials.items()}
    exec(_text(program, kept, results), names)  # the text is made of the operations that `Traced` knows
    compiled = numba.njit(nogil=True, error_model="numpy")
    return len(kept), compiled(names["of_points"]), compiled(names["of_pairs"])


def _polynomial(coefficients: Sequence[float]) -> Any:
    """Machine code for a polynomial, the lowest coefficient first, by Horner's rule.

    Products and sums may be fused here alone: elsewhere that would spoil differences that are exactly zero.
    """
    *others, highest = coefficients
    text = reduce(lambda found, coefficient: f"({found} * x + {coefficient!r})", reversed(others), repr(highest))
    names: dict[str, Any] = {}
    exec(f"def polynomial(x):\n    return {text}", names)
    return numba.njit(nogil=True, fastmath={"contract"})(names["polynomial"])


def _trace(equations: Mapping[sympy.Symbol, sympy.Expr], kernels: Sequence[sympy.Expr]) -> tuple[Program, list[str]]:
    """The program that evaluates the kernels on one pair, and the names of their values in it."""
    program = Program()
    row, column = Index(program, "row"), Index(program, "column")
    norm = Traced(program, Stage.POINT, "norm")
    squares = Traced(program, Stage.PAIR, "sine_squared"), Traced(program, Stage.PAIR, "cosine_squared")
    inputs = Pairs(norm, norm[row] * norm[column] * (squares[1] - squares[0]), lambda: squares)
    evaluation = PairEvaluation(equations, inputs, row, column, Tracing())
    return program, [text_of(evaluation.entries(kernel)) for kernel in kernels]


def _text(program: Program, kept: Sequence[str], results: Sequence[str]) -> str:
    """`FORM`, filled in."""
    loads = {
        index: [f"{name} = {index}_numbers[{kept.index(number)}, {index}]" for name, number in numbers.items()]
        for index, numbers in program.loads.items()
    }
    parts = {
        "point_assignments": [f"{name} = {text}" for text, name in program.assignments[Stage.POINT].items()],
        "kept_numbers": [f"numbers[{place}, point] = {name}" for place, name in enumerate(kept)],
        "row_loads": loads["row"],
        "column_loads": loads["column"],
        "pair_assignments": [f"{name} = {text}" for text, name in program.assignments[Stage.PAIR].items()],
        "results": [f"found[{place}, row, column] = {name}" for place, name in enumerate(results)],
        "mirrored": [f"found[{place}, column, row] = found[{place}, row, column]" for place in range(len(results))],
    }
    return "".join(_filled(line, parts) for line in FORM.splitlines())


def _filled(line: str, parts: Mapping[str, list[str]]) -> str:
    """A line of `FORM`: the statements it stands for, at its indentation, or `pass`."""
    word = line.strip()
    if not word.startswith("{"):
        return line + "\n"
    return "".join(line.replace(word, statement) + "\n" for statement in parts[word[1:-1]] or ["pass"])
