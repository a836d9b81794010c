"""Every activation: its moments against quadrature typed by hand, in every number system and in networks."""

import dataclasses
import math

import flint
import numpy as np
import pytest
import sympy
import torch

from numerics.data.points import float_points
from numerics.kernels import hermite
from numerics.kernels.gram import kernel_grams, ntk
from numerics.kernels.hermite import series
from numerics.networks.entrywise import NUMPY, entrywise
from numerics.networks.exact_law import sample_kernels
from numerics.networks.explicit import sample_networks
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from numerics.numbers.systems import Balls, DoubleBalls, Mpmath, evaluate
from numerics.statistics import entry_scale, equivalence_test
from tests.oracles import activations as oracle
from tests.oracles import fine_activations as fine
from tests.two_samples import two_sample_test
from theory.activations import (
    ACTIVATIONS,
    AbsoluteValue,
    Analytic,
    Cos,
    Elementary,
    Erf,
    Exp,
    Gelu,
    Identity,
    LeakyRelu,
    Polynomial,
    Relu,
    Sigmoid,
    Silu,
    Sin,
    Softplus,
    Step,
    Tanh,
    activation_named,
)
from theory.activations.activation import z
from theory.architecture import Affine, Architecture, Group, Scale, fcn, groups_of, resnet
from theory.integrals import c, closed_moment, p, prove_moment, r
from theory.presets import changed
from theory.recursion import recursion

ONE = sympy.Integer(1)
CUBIC = Polynomial(tuple(map(sympy.Integer, (1, -2, 0, 1))))
MINE = {
    "relu": Relu(), "leaky": LeakyRelu(sympy.Rational(1, 4)), "abs": AbsoluteValue(), "step": Step(),
    "identity": Identity(), "erf": Erf(), "gelu": Gelu(), "sin": Sin(), "cos": Cos(), "exp": Exp(), "cubic": CUBIC,
    "tanh": Tanh(), "sigmoid": Sigmoid(), "softplus": Softplus(), "silu": Silu(),
}  # fmt: skip
SMOOTH = [name for name, value in MINE.items() if isinstance(value, Elementary | Analytic)]
ANALYTIC = [name for name, value in MINE.items() if isinstance(value, Analytic)]
POINTS = np.array([[0.6, 0.7], [-0.3, 0.5], [-0.6, -0.6999]])
HALF = sympy.Rational(1, 2)
BIASES = {"trained": (1, 1), "zero": (0, 1), "none": (0, 0)}
"""The variance at the start, and what the gradient adds."""


def test_every_activation_that_can_be_named_is_tried_here():
    tried = {type(value) for value in MINE.values()}
    made = {name: ACTIVATIONS[name](*((ONE, ONE) if name == "polynomial" else ())) for name in ACTIVATIONS}
    assert {name for name, value in made.items() if type(value) not in tried} <= {"bump"}


@pytest.mark.parametrize("name", MINE)
def test_what_an_activation_states_is_proved(name):
    MINE[name].prove()


def test_a_moment_that_is_wrong_at_unequal_variances_is_not_proved():
    right = Erf().form(0)
    wrong = right.subs({p: (p + r) / 2, r: (p + r) / 2}, simultaneous=True)
    assert sympy.simplify((right - wrong).subs(r, p)) == 0
    prove_moment(sympy.erf(z), right)
    with pytest.raises(ArithmeticError, match="not proved"):
        prove_moment(sympy.erf(z), wrong)
    with pytest.raises(ArithmeticError, match="not proved"):
        prove_moment(Gelu().function, Gelu().form(0) + c / 50)


def test_closed_moments_of_functions_that_have_none_are_refused():
    with pytest.raises(ValueError, match="exponential of a quadratic"):
        closed_moment(sympy.tanh(z))


# --- moments, to 30 digits ---

PAIRS = [(sympy.Rational(7, 10), sympy.Rational(2, 5), sympy.Rational(13, 10))]


def enclosed_moment(name, order, pair, bits=220):
    """The moment at variances and a covariance, as a ball."""
    activation = MINE[name]
    system = Balls(bits)
    with system.working():
        balls = [flint.arb(flint.fmpq(int(value.p), int(value.q))) for value in pair]
        if isinstance(activation, Elementary):
            return evaluate(activation.form(order), system, dict(zip((p, c, r), balls, strict=True)))
        deviations = np.array([balls[0].sqrt(), balls[2].sqrt()], dtype=object)
        correlation = np.array([balls[1] / (deviations[0] * deviations[1])], dtype=object)
        found = series(activation, order, deviations, system)
        return found.sum(np.array([0]), np.array([1]), correlation, system)[0]


