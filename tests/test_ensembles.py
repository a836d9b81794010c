"""Ensembles: what a run keeps, its independence of the processes, and exponents with the error rates they claim."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from numerics.losses import CrossEntropy
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from numerics.regression.ensembles import Training, descend, ensemble, train, width_exponent
from theory.architecture import fcn

POINTS, TEST_POINTS = np.array([[1.0, 0.0], [0.0, 0.8]]), np.array([[0.5, 0.5]])
TRAINING = Training(fcn(1), POINTS, CrossEntropy((0.9, 0.2)), 3.0, 0.0, TEST_POINTS)


def test_a_run_keeps_what_the_kernel_regime_is_judged_by():
    run = train(TRAINING, 48, 5)
    parameters = initialise(fcn(1), 2, 48, np.random.default_rng([48, 5]))
    both = torch.from_numpy(np.concatenate([POINTS, TEST_POINTS]))
    np.testing.assert_allclose(run.start_kernel, empirical_ntk(fcn(1), parameters, both).ntk)
    np.testing.assert_allclose(np.concatenate([run.outputs[0], run.test_outputs[0]]), forward(fcn(1), parameters, both))
    np.testing.assert_allclose(run.outputs[-1], [math.log(9), -math.log(4)], atol=1e-6)
    assert run.kernel.shape == (2, 2) and run.cross.shape == (1, 2)
    assert len(run.log_t) == len(run.gap) == len(run.distance) == len(run.test_outputs)
    assert run.gap[0] == run.distance[0] == 0 and run.drift > 0 and run.residual < 1e-6


def test_the_linearised_model_starts_where_the_network_does_and_stays_near_it():
    wide = train(TRAINING, 2048, 0)
    assert np.array_equal(wide.linearised.outputs[0], wide.outputs[0])
    assert 0 < max(wide.linearisation_error) < 0.2


def test_the_runs_do_not_depend_on_the_number_of_processes():
    one, two = (ensemble(TRAINING, (16, 24), (0, 1), jobs) for jobs in (1, 2))
    assert [(run.width, run.seed) for run in one] == [(16, 0), (16, 1), (24, 0), (24, 1)]
    for left, right in zip(one, two, strict=True):
        np.testing.assert_array_equal(left.test_outputs, right.test_outputs)


def test_gradient_descent_starts_where_the_flow_does_and_ends_near_its_end():
    run, found = train(TRAINING, 512, 3), descend(TRAINING, 512, 3, 4.0, 1e-5, 5000)
    np.testing.assert_allclose(found.start, np.concatenate([run.outputs[0], run.test_outputs[0]]), rtol=1e-12)
    np.testing.assert_allclose(found.end, np.concatenate([run.outputs[-1], run.test_outputs[-1]]), atol=0.02)
    assert found.force <= 1e-5 and 0 < found.epochs < 5000


def test_gradient_descent_refuses_a_regulariser():
    with pytest.raises(ValueError, match="regulariser"):
        descend(dataclasses.replace(TRAINING, penalty=0.1), 24, 3, 4.0, 1e-5, 100)


def test_a_run_says_whether_the_kernel_stayed_definite():
    assert 0 < train(TRAINING, 48, 5).definite <= np.linalg.eigvalsh(train(TRAINING, 48, 5).kernel)[0]


def test_the_exponents_interval_misses_as_often_as_it_says():
    generator = np.random.default_rng(0)
    widths = np.repeat([16, 64, 256], 4)
    misses = 0
    for _ in range(1000):
        fitted = width_exponent(widths, 3 * widths**-0.7 * np.exp(0.5 * generator.standard_normal(12)), 0.9)
        misses += not fitted.low <= -0.7 <= fitted.high
    assert 60 <= misses <= 140


def test_a_bent_line_is_a_misfit():
    widths = np.repeat([16.0, 64.0, 256.0], 4)
    noise = np.exp(0.01 * np.random.default_rng(1).standard_normal(12))
    assert width_exponent(widths, noise / widths).misfit > 1e-3
    assert width_exponent(widths, noise * (1 / widths + 1 / 64)).misfit < 1e-6


@pytest.mark.parametrize(
    ("widths", "values", "word"), [([1, 2, 1, 2], [1, 1, 1, 1], "three"), ([1, 2, 3, 4], [1, 0, 1, 1], "positive")]
)
def test_exponents_need_three_widths_and_positive_values(widths, values, word):
    with pytest.raises(ValueError, match=word):
        width_exponent(np.array(widths), np.array(values))
