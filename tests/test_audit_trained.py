"""Claims about trained networks: known answers, and an explicit Euler method as an independent witness."""

from __future__ import annotations

import json

import numpy as np
import pytest

from checks.audit.claims import parse_claims
from checks.audit.replies import audit_claim
from checks.statements import Kind

OBJECTS = """
[networks.net]
family = "fcn"
depth = 1
[networks.head]
family = "fcn"
depth = 1
trained = ["W_2"]
[networks.frozen]
family = "fcn"
depth = 1
trained = []
[networks.residual]
family = "resnet"
depth = 1
[points]
two = "circle:2"
one = [[1]]
far = [["1e20"], ["-1e20"]]
huge = [["1e200"], ["-1e200"]]
"""
TRAINING = '{ width = 20, until = "1e4" }'
ONE = {"points": "one", "labels": [1]}


def claims_of(assertion, network="net", points="two", labels="alternating", training=TRAINING, more=""):
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", f'network = "{network}"', more]
    lines += [f'points = "{points}"', f"labels = {json.dumps(labels)}"]
    lines += [f"training = {training}"] if training else []
    return parse_claims("\n".join(lines).encode())


def reply_to(*arguments, **options):
    return audit_claim(claims_of(*arguments, **options).claims[0])


KNOWN = [
    ("CONFIRMED", "drift(0) < 1e-6 and drift(1e4) > 1/10", {}),
    ("REFUTED", "drift(0) > 1e-6", {}),
    # The loss falls, and never to zero.
    ("CONFIRMED", "0 < loss(1e4) < loss(100) < loss(1) < loss(0)", {}),
    ("REFUTED", "loss(100) < loss(1e4)", {}),
    ("CONFIRMED", "for all t in [1, 1e4]: loss(t) < 1 and loss(t) > 1e-5", {}),
    ("REFUTED", "for all t in [1, 1e4]: loss(t) > 1e-3", {}),
    ("CONFIRMED", "there exists t in [0, 1e4]: margin(1, t) = 5", {}),
    ("REFUTED", "there exists t in [0, 1e4]: margin(1, t) > 50", {}),
    # The loss is the sum of ln(1 + exp(-margin)).
    ("CONFIRMED", "|loss(1) - ln(1 + exp(-margin(1, 1))) - ln(1 + exp(-margin(2, 1)))| < 1/50", {}),
    # Point 1 has label 0, point 2 label 1.
    ("CONFIRMED", "output(1, 1e4) < 0 < output(2, 1e4)", {}),
    ("REFUTED", "output(1, 1e4) > 0", {}),
    ("CONFIRMED", "|output(1, 100) + margin(1, 100)| < 1/10 and |output(2, 100) - margin(2, 100)| < 1/10", {}),
    # Every margin lies above the lower envelope, the least below the upper one.
    ("CONFIRMED", "lower_envelope(1e4) <= min(margin(1, 1e4), margin(2, 1e4)) <= upper_envelope(1e4)", {}),
    ("REFUTED", "lower_envelope(1e4) > margin(1, 1e4)", {}),
    # For one point they are equal, which digits cannot show.
    ("INCONCLUSIVE", "lower_envelope(1e4) <= margin(1, 1e4)", ONE),
    ("CONFIRMED", "|lower_envelope(1e4) - upper_envelope(1e4)| < 1/4", ONE),
    # With W_2 trained alone the kernel is constant, and q + exp(q) grows at the rate K.
    ("CONFIRMED", "drift(1e4) < 1e-6 and displacement(1e4) > 1/10", {"network": "head"}),
    (
        "CONFIRMED",
        "|margin(1, 1e4) + exp(margin(1, 1e4)) - margin(1, 0) - exp(margin(1, 0)) - 1e4 * K_t(0)(1, 1)| < 1000",
        ONE | {"network": "head"},
    ),
    (
        "REFUTED",
        "|margin(1, 1e4) + exp(margin(1, 1e4)) - margin(1, 0) - exp(margin(1, 0)) - 2e4 * K_t(0)(1, 1)| < 1000",
        ONE | {"network": "head"},
    ),
    # With nothing trained nothing changes, at any time.
    ("CONFIRMED", "|loss(1e4) - loss(0)| < 1e-6 and displacement(1e4) < 1e-6", {"network": "frozen"}),
    ("REFUTED", "loss(1e4) < loss(0) - 1e-6", {"network": "frozen"}),
    ("CONFIRMED", "crossing_time(1/2) > 1e300", {"network": "frozen"}),
    # Kernels.
    ("CONFIRMED", "|gap(1e4) - max_norm(K_t(1e4) - K)| < 5 and gap(1e4) <= largest_gap(1e4) + 5", {}),
    ("CONFIRMED", "lambda_min(K_t(1)) > 0 and K_t(0)(1, 1) > 0 and max_norm(K_t(0) - K_t(0)) < 1e-6", {}),
    ("CONFIRMED", "crossing_time(1000) > 9999 and log10_crossing(1000) > 3.9", {}),
    ("INCONCLUSIVE", "crossing_time(1000) > 10001", {}),
    ("REFUTED", "crossing_time(1000) < 9999", {}),
    ("CONFIRMED", "0 < log10_crossing(gap(0) + 2) < 5", {}),
    # A gap that is as large at the start says nothing of training.
    ("VACUOUS", "gap(1e4) > gap_printed(K)", {}),
    ("VACUOUS", "not gap(1e4) <= gap_printed(K)", {}),
    ("VACUOUS", "gap_printed(K) / largest_gap(1e4) < 1 and (n = 3 or gap(1e4) / 2 > gap_printed(K) / 10)", {}),
    ("CONFIRMED", "gap(1e4) > gap_printed(K) and K is positive definite", {}),
    ("VACUOUS", "0 - max_norm(K_t(1e4) - K) < -gap_printed(K)", {}),
    ("VACUOUS", "there exists t in [0, 1e4]: gap(t) > gap_printed(K)", {}),
    ("VACUOUS", "for all t in [0, 1e4]: if t > 1 then gap(t) > 1/100", {"network": "head"}),
    ("VACUOUS", "crossing_time(1e-6) < 1", {}),
    ("REFUTED", "crossing_time(1e-6) > 1", {}),
    ("CONFIRMED", "gap(1e4) < 1000 and 5 - gap(1e4) > -1000", {}),
    ("CONFIRMED", "gap(0) > gap_printed(K)", {}),
    ("CONFIRMED", "largest_gap(1e4) > gap(0) + 1/10 and drift(1e4) > gap_labels(K_t(0)) / 100", {}),
    # Mixed: a proof and a run.
    ("CONFIRMED", "K is positive definite and K(1, 1) = 4 and margin(1, 1e4) > 5", {}),
    ("REFUTED", "K(1, 1) = 5 and margin(1, 1e4) > 5", {}),
    ("VACUOUS", "if K(1, 1) = 5 then margin(1, 1e4) < 0", {}),
    # Closer than the error.
    ("INCONCLUSIVE", "margin(1, 10) = margin(1, 10) + 1e-4", {}),
    ("INCONCLUSIVE", "margin(1, 1/0) > 0 or margin(1, ln(0)) < 0", {}),
    ("INCONCLUSIVE", "margin(1, 1e4) > 0", {"points": "far"}),
    ("CONFIRMED", "margin(1, 100) > 0 and loss(100) < 1", {"network": "residual"}),
]


