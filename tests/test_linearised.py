"""Linearised flows against closed forms and against explicit Euler steps in the parameters."""

import math

import numpy as np
import pytest
import scipy.linalg

from numerics.losses import CrossEntropy, Squared
from numerics.regression.linearised import linearised_flow
from numerics.regression.predictors import regularised

GENERATOR = np.random.default_rng(2)
JACOBIAN = GENERATOR.standard_normal((3, 5))
KERNEL = JACOBIAN @ JACOBIAN.T
AT = GENERATOR.standard_normal((2, 5))
START, START_AT = np.array([0.5, -1.0, 0.2]), np.array([0.1, 0.4])


def test_squared_loss_decays_by_the_exponential_of_the_kernel():
    y = np.array([1.0, 0.0, -1.0])
    times = np.array([0.05, 0.5, 3.0])
    flow = linearised_flow(Squared(tuple(y)), KERNEL, START, np.log(times))
    for time, outputs, error in zip(times, flow.outputs, flow.error, strict=True):
        np.testing.assert_allclose(outputs, y + scipy.linalg.expm(-KERNEL * time) @ (START - y), atol=1e-6)
        assert error.max() < 1e-6


@pytest.mark.parametrize("penalty", [0.0, 0.4])
def test_the_flow_is_the_limit_of_euler_steps_in_the_parameters(penalty):
    loss = CrossEntropy((0.9, 0.2, 1.0))
    theta, step, until = np.zeros(5), 1e-4, 0.5
    for _ in range(round(until / step)):
        forces = loss.flow_weights(START + JACOBIAN @ theta)
        theta = theta + step * (JACOBIAN.T @ forces - penalty * theta)
    flow = linearised_flow(loss, KERNEL, START, np.log([0.1, until]), penalty)
    np.testing.assert_allclose(flow.outputs[-1], START + JACOBIAN @ theta, atol=1e-3)
    np.testing.assert_allclose(flow.at(AT @ JACOBIAN.T, START_AT)[-1], START_AT + AT @ theta, atol=1e-3)


def test_the_start_is_recorded_and_the_end_solves_the_convex_problem():
    loss, penalty = CrossEntropy((1.0, 0.0, 1.0)), 0.05
    flow = linearised_flow(loss, KERNEL, START, np.array([-math.inf, 0.0, math.log(40 / penalty)]), penalty)
    np.testing.assert_array_equal(flow.outputs[0], START)
    np.testing.assert_allclose(flow.outputs[-1], regularised(loss, KERNEL, START, penalty).fitted, atol=1e-6)


def test_wrong_times_and_penalties_are_refused():
    loss = Squared((0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="increase"):
        linearised_flow(loss, KERNEL, START, np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="penalty"):
        linearised_flow(loss, KERNEL, START, np.array([1.0]), -0.1)
