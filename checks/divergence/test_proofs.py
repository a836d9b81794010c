"""Steps of proofs and statements of arXiv 2504.11130 that are wrong, or hold under a hypothesis it does not name."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from typing import NamedTuple

import flint
import numpy as np
import sympy
from sympy import Integer, Rational, exp, sqrt

from checks.divergence.identities import SYSTEM, enclosure, printed_statement, record_identity, show
from ntk_companion.evidence import Verdict, certified, symbolic
from ntk_companion.judging import check, record
from ntk_companion.statement import Finding, Severity, Statement
from ntk_companion.symbolics import combined, is_nonnegative, is_positive, vanishes
from numerics.data.points import rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import certified_lambda_min, factorised_enclosure
from numerics.numbers.systems import evaluate
from theory.architecture import fcn, resnet
from theory.dynamics import gradient_flow as flow
from theory.finite import FiniteNetwork, Passage, exact_passage, inner, kernel_part, symbolic_network, symbolic_passage
from theory.printed.divergence import PAPER, PRINTED, derived_limit_set, excess, limit_energy, samples
from theory.recursion import closed_form, recursion

HALF = Rational(1, 2)

# (C.23) and (C.24): the set of late residuals

DERIVED_SET = derived_limit_set()
RIGHT_SET = PRINTED["eq:C.23"].corrected
SET_LATEX = (
    rf"\Gamma_\epsilon = \{{ r \in [0, 1)^n : {sympy.latex(RIGHT_SET.lower)} \le \max_i r_i"
    rf" \le {sympy.latex(RIGHT_SET.upper)} \}}"
)
LIMIT_SET = printed_statement(
    "eq:C.23",
    "Where the residuals stay while V is near its limit",
    "A proof for all V* > 0, epsilon > 0 and n, from V = -sum ln(1 - u_i).",
    Finding(
        Severity.TYPO,
        "The lower end has the wrong sign in the exponent: it is negative, and the set contains r = 0, so that M of "
        "(C.24) would be 0. That M > 0 is said there repairs it: with the right sign it is.",
        corrected=SET_LATEX,
    ),
    uses=("eq:C.22",),
)
LOWER_BOUND = printed_statement(
    "eq:C.24",
    "The energy falls at a positive rate while its limit is positive",
    "With the set of (C.23) put right: K^r has the eigenvalues of K, proved for n up to 3 (the argument is the same "
    "for all n), and M = (1 - exp(-V*/n))^2 > 0 is proved for all V* > 0 and n. With the set as printed M = 0.",
    uses=("eq:C.23",),
    revision=2,
)
EXAMPLE = {limit_energy: sympy.log(2), excess: sympy.log(2) / 2, samples: Integer(2)}


@check(
    LIMIT_SET,
    PRINTED["eq:C.23"].form,
    corrected=RIGHT_SET,
    mutants={
        "n lost": replace(RIGHT_SET, lower=1 - exp(-limit_energy)),
        "epsilon lost": replace(RIGHT_SET, upper=1 - exp(-limit_energy)),
        "twice n": replace(RIGHT_SET, lower=1 - exp(-limit_energy / (2 * samples))),
    },
)
def test_limit_set(claim):
    """(C.23) against the range of the largest residual."""
    for name in ("lower", "upper"):
        record_identity(f"the {name} end", getattr(claim, name), getattr(DERIVED_SET, name), EXAMPLE)


Conjugation = Callable[[sympy.Matrix, sympy.Matrix], sympy.Matrix]


def conjugated(signs: sympy.Matrix, kernel: sympy.Matrix) -> sympy.Matrix:
    """K^r = diag(s) K diag(s), all of them n x n."""
    return signs * kernel * signs


def judge_eigenvalues(conjugation: Conjugation) -> None:
    """Record whether K^r has the characteristic polynomial of K, for symbolic K and all signs, n = 1, 2, 3."""
    place = sympy.Symbol("lambda")
    for size in (1, 2, 3):
        kernel = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"K_{min(i, j)}{max(i, j)}"))
        for pattern in range(2**size):
            signs = sympy.diag(*(1 - 2 * (pattern >> bit & 1) for bit in range(size)))
            one, other = (matrix.charpoly(place).as_expr() for matrix in (conjugation(signs, kernel), kernel))
            verdict = vanishes(one - other)
            if verdict is not Verdict.CONFIRMED:
                detail = f"labels {list(signs.diagonal())}: the eigenvalues of K^r are not those of K"
                record(symbolic(verdict, detail, covers_all=False))
                return
        record(symbolic(Verdict.CONFIRMED, f"n = {size}: K^r has the eigenvalues of K", covers_all=False))


@check(
    LOWER_BOUND,
    (PRINTED["eq:C.24"].form, conjugated),
    mutants={
        "K^r = diag(s) K": (RIGHT_SET, lambda signs, kernel: signs * kernel),
        "the set as (C.23) prints it": (PRINTED["eq:C.23"].form, conjugated),
        "from V* = 0 on": (replace(RIGHT_SET, lower=1 - exp(0 * limit_energy)), conjugated),
    },
)
def test_energy_falls_at_a_positive_rate(claim):
    """(C.24): the lower end of the set is the derived one, and M, its square where that is positive, is positive."""
    limit_set, conjugation = claim
    judge_eigenvalues(conjugation)
    least = limit_set.least_square.subs(EXAMPLE)
    shown = f"n = 2, V* = ln 2: the lower end is {limit_set.lower.subs(EXAMPLE)}, M = {least}"
    # M > 0 exactly if ln(1 - lower end) < 0, which sympy reads off.
    positive = is_positive(-sympy.log(1 - limit_set.lower), EXAMPLE)
    record(symbolic(positive, "M > 0" if positive is Verdict.CONFIRMED else shown, covers_all=False))


# (3.3): the whole training process

CONVERGENCE = printed_statement(
    "eq:3.3",
    "The empirical NTK converges during the whole training process",
    "Uniform convergence over all times is refuted for one network, one sample and almost every initialisation, as the "
    "width grows; over [0, T] it is confirmed for those neurons of that network. Convergence at initialisation is not "
    "decided here, and for [0, T] in general it is the literature's. sympy decides how a neuron's share grows, and the "
    "probability that there is such a neuron; that its time tau grows without bound is argued in the check's text.",
    Finding(
        Severity.MISSING_HYPOTHESIS,
        "True for times up to a fixed T; as a statement on all t >= 0 at once it contradicts Theorem 2, which bounds "
        "sup_t |K_t - K| below at every width.",
        corrected=r"\sup_{t \le T} |K_t - K| \to 0 \text{ in probability for every fixed } T",
    ),
)
HORIZON = sympy.Symbol("T", positive=True)
WIDTH = sympy.Symbol("m", positive=True)


def neuron_solves_the_flow() -> bool:
    """Is `flow.neuron_at_origin` the path of a neuron of the FCN of depth 1 at x = 0? Derived from the architecture."""
    network = symbolic_network(fcn(1), 1, (2,))
    numbers = network.passage(sympy.zeros(1, 1), [sympy.eye(2)])
    bias, weight = flow.neuron_at_origin()
    solves = []
    for neuron in range(2):
        path = {network["b_1"][neuron]: bias, network["W_2"][neuron]: weight}
        for parameter, value in path.items():
            velocity = sympy.diff(numbers.output[0], parameter) / network.scale(1)
            solves.append(sympy.expand(velocity.subs(path) - sympy.diff(value, flow.time)) == 0)
    return all(solves)


@cache
def share_that_grows() -> sympy.Expr:
    """P(b > |w|) for independent standard normals b and w."""
    bias, weight = sympy.symbols("b w", real=True)
    density = [exp(-(value**2) / 2) / sqrt(2 * sympy.pi) for value in (bias, weight)]
    inner = sympy.integrate(density[1], (weight, -bias, bias))
    return sympy.simplify(sympy.integrate(density[0] * inner, (bias, 0, sympy.oo)))


@check(
    CONVERGENCE,
    PRINTED["eq:3.3"].form,
    corrected=HORIZON,
    mutants={"up to times that grow like sqrt(m)": HORIZON * sqrt(WIDTH), "at all times": sympy.oo},
)
def test_kernel_during_training(claim):
    """One sample (0, y = 1), FCN of depth 1: neurons with b > |w| at the start, d tau = sqrt(2/m) u dt.

    With one such neuron tau, and with it K_t(0, 0), grows without bound: were tau bounded, so would be f, and u would
    be bounded away from zero. With probability 1 - (3/4)^m there is one. Up to time T, tau <= sqrt(2/m) T.
    """
    assert neuron_solves_the_flow()
    share = flow.kernel_at_origin()
    start = share.subs(flow.time, 0)
    if claim == sympy.oo:
        grows = sympy.limit(share, flow.time, sympy.oo) == sympy.oo
        likely = sympy.limit(1 - (1 - share_that_grows()) ** WIDTH, WIDTH, sympy.oo) == 1
        detail = f"K_t(0, 0) -> infinity with probability 1 - ({1 - share_that_grows()})^m, L = 1, one sample at x = 0"
        verdict = Verdict.REFUTED if grows and likely else Verdict.INCONCLUSIVE
        record(symbolic(verdict, detail, covers_all=False))
        return
    above = sympy.factor(sympy.expand(exp(2 * flow.time) * start - share))
    below = sympy.factor(sympy.expand(share - exp(-2 * flow.time) * start))
    bounds = [side.subs(flow.time, sympy.log(1 + sympy.Symbol("e", nonnegative=True))) for side in (above, below)]
    enclosed = all(_has_nonnegative_terms(bound) for bound in bounds)
    factor = sympy.limit(exp(2 * sqrt(2 / WIDTH) * claim), WIDTH, sympy.oo)
    if factor != 1:
        # A neuron with Q = 0 multiplies its share by exp(2 tau), tau = sqrt(2/m) T (1 - o(1)) while f is bounded.
        record(symbolic(Verdict.REFUTED, f"K_t / K_0 may reach {factor}, not 1, as m grows", covers_all=False))
        return
    vanishing = factor == 1
    detail = "exp(-2 tau) <= K_t / K_0 <= exp(2 tau), tau <= sqrt(2/m) T -> 0"
    verdict = Verdict.CONFIRMED if enclosed and vanishing else Verdict.INCONCLUSIVE
    record(symbolic(verdict, detail, covers_all=False))


def _has_nonnegative_terms(expression: sympy.Expr) -> bool:
    fraction = sympy.fraction(sympy.together(sympy.simplify(expression)))
    polynomials = [sympy.Poly(sympy.expand(part), *sorted(part.free_symbols, key=str)) for part in fraction]
    return all(coefficient > 0 for polynomial in polynomials for coefficient in polynomial.coeffs())


# Lemma 2: the hemisphere

HEMISPHERE = Statement(
    id="step:lemma2-set",
    title="The hemisphere of Lemma 2 holds the points phi(x)",
    source=PAPER,
    number="Lemma 2",
    formula=r"S^d_+ = \{ (x_1, \dots, x_d) \in S^d : x_d > 0 \} \supseteq \phi(\mathbb{R}^d)",
    qualification="Decided for d = 1, 2, 3 and all x; Lemma 2 itself holds on every open hemisphere.",
    finding=Finding(
        Severity.TYPO,
        "S^d lies in R^{d+1}, and it is the last of d + 1 coordinates that is positive for phi(x) = (x, 1)/|x~|: with "
        "x_d > 0 the point phi(-1), d = 1, is left out.",
        corrected=r"S^d_+ = \{ (x_1, \dots, x_{d+1}) \in S^d : x_{d+1} > 0 \}",
    ),
)


@check(HEMISPHERE, 0, corrected=1, mutants={"the coordinate before": -1, "the last of d": 0})
def test_hemisphere_of_lemma_2(claim):
    """Is coordinate number d + claim of x~ = (x, 1) positive for every x?"""
    for dimension in (1, 2, 3):
        extended = [*sympy.symbols(f"x_1:{dimension + 1}", real=True), Integer(1)]
        coordinate = extended[dimension + claim - 1]
        detail = f"d = {dimension}: coordinate {dimension + claim} of (x, 1) is {coordinate}"
        everywhere = is_positive(coordinate, dict.fromkeys(coordinate.free_symbols, -1))
        record(symbolic(everywhere, detail, covers_all=False))


# alpha = 0

SCALE = Statement(
    id="hypothesis:alpha",
    title="The NTK of the ResNet is strictly positive definite for every residual scale",
    source=PAPER,
    number="Propositions 1 and 3, Lemmas 5 and 6",
    formula=r"\lambda_{\min}(K_{Res}(X, X)) > 0 \text{ for distinct points and every } \alpha",
    qualification="Refuted by an exact null vector of K_Res and of K_L at alpha = 0; the corrected form is decided on "
    "the same three points for three scales, and proved in prop:pd-resnet's terms, not here.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "Nothing excludes alpha = 0, where K_Res = 2 (1 + <x, x'>) and K_L = phi . phi' have rank d + 1.",
        corrected=r"\alpha \ne 0",
    ),
)
LINE = (-1, 0, 1)
NULL_VECTOR = sympy.Matrix([1, -2, 1])


def exact_gram(depth: int, scale: sympy.Expr, of_features: bool) -> sympy.Matrix:
    """The exact Gram matrix, 3 x 3, of K_Res, or of the covariance of a_L, on the points -1, 0, 1 of R^1."""
    derived = recursion(resnet(depth, scale))
    kernel = derived.nngp if of_features else derived.ntk
    return sympy.Matrix(3, 3, lambda i, j: closed_form(
        derived, kernel, (Integer(LINE[i] ** 2), Integer(LINE[i] * LINE[j]), Integer(LINE[j] ** 2))
    ))  # fmt: skip


@check(
    SCALE,
    (Integer(0), HALF, Integer(-1)),
    corrected=(HALF, Integer(-1), Rational(1, 100)),
    mutants={"alpha >= 0": (Integer(0), Rational(1, 100), HALF)},
)
def test_every_residual_scale(claim):
    """K_Res on -1, 0, 1."""
    points = rational_points("-1, 0, 1", [[Fraction(value)] for value in LINE])
    for scale in claim:
        for depth in (1, 2):
            grams = {name: exact_gram(depth, scale, name == "K_L") for name in ("K_Res", "K_L")} if scale == 0 else {}
            singular = [name for name, gram in grams.items() if (gram * NULL_VECTOR).is_zero_matrix]
            detail = f"depth {depth}, alpha = {scale}, points -1, 0, 1"
            if singular:
                shown = f"{detail}: the null vector (1, -2, 1) of {', '.join(singular)}"
                record(symbolic(Verdict.REFUTED, shown, covers_all=False))
                continue
            found = certified_lambda_min(partial(ntk, resnet(depth, scale), points), 1)
            record(certified(True if found.positive else None, f"{detail}: lambda_min >= {show(found.lower)}"))


DIVERGENCE = Statement(
    id="step:theorem2-alpha",
    title="In the proof of Theorem 2, K_t(x, x) of the ResNet diverges with f_t(x)",
    source=PAPER,
    number="proof of Theorem 2",
    formula=r"K_t(x, x) \ge c \, |f_t(x)|, \ c > 0, \text{ through the parts of } W_{L+1} \text{ and } d_L,"
    r" \text{ for every } \alpha",
    qualification="At alpha = 0, width 2, all parameter values: the step's constant is zero, another positive one is "
    "proved. For alpha other than zero the step holds with c = 2 |alpha| / sqrt(m).",
    uses=("eq:C.16", "eq:C.17"),
    finding=Finding(
        Severity.GAP,
        "At alpha = 0 the part of d_L is zero and the step gives nothing; the conclusion survives through the parts of "
        "A, b and W_{L+1}.",
        corrected=r"\alpha = 0: \ K_t(x, x) \ge \frac{2 \|\tilde x\|}{\sqrt m} |f_t(x)|",
    ),
)

Parts = Callable[[FiniteNetwork, Passage], sympy.Expr]


def through_last_shift(network: FiniteNetwork, passage: Passage) -> sympy.Expr:
    """The length of df/dd_L over that of W_{L+1}: (2/c) times it bounds |f| by K_t(x, x)."""
    return _relative(network, passage, [f"d_{network.depth}"])


def through_input_layer(network: FiniteNetwork, passage: Passage) -> sympy.Expr:
    """The same for A and b together."""
    return _relative(network, passage, ["A", "b"])


def _relative(network: FiniteNetwork, passage: Passage, names: list[str]) -> sympy.Expr:
    last = network[f"W_{network.depth + 1}"]
    return sympy.sqrt(sympy.cancel(kernel_part(passage, passage, names) / inner(last, last)))


def through_2_percent_more(network: FiniteNetwork, passage: Passage) -> sympy.Expr:
    """Wrong: 2% more than A and b give."""
    return Rational(102, 100) * through_input_layer(network, passage)


@check(
    DIVERGENCE,
    through_last_shift,
    corrected=through_input_layer,
    mutants={"the step as it stands": through_last_shift, "2% more than A and b give": through_2_percent_more},
)
def test_divergence_without_residual_branches(claim):
    """K >= |a_L|^2 + c^2 |W|^2 / 4 and f = W a_L give K - c |f| >= |a_L -+ c W' / 2|^2 >= 0, of use if c > 0."""
    network = symbolic_network(resnet(1, 0), 1, (2,))
    passage = symbolic_passage(network, "x")
    ratio = claim(network, passage)
    last, features, output = network["W_2"], passage.features[-1], passage.output[0]
    for sign in (1, -1):
        gap = features - sign * ratio * last.T
        parts = inner(features, features) + ratio**2 * inner(last, last)
        completed = vanishes(parts - 2 * sign * ratio * output - inner(gap, gap))
        # What is left of K once |a_L|^2 and c^2 |W|^2 / 4 are taken: zero or a sum of squares if the parts carry c.
        kernel = kernel_part(passage, passage, ["A", "b", f"d_{network.depth}", "W_2"])
        carried = is_nonnegative(sympy.factor(kernel - parts))
        record(symbolic(combined([completed, carried]), "K >= |a_L|^2 + c^2 |W|^2 / 4", covers_all=False))
    record(symbolic(is_positive(ratio), f"alpha = 0: c = {2 * ratio}", covers_all=False))


