"""Flows that used to stall or crawl: duplicates, shared kinks, near duplicates, huge scales; and what errors say."""

import math
from dataclasses import replace

import numpy as np
import pytest

from numerics.flow import Accuracy, discrete_gradient, errors, frozen_kernel, integrate, last_resort, stepping
from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import FINISHED, STALLED, Recording, gradient_flow
from numerics.flow.shared_kinks import proportional, sharings
from numerics.losses import logistic
from numerics.networks.parameters import initial_arrays
from theory.architecture import Affine, fcn, resnet

LOG_10 = math.log(10)
ANGLES = 2 * math.pi * np.arange(1, 7) / 6
HEXAGON = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
NEAR = np.array([[1.0, 0.0], [-0.5, 0.8660254], [-0.5, -0.8660254], [1.000001, 0.0]])
CASES = {
    "no biases": (fcn(1, "none"), 64, HEXAGON, 4),
    "equal points": (fcn(2), 32, np.vstack([HEXAGON, HEXAGON[:1]]), 2),
    "near duplicates": (fcn(1), 32, NEAR, 3),
    "large inputs": (fcn(2), 32, 100 * HEXAGON, 3),
    "a residual network of scale 100": (resnet(3, 100), 32, HEXAGON, 3),
}


def flow(network, width, points, log10_until, seed=0, **options):
    start = initial_arrays(network, points.shape[1], width, np.random.default_rng(seed))
    loss = logistic([index % 2 for index in range(len(points))])
    sparse = Recording(per_decade=1)
    with np.errstate(all="ignore"):
        return gradient_flow(network, start, points, loss, log10_until * LOG_10, recording=sparse, **options)


@pytest.mark.parametrize("name", CASES)
def test_flows_on_any_points_finish_and_their_energy_balances(name):
    found = flow(*CASES[name], errors=False, most_steps=2000)
    assert found.status == FINISHED and found.reached
    assert abs(found.energy_defect) < 0.02 and found.envelope_held


def test_a_last_resort_is_counted_and_its_defect_shows_in_the_energy(monkeypatch):
    strict = Accuracy(sweeps=2, consistency=1e-9, most_inconsistent=1e-9)
    found = flow(fcn(1), 32, HEXAGON, 0.5, accuracy=strict, errors=False)
    assert found.status == FINISHED and found.last_resort_share > 0.5
    assert found.last_resorts[-1] == round(found.last_resort_share * found.steps[-1])
    fall = found.energy[0] - found.energy[-1]
    assert found.energy_defect == pytest.approx((found.dissipation[-1] - fall) / found.dissipation[-1], rel=1e-12)
    assert 1e-7 < abs(found.energy_defect) < 0.2


CROWDED = np.stack([np.cos(2 * math.pi * np.arange(1, 15) / 14), np.sin(2 * math.pi * np.arange(1, 15) / 14)], axis=1)


def test_a_flow_beyond_its_budget_waits_and_the_price_is_what_it_would_have_dissipated():
    hurried = flow(fcn(1), 12, CROWDED, 3, accuracy=Accuracy(budget=40, allowance=2), errors=False)
    assert hurried.status == FINISHED and hurried.log10_t[-1] == pytest.approx(3)
    assert 0.05 < hurried.last_resort_share < 1 and hurried.last_resort_defect > 0.05
    fall = hurried.energy[0] - hurried.energy
    np.testing.assert_allclose(hurried.dissipation - fall, hurried.forced_defect, rtol=0.05, atol=0.02 * fall[-1])
    assert hurried.last_resort_defects[-1] == pytest.approx(hurried.forced_defect[-1] / fall[-1], rel=1e-12)
    assert np.all(np.diff(hurried.log_loss) <= 1e-9) and hurried.envelope_held
    unhurried = flow(fcn(1), 12, CROWDED, 3, errors=False)
    assert unhurried.last_resort_defect < 0.01 and unhurried.sweeps[-1] > 1.5 * hurried.sweeps[-1]


