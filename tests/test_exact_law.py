"""The exact law against networks typed by hand, and what it takes to notice each way of getting it wrong."""

import functools
import itertools

import numpy as np
import pytest
import scipy.stats
import sympy
import torch
from threadpoolctl import threadpool_info

from numerics.data.points import float_points
from numerics.kernels.gram import kernel_grams, nngp, ntk
from numerics.networks import exact_law
from numerics.networks.classes import class_kernel
from numerics.networks.exact_law import Covariance, sample_kernels
from numerics.networks.explicit import sample_networks
from numerics.statistics import entry_scale, equivalence_test, estimate
from tests.oracles import networks
from tests.test_network import with_wrong_normalisation
from tests.two_samples import two_sample_test
from theory.activations import AbsoluteValue, Erf, Gelu, Silu, Sin, Softplus, Tanh
from theory.architecture import fcn, resnet, with_trained
from theory.presets import arora, changed, geifman, huang, jacot, lee, tirer

SCALE = sympy.Rational(3, 5)
DRAWS = 600
# Three points in general position; ten with multiples, opposites and the origin, more than 8 neurons.
FEW = np.array([[1.0, 0.0], [0.6, -0.8], [-0.5, 0.5]])
MANY = np.vstack([FEW, -FEW, 2 * FEW, [[0.0, 0.0]]])
TWO_SAMPLE_ALPHA = 1e-7


def architecture_of(family, depth, bias):
    return fcn(depth, bias) if family == "fcn" else resnet(depth, SCALE, bias)


def flat(parts, outputs):
    return np.hstack([part.reshape(len(part), -1) for part in parts.values()] + [outputs])


@functools.cache
def explicit_draws(family, width, size, bias):
    """Parts and outputs of explicit networks of depth 2 typed by hand, one row a draw."""
    points = torch.from_numpy(FEW if size == "few" else MANY)
    biased = bias != "none"
    architecture = architecture_of(family, 2, bias)
    trained = [group.name for group in architecture.groups if group.trained]
    if family == "fcn":
        draw = functools.partial(networks.fcn_parameters, 2, width, 2, biased=biased)
        output = functools.partial(networks.fcn_output, depth=2, biased=biased)
    else:
        draw = functools.partial(networks.resnet_parameters, 2, width, 2, biased=biased)
        output = functools.partial(networks.resnet_output, depth=2, alpha=float(SCALE), biased=biased)
    return flat(*networks.batched_kernel_parts(output, draw, points, trained, DRAWS, seed=width))


def exact_draws(family, width, size, bias):
    points = FEW if size == "few" else MANY
    found = sample_kernels(architecture_of(family, 2, bias), points, width, DRAWS, seed=1)
    return flat(found.parts, found.outputs)


@functools.cache
def correct_draws(family, width, size, bias):
    return exact_draws(family, width, size, bias)


CASES = [
    ("fcn", 8, "few", "trained"),
    ("fcn", 8, "many", "trained"),
    ("fcn", 8, "many", "none"),
    ("fcn", 32, "few", "frozen"),
    ("resnet", 8, "few", "trained"),
    ("resnet", 8, "many", "trained"),
    ("resnet", 32, "few", "none"),
]


@pytest.mark.parametrize(("family", "width", "size", "bias"), CASES)
def test_parts_and_outputs_have_the_joint_law_of_explicit_networks(family, width, size, bias):
    explicit, exact = explicit_draws(family, width, size, bias), correct_draws(family, width, size, bias)
    result = two_sample_test(explicit, exact, TWO_SAMPLE_ALPHA)
    assert not result.differs, result


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_means_and_covariances_of_parts_are_those_of_explicit_networks(family):
    one, two = explicit_draws(family, 8, "few", "trained"), correct_draws(family, 8, "few", "trained")
    centre, scale = one.mean(axis=0), one.std(axis=0) + 1e-300

    def moments(draws):
        standard = np.arctan((draws - centre) / scale)  # tames the tails, which are heavy at width 8
        products = np.einsum("ri,rj->rij", standard, standard).reshape(len(draws), -1)
        return estimate(np.hstack([standard, products]))

    first, second = moments(one), moments(two)
    error = np.hypot(first.standard_error, second.standard_error)
    assert np.abs(first.mean - second.mean).max() <= 6 * error.max()
    assert (np.abs(first.mean - second.mean) <= 6.5 * error + 1e-12).all()