# Remark 1: other losses

LOSSES = {
    "logistic": flow.logistic,
    "exponential": exp(-flow.z),
    "square-root": sqrt(1 + flow.z**2) - flow.z,
    "linear": -flow.z,
}
REMARK_1 = Statement(
    id="remark:1",
    title="Lemma 8 for other losses",
    source=PAPER,
    number="Remark 1",
    formula=r"l \text{ convex}, l' < 0, \inf_t \tilde\lambda_0(t) > 0 \ \Rightarrow \ (2 y_i - 1) f_t(x_i) \to +\infty",
    qualification="Refuted by two exact flows of the linear loss. The corrected form is confirmed for three losses: "
    "their hypotheses are proved, and with them each step of the proof; whether every loss must be bounded below is "
    "not known.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "The proof needs a loss that is bounded below: for l(z) = -z, convex with l' = -1, a ResNet keeps f_t(x_2) = 0 "
        "and an FCN drives a margin to -infinity, both with lambda_min(K_t) bounded away from zero.",
        corrected=r"l \text{ convex}, \ l' < 0, \ \inf l > -\infty",
    ),
    uses=("eq:C.22",),
)


@cache
def is_convex(loss: sympy.Expr) -> bool:
    """Is l'' >= 0 proved?"""
    return bool(sympy.simplify(sympy.diff(loss, flow.z, 2)).is_nonnegative)


