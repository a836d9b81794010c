"""The error rates of the statistical tests, measured where the truth is known."""

import dataclasses

import numpy as np
import pytest
import scipy.stats

from numerics import statistics
from numerics.statistics import (
    RUN_FALSE_ALARM,
    Estimate,
    FalseAlarmBudget,
    added,
    clopper_pearson,
    decay_interval,
    entry_scale,
    equivalence_test,
    estimate,
    fit_exponent,
    mean_below,
    probability_exceeds,
    quantile,
    regression,
    remove_bias,
    required_draws,
    split_interval,
)
from tests.two_samples import two_sample_test


def generator(seed=0):
    return np.random.default_rng(seed)


def at_most(count, trials, probability):
    """Is `count` compatible with a success probability of at most `probability`? False for less than 1e-6 if it is."""
    return scipy.stats.binom.sf(count - 1, trials, probability) > 1e-6


def test_mean_standard_error_and_skewness_are_those_of_the_textbook():
    draws = generator().gamma(2.0, size=(50, 2, 3))
    found = estimate(draws)
    assert np.allclose(found.mean, draws.mean(axis=0))
    assert np.allclose(found.standard_error, scipy.stats.sem(draws, axis=0))
    assert np.allclose(found.skewness, scipy.stats.skew(draws, axis=0) * (49 / 50) ** 1.5)
    assert found.draws == 50


@pytest.mark.parametrize("draws", [np.empty((0, 2)), np.ones((1, 2)), np.float64(1.0)])
def test_fewer_than_two_draws_are_refused(draws):
    with pytest.raises(ValueError, match="at least two draws"):
        estimate(draws)
    with pytest.raises(ValueError, match="at least two draws"):
        equivalence_test(draws, np.ones(np.shape(draws)[1:]), 1.0, 0.1)


def test_without_skewness_the_quantile_is_that_of_student():
    assert quantile(1e-8, 30) == pytest.approx(scipy.stats.t(29).isf(1e-8))


def test_too_few_draws_of_a_skewed_quantity_are_undecided():
    assert quantile(1e-9, 20, 2.0) > 2 * quantile(1e-9, 20)
    draws = generator(1).lognormal(0.0, 2.0, size=(20, 2))
    assert equivalence_test(draws, np.full(2, np.exp(2.0)), 1.0, alpha=1e-6).verdict == "undecided"


def coverage_misses(draw, truth, draws, error, repetitions):
    """How often the truth lies above and below the interval of the stated error on each side."""
    found = statistics.estimate(draw((draws, repetitions)))
    deviation = found.mean - truth
    half_width = found.half_width(error)
    return int((deviation > half_width).sum()), int((deviation < -half_width).sum())


@pytest.mark.parametrize("draws", [2, 5, 40])
@pytest.mark.parametrize("error", [0.05, 0.003])
def test_intervals_miss_the_truth_no_more_often_than_stated_for_normal_draws(draws, error):
    misses = coverage_misses(generator(draws).standard_normal, 0.0, draws, error, 40_000)
    assert all(at_most(count, 40_000, error) for count in misses)


@pytest.mark.parametrize("degrees", [2, 8, 32])
def test_intervals_miss_the_truth_no_more_often_than_stated_for_skewed_draws(degrees):
    # A sum of squares, as the diagonal of a kernel is: skewness 2, 1 and 0.5.
    source = generator(degrees)
    misses = coverage_misses(lambda size: source.chisquare(degrees, size), degrees, 200, 1e-3, 20_000)
    assert all(at_most(count, 20_000, 1.2e-3) for count in misses)


def test_student_intervals_without_the_correction_for_skewness_miss_too_often(monkeypatch):
    monkeypatch.setattr(statistics, "quantile", lambda error, draws, skewness: quantile(error, draws))
    source = generator(2)
    misses = coverage_misses(lambda size: source.chisquare(2, size), 2, 200, 1e-3, 20_000)
    assert not all(at_most(count, 20_000, 1.2e-3) for count in misses)


def test_a_standard_error_too_small_by_the_root_of_the_number_of_draws_is_caught_by_coverage(monkeypatch):
    def too_small(draws):
        found = estimate(draws)
        return dataclasses.replace(found, standard_error=found.standard_error / np.sqrt(found.draws))

    monkeypatch.setattr(statistics, "estimate", too_small)
    misses = coverage_misses(generator(5).standard_normal, 0.0, 5, 0.003, 40_000)
    assert not all(at_most(count, 40_000, 0.003) for count in misses)


