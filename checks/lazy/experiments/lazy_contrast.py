"""One network and seed: hard targets, soft targets, and a regulariser; and when each departs from the diverging flow.

Set-up: this suite, after the abstract of arXiv 2605.17606 (`checks.setups.kernel_regime`): three points on the circle,
fully connected, depth 1. Hard targets to t = 1e20; soft targets epsilon and regularisers beta from 1e-1 to 1e-8 until
they settle.

lazy_contrast: kind, strength, width, seed, log10_time, drift, largest_output, distance. Strength is epsilon or beta, 0
for hard targets; drift max |K_t - K_0|; distance |theta_t - theta_0|.

lazy_crossover: kind, strength, width, seed, log10_departure, log10_end, largest_drift, largest_output, hard_drift.
Departure: the time when an output is 1/2 away from that of the flow with hard targets; hard_drift is the
drift of that flow at t = 1e20.
"""

import math
from collections.abc import Iterator

import numpy as np

from checks.setups.kernel_regime import HARD, REGULARISED, SOFT, contrast_run, departure
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.regression.ensembles import Run

STRENGTHS = tuple(10.0**-k for k in range(1, 9))
PLACES = ((256, 0), (64, 0), (1024, 0), (256, 1))
"""Widths and seeds; the first is drawn."""
SETTINGS: dict[str, object] = {"set-up": "this suite", "network": "FCN, depth 1", "data": "circle:3, labels 1,0,1"}
LOG_10 = math.log(10)


def run() -> Iterator[Results]:
    """Tables lazy_contrast and lazy_crossover."""
    for count in range(1, len(PLACES) + 1):
        if count == 1:
            yield contrast()
        yield crossover(PLACES[:count])


def cases(width: int, seed: int) -> Iterator[tuple[str, float, Run]]:
    """All flows of one network and seed."""
    yield HARD, 0.0, contrast_run(HARD, 0.0, width, seed)
    for kind in (SOFT, REGULARISED):
        for strength in STRENGTHS:
            yield kind, strength, contrast_run(kind, strength, width, seed)


def contrast() -> Results:
    """The drift over time."""
    rows = []
    width, seed = PLACES[0]
    for kind, strength, run in cases(width, seed):
        largest = np.abs(run.outputs).max(axis=1)
        for log_t, gap, output, distance in zip(run.log_t[1:], run.gap[1:], largest[1:], run.distance[1:], strict=True):
            cells = (number(value, 5) for value in (log_t / LOG_10, gap, output, distance))
            rows.append((kind, f"{strength:.0e}" if strength else "0", width, seed, *cells))
    caption = "Drift of the kernel over time on one network: hard targets, soft targets, regularised."
    columns = "kind strength width seed log10_time drift largest_output distance"
    return table("lazy_contrast", caption, SETTINGS, columns, rows)


def crossover(places: tuple[tuple[int, int], ...]) -> Results:
    """When each flow departs from that with hard targets."""
    rows = []
    for width, seed in places:
        reference = contrast_run(HARD, 0.0, width, seed)
        for kind, strength, run in cases(width, seed):
            if kind == HARD:
                continue
            values = (departure(run, reference), run.log_t[-1] / LOG_10, run.drift, np.abs(run.outputs).max())
            cells = (number(float(value), 4) for value in (*values, reference.drift))
            rows.append((kind, f"{strength:.0e}", width, seed, *cells))
    caption = "When flows with soft targets or a regulariser depart from the diverging one, same network and seed."
    columns = "kind strength width seed log10_departure log10_end largest_drift largest_output hard_drift"
    return table("lazy_crossover", caption, SETTINGS, columns, rows)
