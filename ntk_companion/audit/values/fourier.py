"""Circulant kernels by exact Fourier: eigenvalues in a cyclotomic field, as polynomials in 1 / pi.

At N equally spaced points of the circle the kernels of one hidden layer without biases are polynomials in the cosine
and the sine of the angle, the angle and 1 / pi. Over the cyclotomic field of order lcm(4, N) their eigenvalues are
found exactly, and since pi is transcendental one vanishes only if all its coefficients do.
"""

import math
from functools import cache

import flint
import sympy

from ntk_companion.audit.syntax.errors import NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Node
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.exact import definitions_in, in_parts, unrolled
from ntk_companion.audit.values.polynomials import Field

MOST_POINTS = 64
COSINE = sympy.Symbol("c", real=True)
_SINE, _TURN, _INVERSE_PI, _IDENTITY = sympy.symbols("s t p I", real=True)
Element = flint.fmpq_poly
Powers = dict[int, Element]
"""A polynomial in 1 / pi over the cyclotomic field."""


def singular_frequencies(kernel: Node, environment: Environment, count: int) -> list[int]:
    """The frequencies, 0 to N/2, at which a kernel on `count` = N equally spaced points has the eigenvalue zero."""
    if count > MOST_POINTS:
        return []
    try:
        profile, identity = _profile(kernel, environment)
        row = _first_row(profile, identity, count)
    except NoExactValueError:
        return []
    order = math.lcm(4, count)
    modulus = _cyclotomic(order)
    found = []
    for frequency in range(count // 2 + 1):
        total: Powers = {}
        for place, entry in enumerate(row):
            turn = _cosine(order, place * frequency % count * (order // count))
            for power, value in entry.items():
                total[power] = (total.get(power, Element()) + value * turn) % modulus
        if all(value == 0 for value in total.values()):
            found.append(frequency)
    return found


def _profile(kernel: Node, environment: Environment) -> tuple[sympy.Expr, sympy.Expr]:
    """A kernel as a function of the angle, and the multiple of the identity beside it. Raises NoExactValueError."""

    def of_angle(part: Apply) -> sympy.Expr:
        inputs = (sympy.Integer(1), COSINE, sympy.Integer(1))
        form = unrolled(definitions_in(part, environment), inputs, environment)
        angle, root = sympy.acos(COSINE), sympy.sqrt(1 - COSINE**2)
        return form.subs({angle: _TURN * sympy.pi, root: _SINE})

    whole = in_parts(kernel, environment, of_angle, _IDENTITY)
    return whole.subs(_IDENTITY, 0), sympy.diff(whole, _IDENTITY)


def _first_row(profile: sympy.Expr, identity: sympy.Expr, count: int) -> list[Powers]:
    """The entries at the angles 2 pi j / count. Raises NoExactValueError on other numbers than the circle's."""
    form = profile.subs(sympy.pi, 1 / _INVERSE_PI)
    field = Field(form + _INVERSE_PI, identity)
    if not set(field.atoms) <= {COSINE, _SINE, _TURN, _INVERSE_PI} or not identity.is_Rational:
        raise NoExactValueError
    found = field.reduced(form)
    if len(found.denominator) != 1:
        raise NoExactValueError
    ((below, divisor),) = found.denominator.to_dict().items()
    names = list(field.atoms)
    if any(power for atom, power in zip(names, below, strict=True) if atom != _INVERSE_PI):
        raise NoExactValueError
    terms = [
        (dict(zip(names, (int(a) - int(b) for a, b in zip(above, below, strict=True)), strict=True)), value / divisor)
        for above, value in found.numerator.to_dict().items()
    ]
    order = math.lcm(4, count)
    row = [_entry(terms, place, count, order) for place in range(count)]
    row[0][0] = row[0].get(0, Element()) + flint.fmpq(int(identity.p), int(identity.q))
    return row


def _entry(terms: list[tuple[dict[sympy.Expr, int], flint.fmpq]], place: int, count: int, order: int) -> Powers:
    modulus, step = _cyclotomic(order), order // count
    folded = min(place, count - place)
    cosine, sine = _cosine(order, folded * step), _sine(order, folded * step)
    turn = flint.fmpq(2 * folded, count)
    entry: Powers = {}
    for powers, coefficient in terms:
        value = Element([coefficient]) * turn ** powers.get(_TURN, 0)
        value = value * cosine ** powers.get(COSINE, 0) % modulus * sine ** powers.get(_SINE, 0) % modulus
        power = powers.get(_INVERSE_PI, 0)
        entry[power] = entry.get(power, Element()) + value
    return entry


@cache
def _cyclotomic(order: int) -> Element:
    return Element([int(value) for value in flint.fmpz_poly.cyclotomic(order)])


def _root_of_unity(order: int, power: int) -> Element:
    return Element([0] * (power % order) + [1]) % _cyclotomic(order)


def _cosine(order: int, power: int) -> Element:
    """cos(2 pi power / order)."""
    return (_root_of_unity(order, power) + _root_of_unity(order, -power)) / 2


def _sine(order: int, power: int) -> Element:
    """sin(2 pi power / order): i is the root of unity of a quarter turn."""
    difference = _root_of_unity(order, power) - _root_of_unity(order, -power)
    return -difference * _root_of_unity(order, order // 4) / 2 % _cyclotomic(order)
