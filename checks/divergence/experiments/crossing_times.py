"""Crossing times: when training takes the kernel past each gap constant, by width, beside the proved bound.

n points evenly spread on the circle with alternating labels. A constant that the gap exceeds at the start is crossed
at no time: it is not informative at that width. The width it would take follows from exact draws of max |K_0 - K|.
"""

import math
from collections.abc import Iterator

import numpy as np
import scipy.stats

from checks.setups.networks import labels_of, number, start_gap, table
from ntk_companion.results import Results
from numerics.data.points import circle
from numerics.flow.integrate import Recording, gradient_flow
from numerics.flow.trajectory import Trajectory, log10_crossing, log10_latest_crossing
from numerics.kernels.gap import CONSTANTS, certified_gap_constants
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import logistic
from numerics.networks.torch_network import initialise
from theory.architecture import Architecture, fcn

SHALLOW = {100: 8, 300: 8, 1000: 8, 3000: 8, 10_000: 8, 30_000: 5, 100_000: 3}
DEEP = {256: 4, 1024: 3, 4096: 1}
"""Seeds by width."""
PER_ROOT_WIDTH = {1: 0.7, 2: 0.45, 3: 0.45}
"""The run ends at t = 10^(5 + this sqrt(m)), by depth."""
WIDE = 250
START_WIDTH, START_DRAWS = 4096, 200


def run() -> Iterator[Results]:
    """Tables crossing_widths, crossing_times and crossing_slopes."""
    yield crossing_widths()
    rows: list[tuple[object, ...]] = []
    for depth, widths in ((1, SHALLOW), (2, DEEP), (3, DEEP)):
        for size in (2, 3):
            for width, seeds in widths.items():
                for seed in range(seeds):
                    rows += crossings(fcn(depth), size, width, seed)
            yield (found := crossing_times(rows))
    yield crossing_slopes(found)


def trained(architecture: Architecture, size: int, width: int, seed: int, log10_until: float) -> Trajectory:
    """The gradient flow from the initialisation of this seed."""
    start = initialise(architecture, 2, width, np.random.default_rng(seed))
    inputs, loss = circle(size).coordinates(FLOAT64), logistic(labels_of(size))
    recording = Recording(per_decade=4 if log10_until < 40 else 2)
    log_until = log10_until * math.log(10)
    return gradient_flow(architecture, start, inputs, loss, log_until, recording=recording)


def crossings(architecture: Architecture, size: int, width: int, seed: int) -> Iterator[tuple[object, ...]]:
    """A row for every constant."""
    points, depth = circle(size), architecture.depth
    limit = ntk(architecture, points)
    signs = logistic(labels_of(size)).signs
    _, constants = certified_gap_constants(architecture, points, signs)
    trajectory = trained(architecture, size, width, seed, 5 + PER_ROOT_WIDTH[depth] * math.sqrt(width))
    gap = trajectory.gap(limit)
    for name in CONSTANTS:
        value = float(getattr(constants, name).lower)
        crossing = log10_crossing(trajectory.log_t, gap, value)
        bound = None
        if gap[0] < value < (1 - 1e-6) * float(constants.label_aware.lower):  # at gamma^2 it is infinite
            bound = log10_latest_crossing(architecture, width, limit, signs, trajectory.log_loss[0], value)
        state = "at start" if gap[0] >= value else "crossed" if crossing is not None else "not crossed"
        ends = (number(trajectory.log10_t[-1], 4), trajectory.status)
        cells = (number(value, 6), state, *(number(found, 4) for found in (crossing, bound)), *ends)
        yield size, depth, width, seed, number(gap[0], 4), name, *cells


def crossing_times(rows: list[tuple[object, ...]]) -> Results:
    """The recorded table of crossing times, of rows with the columns that it names."""
    return table(
        "crossing_times",
        "log10 of the time at which max |K_t - K| crosses each gap constant, and of the proved bound on it: FCN (2.1), "
        "circle:n, alternating labels.",
        {"initialisations": "seeds from 0 on"},
        "n depth width seed start_gap constant value state log10_crossing log10_bound log10_until status",
        rows,
    )


def crossing_slopes(found: Results) -> Results:
    """How the crossing time grows with the width."""
    rows = []
    settings = dict.fromkeys(zip(*(found.column(name) for name in ("n", "depth", "constant")), strict=True))
    for size, depth, constant in settings:
        crossed = found.where(n=size, depth=depth, constant=constant, state="crossed")
        widths = np.array(crossed.numbers("width"))
        wide = widths >= WIDE
        if len(set(widths[wide])) < 3:
            continue
        fits = [fit_line(np.sqrt(widths[wide]), np.array(crossed.numbers("log10_crossing"))[wide])]
        bounds = np.array(crossed.numbers("log10_bound"))[wide]
        if not np.isnan(bounds).any():
            fits.append(fit_line(np.sqrt(widths[wide]), bounds))
        numbers = [number(value, 3) for fit in fits for value in fit[: 3 if fit is fits[0] else 1]]
        rows.append((size, depth, constant, int(wide.sum()), *numbers, *[""] * (4 - len(numbers))))
    return table(
        "crossing_slopes",
        "Growth of log10 of the crossing time with the root of the width: slope of a line through all runs, its 99% "
        "interval, and the slope of the proved bound.",
        {"widths": f"from {WIDE}"},
        "n depth constant runs slope low high bound_slope",
        rows,
    )


def fit_line(abscissae: np.ndarray, ordinates: np.ndarray) -> tuple[float, float, float]:
    """The slope by least squares, with its 99% interval; both arguments of shape (points,)."""
    fit = scipy.stats.linregress(abscissae, ordinates)
    reach = scipy.stats.t.isf(0.005, len(abscissae) - 2) * fit.stderr
    return float(fit.slope), float(fit.slope - reach), float(fit.slope + reach)


def crossing_widths() -> Results:
    """From which width on."""
    rows = []
    for size in (2, 3, 6):
        for depth in (1, 2, 3):
            points, signs = circle(size), logistic(labels_of(size)).signs
            root_gap = start_gap(fcn(depth), points, START_WIDTH, START_DRAWS) * math.sqrt(START_WIDTH)
            _, constants = certified_gap_constants(fcn(depth), points, signs)
            for name in CONSTANTS:
                value = float(getattr(constants, name).lower)
                rows.append(
                    (size, depth, name, number(value, 6), number(root_gap, 3), number(root_gap**2 / value**2, 2))
                )
    return table(
        "crossing_widths",
        "The width from which a constant exceeds the median of max |K_0 - K|: informative in half the runs.",
        {"draws": START_DRAWS, "width of the draws": START_WIDTH, "seed": 0},
        "n depth constant value start_gap_times_root_width width_needed",
        rows,
    )
