"""Fourier coefficients of kernels on the circle that are polynomials of degree 1 in the angle times its sine or cosine.

These are the kernels of one hidden layer without biases: k_0 is 1 - t/pi and k_1 is ((pi - t) cos t + sin t)/pi in the
angle t. Their coefficients are exact, at a symbolic frequency too.
"""

import sympy
from sympy import cos, pi, sin


def cosine_coefficient(kernel: sympy.Expr, angle: sympy.Symbol, frequency: sympy.Expr) -> sympy.Expr:
    """(1/pi) times the integral of kernel cos(k angle) from 0 to pi, k an integer or a symbol for integers above 1.

    It is the eigenvalue of cos(kt) for the uniform probability measure. Every term of the kernel is a polynomial of
    degree 1 in the angle, times its sine or its cosine or neither.
    """
    total = sympy.Integer(0)
    for term in sympy.Add.make_args(sympy.expand(kernel)):
        kind = sin if term.has(sin) else cos
        rate = sympy.Integer(1 if term.has(sin, cos) else 0)
        weight = sympy.simplify(term / kind(angle)) if rate else term
        start, slope = weight.subs(angle, 0), sympy.diff(weight, angle)
        total += (_integral(start, slope, rate + frequency, kind) + _integral(start, slope, rate - frequency, kind)) / 2
    return sympy.simplify(total / pi)


def _integral(start: sympy.Expr, slope: sympy.Expr, rate: sympy.Expr, kind: type[sympy.Function]) -> sympy.Expr:
    """The integral of (start + slope t) kind(rate t) from 0 to pi."""
    if rate == 0:
        return sympy.Integer(0) if kind is sin else start * pi + slope * pi**2 / 2
    end_sine, end_cosine = sin(rate * pi), cos(rate * pi)
    if kind is cos:
        return start * end_sine / rate + slope * (pi * end_sine / rate + (end_cosine - 1) / rate**2)
    return start * (1 - end_cosine) / rate + slope * (end_sine / rate**2 - pi * end_cosine / rate)
