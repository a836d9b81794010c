"""Words about other points, the whole sphere, the rank and limits in depth: right, wrong and meaningless claims."""

from __future__ import annotations

import json
import re

import mpmath
import numpy as np
import pytest

from ntk_companion.audit.claims.reading import InputError, parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from tests.oracles.high_precision import fcn_ntk, regular_polygon

OBJECTS = """
[networks.plain]
family = "fcn"
depth = 1
bias = "none"
[networks.plain1]
family = "fcn"
depth = 1
bias = "none"
trained = ["W_1"]
[networks.biased]
family = "fcn"
depth = 1
[networks.biased2]
family = "fcn"
depth = 2
[networks.two]
family = "fcn"
depth = 2
bias = "none"
[networks.deep]
family = "fcn"
depth = "L"
bias = "none"
[networks.twice]
family = "fcn"
depth = "2 * L + 1"
bias = "none"
[networks.heavy]
family = "fcn"
depth = "L"
[networks.first]
family = "fcn"
depth = "L"
bias = "none"
trained = ["W_1", "W_2"]
[networks.jacot]
preset = "jacot"
depth = 2
[networks.smooth]
preset = "jacot"
depth = 1
activation = "erf"
[points]
six = "hexagon"
eight = "circle:8"
new = [["3/5", "4/5"], [2, 1]]
rays = [[1, 0], [2, 0], [0, 3]]
same = [[1, 0], [1, 0], [0, 1]]
flat = [[1, 0], [0, 1]]
one = [[1, 0]]
axes = [[2, 0], [0, 3]]
solid = [[1, 0, 0], [0, 1, 0]]
"""
LABELS = [0, 1, 1, 0, 0, 1]


def reply_to(assertion, network="biased", points="six"):
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", f'network = "{network}"']
    lines += [f'points = "{points}"', f"labels = {LABELS}"]
    return audit_claim(parse_claims("\n".join(lines).encode()).claims[0])


