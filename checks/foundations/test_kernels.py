"""The kernels of the founding papers, each against the recursion derived from the network it is for."""

import flint
import sympy
from sympy import Rational, sqrt

from checks.setups.audited import network, record_audited
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Statement, certified, check, record, symbolic
from ntk_companion.symbolics import all_vanish, combined, is_positive, vanishes
from numerics.data.points import PointSet, circle, float_points, hexagon, rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import certified_lambda_min
from numerics.numbers.comparisons import all_of, at_most, less
from numerics.numbers.systems import Balls
from theory.activations import AbsoluteValue, Erf, GaussianMoment, LeakyRelu, Relu
from theory.architecture import Affine, Architecture, Group, Scale
from theory.depth import BlockStep, block_step
from theory.integrals import c, p, r
from theory.presets import arora, geifman, jacot, lee
from theory.printed.foundations import ARORA, JACOT, PRINTED, arora_recursion, arora_sum, bias, derived_sum
from theory.recursion import closed_form, input_kernel, layer_width, recursion

LEE = "Lee et al. 2019, arXiv 1902.06720"
QUOTED = "The formula is quoted or remembered, the paper's own print was not at hand. "
ONE, MORE = sympy.Integer(1), Rational(102, 100)
FIRST, CROSS, SECOND = sympy.symbols("a c b", positive=True)
INDUCTION = "A proof for all depths, activations with moments and inputs from the derived step of one block"

JACOT_RECURSION = Statement(
    id="fd:1",
    title="Jacot: Theta_1 = Sigma_1, Theta_{L+1} = Theta_L dSigma_{L+1} + Sigma_{L+1}",
    source=JACOT,
    number="Proposition 1, Theorem 1",
    formula=r"\Sigma_1 = \tfrac{x'x}{n_0} + \beta^2,\ \Sigma_{L+1} = \mathrm{E}_{\Sigma_L}[\sigma\sigma'] + \beta^2,\ "
    r"\Theta_1 = \Sigma_1,\ \Theta_{L+1} = \Theta_L \dot\Sigma_{L+1} + \Sigma_{L+1}",
    qualification=INDUCTION + ", beta any number, output bias too.",
    uses=(WIDTH_LIMIT.id,),
)
JACOT_SUM = Statement(
    id="fd:2",
    title="The sum over layers is the recursion unrolled, L = 1 to 8",
    source=JACOT,
    number="Theorem 1, restated",
    formula=r"\Theta^{(L)} = \sum_{l=1}^{L} \Sigma_l \dot\Sigma_{l+1} \cdots \dot\Sigma_L",
    qualification="A proof in symbols for any kernels. The restatement is a public note's.",
)
LEE_RECURSION = Statement(
    id="fd:19",
    title="Lee: K_{l+1} = sigma_w^2 E + sigma_b^2, Theta_{l+1} = K_{l+1} + sigma_w^2 Theta_l E'; standard: fan-in "
    "and 1",
    source=LEE,
    number="recursion, and Dense of neural-tangents 0.6.5",
    formula=r"\Theta_{l+1} = K_{l+1} + \sigma_w^2 \Theta_l \mathrm{E}[\phi'\phi'], \quad \text{standard: } "
    r"\Theta_{l+1} ="
    r" n_l \mathrm{E}[\phi\phi] + \sigma_w^2 \Theta_l \mathrm{E}[\phi'\phi'] + 1",
    qualification=QUOTED + INDUCTION + "; the standard parametrisation at depths 1 to 3. neural-tangents was not run.",
    uses=(WIDTH_LIMIT.id,),
)
RELATED = Statement(
    id="fd:20",
    title="Jacot is Lee with sigma_w = 1, sigma_b = beta; Lee with sigma_w^2 = 2, sigma_b = 0 is 2/d times Arora",
    source=LEE,
    number="against Jacot et al. and Arora et al.",
    formula=r"K_{\mathrm{JA}} = K_{\mathrm{LE}}(1, \beta), \quad K_{\mathrm{LE}}(\sqrt2, 0) = \tfrac2d K_{\mathrm{AR}}",
    qualification="For ReLU, all pairs, depths 1 to 3. Arora has c on hidden layers, none on the input and the output.",
    uses=(WIDTH_LIMIT.id,),
)
ON_DIAGONAL = Statement(
    id="fd:21",
    title="ReLU, sigma_w^2 = 2, sigma_b = 0: Theta(x, x) = 2 (L + 1) |x|^2 / d",
    source=LEE,
    number="value on the sphere",
    formula=r"\Theta(x, x) = \frac{2 (L+1)}{d} \|x\|^2",
    qualification=QUOTED
    + "A proof for all depths by induction, for Lee's factor in every layer, the output too; without "
    "it in the output it is (L + 1)/d, for Arora's network L + 1.",
    uses=(WIDTH_LIMIT.id,),
)
DIVERGES = Statement(
    id="fd:23",
    title="The standard parametrisation has another kernel, which grows with the width",
    source=LEE,
    number="Dense of neural-tangents 0.6.5",
    formula=r"\Theta_{\mathrm{standard}} = m \sum_l (\dots) + O(1)",
    qualification="ReLU, depths 1 to 3: the coefficient of the width is positive on the diagonal, and the kernel at "
    "width "
    "0 is not that of the NTK parametrisation.",
    uses=(WIDTH_LIMIT.id,),
)
ERF = Statement(
    id="fd:27",
    title="The Gaussian moments of erf and of its derivative",
    source=LEE,
    number="dual of erf",
    formula=r"\mathrm{E}[\operatorname{erf}\operatorname{erf}] = \tfrac2\pi \arcsin\frac{2 K_{12}}{\sqrt{(1+2K_{11})"
    r"(1+2K_{22})}}, \quad \mathrm{E}[\operatorname{erf}'\operatorname{erf}'] = \tfrac4\pi \det(I + 2K)^{-1/2}",
    qualification=QUOTED + "sympy proves both for all covariances.",
)
ARORA_KERNEL = Statement(
    id="fd:28",
    title="Arora: the NTK as a sum over layers and as a recursion",
    source=ARORA,
    number=PRINTED["fd:28"].number,
    formula=PRINTED["fd:28"].latex,
    qualification=QUOTED + INDUCTION + "; the sum over layers in symbols to L = 8.",
    uses=(WIDTH_LIMIT.id,),
)
HOMOGENEOUS = Statement(
    id="fd:29",
    title="K(x, x) = (L + 1) |x|^2 for c = 1/E[s^2] and s of degree 1; for erf not at norm 2",
    source=ARORA,
    number="consequence",
    formula=r"K(x, x) = (L+1) \|x\|^2",
    qualification="A proof for all depths by induction for ReLU, leaky ReLU and the absolute value. For erf "
    "features keep "
    "the norm 1 and no other.",
    uses=(WIDTH_LIMIT.id,),
)