def without_projection(covariance, alignment, projected):
    """W~'G = (A~^+)'H'G + Z instead of + (I - A~ A~^+) Z."""
    return covariance.inverse() @ alignment


def without_bias_row(covariance, alignment, projected):
    """Conditions W on H as if the bias, of variance 1, had no part in H."""
    matrix = covariance.factor() @ covariance.factor().mT
    return Covariance.of((1 + 1e-12) * matrix - 1.0).inverse() @ (alignment - projected)


def drawn_twice(covariance, alignment, projected):
    """The backward pass sees weights drawn afresh."""
    return np.zeros_like(alignment)


def plant(monkeypatch, mistake, layer, layers):
    """Makes the mistake at one of the `layers` between the first and the last, as the backward pass meets them."""
    correct, calls = exact_law._correction, itertools.count()

    def correction(*arguments):
        return (mistake if next(calls) % layers == layer else correct)(*arguments)

    monkeypatch.setattr(exact_law, "_correction", correction)


@pytest.mark.parametrize(
    ("mistake", "size"), [(without_projection, "many"), (without_bias_row, "few"), (without_bias_row, "many")]
)
def test_a_mistake_in_the_conditioning_is_seen_at_width_8(monkeypatch, mistake, size):
    monkeypatch.setattr(exact_law, "_correction", mistake)
    assert two_sample_test(
        explicit_draws("fcn", 8, size, "trained"), exact_draws("fcn", 8, size, "trained"), TWO_SAMPLE_ALPHA
    ).differs


def test_a_projection_left_out_of_the_residual_network_is_seen_at_width_8(monkeypatch):
    monkeypatch.setattr(exact_law, "_correction", without_projection)
    assert two_sample_test(
        explicit_draws("resnet", 8, "few", "trained"), exact_draws("resnet", 8, "few", "trained"), TWO_SAMPLE_ALPHA
    ).differs


# Weights drawn afresh for the backward pass change the law of the kernels so little that no two-sample test sees them
# well. But in networks of width 1 kernels and outputs determine every weight twice, forward and backward.


def forward_backward_defects(family):
    """Relative differences of what the forward and the backward pass say about the weights, one row a draw."""
    if family == "fcn":
        return fcn_defects(sample_kernels(fcn(2), np.array([[1.0], [0.4]]), 1, 200, seed=2))
    return resnet_defects(sample_kernels(resnet(1, SCALE), np.array([[1.0]]), 1, 200, seed=2))


def fcn_defects(draws):
    """Columns W_3: |f| / |a_2| = sqrt(b_2 / 2), W_2: |z_2 - z_2'| / |a_1 - a_1'| = sqrt(b_1 / b_2 / 2), b_l parts."""
    diagonal = {name: np.einsum("rii->ri", part) for name, part in draws.parts.items()}
    active = (diagonal["W_2"] > 0).all(axis=1)
    first = np.sqrt(diagonal["W_2"][active] / diagonal["b_2"][active])
    second = np.sqrt(diagonal["W_3"][active])
    slope = np.sqrt(diagonal["b_1"][active] / diagonal["b_2"][active])
    head = np.abs(draws.outputs[active]) / second / np.sqrt(diagonal["b_2"][active] / 2)
    inner = np.abs(np.diff(second) / np.diff(first)) / slope[:, :1]
    return np.hstack([head[:, :1], inner]) - 1


