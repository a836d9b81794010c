"""How the networks of a claim are trained: what its `training` says, within limits."""

import math
from dataclasses import dataclass
from fractions import Fraction

MOST_WIDTH = 100_000
MOST_NUMBERS = 2_000_000
"""Parameters and pre-activations."""
MOST_TRAINED_POINTS = 20
MOST_CLASSES = 10
SOFTMAX = "softmax"
"""The loss of an output for each class, the cross-entropy of their softmax."""
MOST_SEEDS = 1_000_000
"""Initialisations that a claim may speak of; of so many as the work of one claim allows the outcome is told."""
SEEDS_OF_A_RUN = 1_000
"""How far apart the first initialisations of runs of consecutive seeds are at least."""
MOST_WORK = 300_000_000
"""Microseconds, about, of training a claim: counted by sizes and sweeps, so that no verdict depends on the machine."""
SAME_TIME = 1e-9
"""Times whose logarithms differ by less are one."""


LEAST_DRAWS, MOST_DRAWS = 128, 10_000_000
"""How many networks of random parameters a claim may have drawn."""
ERRORS = (Fraction(1, 10**12), Fraction(1, 100))
"""The smallest and the largest error probability that a claim may ask for."""


@dataclass(frozen=True)
class Sampling:
    """How a claim's random networks are drawn: at most how many, and how improbable a wrong verdict is to be.

    `error` is the probability that one of its intervals misses, for each word and width.
    """

    draws: int = 4096
    error: float = 1e-8


@dataclass(frozen=True)
class Training:
    """What a claim says of the training of its networks: width, the last time, and how many initialisations.

    `seed` is set if the claim speaks of one initialisation alone, that of this seed. `loss` and `reduction` are those
    of `numerics.losses`, or the softmax; `weight_decay` beta adds beta/2 |theta - theta_0|^2, or |theta|^2 with
    `towards` "zero".
    """

    width: int
    until: Fraction
    seed: int | None = None
    seeds: int = 1
    loss: str = "logistic"
    reduction: str = "sum"
    weight_decay: Fraction = Fraction(0)
    towards: str = "start"

    @property
    def log_until(self) -> float:
        """ln of the last time; -inf for 0."""
        return math.log(self.until.numerator) - math.log(self.until.denominator) if self.until else -math.inf

    def initialisations(self, run_seed: int) -> range:
        """The seeds of the networks; those of a claim on several depend on the seed of the run."""
        first = self.seed if self.seed is not None else run_seed * max(SEEDS_OF_A_RUN, self.seeds)
        return range(first, first + self.seeds)
