"""What is met on the way to a verdict: evidence, remarks and witnesses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ntk_companion.audit.values.ranges import Range
from ntk_companion.evidence import Kind

MOST_NOTES = 6


@dataclass
class Log:
    """What was met on the way to a verdict.

    facts    the numbers compared
    witness  values of variables that settle a quantified claim
    tests    what was tested on random networks: each of them may be wrong with a small probability
    draws    the most networks drawn for one of them
    seed     of the trained network spoken of, if there are several
    cases    how many cases were decided, where that says how far the evidence goes
    """

    bits: int = 0
    kinds: set[Kind] = field(default_factory=set)
    facts: dict[str, Range] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    witness: dict[str, Any] = field(default_factory=dict)
    tests: set[Any] = field(default_factory=set)
    draws: int = 0
    seed: int | None = None
    cases: int = 0

    def note(self, sentence: str) -> None:
        """Keep a remark for the evidence, once."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)

    def absorb(self, other: Log) -> None:
        """Add the evidence of one network of several, without what was said of it."""
        self.bits, self.draws = max(self.bits, other.bits), max(self.draws, other.draws)
        self.kinds |= other.kinds
        self.tests |= other.tests