def entry_step(network: Architecture) -> BlockStep:
    """The step of a second block: from the entries of hidden features to the next."""
    return block_step(network.blocks[1])


def judge_step(step: BlockStep, factor: sympy.Expr, constant: sympy.Expr, slope: sympy.Expr = ONE) -> None:
    """Record whether Theta_{l+1} = K_{l+1} + slope factor Theta_l E[s's'], K_l = factor S + constant, by one block.

    Theta_l = N_l + factor S_l + constant, so that a block's own part must be its factor times the last two.
    """
    derived = step.equations
    covariance = derived[sympy.Symbol(r"\Sigma_{l}")]
    cotangent = step.factor.xreplace(derived)
    moment = derived[sympy.Symbol("B_{l}")]
    back = cotangent.xreplace({sympy.Symbol("B_{l}"): moment}) - slope * factor * moment
    own = sympy.expand(step.own - sympy.Symbol("B_{l}") * (factor * input_kernel + constant))
    claims = [sympy.expand(covariance - factor * input_kernel - constant), sympy.expand(back), own]
    moments = {each: sympy.Symbol(f"M_{place}", positive=True) for place, each in enumerate(_moments(claims))}
    claims = [each.xreplace(moments) for each in claims]
    record(symbolic(all_vanish(claims), f"own part, cotangent and covariance of a block: {claims}", covers_all=True))


def _moments(expressions: list[sympy.Expr]) -> list[sympy.Expr]:
    """The Gaussian moments in some expressions."""
    return sorted({each for expression in expressions for each in expression.atoms(GaussianMoment)}, key=str)


