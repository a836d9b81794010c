"""The number systems agree with one another, and constants stay exact in each."""

from __future__ import annotations

import math
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Balls, DoubleBalls, Float64, Mpmath, evaluate
from theory.moments import angular_coefficient

mp = mpmath.mp.clone()
mp.dps = 80
x, y = sympy.symbols("x y")

TINY_ANGLES = [10.0**-power for power in (1, 3, 6, 12, 50, 150)]


def ends(ball):
    """Lower and upper end of a ball of either kind, in mpmath."""
    if isinstance(ball, FloatBalls):
        centre, radius = mp.mpf(float(ball.centre)), mp.mpf(float(ball.radius))
    else:
        # man_exp gives the exact value of centre and radius.
        centre, radius = (
            mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent)
            for mantissa, exponent in (ball.mid().man_exp(), ball.rad().man_exp())
        )
    return centre - radius, centre + radius


def contains(ball, value):
    lower, upper = ends(ball)
    return lower <= value <= upper


def one(values):
    """The single entry of an array of a system."""
    return values[0]


def single(system, value):
    """An array of one number of a system."""
    match system:
        case Float64():
            return np.array([float(value)])
        case DoubleBalls():
            ball = FloatBalls.rational(Fraction(value))
            return FloatBalls(ball.centre[None], ball.radius[None])
    return np.array([system.rational(Fraction(value))], dtype=object)


# --- what must be noticed ---


class RoundingBalls(Balls):
    """A planted error: constants pass through a double."""

    def rational(self, value):
        return flint.arb(float(value))


class RoundingMpmath(Mpmath):
    """A planted error: constants pass through a double."""

    def rational(self, value):
        return self.context.mpf(float(value))


def keeps_thirds(system):
    """Is x/3 + 1/7, at x = 3, right to the precision of the system?"""
    with system.working():
        value = evaluate(x / 3 + sympy.Rational(1, 7), system, {x: system.rational(Fraction(3))})
        if isinstance(value, flint.arb):
            return contains(value, mp.mpf(8) / 7) and bool(value.rad() < flint.arb(2) ** (10 - system.bits))
        return abs(value - mp.mpf(8) / 7) < mp.mpf(10) ** -system.digits


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(Balls(100), RoundingBalls(100)), (Balls(64), RoundingBalls(64)), (Mpmath(30), RoundingMpmath(30))],
)
def test_a_third_that_becomes_a_double_is_noticed(right, wrong):
    assert keeps_thirds(right)
    assert not keeps_thirds(wrong)


def test_a_cube_root_keeps_its_exponent_exact():
    for system in (Mpmath(40), Balls(140)):
        with system.working():
            root = evaluate(sympy.cbrt(x), system, {x: system.rational(Fraction(2))})
            assert abs(root**3 - 2) < 1e-35


@pytest.mark.parametrize("expression", [sympy.gamma(x), y, x**y, sympy.Float(0.5) * x, sympy.I])
def test_what_has_no_exact_meaning_is_refused(expression):
    for system in (Float64(), Mpmath(20), Balls(64), DoubleBalls()):
        with pytest.raises(ValueError, match=r"cannot be evaluated|not a rational number"):
            evaluate(expression, system, {x: single(system, 2)})


@pytest.mark.parametrize("system", [Balls(64), DoubleBalls()])
def test_a_negative_quantity_known_to_be_nonnegative_is_a_lost_enclosure(system):
    for function in (system.sqrt, system.nonnegative):
        with pytest.raises(ArithmeticError, match="enclosure"):
            function(single(system, -1))


def test_balls_are_cut_at_zero_one_by_one_and_a_number_stays_a_number():
    across, above = flint.arb(0, 1), flint.arb(2, 1)
    for values in (across, np.array([above, across, above], dtype=object)):
        cut = Balls(64).nonnegative(values)
        assert type(cut) is type(values)
        reach = cut if isinstance(cut, flint.arb) else cut[1]
        assert reach >= 0 and reach.contains(flint.arb(1)) and Balls(64).sqrt(reach).contains(1)
    assert cut[0] is above and cut[2] is above


def test_an_undecided_ball_stays_undecided():
    for value in (flint.arb.nan(), flint.arb(0, 1) / flint.arb(0, 1)):
        values = np.array([value], dtype=object)
        system = Balls(64)
        for result in (system.sqrt(values), system.nonnegative(values), *system.angles(values, values)):
            assert not result[0].is_finite()
            assert not result[0] > 0 and not result[0] < 0


# --- agreement ---

