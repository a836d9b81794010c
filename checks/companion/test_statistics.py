"""The statistical tests against the textbook's formulas: shares of Bonferroni, power, skewness, degrees of freedom."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.stats

from checks.companion.known import known_answers, record_number
from ntk_companion.judging import check, judge_case, random_seed
from numerics.statistics import (
    FalseAlarmBudget,
    TestResult,
    entry_scale,
    equivalence_test,
    estimate,
    fit_exponent,
    quantile,
    remove_bias,
)

TESTS = known_answers(
    "statistics",
    "Half-widths, detectable discrepancies, quantiles and misfits are those of the textbook",
    r"h = t_{R-1}\bigl(1 - \tfrac{\alpha}{2N}\bigr) s / \sqrt R, \quad d = h + t_{R-1}(1 - \beta) s / \sqrt R",
    "draws without skewness, and the defining equation of the skewed quantile",
)


class Sample(NamedTuple):
    """Draws without skewness: every value and its opposite about a mean."""

    draws: np.ndarray
    alpha: float
    miss: float


def symmetric_sample(seed: int) -> Sample:
    """40 draws of 3 entries."""
    half = np.random.default_rng(seed).standard_normal((20, 3))
    return Sample(np.concatenate([half, -half]) + np.array([1.0, 2.0, 3.0]), 1e-7, 1e-6)


Test = Callable[[np.ndarray, np.ndarray, float, float, float], TestResult]


def the_test(draws: np.ndarray, expected: np.ndarray, tolerance: float, alpha: float, miss: float) -> TestResult:
    """The test of the suite: draws R x q, expected values of shape (q,)."""
    return equivalence_test(draws, expected, tolerance, alpha, miss=miss)


def widths_are_known(claim: Test, case: Sample) -> None:
    """Are half-widths and detectable discrepancies those of Student's t, and the verdicts what follows from them?"""
    draws, size = case.draws, case.draws.shape[1]
    error = scipy.stats.sem(draws, axis=0)
    half = scipy.stats.t(len(draws) - 1).isf(case.alpha / (2 * size)) * error
    detectable = half + scipy.stats.t(len(draws) - 1).isf(case.miss) * error
    mean = draws.mean(axis=0)
    found = claim(draws, mean, 100.0, case.alpha, case.miss)
    record_number(np.allclose(found.half_width, half, rtol=1e-6), "the half-widths, each entry its share of alpha")
    record_number(
        np.allclose(found.detectable, detectable, rtol=1e-6), "the detectable discrepancies, with their power"
    )
    verdicts = [
        claim(draws, mean + offset, tolerance, case.alpha, case.miss).verdict
        for offset, tolerance in ((0.0, 1.01 * detectable.max()), (0.0, 0.99 * detectable.max()), (1.01 * half, 100.0))
    ]
    record_number(verdicts == ["agrees", "undecided", "differs"], f"verdicts {verdicts}")


def _with(**changes: Any) -> Test:
    def wrong(draws: np.ndarray, expected: np.ndarray, tolerance: float, alpha: float, miss: float) -> TestResult:
        share = alpha * changes.get("alpha", 1)
        return equivalence_test(draws, expected, tolerance, share, miss=changes.get("miss", miss))

    return wrong


@check(
    TESTS,
    the_test,
    mutants={
        "no share of Bonferroni": _with(alpha=3),
        "one-sided": _with(alpha=2),
        "no power": _with(miss=0.49),
        "power of 1 - 1e-5": _with(miss=1e-5),
    },
)
def test_widths_and_powers_are_the_textbooks(claim):
    judge_case(widths_are_known, claim, symmetric_sample(random_seed() % 2**32))


def quantile_solves_its_equation(claim: Callable[[float, int, float], Any], skewness: float) -> None:
    """Does P(T > t) exp(|skewness| u^3 / (3 sqrt R)) equal the error?"""
    for error, draws in ((1e-6, 100), (1e-8, 1000)):
        t = float(claim(error, draws, skewness))
        u = t * math.sqrt(draws / (draws - 1 + t * t))
        found = scipy.stats.t(draws - 1).sf(t) * math.exp(abs(skewness) * u**3 / (3 * math.sqrt(draws)))
        record_number(abs(found / error - 1) < 0.01, f"skewness {skewness}, {draws} draws: {found:.3g}, not {error:g}")


