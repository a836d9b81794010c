"""The softmax loss against finite differences and torch; the kernel of several outputs against autograd by hand."""

import numpy as np
import pytest
import torch

from numerics.networks.softmax import SoftmaxCrossEntropy, class_kernel, output_kernel
from numerics.networks.torch_network import initialise
from tests.oracles import networks
from theory.architecture import fcn

LOSS = SoftmaxCrossEntropy(((0.2, 0.3, 0.5), (0.0, 1.0, 0.0)))
OUTPUTS = np.array([0.4, -1.0, 2.0, 0.3, 0.1, -0.5])


def test_the_loss_and_its_forces_are_torchs():
    logits = torch.tensor(OUTPUTS.reshape(2, 3), requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(LOSS.targets, dtype=torch.float64), reduction="sum")
    loss.backward()
    np.testing.assert_allclose(np.exp(LOSS.log_value(OUTPUTS)), loss.item(), rtol=1e-12)
    np.testing.assert_allclose(LOSS.flow_weights(OUTPUTS), -logits.grad.numpy().ravel(), atol=1e-14)


def test_the_curvatures_are_minus_the_derivatives_of_the_forces():
    step = 1e-6
    shifted = [LOSS.flow_weights(OUTPUTS + step * row) - LOSS.flow_weights(OUTPUTS - step * row) for row in np.eye(6)]
    np.testing.assert_allclose(LOSS.curvatures(OUTPUTS), -np.array(shifted) / (2 * step), atol=1e-8)


def test_forces_keep_their_digits_where_the_loss_is_tiny():
    forces = LOSS.flow_weights(np.array([0.0, 0.0, 0.0, 0.0, 80.0, 0.0]))[3:]
    np.testing.assert_allclose(forces, np.exp(-80.0) * np.array([-1, 2, -1]), rtol=1e-12)


def test_the_outputs_rest_at_the_logarithms_with_the_means_kept():
    soft = SoftmaxCrossEntropy(((0.2, 0.3, 0.5), (0.1, 0.8, 0.1)))
    rest = soft.resting_outputs(OUTPUTS)
    np.testing.assert_allclose(soft.flow_weights(rest), 0, atol=1e-15)
    np.testing.assert_allclose(rest.reshape(2, 3).mean(axis=1), OUTPUTS.reshape(2, 3).mean(axis=1))
    with pytest.raises(ValueError, match="positive probability"):
        LOSS.resting_outputs(OUTPUTS)


def test_the_kernel_of_two_outputs_is_that_of_autograd_on_the_network_typed_by_hand():
    points = np.array([[1.0, 0.2], [-0.3, 0.8]])
    generator = np.random.default_rng(3)
    parameters = initialise(fcn(2), 2, 7, generator)
    heads = torch.tensor(generator.standard_normal((2, 7)), requires_grad=True)
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in parameters.items() if name != "W_3"}
    rows = []
    for x in torch.from_numpy(points):
        for a in range(2):
            output = networks.fcn_output({**leaves, "W_3": heads[a : a + 1]}, x, 2)
            gradients = torch.autograd.grad(output, [*leaves.values(), heads])
            rows.append(torch.cat([gradient.ravel() for gradient in gradients]).numpy())
    found = output_kernel(fcn(2), parameters, points, heads.detach().numpy())
    np.testing.assert_allclose(found, np.array(rows) @ np.array(rows).T, rtol=1e-10)


def test_independent_outputs_have_a_kernel_of_blocks():
    kernel = np.array([[2.0, 1.0], [1.0, 3.0]])
    np.testing.assert_array_equal(class_kernel(kernel, 2)[::2, ::2], kernel)
    np.testing.assert_array_equal(class_kernel(kernel, 2)[::2, 1::2], 0 * kernel)


@pytest.mark.parametrize("targets", [(), ((1.0,),), ((0.5, 0.4),), ((1.5, -0.5),), ((0.5, 0.5), (1.0,))])
def test_wrong_targets_are_refused(targets):
    with pytest.raises(ValueError, match="targets"):
        SoftmaxCrossEntropy(targets)
