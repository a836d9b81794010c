"""Claims that a proved theorem decides, and the near misses of its hypotheses that it must not decide."""

from __future__ import annotations

import dataclasses
import json

import pytest
import sympy

from checks.divergence.formal import RULES
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.formal import Development, Formal, ProofError
from ntk_companion.formal.proving import companion_proofs, held
from ntk_companion.formal.rules import covers
from theory.activations import Softplus
from theory.architecture import fcn, map_groups, resnet, smoothed, with_trained

FORMAL = ({"formal"}, {"formal (recorded)"})
FCN, RESNET = RULES
HALF = sympy.Rational(1, 2)


def reply_to(assertion, network, points="X"):
    points = json.dumps(points)
    text = f'[[claim]]\nid = "c"\nnetwork = {{ {network} }}\npoints = {points}\nassertion = {json.dumps(assertion)}\n'
    return audit_claim(parse_claims(text.encode()).claims[0])


@pytest.mark.parametrize(
    ("assertion", "network", "theorem"),
    [
        ("for all X in different_points(6, 2): K is positive definite", 'family = "fcn", depth = 3', "proposition_2"),
        ("for all X in different_points(9, 7): lambda_min(K) > 0", 'family = "fcn", depth = 1', "proposition_2"),
        ("for all X in unit_points(6, 3): det(K) > 0", 'family = "fcn", depth = 4', "proposition_2"),
        (
            "for all X in different_points(6, 2): K is positive definite",
            'family = "resnet", depth = 2, scale = "-1/3"',
            "proposition_3",
        ),
        (
            "for all X in different_points(4, 2): K is positive definite",
            'family = "fcn", depth = 1, trained = ["W_1", "b_1", "W_2"]',
            "proposition_2",
        ),
    ],
)
def test_a_claim_about_all_different_points_is_confirmed_by_the_theorem_that_covers_it(assertion, network, theorem):
    reply = reply_to(assertion, network)
    assert (reply.verdict, reply.scope) == ("CONFIRMED", "all")
    assert {reply.evidence} in FORMAL
    assert theorem in reply.because and "statement prop:pd-" in reply.because
    assert "Proved by Coq" in reply.qualification


def test_a_theorem_stands_beside_what_is_computed_on_given_points():
    reply = reply_to("K is positive definite", 'family = "fcn", depth = 2', "hexagon")
    assert (reply.verdict, reply.scope) == ("CONFIRMED", "all")
    assert set(reply.evidence.split(", ")) in ({"certified", "formal"}, {"certified", "formal (recorded)"})
    assert "proposition_2" in reply.because and list(reply.value) == ["lambda_min(K)"]


def test_points_too_near_for_any_precision_are_decided_by_the_theorem():
    reply = reply_to("lambda_min(K) > 0", 'family = "fcn", depth = 2', [["0"], ["1e-900"]])
    assert reply.verdict == "CONFIRMED" and {reply.evidence} in FORMAL


def test_a_theorem_says_nothing_of_points_that_may_be_equal():
    assert reply_to("K is positive definite", 'family = "fcn", depth = 2', [["1"], ["1"]]).verdict == "REFUTED"
    family = reply_to("for all X in any_points(3, 2): K is positive definite", 'family = "fcn", depth = 2')
    assert family.verdict == "REFUTED"


@pytest.mark.parametrize(
    "assertion",
    ["lambda_min(K) > 1/10^6", "lambda_min(NNGP) > 0", "lambda_min(K - identity) > 0", "lambda_min(K) < 1"],
)
def test_a_theorem_on_the_kernel_decides_no_neighbouring_statement(assertion):
    reply = reply_to(f"for all X in different_points(2, 1): {assertion}", 'family = "fcn", depth = 1')
    assert "formal" not in reply.evidence and reply.verdict != "CONFIRMED"


@pytest.mark.parametrize(
    "network",
    [
        'family = "fcn", depth = 2, bias = "none"',
        'family = "fcn", depth = 2, bias = "frozen"',
        'family = "fcn", depth = 2, bias = "zero"',
        'family = "fcn", depth = 2, trained = ["W_1", "b_1", "W_2", "b_2"]',
        'family = "resnet", depth = 2, scale = 0',
        'family = "resnet", depth = 2, bias = "none"',
    ],
)
def test_a_claim_that_misses_a_hypothesis_has_no_formal_evidence(network):
    reply = reply_to("K is positive definite", network, [[1, 0], ["-1/2", 2], [0, 3]])
    assert "formal" not in reply.evidence


def changed(architecture, name, **changes):
    return map_groups(
        architecture, lambda group: dataclasses.replace(group, **changes) if group.name == name else group
    )


MISSES = {
    "biases none": fcn(3, "none"),
    "biases frozen": fcn(3, "frozen"),
    "biases zero": fcn(3, "zero"),
    "one bias removed": map_groups(fcn(3), lambda group: None if group.name == "b_2" else group),
    "one bias of zero variance": changed(fcn(3), "b_1", variance=sympy.Integer(0)),
    "one group frozen": with_trained(fcn(1), ("W_1", "W_2")),
    "a weight variance changed": changed(fcn(3), "W_2", variance=sympy.Integer(2)),
    "a weight trained at another rate": changed(fcn(3), "W_4", multiplier=sympy.Integer(2), variance=HALF**2),
    "another activation": fcn(3, activation=Softplus(sympy.Integer(1))),
    "a smoothed network": smoothed(fcn(3), 4),
    "scale 0": resnet(2, 0),
    "a scale that is a symbol": resnet(2, sympy.Symbol("alpha", real=True)),
    "a residual network without biases": resnet(2, 1, "none"),
    "two scales": dataclasses.replace(resnet(2, 1), blocks=(resnet(2, 1).blocks[0], resnet(2, HALF).blocks[1])),
}


@pytest.mark.parametrize("architecture", MISSES.values(), ids=MISSES)
def test_a_network_that_misses_a_hypothesis_is_covered_by_no_rule(architecture):
    assert not any(covers(rule, architecture) for rule in RULES)


def test_networks_are_compared_as_values_and_never_by_name():
    assert covers(FCN, dataclasses.replace(fcn(3), name="something else"))
    assert not covers(FCN, dataclasses.replace(fcn(3, "none"), name=fcn(3).name))
    assert covers(RESNET, resnet(2, -HALF)) and not covers(RESNET, fcn(2)) and not covers(FCN, resnet(2, 1))


def test_a_theorem_on_other_definitions_than_the_derivation_prints_covers_nothing():
    assert not covers(dataclasses.replace(FCN, printed=lambda: FCN.printed().replace("const 2", "const 3")), fcn(2))


def test_a_proof_that_was_changed_decides_nothing_and_the_reply_names_the_file(tmp_path, monkeypatch):
    for path in companion_proofs().folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "matrices.v").open("a") as file:
        file.write("(* changed *)\n")
    broken = Formal(FCN.proof.theorems, development=Development(tmp_path))
    monkeypatch.setattr("checks.divergence.formal.RULES", (dataclasses.replace(FCN, proof=broken),))
    reply = reply_to("for all X in different_points(2, 1): K is positive definite", 'family = "fcn", depth = 1')
    assert (reply.verdict, "formal" in reply.evidence) == ("INCONCLUSIVE", False)
    assert "matrices.v is not the file that was sealed" in reply.because


def test_a_theorem_that_the_seal_does_not_hold_is_refused():
    with pytest.raises(ProofError, match="does not list definiteness"):
        held(dataclasses.replace(FCN.proof, theorems=("definiteness.no_such_theorem",)))
