"""The kernel regime by width: the kernel's drift in training, the linearisation error, the distance to the predictors.

Set-up: this suite, after the abstracts of arXiv 2605.17606 and 2501.10929 (`checks.kernel_regime`): three points on the
circle, eight test points, fully connected networks, the gradient flow until it settles; beta = 0.1, epsilon = 0.02.

lazy_drift_by_width: kind, depth, width, seed, drift, linearised_on, linearised_off, to_limit, to_start. Drift is
sup_t max |K_t - K_0|; the linearised model's largest error on the samples and at test points; root mean square distance
at the test points to the predictor with K and with K_0.

lazy_drift_exponents: kind, depth, quantity, slope, low, high, misfit, predicted. Exponents of the width with Student's
99% limits; predicted -0.5, for drift and linearisation error as the most that the proofs give.

equivalence_by_width: depth, width, seed, distance, share: squared loss; the distance to kernel regression with K, also
as a share of the root mean square of the targets.

equivalence_by_width_fit: depth, slope, low, high, misfit, predicted, width_for_one_percent: at which width the fitted
share falls below 1%.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.experiments._common import number, table
from checks.kernel_regime import BETA, EPSILON, QUANTITIES, REGULARISED, SOFT, SQUARED, TO_LIMIT, exponent, runs_of
from checks.results import Results
from numerics.ensembles import Run
from theory.architecture import fcn

MODULE = "lazy_drift"
PLAN = {1: ((32, 64, 128, 256, 512, 1024, 2048), 8), 2: ((32, 64, 128, 256, 512), 6)}
"""Widths and seeds by depth."""
SETTINGS: dict[str, object] = {"set-up": "this suite", "epsilon": EPSILON, "beta": BETA}
NAMES = dict(zip(QUANTITIES, ("drift", "linearised_on", "linearised_off", "to_limit", "to_start"), strict=True))


def runs_at(kind: str, depth: int) -> list[Run]:
    """The ensemble of a kind and depth."""
    widths, seeds = PLAN[depth]
    return runs_of(kind, fcn(depth), widths, seeds)


def run() -> Iterator[Results]:
    """Tables lazy_drift_by_width, lazy_drift_exponents, equivalence_by_width and equivalence_by_width_fit."""
    done: list[tuple[str, int]] = []
    for depth in PLAN:
        for kind in (SOFT, REGULARISED, SQUARED):
            done.append((kind, depth))
            yield by_width([key for key in done if key[0] != SQUARED])
            yield exponents([key for key in done if key[0] != SQUARED])
        depths = sorted({key[1] for key in done})
        yield equivalence(depths)
        yield equivalence_fit(depths)


def by_width(done: list[tuple[str, int]]) -> Results:
    """Run by run."""
    rows = [
        (kind, depth, run.width, run.seed, *(number(measure(run, kind), 4) for measure in QUANTITIES.values()))
        for kind, depth in done
        for run in runs_at(kind, depth)
    ]
    caption = "Drift of the kernel in training, linearisation error, distance to the explicit solutions, by width."
    columns = "kind depth width seed " + " ".join(NAMES.values())
    return table(MODULE, "lazy_drift_by_width", caption, SETTINGS, columns, rows)


def exponents(done: list[tuple[str, int]]) -> Results:
    """Their exponents."""
    rows = []
    for kind, depth in done:
        for quantity, name in NAMES.items():
            fitted = exponent(runs_at(kind, depth), kind, quantity, 0.99)
            cells = (number(value, 3) for value in (fitted.slope, fitted.low, fitted.high, fitted.misfit))
            rows.append((kind, depth, name, *cells, -0.5))
    caption = "Exponents of the width, with 99% limits, beside the predicted ones."
    columns = "kind depth quantity slope low high misfit predicted"
    return table(MODULE, "lazy_drift_exponents", caption, SETTINGS, columns, rows)


def equivalence(depths: list[int]) -> Results:
    """EQ-1, run by run; the targets are +-1, of root mean square 1."""
    rows = []
    for depth in depths:
        for run in runs_at(SQUARED, depth):
            distance = number(QUANTITIES[TO_LIMIT](run, SQUARED), 4)
            rows.append((depth, run.width, run.seed, distance, distance))
    caption = "Distance of trained networks to NTK kernel regression, by width; squared loss."
    columns = "depth width seed distance share"
    return table(MODULE, "equivalence_by_width", caption, {"set-up": "this suite"}, columns, rows)


def equivalence_fit(depths: list[int]) -> Results:
    """EQ-1, the rate."""
    rows = []
    for depth in depths:
        fitted = exponent(runs_at(SQUARED, depth), SQUARED, TO_LIMIT, 0.99)
        needed = (0.01 / fitted.prefactor) ** (1 / fitted.slope)
        cells = (number(value, 3) for value in (fitted.slope, fitted.low, fitted.high, fitted.misfit))
        rows.append((depth, *cells, -0.5, number(needed, 1)))
    caption = "Exponent of the distance to kernel regression, and the width at which it is 1% of the targets' scale."
    columns = "depth slope low high misfit predicted width_for_one_percent"
    return table(MODULE, "equivalence_by_width_fit", caption, {"set-up": "this suite"}, columns, rows)
