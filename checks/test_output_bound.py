"""The kernel controls the output, pathwise, at every width: why a diverging output makes the NTK diverge.

For the FCN, f = <W_{L+1} * 1(z_L > 0), sqrt(2/m) z_L> = <W_{L+1}, a_L>. The b_L part of K(x, x) is
(2/m) |W_{L+1} * 1(z_L > 0)|^2, the W_{L+1} part |a_L|^2; Cauchy-Schwarz on the active neurons and the inequality of
the arithmetic and geometric mean give K(x, x) >= 2 sqrt(2/m) |f(x)|. For the ResNet the d_L part is
(alpha^2/m) |W_{L+1}|^2.
"""

from __future__ import annotations

import numpy as np
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from checks.statements import Evidence, Hypothesis, Statement, check, counterexample, numerical, record, symbolic
from numerics.network import empirical_ntk, initialise
from theory.architecture import Architecture, fcn, resnet, with_trained

OURS = "this suite"
TOP_TRAINED = Hypothesis(
    "top layer trained", "W_{L+1} and the last bias (b_L of the FCN, d_L of the ResNet) are trained"
)
SCALE = Hypothesis("non-zero residual scale", "alpha is not zero: otherwise the bound says nothing")
ALL_WEIGHTS = Hypothesis("all weights trained", "every W_l is trained")
PATHWISE = (
    "Checked to a relative rounding of 1e-9 on the parameters tried; the proof is the inequality in the file's head."
)

FCN_BOUND = Statement(
    id="output:fcn",
    title="The NTK of the FCN is at least 2 sqrt(2/m) times the output, for all parameters",
    source=OURS,
    number="output bound, FCN",
    formula=r"K(x, x) \ge 2\sqrt{2/m}\,|f(x)|",
    qualification=PATHWISE + " Sharp at depth 1, x = 0, w = b.",
    hypotheses=(TOP_TRAINED,),
)
RESNET_BOUND = Statement(
    id="output:resnet",
    title="The NTK of the ResNet is at least 2 |alpha| / sqrt(m) times the output, for all parameters",
    source=OURS,
    number="output bound, ResNet",
    formula=r"K(x, x) \ge \frac{2|\alpha|}{\sqrt m}\,|f(x)|",
    qualification=PATHWISE,
    hypotheses=(TOP_TRAINED, SCALE),
)
BIAS_FREE_BOUND = Statement(
    id="output:bias-free",
    title="Without biases the NTK of the FCN is at least a power of the output, for all parameters",
    source=OURS,
    number="output bound, no biases",
    formula=r"K(x,x) \ge (L+1) |x|^{\frac{2}{L+1}} (2/m)^{\frac{L}{L+1}} |f(x)|^{\frac{2L}{L+1}}",
    qualification=PATHWISE,
    hypotheses=(ALL_WEIGHTS,),
)
PAIRS = Statement(
    id="output:sum",
    title="Off the diagonal too: the NTK summed over a point set bounds the summed output",
    source=OURS,
    number="output bound, FCN, off the diagonal",
    formula=r"1'K1 \ge 2\sqrt{2/m}\,\bigl|\textstyle\sum_i f(x_i)\bigr|",
    qualification=PATHWISE,
    hypotheses=(TOP_TRAINED,),
)

ROUNDING = 1e-9


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, int, torch.Tensor, np.random.Generator, float]:
    """Depth, width, inputs, a generator for parameters and the factor they are multiplied with, tiny to huge."""
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    inputs = torch.from_numpy(generator.standard_normal((draw(st.integers(1, 4)), draw(st.integers(1, 3)))))
    inputs = inputs * 10.0 ** draw(st.integers(-3, 3))
    return draw(st.integers(1, 3)), draw(st.integers(1, 12)), inputs, generator, 10.0 ** draw(st.integers(-4, 4))


def kernel_and_output(architecture: Architecture, drawn) -> tuple[torch.Tensor, torch.Tensor]:
    """K(X, X) and f(X) of a network with the drawn parameters, zero-initialised biases made random too."""
    _, width, inputs, generator, factor = drawn
    parameters = initialise(architecture, inputs.shape[1], width, generator)
    for name, tensor in parameters.items():
        parameters[name] = factor * (tensor + torch.from_numpy(generator.standard_normal(tensor.shape)))
    found = empirical_ntk(architecture, parameters, inputs)
    return found.ntk, found.outputs


def record_at_least(kernel: torch.Tensor, bound: torch.Tensor, size: torch.Tensor) -> None:
    """Record kernel >= bound, entry by entry, up to the rounding of quantities of this size."""
    slack = ((kernel - bound) / torch.clamp(size, min=1e-300)).min().item()
    record(
        numerical(slack > -ROUNDING, f"relative slack {slack:.2e}, rounding below {ROUNDING}", margin=slack + ROUNDING)
    )


@check(FCN_BOUND, 2.0, mutants={"3 for 2 and no root": 30.0})
@given(drawn=networks())
def test_the_kernel_of_the_fcn_controls_its_output(claim, drawn):
    kernel, outputs = kernel_and_output(fcn(drawn[0]), drawn)
    record_at_least(kernel.diagonal(), claim * (2 / drawn[1]) ** 0.5 * outputs.abs(), kernel.diagonal())


