"""Words about finite networks at initialisation: confidence intervals from draws of their exact joint law.

An interval plays the part of a ball: it contains the true mean, except with a small stated probability. Where a ball
would double its precision, the number of draws is doubled; every look has its share of the error probability.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import flint
import numpy as np

from checks.audit.matrices import Matrix
from checks.audit.ranges import Range, point
from numerics.estimation import estimate
from numerics.exact_law import KernelDraws, sample_kernels
from numerics.kernels import FLOAT64, ntk

if TYPE_CHECKING:
    from checks.audit.situation import Situation

arb = flint.arb

ERROR = 1e-8
"""The probability that one of a claim's intervals misses its mean, for each word and width."""
LOOKS = 7
LEAST_DRAWS = 32
MOST_WIDTH = 1_000_000


def draws_at(bits: int) -> int:
    """How many networks are drawn where a number would be known to so many bits: 32 at 64 bits, 2048 at 4096."""
    return LEAST_DRAWS * bits // 64


def mean_kernel(situation: Situation, width: Range) -> Matrix:
    """The mean of the empirical NTK at initialisation and this width."""
    draws = _draws("K_at_width", situation, width).ntk
    entries = len(situation.point_set) * (len(situation.point_set) + 1) // 2
    return _intervals(draws, ERROR / (2 * LOOKS * entries))


def mean_start_gap(situation: Situation, width: Range) -> Range:
    """The mean of max |K_0 - K| over pairs of points, K_0 the empirical NTK at initialisation, K its limit."""
    with np.errstate(all="ignore"):
        limit = ntk(situation.architecture, situation.point_set, FLOAT64)
    gaps = np.abs(_draws("start_gap", situation, width).ntk - limit).max(axis=(1, 2))
    return point(_intervals(gaps, ERROR / (2 * LOOKS)).item())


def stable_seed(*keys: Any) -> int:
    """A seed from a claim's id and the seed of the run."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, keys)).encode()).digest()[:8], "big")


def _draws(word: str, situation: Situation, width: Range) -> KernelDraws:
    neurons = situation.whole_number(width, "a width", 1, MOST_WIDTH)
    architecture, points = situation.architecture, situation.point_set
    number = draws_at(situation.bits)
    place = ("draws", architecture, id(points), neurons, number)
    memory = situation.trace.memory
    situation.trace.draws = max(situation.trace.draws, number)
    situation.trace.tests.add((word, *place[1:-1]))
    if place not in memory:
        situation.charge(number * (1500 + neurons * len(points) ** 2 * architecture.depth // 100))
        seed = stable_seed("draws", neurons, situation.seed)
        with np.errstate(all="ignore"):
            memory[place] = sample_kernels(architecture, points.coordinates(FLOAT64), neurons, number, seed)
    return memory[place]


def _intervals(draws: np.ndarray, error: float) -> np.ndarray:
    """Balls mean +- half-width; NaN where doubles overflow."""
    with np.errstate(all="ignore"):
        found = estimate(draws)
        radius = found.half_width(error) * (1 + 1e-9) + 1e-9 * np.abs(found.mean)
    valid = np.isfinite(found.mean) & np.isfinite(radius)
    ball = np.frompyfunc(lambda m, r, known: arb(float(m), float(r)) if known else arb.nan(), 3, 1)
    return np.asarray(ball(found.mean, radius, valid), dtype=object)
