"""Monte Carlo estimates with stated error rates.

All tests here are about means of independent, identically distributed draws, entry by entry, whatever the array's
shape. They use Student's t, which is exact for normal draws, corrected for skewness to first order: the self-normalised
sum of R draws, a monotone function of t, exceeds u with the probability it has for normal draws times
exp(-skewness u^3 / (3 sqrt(R))) (Jing, Shao and Wang 2003, the self-normalised Cramer theorem). The absolute value of
the sample skewness is put in, in both directions. What is neglected is relatively of the order of u / sqrt(R).
Entries of the empirical NTK have a skewness of the order of 1/sqrt(width). Entries are combined by Bonferroni's
inequality, so that dependence between them does not matter.

The design follows TensorFlow Probability's `statistical_testing`: a test names its false-alarm rate and the
discrepancy that it detects with a stated power.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betainccinv, betaincinv, chdtrc, chdtri, ndtri, stdtrit

from numerics import RUN_FALSE_ALARM

Array = np.ndarray
Verdict = Literal["agrees", "differs", "undecided"]

MISS = 1e-6
"""The probability of missing a discrepancy of the stated size, unless told otherwise."""


@dataclass(frozen=True)
class Estimate:
    """Entrywise mean and standard error of the mean of `draws` draws; `skewness` is that of one draw.

    All three arrays have one shape, that of a draw (of the matrix B for `regression`).
    """

    mean: Array
    standard_error: Array
    skewness: Array
    draws: int

    def half_width(self, error: float) -> Array:
        """h, in shape as `mean`: mean - truth exceeds h with probability `error`, and falls below -h likewise."""
        return quantile(error, self.draws, self.skewness) * self.standard_error


def estimate(draws: Array) -> Estimate:
    """The entrywise mean of draws of shape (R, ...), with its standard error (divisor R - 1), of one draw's shape.

    Raises ValueError if R < 2: one draw says nothing on its own error.
    """
    draws = np.asarray(draws, dtype=float)
    if draws.ndim == 0 or len(draws) < 2:
        raise ValueError("a standard error needs at least two draws")
    mean = draws.mean(axis=0)
    deviations = draws - mean
    variance = (deviations**2).sum(axis=0) / (len(draws) - 1)
    cubed = variance**1.5
    skewness = np.divide((deviations**3).mean(axis=0), cubed, out=np.zeros_like(cubed), where=cubed > 0)
    return Estimate(mean, np.sqrt(variance / len(draws)), skewness, len(draws))


def added(one: Estimate, other: Estimate) -> Estimate:
    """The sum of two independent means, as a mean of the smaller number of draws: squares of errors add, and cumulants.

    `skewness` is that of the sum, in absolute value, times the root of that number, as `quantile` takes it.
    """
    draws = min(one.draws, other.draws)
    error = np.hypot(one.standard_error, other.standard_error)
    cubes = sum(np.abs(each.skewness) * each.standard_error**3 / math.sqrt(each.draws) for each in (one, other))
    skewness = np.divide(math.sqrt(draws) * cubes, error**3, out=np.zeros_like(error), where=error > 0)
    return Estimate(one.mean + other.mean, error, skewness, draws)


def regression(outputs: Array, inputs: Array) -> Estimate:
    """The matrix B of the least-squares fit outputs = inputs B, R x q from R x p, as an estimate of shape (p, q).

    Standard errors are the textbook's, for noise of one deviation in each output; `draws` is R - p + 1, so that
    Student's quantiles have R - p degrees of freedom. Raises ValueError unless R > p + 1.
    """
    draws, columns = inputs.shape
    if draws < columns + 2:
        raise ValueError(f"a fit of {columns} coefficients needs at least {columns + 2} draws, not {draws}")
    inverse = np.linalg.inv(inputs.T @ inputs)
    fitted = inverse @ inputs.T @ outputs
    variance = ((outputs - inputs @ fitted) ** 2).sum(axis=0) / (draws - columns)
    errors = np.sqrt(np.outer(np.diagonal(inverse), variance))
    return Estimate(fitted, errors, np.zeros_like(fitted), draws - columns + 1)


def quantile(error: float, draws: int, skewness: Array | float = 0.0) -> Array:
    """The t that the t statistic of so many draws exceeds with probability `error`, for |skewness| of either sign.

    Of any shape, that of `skewness`. Solves P(T > t) exp(|skewness| u^3 / (3 sqrt(R))) = error, T Student with R - 1
    degrees of freedom and u = t sqrt(R / (R - 1 + t^2)) the self-normalised sum (Jing, Shao and Wang 2003). Infinite if
    the iteration does not settle.
    """
    growth = np.abs(np.asarray(skewness, dtype=float)) / (3 * math.sqrt(draws))
    freedom = draws - 1
    result = np.full(growth.shape, -stdtrit(freedom, error))
    moving = np.full(growth.shape, True)
    for _ in range(200):
        before = result[moving]
        normalised = before * np.sqrt(draws / (freedom + before**2))
        following = -stdtrit(freedom, error * np.exp(-growth[moving] * normalised**3))
        result[moving] = following
        moving[moving] = ~(np.abs(following - before) <= 1e-4 * before)
        if not moving.any():
            break
    return np.where(moving, np.inf, result)


def remove_bias(narrow: Array, wide: Array) -> Array:
    """Draws of 2 T_2m - T_m from R draws at width m and R independent draws at width 2m, all of shape (R, ...).

    If the mean at width m is the limit plus c / m + O(1 / m^2), that of the result is the limit plus O(1 / m^2). Raises
    ValueError if the shapes differ.
    """
    if np.shape(narrow) != np.shape(wide):
        raise ValueError(f"both widths need draws of one shape, not {np.shape(narrow)} and {np.shape(wide)}")
    return 2 * np.asarray(wide) - np.asarray(narrow)


def entry_scale(gram: Array) -> Array:
    """sqrt(K_ii K_jj), n x n: what the entries of a positive semidefinite n x n matrix are compared with."""
    roots = np.sqrt(np.diagonal(gram))
    return np.outer(roots, roots)


@dataclass(frozen=True)
class TestResult:
    """The outcome of `equivalence_test`; arrays have the shape of one draw.

    `half_width`: of the simultaneous confidence intervals mean +- half_width, all right with probability 1 - alpha.
    `detectable`: any true discrepancy of at least this size makes the verdict "differs" with probability 1 - miss.
    """

    __test__ = False

    verdict: Verdict
    mean: Array
    standard_error: Array
    discrepancy: Array
    half_width: Array
    detectable: Array
    tolerance: Array
    draws: int
    alpha: float
    miss: float

    @property
    def worst(self) -> tuple[int, ...]:
        """The index of the entry whose discrepancy is largest in units of its half-width."""
        ratio = np.abs(self.discrepancy) / np.where(self.half_width > 0, self.half_width, np.finfo(float).tiny)
        return tuple(int(index) for index in np.unravel_index(np.argmax(ratio), ratio.shape))


def equivalence_test(
    draws: Array,
    expected: Array,
    tolerance: Array | float,
    alpha: float,
    allowance: Array | float = 0.0,
    miss: float = MISS,
) -> TestResult:
    """Does `expected` lie within `tolerance` of the mean of the law that `draws`, of shape (R, ...), come from?

    - "differs": some entry's discrepancy exceeds `allowance` by more than its half-width. If every true discrepancy
      is at most `allowance` (a known bias; zero by default) this happens with probability at most `alpha`.
    - "agrees": not so, and the draws suffice to detect `tolerance`. If a true discrepancy is `tolerance` or more this
      happens with probability at most `miss`.
    - "undecided": too few draws for that; `required_draws` tells how many are needed.

    `tolerance` and `allowance` are absolute and broadcast to one draw's shape. Raises ValueError on fewer than two
    draws, on an expected value of another shape, and unless 0 <= allowance < tolerance.
    """
    return equivalence(estimate(draws), expected, tolerance, alpha, allowance, miss)


def equivalence(
    found: Estimate,
    expected: Array,
    tolerance: Array | float,
    alpha: float,
    allowance: Array | float = 0.0,
    miss: float = MISS,
) -> TestResult:
    """`equivalence_test` of an estimate that is there already: `expected` has the shape of one draw, as there.

    Raises ValueError as `equivalence_test` does.
    """
    expected = np.asarray(expected, dtype=float)
    if expected.shape != found.mean.shape:
        raise ValueError(f"the expected value has shape {expected.shape}, a draw has {found.mean.shape}")
    tolerance, allowance = np.broadcast_to(tolerance, expected.shape), np.broadcast_to(allowance, expected.shape)
    if not ((allowance >= 0) & (allowance < tolerance)).all():
        raise ValueError("every tolerance must be positive and larger than its allowance")
    rounding = 256 * np.finfo(float).eps * np.maximum(np.abs(expected), np.abs(found.mean))
    discrepancy = found.mean - expected
    half_width = found.half_width(alpha / (2 * expected.size)) + rounding
    detectable = allowance + half_width + found.half_width(miss)
    verdict: Verdict = "agrees" if (detectable <= tolerance).all() else "undecided"
    if (np.abs(discrepancy) > allowance + half_width).any():
        verdict = "differs"
    return TestResult(
        verdict,
        found.mean,
        found.standard_error,
        discrepancy,
        half_width,
        detectable,
        tolerance,
        found.draws,
        alpha,
        miss,
    )


def required_draws(
    deviation: float,
    tolerance: float,
    alpha: float,
    *,
    entries: int = 1,
    allowance: float = 0.0,
    miss: float = MISS,
    skewness: float = 0.0,
    most: int = 10**12,
) -> int:
    """The least number of draws, up to a percent, for which `equivalence_test` is not "undecided".

    `deviation` and `skewness` are those of one draw, in the unit of `tolerance`; `entries` as many as a draw has. The
    sample deviation exceeds what is planned for with probability at most `miss`, if draws are normal. Raises
    ValueError unless 0 <= allowance < tolerance, or if more than `most` draws are needed.
    """
    if not 0 <= allowance < tolerance:
        raise ValueError("the tolerance must be positive and larger than the allowance")

    def suffices(draws: int) -> bool:
        freedom = draws - 1
        largest = deviation * math.sqrt(chdtri(freedom, miss) / freedom / draws)
        both = quantile(alpha / (2 * entries), draws, skewness) + quantile(miss, draws, skewness)
        return bool(allowance + both * largest <= tolerance)

    low, high = 1, 2
    while not suffices(high):
        low, high = high, 2 * high
        if low > most:
            raise ValueError(f"more than {most} draws are needed; raise the tolerance or the width")
    while high - low > 1 and high > 1.01 * low:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def clopper_pearson(successes: int, draws: int, error: float) -> tuple[float, float]:
    """Limits of a probability from independent trials, each on the wrong side with probability at most `error`.

    Clopper and Pearson (1934): exact for every number of draws. Raises ValueError unless 0 <= successes <= draws and
    draws >= 1.
    """
    if not 0 <= successes <= draws or draws < 1:
        raise ValueError(f"{successes} of {draws} is no number of successes: count at least one trial")
    low = betaincinv(successes, draws - successes + 1, error) if successes else 0.0
    high = betainccinv(successes + 1, draws - successes, error) if successes < draws else 1.0
    return float(low), float(high)


def probability_exceeds(successes: int, draws: int, level: float, alpha: float, miss: float = MISS) -> Verdict:
    """Is the probability of success above `level`?

    - "differs": the upper limit at `alpha` is below `level`: happens with probability at most `alpha` if it is above;
    - "agrees": the lower limit at `miss` is above `level`: happens with probability at most `miss` if it is not;
    - "undecided" otherwise. Raises ValueError as `clopper_pearson` does.
    """
    if clopper_pearson(successes, draws, alpha)[1] < level:
        return "differs"
    return "agrees" if clopper_pearson(successes, draws, miss)[0] > level else "undecided"


def mean_below(draws: Array, bound: float, alpha: float, miss: float = MISS) -> Verdict:
    """Is the mean of the law that `draws`, of shape (R,), come from below `bound`?

    One-sided, with Student's t corrected for skewness: "differs" if all means that the draws allow with error `alpha`
    are above, "agrees" if all they allow with error `miss` are below. Raises ValueError on fewer than two draws.
    """
    found = estimate(draws)
    if float(found.mean - found.half_width(alpha)) > bound:
        return "differs"
    return "agrees" if float(found.mean + found.half_width(miss)) < bound else "undecided"


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence limits."""

    mean: float
    low: float
    high: float


