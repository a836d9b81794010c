"""The vocabulary: every word of the claim language, what it takes, what it is, and how its value is found.

A new word is a new row of the table. `value` gets the `Situation` (the claim's network, points and labels, and the
precision) and the values of the arguments: ranges for numbers, symmetric arrays of balls for kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import flint
import numpy as np

from ntk_companion.audit import matrices, ranges, sampling, trained
from ntk_companion.audit.matrices import Matrix
from ntk_companion.audit.ranges import Range, point
from numerics.kernels.gap import MOST_PATTERNS, best_gap, label_aware_gap
from numerics.kernels.spectrum import Enclosure
from numerics.numbers.systems import Balls, evaluate
from theory import series
from theory.recursion import input_kernel

if TYPE_CHECKING:
    from ntk_companion.audit.situation import Situation

arb = flint.arb
NUMBER, KERNEL, TRUTH, TIME = "number", "kernel", "statement that is true or false", "time"
GROUP, EQUATION = "a parameter group, such as part(b_1)", "an equation in quotes, such as printed('3.6')"
MOST_ORDER = 2_000


@dataclass(frozen=True)
class Word:
    """A word: the kinds of its arguments, the kind of its value, and its meaning in one phrase."""

    name: str
    arguments: tuple[str, ...]
    result: str
    form: str
    meaning: str
    value: Callable[..., Any]


@dataclass(frozen=True)
class SampleFamily:
    """A family of sample sets that a claim can be quantified over."""

    name: str
    arguments: tuple[str, ...]
    form: str
    meaning: str


_DIFFERENT = "at most 6 different points of R^d, d at most 3: near, opposite, collinear, tiny and huge ones among them"
FAMILIES = {
    family.name: family
    for family in (
        SampleFamily("different_points", ("most", "dimension"), "different_points(6, 3)", _DIFFERENT),
        SampleFamily("any_points", ("most", "dimension"), "any_points(6, 3)", "the same, and points may repeat"),
        SampleFamily("unit_points", ("most", "dimension"), "unit_points(6, 3)", "the same, of norm one and different"),
    )
}


def _ntk(situation: Situation) -> Matrix:
    return situation.gram(lambda derived: derived.ntk)


def _nngp(situation: Situation) -> Matrix:
    return situation.gram(lambda derived: derived.nngp)


def _inner(situation: Situation) -> Matrix:
    return situation.gram(lambda derived: input_kernel)


def _part(situation: Situation, group: str) -> Matrix:
    return situation.gram(lambda derived: situation.part(derived, group))


def _sigma(situation: Situation, layer: Range) -> Matrix:
    return situation.at_layer(layer).gram(lambda derived: derived.nngp)


def _theta(situation: Situation, layer: Range) -> Matrix:
    return situation.at_layer(layer).gram(lambda derived: derived.ntk)


def _printed(situation: Situation, number: str) -> Matrix:
    return situation.printed(number)


def _gram(situation: Situation, matrix: Matrix) -> Matrix:
    return matrix


def _identity(situation: Situation) -> Matrix:
    size = len(situation.point_set)
    return np.array([[arb(int(row == column)) for column in range(size)] for row in range(size)], dtype=object)


def _add(situation: Situation, *terms: Any) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = ranges.add(total, term) if isinstance(total, Range) else total + term
    return total


def _multiply(situation: Situation, first: Any, second: Any) -> Any:
    if isinstance(first, Range) and isinstance(second, Range):
        return ranges.multiply(first, second)
    factor, matrix = (first, second) if isinstance(first, Range) else (second, first)
    return matrix * factor.ball()


def _divide(situation: Situation, first: Any, second: Range) -> Any:
    return ranges.divide(first, second) if isinstance(first, Range) else first / second.ball()


def _coefficient(power: int) -> Callable[[Situation, Range], Range]:
    def value(situation: Situation, order: Range) -> Range:
        number = situation.whole_number(order, "the order of a coefficient", 0, MOST_ORDER)
        situation.charge(100 * number)
        return point(evaluate(series.coefficients(power).at(number), Balls(situation.bits), {}))

    return value


def _condition(matrix: Matrix) -> Range:
    return ranges.divide(matrices.largest_eigenvalue(matrix), matrices.smallest_eigenvalue(matrix))


def _gap_over(factor: Callable[[int], int]) -> Callable[[Matrix], Range]:
    def value(matrix: Matrix) -> Range:
        return ranges.divide(matrices.smallest_eigenvalue(matrix), point(factor(len(matrix))))

    return value


def _definite(matrix: Matrix) -> Enclosure | None:
    smallest = matrices.smallest_eigenvalue(matrix)
    return Enclosure(smallest.lower, smallest.upper, "", flint.ctx.prec) if smallest.lower > 0 else None


def _gap_best(situation: Situation, matrix: Matrix) -> Range:
    situation.charge(20 * 2 ** min(len(matrix), MOST_PATTERNS))
    enclosure = _definite(matrix)
    if enclosure is None:
        return ranges.UNDEFINED
    bounds = best_gap(matrix, enclosure)
    return Range(bounds.lower, bounds.upper)


def _gap_labels(situation: Situation, matrix: Matrix) -> Range:
    signs = situation.signs(len(matrix))
    if _definite(matrix) is None:
        return ranges.UNDEFINED
    bounds = label_aware_gap(matrix, signs)
    return Range(bounds.lower, bounds.upper)


def _kernel(form: str, meaning: str, value: Callable[..., Matrix], *arguments: str) -> Word:
    return Word(form.partition("(")[0], arguments, KERNEL, form, meaning, value)


def _number(form: str, meaning: str, value: Callable[..., Any], *arguments: str) -> Word:
    name = form.split()[1] if form.startswith("a ") else form.partition("(")[0]
    return Word(name, arguments, NUMBER, form, meaning, value)


def _function(form: str, meaning: str, function: Callable[..., Range], arity: int = 1) -> Word:
    return _number(form, meaning, lambda situation, *values: function(*values), *[NUMBER] * arity)


def _spectral(form: str, meaning: str, function: Callable[[Matrix], Range]) -> Word:
    return _number(form, meaning, lambda situation, matrix: function(matrix), KERNEL)


_TRAINED = (
    _number("margin(1, 1e50)", "s_i f(x_i) of point 1 at time 1e50, s_i = 2 y_i - 1", trained.margin, NUMBER, TIME),
    _number("output(1, 1e50)", "f(x_i) of point 1 at time 1e50", trained.output, NUMBER, TIME),
    _number("loss(1e50)", "the loss, summed over the points", trained.loss, TIME),
    _kernel("K_t(1e50)", "the empirical NTK of the trained network", trained.kernel, TIME),
    _number("gap(1e50)", "max |K_t - K| over pairs of points, K the limit", trained.along("gap"), TIME),
    _number("largest_gap(1e50)", "the largest gap up to this time", trained.along("largest_gap"), TIME),
    _number("drift(1e50)", "max |K_t - K_0| over pairs of points", trained.along("drift"), TIME),
    _number("displacement(1e50)", "the largest |theta_t - theta_0|", trained.along("displacement"), TIME),
    _number("lower_envelope(1e50)", "what every margin is at least", trained.along("lower_envelope"), TIME),
    _number("upper_envelope(1e50)", "what the least margin is at most", trained.along("upper_envelope"), TIME),
    _number("crossing_time(c)", "the first time when the gap exceeds c", trained.crossing_time, NUMBER),
    _number("log10_crossing(c)", "log10 of the first time when the gap exceeds c", trained.log10_crossing, NUMBER),
)
WORDS = {
    word.name: word
    for word in (
        _kernel("K", "the NTK in the width limit, as derived", _ntk),
        _kernel("NNGP", "the covariance of the outputs at initialisation, in the width limit", _nngp),
        _kernel("part(W_1)", "the share of a parameter group in K: W_1, b_1, V_1, d_1, A, b, ...", _part, GROUP),
        _kernel("Sigma(2)", "the covariance of the pre-activations of a layer", _sigma, NUMBER),
        _kernel("Theta(2)", "the NTK of the pre-activations of a layer", _theta, NUMBER),
        _kernel("printed('3.6')", "the NTK, this equation as printed and all others as derived", _printed, EQUATION),
        _kernel("K_at_width(1000)", "the mean of the empirical NTK at initialisation", sampling.mean_kernel, NUMBER),
        *_TRAINED,
        _number(
            "probability(loss(9) < 1)",
            "the probability over initialisations that a statement holds",
            trained.probability,
            TRUTH,
        ),
        _kernel("inner", "the inner products <x_i, x_j> of the points", _inner),
        _kernel("identity", "the identity matrix", _identity),
        _kernel("gram(K)", "the Gram matrix of a kernel on the claim's points: the same as K", _gram, KERNEL),
        _number("n", "the number of points", lambda situation: point(len(situation.point_set))),
        _number("pi", "3.14159...", lambda situation: point(arb.pi())),
        _number("a + b", "sum, of numbers or of kernels; a - b likewise", _add, NUMBER, NUMBER),
        _number("a * b", "product, of numbers or of a number and a kernel", _multiply, NUMBER, NUMBER),
        _number("a / b", "quotient", _divide, NUMBER, NUMBER),
        _function("a ^ b", "power", ranges.power, 2),
        _function("sqrt(a)", "square root", ranges.sqrt),
        _function("ln(a)", "natural logarithm", ranges.ln),
        _function("exp(a)", "exponential", ranges.exp),
        _function("abs(a)", "absolute value, also |a|", ranges.absolute),
        _function("min(a, b)", "the smaller of two numbers", ranges.smaller, 2),
        _function("max(a, b)", "the larger of two numbers", ranges.larger, 2),
        _function("sin(a)", "sine", ranges.sin),
        _function("cos(a)", "cosine", ranges.cos),
        _function("arccos(a)", "the angle in [0, pi] with this cosine", ranges.arccos),
        _function("k0(u)", "the arc-cosine kernel of order 0 on [-1, 1], as derived", ranges.k0),
        _function("k1(u)", "the arc-cosine kernel of order 1 on [-1, 1], as derived", ranges.k1),
        _number("k0_coefficient(3)", "the coefficient of u^3 in the Maclaurin series of k0", _coefficient(0), NUMBER),
        _number("k1_coefficient(2)", "the coefficient of u^2 in the Maclaurin series of k1", _coefficient(1), NUMBER),
        _number(
            "start_gap(1000)",
            "the mean of max |K_0 - K| at a width, at initialisation",
            sampling.mean_start_gap,
            NUMBER,
        ),
        _spectral("lambda_min(K)", "the smallest eigenvalue", matrices.smallest_eigenvalue),
        _spectral("lambda_max(K)", "the largest eigenvalue", matrices.largest_eigenvalue),
        _spectral("det(K)", "the determinant", matrices.determinant),
        _spectral("condition(K)", "lambda_max / lambda_min", _condition),
        _spectral("max_norm(K)", "the largest |entry|", matrices.max_norm),
        _spectral("frobenius_norm(K)", "the root of the sum of squared entries", matrices.frobenius_norm),
        _spectral("spectral_norm(K)", "the largest |eigenvalue|", matrices.spectral_norm),
        _spectral("gap_printed(K)", "lambda_0 / (2 n^2), the constant of Theorem 2", _gap_over(lambda n: 2 * n * n)),
        _spectral("gap_sharp(K)", "lambda_0 / n", _gap_over(lambda n: n)),
        _number("gap_best(K)", "g* = min of w'Kw over |w|_1 = 1; exact up to 12 points", _gap_best, KERNEL),
        _number("gap_labels(K)", "gamma^2 = min of w'K^r w over the simplex, labels given", _gap_labels, KERNEL),
    )
}
"""The words by name. Arithmetic is among them, under its sign."""
MEANS = frozenset(["K_at_width", "start_gap"])
"""The words whose value is a mean over random networks."""
SAMPLED = MEANS | {"probability"}
"""The words whose value is a confidence interval."""
TRAINED = frozenset(word.name for word in _TRAINED)
"""The words about one trained network."""
JUMPING = TRAINED - {"margin", "output", "loss", "displacement", "lower_envelope", "upper_envelope"} | SAMPLED
"""The words that need not be continuous."""


def speaks_of_network(word: str) -> bool:
    """Does the value of a word depend on the claim's network or points?"""
    return word == "n" or word in SAMPLED or word in TRAINED or WORDS[word].result == KERNEL
