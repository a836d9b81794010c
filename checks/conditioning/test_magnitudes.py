"""Norms of gradients: the linear twin and the ReLU network of arXiv 2305.08813, by induction over the blocks."""

import numpy as np
import sympy

from checks.conditioning.printed import LINEAR_STEP, PRINTED
from checks.conditioning.records import REBUILT, TESTS, WORDED, follows, printed, stated
from checks.setups.budget import BUDGET
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, check, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, vanishes
from theory.activations import Identity, LeakyRelu
from theory.architecture import Architecture, fcn
from theory.depth import DEPTH, RELU_STEP, BlockStep, block_step
from theory.presets import arora

LINEAR = arora(2, Identity())
FIRST, CROSS, SECOND = sympy.symbols("a c b", positive=True)
INPUTS = (FIRST, CROSS, SECOND)
ON_DIAGONAL = (FIRST, FIRST, FIRST)
SIZES = ((1, 2), (2, 0))
"""Two inputs whose inner product is 2."""
FACTOR = "K is L + 1 times the inner products: each of the L + 1 layers adds them once. "
PROVED = (
    "A proof for all depths and inputs by induction over the blocks, given the width limit that is cited; sampled from "
    "finite networks of depth 2. The output layer f = W_{L+1} a_L is reconstructed; the ratio of the kernels at L = 1 "
    "and L = 0 is checked too, in which a scale of the output cancels."
)

NORM = printed(
    "bc:1",
    "Linear network: the gradient's norm is L + 1 times the input's",
    PROVED,
    finding=Finding(
        Severity.USED_LATER,
        FACTOR + "So the norm has the factor sqrt(L + 1); (L + 1) is that of its square. Corollary 2.4 (bc:3) takes it "
        "over, and Remark 3.4 says it of the ReLU. A scale of the output does not mend it: it is one factor at all "
        "depths. Angles and condition numbers do not feel a factor.",
        corrected=r"\|\nabla \bar f(x)\| = \sqrt{L+1}\, \|x\|",
    ),
)
GRAM = printed(
    "bc:3",
    "Linear network: K is (L + 1)^2 times the Gram matrix of the inputs",
    PROVED,
    uses=("bc:1", WIDTH_LIMIT.id),
    finding=Finding(
        Severity.UNAFFECTED,
        FACTOR
        + "The paper itself divides by L + 1 in section E.6; condition numbers do not feel a factor."
        + follows("bc:1"),
        corrected=r"\bar K = (L+1)\, G",
    ),
)
NORMALISED = stated(
    id="bc:31",
    title="Two unit inputs: the kernel over L + 1 has 1 on its diagonal and the eigenvalues 1 +- cos phi",
    number="proof of Theorem F.1",
    formula=r"\frac{K}{L+1} = \begin{pmatrix} 1 & \cos\phi \\ \cos\phi & 1 \end{pmatrix}, \quad"
    r" \lambda_{1,2} = 1 \pm \cos\phi",
    qualification="The displayed matrix was not at hand: no verdict on print. The text keeps the words that the kernel "
    "is normalised by 1/(L+1)^2, with which the diagonal would be 1/(L+1), as with bc:1. A proof for all depths.",
)
DIRECTION = stated(
    id="bc:2",
    title="Linear network: the angle between gradients is that between the inputs",
    number="Theorem 2.3",
    formula=r"\bar\phi(x, z) = \theta_{\mathrm{in}}(x, z)",
    qualification="A proof for all depths and inputs by induction over the blocks, given the width limit.",
)
CONDITION = stated(
    id="bc:4",
    title="Linear network: the condition number is that of the inputs at every depth",
    number="Corollary 2.4",
    formula=r"\bar\kappa = \kappa_0",
    qualification="What is proved, for all depths and any number of inputs, is that every entry of K is that of G "
    "times one factor that no input enters; the ratio of eigenvalues of a multiple is that of the matrix. G is "
    "nonsingular.",
    uses=("bc:3", WIDTH_LIMIT.id),
)
RELU_NORM = stated(
    id="bc:5",
    title="ReLU: the gradient's squared norm is L + 1 times the input's",
    number="Lemma 3.1",
    formula=r"K(x, x) = (L+1) \|x\|^2",
    qualification=REBUILT
    + "A proof for all depths by induction. Remark 3.4 gives the norm the factor L + 1: the error "
    "of bc:1, counted there.",
)
SAME_MAGNITUDE = stated(
    id="bc:6",
    title="The ReLU keeps the gradient's magnitude at every depth, and turns gradients of orthogonal inputs at L = 1",
    number="after Lemma 3.1",
    formula=r"K(x, x) = \bar K(x, x) \ \forall L, \quad L = 1,\ \|x\| = \|z\| = 1,\ x \perp z: \ K(x, z) ="
    r" \tfrac1\pi, \ \bar K(x, z) = 0",
    qualification=WORDED + "A proof of the equality for all depths and inputs by induction. That the direction "
    "changes is shown on one pair; bc:10 is about pairs below 30 degrees, and near 67 degrees there is an angle at "
    "which it does not change.",
)


