"""The flow of networks of every activation, multiplier and loss: the energy identity, and an independent integrator."""

import math

import numpy as np
import pytest
import scipy.integrate
import sympy
import torch

from numerics.flow.activations import SmoothActivation, TwoSidedActivation, activation_of
from numerics.flow.integrate import Accuracy, gradient_flow
from numerics.losses import Squared, logistic, reduced
from numerics.networks.classes import initial_class_arrays
from numerics.networks.parameters import initial_arrays
from numerics.networks.softmax import SoftmaxCrossEntropy
from numerics.networks.torch_network import empirical_ntk, forward
from theory.activations import (
    ACTIVATIONS,
    AbsoluteValue,
    Erf,
    Gelu,
    Identity,
    LeakyRelu,
    Polynomial,
    Relu,
    Silu,
    Sin,
    Step,
    Tanh,
    activation_named,
)
from theory.architecture import fcn, resnet
from theory.presets import arora, changed, geifman, huang, jacot, lee, tirer

POINTS = np.array([[0.6, 0.8], [0.3, -0.5], [-1.0, 0.2]])
LABELS = [0, 1, 0]
HALF = sympy.Rational(1, 2)
QUADRATIC = (HALF, HALF, sympy.Rational(1, 3))
NUMBERS = {"polynomial": QUADRATIC}
TRIED = {name: activation_named(name, NUMBERS.get(name, ())) for name in ACTIVATIONS if name != "step"}
"""All but the one that no gradient passes."""


def flow(network, loss, until, seed=0, **settings):
    start = initial_arrays(network, 2, 12, np.random.default_rng(seed))
    return start, gradient_flow(network, start, POINTS, loss, math.log(until), errors=False, **settings)


def outputs_by_runge_and_kutta(network, start, until, residual, decay=(0.0, False)):
    """f(x_i) at `until` along the flow of autograd's gradients, by an independent integrator."""
    names = [group.name for group in network.groups if group.trained]
    sizes = np.cumsum([start[name].size for name in names])[:-1]

    def parameters(state):
        pieces = np.split(state, sizes)
        shaped = {
            name: torch.from_numpy(piece.reshape(start[name].shape)) for name, piece in zip(names, pieces, strict=True)
        }
        return {name: shaped.get(name, torch.from_numpy(array)) for name, array in start.items()}

    def velocity(_, state):
        leaves = {name: tensor.clone().requires_grad_(name in names) for name, tensor in parameters(state).items()}
        outputs = forward(network, leaves, POINTS)
        weights = torch.from_numpy(residual(outputs.detach().numpy()))
        gradients = torch.autograd.grad(outputs, [leaves[name] for name in names], weights)
        pull = decay[0] * (state if decay[1] else state - begin)
        return np.concatenate([gradient.numpy().ravel() for gradient in gradients]) - pull

    begin = np.concatenate([start[name].ravel() for name in names])
    found = scipy.integrate.solve_ivp(velocity, (0, until), begin, method="DOP853", rtol=1e-7, atol=1e-9)
    return forward(network, parameters(found.y[:, -1]), POINTS).numpy()


@pytest.mark.parametrize("name", TRIED)
@pytest.mark.parametrize("make", [fcn, resnet], ids=["fcn", "resnet"])
def test_the_energy_identity_closes_for_every_activation(make, name):
    network = make(2 if make is fcn else 1, activation=TRIED[name])
    _, found = flow(network, logistic(LABELS), 1e3)
    assert found.status == "finished" and abs(found.energy_defect) < 0.02
    assert found.log_loss[-1] < found.log_loss[0] - 1


