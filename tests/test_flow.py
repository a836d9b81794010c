"""The gradient flow against explicit Euler on networks typed by hand, closed forms, and its own identities."""

import dataclasses
import math

import numpy as np
import pytest
import sympy
import torch
from scipy.special import wrightomega

from numerics.flow import Accuracy
from numerics.flow.integrate import AT_REST, FINISHED, OUT_OF_STEPS, Recording, gradient_flow
from numerics.flow.trajectory import log10_crossing
from numerics.losses import CrossEntropy, Exponential, Squared, logistic
from numerics.networks.torch_network import empirical_ntk, initialise
from numerics.progress import told_to
from tests.oracles import networks
from theory.architecture import fcn, resnet, smoothed, with_trained

LOG_10 = math.log(10)
HEXAGON = np.array([[math.cos(i * math.pi / 3), math.sin(i * math.pi / 3)] for i in range(1, 7)])
POINTS = HEXAGON[[0, 2, 5]] * [[1.0], [0.5], [0.8]]
ALTERNATING = logistic([0, 1] * 3)
FINE = Accuracy(tolerance=2e-3, longest=0.2)
SCALE = sympy.Rational(3, 5)


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def start(architecture, width, seed=0, dimension=2):
    return initialise(architecture, dimension, width, np.random.default_rng(seed))


def euler(output, parameters, inputs, loss_of, until, step, trained=None):
    """Explicit Euler for -grad loss_of(outputs) by autograd, on the network `output(parameters, x)` typed by hand."""
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in parameters.items()}
    moving = [leaves[name] for name in (trained or leaves)]
    points = torch.from_numpy(inputs)
    for _ in range(round(until / step)):
        loss = loss_of(torch.stack([output(leaves, x) for x in points]))
        with torch.no_grad():
            for tensor, gradient in zip(moving, torch.autograd.grad(loss, moving), strict=True):
                tensor -= step * gradient
    return torch.stack([output(leaves, x) for x in points]).detach().numpy()


def summed_logistic(labels):
    signs = 2.0 * torch.tensor(labels, dtype=torch.float64) - 1
    return lambda outputs: torch.log1p(torch.exp(-signs * outputs)).sum()


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_the_flow_is_the_limit_of_euler_steps_on_the_network_typed_by_hand(family):
    labels = [0, 1, 1]
    if family == "fcn":
        network, output = fcn(2), lambda parameters, x: networks.fcn_output(parameters, x, 2)
    else:
        network, output = resnet(1, SCALE), lambda parameters, x: networks.resnet_output(parameters, x, 1, 0.6)
    parameters = start(network, 24, seed=2)
    expected = euler(output, parameters, POINTS, summed_logistic(labels), until=1.0, step=2e-3)
    found = gradient_flow(network, parameters, POINTS, logistic(labels), 0.0, accuracy=FINE)
    assert found.status == FINISHED
    assert np.abs(found.outputs[0] - expected).max() > 0.3
    np.testing.assert_allclose(found.outputs[-1], expected, atol=5e-3)


def test_losses_and_the_penalty_are_those_that_euler_steps_descend():
    network, parameters = fcn(1), start(fcn(1), 16, seed=1)
    anchors = {name: tensor.clone() for name, tensor in parameters.items()}
    y = torch.tensor([0.5, -1.0, 1.5], dtype=torch.float64)
    signs = torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64)
    cases = [
        (Squared((0.5, -1.0, 1.5)), lambda f: ((f - y) ** 2).sum() / 2),
        (Exponential((0, 1, 1)), lambda f: torch.exp(-signs * f).sum()),
        (logistic([0, 1, 1], temperature=0.5), lambda f: torch.log1p(torch.exp(-2 * signs * f)).sum()),
        (
            CrossEntropy((0.2, 0.9, 0.7)),
            lambda f: (torch.log1p(torch.exp(f)) - torch.tensor([0.2, 0.9, 0.7]) * f).sum(),
        ),
    ]
    for loss, loss_of in cases:
        expected = euler(lambda p, x: networks.fcn_output(p, x, 1), anchors, POINTS, loss_of, until=0.5, step=2e-3)
        found = gradient_flow(network, parameters, POINTS, loss, math.log(0.5), accuracy=FINE)
        np.testing.assert_allclose(found.outputs[-1], expected, atol=6e-3, err_msg=repr(loss))