def resnet_defects(draws):
    """Columns W_2: |f| = |W_2 a_1|, V_1: a_1 = a_0 + alpha V_1 t, W_1: df/da_0 = W_2 (1 + alpha sqrt(2) V_1 W_1)."""
    diagonal = {name: part[:, 0, 0] for name, part in draws.parts.items()}
    active = diagonal["V_1"] > 0
    roots = {name: np.sqrt(part[active]) for name, part in diagonal.items()}
    alpha = float(SCALE)
    head, stem, rectified = roots["d_1"] / alpha, roots["W_1"] / roots["b_1"], roots["V_1"] / roots["d_1"]
    outer = roots["b_1"] / roots["d_1"] / np.sqrt(2)
    inner = rectified / stem / np.sqrt(2)
    last = np.abs(draws.outputs[active, 0]) / head / roots["W_2"] - 1
    sign = np.array([[1.0], [-1.0]])  # that of V_1 W_1, and so of V_1 t / a_0
    forward = np.abs(stem + sign * alpha * outer * rectified) / roots["W_2"] - 1
    backward = np.abs(1 + sign * alpha * np.sqrt(2) * outer * inner) * head / roots["b"] - 1
    better = np.maximum(np.abs(forward), np.abs(backward)).argmin(axis=0), np.arange(len(last))
    return np.stack([last, forward[better], backward[better]], axis=1)


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_forward_and_backward_pass_see_the_same_weights(family):
    defects = forward_backward_defects(family)
    assert len(defects) > 20
    # Nearly equal features and a nearly vanishing cotangent lose digits.
    assert np.median(np.abs(defects)) < 1e-13 and np.abs(defects).max() < 1e-6


@pytest.mark.parametrize(("family", "layer", "layers"), [("fcn", 0, 1), ("resnet", 0, 2), ("resnet", 1, 2)])
def test_one_weight_matrix_drawn_twice_is_seen_in_networks_of_width_1(monkeypatch, family, layer, layers):
    plant(monkeypatch, drawn_twice, layer, layers)
    assert np.median(np.abs(forward_backward_defects(family)[:, 1 + layer])) > 0.1


def bias_left_over():
    """|b_2| = |z_2 - W_2 a_1| of the FCN of depth 2 and width 1 on a far point, z_2 > 0, W_2 as seen backward."""
    parts = sample_kernels(fcn(2), np.array([[100.0]]), 1, 600, seed=6).parts
    parts = {name: part[parts["W_2"][:, 0, 0] > 0, 0, 0] for name, part in parts.items()}
    weight, feature = np.sqrt(parts["b_1"] / parts["b_2"] / 2), np.sqrt(parts["W_2"] / parts["b_2"])
    return np.abs(np.sqrt(parts["W_3"] / 2) - weight * feature)


def test_what_the_weights_leave_of_a_preactivation_is_a_standard_normal_bias():
    assert scipy.stats.kstest(bias_left_over(), scipy.stats.halfnorm.cdf).pvalue > 1e-6


def test_a_projection_left_out_leaves_another_bias(monkeypatch):
    monkeypatch.setattr(exact_law, "_correction", without_projection)
    assert scipy.stats.kstest(bias_left_over(), scipy.stats.halfnorm.cdf).pvalue < 1e-6


@functools.cache
def wide_draws(family):
    """Draws of the parts at width 8000 on two points."""
    return sample_kernels(architecture_of(family, 2, "trained"), FEW[:2], 8000, 360, seed=3).parts


def verdicts(family, expected):
    """Verdict by group: false alarm 1e-7 in all, power 1 - 1e-6 at 3% of the scale of the entries.

    The bias of the mean is bounded rather than removed: it is below 1/m of the scale, and 8/m is allowed for.
    """
    samples = wide_draws(family)
    settings = {"alpha": 1e-7 / len(samples), "allowance": 1e-3}
    found = {}
    for name, part in expected.items():
        scale = entry_scale(part)
        found[name] = equivalence_test(samples[name] / scale, part / scale, 0.03, **settings).verdict
    return found


def limit_parts(architecture):
    return kernel_grams(architecture, float_points("two points", FEW[:2])).parts


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_mean_parts_agree_with_the_derived_limit_within_three_percent(family):
    found = verdicts(family, limit_parts(architecture_of(family, 2, "trained")))
    assert set(found.values()) == {"agrees"}, found


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_a_backward_pass_off_by_three_percent_is_seen(family):
    limit = limit_parts(architecture_of(family, 2, "trained"))
    found = verdicts(family, {name: 1.03 * part for name, part in limit.items()})
    assert set(found.values()) == {"differs"}, found


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_a_normalisation_off_by_one_percent_in_one_layer_is_seen(family):
    architecture = architecture_of(family, 2, "trained")
    found = verdicts(family, limit_parts(with_wrong_normalisation(architecture, block=-1)))
    assert "differs" in found.values(), found


