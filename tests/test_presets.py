"""The presets against the formulas of their papers and libraries, typed by hand over quadrature."""

import dataclasses
import math

import numpy as np
import pytest
import sympy
import torch

from numerics.data.points import circle, float_points
from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import gradient_flow
from numerics.kernels.gap import certified_gap_constants
from numerics.kernels.gram import kernel_grams, nngp, ntk
from numerics.kernels.structure import singular_because
from numerics.losses import logistic
from numerics.networks.exact_law import sample_kernels
from numerics.networks.parameters import initial_arrays
from numerics.networks.torch_network import empirical_ntk, initialise
from numerics.numbers.systems import Float64
from tests.oracles.activations import inner_products, moment, triple
from theory.activations import Erf, Relu, Tanh
from theory.architecture import Affine, Architecture, Group, Scale, fcn, map_groups, resnet
from theory.presets import PRESETS, arora, changed, geifman, huang, jacot, lee, tirer

POINTS = np.array([[0.6, 0.8, 0.1], [0.3, -0.5, 2.0], [-1.2, 0.4, 0.0]])
PAIRS = ((0, 0), (0, 1), (1, 2))
HALF = sympy.Rational(1, 2)
GENERATOR = np.random.default_rng(0)


def image(name, k, factor=1.0):
    return triple(lambda pair: factor * moment(name, 0, pair), k)


def plus(k, number):
    return tuple(value + number for value in k)


def agrees(network, formula, tolerance=1e-12, **sizes):
    matrix = ntk(network, POINTS, **sizes)
    for i, j in PAIRS:
        expected = formula(inner_products(POINTS[i], POINTS[j]))
        assert abs(matrix[i, j] - expected) < tolerance * math.sqrt(matrix[i, i] * matrix[j, j]), (i, j)


def jacot_formula(name, k, depth, beta, strength=1.0):
    """Sigma_1 = s x.x'/d + b, Theta_(l+1) = s Theta_l E[s's'] + Sigma_(l+1); of Lee s = sigma_w^2, b = sigma_b^2."""
    sigma = tuple(strength * value / POINTS.shape[1] + beta for value in k)
    theta = sigma[1]
    for _ in range(depth):
        slope = strength * moment(name, 1, sigma)
        sigma = plus(image(name, sigma, strength), beta)
        theta = theta * slope + sigma[1]
    return theta


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("name", ["relu", "erf"])
def test_jacot(name, depth):
    network = jacot(depth, HALF / 5, {"relu": Relu(), "erf": Erf()}[name])
    agrees(network, lambda k: jacot_formula(name, k, depth, 0.01))


@pytest.mark.parametrize("name", ["relu", "erf", "tanh"])
def test_lee_with_the_parametrisation_of_the_ntk(name):
    activation = {"relu": Relu(), "erf": Erf(), "tanh": Tanh()}[name]
    agrees(lee(2, sympy.Rational(9, 4), HALF / 10, activation), lambda k: jacot_formula(name, k, 2, 0.05, 2.25))


def test_lee_with_the_standard_parametrisation():
    """neural-tangents' code: every Dense layer adds fan-in x NNGP before it, and 1 for its bias."""
    width, strength, bias = 500, 1.5, 0.25

    def formula(k):
        sigma = tuple(strength * value / 3 + bias for value in k)
        theta = k[1] + 1
        for _ in range(2):
            slope = strength * moment("erf", 1, sigma)
            features = image("erf", sigma)
            theta = theta * slope + width * features[1] + 1
            sigma = tuple(strength * value + bias for value in features)
        return theta

    network = lee(2, sympy.Rational(3, 2), HALF / 2, Erf(), "standard")
    agrees(network, formula, width=width)
    with pytest.raises(ValueError, match="give the width"):
        ntk(network, POINTS)


def arora_formula(k, depth, beta_squared=0.0):
    """Sigma^(h) = 2 E[s s]; Theta^(h) = Theta^(h-1) 2 E[s' s'] + Sigma^(h) + beta^2, Theta^(0) = x.x' + beta^2."""
    theta = k[1] + beta_squared
    for _ in range(depth):
        slope = 2 * moment("relu", 1, k)
        k = image("relu", k, 2.0)
        theta = theta * slope + k[1] + beta_squared
    return theta