def test_a_penalty_pulls_towards_the_start_and_its_energy_balances():
    network, parameters = smoothed(fcn(1), 10), start(fcn(1), 16, seed=1)
    loss = logistic([0, 1, 1])
    found = gradient_flow(network, parameters, POINTS, loss, math.log(1e3), penalty=0.2)
    assert found.status in (AT_REST, FINISHED)
    assert abs(found.energy_defect) < 0.01
    # At rest, penalty (theta - theta_0) = sum_i c_i grad f(x_i), whose square is c' K c.
    weights = loss.flow_weights(found.outputs[-1])
    balance = 0.2 * np.sqrt((found.euclidean_displacement[-1] ** 2).sum())
    assert balance == pytest.approx(np.sqrt(weights @ found.gram[-1] @ weights), rel=1e-2)


def test_with_only_the_last_layer_trained_the_squared_loss_follows_its_closed_form():
    network = with_trained(fcn(2), ["W_3"])
    parameters = start(network, 8)
    targets = np.array([1.0, -2.0, 0.5])
    found = gradient_flow(network, parameters, POINTS, Squared(tuple(targets)), math.log(20.0))
    kernel = empirical_ntk(network, parameters, torch.from_numpy(POINTS)).ntk.numpy()
    values, vectors = np.linalg.eigh(kernel)
    for log_t, outputs in zip(found.log_t, found.outputs, strict=True):
        decay = vectors @ np.diag(np.exp(-values * math.exp(log_t))) @ vectors.T
        np.testing.assert_allclose(outputs, targets + decay @ (found.outputs[0] - targets), atol=1e-6)
    assert found.groups == ("W_3",)
    for name in ("W_1", "b_1", "W_2", "b_2"):
        assert torch.equal(found.parameters[name], parameters[name])


def test_one_sample_with_a_frozen_kernel_follows_its_closed_form_to_t_1e400():
    network = with_trained(fcn(1), ["W_2"])
    sparse = Recording(per_decade=1)
    found = gradient_flow(network, start(network, 8), POINTS[:1], logistic([1]), 400 * LOG_10, recording=sparse)
    first, kernel = found.outputs[0, 0], found.gram[0, 0, 0]
    for log_t, output in zip(found.log_t, found.outputs[:, 0], strict=True):
        # df/dt = k / (1 + exp(f)): f + exp(f) grows by k t.
        if log_t < 600:
            expected = wrightomega_output(first + math.exp(first) + kernel * math.exp(log_t))
        else:
            expected = log_t + math.log(kernel)
        assert output == pytest.approx(expected, abs=1e-5)
    assert found.log10_t[-1] == pytest.approx(400)
    assert found.lower_envelope[-1] == pytest.approx(found.outputs[-1, 0], abs=1e-5)
    assert found.upper_envelope[-1] == pytest.approx(found.outputs[-1, 0], abs=1e-5)


def wrightomega_output(total):
    """f with f + exp(f) = total."""
    return math.log(wrightomega(total).real)


def test_the_energy_identity_closes_with_the_selected_gram_and_not_with_the_automatic_one():
    for seed in range(3):
        found = gradient_flow(fcn(1), start(fcn(1), 300, seed), HEXAGON, ALTERNATING, math.log(100))
        assert found.status == FINISHED and found.sliding[-1] > 100
        assert abs(found.energy_defect) < 1e-3
        assert 0.15 < found.automatic_energy_defects[-1] < 0.55
        assert found.envelope_held


def test_a_deep_network_slides_on_kinks_without_stalling():
    found = gradient_flow(fcn(3), start(fcn(3), 96), HEXAGON, ALTERNATING, math.log(100), recording=Recording(2))
    assert found.status == FINISHED and found.envelope_held
    assert abs(found.energy_defect) < 1e-2 and found.residual[-1] < 1e-2
    assert found.automatic_energy_defects[-1] > 0.05


def test_a_residual_network_closes_its_energy_identity():
    found = gradient_flow(resnet(2, SCALE), start(resnet(2, SCALE), 64), HEXAGON, ALTERNATING, math.log(100))
    assert found.status == FINISHED and found.envelope_held
    assert abs(found.energy_defect) < 1e-2