BIAS = bias**2


@check(
    JACOT_RECURSION,
    (ONE, BIAS),
    mutants={"2% more beta^2": (ONE, MORE * BIAS), "beta": (ONE, bias), "c = 2": (2 * ONE, BIAS)},
)
def test_the_recursion_of_jacot(claim):
    judge_step(entry_step(jacot(2, bias)), *claim)
    start = recursion(jacot(1, bias)).equations[sympy.Symbol(r"\Sigma_{1}")]
    dimension = sympy.Symbol("d", integer=True, positive=True)
    first = vanishes(sympy.expand(start - claim[0] * input_kernel / dimension - claim[1]))
    record(symbolic(first, "Sigma_1", covers_all=False))


COVARIANCES = sympy.symbols("Sigma_0:9", real=True)
SLOPES = sympy.symbols("D_1:9", real=True)


def judge_sum(claim, detail: str, covers_all: bool) -> None:
    """Record whether a sum over layers is the derived kernel, for L = 1 to 8."""
    pairs = [(COVARIANCES[: depth + 1], SLOPES[:depth]) for depth in range(1, 9)]
    verdict = combined(vanishes(sympy.expand(claim(*pair) - derived_sum(*pair))) for pair in pairs)
    record(symbolic(verdict, detail, covers_all=covers_all))


@check(
    JACOT_SUM,
    arora_sum,
    mutants={
        "the last factor lost": lambda s, d: arora_sum(s, [*d[:-1], ONE]),
        "2% more": lambda s, d: MORE * arora_sum(s, d),
    },
)
def test_the_sum_of_jacot(claim):
    """Sigma_l here is Sigma^(l-1) of Arora: the sums are the same."""
    judge_sum(claim, "L = 1 to 8, any kernels", covers_all=True)


@check(
    ARORA_KERNEL,
    (PRINTED["fd:28"].form, ONE),
    mutants={
        "Theta^(0) = 0": (lambda s, d: arora_recursion([0, *s[1:]], d), ONE),
        "2% more": (lambda s, d: MORE * arora_recursion(s, d), ONE),
        "2% of a slope": (arora_recursion, MORE),
    },
)
def test_the_recursion_of_arora(claim):
    form, slope = claim
    judge_sum(form, "L = 1 to 8, any kernels", covers_all=False)
    judge_step(block_step(arora(1).blocks[0]), ONE, sympy.Integer(0), slope)


W, B = sympy.symbols("sigma_w sigma_b", positive=True)


@check(LEE_RECURSION, (W**2, B**2, ONE), mutants={"2% more": (MORE * W**2, B**2, ONE), "no fan-in": (W**2, B**2, 0)})
def test_the_recursion_of_lee(claim):
    weight, constant, fan_in = claim
    judge_step(entry_step(lee(2, W**2, B**2)), weight, constant)
    for depth in (1, 2, 3):
        derived = recursion(lee(depth, W**2, B**2, parametrisation="standard"))
        kernel = input_kernel + 1
        for layer in range(1, depth + 1):
            slope = derived.equations[sympy.Symbol(rf"B_{{{layer}}}")]
            back = (
                slope / sympy.Symbol(rf"R_{{{layer}}}")
                if layer < depth
                else slope.subs(sympy.Symbol(rf"R_{{{depth}}}"), 1)
            )
            back = back.subs(sympy.Symbol(rf"R_{{{layer}}}"), 1)
            kernel = fan_in * layer_width * sympy.Symbol(rf"S_{{{layer}}}") + weight * back * kernel + 1
        record(
            symbolic(vanishes(_expanded(derived) - sympy.expand(kernel)), f"standard, depth {depth}", covers_all=False)
        )


def _expanded(derived) -> sympy.Expr:
    """The NTK in moments and features, cotangents multiplied out."""
    backward = {s: e for s, e in derived.equations.items() if s.name[0] in "BR"}
    found = derived.ntk
    while found.free_symbols & backward.keys():
        found = sympy.expand(found.xreplace(backward))
    return found


def kernel_of(network: Architecture, inputs=(FIRST, CROSS, SECOND)) -> sympy.Expr:
    """The NTK of a pair in closed form."""
    return closed_form(recursion(network), recursion(network).ntk, inputs)


