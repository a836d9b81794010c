"""The kernel controls the output, pathwise, at every width: why a diverging output makes the NTK diverge.

The constants are `theory.dynamics.output_bound`'s, where the proof stands. Every bound is tried on random parameters of
any size, and on parameters that attain it, or nearly, at any depth and width: there 5% more is refuted.
"""

from typing import NamedTuple

import numpy as np
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from ntk_companion.evidence import numerical, symbolic
from ntk_companion.judging import check, counterexample, judge_case, record
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import vanishes
from numerics.networks.torch_network import empirical_ntk, initialise
from theory.architecture import Architecture, fcn, resnet, with_trained
from theory.dynamics.output_bound import output_factor
from theory.dynamics.output_bound import width as width_symbol

OURS = "this suite"
ROUNDING = 1e-9
Tensors = dict[str, torch.Tensor]


class Case(NamedTuple):
    """A network whose formula is judged, the one whose kernel is taken (the same, some groups frozen), and where.

    weights  c, of the points
    """

    network: Architecture
    trained: Architecture
    parameters: Tensors
    inputs: torch.Tensor
    weights: torch.Tensor


def top_is_trained(case: Case) -> bool:
    """Are W_{L+1} and the last bias trained?"""
    names = {group.name for group in case.trained.groups if group.trained}
    last = "d" if case.network.stem else "b"
    return {f"W_{case.network.depth + 1}", f"{last}_{case.network.depth}"} <= names


TOP_TRAINED = Hypothesis("top layer trained", "W_{L+1} and the last bias are trained", top_is_trained)
ALL_WEIGHTS = Hypothesis(
    "all weights trained",
    "every W_l is trained",
    lambda case: all(group.trained for group in case.trained.groups if group.letter == "W"),
)
EQUAL_WEIGHTS = Hypothesis(
    "equal weights",
    "the samples are summed with equal weights, none subtracted",
    lambda case: bool((case.weights == case.weights[0]).all()),
)
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
    qualification=PATHWISE + " Approached at every depth and width as the weights of the last branch's W_L grow; "
    "at alpha = 0 it says K >= 0.",
    hypotheses=(TOP_TRAINED,),
    revision=3,
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
    hypotheses=(TOP_TRAINED,),
    revision=2,
)

Drawn = tuple[int, int, torch.Tensor, np.random.Generator, float]


@st.composite
def networks(draw: st.DrawFn) -> Drawn:
    """Depth, width, inputs, a generator for parameters and the factor they are multiplied with, tiny to huge."""
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    inputs = torch.from_numpy(generator.standard_normal((draw(st.integers(1, 4)), draw(st.integers(1, 3)))))
    inputs = inputs * 10.0 ** draw(st.integers(-3, 3))
    return draw(st.integers(1, 3)), draw(st.integers(1, 12)), inputs, generator, 10.0 ** draw(st.integers(-4, 4))


def random_parameters(architecture: Architecture, drawn: Drawn) -> Tensors:
    """Random parameters, zero-initialised biases made random too, of the network's shapes."""
    _, width, inputs, generator, factor = drawn
    parameters = initialise(architecture, inputs.shape[1], width, generator)
    return {
        name: factor * (tensor + torch.from_numpy(generator.standard_normal(tensor.shape)))
        for name, tensor in parameters.items()
    }


def zeros(architecture: Architecture, drawn: Drawn) -> Tensors:
    """All parameters zero, of the network's shapes."""
    shapes = initialise(architecture, drawn[2].shape[1], drawn[1], np.random.default_rng(0))
    return {name: torch.zeros_like(tensor) for name, tensor in shapes.items()}


def positive(drawn: Drawn) -> torch.Tensor:
    """A vector, shape (m,), with an entry between 1/2 and 3/2 for each neuron, times the factor."""
    _, width, _, generator, factor = drawn
    return factor * torch.from_numpy(0.5 + generator.random(width))


def attaining_fcn(drawn: Drawn) -> Tensors:
    """a_{L-1} = 0 and W_{L+1} = b_L > 0: |a_L| is the length of the gradient by b_L, all other parts vanish.

    Parameters of the network's shapes.
    """
    depth = drawn[0]
    vector = positive(drawn)
    return zeros(fcn(depth), drawn) | {f"b_{depth}": vector, f"W_{depth + 1}": vector[None, :]}