def verdicts(discrepancy, repetitions, draws, **settings):
    source = generator(11)
    samples = (source.standard_normal((draws, 3)) for _ in range(repetitions))
    found = [equivalence_test(sample, np.array([0.0, discrepancy, 0.0]), **settings).verdict for sample in samples]
    return {verdict: found.count(verdict) for verdict in ("agrees", "differs", "undecided")}


def test_both_error_rates_of_the_equivalence_test_are_as_designed():
    settings = {"tolerance": 0.5, "alpha": 0.02, "miss": 0.02}
    draws = required_draws(1.0, 0.5, 0.02, entries=3, miss=0.02, skewness=0.2)
    true = verdicts(0.0, 2000, draws, **settings)
    wrong = verdicts(0.5, 2000, draws, **settings)
    assert at_most(true["differs"], 2000, 0.02)
    assert at_most(wrong["agrees"], 2000, 0.02)
    # Planned for so many draws, the test is seldom undecided, and not so wide that it never errs.
    assert at_most(true["undecided"], 2000, 0.06)
    assert true["differs"] > 4 and wrong["agrees"] + wrong["undecided"] > 4


def test_a_known_bias_within_the_allowance_raises_no_false_alarm():
    found = verdicts(0.1, 500, 400, tolerance=0.5, alpha=0.01, allowance=0.1, miss=0.01)
    assert at_most(found["differs"], 500, 0.01) and found["agrees"] > 450


def test_too_few_draws_are_undecided_and_the_detectable_discrepancy_says_how_far_off_they_are():
    result = equivalence_test(generator(3).standard_normal((50, 2, 2)), np.zeros((2, 2)), 0.1, alpha=1e-6)
    assert result.verdict == "undecided"
    assert (result.detectable > 0.1).all() and result.detectable.shape == (2, 2)


def test_the_worst_entry_of_a_refuted_matrix_is_named():
    draws = generator(4).standard_normal((500, 2, 2))
    result = equivalence_test(draws, np.array([[0.0, 0.0], [1.0, 0.0]]), 2.0, alpha=1e-6)
    assert result.verdict == "differs" and result.worst == (1, 0)


def test_entries_without_variance_agree_up_to_rounding_and_differ_beyond_it():
    draws = np.full((10, 1), 0.1 * 3)
    assert equivalence_test(draws, np.array([0.3]), 0.01, alpha=1e-6).verdict == "agrees"
    assert equivalence_test(draws, np.array([0.3 + 1e-9]), 0.01, alpha=1e-6).verdict == "differs"


@pytest.mark.parametrize(("tolerance", "allowance"), [(0.0, 0.0), (-1.0, 0.0), (0.1, 0.1), (0.1, -0.1), (np.nan, 0.0)])
def test_impossible_tolerances_are_refused(tolerance, allowance):
    with pytest.raises(ValueError, match="tolerance"):
        equivalence_test(np.ones((3, 1)), np.ones(1), tolerance, 0.1, allowance)
    with pytest.raises(ValueError, match="tolerance"):
        required_draws(1.0, tolerance, 0.1, allowance=allowance)


def test_an_expected_value_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        equivalence_test(np.ones((3, 2)), np.ones(1), 0.1, 0.1)


def test_required_draws_grow_with_the_inverse_square_of_the_tolerance():
    few, many = required_draws(0.08, 0.02, 1e-8, entries=36), required_draws(0.08, 0.002, 1e-8, entries=36)
    assert many / few == pytest.approx(100, rel=0.15)
    assert required_draws(0.08, 0.02, 1e-8, entries=36, skewness=0.3) > few
    with pytest.raises(ValueError, match="more than"):
        required_draws(1.0, 1e-4, 1e-8, most=10**6)


def test_extrapolation_in_the_width_removes_a_bias_of_order_one_over_the_width():
    source = generator(6)
    narrow, wide = (1.0 + 3.0 / width + source.standard_normal((4000, 1)) / 100 for width in (64, 128))
    assert equivalence_test(remove_bias(narrow, wide), np.ones(1), 0.01, alpha=1e-6).verdict == "agrees"
    assert equivalence_test(wide, np.ones(1), 0.01, alpha=1e-6).verdict == "differs"
    with pytest.raises(ValueError, match="one shape"):
        remove_bias(narrow, wide[1:])


def test_two_sample_tests_raise_no_more_false_alarms_than_stated():
    source = generator(7)
    count = sum(
        two_sample_test(source.standard_normal((200, 2)), source.standard_normal((300, 2)), 0.05, directions=4).differs
        for _ in range(200)
    )
    assert at_most(count, 200, 0.05)