@pytest.mark.parametrize("depth", [1, 3])
def test_arora_and_geifman(depth):
    agrees(arora(depth), lambda k: arora_formula(k, depth))
    agrees(geifman(depth, HALF), lambda k: arora_formula(k, depth, 0.25))
    # c = 1/E[s(g)^2] makes the NNGP kernel 1 on the sphere, and the kernel L + 1 for a 1-homogeneous function.
    assert np.allclose(np.diagonal(nngp(arora(depth, Erf()), circle(3))), 1, rtol=1e-14)
    assert np.allclose(np.diagonal(ntk(arora(depth), circle(3))), depth + 1, rtol=1e-14)


def branches(k, depth, alpha, strength):
    """K_l and the moments S_l, D_l of K_(l-1), as in the code of Tirer et al."""
    states, images, slopes = [k], [], []
    for _ in range(depth):
        images.append(image("relu", states[-1], strength))
        slopes.append(strength * moment("relu", 1, states[-1]))
        states.append(tuple(old + alpha**2 * new for old, new in zip(states[-1], images[-1], strict=True)))
    return states, images, slopes


def test_tirer():
    def formula(k, depth=3, alpha=0.5, strength=1.5):
        states, images, slopes = branches(tuple(value / 3 for value in k), depth, alpha, strength)
        total, product = states[-1][1], 1.0
        for state, moments, slope in reversed(list(zip(states, images, slopes, strict=False))):
            total += alpha**2 * product * (moments[1] + state[1] * slope)
            product *= 1 + alpha**2 * slope
        return total + product * states[0][1]

    agrees(tirer(3, HALF, sympy.Rational(3, 2)), formula)


def test_huang():
    def formula(k, depth=3, alpha=0.5):
        states, images, slopes = branches(k, depth, alpha, 2.0)
        total, product = 0.0, 1.0
        for state, moments, slope in reversed(list(zip(states, images, slopes, strict=False))):
            total += alpha**2 * product * (moments[1] + state[1] * slope)
            product *= 1 + alpha**2 * slope
        return total

    agrees(huang(3, HALF), formula)


@pytest.mark.parametrize("name", PRESETS)
def test_parts_of_presets_are_those_of_explicit_networks_in_the_mean(name):
    """The power: a part wrong by 30% is seen, whose standard error is below 4%."""
    network = PRESETS[name](1, **({"image": (3,)} if name == "cntk" else {}))
    generator = np.random.default_rng(5)
    found = [empirical_ntk(network, initialise(network, 3, 400, generator), POINTS) for _ in range(60)]
    for group, part in kernel_grams(network, POINTS).parts.items():
        draws = np.array([kernel.parts[group].numpy() for kernel in found])
        error = draws.std(axis=0, ddof=1) / math.sqrt(60)
        scale = np.sqrt(np.outer(part.diagonal(), part.diagonal()))
        assert (np.abs(draws.mean(axis=0) - part) < 6.5 * error + 0.01 * scale).all(), group
        assert (error < 0.04 * scale).all()


# --- the three limits that were there ---


def test_the_dimension_of_the_input_is_a_number():
    """sqrt(2/d) on the input, depth 1, trained biases: the kernel, the exact law and torch tell the same."""
    hidden = Affine(Group("W", 1, sympy.Integer(1)), Group("b", 1, sympy.Integer(1)))
    layers = (Scale(sympy.Integer(2)), hidden, Relu(), Scale(sympy.Integer(2)))
    scaled = Architecture("scaled input", (), (layers,), (Affine(Group("W", 2, sympy.Integer(1))),))
    limit = ntk(scaled, POINTS)
    assert np.allclose(limit, ntk(fcn(1), POINTS * math.sqrt(2 / 3)), rtol=1e-13)
    draws = sample_kernels(scaled, POINTS, 3000, 60, seed=1).ntk
    assert (np.abs(draws.mean(axis=0) - limit) < 6.5 * draws.std(axis=0) / math.sqrt(60) + 2e-3 * limit.max()).all()


def test_a_multiplier_squares_in_the_forward_pass_and_in_the_gradient():
    """b = beta b', b' ~ N(0, 1), is N(0, beta^2) forward, and its part of the kernel has beta^2 too."""
    beta = sympy.Rational(3, 2)
    multiplied = map_groups(fcn(1), lambda g: dataclasses.replace(g, multiplier=beta) if g.letter == "b" else g)
    plain = changed(fcn(1), bias_variance=beta**2)
    one, two = kernel_grams(multiplied, POINTS), kernel_grams(plain, POINTS)
    assert np.allclose(one.nngp, two.nngp, rtol=1e-14)
    assert np.allclose(one.parts["W_1"], two.parts["W_1"], rtol=1e-14)
    assert np.allclose(one.parts["b_1"], 2.25 * two.parts["b_1"], rtol=1e-14)


