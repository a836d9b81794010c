"""Certificates of verdicts on matrices: checked by integers alone, and refused once anything in them is altered."""

import copy
import json
import random
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit
from ntk_companion.audit.reply.certificates import certificates
from ntk_companion.cli import main

CHECKER = Path(__file__).parent / "oracles" / "check_certificate.py"
CHECK = runpy.run_path(str(CHECKER))
OBJECTS = """
[networks.net]
family = "fcn"
depth = 3
[networks.plain]
family = "fcn"
depth = 1
bias = "none"
"""
CLAIMS = {
    "definite": ("K is positive definite", "hexagon"),
    "digits": ("lambda_min(K) is about 1.775534017 to 10 digits and K(1, 2) > 9", "hexagon"),
    "wrong": ("lambda_min(K) is about 1.775534018 to 10 digits", "hexagon"),
    "largest": ("lambda_max(K) < 60 or lambda_min(K) > 100", "hexagon"),
    "not-largest": ("not lambda_max(K) < 50", "hexagon"),
    "gap": ("gap_printed(K) < 1/40 and gap_sharp(K) > 1/5", "hexagon"),
    "near": ("0 < lambda_min(K) < 1e-24", [["0"], ["1e-25"], [1]]),
    "indefinite": ("lambda_min(K - 2 * identity) < 0", "hexagon"),
    "many": ("lambda_min(K) > 1/10", "sphere:30,4"),
    "symbolic": ("K(1, 1) = 13", "hexagon"),
    "all": ("for all L in 1..2: lambda_min(K) > 0", "hexagon"),
    "ratio": ("condition(K) > 2", "hexagon"),
}


def file_of(names):
    text = OBJECTS
    for name in names:
        assertion, points = CLAIMS[name]
        text += f'[[claim]]\nid = "{name}"\nnetwork = "net"\npoints = {json.dumps(points)}\n'
        text += f"assertion = {json.dumps(assertion)}\n"
    return parse_claims(text.encode())


@pytest.fixture(scope="module")
def made():
    claims = file_of(CLAIMS)
    return certificates(claims, audit(claims), 0)


def test_the_checker_proves_what_the_auditor_decided(made):
    proved = CHECK["check"](made)
    assert proved.pop("wrong") == "REFUTED"
    assert set(proved.values()) == {"CONFIRMED"}
    assert set(made["without_certificate"]) == {"symbolic", "all", "ratio"}
    assert len(proved) == len(CLAIMS) - 4


def test_a_claim_without_a_certificate_says_why(made):
    assert "quantifiers" in made["without_certificate"]["all"]
    assert "eigenvalues and entries" in made["without_certificate"]["ratio"]


def leaves(logic):
    if isinstance(logic, dict):
        yield logic
    else:
        for part in logic[1:]:
            yield from leaves(part)


def flip_verdict(claim):
    claim["verdict"] = "REFUTED" if claim["verdict"] == "CONFIRMED" else "CONFIRMED"


def raise_bounds(claim):
    for leaf in leaves(claim["logic"]):
        leaf["bound"] = [str(int(leaf["bound"][0]) + 10**6 * int(leaf["bound"][1])), leaf["bound"][1]]


def turn_relations(claim):
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "!=", "!=": "="}
    for leaf in leaves(claim["logic"]):
        leaf["relation"] = turned[leaf["relation"]]


def shift_the_matrix(claim):
    for matrix in claim["matrices"]:
        for row, line in enumerate(matrix["centres"]):
            line[row] -= 100 << matrix["scale"]


def widen_the_balls(claim):
    for matrix in claim["matrices"]:
        matrix["radii"] = [[1000 << matrix["scale"] for _ in row] for row in matrix["radii"]]


def lose_proofs(claim):
    for leaf in leaves(claim["logic"]):
        leaf["proof"] = None


def one_pivot_negative(claim):
    for leaf in leaves(claim["logic"]):
        if "diagonal" in leaf["proof"]:
            leaf["proof"]["diagonal"][0] *= -1


def a_full_factor(claim):
    for leaf in leaves(claim["logic"]):
        if "lower" in leaf["proof"]:
            leaf["proof"]["lower"][0][1] += 1


def a_negative_shift(claim):
    for leaf in leaves(claim["logic"]):
        if "shift" in leaf["proof"]:
            leaf["proof"]["shift"] *= -1


def another_witness(claim):
    for leaf in leaves(claim["logic"]):
        if "witness" in leaf["proof"]:
            leaf["proof"]["witness"] = [1] * len(leaf["proof"]["witness"])


def fractions_in_the_factors(claim):
    for leaf in leaves(claim["logic"]):
        if "lower" in leaf["proof"]:
            leaf["proof"]["lower"] = [[float(value) for value in row] for row in leaf["proof"]["lower"]]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (flip_verdict, "definite"), (flip_verdict, "wrong"), (flip_verdict, "digits"), (raise_bounds, "definite"),
        (raise_bounds, "many"), (turn_relations, "gap"), (turn_relations, "indefinite"),
        (shift_the_matrix, "definite"), (shift_the_matrix, "many"), (widen_the_balls, "definite"),
        (widen_the_balls, "indefinite"), (widen_the_balls, "digits"), (lose_proofs, "definite"),
        (one_pivot_negative, "definite"), (a_full_factor, "definite"), (a_negative_shift, "many"),
        (another_witness, "not-largest"), (another_witness, "indefinite"), (fractions_in_the_factors, "definite"),
    ],
)  # fmt: skip
def test_an_altered_certificate_is_refused(made, change, name):
    (claim,) = (copy.deepcopy(claim) for claim in made["claims"] if claim["id"] == name)
    before = json.dumps(claim)
    change(claim)
    if (change, name) == (another_witness, "not-largest"):
        claim["logic"][1]["proof"]["witness"] = [1, -1, 1, -1, 1, -1]
    assert json.dumps(claim) != before
    with pytest.raises((CHECK["RefusedError"], KeyError, TypeError)):
        CHECK["check"](made | {"claims": [claim]})


def test_random_alterations_of_factors_are_refused_or_prove_the_same(made):
    # A factor altered in its last bits may still prove the claim: it is what is proved that counts.
    draw = random.Random(20261129)
    (claim,) = (claim for claim in made["claims"] if claim["id"] == "definite")
    refused = 0
    for _ in range(40):
        altered = copy.deepcopy(claim)
        proof = altered["logic"]["proof"]
        row = draw.randrange(1, len(proof["lower"]))
        proof["lower"][row][draw.randrange(row)] += draw.choice([-1, 1]) << draw.randrange(124, 140)
        try:
            assert CHECK["check"](made | {"claims": [altered]}) == {"definite": "CONFIRMED"}
        except CHECK["RefusedError"]:
            refused += 1
    assert refused >= 20


def test_the_command_writes_a_certificate_that_the_checker_accepts_by_itself(tmp_path, capsys):
    claims = tmp_path / "claims.toml"
    claims.write_text(
        OBJECTS + '[[claim]]\nid = "c"\nnetwork = "net"\npoints = "hexagon"\nassertion = "lambda_min(K) > 1"\n'
    )
    file = tmp_path / "certificate.json"
    assert main.main(["audit", str(claims), "--certificate", str(file)]) == 0
    assert "certificates of 1 claims" in capsys.readouterr().out
    command = [sys.executable, "-I", "-S", str(CHECKER), str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "c: CONFIRMED is proved" in done.stdout, done.stdout + done.stderr
    file.write_text(file.read_text().replace('"CONFIRMED"', '"REFUTED"'))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.startswith("refused: ")