def by_induction(step: BlockStep, inputs: tuple, factor: sympy.Expr) -> list:
    """What must vanish for K_L = factor(L) <x, x'> for all L, if all is multiples of the inputs' kernel."""
    cross = inputs[1]
    before = (factor - 1) * cross
    after = step.at(step.factor, inputs) * before + step.at(step.own, inputs)
    return [
        factor.subs(DEPTH, 0) - 1,
        step.at(step.features, inputs) - cross,
        sympy.expand(after - (factor.subs(DEPTH, DEPTH + 1) - 1) * cross),
    ]


def judge_factor(step: BlockStep, inputs: tuple, factor: sympy.Expr) -> None:
    """Record whether K_L is so many times the inputs' kernel, at every depth."""
    verdict = all_vanish(by_induction(step, inputs, factor))
    record(symbolic(verdict, f"K_L = ({factor}) <x, x'> by induction: {verdict}", covers_all=True))


def judge_ratio(step: BlockStep, inputs: tuple, factor: sympy.Expr) -> None:
    """Record whether K_1 / K_0 is what the factor says: a scale of the output cancels."""
    ratio = (step.at(step.own, inputs) + step.at(step.features, inputs)) / inputs[1]
    verdict = vanishes(sympy.simplify(ratio) - factor.subs(DEPTH, 1) / factor.subs(DEPTH, 0))
    record(symbolic(verdict, f"K_1 / K_0 = {ratio}, whatever the output's scale", covers_all=False))


def sample_factor(network: Architecture, factor: sympy.Expr, inner: np.ndarray) -> None:
    """Record whether the mean kernel of finite networks is so many times the n x n matrix of inner products."""
    claimed = float(factor.subs(DEPTH, network.depth)) * inner
    record_mean_kernel(network, SIZES, claimed, BUDGET.alpha("conditioning", TESTS))


INNER = np.array(SIZES) @ np.array(SIZES).T
RIGHT = DEPTH + 1
NEAR = {"2% more": RIGHT * sympy.Rational(102, 100), "one layer less": DEPTH}
NORMS = {"2% more": sympy.sqrt(RIGHT) * sympy.Rational(102, 100), "one layer less": sympy.sqrt(DEPTH)}


@check(NORM, PRINTED["bc:1"].form, corrected=PRINTED["bc:1"].corrected, mutants=NORMS)
def test_the_norm_of_the_linear_networks_gradient(claim):
    judge_factor(LINEAR_STEP, ON_DIAGONAL, claim**2)
    judge_ratio(LINEAR_STEP, ON_DIAGONAL, claim**2)
    record(symbolic(vanishes(claim - PRINTED["bc:1"].quantity()), "the steps added up", covers_all=True))


@check(
    NORM,
    PRINTED["bc:1"].form,
    corrected=PRINTED["bc:1"].corrected,
    mutants={"the square for the norm": DEPTH + 1, "a half": (DEPTH + 1) / 2},
)
def test_the_norm_of_the_linear_networks_gradient_by_sampling(claim):
    sample_factor(LINEAR, claim**2, INNER)


@check(GRAM, PRINTED["bc:3"].form, corrected=PRINTED["bc:3"].corrected, mutants=NEAR)
def test_the_kernel_of_the_linear_network(claim):
    judge_factor(LINEAR_STEP, INPUTS, claim)
    judge_ratio(LINEAR_STEP, INPUTS, claim)
    record(symbolic(vanishes(claim - PRINTED["bc:3"].quantity()), "the steps added up", covers_all=True))