def test_the_work_up_to_any_time_is_bounded_by_the_pace():
    accuracy = Accuracy()
    assert last_resort.pace(accuracy, accuracy.budget / 10, 0) < 1e-8
    assert last_resort.pace(accuracy, 2 * accuracy.budget, 0) == last_resort.FASTEST
    assert last_resort.pace(accuracy, 2 * accuracy.budget, 2 * accuracy.budget / accuracy.allowance) == 0
    finer = replace(accuracy, tolerance=accuracy.tolerance / 4, longest=accuracy.longest / 2)
    assert last_resort.pace(finer, 2 * accuracy.budget, 0) == last_resort.pace(accuracy, accuracy.budget, 0)


def test_what_is_dissipated_at_rest_is_the_squared_speed_of_the_parameters_times_the_time():
    network = fcn(2)
    start = initial_arrays(network, 2, 16, np.random.default_rng(2))
    problem = replace(stepping.problem_of(network, start, HEXAGON, logistic([0, 1] * 3)), penalty=0.3)
    moved = {name: 1.1 * array for name, array in start.items()}
    values = discrete_gradient.run(problem.tape, moved, problem.inputs)
    slopes = discrete_gradient.point_slopes(problem.tape, values)
    gradients = discrete_gradient.point_gradients(problem.tape, moved, values, slopes)
    state = stepping.State(0.0, values, slopes, gradients, gradients.gram, 0)
    velocity = {name: -0.3 * 0.1 * start[name] for name in discrete_gradient.trained_groups(problem.tape)}
    push = problem.loss.flow_weights(state.outputs)[:, None]
    stepping.move(
        problem.tape, velocity, {place: push * rows for place, rows in gradients.cotangents.items()}, gradients.inputs
    )
    squared = sum(float((rows**2).sum()) for rows in velocity.values())
    found = last_resort.dissipation_at_rest(problem, moved, state, math.log(3))
    assert found == pytest.approx(2 * squared, rel=1e-10)


def test_a_flow_is_refused_where_rounding_moves_its_outputs_by_as_much_as_the_loss_changes_within():
    for exponent in (4, 5, 6):
        for seed in range(2):
            found = flow(resnet(3, 10**exponent), 64, HEXAGON, -12, seed, errors=False)
            assert found.reached if exponent == 4 else found.status == STALLED and len(found) == 1


def test_the_resolution_of_outputs_that_cancel_is_that_of_their_terms():
    network = fcn(1)
    start = {"W_1": np.full((2, 1), 1e16), "b_1": np.zeros(2), "W_2": np.array([[1.0, -1.0]])}
    problem = stepping.problem_of(network, start, np.ones((1, 1)), logistic([1]))
    state = stepping.initial_state(problem)
    assert state.outputs == 0
    assert integrate.resolution(problem, start, state) == np.spacing(2e16)


def test_outputs_of_1e13_are_followed_across_the_margin_at_which_a_weight_falls_from_one_to_zero():
    outputs, scale = np.array([3e13, -2e5, 1e13, 4e13]), 1e26
    step = frozen_kernel.Step(math.log(1e-14), math.log(1e-14) + 0.3)
    found = frozen_kernel.impulses(logistic([0, 1, 0, 0]), outputs, scale * (np.eye(4) + 0.3), step)
    assert found is not None
    length = math.exp(step.log_length)
    share = 3 * 0.3 / 1.3  # of a whole push, by which the second holds against the other three
    np.testing.assert_allclose(found.total, length * np.array([-1, share, -1, -1]), rtol=1e-6)
    assert found.outputs[1] == pytest.approx(math.log(1 / share - 1), abs=0.05)


def test_runs_part_where_their_outputs_differ_by_more_than_steps_explain():
    one = flow(fcn(1), 8, HEXAGON[:2], 2, errors=False)
    nudged = replace(one, outputs=one.outputs + np.array([0, 0, 0, 0.01, 0.6, 0.6, 0.7])[:, None])
    parted = errors.with_errors(one, nudged)
    assert parted.log_parted == one.log_t[4]
    assert errors.with_errors(one, one).log_parted == math.inf and one.log_parted is None