KNOWN = [
    ("CONFIRMED", "K is positive semidefinite and not K is positive definite", "plain", "eight"),
    ("REFUTED", "(K - identity) is positive semidefinite", "plain", "eight"),
    ("CONFIRMED", "rank(K) = 6 and rank(inner) = 2 and rank(K - K) = 0", "plain", "eight"),
    ("CONFIRMED", "rank(K) = 5", "plain", "six"),
    ("CONFIRMED", "rank(K) = 2 and rank(identity) = 3 and rank(K + identity) = 3", "two", "same"),
    ("REFUTED", "rank(K) < n", "biased", "six"),
    ("REFUTED", "rank(K) = 3", "biased", "same"),
    (
        "CONFIRMED",
        "condition(K) = condition(inner) and condition(inner) = 9/4 and lambda_max(inner) = 9",
        "plain1",
        "axes",
    ),
    ("CONFIRMED", "condition(inner - 5 * identity) = -4 and lambda_min(inner) = 4", "plain1", "axes"),
    ("REFUTED", "condition(inner) = 9/4 + 1e-90", "plain1", "axes"),
    ("CONFIRMED", "for all X in any_points(4, 2): trace(K) >= 0", "biased", "X"),
    ("REFUTED", "there exists X in any_points(3, 2): lambda_min(K) < 0", "biased", "X"),
    # Between two sets.
    ("CONFIRMED", "K(six, six)(1, 2) = K(1, 2) and inner(six, new)(6, 2) = 2", "two", "six"),
    ("CONFIRMED", "K[biased](six, new)(1, 1) > K(six, new)(1, 1)", "plain", "six"),
    ("REFUTED", "(K - NNGP)(six, new)(1, 2) = K(six, new)(1, 2)", "plain", "six"),
    # Predictors: interpolation gives the targets, a penalty shrinks.
    ("CONFIRMED", "|ridgeless(K, six, 2) - 1| < 1e-30 and |ridgeless(K, six, 1) + 1| < 1e-30", "biased", "six"),
    ("REFUTED", "ridgeless(K, six, 1) = 1", "biased", "six"),
    ("CONFIRMED", "0 < ridge(K, 1/10, six, 2) < 1 and ridge(K, 1e6, six, 2) < 1/1000", "biased", "six"),
    ("REFUTED", "ridge(K, 1/10, six, 2) >= ridgeless(K, six, 2)", "biased", "six"),
    ("CONFIRMED", "0 < logistic(K, 1, six, 2) < logistic(K, 1/10, six, 2)", "biased", "six"),
    ("REFUTED", "logistic(K, 1/1000, six, 1) > 0", "biased", "six"),
    ("INCONCLUSIVE", "ridgeless(K, new, 1) > 0", "plain", "six"),
    # The whole sphere: exact for one hidden layer without biases.
    ("CONFIRMED", "harmonic(K, 2, 0) = 6 / pi^2 and harmonic(K, 2, 1) = 1/2 and harmonic(K, 2, 5) = 0", "plain", "six"),
    ("REFUTED", "harmonic(K, 2, 1) = 1/2 + 1e-80", "plain", "six"),
    ("CONFIRMED", "harmonic(K, 3, 3) = 0 and harmonic(K, 3, 2) = 5/64", "plain", "six"),
    ("CONFIRMED", "harmonic(inner, 3, 1) = 1/3 and harmonic(K - K, 3, 1) = 0", "plain", "six"),
    ("CONFIRMED", "harmonic(Sigma(1), 5, 1) = 1/25 * harmonic(inner, 5, 1) * 5", "jacot", "six"),
    ("CONFIRMED", "harmonic(K, 3, 3) > 0 and harmonic(2 * K, 3, 3) < 3 * harmonic(K, 3, 3)", "biased", "six"),
    ("REFUTED", "harmonic(K, 3, 3) = 0", "biased", "six"),
    ("CONFIRMED", "decay(K, 3, 20, 40) in [-3.0, -2.9]", "two", "six"),
    ("REFUTED", "decay(K, 3, 20, 40) = -3", "two", "six"),
    ("INCONCLUSIVE", "decay(K, 3, 3, 5) < 0", "plain", "six"),
    ("INCONCLUSIVE", "decay_exponent(K, 3) = -3", "plain", "six"),
    ("INCONCLUSIVE", "decay_exponent(K, 3) < 100", "plain", "six"),
    # Limits in depth.
    ("CONFIRMED", "K(1, 2) / K(1, 1) tends to 1/4 as L grows", "deep", "six"),
    ("REFUTED", "K(1, 2) / K(1, 1) tends to 1/4 + 1e-70 as L grows", "deep", "six"),
    ("CONFIRMED", "K(1, 2) / K(1, 1) tends to 2 as L grows", "deep", "rays"),
    ("CONFIRMED", "K[twice](1, 3) / L tends to 3/2 as L grows and NNGP(1, 3) tends to 3 as L grows", "deep", "rays"),
    ("REFUTED", "K(1, 3) tends to 3 as L grows", "deep", "rays"),
    ("CONFIRMED", "1 / K(1, 3) tends to 0 as L grows and (L + 1) / L tends to 1 as L grows", "deep", "rays"),
    ("INCONCLUSIVE", "K(1, 3) / L - K(2, 3) / (2 * L) tends to 0 as L grows", "deep", "rays"),
    ("INCONCLUSIVE", "K(1, 2) / K(1, 1) tends to 1/4 as L grows", "heavy", "six"),
    # What is of other points is not the same by name.
    ("REFUTED", "1 + 10^(0-2000) * K[jacot, flat](1, 1) = 1 + 10^(0-2000) * K[jacot, solid](1, 1)", "jacot", "six"),
]


