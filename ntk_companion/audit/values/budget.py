"""The work that one claim may take, counted in operations and not in seconds: no verdict depends on the machine."""

from __future__ import annotations

from dataclasses import dataclass

from ntk_companion.audit.claims.training import MOST_WORK as MOST_TRAINING
from ntk_companion.audit.syntax.errors import ExhaustedError

MOST_WORK = 40_000_000
"""About a minute of work a claim, in microseconds."""


@dataclass
class Budget:
    """The work of one claim so far, in microseconds, that of training apart."""

    work: int = 0
    training: int = 0

    def charge(self, work: int = 0, training: int = 0) -> None:
        """Count about so many microseconds. Raises ExhaustedError beyond the limit."""
        self.work += work
        self.training += training
        if self.work > MOST_WORK or self.training > MOST_TRAINING:
            raise ExhaustedError
