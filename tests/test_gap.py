from fractions import Fraction

import flint
import numpy as np
import pytest

from numerics.data.points import circle, hexagon, rational_points
from numerics.kernels.gap import (
    Bounds,
    best_gap,
    certified_gap_constants,
    gap_constants,
    label_aware_gap,
    simplex_minimiser,
)
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import Enclosure, certified_lambda_min, factorised_enclosure
from numerics.numbers.systems import Balls
from theory.architecture import fcn, resnet


@pytest.fixture(autouse=True)
def precision():
    with flint.ctx.workprec(128):
        yield


def balls(rows):
    return np.array(
        [[flint.arb(flint.fmpq(Fraction(v).numerator, Fraction(v).denominator)) for v in row] for row in rows]
    )


def contains(bounds, value, width=1e-20):
    assert bounds.lower <= flint.arb(value).upper() and flint.arb(value).lower() <= bounds.upper
    assert bounds.upper - bounds.lower < width


def test_a_matrix_not_known_to_be_definite_has_no_gap_constants():
    matrix = balls([[1, 1], [1, 1]])
    with pytest.raises(ValueError, match="positive definite"):
        gap_constants(matrix, factorised_enclosure(matrix), [1, -1])


def test_the_best_constant_of_a_diagonal_matrix_is_the_inverse_of_the_inverses_trace():
    matrix = balls([[1, 0, 0], [0, 2, 0], [0, 0, 4]])
    contains(best_gap(matrix, factorised_enclosure(matrix)), flint.arb(4) / 7)


def test_the_margin_of_two_points_is_half_the_difference_for_opposite_labels():
    # K = [[a, b], [b, a]]: w = (1/2, 1/2) gives (a - b) / 2 for opposite labels, (a + b) / 2 for equal ones.
    matrix = balls([[3, 1], [1, 3]])
    contains(label_aware_gap(matrix, [1, -1]), 1)
    contains(label_aware_gap(matrix, [1, 1]), 2)


def test_a_point_that_is_no_support_vector_has_no_weight():
    # The minimiser of w' Q w on the simplex is e_1: Q e_1 = (1, 2) >= 1.
    matrix = balls([[1, 2], [2, 9]])
    contains(label_aware_gap(matrix, [1, 1]), 1)
    assert simplex_minimiser(np.array([[1.0, 2.0], [2.0, 9.0]])).tolist() == [1.0, 0.0]


def test_all_constants_of_the_hexagon_coincide_but_the_printed_one():
    lowest = certified_lambda_min(lambda system: ntk(fcn(3), hexagon(), system), digits=20)
    found = gap_constants(ntk(fcn(3), hexagon(), Balls(128)), lowest, [1, -1] * 3)
    for constant, number in ((found.printed, 72), (found.sharp, 6), (found.best, 6), (found.label_aware, 6)):
        assert constant.lower * number <= lowest.upper
        assert lowest.lower <= constant.upper * number


def test_the_constants_of_a_networks_limit_are_those_of_its_gram_matrix():
    lowest, found = certified_gap_constants(fcn(1), circle(2), [-1, 1])
    # Typed by hand: K = [[4, 2/pi], [2/pi, 4]], lambda_0 = 4 - 2/pi.
    exact = 4 - 2 / flint.arb.pi()
    contains(Bounds(lowest.lower, lowest.upper), exact, 1e-10)
    contains(found.printed, exact / 8, 1e-10)
    for constant in (found.sharp, found.best, found.label_aware):
        contains(constant, exact / 2, 1e-10)
    with pytest.raises(ValueError, match="positive definite"):
        certified_gap_constants(resnet(1, 0), rational_points("-1, 0, 1", [[-1], [0], [1]]), [1, -1, 1])


def test_above_twelve_points_the_best_constant_is_bracketed():
    lowest = certified_lambda_min(lambda system: ntk(fcn(1), circle(14), system), digits=12)
    matrix = ntk(fcn(1), circle(14), Balls(128))
    bracket = best_gap(matrix, lowest)
    assert (lowest.lower / 14).lower() <= bracket.lower <= bracket.upper
    signs = [1, -1] * 7
    assert bracket.lower <= label_aware_gap(matrix, signs).upper


def test_with_no_lower_bound_nothing_is_claimed():
    unknown = Enclosure(flint.arb.neg_inf(), flint.arb.pos_inf(), "none", 0)
    with pytest.raises(ValueError):
        gap_constants(balls([[1]]), unknown, [1])


@pytest.mark.parametrize(
    ("large", "small"), [(10**13, Fraction(1, 10**6)), (10**16, Fraction(1, 10**7))], ids=["1e13", "1e16"]
)
def test_points_far_apart_and_near_have_their_gap_constants_to_twelve_digits(large, small):
    points = rational_points("far and near", [[Fraction(0)], [Fraction(large)], [Fraction(large) - small]])
    lowest, found = certified_gap_constants(fcn(2), points, [1, -1, 1])
    assert lowest.positive
    for constant in (found.sharp, found.best, found.label_aware):
        assert constant.has_digits(11)
    assert found.sharp.lower <= found.best.upper
    assert found.best.lower <= found.label_aware.upper


def test_bounds_that_the_precision_does_not_carry_are_wide_and_never_nan():
    points = rational_points("far and near", [[Fraction(0)], [Fraction(10**13)], [10**13 - Fraction(1, 10**6)]])
    lowest, _ = certified_gap_constants(fcn(2), points, [1, -1, 1])
    with flint.ctx.workprec(64):
        found = gap_constants(ntk(fcn(2), points, Balls(64)), lowest, [1, -1, 1])
    for constant in (found.printed, found.sharp, found.best, found.label_aware):
        assert constant.lower.is_finite() and constant.upper.is_finite()
        assert constant.lower <= constant.upper