@check(FCN_BOUND, 2, mutants={"5% more": sympy.Rational(21, 10)})
def test_the_bound_of_the_fcn_is_attained(claim):
    # Depth 1, width 1, x = 0, w = b > 0: f = sqrt(2) w b, K = 2 w^2 + 2 b^2.
    w = b = sympy.Integer(3)
    output, kernel = sympy.sqrt(2) * w * b, 2 * w**2 + 2 * b**2
    record(symbolic(bool(kernel >= claim * sympy.sqrt(2) * output), "equality for the constant 2", covers_all=False))


@counterexample(FCN_BOUND, TOP_TRAINED)
def test_with_the_last_bias_frozen_the_kernel_need_not_follow_the_output():
    # Depth 1, width 1, x = 0, b = 1 frozen: the W_2 part is a^2 = 2 whatever w is, and f = sqrt(2) w.
    record(two_against_sqrt_2_w(10, "b_1 = 1 frozen, x = 0"))


def two_against_sqrt_2_w(w: int, case: str) -> Evidence:
    """A network of width 1 and depth 1 with K = 2 and f = sqrt(2) w: does 2 >= 2 sqrt(2) |f| hold?"""
    kernel, bound = sympy.Integer(2), 2 * sympy.sqrt(2) * sympy.sqrt(2) * w
    return symbolic(bool(kernel >= bound), f"{case}, w = {w}: K = {kernel} < {bound}")


SCALES = st.sampled_from((sympy.Rational(1, 4), sympy.Integer(1), sympy.Integer(-2)))


@check(RESNET_BOUND, 2.0, mutants={"m lost": 60.0})
@given(drawn=networks(), scale=SCALES)
def test_the_kernel_of_the_resnet_controls_its_output(claim, drawn, scale):
    kernel, outputs = kernel_and_output(resnet(drawn[0], scale), drawn)
    bound = claim * abs(float(scale)) / drawn[1] ** 0.5 * outputs.abs()
    record_at_least(kernel.diagonal(), bound, kernel.diagonal())


@counterexample(RESNET_BOUND, TOP_TRAINED)
def test_with_the_resnets_last_bias_frozen_the_kernel_need_not_follow_the_output():
    architecture = with_trained(resnet(1), ["W_2"])
    parameters = {"A": 0.0, "b": 1.0, "W_1": 0.0, "b_1": 0.0, "V_1": 0.0, "d_1": 0.0, "W_2": 100.0}
    tensors = {
        name: torch.full((1, 1) if name[0] in "AWV" else (1,), value).double() for name, value in parameters.items()
    }
    found = empirical_ntk(architecture, tensors, torch.zeros(1, 1, dtype=torch.float64))
    kernel, output = found.ntk.item(), abs(found.outputs.item())
    record(symbolic(kernel >= 2 * output, f"all frozen but W_2 = 100, width 1, x = 0: K = {kernel}, f = {output}"))


@counterexample(RESNET_BOUND, SCALE)
def test_at_scale_zero_the_bound_is_empty():
    record(symbolic(bool(2 * abs(sympy.Integer(0)) > 0), "at alpha = 0 the constant 2 |alpha| / sqrt(m) is zero"))


@check(BIAS_FREE_BOUND, 0, mutants={"L + 1 too many": 30.0})
@given(drawn=networks())
def test_without_biases_the_kernel_controls_a_power_of_the_output(claim, drawn):
    depth, width, inputs, _, _ = drawn
    kernel, outputs = kernel_and_output(fcn(depth, "none"), drawn)
    power = 1 / (depth + 1)
    bound = inputs.norm(dim=1) ** (2 * power) * (2 / width) ** (depth * power) * outputs.abs() ** (2 * depth * power)
    record_at_least(kernel.diagonal(), (depth + 1 + claim) * bound, kernel.diagonal())


@counterexample(BIAS_FREE_BOUND, ALL_WEIGHTS)
def test_with_one_trained_layer_the_kernel_does_not_follow_the_output():
    # Depth 1, width 1, x = 1, W_1 = 1 frozen: K = 2 whatever w is, and f = sqrt(2) w.
    record(two_against_sqrt_2_w(10, "W_1 = 1 frozen, x = 1"))


@check(PAIRS, 2.0, mutants={"15 times as much": 30.0})
@given(drawn=networks())
def test_the_summed_kernel_controls_the_summed_output(claim, drawn):
    kernel, outputs = kernel_and_output(fcn(drawn[0]), drawn)
    bound = claim * (2 / drawn[1]) ** 0.5 * outputs.sum().abs()
    record_at_least(kernel.sum(), bound, kernel.diagonal().sum())


@counterexample(PAIRS, TOP_TRAINED)
def test_with_the_last_bias_frozen_the_summed_kernel_need_not_follow():
    record(two_against_sqrt_2_w(10, "one point, b_1 = 1 frozen, x = 0"))
