"""Truth of four values, and how it adds up."""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """What is known of a statement."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "undecided"
    EMPTY = "true for a reason that says nothing"


def truth_of(decided: bool | None) -> Truth:
    """A decided, or undecided, comparison as a truth value."""
    return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[decided]


def negation(outcome: Truth) -> Truth:
    """The truth of the opposite: what is true for a reason that says nothing is true."""
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.EMPTY: Truth.FALSE}.get(outcome, outcome)


def conjunction(outcomes: Iterable[Truth]) -> Truth:
    """All hold: FALSE at the first that does not; EMPTY if all are, or there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Truth.FALSE:
            return Truth.FALSE
        found.add(outcome)
    return next((outcome for outcome in (Truth.UNKNOWN, Truth.TRUE) if outcome in found), Truth.EMPTY)


def disjunction(outcomes: Iterable[Truth]) -> Truth:
    """Some holds: TRUE at the first that does; FALSE if there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Truth.TRUE:
            return Truth.TRUE
        found.add(outcome)
    return next((outcome for outcome in (Truth.EMPTY, Truth.UNKNOWN) if outcome in found), Truth.FALSE)
