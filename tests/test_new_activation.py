"""The example of a new activation: one file in `theory/activations`, and this test."""

import numpy as np
import pytest

from numerics.kernels.gram import kernel_grams, ntk
from numerics.networks.exact_law import sample_kernels
from tests.oracles import activations as oracle
from theory.activations import activation_named
from theory.architecture import fcn, resnet

POINTS = np.array([[0.6, 0.7], [-0.3, 0.5]])


@pytest.mark.parametrize("depth", [1, 2])
def test_the_bump_agrees_with_quadrature(depth):
    bump = activation_named("bump")
    bump.prove()
    found = ntk(fcn(depth, "zero", bump), POINTS)[0, 1], ntk(resnet(depth, 1, "trained", bump), POINTS)[0, 1]
    expected = (
        oracle.fcn_kernel("bump", *POINTS, depth, 0, 1),
        oracle.resnet_kernel("bump", *POINTS, depth, 1.0, 1, 1),
    )
    assert np.allclose(found, expected, rtol=1e-12)


def test_the_bump_is_sampled():
    network = fcn(2, "trained", activation_named("bump"))
    draws, limit = sample_kernels(network, POINTS, 3000, 40, seed=1), kernel_grams(network, POINTS)
    for name, part in limit.parts.items():
        error = draws.parts[name].std(axis=0) / 40**0.5
        assert (np.abs(draws.parts[name].mean(axis=0) - part) < 6.5 * error + 5e-3 * part.max()).all(), name
