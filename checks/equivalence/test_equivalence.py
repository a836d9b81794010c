"""The equivalence of wide networks and kernel regression: EQ-1 to EQ-3 of arXiv 2501.10929.

The abstract alone was at hand: the claims are its, the set-ups are this suite's (`checks.setups.kernel_regime`,
`checks.equivalence.table_errors`). Verdicts on data are per setting and say nothing beyond it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from checks.equivalence.table_errors import (
    FAILED,
    FITS,
    HELD,
    INTERPOLATION,
    MATCHING,
    RIDGE,
    Interval,
    mismatches,
    ratio,
    very_close,
)
from checks.setups.kernel_regime import SQUARED, TO_LIMIT
from checks.setups.rates import PREDICTOR_CLAIMS, SHRINKS, WRONG_RATES, closeness, rate_evidence
from ntk_companion.evidence import Kind, numerical, vacuous
from ntk_companion.judging import check, record
from ntk_companion.statement import Finding, Hypothesis, Severity, Statement
from numerics.data.tables import TABLES, Table, split

EQUIVALENCE = "arXiv 2501.10929, abstract; set-up: this suite"
DEFINITE = Hypothesis("definite kernel", "K(X, X) is positive definite")

PREDICTOR = Statement(
    id="equivalence:predictor",
    title="Squared loss: the trained network tends to NTK kernel regression as the width grows",
    source=EQUIVALENCE,
    number="EQ-1",
    formula=r"f_\infty(x) \to f_0(x) + K(x,X) K(X,X)^{-1} (y - f_0(X))",
    qualification="Networks of width 2048 come within 3%; the distance falls with an exponent whose interval excludes "
    "0, beside -1/2, which the fluctuation of K_0 predicts. Three points on the circle, in this suite's set-up, "
    "trained by the gradient flow until no output moves; a finite width confirms no limit.",
    hypotheses=(DEFINITE,),
    uses=("lazy:solution-soft",),
    inconclusive=1,
)
SPLITS = Statement(
    id="equivalence:splits",
    title="Standardisation is fitted on the training part alone",
    source=EQUIVALENCE,
    number="EQ-2 and EQ-3, the data",
    formula=r"\tilde x = (x - \mathrm{mean}(X_{\mathrm{train}})) / \mathrm{sd}(X_{\mathrm{train}})",
    qualification="On the three tables used: the training part has mean 0 and deviation 1, and does not change with "
    "the rows tested on.",
)


def claimed_of(name: str, fit: str) -> Statement:
    """EQ-3 on one table with one fit."""
    finding = Finding(Severity.MISSING_HYPOTHESIS, NOT_CLOSE) if (name, fit) in REFUTED_FOR else None
    return Statement(
        id=f"equivalence:nngp-{'ridge' if fit == RIDGE else 'interpolation'}-{name}",
        title=f"{name}, {fit}: the NNGP kernel's test error is very close to the NTK's",
        source=EQUIVALENCE,
        number="EQ-3",
        formula=r"|\mathrm{error}_{NNGP} / \mathrm{error}_{NTK} - 1| \le 0.1",
        qualification="This setting only: FCN kernels of depth 1, 200 rows to train on, 100 to test on, 12 splits "
        "fixed by seed. Close means within 10%, by the 99% interval over splits, which overlap.",
        finding=finding,
    )


NOT_CLOSE = "where both interpolate noisy targets, the errors differ by more than a tenth"
REFUTED_FOR = {(name, INTERPOLATION) for name in TABLES}
SPLITS_TRAINED = 3
NNGP = {(name, fit): claimed_of(name, fit) for name in TABLES for fit in FITS}
DEPTH = {
    name: Statement(
        id=f"equivalence:depth-{name}",
        title=f"{name}: adding a layer changes the errors of single networks and of the kernel predictor differently",
        source=EQUIVALENCE,
        number="EQ-2",
        formula=r"\mathrm{rms}(\Delta\,\mathrm{error}_{network} - \Delta\,\mathrm{error}_{NTK}) > 0.1",
        qualification="This setting only: 10 rows to train on (capped: the flow is stiff), width 64, depth 1 to 2, "
        "gradient descent to a residual of 0.03. Against kernel regression from outputs zero; VACUOUS where the "
        "changes match those of kernel regression from the network's own random f_0. Means over networks were not "
        "found to differ.",
        revision=2,
    )
    for name in TABLES
}


@check(PREDICTOR, **PREDICTOR_CLAIMS)
def test_wide_networks_trained_with_squared_loss_are_near_kernel_regression(claim, first_seed):
    record(closeness(SQUARED, claim, first_seed))


@check(PREDICTOR, SHRINKS, mutants=WRONG_RATES)
def test_networks_trained_with_squared_loss_approach_it_as_the_width_grows(claim, first_seed):
    record(rate_evidence(SQUARED, TO_LIMIT, claim, first_seed))


# EQ-2 and EQ-3: errors on tables.


def leaking(table: Table, number: int) -> np.ndarray:
    """What the training inputs would be, were the standardisation fitted on all rows."""
    part = split(table, 20, 100, number)
    rows = np.concatenate([part.inputs, part.test_inputs])
    return (part.inputs - rows.mean(axis=0)) / rows.std(axis=0) / np.sqrt(rows.shape[1])


def fitted_on_training(table: Table, number: int) -> np.ndarray:
    return split(table, 20, 100, number).inputs


@check(SPLITS, fitted_on_training, mutants={"test rows leak into the standardisation": leaking})
@pytest.mark.parametrize("name", TABLES)
def test_the_training_part_is_standardised_by_itself(claim, name):
    table = TABLES[name]()
    inputs = claim(table, 0) * np.sqrt(table.features.shape[1])
    varying = inputs.std(axis=0) > 0
    off = max(float(np.abs(inputs.mean(axis=0)).max()), float(np.abs(inputs.std(axis=0)[varying] - 1).max()))
    record(numerical(off < 1e-9, f"{name}: mean and deviation off by {off:.2g}", margin=1e-9 - off))


Claim = Callable[[Interval], Interval]


def as_found(found: Interval) -> Interval:
    return found


def a_third_larger(found: Interval) -> Interval:
    """As if the NNGP kernel's errors were a third larger than they are."""
    return Interval(*(value * 4 / 3 for value in (found.mean, found.low, found.high)))


