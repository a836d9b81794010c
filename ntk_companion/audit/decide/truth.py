"""How verdicts on the parts of an assertion add up."""

from collections.abc import Iterable

from ntk_companion.evidence import Verdict


def negation(outcome: Verdict) -> Verdict:
    """The truth of the opposite: what is true for a reason that says nothing is true."""
    return {
        Verdict.CONFIRMED: Verdict.REFUTED,
        Verdict.REFUTED: Verdict.CONFIRMED,
        Verdict.VACUOUS: Verdict.REFUTED,
    }.get(outcome, outcome)


def conjunction(outcomes: Iterable[Verdict]) -> Verdict:
    """All hold: REFUTED at the first that does not; VACUOUS if all are, or there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Verdict.REFUTED:
            return Verdict.REFUTED
        found.add(outcome)
    return next((outcome for outcome in (Verdict.INCONCLUSIVE, Verdict.CONFIRMED) if outcome in found), Verdict.VACUOUS)


def disjunction(outcomes: Iterable[Verdict]) -> Verdict:
    """Some holds: CONFIRMED at the first that does; REFUTED if there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Verdict.CONFIRMED:
            return Verdict.CONFIRMED
        found.add(outcome)
    return next((outcome for outcome in (Verdict.VACUOUS, Verdict.INCONCLUSIVE) if outcome in found), Verdict.REFUTED)
