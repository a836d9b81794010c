"""Kernels and the sampler's law on networks of which they are known: by quadrature, by hand, exactly."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import flint
import mpmath
import numpy as np
import scipy.special
import scipy.stats
import sympy

from checks.companion.known import known_answers, record_answer, record_number
from checks.setups.budget import BUDGET
from ntk_companion import check, judge_case, random_seed, record, statistical
from numerics.kernels.gram import kernel_grams, ntk
from numerics.kernels.hermite import Series, series
from numerics.networks.exact_law import KernelDraws, sample_kernels
from numerics.networks.torch_network import empirical_ntk, initialise
from numerics.numbers.systems import Balls
from numerics.statistics import equivalence_test
from theory.activations import Erf, Identity, Tanh
from theory.activations.analytic import Analytic
from theory.architecture import Affine, Architecture, Group, Scale, fcn, map_groups, map_layers

NETWORKS = known_answers(
    "networks",
    "Kernels of networks with multipliers, unequal variances and biases started at zero are those by hand",
    r"\Theta = \mu_2^2 E[\sigma\sigma'] + \nu_2^2 + \mu_2^2 v_2 E[\dot\sigma\dot\sigma'] (\mu_1^2 x'y/d + \nu_1^2)",
    "erf networks of one hidden layer by quadrature, cross kernels, tails of Hermite series at equal points",
)
SAMPLER = known_answers(
    "sampler",
    "The exact law has the moments of linear networks of widths 1 and 3, and the slope 0 at a kink",
    r"E K_{W_1} = v_2 v_3 x'y, \quad E K_{b_1} = v_2 v_3, \quad E f(x) f(y) = v_3 (v_2 (v_1 x'y + u_1) + u_2)",
    "one point, and three of which two are near each other, weights and biases of unequal variances",
)
Array = np.ndarray
Parts = Mapping[str, Array]
POINTS = np.array([[0.6, 0.8, 0.1], [0.3, -0.5, 2.0], [-1.2, 0.4, 0.0]])
RATIONAL = sympy.Rational


def one_layer(bias_variance: sympy.Expr) -> Architecture:
    """f = mu_2 W_2 erf(mu_1 W_1 x / sqrt d + nu_1 b_1) / sqrt m + nu_2 b_2."""
    first = Affine(
        Group("W", 1, RATIONAL(9, 4), multiplier=RATIONAL(1, 2)),
        Group("b", 1, bias_variance, multiplier=RATIONAL(3, 2)),
    )
    last = Affine(
        Group("W", 2, RATIONAL(1, 2), multiplier=sympy.Integer(2)),
        Group("b", 2, RATIONAL(1, 3), multiplier=RATIONAL(1, 2)),
    )
    one = Scale(sympy.Integer(1))
    return Architecture(f"erf, bias of variance {bias_variance}", (), ((one, first, Erf()),), (one, last))


def gaussian_mean(function: Callable[[Array], Array], covariance: Array) -> Array:
    """E[function(u) function(v)] for every pair of points, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / weights.sum()
    variances = np.diagonal(covariance)
    slope = covariance / np.sqrt(variances)[:, None]
    rest = np.sqrt(np.maximum(variances[None, :] - slope**2, 0))
    first = function(np.sqrt(variances)[:, None] * nodes)
    second = function(slope[..., None, None] * nodes[:, None] + rest[..., None, None] * nodes)
    found: Array = np.einsum("a,b,ia,ijab->ij", weights, weights, first, second)
    return found


def by_hand(bias_variance: sympy.Expr) -> Parts:
    """The parts of the kernel of `one_layer` on POINTS."""
    inner = POINTS @ POINTS.T / 3
    covariance = 9 / 16 * inner + 9 / 4 * float(bias_variance)
    features = gaussian_mean(scipy.special.erf, covariance)
    slopes = gaussian_mean(lambda z: 2 / np.sqrt(np.pi) * np.exp(-(z**2)), covariance)
    ones = np.ones_like(inner)
    return {"W_1": inner / 4 * 2 * slopes, "b_1": 9 / 4 * 2 * slopes, "W_2": 4 * features, "b_2": ones / 4}


