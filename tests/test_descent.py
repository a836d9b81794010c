"""Plain gradient descent against autograd on the networks typed by hand."""

import numpy as np
import pytest
import torch

from numerics.flow.descent import gradient_descent
from numerics.losses import logistic
from numerics.networks.torch_network import initialise
from tests.oracles import networks
from theory.architecture import fcn, resnet

POINTS = np.array([[1.0, 0.0], [0.0, 0.5], [-0.8, 0.3]])
LABELS = [0, 1, 1]


def oracle(output, parameters, rate, epochs, averaged, names):
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in parameters.items()}
    signs = 2.0 * torch.tensor(LABELS, dtype=torch.float64) - 1
    for _ in range(epochs):
        outputs = torch.stack([output(leaves, x) for x in torch.from_numpy(POINTS)])
        losses = torch.log1p(torch.exp(-signs * outputs))
        loss = losses.mean() if averaged else losses.sum()
        with torch.no_grad():
            for name, gradient in zip(names, torch.autograd.grad(loss, [leaves[name] for name in names]), strict=True):
                leaves[name] -= rate * gradient
    return leaves


@pytest.mark.parametrize("averaged", [False, True])
@pytest.mark.parametrize("family", ["fcn", "resnet", "frozen"])
def test_descent_takes_the_steps_of_autograd_on_the_network_typed_by_hand(family, averaged):
    network = {"fcn": fcn(2), "resnet": resnet(1, 2), "frozen": fcn(2, "frozen")}[family]
    parameters = initialise(network, 2, 12, np.random.default_rng(0))
    names = [group.name for group in network.groups if group.trained]

    def output(leaves, x):
        return networks.resnet_output(leaves, x, 1, 2.0) if family == "resnet" else networks.fcn_output(leaves, x, 2)

    expected = oracle(output, parameters, 0.1, 30, averaged, names)
    loss = logistic(LABELS)
    epochs = list(gradient_descent(network, parameters, POINTS, loss, 0.1, 30, averaged=averaged))
    assert [epoch.number for epoch in epochs] == [0, 30]
    for name, tensor in expected.items():
        np.testing.assert_allclose(epochs[-1].parameters[name], tensor.detach(), rtol=1e-10, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(
        epochs[-1].outputs, [output(expected, x).item() for x in torch.from_numpy(POINTS)], rtol=1e-9
    )


def test_epochs_are_given_when_asked_for_and_the_start_stays():
    parameters = initialise(fcn(1), 2, 8, np.random.default_rng(1))
    before = {name: tensor.clone() for name, tensor in parameters.items()}
    numbers = [
        epoch.number for epoch in gradient_descent(fcn(1), parameters, POINTS, logistic(LABELS), 0.1, 9, at=[9, 3])
    ]
    assert numbers == [3, 9]
    assert all(torch.equal(parameters[name], tensor) for name, tensor in before.items())
    (only,) = gradient_descent(fcn(1), parameters, POINTS, logistic(LABELS), 0.1, 0)
    assert only.number == 0


def test_impossible_descents_are_refused_at_once():
    parameters = initialise(fcn(1), 2, 8, np.random.default_rng(1))
    for rate, epochs in ((0.0, 1), (float("nan"), 1), (0.1, -1)):
        with pytest.raises(ValueError, match="rate"):
            gradient_descent(fcn(1), parameters, POINTS, logistic(LABELS), rate, epochs)
    with pytest.raises(ValueError, match="2 samples"):
        gradient_descent(fcn(1), parameters, POINTS, logistic([0, 1]), 0.1, 1)
