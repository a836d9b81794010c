"""The kernel regime by width: the kernel's drift in training, the linearisation error, the distance to the predictors.

Set-up: this suite, after the abstract of arXiv 2605.17606 (`checks.setups.kernel_regime`): three points on the
circle, eight test points, fully connected networks, the gradient flow until it settles; beta = 0.1, epsilon = 0.02.

lazy_drift_by_width: kind, depth, width, seed, drift, linearised_on, linearised_off, to_limit, to_start. Drift is
sup_t max |K_t - K_0|; the linearised model's largest error on the samples and at test points; root mean square distance
at the test points to the predictor with K and with K_0.

lazy_drift_exponents: kind, depth, quantity, slope, low, high, misfit, predicted. Exponents of the width with Student's
99% limits; predicted -0.5, for drift and linearisation error as the most that the proofs give.
"""

from collections.abc import Iterator

from checks.setups.kernel_regime import BETA, EPSILON, QUANTITIES, REGULARISED, SOFT, exponent, runs_of
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.regression.ensembles import Run
from theory.architecture import fcn

PLAN = {1: ((32, 64, 128, 256, 512, 1024, 2048), 8), 2: ((32, 64, 128, 256, 512), 6)}
"""Widths and seeds by depth."""
SETTINGS: dict[str, object] = {"set-up": "this suite", "epsilon": EPSILON, "beta": BETA}
NAMES = dict(zip(QUANTITIES, ("drift", "linearised_on", "linearised_off", "to_limit", "to_start"), strict=True))


def runs_at(kind: str, depth: int) -> list[Run]:
    """The ensemble of a kind and depth."""
    widths, seeds = PLAN[depth]
    return runs_of(kind, fcn(depth), widths, seeds)


def run() -> Iterator[Results]:
    """Tables lazy_drift_by_width and lazy_drift_exponents."""
    done: list[tuple[str, int]] = []
    for depth in PLAN:
        for kind in (SOFT, REGULARISED):
            done.append((kind, depth))
            yield by_width(done)
            yield exponents(done)


def by_width(done: list[tuple[str, int]]) -> Results:
    """The table of drifts, errors and distances, a row a run."""
    rows = [
        (kind, depth, run.width, run.seed, *(number(measure(run, kind), 4) for measure in QUANTITIES.values()))
        for kind, depth in done
        for run in runs_at(kind, depth)
    ]
    caption = "Drift of the kernel in training, linearisation error, distance to the explicit solutions, by width."
    columns = "kind depth width seed " + " ".join(NAMES.values())
    return table("lazy_drift_by_width", caption, SETTINGS, columns, rows)


def exponents(done: list[tuple[str, int]]) -> Results:
    """The table of fitted exponents, a row a quantity."""
    rows = []
    for kind, depth in done:
        for quantity, name in NAMES.items():
            fitted = exponent(runs_at(kind, depth), kind, quantity, 0.99)
            cells = (number(value, 3) for value in (fitted.slope, fitted.low, fitted.high, fitted.misfit))
            rows.append((kind, depth, name, *cells, -0.5))
    caption = "Exponents of the width, with 99% limits, beside the predicted ones."
    columns = "kind depth quantity slope low high misfit predicted"
    return table("lazy_drift_exponents", caption, SETTINGS, columns, rows)
