"""Homogeneity and the late rates against networks scaled by hand and exact numbers."""

import numpy as np
import pytest
import sympy
import torch

from numerics.networks.torch_network import forward, initialise
from theory.architecture import fcn, resnet, smoothed, with_trained
from theory.dynamics import late_times
from theory.dynamics.late_times import homogeneity

POINTS = torch.tensor([[0.3, -1.0], [0.8, 0.5]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("architecture", "degree"),
    [
        (fcn(1), 2),
        (fcn(1, "none"), 2),
        (fcn(3, "none"), 4),
        (fcn(2), None),
        (fcn(1, "frozen"), None),
        (resnet(1), None),
        (resnet(1, 1, "none"), None),
        (smoothed(fcn(1), 3), None),
        (with_trained(fcn(2), ["W_3"]), 1),
        (with_trained(fcn(2, "none"), ["W_1", "W_3"]), 2),
        (with_trained(smoothed(fcn(1), 3), ["W_2"]), 1),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_degree_is_that_of_the_outputs_under_scaling(architecture, degree):
    assert homogeneity(architecture) == degree
    parameters = initialise(architecture, 2, 8, np.random.default_rng(3))
    trained = {group.name for group in architecture.groups if group.trained}

    def scaled(factor):
        changed = {name: factor * tensor if name in trained else tensor for name, tensor in parameters.items()}
        return forward(architecture, changed, POINTS)

    if degree is not None:
        torch.testing.assert_close(scaled(2.0), 2.0**degree * scaled(1.0), rtol=1e-12, atol=1e-12)
    else:
        ratios = [scaled(2 * factor) / scaled(factor) for factor in (0.5, 1.0, 2.0)]
        assert max((ratio - ratios[0]).abs().max() for ratio in ratios) > 1e-3


def test_the_rate_of_the_normalised_margin_is_the_derivative_along_a_flow_of_one_neuron():
    # f = w b on one sample with label 1: H = 2, rho^2 = w^2 + b^2, theta' = u (b, w).
    w, b = sympy.Rational(3, 2), sympy.Rational(1, 2)
    q = w * b
    loss = sympy.log(1 + sympy.exp(-q))
    u = 1 - sympy.exp(-loss)
    step, t = sympy.Symbol("t"), {late_times.degree: 2}
    moved = (w + step * u * b) * (b + step * u * w) / ((w + step * u * b) ** 2 + (b + step * u * w) ** 2)
    expected = (sympy.diff(moved, step) / moved).subs(step, 0)  # for n = 1 the smoothed margin is the margin
    excess = sympy.exp(-q)
    values = {
        late_times.heaviest: 1, late_times.norm: sympy.sqrt(w**2 + b**2), late_times.excess: excess,
        late_times.smoothed_margin: q,
        late_times.alignment_defect: u**2 * (b**2 + w**2) - (2 * u * q) ** 2 / (w**2 + b**2),
        late_times.margin_defect: u * q - q * excess / (1 + excess),
    }  # fmt: skip
    assert abs(sympy.N(late_times.normalised_margin_rate().subs(t | values) - expected, 30)) < 1e-25


def test_the_exponent_of_degree_two_is_one():
    at_two = {late_times.degree: 2}
    assert late_times.loss_exponent().subs(at_two) == 1


def test_the_outputs_scale_with_the_degree_under_the_weights_of_the_groups():
    for architecture in (fcn(2), fcn(3), fcn(3, "none"), with_trained(fcn(2), ["W_3"])):
        degree, weights = late_times.quasi_homogeneity(architecture)
        parameters = initialise(architecture, 2, 8, np.random.default_rng(5))
        scaled = {name: 2.0 ** weights.get(name, 0) * tensor for name, tensor in parameters.items()}
        expected = 2.0**degree * forward(architecture, parameters, POINTS)
        torch.testing.assert_close(forward(architecture, scaled, POINTS), expected, rtol=1e-12, atol=1e-12)
    assert late_times.quasi_homogeneity(resnet(1)) is None
    assert late_times.quasi_homogeneity(fcn(2))[1] == {"W_1": 1, "b_1": 1, "W_2": 1, "b_2": 2, "W_3": 1}
