"""Claims with known answers: true, false, vacuous, undecidable, and traps for double precision."""

from __future__ import annotations

import json
import re
import weakref
from pathlib import Path

import numpy as np
import pytest

from ntk_companion.audit.claims.reading import InputError, parse_claims
from ntk_companion.audit.decide.witnesses import remember
from ntk_companion.audit.reply.auditing import audit, audit_claim
from ntk_companion.audit.syntax.errors import ExhaustedError
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.kernels import limit
from ntk_companion.audit.values.ranges import point
from ntk_companion.evidence import Verdict
from numerics.data.points import RationalPoints

PAPER = (Path(__file__).parent.parent / "checks" / "divergence" / "divergence-iclr2025.toml").read_text("utf-8")
FORMULAS = PAPER[PAPER.index("[formulas.") : PAPER.index("[[claim]]")].replace("fcn3", "net")
"""The paper's printed formulas, in its claims file."""
OBJECTS = (
    FORMULAS
    + """
[formulas."3.6-corrected"]
network = "net"
text = ["Sigma(l + 1) = 2 * moment(Sigma(l)) + 1 for l in 1..L - 1", "Sigma(L + 1) = 2 * moment(Sigma(L))"]
with = ["3.4", "3.5", "3.7"]

[networks.net]
family = "fcn"
depth = 3
[networks.shallow]
family = "fcn"
depth = 1
[networks.plain]
family = "fcn"
depth = 1
bias = "none"
[networks.residual]
family = "resnet"
depth = 2
scale = "1/2"
[networks.still]
family = "resnet"
depth = 2
scale = 0
[points]
six = "hexagon"
near = [["0"], ["1e-12"]]
opposite = [[1, 0], [-1, 0], ["-1.000000000001", 0]]
line = [[-1], [0], [1]]
twice = [[1, 2], [1, 2]]
one = [[2, 0]]
[constants]
third = "1/3"
"""
)


def claims_of(assertion, network=None, points=None, more=""):
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", more]
    lines += [f'network = "{network}"'] if network else []
    lines += [f'points = "{points}"'] if points else []
    return parse_claims("\n".join(lines).encode())


def reply_to(assertion, network=None, points=None, more=""):
    return audit_claim(claims_of(assertion, network, points, more).claims[0])


