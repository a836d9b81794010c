"""Flows of networks with several classes under the cross-entropy of the softmax."""

import math

import numpy as np
import pytest

from numerics.flow import Accuracy
from numerics.flow.integrate import AT_REST, FINISHED, Recording, gradient_flow
from numerics.flow.stepping import initial_state, problem_of
from numerics.losses import CrossEntropy
from numerics.networks.classes import as_one_output, initial_class_arrays
from numerics.networks.parameters import initial_arrays
from numerics.networks.softmax import SoftmaxCrossEntropy
from theory.architecture import fcn
from theory.presets import lee

LOG_10 = math.log(10)
POINTS = np.array([[1.0, 0.0], [0.0, 0.5], [-0.8, 0.3]])


def generator():
    return np.random.default_rng(0)


SPARSE = Recording(per_decade=1)


def start(classes, width=16):
    return initial_class_arrays(fcn(1), 2, width, classes, np.random.default_rng(0))


@pytest.mark.parametrize("targets", [(0.0, 1.0, 1.0), (0.2, 0.9, 0.7)])
def test_two_classes_are_the_binary_flow_at_temperature_one_over_root_two(targets):
    accuracy = Accuracy(tolerance=5e-3, longest=0.3)
    softmax = SoftmaxCrossEntropy(tuple((1 - target, target) for target in targets))
    two, one = (
        gradient_flow(fcn(1), parameters, POINTS, loss, LOG_10, accuracy=accuracy, recording=SPARSE, errors=False)
        for parameters, loss in (
            (start(2), softmax),
            (as_one_output(fcn(1), start(2)), CrossEntropy(targets, temperature=0.5**0.5)),
        )
    )
    outputs = two.outputs.reshape(len(two), 3, 2)
    np.testing.assert_allclose((outputs[..., 1] - outputs[..., 0]) / 2**0.5, one.outputs, atol=2e-3)
    np.testing.assert_allclose(two.log_loss, one.log_loss, atol=2e-3)
    assert np.abs(one.outputs[-1] - one.outputs[0]).max() > 0.3


@pytest.mark.parametrize(
    ("row", "penalty", "rests"),
    [((1.0, 0.0, 0.0), 0.0, False), ((0.8, 0.1, 0.1), 0.0, True), ((1.0, 0.0, 0.0), 0.3, None)],
)
def test_three_classes_diverge_with_hard_targets_and_stay_with_soft_ones_or_a_penalty(row, penalty, rests):
    loss = SoftmaxCrossEntropy(tuple(tuple(np.roll(row, index)) for index in range(3)))
    found = gradient_flow(fcn(1), start(3), POINTS, loss, 4 * LOG_10, penalty=penalty, recording=SPARSE, errors=False)
    assert found.reached and abs(found.energy_defect) < 0.01
    if rests:
        assert found.status == AT_REST
        np.testing.assert_allclose(found.margins[-1], math.log(8), atol=1e-4)
    elif rests is None:
        assert found.margins[-1].max() < 8
    else:
        assert found.status == FINISHED and found.margins[-1].min() > 8


def test_networks_of_several_classes_start_with_the_deviations_of_one_output():
    network = lee(1, parametrisation="standard")
    arrays = initial_class_arrays(network, 3, 4000, 5, np.random.default_rng(1))
    assert arrays["W_1"].std() == pytest.approx(3**-0.5, rel=0.05)
    assert arrays["W_2"].std() == pytest.approx(4000**-0.5, rel=0.05)
    one = initial_arrays(network, 3, 40, np.random.default_rng(1))
    same = initial_class_arrays(network, 3, 40, 1, np.random.default_rng(1))
    assert all((same[name] == one[name]).all() for name in one)


@pytest.mark.parametrize("targets", [(0.0, 1.0, 1.0), (0.2, 0.9, 0.7)])
def test_two_classes_have_the_derivative_of_one_output_to_the_last_digits(targets):
    softmax = SoftmaxCrossEntropy(tuple((1 - target, target) for target in targets))
    binary = CrossEntropy(targets, temperature=0.5**0.5)
    two = initial_state(problem_of(fcn(2), initial_class_arrays(fcn(2), 2, 16, 2, generator()), POINTS, softmax))
    one = initial_state(
        problem_of(fcn(2), as_one_output(fcn(2), initial_class_arrays(fcn(2), 2, 16, 2, generator())), POINTS, binary)
    )
    outputs = two.outputs.reshape(3, 2)
    np.testing.assert_allclose((outputs[:, 1] - outputs[:, 0]) / 2**0.5, one.outputs, rtol=1e-13)
    moved = (two.gradients.gram @ softmax.flow_weights(two.outputs)).reshape(3, 2)
    derivative = one.gradients.gram @ binary.flow_weights(one.outputs)
    np.testing.assert_allclose((moved[:, 1] - moved[:, 0]) / 2**0.5, derivative, rtol=1e-12)
    np.testing.assert_allclose(softmax.log_value(two.outputs), binary.log_value(one.outputs), rtol=1e-13)