def kernels_are_known(claim: Callable[[Architecture], Parts], bias_variance: sympy.Expr) -> None:
    """Are all parts of the kernel those by hand?"""
    found, exact = claim(one_layer(bias_variance)), by_hand(bias_variance)
    off = max(float(np.abs(found[name] - part).max()) for name, part in exact.items())
    record_number(off < 1e-10, f"a bias of variance {bias_variance}: parts off by {off:.1e}")


def parts_of(architecture: Architecture) -> Parts:
    """The derived parts on POINTS."""
    return kernel_grams(architecture, POINTS).parts


def of_changed(**changes: sympy.Expr) -> Callable[[Architecture], Parts]:
    """The parts of the network with groups changed."""
    return lambda network: parts_of(map_groups(network, lambda group: dataclasses.replace(group, **changes)))


def with_inputs_as_they_are(network: Architecture) -> Parts:
    """Wrong: the inputs not divided by the root of their dimension."""
    wide = Scale(sympy.Integer(3))
    return parts_of(map_layers(network, lambda layer: wide if isinstance(layer, Scale) else layer))


def with_started_biases(network: Architecture) -> Parts:
    """Wrong: a bias that starts at zero has a variance of 1/100."""
    return parts_of(
        map_groups(
            network, lambda group: group if group.variance else dataclasses.replace(group, variance=RATIONAL(1, 100))
        )
    )


@check(
    NETWORKS,
    parts_of,
    mutants={
        "multipliers lost": of_changed(multiplier=sympy.Integer(1)),
        "the input dimension lost": with_inputs_as_they_are,
        "a bias does not start at zero": with_started_biases,
        "a part 2% larger": lambda network: {name: 1.02 * part for name, part in parts_of(network).items()},
    },
)
def test_parts_of_the_kernel_are_those_by_hand(claim):
    for bias_variance in (sympy.Integer(0), RATIONAL(1, 4)):
        judge_case(kernels_are_known, claim, bias_variance)


def cross_kernel_is_a_block(claim: Callable[[Array, Array], Array], sizes: tuple[int, int]) -> None:
    """Is the kernel between two sets of points the block of that on both?"""
    points = np.concatenate([POINTS, 0.7 * POINTS[:, ::-1]])[: sum(sizes)]
    first, second = points[: sizes[0]], points[sizes[0] :]
    found, exact = claim(first, second), ntk(fcn(2), points)[: sizes[0], sizes[0] :]
    right = found.shape == exact.shape and bool(np.allclose(found, exact, rtol=1e-12))
    record_number(right, f"{sizes[0]} and {sizes[1]} points")


@check(
    NETWORKS,
    lambda first, second: ntk(fcn(2), first, others=second),
    mutants={
        "the next point": lambda first, second: ntk(fcn(2), first, others=np.roll(second, 1, axis=0)),
        "the first set twice": lambda first, second: ntk(fcn(2), first, others=first),
    },
)
def test_the_cross_kernel_is_a_block_of_the_kernel(claim):
    for sizes in ((2, 3), (3, 2)):
        judge_case(cross_kernel_is_a_block, claim, sizes)


FromSeries = Callable[[Analytic, flint.arb], Series]


def series_enclose(claim: FromSeries, deviation: int) -> None:
    """Does the series hold E[tanh(sigma g)^2] at correlation 1, where its tail is all that is left of it?"""
    place = np.array([0])
    with Balls(53).working():
        found = claim(Tanh(), flint.arb(deviation))
        total = found.sum(place, place, np.array([flint.arb(1)], dtype=object), Balls(53))[0]
        low, high = (float(end) for end in (total.lower(), total.upper()))
    weight = lambda g: mpmath.tanh(deviation * g) ** 2 * mpmath.npdf(g)  # noqa: E731
    exact = float(2 * mpmath.quad(weight, [0, 1 / deviation, 1, 3, 9]))
    record_number(low <= exact <= high + 1e-14, f"deviation {deviation}: {exact:.15f} in [{low:.15f}, {high:.15f}]")