DIMENSION = sympy.Symbol("d", integer=True, positive=True)


@check(RELATED, (ONE, 2 / DIMENSION), mutants={"sigma_b^2 = beta": (bias, 2 / DIMENSION), "1/d": (ONE, 1 / DIMENSION)})
def test_how_the_networks_are_related(claim):
    strength, factor = claim
    for depth in (1, 2, 3):
        same = recursion(jacot(depth, bias)).ntk - recursion(lee(depth, ONE, BIAS * strength)).ntk
        verdicts = [vanishes(sympy.expand(same))]
        if depth < 3:
            ratio = kernel_of(lee(depth, 2 * ONE), (1, CROSS, 1)) - factor * kernel_of(arora(depth), (1, CROSS, 1))
            verdicts.append(vanishes(sympy.simplify(ratio), {CROSS: Rational(1, 3)}))
        record(symbolic(combined(verdicts), f"depth {depth}", covers_all=False))


@check(ON_DIAGONAL, 2 * ONE, mutants={"half": ONE, "2% more": 2 * MORE})
def test_the_diagonal_of_lee(claim):
    """S_1 = |x|^2 / d, N_l = l S_1 by induction, and the output layer makes 2 (N_L + S_1) of it."""
    step = entry_step(lee(2, 2 * ONE))
    on = (FIRST, FIRST, FIRST)
    kept = [step.at(step.features, on) - FIRST, step.at(step.own, on) - FIRST, step.at(step.factor, on) - 1]
    start = kernel_of(lee(1, 2 * ONE), on) - 2 * claim * FIRST / DIMENSION
    record(symbolic(all_vanish(map(sympy.simplify, [*kept, start])), "each layer adds 2 |x|^2 / d", covers_all=True))


@check(DIVERGES, 1, mutants={"no growth": 0, "faster": 2})
def test_the_standard_parametrisation(claim):
    for depth in (1, 2, 3):
        found = _expanded(recursion(lee(depth, 2 * ONE, parametrisation="standard")))
        degree = sympy.degree(found, layer_width)
        record(
            symbolic(vanishes(sympy.Integer(degree - claim)), f"depth {depth}: power of the width", covers_all=False)
        )
    growth = kernel_of(lee(1, 2 * ONE, parametrisation="standard"), (1, 1, 1)).coeff(layer_width, 1)
    record(symbolic(is_positive(growth), f"depth 1: {growth} a neuron at (x, x)", covers_all=False))


@check(ERF, (2, 4), mutants={"2 for 4": (2, 2), "1 for 2": (1, 4), "2% more": (2, 4 * MORE)})
def test_the_moments_of_erf(claim):
    values, slopes = claim
    Erf().prove()
    form = values / sympy.pi * sympy.asin(2 * c / sqrt((1 + 2 * p) * (1 + 2 * r)))
    matrix = sympy.eye(2) + 2 * sympy.Matrix([[p, c], [c, r]])
    second = Erf().form(1) - slopes / (sympy.pi * sqrt(matrix.det()))
    point = {p: ONE, r: 2 * ONE, c: Rational(1, 2)}
    found = combined([vanishes(form - Erf().form(0), point), vanishes(sympy.simplify(second**1), point)])
    if found == "INCONCLUSIVE":
        ratio = sympy.simplify(Erf().form(1) ** 2 / (slopes / sympy.pi) ** 2 * matrix.det()) - 1
        found = combined([vanishes(form - Erf().form(0), point), vanishes(ratio, point)])
    record(symbolic(found, "the values, and the slopes by Price's theorem", covers_all=True))


@check(HOMOGENEOUS, ONE, mutants={"2% more": MORE, "half": Rational(1, 2)})
def test_the_diagonal_of_arora(claim):
    on = (FIRST, FIRST, FIRST)
    for activation in (Relu(), LeakyRelu(), AbsoluteValue()):
        step = block_step(arora(1, activation).blocks[0])
        kept = [step.at(step.features, on) - FIRST, step.at(step.own, on) - claim * FIRST, step.at(step.factor, on) - 1]
        verdict = all_vanish(map(sympy.simplify, kept))
        record(symbolic(verdict, f"{activation.name}: every layer adds |x|^2", covers_all=activation == Relu()))
    step = block_step(arora(1, Erf()).blocks[0])
    at_one, at_two = (sympy.simplify(step.at(step.features, (norm,) * 3) - norm) for norm in (ONE, 4 * ONE))
    assert at_one == 0 and sympy.N(at_two) != 0