def attaining_resnet(depth: int, scale: float, drawn: Drawn) -> Tensors:
    """a_L = (alpha / sqrt(m)) d_L with d_L = W_{L+1}, and a last branch that cancels the gradient by a_{L-1} = 0.

    W_L = M and V_L = -m / (sqrt(2) alpha M) times the identity: as M grows, the parts of W_L, b_L and V_L vanish too.
    Parameters of the network's shapes.
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
    """Every W_l = w e_1 e_1', W_1 = w e_1 x' / |x| for the first point x; of the network's shapes."""
    depth, _, inputs, _, factor = drawn
    parameters = zeros(fcn(depth, "none"), drawn)
    for tensor in parameters.values():
        tensor[0, 0] = factor
    parameters["W_1"][0] = factor * inputs[0] / inputs[0].norm()
    return parameters


def kernel_and_output(
    architecture: Architecture, parameters: Tensors, inputs: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """K(X, X), n x n, and f(X), shape (n,), on inputs of shape (n, d)."""
    found = empirical_ntk(architecture, parameters, inputs)
    return found.ntk, found.outputs


def record_at_least(kernel: torch.Tensor, bound: torch.Tensor, size: torch.Tensor) -> None:
    """Record kernel >= bound, entry by entry, up to the rounding of quantities of this size; of one shape."""
    slack = ((kernel - bound) / torch.clamp(size, min=1e-300)).min().item()
    detail = f"relative slack {slack:.2e}, rounding below {ROUNDING}"
    record(numerical(slack > -ROUNDING, detail, margin=slack + ROUNDING))


def factor_of(architecture: Architecture, width: int) -> float:
    """c in K(x, x) >= c |f(x)|."""
    return float(output_factor(architecture).subs(width_symbol, width))


def case_of(
    network: Architecture, parameters: Tensors, inputs: torch.Tensor, weights: torch.Tensor | None = None
) -> Case:
    """A case with all trained that the network trains, and equal weights unless told otherwise.

    Inputs: shape (n, d); weights: shape (n,).
    """
    ones = torch.ones(len(inputs), dtype=torch.float64)
    return Case(network, network, parameters, inputs, ones if weights is None else weights)


def diagonal_bounds_output(claim: float, case: Case) -> None:
    """Is K(x, x) >= claim c |f(x)| at every point?"""
    kernel, outputs = kernel_and_output(case.trained, case.parameters, case.inputs)
    factor = factor_of(case.network, len(case.parameters[f"W_{case.network.depth}"]))
    record_at_least(kernel.diagonal(), claim * factor * outputs.abs(), kernel.diagonal())


@check(FCN_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks())
def test_the_kernel_of_the_fcn_controls_its_output(claim, drawn):
    depth, _, inputs, *_ = drawn
    inputs = torch.cat([inputs, 0 * inputs[:1]])  # at depth 1 the bound is attained at x = 0
    for parameters in (random_parameters(fcn(depth), drawn), attaining_fcn(drawn)):
        judge_case(diagonal_bounds_output, claim, case_of(fcn(depth), parameters, inputs))


def constant_is_derived(claim: sympy.Expr, network: Architecture) -> None:
    """Record whether the constant claimed is the one derived."""
    derived = output_factor(network)
    record(symbolic(vanishes(derived - claim), f"{network.name}: {derived}, {claim} is claimed", covers_all=False))


@check(FCN_BOUND, 2 * sympy.sqrt(2 / width_symbol), mutants={"sqrt(1/m)": 2 * sympy.sqrt(1 / width_symbol)})
def test_the_constant_of_the_fcn_is_that_of_its_last_layer(claim):
    for depth in (1, 3):
        constant_is_derived(claim, fcn(depth))


def one_neuron(network: Architecture, names: list[str], **values: float) -> Case:
    """A network of width 1 with the named groups trained, at x = values["x"]; parameters not given are zero."""
    point = torch.full((1, 1), values.pop("x")).double()
    zero = initialise(network, 1, 1, np.random.default_rng(0))
    parameters = {name: torch.full_like(tensor, values.get(name, 0.0)) for name, tensor in zero.items()}
    return case_of(network, parameters, point)._replace(trained=with_trained(network, names))


@counterexample(FCN_BOUND, TOP_TRAINED, of=test_the_kernel_of_the_fcn_controls_its_output)
def test_with_the_last_bias_frozen_the_kernel_need_not_follow_the_output(claim):
    # b = 1 frozen: the W_2 part is a^2 = 2 whatever w is, and f = sqrt(2) w.
    judge_case(diagonal_bounds_output, claim, one_neuron(fcn(1), ["W_1", "W_2"], x=0.0, b_1=1.0, W_2=10.0))


SCALES = st.sampled_from((sympy.Rational(1, 4), sympy.Integer(1), sympy.Integer(-2)))


def resnet_parameters(drawn: Drawn, scale: sympy.Expr) -> tuple[Tensors, Tensors]:
    """Random parameters of a ResNet, and ones that nearly attain the bound, both of the network's shapes."""
    return random_parameters(resnet(drawn[0], scale), drawn), attaining_resnet(drawn[0], float(scale), drawn)


@check(RESNET_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks(), scale=SCALES)
def test_the_kernel_of_the_resnet_controls_its_output(claim, drawn, scale):
    for parameters in resnet_parameters(drawn, scale):
        judge_case(diagonal_bounds_output, claim, case_of(resnet(drawn[0], scale), parameters, drawn[2]))


@check(RESNET_BOUND, lambda scale: 2 * abs(scale), mutants={"alpha^2": lambda scale: 2 * scale**2})
def test_the_constant_of_the_resnet_is_that_of_its_last_block(claim):
    for scale in (sympy.Rational(1, 4), sympy.Integer(-2), sympy.Integer(0)):
        constant_is_derived(claim(scale) / sympy.sqrt(width_symbol), resnet(2, scale))


def frozen_resnet() -> Case:
    """Width 1, x = 0, all frozen but W_2 = 100: K = 1, f = 100."""
    return one_neuron(resnet(1), ["W_2"], x=0.0, b=1.0, W_2=100.0)


@counterexample(RESNET_BOUND, TOP_TRAINED, of=test_the_kernel_of_the_resnet_controls_its_output)
def test_with_the_resnets_last_bias_frozen_the_kernel_need_not_follow_the_output(claim):
    judge_case(diagonal_bounds_output, claim, frozen_resnet())


def diagonal_bounds_power(claim: float, case: Case) -> None:
    """Is K(x, x) at least claim times the bound of the network without biases, at every point?"""
    depth = case.network.depth
    width, power = len(case.parameters["W_1"]), 1 / (depth + 1)
    kernel, outputs = kernel_and_output(case.trained, case.parameters, case.inputs)
    scale = case.inputs.norm(dim=1) ** (2 * power) * (2 / width) ** (depth * power)
    bound = (depth + 1) * scale * outputs.abs() ** (2 * depth * power)
    record_at_least(kernel.diagonal(), claim * bound, kernel.diagonal())


@check(BIAS_FREE_BOUND, 1.0, mutants={"5% more": 1.05})
@given(drawn=networks())
def test_without_biases_the_kernel_controls_a_power_of_the_output(claim, drawn):
    network = fcn(drawn[0], "none")
    for parameters in (random_parameters(network, drawn), attaining_without_biases(drawn)):
        judge_case(diagonal_bounds_power, claim, case_of(network, parameters, drawn[2]))


@counterexample(BIAS_FREE_BOUND, ALL_WEIGHTS, of=test_without_biases_the_kernel_controls_a_power_of_the_output)
def test_with_one_trained_layer_the_kernel_does_not_follow_the_output(claim):
    # W_1 = 1 frozen: K = 2 whatever w is, and f = sqrt(2) w.
    judge_case(diagonal_bounds_power, claim, one_neuron(fcn(1, "none"), ["W_2"], x=1.0, W_1=1.0, W_2=10.0))


def two_points_one_each(width: int) -> tuple[Tensors, torch.Tensor]:
    """Depth 1, two points -h and h: half of the neurons are active at the first, the others at the second alone.

    The points are 2 x 1.
    """
    small = 1e-6
    signs = torch.where(torch.arange(width) % 2 == 0, 1.0, -1.0).double()
    ones = torch.ones(width, dtype=torch.float64)
    parameters = {"W_1": (signs / small)[:, None], "b_1": 0 * ones, "W_2": ones[None, :]}
    return parameters, torch.tensor([[-small], [small]], dtype=torch.float64)


def form_bounds_sum(claim: float, case: Case) -> None:
    """Is c'Kc >= claim 2 sqrt(2/m) |c'f|?"""
    kernel, outputs = kernel_and_output(case.trained, case.parameters, case.inputs)
    factor, c = factor_of(case.network, len(case.parameters[f"W_{case.network.depth}"])), case.weights
    record_at_least(c @ kernel @ c, claim * factor * (c @ outputs).abs(), kernel.diagonal() @ c**2)


@check(PAIRS, 1.0, mutants={"5% more": 1.05, "n times": 2.0})
@given(drawn=networks())
def test_the_summed_kernel_controls_the_summed_output(claim, drawn):
    depth, width, inputs, *_ = drawn
    judge_case(form_bounds_sum, claim, case_of(fcn(depth), random_parameters(fcn(depth), drawn), inputs))
    attaining = (inputs if depth > 1 else 0 * inputs)[:1]
    judge_case(form_bounds_sum, claim, case_of(fcn(depth), attaining_fcn(drawn), attaining))
    judge_case(form_bounds_sum, claim, case_of(fcn(1), *two_points_one_each(width)))


@counterexample(PAIRS, TOP_TRAINED, of=test_the_summed_kernel_controls_the_summed_output)
def test_with_the_last_bias_frozen_the_summed_kernel_need_not_follow(claim):
    judge_case(form_bounds_sum, claim, one_neuron(fcn(1), ["W_1", "W_2"], x=0.0, b_1=1.0, W_2=10.0))


@counterexample(PAIRS, EQUAL_WEIGHTS, of=test_the_summed_kernel_controls_the_summed_output)
def test_with_weights_of_both_signs_the_kernel_need_not_follow_the_difference(claim):
    # w = v = b = 1, active at x = h and -h: c = (1, -1) leaves (2/m) (v^2 + w^2) (2 h)^2 of the kernel alone.
    case = one_neuron(fcn(1), ["W_1", "b_1", "W_2"], x=0.01, W_1=1.0, b_1=1.0, W_2=1.0)
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    judge_case(form_bounds_sum, claim, case._replace(inputs=torch.cat([case.inputs, -case.inputs]), weights=signs))


def weighted_form_bounds_sum(claim: float | str, case: Case) -> None:
    """Is c'Kc >= claim 2 |alpha| / sqrt(m) |sum c| |c'f|? The claim "absolute" has sum |c_i| for |sum c|."""
    kernel, outputs = kernel_and_output(case.trained, case.parameters, case.inputs)
    constant, c = factor_of(case.network, len(case.parameters["W_1"])), case.weights
    total = c.abs().sum() if isinstance(claim, str) else claim * c.sum().abs()
    record_at_least(c @ kernel @ c, constant * total * (c @ outputs).abs(), kernel.diagonal() @ c**2)


@check(RESNET_PAIRS, 1.0, mutants={"5% more": 1.05, "sum of |c_i|": "absolute"})
@given(drawn=networks(), scale=SCALES)
def test_the_resnets_kernel_summed_with_weights_controls_the_output_summed_with_them(claim, drawn, scale):
    weights = torch.from_numpy(drawn[3].standard_normal(len(drawn[2])))
    for parameters in resnet_parameters(drawn, scale):
        for c in (weights, weights.abs()):
            judge_case(weighted_form_bounds_sum, claim, case_of(resnet(drawn[0], scale), parameters, drawn[2], c))


@counterexample(
    RESNET_PAIRS, TOP_TRAINED, of=test_the_resnets_kernel_summed_with_weights_controls_the_output_summed_with_them
)
def test_with_the_resnets_last_bias_frozen_the_summed_kernel_need_not_follow(claim):
    judge_case(weighted_form_bounds_sum, claim, frozen_resnet())
