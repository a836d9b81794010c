"""The checks along trajectories: seeds move networks, runs that ended early decide nothing, cases are counted once."""

import math
from dataclasses import replace

import numpy as np
import pytest

from checks.divergence import (
    test_alternative,
    test_classes,
    test_crossing,
    test_crossing_time,
    test_displacement,
    test_divergence,
    test_late_times,
)
from checks.divergence import test_experiments_of_the_paper as figures
from checks.setups import trajectories
from checks.setups.trajectories import Pair, cut_short, flow_of, held_against, judge_held, simplex_rate, two_flows
from ntk_companion.evidence import Role, Verdict
from ntk_companion.judging import Run, Tally, running
from numerics.data.points import circle
from numerics.flow.integrate import Recording, gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.torch_network import initialise
from theory.architecture import fcn


def session(seed):
    return running(Run("a statement", Tally(Role.STATEMENT, refutation_expected=False), seed, False))


def test_a_run_that_waited_at_a_price_decides_nothing():
    run = flow_of(fcn(1), circle(2), logistic([0, 1]), 8, 0, recording=Recording(1, -1))
    assert cut_short(run, "as it is") is None
    fall = run.energy[0] - run.energy
    for share, verdict in ((0.5, Verdict.INCONCLUSIVE), (0.001, None)):
        found = cut_short(replace(run, forced_defect=share * fall), "it waited")
        assert (found and found.verdict) == verdict


@pytest.fixture(scope="module")
def stopped():
    """A flow that ran out of steps long before t = 1e30, at two accuracies."""
    start = initialise(fcn(1), 2, 8, np.random.default_rng(0))
    paths = [
        gradient_flow(
            fcn(1), start, circle(2).coordinates(FLOAT64), logistic([0, 1]), 30 * math.log(10),
            recording=Recording(1, 0), most_steps=steps,
        )
        for steps in (5, 5)
    ]  # fmt: skip
    assert paths[0].status == "out of steps"
    return Pair(*paths)


def test_the_seed_of_the_session_moves_networks_and_points():
    starts = []
    for seed in (1, 2):
        with session(seed):
            starts.append(flow_of(fcn(1), circle(2), logistic([0, 1]), 8, -1, recording=Recording(1, -2)).outputs[0])
            starts.append(trajectories.SETTINGS["8 points in R^5, FCN, depth 2"].points(seed).coordinates(FLOAT64)[0])
    assert not np.allclose(starts[0], starts[2]) and not np.allclose(starts[1], starts[3])
    with session(1):
        again = flow_of(fcn(1), circle(2), logistic([0, 1]), 8, -1, recording=Recording(1, -2)).outputs[0]
    np.testing.assert_array_equal(again, starts[0])


def test_a_run_that_ended_early_decides_nothing(stopped):
    path = stopped.fine
    found = [
        cut_short(path, "stopped"),
        judge_held(stopped, held_against(stopped, simplex_rate), "stopped"),
        test_alternative.judged(path, 1.0, "own", "stopped"),
        test_displacement.displacement_evidence(path, 30, "stopped"),
        test_displacement.layers_evidence(path, "d_1", "stopped"),
        test_late_times.rising(fcn(1), path, 1.0, "stopped"),
        test_late_times.rates_evidence(fcn(1), stopped, (1.0, 0.0, 1.0, 1.0), "stopped"),
        test_divergence.smooth_evidence(test_divergence.smooth_defects(stopped), "stopped"),
        test_crossing_time.time_evidence(
            test_crossing_time.Timed(fcn(1), 8, path, path.gram[0], 1e3, "stopped", stopped.rough), 40.0
        ),
    ]
    case = test_crossing.Case(fcn(1), circle(2), 8, 30)
    for name, bounds in test_crossing.distinct_constants(fcn(1), circle(2)).items():
        found.append(test_crossing.crossing_evidence(case, path, name, bounds, "stopped"))
    undecided = {Verdict.INCONCLUSIVE, Verdict.VACUOUS}
    assert {one.verdict for one in found} <= undecided
    assert found[0].verdict is Verdict.INCONCLUSIVE


def test_a_flow_without_error_estimates_decides_nothing():
    start = initialise(fcn(1), 2, 8, np.random.default_rng(0))
    path = gradient_flow(fcn(1), start, circle(2).coordinates(FLOAT64), logistic([0, 1]), 0.0, errors=False)
    with pytest.raises(ValueError, match="error estimates"):
        trajectories.errors(path, "kernel")


def test_constants_that_coincide_are_counted_once():
    assert list(test_crossing.distinct_constants(fcn(1), circle(2))) == ["printed", "sharp = best = label_aware"]
    apart = test_crossing.distinct_constants(fcn(1), test_crossing.opposite(1, 2))
    assert list(apart) == ["printed", "sharp", "best", "label_aware"]


def test_wrong_constants_of_the_envelope_are_refuted_where_they_were_not():
    # Two points, from t = 1e6 on: the envelope that starts there is tight, the one from t = 0 had a factor to spare.
    start = initialise(fcn(1), 2, 64, np.random.default_rng(1))
    inputs, loss = circle(2).coordinates(FLOAT64), logistic([0, 1])
    pair = Pair(*two_flows(fcn(1), start, inputs, loss, 12, recording=Recording(4, -1)))
    verdicts = [judge_held(pair, held_against(pair, simplex_rate, factor), "").verdict for factor in (1.0, 2.0)]
    assert verdicts == [Verdict.CONFIRMED, Verdict.REFUTED]


