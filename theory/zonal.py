"""Coefficients of zonal kernels in spherical harmonics, exactly.

For a kernel kappa(cos t) of the angle t on the unit sphere of R^d, with the uniform probability measure, harmonics of
degree k have the eigenvalue

    mu_k = Gamma(d/2) / (sqrt(pi) Gamma((d-1)/2)) int_0^pi kappa(cos t) P_k(cos t) sin(t)^(d-2) dt,

P_k the Legendre polynomial in d dimensions, P_k(1) = 1. Kernels of one hidden layer without biases are polynomials in
the angle, its sine and its cosine, so that the integrand is a sum of t^a cos(mt) and t^a sin(mt).
"""

from functools import cache

import sympy
from sympy import QQ_I, pi
from sympy.polys.rings import PolyElement, ring

_turns, turn = ring("w", QQ_I)
"""Polynomials in w = exp(it): a trigonometric polynomial is one of them, divided by a power of w."""
IMAGINARY = QQ_I(0, 1)


def legendre_terms(degree: int, dimension: int) -> dict[int, sympy.Rational]:
    """The a_m with P_k(cos t) = sum of a_m cos(mt), m = k, k - 2, .., at least 0; d = `dimension` at least 2.

    The a_m are not negative and add up to 1. Raises ValueError on a dimension below 2 or a negative degree.
    """
    if dimension < 2 or degree < 0:
        raise ValueError(f"harmonics need a dimension from 2 on and a degree from 0 on, not {dimension} and {degree}")
    if dimension == 2:
        return {degree: sympy.Integer(1)}
    half = sympy.Rational(dimension - 2, 2)
    rising = [sympy.rf(half, j) / sympy.factorial(j) for j in range(degree + 1)]
    terms: dict[int, sympy.Rational] = {}
    for j in range(degree + 1):
        place = abs(degree - 2 * j)
        terms[place] = terms.get(place, sympy.Integer(0)) + rising[j] * rising[degree - j]
    total = sympy.Add(*terms.values())
    return {place: value / total for place, value in terms.items()}


def share(dimension: int) -> sympy.Expr:
    """The factor before the integral: the surface of a sphere's equator as a part of the whole, per angle."""
    half = sympy.Rational(dimension, 2)
    return sympy.gamma(half) / (sympy.sqrt(pi) * sympy.gamma(half - sympy.Rational(1, 2)))


def zonal_coefficient(kernel: sympy.Expr, angle: sympy.Symbol, dimension: int, degree: int) -> sympy.Expr:
    """mu_k of a kernel that is a polynomial in the angle, its sine and its cosine, an expression in pi.

    Raises ValueError on another kernel, a dimension below 2 or a negative degree.
    """
    terms = legendre_terms(degree, dimension)
    sine, cosine = sympy.Symbol("s"), sympy.Symbol("c")
    form = sympy.expand(kernel.subs({sympy.sin(angle): sine, sympy.cos(angle): cosine}))
    if not form.is_polynomial(angle, sine, cosine):
        raise ValueError(f"{kernel} is no polynomial in the angle, its sine and its cosine")
    total = sympy.Integer(0)
    for (power, sines, cosines), coefficient in sympy.Poly(form, angle, sine, cosine).terms():
        sines += dimension - 2
        total += coefficient * sympy.Add(
            *(value * _integral(power, sines, cosines, place) for place, value in terms.items())
        )
    return sympy.expand(share(dimension) * total)


@cache
def _integral(power: int, sines: int, cosines: int, frequency: int) -> sympy.Expr:
    """The integral of t^power sin(t)^sines cos(t)^cosines cos(frequency t) from 0 to pi."""
    square = turn**2
    product: PolyElement = (square - 1) ** sines * (square + 1) ** cosines * (turn ** (2 * frequency) + 1)
    scale = QQ_I(2) ** (sines + cosines + 1) * IMAGINARY**sines
    shift = sines + cosines + frequency
    total = sympy.Integer(0)
    for (place,), coefficient in product.terms():
        weight = coefficient / scale
        for part, function in ((weight.x, _of_cosine), (-weight.y, _of_sine)):
            if part:
                total += sympy.Rational(part.numerator, part.denominator) * function(power, place - shift)
    return sympy.expand(total)


@cache
def _of_cosine(power: int, frequency: int) -> sympy.Expr:
    """The integral of t^power cos(frequency t) from 0 to pi."""
    if frequency == 0:
        return pi ** (power + 1) / (power + 1)
    return -sympy.Rational(power, frequency) * _of_sine(power - 1, frequency) if power else sympy.Integer(0)


@cache
def _of_sine(power: int, frequency: int) -> sympy.Expr:
    """The integral of t^power sin(frequency t) from 0 to pi."""
    if frequency == 0:
        return sympy.Integer(0)
    ends = (-1) ** abs(frequency) * pi**power - (1 if power == 0 else 0)
    rest = sympy.Rational(power, frequency) * _of_cosine(power - 1, frequency) if power else sympy.Integer(0)
    return -ends / frequency + rest
