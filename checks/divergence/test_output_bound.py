"""The kernel controls the output, pathwise, at every width: why a diverging output makes the NTK diverge.

The constants are `theory.dynamics.output_bound`'s, where the proof stands. Every bound is tried on random parameters of
any size, and on parameters that attain it, or nearly, at any depth and width: there 5% more is refuted.
"""

from __future__ import annotations

import numpy as np
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from checks.setups.trajectories import TOP_TRAINED
from ntk_companion.evidence import Evidence, numerical, symbolic
from ntk_companion.judging import check, counterexample, record
from ntk_companion.statement import Hypothesis, Statement
from numerics.networks.torch_network import empirical_ntk, initialise
from theory.architecture import Architecture, fcn, resnet, with_trained
from theory.dynamics.output_bound import output_factor
from theory.dynamics.output_bound import width as width_symbol

OURS = "this suite"
SCALE = Hypothesis("non-zero residual scale", "alpha is not zero: otherwise the bound says nothing")
ALL_WEIGHTS = Hypothesis("all weights trained", "every W_l is trained")
EQUAL_WEIGHTS = Hypothesis("equal weights", "the samples are summed with equal weights, none subtracted")
PATHWISE = (
    "Checked to a relative rounding of 1e-9 on the parameters tried; the proof for all is that of"
    " theory.dynamics.output_bound."
)

FCN_BOUND = Statement(
    id="output:fcn",
    title="The NTK of the FCN is at least 2 sqrt(2/m) times the output, for all parameters",
    source=OURS,
    number="output bound, FCN",
    formula=r"K(x, x) \ge 2\sqrt{2/m}\,|f(x)|",
    qualification=PATHWISE + " Attained at every depth and width where a_{L-1}(x) = 0 and W_{L+1} = b_L > 0.",
    hypotheses=(TOP_TRAINED,),
    revision=2,
)
RESNET_BOUND = Statement(
    id="output:resnet",
    title="The NTK of the ResNet is at least 2 |alpha| / sqrt(m) times the output, for all parameters",
    source=OURS,
    number="output bound, ResNet",
    formula=r"K(x, x) \ge \frac{2|\alpha|}{\sqrt m}\,|f(x)|",
    qualification=PATHWISE + " Approached at every depth and width as the weights of the last branch's W_L grow.",
    hypotheses=(TOP_TRAINED, SCALE),
    revision=2,
)
BIAS_FREE_BOUND = Statement(
    id="output:bias-free",
    title="Without biases the NTK of the FCN is at least a power of the output, for all parameters",
    source=OURS,
    number="output bound, no biases",
    formula=r"K(x,x) \ge (L+1) |x|^{\frac{2}{L+1}} (2/m)^{\frac{L}{L+1}} |f(x)|^{\frac{2L}{L+1}}",
    qualification="Checked to a relative rounding of 1e-9 on the parameters tried; for all parameters the product of "
    "the L + 1 parts |df/dz_l|^2 |a_{l-1}|^2 is at least |x|^2 ((2/m) |f|^2)^L, since f = <df/dz_l, z_l>, and the sum "
    "follows from the inequality of the means. Attained at every depth and width by equal weights of rank one.",
    hypotheses=(ALL_WEIGHTS,),
)
PAIRS = Statement(
    id="output:sum",
    title="Off the diagonal too: the NTK of the FCN summed over a point set bounds the summed output",
    source=OURS,
    number="output bound, FCN, off the diagonal",
    formula=r"1'K1 \ge 2\sqrt{2/m}\,\bigl|\textstyle\sum_i f(x_i)\bigr|",
    qualification=PATHWISE + " Attained by one point, approached by two whose neurons are active at one of them each.",
    hypotheses=(TOP_TRAINED, EQUAL_WEIGHTS),
    revision=2,
)
RESNET_PAIRS = Statement(
    id="output:resnet-sum",
    title="The NTK of the ResNet, summed with any weights, bounds the output summed with them",
    source=OURS,
    number="output bound, ResNet, off the diagonal",
    formula=r"c'Kc \ge \frac{2|\alpha|}{\sqrt m} \Bigl|\sum_i c_i\Bigr| \Bigl|\sum_i c_i f(x_i)\Bigr|",
    qualification=PATHWISE
    + " For weights c of any signs: df/dd_L is the same at all points. Approached as for one point.",
    hypotheses=(TOP_TRAINED, SCALE),
)

ROUNDING = 1e-9
Drawn = tuple[int, int, torch.Tensor, np.random.Generator, float]
Tensors = dict[str, torch.Tensor]