@cache
def is_decreasing(loss: sympy.Expr) -> bool:
    """Is l' < 0 proved: directly, or as strictly rising to a limit that is not positive?"""
    slope = sympy.simplify(sympy.diff(loss, flow.z))
    rising = sympy.simplify(sympy.diff(slope, flow.z)).is_positive and sympy.limit(slope, flow.z, sympy.oo) <= 0
    return bool(slope.is_negative or rising)


@cache
def is_bounded_below(loss: sympy.Expr) -> bool:
    """Is the infimum of a decreasing loss, its limit, finite?"""
    return bool(sympy.limit(loss, flow.z, sympy.oo).is_finite)


class ExactFlow(NamedTuple):
    """Parameters as functions of the time t that solve the flow of the linear loss, on two samples with s = (1, -1)."""

    network: FiniteNetwork
    parameters: dict[str, sympy.Matrix]
    points: tuple[int, int]
    rate: sympy.Expr
    least_eigenvalue: sympy.Expr


TIME = sympy.Symbol("t", nonnegative=True)


@cache
def residual_flow() -> ExactFlow:
    """ResNet, L = 1, m = 2, d = 1, alpha = 1/2: A = W_2' = exp(t / sqrt 2) e_1, all else constant, f(0) = 0."""
    network = symbolic_network(resnet(1, HALF), 1, (2,))
    parameters = {name: sympy.zeros(*matrix.shape) for name, matrix in network.parameters.items()}
    growing = exp(TIME / sqrt(2))
    parameters |= {
        "A": sympy.Matrix([growing, 0]),
        "b": sympy.Matrix([0, 1]),
        "b_1": sympy.Matrix([-1, -1]),
        "W_2": sympy.Matrix([[growing, 0]]),
    }
    # e^(t/sqrt 2) in the first pre-activation: W_1 = 0, so both neurons stay at b_1 = -1, away from the kink.
    return ExactFlow(network, parameters, (1, 0), 1 / sqrt(2), Rational(39, 100))


