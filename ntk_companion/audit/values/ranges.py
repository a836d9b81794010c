"""Numbers known to lie between two ends, each end a ball: for a point the two ends are one ball.

Rigorous interval arithmetic. Keeping the ends of an interval apart, in place of one wide ball, lets an inequality
that is an equality at an end of its interval be decided there. What is undefined, or may be, is NaN: no comparison
with it decides. Everything works at FLINT's current precision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import assert_never

import flint

from ntk_companion.audit.syntax.vocabulary import Relation
from numerics.numbers.systems import Balls, evaluate
from theory import moments
from theory.series import u

arb = flint.arb


@dataclass(frozen=True, slots=True)
class Range:
    """The real numbers between `lower` and `upper`; a single number if the two are one object."""

    lower: arb
    upper: arb

    @property
    def is_point(self) -> bool:
        """Is this a single number?"""
        return self.lower is self.upper

    @property
    def is_defined(self) -> bool:
        """Is a finite number known?"""
        return bool(self.lower.is_finite() and self.upper.is_finite())

    @property
    def is_known(self) -> bool:
        """Is something known: two ends, of which one may be infinite?"""
        ends = (self.lower, self.upper)
        return any(end.is_finite() for end in ends) and all(
            end.is_finite() or abs(end) == arb.pos_inf() for end in ends
        )

    def ball(self) -> arb:
        """A ball that contains the range."""
        return self.lower if self.is_point else self.lower.union(self.upper)


def point(value: arb | int) -> Range:
    """A single number, known as a ball."""
    ball = arb(value)
    return Range(ball, ball)


def rational(value: Fraction) -> Range:
    """A rational number, enclosed in a ball."""
    return point(arb(flint.fmpq(value.numerator, value.denominator)))


UNDEFINED = point(arb.nan())


def add(first: Range, second: Range) -> Range:
    """All sums first + second, enclosed."""
    if first.is_point and second.is_point:
        return point(first.lower + second.lower)
    return Range(first.lower + second.lower, first.upper + second.upper)


def negate(value: Range) -> Range:
    """All values -value, exactly."""
    return point(-value.lower) if value.is_point else Range(-value.upper, -value.lower)


def subtract(first: Range, second: Range) -> Range:
    """All differences first - second, enclosed."""
    return add(first, negate(second))


def multiply(first: Range, second: Range) -> Range:
    """All products first * second, enclosed; of intervals undefined where a product of ends is not finite."""
    if first.is_point and second.is_point:
        return point(first.lower * second.lower)
    products = [one * two for one in (first.lower, first.upper) for two in (second.lower, second.upper)]
    return _hull(products)


def divide(first: Range, second: Range) -> Range:
    """first / second, undefined where the divisor may be zero."""
    if first.is_point and second.is_point:
        return point(first.lower / second.lower)
    if second.lower > 0 or second.upper < 0:
        return multiply(first, Range(1 / second.upper, 1 / second.lower))
    return UNDEFINED


def _hull(values: list[arb]) -> Range:
    if not all(value.is_finite() for value in values):
        return UNDEFINED
    return Range(reduce(arb.min, values), reduce(arb.max, values))


def power(base: Range, exponent: Range) -> Range:
    """base^exponent; a negative base needs a whole exponent."""
    number = exponent.lower.unique_fmpz() if exponent.is_point and exponent.lower.is_exact() else None
    around_zero = base.is_point and base.is_defined and base.lower.contains(0) and not base.lower.is_exact()
    if around_zero and number is not None and number > 0 and number % 2 == 0:
        return Range(arb(0), _largest_size(base) ** int(number))
    if base.is_point and exponent.is_point:
        return point(base.lower**exponent.lower)
    if number is None:
        return exp(multiply(exponent, ln(base)))
    if number < 0:
        return divide(point(1), power(base, point(-exponent.lower)))
    lower, upper = base.lower ** int(number), base.upper ** int(number)
    if number % 2 == 1 or base.lower >= 0:
        return Range(lower, upper)
    if base.upper <= 0:
        return Range(upper, lower)
    return Range(arb(0), _largest_size(base) ** int(number))


def _largest_size(value: Range) -> arb:
    """An upper bound of |value|."""
    return value.upper.abs_upper().max(value.lower.abs_upper())


def increasing(
    function: Callable[[arb], arb], least: int | None = None, most: int | None = None
) -> Callable[[Range], Range]:
    """An increasing function of balls as one of ranges, undefined where the argument may leave [least, most]."""

    def on_range(value: Range) -> Range:
        if (least is not None and not value.lower >= least) or (most is not None and not value.upper <= most):
            return UNDEFINED
        if value.is_point:
            return point(function(value.lower))
        return Range(function(value.lower), function(value.upper))

    return on_range


def absolute(value: Range) -> Range:
    """All sizes |value|; undefined where the value is not known to be of one sign and an end is not finite."""
    if value.lower >= 0:
        return value
    if value.upper <= 0:
        return negate(value)
    return Range(arb(0), _largest_size(value)) if value.is_defined else UNDEFINED


def ball_function(function: Callable[[arb], arb]) -> Callable[[Range], Range]:
    """A function of balls, not monotone, as one of ranges."""

    def on_range(value: Range) -> Range:
        if value.is_point:
            return point(function(value.lower))
        image = function(value.ball())
        return Range(image.lower(), image.upper())

    return on_range


def _arc_cosine_kernel(power: int) -> Callable[[arb], arb]:
    """k_power as `theory` derives it, with its exact values at -1 and 1."""
    expression = {0: moments.k0, 1: moments.k1}[power](u)

    def value(argument: arb) -> arb:
        if argument.is_exact() and argument == 1:
            return arb(1)
        if argument.is_exact() and argument == -1:
            return arb(0)
        return evaluate(expression, _BALLS, {u: argument})

    return value


_BALLS = Balls(0)  # only its functions are used: the precision is that of the surrounding context

sqrt = increasing(arb.sqrt, least=0)
exp = increasing(arb.exp)
k0 = increasing(_arc_cosine_kernel(0), -1, 1)
k1 = increasing(_arc_cosine_kernel(1), -1, 1)
sin = ball_function(arb.sin)
cos = ball_function(arb.cos)


def ln(value: Range) -> Range:
    """The natural logarithm of a positive number."""
    if not value.lower > 0:
        return UNDEFINED
    return point(value.lower.log()) if value.is_point else Range(value.lower.log(), value.upper.log())


def arccos(value: Range) -> Range:
    """The angle in [0, pi] with this cosine."""
    result = increasing(lambda ball: -ball.acos(), -1, 1)(value)
    return negate(result)


def smaller(first: Range, second: Range) -> Range:
    """The smaller of two numbers."""
    lower, upper = first.lower.min(second.lower), first.upper.min(second.upper)
    return point(lower) if first.is_point and second.is_point else Range(lower, upper)


def larger(first: Range, second: Range) -> Range:
    """The larger of two numbers."""
    return negate(smaller(negate(first), negate(second)))


def compare(first: Range, relation: Relation, second: Range) -> bool | None:
    """Does the relation hold: certainly (for all numbers in the ranges), certainly not (for none), or undecided?"""
    match relation:
        case Relation.LESS:
            return True if first.upper < second.lower else False if first.lower >= second.upper else None
        case Relation.AT_MOST:
            return True if first.upper <= second.lower else False if first.lower > second.upper else None
        case Relation.MORE:
            return compare(second, Relation.LESS, first)
        case Relation.AT_LEAST:
            return compare(second, Relation.AT_MOST, first)
        case Relation.EQUAL:
            if first.upper < second.lower or first.lower > second.upper:
                return False
            exact = first.is_point and second.is_point and first.lower.is_exact() and second.lower.is_exact()
            return True if exact and first.lower == second.lower else None
        case Relation.UNEQUAL:
            equal = compare(first, Relation.EQUAL, second)
            return None if equal is None else not equal
    assert_never(relation)
