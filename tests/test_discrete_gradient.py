"""Gradients along a step: the change of the outputs is their inner product with the step, exactly."""

import mpmath
import numpy as np
import pytest
import sympy
import torch

from numerics.flow.activations import ReluActivation, SoftplusActivation, solve_slopes
from numerics.flow.discrete_gradient import (
    LinearMap,
    activation_after,
    affine_layers,
    backward,
    contraction,
    run,
    tape_of,
)
from numerics.flow.shared_kinks import proportional
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from theory.architecture import Affine, Architecture, Group, Relu, fcn, resnet, smoothed

HALF = sympy.Rational(1, 2)
INPUTS = np.array([[1.0, 0.0], [0.6, -0.8], [-1.0, 0.3], [0.0, 0.0]])
NETWORKS = [fcn(1), fcn(2), fcn(3), fcn(2, "frozen"), fcn(2, "none"), resnet(2, HALF), resnet(1, -2)]


def two_parameters(architecture, seed=0, width=16):
    generator = np.random.default_rng(seed)
    start, other = (initialise(architecture, 2, width, generator) for _ in range(2))
    trained = {group.name for group in architecture.groups if group.trained}
    for name in start.keys() - trained:
        other[name] = start[name]
    return start, other


def numbers(parameters):
    return {name: tensor.numpy() for name, tensor in parameters.items()}


def outputs(architecture, parameters):
    return forward(architecture, parameters, torch.from_numpy(INPUTS)).numpy()


def mean_gradients(architecture, start, end, inputs):
    """The gradients of `numerics.flow.discrete_gradient`, (1), between two parameter values, on inputs of shape (n, d).

    Both must agree on groups that are not trained for (1) to hold with the trained groups alone.
    """
    tape = tape_of(architecture, start)
    before, after = run(tape, start, inputs), run(tape, end, inputs)
    maps, slopes, means = {}, {}, {}
    for position, layer in affine_layers(tape):
        maps[position] = LinearMap(((0.5, start[layer.weight.name]), (0.5, end[layer.weight.name])))
        means[position] = (before[position] + after[position]) / 2
        activation = activation_after(tape, position)
        if activation is not None:
            slopes[position] = activation.secant(before[position + 1], after[position + 1])
    return backward(tape, maps, means, slopes)


@pytest.mark.parametrize("network", [*NETWORKS, smoothed(fcn(2), 10), smoothed(resnet(2), 3)], ids=lambda n: n.name)
@pytest.mark.parametrize("size", [1.0, 1e-3])
def test_the_change_of_the_outputs_is_the_inner_product_of_mean_gradients_and_step(network, size):
    for seed in range(5):
        start, other = two_parameters(network, seed)
        end = {name: tensor + size * (other[name] - tensor) for name, tensor in start.items()}
        gradients = mean_gradients(network, numbers(start), numbers(end), INPUTS)
        change = outputs(network, end) - outputs(network, start)
        found = contraction(tape_of(network, numbers(start)), gradients, numbers(end), numbers(start))
        scale = np.abs(outputs(network, end)).max() + np.abs(outputs(network, start)).max()
        np.testing.assert_allclose(found, change, rtol=0, atol=1e-12 * scale)


def test_slopes_of_automatic_differentiation_miss_the_change_across_kinks(monkeypatch):
    start, end = two_parameters(fcn(2))
    monkeypatch.setattr(ReluActivation, "secant", lambda gate, before, after: gate.slope(before))
    gradients = mean_gradients(fcn(2), numbers(start), numbers(end), INPUTS)
    change = outputs(fcn(2), end) - outputs(fcn(2), start)
    found = contraction(tape_of(fcn(2), numbers(start)), gradients, numbers(end), numbers(start))
    assert np.abs(found - change).max() > 0.1


@pytest.mark.parametrize("network", [*NETWORKS, smoothed(fcn(2), 10)], ids=lambda n: n.name)
def test_without_a_step_mean_gradients_are_those_of_automatic_differentiation(network):
    start, _ = two_parameters(network)
    gradients = mean_gradients(network, numbers(start), numbers(start), INPUTS)
    kernel = empirical_ntk(network, start, torch.from_numpy(INPUTS))
    assert list(gradients.parts) == list(kernel.parts)
    for name, part in kernel.parts.items():
        np.testing.assert_allclose(gradients.parts[name], part.numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gradients.gram, kernel.ntk.numpy(), rtol=1e-10, atol=1e-12)


def test_the_secant_slope_of_the_softplus_is_accurate_for_near_and_far_ends():
    gate = SoftplusActivation(7.0)
    for start, end in [(0.3, 0.3), (0.3, 0.3 + 1e-9), (-0.2, 0.1), (-40.0, 35.0), (5.0, 5.2), (-5.0, -5.3)]:
        with mpmath.workdps(60):
            ends = [mpmath.mpf(start), mpmath.mpf(end)]
            low, high = (mpmath.log1p(mpmath.exp(7 * value)) / 7 for value in ends)
            exact = (high - low) / (ends[1] - ends[0]) if end != start else 1 / (1 + mpmath.exp(-7 * ends[0]))
        assert float(gate.secant(np.array(start), np.array(end))) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("gate", [ReluActivation(), SoftplusActivation(20.0)], ids=repr)
def test_an_attracting_kink_finds_the_one_slope_that_is_its_own_secant(gate):
    generator = np.random.default_rng(1)
    start, zeta = generator.standard_normal((2, 2000))
    start[:100] = 0.0
    strength = -np.abs(generator.standard_normal(2000))
    slope = gate.solve(start, zeta, strength)
    assert slope.min() >= 0 and slope.max() <= 1
    moved = np.abs(zeta + strength * slope - start) > 1e-12  # at rest on the kink any slope is a secant
    np.testing.assert_allclose(gate.secant(start, zeta + strength * slope)[moved], slope[moved], atol=1e-6)


def test_a_neuron_pushed_to_its_kink_from_both_sides_slides_and_one_passing_does_not():
    one, alone = np.ones((1, 1)), proportional(np.ones((1, 1)))
    cases = {
        "pushed back": (-0.1, 0.3, -1.0, True),
        "passing": (-0.1, 0.3, -0.1, False),
        "away": (1.0, 0.3, -0.1, False),
    }
    for start, drift, push, slides in cases.values():
        found = solve_slopes(
            ReluActivation(), start * one, drift=drift * one, own=one, below=0 * one, push=push * one, slopes=0.5 * one,
            sharing=alone,
        )  # fmt: skip
        assert bool(found.sliding[0, 0]) is slides
        np.testing.assert_allclose(found.values, start + drift + push * found.slopes)


def test_an_activation_without_an_affine_layer_before_it_is_refused():
    weight = Group("W", 1, sympy.Integer(1))
    strange = Architecture("strange", (Relu(),), (), (Affine(weight),))
    with pytest.raises(ValueError, match="follow an affine layer"):
        tape_of(strange, {"W_1": np.ones((1, 2))})
