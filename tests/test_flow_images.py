"""Training of convolutional networks: the flow's energy identity, an independent integrator, descent by autograd."""

import math

import numpy as np
import pytest
import scipy.integrate
import sympy
import torch

from numerics.flow.descent import gradient_descent
from numerics.flow.discrete_gradient import Average, Gather
from numerics.flow.integrate import Accuracy, gradient_flow
from numerics.flow.shared_kinks import Sharing, proportional
from numerics.flow.stepping import initial_state, problem_of
from numerics.losses import Squared, logistic
from numerics.networks.classes import initial_class_arrays
from numerics.networks.parameters import initial_arrays
from numerics.networks.softmax import SoftmaxCrossEntropy
from numerics.networks.torch_network import empirical_ntk, forward
from theory.activations import Erf, Gelu, LeakyRelu, Relu, Tanh
from theory.architecture import (
    ONE,
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Pool,
    Residual,
    Scale,
)
from theory.presets import changed, cntk

HALF, THIRD = sympy.Rational(1, 2), sympy.Rational(1, 3)
LABELS, TARGETS = [0, 1, 0], (1.0, -0.5, 0.25)
CHANNELS, POOL = 2, Pool()


def images(image, count=3):
    return np.random.default_rng(1).standard_normal((count, math.prod(image) * CHANNELS))


def block(letter, index, activation, padding="zero", variance=ONE, multiplier=ONE):
    bias = Group("b" if letter == "W" else "d", index, variance, multiplier=multiplier)
    return Convolution(Group(letter, index, ONE), bias, 3, padding), activation, Scale(2 * THIRD)


def mixed(activation, last=POOL):
    """A stem, a residual block of two convolutions, biases started at zero, a dense layer and an output bias."""
    stem = (Scale(THIRD), Convolution(Group("A", None, ONE), Group("b", None, ONE)), Scale(THIRD))
    first, second = block("W", 1, activation, variance=sympy.S.Zero), block("V", 1, Erf(), "circular")
    branch = Residual(HALF, (*first, second[0], second[2]))
    dense = (last, Affine(Group("W", 2, ONE), Group("b", 2, ONE, multiplier=-HALF)), activation, Scale(ONE))
    head = (Affine(Group("W", 3, ONE), Group("b", 3, ONE)),)
    return Architecture(f"mixed, {activation.name}", stem, ((branch,), dense), head, (5,))


def biased(activation):
    """Two convolutions with multiplied biases."""
    blocks = block("W", 1, activation, multiplier=HALF), block("W", 2, activation, "circular", multiplier=2 * ONE)
    return Architecture(f"biased, {activation.name}", (), blocks, (Flatten(), Affine(Group("W", 3, ONE))), (5,))


NETWORKS = [
    cntk(2, (5,)),
    cntk(2, (3, 3), 3, "circular", False),
    cntk(1, (4,), 3, "circular", False, Erf()),
    cntk(1, (3, 3), 3, "zero", True, Gelu()),
    changed(cntk(2, (5,), activation=LeakyRelu()), trained=["W_2"]),
    mixed(Relu()),
    mixed(Tanh(), Flatten()),
    biased(Relu()),
    biased(Gelu()),
]


def flow(network, loss, until, classes=1, width=6, **settings):
    points = images(network.image)
    generator = np.random.default_rng(0)
    start = initial_class_arrays(network, points.shape[1], width, classes, generator)
    return points, start, gradient_flow(network, start, points, loss, math.log(until), errors=False, **settings)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_parts_at_the_start_are_those_of_the_network_in_torch(network):
    points = images(network.image)
    start = initial_arrays(network, points.shape[1], 6, np.random.default_rng(3))
    found = initial_state(problem_of(network, start, points, logistic(LABELS))).gradients.parts
    expected = empirical_ntk(network, {name: torch.from_numpy(array) for name, array in start.items()}, points).parts
    assert list(found) == list(expected)
    assert all(np.allclose(part, expected[name].numpy(), rtol=1e-11) for name, part in found.items())


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_the_energy_identity_closes(network):
    _, start, found = flow(network, logistic(LABELS), 1e3)
    assert found.status == "finished" and abs(found.energy_defect) < 0.02
    assert found.log_loss[-1] < found.log_loss[0] - 0.1
    assert {name: array.shape for name, array in found.weights.items()} == {n: a.shape for n, a in start.items()}


@pytest.mark.parametrize("network", [cntk(1, (5,)), mixed(Tanh()), biased(Relu())], ids=lambda network: network.name)
def test_two_outputs_and_softmax_close_it_too(network):
    loss = SoftmaxCrossEntropy(((1.0, 0.0), (0.0, 1.0), (1.0, 0.0)))
    _, _, found = flow(network, loss, 1e3, classes=2)
    assert found.status == "finished" and abs(found.energy_defect) < 0.02
    assert found.log_loss[-1] < found.log_loss[0] - 0.1


@pytest.mark.parametrize("towards", ["start", "zero"])
def test_filters_decay_and_the_energy_balances(towards):
    _, _, found = flow(cntk(1, (5,)), logistic(LABELS), 100.0, penalty=0.3, towards=towards)
    assert found.status in ("finished", "at rest") and abs(found.energy_defect) < 0.01


