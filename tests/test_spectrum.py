"""Enclosures of lambda_min: right for known spectra, and never a proof of what is not so."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.data.points import rational_points, sphere
from numerics.kernels import spectrum
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import (
    SMALL,
    certified_lambda_min,
    factorised_enclosure,
    is_positive_definite,
    residual_enclosure,
)
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Balls, DoubleBalls
from theory.architecture import fcn, resnet


def exactly(number):
    """The exact value of a ball of radius zero, or infinity."""
    if not number.is_finite():
        return float(number)
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def similar(eigenvalues, seed=1):
    """A rational symmetric matrix with these eigenvalues: a product of two reflections turns the diagonal."""
    size = len(eigenvalues)
    matrix = np.array([[Fraction(0)] * size for _ in range(size)], dtype=object)
    np.fill_diagonal(matrix, [Fraction(value) for value in eigenvalues])
    generator = np.random.default_rng(seed)
    for _ in range(2):
        normal = np.array([Fraction(int(value)) for value in generator.integers(1, 6, size)], dtype=object)
        # R M R with R = 1 - 2 v v' / v'v, a rank-two update.
        factor = Fraction(2) / sum(normal * normal)
        image = matrix @ normal
        update = np.multiply.outer(image * factor, normal)
        both = np.multiply.outer(normal, normal) * (factor**2 * (normal @ image))
        matrix = matrix - update - update.T + both
    return matrix


def evaluator(matrix):
    """The matrix of rational numbers as a function of the number system."""

    def gram_over(system):
        with system.working():
            if isinstance(system, DoubleBalls):
                balls = [FloatBalls.rational(value) for value in matrix.flat]
                parts = ([ball.centre.item() for ball in balls], [ball.radius.item() for ball in balls])
                return FloatBalls(*(np.array(part).reshape(matrix.shape) for part in parts))
            return np.frompyfunc(system.rational, 1, 1)(matrix)

    return gram_over


def over_balls(matrix, bits=128):
    return evaluator(matrix)(Balls(bits))


def encloses(enclosure, value):
    return exactly(enclosure.lower) <= value <= exactly(enclosure.upper)


# --- what must not be proved ---


@pytest.mark.parametrize("least", [0, Fraction(-1, 10**30), -1])
@pytest.mark.parametrize("size", [2, 7, 40])
def test_a_matrix_that_is_not_positive_definite_is_never_certified(size, least):
    gram_over = evaluator(similar([least, *range(1, size)]))
    for digits in (0, 3, 20):
        enclosure = certified_lambda_min(gram_over, digits, most_bits=512)
        assert not enclosure.positive
        assert encloses(enclosure, least)


@pytest.mark.parametrize("network", [fcn(1), fcn(3, "none"), resnet(2)], ids=lambda network: network.name)
@pytest.mark.parametrize("copies", [2, 30])
def test_duplicates_are_never_certified(network, copies):
    rows = [[Fraction(index, 7), Fraction(3, 1 + index)] for index in range(copies)]
    points = rational_points("duplicates", [*rows, rows[0]])
    enclosure = certified_lambda_min(lambda system: ntk(network, points, system), most_bits=512)
    assert not enclosure.positive
    assert encloses(enclosure, 0)


def test_duplicates_among_many_points_are_never_certified():
    points = sphere(260, 3)
    points.numerators[17] = points.numerators[200]
    enclosure = certified_lambda_min(lambda system: ntk(fcn(2), points, system))
    assert (enclosure.method, enclosure.positive) == ("residual certificate", False)
    assert encloses(enclosure, 0)


def test_a_dropped_radius_would_prove_too_much():
    # A singular matrix, moved by 1e-6 and enclosed with that radius.
    singular = similar([0, 1, 2, 3])
    moved = singular + np.diag([Fraction(1, 10**6)] * 4)
    centre = np.array(moved, dtype=float)
    honest = FloatBalls(centre, np.full((4, 4), 1e-6 + 1e-12))
    assert not residual_enclosure(honest).positive
    assert residual_enclosure(FloatBalls.exact(centre)).positive
    balls = np.array([[flint.arb(float(value), 1.1e-6) for value in row] for row in centre], dtype=object)
    assert not factorised_enclosure(balls).positive
    assert factorised_enclosure(np.frompyfunc(lambda ball: ball.mid(), 1, 1)(balls)).positive


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_prove_nothing(bad):
    for where in ("centre", "radius"):
        matrix = FloatBalls(np.eye(3), np.zeros((3, 3)))
        getattr(matrix, where)[0, 1] = getattr(matrix, where)[1, 0] = bad
        assert not residual_enclosure(matrix).positive
    for size in (3, 3 * SMALL):
        for position in ((0, 0), (size - 1, size - 1), (0, size - 1)):
            balls = np.frompyfunc(flint.arb, 1, 1)(np.eye(size))
            balls[position] = balls[position[::-1]] = flint.arb(1, float(bad))
            assert not is_positive_definite(balls)
            assert not factorised_enclosure(balls).positive


def test_an_undecided_matrix_is_neither_definite_nor_indefinite():
    for size in (2, SMALL, 3 * SMALL):
        balls = np.frompyfunc(lambda value: flint.arb(value, 2), 1, 1)(np.eye(size))
        assert is_positive_definite(balls) is None


# --- known spectra ---


@pytest.mark.parametrize("size", [1, 2, 5, 17, 40])
@pytest.mark.parametrize("least", [Fraction(1), Fraction(1, 3), Fraction(1, 10**12), Fraction(1, 10**60)])
@pytest.mark.parametrize("digits", [3, 25])
def test_a_known_lambda_min_is_enclosed_to_the_digits_asked_for(size, least, digits):
    matrix = similar([least, *(Fraction(index + 1, 2) for index in range(1, size))])
    enclosure = certified_lambda_min(evaluator(matrix), digits)
    assert encloses(enclosure, least)
    assert enclosure.has_digits(digits)


@pytest.mark.parametrize("size", [3, 30])
def test_a_multiple_or_clustered_lambda_min_is_enclosed(size):
    for second in (Fraction(1, 7), Fraction(1, 7) + Fraction(1, 10**20)):
        enclosure = certified_lambda_min(evaluator(similar([Fraction(1, 7), second, *range(1, size - 1)])), 15)
        assert encloses(enclosure, Fraction(1, 7))
        assert enclosure.has_digits(15)


@pytest.mark.parametrize("power", [-300, -150, 150, 300, 600])
def test_the_size_of_a_matrix_does_not_matter(power):
    unit = Fraction(10) ** power
    enclosure = certified_lambda_min(evaluator(similar([2, 3, 5, 7]) * unit), 5)
    assert encloses(enclosure, 2 * unit)
    assert enclosure.has_digits(5)


def test_a_negative_lambda_min_is_enclosed():
    for size in (4, 30):
        enclosure = residual_enclosure(evaluator(similar([-2, *range(1, size)]))(DoubleBalls()))
        assert encloses(enclosure, -2)
        assert exactly(enclosure.upper) - exactly(enclosure.lower) < Fraction(1, 10**6)


@given(
    eigenvalues=st.lists(st.fractions(-2, 5, max_denominator=8).filter(bool), min_size=1, max_size=6),
    seed=st.integers(0, 100),
)
def test_definiteness_is_decided_for_exact_matrices(eigenvalues, seed):
    balls = over_balls(similar(eigenvalues, seed), 256)
    with flint.ctx.workprec(256):
        decided = is_positive_definite(balls)
    assert decided in ((True,) if min(eigenvalues) > 0 else (False, None))


@pytest.mark.parametrize("size", [SMALL + 1, 2 * SMALL + 3, 60])
def test_blocks_decide_like_single_pivots(size):
    for least, expected in ((Fraction(1, 1000), {True}), (Fraction(-1, 1000), {False, None}), (-5, {False, None})):
        balls = over_balls(similar([least, *range(1, size)]), 256)
        with flint.ctx.workprec(256):
            assert is_positive_definite(balls) in expected


def test_both_methods_agree_on_a_kernel():
    points = sphere(30, 4)
    doubles = residual_enclosure(ntk(fcn(2), points, DoubleBalls()))
    system = Balls(200)
    with system.working():
        precise = factorised_enclosure(ntk(fcn(2), points, system), 20)
    assert doubles.has_digits(5) and precise.has_digits(20)
    assert exactly(doubles.lower) <= exactly(precise.lower) <= exactly(precise.upper) <= exactly(doubles.upper)


@pytest.mark.parametrize("gap", [9, 12, 15, 40])
def test_a_close_pair_is_certified_to_three_digits(gap):
    # Two points at distance d on the circle, FCN of depth 1: K = [[4, 4 - c], [4 - c, 4]], c about sqrt(2) d / pi.
    points = rational_points("pair", [[Fraction(1), Fraction(0)], [Fraction(1), Fraction(1, 10**gap)]])
    enclosure = certified_lambda_min(lambda system: ntk(fcn(1), points, system), 3)
    assert enclosure.has_digits(3)
    assert encloses(enclosure, Fraction("0.45015815807855303477759959550") / 10**gap) or gap < 12
    assert abs(float(enclosure.lower) * 10.0**gap - 0.450158) < 0.001


@pytest.mark.parametrize("rows", [1, 3, 4, 7, 512])
def test_a_residual_is_bounded_by_its_exact_row_sums_however_it_is_cut(rows, monkeypatch):
    monkeypatch.setattr(spectrum, "ROWS", rows)
    generator = np.random.default_rng(rows)
    factor, matrix = np.tril(generator.standard_normal((7, 7))), generator.standard_normal((7, 7))
    matrix = matrix + matrix.T
    exact = np.vectorize(Fraction, otypes=[object])
    residual = exact(matrix) - Fraction(1, 2) * np.eye(7, dtype=int) - exact(factor) @ exact(factor).T
    largest = max(abs(residual).sum(axis=1))
    found = Fraction(spectrum._largest_row_sum(FloatBalls.exact(matrix), 0.5, factor))
    assert largest <= found <= largest * (1 + Fraction(1, 10**12))


def test_the_least_eigenpair_of_many_points_is_that_of_the_whole_spectrum():
    for matrix in (ntk(fcn(1), sphere(250, 3)), ntk(fcn(1, "none"), sphere(250, 3)) - 0.1 * np.eye(250)):
        value, vector = spectrum._least_eigenpair(matrix)
        assert np.isclose(value, np.linalg.eigvalsh(matrix)[0], rtol=1e-4)
        assert np.isclose(vector[:, 0] @ matrix @ vector[:, 0], value, rtol=1e-4)