@pytest.mark.parametrize("width", [3000, 20_000])  # one batch of draws; batches of two
def test_draws_depend_on_seed_and_number_alone(width):
    settings = {"architecture": resnet(1), "points": FEW, "width": width}
    several = sample_kernels(**settings, draws=3, seed=5)
    again = sample_kernels(**settings, draws=2, seed=5, jobs=2)
    assert np.array_equal(several.ntk[:2], again.ntk) and np.array_equal(several.outputs[:2], again.outputs)
    assert len({float(ntk[0, 0]) for ntk in several.ntk}) == 3
    assert not np.array_equal(again.ntk, sample_kernels(**settings, draws=2, seed=6).ntk)


def test_blas_has_one_thread_within_a_draw_and_its_own_number_after_it(monkeypatch):
    threads = []
    draw = exact_law._draw
    monkeypatch.setattr(exact_law, "_draw", lambda *task: threads.append(blas_threads()) or draw(*task))
    before = blas_threads()
    sample_kernels(fcn(1), FEW, 5, 1, seed=0)
    assert threads == [{1}] and blas_threads() == before


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_the_weights_of_a_first_layer_with_few_inputs_are_drawn_and_the_law_stays(monkeypatch):
    """Inputs of R^2 with a bias have three weights a neuron: fewer than four points, not fewer than three."""
    columns = []
    normals = exact_law._Network.normals
    monkeypatch.setattr(
        exact_law._Network, "normals", lambda network, *size: columns.append(size) or normals(network, *size)
    )
    for points in (FEW, MANY[:4]):
        sample_kernels(fcn(1), points, 5, 1, seed=0)
    assert columns == [(5, 3), (5, 1), (1, 1)] * 2


def test_shapes_and_groups_are_those_of_the_architecture():
    found = sample_kernels(with_trained(fcn(2), ["b_1", "W_2"]), MANY, 5, 4, seed=0)
    assert list(found.parts) == ["b_1", "W_2"] and len(found) == 4
    assert found.ntk.shape == (4, 10, 10) and found.outputs.shape == (4, 10)
    assert np.allclose(found.ntk, found.parts["b_1"] + found.parts["W_2"])
    assert np.allclose(found.ntk, found.ntk.transpose(0, 2, 1))


def test_duplicate_points_have_equal_rows_and_a_vanishing_point_without_biases_a_zero_row():
    points = np.vstack([FEW, FEW[:1], np.zeros((1, 2))])
    found = sample_kernels(fcn(3, "none"), points, 50, 20, seed=3)
    assert np.allclose(found.ntk[:, 0], found.ntk[:, 3], rtol=1e-6)
    assert not found.ntk[:, 4].any() and not found.outputs[:, 4].any()


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_factors_and_inverses_of_singular_covariances(rank):
    vectors = np.random.default_rng(rank).standard_normal((6, rank)) * np.logspace(0, 6, 6)[:, None]
    matrix = vectors @ vectors.T
    matrix[0], matrix[:, 0] = 0.0, 0.0
    scale = np.sqrt(np.outer(np.diagonal(matrix), np.diagonal(matrix))) + 1e-300
    covariance = Covariance.of(matrix)
    for factor in (covariance.factor(), covariance.factor(rank)):
        assert np.abs((factor @ factor.T - matrix) / scale).max() < 1e-13
        assert not factor[0].any()
    assert np.abs((matrix @ covariance.inverse() @ matrix - matrix) / scale).max() < 1e-11


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"points": np.array([1.0])}, "n x d"),
        ({"points": np.array([[np.nan]])}, "finite"),
        ({"width": 0}, "at least 1"),
        ({"draws": 0}, "at least 1"),
        ({"seed": -1}, "negative"),
    ],
)
def test_impossible_requests_are_refused(changed, message):
    settings = {"architecture": fcn(1), "points": FEW, "width": 4, "draws": 1, "seed": 0}
    with pytest.raises(ValueError, match=message):
        sample_kernels(**(settings | changed))


