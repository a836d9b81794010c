"""The first audit: every numbered formula, statement and figure of arXiv 2504.11130 as a claims file.

The file lies beside this one. A claim that stands for a statement of the ledger has that statement's verdict; each
assertion is decided by the auditor, and its verdict must be the one on record in the file.
"""

from pathlib import Path

from checks.setups.budget import BUDGET
from checks.setups.claims import Edit, misfits, record_replies
from checks.suite import SUITE
from ntk_companion import Statement, check
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


MUTANTS = {
    "the tenth digit of lambda_min": Edit(FILE, "proposition-2", "1.775534017", "1.775534018"),
    "(3.6) as printed is right": Edit(FILE, "eq-3.6", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "the factor 2 of Theorem 2 lost": Edit(FILE, "theorem-2-constant", "is about 0.0247", "is about 0.0493"),
    "duplicates allowed": Edit(FILE, "proposition-2-with-duplicates", "REFUTED", "INCONCLUSIVE"),
    "Fig. 2 with biases": Edit(FILE, "figure-2-network-2.1", "REFUTED", "CONFIRMED"),
    "a coefficient of k_0": Edit(FILE, "eq-B.6-coefficients", "3 / (40 * pi)", "3 / (41 * pi)"),
    "the loss averaged": Edit(FILE, "eq-2.3", "|loss(100) -", "|loss(100) / 2 -"),
    "the gap crossed before training": Edit(
        FILE, "theorem-2-instance", "log10_crossing(gap_sharp(K)) in", "log10_crossing(gap(0) / 2) in"
    ),
}


@check(FIRST_AUDIT, Edit(FILE), mutants=MUTANTS)
def test_the_first_audit(claim):
    record_replies(claim, BUDGET.shares["audit:divergence"])


def test_every_claim_has_a_verdict_on_record_and_the_ledgers_where_it_stands_for_a_statement():
    assert list(misfits(FILE)) == []


def test_every_statement_about_the_paper_is_audited_and_every_finding_in_both_readings():
    named = {(claim.statement, claim.reading) for claim in Edit(FILE).claims().claims}
    entries = [entry for entry in declared(SUITE).values() if "2504.11130" in entry["source"]]
    assert {(entry["id"], "printed") for entry in entries} - named == set()
    assert {(entry["id"], "corrected") for entry in entries if entry["finding"]} - named == set()


def test_every_printed_formula_is_audited():
    assert set(divergence.PRINTED) - {claim.statement for claim in Edit(FILE).claims().claims} == set()
