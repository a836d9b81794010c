"""The arithmetic of ranges contains the exact result for every choice of numbers in its arguments."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntk_companion.audit.syntax.vocabulary import Relation
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.matrices import largest_eigenvalue, smallest_eigenvalue
from ntk_companion.audit.values.ranges import Range

FRACTIONS = st.fractions(-4, 4, max_denominator=16)


@st.composite
def ranges_with_a_number(draw, numbers=FRACTIONS):
    """A range, and a number in it."""
    one, two = sorted(draw(st.tuples(numbers, numbers)))
    share = draw(st.fractions(0, 1, max_denominator=8))
    ends = [ranges.rational(end).lower for end in (one, two)]
    return Range(*ends), one + share * (two - one)


def contains(found, value):
    number = ranges.rational(value).lower
    return not found.is_defined or bool(not found.lower > number and not found.upper < number)


ARITHMETIC = {
    "add": (ranges.add, lambda x, y: x + y),
    "subtract": (ranges.subtract, lambda x, y: x - y),
    "multiply": (ranges.multiply, lambda x, y: x * y),
    "divide": (ranges.divide, lambda x, y: x / y if y else None),
    "smaller": (ranges.smaller, min),
    "larger": (ranges.larger, max),
}


@pytest.mark.parametrize("name", ARITHMETIC)
@given(ranges_with_a_number(), ranges_with_a_number())
def test_arithmetic_of_ranges_contains_the_exact_result(name, first, second):
    on_ranges, exact = ARITHMETIC[name]
    value = exact(first[1], second[1])
    found = on_ranges(first[0], second[0])
    assert found.is_defined or name == "divide"
    assert value is None or contains(found, value)
    assert not (value is None and found.is_defined)


@given(ranges_with_a_number(), st.integers(-4, 5))
def test_powers_of_ranges_contain_the_exact_result(argument, exponent):
    found = ranges.power(argument[0], ranges.rational(Fraction(exponent)))
    if argument[1] or exponent >= 0:
        assert contains(found, argument[1] ** exponent)


@given(ranges_with_a_number())
def test_absolute_values_of_ranges_contain_the_exact_result(argument):
    assert contains(ranges.absolute(argument[0]), abs(argument[1]))


def arc_cosine(power, u):
    angle = mpmath.pi - mpmath.acos(u)
    return angle / mpmath.pi if power == 0 else (u * angle + mpmath.sqrt(1 - u * u)) / mpmath.pi


FUNCTIONS = {
    "sqrt": (ranges.sqrt, mpmath.sqrt, (0, 4)),
    "exp": (ranges.exp, mpmath.exp, (-4, 4)),
    "ln": (ranges.ln, mpmath.log, (Fraction(1, 9), 4)),
    "sin": (ranges.sin, mpmath.sin, (-4, 4)),
    "cos": (ranges.cos, mpmath.cos, (-4, 4)),
    "arccos": (ranges.arccos, mpmath.acos, (-1, 1)),
    "k0": (ranges.k0, lambda u: arc_cosine(0, u), (-1, 1)),
    "k1": (ranges.k1, lambda u: arc_cosine(1, u), (-1, 1)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.data())
def test_functions_of_ranges_contain_the_values_of_mpmath(name, data):
    on_ranges, reference, (least, most) = FUNCTIONS[name]
    argument, value = data.draw(ranges_with_a_number(st.fractions(least, most, max_denominator=16)))
    with mpmath.workdps(40):
        exact = reference(mpmath.mpf(value.numerator) / value.denominator)
        near = Fraction(int(mpmath.nint(exact * 10**30)), 10**30)
    found = on_ranges(argument)
    assert found.is_defined
    slack = ranges.rational(Fraction(1, 10**12)).lower
    assert contains(Range(found.lower - slack, found.upper + slack), near)


@pytest.mark.parametrize("function", [ranges.sqrt, ranges.ln, ranges.arccos, ranges.k0, ranges.k1])
def test_a_range_that_leaves_the_domain_is_undefined_and_decides_nothing(function):
    found = function(Range(flint.arb(-2), flint.arb(2)))
    assert not found.is_defined
    for relation in Relation:
        assert ranges.compare(found, relation, ranges.rational(Fraction(1))) is None


@given(st.lists(st.fractions(-3, 3, max_denominator=5), min_size=3, max_size=3), st.integers(-2, 2))
def test_extreme_eigenvalues_of_known_matrices_are_enclosed(diagonal, twist):
    # Q diag(d) Q' with the rational rotation (3, 4)/5 in one plane has eigenvalues d.
    import numpy as np

    c, s = Fraction(3, 5), Fraction(4, 5) * (1 if twist >= 0 else -1)
    rotation = [[c, -s, Fraction(0)], [s, c, Fraction(0)], [Fraction(0), Fraction(0), Fraction(1)]]
    entries = [
        [sum(rotation[i][k] * diagonal[k] * rotation[j][k] for k in range(3)) for j in range(3)] for i in range(3)
    ]
    with flint.ctx.workprec(128):
        matrix = np.array([[ranges.rational(value).lower for value in row] for row in entries], dtype=object)
        low, high = smallest_eigenvalue(matrix), largest_eigenvalue(matrix)
    for found, exact in ((low, min(diagonal)), (high, max(diagonal))):
        assert contains(found, exact)
        assert float((found.upper - found.lower).mid()) < 1e-10
