"""Gram matrices against a hand-typed recursion with Gaussian integrals by quadrature, in every number system."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy

from numerics.data.points import circle, float_points, rational_points, sphere
from numerics.kernels import gram as gram_module
from numerics.kernels.gram import FLOAT64, gram, kernel_grams, nngp, ntk
from numerics.numbers.systems import Balls, DoubleBalls, Mpmath
from tests.oracles import high_precision as oracle
from theory.architecture import fcn, resnet, with_trained
from theory.recursion import recursion

mp = oracle.mp
EPSILON = float(np.finfo(float).eps)

NETWORKS = {
    f"{family} {depth} {bias}": (
        (fcn(depth, bias), lambda x, y, depth=depth, bias=bias: oracle.fcn_ntk(x, y, depth, bias))
        if family == "fcn"
        else (
            resnet(depth, scale, bias),
            lambda x, y, depth=depth, bias=bias, scale=scale: oracle.resnet_ntk(x, y, depth, mp.mpf(scale), bias),
        )
    )
    for family, depth, scale in (("fcn", 1, 1), ("fcn", 3, 1), ("resnet", 1, 2), ("resnet", 2, 1))
    for bias in ("trained", "frozen", "none")
    if depth < 3 or bias != "none"
}
ROWS = [
    [Fraction(3, 5), Fraction(4, 5)],
    [Fraction(3, 5), Fraction(4, 5) + Fraction(1, 10**12)],
    [Fraction(-3, 5), Fraction(-4, 5) + Fraction(1, 10**9)],
    [Fraction(-4, 3), Fraction(1)],
    [Fraction(1, 7), Fraction(-2, 10**6)],
    [Fraction(9), Fraction(12)],
]


def exact(value):
    """A rational number in mpmath."""
    return mp.mpf(value.numerator) / value.denominator


def truth(kernel, rows):
    """The Gram matrix of a kernel of the oracle on exact rational points."""
    points = [[exact(Fraction(value)) for value in row] for row in rows]
    matrix = np.empty((len(rows), len(rows)), dtype=object)
    for i, one in enumerate(points):
        for j, two in enumerate(points[: i + 1]):
            matrix[i, j] = matrix[j, i] = kernel(one, two)
    return matrix


def number(value):
    """The exact value of a ball's centre or radius, in mpmath."""
    mantissa, exponent = value.man_exp()
    return mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent)


def scaled_error(found, expected):
    """The largest error relative to sqrt(K(x, x) K(x', x'))."""
    roots = [mp.sqrt(value) for value in expected.diagonal()]
    return max(
        abs(found[i, j] - expected[i, j]) / (roots[i] * roots[j])
        for i in range(len(roots))
        for j in range(len(roots))
        if roots[i] and roots[j]
    )


@pytest.fixture(scope="module")
def expected():
    """The oracle's Gram matrices on ROWS, each computed once."""
    known = {}

    def find(name):
        if name not in known:
            known[name] = truth(NETWORKS[name][1], ROWS)
        return known[name]

    return find


# --- all number systems against the oracle ---


@pytest.mark.parametrize("name", NETWORKS)
def test_balls_contain_the_kernel_and_are_small(name, expected):
    matrix, oracles = ntk(NETWORKS[name][0], rational_points("rows", ROWS), Balls(160)), expected(name)
    for ball, value in zip(matrix.flat, oracles.flat, strict=True):
        radius = number(ball.rad())
        assert abs(number(ball.mid()) - value) <= radius + mp.mpf(10) ** -50
        assert radius < mp.mpf(10) ** -20 * (1 + abs(value))  # exactly collinear points halve the digits


@pytest.mark.parametrize("name", NETWORKS)
def test_double_balls_contain_the_kernel(name, expected):
    matrix, oracles = ntk(NETWORKS[name][0], rational_points("rows", ROWS), DoubleBalls()), expected(name)
    roots = np.sqrt(np.diagonal(oracles).astype(float))
    for i in range(len(ROWS)):
        for j in range(len(ROWS)):
            centre, radius = mp.mpf(float(matrix.centre[i, j])), mp.mpf(float(matrix.radius[i, j]))
            assert abs(centre - oracles[i, j]) <= radius
            assert radius <= 1e-6 * roots[i] * roots[j]


@pytest.mark.parametrize("name", NETWORKS)
def test_doubles_are_right_to_a_few_units_in_the_last_place(name, expected):
    matrix, oracles = ntk(NETWORKS[name][0], rational_points("rows", ROWS)), expected(name)
    # Rounding the coordinates of a near-opposite pair moves its angle by a unit in the last place.
    assert scaled_error(matrix, oracles) <= 5 * EPSILON