KNOWN = [
    # From the definitions by hand: K(x, x) = 13 at depth 3 on the unit circle, 4/3 + sqrt(3)/pi for orthogonal points.
    ("CONFIRMED", "K(1, 1) = 13", "net", "six"),
    ("CONFIRMED", "K(1, 1) is about 13 to 30 digits", "net", "six"),
    ("REFUTED", "K(1, 1) = 13 + 1e-30", "net", "six"),
    ("CONFIRMED", "K(2, 2) = 4 and K(1, 1) < K(2, 2) + 1e-300", "shallow", "six"),
    ("CONFIRMED", "lambda_min(K) is about 1.8", "net", "six"),
    ("REFUTED", "lambda_min(K) is about 1.9", "net", "six"),
    ("CONFIRMED", "lambda_min(K) is about 1.775534017 to 10 digits", "net", "six"),
    ("REFUTED", "lambda_min(K) is about 1.775534018 to 10 digits", "net", "six"),
    ("CONFIRMED", "lambda_min(K) in [1.7, 1.8]", "net", "six"),
    ("CONFIRMED", "1.7 < lambda_min(K) < 1.8 < lambda_max(K)", "net", "six"),
    ("CONFIRMED", "K is positive definite", "net", "six"),
    ("CONFIRMED", "not K is positive definite", "net", "twice"),
    ("REFUTED", "K is positive definite", "plain", "six"),
    ("CONFIRMED", "lambda_min(K) = 0", "plain", "six"),
    ("REFUTED", "K is positive definite", "still", "line"),
    ("CONFIRMED", "K(1, 3) = 0 and K(1, 1) = 4", "still", "line"),
    ("CONFIRMED", "lambda_min(K) is about 0.4946966324", "residual", "six"),
    ("REFUTED", "lambda_min(K) is about 0.5773789533", "residual", "six"),
    ("CONFIRMED", "lambda_min(printed('3.9')) is about 0.5773789533", "residual", "six"),
    ("CONFIRMED", "printed('3.6')(1, 1) = 20 and K(1, 1) = 13", "net", "six"),
    ("REFUTED", "printed('3.6')(1, 1) = K(1, 1)", "net", "six"),
    ("CONFIRMED", "printed('3.6-corrected')(1, 2) = K(1, 2)", "shallow", "six"),
    ("CONFIRMED", "printed('3.6')(1, 3) - K(1, 3) = 2", "shallow", "six"),
    ("CONFIRMED", "Sigma(1)(1, 2) = inner(1, 2) + 1 and Theta(1)(1, 2) = Sigma(1)(1, 2)", "net", "six"),
    ("CONFIRMED", "Theta(4)(1, 2) = K(1, 2) and Sigma(4)(1, 2) = NNGP(1, 2)", "net", "six"),
    ("CONFIRMED", "part(W_1)(1, 2) + part(b_1)(1, 2) + part(W_2)(1, 2) = K(1, 2)", "shallow", "six"),
    ("CONFIRMED", "lambda_min(K - part(b_1) - part(W_1) - part(W_2)) = 0 or lambda_min(K) > 0", "shallow", "six"),
    ("CONFIRMED", "lambda_min(K - 2 * identity) < 0 < lambda_min(K - identity)", "net", "six"),
    ("CONFIRMED", "gap_printed(K) < gap_sharp(K) <= lambda_min(K) / 6", "net", "near6"),
    ("CONFIRMED", "gap_printed(K) is about 0.02466 and gap_sharp(K) is about 0.2959", "net", "six"),
    ("CONFIRMED", "gap_best(K) is about 0.295922 and gap_labels(K) >= gap_best(K) - 1e-9", "net", "six labelled"),
    ("CONFIRMED", "det(K) > 0 and condition(K) in [29, 30]", "net", "six"),
    ("CONFIRMED", "trace(K) = K(1, 1) * 6 and trace(identity) = 6 and trace(K - K) = 0", "net", "six"),
    ("REFUTED", "trace(K) < 6 * lambda_min(K)", "net", "six"),
    (
        "CONFIRMED",
        "spectral_norm(K) = spectral_norm(K) or max_norm(K) <= spectral_norm(K) <= frobenius_norm(K)",
        "net",
        "six",
    ),
    ("CONFIRMED", "K[shallow](1, 1) < K[net](1, 1) and K[shallow, one](1, 1) = 10", "net", "six"),
    ("CONFIRMED", "n = 6", None, "six"),
    # Functions of u.
    ("CONFIRMED", "k0(1/2) = 2/3 and k1(-1) = 0 and k1(0) = 1 / pi"),
    ("REFUTED", "k0(1/2) = 1/6"),
    (
        "CONFIRMED",
        "k0_coefficient(1) = 1 / pi and k0_coefficient(5) = 3 / (40 * pi) and k1_coefficient(2) = 1 / (2 * pi)",
    ),
    ("CONFIRMED", "k0_coefficient(0) = 1/2 and k0_coefficient(1001) > 0 and k1_coefficient(3) = 0"),
    ("CONFIRMED", "for all u in [-1, 1]: 0 <= k0(u) <= 1"),
    ("CONFIRMED", "for all u in [-1, 1]: k1(u) >= u"),
    ("REFUTED", "for all u in [-1, 1]: k1(u) > u"),
    ("CONFIRMED", "for all u in [-1, 1]: k0(u) = 1 - arccos(u) / pi"),
    ("CONFIRMED", "for all u in [-1, 1]: k1(u) = u * k0(u) + sqrt(1 - u^2) / pi"),
    ("REFUTED", "for all u in [-1, 1]: k0(u) = 1/2 + u / pi"),
    ("REFUTED", "for all u in [-1, 1]: k0(u) >= third"),
    ("CONFIRMED", "there exists u in [0, 1]: k1(u) > k0(u) - third"),
    ("REFUTED", "there exists u in [-1, 1]: k0(u) > 1.001"),
    ("CONFIRMED", "for all u in [-1, 1]: for all v in [0, 1]: k0(u) * v <= 1"),
    ("CONFIRMED", "for all u in [0, 1]: if u > 1/2 then k0(u) > 0.6"),
    ("CONFIRMED", "for all L in 1..4: L^2 < 17"),
    ("REFUTED", "for all L in 1..5: L^2 < 17"),
    ("REFUTED", "for all k in -1000000..1000000: k > -999999"),
    ("CONFIRMED", "there exists k in 1..1000000: k^2 > 1e11"),
    ("CONFIRMED", "for all f in [-100, 100]: 1 - 1 / (1 + exp(-f)) = 1 / (1 + exp(f))"),
    ("CONFIRMED", "there exists u in [-1, 1]: k0(u) = 0.7"),
    ("CONFIRMED", "there exists u in [0, 1]: k1(u) = k0(u) - 1/20"),
    ("INCONCLUSIVE", "there exists u in [-1, 1]: 1 / u = 0.0001"),
    ("REFUTED", "(for all u in [0, 1]: there exists v in [0, 1]: u + v > 1/2) and 1 > 2"),
    ("REFUTED", "for all u in [-1, 1]: u^2 >= 1/2"),
    ("CONFIRMED", "for all u in [-1, 1]: u^2 >= 0 and u^3 >= -1 and |u| <= 1 and u^4 <= 1"),
    ("REFUTED", "for all u in [-2, 1]: |u| <= 3/2"),
    ("REFUTED", "for all u in [-1, 1]: min(u, 0) = u or u > 1/2"),
    ("INCONCLUSIVE", "for all X in different_points(2, 1): exp(ln(n)) = n", "net", "X"),
    # Proofs by structure, and what must not be taken for one.
    ("CONFIRMED", "K(1, 2) = K(1, 6) and K(1, 3) = K(1, 5)", None, "six", 'network = { family = "fcn", depth = 9 }'),
    ("CONFIRMED", "K(1, 1) = 8 + 7 * 8 / 2 + 7", None, "six", 'network = { family = "fcn", depth = 7 }'),
    ("CONFIRMED", "lambda_min(K) + 1 - lambda_min(K) = 1 and gap_sharp(K) = 12 * gap_printed(K)", "net", "six"),
    ("CONFIRMED", "lambda_min(identity) > 0.99", None, "twice"),
    ("REFUTED", "lambda_min(identity) = 1 - 1e-1000 * 1e-1000", None, "twice"),
    ("REFUTED", "lambda_min(gram(K[net, six])) = 0", None, "twice"),
    ("CONFIRMED", "lambda_min(K[net, twice]) = 0", None, "six"),
    ("REFUTED", "lambda_min(K[net, twice] + identity) = 0", None, "twice"),
    # Random networks: tests, never proofs.
    ("CONFIRMED", "|K_at_width(200)(1, 1) - K(1, 1)| < 1", "shallow", "six"),
    ("REFUTED", "|K_at_width(200)(1, 1) - K(1, 1)| > 1", "shallow", "six"),
    ("CONFIRMED", "start_gap(100) > gap_printed(K)", "net", "six"),
    # True for a reason that says nothing.
    ("VACUOUS", "if lambda_min(K) > 2 then K(1, 1) = 0", "net", "six"),
    ("VACUOUS", "for all L in 5..1: L = 0"),
    # Ranges too long to go through are searched.
    ("INCONCLUSIVE", "for all k in 1..100000: k > 0"),
    ("REFUTED", "for all k in 1..100000: k < 100000"),
    ("VACUOUS", "for all u in [1, 0]: u > 5"),
    ("VACUOUS", "for all u in [0, 1]: if u > 2 then k0(u) = 7"),
    # Equal numbers for which no proof is found, and values that are not defined.
    ("INCONCLUSIVE", "exp(ln(2)) = 2"),
    ("INCONCLUSIVE", "gap_labels(K) = gap_sharp(K)", "net", "six labelled"),
    ("INCONCLUSIVE", "sin(1)^2 + cos(1)^2 = 1"),
    ("INCONCLUSIVE", "ln(0) < 1"),
    ("INCONCLUSIVE", "1 / (k0(1/2) - 2/3) > 0"),
    ("INCONCLUSIVE", "sqrt(0 - 1) = sqrt(0 - 1)"),
    ("INCONCLUSIVE", "k0(2) > 0 or k1(1 + 1e-1000) > 0"),
    ("INCONCLUSIVE", "(u0 - u0) / (u0 - u0) = 1", None, None, "constants = { u0 = 1 }"),
    # A part of a kernel between other points is a number of those, also where the same words stand for one of these.
    ("CONFIRMED", "for all u in 1..2: (lambda_min(K) < u and (lambda_min(K)*K)(six, six)(1, 1) > 10*u)", "net", "near"),
    ("REFUTED", "for all u in [0, 1]: (lambda_min(K)*K)(six, six)(1, 1)*u = lambda_min(K)*13*u", "net", "near"),
    (
        "INCONCLUSIVE",
        "for all X in any_points(1, 2): ((trace(K)*K)(six, six)(1, 1) > 1000 and trace(K) = K(1, 1))",
        "net",
        "X",
    ),
    # Where doubles go wrong.
    ("CONFIRMED", "1 + 1e-30 > 1 and 1e-30 > 0 and 0.1 + 0.2 = 0.3"),
    ("REFUTED", "1 + 1e-300 = 1"),
    ("CONFIRMED", "10^300 * 10^300 / 10^599 = 10"),
    ("CONFIRMED", "exp(1e-40) - 1 is about 1e-40 to 20 digits"),
    ("CONFIRMED", "lambda_min(K) in [2.5e-25, 3.5e-25] or 0 < lambda_min(K) < 1e-11", "net", "near"),
    ("CONFIRMED", "0 < K(1, 1) + K(2, 2) - 2 * K(1, 2) < 1e-11", "net", "near"),
    ("CONFIRMED", "K is positive definite and lambda_min(K) < 1e-11", "net", "opposite"),
    ("REFUTED", "NNGP(1, 2) = NNGP(1, 1)", "net", "near"),
    ("CONFIRMED", "|k0(-1 + 1e-24) * pi / sqrt(2e-24) - 1| < 1e-20"),
]


