"""Definition 1, Lemmas 1, 2, 4, 5, 6 and Propositions 1-3 of arXiv 2504.11130: strict positive definiteness.

Each sample set is decided by a rigorous enclosure of lambda_min; each hypothesis dropped by an exact null vector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import flint
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from ntk_companion.evidence import Evidence, certified, symbolic
from ntk_companion.judging import check, counterexample, record
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.strategies import independent_sets, sample_sets
from numerics.data.images import mnist
from numerics.data.points import PointSet, RationalPoints, hexagon, rational_points
from numerics.kernels.gram import gram
from numerics.kernels.spectrum import certified_lambda_min
from theory.architecture import Architecture, fcn, resnet
from theory.moments import relu_moment
from theory.recursion import Recursion, closed_form, input_kernel, recursion

PAPER = "arXiv 2504.11130"

DISTINCT = Hypothesis("distinct points", "the points x_1, ..., x_n are different")
BIASES = Hypothesis("biases", "the hidden layers of the FCN, the input layer of the ResNet, have a random bias")
SCALE = Hypothesis("non-zero residual scale", "alpha is not zero (the paper does not say so)")
INDEPENDENT = Hypothesis("strictly PD inner kernel", "K_1 is strictly positive definite")
HEMISPHERE = Hypothesis("open hemisphere", "the points lie on the sphere and their last coordinate is positive")
INFINITELY_MANY = Hypothesis("infinitely many coefficients", "infinitely many of the a_n are positive")
NON_NEGATIVE = Hypothesis("non-negative coefficients", "all a_n are non-negative")

INSTANCES = "Each sample set is proved by an enclosure of lambda_min; sets not tried are not covered."

DEFINITION_1 = Statement(
    id="def:1",
    title="Strictly positive definite kernels, as this suite decides them",
    source=PAPER,
    number="Definition 1",
    formula=r"\lambda_{\min}(K(X, X)) > 0",
    qualification="The deciding procedure agrees with exact rational determinants on the sets tried; not a theorem.",
    hypotheses=(DISTINCT,),
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

Claim = Callable[[Recursion], sympy.Expr]
"""Which kernel of a recursion is claimed to be strictly positive definite."""


def the_ntk(derived: Recursion) -> sympy.Expr:
    return derived.ntk


def biases_subtracted(derived: Recursion) -> sympy.Expr:
    biases = [part for group, part in derived.parts.items() if group.letter in ("b", "d")]
    return derived.ntk - 2 * sympy.Add(*biases)


def more_than_twice_the_nngp(derived: Recursion) -> sympy.Expr:
    return derived.ntk - 2 * derived.nngp


def definiteness(derived: Recursion, kernel: sympy.Expr, points: PointSet) -> Evidence:
    """Is the Gram matrix of this kernel positive definite? Proved, disproved, or undecided at the precision cap."""
    enclosure = certified_lambda_min(lambda system: gram(derived, kernel, points, system), digits=0)
    holds = True if enclosure.positive else (False if enclosure.upper < 0 else None)
    detail = f"lambda_min in [{enclosure.lower.str(5)}, {enclosure.upper.str(5)}] on {points.name}"
    return certified(holds, detail, margin=float(enclosure.lower))


def null_vector(derived: Recursion, kernel: sympy.Expr, points: Sequence[Sequence], vector: Sequence[int]) -> Evidence:
    """Does c' K c vanish for the exact points and this c? If so, K is not strictly positive definite (sympy)."""
    rows = [sympy.Matrix(point) for point in points]
    form = sum(
        first * second * closed_form(derived, kernel, (one.dot(one), one.dot(two), two.dot(two)))
        for first, one in zip(vector, rows, strict=True)
        for second, two in zip(vector, rows, strict=True)
    )
    vanishes = sympy.simplify(form) == 0
    return symbolic(not vanishes, f"c' K c = 0 for c = {tuple(vector)} and the points {[tuple(p) for p in points]}")


