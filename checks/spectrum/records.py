"""How the statements on the sphere are put on record: papers, and kernels as functions of the angle."""

from collections.abc import Callable
from functools import cache

import numpy as np
import sympy

from numerics.kernels.depth import at_angles, through_depth
from numerics.kernels.gram import FLOAT64, ntk
from numerics.kernels.zonal import Coefficients, zonal_coefficients
from numerics.numbers.systems import Array
from theory.depth import RELU_STEP
from theory.moments import theta
from theory.presets import geifman

BM = "Bietti, Mairal 2019, arXiv 1905.12173"
BB = "Bietti, Bach 2021, arXiv 2009.14397"
GE = "Geifman et al. 2020, arXiv 2007.01580"
CX = "Chen, Xu 2021, arXiv 2009.10683"
BA = "Basri et al. 2020, arXiv 2003.04560"
B9 = "Basri et al. 2019, arXiv 1906.00425"
LI = "Li, Yu, Chen, Lin, arXiv 2305.02657"
REMEMBERED = "The formula is remembered, the paper's own print was not at hand. "
COMPUTED = "Computed by Gauss's rule in the angle, of two sizes. "

U = sympy.Symbol("u", real=True)
ONE = sympy.Integer(1)
MORE = sympy.Rational(102, 100)


def in_angle(expression: sympy.Expr) -> sympy.Expr:
    """What one block without biases makes of unit features at the angle theta."""
    closed = RELU_STEP.at(expression, (ONE, U, ONE))
    sine = {sympy.acos(U): theta, sympy.sqrt(1 - U**2): sympy.sin(theta)}
    return closed.subs(sine).subs(U, sympy.cos(theta))


K1, K0 = in_angle(RELU_STEP.features), in_angle(RELU_STEP.factor)
"""k_1 and k_0 in the angle, derived."""
SHALLOW = sympy.expand(in_angle(RELU_STEP.own) + K1)
"""The NTK of depth 1 without biases, on unit vectors."""


@cache
def deep(depth: int, dimension: int, degree: int, nngp: bool = False) -> Coefficients:
    """mu_0, .., mu_degree of the NTK (or of the features' kernel) of the ReLU network without biases."""

    def profile(angles: Array) -> Array:
        rows = through_depth(RELU_STEP, at_angles(angles), FLOAT64)
        row = next(row for place, row in enumerate(rows) if place == depth)
        return row.features if nngp else row.blocks + row.features

    return zonal_coefficients(profile, dimension, degree)


@cache
def with_biases(depth: int, beta: sympy.Rational, dimension: int, degree: int) -> Coefficients:
    """mu_0, .., mu_degree of the NTK of Geifman et al.: biases of strength beta started at zero."""

    def profile(angles: Array) -> Array:
        points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return ntk(geifman(depth, beta), np.array([[1.0, 0.0]]), others=points)[0]

    return zonal_coefficients(profile, dimension, degree)


def exponential(constant: float, power: float = 1.0) -> Callable[[Array], Array]:
    """exp(-c |x - y|^power) of unit vectors, in the angle: |x - y| = 2 sin(t/2)."""
    return lambda angles: np.exp(-constant * (2 * np.sin(angles / 2)) ** power)