@cache
def connected_flow() -> ExactFlow:
    """FCN, L = m = d = 1: W_1 = W_2 = exp(sqrt(2) t), b_1 = 1; the margin of the second sample falls to -infinity."""
    network = symbolic_network(fcn(1), 1, (1,))
    growing = sympy.Matrix([exp(sqrt(2) * TIME)])
    parameters = {"W_1": growing, "b_1": sympy.Matrix([1]), "W_2": growing}
    return ExactFlow(network, parameters, (2, 1), sqrt(2), Rational(29, 100))


def refutes_divergence(path: ExactFlow) -> bool:
    """Does the path solve the flow, lambda_min(K_t) at least its bound for all t, its second margin not growing?"""
    one, other = (exact_passage(path.network, path.parameters, [point]) for point in path.points)
    for name, value in path.parameters.items():
        velocity = one.gradients[name] - other.gradients[name]
        if not (sympy.diff(value, TIME) - velocity).applyfunc(sympy.simplify).is_zero_matrix:
            return False
    gram = sympy.Matrix([[kernel_part(left, right) for right in (one, other)] for left in (one, other)])
    shifted = gram - path.least_eigenvalue * sympy.eye(2)
    positive = all(_grows_from_positive(minor, path.rate) for minor in (shifted[0, 0], shifted.det()))
    return positive and sympy.limit(-other.output[0], TIME, sympy.oo) <= 0