@check(GRAM, PRINTED["bc:3"].form, corrected=PRINTED["bc:3"].corrected, mutants={"one layer less": DEPTH})
def test_the_kernel_of_the_linear_network_by_sampling(claim):
    sample_factor(LINEAR, claim, INNER)


OFF = sympy.Symbol("cos_phi", positive=True)


@check(
    NORMALISED,
    (RIGHT, 1 + OFF, 1 - OFF),
    mutants={
        "normalised by the square": (RIGHT**2, 1 + OFF, 1 - OFF),
        "2% more": (RIGHT * sympy.Rational(102, 100), 1 + OFF, 1 - OFF),
        "half of cos phi": (RIGHT, 1 + OFF / 2, 1 - OFF / 2),
    },
)
def test_the_normalised_kernel_of_two_inputs(claim):
    factor, *values = claim
    judge_factor(RELU_STEP, ON_DIAGONAL, factor)
    matrix = sympy.Matrix([[1, OFF], [OFF, 1]])
    roots = [(matrix - value * sympy.eye(2)).det() for value in values]
    off = all_vanish([*(sympy.expand(root) for root in roots), sum(values) - matrix.trace()])
    record(symbolic(off, "roots of the characteristic polynomial, whose sum is the trace", covers_all=True))


def nearly_linear(slope: sympy.Rational) -> BlockStep:
    """The step of a leaky ReLU, normalised as the linear twin is."""
    return block_step(arora(1, LeakyRelu(slope)).blocks[0])


OTHER_STEPS = {"leaky ReLU, slope 0.98": nearly_linear(sympy.Rational(98, 100)), "ReLU": RELU_STEP}


@check(DIRECTION, LINEAR_STEP, mutants=OTHER_STEPS)
def test_the_direction_of_the_linear_networks_gradient(claim):
    """cos phi = K(x, z) / sqrt(K(x, x) K(z, z)), the three kernels proved by induction."""
    judge_one_factor(claim)


@check(CONDITION, LINEAR_STEP, mutants=OTHER_STEPS)
def test_the_condition_number_of_the_linear_network(claim):
    judge_one_factor(claim)


def judge_one_factor(step: BlockStep) -> None:
    """Record whether one factor takes the inputs' inner products to the kernel, on the diagonal and off it."""
    induction = [part for inputs in (INPUTS, ON_DIAGONAL) for part in by_induction(step, inputs, RIGHT)]
    verdict = combined(vanishes(part, {FIRST: 2, CROSS: 1, SECOND: 3}) for part in induction)
    record(symbolic(verdict, "K_L = (L + 1) <x, z> on and off the diagonal", covers_all=True))


@check(RELU_NORM, RIGHT, mutants=NEAR | {"its square": RIGHT**2})
def test_the_norm_of_the_relu_networks_gradient(claim):
    judge_factor(RELU_STEP, ON_DIAGONAL, claim)


@check(RELU_NORM, RIGHT, mutants={"its square": RIGHT**2, "one layer less": DEPTH})
def test_the_norm_of_the_relu_networks_gradient_by_sampling(claim):
    claimed = np.array([[float(claim.subs(DEPTH, 2))]])
    record_mean_kernel(fcn(2, "none"), ((0.6, 0.8),), claimed, BUDGET.alpha("conditioning", TESTS))


TURNED = 1 / sympy.pi


@check(
    SAME_MAGNITUDE,
    (RIGHT, TURNED),
    mutants={"2% more with the ReLU": (RIGHT * sympy.Rational(102, 100), TURNED), "as without it": (RIGHT, 0)},
)
def test_magnitudes_are_equal_and_directions_differ(claim):
    factor, turned = claim
    judge_factor(RELU_STEP, ON_DIAGONAL, factor)
    judge_factor(LINEAR_STEP, ON_DIAGONAL, RIGHT)
    judge_factor(LINEAR_STEP, INPUTS, RIGHT)
    pair = (sympy.Integer(1), sympy.Integer(0), sympy.Integer(1))
    found = RELU_STEP.at(RELU_STEP.own, pair) + RELU_STEP.at(RELU_STEP.features, pair)
    record(symbolic(vanishes(found - turned), f"K(x, z) = {found} at L = 1, orthogonal", covers_all=False))
