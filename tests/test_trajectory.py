"""Envelopes, crossings and what a trajectory says of the recorded arrays."""

import math

import mpmath
import numpy as np
import pytest
import sympy
import torch

from numerics.flow.integrate import gradient_flow
from numerics.flow.trajectory import label_aware_minimum, log10_crossing, margin_of_integral
from numerics.losses import Squared, logistic
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from theory.architecture import fcn, smoothed
from theory.dynamics import envelopes

LOG_10 = math.log(10)
POINTS = np.array([[1.0, 0.0], [0.0, 0.5], [-0.8, 0.3]])
SMOOTH = smoothed(fcn(2), 5)


@pytest.fixture(scope="module")
def smooth():
    """A flow of a network without kinks, and its start."""
    torch.set_num_threads(1)
    parameters = initialise(SMOOTH, 2, 16, np.random.default_rng(4))
    return parameters, gradient_flow(SMOOTH, parameters, POINTS, logistic([0, 1, 0]), LOG_10)


def test_the_recorded_kernel_outputs_and_margins_are_those_of_the_network_at_the_time(smooth):
    _, found = smooth
    points = torch.from_numpy(POINTS)
    kernel = empirical_ntk(SMOOTH, found.parameters, points)
    np.testing.assert_allclose(found.gram[-1], kernel.ntk.numpy(), rtol=1e-9)
    for name, part in zip(found.groups, found.parts[-1], strict=True):
        np.testing.assert_allclose(part, kernel.parts[name].numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.automatic_gram[-1], found.gram[-1], rtol=1e-9)
    outputs = forward(SMOOTH, found.parameters, points).numpy()
    np.testing.assert_allclose(found.outputs[-1], outputs, rtol=1e-9)
    np.testing.assert_allclose(found.margins[-1], [-1, 1, -1] * outputs, rtol=1e-9)
    losses = np.log1p(np.exp(-found.margins)).sum(axis=1)
    np.testing.assert_allclose(np.exp(found.log_loss), losses, rtol=1e-12)


def test_wrongly_classified_samples_have_negative_margins(smooth):
    _, found = smooth
    assert (found.margins[0] < 0).any() and (found.margins[-1] > 0).all()


def test_the_kernel_moves_and_its_distances_are_recorded(smooth):
    parameters, found = smooth
    assert found.gap_from_start[0] == 0 and found.gap_from_start[-1] > 0.1
    np.testing.assert_allclose(found.gap(found.gram[0]), found.gap_from_start)
    assert found.gap(np.zeros((3, 3)))[-1] == np.abs(found.gram[-1]).max()
    values = np.linalg.eigvalsh(found.gram[-1])
    assert (found.lambda_min[-1], found.lambda_max[-1]) == pytest.approx((values[0], values[-1]), rel=1e-12)
    for index, name in enumerate(found.groups):
        difference = found.parameters[name] - parameters[name]
        assert found.sup_displacement[-1, index] == pytest.approx(float(difference.abs().max()), rel=1e-12)
        assert found.euclidean_displacement[-1, index] == pytest.approx(float(difference.norm()), rel=1e-12)
    assert not found.sup_displacement[0].any()


def test_along_a_smooth_flow_both_gram_matrices_close_the_energy_identity(smooth):
    _, found = smooth
    assert abs(found.energy_defect) < 1e-3
    assert abs(found.automatic_energy_defects[-1]) < 0.02
    assert found.dissipation[-1] == pytest.approx(np.exp(found.log_loss[0]) - np.exp(found.log_loss[-1]), rel=1e-3)
    assert found.sliding.tolist() == [0] * len(found)


def test_copies_of_one_sample_stay_on_the_upper_envelope():
    # Then u' K^r u = kappa (sum u)^2, and all u are equal: the inequalities of the upper side are equalities.
    parameters = initialise(fcn(1), 2, 32, np.random.default_rng(0))
    found = gradient_flow(fcn(1), parameters, np.ones((3, 2)), logistic([1, 1, 1]), 3 * LOG_10)
    np.testing.assert_allclose(found.upper_envelope, found.margins.min(axis=1), atol=2e-3)
    assert np.all(found.lower_envelope <= found.margins.min(axis=1) + 1e-3)
    assert found.envelope_held