def _grows_from_positive(expression: sympy.Expr, rate: sympy.Expr) -> bool:
    """Is a polynomial in exp(rate t) positive for all t >= 0: are its coefficients in exp(rate t) - 1 non-negative?"""
    grown = sympy.Symbol("E", positive=True)
    polynomial = sympy.expand(sympy.powsimp(sympy.expand(expression)).subs(TIME, sympy.log(grown) / rate))
    coefficients = sympy.Poly(sympy.expand(polynomial.subs(grown, 1 + grown)), grown).all_coeffs()
    return all(coefficient.is_nonnegative for coefficient in coefficients) and bool(coefficients[-1].is_positive)


Hypotheses = tuple[Callable[[sympy.Expr], bool], ...]


@check(
    REMARK_1,
    (is_convex, is_decreasing),
    corrected=(is_convex, is_decreasing, is_bounded_below),
    mutants={"decreasing alone": (is_decreasing,), "as printed": (is_convex, is_decreasing)},
)
def test_other_losses(claim):
    """Remark 1, loss by loss, for those that satisfy the hypotheses claimed.

    The proof: V = sum l(q_i) falls, at the rate dV/dt = -l'(q)' K^r l'(q) <= -C |l'(q)|^2. Bounded below it has a limit
    V*. If V* > n inf l, then always some l(q_i) >= V*/n, so q_i <= M with l(M) = V*/n, and by convexity
    |l'(q_i)| >= |l'(M)| > 0: V falls without bound, a contradiction. So every l(q_i) -> inf l, that is q_i -> infinity.
    """
    for name, loss in LOSSES.items():
        if not all(hypothesis(loss) for hypothesis in claim):
            continue
        if is_convex(loss) and is_decreasing(loss) and is_bounded_below(loss):
            record_identity(f"{name} loss: dV/dt", *energy_rates(loss, -sympy.diff(loss, flow.z)), covers_all=False)
            continue
        for path in (residual_flow(), connected_flow()):
            detail = (
                f"{name} loss, {path.network.architecture.name}: an exact flow with lambda_min(K_t) >= "
                f"{path.least_eigenvalue} whose second margin does not rise to infinity"
            )
            verdict = Verdict.REFUTED if refutes_divergence(path) else Verdict.INCONCLUSIVE
            record(symbolic(verdict, detail, covers_all=False))