def test_two_opposite_points_cross_the_sharp_constant_and_margins_grow_like_log_t():
    points = np.array([[-1.0, 0.0], [1.0, 0.0]])
    # Typed by hand: <x, x'> + 1 is 2 and 0, so that K = 2 + 2 on the diagonal and 2/pi off it, lambda_0 = 4 - 2/pi.
    limit = np.array([[4.0, 2 / math.pi], [2 / math.pi, 4.0]])
    parameters = start(fcn(1), 1000)
    found = gradient_flow(fcn(1), parameters, points, logistic([0, 1]), 20 * LOG_10, recording=Recording(2))
    crossing = log10_crossing(found.log_t, found.gap(limit), (4 - 2 / math.pi) / 2)
    assert found.status == FINISHED and found.envelope_held
    assert crossing is not None and 10 < crossing < 18
    late = found.log10_t > 5
    assert np.polyfit(found.log_t[late], found.margins[late].min(axis=1), 1)[0] == pytest.approx(1.02, abs=0.02)


def test_steps_are_second_order_for_a_smooth_activation():
    network = smoothed(fcn(2), 3)
    parameters = start(network, 12, seed=3)

    def at_the_end(steps):
        accuracy = Accuracy(tolerance=math.inf, longest=LOG_10 / steps, consistency=1e-7)
        once = Recording(per_decade=1, log10_first=0)
        found = gradient_flow(
            network, parameters, POINTS, logistic([0, 1, 1]), LOG_10, accuracy=accuracy, recording=once
        )
        return found.outputs[-1]

    exact = at_the_end(48)
    errors = [np.abs(at_the_end(steps) - exact).max() for steps in (3, 6, 12)]
    assert np.log2(np.divide(errors[:-1], errors[1:])).min() > 1.6, errors


def test_default_steps_are_accurate_and_a_smaller_tolerance_makes_them_more_so():
    network, loss = smoothed(fcn(1), 10), logistic([0, 1, 1])
    errors = []
    for tolerance in (Accuracy().tolerance, Accuracy().tolerance / 4):
        largest = 0.0
        for seed in range(2):
            parameters = start(network, 10, seed)
            exact = gradient_flow(network, parameters, POINTS, loss, LOG_10, accuracy=FINE).outputs[-1]
            accuracy = Accuracy(tolerance=tolerance)
            found = gradient_flow(
                network, parameters, POINTS, loss, LOG_10, accuracy=accuracy, recording=Recording(1, 1)
            )
            largest = max(largest, np.abs(found.outputs[-1] - exact).max())
        errors.append(largest)
    assert errors[0] < 0.02 and errors[1] < errors[0] / 2, errors


@pytest.mark.parametrize(
    ("network", "points", "width", "until"),
    [(fcn(1), HEXAGON[[2, 5]], 300, 20), (fcn(1), HEXAGON, 100, 2), (fcn(2), HEXAGON[::2], 64, 10)],
    ids=["opposite points", "the hexagon", "three points, depth 2"],
)
def test_steps_of_half_the_length_change_margins_by_hundredths_and_the_kernel_by_some_per_cent(
    network, points, width, until
):
    loss = logistic([index % 2 for index in range(len(points))])
    default = Accuracy()
    finer = Accuracy(tolerance=default.tolerance / 2, longest=default.longest / 2)
    parameters = start(network, width)
    coarse, fine = (
        gradient_flow(network, parameters, points, loss, until * LOG_10, accuracy=accuracy)
        for accuracy in (default, finer)
    )
    assert coarse.status == fine.status == FINISHED
    assert np.abs(coarse.margins - fine.margins).max() < 0.03
    assert np.abs(coarse.lower_envelope - fine.lower_envelope).max() < 0.03
    largest = np.abs(fine.gram).max(axis=(1, 2))
    assert (np.abs(coarse.gram - fine.gram).max(axis=(1, 2)) / largest).max() < 0.08