def the_series(activation: Analytic, deviation: flint.arb) -> Series:
    """The series of an activation by the suite, at one deviation."""
    return series(activation, 0, np.array([deviation], dtype=object), Balls(53))


def with_tail(share: float) -> FromSeries:
    """The series with a share of its tail."""

    def wrong(activation: Analytic, deviation: flint.arb) -> Series:
        found = the_series(activation, deviation)
        assert found.tail is not None
        return Series(found.coefficients, found.tail * flint.arb(share).sqrt())

    return wrong


@check(NETWORKS, the_series, mutants={"half of the tail": with_tail(0.5), "2% of the tail lost": with_tail(0.98)})
def test_a_series_encloses_its_moment_where_its_tail_counts(claim):
    for deviation in (2, 4):
        judge_case(series_enclose, claim, deviation)


LINEAR_POINTS = np.array([[1.0, 0.5], [-0.4, 1.2], [-0.4, 1.21]])
V1, U1, V2, U2, V3 = (RATIONAL(*pair) for pair in ((3, 2), (1, 4), (2, 3), (2, 1), (5, 4)))


def linear(share: float = 1) -> Architecture:
    """A linear network of two hidden layers, all variances different; that of W_2 times a share."""
    one = Scale(sympy.Integer(1))
    first = (Affine(Group("W", 1, V1), Group("b", 1, U1)), Identity(), one)
    second = (Affine(Group("W", 2, sympy.nsimplify(share) * V2), Group("b", 2, U2)), Identity(), one)
    return Architecture("linear", (), (first, second), (Affine(Group("W", 3, V3)),))


class Setting(NamedTuple):
    """Where a network of some width is drawn how often: at `points`, and its difference of two of them, or none."""

    width: int
    points: Array
    draws: int
    difference: Array

    def extended(self, values: Array) -> Array:
        """Values at the points, (.., n), and 100 times their difference."""
        return np.concatenate([values, 100 * values @ self.difference], axis=-1)


SETTINGS = (
    Setting(1, LINEAR_POINTS[:1], 100_000, np.zeros((1, 0))),
    Setting(3, LINEAR_POINTS, 50_000, np.array([[0.0], [1.0], [-1.0]])),
)
Means = dict[str, Array]


def measured(draws: KernelDraws, setting: Setting) -> Means:
    """Parts of the kernel, products of the outputs, and the norm of the backpropagated vector at the first layer."""
    outputs = setting.extended(draws.outputs)
    norm = np.sqrt(draws.parts["b_1"][:, :1, :1])
    return dict(draws.parts) | {"outputs": outputs[:, :, None] * outputs[:, None, :], "norm": norm}


def expected(setting: Setting) -> Means:
    """Their means, by hand."""
    v1, u1, v2, u2, v3 = (float(value) for value in (V1, U1, V2, U2, V3))
    place = setting.extended(setting.points.T).T
    constant = setting.extended(np.ones(len(setting.points)))
    inner, biases = place @ place.T, np.outer(constant, constant)
    first = v1 * inner + u1 * biases
    second = v2 * first + u2 * biases
    found = {"W_1": v2 * v3 * inner, "b_1": v2 * v3 * biases, "W_2": v3 * first, "b_2": v3 * biases, "W_3": second}
    size, width = len(setting.points), setting.width
    norm = math.sqrt(v2 * v3) * float(scipy.stats.chi(width).mean()) ** 2 / width
    parts = {name: part[:size, :size] for name, part in found.items()}
    return parts | {"outputs": v3 * second, "norm": np.array([[norm]])}


Sampler = Callable[[Setting, int], KernelDraws]


