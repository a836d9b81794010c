"""Definition 1, Lemmas 1, 2, 4, 5, 6 and Propositions 1-3 of arXiv 2504.11130: strict positive definiteness.

Each sample set is decided by a rigorous enclosure of lambda_min; each hypothesis dropped by an exact null vector.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import numpy as np
import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from ntk_companion.evidence import Evidence, Verdict, certified, symbolic
from ntk_companion.judging import check, counterexample, judge_case, record
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.strategies import independent_sets, sample_sets
from ntk_companion.symbolics import vanishes
from numerics.data.images import mnist
from numerics.data.points import CirclePoints, PointSet, RationalPoints, hexagon, rational_points
from numerics.kernels.gram import gram, ntk
from numerics.kernels.spectrum import Enclosure, certified_lambda_min, factorised_enclosure, residual_enclosure
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Balls, DoubleBalls, NumberSystem
from theory.architecture import Affine, Architecture, Residual, fcn, resnet
from theory.moments import relu_moment
from theory.printed.divergence import PAPER
from theory.recursion import Recursion, closed_form, input_kernel, recursion


@dataclass(frozen=True)
class Case:
    """A kernel of a recursion on a set of points, to be found strictly positive definite.

    rows          the points exactly; empty if they are not at hand
    architecture  whose recursion it is
    inner         the kernel whose definiteness is assumed, where one is
    null_vector   what a counterexample claims to be a null vector of the Gram matrix: tried exactly
    """

    points: PointSet | None
    rows: tuple[tuple[Any, ...], ...]
    architecture: Architecture | None = None
    inner: sympy.Expr | None = None
    null_vector: tuple[int, ...] = ()

    @property
    def network(self) -> Architecture:
        """The architecture of a case that has one."""
        assert self.architecture is not None
        return self.architecture

    @property
    def points_at_hand(self) -> PointSet:
        """The points of a case that has them as a set."""
        assert self.points is not None
        return self.points

    @property
    def derived(self) -> Recursion:
        """The recursion whose kernel is meant."""
        return recursion(self.architecture) if self.architecture else NO_NETWORK


def on_points(
    points: RationalPoints, architecture: Architecture | None = None, inner: sympy.Expr | None = None
) -> Case:
    """A case on rational points, n x d."""
    exact = [[Fraction(int(value), points.denominator) for value in row] for row in points.numerators]
    return Case(points, tuple(tuple(row) for row in exact), architecture, inner)


def on_rows(
    rows: Sequence[Sequence[Any]],
    vector: Sequence[int],
    architecture: Architecture | None = None,
    inner: sympy.Expr | None = None,
) -> Case:
    """A case on exact points with a null vector of its Gram matrix."""
    return Case(None, tuple(tuple(row) for row in rows), architecture, inner, tuple(vector))


def are_distinct(case: Case) -> bool:
    """Are the points different?"""
    return len(set(case.rows)) == len(case.rows)


def has_bias(case: Case) -> bool:
    """Has the first layer a random bias, and each hidden layer of an FCN?"""
    layers = case.network.stem[:1] or [block[0] for block in case.network.blocks]
    return all(isinstance(one, Affine) and one.bias is not None and one.bias.variance > 0 for one in layers)


def has_scale(case: Case) -> bool:
    """Is alpha different from zero?"""
    return all(layer.scale != 0 for layer in case.network.layers if isinstance(layer, Residual))


def in_hemisphere(case: Case) -> bool:
    """Do phi(x) = (x, 1) / |(x, 1)|, or without a bias the points themselves, have a positive last coordinate?"""
    return (case.architecture is not None and has_bias(case)) or all(row[-1] > 0 for row in case.rows)


def is_definite_inside(case: Case) -> bool:
    """Is the Gram matrix of the inner product on the points regular?"""
    rows = sympy.Matrix([[sympy.Rational(str(value)) for value in row] for row in case.rows])
    return (rows * rows.T).det() != 0


ORDERS = 12
"""So many coefficients of a power series are looked at."""


@cache
def coefficients(function: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The first Maclaurin coefficients of a function of the input kernel."""
    expansion = sympy.series(function, input_kernel, 0, ORDERS).removeO()
    return tuple(expansion.coeff(input_kernel, order) for order in range(ORDERS))