# Definiteness

DEFINITE = Statement(
    id="fd:7",
    title="Jacot's kernel is positive definite on the sphere from one hidden layer on",
    source=JACOT,
    number="Proposition 2",
    formula=r"L \ge 2,\ \sigma \text{ Lipschitz, no polynomial: } \Theta_\infty |_{\|x\| = 1} \succ 0",
    qualification="Certified on four sets, antipodal pairs among them, beta = 1/10, for ReLU, erf and the absolute "
    "value, "
    "one and two hidden layers. For ReLU with biases as in arXiv 2504.11130 all sets are covered by prop:pd-fcn.",
    uses=(WIDTH_LIMIT.id,),
)
UNBIASED = Statement(
    id="fd:8",
    title="Without biases definiteness fails: ReLU with one hidden layer on circle:8, odd activations on opposite "
    "points",
    source="this suite",
    number="Proposition 2 of arXiv 1806.07572 with beta = 0",
    formula=r"\beta = 0:\ \lambda_{\min}(K) = 0",
    qualification="Exact: an eigenvalue in a cyclotomic field, and K(x, -x) = -K(x, x) for erf at every depth. "
    "The ReLU "
    "of two hidden layers is definite on circle:8, certified.",
    uses=(WIDTH_LIMIT.id,),
)
ZERO_BIASES = Statement(
    id="fd:9",
    title="With biases started at zero and trained the kernels of ReLU and erf are positive definite on the sets tried",
    source="this suite",
    number="Proposition 2 of arXiv 1806.07572 with zero-started biases",
    formula=r"b_l(0) = 0:\ K \succ 0",
    qualification="The network of Geifman et al., beta = 1, one and two hidden layers, certified on four sets for "
    "ReLU, on the "
    "hexagon for erf, where the kernel without biases is singular.",
    uses=(WIDTH_LIMIT.id,),
)
RANK = Statement(
    id="fd:10",
    title="Without hidden layers the kernel has rank at most n_0 + 1",
    source=JACOT,
    number="remark on L = 1",
    formula=r"L = 1:\ \operatorname{rank} \Theta \le n_0 + 1",
    qualification="K = M M' with M = (X / sqrt(n_0), beta 1) of n_0 + 1 columns, by a proof in symbols for all points.",
    uses=(WIDTH_LIMIT.id,),
)
PARALLEL = Statement(
    id="fd:32",
    title="W_1 alone trained, one hidden layer: definite if no two inputs are parallel; an antipodal pair is "
    "definite too",
    source=ARORA,
    number="after Du et al.",
    formula=r"H^\infty \succ 0 \Leftarrow \text{no two inputs parallel}",
    qualification="Remembered. Certified on three sets without parallel inputs. Only if is wrong of opposite "
    "points: on a "
    "pair x, -x the kernel is the identity. On circle:8, four such pairs, it is singular, exactly.",
    uses=(WIDTH_LIMIT.id,),
)
FIGURE = Statement(
    id="fd:16",
    title="The limit Theta^(4), n_0 = 2, beta = 0.1, lies within the axis of Figure 1, 0.05 to 0.40",
    source=JACOT,
    number="Figure 1",
    formula=r"0.05 \le \Theta^{(4)}((1, 0), (\cos\gamma, \sin\gamma)) \le 0.40",
    qualification="Certified at nine angles; L = 4 has three hidden layers. That the kernel grows in training is not "
    "covered.",
    uses=(WIDTH_LIMIT.id,),
)
FACTOR = Statement(
    id="fd:35",
    title="The factor 1/28.274333882308138 of the authors' code is c / (2 pi q^2) for q = 3",
    source=ARORA,
    number="CNTK code",
    formula=r"\frac1{28.274333882308138} = \frac{c}{2 \pi q^2},\ c = 2,\ q = 3",
    qualification="Certified to all digits that the code has.",
)
ANTIPODAL = rational_points(
    "two opposite pairs", [[1, 0], [-1, 0], [Rational(3, 5), Rational(4, 5)], [Rational(-3, 5), Rational(-4, 5)]]
)
SETS: tuple[PointSet, ...] = (hexagon(), circle(8), ANTIPODAL, circle(5))
BETA = Rational(1, 10)