@pytest.mark.parametrize("case", KNOWN, ids=[case[1] for case in KNOWN])
def test_a_claim_with_a_known_answer(case):
    expected, assertion, *rest = case
    network, points, more = (*rest, None, None, None)[:3]
    more = more or ""
    if points == "six labelled":
        points, more = "six", "labels = [0, 1, 0, 1, 0, 1]"
    if points == "near6":
        points, more = None, 'points = [[0], [1], [2], [3], ["3.001"], [4]]'
    reply = reply_to(assertion, network, points, more)
    assert reply.verdict == expected, reply


def test_a_verdict_on_random_networks_is_never_for_all():
    reply = reply_to("start_gap(100) > gap_printed(K)", "net", "six")
    assert (reply.verdict, reply.scope, reply.evidence) == ("CONFIRMED", "instances: 1", "statistical")
    assert "wrong with probability at most 1e-08" in reply.qualification


def test_numbers_too_large_or_small_to_be_written_out_are_told_by_the_end_that_is_known():
    for assertion, ends in (
        ("exp(1e1000) > 1", ["1e30000", "inf"]),
        ("-exp(1e6) < 1", ["-inf", "-1e30000"]),
        ("exp(0 - 1e1000) > 0", ["0", "1e-30000"]),
        ("-exp(0 - 1e6) < 0", ["-1e-30000", "0"]),
    ):
        reply = reply_to(assertion)
        assert (reply.verdict, list(reply.value.values())) == ("CONFIRMED", [ends])
        assert "Infinity" not in reply.because