DISTINCT = Hypothesis("distinct points", "the points x_1, ..., x_n are different", are_distinct)
BIASES = Hypothesis(
    "biases", "the hidden layers of the FCN, the input layer of the ResNet, have a random bias", has_bias
)
SCALE = Hypothesis("non-zero residual scale", "alpha is not zero (the paper does not say so)", has_scale)
INDEPENDENT = Hypothesis("strictly PD inner kernel", "K_1 is strictly positive definite", is_definite_inside)
HEMISPHERE = Hypothesis(
    "open hemisphere", "the points lie on the sphere and their last coordinate is positive", in_hemisphere
)
INFINITELY_MANY = Hypothesis(
    "infinitely many coefficients",
    "infinitely many of the a_n are positive",
    lambda case: not case.inner.is_polynomial(input_kernel),
)
NON_NEGATIVE = Hypothesis(
    "non-negative coefficients",
    f"all a_n are non-negative (evaluated: the first {ORDERS})",
    lambda case: all(coefficient >= 0 for coefficient in coefficients(case.inner)),
)

INSTANCES = "Each sample set is proved by an enclosure of lambda_min; sets not tried are not covered."

DEFINITION_1 = Statement(
    id="def:1",
    title="lambda_min(K(X, X)) > 0, as this suite decides it: both certificates agree with exact minors",
    source=PAPER,
    number="Definition 1",
    formula=r"\lambda_{\min}(K(X, X)) > 0",
    qualification="The two certificates of this suite are held to exact rational minors on matrices that are positive "
    "definite, indefinite, and barely either; a test of the procedure, not a theorem.",
    revision=2,
)
LEMMA_1 = Statement(
    id="lemma:1",
    title="The ReLU moment of a strictly PD kernel is strictly PD",
    source=PAPER,
    number="Lemma 1",
    formula=r"K_1 \succ 0 \;\Rightarrow\; \mathrm{E}_{g \sim K_1}[\sigma(g(x))\,\sigma(g(x'))] \succ 0",
    qualification=INSTANCES,
    hypotheses=(INDEPENDENT,),
    uses=("lemma:3",),
)
LEMMA_2 = Statement(
    id="lemma:2",
    title="Power series with non-negative coefficients are strictly PD on the open hemisphere",
    source=PAPER,
    number="Lemma 2",
    formula=r"h(u) = \sum_n a_n u^n \;\Rightarrow\; h(\langle x, y\rangle) \succ 0 \text{ on } S^d_+",
    qualification="Each function and sample set tried is proved by an enclosure; others are not covered.",
    hypotheses=(DISTINCT, HEMISPHERE, NON_NEGATIVE, INFINITELY_MANY),
)
LEMMA_4 = Statement(
    id="lemma:4",
    title="The covariance of the second pre-activations is strictly PD",
    source=PAPER,
    number="Lemma 4",
    formula=r"\Sigma_2 \succ 0 \text{ on } X",
    qualification=INSTANCES,
    hypotheses=(DISTINCT, BIASES),
    uses=("lemma:2", "lemma:3"),
)
LEMMA_5 = Statement(
    id="lemma:5",
    title="The features of the ResNet have a strictly PD covariance from depth 2 on",
    source=PAPER,
    number="Lemma 5",
    formula=r"K_L \succ 0 \text{ on the hemisphere, } L \ge 2",
    qualification=INSTANCES + " The hypothesis L >= 2 is not needed: Lemma 6.",
    hypotheses=(DISTINCT, SCALE),
    uses=("lemma:1", "lemma:6"),
)
LEMMA_6 = Statement(
    id="lemma:6",
    title="The features of the ResNet have a strictly PD covariance at depth 1",
    source=PAPER,
    number="Lemma 6",
    formula=r"K_1 \succ 0 \text{ on the hemisphere}",
    qualification=INSTANCES,
    hypotheses=(DISTINCT, HEMISPHERE, SCALE),
    uses=("lemma:2", "lemma:3"),
)
PROPOSITION_2 = Statement(
    id="prop:pd-fcn",
    title="The NTK of the FCN is strictly PD",
    source=PAPER,
    number="Proposition 2",
    formula=r"K_{\mathrm{FC}}(X, X) \succ 0",
    qualification=INSTANCES,
    hypotheses=(DISTINCT, BIASES),
    uses=("lemma:1", "lemma:4"),
)
PROPOSITION_3 = Statement(
    id="prop:pd-resnet",
    title="The NTK of the ResNet is strictly PD",
    source=PAPER,
    number="Proposition 3",
    formula=r"K_{\mathrm{Res}}(X, X) \succ 0",
    qualification=INSTANCES,
    hypotheses=(DISTINCT, BIASES, SCALE),
    uses=("lemma:5", "lemma:6"),
)
PROPOSITION_1 = Statement(
    id="prop:1",
    title="The NTKs of FCN and ResNet are strictly PD, on the paper's points and on images",
    source=PAPER,
    number="Proposition 1",
    formula=r"K(X, X) \succ 0",
    qualification="Proved for the hexagon and 200 MNIST images in two scalings; the general claim rests on its parts.",
    hypotheses=(DISTINCT,),
    uses=("prop:pd-fcn", "prop:pd-resnet"),
)