numbers = st.fractions(Fraction(1, 100), 4, max_denominator=1000)
leaves = st.sampled_from([x, y, sympy.pi]) | st.fractions(-3, 3, max_denominator=30).map(
    lambda value: sympy.Rational(value.numerator, value.denominator)
)
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1])
        | st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1])
        | inner.map(lambda e: sympy.sqrt(1 + e**2))
        | inner.map(lambda e: 1 / (sympy.Rational(1, 3) + e**2))
        | inner.map(sympy.sin)
        | inner.map(lambda e: sympy.cos(e) ** 3)
    ),
    max_leaves=6,
)


@given(expression=expressions, first=numbers, second=numbers)
def test_balls_contain_what_high_precision_finds(expression, first, second):
    precise = Mpmath(40)
    with precise.working():
        truth = evaluate(expression, precise, {x: precise.rational(first), y: precise.rational(second)})
    slack = mp.mpf(10) ** -70 * (1 + abs(truth))
    for system, digits in ((Balls(120), 20), (DoubleBalls(), 8)):
        with system.working():
            value = evaluate(expression, system, {x: single(system, first), y: single(system, second)})
        if not isinstance(value, flint.arb):
            value = value if value.shape == () and isinstance(value, FloatBalls) else one(value)
        lower, upper = ends(value)
        assert lower - slack <= truth <= upper + slack
        assert upper - lower <= mp.mpf(10) ** -digits * (1000 + abs(truth) * 1000)
    double = evaluate(expression, Float64(), {x: float(first), y: float(second)})
    assert abs(double - truth) <= 1e-11 * (1000 + abs(truth))


@pytest.mark.parametrize("system", [Float64(), Mpmath(30), Balls(100), DoubleBalls()])
@pytest.mark.parametrize("angle", [*TINY_ANGLES, 0.5, 0.78, 0.79, 1.5, "right"])
def test_angles_keep_their_relative_accuracy_at_both_ends(system, angle):
    # The rational parametrisation of the circle gives an exact sine and cosine.
    tangent = Fraction(1) if angle == "right" else Fraction(math.tan(angle / 2))
    sine, cosine = 2 * tangent / (1 + tangent**2), (1 - tangent**2) / (1 + tangent**2)
    truth = 4 * mp.atan(mp.mpf(tangent.numerator) / tangent.denominator)
    sine_of_it = 2 * sine * cosine
    with system.working():
        for first, second, swapped in ((sine, cosine, False), (cosine, sine, True)):
            *found, found_sine = system.angles(single(system, first**2), single(system, second**2))
            near, far = map(one, reversed(found) if swapped else found)
            exact_sine = mp.mpf(sine_of_it.numerator) / sine_of_it.denominator
            for value, exact in ((near, truth), (far, mp.pi - truth), (one(found_sine), exact_sine)):
                if isinstance(system, Balls | DoubleBalls):
                    assert contains(value, exact)
                else:
                    tolerance = mp.mpf(10) ** -25 if isinstance(system, Mpmath) else mp.mpf(4e-16)
                    assert abs(value - exact) <= tolerance * exact


@pytest.mark.parametrize("angle", [0.0, *TINY_ANGLES[:5], 0.3, 0.999, 1.0, 1.001, 2.0, 3.1, math.pi])
def test_the_angular_function_does_not_cancel_at_small_angles(angle):
    exact = mp.sin(mp.mpf(angle)) - mp.mpf(angle) * mp.cos(mp.mpf(angle))
    if 0 < angle < 1e-6:
        exact = mp.mpf(angle) ** 3 / 3 * (1 - mp.mpf(angle) ** 2 / 10)
    for system in (Float64(), Balls(100), DoubleBalls()):
        with system.working():
            arguments = [single(system, Fraction(value)) for value in (angle, math.sin(angle), math.cos(angle))]
            if isinstance(system, Balls):
                # An exact angle with the balls of its own sine and cosine.
                arguments[1:] = [np.array([f(arguments[0][0])]) for f in (flint.arb.sin, flint.arb.cos)]
            if isinstance(system, DoubleBalls):
                arguments[1:] = [system.elementary(f, arguments[0]) for f in (sympy.sin, sympy.cos)]
            value = one(system.angular(1, *arguments))
        if isinstance(system, Float64):
            assert abs(value - exact) <= 1e-15 * exact
        else:
            assert contains(value, exact)
            lower, upper = ends(value)
            assert upper - lower <= 1e-12 * (1 + exact) and (angle > 0.01 or upper <= exact * 1.001 + 1e-300)


def test_small_angles_among_others_have_the_ball_that_they_have_alone():
    system = Balls(100)
    with system.working():
        angles = np.array([system.rational(Fraction(value)) for value in (2.0, 1e-30, 0.0, 3.1, 1e-9)])
        sine, cosine = (system.elementary(function, angles) for function in (sympy.sin, sympy.cos))
        together = system.angular(1, angles, sine, cosine)
        for place in range(len(angles)):
            alone = system.angular(1, *(part[place : place + 1] for part in (angles, sine, cosine)))[0]
            assert together[place].mid() == alone.mid() and together[place].rad() == alone.rad()
        assert together[1] > 0 and float(together[1]) == pytest.approx(1e-90 / 3)


