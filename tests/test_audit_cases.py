"""Claims from real questions with right answers: what follows from structure, and what must never be confirmed."""

from __future__ import annotations

import json

import pytest

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit, audit_claim
from ntk_companion.audit.syntax.errors import InputError
from ntk_companion.cli import main

OBJECTS = """
[networks.one]
family = "fcn"
depth = 1
bias = "none"
[networks.first]
family = "fcn"
depth = 1
bias = "none"
trained = ["W_1"]
[networks.biased]
family = "fcn"
depth = 1
[networks.two]
family = "fcn"
depth = 2
[networks.residual]
family = "resnet"
depth = 2
[networks.still]
family = "resnet"
depth = 2
scale = 0
[networks.deep]
family = "fcn"
depth = 20
bias = "none"
[points]
hex = "hexagon"
eight = "circle:8"
ten = "circle:10"
sixteen = "circle:16"
twins = [[1, 0], [1, 0], [0, 1]]
rays = [[1, 2], [3, 1], ["1/2", 1]]
origin = [[0, 0], [1, 0]]
triples = [[3, 4], [-3, -4], [4, -3], [-4, 3], [1, 0], [-1, 0]]
straight = [[1], [2], [-3]]
basis = [[1, 0], [0, 1]]
diagonal = [[1, 0], [0, "1/2"]]
"""

OWN = "gram(inner - identity)"
STEP = "Theta(l + 1)(1,2) = Theta(l)(1,2)*k0(Sigma(l)(1,2))"
CUBE = "for all u in [0,1]: for all v in [0,1]: for all w in [0,1]"
CUBIC = "u*v*w + u^2 + v^2 + w^2 - u*v - v*w"
CASES = [
    # A sum of kernels is positive semidefinite; a Gram matrix of the claim's own is nothing by its name.
    ("REFUTED", f"lambda_min({OWN}) = lambda_min(gram((1 + 10^(-2000)) * (inner - identity)))", "biased", "diagonal"),
    ("REFUTED", f"lambda_min({OWN}) = lambda_min((1 + 10^(-2000)) * {OWN})", "biased", "diagonal"),
    ("REFUTED", f"for all u in [0, 1]: lambda_min({OWN}) = lambda_min((1 + 10^(-200)) * {OWN})", "biased", "diagonal"),
    ("REFUTED", f"gap_sharp({OWN}) >= gap_sharp((1 - 10^(-2000)) * {OWN})", "biased", "diagonal"),
    ("REFUTED", "lambda_min(gram(inner - identity)) >= 0", "biased", "diagonal"),
    ("REFUTED", "lambda_min(-1 * K) >= 0", "one", "hex"),
    ("CONFIRMED", "lambda_min(K) >= 0 and det(K) >= 0", "one", "eight"),
    ("CONFIRMED", "lambda_min(2 * K + inner / 3) >= 0", "one", "eight"),
    ("CONFIRMED", "for all X in any_points(4, 2): lambda_min(K) >= 0", "two", "X"),
    ("CONFIRMED", "for all X in any_points(3, 2): lambda_min(K) > -1 and lambda_min(NNGP) >= 0", "still", "X"),
    ("CONFIRMED", "for all X in different_points(6, 2): K is positive definite", "two", "X"),
    ("CONFIRMED", "for all X in unit_points(6, 3): K is positive definite", "residual", "X"),
    ("REFUTED", "for all X in any_points(4, 2): K is positive definite", "two", "X"),
    ("REFUTED", "for all X in different_points(6, 2): K is positive definite", "still", "X"),
    ("REFUTED", "for all X in different_points(6, 2): K is positive definite", "one", "X"),
    # Singular kernels: equal points, rays, the origin, frequencies, linear algebra.
    ("CONFIRMED", "det(K) = 0 and lambda_min(K) = 0 and not K is positive definite", "two", "twins"),
    ("CONFIRMED", "lambda_min(K) = 0 and det(NNGP) = 0", "one", "rays"),
    ("REFUTED", "lambda_min(K) = 0", "two", "rays"),
    ("CONFIRMED", "lambda_min(K) = 0", "one", "origin"),
    ("REFUTED", "lambda_min(K) = 0", "two", "origin"),
    ("CONFIRMED", "det(inner) = 0 and lambda_min(inner) = 0", "two", "straight"),
    ("CONFIRMED", "lambda_min(K) = 0", "one", "eight"),
    ("CONFIRMED", "lambda_min(K) = 0 and det(K) = 0", "one", "ten"),
    ("CONFIRMED", "lambda_min(K + NNGP) = 0", "one", "sixteen"),
    ("REFUTED", "lambda_min(K + identity / 10) = 0", "one", "sixteen"),
    ("REFUTED", "lambda_min(K) = 0", "biased", "eight"),
    ("CONFIRMED", "det(K) = 0", "first", "hex"),
    ("CONFIRMED", "not K is positive definite", "first", "triples"),
    ("REFUTED", "condition(K) < condition(inner)", "first", "basis"),
    ("CONFIRMED", "condition(K) = condition(inner) and condition(K) = 1", "first", "basis"),
    ("CONFIRMED", "gap_best(K) = gap_sharp(K)", "two", "hex"),
    # What is not negative by construction.
    ("CONFIRMED", "abs(K_at_width(64)(1,1) - K(1,1)) >= 0", "one", "hex"),
    ("CONFIRMED", "sqrt(abs(K_at_width(64)(1,1) - K(1,1))) < 100", "one", "hex"),
    ("CONFIRMED", "max_norm(K_at_width(64) - K) >= 0", "two", "eight"),
    ("CONFIRMED", "frobenius_norm(K - K) >= 0 and spectral_norm(K - K) >= 0", "one", "eight"),
    ("CONFIRMED", "(k0(1/2) - 2/3)^2 >= 0 and abs(exp(ln(2)) - 2) >= 0"),
    ("INCONCLUSIVE", "sqrt(0 - 1) >= 0"),
    # Identities by definition, and on intervals.
    ("CONFIRMED", f"for all l in 1..19: {STEP} + k1(Sigma(l)(1,2))", "deep", "hex"),
    ("REFUTED", f"for all l in 1..19: {STEP} + Sigma(l)(1,2)", "deep", "hex"),
    ("CONFIRMED", "for all u in [-1, 1]: k0(u) + k0(-u) = 1"),
    ("CONFIRMED", "for all u in [-1, 1]: k1(u) - k1(-u) = u"),
    ("REFUTED", "for all u in [-1, 1]: k1(u) + k1(-u) = u"),
    ("CONFIRMED", "sqrt(2) * (1 + sqrt(3)) = sqrt(2) + sqrt(6) and 1 / (1 + sqrt(2)) = sqrt(2) - 1"),
    # Three nested quantifiers.
    ("CONFIRMED", f"{CUBE}: {CUBIC} > -1/10"),
    ("REFUTED", f"{CUBE}: {CUBIC} > 1/100"),
    ("CONFIRMED", "there exists u in [0,1]: there exists v in [0,1]: u * v > 99/100"),
    ("REFUTED", "there exists u in [0,1]: there exists v in [0,1]: u * v > 101/100"),
]  # fmt: skip