Claim = Callable[[Case], sympy.Expr]
"""Which kernel of the case is claimed to be strictly positive definite."""


def the_ntk(case: Case) -> sympy.Expr:
    return case.derived.ntk


def biases_subtracted(case: Case) -> sympy.Expr:
    biases = [part for group, part in case.derived.parts.items() if group.letter in ("b", "d")]
    return case.derived.ntk - 2 * sympy.Add(*biases)


def more_than_twice_the_nngp(case: Case) -> sympy.Expr:
    return case.derived.ntk - 2 * case.derived.nngp


def definiteness(
    derived: Recursion,
    kernel: sympy.Expr,
    points: PointSet,
    shift: Fraction = Fraction(0),
    in_doubles: FloatBalls | None = None,
) -> Evidence:
    """Is lambda_min of this kernel's Gram matrix above the shift: proved, disproved, or undecided at the cap?

    `in_doubles`: that matrix in balls of doubles, shape (n, n), if it is at hand.
    """

    def shifted(system: NumberSystem) -> Any:
        at_hand = in_doubles is not None and isinstance(system, DoubleBalls)
        matrix = in_doubles if at_hand else gram(derived, kernel, points, system)
        if not shift:
            return matrix
        with system.working():
            identity = np.eye(len(points), dtype=int)
            if isinstance(matrix, FloatBalls):
                return matrix - FloatBalls.exact(identity) * FloatBalls.rational(shift)
            return matrix - identity * system.rational(shift)

    enclosure = certified_lambda_min(shifted, digits=0)
    holds = True if enclosure.positive else (False if enclosure.upper < 0 else None)
    detail = f"lambda_min in [{enclosure.lower.str(5)}, {enclosure.upper.str(5)}] on {points.name}"
    return certified(holds, detail, margin=float(enclosure.lower))


def null_vector(derived: Recursion, kernel: sympy.Expr, case: Case) -> Evidence:
    """Does c' K c vanish for the exact points and this c? If so, K is not strictly positive definite (sympy)."""
    rows = [sympy.Matrix(point) for point in case.rows]
    form = sum(
        first * second * closed_form(derived, kernel, (one.dot(one), one.dot(two), two.dot(two)))
        for first, one in zip(case.null_vector, rows, strict=True)
        for second, two in zip(case.null_vector, rows, strict=True)
    )
    singular = any(case.null_vector) and vanishes(form) is Verdict.CONFIRMED
    detail = f"c' K c = 0 for c = {case.null_vector} and the points {list(case.rows)}"
    return symbolic(Verdict.REFUTED if singular else Verdict.INCONCLUSIVE, detail, covers_all=False)


