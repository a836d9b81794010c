"""The claims about the founding papers, audited: verdicts must be those on record in the file beside this one."""

from pathlib import Path

from checks.setups.claims import DECIDED, Edit, misfits, record_replies
from ntk_companion import Statement, check

FILE = Path(__file__).with_name("foundations-1806.07572-1904.11955.toml")
AUDIT = Statement(
    id="audit:foundations",
    title="The claims about the founding papers have the verdicts on record",
    source="this suite",
    number="audit of Jacot et al. 2018, Lee et al. 2019 and Arora et al. 2019",
    formula=r"\text{verdict} = \text{verdict on record}",
    qualification=DECIDED,
    uses=("fd:1", "fd:7", "fd:19", "fd:20", "fd:28"),
)
MUTANTS = {
    "beta for beta^2 is right": Edit(FILE, "jacot-beta", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "Arora et al. without c": Edit(FILE, "arora-recursion", "Sigma^{(h)} = 2 \\,", "Sigma^{(h)} = "),
    "Lee's 2% more": Edit(FILE, "lee-is-arora", "K[lee] -", "1.02 * K[lee] -"),
    "definite without biases": Edit(
        FILE, "proposition-2-without-biases", 'expected = "REFUTED"', 'expected = "CONFIRMED"'
    ),
}


@check(AUDIT, Edit(FILE), mutants=MUTANTS)
def test_the_audit(claim):
    record_replies(claim)


def test_every_claim_has_a_verdict_on_record_and_the_ledgers_where_it_stands_for_a_statement():
    assert list(misfits(FILE)) == []