def reply_to(assertion, network=None, points=None, more=""):
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", more]
    lines += [f'network = "{network}"'] if network else []
    lines += [f'points = "{points}"'] if points else []
    return audit_claim(parse_claims("\n".join(lines).encode()).claims[0])


@pytest.mark.parametrize("case", CASES, ids=[f"{case[1]} {case[2:]}" for case in CASES])
def test_a_claim_about_structure_has_its_right_answer(case):
    expected, *claim = case
    reply = reply_to(*claim)
    assert reply.verdict == expected, reply


@pytest.mark.parametrize(
    ("assertion", "network", "points", "reason"),
    [
        ("lambda_min(K) = 0", "two", "twins", "points 1 and 2 are equal"),
        ("lambda_min(K) = 0", "one", "rays", "point 3 is 1/2 times point 1"),
        ("lambda_min(K) = 0", "one", "origin", "point 1 is zero"),
        ("lambda_min(K) = 0", "one", "eight", "the vector cos(2 pi 3 i / 8) is mapped to zero"),
        ("lambda_min(K) = 0", "first", "triples", "the vector (3, -3, 4, -4, -25, 25) is mapped to zero"),
        ("for all u in [-1, 1]: k0(u) + k0(-u) = 1", None, None, "1 sub-interval of u decided"),
    ],
)
def test_the_reply_names_the_reason_in_a_few_words(assertion, network, points, reason):
    assert reason in reply_to(assertion, network, points).because


def test_what_was_not_decided_is_not_said_to_be():
    reply = reply_to("for all u in [2, 3]: k0(u) > 0")
    assert (reply.verdict, reply.scope) == ("INCONCLUSIVE", "instances: 0")
    assert "tried, not all decided" in reply.because


def test_the_depth_of_a_network_is_an_expression_in_variables():
    more = 'network = { family = "fcn", depth = "L + 1", bias = "none" }'
    assert reply_to("for all L in 1..5: K(1,1) = L + 2", None, "hex", more).verdict == "CONFIRMED"
    assert reply_to("for all L in 1..5: K(1,1) = L + 1", None, "hex", more).verdict == "REFUTED"


def test_equal_points_of_a_file_are_found_without_computing_the_kernel(tmp_path):
    rows = [f"{i / 10},{i * i % 7}" for i in range(150)]
    rows[142] = rows[101]
    (tmp_path / "many.csv").write_text("\n".join(rows))
    text = OBJECTS + '[[claim]]\nid = "c"\nnetwork = "two"\npoints = "many.csv"\nassertion = "K is positive definite"\n'
    (reply,) = audit(parse_claims(text.encode(), folder=tmp_path))
    assert (reply.verdict, reply.because) == ("REFUTED", "lambda_min(K) = 0; points 102 and 143 are equal")


