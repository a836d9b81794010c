"""How the checks of the kernel regime judge rates with the width: fitted exponents against claimed ranges."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from checks.setups import kernel_regime
from checks.setups.budget import BUDGET
from ntk_companion import Evidence, statistical, thorough
from numerics.kernels.gram import KernelGrams
from numerics.losses import Array
from numerics.regression.ensembles import Run
from numerics.statistics import MISS, Exponent, equivalence, estimate, mean_below, regression
from theory.architecture import fcn

WIDTHS = {1: (32, 256, 2048), 2: (32, 128, 512)}
"""By depth."""
SEEDS = {kernel_regime.SOFT: 13, kernel_regime.REGULARISED: 9, kernel_regime.SQUARED: 20}
PREDICTED = -0.5
"""The exponent of K_0 - K, by the central limit theorem; for the drift, the most that proofs of the limit give."""

Range = tuple[float, float]
SHRINKS: Range = (-math.inf, 0.0)
WRONG_RATES: dict[str, Range] = {"it does not shrink": (0.0, math.inf), "faster than m^(-3/2)": (-math.inf, -1.5)}
KernelOf = Callable[[KernelGrams], Array]
PREDICTOR_CLAIMS: dict[str, Any] = {
    "claim": (lambda grams: grams.ntk, True),
    "mutants": {
        "NNGP for NTK": (lambda grams: grams.nngp, True),
        "K + 2, an output bias": (lambda grams: grams.ntk + 2, True),
        "f_0 dropped": (lambda grams: grams.ntk, False),
    },
}
"""For `closeness`: the kernel, and whether f_0 is kept."""
CLOSE = 0.07
"""Of what training changed: set when networks of width 2048 had been seen near 0.03, and near 0.12 from the solution
with K + 2."""
SYSTEM, BIAS = 0.2, 0.02
WIDEST = 2048
ON_THE_ARC = {kernel_regime.SOFT: 60, kernel_regime.REGULARISED: 90, kernel_regime.SQUARED: 60}
"""Networks in the default profile: an error of a fifth in the system is detected, with room for other seeds."""
HOLDS: dict[str, bool | None] = {"agrees": True, "differs": False, "undecided": None}


def ensemble_of(kind: str, depth: int = 1, first: int = 0) -> list[Run]:
    """The networks of a kind that the checks share, of the seeds from `first` on."""
    return kernel_regime.runs_of(kind, fcn(depth), WIDTHS[depth], SEEDS[kind], first)


def rate_evidence(kind: str, quantity: str, claim: Range, first: int, depth: int = 1) -> Evidence:
    """Is a quantity's exponent inside the claimed range? Refuted with error alpha, confirmed with error 1e-6."""
    runs = ensemble_of(kind, depth, first)
    alpha = BUDGET.alpha("lazy", tests=10)
    wide, fitted = (kernel_regime.exponent(runs, kind, quantity, 1 - error) for error in (alpha, 2 * MISS))
    inside = claim[0] < fitted.low and fitted.high < claim[1]
    outside = wide.high <= claim[0] or wide.low >= claim[1]
    margin = min(claim[1] - fitted.high, fitted.low - claim[0]) if inside else None
    detail = f"{kind}, depth {depth}, {quantity}: {_shown(fitted)}"
    return statistical(False if outside else (True if inside else None), detail, margin, false_alarm=alpha)


def closeness(kind: str, claim: tuple[KernelOf, bool], first: int) -> list[Evidence]:
    """Are networks of width 2048 near the explicit solution with a limiting kernel, and off it without a system?

    By network, the root mean square over the test points of its distance, as a share of that of what training changed:
    is its geometric mean over initialisations, as logarithms scatter evenly, below 7%? And the distance, regressed on
    the change on the samples: are the coefficients, in units of the root mean squares of both changes, below 20%? What
    another kernel would predict is linear in the change on the samples, while the fluctuation of K_0 is not.
    """
    kernel_of, start_kept = claim
    runs = kernel_regime.runs_on_the_arc(kind, WIDEST, 120 if thorough() else ON_THE_ARC[kind], first)
    kernel, alpha = kernel_of(kernel_regime.limits_on_the_arc()), BUDGET.alpha("explicit solutions", tests=6)
    apart = np.array([run.test_outputs[-1] - kernel_regime.predicted(run, kind, kernel, start_kept) for run in runs])
    moved = np.array([run.test_outputs[-1] - run.test_outputs[0] for run in runs])
    on_samples = np.array([run.outputs[-1] - run.outputs[0] for run in runs])
    shares = np.log(np.sqrt((apart**2).mean(axis=1) / (moved**2).mean(axis=1)))
    verdict, found = mean_below(shares, math.log(CLOSE), alpha), estimate(shares)
    low, high = np.exp(found.mean + np.array([-1, 1]) * found.half_width(0.005))
    what = f"{kind}: {len(runs)} networks of width {WIDEST}"
    near = f"{what}, off by {low:.1%} to {high:.1%} of what training changed (99%)"
    inputs = on_samples / _root_mean_square(on_samples)
    sizes = np.linalg.norm(inputs, axis=1, keepdims=True)  # the noise grows with the change: divided, it is even
    scaled = regression(apart / _root_mean_square(moved) / sizes, inputs / sizes)
    result = equivalence(scaled, np.zeros(scaled.mean.shape), SYSTEM, alpha, allowance=BIAS)
    system = f"{what}, linear in the change on the samples by {np.abs(result.mean).max():.1%} at most, detects "
    system += f"{result.detectable.max():.1%}"
    return [
        statistical(HOLDS[verdict], near, false_alarm=alpha),
        statistical(HOLDS[result.verdict], system, false_alarm=alpha),
    ]


def _root_mean_square(values: Array) -> Array:
    found: Array = np.sqrt((values**2).mean(axis=0))
    return found


def _shown(fitted: Exponent) -> str:
    return f"exponent {fitted.slope:.2f} in [{fitted.low:.2f}, {fitted.high:.2f}], predicted {PREDICTED}"
