"""Coefficients of zonal kernels in spherical harmonics: eigenvalues for the uniform probability measure on the sphere.

For K(x, y) = kappa(x.y) on the unit sphere of R^d the harmonics of degree k have the eigenvalue

    mu_k = Gamma(d/2) / (sqrt(pi) Gamma((d-1)/2)) int_0^pi kappa(cos t) P_k(cos t) sin(t)^(d-2) dt,

P_k the Legendre polynomial in d dimensions, P_k(1) = 1; on the circle it is (1/pi) int_0^pi kappa(cos t) cos(kt) dt. In
the angle t the kernels of ReLU networks are analytic on [0, pi], ends included, so that Gauss's rule converges fast.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import flint
import numpy as np
import sympy
from scipy.special import gamma

from numerics.numbers.systems import Array, Balls, evaluate
from theory.zonal import legendre_terms

Profile = Callable[[Array], Array]
"""A kernel as a function of the angle: from shape (N,) to shape (N,)."""
MOST_EVALUATIONS = 10_000
"""Of an integrand that is enclosed."""


class Exponent(NamedTuple):
    """An exponent of decay between two degrees, and what the error of the coefficients makes of it."""

    value: float
    error: float


@dataclass(frozen=True)
class Coefficients:
    """mu_0, .., mu_K by Gauss's rule, shape (K + 1,), and an estimate of their largest error.

    The error is the largest difference from a rule of half as many nodes, and rounding.
    """

    values: Array
    error: float

    def exponent(self, low: int, high: int) -> Exponent:
        """The p of |mu_k| ~ k^p between two degrees k."""
        length = math.log(high / low)
        relative = self.error / abs(self.values[low]) + self.error / abs(self.values[high])
        return Exponent(math.log(abs(self.values[high] / self.values[low])) / length, relative / length)


def legendre(degree: int, dimension: int, cosines: Array) -> Array:
    """P_0, .., P_degree in `dimension` dimensions at N cosines, shape (degree + 1, N)."""
    rows = [cosines * 0 + 1.0, cosines * 1.0]
    for k in range(1, degree):
        rows.append(((2 * k + dimension - 2) * cosines * rows[-1] - k * rows[-2]) / (k + dimension - 2))
    return np.array(rows[: degree + 1])


def share(dimension: int) -> float:
    """w_{d-2} / w_{d-1}, the factor before the integral."""
    return float(gamma(dimension / 2) / (math.sqrt(math.pi) * gamma((dimension - 1) / 2)))


def zonal_coefficients(
    profile: Profile, dimension: int, degree: int, nodes: int = 0, cusp: float = 0.0
) -> Coefficients:
    """mu_0, .., mu_degree of a kernel given in the angle, analytic there but for a factor.

    `nodes` of the finer rule, by default two a degree and some. With `cusp` the kernel is smooth in angle^cusp
    near 0, and the
    angle is taken to a power that makes it smooth. Raises ValueError on a dimension below 2.
    """
    if dimension < 2:
        raise ValueError(f"a sphere lies in at least two dimensions, not {dimension}")
    count = nodes or 2 * degree + 200
    fine, coarse = (_by_rule(profile, dimension, degree, size, cusp) for size in (count, count // 2))
    return Coefficients(fine, float(np.abs(fine - coarse).max()) + 1e-15)


@cache
def _rule(count: int) -> tuple[Array, Array]:
    """Gauss's nodes on [0, 1] and their weights, shape (count,) each."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return (points + 1) / 2, weights / 2


def _by_rule(profile: Profile, dimension: int, degree: int, count: int, cusp: float) -> Array:
    half, weights = _rule(count)
    power = 1.0 if cusp == 0.0 else 4.0 / min(cusp, 1.0)
    angles = math.pi * half**power
    scale = math.pi * power * half ** (power - 1)
    values = weights * scale * profile(angles) * np.sin(angles) ** (dimension - 2)
    result: Array = share(dimension) * legendre(degree, dimension, np.cos(angles)) @ values
    return result


def enclosed_coefficient(
    kernel: sympy.Expr, angle: sympy.Symbol, dimension: int, degree: int, system: Balls
) -> flint.arb:
    """A ball around mu_k of a kernel that is a polynomial in the angle, its sine and cosine; d = 2, 3 or more.

    By FLINT's integration of holomorphic functions. Within `system.working()`.
    """

    def values(z: flint.acb, _: bool) -> flint.acb:
        return evaluate(kernel, system, {angle: z, sympy.cos(angle): z.cos(), sympy.sin(angle): z.sin()})

    return enclosed_by_integration(values, dimension, degree, system)


def enclosed_by_integration(
    profile: Callable[[flint.acb, bool], flint.acb], dimension: int, degree: int, system: Balls, bits: int = 0
) -> flint.arb:
    """A ball around mu_k of a kernel given on boxes of complex angles; d = 2, 3 or more. Within `system.working()`.

    The profile encloses the kernel's values on a box around real angles in [0, pi]; asked to be holomorphic there
    (its second argument), it must be not finite where it is not. The integration aims at an error of 2^-bits, by
    default at the system's precision, within `MOST_EVALUATIONS`: a wider ball is as right.
    """
    terms = [(place, evaluate(value, system, {})) for place, value in legendre_terms(degree, dimension).items()]

    def integrand(z: flint.acb, holomorphic: bool) -> flint.acb:
        harmonic = sum((value * (z * place).cos() for place, value in terms), flint.acb(0))
        return profile(z, holomorphic) * harmonic * z.sin() ** (dimension - 2)

    goal = flint.arb(2) ** -(bits or system.bits)
    end = flint.acb(flint.arb.pi())
    whole = flint.acb.integral(integrand, 0, end, rel_tol=goal, abs_tol=goal, eval_limit=MOST_EVALUATIONS).real
    half = flint.arb(dimension) / 2
    return whole * half.gamma() / (flint.arb.pi().sqrt() * (half - flint.arb(1) / 2).gamma())


def local_exponents(values: Array, degrees: tuple[int, ...]) -> Array:
    """The exponents log2(mu_2k / mu_k) at the degrees k, shape (their number,), of mu_0, .. of shape (K + 1,)."""
    return np.array([math.log2(values[2 * k] / values[k]) for k in degrees])
