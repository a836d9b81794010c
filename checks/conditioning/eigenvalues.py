"""Eigenvalues of small symmetric matrices in balls."""

import flint
import numpy as np
import sympy

from numerics.kernels.spectrum import factorised_enclosure
from numerics.numbers.systems import Balls, evaluate

SYSTEM = Balls(192)


def ball(value: sympy.Expr) -> flint.arb:
    """A ball around a number, exact if that is an integer."""
    return flint.arb(evaluate(sympy.sympify(value), SYSTEM, {}))


def extremes(matrix: np.ndarray) -> tuple[flint.arb, flint.arb]:
    """Balls around the least and the largest eigenvalue of a symmetric n x n matrix of balls."""
    trace = sum(matrix.diagonal(), flint.arb(0))
    low, rest = (factorised_enclosure(each, 12) for each in (matrix, np.diag([trace] * len(matrix)) - matrix))
    return low.lower.union(low.upper), trace - rest.lower.union(rest.upper)