def energy_rates(loss: sympy.Expr, residual: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """The summands of -u' K^r u with u_i = `residual`(q_i), and of dV/dt for V the sum of the losses."""
    one, other = (residual.subs({flow.z: flow.margins[index], SIGN: flow.signs[index]}) for index in (flow.i, flow.j))
    claimed = flow.expanded(-one * flow.signed_kernel[flow.i, flow.j] * other)
    return claimed, flow.energy_velocity(loss, loss)


SIGN = sympy.Symbol("s", real=True)
REMARK_1_RESIDUAL = Statement(
    id="remark:1-residual",
    title="The residual u of Remark 1",
    source=PAPER,
    number="Remark 1",
    formula=r"u_i = \frac{d\, l((2 y_i - 1) f(x_i))}{d f(x_i)}, \quad \frac{dV}{dt} = -u^\top K^r u",
    qualification="A proof for every number of samples and of parameters, for three losses.",
    finding=Finding(
        Severity.TYPO,
        "As printed u_i = (2 y_i - 1) l', which for the logistic loss is not the u_i of (2.6) but -(2 y_i - 1) u_i; "
        "dV/dt would then be -u' K_t u. The lower bound C |u|^2 is not affected.",
        corrected=r"u_i = -l'((2 y_i - 1) f(x_i))",
    ),
    uses=("eq:C.22",),
)


@check(
    REMARK_1_RESIDUAL,
    lambda loss: SIGN * sympy.diff(loss, flow.z),
    corrected=lambda loss: -sympy.diff(loss, flow.z),
    mutants={
        "the loss for its slope": lambda loss: loss,
        "2% more": lambda loss: -Rational(102, 100) * sympy.diff(loss, flow.z),
    },
)
def test_residual_of_other_losses(claim):
    """dV/dt = -u' K^r u with the u of Remark 1."""
    labels = {flow.signs[flow.i]: Integer(1), flow.signs[flow.j]: Integer(-1)}
    for name in ("logistic", "exponential", "square-root"):
        record_identity(f"{name} loss", *energy_rates(LOSSES[name], claim(LOSSES[name])), values=labels)


# Kinks

KINKS = Statement(
    id="flow:kinks",
    title="The energy identity with the Gram matrix of automatic differentiation",
    source=PAPER,
    number="(2.7), (3.2), (C.22), Theorem 1",
    formula=r"\frac{dL}{dt} = -u^\top K^r u \text{ along every path of the flow, } K_t \text{ with } \sigma'(z) ="
    r" \mathbf 1(z > 0)",
    qualification="Refuted by one exact path, on which lambda_min(K_t) is certified positive while all outputs are "
    "constant, so that Theorem 1 fails with it; confirmed on that path for the selected subgradients.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "The ReLU has kinks and the flow may stay on them. Repair: d theta/dt in minus the Clarke subdifferential and "
        "K_t the Gram matrix of the subgradients that the flow selects; or the hypothesis that theta -> f(x_i; theta) "
        "is differentiable along the path for almost every t.",
        corrected=r"\dot\theta \in -\partial L(\theta), \quad \frac{dL}{dt} = -u^\top K^r u \text{ for the Gram}"
        r" \text{ matrix } K_t \text{ of the selected subgradients}",
    ),
    uses=("eq:C.22",),
)
LEVEL = sympy.Symbol("b", real=True)
WEIGHT = sympy.Symbol("v", positive=True)
"""v = 1 / (1 + e^b), the residual of the middle three samples; that of the outer two is v / 2 at the root."""
STATIONARY = 1 + exp(-3 * LEVEL) - 2 - 2 * exp(LEVEL)
SAMPLES = (-2, -1, 0, 1, 2)
SIGNED_RESIDUALS = sympy.Matrix([HALF, -1, 1, -1, HALF]) * WEIGHT


