"""Files of claims that are audited as a statement: every verdict must be the one on record in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from checks.setups.audited import WEAKEST_FIRST
from checks.suite import SUITE
from ntk_companion import record
from ntk_companion.audit.claims.claim import ClaimsFile
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import Reply, audit_claim
from ntk_companion.evidence import Evidence, Kind, Verdict
from ntk_companion.suite import declared

DECIDED = (
    "Each claim is decided for the networks, points and depths that it names. Claims that stand for a statement have "
    "its verdict; those with an assertion or a formula too are decided here as well."
)
"""The qualification of an audit: what its verdicts are of."""


@dataclass(frozen=True)
class Edit:
    """A file of claims, or the one claim `only` of it with `old` replaced by `new`.

    What is replaced is the first of its kind from the claim on, else the first of the file, where formulas stand.
    """

    file: Path
    only: str = ""
    old: str = ""
    new: str = ""

    def claims(self) -> ClaimsFile:
        """The claims to be audited. Raises ValueError if there is nothing to replace."""
        text = self.file.read_text(encoding="utf-8")
        if not self.only:
            return parse_claims(text.encode(), self.file.name)
        start = text.index(f'id = "{self.only}"')
        place = text.index(self.old, start if self.old in text[start:] else 0)
        edited = text[:place] + self.new + text[place + len(self.old) :]
        claims = parse_claims(edited.encode(), self.file.name)
        return replace(claims, claims=tuple(claim for claim in claims.claims if claim.id == self.only))


def record_replies(edit: Edit, share: float = 0.0) -> None:
    """Record of every claim that is decided in the file whether its verdict is the one on record.

    `share` is what their false alarms may add up to. Raises ValueError if they exceed it, or on a claim that is not
    audited because it cannot be read.
    """
    file = edit.claims()
    replies = [
        audit_claim(replace(claim, statement=None), file.name)
        for claim in file.claims
        if claim.fault or claim.assertion is not None or claim.formula is not None
    ]
    if (spent := sum(reply.false_alarm for reply in replies)) > share:
        raise ValueError(f"{file.name}: its claims may be wrong with probability {spent:.1g}, more than {share:.1g}")
    for reply in replies:
        record(evidence(reply))


def evidence(reply: Reply) -> Evidence:
    """Is the verdict the one on record?"""
    kinds = reply.evidence.split(", ")
    kind = next((kind for kind in WEAKEST_FIRST if kind in kinds), Kind.CERTIFIED)
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


def misfits(file: Path) -> Iterator[str]:
    """The claims of a file that have no verdict on record, or that stand for a statement of another verdict."""
    for claim in Edit(file).claims().claims:
        if not claim.expected:
            yield f"{claim.id} has no verdict on record"
        elif claim.statement:
            found = "CONFIRMED" if claim.reading == "corrected" else recorded()[claim.statement]
            if claim.expected != found:
                yield f"{claim.id} is {claim.expected} on record, {claim.statement} is {found}"
