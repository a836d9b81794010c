"""Kernels on a pair of points in half-angle coordinates.

A kernel k restricted to a pair (x, x') is a 2 x 2 covariance. Write it as the two norms sqrt(k(x, x)), sqrt(k(x', x'))
and S = sin^2(theta/2), C = cos^2(theta/2), with cos(theta) its correlation. Sums, products and Gaussian moments of
kernels become sums of non-negative terms in S and C: nothing cancels near theta = 0 or pi, so that float64 keeps its
accuracy and balls stay inside the domains of their functions. Every form here is proved equal to its definition.
"""

from functools import cache
from typing import NamedTuple

import sympy
from sympy import cos, pi

from theory.moments import angular_function, cosine, gaussian_moment, psi, theta

S, C = sympy.symbols("S C", nonnegative=True)
angular_theta = sympy.Symbol(r"J(\theta)", nonnegative=True)
angular_psi = sympy.Symbol(r"J(\psi)", nonnegative=True)
"""The angular function J of a moment at theta, and at psi = pi - theta; number systems supply both."""

P1, P2, R1, R2, S1, S2, C1, C2 = sympy.symbols("P1 P2 R1 R2 S1 S2 C1 C2", nonnegative=True)
"""Two kernels on one pair: norms at x (P) and x' (R), half-angle squares."""

P_COSINE, P_SINE, R_COSINE, R_SINE = sympy.symbols("P_c P_s R_c R_s", nonnegative=True)
"""Cosine and sine of half the angle whose cosine and sine are P1 and P2, if P1^2 + P2^2 = 1; of R1 and R2 likewise."""


class HalfAngle(NamedTuple):
    """The half-angle squares of a pair."""

    sine_squared: sympy.Expr
    cosine_squared: sympy.Expr


class Moment(NamedTuple):
    """A moment's factor on variances, its correlation, and the half-angle squares of the image of a pair.

    `obtuse` is another form of the sine squared, for pairs with C < S; None if the one is accurate everywhere. `acute`:
    the function is zero on one side, so that no correlation is negative and 1 - sine squared loses nothing.
    """

    variance: sympy.Expr
    correlation: sympy.Expr
    half_angle: HalfAngle
    obtuse: sympy.Expr | None
    acute: bool


@cache
def moment(power: int, right: sympy.Expr = sympy.S.One, left: sympy.Expr = sympy.S.Zero) -> Moment:
    """The moment of s(z) = right z^power for z > 0 and left (-z)^power for z < 0, of a pair with half angles S, C.

    The ReLU and its derivative by default. Expressions in S, C, `angular_theta` and `angular_psi`. Raises
    ArithmeticError if a form is not proved.
    """
    norm = gaussian_moment(power).subs(theta, 0)
    mean_square = right**2 + left**2
    overlap = 2 * right * left / mean_square
    correlation = (angular_psi + overlap * angular_theta) / (2 * pi * norm)
    if power == 0:
        sine_squared = (1 - overlap) * angular_theta / (2 * pi)
        cosine_squared = angular_psi / pi + (1 + overlap) * angular_theta / (2 * pi)
        obtuse = None
    else:
        # Of the absolute value it is S - J(theta)/pi or C - J(psi)/pi, the one and the other without cancellation.
        sine_squared = S - (1 + overlap) * angular_theta / (2 * pi)
        cosine_squared = C + (1 + overlap) * angular_theta / (2 * pi)
        obtuse = (1 - overlap) / 2 * S + (1 + overlap) / 2 * (C - angular_psi / pi)
    acute = left == 0
    if acute:
        cosine_squared, obtuse = 1 - sine_squared, None
    result = Moment(norm * mean_square, correlation, HalfAngle(sine_squared, cosine_squared), obtuse, acute)
    angular = angular_function(power)
    values = {
        S: (1 - cos(theta)) / 2,
        C: (1 + cos(theta)) / 2,
        angular_theta: angular.subs(psi, theta),
        angular_psi: angular.subs(psi, pi - theta),
    }
    meant = cosine(power) + overlap * cosine(power).subs(theta, pi - theta)
    _prove(correlation.subs(values), meant)
    _prove(result.half_angle.sine_squared.subs(values), (1 - meant) / 2)
    _prove(result.half_angle.cosine_squared.subs(values), (1 + meant) / 2)
    if obtuse is not None:
        _prove(obtuse.subs(values), (1 - meant) / 2)
    return result


@cache
def product() -> HalfAngle:
    """The half-angle squares of the product of two kernels, whose correlation is the product of theirs."""
    result = HalfAngle(S1 * C2 + C1 * S2, C1 * C2 + S1 * S2)
    values = {C1: 1 - S1, C2: 1 - S2}
    correlation = (1 - 2 * S1) * (1 - 2 * S2)
    _prove(result.sine_squared.subs(values), (1 - correlation) / 2)
    _prove(result.cosine_squared.subs(values), (1 + correlation) / 2)
    return result


@cache
def addition() -> HalfAngle:
    """The half-angle squares of the sum of two kernels whose norms are scaled to P1^2 + P2^2 = R1^2 + R2^2 = 1."""
    spread = (P_COSINE * R_SINE - P_SINE * R_COSINE) ** 2
    result = HalfAngle(spread + P1 * R1 * S1 + P2 * R2 * S2, spread + P1 * R1 * C1 + P2 * R2 * C2)
    # Unit vectors by their angle, in the rational parametrisation that sympy decides.
    a, b = sympy.symbols("a b", nonnegative=True)
    values = {
        P1: (1 - a**2) / (1 + a**2), P2: 2 * a / (1 + a**2), R1: (1 - b**2) / (1 + b**2), R2: 2 * b / (1 + b**2),
        P_COSINE: 1 / sympy.sqrt(1 + a**2), P_SINE: a / sympy.sqrt(1 + a**2),
        R_COSINE: 1 / sympy.sqrt(1 + b**2), R_SINE: b / sympy.sqrt(1 + b**2),
        C1: 1 - S1, C2: 1 - S2,
    }  # fmt: skip
    correlation = (P1 * R1 * (C1 - S1) + P2 * R2 * (C2 - S2)).subs(values)
    _prove(result.sine_squared.subs(values), (1 - correlation) / 2)
    _prove(result.cosine_squared.subs(values), (1 + correlation) / 2)
    cosine, sine = (half.subs({P1: values[P1], P2: values[P2]}) for half in halved())
    _prove(cosine**2, values[P_COSINE] ** 2)
    _prove(sine * cosine, values[P_SINE] * values[P_COSINE])
    return result


@cache
def halved() -> tuple[sympy.Expr, sympy.Expr]:
    """`P_COSINE` and `P_SINE` by P1 and P2; nothing cancels."""
    cosine = sympy.sqrt((1 + P1) / 2)
    return cosine, P2 / (2 * cosine)


def _prove(form: sympy.Expr, definition: sympy.Expr) -> None:
    numerator, _ = sympy.fraction(sympy.together(sympy.expand_trig(form - definition)))
    if sympy.expand(numerator) != 0:
        raise ArithmeticError(f"the half-angle form {form} is not {definition}")