def kink_passages(at_kink: sympy.Expr) -> list[Passage]:
    """FCN, L = d = 1, m = 3: z = (x, -x, 1), outputs (-3b, -b, b, -b, -3b); two neurons have their kink at x = 0."""
    network = symbolic_network(fcn(1), 1, (3,))
    parameters = {
        "W_1": sympy.Matrix([1, -1, 0]),
        "b_1": sympy.Matrix([0, 0, 1]),
        "W_2": sqrt(Rational(3, 2)) * LEVEL * sympy.Matrix([[-2, -2, 1]]),
    }
    return [exact_passage(network, parameters, [point], at_kink) for point in SAMPLES]


def root_level() -> flint.arb:
    """A ball that holds the root of `STATIONARY`: the function changes sign on it."""
    lower, upper = Rational(-302479521332, 10**12), Rational(-302479521331, 10**12)
    assert enclosure(STATIONARY, {LEVEL: lower}) > 0 > enclosure(STATIONARY, {LEVEL: upper})
    return enclosure(lower).union(enclosure(upper))


def weighted_gradient(passages: list[Passage]) -> list[sympy.Expr]:
    """Sum over i of s_i u_i grad f(x_i), the velocity of the flow, entry by entry."""
    names = passages[0].gradients
    totals = (
        sum((r * passage.gradients[name] for r, passage in zip(SIGNED_RESIDUALS, passages, strict=True)),
            sympy.zeros(*names[name].shape))
        for name in names
    )  # fmt: skip
    return [sympy.expand(entry) for total in totals for entry in total]