def is_definite(claim: Callable[[Case], sympy.Expr], case: Case) -> None:
    """Is the kernel claimed positive definite on the points of the case?"""
    kernel = claim(case)
    derived = case.derived
    record(
        null_vector(derived, kernel, case) if case.null_vector else definiteness(derived, kernel, case.points_at_hand)
    )


# Definition 1: the procedure

Exact = list[list[Fraction]]
Certificate = Callable[[Exact], Enclosure]


def by_residual(matrix: Exact) -> Enclosure:
    """The residual certificate in doubles."""
    return residual_enclosure(rational_points("", matrix).coordinates(DoubleBalls()))


def by_factorisation(matrix: Exact) -> Enclosure:
    """The shifted factorisation in balls."""
    balls = Balls(256)
    with balls.working():
        return factorised_enclosure(rational_points("", matrix).coordinates(balls), 6)


def leading_minors(matrix: Exact) -> list[flint.fmpq]:
    """Exact: all positive if and only if the matrix is positive definite."""
    rows = [[flint.fmpq(value.numerator, value.denominator) for value in row] for row in matrix]
    return [flint.fmpq_mat([row[:size] for row in rows[:size]]).det() for size in range(1, len(rows) + 1)]


def agrees_with_minors(claim: Certificate, matrix: Exact) -> None:
    """Does the certificate say positive, or negative, only of what exact minors say so too?"""
    found, exactly = claim(matrix), all(minor > 0 for minor in leading_minors(matrix))
    detail = (
        f"lambda_min in [{found.lower.str(5)}, {found.upper.str(5)}], by minors {'' if exactly else 'not '}positive"
    )
    if found.positive or found.upper <= 0:
        agrees = found.positive == exactly
        record(certified(agrees, detail))
    else:
        record(certified(None, detail))


@st.composite
def matrices(draw: st.DrawFn) -> Exact:
    """Gram matrices of the kernel min on positive numbers, shifted by a share of lambda_min or by twice of it."""
    numbers = draw(st.lists(st.fractions("1/50", 9, max_denominator=50), min_size=2, max_size=9, unique=True))
    rows = np.array([[float(min(s, t)) for t in numbers] for s in numbers])
    lowest = Fraction(float(np.linalg.eigvalsh(rows)[0]))
    share = draw(st.sampled_from([Fraction(0), Fraction(9, 10), Fraction(11, 10), 2 * Fraction(1)]))
    return shifted_matrix([[min(s, t) for t in numbers] for s in numbers], share * lowest)


def shifted_matrix(matrix: Exact, shift: Fraction) -> Exact:
    """The matrix minus a multiple of the identity."""
    return [[value - shift * (i == j) for j, value in enumerate(row)] for i, row in enumerate(matrix)]


BARE_SINGULAR: Exact = [[Fraction(1), Fraction(1, 3)], [Fraction(1, 3), Fraction(1, 9)]]
"""Determinant zero, though no two rows are equal; its rounded entries may be either side."""


def barely(sign: int, exponent: int) -> Exact:
    """A matrix with the determinant sign 2^-exponent, nearly."""
    return shifted_matrix(BARE_SINGULAR, -sign * Fraction(1, 2**exponent))


def without_its_residual(matrix: Exact) -> Enclosure:
    """The shift of the residual certificate, whatever its residual: the eigenvalue of rounded entries."""
    lowest = float(np.linalg.eigvalsh(np.array(matrix, dtype=float))[0])
    return Enclosure(flint.arb(lowest), flint.arb(lowest), "double", 53)


def of_midpoints(matrix: Exact) -> Enclosure:
    """The factorisation of entries rounded to doubles, their radii lost."""
    with Balls(256).working():
        centres = np.array([[flint.arb(float(value)) for value in row] for row in matrix], dtype=object)
        return factorised_enclosure(centres, 6)