@pytest.mark.parametrize(
    ("name", "order"), [("erf", 0), ("gelu", 0), ("gelu", 1), ("sin", 0), ("exp", 0), ("cubic", 1), ("tanh", 0)]
)
def test_moments_at_unequal_variances_agree_with_quadrature_to_thirty_digits(name, order):
    pair = PAIRS[0]
    ball = enclosed_moment(name, order, pair)
    expected = fine.moment(name, order, tuple(fine.mp.mpf(int(v.p)) / int(v.q) for v in pair))
    mantissa, exponent = ball.mid().man_exp()
    middle = fine.mp.mpf(int(mantissa)) * fine.mp.mpf(2) ** int(exponent)
    scale = abs(expected) + 1
    assert abs(middle - expected) < fine.mp.mpf(10) ** -30 * scale + fine.mp.mpf(float(ball.rad()))
    assert float(ball.rad()) < (1e-12 if name in ANALYTIC else 1e-40) * float(scale)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", ANALYTIC)
def test_hermite_series_of_few_terms_still_enclose_the_moment(monkeypatch, name, order):
    pair = PAIRS[0]
    accurate = enclosed_moment(name, order, pair)
    monkeypatch.setattr(hermite, "MOST_ENCLOSED", 12)
    rough = hermite._enclosed(MINE[name], order, [flint.arb(7) / 10], 60, 12)
    assert rough[1][0] > 0
    ball = _moment_with(name, order, pair, terms=12)
    assert ball.contains(accurate.mid()) and ball.rad() > accurate.rad()


