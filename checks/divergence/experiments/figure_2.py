"""Figure 2: the kernel at initialisation over the angle, with and without biases, beside its limit.

K_0((1, 0), x') by exact draws at the three widths of the paper. The paper shows one initialisation a width: a reading
stands if the plotted values are values that one draw may have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.stats

from checks.setups.networks import ANGLES, NETWORKS, number, profile_points, table
from ntk_companion.results import Results
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.exact_law import sample_kernels
from numerics.statistics import Array, Estimate, estimate, quantile
from theory.architecture import Architecture

WIDTHS, DRAWS, SEED = (200, 1000, 2000), 200, 0
PEAK, OPPOSITE = 0.0, np.pi
PLACES = {"angle 0": PEAK, "angle pi": OPPOSITE}
PRINTED = {(200, "angle 0"): 3.15, (1000, "angle 0"): 4.1, (2000, "angle 0"): 4.1} | {
    (200, "angle pi"): 0.9,
    (1000, "angle pi"): 0.65,
    (2000, "angle pi"): 0.65,
}
"""Read off Figure 2, by width and place."""
READING_ERROR = 0.05
"""Of a value read off the plot."""


@dataclass(frozen=True)
class Distance:
    """How far a plotted value is from those that draws of a network have.

    excess   |printed - mean| less the reading error
    reach    what a single draw's distance from the mean exceeds with probability `alpha`
    """

    mean: float
    deviation: float
    excess: float
    reach: float

    @property
    def in_reach(self) -> bool:
        """May one draw have the plotted value?"""
        return self.excess <= self.reach

    @property
    def detectable(self) -> float:
        """A network whose mean is this far off is out of reach with probability 1 - 1e-6, for normal draws."""
        return self.reach + 2 * READING_ERROR + float(scipy.stats.norm.isf(1e-6)) * self.deviation


def distance(draws: Array, printed: float, alpha: float) -> Distance:
    """Of a value read off a plot from draws of shape (R,): a prediction interval for one more draw."""
    found = estimate(draws)
    deviation = float(found.standard_error) * len(draws) ** 0.5
    reach = float(quantile(alpha / 2, len(draws), found.skewness)) * deviation * (1 + 1 / len(draws)) ** 0.5
    return Distance(float(found.mean), deviation, abs(printed - float(found.mean)) - READING_ERROR, reach)


def run() -> Iterator[Results]:
    """Tables figure_2 and figure_2_values."""
    yield profiles("figure_2", NETWORKS, WIDTHS)
    yield values()


def profiles(name: str, networks: Mapping[str, Architecture], widths: tuple[int, ...]) -> Results:
    """K_0((1, 0), x') over the angle of x': limit, mean, spread, and the first draw."""
    points = profile_points(ANGLES)
    rows: list[tuple[object, ...]] = []
    for network, architecture in networks.items():
        limit = ntk(architecture, points)[0, 1:]
        for width in widths:
            draws = sample_kernels(architecture, points.coordinates(FLOAT64), width, DRAWS, SEED).ntk[:, 0, 1:]
            rows += profile_rows((network, width), limit, estimate(draws), draws[0])
    return table(
        name,
        "K_0((1, 0), x') over the angle of x': the limit, the mean and deviation of exact draws, and the first draw.",
        {"draws": DRAWS, "seed": SEED},
        "network width angle limit mean standard_error deviation first",
        rows,
    )


def profile_rows(
    cells: tuple[object, ...], limit: Array, found: Estimate, first: Array
) -> Iterator[tuple[object, ...]]:
    """A row an angle: limit, mean, standard error, deviation and first draw, each of shape (angles,)."""
    deviations = found.standard_error * found.draws**0.5
    columns = zip(ANGLES, limit, found.mean, found.standard_error, deviations, first, strict=True)
    for angle, exact, mean, error, deviation, one in columns:
        numbers = (number(angle, 6), number(exact), number(mean), number(error, 2), number(deviation, 3), number(one))
        yield *cells, *numbers


def values() -> Results:
    """The plotted values beside draws."""
    points = profile_points(PLACES.values())
    rows = []
    for network, architecture in NETWORKS.items():
        limit = ntk(architecture, points)[0, 1:]
        for width in WIDTHS:
            draws = sample_kernels(architecture, points.coordinates(FLOAT64), width, DRAWS, SEED).ntk[:, 0, 1:]
            for column, place in enumerate(PLACES):
                printed = PRINTED[width, place]
                found = distance(draws[:, column], printed, 1e-6)
                verdict = "in reach" if found.in_reach else "out of reach"
                numbers = (number(found.mean, 4), number(found.deviation, 3), number(limit[column]))
                deviations = number((printed - found.mean) / found.deviation, 3)
                rows.append((network, width, place, printed, *numbers, deviations, verdict))
    return table(
        "figure_2_values",
        "Values read off Figure 2 beside exact draws: how many deviations of one draw they are from the mean, and "
        "whether a draw is so far off with probability above 1e-6.",
        {"draws": DRAWS, "seed": SEED, "reading error": READING_ERROR},
        "network width place printed mean deviation limit deviations_off verdict",
        rows,
    )
