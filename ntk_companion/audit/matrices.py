"""Rigorous numbers of a symmetric matrix of balls: its extreme eigenvalues, of any sign, and its norms."""

from __future__ import annotations

import flint
import numpy as np

from ntk_companion.audit.ranges import Range, point
from numerics.kernels.spectrum import is_positive_definite

arb = flint.arb
Matrix = np.ndarray
"""A symmetric n x n array of balls (dtype object)."""

_MOST_STEPS = 40


def smallest_eigenvalue(matrix: Matrix) -> Range:
    """Enclose lambda_min: below by a factorisation of A - s I, above by a Rayleigh quotient.

    Each step moves the proved shift s towards the best quotient and takes inverse iterations with it; ends when that
    gains nothing more at the current precision.
    """
    size = len(matrix)
    if not all(value.is_finite() for value in matrix.flat):
        return point(arb.nan())
    identity = np.eye(size, dtype=int)
    balls = flint.arb_mat(matrix.tolist())
    middle = balls.mid()
    lower = -(1 + max_row_sum(matrix)).upper()
    vector = _start(matrix)
    upper = _quotient(balls, vector)
    for _ in range(_MOST_STEPS):
        gap = (upper - lower).upper()
        if not gap > 0:
            break
        trials = ((upper - gap * arb(2) ** -exponent).lower() for exponent in (40, 16, 4, 1))
        shift = next((s for s in trials if s > lower and is_positive_definite(matrix - s * identity)), None)
        if shift is not None:
            lower = shift
        vector = _improved(middle, lower, vector)
        quotient = _quotient(balls, vector)
        better = bool(quotient < upper)
        upper = quotient if better else upper
        if shift is None and not better:
            break
    return Range(lower, upper)


def largest_eigenvalue(matrix: Matrix) -> Range:
    """Enclose lambda_max."""
    negative = smallest_eigenvalue(-matrix)
    return Range(-negative.upper, -negative.lower)


def max_row_sum(matrix: Matrix) -> arb:
    """The largest sum of |A_ij| over a row."""
    return maximum([sum((abs(value) for value in row), arb(0)) for row in matrix])


def maximum(values: list[arb]) -> arb:
    """The largest of some balls."""
    largest = values[0]
    for value in values[1:]:
        largest = largest.max(value)
    return largest


def max_norm(matrix: Matrix) -> Range:
    """max |A_ij|."""
    return point(maximum([abs(value) for value in matrix.flat]))


def frobenius_norm(matrix: Matrix) -> Range:
    """The root of the sum of all A_ij^2."""
    return point(sum((value * value for value in matrix.flat), arb(0)).sqrt())


def spectral_norm(matrix: Matrix) -> Range:
    """The largest |eigenvalue|."""
    high, low = largest_eigenvalue(matrix), smallest_eigenvalue(matrix)
    return Range(high.lower.max(-low.upper).max(arb(0)), high.upper.max(-low.lower))


def determinant(matrix: Matrix) -> Range:
    """The determinant."""
    return point(flint.arb_mat(matrix.tolist()).det())


def _start(matrix: Matrix) -> flint.arb_mat:
    """Roughly an eigenvector of the smallest eigenvalue, in doubles."""
    size = max_row_sum(matrix).mid()
    scale = size if size > 0 else arb(1)
    centres = np.array([[float((value.mid() / scale).mid()) for value in row] for row in matrix])
    return flint.arb_mat([[float(value)] for value in np.linalg.eigh(centres)[1][:, 0]])


def _improved(middle: flint.arb_mat, shift: arb, vector: flint.arb_mat) -> flint.arb_mat:
    """Inverse iteration with a shift below all eigenvalues."""
    size = middle.nrows()
    shifted = middle - flint.arb_mat(size, size, np.eye(size, dtype=int).ravel().tolist()) * shift
    for _ in range(3):
        try:
            image = shifted.solve(vector).mid()
        except ZeroDivisionError:
            return vector
        largest = maximum([abs(value) for value in image.entries()])
        if not (largest > 0 and largest.is_finite()):
            return vector
        vector = flint.arb_mat([[(value / largest).mid()] for value in image.entries()])
    return vector


def _quotient(matrix: flint.arb_mat, vector: flint.arb_mat) -> arb:
    """An upper bound of lambda_min: the Rayleigh quotient."""
    row = vector.transpose()
    return ((row * matrix * vector)[0, 0] / (row * vector)[0, 0]).upper()
