"""Statements about trained networks, decided for every initialisation that a claim speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import flint

from ntk_companion.audit.comparisons import Truth
from ntk_companion.audit.deciding import decide
from ntk_companion.audit.nodes import Apply, Node, Quantified, children, parts, times_of
from ntk_companion.audit.situation import Situation, evaluate
from ntk_companion.audit.trace import Trace
from ntk_companion.audit.training import log_ends
from ntk_companion.audit.words import TRAINED

BITS = 128


def initialisations(node: Node, situation: Situation) -> Iterator[tuple[int, Truth, Trace]]:
    """The truth of a statement for every initialisation of the trained network, with its seed and what was met."""
    for seed in situation.trained.initialisations(situation.seed):
        trace = situation.trace.branch()
        try:
            outcome = decide(node, replace(situation, seed_of_network=seed, trace=trace))
        finally:
            situation.trace.absorb(trace)
        yield seed, outcome, trace


def over_initialisations(node: Node, situation: Situation) -> list[Truth]:
    """The truth of a statement for every initialisation, remembered if it depends on no variable."""
    situation = situation.without_idle_variables(node)
    place = ("initialisations", node)
    if situation.bound or place not in situation.trace.memory:
        outcomes = [outcome for _, outcome, _ in initialisations(node, replace(situation, root=False, strict=False))]
        if situation.bound:
            return outcomes
        situation.trace.memory[place] = outcomes
    return situation.trace.memory[place]


def speaks_of_one_network(node: Node) -> bool:
    """Is a word about a trained network used outside all probabilities?"""
    if isinstance(node, Apply) and node.word == "probability":
        return False
    if isinstance(node, Apply) and node.word in TRAINED:
        return True
    return any(speaks_of_one_network(part) for part in children(node))


def times_in(assertion: Node, situation: Situation) -> tuple[float, ...]:
    """Logarithms of the times that an assertion names, other than by its variables. Raises MeaninglessError."""
    variables = {part.variable for part in parts(assertion) if isinstance(part, Quantified)}
    found = set()
    for time in (time for part in parts(assertion) for time in times_of(part)):
        if not variables & situation.names_in(time):
            with flint.ctx.workprec(BITS):
                ends = log_ends(evaluate(time, replace(situation, bits=BITS)))
            found |= {ends[0]} if ends is not None else set()
    return tuple(sorted(found))
