"""Networks trained with squared loss against NTK kernel regression, by width.

Set-up: this suite, after the abstract of arXiv 2501.10929 (`checks.setups.kernel_regime`): three points on the circle
with targets 1, -1, 1, eight test points, fully connected networks, the gradient flow until it rests.

equivalence_by_width: depth, width, seed, share. The root mean square distance at the test points to kernel regression
with K from the network's own start, as a share of that of the targets, which is 1.

equivalence_by_width_fit: depth, slope, low, high, misfit, predicted, width_for_one_percent. Student's 99% limits of the
exponent; misfit is the p-value of the power law; at which width the fitted share is 1%, empty where the exponent's
interval contains 0 or misfit is below 0.05.
"""

from collections.abc import Iterator

from checks.setups.kernel_regime import QUANTITIES, SQUARED, TO_LIMIT, exponent, runs_of
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.regression.ensembles import Run
from theory.architecture import fcn

PLAN = {1: ((32, 64, 128, 256, 512, 1024, 2048), 8), 2: ((64, 128, 256, 512, 1024), 6)}
"""Widths and seeds by depth."""
SETTINGS: dict[str, object] = {"set-up": "this suite"}


def runs_at(depth: int) -> list[Run]:
    """The ensemble of a depth."""
    widths, seeds = PLAN[depth]
    return runs_of(SQUARED, fcn(depth), widths, seeds)


def run() -> Iterator[Results]:
    """Tables equivalence_by_width and equivalence_by_width_fit."""
    for count in range(1, len(PLAN) + 1):
        depths = tuple(PLAN)[:count]
        yield by_width(depths)
        yield fits(depths)


def by_width(depths: tuple[int, ...]) -> Results:
    """The table of distances, a row a run."""
    rows = [
        (depth, run.width, run.seed, number(QUANTITIES[TO_LIMIT](run, SQUARED), 4))
        for depth in depths
        for run in runs_at(depth)
    ]
    caption = "Distance of trained networks to NTK kernel regression, by width; squared loss."
    return table("equivalence_by_width", caption, SETTINGS, "depth width seed share", rows)


def fits(depths: tuple[int, ...]) -> Results:
    """The table of fitted exponents, a row a depth."""
    rows = []
    for depth in depths:
        fitted = exponent(runs_at(depth), SQUARED, TO_LIMIT, 0.99)
        settled = fitted.high < 0 and fitted.misfit >= 0.05
        needed = (0.01 / fitted.prefactor) ** (1 / fitted.slope) if settled else float("nan")
        cells = (number(value, 3) for value in (fitted.slope, fitted.low, fitted.high, fitted.misfit))
        rows.append((depth, *cells, -0.5, number(needed, 1)))
    caption = "Exponent of the distance to kernel regression, and the width at which it is 1% of the targets' scale."
    columns = "depth slope low high misfit predicted width_for_one_percent"
    return table("equivalence_by_width_fit", caption, SETTINGS, columns, rows)