def widened(factor: float) -> Certificate:
    """A certificate that is too optimistic by a share of lambda_min."""

    def certificate(matrix: Exact) -> Enclosure:
        found = by_factorisation(matrix)
        scale = factor * max(abs(float(value)) for row in matrix for value in row)
        end = (found.upper if factor > 0 else found.lower) + scale
        return Enclosure(end, end, found.method, found.bits)

    return certificate


CERTIFICATE_MUTANTS = {
    "the residual left out": without_its_residual,
    "midpoints alone": of_midpoints,
    "too large by 1% of the largest entry": widened(0.01),
    "too small by 1% of the largest entry": widened(-0.01),
}


@check(DEFINITION_1, by_factorisation, mutants=CERTIFICATE_MUTANTS)
@example(matrix=barely(1, 200))
@example(matrix=barely(-1, 200))
@given(matrix=matrices())
def test_the_factorisation_agrees_with_exact_minors(claim, matrix):
    judge_case(agrees_with_minors, claim, matrix)


@check(DEFINITION_1, by_residual, mutants=CERTIFICATE_MUTANTS)
@example(matrix=barely(1, 40))
@example(matrix=barely(-1, 40))
@given(matrix=matrices())
def test_the_residual_certificate_agrees_with_exact_minors(claim, matrix):
    judge_case(agrees_with_minors, claim, matrix)
    for sign in (-1, 1):  # what doubles cannot decide is undecided: it must not be decided wrongly
        undecidable = barely(sign, 70)
        found = claim(undecidable)
        if found.positive or found.upper < 0:
            agrees = found.positive == (sign > 0)
            record(certified(agrees, f"the determinant is about {sign} 2^-70: {found.lower.str(5)}"))


# Lemmas and propositions

NO_NETWORK = Recursion({}, {}, sympy.Integer(0))


def the_moment(case: Case) -> sympy.Expr:
    return relu_moment(input_kernel)


def moment_minus_half(case: Case) -> sympy.Expr:
    return relu_moment(input_kernel) - input_kernel / 2


@check(LEMMA_1, the_moment, mutants={"it exceeds half the inner kernel": moment_minus_half})
@given(points=independent_sets())
def test_the_relu_moment_of_a_definite_kernel_is_definite(claim, points):
    judge_case(is_definite, claim, on_points(points))


@counterexample(LEMMA_1, INDEPENDENT, of=test_the_relu_moment_of_a_definite_kernel_is_definite)
def test_the_relu_moment_of_a_semidefinite_kernel_can_be_singular(claim):
    judge_case(is_definite, claim, on_rows([(1,), (2,)], (2, -1)))


u = input_kernel
FUNCTIONS = (sympy.exp(u), 1 / (1 - u / 2), 1 / (1 - u**2 / 2), 1 / (1 - u**3 / 2) + u / 3)


def the_series(case: Case) -> sympy.Expr:
    return case.inner


@check(
    LEMMA_2,
    the_series,
    mutants={
        "alternating coefficients": lambda case: case.inner.subs(u, -u),
        "it exceeds 1.02 times its value at 1": lambda case: (
            case.inner - sympy.Rational(102, 100) * case.inner.subs(u, 1)
        ),
    },
)
@given(points=sample_sets(most_points=6, least_points=2), function=st.sampled_from(FUNCTIONS))
def test_power_series_are_definite_on_the_hemisphere(claim, points, function):
    placed = on_hemisphere(points)
    rows = tuple((*row, Fraction(1)) for row in on_points(points).rows)  # phi up to the norm, which divides all
    judge_case(is_definite, claim, Case(placed, rows, inner=function))


def on_hemisphere(points: RationalPoints) -> RationalPoints:
    """phi(x) = (x, 1) / |(x, 1)|, which maps different points to different points."""
    rows = [[Fraction(int(value), points.denominator) for value in row] + [Fraction(1)] for row in points.numerators]
    return rational_points(f"phi of {points.name}", rows, unit_norm=True)


