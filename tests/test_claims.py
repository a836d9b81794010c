"""Claims files as statements: what is not on record is told, and what is edited is the claim that is meant."""

import pytest

from checks.setups.claims import Edit, misfits
from checks.suite import SUITE

FILES = SUITE.claims()
CLAIMS = """
[formulas.one]
network = { preset = "arora" }
text = "Sigma(0) = 2 * inner"
source = "a test"

[[claim]]
id = "printed"
sentence = "a finding"
source = "a test"
statement = "bc:28"
expected = "%s"

[[claim]]
id = "formula"
sentence = "a formula"
source = "a test"
formula = "one"
"""

DECIDED = """
[[claim]]
id = "decided"
sentence = "a finding, decided here too"
source = "a test"
statement = "bc:28"
assertion = "1 = 1"
expected = "CONFIRMED"
"""


def test_a_claim_that_is_decided_here_too_must_have_the_verdict_of_its_statement(tmp_path):
    path = tmp_path / "decided.toml"
    path.write_text(DECIDED)
    assert list(misfits(path)) == ["decided is CONFIRMED on record, bc:28 is REFUTED"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "claims.toml"
    path.write_text(CLAIMS % "CONFIRMED")
    return path


def test_a_claim_without_a_verdict_and_one_with_another_than_its_statement_are_told(file):
    assert list(misfits(file)) == [
        "printed is CONFIRMED on record, bc:28 is REFUTED",
        "formula has no verdict on record",
    ]
    file.write_text(CLAIMS.partition('[[claim]]\nid = "formula"')[0] % "REFUTED")
    assert list(misfits(file)) == []


def test_an_edit_finds_its_place_in_the_claim_or_before_it_in_a_formula(file):
    (claim,) = Edit(file, "printed", "CONFIRMED", "REFUTED").claims().claims
    assert (claim.id, claim.expected) == ("printed", "REFUTED")
    (claim,) = Edit(file, "formula", "2 * inner", "inner").claims().claims
    assert claim.id == "formula" and claim.formula.equations[0].text == "Sigma(0) = inner"
    with pytest.raises(ValueError, match="substring"):
        Edit(file, "formula", "nowhere", "").claims()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_source_that_was_not_seen_in_print_is_not_called_printed(path):
    for claim in Edit(path).claims().claims:
        assert not ("remembered" in claim.source and "printed" in claim.source), claim.id
        assert not ("quoted" in claim.source and ", printed" in claim.source), claim.id