def test_constants_that_double_the_last_are_each_found_once():
    chain = "\n".join(f'c{i} = "c{i - 1} + c{i - 1}"' for i in range(1, 60))
    text = (
        f'[constants]\nc0 = "sqrt(2)"\n{chain}\n[[claim]]\nid = "c"\nassertion = "c59 > 0 and c59 = 2^59 * sqrt(2)"\n'
    )
    (reply,) = audit(parse_claims(text.encode()))
    assert reply.verdict == "CONFIRMED"


def test_an_expansion_too_large_to_make_is_left_undecided():
    constants = "\n".join(f'{name} = "arccos({i}/7)"' for i, name in enumerate("abcd", start=1))
    claim = "(a+b+c+d)^299*(a-b) = (a+b+c+d)^298*(a^2 - b^2 + c*a - c*b + d*a - d*b)"
    (reply,) = audit(parse_claims(f'[constants]\n{constants}\n[[claim]]\nid = "c"\nassertion = "{claim}"'.encode()))
    assert reply.verdict == "INCONCLUSIVE"


@pytest.mark.parametrize("number", ["0x" + "f" * 900, "0b" + "1" * 4000, "0o" + "7" * 1200])
def test_whole_numbers_of_other_bases_have_the_limit_of_decimal_ones(number):
    text = f'[constants]\nx = {number}\n[[claim]]\nid = "c"\nassertion = "x > 0"\n'
    with pytest.raises(InputError, match="of more than 1000 digits"):
        parse_claims(text.encode())


def test_a_claim_without_meaning_is_told_and_the_others_are_decided(tmp_path, capsys):
    claims = "".join(
        f'[[claim]]\nid = "{name}"\nnetwork = "two"\npoints = "hex"\nassertion = "{assertion}"\n'
        for name, assertion in (("first", "K(1, 1) > 0"), ("seventh", "K(1, 7) > 0"), ("last", "K(1, 1) < 0"))
    )
    (tmp_path / "mixed.toml").write_text(OBJECTS + claims)
    code = main.main(["audit", str(tmp_path / "mixed.toml"), "--json"])
    printed = capsys.readouterr()
    found = {claim["id"]: claim["verdict"] for claim in json.loads(printed.out)["claims"]}
    assert (code, found) == (2, {"first": "CONFIRMED", "seventh": "INCONCLUSIVE", "last": "REFUTED"})
    assert "claim 'seventh': the number of a point must be a whole number from 1 to 6" in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ('assertion = "K(1, 1) >"', "assertion, column"),
        ('assertion = "nonsense(1) > 0"', "nonsense"),
        ('assertion = "K(1, 1) > 0"\nnetwork = "three"', "no network is named 'three'"),
        ('assertion = "K(1, 1) > 0"\nlabels = [2]', "labels must be"),
        ('assertion = "K(1, 1) > 0"\nexpected = "TRUE"', "expected must be"),
        ("assertion = 3", "assertion"),
    ],
)
def test_a_claim_that_cannot_be_read_is_told_and_the_others_are_decided(tmp_path, capsys, fault, told):
    good = '[[claim]]\nid = "good"\nnetwork = "two"\npoints = "hex"\nassertion = "K(1, 1) > 0"\n'
    (tmp_path / "mixed.toml").write_text(f'{OBJECTS}[[claim]]\nid = "bad"\npoints = "hex"\n{fault}\n{good}')
    code = main.main(["audit", str(tmp_path / "mixed.toml"), "--json"])
    printed = capsys.readouterr()
    found = {claim["id"]: claim["verdict"] for claim in json.loads(printed.out)["claims"]}
    assert (code, found) == (2, {"bad": "INCONCLUSIVE", "good": "CONFIRMED"})
    assert "claim 'bad'" in printed.err and told in printed.err and len(printed.err.splitlines()) == 1


def test_a_reply_names_what_it_is_about_and_keeps_the_mathematics_of_the_sentence(tmp_path, capsys):
    more = 'sentence = "for $n=6$ the kernel has $\\\\lambda_0 \\\\ge \\\\frac{1}{4}$; \\\\input{x} costs 5$"\n'
    claim = f'[[claim]]\nid = "c"\nnetwork = "two"\npoints = "hex"\nassertion = "lambda_min(K) > 0"\n{more}'
    (tmp_path / "claims.toml").write_text(OBJECTS + claim)
    for style, kept, escaped in (("markdown", "> for $n=6$ the", "5\\$"), ("latex", "for $n=6$ the", "5\\$")):
        assert main.main(["audit", str(tmp_path / "claims.toml"), "--format", style]) == 0
        printed = capsys.readouterr().out
        assert kept in printed
        assert r"$\lambda_0 \ge \frac{1}{4}$" in printed
        assert r" \input{x}" not in printed
        assert escaped in printed
        assert "network two: fcn, depth 2; points hex: hexagon; run with seed 0" in printed