@pytest.mark.parametrize("name", ["fcn 3 trained", "resnet 2 none"])
def test_mpmath_reaches_its_digits(name, expected):
    matrix = ntk(NETWORKS[name][0], rational_points("rows", ROWS), Mpmath(25))
    assert scaled_error(matrix, expected(name)) < mp.mpf(10) ** -25


def test_the_nngp_kernel_and_the_parts_are_those_of_the_network(expected):
    architecture, points = NETWORKS["fcn 3 trained"][0], rational_points("rows", ROWS)
    grams = kernel_grams(architecture, points)
    assert list(grams.parts) == ["W_1", "b_1", "W_2", "b_2", "W_3", "b_3", "W_4"]
    assert np.allclose(sum(grams.parts.values()), grams.ntk, rtol=1e-14)
    assert scaled_error(grams.ntk, expected("fcn 3 trained")) <= 5 * EPSILON
    outputs = truth(lambda x, y: oracle.fcn_nngp(x, y, 3), ROWS)
    for found in (grams.nngp, nngp(architecture, points), grams.parts["W_4"]):
        assert scaled_error(found, outputs) <= 5 * EPSILON
    without_biases = kernel_grams(with_trained(architecture, ["W_1", "W_2", "W_3", "W_4"]), points)
    assert scaled_error(without_biases.ntk, expected("fcn 3 frozen")) <= 5 * EPSILON


def test_a_lost_bias_is_far_outside_every_tolerance(expected):
    wrong = ntk(fcn(3, "frozen"), rational_points("rows", ROWS), Balls(160))
    differences = [
        abs(number(ball.mid()) - value) for ball, value in zip(wrong.flat, expected("fcn 3 trained").flat, strict=True)
    ]
    assert min(differences) > 0.1


# --- doubles at the edges ---


def relative_errors(matrix, oracles):
    """Errors relative to the entries themselves."""
    return max(
        abs(value - exact_value) / abs(exact_value)
        for value, exact_value in zip(matrix.flat, oracles.flat, strict=True)
    )


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-12])
@pytest.mark.parametrize("base", [[1.0, 0.0], [0.6, 0.8], [3.0, -7.0, 2.0]])
def test_the_kernel_of_near_opposite_points_keeps_its_relative_accuracy(base, gap):
    # Without biases, at depth 1, it falls like (pi - theta)^3 / (3 pi).
    other = -np.array(base)
    other[1] += gap
    rows = [base, other.tolist()]
    found = nngp(fcn(1, "none"), float_points("pair", rows))
    oracles = truth(lambda x, y: oracle.fcn_nngp(x, y, 1, "none"), rows)
    assert abs(oracles[0, 1]) < 10 * gap**3
    assert relative_errors(found, oracles) <= 30 * EPSILON
    opposite = nngp(fcn(1, "none"), float_points("pair", [base, (-np.array(base)).tolist()]))
    assert opposite[0, 1] == 0


@pytest.mark.parametrize("bias", ["trained", "none"])
@pytest.mark.parametrize("gap", [1e-6, 1e-12, 1e-15])
def test_the_distance_of_near_equal_points_keeps_its_relative_accuracy(gap, bias):
    rows = [[0.6, 0.8], [0.6, 0.8 + gap]]
    matrix = ntk(fcn(2, bias), float_points("pair", rows))
    oracles = truth(lambda x, y: oracle.fcn_ntk(x, y, 2, bias), rows)
    assert relative_errors(matrix, oracles) <= 4 * EPSILON
    inputs = gram_module._float_inputs(float_points("pair", rows).coordinates(FLOAT64), FLOAT64)(
        np.array([0]), np.array([1])
    )
    one, two = ([mp.mpf(value) for value in row] for row in rows)
    wedge = one[0] * two[1] - one[1] * two[0]
    angle = mp.asin(wedge / mp.sqrt((one[0] ** 2 + one[1] ** 2) * (two[0] ** 2 + two[1] ** 2)))
    assert abs(inputs.sine_squared[0] / mp.sin(angle / 2) ** 2 - 1) < 20 * EPSILON


@pytest.mark.parametrize("size", [1e-320, 1e-150, 1.0, 1e80, 1e150])
@pytest.mark.parametrize("architecture", [fcn(2, "none"), fcn(2), resnet(1)], ids=lambda value: value.name)
def test_tiny_and_huge_points_neither_overflow_nor_lose_digits(size, architecture):
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        rows = (np.array([[0.6, 0.8], [0.6, 0.8001], [-0.6, -0.8001], [5.0, 0.25]]) * size).tolist()
        found = ntk(architecture, float_points("rows", rows))
    if "ResNet" in architecture.name:
        oracles = truth(lambda x, y: oracle.resnet_ntk(x, y, 1, 1), rows)
    else:
        bias = "none" if "no biases" in architecture.name else "trained"
        oracles = truth(lambda x, y: oracle.fcn_ntk(x, y, 2, bias), rows)
    if size * size == 0 and "no biases" in architecture.name:
        assert (found == 0).all()  # the kernel itself is below the least double
        return
    lengths = np.sqrt(np.diagonal(oracles).astype(object))
    for i in range(4):
        for j in range(4):
            error = abs(mp.mpf(float(found[i, j])) - oracles[i, j])
            assert error <= 5 * EPSILON * mp.mpf(lengths[i]) * mp.mpf(lengths[j])