@check(
    TESTS,
    quantile,
    mutants={
        "no correction for skewness": lambda error, draws, skewness: quantile(error, draws),
        "half of the skewness": lambda error, draws, skewness: quantile(error, draws, skewness / 2),
        "normal, not Student": lambda error, draws, skewness: scipy.stats.norm.isf(error),
    },
)
def test_the_quantile_solves_its_equation(claim):
    for skewness in (0.0, 0.3, -0.3):
        judge_case(quantile_solves_its_equation, claim, skewness)


Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, float, float]]


def the_fit(widths: np.ndarray, values: np.ndarray, errors: np.ndarray) -> tuple[float, float, float]:
    """Slope, half-width at 99%, and misfit of a power law; three arrays of shape (N,)."""
    found = fit_exponent(widths, values, errors)
    return found.slope, (found.high - found.low) / 2, found.misfit


def fit_is_least_squares(claim: Fit, slope: float) -> None:
    """Are slope, interval and misfit those of weighted least squares by its normal equations?"""
    widths = np.array([64.0, 128.0, 256.0, 512.0])
    values = 3 * widths**slope * np.exp(np.array([0.02, -0.03, 0.01, 0.02]))
    errors = values * np.array([0.02, 0.01, 0.03, 0.02])
    design = np.stack([np.ones(4), np.log(widths)], axis=1) * (values / errors)[:, None]
    target = np.log(values) * values / errors
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    half = scipy.stats.norm.isf(0.005) * math.sqrt(np.linalg.inv(design.T @ design)[1, 1])
    misfit = scipy.stats.chi2.sf(((target - design @ solution) ** 2).sum(), 2)
    found = claim(widths, values, errors)
    record_number(
        np.allclose(found, (solution[1], half, misfit), rtol=1e-8), f"{found}, exactly {solution[1], half, misfit}"
    )


def wrong_freedom(widths: np.ndarray, values: np.ndarray, errors: np.ndarray) -> tuple[float, float, float]:
    """Wrong: one degree of freedom too many; shapes as `the_fit`."""
    slope, half, misfit = the_fit(widths, values, errors)
    return slope, half, float(scipy.stats.chi2.sf(scipy.stats.chi2.isf(misfit, 2), 3))


def unweighted(widths: np.ndarray, values: np.ndarray, errors: np.ndarray) -> tuple[float, float, float]:
    """Wrong: all weights equal; shapes as `the_fit`."""
    return the_fit(widths, values, values * 0.02)


@check(TESTS, the_fit, mutants={"degrees of freedom": wrong_freedom, "unweighted": unweighted})
def test_a_fitted_exponent_is_that_of_least_squares(claim):
    judge_case(fit_is_least_squares, claim, -0.5)


Estimators = dict[str, Callable[..., Any]]
OURS: Estimators = {
    "error": lambda draws: estimate(draws).standard_error,
    "bias": remove_bias,
    "scale": entry_scale,
    "budget": lambda shares: FalseAlarmBudget(shares, total=1e-6).alpha("a", 2),
}


def estimators_are_known(claim: Estimators, draws: np.ndarray) -> None:
    """Standard error, removal of bias, scale of entries and the shares of a budget; draws: shape (R, q)."""
    record_number(np.allclose(claim["error"](draws), scipy.stats.sem(draws, axis=0)), "the standard error")
    record_number(np.allclose(claim["bias"](1 + 1 / 8 + 0 * draws, 1 + 1 / 16 + 0 * draws), 1), "the bias in 1/m")
    record_number(np.allclose(claim["scale"](np.diag([4.0, 9.0])), [[4, 6], [6, 9]]), "sqrt(K_ii K_jj)")
    record_number(claim["budget"]({"a": 4e-7, "b": 6e-7}) == 2e-7, "half of a share")
    try:
        claim["budget"]({"a": 4e-7, "b": 7e-7})
    except ValueError:
        record_number(True, "a budget that is overspent is refused")
    else:
        record_number(False, "a budget that is overspent is not refused")


@check(
    TESTS,
    OURS,
    mutants={
        "divisor R": OURS | {"error": lambda draws: draws.std(axis=0) / math.sqrt(len(draws))},
        "divided by R, not its root": OURS | {"error": lambda draws: draws.std(axis=0, ddof=1) / len(draws)},
        "the bias added": OURS | {"bias": lambda narrow, wide: 2 * narrow - wide},
        "K_ii for its root": OURS | {"scale": lambda gram: np.outer(np.diagonal(gram), np.diagonal(gram))},
        "no budget": OURS | {"budget": lambda shares: shares["a"] / 2},
    },
)
def test_estimates_are_the_textbooks(claim):
    judge_case(estimators_are_known, claim, symmetric_sample(random_seed() % 2**32).draws)