@pytest.mark.parametrize("case", KNOWN, ids=[case[1] for case in KNOWN])
def test_a_claim_with_a_known_answer(case):
    expected, assertion, network, points = case
    reply = reply_to(assertion, network, points)
    assert reply.verdict == expected, reply


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ("K(six, nowhere)(1, 1) > 0", "expected the name of a point set of the file, as in K(six, new)"),
        ("K(six, biased)(1, 1) > 0", "biased is no point set of the file"),
        ("K[six](new, new)(1, 1) > 0", "the points are named twice"),
        ("K_at_width(100)(six, new)(1, 1) > 0", "between two point sets are known"),
        ("K(six, new) > 0", "kernel between two point sets"),
        ("K(six, new) + K > 0", "write one of its entries"),
        ("K(six, solid)(1, 1) > 0", "the points have 2 coordinates, the others 3"),
        ("K(six, new)(7, 1) > 0", "the number of a point must be a whole number from 1 to 6"),
        ("K(six, new)(1, 3) > 0", "the number of a point must be a whole number from 1 to 2"),
        ("lambda_min(K[biased, flat] + K[biased, one]) > 0", "kernels on 2 and 1 points (or outputs) cannot be added"),
        ("lambda_min(K[biased, six] + K[biased, flat]) > 0", "cannot be added: name the same points"),
        ("ridge(K, 0, new, 1) > 0", "must be positive"),
        ("ridge(K, 1, 2, 1) > 0", "expected the name of a point set"),
        ("logistic(K - NNGP, 1, new, 1) > 0", "unique for kernels of networks"),
        ("harmonic(K[six], 2, 1) > 0", "of no point set"),
        ("harmonic(K[smooth], 2, 1) > 0", "kernels of ReLU networks"),
        ("harmonic(K, 1, 1) > 0", "the dimension must be a whole number from 2"),
        ("decay(K, 3, 4, 4) < 0", "the smaller one first"),
        ("start_gap(L) tends to 0 as L grows", "not of random or trained networks"),
    ],
)
def test_a_claim_without_meaning_is_bad_input(assertion, message):
    with pytest.raises(InputError, match=re.escape(message)):
        reply_to(assertion)


def test_predictions_are_those_of_kernels_by_hand():
    points = [np.array(point, dtype=object) for point in regular_polygon(6)]
    new = [mpmath.mpf(2), mpmath.mpf(1)]
    kernel = mpmath.matrix([[fcn_ntk(one, two, 1) for two in points] for one in points])
    cross = mpmath.matrix([fcn_ntk(new, one, 1) for one in points])
    targets = mpmath.matrix([2 * label - 1 for label in LABELS])
    ridge = (cross.T * mpmath.lu_solve(kernel + mpmath.eye(6) / 10, targets))[0]
    told = reply_to(f"|ridge(K, 1/10, new, 2) - ({mpmath.nstr(ridge, 12)})| < 1e-9")
    assert told.verdict == "CONFIRMED"
    weights = mpmath.matrix(6, 1)  # a fixed point of c C = y sigma(-y K C), by slow steps
    for _ in range(3000):
        outputs = kernel * weights
        forces = [targets[i] / (1 + mpmath.exp(targets[i] * outputs[i])) for i in range(6)]
        weights += (mpmath.matrix(forces) - weights) / 20
    logistic = (cross.T * weights)[0]
    told = reply_to(f"|logistic(K, 1, new, 2) - ({mpmath.nstr(logistic, 12)})| < 1e-9")
    assert told.verdict == "CONFIRMED"


def test_eigenvalues_on_the_sphere_are_those_of_a_quadrature():
    nodes, weights = np.polynomial.legendre.leggauss(40)  # of a function analytic on [0, pi], ends included
    angles = [mpmath.pi * (1 + mpmath.mpf(float(node))) / 2 for node in nodes]
    values = [fcn_ntk([mpmath.mpf(1), mpmath.mpf(0)], [mpmath.cos(t), mpmath.sin(t)], 2) for t in angles]
    found = sum(w * v * mpmath.cos(3 * t) / 2 for w, v, t in zip(weights, values, angles, strict=True))
    reply = reply_to(f"|harmonic(K, 2, 3) - ({mpmath.nstr(found, 10)})| < 1e-7", "biased2")
    assert reply.verdict == "CONFIRMED"


def test_an_exponent_that_is_not_known_comes_with_what_was_computed():
    reply = reply_to("decay_exponent(K, 3) = -3", "two")
    assert reply.verdict == "INCONCLUSIVE"
    assert "-2.9" in reply.because
    assert "finitely many say nothing of the limit" in reply.because


def test_a_limit_without_a_proof_comes_with_its_trend():
    reply = reply_to("K(1, 2) / K(1, 1) tends to 1/4 as L grows", "heavy")
    assert reply.scope == "instances: 4"
    assert "at L = 6, 12, 25, 50 it is" in reply.because
