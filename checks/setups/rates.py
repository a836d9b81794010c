"""How the checks of the kernel regime judge rates with the width: fitted exponents against claimed ranges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from checks.setups.budget import BUDGET
from checks.setups.kernel_regime import QUANTITIES, REGULARISED, SOFT, SQUARED, distance, limits, runs_of
from ntk_companion.evidence import Evidence, numerical, statistical
from numerics.losses import Array
from numerics.regression.ensembles import Run, width_exponent
from numerics.statistics import Exponent
from theory.architecture import fcn

WIDTHS = {1: (32, 256, 2048), 2: (32, 128, 512)}
"""By depth."""
SEEDS = {SOFT: 11, REGULARISED: 7, SQUARED: 14}
PREDICTED = -0.5
"""The exponent of K_0 - K, by the central limit theorem; for the drift, the most that proofs of the limit give."""

Range = tuple[float, float]
SHRINKS: Range = (-math.inf, 0.0)
WRONG_RATES: dict[str, Range] = {
    "it grows like the root of the width": (0.49, math.inf),
    "it falls like the square of the width": (-math.inf, -1.9),
}
PREDICTOR_CLAIMS: dict[str, Any] = {
    "claim": ("ntk", True),
    "mutants": {"NNGP for NTK": ("nngp", True), "f_0 dropped": ("ntk", False)},
}
"""For `closeness`: the kernel, and whether f_0 is kept."""
CLOSE = 0.03


def ensemble_of(kind: str, depth: int = 1, first: int = 0) -> list[Run]:
    """The networks of a kind that the checks share, of the seeds from `first` on."""
    return runs_of(kind, fcn(depth), WIDTHS[depth], SEEDS[kind], first)


def rate_evidence(kind: str, quantity: str, claim: Range, first: int, depth: int = 1) -> Evidence:
    """Is the interval of a quantity's exponent inside the claimed range, outside of it, or neither?"""
    runs = ensemble_of(kind, depth, first)
    values = np.array([QUANTITIES[quantity](run, kind) for run in runs])
    alpha = BUDGET.alpha("lazy", tests=10)
    fitted = _fit(runs, values, alpha)
    inside = claim[0] < fitted.low and fitted.high < claim[1]
    outside = fitted.high <= claim[0] or fitted.low >= claim[1]
    margin = min(claim[1] - fitted.high, fitted.low - claim[0]) if inside else None
    detail = f"{kind}, depth {depth}, {quantity}: {_shown(fitted)}"
    return statistical(True if inside else (False if outside else None), detail, margin, false_alarm=alpha)


def closeness(kind: str, claim: tuple[str, bool], first: int) -> Evidence:
    """Are the widest networks, together, within 3% of the explicit solution with a limiting kernel?

    Root mean squares over networks and test points: of the distance, against that of what training changed.
    """
    widest = [run for run in ensemble_of(kind, 1, first) if run.width == max(WIDTHS[1])]
    kernel, start_kept = claim
    gram = getattr(limits(1), kernel)
    apart = np.array([distance(run, kind, gram, start_kept) for run in widest])
    moved = np.array([run.test_outputs[-1] - run.test_outputs[0] for run in widest])
    share = float(np.sqrt(np.mean(apart**2) / np.mean(moved**2)))
    detail = f"{kind}: {len(widest)} networks of width {widest[0].width}, off by {share:.1%} of what training changed"
    return numerical(share < CLOSE, detail, margin=CLOSE - share)


def _fit(runs: list[Run], values: Array, alpha: float) -> Exponent:
    return width_exponent(np.array([run.width for run in runs]), values, 1 - alpha)


def _shown(fitted: Exponent) -> str:
    return f"exponent {fitted.slope:.2f} in [{fitted.low:.2f}, {fitted.high:.2f}], predicted {PREDICTED}"