@pytest.mark.parametrize("case", KNOWN, ids=[f"{case[1]} {case[2]}" for case in KNOWN])
def test_a_claim_about_training_has_its_known_answer(case):
    expected, assertion, options = case
    reply = reply_to(assertion, **options)
    assert reply.verdict == expected, reply
    assert reply.scope.startswith("instances: "), "runs of some networks prove nothing for all"
    if "INCONCLUSIVE" not in expected:
        assert str(Kind.NUMERICAL) in reply.evidence or "K(1, 1) = 5" in assertion or "=" in assertion


def euler(seed, until, width=20, steps=20_000):
    """(2.1) at depth 1 with two opposite points of the circle, labels 0 and 1: margins, loss and K at a time."""
    generator = np.random.default_rng(seed)
    w, b = generator.standard_normal((width, 2)), generator.standard_normal(width)
    v = generator.standard_normal(width)
    x, signs, scale = np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([-1.0, 1.0]), np.sqrt(2 / width)

    def values():
        z = x @ w.T + b
        return np.maximum(z, 0) * scale, (z > 0) * v * scale

    for _ in range(steps):
        hidden, slopes = values()
        rates = until / steps * signs / (1 + np.exp(signs * (hidden @ v)))
        v = v + rates @ hidden
        w, b = w + slopes.T @ (rates[:, None] * x), b + rates @ slopes
    hidden, slopes = values()
    margins = signs * (hidden @ v)
    return margins, np.log1p(np.exp(-margins)).sum(), hidden @ hidden.T + slopes @ slopes.T * (x @ x.T + 1)


@pytest.mark.parametrize("seed", [0, 3])
def test_an_euler_method_typed_by_hand_agrees(seed):
    margins, loss, kernel = euler(seed, until=3.0)
    limit = np.array([[4, 2 / np.pi], [2 / np.pi, 4]])  # x.x' + 1 is 2 or 0: 2 k1(1) + 2 k0(1), 2 k1(0) + 0
    parts = [f"|margin({i}, 3) - ({margins[i - 1]:.5f})| < 1/40" for i in (1, 2)]
    parts += [f"|loss(3) - {loss:.5f}| < 1/40", f"|K_t(3)(1, 1) - {kernel[0, 0]:.4f}| < 2"]
    parts += [f"|gap(3) - {np.abs(kernel - limit).max():.4f}| < 2"]
    wrong = [f"|margin(1, 3) - ({margins[0] + 0.1:.5f})| < 1/40", f"|loss(3) - {1.2 * loss + 0.1:.5f}| < 1/40"]
    training = f"{{ width = 20, until = 10, seed = {seed} }}"
    for part in parts:
        assert reply_to(part, training=training).verdict == "CONFIRMED", part
    for part in wrong:
        assert reply_to(part, training=training).verdict == "REFUTED", part