def test_a_bound_that_rises_by_no_more_than_its_error_says_nothing():
    with session(3):
        found = {}
        for labels in ("one label", "both labels"):
            name = next(name for name in trajectories.FLOWS if f"two equal with {labels}" in name)
            pair = trajectories.FLOWS[name].flow()
            found[labels] = judge_held(pair, held_against(pair, simplex_rate), name).verdict
            bound = held_against(pair, trajectories.spectral_rate).bound
            assert bound.max() == bound.min()
    assert found == {"one label": Verdict.CONFIRMED, "both labels": Verdict.VACUOUS}


def test_a_kernel_that_stays_is_not_said_to_grow():
    start = initialise(fcn(1), 2, 32, np.random.default_rng(1))
    inputs, loss = circle(2).coordinates(FLOAT64), logistic([0, 1])
    path = two_flows(fcn(1), start, inputs, loss, 40, recording=Recording(1 / 4, 0))[0]
    constant = test_alternative.output_constant(fcn(1), 32)
    assert test_alternative.judged(path, constant, "own", "late").verdict is Verdict.CONFIRMED
    assert test_alternative.judged(path, 4 * constant, "own", "late").verdict is Verdict.REFUTED
    early = two_flows(fcn(1), start, inputs, loss, 1, recording=Recording(4, -1))[0]
    found = test_alternative.judged(early, constant, "own", "early")
    assert found.verdict is Verdict.VACUOUS and "is demanded" in found.detail


def test_a_path_that_hardly_moves_closes_no_identity():
    times = np.zeros(3)
    for first, last, expected in ((0.0, 6.0, Verdict.CONFIRMED), (-1.5, -1.48, Verdict.VACUOUS)):
        margin = np.array([first, (first + last) / 2, last])
        held = trajectories.Held(margin, margin, times, times)
        assert trajectories.closes_within(held, "a path").verdict is expected
        # By half more of the integral, and by the derivative.
        potential = math.exp(last) + last
        more = 1e-6 * (potential - math.exp(first) - first)
        share = more / (math.exp(last) + 1) / 1e-6
        assert trajectories.share_of_integral(held) == pytest.approx(share, rel=1e-6)
    wide = trajectories.Held(np.array([0.0, 6.0]), np.array([0.0, 6.0]), np.array([0.0, 0.25]), np.zeros(2))
    assert trajectories.closes_within(wide, "an error above what is told").verdict is Verdict.INCONCLUSIVE


def test_a_case_of_several_classes_counts_once():
    with session(3):
        found = []
        pair = test_classes.flow_of("3 classes, 4 points in R^5, FCN, depth 3, flow")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(test_classes, "record", found.append)
            test_classes.stays_above_its_bound((0, 1.0), test_classes.Classified(pair, 3, "a flow"))
    assert [one.verdict for one in found] == [Verdict.CONFIRMED]


def test_a_flow_whose_recorded_gram_is_not_that_of_its_steps_says_so_and_decides_nothing():
    start = initialise(fcn(1), 2, 64, np.random.default_rng(1))
    inputs, loss = circle(2).coordinates(FLOAT64), logistic([0, 1])
    pair = Pair(*two_flows(fcn(1), start, inputs, loss, 2, recording=Recording(4, -1)))
    held = held_against(pair, trajectories.energy_rate)
    assert 1e-4 < held.gram_error.max() < 0.05
    assert trajectories.closes_within(held, "as it is").verdict is Verdict.CONFIRMED
    off = Pair(replace(pair.fine, mean_gram=1.2 * pair.fine.mean_gram), pair.rough)
    held = held_against(off, trajectories.energy_rate)
    assert held.gram_error[-1] == pytest.approx(math.log(1.2), abs=0.05)
    found = trajectories.closes_within(held, "other steps")
    assert found.verdict is Verdict.INCONCLUSIVE and "apart by" in found.detail


def test_values_above_a_bound_are_undecided_where_the_error_is_large_or_nan():
    values, bound = np.array([1.0, 2.0]), np.array([0.9, 1.9])
    assert trajectories.stays_above(values, bound, 0.05, "").verdict is Verdict.CONFIRMED
    assert trajectories.stays_above(values, bound + 0.3, 0.05, "").verdict is Verdict.REFUTED
    assert trajectories.stays_above(values, bound, 0.5, "").verdict is Verdict.INCONCLUSIVE
    assert trajectories.stays_above(values, np.array([0.9, math.nan]), 0.05, "").verdict is Verdict.INCONCLUSIVE
    assert trajectories.same(values, bound, np.array([0.0, math.nan]), 0.2, "").verdict is Verdict.INCONCLUSIVE


def test_shapes_near_the_root_of_the_width_are_told_from_it():
    root = test_crossing_time.power_of(np.sqrt)
    assert root == pytest.approx(0.5)
    assert test_crossing_time.power_of(lambda m: m**0.4) < root - 0.09
    assert test_crossing_time.power_of(lambda m: np.sqrt(m) * np.log(m)) > root + 0.09


def test_a_kernel_that_training_leaves_alone_does_not_show_the_plotted_growth():
    grown = figures.frozen(figures.MEAN)
    for epoch, printed in figures.figures_1_and_3.PRINTED_PEAKS.items():
        if epoch:
            plotted = printed / figures.figures_1_and_3.PRINTED_PEAKS[0] - 1
            assert abs((grown[epoch] / grown[0] - 1) / plotted - 1) > figures.GROWTH_WITHIN
