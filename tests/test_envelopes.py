"""The output bound's constant and the latest crossing, against formulas typed by hand."""

import math

import numpy as np
import pytest
import sympy

from numerics.flow.trajectory import log10_latest_crossing
from theory.architecture import fcn, resnet, with_trained
from theory.dynamics import envelopes
from theory.dynamics.output_bound import output_factor, width


def test_the_output_factor_is_that_of_the_last_block():
    assert float(output_factor(fcn(3)).subs(width, 50)) == pytest.approx(2 * math.sqrt(2 / 50))
    assert float(output_factor(resnet(2, sympy.Rational(-3, 4))).subs(width, 50)) == pytest.approx(1.5 / math.sqrt(50))
    assert output_factor(with_trained(fcn(2), ["b_2", "W_3"])) == output_factor(fcn(2))


@pytest.mark.parametrize(
    "architecture",
    [
        fcn(1, "none"),
        fcn(1, "frozen"),
        with_trained(fcn(1), ["W_2"]),
        with_trained(fcn(1), ["b_1"]),
        resnet(1, 1, "none"),
    ],
    ids=lambda architecture: architecture.name,
)
def test_without_a_trained_last_bias_or_output_there_is_no_bound(architecture):
    with pytest.raises(ValueError, match="output bound"):
        output_factor(architecture)


@pytest.mark.parametrize("hidden", [10, 1000, 10**6])
def test_the_latest_crossing_is_the_formula_typed_by_hand_at_any_width(hidden):
    reference = np.array([[4.0, 0.5], [0.5, 3.0]])
    gap, log_loss = 0.7, math.log(1.5)
    # K^r = [[4, -1/2], [-1/2, 3]]: the minimum on the simplex is at w = (7, 9) / 16.
    weights = np.array([7, 9]) / 16
    least = float(weights @ (reference * [[1, -1], [-1, 1]]) @ weights)
    start = math.exp(1.5) - 1
    log_v = math.sqrt(hidden / 8) * (3 + gap)
    log_total = log_v + math.log1p((log_v - 1 / start + math.log(start)) * math.exp(-log_v))
    expected = (log_total - math.log(least - gap)) / math.log(10)
    found = log10_latest_crossing(fcn(2), hidden, reference, np.array([1.0, -1.0]), log_loss, gap)
    assert found == pytest.approx(expected, rel=1e-12)


def test_beyond_the_label_aware_constant_nothing_is_promised():
    found = log10_latest_crossing(fcn(1), 10, np.eye(2), np.array([1.0, -1.0]), 0.0, 0.51)
    assert found == math.inf


def test_the_rates_of_the_potentials_are_those_of_their_losses():
    assert envelopes.exponential_rate() == envelopes.kernel_form
    assert sympy.simplify(envelopes.tempered_rate() - envelopes.kernel_form / envelopes.temperature**2) == 0


def test_the_crossing_time_is_known_where_no_double_holds_the_start():
    found = log10_latest_crossing(fcn(1), 10, np.eye(2), np.array([1.0, -1.0]), math.log(3000.0), 0.1)
    assert 0 < found < math.inf
