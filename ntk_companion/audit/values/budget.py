"""The work that one claim may take, counted in operations and not in seconds: no verdict depends on the machine.

The clock is a backstop for what was counted too low.
"""

import time
from dataclasses import dataclass, field

from ntk_companion.audit.claims.training import MOST_WORK as MOST_TRAINING
from ntk_companion.audit.syntax.errors import ExhaustedError

MOST_WORK = 40_000_000
"""About a minute of work a claim, in microseconds."""
MOST_SECONDS = 120
"""Of processor time, beside training."""


@dataclass
class Budget:
    """The work of one claim so far, in microseconds, that of training apart."""

    work: int = 0
    training: int = 0
    started: float = field(default_factory=time.process_time)

    @property
    def nearly_spent(self) -> bool:
        """Is so little left that what was found should be told?"""
        return 4 * self.work > 3 * MOST_WORK or 4 * self.training > 3 * MOST_TRAINING

    def charge(self, work: int = 0, training: int = 0) -> None:
        """Count about so many microseconds. Raises ExhaustedError beyond the limit."""
        self.work += work
        self.training += training
        if self.work > MOST_WORK or self.training > MOST_TRAINING:
            raise ExhaustedError
        if training:  # the clock stands still while networks are trained
            self.started = time.process_time()
        elif time.process_time() - self.started > MOST_SECONDS:
            raise ExhaustedError