def outputs_by_runge_and_kutta(network, start, points, until):
    """f(x_i) at `until` along the flow of autograd's gradients for the squared loss, by an independent integrator."""
    names = [group.name for group in network.groups if group.trained]
    sizes = np.cumsum([start[name].size for name in names])[:-1]

    def leaves(state):
        pieces = zip(names, np.split(state, sizes), strict=True)
        moved = {name: torch.from_numpy(piece.reshape(start[name].shape)) for name, piece in pieces}
        fixed = {name: torch.from_numpy(array) for name, array in start.items() if name not in moved}
        return fixed | {name: tensor.requires_grad_() for name, tensor in moved.items()}

    def velocity(_, state):
        parameters = leaves(state.copy())
        outputs = forward(network, parameters, points)
        weights = torch.tensor(TARGETS, dtype=torch.float64) - outputs.detach()
        gradients = torch.autograd.grad(outputs, [parameters[name] for name in names], weights)
        return np.concatenate([gradient.numpy().ravel() for gradient in gradients])

    begin = np.concatenate([start[name].ravel() for name in names])
    found = scipy.integrate.solve_ivp(velocity, (0, until), begin, method="DOP853", rtol=1e-7, atol=1e-9)
    return forward(network, leaves(found.y[:, -1].copy()), points).detach().numpy()


@pytest.mark.parametrize(
    "network",
    [cntk(1, (5,), activation=Erf()), cntk(2, (3, 3), 3, "circular", False, Gelu()), mixed(Tanh()), biased(Erf()),
     cntk(1, (5,))],
    ids=lambda network: network.name,
)  # fmt: skip
def test_outputs_are_those_of_an_independent_integrator(network):
    """1% of the largest change of an output."""
    fine = Accuracy(tolerance=5e-4, longest=0.1)
    points, start, found = flow(network, Squared(TARGETS), 0.5, accuracy=fine)
    expected = outputs_by_runge_and_kutta(network, start, points, 0.5)
    assert np.abs(found.outputs[-1] - expected).max() < 0.01 * np.abs(expected - found.outputs[0]).max()


@pytest.mark.parametrize("network", [cntk(2, (3, 3)), mixed(Relu()), biased(Tanh())], ids=lambda network: network.name)
def test_descent_takes_the_steps_of_autograd(network):
    points = images(network.image)
    start = {
        name: torch.from_numpy(array)
        for name, array in initial_arrays(network, points.shape[1], 6, np.random.default_rng(2)).items()
    }
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
    signs = 2.0 * torch.tensor(LABELS, dtype=torch.float64) - 1
    for _ in range(20):
        loss = torch.log1p(torch.exp(-signs * forward(network, leaves, points))).sum()
        for leaf, gradient in zip(leaves.values(), torch.autograd.grad(loss, list(leaves.values())), strict=True):
            leaf.data -= 0.05 * gradient
    last = list(gradient_descent(network, start, points, logistic(LABELS), 0.05, 20))[-1]
    for name, leaf in leaves.items():
        assert torch.allclose(last.parameters[name], leaf.detach(), rtol=1e-9, atol=1e-12), name


@pytest.mark.parametrize(
    "operation",
    [Gather.of_convolution(Convolution(Group("W", 1, ONE), None, size, padding), image)
     for size, padding, image in ((3, "zero", (4,)), (3, "circular", (2, 3)), (5, "circular", (2,)), (1, "zero", (3,)))]
    + [Gather((tuple(range(4)),), 4), Average(4)],
)  # fmt: skip
def test_what_moves_positions_has_its_transpose_and_its_kernel(operation):
    generator = np.random.default_rng(3)
    values = generator.standard_normal((3 * operation.count, 2))
    moved = operation.of(values)
    cotangent = generator.standard_normal(moved.shape)
    assert np.isclose((moved * cotangent).sum(), (values * operation.spread(cotangent)).sum(), rtol=1e-12)
    expected = moved @ moved.T / moved.shape[1]
    assert np.allclose(operation.kernel(values @ values.T / 2), expected, rtol=1e-12)


def test_rows_made_of_proportional_rows_at_one_ratio_share_their_kinks():
    rows = np.array([[1.0, 2.0], [2.0, 4.0], [0.5, 1.0], [1.0, 2.0], [3.0, 0.0]])
    sources = np.array([[-1, 0], [-1, 1], [0, 1], [2, 3], [4, 0], [0, -1]])
    found = proportional(rows).rearranged(sources)
    padded = np.vstack([rows, np.zeros(2)])
    expected: Sharing = proportional(padded[sources].reshape(6, 4))
    assert np.array_equal(found.leader, expected.leader) and np.allclose(found.factor, expected.factor)


def test_a_resumed_flow_of_images_is_the_flow(tmp_path):
    points, start, whole = flow(cntk(1, (5,)), logistic(LABELS), 100.0)
    file = tmp_path / "flow.npz"
    settings = {"errors": False, "checkpoint_file": file}
    gradient_flow(cntk(1, (5,)), start, points, logistic(LABELS), math.log(100.0), **settings)
    again = gradient_flow(cntk(1, (5,)), start, points, logistic(LABELS), math.log(100.0), **settings)
    assert np.array_equal(again.outputs[-1], whole.outputs[-1])
    assert all(np.array_equal(again.weights[name], array) for name, array in whole.weights.items())
