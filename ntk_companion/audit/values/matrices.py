"""Numbers of a symmetric matrix of balls: eigenvalues, determinant, norms and gap constants, all rigorous."""

from collections.abc import Callable
from functools import reduce

import flint

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.kernels import Matrix
from ntk_companion.audit.values.ranges import UNDEFINED, Range, point
from ntk_companion.audit.values.registry import functions, means
from numerics.kernels.gap import MOST_PATTERNS, best_gap, label_aware_gap
from numerics.kernels.spectrum import Enclosure, tightest_enclosure

arb = flint.arb


def smallest_eigenvalue(matrix: Matrix) -> Range:
    """Enclose lambda_min of a symmetric n x n matrix of balls."""
    found = tightest_enclosure(matrix)
    return Range(found.lower, found.upper) if found.upper.is_finite() else UNDEFINED


def largest_eigenvalue(matrix: Matrix) -> Range:
    """Enclose lambda_max of a symmetric n x n matrix of balls."""
    return ranges.negate(smallest_eigenvalue(-matrix))


def _max_norm(matrix: Matrix) -> Range:
    return reduce(ranges.larger, (ranges.absolute(point(value)) for value in matrix.flat), point(0))


def _frobenius_norm(matrix: Matrix) -> Range:
    squares = (ranges.power(point(value), point(2)) for value in matrix.flat)
    return ranges.sqrt(reduce(ranges.add, squares, point(0)))


def _spectral_norm(matrix: Matrix) -> Range:
    high, low = largest_eigenvalue(matrix), smallest_eigenvalue(matrix)
    return Range(high.lower.max(-low.upper).max(arb(0)), high.upper.max(-low.lower))


def _trace(matrix: Matrix) -> Range:
    return point(flint.arb_mat(matrix.tolist()).trace())


def _determinant(matrix: Matrix) -> Range:
    return point(flint.arb_mat(matrix.tolist()).det())


def _condition(matrix: Matrix) -> Range:
    return ranges.divide(largest_eigenvalue(matrix), smallest_eigenvalue(matrix))


def _over(factor: Callable[[int], int]) -> Callable[[Matrix], Range]:
    return lambda matrix: ranges.divide(smallest_eigenvalue(matrix), point(factor(len(matrix))))


SPECTRAL: dict[Word, Callable[[Matrix], Range]] = {
    vocabulary.LAMBDA_MIN: smallest_eigenvalue,
    vocabulary.LAMBDA_MAX: largest_eigenvalue,
    vocabulary.DET: _determinant,
    vocabulary.TRACE: _trace,
    vocabulary.CONDITION: _condition,
    vocabulary.MAX_NORM: _max_norm,
    vocabulary.FROBENIUS_NORM: _frobenius_norm,
    vocabulary.SPECTRAL_NORM: _spectral_norm,
    vocabulary.GAP_PRINTED: _over(lambda n: 2 * n * n),
    vocabulary.GAP_SHARP: _over(lambda n: n),
}
"""Functions of a matrix alone."""


functions(SPECTRAL)


def _definite(matrix: Matrix) -> Enclosure | None:
    found = tightest_enclosure(matrix)
    return found if found.positive else None


@means(vocabulary.GAP_BEST)
def _gap_best(environment: Environment, matrix: Matrix) -> Range:
    environment.budget.charge(20 * 2 ** min(len(matrix), MOST_PATTERNS))
    enclosure = _definite(matrix)
    if enclosure is None:
        return UNDEFINED
    bounds = best_gap(matrix, enclosure)
    return Range(bounds.lower, bounds.upper)


@means(vocabulary.GAP_LABELS)
def _gap_labels(environment: Environment, matrix: Matrix) -> Range:
    signs = environment.signs(len(matrix))
    if _definite(matrix) is None:
        return UNDEFINED
    bounds = label_aware_gap(matrix, signs)
    return Range(bounds.lower, bounds.upper)
