"""Deciding assertions.

Truth has four values. UNKNOWN is undecided; EMPTY is true for a reason that says nothing. Comparisons are decided by
balls and by sympy, quantifiers by trying, by subdivision and by search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from checks.audit import intervals, search
from checks.audit.comparisons import Truth, decide_about, decide_comparison, shown
from checks.audit.errors import MeaninglessError
from checks.audit.nodes import (
    About,
    And,
    Comparison,
    Family,
    If,
    Interval,
    Node,
    Not,
    Number,
    Or,
    Quantified,
    WholeNumbers,
    parts,
)
from checks.audit.situation import Situation, named

MOST_WHOLE_NUMBERS = 1000
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


def decide(node: Node, situation: Situation) -> Truth:
    """The truth of a statement."""
    inner = replace(situation, root=False)
    match node:
        case Comparison():
            return decide_comparison(node, situation)
        case About():
            return decide_about(node, situation)
        case Not(part=Comparison(relation=relation) as part):
            return decide(replace(part, relation=OPPOSITE[relation]), situation)
        case Not(part=part):
            outcome = decide(part, inner)
            return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.EMPTY: Truth.FALSE}.get(outcome, outcome)
        case And(parts=parts_):
            return conjunction(decide(part, inner) for part in parts_)
        case Or(parts=parts_):
            return disjunction(decide(part, inner) for part in parts_)
        case If(hypothesis=hypothesis, conclusion=conclusion):
            return _conditional(hypothesis, conclusion, inner)
        case Quantified():
            root = situation.root and situation.chain in (None, node.universal)
            return _quantified(node, replace(situation, root=root, chain=node.universal))
    raise TypeError(f"{node} is not a statement")


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


def _conditional(hypothesis: Node, conclusion: Node, situation: Situation) -> Truth:
    held = decide(hypothesis, situation)
    if held is Truth.FALSE:
        situation.note(f"the hypothesis {shown(hypothesis, situation)} does not hold")
        return Truth.EMPTY
    outcome = decide(conclusion, situation)
    if held is Truth.UNKNOWN:
        # True whether or not the hypothesis holds, but not shown to say anything.
        return Truth.EMPTY if outcome in (Truth.TRUE, Truth.EMPTY) else Truth.UNKNOWN
    return outcome


def _quantified(node: Quantified, situation: Situation) -> Truth:
    match node.domain:
        case WholeNumbers():
            return _over_whole_numbers(node, node.domain, situation)
        case Interval():
            return intervals.over_interval(node, node.domain, situation)
        case Family():
            return search.over_family(node, node.domain, situation)


def _over_whole_numbers(node: Quantified, domain: WholeNumbers, situation: Situation) -> Truth:
    first, last = (
        situation.whole_number_at(end, "the end of a range", -(10**6), 10**6) for end in (domain.first, domain.last)
    )
    if last - first >= MOST_WHOLE_NUMBERS:
        raise MeaninglessError(f"the range {first}..{last} is too long: at most {MOST_WHOLE_NUMBERS} numbers are tried")

    def outcomes() -> Iterator[Truth]:
        for number in range(first, last + 1):
            value = Number((0, 0), Fraction(number))
            outcome = decide(node.body, situation.bind(node.variable, value))
            if outcome is (Truth.FALSE if node.universal else Truth.TRUE):
                witness(node, value, outcome, situation)
            yield outcome

    if not node.universal:
        return disjunction(outcomes())
    found = conjunction(outcomes())
    if found is Truth.TRUE:
        situation.note(f"true for every {node.variable} from {first} to {last}")
    return found


def witness(node: Quantified, value: Any, outcome: Truth, situation: Situation) -> None:
    """Remember the value that refutes a universal statement or fulfils an existential one, and why it does."""
    if not situation.root:
        return
    trace = situation.trace
    trace.witness[node.variable] = value
    verb = "refutes" if outcome is Truth.FALSE else "fulfils"
    if isinstance(node.body, Quantified):
        trace.notes.insert(0, f"{node.variable} = {named(value)}")
        return
    trace.notes[:] = [f"{node.variable} = {named(value)} {verb} it"]
    trace.facts.clear()
    trace.kinds.clear()
    decide(node.body, replace(situation.bind(node.variable, value), bound=()))


def needs_random_search(node: Node) -> bool:
    """Does deciding draw examples?"""
    return any(isinstance(part, Quantified) and isinstance(part.domain, Family) for part in parts(node))
