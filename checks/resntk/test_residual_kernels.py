"""Kernels of residual networks, each against the recursion derived from its network."""

import numpy as np
import sympy
from sympy import Rational, acos, pi, sqrt

from checks.setups.budget import BUDGET
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Statement, check, record, symbolic
from ntk_companion.symbolics import all_vanish, combined, vanishes
from theory.architecture import resnet, resnet_block, with_trained
from theory.depth import INDEX, BlockStep, block_step, residual_step
from theory.presets import huang, tirer
from theory.recursion import closed_form, recursion

HUANG, TIRER = "Huang, Wang, Tao, Zhao 2020, arXiv 2002.06262", "Tirer, Bruna, Giryes 2020, arXiv 2009.10008"
BELFER, LAI = "Belfer, Geifman, Galun, Basri, arXiv 2104.03093", "Lai, Yu, Tian, Lin, arXiv 2305.18506"
REMEMBERED = "The formula is remembered or quoted, the paper's own print was not at hand. "
INDUCTION = "A proof for all depths, scales and unit inputs from the derived step of one block. "
ONE, MORE = sympy.Integer(1), Rational(102, 100)
ALPHA = sympy.Symbol("alpha", positive=True)
K, V = sympy.symbols("K v", positive=True)
"""K_{l-1} and v_{l-1}, the kernel before a block and its value on the diagonal."""
POINT = {K: Rational(1, 3), V: Rational(5, 4), ALPHA: Rational(1, 2), sympy.Symbol("s", positive=True): 3 * ONE}

