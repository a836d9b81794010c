"""The companion's own statistics, held to known answers: what turns draws into verdicts must err as rarely as it says.

Error rates of one in a million are not seen in any simulation that ends: what is simulated is a rate of some per cent
or per mille, what is compared exactly is the formula.
"""

import math
from collections.abc import Callable

import numpy as np
import scipy.stats

from checks.setups.budget import BUDGET
from ntk_companion import Statement, check, numerical, random_seed, record, statistical
from numerics.regression.ensembles import width_exponent
from numerics.statistics import (
    Array,
    Estimate,
    clopper_pearson,
    decay_interval,
    equivalence_test,
    estimate,
    quantile,
    split_interval,
)

SUITE = "this suite"
FALSE_ALARMS = Statement(
    id="statistics:false-alarms",
    title="Intervals of means miss no more often than stated, for normal and for skewed draws, all entries together",
    source=SUITE,
    number="statistics",
    formula=r"\Pr(\exists i: |\bar T_i - \mathrm{E} T_i| > h_i) \le \alpha",
    qualification="Simulated at 4% for 5 normal draws and at 0.3% for 100 sums of two squares; that entries and sides "
    "share alpha, by formula. The rates that verdicts use are smaller and not simulated here.",
)
DETECTABLE = Statement(
    id="statistics:detectable",
    title="A discrepancy of the stated size is missed with the stated probability, and not with a larger one",
    source=SUITE,
    number="statistics",
    formula=r"\mathrm{detectable} = \mathrm{allowance} + h_\alpha + h_{\mathrm{miss}}",
    qualification="The formula to rounding, for random draws, with Student's quantiles from another library.",
)
LIMITS = Statement(
    id="statistics:limits",
    title="Limits of probabilities, exponents, decays and means over splits are those of their textbooks",
    source=SUITE,
    number="statistics",
    formula=r"\mathrm{limits} = \text{Clopper-Pearson, Student with } N - 2, \text{ Fieller, Nadeau-Bengio}",
    qualification="Clopper and Pearson's by the binomial sums they solve, the fitted exponent's by scipy's regression, "
    "Fieller's by the contrast at its ends, Nadeau and Bengio's by their formula; to rounding, on random data.",
)

TRIALS = 20_000
HalfWidth = Callable[[Estimate, float], Array]


def as_computed(found: Estimate, error: float) -> Array:
    """The half-width as computed, of one draw's shape."""
    return found.half_width(error)


def without_skewness(found: Estimate, error: float) -> Array:
    """Wrong: the skewness left out; of one draw's shape."""
    return quantile(error, found.draws) * found.standard_error


def of_normals(found: Estimate, error: float) -> Array:
    """As if the deviation were known: no degrees of freedom lost; of one draw's shape."""
    return float(scipy.stats.norm.isf(error)) * found.standard_error


def judge_misses(claim: HalfWidth, draws: Array, truth: float, error: float, what: str) -> None:
    """Record whether means of draws of shape (R, trials) miss the truth, on each side, as seldom as stated."""
    found, alpha = estimate(draws), BUDGET.alpha("statistics", tests=4)
    reach = claim(found, error)
    for side, off in (("above", found.mean - truth), ("below", truth - found.mean)):
        count = int((off > reach).sum())
        low, high = clopper_pearson(count, TRIALS, alpha)
        holds = False if low > error else (True if high < 2 * error else None)
        detail = f"{what}: {count} of {TRIALS} are {side}, a rate in [{low:.2g}, {high:.2g}], stated {error}"
        record(statistical(holds, detail, false_alarm=alpha))


@check(FALSE_ALARMS, as_computed, mutants={"normal quantiles": of_normals})
def test_intervals_of_normal_draws_miss_as_seldom_as_stated(claim):
    draws = np.random.default_rng(random_seed("normal")).standard_normal((5, TRIALS))
    # The sample's own skewness is allowed for, so that fewer miss than stated: 0.04 is not used up.
    judge_misses(claim, draws, 0.0, 0.04, "5 normal draws")


@check(FALSE_ALARMS, as_computed, mutants={"skewness neglected": without_skewness})
def test_intervals_of_skewed_draws_miss_as_seldom_as_stated(claim):
    draws = np.random.default_rng(random_seed("skewed")).chisquare(2, (100, TRIALS))
    judge_misses(claim, draws, 2.0, 3e-3, "sums of two squares, 100 draws")