def lambda_min(network: Architecture, points: PointSet):
    """An enclosure of lambda_min, positive if it can be."""
    return certified_lambda_min(lambda system: ntk(network, points, system), 0, 512)


def record_definite(network: Architecture, points: PointSet, least: str = "0") -> None:
    """Record whether lambda_min is proved to exceed a number; refuted if it is proved to be below 1e-60 or that
    number.
    """
    found = lambda_min(network, points)
    holds = (
        True
        if found.lower > flint.arb(least)
        else False
        if found.upper < flint.arb(least) + flint.arb("1e-60")
        else None
    )
    record(
        certified(holds, f"{network.name} on {points.name}: lambda_min in [{found.lower.str(5)}, {found.upper.str(5)}]")
    )


@check(DEFINITE, (BETA, "0"), mutants={"beta = 0": (None, "0"), "at least 1/10": (BETA, "0.1")})
def test_jacots_kernel_is_definite(claim):
    beta, least = claim
    for activation in (Relu(), Erf(), AbsoluteValue()):
        for depth in (1, 2):
            made = arora(depth, activation) if beta is None else jacot(depth, beta, activation)
            for points in SETS if depth == 1 else SETS[:2]:
                record_definite(made, points, least)


def opposite(sign: int) -> list[sympy.Expr]:
    """What must vanish for K(x, -x) = sign K(x, x) at every depth, for erf: one block keeps that of S and N."""
    step = block_step(arora(1, Erf()).blocks[0])
    there, here = (FIRST, sign * FIRST, FIRST), (FIRST, FIRST, FIRST)
    odd = [step.at(each, there) - sign * step.at(each, here) for each in (step.features, step.own)]
    return [*odd, step.at(step.factor, there) - step.at(step.factor, here)]


@check(UNBIASED, ("= 0", 0), mutants={"definite": ("> 0", 0), "another value": ("= 0", 1)})
def test_without_biases_kernels_are_singular(claim):
    relation, rest = claim
    setting = network(depth=1) + 'points = "circle:8"\n'
    record_audited(f"lambda_min(K) {relation}", setting)
    odd = [sympy.simplify(each) + rest for each in opposite(-1)]
    record(symbolic(all_vanish(odd), "erf, any depth: K(x, -x) = -K(x, x)", covers_all=False))
    record_audited("K is positive definite", network(depth=2) + 'points = "circle:8"\n')


@check(ZERO_BIASES, "0", mutants={"at least 1": "1", "at least 1/2": "0.5"})
def test_kernels_with_biases_started_at_zero(claim):
    for depth in (1, 2):
        for points in SETS:
            record_definite(geifman(depth), points, claim)
        record_definite(geifman(depth, activation=Erf()), hexagon())


def without_hidden_layers(beta: sympy.Expr) -> Architecture:
    """x -> W x / sqrt d + beta b."""
    head = (Scale(ONE), Affine(Group("W", 1, ONE), Group("b", 1, ONE, multiplier=beta)))
    return Architecture("no hidden layer", (), (), head)


@check(RANK, ONE, mutants={"another bias": MORE, "none": sympy.Integer(0)})
def test_the_rank_without_hidden_layers(claim):
    """K(x, y) = sum of x_i y_i / n_0 + beta beta: a product of n x (n_0 + 1) matrices."""
    off = recursion(without_hidden_layers(bias)).ntk - input_kernel / DIMENSION - claim * bias * bias
    record(symbolic(vanishes(off), "K = M M', M = (X / sqrt(n_0), beta)", covers_all=True))


@check(PARALLEL, "> 0", mutants={"at least 1/2": "> 0.5", "an identity": "= 1"})
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


@check(FACTOR, 3, mutants={"q = 4": 4})
def test_the_factor_of_the_code(claim):
    with Balls(128).working():
        off = abs(1 / (flint.arb.pi() * claim**2) * flint.arb("28.274333882308138") - 1)
        record(certified(less(off, flint.arb("1e-16")), f"relative difference {off.str(3)}"))
