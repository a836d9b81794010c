"""Norms of gradients: the linear twin and the ReLU network of arXiv 2305.08813, by induction over the blocks."""

import numpy as np
import sympy

from checks.conditioning.records import REBUILT, WORDED, printed, stated
from checks.setups.budget import BUDGET
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, check, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, vanishes
from theory.activations import Identity
from theory.architecture import Architecture, fcn
from theory.depth import RELU_STEP, BlockStep, block_step
from theory.presets import arora
from theory.printed.conditioning import PRINTED, depth

LINEAR = arora(2, Identity())
LINEAR_STEP = block_step(arora(1, Identity()).blocks[0])
"""The linear twin: factor 1/m, no biases."""
FIRST, CROSS, SECOND = sympy.symbols("a c b", positive=True)
INPUTS = (FIRST, CROSS, SECOND)
ON_DIAGONAL = (FIRST, FIRST, FIRST)
SIZES = ((1, 2), (2, 0))
"""Two inputs whose inner product is 2."""
FACTOR = "K is L + 1 times the inner products: each of the L + 1 layers adds them once. "

NORM = printed(
    "bc:1",
    "Linear network: the gradient's norm is L + 1 times the input's",
    "A proof for all depths and inputs by induction over the blocks, given the width limit that is cited; sampled "
    "from finite networks of depth 2.",
    finding=Finding(
        Severity.UNAFFECTED,
        FACTOR + "So the norm has the factor sqrt(L + 1); (L + 1) is that of its square. Angles and condition numbers "
        "do not feel a factor.",
        corrected=r"\|\nabla \bar f(x)\| = \sqrt{L+1}\, \|x\|",
    ),
)
GRAM = printed(
    "bc:3",
    "Linear network: K is (L + 1)^2 times the Gram matrix of the inputs",
    "A proof for all depths and inputs by induction over the blocks, given the width limit that is cited; sampled from "
    "finite networks of depth 2.",
    finding=Finding(
        Severity.UNAFFECTED,
        FACTOR + "The square comes from Theorem 2.3; section E.6 of the paper itself divides by L + 1.",
        corrected=r"\bar K = (L+1)\, G",
    ),
)
NORMALISED = printed(
    "bc:31",
    "The NTK divided by (L + 1)^2 has ones on the diagonal, on unit inputs",
    "A proof for all depths by induction over the blocks, given the width limit that is cited; sampled at depth 2.",
    finding=Finding(
        Severity.UNAFFECTED,
        "K(x, x) = L + 1 on unit inputs: divided by the square the diagonal is 1/(L + 1). The eigenvalues' ratio, "
        "which is used, does not change; section E.6 of the paper divides by L + 1.",
        corrected=r"\frac{K(x, x)}{L+1} = 1",
    ),
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
    qualification="K is a multiple of G by a proof for all depths; the ratio of its eigenvalues is computed in symbols "
    "for two inputs. G is nonsingular.",
)
RELU_NORM = stated(
    id="bc:5",
    title="ReLU: the gradient's squared norm is L + 1 times the input's",
    number="Lemma 3.1, Remark 3.4",
    formula=r"K(x, x) = (L+1) \|x\|^2",
    qualification=REBUILT + "A proof for all depths by induction. The remark's words, a universal factor L + 1, are "
    "right of the squared norm; of the norm it is sqrt(L + 1), as with bc:1.",
)
SAME_MAGNITUDE = stated(
    id="bc:6",
    title="The ReLU changes the gradient's direction and not its magnitude",
    number="after Lemma 3.1",
    formula=r"K(x, x) = \bar K(x, x), \quad K(x, x') \ne \bar K(x, x')",
    qualification=WORDED + "A proof of the equality for all depths by induction; the directions differ on one pair.",
)


def by_induction(step: BlockStep, inputs: tuple, factor: sympy.Expr) -> list:
    """What must vanish for K_L = factor(L) <x, x'> for all L, if all is multiples of the inputs' kernel."""
    cross = inputs[1]
    before = (factor - 1) * cross
    after = step.at(step.factor, inputs) * before + step.at(step.own, inputs)
    return [
        factor.subs(depth, 0) - 1,
        step.at(step.features, inputs) - cross,
        sympy.expand(after - (factor.subs(depth, depth + 1) - 1) * cross),
    ]


def judge_factor(step: BlockStep, inputs: tuple, factor: sympy.Expr) -> None:
    """Record whether K_L is so many times the inputs' kernel, at every depth."""
    verdict = all_vanish(by_induction(step, inputs, factor))
    record(symbolic(verdict, f"K_L = ({factor}) <x, x'> by induction: {verdict}", covers_all=True))