def test_samples_without_a_gradient_do_not_disturb_the_others_at_any_time():
    # The second sample is inactive for good; the first follows its closed form as if it were alone, beyond t = 1e308.
    network = with_trained(fcn(1, "none"), ["W_2"])
    parameters = {name: tensor.abs() for name, tensor in start(network, 8, dimension=1).items()}
    points = np.array([[1.0], [-1.0]])
    sparse = Recording(per_decade=1)
    both = gradient_flow(network, parameters, points, logistic([1, 0]), 400 * LOG_10, recording=sparse)
    alone = gradient_flow(network, parameters, points[:1], logistic([1]), 400 * LOG_10, recording=sparse)
    assert both.status == FINISHED and not both.outputs[:, 1].any()
    np.testing.assert_allclose(both.outputs[:, 0], alone.outputs[:, 0], rtol=1e-6)


def test_records_may_be_many_decades_apart():
    times = list(Recording(per_decade=0.1, log10_first=-15).log_times(-math.inf, 12 * LOG_10))
    np.testing.assert_allclose(np.divide(times, LOG_10), [-10, 0, 10, 12])


def test_at_time_zero_there_is_the_start_alone():
    parameters = start(fcn(1), 8)
    found = gradient_flow(fcn(1), parameters, POINTS, logistic([0, 1, 1]), -math.inf)
    kernel = empirical_ntk(fcn(1), parameters, torch.from_numpy(POINTS))
    assert len(found) == 1 and found.log_t[0] == -math.inf and found.status == FINISHED
    np.testing.assert_allclose(found.outputs[0], kernel.outputs.numpy(), rtol=1e-12)
    np.testing.assert_allclose(found.gram[0], kernel.ntk.numpy(), rtol=1e-12)
    assert found.energy_defects.tolist() == [0.0] and found.gap_from_start.tolist() == [0.0]


def test_with_nothing_trained_the_flow_is_at_rest():
    network = with_trained(fcn(1), [])
    found = gradient_flow(network, start(network, 8), POINTS, logistic([0, 1, 1]), 400 * LOG_10)
    assert found.status == AT_REST and len(found) == 1 and found.groups == ()
    assert found.gram.tolist() == np.zeros((1, 3, 3)).tolist()


def test_soft_targets_are_reached_and_the_flow_says_that_it_rests():
    loss = CrossEntropy((0.2, 0.9, 0.7))
    found = gradient_flow(fcn(1), start(fcn(1), 64), POINTS, loss, 400 * LOG_10)
    assert found.status == AT_REST and found.log10_t[-1] < 20
    np.testing.assert_allclose(1 / (1 + np.exp(-found.outputs[-1])), loss.targets, atol=1e-6)


def test_a_flow_ends_when_its_steps_are_used_up():
    found = gradient_flow(fcn(1), start(fcn(1), 8), POINTS, logistic([0, 1, 1]), 5.0, most_steps=3)
    assert found.status == OUT_OF_STEPS and found.steps[-1] == 3 and found.log_t[-1] < 5.0


def test_zero_biases_are_trained_when_the_architecture_says_so_and_the_given_parameters_stay():
    network = resnet(1, SCALE)
    parameters = start(network, 16)
    before = {name: tensor.clone() for name, tensor in parameters.items()}
    found = gradient_flow(network, parameters, POINTS, logistic([0, 1, 1]), 0.0)
    assert all(torch.equal(parameters[name], before[name]) for name in before)
    moved = dict(zip(found.groups, found.sup_displacement[-1], strict=True))
    assert set(moved) == {"A", "b", "W_1", "b_1", "V_1", "d_1", "W_2"} and min(moved.values()) > 1e-4
    largest = float((found.parameters["b_1"] - before["b_1"]).abs().max())
    assert moved["b_1"] == pytest.approx(largest, rel=1e-12)


def same(one, two):
    arrays = [field.name for field in dataclasses.fields(one) if isinstance(getattr(one, field.name), np.ndarray)]
    assert all(np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True) for name in arrays)
    return all(torch.equal(one.parameters[name], two.parameters[name]) for name in one.parameters)


class InterruptionError(Exception):
    pass


def interrupted(path, after, network, parameters, log_until):
    """Flow with a checkpoint at every record and stop after some of them."""
    seen = []

    def stop(log_time, _):
        seen.append(log_time)
        if len(seen) == after:
            raise InterruptionError

    with pytest.raises(InterruptionError):
        gradient_flow(
            network,
            parameters,
            HEXAGON,
            ALTERNATING,
            log_until,
            checkpoint_file=path,
            checkpoint_seconds=0,
            on_record=stop,
        )