TRIPLES = ((0, 1, 1), (3, 4, 5), (-3, 4, 5), (5, 12, 13))
UPPER_CIRCLE = [(sympy.Rational(a, c), sympy.Rational(b, c)) for a, b, c in TRIPLES]
SERIES_CHECK = test_power_series_are_definite_on_the_hemisphere


@counterexample(LEMMA_2, DISTINCT, of=SERIES_CHECK)
def test_a_repeated_point_makes_a_power_series_singular(claim):
    judge_case(is_definite, claim, on_rows([(0, 1), (0, 1)], (1, -1), inner=sympy.exp(u)))


@counterexample(LEMMA_2, HEMISPHERE, of=SERIES_CHECK)
def test_opposite_points_make_an_even_power_series_singular(claim):
    judge_case(is_definite, claim, on_rows([(0, 1), (0, -1)], (1, -1), inner=1 / (1 - u**2 / 2)))


@counterexample(LEMMA_2, NON_NEGATIVE, of=SERIES_CHECK)
def test_a_negative_coefficient_makes_a_power_series_indefinite(claim):
    points = rational_points("(0, 1), (3/5, 4/5)", [[Fraction(0), Fraction(1)], [Fraction(3, 5), Fraction(4, 5)]])
    judge_case(is_definite, claim, on_points(points, inner=sympy.exp(u) - 3 * u))


@counterexample(LEMMA_2, INFINITELY_MANY, of=SERIES_CHECK)
def test_a_polynomial_is_singular_on_enough_points(claim):
    gram_matrix = sympy.Matrix(4, 4, lambda i, j: 1 + sympy.Matrix(UPPER_CIRCLE[i]).dot(sympy.Matrix(UPPER_CIRCLE[j])))
    (vector,) = gram_matrix.nullspace()
    judge_case(is_definite, claim, on_rows(UPPER_CIRCLE, list(vector), inner=1 + u))


def pre_activations(layer: int) -> sympy.Symbol:
    """The covariance Sigma_l of the pre-activations."""
    return sympy.Symbol(f"\\Sigma_{{{layer}}}")


def features(layer: int) -> sympy.Symbol:
    """The covariance S_l of the features, which (3.10) calls K_l."""
    return sympy.Symbol(f"S_{{{layer}}}")


@check(
    LEMMA_4,
    lambda case: pre_activations(2),
    mutants={"it exceeds twice the first": lambda case: pre_activations(2) - 2 * pre_activations(1)},
)
@given(points=sample_sets(least_points=2))
def test_the_second_covariance_is_definite(claim, points):
    judge_case(is_definite, claim, on_points(points, fcn(2)))


@counterexample(LEMMA_4, DISTINCT, of=test_the_second_covariance_is_definite)
def test_a_repeated_point_makes_the_second_covariance_singular(claim):
    judge_case(is_definite, claim, on_rows([(1, 0), (1, 0)], (1, -1), fcn(2)))


@counterexample(LEMMA_4, BIASES, of=test_the_second_covariance_is_definite)
def test_collinear_points_make_the_second_covariance_singular_without_biases(claim):
    judge_case(is_definite, claim, on_rows([(1,), (2,)], (2, -1), fcn(2, "none")))


SCALES = st.sampled_from([sympy.Rational(1, 4), sympy.Rational(1, 2), sympy.Integer(1), sympy.Integer(2)])


def last_features(case: Case) -> sympy.Expr:
    return features(case.network.depth)


def exceeds_the_inputs(case: Case) -> sympy.Expr:
    """Wrong: features have (1 + alpha^2)^l times the variance of the inputs, and here 2% more is claimed."""
    depth = case.network.depth
    (scale,) = {layer.scale for layer in case.network.layers if isinstance(layer, Residual)}
    return features(depth) - sympy.Rational(102, 100) * (1 + scale**2) ** depth * features(0)


INPUTS = {"it exceeds 1.02 times the inputs' grown by every block": exceeds_the_inputs}


