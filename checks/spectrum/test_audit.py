"""The claims about eigenvalues on the sphere, audited: verdicts must be those on record in the file beside this one."""

from pathlib import Path

from checks.setups.claims import DECIDED, Edit, misfits, record_replies
from ntk_companion import Statement, check

FILE = Path(__file__).with_name("spectrum-of-the-sphere.toml")
AUDIT = Statement(
    id="audit:spectrum",
    title="The claims about eigenvalues on the sphere have the verdicts on record",
    source="this suite",
    number="audit of the seven papers",
    formula=r"\text{verdict} = \text{verdict on record}",
    qualification=DECIDED,
    uses=("sp:1", "sp:3", "sp:28", "sp:29"),
)
MUTANTS = {
    "(5) as printed is right": Edit(FILE, "basri-5", 'expected = "REFUTED"', 'expected = "CONFIRMED"'),
    "a slope lost": Edit(FILE, "bietti-bach-kernel", "\\Theta_l \\dot\\Sigma_{l+1}", "\\Theta_l"),
    "2% more of k_1": Edit(FILE, "two-layers", "+ k1(", "+ 1.02 * k1("),
    "singular at two layers too": Edit(FILE, "deep-frequencies", "lambda_min(K) > 0", "lambda_min(K) = 0"),
}


@check(AUDIT, Edit(FILE), mutants=MUTANTS)
def test_the_audit(claim):
    record_replies(claim)


def test_every_claim_has_a_verdict_on_record_and_the_ledgers_where_it_stands_for_a_statement():
    assert list(misfits(FILE)) == []
