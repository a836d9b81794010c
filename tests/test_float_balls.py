"""Balls of doubles contain what they claim to contain."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from numerics.numbers.float_balls import FloatBalls, nearest_double
from numerics.numbers.systems import DoubleBalls

mp = mpmath.mp.clone()
mp.dps = 60

EDGES = [0.0, 5e-324, 2.0**-1074 * 3, 2.0**-1022, 1e-308, 1e-160, 1.0, 1 + 2.0**-52, 0.1, 1 / 3, 1e16, 1e154, 1.7e308]
centres = st.sampled_from([sign * edge for edge in EDGES for sign in (1, -1)]) | st.floats(
    allow_nan=False, allow_infinity=False
)
radii = st.just(0.0) | st.sampled_from([5e-324, 1e-300, 2.0**-53, 0.5, 1e10, 1e300]) | st.floats(0, 1)


@st.composite
def balls_with_points(draw, centre=centres):
    """A ball, and exact rational points in it."""
    middle, radius = draw(centre), draw(radii)
    shares = [Fraction(1), Fraction(-1), Fraction(0), draw(st.fractions(-1, 1, max_denominator=1000))]
    ball = FloatBalls(np.array([middle]), np.array([radius]))
    return ball, [Fraction(middle) + share * Fraction(radius) for share in shares]


def contains(ball, value):
    """Is this exact rational number in the ball? Infinite and NaN radii claim nothing."""
    centre, radius = float(ball.centre[0]), float(ball.radius[0])
    if math.isnan(radius) or math.isinf(radius):
        return True
    return math.isfinite(centre) and abs(value - Fraction(centre)) <= Fraction(radius)


OPERATIONS = {
    "addition": (lambda a, b: a + b, lambda a, b: a + b),
    "subtraction": (lambda a, b: a - b, lambda a, b: a - b),
    "multiplication": (lambda a, b: a * b, lambda a, b: a * b),
    "division": (lambda a, b: a / b, lambda a, b: a / b),
}


def check_containment(operation, exact, first, second):
    """Asserts that the result of an operation contains the exact results for exact arguments."""
    (one, one_points), (two, two_points) = first, second
    with np.errstate(all="ignore"):
        result = operation(one, two)
    for a in one_points:
        for b in two_points:
            try:
                value = exact(a, b)
            except ZeroDivisionError:
                assert not math.isfinite(result.radius[0])
            else:
                assert contains(result, value), (a, b, result)


# --- what must be noticed ---


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("forgetting", ["the arguments' radii", "the result's rounding"])
def test_a_dropped_radius_is_noticed(name, forgetting):
    operation, exact = OPERATIONS[name]
    one = FloatBalls(np.array([0.1]), np.array([2.0**-50])), [Fraction(0.1) + Fraction(1, 2**50), Fraction(0.1)]
    two = FloatBalls(np.array([0.7]), np.array([2.0**-50])), [Fraction(0.7) - Fraction(1, 2**50), Fraction(0.7)]

    def sloppy(a, b):
        if forgetting == "the result's rounding":
            return FloatBalls.exact(operation(a, b).centre)
        return operation(FloatBalls.exact(a.centre), FloatBalls.exact(b.centre))

    check_containment(operation, exact, one, two)
    with pytest.raises(AssertionError):
        check_containment(sloppy, exact, one, two)


def test_a_division_by_a_ball_that_holds_zero_has_no_bound():
    one = FloatBalls.exact(np.array([1.0]))
    for centre, radius in ((0.0, 0.0), (1.0, 1.0), (-1.0, 2.0), (5e-324, 5e-324)):
        assert np.isinf((one / FloatBalls(np.array([centre]), np.array([radius]))).radius[0])


@pytest.mark.parametrize("centre", [math.nan, math.inf, -math.inf])
def test_nan_and_infinite_centres_end_undecided(centre):
    bad, good = FloatBalls(np.array([centre]), np.array([0.0])), FloatBalls.exact(np.array([2.0]))
    with np.errstate(all="ignore"):
        for result in (bad * 0, bad - bad, bad / bad, bad / 0, good / bad, (bad - bad).sqrt()):
            assert not np.isfinite(result.radius[0]) or not np.isfinite(result.centre[0])


@pytest.mark.parametrize("radius", [math.nan, math.inf])
def test_nan_and_infinite_radii_end_undecided(radius):
    bad, good = FloatBalls(np.array([1.0]), np.array([radius])), FloatBalls.exact(np.array([2.0]))
    with np.errstate(all="ignore"):
        results = [bad + good, good - bad, bad * good, bad / good, good / bad, bad.sqrt(), bad.nonnegative(), -bad]
        results += [*DoubleBalls().angles(bad, good), *DoubleBalls().angles(good, bad)]
        for result in results:
            assert not np.isfinite(result.radius[0])
            assert not result.lower()[0] > 0


def test_an_overflow_ends_undecided():
    huge = FloatBalls.exact(np.array([1e300]))
    with np.errstate(all="ignore"):
        for result in (huge * huge, huge * huge - huge * huge, huge / FloatBalls.exact(np.array([1e-300]))):
            assert not np.isfinite(result.radius[0])


def test_a_negative_ball_of_a_nonnegative_quantity_is_a_lost_enclosure():
    ball = FloatBalls(np.array([-1.0]), np.array([0.5]))
    for function in (ball.sqrt, ball.nonnegative):
        with pytest.raises(ArithmeticError, match="enclosure"):
            function()


def test_an_arctan_outside_its_domain_has_no_bound():
    with np.errstate(all="ignore"):
        assert np.isinf(FloatBalls.exact(np.array([-0.5, 1.5, 1e300, math.nan])).arctan().radius).all()


# --- containment ---


@pytest.mark.parametrize("name", OPERATIONS)
@given(first=balls_with_points(), second=balls_with_points())
def test_results_contain_the_exact_results(name, first, second):
    check_containment(*OPERATIONS[name], first, second)


@given(value=balls_with_points(), number=st.integers(-9, 9).filter(bool))
def test_whole_numbers_mix_with_balls(value, number):
    ball, points = value
    with np.errstate(all="ignore"):
        pairs = [
            (ball + number, lambda x: x + number), (number - ball, lambda x: number - x),
            (ball * number, lambda x: x * number), (ball / number, lambda x: x / number),
        ]  # fmt: skip
    for result, exact in pairs:
        assert all(contains(result, exact(point)) for point in points)


@given(first=balls_with_points(), scale=balls_with_points())
def test_single_numbers_broadcast_over_arrays(first, scale):
    (ball, points), (number, number_points) = first, scale
    single = FloatBalls(number.centre[0], number.radius[0])
    exact_single = FloatBalls(np.array(number.centre[0]), np.array(0.0))
    with np.errstate(all="ignore"):
        for product in (ball * single, single * ball):
            assert all(contains(product, x * y) for x in points for y in number_points)
        for product in (ball * exact_single, exact_single * ball):
            assert all(contains(product, x * Fraction(float(number.centre[0]))) for x in points)


@given(value=balls_with_points(st.floats(0, 1.7e308) | st.sampled_from([abs(edge) for edge in EDGES])))
def test_square_roots_contain_the_exact_roots(value):
    ball, points = value
    with np.errstate(all="ignore"):
        root = ball.sqrt()
    centre, radius = Fraction(float(root.centre[0])), float(root.radius[0])
    assume(math.isfinite(radius))
    lower, upper = centre - Fraction(radius), centre + Fraction(radius)
    for point in points:
        if point >= 0:
            assert upper >= 0 and upper**2 >= point
            assert lower <= 0 or lower**2 <= point


@given(value=balls_with_points())
def test_cutting_at_zero_keeps_the_nonnegative_points(value):
    ball, points = value
    assume(max(points) >= 0)
    with np.errstate(all="ignore"):
        cut = ball.nonnegative()
    assert all(contains(cut, point) for point in points if point >= 0)
    if math.isfinite(cut.radius[0]):
        assert cut.centre[0] - cut.radius[0] >= -(2.0**-1000) - 2.0**-40 * abs(cut.centre[0])


@given(value=balls_with_points())
def test_the_ends_lie_outside(value):
    ball, points = value
    with np.errstate(all="ignore"):
        lower, upper = ball.lower()[0], ball.upper()[0]
    for point in points:
        assert not math.isfinite(lower) or Fraction(float(lower)) <= point
        assert not math.isfinite(upper) or Fraction(float(upper)) >= point


@given(ends=st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)))
def test_a_ball_between_two_ends_contains_both(ends):
    lower, upper = sorted(ends)
    ball = FloatBalls.between(np.array([lower]), np.array([upper]))
    assert contains(ball, Fraction(lower)) and contains(ball, Fraction(upper))


@given(value=st.fractions() | st.fractions(max_denominator=10).map(lambda x: x * 10**300))
def test_a_rational_number_is_in_its_ball(value):
    ball = FloatBalls.rational(value)
    assert contains(FloatBalls(ball.centre[None], ball.radius[None]), value)
    assert (ball.radius == 0) == (Fraction(float(ball.centre)) == value)


def test_rational_numbers_beyond_the_doubles_have_no_bound():
    for value in (Fraction(10) ** 400, -(Fraction(10) ** 400)):
        assert np.isinf(FloatBalls.rational(value).radius)
        assert nearest_double(value) == math.copysign(math.inf, 1 if value > 0 else -1)


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.floats(-1e100, 1e100), min_size=n, max_size=n)), st.data())
def test_matrix_products_contain_the_exact_products(row, data):
    size = len(row)
    column = data.draw(st.lists(st.floats(-1e100, 1e100) | st.floats(-1, 1), min_size=size, max_size=size))
    spreads = data.draw(st.lists(radii.filter(lambda r: r < 1e200), min_size=size, max_size=size))
    first = FloatBalls(np.array([row]), np.array([spreads]))
    second = FloatBalls(np.array([column]).T, np.array([spreads[::-1]]).T)
    product = first.matrix_product(second)
    for sign in (1, -1, 0):
        exact = sum(
            (Fraction(a) + sign * Fraction(r)) * (Fraction(b) - sign * Fraction(s))
            for a, b, r, s in zip(row, column, spreads, spreads[::-1], strict=True)
        )
        assert contains(product[0], exact)


@given(tangent=st.floats(0, 1) | st.sampled_from([0.0, 5e-324, 1e-300, 1e-9, 0.5, 1 - 2.0**-53, 1.0]), radius=radii)
def test_arctan_contains_the_arctan_of_every_point(tangent, radius):
    ball = FloatBalls(np.array([tangent]), np.array([radius])).arctan()
    for point in (mp.mpf(tangent), mp.mpf(tangent) + mp.mpf(radius), mp.mpf(tangent) - mp.mpf(radius)):
        assert abs(mp.atan(point) - mp.mpf(float(ball.centre[0]))) <= mp.mpf(float(ball.radius[0]))


def test_arctan_is_tight():
    tangents = np.concatenate([np.linspace(0, 1, 500), 10.0 ** -np.arange(1, 300)])
    ball = FloatBalls.exact(tangents).arctan()
    assert (ball.radius <= 20 * 2.0**-53 * ball.centre + 1e-300).all()
    for tangent, centre in zip(tangents, ball.centre, strict=True):
        # The claim of the proof, 9 units: what the implementation adds on top is its margin.
        assert abs(mp.atan(tangent) - mp.mpf(float(centre))) <= 9 * 2.0**-53 * float(centre) + 1e-300


@given(angle=st.floats(0, math.pi / 2) | st.sampled_from([0.0, 1e-300, 1e-12, math.pi / 4, math.pi / 2 - 1e-12]))
def test_angles_contain_the_angle_of_the_exact_sine_and_cosine(angle):
    sine, cosine = math.sin(angle), max(math.cos(angle), 0.0)
    squares = [FloatBalls.exact(np.array([value**2])) for value in (sine, cosine)]
    exact = [mp.sqrt(mp.mpf(value**2)) for value in (sine, cosine)]
    found = DoubleBalls().angles(*squares)
    expected = (2 * mp.atan2(*exact), 2 * mp.atan2(*reversed(exact)), 2 * exact[0] * exact[1])
    for ball, truth in zip(found, expected, strict=True):
        error = abs(truth - mp.mpf(float(ball.centre[0])))
        assert error <= mp.mpf(float(ball.radius[0]))
        assert ball.radius[0] <= 60 * 2.0**-53 * float(truth) + 1e-300


def test_an_intersection_keeps_what_both_contain():
    ball = FloatBalls(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    lower, upper = FloatBalls.exact(np.array([0.5, 0.5])), FloatBalls.exact(np.array([1.25, 1.25]))
    cut = ball.intersect(lower, upper, np.array([True, False]))
    assert contains(cut[:1], Fraction(1, 2)) and contains(cut[:1], Fraction(5, 4))
    assert cut.radius[0] < 0.376 and cut.radius[1] == 1


def test_a_ratio_with_a_zero_whole_takes_the_given_value():
    part = FloatBalls.exact(np.array([3.0, 0.0]))
    whole = FloatBalls.exact(np.array([4.0, 0.0]))
    assert (part.ratio(whole, 1).centre == [0.75, 1.0]).all()