def test_an_interrupted_flow_resumes_to_the_same_bits(tmp_path):
    network, path, log_until = fcn(2), tmp_path / "flow.npz", math.log(10)
    parameters = start(network, 12)
    interrupted(path, 9, network, parameters, log_until)
    whole = gradient_flow(network, parameters, HEXAGON, ALTERNATING, log_until)
    resumed = gradient_flow(network, parameters, HEXAGON, ALTERNATING, log_until, checkpoint_file=path)
    assert same(whole, resumed)
    assert same(whole, gradient_flow(network, parameters, HEXAGON, ALTERNATING, log_until, checkpoint_file=path))
    longer = gradient_flow(network, parameters, HEXAGON, ALTERNATING, math.log(20), checkpoint_file=path)
    assert longer.log_t[-1] == math.log(20) and np.array_equal(longer.outputs[: len(whole)], whole.outputs)
    with pytest.raises(ValueError, match="already past"):
        gradient_flow(network, parameters, HEXAGON, ALTERNATING, 0.0, checkpoint_file=path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["flow.npz"]


def test_a_truncated_damaged_or_foreign_checkpoint_is_refused(tmp_path):
    network, path = fcn(1), tmp_path / "flow.npz"
    parameters = start(network, 8)

    def resume(loss=ALTERNATING):
        return gradient_flow(network, parameters, HEXAGON, loss, 1.0, checkpoint_file=path)

    interrupted(path, 5, network, parameters, 1.0)
    content = path.read_bytes()
    for size in (0, 1, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(ValueError, match="not a whole checkpoint"):
            resume()
    path.write_bytes(content[: len(content) // 2] + b"\x55" * 64 + content[len(content) // 2 + 64 :])
    with pytest.raises(ValueError, match="not a whole checkpoint"):
        resume()
    path.write_bytes(content)
    with pytest.raises(ValueError, match="another run"):
        resume(logistic([1, 0] * 3))
    assert resume().status == FINISHED


def test_misfits_are_refused():
    parameters = start(fcn(1), 8)
    loss = logistic([0, 1, 1])
    with pytest.raises(ValueError, match="2 samples"):
        gradient_flow(fcn(1), parameters, POINTS, logistic([0, 1]), 0.0)
    with pytest.raises(ValueError, match="do not fit"):
        gradient_flow(fcn(2), parameters, POINTS, loss, 0.0)
    with pytest.raises(ValueError, match="do not fit"):
        gradient_flow(fcn(1), parameters, np.ones((3, 5)), loss, 0.0)
    with pytest.raises(ValueError, match="finite n x d"):
        gradient_flow(fcn(1), parameters, np.ones((0, 2)), logistic([]), 0.0)
    with pytest.raises(ValueError, match="penalty"):
        gradient_flow(fcn(1), parameters, POINTS, loss, 0.0, penalty=-1.0)
    with pytest.raises(ValueError, match="record"):
        Recording(per_decade=0)


def test_records_are_spread_evenly_in_log_t_whatever_the_seed():
    times = list(Recording(per_decade=2, log10_first=-1).log_times(-math.inf, 1.5 * LOG_10))
    np.testing.assert_allclose(np.divide(times, LOG_10), [-1, -0.5, 0, 0.5, 1, 1.5])
    np.testing.assert_allclose(list(Recording(2).log_times(0.9 * LOG_10, 1.2 * LOG_10)), [LOG_10, 1.2 * LOG_10])
    assert list(Recording().log_times(1.0, 1.0)) == []


def test_the_time_that_both_runs_have_reached_is_told_to_who_listens_and_shown_to_nobody_else(capsys):
    arguments = fcn(1), start(fcn(1), 8), POINTS, logistic([0, 1, 1]), 0.0
    told = []
    with told_to(lambda words, share: told.append((words, share))):
        found = gradient_flow(*arguments)
    assert len(told) > found.steps[-1] and told[-1] == ("log10 t = 0.0 of 0.0", None)
    times = [float(words.split()[3]) for words, _ in told]
    assert times[0] < -0.5 and times == sorted(times)
    gradient_flow(*arguments)
    assert capsys.readouterr() == ("", "")
