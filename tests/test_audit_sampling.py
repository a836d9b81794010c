"""The intervals of the auditor's means: how often they miss, at the edge of the rule under which they are used.

Misses at the claimed probability are far too rare to be counted. They are counted under draws from a tilted law, under
which a miss is common, each weighted by the ratio of the two laws.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import stdtrit

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.claims.training import LEAST_DRAWS, Sampling
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.audit.syntax.errors import InputError
from ntk_companion.audit.values import budget
from ntk_companion.audit.values.sampling import LOOKS, RESERVE, WIDTH_BY_DEPTH, interval
from numerics.networks.exact_law import sample_kernels
from theory.architecture import fcn, resnet

ERROR = Sampling().error
NEARLY_OPPOSITE = [[1, 0], [-1, 0.2], [0, 1]]


def draws_of(architecture, points, number, seed=0):
    """Draws of the kernel at the least width at which the auditor tests means."""
    width = WIDTH_BY_DEPTH * architecture.depth
    return sample_kernels(architecture, np.array(points, dtype=float), width, number, seed).ntk


def tilted(values, aim):
    """Probabilities of values under which mean / root mean square is `aim`, by weights exp(b v - c v^2)."""

    def law(b):
        root = 1.0
        for _ in range(25):
            logarithms = b * values - b * aim / (2 * root) * values**2
            weights = np.exp(logarithms - logarithms.max())
            weights /= weights.sum()
            root = (root + np.sqrt(weights @ values**2)) / 2
        return weights, weights @ values / root

    return law(brentq(lambda b: law(b)[1] - aim, 1e-3, 60, xtol=1e-2))[0]


def probability_of_a_miss(values, error, side, number=LEAST_DRAWS, trials=1000):
    """Of `number` draws from values of mean zero: that the interval lies above zero (side 1) or below (side -1)."""
    quantile = -stdtrit(number - 1, error)
    normalised = quantile / np.sqrt(number - 1 + quantile**2)
    weights = tilted(side * values / values.std(), normalised)
    chosen = np.random.default_rng(0).choice(len(values), size=(number, trials), p=weights)
    mean, half_width = interval(values[chosen], error)
    ratios = np.exp(-np.log(weights * len(values))[chosen].sum(axis=0))
    return (ratios * (side * mean > half_width)).mean()


def test_the_tilted_law_finds_the_known_probability_of_normal_draws():
    values = np.random.default_rng(0).standard_normal(5_000)
    for error in (1e-3, 1e-9, 1e-13):
        found = probability_of_a_miss(values - values.mean(), error, side=1)
        assert 0.2 * error < found < 1.1 * error  # below it by the correction for the sample's skewness


def test_the_first_order_interval_alone_is_too_short_for_skewed_draws():
    values = np.exp(np.random.default_rng(0).standard_normal(5_000) / 2)
    assert probability_of_a_miss(values - values.mean(), 1e-9, side=-1) > 10e-9
    assert probability_of_a_miss(values - values.mean(), 1e-9 / RESERVE, side=-1) < 1e-9


CASES = {
    "depth 1": (fcn(1, "none"), NEARLY_OPPOSITE),
    "depth 3": (fcn(3, "none"), NEARLY_OPPOSITE),
    "depth 8": (fcn(8, "none"), [[1, 0]]),
    "depth 1 at the origin": (fcn(1), [[0, 0]]),
    "residual": (resnet(3, 1, "none"), NEARLY_OPPOSITE),
    "residual, scale 100": (resnet(3, 100, "none"), NEARLY_OPPOSITE),
}


@pytest.mark.parametrize("case", CASES)
def test_at_the_least_width_an_interval_misses_no_more_often_than_claimed(case):
    architecture, points = CASES[case]
    kernels = draws_of(architecture, points, 5_000)
    gaps = np.abs(kernels - kernels.mean(axis=0)).max(axis=(1, 2))
    claims = [(gaps, ERROR / (2 * LOOKS)), *((entry, ERROR / (42 * LOOKS)) for entry in kernels[:, 0, :2].T)]
    for values, claimed in claims:  # a gap, and entries as of six points
        for side in (-1, 1):
            assert probability_of_a_miss(values - values.mean(), claimed / RESERVE, side) < claimed


@pytest.mark.parametrize(
    ("depth", "bias", "point"), [(1, "none", [1, 0]), (1, "trained", [0, 0]), (2, "trained", [1, 0]), (4, "none", [1])]
)
def test_intervals_at_the_least_width_cover_the_exact_mean(depth, bias, point):
    # K_m(x, x) has the mean (L + 1) |x|^2 without biases, with them L (L + 1) / 2 + L more, at every width m.
    exact = (depth + 1) * np.square(point).sum() + (depth * (depth + 1) / 2 + depth if bias == "trained" else 0)
    draws = draws_of(fcn(depth, bias), [point], 2000 * LEAST_DRAWS)[:, 0, 0].reshape(LEAST_DRAWS, 2000)
    for error, most in ((1e-2, 40), (1e-3, 8)):  # 20 and 2 of 2000 are expected, if the first order were all
        mean, half_width = interval(draws, error)
        assert (exact - mean > half_width).sum() <= most
        assert (mean - exact > half_width).sum() <= most


@pytest.mark.parametrize(
    ("depth", "assertion"),
    [
        (20, "K_at_width(1)(1, 1) < 1/1000"),
        (20, "K_at_width(1)(1, 1) > 20"),
        (20, "K_at_width(4)(1, 1) > 20"),
        (20, "K_at_width(4)(1, 1) is about 21"),
        (20, "start_gap(1) < 22"),
        (40, "K_at_width(5)(1, 1) > 40"),
        (100, "K_at_width(20)(1, 1) > 100"),
        (1, "K_at_width(31)(1, 1) < 3"),
    ],
)
def test_nothing_is_known_of_networks_that_are_narrow_for_their_depth(depth, assertion):
    reply = reply_to(depth, assertion)
    assert reply.verdict == "INCONCLUSIVE"
    assert "a width of at least 32 times the depth" in reply.because
    assert "take a larger width" in reply.because


def test_wide_networks_have_their_verdicts_and_the_reply_says_what_the_probability_rests_on():
    right, wrong = reply_to(2, "K_at_width(64)(1, 1) > 2.7"), reply_to(2, "K_at_width(64)(1, 1) > 3.3")
    assert (right.verdict, wrong.verdict) == ("CONFIRMED", "REFUTED")
    assert "to first order in the skewness" in right.qualification


def test_nothing_is_known_of_a_mean_that_rests_on_rare_draws():
    # Hardly any neuron is active at both of two nearly opposite points: most draws of K(x, x') are zero.
    assert reply_to(1, "K_at_width(1000)(1, 2) = 0", [[1, 0], [-1, "1e-12"]]).verdict == "INCONCLUSIVE"
    assert reply_to(1, "K_at_width(1000)(1, 2) > -1e-6", [[1, 0], [-1, "1e-4"]]).verdict == "INCONCLUSIVE"


def reply_to(depth, assertion, points=((1, 0),)):
    table = f'network = {{ family = "fcn", depth = {depth}, bias = "none" }}\npoints = {json.dumps(points)}'
    text = f"[[claim]]\nid = 'c'\n{table}\nassertion = {json.dumps(assertion)}"
    return audit_claim(parse_claims(text.encode()).claims[0])


def asked(sampling, assertion):
    text = 'network = { family = "fcn", depth = 1 }\npoints = [[1]]\n' + (
        f"sampling = {sampling}\n" if sampling else ""
    )
    (claim,) = parse_claims(f'[[claim]]\nid = "c"\n{text}assertion = {json.dumps(assertion)}\n'.encode()).claims
    return audit_claim(claim)


def test_one_per_cent_at_width_64_is_decided_with_enough_draws():
    near = "|K_at_width(64)(1, 1) - K(1, 1)| < K(1, 1) / 100"
    assert asked("", near).verdict == "INCONCLUSIVE"
    reply = asked('{ draws = 131072, error = "1e-4" }', near)
    assert (reply.verdict, reply.scope, reply.false_alarm) == ("CONFIRMED", "instances: 1", 1e-4)
    assert "wrong with probability at most 0.0001" in reply.qualification
    assert "at most 131072 draws, error 0.0001" in reply.setting


def test_at_a_limit_the_interval_found_so_far_is_told(monkeypatch):
    monkeypatch.setattr(budget, "MOST_WORK", 1_000_000)
    reply = asked("{ draws = 200000 }", "K_at_width(64)(1, 1) != 4")
    assert reply.verdict == "INCONCLUSIVE"
    assert "the work limit" in reply.because and "K_at_width(64)(1, 1) = 4" in reply.because.replace("3.9", "4")
    assert reply.value["K_at_width(64)(1, 1)"]


OUT_OF_BOUNDS = ["{ draws = 1 }", "{ draws = 100000000 }", "{ error = 0 }", '{ error = "1/2" }', "3"]


@pytest.mark.parametrize("sampling", OUT_OF_BOUNDS)
def test_draws_and_errors_out_of_bounds_are_refused(sampling):
    with pytest.raises(InputError):
        asked(sampling, "K_at_width(64)(1, 1) > 3")
