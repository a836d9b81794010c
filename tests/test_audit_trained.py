"""Claims about trained networks: known answers, and an explicit Euler method as an independent witness."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction

import numpy as np
import pytest
import tomli_w

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.claims.training import Training
from ntk_companion.audit.reply.auditing import audit, audit_claim
from ntk_companion.audit.syntax.errors import InputError
from ntk_companion.audit.values import budget
from ntk_companion.audit.values import trajectory_bounds as courses
from ntk_companion.audit.values.trajectory_bounds import TrajectoryBounds
from ntk_companion.evidence import Kind
from numerics.data.parse import parse_points
from numerics.flow.stepping import Accuracy
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.classes import initial_class_arrays
from theory.architecture import fcn, resnet

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


def claims_of(
    assertion="margin(1, 1) > 0", network="net", points="two", labels="alternating", training=TRAINING, more=""
):
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
    # However it is worded.
    ("VACUOUS", "gap(1e4) > gap_printed(K) and K is positive definite", {}),
    ("VACUOUS", "gap(1e4) > gap_printed(K) and margin(1, 1e4) > 5", {}),
    ("VACUOUS", "gap(1e4)^2 > gap_printed(K)^2", {}),
    ("VACUOUS", "gap(1e4) != gap_printed(K)", {}),
    ("VACUOUS", "|gap(1e4) - gap_printed(K)| > 0 and 1 < 2", {}),
    ("VACUOUS", "|K_t(1e4)(1, 1) - K(1, 1)| > 1/10 or |K_t(1e4)(1, 2) - K(1, 2)| > 1/10", {}),
    ("VACUOUS", "not (max_norm(K_t(1e4) - K) < gap_printed(K) or n = 3)", {}),
    ("VACUOUS", "frobenius_norm(K_t(1e4) - K) + 0 * loss(0) > gap_printed(K)", {}),
    ("VACUOUS", "there exists k in 1..2: gap(10^k) > gap_printed(K)", {}),
    ("VACUOUS", "for all k in 1..2: gap(10^k) > gap_printed(K) and 1 < 2", {}),
    ("VACUOUS", "if n = 2 then gap(1e4) > gap_printed(K)", {}),
    # That the kernel stays near, or relates to its start, says something.
    ("CONFIRMED", "drift(1e4) > 1/10 and drift(1e4) < 1000 and max_norm(K_t(1e4)) < 1000", {}),
    ("CONFIRMED", "gap(1e4) > gap(0) + 1/10 or largest_gap(1e4) > gap(0) + 1/10", {}),
    ("CONFIRMED", "gap(1e4) < 500 and gap(1e4) != 1000", {}),
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
    # The same number on both sides cancels, whatever it is; two that are closer than the error stay undecided.
    ("REFUTED", "margin(1, 10) = margin(1, 10) + 1e-4", {}),
    ("INCONCLUSIVE", "margin(1, 10) = margin(1, 10.01) + 1e-4", {}),
    # A proof whose sign is that of a margin rests on the run.
    ("CONFIRMED", "(1 + 1e-9) * margin(1, 1e4) > margin(1, 1e4)", {}),
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


WRAPPERS = (
    "({}) and 1 < 2", "n = 2 and ({})", "not not ({})", "n = 3 or ({})", "if n = 2 then ({})",
    "for all k in 1..2: ({})", "there exists j in 1..2: ({})",
)  # fmt: skip
DISTANCES = ("gap(1e4)", "largest_gap(1e4)", "max_norm(K_t(1e4) - K)", "|K_t(1e4)(1, 1) - K(1, 1)|")
BOUNDS = ("{} > 1/10", "1/10 < {}", "{} != 1/10", "{}^2 > 1/100", "1 / {} < 10", "exp(0 - {}) < 0.95", "{} * n > 1/5")


def test_whatever_is_wrapped_around_it_a_bound_met_at_the_start_says_nothing_and_a_drift_something():
    draw = random.Random(0)
    for _ in range(60):
        vacuous = draw.choice(BOUNDS).format(draw.choice(DISTANCES))
        telling = draw.choice(BOUNDS).format("drift(1e4)")
        for wrapper in draw.sample(WRAPPERS, draw.randint(0, 3)):
            vacuous, telling = wrapper.format(vacuous), wrapper.format(telling)
        assert (vacuous, reply_to(vacuous).verdict) == (vacuous, "VACUOUS")
        assert (telling, reply_to(telling).verdict) == (telling, "CONFIRMED")


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
    for part in parts:  # a kernel that is as near to the number at the start says nothing of training
        allowed = ("CONFIRMED", "VACUOUS") if "K" in part or "gap" in part else ("CONFIRMED",)
        assert reply_to(part, training=training).verdict in allowed, part
    for part in wrong:
        assert reply_to(part, training=training).verdict == "REFUTED", part


def test_a_claim_on_several_networks_is_refuted_by_one_that_can_be_audited_by_itself():
    several = '{ width = 20, until = "1e4", seeds = 3 }'
    reply = reply_to("for all t in [1, 1e4]: output(2, t) > 0 and loss(t) > 1e-3", training=several)
    assert (reply.verdict, reply.scope) == ("REFUTED", "instances: 1")
    assert "seed = 0" in reply.counterexample
    (again,) = audit(parse_claims(reply.counterexample.encode()))
    assert (again.verdict, again.scope) == ("REFUTED", "instances: 1")


def test_a_claim_on_several_networks_counts_those_that_it_was_decided_for():
    several = "{ width = 20, until = 10, seeds = 3 }"
    reply = reply_to("loss(10) < loss(1) and n = 2", training=several)
    assert (reply.verdict, reply.scope) == ("CONFIRMED", "instances: 3")
    assert "it holds for 3" in reply.because
    mixed = reply_to("margin(1, 0) > -1", training=several)
    assert mixed.verdict in ("CONFIRMED", "REFUTED")
    assert mixed.scope in ("instances: 1", "instances: 2", "instances: 3")


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        ("probability(gap(0) > 0) > 1/2", "CONFIRMED"),
        ("probability(gap(0) > 0) > 9/10", "INCONCLUSIVE"),
        ("probability(gap(0) < 0) > 1/2", "REFUTED"),
        ("probability(gap(0) < 0) < 1/2", "CONFIRMED"),
        ("probability(output(1, 0) > 0) < 49/50", "CONFIRMED"),
        ("probability(drift(0) > 1/10) <= 3/5 and lambda_min(K) > 1", "CONFIRMED"),
    ],
)
def test_a_probability_is_known_by_an_interval(assertion, expected):
    reply = reply_to(assertion, training="{ width = 5, until = 0, seeds = 40 }")
    assert reply.verdict == expected, reply
    assert reply.scope == "instances: 40"
    assert "statistical" in reply.evidence
    if expected != "INCONCLUSIVE":
        assert reply.false_alarm == 1e-8
        assert "wrong with probability at most 1e-08" in reply.qualification


def test_a_probability_that_rests_on_cases_that_say_nothing_says_nothing():
    reply = reply_to("probability(gap(0.01) > 1e-9) > 1/2", training="{ width = 5, until = 0.01, seeds = 30 }")
    assert reply.verdict == "VACUOUS"


def test_the_seed_of_the_run_draws_other_networks():
    several = claims_of("loss(0) < 100", training="{ width = 5, until = 0, seeds = 2 }").claims[0]
    assert audit_claim(several, seed=0).value != audit_claim(several, seed=1).value
    one = claims_of("loss(0) < 100", training="{ width = 5, until = 0, seed = 7 }").claims[0]
    assert audit_claim(one, seed=0).value == audit_claim(one, seed=1).value


REFUSED = {
    "write { width = 1000, until": {"training": "{ width = 10 }"},
    "training: unknown key 'widths'": {"training": "{ width = 10, until = 1, widths = 3 }"},
    "width: a whole number from 1 to 100000 is needed": {"training": "{ width = 1e30, until = 1 }"},
    "width: a whole number from 1": {"training": "{ width = 0.5, until = 1 }"},
    "width: 'True' is not a number": {"training": "{ width = true, until = 1 }"},
    "until must be a time": {"training": "{ width = 10, until = -1 }"},
    "'nan' is not a finite number": {"training": "{ width = 10, until = nan }"},
    "'inf' is not a finite number": {"training": "{ width = 10, until = inf }"},
    "a number of more than 1000 digits": {"training": f"{{ width = 10, until = 1{'0' * 10**5} }}"},
    "exponents up to 1000 are read": {"training": '{ width = 10, until = "1e999999999999" }'},
    "seeds: a whole number from 1 to 1000000": {"training": "{ width = 10, until = 1, seeds = 1000001 }"},
    "seed: a whole number from 0": {"training": "{ width = 10, until = 1, seed = -1 }"},
    "give seed for one network, or seeds": {"training": "{ width = 10, until = 1, seed = 1, seeds = 2 }"},
    "labels must be a list of 0 and 1, one a point, or": {"labels": "alternate"},
    "margin takes 2 argument(s), as in margin(1, 1e50)": {"assertion": "margin(1) > 0"},
    "expected a statement that is true or false, found a number": {"assertion": "probability(3) > 0"},
    "expected a number, found a statement": {"assertion": "loss(1 < 2) > 0"},
    "CYRILLIC SMALL LETTER A is not ASCII": {"assertion": "m\u0430rgin(1, 1) > 0"},
    "FULLWIDTH DIGIT ONE is not ASCII": {"assertion": "loss(\uff11) > 0"},
}  # fmt: skip
"""What cannot be read: the whole file is refused."""
MEANINGLESS = {
    "not of its training: add training": {"training": None},
    "there are 1 labels for 2 points": {"labels": [1]},
    "the claim speaks of a time later than until": {"assertion": "margin(1, 1.0001e4) > 0"},
    "times are not negative, and -1.00000 is": {"assertion": "margin(1, 0-1) > 0"},
    "times are not negative": {"assertion": "for all t in [-1, 1]: margin(1, t) > 0"},
    "the number of a point must be a whole number from 1 to 2": {"assertion": "margin(3, 1) > 0"},
    "21 points; networks are trained on at most 20": {"points": "circle:21"},
    "at most 2000000 are trained": {"training": "{ width = 100000, until = 1 }", "points": "circle:20"},
    "times too much work for one claim": {"training": '{ width = 10, until = "1e1000", seeds = 1000 }'},
    "cannot be computed in double precision": {"points": "huge"},
}  # fmt: skip
"""What turns out to have no meaning when it is decided: that claim alone is told so."""


def claim_with(changes):
    return claims_of(**{"assertion": "margin(1, 1) > 0"} | changes)


@pytest.mark.parametrize("message", REFUSED, ids=[message[:40] for message in REFUSED])
def test_a_claim_about_training_that_cannot_be_read_is_refused(message):
    with pytest.raises(InputError) as refusal:
        claim_with(REFUSED[message])
    assert message in str(refusal.value)
    assert len(str(refusal.value)) < 500


@pytest.mark.parametrize("message", MEANINGLESS, ids=[message[:40] for message in MEANINGLESS])
def test_a_claim_about_training_beyond_the_limits_is_refused(message):
    claims = claim_with(MEANINGLESS[message])
    (reply,) = audit(claims)
    assert (reply.verdict, reply.scope, reply.value) == ("INCONCLUSIVE", "instances: 0", {})
    with pytest.raises(InputError) as refusal:
        audit_claim(claims.claims[0])
    assert reply.fault == str(refusal.value)
    assert message in reply.fault
    assert message in reply.because
    assert len(reply.fault) < 500


def true_claims(draw, labels):
    """A claim that every flow fulfils, and its negation, at random times and points."""
    count, i = len(labels), draw.randint(1, len(labels))
    first, second = sorted(draw.sample(["0", "0.01", "0.1", "1", "10", "100"], 2), key=float)
    single = f"ln(1 + exp(-margin({i}, {first})))"
    least = "margin(1, {0})"
    for j in range(2, count + 1):
        least = f"min({least}, margin({j}, {{0}}))"
    least = least.format(second)
    return draw.choice(
        [
            (f"loss({second}) <= loss({first})", f"loss({second}) > loss({first})"),
            (f"margin({i}, {second}) >= lower_envelope({second})", f"margin({i}, {second}) < lower_envelope({second})"),
            (f"{least} <= upper_envelope({second})", f"{least} > upper_envelope({second})"),
            ("drift(0) < 1e-6 and displacement(0) < 1e-6", "drift(0) > 1e-6 or displacement(0) > 1e-6"),
            (f"gap({first}) <= largest_gap({second})", f"gap({first}) > largest_gap({second})"),
            (f"loss({first}) >= {single}", f"loss({first}) < {single}"),
            (f"loss({second}) <= n * ln(1 + exp(-{least}))", f"loss({second}) > n * ln(1 + exp(-{least}))"),
            (f"displacement({second})^2 <= {second} * loss(0)", f"displacement({second})^2 > {second} * loss(0)"),
            (
                f"output({i}, {first}) = {2 * labels[i - 1] - 1} * margin({i}, {first})",
                f"|output({i}, {first}) - ({2 * labels[i - 1] - 1}) * margin({i}, {first})| > 10",
            ),
            (f"crossing_time(1) <= crossing_time({first} + 1)", f"crossing_time(1) > crossing_time({first} + 1)"),
            (f"|K_t({second})(1, 2)| <= max_norm(K_t({second}))", f"|K_t({second})(1, 2)| > max_norm(K_t({second}))"),
            (f"lambda_min(K_t({second})) > -1e-3 * n", f"lambda_max(K_t({second})) < 0"),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_no_false_claim_about_a_flow_is_confirmed_and_no_true_one_refuted(seed):
    draw = random.Random(seed)
    family, depth = draw.choice([("fcn", 1), ("fcn", 2), ("resnet", 1)])
    rows = [[draw.randint(-9, 9) / 8, draw.randint(-9, 9) / 8 + 3 * place] for place in range(draw.randint(2, 3))]
    labels = [draw.randint(0, 1) for _ in rows]
    training = {"width": draw.randint(2, 20), "until": 100, "seed": seed}
    table = {"id": "c", "network": {"family": family, "depth": depth}, "points": rows, "labels": labels}
    decided = 0
    for _ in range(25):
        for assertion, truth in zip(true_claims(draw, labels), (True, False), strict=True):
            text = tomli_w.dumps({"claim": [table | {"training": training, "assertion": assertion}]})
            verdict = audit_claim(parse_claims(text.encode()).claims[0]).verdict
            assert (verdict, truth) not in (("CONFIRMED", False), ("REFUTED", True)), (text, verdict)
            assert (verdict, truth) != ("VACUOUS", False), text
            decided += verdict in ("CONFIRMED", "REFUTED")
    assert decided > 15


def course(lower, upper, rests=False):
    times = np.log([1e-9, 1.0, 10.0, 100.0])
    times[0] = -np.inf
    return TrajectoryBounds(times, {"gap": (np.array(lower), np.array(upper))}, "", rests, 0)


def test_between_records_a_value_lies_between_its_neighbours_and_beyond_them_nothing_is_known():
    found = course([0.0, 1, 2, 3], [0.5, 1.5, 2.5, 3.5])
    assert found.between("gap", np.log(10), np.log(10)) == (2, 2.5)
    assert found.between("gap", np.log(20), np.log(30)) == (2, 3.5)
    assert found.between("gap", -np.inf, np.log(5)) == (0, 2.5)
    assert np.isnan(found.between("gap", np.log(10), np.log(101))).all()
    assert course([0.0, 1, 2, 3], [0.5, 1.5, 2.5, 3.5], rests=True).between("gap", 9, 99) == (3, 3.5)


def test_a_crossing_lies_between_the_record_where_it_is_possible_and_that_where_it_is_sure():
    found = course([0.0, 1, 2, 3], [0.5, 1.5, 2.5, 3.5])
    assert found.crossing(1.2, 1.2) == (-np.inf, np.log(10))
    assert found.crossing(2.2, 2.2) == (0, np.log(100))
    assert found.crossing(3.2, 3.2) == (np.log(10), np.inf)
    assert found.crossing(9, 9) == (np.log(100), np.inf)
    assert found.crossing(-1, -1) == (-np.inf, -np.inf)
    assert course([0.0, np.nan, 2, 3], [0.5, np.nan, 2.5, 3.5]).crossing(9, 9) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("architecture", "count"),
    [(fcn(1), 2), (fcn(2), 3), (resnet(1), 3)],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_run_of_much_finer_steps_lies_within_the_errors(architecture, count):
    points = parse_points(f"circle:{count}")
    coordinates = tuple(map(tuple, points.coordinates(FLOAT64).tolist()))
    labels = tuple(index % 2 for index in range(count))
    setting = courses.Setting(architecture, points, coordinates, labels, 30, np.log(1e3), (), seed=1)
    found = courses.trajectory_bounds(setting)
    finer = courses._flow(setting, Accuracy(tolerance=0.05 / 32, longest=0.05))
    distance = {"gap": finer.gap(ntk(architecture, points)), "drift": finer.gap_from_start, "kernel": finer.gram}
    assert len(finer) == len(found.log_t)
    for name, (lower, upper) in found.bounds.items():
        if name == "largest_gap":
            continue
        values = distance[name] if name in distance else courses.SMOOTH[name](finer)
        assert np.all((lower <= values) & (values <= upper)), name


def test_of_more_initialisations_than_a_claim_may_take_the_interval_found_so_far_decides(monkeypatch):
    monkeypatch.setattr(budget, "MOST_WORK", 400_000)
    reply = reply_to("probability(gap(0) > 0) > 1/2", training="{ width = 5, until = 0, seeds = 100000 }")
    assert (reply.verdict, reply.evidence) == ("CONFIRMED", "numerical, statistical")
    found = int(re.findall(r"it held for ([0-9]+) of \1 initialisations; 100000 were asked for", reply.because)[0])
    assert 28 <= found < 200


def test_runs_of_other_seeds_draw_other_initialisations_however_many():
    for seeds in (3, 5000):
        training = Training(10, Fraction(0), seeds=seeds)
        assert not set(training.initialisations(0)) & set(training.initialisations(1))


SOFTMAX = """
[[claim]]
id = "c"
network = { family = "fcn", depth = 1 }
points = [[1, 0], [0, 1], [-1, "1/2"]]
"""


def of_classes(assertion, labels="[0, 1, 2]", loss="softmax", until="2"):
    training = f'training = {{ width = 20, until = {until}, seed = 3, loss = "{loss}" }}'
    text = f"{SOFTMAX}labels = {labels}\nassertion = {json.dumps(assertion)}\n{training}\n"
    return audit_claim(parse_claims(text.encode()).claims[0])


def softmax_by_hand(steps, length):
    """The sum of cross-entropies and the first margin after explicit Euler steps, in plain numpy."""
    weights = initial_class_arrays(fcn(1), 2, 20, 3, np.random.default_rng(3))
    one, bias, two = (weights[name].copy() for name in ("W_1", "b_1", "W_2"))
    points, scale = np.array([[1, 0], [0, 1], [-1, 0.5]]), np.sqrt(2 / 20)

    def forward():
        hidden = points @ one.T + bias
        return hidden, scale * np.maximum(hidden, 0) @ two.T

    for _ in range(steps):
        hidden, outputs = forward()
        shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
        residual = np.eye(3) - shares
        back = scale * (residual @ two) * (hidden > 0)
        two += length * residual.T @ (scale * np.maximum(hidden, 0))
        one += length * back.T @ points
        bias += length * back.sum(axis=0)
    outputs = forward()[1]
    losses = np.log(np.exp(outputs).sum(axis=1)) - np.diag(outputs)
    return losses.sum(), outputs[0, 0] - outputs[0, 1:].max()


@pytest.mark.parametrize(("steps", "time", "error"), [(0, "0", "1e-6"), (4000, "2", "1/20")])
def test_several_classes_train_by_the_softmax_as_by_explicit_steps(steps, time, error):
    loss, margin = softmax_by_hand(steps, 1 / 2000)
    assert of_classes(f"|loss({time}) - {loss:.9f}| < {error}").verdict == "CONFIRMED"
    assert of_classes(f"|margin(1, {time}) - ({margin:.9f})| < {error}").verdict == "CONFIRMED"
    assert of_classes(f"loss({time}) > {loss:.9f} + 1/10").verdict == "REFUTED"


def test_the_kernel_of_several_classes_is_near_that_of_independent_outputs():
    assert of_classes("|K_t(0)(1, 2)| < 2 and K_t(0)(9, 9) > 0 and gap(0) < 20").verdict == "CONFIRMED"


@pytest.mark.parametrize(
    ("assertion", "changes", "message"),
    [
        ("output(1, 1) > 0", {}, "has no one output"),
        ("lambda_min(K_t(1) - K) < 0", {}, "kernels on 9 and 3 points (or outputs) cannot be added"),
        ("gap_labels(K) > 0", {}, "the labels are classes"),
        ("loss(1) > 0", {"loss": "logistic"}, "labels must be a list of 0 and 1"),
        ("loss(1) > 0", {"labels": "[0, 1, 10]"}, "labels must be a list of classes from 0 to 9"),
    ],
)
def test_what_several_classes_do_not_have_is_bad_input(assertion, changes, message):
    with pytest.raises(InputError, match=re.escape(message)):
        of_classes(assertion, **changes)