@check(LEMMA_5, last_features, mutants=INPUTS)
@given(points=sample_sets(least_points=2), depth=st.integers(2, 4), scale=SCALES)
def test_the_features_of_the_resnet_are_definite(claim, points, depth, scale):
    judge_case(is_definite, claim, on_points(points, resnet(depth, scale)))


@counterexample(LEMMA_5, DISTINCT, of=test_the_features_of_the_resnet_are_definite)
def test_a_repeated_point_makes_the_deep_features_singular(claim):
    judge_case(is_definite, claim, on_rows([(1,), (1,)], (1, -1), resnet(2)))


@counterexample(LEMMA_5, SCALE, of=test_the_features_of_the_resnet_are_definite)
def test_at_scale_zero_the_deep_features_are_the_inputs(claim):
    judge_case(is_definite, claim, on_rows([(-1,), (0,), (1,)], (1, -2, 1), resnet(2, 0)))


@check(LEMMA_6, last_features, mutants=INPUTS)
@given(points=sample_sets(least_points=2), scale=SCALES)
def test_the_features_after_one_block_are_definite(claim, points, scale):
    judge_case(is_definite, claim, on_points(points, resnet(1, scale)))


HEXAGON = [(sympy.cos(sympy.pi * k / 3), sympy.sin(sympy.pi * k / 3)) for k in range(1, 7)]
ALTERNATING = (1, -1, 1, -1, 1, -1)


@counterexample(LEMMA_6, DISTINCT, of=test_the_features_after_one_block_are_definite)
def test_a_repeated_point_makes_the_features_singular(claim):
    judge_case(is_definite, claim, on_rows([(1,), (1,)], (1, -1), resnet(1)))


@counterexample(LEMMA_6, HEMISPHERE, of=test_the_features_after_one_block_are_definite)
def test_on_the_closed_sphere_the_features_after_one_block_are_singular(claim):
    judge_case(is_definite, claim, on_rows(HEXAGON, ALTERNATING, resnet(1, 1, "none")))


@counterexample(LEMMA_6, SCALE, of=test_the_features_after_one_block_are_definite)
def test_the_inputs_kernel_alone_is_singular(claim):
    judge_case(is_definite, claim, on_rows([(-1,), (0,), (1,)], (1, -2, 1), resnet(1, 0)))


ON_A_LINE = rational_points("two points on a line", [[Fraction(1, 10)], [Fraction(1, 5)]])
"""So near the origin the kernel is nearly that of the biases."""
WRONG_NTKS: dict[str, Claim] = {
    "bias parts subtracted": biases_subtracted,
    "it exceeds twice the NNGP kernel": more_than_twice_the_nngp,
}


@check(PROPOSITION_2, the_ntk, mutants=WRONG_NTKS)
@example(points=ON_A_LINE, depth=1)
@given(points=sample_sets(), depth=st.integers(1, 4))
def test_the_ntk_of_the_fcn_is_definite(claim, points, depth):
    judge_case(is_definite, claim, on_points(points, fcn(depth)))


@counterexample(PROPOSITION_2, DISTINCT, of=test_the_ntk_of_the_fcn_is_definite)
def test_a_repeated_point_makes_the_ntk_of_the_fcn_singular(claim):
    judge_case(is_definite, claim, on_rows([(1, 0), (1, 0)], (1, -1), fcn(2)))


@counterexample(PROPOSITION_2, BIASES, of=test_the_ntk_of_the_fcn_is_definite)
@pytest.mark.parametrize(
    ("depth", "points", "vector"),
    [(1, [(1,), (2,)], (2, -1)), (2, [(1,), (2,)], (2, -1)), (3, [(1,), (2,)], (2, -1)), (1, HEXAGON, ALTERNATING)],
    ids=["collinear, depth 1", "collinear, depth 2", "collinear, depth 3", "the circle, depth 1"],
)
def test_without_biases_the_ntk_of_the_fcn_is_singular(claim, depth, points, vector):
    judge_case(is_definite, claim, on_rows(points, vector, fcn(depth, "none")))