def test_points_of_very_different_lengths_share_a_matrix():
    rows = [[1e150, 2e150], [1e-150, 2e-150], [-1e-150, 2e-150], [0.0, 0.0], [3.0, -1.0]]
    found = ntk(fcn(2), float_points("rows", rows))
    assert scaled_error(found, truth(lambda x, y: oracle.fcn_ntk(x, y, 2), rows)) <= 5 * EPSILON
    found = ntk(fcn(2, "none"), float_points("rows", rows))
    assert scaled_error(found, truth(lambda x, y: oracle.fcn_ntk(x, y, 2, "none"), rows)) <= 5 * EPSILON


def test_a_zero_point_has_a_zero_kernel_without_biases():
    rows = [[Fraction(0), Fraction(0)], [Fraction(1), Fraction(2)]]
    for system in (FLOAT64, Balls(100), Mpmath(20)):
        matrix = ntk(fcn(2, "none"), rational_points("rows", rows), system)
        assert matrix[0, 0] == 0 and matrix[0, 1] == 0 and matrix[1, 0] == 0


def test_doubles_on_a_sphere_stay_within_a_few_units_of_balls():
    points = sphere(40, 10)
    for architecture in (fcn(3), resnet(2, sympy.Rational(1, 2))):
        doubles, balls = ntk(architecture, points), ntk(architecture, points, Balls(100))
        scale = float(balls[0, 0])
        errors = [
            abs(float(ball - flint.arb(float(value)))) for ball, value in zip(balls.flat, doubles.flat, strict=True)
        ]
        assert max(errors) <= 5 * EPSILON * scale


# --- evaluation in blocks ---


@pytest.mark.parametrize("system", [FLOAT64, DoubleBalls(), Balls(64)], ids=lambda system: type(system).__name__)
def test_blocks_of_pairs_change_nothing(system, monkeypatch):
    points = sphere(9, 3)
    whole = ntk(fcn(2), points, system)
    monkeypatch.setattr(gram_module, "BLOCK", 7)
    for block in (1, 7, 45):
        monkeypatch.setattr(gram_module, "BLOCK", block)
        parts = ntk(fcn(2), points, system)
        if isinstance(system, DoubleBalls):
            assert (parts.centre == whole.centre).all() and (parts.radius == whole.radius).all()
        elif isinstance(system, Balls):
            assert all(
                one.overlaps(two) and one.rad() == two.rad() for one, two in zip(parts.flat, whole.flat, strict=True)
            )
        else:
            assert np.abs(parts - whole).max() <= 4 * EPSILON * whole.max()


def test_gram_matrices_are_symmetric_and_order_the_points():
    points = circle(5)
    matrix = ntk(resnet(1), points)
    assert (matrix == matrix.T).all()
    assert np.allclose(matrix[0], np.roll(matrix[1], -1), rtol=1e-14)


def test_any_kernel_of_a_recursion_can_be_asked_for():
    derived = recursion(fcn(2))
    points = rational_points("rows", ROWS[:3])
    symbol = next(iter(derived.equations))
    covariance = gram(derived, symbol, points)
    assert np.allclose(
        covariance, [[1 + float(sum(a * b for a, b in zip(x, y, strict=True))) for y in ROWS[:3]] for x in ROWS[:3]]
    )
    assert (gram(derived, derived.equations[symbol] - derived.equations[symbol] + 1, points) == 1).all()


def test_deep_networks_do_not_exhaust_the_stack():
    matrix = ntk(fcn(400), circle(3), Balls(2048))
    assert matrix[0, 0].contains(401 + 400 + 200 * 401)


def test_the_diagonal_on_the_unit_circle_is_a_whole_number():
    # FCN: (L + 1) |x|^2 + L + L (L + 1) / 2.
    for depth in (1, 2, 5):
        expected = depth + 1 + depth + depth * (depth + 1) // 2
        assert all(value.contains(expected) for value in ntk(fcn(depth), circle(3), Balls(80)).diagonal())
        assert np.allclose(np.diagonal(ntk(fcn(depth), circle(3))), expected, rtol=4 * EPSILON)