def moments_are_known(claim: Sampler, setting: Setting) -> None:
    """Are the means those by hand, entry by entry, within 20% of the root of the diagonal's product?"""
    draws, exact = claim(setting, random_seed(str(setting.width)) % 2**32), expected(setting)
    found = measured(draws, setting)
    alpha = BUDGET.alpha("companion:sampler", len(SETTINGS) * len(exact))
    for name, mean in exact.items():
        unit = np.sqrt(np.outer(np.diagonal(mean), np.diagonal(mean)))
        result = equivalence_test(found[name] / unit, mean / unit, 0.2, alpha)
        holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
        off, detects = np.abs(result.discrepancy).max(), result.detectable.max()
        detail = f"width {setting.width}, {name}: off by {off:.1%}, detects {detects:.1%}"
        record(statistical(holds, detail, false_alarm=alpha))
    distinct = len(np.unique(draws.outputs[:, 0])) == len(draws)
    record_answer(distinct, f"width {setting.width}, {len(draws)} draws, no two the same")


def sampled(share: float = 1) -> Sampler:
    """The exact law of the linear network."""
    return lambda setting, seed: sample_kernels(linear(share), setting.points, setting.width, setting.draws, seed)


def near_points_too_near(setting: Setting, seed: int) -> KernelDraws:
    """Wrong: three quarters of the difference of near points."""
    points = setting.points.copy()
    points[2:] = 0.75 * points[2:] + 0.25 * points[1:2]
    return sampled()(setting._replace(points=points), seed)


def batches_repeated(setting: Setting, seed: int) -> KernelDraws:
    """Wrong: the second half of the draws is the first."""
    draws = sampled()(setting, seed)
    half = len(draws) // 2
    twice = {name: np.concatenate([part[:half], part[:half]]) for name, part in draws.parts.items()}
    outputs = np.concatenate([draws.outputs[:half]] * 2)
    return KernelDraws(sum(twice.values(), np.zeros(())), twice, outputs)


@check(
    SAMPLER,
    sampled(),
    mutants={
        "a variance a quarter larger": sampled(1.25),
        "a variance a quarter smaller": sampled(0.75),
        "near points too near": near_points_too_near,
        "draws repeated": batches_repeated,
    },
)
def test_the_exact_law_of_linear_networks_has_their_moments(claim):
    for setting in SETTINGS:
        judge_case(moments_are_known, claim, setting)


AtKink = Callable[[Architecture, Array, int], Array]


def by_sampler(architecture: Architecture, points: Array, seed: int) -> Array:
    """A draw of the part of b_1."""
    return sample_kernels(architecture, points, 64, 1, seed).parts["b_1"][0]


def by_network(architecture: Architecture, points: Array, seed: int) -> Array:
    """That of a finite network."""
    start = initialise(architecture, points.shape[1], 64, np.random.default_rng(seed))
    return np.asarray(empirical_ntk(architecture, start, points).parts["b_1"])


def slope_at_a_kink_is_zero(claim: AtKink, seed: int) -> None:
    """Biases start at zero, so that z = 0 at the origin: is the part of b_1 zero there, and not elsewhere?"""
    found = claim(fcn(1, "zero"), np.array([[0.0, 0.0], [1.0, 2.0]]), seed)
    record_answer(
        bool(found[0, 0] == 0 and found[0, 1] == 0 and found[1, 1] > 0),
        f"{found[0, 0]:.2g} at the origin, {found[1, 1]:.2g} elsewhere",
    )


def one_at_a_kink(architecture: Architecture, points: Array, seed: int) -> Array:
    """Wrong: the slope at 0 is 1, as a little to its right."""
    return by_sampler(architecture, points + 1e-9, seed)


@check(SAMPLER, by_sampler, mutants={"1(z >= 0)": one_at_a_kink})
def test_the_exact_law_has_the_slope_zero_at_a_kink(claim):
    judge_case(slope_at_a_kink_is_zero, claim, random_seed() % 2**32)


@check(SAMPLER, by_network, mutants={"1(z >= 0)": one_at_a_kink})
def test_the_finite_network_has_the_slope_zero_at_a_kink(claim):
    judge_case(slope_at_a_kink_is_zero, claim, random_seed() % 2**32)