@st.composite
def networks(draw: st.DrawFn) -> Drawn:
    """Depth, width, inputs, a generator for parameters and the factor they are multiplied with, tiny to huge."""
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    inputs = torch.from_numpy(generator.standard_normal((draw(st.integers(1, 4)), draw(st.integers(1, 3)))))
    inputs = inputs * 10.0 ** draw(st.integers(-3, 3))
    return draw(st.integers(1, 3)), draw(st.integers(1, 12)), inputs, generator, 10.0 ** draw(st.integers(-4, 4))


def random_parameters(architecture: Architecture, drawn: Drawn) -> Tensors:
    """Random parameters, zero-initialised biases made random too."""
    _, width, inputs, generator, factor = drawn
    parameters = initialise(architecture, inputs.shape[1], width, generator)
    return {
        name: factor * (tensor + torch.from_numpy(generator.standard_normal(tensor.shape)))
        for name, tensor in parameters.items()
    }


def zeros(architecture: Architecture, drawn: Drawn) -> Tensors:
    """All parameters zero."""
    shapes = initialise(architecture, drawn[2].shape[1], drawn[1], np.random.default_rng(0))
    return {name: torch.zeros_like(tensor) for name, tensor in shapes.items()}


def positive(drawn: Drawn) -> torch.Tensor:
    """A vector with an entry between 1/2 and 3/2 for each neuron, times the factor."""
    _, width, _, generator, factor = drawn
    return factor * torch.from_numpy(0.5 + generator.random(width))


def attaining_fcn(drawn: Drawn) -> Tensors:
    """a_{L-1} = 0 and W_{L+1} = b_L > 0: |a_L| is the length of the gradient by b_L, all other parts vanish."""
    depth = drawn[0]
    vector = positive(drawn)
    return zeros(fcn(depth), drawn) | {f"b_{depth}": vector, f"W_{depth + 1}": vector[None, :]}


def attaining_resnet(depth: int, scale: float, drawn: Drawn) -> Tensors:
    """a_L = (alpha / sqrt(m)) d_L with d_L = W_{L+1}, and a last branch that cancels the gradient by a_{L-1} = 0.

    W_L = M and V_L = -m / (sqrt(2) alpha M) times the identity: as M grows, the parts of W_L, b_L and V_L vanish too.
    """
    width, large = drawn[1], 1e8
    vector = positive(drawn)
    identity = torch.eye(width, dtype=torch.float64)
    return zeros(resnet(depth), drawn) | {
        f"W_{depth}": large * identity,
        f"b_{depth}": torch.full((width,), 1e-8 * drawn[4], dtype=torch.float64),
        f"V_{depth}": -width / (2**0.5 * scale * large) * identity,
        f"d_{depth}": vector,
        f"W_{depth + 1}": vector[None, :],
    }


def attaining_without_biases(drawn: Drawn) -> Tensors:
    """Every W_l = w e_1 e_1', W_1 = w e_1 x' / |x| for the first point x."""
    depth, _, inputs, _, factor = drawn
    parameters = zeros(fcn(depth, "none"), drawn)
    for tensor in parameters.values():
        tensor[0, 0] = factor
    parameters["W_1"][0] = factor * inputs[0] / inputs[0].norm()
    return parameters