@pytest.mark.parametrize("domain", ["k in 2..1", "k in [1, 0]"])
def test_over_an_empty_range_all_is_vacuous_and_existence_is_refuted_with_evidence(domain):
    for quantifier, verdict in (("for all", "VACUOUS"), ("there exists", "REFUTED")):
        reply = reply_to(f"{quantifier} {domain}: k > 0")
        assert (reply.verdict, reply.evidence) == (verdict, "certified")
        assert "is empty" in reply.because


def test_what_is_undecided_names_evidence_and_the_cases():
    reply = reply_to("for all k in 1..3: exp(ln(k + 1)) = k + 1")
    assert (reply.verdict, reply.evidence) == ("INCONCLUSIVE", "certified")
    assert reply.because == "undecided for 3 values of k, the first 1"


def test_a_name_that_nothing_binds_is_bad_input():
    with pytest.raises(InputError, match="L has no value here"):
        reply_to("(for all L in 1..2: L > 0) and lambda_min(K) > 0", more=DEPTH_L + 'points = "six"')
    with pytest.raises(InputError, match="X has no value here"):
        reply_to("(for all X in different_points(2, 1): n > 0) and lambda_min(K) > 0", "net", "X")


DEPTH_L = 'network = { family = "fcn", depth = "L" }\n'


