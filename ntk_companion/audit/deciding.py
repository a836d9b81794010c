"""Deciding assertions.

Truth has four values. UNKNOWN is undecided; EMPTY is true for a reason that says nothing. Comparisons are decided by
balls and by sympy, quantifiers by trying, by subdivision and by search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ntk_companion.audit import intervals, search
from ntk_companion.audit.comparisons import Truth, decide_about, decide_comparison, shown
from ntk_companion.audit.errors import ExhaustedError
from ntk_companion.audit.nodes import (
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
    words_in,
)
from ntk_companion.audit.situation import Situation, named
from ntk_companion.audit.vacuity import says_nothing
from ntk_companion.audit.words import TRAINED

MOST_WHOLE_NUMBERS = 1000
"""Longer ranges are searched and not gone through."""
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "=": "!=", "!=": "="}


def decide(node: Node, situation: Situation) -> Truth:
    """The truth of a statement; EMPTY if it says nothing of the training that it speaks of."""
    outcome = _decide(node, situation)
    return Truth.EMPTY if outcome is Truth.TRUE and says_nothing(node, situation) else outcome


def _decide(node: Node, situation: Situation) -> Truth:
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
            return _all_of(parts_, inner)
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


def _all_of(statements: Iterable[Node], situation: Situation) -> Truth:
    """All hold: says nothing if one that speaks of training does."""
    found = []
    for statement in statements:
        found.append((statement, decide(statement, situation)))
        if found[-1][1] is Truth.FALSE:
            return Truth.FALSE
    outcome = conjunction(truth for _, truth in found)
    hollow = any(truth is Truth.EMPTY and words_in(statement) & TRAINED for statement, truth in found)
    return Truth.EMPTY if hollow and outcome is Truth.TRUE else outcome


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
    numbers = range(first, last + 1)
    if not numbers:
        situation.note(f"the range of {node.variable} is empty")
    tried = numbers if len(numbers) <= MOST_WHOLE_NUMBERS else _spread(numbers)
    settling, found = Truth.FALSE if node.universal else Truth.TRUE, []
    for done, number in enumerate(tried):
        value = Number((0, 0), Fraction(number))
        try:
            outcome = decide(node.body, situation.bind(node.variable, value))
        except ExhaustedError:
            if done:
                situation.trace.note(f"{done} values of {node.variable} were decided, up to {tried[done - 1]}")
            raise
        if outcome is settling:
            witness(node, value, outcome, situation)
            return outcome
        found.append(outcome)
    if len(tried) < len(numbers):
        what = "counterexample" if node.universal else "example"
        situation.trace.cases += len(tried)
        situation.note(f"no {what} among {len(tried)} of the {len(numbers)} numbers from {first} to {last}")
        return Truth.UNKNOWN
    outcome = conjunction(found) if node.universal else disjunction(found)
    if outcome is Truth.UNKNOWN:
        least = tried[found.index(Truth.UNKNOWN)]
        situation.note(f"undecided for {found.count(Truth.UNKNOWN)} values of {node.variable}, the first {least}")
    elif outcome is Truth.TRUE:
        situation.note(f"true for every {node.variable} from {first} to {last}")
    return outcome


def _spread(numbers: range) -> list[int]:
    """Some numbers of a long range: its ends, and more and more sparsely away from both."""
    steps = [0, *(round(2 ** (power / 2)) for power in range(2 * len(numbers).bit_length() - 3))]
    return sorted({numbers[step] for step in steps} | {numbers[-1 - step] for step in steps[:10]})


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
