"""Gaussian moments of the ReLU, derived by integration.

For (u, v) centred Gaussian with standard deviations p, r and correlation cos(theta), write u = p rho cos(phi) and
v = r rho cos(phi - theta) with (rho, phi) polar coordinates of a standard Gaussian pair: both are positive exactly
for theta - pi/2 < phi < pi/2, and the moments are integrals of elementary functions. Equations are numbered as in
arXiv 2504.11130.
"""

from functools import cache

import sympy
from sympy import cos, pi
from sympy.simplify.fu import TR8

from theory.activations import Elementary, GaussianMoment, Homogeneous
from theory.activations.homogeneous import relu_moment, step_moment  # noqa: F401 - they are moments
from theory.integrals import c, p, r

theta = sympy.Symbol("theta", real=True)
"""The angle of a pair, 0 <= theta <= pi."""
psi = sympy.Symbol("psi", real=True)
"""The supplement pi - theta."""


@cache
def gaussian_moment(power: int) -> sympy.Expr:
    """E[u^power v^power 1(u > 0, v > 0)] at unit variances, as an expression in `theta`; power 0 or 1."""
    phi = sympy.Symbol("phi", real=True)
    radial = 2**power * sympy.gamma(power + 1)  # E[rho^(2 power)]: rho^2 / 2 has the density exp(-s)
    product = TR8((cos(phi) * cos(phi - theta)) ** power)  # as a sum: sympy's search for an integral is slow
    angular = sympy.integrate(product, (phi, theta - pi / 2, pi / 2))
    return sympy.together(sympy.expand(radial * angular / (2 * pi)))


@cache
def angular_function(power: int) -> sympy.Expr:
    """The angular dependence J_power of the arc-cosine kernels (Cho and Saul 2009), as an expression in `psi`.

    2 pi times the moment at unit variances: J_0 = psi and J_1 = sin(psi) - psi cos(psi).
    """
    return sympy.expand(sympy.expand_trig(2 * pi * gaussian_moment(power).subs(theta, pi - psi)))


@cache
def cosine(power: int) -> sympy.Expr:
    """The cosine between the images of a pair: the moment divided by its value at theta = 0. k_1 and k_0 of (3.8)."""
    moment = gaussian_moment(power)
    return sympy.together(sympy.expand(moment / moment.subs(theta, 0)))


def k0(u: sympy.Expr) -> sympy.Expr:
    """The step's correlation kernel k_0(u), derived; compare printed (3.8)."""
    return cosine(0).subs(theta, sympy.acos(u))


def k1(u: sympy.Expr) -> sympy.Expr:
    """The ReLU's correlation kernel k_1(u), derived; compare printed (3.8)."""
    return cosine(1).subs(theta, sympy.acos(u))


def angular_coefficient(order: int | sympy.Expr) -> sympy.Expr:
    """The coefficient of psi^(2 order + 3) in the Maclaurin series of J_1: (-1)^k (2k + 2) / (2k + 3)!.

    The series of J_1' = psi sin(psi), integrated term by term. It alternates and decreases for 0 <= psi <= 1, so that
    there consecutive partial sums enclose J_1.
    """
    return sympy.Integer(-1) ** order * (2 * order + 2) / sympy.factorial(2 * order + 3)


def pair_moment(moment: type[GaussianMoment], first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    """A Gaussian moment in closed form, from the covariance of the pair. Raises ValueError if it has none."""
    activation = moment.activation
    if isinstance(activation, Elementary):
        return activation.form(moment.order).subs({p: first, c: cross, r: second}, simultaneous=True)
    if not isinstance(activation, Homogeneous):
        raise ValueError(f"the moments of {activation.name} have no closed form")
    power, right, left = activation.moment_sides(moment.order)
    on_diagonal = first is second and cross is first
    scale = first if on_diagonal else sympy.sqrt(first * second)
    angle = sympy.S.Zero if on_diagonal else sympy.acos(cross / scale)
    total = (right**2 + left**2) * gaussian_moment(power).subs(theta, angle)
    if left != 0:
        total += 2 * right * left * gaussian_moment(power).subs(theta, pi - angle)
    return scale**power * total