def test_an_equality_is_never_confirmed_by_digits():
    reply = reply_to("sqrt(2 + sqrt(3)) = (sqrt(6) + sqrt(2)) / 2 + 10^(0-5000)")
    assert reply.verdict == "INCONCLUSIVE"
    assert "differ by less than 1e-12" in reply.because


def test_a_universal_claim_is_refuted_by_a_small_counterexample_that_refutes_it_by_itself():
    claims = claims_of("for all X in any_points(4, 2): K is positive definite", "net", "X")
    reply = audit_claim(claims.claims[0])
    assert (reply.verdict, reply.scope) == ("REFUTED", "instances: 1")
    assert "X = [[0], [0]]" in reply.counterexample
    (again,) = audit(parse_claims(reply.counterexample.encode()))
    assert (again.verdict, again.scope) == ("REFUTED", "all")


def test_the_numbers_beside_a_counterexample_are_those_of_the_counterexample():
    assertion, more = "for all X in any_points(2, 2): for all u in 1..3: c < 40*u", 'constants = { c = "trace(K)" }'
    reply = reply_to(assertion, "net", "X", more)
    (again,) = audit(parse_claims(reply.counterexample.encode()))
    assert reply.verdict == again.verdict == "REFUTED"
    assert reply.value["c"] == again.value["c"]


def test_a_witness_keeps_no_value_of_another_that_was_tried():
    exists = "there exists X in any_points(1, 1): there exists u in [1, 2]: u^3 = min(8, 2*inner(1, 1))"
    assert "u = 2" not in reply_to(exists, "net", "X").because
    both = reply_to("for all u in [0, 1]: for all v in [0, 1]: u + v < 1")
    assert both.because.startswith("u = 0; v = 1 refutes it")


def test_what_is_refuted_stays_so_where_the_work_does_not_reach_for_its_numbers():
    def exhausted(*_):
        raise ExhaustedError

    environment = Environment.of(claims_of("for all u in 1..3: u < 2").claims[0], 0)
    remember(environment.claim.assertion, point(2), Verdict.REFUTED, environment, exhausted)
    assert environment.log.notes == ["u = 2.00000000000000 refutes it"]


@pytest.mark.parametrize("claim", ["for all six in any_points(2, 1): n < 6", "for all net in 1..2: net > 0"])
def test_a_variable_needs_a_name_of_its_own(claim):
    with pytest.raises(InputError, match="already: give the variable another name"):
        reply_to(claim, "net", "six")


@pytest.mark.parametrize("number", ["K_at_width(200)(1, 1)", "loss(1)", "probability(loss(1) < 1)", "start_gap(100)"])
def test_constants_hide_no_random_or_trained_network(number):
    with pytest.raises(InputError, match="write it in the assertion itself"):
        reply_to("k < 5", "shallow", "six", f'constants = {{ k = "{number}" }}')


def test_a_counterexample_in_a_real_variable_is_the_simplest_fraction_found():
    reply = reply_to("for all u in [-1, 1]: |k0(u) - 1/2 - u / pi| < 0.05")
    assert reply.verdict == "REFUTED"
    (again,) = audit(parse_claims(reply.counterexample.encode()))
    assert again.verdict == "REFUTED"
    assert 'u = "1"' in reply.counterexample


def test_points_are_kept_as_long_as_their_kernel_is_so_that_no_others_are_taken_for_them():
    environment = Environment.of(claims_of("for all X in any_points(2, 1): trace(K) > 0", "net", "X").claims[0], 0)
    points = RationalPoints("X", np.array([[1]]), 1)
    limit(environment.bind("X", points))
    kept = weakref.ref(points)
    del points
    assert kept() is not None