def make_nngp_check(name: str, fit: str) -> Callable[..., None]:
    """The check of EQ-3 on a table with a fit."""
    statement = NNGP[name, fit]

    @check(statement, as_found, mutants={"the errors a third larger": a_third_larger})
    def test(claim: Claim) -> None:
        ntk_error, nngp_error, found = ratio(name, 200, 1, 12, fit)
        judged = very_close(claim(found))
        detail = f"{name}, {fit}: {ntk_error:.3f} with the NTK, {nngp_error:.3f} with the NNGP kernel, ratio in "
        record(numerical({HELD: True, FAILED: False}.get(judged), f"{detail}[{found.low:.3f}, {found.high:.3f}]"))

    return test


test_nngp_on_the_sphere_by_interpolation = make_nngp_check("sphere", INTERPOLATION)
test_nngp_on_the_sphere_by_ridge = make_nngp_check("sphere", RIDGE)
test_nngp_on_diabetes_by_interpolation = make_nngp_check("diabetes", INTERPOLATION)
test_nngp_on_diabetes_by_ridge = make_nngp_check("diabetes", RIDGE)
test_nngp_on_auto_mpg_by_interpolation = make_nngp_check("auto-mpg", INTERPOLATION)
test_nngp_on_auto_mpg_by_ridge = make_nngp_check("auto-mpg", RIDGE)


def make_depth_check(name: str) -> Callable[..., None]:
    """The check of EQ-2 on a table."""

    @check(DEPTH[name], 1.0, mutants={"networks held against themselves": 0.0})
    def test(claim: float) -> None:
        apart = claim * mismatches(name, 10, 64, SPLITS_TRAINED, 0.03)
        from_zero, from_start = np.sqrt(np.mean(apart**2, axis=0))
        detail = f"{name}: changes {from_zero:.3f} apart, {from_start:.3f} from those of kernel regression from f_0"
        detail += f", root mean squares of {len(apart)} splits"
        if from_zero > MATCHING >= from_start:
            record(vacuous(Kind.NUMERICAL, f"{detail}: they differ as f_0 is random, and training adds nothing"))
        else:
            record(numerical(bool(from_zero > MATCHING), detail))

    return test


test_depth_on_the_sphere = make_depth_check("sphere")
test_depth_on_diabetes = make_depth_check("diabetes")
test_depth_on_auto_mpg = make_depth_check("auto-mpg")