@check(DEFINITION_1, min, mutants={"the kernel s t": lambda s, t: s * t, "the kernel max": max})
@given(st.lists(st.fractions("1/1000", 100, max_denominator=1000), min_size=2, max_size=12, unique=True))
def test_the_enclosure_agrees_with_exact_determinants(claim, numbers):
    rows = [_row(claim, s, numbers) for s in numbers]
    matrix = flint.fmpq_mat([[flint.fmpq(value.numerator, value.denominator) for value in row] for row in rows])
    size = len(numbers)
    minors = [flint.fmpq_mat([[matrix[i, j] for j in range(k)] for i in range(k)]).det() for k in range(1, size + 1)]
    exactly = all(minor > 0 for minor in minors)
    enclosure = certified_lambda_min(lambda system: _over(system, claim, numbers), digits=0, most_bits=256)
    if enclosure.positive != exactly:
        record(certified(False, f"the enclosure says {enclosure}, the leading minors of {numbers} are {minors}"))
    record(certified(exactly, f"the leading minors of {numbers} are {minors}", margin=float(enclosure.lower)))


def _row(kernel, s, numbers):
    return [kernel(s, t) for t in numbers]


def _over(system, kernel, numbers):
    points = rational_points("numbers", [_row(kernel, s, numbers) for s in numbers])
    return points.coordinates(system)


@counterexample(DEFINITION_1, DISTINCT)
def test_equal_numbers_make_the_kernel_min_singular():
    matrix = flint.fmpq_mat([[min(s, t) for t in (1, 1, 2)] for s in (1, 1, 2)])
    record(symbolic(bool(matrix.det() > 0), "the Gram matrix of min at (1, 1, 2) has determinant 0"))


NO_NETWORK = Recursion({}, {}, sympy.Integer(0))


@check(LEMMA_1, 0, mutants={"it exceeds half the inner kernel": sympy.Rational(1, 2)})
@given(points=independent_sets())
def test_the_relu_moment_of_a_definite_kernel_is_definite(claim, points):
    record(definiteness(NO_NETWORK, relu_moment(input_kernel) - claim * input_kernel, points))


@counterexample(LEMMA_1, INDEPENDENT)
def test_the_relu_moment_of_a_semidefinite_kernel_can_be_singular():
    record(null_vector(NO_NETWORK, relu_moment(input_kernel), [(1,), (2,)], (2, -1)))


u = input_kernel
FUNCTIONS = (sympy.exp(u), 1 / (1 - u / 2), 1 / (1 - u**2 / 2), 1 / (1 - u**3 / 2) + u / 3)


@check(LEMMA_2, FUNCTIONS, mutants={"alternating coefficients": (sympy.exp(-u),)})
@given(points=sample_sets(most_points=6, least_points=2), choice=st.data())
def test_power_series_are_definite_on_the_hemisphere(claim, points, choice):
    function = choice.draw(st.sampled_from(claim))
    record(definiteness(NO_NETWORK, function, on_hemisphere(points)))


def on_hemisphere(points: RationalPoints) -> RationalPoints:
    """phi(x) = (x, 1) / |(x, 1)|, which maps different points to different points."""
    rows = [[Fraction(int(value), points.denominator) for value in row] + [Fraction(1)] for row in points.numerators]
    return rational_points(f"phi of {points.name}", rows, unit_norm=True)


TRIPLES = ((0, 1, 1), (3, 4, 5), (-3, 4, 5), (5, 12, 13))
UPPER_CIRCLE = [(sympy.Rational(a, c), sympy.Rational(b, c)) for a, b, c in TRIPLES]


@counterexample(LEMMA_2, DISTINCT)
def test_a_repeated_point_makes_a_power_series_singular():
    record(null_vector(NO_NETWORK, sympy.exp(u), [(0, 1), (0, 1)], (1, -1)))


@counterexample(LEMMA_2, HEMISPHERE)
def test_opposite_points_make_an_even_power_series_singular():
    record(null_vector(NO_NETWORK, 1 / (1 - u**2 / 2), [(0, 1), (0, -1)], (1, -1)))


