"""The statistical tests against the textbook's formulas: shares of Bonferroni, power, skewness, degrees of freedom."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.stats

from checks.companion.known import known_answers, record_number
from ntk_companion import check, judge_case, random_seed
from numerics.regression.ensembles import width_exponent
from numerics.statistics import (
    Estimate,
    FalseAlarmBudget,
    Interval,
    TestResult,
    added,
    clopper_pearson,
    entry_scale,
    equivalence_test,
    estimate,
    fit_exponent,
    mean_below,
    quantile,
    regression,
    remove_bias,
    split_interval,
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


Regression = Callable[[np.ndarray, np.ndarray], Estimate]


def regression_is_least_squares(claim: Regression, seed: int) -> None:
    """Are coefficients, errors and degrees of freedom those of the normal equations?"""
    generator = np.random.default_rng(seed)
    inputs = generator.standard_normal((9, 3))
    outputs = inputs @ generator.standard_normal((3, 2)) + generator.standard_normal((9, 2))
    fitted = np.linalg.lstsq(inputs, outputs, rcond=None)[0]
    noise = ((outputs - inputs @ fitted) ** 2).sum(axis=0) / 6
    errors = np.sqrt(np.outer(np.diagonal(np.linalg.inv(inputs.T @ inputs)), noise))
    found = claim(outputs, inputs)
    right = np.allclose(found.mean, fitted) and np.allclose(found.standard_error, errors) and found.draws - 1 == 6
    record_number(right, f"9 draws, 3 inputs: errors {found.standard_error.ravel()[:2]}, exactly {errors.ravel()[:2]}")


def _with_errors(share: float) -> Regression:
    def wrong(outputs: np.ndarray, inputs: np.ndarray) -> Estimate:
        found = regression(outputs, inputs)
        return Estimate(found.mean, share * found.standard_error, found.skewness, found.draws)

    return wrong


@check(TESTS, regression, mutants={"divisor R": _with_errors(math.sqrt(6 / 9)), "2% more": _with_errors(1.02)})
def test_a_regression_is_that_of_least_squares(claim):
    judge_case(regression_is_least_squares, claim, random_seed() % 2**32)


Rate = Callable[[np.ndarray, np.ndarray], tuple[float, float, float]]


def the_rate(widths: np.ndarray, values: np.ndarray) -> tuple[float, float, float]:
    """Slope, half-width at 99% and misfit of single runs."""
    found = width_exponent(widths, values)
    return found.slope, (found.high - found.low) / 2, found.misfit


def rate_is_least_squares(claim: Rate, seed: int) -> None:
    """Are slope, Student's interval and the F test those of the line and of a mean at each width?"""
    widths = np.repeat([64.0, 128.0, 256.0, 512.0], 3)
    noise = 0.1 * np.random.default_rng(seed).standard_normal(12)
    design, target = np.stack([np.ones(12), np.log(widths)], axis=1), noise - 0.5 * np.log(widths)
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    squares = ((target - design @ solution) ** 2).sum()
    half = scipy.stats.t(10).isf(0.005) * math.sqrt(squares / 10 * np.linalg.inv(design.T @ design)[1, 1])
    within = sum(((target[widths == width] - target[widths == width].mean()) ** 2).sum() for width in set(widths))
    misfit = scipy.stats.f(2, 8).sf((squares - within) / 2 / (within / 8))
    found = claim(widths, np.exp(target))
    record_number(np.allclose(found, (solution[1], half, misfit)), f"{found}, exactly {solution[1], half, misfit}")


@check(
    TESTS,
    the_rate,
    mutants={
        "a degree of freedom": lambda widths, values: tuple(np.array(the_rate(widths, values)) * [1, 0.98, 1]),
        "another interval": lambda widths, values: tuple(np.array(the_rate(widths, values)) * [1, 1.02, 1]),
        "another slope": lambda widths, values: tuple(np.array(the_rate(widths, values)) * [1.02, 1, 1]),
        "another misfit": lambda widths, values: tuple(np.array(the_rate(widths, values)) * [1, 1, 0.98]),
    },
)
def test_a_rate_from_single_runs_is_that_of_least_squares(claim):
    judge_case(rate_is_least_squares, claim, random_seed() % 2**32)


Limits = Callable[[int, int, float], tuple[float, float]]


def limits_solve_their_equations(claim: Limits, counted: tuple[int, int]) -> None:
    """Is each limit the probability at which so many successes, or more extreme ones, have the error's probability?"""
    successes, draws = counted
    low, high = claim(successes, draws, 1e-3)
    least = scipy.stats.binom(draws, low).sf(successes - 1) if successes else 1e-3
    most = scipy.stats.binom(draws, high).cdf(successes) if successes < draws else 1e-3
    ends = (successes > 0 or low == 0) and (successes < draws or high == 1)
    record_number(ends and np.allclose([least, most], 1e-3), f"{successes} of {draws}: {low:.4f} to {high:.4f}")