def test_hermite_coefficients_from_few_nodes_still_enclose_the_coefficients():
    deviations = [flint.arb(7) / 10]
    grid = hermite._grid(MINE["tanh"], 0, 0.7, 60, 12)
    accurate, _ = hermite._ball_series(MINE["tanh"], 0, deviations, grid)
    for share in (4, 3, 2):
        rough, _ = hermite._ball_series(
            MINE["tanh"], 0, deviations, dataclasses.replace(grid, count=grid.count // share)
        )
        assert all(one[0].overlaps(other[0]) for one, other in zip(rough, accurate, strict=True))
        assert share == 2 or max(one[0].rad() for one in rough) > 1e-12


def _moment_with(name, order, pair, terms, shrink=1):
    with flint.ctx.workprec(128):
        balls = [flint.arb(flint.fmpq(int(value.p), int(value.q))) for value in pair]
        deviations = [balls[0].sqrt(), balls[2].sqrt()]
        rows, tails = hermite._enclosed(MINE[name], order, deviations, 60, terms)
        found = hermite.Series(rows, tails * shrink)
        rho = np.array([balls[1] / (deviations[0] * deviations[1])], dtype=object)
        return found.sum(np.array([0]), np.array([1]), rho, Balls(128))[0]


def test_a_tail_bound_below_the_truth_is_seen_at_equal_points():
    """At correlation 1 the tail bound is the rest of the series itself: half of it does not contain the moment."""
    pair = (ONE, ONE, ONE)
    accurate = enclosed_moment("tanh", 0, (ONE, ONE - sympy.Rational(1, 10**40), ONE))
    assert _moment_with("tanh", 0, pair, terms=12).overlaps(accurate)
    assert not _moment_with("tanh", 0, pair, terms=12, shrink=flint.arb(1) / 2).overlaps(accurate)


# --- networks ---


THIRTY = fine.mp.mpf(10) ** -30
FINE = float_points("two points", np.array([[0.6, 0.7], [-0.3, 0.5]]))


def tamed(network, name):
    """With weights for which thirty digits are within the series, biases of variance 1/4."""
    return changed(network, weight_variance=TAMED[name], bias_variance=HALF / 2)


TAMED = {name: HALF**3 if name in ("exp", "cubic") else HALF**2 if name in ANALYTIC else ONE for name in MINE}


def entry_to_thirty_digits(network):
    """K(x, x') in the middle of its ball, and sqrt(K(x, x) K(x', x'))."""
    matrix = ntk(network, FINE, Balls(230))
    middles = []
    for ball in (matrix[0, 1], matrix[0, 0], matrix[1, 1]):
        assert float(ball.rad()) < 1e-31 * float(matrix[0, 0].mid())
        mantissa, exponent = ball.mid().man_exp()
        middles.append(fine.mp.mpf(int(mantissa)) * fine.mp.mpf(2) ** int(exponent))
    return middles[0], fine.mp.sqrt(middles[1] * middles[2])


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("name", MINE)
def test_kernels_agree_with_quadrature_to_thirty_digits(name, bias):
    """Of depth 1; the whole grid is in benchmarks/activation_grid."""
    x, y = ([fine.mp.mpf(one) for one in point] for point in (POINTS[0], POINTS[1]))
    variance, gradient = BIASES[bias]
    weight = fine.mp.mpf(int(TAMED[name].p)) / int(TAMED[name].q)
    found, scale = entry_to_thirty_digits(tamed(fcn(1, bias, MINE[name]), name))
    (expected,) = fine.fcn_kernels(name, x, y, 1, weight, fine.mp.mpf(variance) / 4, gradient)
    assert abs(found - expected) < THIRTY * scale


@pytest.mark.parametrize("name", ["relu", "leaky", "step", "erf", "cos", "tanh", "identity"])
def test_kernels_of_deeper_networks_agree_with_quadrature_to_thirty_digits(name):
    x, y = ([fine.mp.mpf(one) for one in point] for point in (POINTS[0], POINTS[1]))
    weight, half = fine.mp.mpf(int(TAMED[name].p)) / int(TAMED[name].q), fine.mp.mpf(1) / 2
    pairs = (
        (fcn(2, "zero", MINE[name]), fine.fcn_kernels(name, x, y, 2, weight, 0, 1)[1]),
        (resnet(1, HALF, "trained", MINE[name]), fine.resnet_kernels(name, x, y, 1, half, weight, half**2, 1)[0]),
    )
    for network, expected in pairs:
        found, scale = entry_to_thirty_digits(tamed(network, name))
        assert abs(found - expected) < THIRTY * scale, network.name


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("name", MINE)
def test_kernels_of_connected_networks_agree_with_a_recursion_over_quadrature(name, bias, depth):
    if name in ("exp", "cubic"):  # whose moments of moments grow beyond what quadrature in doubles resolves
        depth = 1
    matrix = ntk(fcn(depth, bias, MINE[name]), POINTS)
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 2)):
        expected = oracle.fcn_kernel(name, POINTS[i], POINTS[j], depth, *BIASES[bias])
        tolerance = 1e-7 if name == "step" else 1e-11
        assert abs(matrix[i, j] - expected) < tolerance * math.sqrt(matrix[i, i] * matrix[j, j]), (i, j)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("name", ["leaky", "abs", "identity", "erf", "gelu", "cos", "tanh", "softplus"])
def test_kernels_of_residual_networks_agree_with_a_recursion_over_quadrature(name, bias, depth):
    network = resnet(depth, HALF, bias, MINE[name])
    matrix = ntk(network, POINTS)
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 2)):
        expected = oracle.resnet_kernel(name, POINTS[i], POINTS[j], depth, 0.5, *BIASES[bias])
        assert abs(matrix[i, j] - expected) < 1e-11 * math.sqrt(matrix[i, i] * matrix[j, j]), (i, j)


@pytest.mark.parametrize("name", MINE)
def test_number_systems_agree(name):
    network = fcn(2 if name in ("leaky", "abs", "erf", "gelu") else 1, "zero", MINE[name])
    points = float_points("points", POINTS[:2] / 4)
    doubles, balls = ntk(network, points), ntk(network, points, Balls(120))
    fast, fine = ntk(network, points, DoubleBalls()), ntk(network, points, Mpmath(15))
    for index in np.ndindex(2, 2):
        ball, scale = balls[index], float(balls[0, 0].upper())
        assert abs(flint.arb(doubles[index]) - ball) < 1e-14 * scale + ball.rad()
        assert flint.arb(fast.centre[index], fast.radius[index]).overlaps(ball)
        assert abs(float(fine[index]) - float(ball.mid())) < 1e-14 * scale


