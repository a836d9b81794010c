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
    return _settled(outcomes, Verdict.REFUTED, (Verdict.INCONCLUSIVE, Verdict.CONFIRMED, Verdict.VACUOUS))


def disjunction(outcomes: Iterable[Verdict]) -> Verdict:
    """Some holds: CONFIRMED at the first that does; REFUTED if there are none."""
    return _settled(outcomes, Verdict.CONFIRMED, (Verdict.VACUOUS, Verdict.INCONCLUSIVE, Verdict.REFUTED))


def _settled(outcomes: Iterable[Verdict], settling: Verdict, others: tuple[Verdict, ...]) -> Verdict:
    """The settling verdict at its first occurrence, else the first of the others that occurs, the last if none does."""
    found = set()
    for outcome in outcomes:
        if outcome is settling:
            return settling
        found.add(outcome)
    return next((verdict for verdict in others if verdict in found), others[-1])