def split_interval(values: Array, test_ratio: float, confidence: float) -> Interval:
    """Student's limits for a mean over J random splits of one table into rows to train and rows to test on.

    `values` has the shape (J,), an entry a split; `test_ratio` is testing : training rows. The splits share rows, so
    that values are correlated: the variance of their mean is taken to be (1 / J + test_ratio) s^2, s^2 the sample
    variance (Nadeau and Bengio 2003, the corrected resampled t-test), an approximation that leans to the safe side. A
    ratio of 0 is for splits that share no row, where the limits are exact for normal values. Raises ValueError on fewer
    than two splits or a negative ratio.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        raise ValueError("an interval needs at least two splits")
    if test_ratio < 0:
        raise ValueError(f"the ratio of testing to training rows must not be negative, as {test_ratio} is")
    quantile_of_student = -stdtrit(len(values) - 1, (1 - confidence) / 2)
    half = float(quantile_of_student * values.std(ddof=1) * math.sqrt(1 / len(values) + test_ratio))
    mean = float(values.mean())
    return Interval(mean, mean - half, mean + half)


def decay_interval(first: Estimate, second: Estimate, factor: float, alpha: float, next_order: float = 0.0) -> Interval:
    """The exponents p with E second = factor^p E first, from the independent means of two numbers.

    Fieller's set: all p whose contrast, second - r first with r = factor^p, is within its half-width of zero. The
    contrast is linear in the means, so that its noise is symmetric, unlike that of a logarithm. It misses the true p
    with probability at most `alpha` in all, if the law holds up to a factor between 1 - next_order and 1 + next_order.
    An end that the draws do not bound is infinite. `mean` is the exponent of the means, NaN if they differ in sign.
    Raises ValueError unless factor > 1 and 0 <= next_order < 1.
    """
    if not factor > 1 or not 0 <= next_order < 1:
        raise ValueError("the factor must exceed 1, and the next order lie in [0, 1)")
    skewness = max(abs(float(first.skewness)), abs(float(second.skewness)))
    t = float(quantile(alpha / 2, min(first.draws, second.draws), skewness))
    one, two = float(first.mean), float(second.mean)
    spread_one, spread_two = t * float(first.standard_error), t * float(second.standard_error)
    ratio = two / one if one else math.nan
    middle = math.log(ratio) / math.log(factor) if ratio > 0 else math.nan
    lead = one**2 - spread_one**2
    if not (math.isfinite(t) and lead > 0):
        return Interval(middle, -math.inf, math.inf)
    root = math.sqrt((one * spread_two) ** 2 + (two * spread_one) ** 2 - (spread_one * spread_two) ** 2)
    low, high = ((one * two + sign * root) / lead for sign in (-1, 1))

    def exponent(value: float) -> float:
        return math.log(value) / math.log(factor) if value > 0 else -math.inf

    return Interval(middle, exponent(low / (1 + next_order)), exponent(high / (1 - next_order)))


@dataclass(frozen=True)
class Exponent:
    """The fit values = prefactor x width^slope: slope with confidence limits, and the p-value of the power law."""

    slope: float
    low: float
    high: float
    prefactor: float
    misfit: float


def fit_exponent(widths: Array, values: Array, errors: Array, confidence: float = 0.99) -> Exponent:
    """Fit a power law to positive values at three or more widths by weighted least squares in logarithms.

    All three arrays have the shape (N,). `errors` are the standard errors of `values`, independent, normal and small
    against them. `misfit` is the probability of a chi-squared as large as found if the power law holds. Raises
    ValueError on fewer than three widths, or values or errors that are not positive.
    """
    widths, values, errors = (np.asarray(column, dtype=float) for column in (widths, values, errors))
    if len(set(widths.tolist())) < 3:
        raise ValueError("an exponent needs at least three different widths")
    if not ((widths > 0).all() and (values > 0).all() and (errors > 0).all()):
        raise ValueError("an exponent needs positive widths, values and standard errors")
    weights = (values / errors) ** 2
    abscissae, ordinates = np.log(widths), np.log(values)
    centre, height = np.average(abscissae, weights=weights), np.average(ordinates, weights=weights)
    spread = (weights * (abscissae - centre) ** 2).sum()
    slope = float((weights * (abscissae - centre) * ordinates).sum() / spread)
    half_width = float(-ndtri((1 - confidence) / 2) / math.sqrt(spread))
    residuals = ordinates - height - slope * (abscissae - centre)
    misfit = float(chdtrc(len(widths) - 2, (weights * residuals**2).sum()))
    prefactor = math.exp(height - slope * centre)
    return Exponent(slope, slope - half_width, slope + half_width, prefactor, misfit)


@dataclass(frozen=True)
class FalseAlarmBudget:
    """Shares of a run's false-alarm probability by name. Raises ValueError if they add up to more than the total."""

    shares: Mapping[str, float]
    total: float = RUN_FALSE_ALARM

    def __post_init__(self) -> None:
        if min(self.shares.values(), default=1.0) <= 0:
            raise ValueError("every share of a false-alarm budget must be positive")
        # The sum of decimal shares may exceed a total that it equals by a rounding.
        if math.fsum(self.shares.values()) > self.total * (1 + 1e-12):
            raise ValueError(f"the shares add up to {math.fsum(self.shares.values()):g}, more than {self.total:g}")

    def alpha(self, name: str, tests: int = 1) -> float:
        """The false-alarm probability of each of the `tests` tests made under this name. Raises KeyError if unknown."""
        return self.shares[name] / tests