@pytest.mark.parametrize("name", MINE)
def test_the_derivative_in_torch_and_numpy_is_that_of_automatic_differentiation(name):
    values = torch.linspace(-3, 3, 14, dtype=torch.float64, requires_grad=True)
    from numerics.networks.torch_network import TORCH

    function = entrywise(MINE[name].function, TORCH)(values)
    slope = entrywise(MINE[name].derivative, NUMPY)(values.detach().numpy())
    if function.requires_grad:
        (automatic,) = torch.autograd.grad(function.sum(), values)
        assert np.allclose(automatic.numpy(), slope, rtol=1e-12, atol=1e-12)
    else:
        assert not np.any(slope)
    table = oracle.SMOOTH.get(name)
    if table:
        assert np.allclose(table[0](oracle.NUMPY, values.detach().numpy()), function.detach().numpy(), rtol=1e-13)


@pytest.mark.parametrize("name", MINE)
def test_the_exact_law_is_that_of_explicit_networks(name):
    """Parts and outputs of networks of width 6 and depth 2, of exp 1; the false alarm is 1e-7 a network."""
    network = fcn(1 if name == "exp" else 2, "trained", MINE[name])
    generator = np.random.default_rng(7)
    found = [empirical_ntk(network, initialise(network, 2, 6, generator), POINTS) for _ in range(400)]
    explicit = np.array(
        [np.concatenate([*(part.numpy().ravel() for part in k.parts.values()), k.outputs]) for k in found]
    )
    draws = sample_kernels(network, POINTS, 6, 400, seed=3)
    exact = np.hstack([*(part.reshape(400, -1) for part in draws.parts.values()), draws.outputs])
    assert not two_sample_test(explicit, exact, 1e-7).differs


@pytest.mark.parametrize("name", MINE)
def test_parts_are_those_of_explicit_networks_in_the_mean(name):
    """A part that is off by half of sqrt(K(x, x) K(x', x')) is seen with probability 1 - 1e-6; width allows for 6%.

    The false alarm is 1e-6 a part; all shapes and biases are in benchmarks/sampled_networks.
    """
    network = resnet(1, HALF, "trained", MINE[name])
    if name in ("exp", "cubic"):  # whose products have tails too heavy for a mean
        network = changed(network, weight_variance=HALF**5, bias_variance=HALF**4)
    sampled = sample_networks(network, POINTS[:2], 128, 120, seed=4)
    for group, part in kernel_grams(network, POINTS[:2]).parts.items():
        if not part.any():
            assert not sampled.parts[group].any()
            continue
        scale = entry_scale(part)
        result = equivalence_test(sampled.parts[group] / scale, part / scale, 0.5, 1e-6, allowance=0.06)
        assert result.verdict == "agrees", (group, result.discrepancy, result.detectable)


@pytest.mark.parametrize("name", ["gelu", "tanh", "abs"])
def test_empirical_kernels_are_jacobian_products(name):
    network = fcn(2, "trained", MINE[name])
    parameters = initialise(network, 2, 8, np.random.default_rng(1))
    leaves = {key: value.clone().requires_grad_() for key, value in parameters.items()}
    jacobian = []
    for output in forward(network, leaves, POINTS):
        gradients = torch.autograd.grad(output, list(leaves.values()), retain_graph=True)
        jacobian.append(torch.cat([gradient.ravel() for gradient in gradients]))
    expected = torch.stack(jacobian) @ torch.stack(jacobian).T
    assert torch.allclose(empirical_ntk(network, parameters, POINTS).ntk, expected, rtol=1e-11)


# --- accuracy near equal and opposite points ---


@pytest.mark.parametrize("gap", [1e-4, 1e-9, 1e-13])
def test_absolute_value_and_leaky_relu_keep_their_accuracy_near_opposite_points(gap):
    points = float_points("pair", [[1.0, 0.0], [-1.0, gap]])
    for activation in (AbsoluteValue(), LeakyRelu(sympy.Rational(1, 4))):
        network = fcn(2, "none", activation)
        doubles, balls = kernel_grams(network, points), kernel_grams(network, points, Balls(300))
        for name, part in doubles.parts.items():
            ball = balls.parts[name][0, 1]
            assert abs(flint.arb(part[0, 1]) - ball) <= 3e-15 * abs(ball) + 1e-15 * balls.parts[name][0, 0], name