def test_proportional_vectors_share_kinks_as_long_as_the_layers_keep_them_proportional():
    inputs = np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, -2.0], [1.0, 2.0], [3.0, 6.0], [2.0, 1.0]])
    found = proportional(inputs)
    assert found.leader.tolist() == [0, 1, 0, 0, 0, 5]
    np.testing.assert_allclose(found.factor, [1, 1, -1, 1, 3, 1])
    free, biased = fcn(2, "none").blocks, fcn(2).blocks
    for blocks, first, second in ((free, [0, 1, 0, 0, 0, 5], [0, 1, 2, 0, 0, 5]), (biased, *2 * [[0, 1, 2, 0, 4, 5]])):
        layers = {place: block[0] for place, block in enumerate(blocks)}
        assert all(isinstance(layer, Affine) for layer in layers.values())
        shared = sharings({place: (layer, True) for place, layer in layers.items()}, inputs)
        assert shared[0].leader.tolist() == first and shared[1].leader.tolist() == second


def test_slopes_at_opposite_points_without_biases_add_up_to_one_on_their_common_kink():
    network = fcn(1, "none")
    start = initial_arrays(network, 2, 64, np.random.default_rng(0))
    problem = stepping.problem_of(network, start, HEXAGON, logistic([0, 1, 1, 0, 0, 1]))
    run = integrate._Run.started(problem)
    saver = integrate._Saver(None, "", [run], 1.0)
    run.advance(2.0, 10_000, saver)
    (slopes,) = run.state.slopes.values()
    np.testing.assert_allclose(slopes[:3] + slopes[3:], 1.0, atol=1e-12)
    rate = run.problem.loss.flow_weights(run.state.outputs)
    assert rate @ run.state.gradients.gram @ rate > 0


def test_the_second_accuracy_takes_more_steps_even_where_records_alone_limit_them():
    for accuracy in (Accuracy(), Accuracy(tolerance=math.inf, longest=math.inf)):
        finer = errors.second_accuracy(accuracy)
        runs = [flow(fcn(1), 8, HEXAGON[:2], 3, accuracy=one, errors=False) for one in (accuracy, finer)]
        assert runs[1].steps[-1] >= 1.5 * runs[0].steps[-1]


def test_estimated_errors_contain_the_distance_to_plain_descent_and_are_no_larger_than_need_be():
    network = fcn(1)
    start = initial_arrays(network, 2, 24, np.random.default_rng(3))
    points, loss = HEXAGON[[0, 1, 3]], logistic([0, 1, 1])
    found = gradient_flow(network, start, points, loss, LOG_10, recording=Recording(1, 1))
    *_, last = gradient_descent(network, start, points, loss, 1e-3, 10_000)
    difference = np.abs(last.outputs - found.outputs[-1]).max()
    assert difference < found.margin_error[-1] + 0.01
    assert 1e-5 < found.margin_error[-1] < 1
    assert found.margin_error[0] < 1e-6


def test_an_estimate_is_a_multiple_of_the_difference_of_two_runs_and_infinite_beyond_the_shorter():
    one = flow(fcn(1), 8, HEXAGON[:2], 2, errors=False)
    moved = replace(one, outputs=one.outputs + np.linspace(0, 0.1, len(one))[:, None])
    assert errors.with_errors(one, moved).margin_error[-1] == pytest.approx(1.0, rel=1e-3)
    assert errors.with_errors(one, one).margin_error[-1] < 1e-6
    short = flow(fcn(1), 8, HEXAGON[:2], 2, errors=False, most_steps=3)
    assert not short.reached
    assert np.isinf(errors.with_errors(one, short).margin_error[-1])


def test_without_errors_there_are_none():
    found = flow(fcn(1), 8, HEXAGON[:2], 0, errors=False)
    assert found.margin_error is found.kernel_error is found.lambda_min_error is found.log_loss_error is None
