"""Losses against mpmath and finite differences, at moderate and extreme outputs."""

import mpmath
import numpy as np
import pytest

from numerics.losses import CrossEntropy, Exponential, Squared, logistic

OUTPUTS = np.array([-1.3, 0.4, 2.0])
LOSSES = [
    logistic([0, 1, 1]),
    logistic([1, 0, 1], temperature=0.5),
    CrossEntropy((0.9, 0.1, 0.5)),
    Exponential((0, 1, 0)),
    Squared((1.0, -1.0, 0.25)),
]


def value(loss, outputs):
    return np.exp(loss.log_value(outputs))


def shifted(index, step):
    return OUTPUTS + step * np.eye(3)[index]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_flow_weights_are_minus_the_derivatives_of_the_summed_loss(loss):
    step = 1e-5
    slopes = [(value(loss, shifted(i, step)) - value(loss, shifted(i, -step))) / (2 * step) for i in range(3)]
    np.testing.assert_allclose(loss.flow_weights(OUTPUTS), -np.array(slopes), rtol=1e-8)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_curvatures_are_minus_the_derivatives_of_the_flow_weights(loss):
    step = 1e-5
    for index in range(3):
        change = loss.flow_weights(shifted(index, step)) - loss.flow_weights(shifted(index, -step))
        expected = np.zeros(3)
        expected[index] = loss.curvatures(OUTPUTS)[index]
        np.testing.assert_allclose(-change / (2 * step), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_a_scale_multiplies_weights_and_curvatures(loss):
    np.testing.assert_allclose(loss.flow_weights(OUTPUTS, 3.0), np.exp(3) * loss.flow_weights(OUTPUTS), rtol=1e-13)
    np.testing.assert_allclose(loss.curvatures(OUTPUTS, 3.0), np.exp(3) * loss.curvatures(OUTPUTS), rtol=1e-13)


@pytest.mark.parametrize("margin", [-900.0, -3.0, 0.0, 3.0, 29.9, 30.1, 700.0, 1e6])
def test_the_log_of_the_logistic_loss_is_right_at_any_margin(margin):
    with mpmath.workdps(50):
        exact = float(mpmath.log(mpmath.log1p(mpmath.exp(-mpmath.mpf(margin)))))
    assert logistic([1]).log_value(np.array([margin])) == pytest.approx(exact, rel=1e-14)
    assert logistic([0]).log_value(np.array([-margin])) == pytest.approx(exact, rel=1e-14)


def test_the_logistic_weights_are_the_signed_residuals_of_the_paper():
    labels = np.array([0, 1, 0])
    residuals = np.abs(1 / (1 + np.exp(-OUTPUTS)) - labels)
    np.testing.assert_allclose(logistic(labels).flow_weights(OUTPUTS), (2 * labels - 1) * residuals, rtol=1e-14)


def test_weights_times_t_are_doubles_at_t_1e400():
    log_t = 400 * np.log(10)
    outputs = np.array([-log_t, log_t])
    np.testing.assert_allclose(logistic([0, 1]).flow_weights(outputs, log_t), [-1, 1], rtol=1e-12)
    np.testing.assert_allclose(Exponential((0, 1)).flow_weights(outputs, log_t), [-1, 1], rtol=1e-12)


def test_a_loss_is_a_sum_over_the_samples():
    for one, two in ((logistic([1]), logistic([1, 1])), (Squared((1.0,)), Squared((1.0, 1.0)))):
        assert value(two, np.array([0.3, 0.3])) == pytest.approx(2 * value(one, np.array([0.3])), rel=1e-14)


def test_signs_follow_the_labels():
    assert logistic([0, 1]).signs.tolist() == [-1, 1]
    assert Exponential((0, 1)).signs.tolist() == [-1, 1]
    assert Squared((-2.0, 0.5)).signs.tolist() == [-1, 1]


def test_the_squared_loss_at_its_minimum_is_zero():
    assert Squared((1.0,)).log_value(np.array([1.0])) == -np.inf
    assert Squared((1.0,)).flow_weights(np.array([1.0]), 1000.0).tolist() == [0.0]


def test_impossible_labels_targets_and_temperatures_are_refused():
    with pytest.raises(ValueError, match="labels must be 0 or 1"):
        logistic([0, 2])
    with pytest.raises(ValueError, match="labels must be 0 or 1"):
        Exponential((1, -1))
    with pytest.raises(ValueError, match="between 0 and 1"):
        CrossEntropy((0.5, float("nan")))
    with pytest.raises(ValueError, match="temperature"):
        logistic([1], temperature=0.0)