NETWORKS = [
    fcn(2, activation=Tanh()),
    resnet(1, HALF, activation=Gelu()),
    jacot(2, HALF, activation=Erf()),
    geifman(1, -HALF, activation=Gelu()),
    fcn(1, activation=Silu()),
    lee(2, sympy.Rational(3, 2), HALF, Sin()),
    lee(1, sympy.Integer(2), HALF, Polynomial(QUADRATIC), "standard"),
    changed(jacot(1, activation=Identity()), output_bias="zero", trained=["W_1", "b_2"]),
    fcn(1, activation=LeakyRelu()),
    jacot(1, -HALF, activation=AbsoluteValue()),
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_outputs_are_those_of_an_independent_integrator(network):
    """Multipliers, mixed and negative, and activations: 1% of the largest change of an output."""
    fine, until = Accuracy(tolerance=5e-4, longest=0.1), 0.5
    targets = np.array([1.0, -0.5, 0.25])
    start, found = flow(network, Squared(tuple(targets)), until, accuracy=fine)
    expected = outputs_by_runge_and_kutta(network, start, until, lambda outputs: targets - outputs)
    assert np.abs(found.outputs[-1] - expected).max() < 0.01 * np.abs(expected - found.outputs[0]).max()
    kernel = empirical_ntk(network, {name: torch.from_numpy(array) for name, array in start.items()}, POINTS).ntk
    assert np.allclose(found.gram[0], kernel.numpy(), rtol=1e-12)


KINDS = [
    resnet(1, HALF),
    resnet(2, activation=Gelu()),
    fcn(2, "frozen"),
    fcn(1, "none"),
    fcn(2, "zero", Erf()),
    changed(fcn(1), output_bias="trained"),
    changed(resnet(1), output_bias="zero", trained=["W_1", "V_1", "b_2"]),
    jacot(2, -HALF),
    lee(1, sympy.Rational(3, 2), HALF, Tanh()),
    lee(1, sympy.Integer(2), HALF, Relu(), "standard"),
    arora(2),
    geifman(2, HALF),
    huang(1),
    tirer(2, HALF, sympy.Rational(3, 2)),
]
"""Every layer of a network on vectors, every kind of parameter and every preset."""


@pytest.mark.parametrize("network", KINDS, ids=lambda network: network.name)
def test_the_energy_identity_closes_for_every_layer_and_preset(network):
    _, found = flow(network, logistic(LABELS), 1e3)
    assert found.status == "finished" and abs(found.energy_defect) < 0.02
    assert found.log_loss[-1] < found.log_loss[0] - 0.1


TWO_CLASSES = ((1.0, 0.0), (0.0, 1.0), (1.0, 0.0))


def flow_of_outputs(network, loss, count, until):
    start = initial_class_arrays(network, 2, 12, count, np.random.default_rng(0))
    return gradient_flow(network, start, POINTS, loss, math.log(until), errors=False)


@pytest.mark.parametrize("network", [*KINDS, *(jacot(1, activation=one) for one in TRIED.values()),
                                     fcn(2, activation=LeakyRelu())], ids=lambda network: network.name)  # fmt: skip
def test_two_outputs_and_softmax_close_the_energy_identity_too(network):
    found = flow_of_outputs(network, SoftmaxCrossEntropy(TWO_CLASSES), 2, 1e3)
    assert found.status == "finished" and abs(found.energy_defect) < 0.02
    assert found.log_loss[-1] < found.log_loss[0] - 0.1


def test_the_margins_of_two_outputs_grow_with_time():
    found = flow_of_outputs(jacot(1, activation=Tanh()), SoftmaxCrossEntropy(TWO_CLASSES), 2, 1e4)
    assert (found.margins[-1] > 0).all()


@pytest.mark.parametrize("gate", [TwoSidedActivation(-1.0, 1.0), TwoSidedActivation(0.1, 2.0),
                                  SmoothActivation(Tanh(), 1.5), SmoothActivation(Sin(), -2.0)], ids=repr)  # fmt: skip
def test_secants_account_for_a_step_and_solve_their_own_equation(gate):
    generator = np.random.default_rng(0)
    start, end = generator.standard_normal((2, 2000)) * np.array([[2.0], [1.0]])
    assert np.allclose(gate.value(end) - gate.value(start), gate.secant(start, end) * (end - start), atol=1e-14)
    near = start + 1e-9
    assert np.allclose(gate.secant(start, near), gate.slope(start), atol=1e-6) or gate.kinked
    strength = -np.abs(generator.standard_normal(2000)) * (1.0 if gate.kinked else 0.1)
    slope = gate.solve(start, end, strength)
    assert np.abs(gate.secant(start, end + strength * slope) - slope).max() < 1e-9


def test_an_activation_that_no_gradient_passes_is_refused():
    with pytest.raises(ValueError, match="no gradient passes"):
        activation_of(Step())


def test_the_mean_of_a_loss_is_its_sum_at_another_pace():
    """theta(t) of the mean over n samples is theta(t / n) of the sum."""
    network = jacot(1, activation=Tanh())
    found = []
    for reduction, until in (("sum", 10.0), ("mean", 30.0)):
        _, trajectory = flow(network, reduced(logistic(LABELS), reduction), until)
        found.append(trajectory)
    one, mean = found
    assert np.allclose(one.outputs[-1], mean.outputs[-1], atol=1e-2) and abs(mean.energy_defect) < 0.02
    assert math.isclose(mean.log_loss[0], one.log_loss[0] - math.log(3), abs_tol=1e-12)
    with pytest.raises(ValueError, match="sum"):
        reduced(logistic(LABELS), "median")


@pytest.mark.parametrize("towards", ["start", "zero"])
def test_weights_decay_towards_their_start_or_zero(towards):
    """Against an independent integrator; frozen groups stay."""
    network, penalty = fcn(1, "frozen", activation=Tanh()), 0.4
    targets = np.array([1.0, -0.5, 0.25])
    fine = Accuracy(tolerance=5e-4, longest=0.1)
    start, found = flow(network, Squared(tuple(targets)), 2.0, penalty=penalty, towards=towards, accuracy=fine)
    assert found.status == "finished" and abs(found.energy_defect) < 0.01
    expected = outputs_by_runge_and_kutta(
        network, start, 2.0, lambda outputs: targets - outputs, (penalty, towards == "zero")
    )
    assert np.abs(found.outputs[-1] - expected).max() < 0.01 * np.abs(expected - found.outputs[0]).max()
    assert np.array_equal(found.weights["b_1"], start["b_1"])
    with pytest.raises(ValueError, match="decay towards"):
        flow(network, Squared(tuple(targets)), 2.0, towards="up")