def test_one_sample_lies_on_both_envelopes_and_opposite_labels_on_equal_points_have_a_flat_lower_one():
    parameters = initialise(fcn(1), 2, 32, np.random.default_rng(0))
    one = gradient_flow(fcn(1), parameters, POINTS[:1], logistic([1]), 2 * LOG_10)
    np.testing.assert_allclose(one.lower_envelope, one.margins[:, 0], atol=2e-3)
    np.testing.assert_allclose(one.upper_envelope, one.margins[:, 0], atol=2e-3)
    torn = gradient_flow(fcn(1), parameters, POINTS[[0, 0]], logistic([0, 1]), 2 * LOG_10)
    np.testing.assert_allclose(torn.lower_envelope, torn.lower_envelope[0], atol=1e-3)
    np.testing.assert_allclose(torn.label_aware, 0, atol=1e-10)


def test_the_margin_of_an_integral_inverts_the_potential_of_the_theory():
    excess = sympy.Symbol("S", positive=True)
    potential = sympy.lambdify(excess, envelopes.potential(excess))
    for log_excess in (-3.0, 0.2, 2.0):
        for integral in (1e-3, 1.0, 1e3, 1e12):
            margin = margin_of_integral(math.log(integral), log_excess)
            assert potential(math.exp(-margin)) == pytest.approx(potential(math.exp(log_excess)) + integral, rel=1e-9)


@pytest.mark.parametrize("log_integral", [-800.0, -5.0, 0.0, 20.0, 33.9, 34.1, 600.0, 1000.0])
@pytest.mark.parametrize("log_excess", [-40.0, 0.0, 50.0])
def test_the_margin_of_an_integral_is_right_at_any_size(log_integral, log_excess):
    with mpmath.workdps(450):
        height = mpmath.exp(-log_excess) - log_excess + mpmath.exp(log_integral)
        low, high = mpmath.mpf(-100), mpmath.mpf(1100)
        for _ in range(200):  # y + exp(y) rises
            middle = (low + high) / 2
            low, high = (middle, high) if middle + mpmath.exp(middle) < height else (low, middle)
    assert margin_of_integral(log_integral, log_excess) == pytest.approx(float(low), rel=1e-12, abs=1e-12)


def test_envelopes_are_refused_for_other_losses_and_with_a_penalty():
    parameters = initialise(fcn(1), 2, 8, np.random.default_rng(0))
    with pytest.raises(ValueError, match="logistic"):
        _ = gradient_flow(fcn(1), parameters, POINTS, Squared((1.0, 1.0, 1.0)), -math.inf).lower_envelope
    with pytest.raises(ValueError, match="penalty"):
        _ = gradient_flow(fcn(1), parameters, POINTS, logistic([0, 1, 1]), -math.inf, penalty=0.1).upper_envelope


def test_the_label_aware_minimum_is_that_of_the_simplex():
    gram = np.array([[2.0, 1.0], [1.0, 4.0]])
    assert label_aware_minimum(gram, np.array([1.0, 1.0])) == pytest.approx(1.75)  # at w = (3/4, 1/4)
    assert label_aware_minimum(gram, np.array([1.0, -1.0])) == pytest.approx(7 / 8)  # at w = (5/8, 3/8)
    assert label_aware_minimum(np.zeros((2, 2)), np.ones(2)) == 0.0


def test_a_crossing_is_interpolated_in_log_t():
    log_t = np.array([-math.inf, 0.0, LOG_10, 2 * LOG_10])
    gap = np.array([0.1, 0.2, 0.4, 0.3])
    assert log10_crossing(log_t, gap, 0.3) == pytest.approx(0.5)
    assert log10_crossing(log_t, gap, 0.15) == pytest.approx(math.log10(0.5))
    assert log10_crossing(log_t, gap, 0.4) is None
    assert log10_crossing(log_t, gap, 0.05) is None  # exceeded from the start: nothing is crossed