@pytest.mark.parametrize("network", [resnet(1), jacot(2)], ids=lambda network: network.name)
def test_the_law_of_several_outputs_is_that_of_explicit_networks(network):
    """Two outputs on two points: kernel and outputs jointly, at width 4."""
    points = np.array([[0.6, 0.8], [0.3, -0.5]])
    exact = sample_kernels(network, points, 4, 3000, seed=0, outputs=2)
    explicit = sample_networks(network, points, 4, 3000, seed=1, outputs=2)
    assert exact.ntk.shape == (3000, 4, 4) and exact.outputs.shape == (3000, 4)
    for name, part in exact.parts.items():
        both = (np.concatenate([one, draws.outputs[:, None]], axis=1) for one, draws in
                ((part, exact), (explicit.parts[name], explicit)))  # fmt: skip
        assert not two_sample_test(*both, alpha=1e-6).differs, name
    one = sample_kernels(network, points, 4, 5, seed=0)
    assert np.array_equal(one.ntk, sample_kernels(network, points, 4, 5, seed=0, outputs=1).ntk)


def test_outputs_are_independent_in_the_limit_and_not_at_finite_width():
    points = np.array([[0.6, 0.8], [0.3, -0.5]])
    limit = class_kernel(ntk(fcn(1), points), 2)
    wide, narrow = (sample_kernels(fcn(1), points, width, 400, seed=0, outputs=2).ntk for width in (10_000, 20))
    result = equivalence_test(wide, limit, 0.05 * limit.max(), 1e-6, allowance=1e-3 * limit.max())
    assert result.verdict == "agrees"
    assert narrow[:, 0, 1].std() > 5 * wide[:, 0, 1].std() > 0
    with pytest.raises(ValueError, match="at least one output"):
        sample_kernels(fcn(1), points, 3, 2, seed=0, outputs=0)


@pytest.mark.parametrize("outputs", [1, 2])
def test_outputs_of_one_hidden_layer_have_the_covariance_of_the_limit_at_any_width(outputs):
    """Weights and biases of the last layer are both in it; 4000 draws, 7 standard errors."""
    network = changed(fcn(1), output_bias="trained", bias_variance=sympy.Rational(1, 2))
    found = sample_kernels(network, FEW, 20, 4000, seed=3, outputs=outputs).outputs
    products = np.einsum("ri,rj->rij", found, found)
    error = products.std(axis=0) / len(products) ** 0.5
    assert (np.abs(products.mean(axis=0) - class_kernel(nngp(network, FEW), outputs)) < 7 * error).all()


KINDS = [
    jacot(2, sympy.Rational(-1, 2), activation=Tanh()),
    geifman(2, sympy.Rational(1, 2)),
    lee(2, sympy.Rational(3, 2), sympy.Rational(1, 2), Gelu()),
    lee(2, sympy.Rational(3, 2), sympy.Rational(1, 2), Erf(), "standard"),
    arora(2, AbsoluteValue()),
    huang(2),
    tirer(2, SCALE, sympy.Rational(3, 2), Sin()),
    fcn(2, "zero", Silu()),
    fcn(2, "frozen", Erf()),
    resnet(2, SCALE, "zero", Gelu()),
    changed(fcn(2), output_bias="trained", bias_variance=sympy.Rational(1, 4)),
    changed(resnet(1, activation=Softplus()), output_bias="zero", trained=["A", "b_1", "V_1", "b_2"]),
]
"""Multipliers, variances, what is frozen, absent or starts at zero, and every preset on vectors."""


@pytest.mark.parametrize("network", KINDS, ids=lambda network: network.name)
def test_the_law_is_that_of_explicit_networks_for_every_layer_and_preset(network):
    """At width 6; the false alarm is 1e-7 a network."""
    exact, explicit = (sample(network, FEW, 6, 400, seed=8) for sample in (sample_kernels, sample_networks))
    assert list(exact.parts) == list(explicit.parts)
    joint = [flat(one.parts, one.outputs) for one in (exact, explicit)]
    assert not two_sample_test(*joint, TWO_SAMPLE_ALPHA).differs