def test_biases_started_at_zero_enter_the_kernel_and_not_the_covariance():
    zero, none = kernel_grams(fcn(2, "zero"), POINTS), kernel_grams(fcn(2, "none"), POINTS)
    assert np.array_equal(zero.nngp, none.nngp) and "b_1" in zero.parts
    assert np.array_equal(zero.parts["W_1"], none.parts["W_1"])


def test_changes_of_a_network_change_what_they_name():
    network = changed(fcn(1), output_bias="zero", trained=["W_1", "b_2"])
    assert [(group.name, group.trained) for group in network.groups][-1] == ("b_2", True)
    assert set(kernel_grams(network, POINTS).parts) == {"W_1", "b_2"}
    assert np.allclose(kernel_grams(network, POINTS).parts["b_2"], 1)
    assert changed(resnet(1)) == resnet(1)
    assert changed(jacot(1), output_bias="none").groups[-1].name == "W_2"
    with pytest.raises(ValueError, match="no parameter group"):
        changed(fcn(1), trained=["V_1"])


def test_kernels_between_two_sets_of_points_are_blocks_of_the_whole():
    whole = ntk(fcn(2), POINTS)
    assert np.allclose(ntk(fcn(2), POINTS[:2], others=POINTS), whole[:2], rtol=1e-14)
    assert np.allclose(nngp(fcn(2), POINTS[:1], others=POINTS[1:]), nngp(fcn(2), POINTS)[:1, 1:], rtol=1e-14)
    parts, all_parts = kernel_grams(fcn(2), POINTS[:2], others=POINTS).parts, kernel_grams(fcn(2), POINTS).parts
    assert list(parts) == list(all_parts)
    assert all(np.allclose(part, all_parts[name][:2], rtol=1e-14) for name, part in parts.items())
    with pytest.raises(ValueError, match="give equally many"):
        ntk(fcn(2), POINTS, others=circle(3))


@pytest.mark.parametrize("points", [[1.0, 2.0], [[math.nan, 1.0]], "hexagon", np.zeros((0, 2))])
def test_points_that_are_none_are_refused_in_one_sentence(points):
    for use in (
        lambda: ntk(fcn(1), points),
        lambda: sample_kernels(fcn(1), points, 10, 2, seed=0),
        lambda: empirical_ntk(fcn(1), {"W_1": torch.ones(1, 2)}, points),
        lambda: gradient_flow(fcn(1), initial_arrays(fcn(1), 2, 3, GENERATOR), points, logistic([0, 1]), 0.0),
        lambda: gradient_descent(fcn(1), initial_arrays(fcn(1), 2, 3, GENERATOR), points, logistic([0, 1]), 0.1, 1),
        lambda: singular_because(fcn(1), points),
        lambda: certified_gap_constants(fcn(1), points, [1, -1]),
    ):
        with pytest.raises(ValueError, match="a point a row"):
            use()


def test_every_function_takes_point_sets_arrays_and_rows_of_numbers():
    """Two points in the three forms, with the same result."""
    start, network = initial_arrays(fcn(1), 2, 5, np.random.default_rng(1)), fcn(1)
    exact = float_points("two", [[1.0, 0.5], [-0.25, 2.0]])
    parameters = {name: torch.from_numpy(array) for name, array in start.items()}
    for use in (
        lambda points: ntk(network, points),
        lambda points: ntk(network, points, others=points),
        lambda points: sample_kernels(network, points, 10, 2, seed=0).ntk,
        lambda points: empirical_ntk(network, parameters, points).ntk,
        lambda points: gradient_flow(network, start, points, logistic([0, 1]), 0.0, errors=False).outputs,
        lambda points: list(gradient_descent(network, start, points, logistic([0, 1]), 0.1, 2))[-1].outputs,
        lambda points: [float(certified_gap_constants(network, points, [1, -1])[0].lower)],
        lambda points: [singular_because(network, points) is None],
    ):
        first, second, third = (np.asarray(use(points)) for points in
                                (exact, exact.coordinates(Float64()), [[1.0, 0.5], [-0.25, 2.0]]))  # fmt: skip
        assert np.array_equal(first, second) and np.array_equal(first, third)