# --- where activations may stand ---


def layers(*entries):
    return tuple(entries)


def dense(letter, index, **kwargs):
    return Affine(Group(letter, index, ONE), **kwargs)


def network(stem=(), blocks=(), head=()):
    return Architecture("network", stem, blocks, head)


TWO_IN_A_BLOCK = network(
    (),
    ((dense("W", 1), Relu(), Scale(ONE), dense("V", 1), Erf(), Scale(ONE)),),
    (dense("W", 2),),
)
IN_STEM_AND_HEAD = network(
    (dense("A", None), Tanh(), Scale(ONE)),
    ((dense("W", 1), Relu(), Scale(ONE)),),
    (dense("W", 2), Gelu(), Scale(ONE), dense("W", 3)),
)


@pytest.mark.parametrize("architecture", [TWO_IN_A_BLOCK, IN_STEM_AND_HEAD], ids=["block", "stem and head"])
def test_several_activations_in_a_block_in_stem_and_in_head_are_derived(architecture):
    grams = kernel_grams(architecture, POINTS)
    draws = sample_kernels(architecture, POINTS, 4000, 60, seed=2)
    for name, part in grams.parts.items():
        error = draws.parts[name].std(axis=0) / math.sqrt(60)
        assert (np.abs(draws.parts[name].mean(axis=0) - part) < 6.5 * error + 2e-3 * part.max()).all(), name
    letters = {str(symbol) for symbol in recursion(architecture).equations}
    assert not any("None" in letter for letter in letters)


def test_activations_in_a_row_compose_within_the_relu_family():
    def stacked(*activations):
        return ntk(network((), ((dense("W", 1), *activations, Scale(ONE)),), (dense("W", 2),)), POINTS)

    assert np.array_equal(stacked(Relu(), Relu()), stacked(Relu()))
    assert np.allclose(stacked(AbsoluteValue(), Relu()), stacked(AbsoluteValue()), rtol=1e-15)
    assert np.allclose(stacked(Relu(), AbsoluteValue()), stacked(Relu()), rtol=1e-15)
    assert np.array_equal(stacked(Erf(), Identity()), stacked(Erf()))
    with pytest.raises(ValueError, match="put an affine layer between"):
        stacked(Erf(), Relu())


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (network((), ((dense("W", 1), Relu()),), (dense("W", 2),)), "grows with the width"),
        (network((), ((dense("W", 1), Relu(), Scale(ONE), Scale(ONE)),), (dense("W", 2),)), "once more"),
        (network((), ((Relu(), Scale(ONE)),), (dense("W", 2),)), "must follow an affine layer"),
        (network((), ((dense("W", 1), Scale(ONE), Erf()),), (dense("W", 2),)), "not homogeneous"),
        (network((), (), (dense("W", 1), Relu())), "last layer must be affine"),
    ],
)
def test_networks_without_a_limit_are_refused_with_what_to_do(architecture, message):
    with pytest.raises(ValueError, match=message):
        recursion(architecture)


def test_a_homogeneous_activation_may_follow_the_normalisation():
    before = network((), ((dense("W", 1), Scale(ONE), Relu()),), (dense("W", 2),))
    after = network((), ((dense("W", 1), Relu(), Scale(ONE)),), (dense("W", 2),))
    assert np.allclose(ntk(before, POINTS), ntk(after, POINTS), rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "numbers", "message"),
    [("relux", (), "no activation"), ("relu", (ONE,), "does not take 1 numbers"), ("leaky", (ONE,), "below 1"),
     ("polynomial", (ONE,), "degree from 1 to 8"), ("softplus", (-ONE,), "positive")],
)  # fmt: skip
def test_activations_that_there_are_not_are_refused(name, numbers, message):
    with pytest.raises(ValueError, match=message):
        activation_named(name, numbers)


def test_a_series_out_of_reach_is_refused_in_doubles_and_wide_in_balls():
    points = np.array([[300.0, 0.0], [0.0, 300.0]])
    with pytest.raises(ValueError, match="smaller weights or points"):
        ntk(fcn(1, "none", Tanh()), points)
    assert [group.name for group in groups_of(fcn(1).layers)] == ["W_1", "b_1", "W_2"]
