"""The claims about conditioning, audited: verdicts must be those on record in the file beside this one."""

from pathlib import Path

from checks.setups.claims import DECIDED, Edit, misfits, record_replies
from ntk_companion import Statement, check

FILE = Path(__file__).with_name("conditioning-2305.08813.toml")
AUDIT = Statement(
    id="audit:conditioning",
    title="The claims about conditioning have the verdicts on record",
    source="this suite",
    number="audit of arXiv 2305.08813",
    formula=r"\text{verdict} = \text{verdict on record}",
    qualification=DECIDED,
    uses=("bc:19", "bc:23", "bc:26", "bc:28"),
)
MUTANTS = {
    "Theorem 4.3 is right": Edit(FILE, "theorem-4.3", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "Corollary 2.4 with L + 2": Edit(FILE, "corollary-2.4-corrected", "(L + 1) * inner", "(L + 2) * inner"),
    "n + 2": Edit(FILE, "theorem-4.3-corrected", "(n + 3) / 3", "(n + 2) / 3"),
    "2% more on the diagonal": Edit(FILE, "remark-3.4", "= L + 1", "= 1.02 * (L + 1)"),
}


@check(AUDIT, Edit(FILE), mutants=MUTANTS)
def test_the_audit(claim):
    record_replies(claim)


def test_every_claim_has_a_verdict_on_record_and_the_ledgers_where_it_stands_for_a_statement():
    assert list(misfits(FILE)) == []