def kernel_and_output(
    architecture: Architecture, parameters: Tensors, inputs: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """K(X, X) and f(X)."""
    found = empirical_ntk(architecture, parameters, inputs)
    return found.ntk, found.outputs


def record_at_least(kernel: torch.Tensor, bound: torch.Tensor, size: torch.Tensor) -> None:
    """Record kernel >= bound, entry by entry, up to the rounding of quantities of this size."""
    slack = ((kernel - bound) / torch.clamp(size, min=1e-300)).min().item()
    detail = f"relative slack {slack:.2e}, rounding below {ROUNDING}"
    record(numerical(slack > -ROUNDING, detail, margin=slack + ROUNDING))


def factor_of(architecture: Architecture, width: int) -> float:
    """c in K(x, x) >= c |f(x)|."""
    return float(output_factor(architecture).subs(width_symbol, width))


@check(FCN_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks())
def test_the_kernel_of_the_fcn_controls_its_output(claim, drawn):
    depth, width, inputs, *_ = drawn
    inputs = torch.cat([inputs, 0 * inputs[:1]])  # at depth 1 the bound is attained at x = 0
    for parameters in (random_parameters(fcn(depth), drawn), attaining_fcn(drawn)):
        kernel, outputs = kernel_and_output(fcn(depth), parameters, inputs)
        record_at_least(kernel.diagonal(), claim * factor_of(fcn(depth), width) * outputs.abs(), kernel.diagonal())


@check(FCN_BOUND, 2 * sympy.sqrt(2 / width_symbol), mutants={"sqrt(1/m)": 2 * sympy.sqrt(1 / width_symbol)})
def test_the_constant_of_the_fcn_is_that_of_its_last_layer(claim):
    for depth in (1, 3):
        derived = output_factor(fcn(depth))
        record(symbolic(sympy.simplify(derived - claim) == 0, f"depth {depth}: {derived}", covers_all=False))


@counterexample(FCN_BOUND, TOP_TRAINED)
def test_with_the_last_bias_frozen_the_kernel_need_not_follow_the_output():
    # Depth 1, width 1, x = 0, b = 1 frozen: the W_2 part is a^2 = 2 whatever w is, and f = sqrt(2) w.
    record(two_against_sqrt_2_w(10, "b_1 = 1 frozen, x = 0"))


def two_against_sqrt_2_w(w: int, case: str) -> Evidence:
    """A network of width 1 and depth 1 with K = 2 and f = sqrt(2) w: does 2 >= 2 sqrt(2) |f| hold?"""
    kernel, bound = sympy.Integer(2), 2 * sympy.sqrt(2) * sympy.sqrt(2) * w
    return symbolic(bool(kernel >= bound), f"{case}, w = {w}: K = {kernel} < {bound}")


SCALES = st.sampled_from((sympy.Rational(1, 4), sympy.Integer(1), sympy.Integer(-2)))


def resnets(drawn: Drawn, scale: sympy.Expr) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """K(X, X) and f(X) of a ResNet with random parameters and with ones that nearly attain the bound."""
    architecture = resnet(drawn[0], scale)
    tried = (random_parameters(architecture, drawn), attaining_resnet(drawn[0], float(scale), drawn))
    return [kernel_and_output(architecture, parameters, drawn[2]) for parameters in tried]


@check(RESNET_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks(), scale=SCALES)
def test_the_kernel_of_the_resnet_controls_its_output(claim, drawn, scale):
    for kernel, outputs in resnets(drawn, scale):
        bound = claim * factor_of(resnet(drawn[0], scale), drawn[1]) * outputs.abs()
        record_at_least(kernel.diagonal(), bound, kernel.diagonal())


@check(RESNET_BOUND, lambda scale: 2 * abs(scale), mutants={"alpha^2": lambda scale: 2 * scale**2})
def test_the_constant_of_the_resnet_is_that_of_its_last_block(claim):
    for scale in (sympy.Rational(1, 4), sympy.Integer(-2)):
        derived = output_factor(resnet(2, scale))
        holds = sympy.simplify(derived - claim(scale) / sympy.sqrt(width_symbol)) == 0
        record(symbolic(holds, f"alpha = {scale}: {derived}", covers_all=False))


def frozen_resnet() -> Evidence:
    """Width 1, x = 0, all frozen but W_2 = 100: K = 1, f = 100."""
    architecture = with_trained(resnet(1), ["W_2"])
    parameters = {"A": 0.0, "b": 1.0, "W_1": 0.0, "b_1": 0.0, "V_1": 0.0, "d_1": 0.0, "W_2": 100.0}
    tensors = {
        name: torch.full((1, 1) if name[0] in "AWV" else (1,), value).double() for name, value in parameters.items()
    }
    found = empirical_ntk(architecture, tensors, torch.zeros(1, 1, dtype=torch.float64))
    kernel, output = found.ntk.item(), abs(found.outputs.item())
    return symbolic(kernel >= 2 * output, f"all frozen but W_2 = 100, width 1, x = 0: K = {kernel}, f = {output}")


@counterexample(RESNET_BOUND, TOP_TRAINED)
def test_with_the_resnets_last_bias_frozen_the_kernel_need_not_follow_the_output():
    record(frozen_resnet())


@counterexample(RESNET_BOUND, SCALE)
def test_at_scale_zero_the_bound_is_empty():
    record(symbolic(bool(2 * abs(sympy.Integer(0)) > 0), "at alpha = 0 the constant 2 |alpha| / sqrt(m) is zero"))


@check(BIAS_FREE_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks())
def test_without_biases_the_kernel_controls_a_power_of_the_output(claim, drawn):
    depth, width, inputs, *_ = drawn
    power = 1 / (depth + 1)
    for parameters in (random_parameters(fcn(depth, "none"), drawn), attaining_without_biases(drawn)):
        kernel, outputs = kernel_and_output(fcn(depth, "none"), parameters, inputs)
        scale = inputs.norm(dim=1) ** (2 * power) * (2 / width) ** (depth * power)
        bound = (depth + 1) * scale * outputs.abs() ** (2 * depth * power)
        record_at_least(kernel.diagonal(), claim * bound, kernel.diagonal())


@counterexample(BIAS_FREE_BOUND, ALL_WEIGHTS)
def test_with_one_trained_layer_the_kernel_does_not_follow_the_output():
    # Depth 1, width 1, x = 1, W_1 = 1 frozen: K = 2 whatever w is, and f = sqrt(2) w.
    record(two_against_sqrt_2_w(10, "W_1 = 1 frozen, x = 1"))


def two_points_one_each(width: int) -> tuple[Tensors, torch.Tensor]:
    """Depth 1, two points -h and h: half of the neurons are active at the first, the others at the second alone."""
    small = 1e-6
    signs = torch.where(torch.arange(width) % 2 == 0, 1.0, -1.0).double()
    ones = torch.ones(width, dtype=torch.float64)
    parameters = {"W_1": (signs / small)[:, None], "b_1": 0 * ones, "W_2": ones[None, :]}
    return parameters, torch.tensor([[-small], [small]], dtype=torch.float64)


@check(PAIRS, 1.0, mutants={"5% more": 1.05, "n times": 2.0})
@given(drawn=networks())
def test_the_summed_kernel_controls_the_summed_output(claim, drawn):
    depth, width, inputs, *_ = drawn
    cases: list[tuple[int, Tensors, torch.Tensor]] = [
        (depth, random_parameters(fcn(depth), drawn), inputs),
        (depth, attaining_fcn(drawn), (inputs if depth > 1 else 0 * inputs)[:1]),
        (1, *two_points_one_each(width)),
    ]
    for layers, parameters, points in cases:
        kernel, outputs = kernel_and_output(fcn(layers), parameters, points)
        bound = claim * factor_of(fcn(layers), width) * outputs.sum().abs()
        record_at_least(kernel.sum(), bound, kernel.diagonal().sum())


@counterexample(PAIRS, TOP_TRAINED)
def test_with_the_last_bias_frozen_the_summed_kernel_need_not_follow():
    record(two_against_sqrt_2_w(10, "one point, b_1 = 1 frozen, x = 0"))


@counterexample(PAIRS, EQUAL_WEIGHTS)
def test_with_weights_of_both_signs_the_kernel_need_not_follow_the_difference():
    # Depth 1, width 1, x = h and -h, w = v, b = 1 active at both: c = (1, -1) leaves (2/m) (v^2 + w^2) (2 h)^2 alone.
    h, weight = sympy.Rational(1, 100), sympy.Integer(1)
    kernel = 2 * (2 * weight * h) ** 2 + 2 * (2 * h) ** 2 * weight**2
    difference = sympy.sqrt(2) * weight * 2 * weight * h
    holds = bool(kernel >= 2 * sympy.sqrt(2) * difference)
    record(symbolic(holds, f"c = (1, -1), x = {h}, {-h}: c'Kc = {kernel} < {2 * sympy.sqrt(2) * difference}"))


@check(RESNET_PAIRS, 1.0, mutants={"5% more": 1.05, "sum of |c_i|": "absolute"})
@given(drawn=networks(), scale=SCALES)
def test_the_resnets_kernel_summed_with_weights_controls_the_output_summed_with_them(claim, drawn, scale):
    constant = factor_of(resnet(drawn[0], scale), drawn[1])
    weights = torch.from_numpy(drawn[3].standard_normal(len(drawn[2])))
    for kernel, outputs in resnets(drawn, scale):
        for c in (weights, weights.abs()):
            total = c.abs().sum() if claim == "absolute" else claim * c.sum().abs()
            bound = constant * total * (c @ outputs).abs()
            record_at_least(c @ kernel @ c, bound, kernel.diagonal() @ c**2)


@counterexample(RESNET_PAIRS, TOP_TRAINED)
def test_with_the_resnets_last_bias_frozen_the_summed_kernel_need_not_follow():
    record(frozen_resnet())


@counterexample(RESNET_PAIRS, SCALE)
def test_at_scale_zero_the_summed_bound_is_empty():
    record(symbolic(bool(2 * abs(sympy.Integer(0)) > 0), "at alpha = 0 the constant 2 |alpha| / sqrt(m) is zero"))