def test_two_sample_tests_see_a_shift_and_a_dependence_that_no_single_entry_shows():
    source = generator(8)
    independent = source.standard_normal((2000, 2))
    dependent = source.standard_normal((2000, 2)) @ np.linalg.cholesky([[1.0, 0.5], [0.5, 1.0]]).T
    assert two_sample_test(independent, dependent, 1e-6).differs
    assert two_sample_test(independent, source.normal([0.0, 0.3], size=(2000, 2)), 1e-6).differs
    signs = np.where(source.random((2000, 1)) < 0.5, -1.0, 1.0)
    same_size = np.abs(independent[:, :1]) * np.hstack([np.ones((2000, 1)), signs]) * signs[::-1]
    assert two_sample_test(independent, same_size, 1e-6).differs


def test_two_sample_tests_of_different_quantities_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        two_sample_test(np.ones((3, 2)), np.ones((3, 3)), 0.1)


def test_confidence_limits_of_an_exponent_cover_the_truth_as_often_as_stated():
    source = generator(9)
    widths = np.array([64.0, 128.0, 256.0, 512.0])
    truth = 3.0 * widths**-0.5
    fits = [fit_exponent(widths, truth * (1 + 0.02 * source.standard_normal(4)), 0.02 * truth) for _ in range(2000)]
    misses = sum(not fit.low <= -0.5 <= fit.high for fit in fits)
    assert at_most(misses, 2000, 0.013) and misses > 4
    assert at_most(sum(fit.misfit < 0.01 for fit in fits), 2000, 0.013)
    assert np.mean([fit.prefactor for fit in fits]) == pytest.approx(3.0, rel=0.02)


def test_values_that_follow_no_power_law_are_told_by_their_misfit():
    widths = np.array([10.0, 100.0, 1000.0])
    values = 1 / widths + 0.1
    assert fit_exponent(widths, values, 0.01 * values).misfit < 1e-6


@pytest.mark.parametrize("widths", [[1.0, 2.0], [1.0, 2.0, 2.0], [0.0, 1.0, 2.0]])
def test_an_exponent_from_too_little_is_refused(widths):
    with pytest.raises(ValueError, match="exponent needs"):
        fit_exponent(widths, np.ones(len(widths)), np.ones(len(widths)))


def test_the_shares_of_a_budget_must_not_exceed_the_total_of_a_run():
    budget = FalseAlarmBudget({"first": 4e-7, "second": 6e-7})
    assert budget.alpha("first", tests=4) == pytest.approx(1e-7)
    assert sum(budget.shares.values()) <= RUN_FALSE_ALARM * (1 + 1e-12)
    with pytest.raises(ValueError, match="more than"):
        FalseAlarmBudget({"first": 4e-7, "second": 7e-7})
    with pytest.raises(ValueError, match="positive"):
        FalseAlarmBudget({"first": 0.0})


def test_the_scale_of_an_entry_is_the_geometric_mean_of_its_diagonal_entries():
    assert np.array_equal(entry_scale(np.array([[4.0, 0.0], [0.0, 9.0]])), [[4.0, 6.0], [6.0, 9.0]])


def test_the_detectable_discrepancy_has_its_share_of_power():
    sample = generator(12).standard_normal((40, 3))
    sample = np.concatenate([sample, -sample])
    found = equivalence_test(sample, np.zeros(3), 9.0, 1e-6, allowance=0.1, miss=1e-3)
    power = scipy.stats.t.isf(1e-3, 79) * scipy.stats.sem(sample, axis=0)
    assert found.detectable == pytest.approx(0.1 + found.half_width + power)


def test_the_misfit_of_a_power_law_has_two_degrees_of_freedom_less_than_widths():
    widths = np.array([10.0, 100.0, 1000.0])
    values = np.array([1.0, 0.11, 0.01])
    fitted = fit_exponent(widths, values, 0.05 * values)
    weights = 1 / 0.05**2
    residuals = np.log(values) - np.polyval(np.polyfit(np.log(widths), np.log(values), 1), np.log(widths))
    assert fitted.misfit == pytest.approx(scipy.stats.chi2.sf(weights * (residuals**2).sum(), 1))


@pytest.mark.parametrize(("successes", "draws"), [(0, 10), (3, 10), (10, 10), (28, 28)])
def test_the_limits_of_a_probability_are_those_of_clopper_and_pearson(successes, draws):
    low, high = clopper_pearson(successes, draws, 0.005)
    found = scipy.stats.binomtest(successes, draws).proportion_ci(0.99, "exact")
    assert (low, high) == pytest.approx((found.low, found.high))


def test_a_probability_is_above_a_half_or_below_it_or_not_decided():
    assert probability_exceeds(28, 28, 0.5, 1e-8) == "agrees"
    assert probability_exceeds(0, 28, 0.5, 1e-8) == "differs"
    assert probability_exceeds(14, 28, 0.5, 1e-8) == probability_exceeds(3, 3, 0.5, 1e-8) == "undecided"
    with pytest.raises(ValueError, match="number of successes"):
        probability_exceeds(4, 3, 0.5, 1e-8)


