"""Words about finite networks at initialisation: confidence intervals from draws of their exact joint law.

An interval plays the part of a ball: it contains the true mean, except with a small stated probability. Where a ball
would double its precision, the number of draws is doubled up to a cap; every look has its share of the probability.

The interval is Student's, corrected for skewness to first order, which is asymptotic. Entries of K_0 are like
exponentials of sums, log-normal with a log-variance of about 5 depth / width: for narrow deep networks the rare draws
that make up the mean are not among any number of draws. So nothing is known of a width below 32 times the depth, of a
mean whose draws are too skewed for the correction, or of draws that are all equal. Within this rule the first-order
interval was found to miss up to 4e5 times as often as it should at nominal probabilities near 1e-15, by importance
sampling from the law of real draws; it is made for a probability 10^6 times smaller than is claimed of it.
"""

import numpy as np
from flint import arb

from ntk_companion.audit.claims.training import LEAST_DRAWS
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number
from ntk_companion.audit.values.kernels import Matrix, architecture
from ntk_companion.audit.values.ranges import UNDEFINED, Range, point
from ntk_companion.audit.values.registry import means
from ntk_companion.files import seed_of
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.exact_law import KernelDraws, sample_kernels
from numerics.statistics import estimate
from theory.activations import Exp, Polynomial
from theory.architecture import Architecture, flattened

LOOKS = 6
MOST_NUMBERS = 100_000_000
"""Entries of all kernels drawn at once."""
RESERVE = 1e6
"""How many times smaller than the probability claimed of an interval is that which it is made for."""
WIDTH_BY_DEPTH = 32
"""The least width at which means are tested, for each hidden layer or block."""
MOST_SKEWNESS = 0.18
"""The largest sample skewness for which an interval is used, divided by the root of the number of draws."""
ROUNDING = 1e-9
"""The relative error of a computed mean; draws that differ by less are equal."""
MOST_WIDTH = 1_000_000
PER_CALL, PER_LAYER = 100_000, 25
"""Microseconds charged for a call of the sampler, and for a layer of a draw beside its neurons."""
NOT_KNOWN = (
    f"a test needs a width of at least {WIDTH_BY_DEPTH} times the depth, and draws that differ and are not too skewed;"
    " take a larger width"
)


def draws_at(bits: int, most: int) -> int:
    """How many networks are drawn where a number would be known to so many bits: `most` from 2048 bits on."""
    return max(LEAST_DRAWS, min(most * bits // 2048, most))


@means(vocabulary.K_AT_WIDTH)
def mean_kernel(environment: Environment, width: Range) -> Matrix:
    """The mean of the empirical NTK at initialisation and this width, n x n balls; NaN where it is not known."""
    draws = _draws(vocabulary.K_AT_WIDTH, environment, width)
    size = len(environment.point_set)
    if draws is None:
        return np.full((size, size), arb.nan())
    return _balls(draws.ntk, environment.claim.sampling.error / (2 * LOOKS * (size * (size + 1) // 2)))


@means(vocabulary.START_GAP)
def mean_start_gap(environment: Environment, width: Range) -> Range:
    """The mean of max |K_0 - K| over pairs of points, K_0 the empirical NTK at initialisation, K its limit."""
    draws = _draws(vocabulary.START_GAP, environment, width)
    if draws is None:
        return UNDEFINED
    with np.errstate(all="ignore"):
        limit = ntk(architecture(environment), environment.point_set, FLOAT64)
    gaps = np.abs(draws.ntk - limit).max(axis=(1, 2))
    return point(_balls(gaps, environment.claim.sampling.error / (2 * LOOKS)).item())


def interval(draws: np.ndarray, error: float) -> tuple[np.ndarray, np.ndarray]:
    """Entrywise a mean and the half-width beyond which it errs with probability `error` on either side, to first order.

    Draws: shape (R, ...); both results have the shape of one draw. The half-width is infinite where the draws are equal
    or too skewed to tell.
    """
    found = estimate(draws)
    spread = found.standard_error * np.sqrt(found.draws)
    telling = (spread > ROUNDING * np.abs(found.mean)) & (
        np.abs(found.skewness) <= MOST_SKEWNESS * np.sqrt(found.draws)
    )
    return found.mean, np.where(telling, found.half_width(error), np.inf)


def _draws(word: Word, environment: Environment, width: Range) -> KernelDraws | None:
    """Draws of the network spoken of; None if it is too narrow for its depth."""
    neurons = whole_number(width, "a width", 1, MOST_WIDTH)
    network, points = architecture(environment), environment.point_set
    _check(network)
    if neurons < WIDTH_BY_DEPTH * network.depth:
        return None
    number = draws_at(environment.bits, environment.claim.sampling.draws)
    if number * len(points) ** 2 > MOST_NUMBERS:
        raise MeaninglessError(f"{number} draws of {len(points)} points are too many: take fewer draws or points")
    place = ("draws", network, points, neurons, number)
    memory, log = environment.memory.values, environment.log
    log.draws = max(log.draws, number)
    log.tests.add((word, *place[1:-1]))
    if place not in memory:
        each = network.depth * (PER_LAYER + neurons * len(points) ** 2 // 100)
        environment.budget.charge(PER_CALL + number * each)
        seed = seed_of("draws", neurons, environment.seed)
        with np.errstate(all="ignore"):
            memory[place] = sample_kernels(network, points.coordinates(FLOAT64), neurons, number, seed)
    return memory[place]


def _check(network: Architecture) -> None:
    """Raises MeaninglessError on a network whose draws are not known, or have tails that the intervals do not allow."""
    if network.image:
        raise MeaninglessError("random networks on images are not drawn here: their exact law is not known")
    heavy = [layer.name for layer in flattened(network.layers) if isinstance(layer, Exp | Polynomial)]
    if heavy:
        raise MeaninglessError(f"the kernels of random networks of {heavy[0]} have too heavy tails to be sampled")


def _balls(draws: np.ndarray, error: float) -> np.ndarray:
    """The intervals with their reserve as balls; NaN where doubles overflow or nothing is known."""
    with np.errstate(all="ignore"):
        mean, half_width = interval(draws, error / RESERVE)
        radius = half_width * (1 + ROUNDING) + ROUNDING * np.abs(mean)
    valid = np.isfinite(mean) & np.isfinite(radius)
    ball = np.frompyfunc(lambda m, r, known: arb(float(m), float(r)) if known else arb.nan(), 3, 1)
    return np.asarray(ball(mean, radius, valid), dtype=object)