@counterexample(LEMMA_2, NON_NEGATIVE)
def test_a_negative_coefficient_makes_a_power_series_indefinite():
    points = rational_points("(0, 1), (3/5, 4/5)", [[Fraction(0), Fraction(1)], [Fraction(3, 5), Fraction(4, 5)]])
    record(definiteness(NO_NETWORK, sympy.exp(u) - 3 * u, points))


@counterexample(LEMMA_2, INFINITELY_MANY)
def test_a_polynomial_is_singular_on_enough_points():
    gram_matrix = sympy.Matrix(4, 4, lambda i, j: 1 + sympy.Matrix(UPPER_CIRCLE[i]).dot(sympy.Matrix(UPPER_CIRCLE[j])))
    record(symbolic(gram_matrix.det() != 0, f"1 + u on the points {UPPER_CIRCLE} has determinant 0"))


def pre_activations(layer: int) -> sympy.Symbol:
    """The covariance Sigma_l of the pre-activations."""
    return sympy.Symbol(f"\\Sigma_{{{layer}}}")


def features(layer: int) -> sympy.Symbol:
    """The covariance S_l of the features, which (3.10) calls K_l."""
    return sympy.Symbol(f"S_{{{layer}}}")


@check(
    LEMMA_4,
    pre_activations(2),
    mutants={"it exceeds twice the first": pre_activations(2) - 2 * pre_activations(1)},
)
@given(points=sample_sets(least_points=2))
def test_the_second_covariance_is_definite(claim, points):
    record(definiteness(recursion(fcn(2)), claim, points))


@counterexample(LEMMA_4, DISTINCT)
def test_a_repeated_point_makes_the_second_covariance_singular():
    record(null_vector(recursion(fcn(2)), pre_activations(2), [(1, 0), (1, 0)], (1, -1)))


@counterexample(LEMMA_4, BIASES)
def test_collinear_points_make_the_second_covariance_singular_without_biases():
    record(null_vector(recursion(fcn(2, "none")), pre_activations(2), [(1,), (2,)], (2, -1)))


SCALES = st.sampled_from([sympy.Rational(1, 4), sympy.Rational(1, 2), sympy.Integer(1), sympy.Integer(2)])


def exceeds_the_inputs(layer: int) -> sympy.Expr:
    """Wrong: at scale 2 or less the features have at most 5^l times the variance of the inputs."""
    return features(layer) - 9**layer * features(0)


@check(LEMMA_5, features, mutants={"it exceeds 9^L times the inputs'": exceeds_the_inputs})
@given(points=sample_sets(least_points=2), depth=st.integers(2, 4), scale=SCALES)
def test_the_features_of_the_resnet_are_definite(claim, points, depth, scale):
    record(definiteness(recursion(resnet(depth, scale)), claim(depth), points))


@counterexample(LEMMA_5, DISTINCT)
def test_a_repeated_point_makes_the_deep_features_singular():
    record(null_vector(recursion(resnet(2)), features(2), [(1,), (1,)], (1, -1)))


@counterexample(LEMMA_5, SCALE)
def test_at_scale_zero_the_deep_features_are_the_inputs():
    record(null_vector(recursion(resnet(2, 0)), features(2), [(-1,), (0,), (1,)], (1, -2, 1)))


@check(LEMMA_6, features, mutants={"it exceeds 9 times the inputs'": exceeds_the_inputs})
@given(points=sample_sets(least_points=2), scale=SCALES)
def test_the_features_after_one_block_are_definite(claim, points, scale):
    record(definiteness(recursion(resnet(1, scale)), claim(1), points))


HEXAGON = [(sympy.cos(sympy.pi * k / 3), sympy.sin(sympy.pi * k / 3)) for k in range(1, 7)]
ALTERNATING = (1, -1, 1, -1, 1, -1)


@counterexample(LEMMA_6, DISTINCT)
def test_a_repeated_point_makes_the_features_singular():
    record(null_vector(recursion(resnet(1)), features(1), [(1,), (1,)], (1, -1)))


