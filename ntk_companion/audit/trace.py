"""What is met on the way to a verdict: evidence, remarks, witnesses and the work done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from ntk_companion.audit.errors import ExhaustedError
from ntk_companion.audit.nodes import Node
from ntk_companion.audit.ranges import Range
from ntk_companion.audit.training import MOST_WORK as MOST_TRAINING
from ntk_companion.evidence import Kind

MOST_WORK = 40_000_000
"""About a minute of work a claim, in microseconds: operations are counted and not seconds, so that a verdict does not
depend on the machine."""
MOST_NOTES = 6


@dataclass
class Trace:
    """What was met on the way to a verdict.

    facts    the numbers compared
    witness  values of variables that settle a quantified claim
    tests    what was tested on random networks: each of them may be wrong with a small probability
    draws    the most networks drawn for one of them
    seed     of the trained network spoken of, if there are several
    cases    how many cases were decided, where that says how far the evidence goes
    memory   values that are found once
    """

    work: int = 0
    training: int = 0
    bits: int = 0
    kinds: set[Kind] = field(default_factory=set)
    facts: dict[str, Range] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    witness: dict[str, Any] = field(default_factory=dict)
    tests: set[Any] = field(default_factory=set)
    draws: int = 0
    seed: int | None = None
    cases: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)
    closed_forms: dict[Any, sympy.Expr] = field(default_factory=dict)
    names: dict[Node, frozenset[str]] = field(default_factory=dict)
    constants: dict[Any, Any] = field(default_factory=dict)
    opaque: dict[Node, sympy.Expr] = field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Keep a remark for the evidence, once."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)

    def charge(self, work: int = 0, training: int = 0) -> None:
        """Count about so many microseconds. Raises ExhaustedError beyond the limit."""
        self.work += work
        self.training += training
        if self.work > MOST_WORK or self.training > MOST_TRAINING:
            raise ExhaustedError

    def branch(self) -> Trace:
        """An empty trace for one network of several, which goes on counting and shares what does not depend on it."""
        return Trace(self.work, self.training, memory=self.memory, closed_forms=self.closed_forms)

    def absorb(self, other: Trace) -> None:
        """Count what a branch did, and the kinds of evidence it met."""
        self.work, self.training = other.work, other.training
        self.bits, self.draws = max(self.bits, other.bits), max(self.draws, other.draws)
        self.kinds |= other.kinds
        self.tests |= other.tests