def test_a_search_that_finds_nothing_says_how_far_it_went():
    claims = claims_of(
        "for all L in 1..2: for all X in different_points(3, 2): NNGP is positive definite",
        more="""
network = { family = "fcn", depth = "L" }
points = "X"
""",
    )
    reply = audit_claim(claims.claims[0])
    assert reply.verdict == "INCONCLUSIVE"
    assert 150 < int(reply.scope.removeprefix("instances: ")) <= 200  # equal sets are tried once
    assert re.search(r"L = 2: no counterexample among [0-9]+ sample sets \(seed 0\); true on [0-9]+", reply.because)


def test_an_existential_claim_about_sample_sets_is_confirmed_by_an_example():
    reply = reply_to("there exists X in unit_points(3, 2): n >= 2 and lambda_min(K) > 1/10", "net", "X")
    assert reply.verdict == "CONFIRMED"


def test_a_counterexample_in_the_depth_names_the_depth():
    claims = claims_of(
        "for all L in 1..4: K(1, 1) < 10", points="six", more='network = { family = "fcn", depth = "L" }'
    )
    reply = audit_claim(claims.claims[0])
    assert reply.verdict == "REFUTED"
    assert "L = 3 refutes it" in reply.because
    assert audit(parse_claims(reply.counterexample.encode()))[0].verdict == "REFUTED"


def test_the_same_seed_gives_the_same_reply():
    claims = claims_of("for all X in different_points(3, 1): lambda_min(K) > 1/10", "net", "X").claims[0]
    assert audit_claim(claims, seed=3) == audit_claim(claims, seed=3)


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ("K(1, 7) > 0", "the number of a point must be a whole number from 1 to 6"),
        ("K(1, 1.5) > 0", "the number of a point must be a whole number from 1 to 6"),
        ("Sigma(5)(1, 1) > 0", "a layer must be a whole number from 1 to 4"),
        ("part(b_4)(1, 1) > 0", "trains no group 'b_4'"),
        ("printed('9.9')(1, 1) > 0", "no formula is named '9.9'"),
        ("printed('3.9')(1, 1) > 0", "formula 3.9 is about the network resnet"),
        ("printed('3.7')(1, 1) > 0", "formula 3.7 defines no NTK"),
        ("gap_labels(K) > 0", "gives none: add labels"),
        ("for all k in 1..10000000: k > 0", "the end of a range must be a whole number"),
    ],
)
def test_a_claim_without_meaning_is_bad_input(assertion, message):
    with pytest.raises(InputError, match="claim 'c'.*" + message.replace("(", r"\(")):
        reply_to(assertion, "net", "six")


def test_fifty_claims_on_six_points_have_their_verdicts():
    words = ["lambda_min(K)", "lambda_max(K)", "gap_best(K)", "K(1, 2)", "NNGP(1, 3)", "part(b_2)(1, 4)", "det(K)"]
    text = OBJECTS + "".join(
        f'[[claim]]\nid = "c{i}"\nnetwork = "net"\npoints = "six"\nassertion = "{words[i % 7]} > 1e-{i}"\n'
        for i in range(50)
    )
    replies = audit(parse_claims(text.encode()))
    assert [reply.verdict for reply in replies[7:]] == ["CONFIRMED"] * 43


def test_a_long_range_is_searched_and_never_confirmed():
    reply = reply_to("for all m in 1..999999: m < 10^6")
    assert reply.verdict == "INCONCLUSIVE"
    assert re.fullmatch(r"no counterexample among [0-9]{2} of the 999999 numbers from 1 to 999999", reply.because)
    shown = int(re.findall("among ([0-9]+)", reply.because)[0])
    assert reply.scope == f"instances: {shown}"


def test_a_claim_on_all_widths_up_to_some_can_be_written_and_refuted():
    # Two points at depth 1: the kernel is nearer to its limit than lambda_0/(2n^2) = 0.42 from some thousand on.
    claims = claims_of(
        "for all m in 10..20000: start_gap(m) > gap_printed(K)", "shallow", more="points = [[1, 0], [-1, 0]]"
    )
    reply = audit_claim(claims.claims[0])
    assert (reply.verdict, reply.evidence) == ("REFUTED", "statistical")
    width = int(re.findall("m = ([0-9]+) refutes it", reply.because)[0])
    assert 500 < width <= 20_000
    assert f'm = "{width}"' in reply.counterexample