SUM = Statement(
    id="rn:1",
    title="The sum over blocks is the NTK of the residual network with its first and last layer fixed",
    source=HUANG,
    number="kernel, quoted through (3.10) of arXiv 2504.11130",
    formula=r"r_L = \alpha^2 \sum_{l=1}^{L} B_{l+1} \bigl[v_{l-1} \kappa_1(\tfrac{K_{l-1}}{v_{l-1}}) + K_{l-1}"
    r" \kappa_0(\tfrac{K_{l-1}}{v_{l-1}})\bigr]",
    qualification=REMEMBERED
    + INDUCTION
    + "At depths 1 and 2, alpha = 1/2 and one cosine the sum is written out and compared with the closed form too.",
    uses=(WIDTH_LIMIT.id,),
)
CODE = Statement(
    id="rn:2",
    title="Tirer's code is the NTK of the network with its input and output layers trained",
    source=TIRER,
    number="code",
    formula=r"\Theta = K_L + \alpha^2 \sum_l P_l (S_l + K_{l-1} D_l) + P_0 K_0, \quad P_{l-1} = P_l (1 + \alpha^2 D_l)",
    qualification="In symbols, for all depths and scales by induction over the derived block, for any sigma_w^2 "
    "sigma_v^2 (on unit inputs: the kernels are homogeneous); the parts of the first and of the last layer at depths "
    "1 and 2 with sigma_w^2 sigma_v^2 = 1 and one cosine. From the network as it is restated; the code was not run.",
    uses=(WIDTH_LIMIT.id,),
)
LOOPS = Statement(
    id="rn:3",
    title="The two versions of the MLP kernel in Tirer's code agree, L = 0 to 6",
    source=TIRER,
    number="code, MLP",
    formula=r"\sum_{l=0}^{L} S_l \prod_{r > l} D_r = \bigl(H \leftarrow H + S;\ H \leftarrow H D\bigr)",
    qualification="In symbols, for any S and D.",
)
BIASED = Statement(
    id="rn:4",
    title="Biases add alpha^2 B (k_0 + 1) to a block, whatever the norms of the inputs",
    source="this suite",
    number="(3.10) of arXiv 2504.11130 against Huang et al.",
    formula=r"\|\tilde x\| \|\tilde x'\| \bigl[v_{l-1} \kappa_1 + K_{l-1} \kappa_0\bigr] + \kappa_0 + 1",
    qualification="The part of the biases, in symbols at any norms and by sampling. That (3.10) scales it by both "
    "norms is the finding eq:3.10, which has the whole formula.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
NORMALISED = Statement(
    id="rn:5",
    title="C = 1/(2 L (1 + alpha^2)^(L-1)) makes r_L(x, x) = 1 on the sphere",
    source=BELFER,
    number="normalisation",
    formula=r"\sum_{l=1}^{L} B_{l+1} [\dots] = 2 L (1 + \alpha^2)^{L-1} \text{ at } u = 1",
    qualification=REMEMBERED + INDUCTION,
    uses=("rn:1",),
)
GROWTH = Statement(
    id="rn:14",
    title="Features grow by 1 + alpha^2 a block",
    source=HUANG,
    number="initialisation",
    formula=r"\|a_l\|^2 \to (1 + \alpha^2)^l \|x\|^2",
    qualification=REMEMBERED + INDUCTION,
    uses=(WIDTH_LIMIT.id,),
)


def k0(u: sympy.Expr) -> sympy.Expr:
    """The step's k_0(u) as printed."""
    return (pi - acos(u)) / pi


def k1(u: sympy.Expr) -> sympy.Expr:
    """The ReLU's k_1(u) as printed."""
    return (u * (pi - acos(u)) + sqrt(1 - u**2)) / pi


def judge_block(step: BlockStep, own: sympy.Expr, factor: sympy.Expr, features: sympy.Expr, detail: str) -> None:
    """Record whether a block's part, what it multiplies cotangents by and its features are what is claimed."""
    claims = ((step.own, own), (step.factor, factor), (step.features, features))
    verdicts = [vanishes(sympy.expand(sympy.simplify(step.at(one, (V, K, V)) - other)), POINT) for one, other in claims]
    record(symbolic(combined(verdicts), detail, covers_all=True))


def printed_sum(u: sympy.Expr, scale: sympy.Expr, depth: int, part: sympy.Expr, slope: sympy.Expr) -> sympy.Expr:
    """r_L as it is quoted, written out; `part` before a summand, `slope` before k_0 in B_l."""
    kernels = [u]
    for layer in range(depth):
        grown = (1 + scale**2) ** layer
        kernels.append(kernels[-1] + scale**2 * grown * k1(kernels[-1] / grown))
    total, backward = sympy.Integer(0), ONE
    for layer in reversed(range(depth)):
        grown = (1 + scale**2) ** layer
        gate = k0(kernels[layer] / grown)
        part_here = part.subs(ALPHA, scale)
        total += part_here * scale**2 * backward * (grown * k1(kernels[layer] / grown) + kernels[layer] * gate)
        backward *= 1 + slope * scale**2 * gate
    return total


@check(
    SUM,
    (ONE, ONE),
    mutants={"2% more": (MORE, ONE), "alpha for alpha^2": (1 / ALPHA, ONE), "B lost": (ONE, sympy.Integer(0))},
)
def test_the_sum_over_blocks(claim):
    part, slope = claim
    gate, image = k0(K / V), V * k1(K / V)
    own = part * ALPHA**2 * (image + K * gate)
    judge_block(residual_step(ALPHA), own, 1 + slope * ALPHA**2 * gate, K + ALPHA**2 * image, "one block")
    u, half = Rational(1, 3), Rational(1, 2)
    for depth in (1, 2):
        derived = recursion(huang(depth, half))
        off = closed_form(derived, derived.ntk, (ONE, u, ONE)) - printed_sum(u, half, depth, part, slope)
        verdict = vanishes(sympy.expand(off))
        record(symbolic(verdict, f"the network huang, depth {depth}, alpha = 1/2, u = 1/3", covers_all=False))


STRENGTH = sympy.Symbol("s", positive=True)
"""sigma_w^2 sigma_v^2."""


def by_the_code(u: sympy.Expr, scale: sympy.Expr, depth: int, part: sympy.Expr, slope: sympy.Expr) -> sympy.Expr:
    """Theta at unit inputs of cosine u and sigma_w^2 sigma_v^2 = 1, as the code has it; `part` before a block's."""
    size = sympy.Symbol("d", integer=True, positive=True)
    kernels, squares = [u / size], [1 / size]
    for _ in range(depth):
        square, correlation = squares[-1], kernels[-1] / squares[-1]
        kernels.append(kernels[-1] + scale**2 * square * k1(correlation) / 2)
        squares.append(square * (1 + scale**2 / 2))
    theta, backward = kernels[-1], ONE
    for kernel, square in zip(reversed(kernels[:-1]), reversed(squares[:-1]), strict=True):
        gate = slope * k0(kernel / square) / 2
        theta += part * scale**2 * backward * (square * k1(kernel / square) / 2 + kernel * gate)
        backward *= 1 + scale**2 * gate
    return theta + backward * kernels[0]


@check(CODE, (ONE, ONE), mutants={"2% more": (MORE, ONE), "D without 1/2": (ONE, 2 * ONE)})
def test_the_code_of_tirer(claim):
    part, slope = claim
    step = block_step(tirer(1, ALPHA, STRENGTH).blocks[0])
    gate, image = STRENGTH / 2 * k0(K / V) * slope, STRENGTH / 2 * V * k1(K / V)
    own = part * ALPHA**2 * (image + K * gate)
    judge_block(step, own, 1 + ALPHA**2 * gate, K + ALPHA**2 * image, "one block, any strength")
    u, half = Rational(1, 3), Rational(1, 2)
    for depth in (1, 2):
        derived = recursion(tirer(depth, half))
        off = closed_form(derived, derived.ntk, (ONE, u, ONE)) - by_the_code(u, half, depth, part, slope)
        verdict = vanishes(sympy.expand(off), {sympy.Symbol("d", integer=True, positive=True): 2 * ONE})
        record(symbolic(verdict, f"the network tirer, depth {depth}, all trained", covers_all=False))


@check(LOOPS, (0, ONE), mutants={"D one layer late": (1, ONE), "2% more of H": (0, MORE)})
def test_the_two_loops(claim):
    late, factor = claim
    for depth in range(7):
        kernels, slopes = sympy.symbols(f"S_0:{depth + 1}"), sympy.symbols(f"D_1:{depth + 3}")
        total = sum(kernels[h] * sympy.prod(slopes[r - 1] for r in range(h + 1, depth + 1)) for h in range(depth + 1))
        state = sympy.Integer(0)
        for place in range(depth + 1):
            state = (factor * state * slopes[place - 1 + late] if place else state) + kernels[place]
        record(symbolic(vanishes(sympy.expand(total - state)), f"L = {depth}", covers_all=depth == 6))


NORM, OTHER = sympy.symbols("N N'", positive=True)
U = sympy.Symbol("u", real=True)
AT_NORMS = {NORM: 2 * ONE, OTHER: 3 * ONE, U: Rational(1, 3), ALPHA: ONE / 2}


@check(BIASED, ONE, mutants={"both norms, as printed": NORM * OTHER, "one norm": NORM, "2% more": MORE})
def test_the_part_of_biases(claim):
    """From the derived block, features of the norms N and N' and the cosine u before it."""
    block = block_step(resnet_block(INDEX, ALPHA, "trained"))
    biases = sum(part for group, part in block.parts.items() if group.letter in "bd")
    off = block.at(biases, (NORM**2, U * NORM * OTHER, OTHER**2)) - claim * ALPHA**2 * (k0(U) + 1)
    record(symbolic(vanishes(sympy.expand(off), AT_NORMS), "any norms", covers_all=True))


ROWS = ((0.0, 0.0), (2.0, 2.0))
"""|x~| = 1 and 3, their cosine 1/3."""


@check(BIASED, 0, mutants={"both norms, as printed": 1, "the root of both": 0.5})
def test_the_part_of_biases_by_sampling(claim):
    network = with_trained(resnet(1), ["b_1", "d_1"])
    norms, cosines = np.array([1.0, 3.0]), np.array([[1.0, 1 / 3], [1 / 3, 1.0]])
    bracket = 1 - np.arccos(cosines) / np.pi + 1
    claimed = np.outer(norms, norms) ** claim * bracket
    record_mean_kernel(network, ROWS, claimed, BUDGET.alpha("residual kernels", 4))


LAYER = sympy.Symbol("l", positive=True)


@check(
    NORMALISED,
    2 * LAYER * (1 + ALPHA**2) ** (LAYER - 1),
    mutants={
        "L for L - 1": 2 * LAYER * (1 + ALPHA**2) ** LAYER,
        "2% more": MORE * 2 * LAYER * (1 + ALPHA**2) ** (LAYER - 1),
    },
)
def test_the_normalisation(claim):
    """N_l / alpha^2 on the diagonal: times 1 + alpha^2, plus 2 v_{l-1}."""
    step = residual_step(ALPHA)
    own, factor = (sympy.simplify(step.at(each, (V, V, V))) for each in (step.own, step.factor))
    power = (1 + ALPHA**2) ** LAYER  # v_l
    after = claim * factor + (own / ALPHA**2).subs(V, power)
    off = [sympy.simplify((claim.subs(LAYER, LAYER + 1) - after) / power), claim.subs(LAYER, 0)]
    record(symbolic(all_vanish(off), "by induction on L", covers_all=True))


@check(GROWTH, 1 + ALPHA**2, mutants={"1 + alpha": 1 + ALPHA, "2% more": MORE * (1 + ALPHA**2)})
def test_the_growth_of_features(claim):
    step = residual_step(ALPHA)
    off = sympy.simplify(step.at(step.features, (V, V, V)) - claim * V)
    record(symbolic(vanishes(sympy.expand(off)), "one block", covers_all=True))
