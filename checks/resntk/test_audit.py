"""The claims about residual kernels, audited: verdicts must be those on record in the file beside this one."""

from pathlib import Path

from checks.setups.claims import DECIDED, Edit, misfits, record_replies
from ntk_companion import Statement, check

FILE = Path(__file__).with_name("residual-kernels.toml")
AUDIT = Statement(
    id="audit:resntk",
    title="The claims about residual kernels have the verdicts on record",
    source="this suite",
    number="audit of Huang, Tirer, Belfer, Lai and Tian",
    formula=r"\text{verdict} = \text{verdict on record}",
    qualification=DECIDED,
    uses=("rn:1", "rn:5", "rn:9", "rn:14"),
)
MUTANTS = {
    "the ones of biases are right": Edit(FILE, "huang-with-ones", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "L for L - 1": Edit(FILE, "normalisation", "(5/4)^(L - 1)", "(5/4)^L"),
    "2% less": Edit(FILE, "linear-limit-all-trained", "- inner(1, 2)", "- 0.98 * inner(1, 2)"),
    "a fifth for a quarter": Edit(FILE, "spiky-limit", "- 1/4|", "- 1/5|"),
}


@check(AUDIT, Edit(FILE), mutants=MUTANTS)
def test_the_audit(claim):
    record_replies(claim)


def test_every_claim_has_a_verdict_on_record_and_the_ledgers_where_it_stands_for_a_statement():
    assert list(misfits(FILE)) == []