@counterexample(LEMMA_6, HEMISPHERE)
def test_on_the_closed_sphere_the_features_after_one_block_are_singular():
    record(null_vector(recursion(resnet(1, 1, "none")), features(1), HEXAGON, ALTERNATING))


@counterexample(LEMMA_6, SCALE)
def test_the_inputs_kernel_alone_is_singular():
    record(null_vector(recursion(resnet(1, 0)), features(1), [(-1,), (0,), (1,)], (1, -2, 1)))


WRONG_NTKS: dict[str, Claim] = {
    "bias parts subtracted": biases_subtracted,
    "it exceeds twice the NNGP kernel": more_than_twice_the_nngp,
}


@check(PROPOSITION_2, the_ntk, mutants=WRONG_NTKS)
@given(points=sample_sets(), depth=st.integers(1, 4))
def test_the_ntk_of_the_fcn_is_definite(claim, points, depth):
    derived = recursion(fcn(depth))
    record(definiteness(derived, claim(derived), points))


@counterexample(PROPOSITION_2, DISTINCT)
def test_a_repeated_point_makes_the_ntk_of_the_fcn_singular():
    record(null_vector(recursion(fcn(2)), recursion(fcn(2)).ntk, [(1, 0), (1, 0)], (1, -1)))


@counterexample(PROPOSITION_2, BIASES)
@pytest.mark.parametrize(
    ("depth", "points", "vector"),
    [(1, [(1,), (2,)], (2, -1)), (2, [(1,), (2,)], (2, -1)), (3, [(1,), (2,)], (2, -1)), (1, HEXAGON, ALTERNATING)],
    ids=["collinear, depth 1", "collinear, depth 2", "collinear, depth 3", "the circle, depth 1"],
)
def test_without_biases_the_ntk_of_the_fcn_is_singular(depth, points, vector):
    derived = recursion(fcn(depth, "none"))
    record(null_vector(derived, derived.ntk, points, vector))


@check(PROPOSITION_3, the_ntk, mutants={"bias parts subtracted": biases_subtracted})
@given(points=sample_sets(), depth=st.integers(1, 3), scale=SCALES)
def test_the_ntk_of_the_resnet_is_definite(claim, points, depth, scale):
    derived = recursion(resnet(depth, scale))
    record(definiteness(derived, claim(derived), points))


@counterexample(PROPOSITION_3, DISTINCT)
def test_a_repeated_point_makes_the_ntk_of_the_resnet_singular():
    record(null_vector(recursion(resnet(1)), recursion(resnet(1)).ntk, [(1, 0), (1, 0)], (1, -1)))


@counterexample(PROPOSITION_3, BIASES)
def test_without_biases_the_ntk_of_the_resnet_is_singular():
    derived = recursion(resnet(2, 1, "none"))
    record(null_vector(derived, derived.ntk, [(1,), (2,)], (2, -1)))


@counterexample(PROPOSITION_3, SCALE)
def test_at_scale_zero_the_ntk_of_the_resnet_is_that_of_a_linear_network():
    derived = recursion(resnet(2, 0))
    record(null_vector(derived, derived.ntk, [(-1,), (0,), (1,)], (1, -2, 1)))


NETWORKS: list[Architecture] = [fcn(depth) for depth in range(1, 6)] + [resnet(depth) for depth in range(1, 4)]


@check(PROPOSITION_1, the_ntk, mutants={"it exceeds twice the NNGP kernel": more_than_twice_the_nngp})
@pytest.mark.parametrize("architecture", NETWORKS, ids=lambda architecture: architecture.name)
def test_the_ntks_are_definite_on_the_hexagon_and_on_real_images(claim, architecture):
    if claim is more_than_twice_the_nngp:
        architecture = fcn(1)
    images = mnist(200)
    derived = recursion(architecture)
    for points in (hexagon(), images.points, images.unit_norm()):
        record(definiteness(derived, claim(derived), points))


@counterexample(PROPOSITION_1, DISTINCT)
def test_a_repeated_image_makes_the_ntk_singular():
    record(null_vector(recursion(fcn(1)), recursion(fcn(1)).ntk, [(1, 0), (1, 0)], (1, -1)))
