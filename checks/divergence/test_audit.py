"""The first audit: every numbered formula, statement and figure of arXiv 2504.11130 as a claims file.

The file lies beside this one. A claim that stands for a statement of the ledger has that statement's verdict; each
assertion is decided by the auditor, and its verdict must be the one on record in the file.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from checks.setups.budget import BUDGET
from checks.suite import SUITE
from ntk_companion import Evidence, Kind, Statement, Verdict, check, record
from ntk_companion.audit.claims.claim import ClaimsFile
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import Reply, audit_claim
from ntk_companion.suite import declared
from theory.printed import divergence

FILE = Path(__file__).with_name("divergence-iclr2025.toml")

FIRST_AUDIT = Statement(
    id="audit:divergence",
    title="The claims about the paper's formulas, statements and figures have the verdicts on record",
    source="this suite",
    number="first audit",
    formula=r"\text{verdict} = \text{verdict on record}",
    qualification="Each claim is decided for the networks, points and widths that it names; the statements that some of"
    " them stand for have records of their own.",
    uses=("eq:3.6", "eq:3.9", "eq:C.16", "prop:pd-fcn", "thm:2"),
)


@dataclass(frozen=True)
class Edit:
    """The claims file, or the one claim `only` of it with `old` replaced by `new`."""

    only: str = ""
    old: str = ""
    new: str = ""

    def claims(self) -> ClaimsFile:
        """The claims to be audited."""
        text = FILE.read_text(encoding="utf-8")
        if not self.only:
            return parse_claims(text.encode(), FILE.name)
        start = text.index(f'id = "{self.only}"')
        assert self.old in text[start:], f"{self.only} does not say {self.old!r}"
        edited = parse_claims((text[:start] + text[start:].replace(self.old, self.new, 1)).encode(), FILE.name)
        return replace(edited, claims=tuple(claim for claim in edited.claims if claim.id == self.only))


MUTANTS = {
    "the tenth digit of lambda_min": Edit("proposition-2", "1.775534017", "1.775534018"),
    "(3.6) as printed is right": Edit("eq-3.6", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "the factor 2 of Theorem 2 lost": Edit("theorem-2-constant", "is about 0.0247", "is about 0.0493"),
    "duplicates allowed": Edit("proposition-2-with-duplicates", "REFUTED", "INCONCLUSIVE"),
    "Fig. 2 with biases": Edit("figure-2-network-2.1", "REFUTED", "CONFIRMED"),
    "a coefficient of k_0": Edit("eq-B.6-coefficients", "3 / (40 * pi)", "3 / (41 * pi)"),
    "the loss averaged": Edit("eq-2.3", "|loss(100) -", "|loss(100) / 2 -"),
    "the gap crossed before training": Edit(
        "theorem-2-instance", "log10_crossing(gap_sharp(K)) in", "log10_crossing(gap(0) / 2) in"
    ),
}


@check(FIRST_AUDIT, Edit(), mutants=MUTANTS)
def test_the_first_audit(claim):
    claims = claim.claims()
    replies = [
        audit_claim(replace(one, statement=None), claims.name) for one in claims.claims if one.assertion is not None
    ]
    assert sum(reply.false_alarm for reply in replies) <= BUDGET.shares["audit:divergence"]
    for reply in replies:
        record(evidence(reply))


def evidence(reply: Reply) -> Evidence:
    """Is the verdict the one on record?"""
    kinds = reply.evidence.split(", ")
    weakest_first = (Kind.STATISTICAL, Kind.NUMERICAL, Kind.CERTIFIED, Kind.SYMBOLIC, Kind.RECORDED, Kind.FORMAL)
    kind = next((kind for kind in weakest_first if kind in kinds), Kind.CERTIFIED)
    verdict = Verdict.REFUTED if reply.surprises else Verdict.CONFIRMED
    detail = f"{reply.id} is {reply.verdict}, {reply.expected} on record: {reply.because}"
    return Evidence(kind, verdict, detail, false_alarm=reply.false_alarm)


@cache
def recorded() -> dict[str, str]:
    """The verdict that every statement has in the ledger, or the run of its check fails."""
    return {
        entry["id"]: entry["finding"]["verdict"] if entry["finding"] else "CONFIRMED"
        for entry in declared(SUITE).values()
    }


@pytest.mark.parametrize(
    "claim", [claim for claim in Edit().claims().claims if claim.statement], ids=lambda claim: claim.id
)
def test_a_claim_that_stands_for_a_statement_has_its_verdict(claim):
    assert claim.expected == ("CONFIRMED" if claim.reading == "corrected" else recorded()[claim.statement])


def test_every_claim_has_a_verdict_on_record():
    assert [claim.id for claim in Edit().claims().claims if not claim.expected] == []


def test_every_statement_about_the_paper_is_audited_and_every_finding_in_both_readings():
    named = {(claim.statement, claim.reading) for claim in Edit().claims().claims}
    entries = [entry for entry in declared(SUITE).values() if "2504.11130" in entry["source"]]
    assert {(entry["id"], "printed") for entry in entries} - named == set()
    assert {(entry["id"], "corrected") for entry in entries if entry["finding"]} - named == set()


def test_every_printed_formula_is_audited():
    assert set(divergence.PRINTED) - {claim.statement for claim in Edit().claims().claims} == set()