@check(
    KINKS,
    Integer(0),
    corrected=HALF,
    mutants={"relu'(0) = 1": Integer(1), "relu'(0) = 1/3": Rational(1, 3)},
)
def test_energy_identity_on_a_kink(claim):
    """The constant path: half of the slope at the two kinks makes the velocity zero, so it solves the inclusion."""
    halves = kink_passages(HALF)
    outputs = [sympy.expand(passage.output[0]) for passage in halves]
    assert outputs == [-3 * LEVEL, -LEVEL, LEVEL, -LEVEL, -3 * LEVEL]
    assert not any(weighted_gradient(halves)), "the constant path does not solve the flow"
    passages = kink_passages(claim)
    gram = sympy.Matrix(5, 5, lambda i, j: sympy.expand(kernel_part(passages[i], passages[j])))
    form = sympy.expand((SIGNED_RESIDUALS.T * gram * SIGNED_RESIDUALS)[0])
    if form == 0:
        record(symbolic(Verdict.CONFIRMED, "u' K^r u = 0 = dL/dt", covers_all=False))
        return
    with SYSTEM.working():
        level = root_level()
        values = {LEVEL: level, WEIGHT: 1 / (1 + level.exp())}
        found = _ball(form, values)
        matrix = np.array([[_ball(entry, values) for entry in row] for row in gram.tolist()], dtype=object)
        bound = factorised_enclosure(matrix).lower
    detail = f"u' K^r u = {show(found)}, dL/dt = 0 on the constant path; lambda_min(K_t) >= {show(bound)}"
    record(certified(False if found > 0 and bound > 0 else None, detail))


def _ball(expression: sympy.Expr, values: dict[sympy.Basic, flint.arb]) -> flint.arb:
    return flint.arb(evaluate(expression, SYSTEM, values))