@pytest.mark.parametrize("expression", [x - y, 1 - x, x - 1, -x - y, 2 * x - y - sympy.Rational(1, 3), y - x * y, -x])
def test_differences_are_those_of_exact_numbers(expression):
    first, second = Fraction(3, 8), Fraction(-5, 4)
    exact = Fraction(*expression.subs({x: sympy.Rational(3, 8), y: sympy.Rational(-5, 4)}).as_numer_denom())
    for system in (Float64(), Balls(64), DoubleBalls()):
        with system.working():
            found = one(evaluate(expression, system, {x: single(system, first), y: single(system, second)}))
            if isinstance(system, Float64):
                assert found == pytest.approx(float(exact), abs=1e-15)
            else:
                assert contains(found, mp.mpf(exact.numerator) / exact.denominator)


def test_quotients_are_divided_by_one_factor_after_another():
    a, x, y = sympy.symbols("a x y", positive=True)
    values = {a: np.array([1e300]), x: np.array([1e200]), y: np.array([1e200])}
    for quotient in (a / (x * y), 3 * a / (x * y) / 3, sympy.pi * a / x / y / sympy.pi):
        np.testing.assert_allclose(evaluate(quotient, Float64(), values), 1e-100, rtol=1e-14)
    assert evaluate(a / x, Float64(), {a: 6.0, 1 / x: 0.5}) == 3.0


def test_a_wrong_coefficient_of_the_angular_series_would_be_seen(monkeypatch):
    right = [float(angular_coefficient(order)) for order in range(9)]
    arguments = np.linspace(0.5, 0.99, 50)
    exact = np.array([float(mp.sin(mp.mpf(t)) - mp.mpf(t) * mp.cos(mp.mpf(t))) for t in arguments])
    for order in range(7):
        wrong = list(right)
        wrong[order] *= 1 + 1e-3
        for coefficients, agrees in ((right, True), (wrong, False)):
            monkeypatch.setattr("numerics.numbers.systems.angular_series", lambda c=coefficients: np.array(c))
            found = Float64().angular(1, arguments, np.sin(arguments), np.cos(arguments))
            assert (np.abs(found / exact - 1).max() < 1e-15) == agrees


@pytest.mark.parametrize("system", [Float64(), Mpmath(20), Balls(64), DoubleBalls()])
def test_ratios_hypotenuses_and_products_mean_the_same_everywhere(system):
    def number(value):
        return ends(value)[0] if isinstance(system, Balls | DoubleBalls) else value

    def matrix(values):
        return FloatBalls(values.centre[None], values.radius[None]) if isinstance(values, FloatBalls) else values[None]

    with system.working():
        three, four, zero = (single(system, value) for value in (3, 4, 0))
        assert number(one(system.hypot(three, four))) == pytest.approx(5)
        assert number(one(system.ratio(three, four, 1))) == pytest.approx(0.75)
        assert number(one(system.ratio(zero, zero, 1))) == 1
        assert number(one(system.ratio(three, zero, 0))) == 0
        assert number(system.product(matrix(three), matrix(four))[0, 0]) == pytest.approx(12)


@given(value=st.floats(-20, 20), radius=st.floats(0, 0.1))
@pytest.mark.parametrize("name", ["sin", "cos", "exp", "log", "acos"])
def test_elementary_functions_of_double_balls_contain_every_value(name, value, radius):
    if name == "log":
        value = abs(value) + 0.2
    if name == "acos":
        value, radius = value / 25, radius / 2
    ball = FloatBalls(np.array([value]), np.array([radius]))
    result = one(DoubleBalls().elementary(getattr(sympy, name), ball))
    function = mp.ln if name == "log" else getattr(mp, name)
    for point in (mp.mpf(value), mp.mpf(value) + mp.mpf(radius), mp.mpf(value) - mp.mpf(radius)):
        assert contains(result, function(point))


def test_pi_is_in_its_balls_and_exact_enough_elsewhere():
    for system in (Balls(64), Balls(300), DoubleBalls()):
        with system.working():
            assert contains(system.pi, mp.pi)
    assert abs(Mpmath(30).pi - mp.pi) < mp.mpf(10) ** -60


def test_the_precision_of_flint_is_restored():
    before = flint.ctx.prec
    with pytest.raises(KeyError), Balls(777).working():
        assert flint.ctx.prec == 777
        raise KeyError
    assert flint.ctx.prec == before
