"""Where the kernels of the founding papers are positive definite, and where not; what their figures and code show."""

from fractions import Fraction
from functools import cache

import flint
import sympy
from sympy import Rational

from checks.foundations.layers import FIRST
from checks.foundations.printed import ARORA, FIRST_NOTE, JACOT, bias
from checks.setups.audited import network, record_audited
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Statement, certified, check, record, symbolic
from ntk_companion.symbolics import all_vanish, is_positive, vanishes
from numerics.data.points import PointSet, circle, float_points, hexagon, rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import certified_lambda_min
from numerics.numbers.comparisons import all_of, at_most, less
from numerics.numbers.systems import Balls
from theory.activations import AbsoluteValue, Erf, Relu
from theory.architecture import Affine, Architecture, Group, Scale
from theory.depth import block_step
from theory.presets import arora, geifman, jacot
from theory.recursion import closed_form, input_dimension, input_kernel, recursion

ONE, ZERO, MORE = sympy.Integer(1), sympy.Integer(0), Rational(102, 100)

DEFINITE = Statement(
    id="fd:7",
    title="Jacot's kernel is positive definite on four sets on the circle, with one hidden layer and with two",
    source=JACOT,
    number="Proposition 2",
    formula=r"L \ge 2,\ \sigma \text{ Lipschitz, no polynomial: } \Theta_\infty |_{\|x\| = 1} \succ 0",
    qualification="Instances of the proposition, certified: beta = 1/10, ReLU, erf and the absolute value; hexagon, "
    "circle:8, two antipodal pairs and circle:5 with one hidden layer, the first two with two.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
UNBIASED = Statement(
    id="fd:8",
    title="Without biases definiteness fails: ReLU with one hidden layer on circle:8, erf on opposite points",
    source="this suite",
    number="Proposition 2 of arXiv 1806.07572 with beta = 0",
    formula=r"\beta = 0:\ \lambda_{\min}(K) = 0",
    qualification="Exact: an eigenvalue in a cyclotomic field, and K(x, -x) = -K(x, x) for erf at every depth. "
    "The ReLU of two hidden layers is definite on circle:8, certified.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
ZERO_BIASES = Statement(
    id="fd:9",
    title="With biases started at zero and trained the kernels of ReLU and erf are positive definite on the sets tried",
    source="this suite",
    number="Proposition 2 of arXiv 1806.07572 with zero-started biases",
    formula=r"b_l(0) = 0:\ K \succ 0",
    qualification="The network of Geifman et al., beta = 1, one and two hidden layers, certified: ReLU on hexagon, "
    "circle:8, two antipodal pairs and circle:5, erf on the hexagon. With beta = 0 an eigenvalue of the ReLU on "
    "circle:8, depth 1, is 0, exactly.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
RANK = Statement(
    id="fd:10",
    title="Without hidden layers the kernel has rank at most n_0 + 1",
    source="this suite",
    number="the case L = 1 that Proposition 2 of arXiv 1806.07572 leaves out",
    formula=r"L = 1:\ \operatorname{rank} \Theta \le n_0 + 1",
    qualification="K = M M' with M = (X / sqrt(n_0), beta 1) of n_0 + 1 columns, by a proof in symbols for all points.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
PARALLEL = Statement(
    id="fd:32",
    title="W_1 alone trained, one hidden layer, no two inputs parallel: the kernel is definite on three sets",
    source="this suite, after Du et al. 2019, arXiv 1810.02054",
    number="the assumption on the least eigenvalue, by memory",
    formula=r"H^\infty \succ 0 \Leftarrow \text{no two inputs parallel}",
    qualification="Instances, certified, of a theorem that is remembered; the kernel is H up to a factor. Opposite "
    "inputs are parallel, and both can happen: on a pair x, -x the kernel is the identity, on circle:8, four such "
    "pairs, it is singular, exactly.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
FIGURE = Statement(
    id="fd:16",
    title="The limit Theta^(4), n_0 = 2, beta = 0.1, lies within the axis of Figure 1, 0.05 to 0.40",
    source="this suite",
    number="the axis of Figure 1 of arXiv 1806.07572v4",
    formula=r"0.05 \le \Theta^{(4)}((1, 0), (\cos\gamma, \sin\gamma)) \le 0.40",
    qualification="Certified at nine angles; L = 4 has three hidden layers. That the kernel grows in training is not "
    "covered.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
FACTOR = Statement(
    id="fd:35",
    title="The factor 1/28.274333882308138 of the authors' code is c / (2 pi q^2) for q = 3",
    source=ARORA,
    number="ruosongwang/CNTK, as quoted in " + FIRST_NOTE,
    formula=r"\frac1{28.274333882308138} = \frac{c}{2 \pi q^2},\ c = 2,\ q = 3",
    qualification="Certified to a relative 1e-16.",
    revision=2,
)
ROWS = ((1, 0), (-1, 0), (Fraction(3, 5), Fraction(4, 5)), (Fraction(-3, 5), Fraction(-4, 5)))
ANTIPODAL = rational_points("two opposite pairs", [[Fraction(entry) for entry in row] for row in ROWS])
SETS: tuple[PointSet, ...] = (hexagon(), circle(8), ANTIPODAL, circle(5))
BETA = Rational(1, 10)


@cache
def lambda_min(network: Architecture, points: PointSet):
    """An enclosure of lambda_min, positive if it can be."""
    return certified_lambda_min(lambda system: ntk(network, points, system), 0, 512)


def record_definite(network: Architecture, points: PointSet, least: str = "0") -> None:
    """Record whether lambda_min is proved to exceed a number; refuted if it is proved to be below."""
    found = lambda_min(network, points)
    holds = True if found.lower > flint.arb(least) else False if found.upper < flint.arb(least) else None
    shown = f"{network.name} on {points.name}: lambda_min in [{found.lower.str(5)}, {found.upper.str(5)}]"
    record(certified(holds, shown))


@cache
def third_wave(network: Architecture) -> sympy.Expr:
    """The eigenvalue of the wave cos(3 t) on circle:8, of a kernel in angles alone."""
    derived = recursion(network)
    total = ZERO
    for step in range(8):
        angle = sympy.pi * step / 4
        total += sympy.cos(3 * angle) * closed_form(derived, derived.ntk, (ONE, sympy.cos(angle), ONE))
    return sympy.simplify(total.subs(input_dimension, 2))


def record_third_wave(network: Architecture) -> None:
    """Record whether the eigenvalue of the wave cos(3 t) on circle:8 is positive, exactly: K depends on angles alone.

    It vanishes for the ReLU of one hidden layer without biases.
    """
    found = third_wave(network)
    record(symbolic(is_positive(found), f"{network.name}: an eigenvalue on circle:8 is {found}", covers_all=False))


@check(
    DEFINITE,
    (BETA, "0"),
    mutants={"beta = 0": (ZERO, "0"), "2% above the least": (BETA, "0.00138"), "at least 1/10": (BETA, "0.1")},
)
def test_jacots_kernel_is_definite(claim):
    beta, least = claim
    record_third_wave(jacot(1, beta))
    for activation in (Relu(), Erf(), AbsoluteValue()):
        for depth in (1, 2):
            for points in SETS if depth == 1 else SETS[:2]:
                record_definite(jacot(depth, beta, activation), points, least)


def opposite(sign: sympy.Expr) -> list[sympy.Expr]:
    """What must vanish for K(x, -x) = sign K(x, x) at every depth, for erf: one block keeps that of S and N."""
    step = block_step(arora(1, Erf()).blocks[0])
    there, here = (FIRST, -FIRST, FIRST), (FIRST, FIRST, FIRST)
    odd = [step.at(each, there) - sign * step.at(each, here) for each in (step.features, step.own)]
    return [*odd, step.at(step.factor, there) - step.at(step.factor, here)]


@check(UNBIASED, ("= 0", ONE), mutants={"definite": ("> 0", ONE), "2% more": ("= 0", MORE)})
def test_without_biases_kernels_are_singular(claim):
    relation, share = claim
    setting = network(depth=1) + 'points = "circle:8"\n'
    record_audited(f"lambda_min(K) {relation}", setting)
    odd = map(sympy.simplify, opposite(-share))
    record(symbolic(all_vanish(odd), "erf, any depth: K(x, -x) = -K(x, x)", covers_all=False))
    record_audited("K is positive definite", network(depth=2) + 'points = "circle:8"\n')


@check(
    ZERO_BIASES,
    (ONE, "0"),
    mutants={"no biases": (ZERO, "0"), "2% above the least": (ONE, "0.299"), "at least 1": (ONE, "1")},
)
def test_kernels_with_biases_started_at_zero(claim):
    beta, least = claim
    record_third_wave(geifman(1, beta))
    for depth in (1, 2):
        for points in SETS:
            record_definite(geifman(depth, beta), points, least)
        record_definite(geifman(depth, beta, Erf()), hexagon(), least)


def without_hidden_layers(beta: sympy.Expr) -> Architecture:
    """x -> W x / sqrt d + beta b."""
    head = (Scale(ONE), Affine(Group("W", 1, ONE), Group("b", 1, ONE, multiplier=beta)))
    return Architecture("no hidden layer", (), (), head)


@check(RANK, ONE, mutants={"2% more of the bias": MORE, "none": ZERO})
def test_the_rank_without_hidden_layers(claim):
    """K(x, y) = sum of x_i y_i / n_0 + beta beta: a product of n x (n_0 + 1) matrices."""
    off = recursion(without_hidden_layers(bias)).ntk - input_kernel / input_dimension - claim * bias * bias
    record(symbolic(vanishes(off), "K = M M', M = (X / sqrt(n_0), beta)", covers_all=True))


@check(PARALLEL, "> 0", mutants={"2% above the least": "> 0.4218", "at least 1/2": "> 0.5"})
def test_the_first_layers_kernel(claim):
    setting = 'network = { family = "fcn", depth = 1, bias = "none", trained = ["W_1"] }\n'
    for rows in ('"circle:5"', "[[1, 0], [0, 2], [1, 1]]", "[[1, 0, 0], [0, 1, 0], [1, 1, 1], [3, -1, 2]]"):
        record_audited(f"lambda_min(K) {claim}", setting + f"points = {rows}\n")
    record_audited(("K(1, 1) = 1 and K(1, 2) = 0",), setting + "points = [[1, 0], [-1, 0]]\n")
    record_audited("lambda_min(K) = 0", setting + 'points = "circle:8"\n')


@check(FIGURE, 3, mutants={"two hidden layers": 2, "one": 1})
def test_the_limit_of_figure_1(claim):
    system = Balls(128)
    points = float_points(
        "angles",
        [[1.0, 0.0], *([float(sympy.cos(t)), float(sympy.sin(t))] for t in (sympy.pi * k / 8 for k in range(9)))],
    )
    values = ntk(jacot(claim, BETA), points, system)[0]
    with system.working():
        holds = all_of(
            [
                *(at_most(flint.arb("0.05"), value) for value in values),
                *(at_most(value, flint.arb("0.4")) for value in values),
            ]
        )
    record(certified(holds, f"{values[1].str(6)} at 0, {values[5].str(6)} at pi/2, {values[-1].str(6)} at pi"))


@check(FACTOR, 9, mutants={"q = 4": 16, "a millionth more": Fraction(9000009, 1000000)})
def test_the_factor_of_the_code(claim):
    with Balls(128).working():
        divisor = flint.arb(flint.fmpq(claim.numerator, claim.denominator))
        off = abs(flint.arb("28.274333882308138") / (flint.arb.pi() * divisor) - 1)
        record(certified(less(off, flint.arb("1e-16")), f"relative difference {off.str(3)}"))