@check(
    TESTS,
    clopper_pearson,
    mutants={
        "one success too few": lambda successes, draws, error: clopper_pearson(max(successes - 1, 0), draws, error),
        "both errors in one": lambda successes, draws, error: clopper_pearson(successes, draws, error / 2),
        "the upper limit of one success less": lambda successes, draws, error: (
            clopper_pearson(successes, draws, error)[0], clopper_pearson(max(successes - 1, 0), draws, error)[1]
        ),
    },
)  # fmt: skip
def test_limits_of_a_probability_solve_their_equations(claim):
    for counted in ((0, 12), (5, 12), (12, 12), (40, 200)):
        judge_case(limits_solve_their_equations, claim, counted)


Below = Callable[[np.ndarray, float], str]


def verdicts_on_a_mean_are_known(claim: Below, draws: np.ndarray) -> None:
    """Do the verdicts change where the bound is a half-width above, or below, the mean?"""
    error = scipy.stats.sem(draws)
    far, near = (scipy.stats.t(len(draws) - 1).isf(level) * error for level in (1e-7, 1e-6))
    bounds = [draws.mean() + shift for shift in (-1.01 * far, -0.99 * far, 0.99 * near, 1.01 * near)]
    verdicts = [claim(draws, bound) for bound in bounds]
    record_number(verdicts == ["differs", "undecided", "undecided", "agrees"], f"verdicts {verdicts}")


@check(
    TESTS,
    lambda draws, bound: mean_below(draws, bound, 1e-7),
    mutants={
        "the wrong side": lambda draws, bound: mean_below(-draws, -bound, 1e-7),
        "alpha doubled": lambda draws, bound: mean_below(draws, bound, 2e-7),
        "two branches": lambda draws, bound: "agrees" if draws.mean() < bound else "differs",
    },
)
def test_verdicts_on_the_mean_of_draws(claim):
    judge_case(verdicts_on_a_mean_are_known, claim, symmetric_sample(random_seed() % 2**32).draws[:, 0])


Splits = Callable[[np.ndarray, float, float], Interval]


def limits_over_splits_are_the_textbooks(claim: Splits, ratio: float) -> None:
    """Are mean and limits those of Student's t, two-sided, with the variance of Nadeau and Bengio?"""
    values = np.random.default_rng(random_seed(str(ratio)) % 2**32).standard_normal(8)
    half = scipy.stats.t(7).isf(0.005) * values.std(ddof=1) * math.sqrt(1 / 8 + ratio)
    found = claim(values, ratio, 0.99)
    exact = (values.mean(), values.mean() - half, values.mean() + half)
    record_number(np.allclose((found.mean, found.low, found.high), exact), f"ratio {ratio}: {found}, exactly {exact}")


@check(
    TESTS,
    split_interval,
    mutants={
        "one-sided": lambda values, ratio, confidence: split_interval(values, ratio, 2 * confidence - 1),
        "as if splits shared no rows": lambda values, ratio, confidence: split_interval(values, 0.0, confidence),
        "2% of the ratio": lambda values, ratio, confidence: split_interval(values, 1.02 * ratio, confidence),
    },
)
def test_limits_over_splits_are_the_textbooks(claim):
    for ratio in (0.0, 0.25, 5.0):
        judge_case(limits_over_splits_are_the_textbooks, claim, ratio)


Sum = Callable[[Estimate, Estimate], Estimate]


def cumulants_add(claim: Sum, draws: np.ndarray) -> None:
    """Are mean, error and skewness of the sum of two independent means those whose cumulants add up?"""
    one, other = estimate(draws), estimate(3 * draws)
    found = claim(one, other)
    deviation, third = draws.std(axis=0, ddof=1), ((draws - draws.mean(axis=0)) ** 3).mean(axis=0)
    skewness = (1 + 27) * np.abs(third) / (math.sqrt(1 + 9) * deviation) ** 3
    error = math.sqrt(1 + 9) * deviation / math.sqrt(len(draws))
    exact = (4 * draws.mean(axis=0), error, skewness)
    right = all(
        np.allclose(*pair) for pair in zip((found.mean, found.standard_error, found.skewness), exact, strict=True)
    )
    record_number(right and found.draws == len(draws), f"skewness {found.skewness[0]:.3g}, exactly {skewness[0]:.3g}")


def _changed_sum(error: float, skewness: float) -> Sum:
    def wrong(one: Estimate, other: Estimate) -> Estimate:
        found = added(one, other)
        return Estimate(found.mean, error * found.standard_error, skewness * found.skewness, found.draws)

    return wrong


@check(TESTS, added, mutants={"2% of the error": _changed_sum(0.98, 1), "2% of the skewness": _changed_sum(1, 0.98)})
def test_the_cumulants_of_independent_means_add(claim):
    judge_case(cumulants_add, claim, np.random.default_rng(random_seed() % 2**32).gamma(2.0, size=(50, 3)))
