import math

import flint
import mpmath
import numpy as np
import pytest
import sympy

from numerics.kernels.depth import at_angles, deep_kernel, through_depth
from numerics.kernels.gram import FLOAT64, ntk
from numerics.kernels.zonal import enclosed_coefficient, legendre, zonal_coefficients
from numerics.numbers.systems import Balls, evaluate
from theory.architecture import fcn, resnet
from theory.circle import cosine_coefficient
from theory.depth import RELU_STEP, relu_share, residual_step
from theory.moments import theta
from theory.zonal import legendre_terms, zonal_coefficient

STEP_KERNEL = 1 - theta / sympy.pi


@pytest.mark.parametrize("frequency", [0, 1, 2, 5])
def test_exact_coefficients_are_those_of_a_quadrature(frequency):
    kernel = (sympy.cos(theta) + 1) * (sympy.pi - theta) + 2 * sympy.sin(theta)
    direct = mpmath.quad(
        lambda t: ((mpmath.cos(t) + 1) * (mpmath.pi - t) + 2 * mpmath.sin(t)) * mpmath.cos(frequency * t),
        [0, mpmath.pi],
    )
    assert float(cosine_coefficient(kernel, theta, sympy.Integer(frequency))) == pytest.approx(
        float(direct / mpmath.pi)
    )


def test_a_symbolic_frequency_gives_the_numbers():
    k = sympy.Symbol("k", integer=True, positive=True)
    general = cosine_coefficient(STEP_KERNEL, theta, 2 * k + 1)
    for value in (1, 2, 3):
        exact = cosine_coefficient(STEP_KERNEL, theta, sympy.Integer(2 * value + 1))
        assert sympy.simplify(general.subs(k, value) - exact) == 0


def test_coefficients_of_a_polynomial_on_the_sphere():
    found = zonal_coefficients(lambda angles: np.cos(angles) ** 2, 3, 4)
    assert found.values == pytest.approx([1 / 3, 0, 2 / 15, 0, 0], abs=1e-14)
    assert found.error < 1e-13


def test_coefficients_on_spheres_are_what_balls_enclose():
    system = Balls(128)
    for dimension in (2, 3, 5):
        found = zonal_coefficients(lambda angles: 1 - angles / math.pi, dimension, 7).values
        with system.working():
            for degree in (0, 1, 3, 7):
                ball = enclosed_coefficient(STEP_KERNEL, theta, dimension, degree, system)
                assert float(ball) == pytest.approx(found[degree], abs=1e-13)
                assert float(ball.rad()) < 1e-20


def test_exact_coefficients_on_spheres_are_what_balls_enclose():
    kernel, system = sympy.cos(theta) * (sympy.pi - theta) + 2 * sympy.sin(theta), Balls(128)
    for dimension, degree in ((2, 0), (2, 4), (3, 1), (3, 4), (4, 2), (7, 3), (10, 6)):
        exact = zonal_coefficient(kernel, theta, dimension, degree)
        assert not exact.atoms(sympy.Float)
        with system.working():
            ball = enclosed_coefficient(kernel, theta, dimension, degree, system)
            assert abs(ball - evaluate(exact, system, {})) < 1e-25
    with pytest.raises(ValueError, match="no polynomial"):
        zonal_coefficient(sympy.sqrt(theta), theta, 3, 1)
    with pytest.raises(ValueError, match="dimension from 2 on"):
        zonal_coefficient(kernel, theta, 1, 1)


def test_terms_of_a_legendre_polynomial_are_a_mean_of_cosines():
    angles = np.linspace(0.1, 3, 7)
    for dimension, degree in ((2, 5), (3, 4), (8, 7)):
        terms = legendre_terms(degree, dimension)
        assert sum(terms.values()) == 1
        found = sum(float(value) * np.cos(place * angles) for place, value in terms.items())
        assert found == pytest.approx(legendre(degree, dimension, np.cos(angles))[degree])


def test_the_share_of_equal_points_off_the_diagonal_is_a_quarter():
    assert relu_share() == sympy.Rational(1, 4)


def test_a_cusp_is_integrated_as_well():
    smooth = zonal_coefficients(lambda angles: angles**0.5, 3, 3, nodes=400, cusp=0.5)
    exact = mpmath.quad(lambda t: mpmath.sqrt(t) * mpmath.sin(t) / 2, [0, mpmath.pi])
    assert smooth.values[0] == pytest.approx(float(exact), abs=1e-12)


def test_legendre_polynomials_of_the_circle_are_cosines():
    angles = np.linspace(0, 3, 7)
    assert legendre(5, 2, np.cos(angles))[5] == pytest.approx(np.cos(5 * angles))


def test_a_circle_has_two_dimensions_at_least():
    with pytest.raises(ValueError, match="two dimensions"):
        zonal_coefficients(np.cos, 1, 3)


@pytest.mark.parametrize(
    ("network", "step"),
    [(fcn(3, "none"), RELU_STEP), (resnet(3, sympy.Rational(1, 2), "none"), residual_step(sympy.Rational(1, 2)))],
)
def test_kernels_by_depth_are_those_of_the_network(network, step):
    angles = np.array([0.01, 0.7, 2.0, 3.1])
    points = np.array([[1.0, 0.0], *([math.cos(angle), math.sin(angle)] for angle in angles)])
    rows = through_depth(step, at_angles(angles), FLOAT64, stem_trained=bool(network.stem))
    row = [next(rows) for _ in range(4)][-1]
    assert row.blocks + row.features == pytest.approx(ntk(network, points)[0, 1:], rel=1e-12)


def test_deep_kernels_in_balls_hold_those_in_doubles():
    system = Balls(128)
    with system.working():
        balls = [ball for _, ball in zip(range(21), deep_kernel(flint.arb("0.3"), system), strict=False)]
    rows = through_depth(RELU_STEP, at_angles(np.array([0.3])), FLOAT64)
    for depth, (ball, row) in enumerate(zip(balls, rows, strict=False)):
        assert float(ball) == pytest.approx(float((row.blocks + row.features)[0]) / (depth + 1), rel=1e-12)
        assert float(ball.rad()) < 1e-25