@check(FALSE_ALARMS, 6, mutants={"Bonferroni's share lost": 1, "one side alone": 3})
def test_every_entry_and_side_has_its_share_of_the_false_alarm(claim):
    sample = np.random.default_rng(random_seed("entries")).standard_normal((50, 3))
    sample = np.concatenate([sample, -sample])
    found = equivalence_test(sample, np.zeros(3), 9.0, 1e-8)
    expected = scipy.stats.t.isf(1e-8 / claim, len(sample) - 1) * scipy.stats.sem(sample, axis=0)
    off = float(np.abs(found.half_width / expected - 1).max())
    record(numerical(off < 1e-6, f"3 entries, two sides: off by {off:.1g}", margin=1e-6 - off))


@check(DETECTABLE, 1.0, mutants={"without the share of power": 0.0, "half of it": 0.5})
def test_the_detectable_discrepancy_has_its_share_of_power(claim):
    generator = np.random.default_rng(random_seed())
    for draws in (6, 50, 4000):
        sample = generator.standard_normal((draws, 3))
        # Symmetric about its mean, so that nothing is corrected for skewness.
        sample = np.concatenate([sample, -sample])
        found = equivalence_test(sample, np.zeros(3), 9.0, 1e-8, allowance=0.25)
        freedom = 2 * draws - 1
        each = [scipy.stats.t.isf(error, freedom) for error in (1e-8 / 6, 1e-6)]
        expected = 0.25 + (each[0] + claim * each[1]) * scipy.stats.sem(sample, axis=0)
        off = float(np.abs(found.detectable / expected - 1).max())
        record(numerical(off < 1e-6, f"{2 * draws} draws: off by {off:.1g}", margin=1e-6 - off))


@check(LIMITS, 1.0, mutants={"twice the error": 2.0})
def test_clopper_pearsons_limits_solve_the_binomial_sums(claim):
    generator = np.random.default_rng(random_seed())
    for draws in (1, 20, 333):
        for successes in {0, int(generator.integers(1, draws + 1)), draws}:
            low, high = clopper_pearson(successes, draws, claim * 1e-4)
            at_low = scipy.stats.binom.sf(successes - 1, draws, low) if successes else 1e-4
            at_high = scipy.stats.binom.cdf(successes, draws, high) if successes < draws else 1e-4
            off = max(abs(at_low / 1e-4 - 1), abs(at_high / 1e-4 - 1))
            record(numerical(bool(off < 1e-6), f"{successes} of {draws}: [{low:.3f}, {high:.3f}]"))


@check(LIMITS, 2, mutants={"one degree of freedom less lost": 1, "one more": 3})
def test_the_limits_of_an_exponent_have_the_degrees_of_freedom_of_a_line(claim):
    generator = np.random.default_rng(random_seed())
    widths = np.repeat([16.0, 64.0, 256.0], 4)
    values = widths**-0.7 * np.exp(0.5 * generator.standard_normal(12))
    fitted = width_exponent(widths, values, 0.99)
    error = scipy.stats.linregress(np.log(widths), np.log(values)).stderr
    expected = scipy.stats.t.isf(0.005, len(widths) - claim) * error
    off = abs((fitted.high - fitted.low) / 2 / expected - 1)
    record(numerical(bool(off < 1e-9), f"12 runs at 3 widths: the half-width is off by {off:.1g}"))


@check(LIMITS, 1.0, mutants={"the overlap forgotten": 0.0, "half of it": 0.5})
def test_means_over_overlapping_splits_have_the_limits_of_nadeau_and_bengio(claim):
    values = np.random.default_rng(random_seed()).standard_normal(12)
    found = split_interval(values, 0.5, 0.99)
    variance = (1 / 12 + claim * 100 / 200) * values.var(ddof=1)
    expected = scipy.stats.t.isf(0.005, 11) * math.sqrt(variance)
    off = abs((found.high - found.low) / 2 / expected - 1)
    record(numerical(bool(off < 1e-9), f"12 splits, 200 rows to train on, 100 to test on: off by {off:.1g}"))


@check(LIMITS, 1.0, mutants={"the first mean taken for exact": 0.0})
def test_the_limits_of_a_decay_are_where_its_contrast_leaves_zero(claim):
    generator = np.random.default_rng(random_seed())
    one, two = (estimate(mean + generator.standard_normal(400)) for mean in (2.0, 0.5))
    found, alpha = decay_interval(one, two, 4.0, 1e-3), 1e-3
    t = float(quantile(alpha / 2, 400, max(abs(float(one.skewness)), abs(float(two.skewness)))))
    for end in (found.low, found.high):
        ratio = 4.0**end
        reach = t * math.hypot(float(two.standard_error), claim * ratio * float(one.standard_error))
        off = abs(abs(float(two.mean) - ratio * float(one.mean)) / reach - 1)
        record(numerical(bool(off < 1e-6), f"at the exponent {end:.3f} the contrast is off by {off:.1g} of its reach"))