def sample_factor(network: Architecture, factor: sympy.Expr, inner: np.ndarray) -> None:
    """Record whether the mean kernel of finite networks is so many times the n x n matrix of inner products."""
    claimed = float(factor.subs(depth, network.depth)) * inner
    record_mean_kernel(network, SIZES, claimed, BUDGET.alpha("conditioning", 6))


INNER = np.array(SIZES) @ np.array(SIZES).T
RIGHT = depth + 1
NEAR = {"2% more": RIGHT * sympy.Rational(102, 100), "one layer less": depth}
NORMS = {"2% more": sympy.sqrt(RIGHT) * sympy.Rational(102, 100), "one layer less": sympy.sqrt(depth)}


@check(NORM, PRINTED["bc:1"].form, corrected=PRINTED["bc:1"].corrected, mutants=NORMS)
def test_the_norm_of_the_linear_networks_gradient(claim):
    judge_factor(LINEAR_STEP, ON_DIAGONAL, claim**2)


@check(
    NORM,
    PRINTED["bc:1"].form,
    corrected=PRINTED["bc:1"].corrected,
    mutants={"the square for the norm": depth + 1, "a half": (depth + 1) / 2},
)
def test_the_norm_of_the_linear_networks_gradient_by_sampling(claim):
    sample_factor(LINEAR, claim**2, INNER)


@check(GRAM, PRINTED["bc:3"].form, corrected=PRINTED["bc:3"].corrected, mutants=NEAR)
def test_the_kernel_of_the_linear_network(claim):
    judge_factor(LINEAR_STEP, INPUTS, claim)


@check(GRAM, PRINTED["bc:3"].form, corrected=PRINTED["bc:3"].corrected, mutants={"one layer less": depth})
def test_the_kernel_of_the_linear_network_by_sampling(claim):
    sample_factor(LINEAR, claim, INNER)


@check(NORMALISED, PRINTED["bc:31"].form, corrected=PRINTED["bc:31"].corrected, mutants=NEAR)
def test_the_normalised_diagonal(claim):
    judge_factor(RELU_STEP, ON_DIAGONAL, claim)


@check(NORMALISED, PRINTED["bc:31"].form, corrected=PRINTED["bc:31"].corrected, mutants={"one layer less": depth})
def test_the_normalised_diagonal_by_sampling(claim):
    claimed = np.array([[float(claim.subs(depth, 2))]])
    record_mean_kernel(fcn(2, "none"), ((0.6, 0.8),), claimed, BUDGET.alpha("conditioning", 6))


@check(DIRECTION, sympy.Integer(0), mutants={"a hundredth off": sympy.Rational(1, 100)})
def test_the_direction_of_the_linear_networks_gradient(claim):
    induction = by_induction(LINEAR_STEP, INPUTS, RIGHT) + by_induction(LINEAR_STEP, ON_DIAGONAL, RIGHT)
    cosine = RIGHT * CROSS / sympy.sqrt(RIGHT * FIRST * RIGHT * SECOND)
    off = sympy.simplify(cosine - CROSS / sympy.sqrt(FIRST * SECOND)) - claim
    record(symbolic(all_vanish([*induction, off]), "cos phi = <x, z> / (|x| |z|)", covers_all=True))


@check(CONDITION, sympy.Integer(1), mutants={"2% more": sympy.Rational(102, 100)})
def test_the_condition_number_of_the_linear_network(claim):
    root = sympy.sqrt((FIRST - SECOND) ** 2 + 4 * CROSS**2)

    def ratio(scale):
        return (scale * (FIRST + SECOND) + scale * root) / (scale * (FIRST + SECOND) - scale * root)

    off = vanishes(sympy.simplify(ratio(RIGHT) - claim * ratio(1)))
    induction = all_vanish(by_induction(LINEAR_STEP, INPUTS, RIGHT))
    record(symbolic(combined([off, induction]), "the eigenvalues of a multiple have the same ratio", covers_all=True))


@check(RELU_NORM, RIGHT, mutants=NEAR | {"its square": RIGHT**2})
def test_the_norm_of_the_relu_networks_gradient(claim):
    judge_factor(RELU_STEP, ON_DIAGONAL, claim)


@check(SAME_MAGNITUDE, RIGHT, mutants={"2% more with the ReLU": RIGHT * sympy.Rational(102, 100)})
def test_magnitudes_are_equal_and_directions_differ(claim):
    judge_factor(RELU_STEP, ON_DIAGONAL, claim)
    judge_factor(LINEAR_STEP, ON_DIAGONAL, RIGHT)
    pair = (sympy.Integer(1), sympy.Integer(0), sympy.Integer(1))
    differs = sympy.simplify(RELU_STEP.at(RELU_STEP.features, pair)) != 0
    assert differs, "orthogonal inputs have features that are not"