def test_a_mean_is_below_a_bound_or_above_it_or_not_decided():
    draws = generator(13).standard_normal(200)
    assert [mean_below(draws, bound, 1e-6) for bound in (1.0, -1.0, 0.0)] == ["agrees", "differs", "undecided"]


def test_a_true_bound_on_a_mean_is_refuted_no_more_often_than_stated():
    source = generator(14)
    count = sum(mean_below(source.standard_normal(20), 0.0, 0.02, miss=1e-9) == "differs" for _ in range(2000))
    assert at_most(count, 2000, 0.02) and count > 4


def test_means_over_overlapping_splits_have_wider_limits_than_students():
    values = generator(15).standard_normal(12)
    apart, overlapping = split_interval(values, 0.0, 0.99), split_interval(values, 0.5, 0.99)
    student = scipy.stats.t.interval(0.99, 11, values.mean(), scipy.stats.sem(values))
    assert (apart.low, apart.high) == pytest.approx(student)
    widening = (overlapping.high - overlapping.low) / (apart.high - apart.low)
    assert widening == pytest.approx(np.sqrt((1 / 12 + 0.5) * 12))
    with pytest.raises(ValueError, match="two splits"):
        split_interval(values[:1], 0.5, 0.99)
    with pytest.raises(ValueError, match="negative"):
        split_interval(values, -0.5, 0.99)


def test_overlapping_splits_of_one_sample_are_covered_by_nadeau_and_bengio_and_not_by_student():
    source = generator(16)
    misses = {0.0: 0, 0.5: 0}
    for _ in range(400):
        table = source.standard_normal(300)
        values = []
        for _ in range(15):
            order = source.permutation(300)
            values.append(table[order[200:]].mean() - 0.5 * table[order[:200]].mean())
        for ratio in misses:
            found = split_interval(np.array(values), ratio, 0.9)
            misses[ratio] += not found.low <= 0 <= found.high
    assert misses[0.5] < 60 < misses[0.0]


def test_the_interval_of_a_decay_misses_as_often_as_it_says_on_either_side():
    source = generator(17)
    above = below = 0
    for _ in range(3000):
        one, two = estimate(1.0 + source.standard_normal(100)), estimate(0.25 + 0.25 * source.standard_normal(100))
        found = decay_interval(one, two, 4.0, 0.04)
        above, below = above + (found.low > -1), below + (found.high < -1)
    assert all(at_most(count, 3000, 0.022) and count > 20 for count in (above, below))


def test_a_decay_allows_for_the_next_order_and_is_unbounded_without_a_signal():
    one, two = estimate(1.0 + 1e-6 * generator(18).standard_normal(50)), estimate(0.27 + 1e-6 * np.arange(50))
    assert not decay_interval(one, two, 4.0, 1e-3).high >= decay_interval(one, two, 4.0, 1e-3, 0.1).high
    assert decay_interval(one, two, 4.0, 1e-3).low > -1 > decay_interval(one, two, 4.0, 1e-3, 0.1).low
    noise = estimate(generator(19).standard_normal(50))
    assert decay_interval(noise, two, 4.0, 1e-3).low == -np.inf


def test_the_sum_of_two_means_has_their_errors_in_squares_and_the_skewness_of_their_sum():
    one, two = estimate(generator(20).gamma(2.0, size=(100, 2))), estimate(generator(21).gamma(2.0, size=(400, 2)))
    found = added(one, two)
    assert found.mean == pytest.approx(one.mean + two.mean) and found.draws == 100
    assert found.standard_error == pytest.approx(np.hypot(one.standard_error, two.standard_error))
    alone = added(one, Estimate(0 * one.mean, 0 * one.mean, one.skewness, 400))
    assert alone.skewness == pytest.approx(np.abs(one.skewness))


def test_a_regression_finds_its_coefficients_and_misses_them_as_seldom_as_students_law_says():
    source, truth = generator(22), np.array([[1.0, -2.0], [0.5, 0.0], [0.0, 3.0]])
    misses = 0
    for _ in range(1000):
        inputs = source.standard_normal((10, 3))
        found = regression(inputs @ truth + source.standard_normal((10, 2)), inputs)
        misses += int((np.abs(found.mean - truth) > found.half_width(0.05)).sum())
    assert 480 < misses < 720  # of 6000, a tenth expected
    with pytest.raises(ValueError, match="at least"):
        regression(np.ones((4, 1)), np.ones((4, 3)))