@check(PROPOSITION_3, the_ntk, mutants={"bias parts subtracted": biases_subtracted})
@example(points=ON_A_LINE, depth=2, scale=sympy.Integer(1))
@given(points=sample_sets(), depth=st.integers(1, 3), scale=SCALES)
def test_the_ntk_of_the_resnet_is_definite(claim, points, depth, scale):
    judge_case(is_definite, claim, on_points(points, resnet(depth, scale)))


@counterexample(PROPOSITION_3, DISTINCT, of=test_the_ntk_of_the_resnet_is_definite)
def test_a_repeated_point_makes_the_ntk_of_the_resnet_singular(claim):
    judge_case(is_definite, claim, on_rows([(1, 0), (1, 0)], (1, -1), resnet(1)))


@counterexample(PROPOSITION_3, BIASES, of=test_the_ntk_of_the_resnet_is_definite)
def test_without_biases_the_ntk_of_the_resnet_is_singular(claim):
    judge_case(is_definite, claim, on_rows([(1,), (2,)], (2, -1), resnet(2, 1, "none")))


@counterexample(PROPOSITION_3, SCALE, of=test_the_ntk_of_the_resnet_is_definite)
def test_at_scale_zero_the_ntk_of_the_resnet_is_that_of_a_linear_network(claim):
    judge_case(is_definite, claim, on_rows([(-1,), (0,), (1,)], (1, -2, 1), resnet(2, 0)))


NETWORKS: list[Architecture] = [fcn(depth) for depth in range(1, 6)] + [resnet(depth) for depth in range(1, 4)]


@cache
def enclosed_ntk(architecture: Architecture, points: PointSet) -> FloatBalls:
    """The Gram matrix in balls of doubles, once for all shares of one lambda_min; shape (n, n)."""
    return gram(recursion(architecture), recursion(architecture).ntk, points, DoubleBalls())


@cache
def lowest_in_doubles(architecture: Architecture, points: PointSet) -> Fraction:
    """What doubles say lambda_min is."""
    return Fraction(float(np.linalg.eigvalsh(ntk(architecture, points))[0]))


def exceeds_its_share(claim: Fraction, case: Case) -> None:
    """Is lambda_min above the share claimed of what doubles say it is?"""
    if case.null_vector:
        record(null_vector(case.derived, case.derived.ntk, case))
        return
    points, network = case.points_at_hand, case.network
    matrix = enclosed_ntk(network, points)
    record(definiteness(case.derived, case.derived.ntk, points, claim * lowest_in_doubles(network, points), matrix))


@cache
def points_of(scaling: str) -> PointSet:
    """The hexagon, or 200 images as they are or scaled."""
    if scaling == "hexagon":
        return hexagon()
    return mnist(200).points if scaling == "images" else mnist(200).unit_norm()


PROPOSITION_1_MUTANTS = {"2% more than lambda_min": Fraction(102, 100), "twice lambda_min": Fraction(2)}


@check(PROPOSITION_1, Fraction(0), mutants=PROPOSITION_1_MUTANTS)
@pytest.mark.parametrize("architecture", NETWORKS, ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("scaling", ["hexagon", "images", "images of norm one"])
def test_the_ntks_are_definite_on_the_hexagon_and_on_real_images(claim, architecture, scaling):
    points = points_of(scaling)
    judge_case(exceeds_its_share, claim, Case(points, distinct_rows(points), architecture))


def distinct_rows(points: PointSet) -> tuple[tuple[Any, ...], ...]:
    """The points as exact rows; those of the circle by their place on it."""
    if isinstance(points, CirclePoints):
        return tuple((place,) for place in range(len(points)))
    return tuple(tuple(row) for row in points.numerators.tolist())


@counterexample(PROPOSITION_1, DISTINCT, of=test_the_ntks_are_definite_on_the_hexagon_and_on_real_images)
def test_a_repeated_image_makes_the_ntk_singular(claim):
    judge_case(exceeds_its_share, claim, on_rows([(1, 0), (1, 0)], (1, -1), fcn(1)))
