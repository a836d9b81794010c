"""The vocabulary: every word of the claim language, what it takes and what it is. `values` says what each is worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """What a part of an assertion, or an argument of a word, is."""

    NUMBER = "number"
    KERNEL = "kernel"
    TRUTH = "statement that is true or false"
    TIME = "time"
    GROUP = "a parameter group, such as part(b_1)"
    EQUATION = "a formula of the file in quotes, such as printed('3.6')"
    POINTS = "a point set of the file"
    CROSS = "kernel between two point sets"


NUMBER, KERNEL, TRUTH, TIME, GROUP, EQUATION, POINTS, CROSS = Sort


class Relation(Enum):
    """A comparison of two numbers, by its sign."""

    LESS = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"

    @property
    def opposite(self) -> Relation:
        """The relation that holds where this one does not."""
        return Relation({"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">=": "<", ">": "<="}[self.value])

    @property
    def reversed(self) -> Relation:
        """The relation of the sides exchanged."""
        return Relation(self.value.translate({ord("<"): ">", ord(">"): "<"}))


@dataclass(frozen=True, eq=False)
class Word:
    """A word: the sorts of its arguments, the sort of its value, how it is written, and its meaning in one phrase."""

    name: str
    arguments: tuple[Sort, ...]
    result: Sort
    form: str
    meaning: str


@dataclass(frozen=True, eq=False)
class SampleFamily:
    """A family of sample sets that a claim can be quantified over."""

    name: str
    arguments: tuple[str, ...]
    form: str
    meaning: str


def _family(form: str, meaning: str) -> SampleFamily:
    return SampleFamily(form.partition("(")[0], ("most", "dimension"), form, meaning)


DIFFERENT_POINTS = _family(
    "different_points(6, 3)",
    "at most 6 different points of R^d, d at most 3: near, opposite, collinear, tiny and huge ones among them",
)
ANY_POINTS = _family("any_points(6, 3)", "the same, and points may repeat")
UNIT_POINTS = _family("unit_points(6, 3)", "the same, of norm one and different")
FAMILIES = {family.name: family for family in (DIFFERENT_POINTS, ANY_POINTS, UNIT_POINTS)}


def _kernel(form: str, meaning: str, *arguments: Sort) -> Word:
    return Word(form.partition("(")[0], arguments, KERNEL, form, meaning)


def _number(form: str, meaning: str, *arguments: Sort) -> Word:
    name = form.split()[1] if form.startswith("a ") else form.partition("(")[0]
    return Word(name, arguments, NUMBER, form, meaning)


def _function(form: str, meaning: str, arity: int = 1) -> Word:
    return _number(form, meaning, *[NUMBER] * arity)


K = _kernel("K", "the NTK in the width limit, as derived")
NNGP = _kernel("NNGP", "the covariance of the outputs at initialisation, in the width limit")
PART = _kernel("part(W_1)", "the share of a parameter group in K: W_1, b_1, V_1, d_1, A, b, ...", GROUP)
SIGMA = _kernel("Sigma(2)", "the covariance of the pre-activations of a layer", NUMBER)
THETA = _kernel("Theta(2)", "the NTK of the pre-activations of a layer", NUMBER)
PRINTED = _kernel("printed('3.6')", "the NTK by the formula of this name, declared under [formulas]", EQUATION)
K_AT_WIDTH = _kernel("K_at_width(1000)", "the mean of the empirical NTK at initialisation", NUMBER)
MARGIN = _number("margin(1, 1e50)", "s_i f(x_i) of point 1 at time 1e50, s_i = 2 y_i - 1", NUMBER, TIME)
OUTPUT = _number("output(1, 1e50)", "f(x_i) of point 1 at time 1e50", NUMBER, TIME)
LOSS = _number("loss(1e50)", "the loss, summed over the points", TIME)
K_T = _kernel("K_t(1e50)", "the empirical NTK of the trained network", TIME)
GAP = _number("gap(1e50)", "max |K_t - K| over pairs of points, K the limit", TIME)
LARGEST_GAP = _number("largest_gap(1e50)", "the largest gap up to this time", TIME)
DRIFT = _number("drift(1e50)", "max |K_t - K_0| over pairs of points", TIME)
DISPLACEMENT = _number("displacement(1e50)", "the largest |theta_t - theta_0|", TIME)
LOWER_ENVELOPE = _number("lower_envelope(1e50)", "what every margin is at least", TIME)
UPPER_ENVELOPE = _number("upper_envelope(1e50)", "what the least margin is at most", TIME)
CROSSING_TIME = _number("crossing_time(c)", "the first time when the gap exceeds c", NUMBER)
LOG10_CROSSING = _number("log10_crossing(c)", "log10 of the first time when the gap exceeds c", NUMBER)
PROBABILITY = _number("probability(loss(9) < 1)", "the probability over initialisations that a statement holds", TRUTH)
INNER = _kernel("inner", "the inner products <x_i, x_j> of the points")
IDENTITY = _kernel("identity", "the identity matrix")
GRAM = _kernel("gram(K)", "the Gram matrix of a kernel on the claim's points: the same as K", KERNEL)
BETWEEN = Word(
    "between", (KERNEL, POINTS, POINTS), CROSS, "K(six, new)", "K(x, x') of the points x of one set and x' of another"
)
"""Written as a kernel with the names of two point sets."""
SIZE = _number("n", "the number of points")
PI = _number("pi", "3.14159...")
PLUS = _number("a + b", "sum, of numbers or of kernels; a - b likewise", NUMBER, NUMBER)
TIMES = _number("a * b", "product, of numbers or of a number and a kernel", NUMBER, NUMBER)
OVER = _number("a / b", "quotient", NUMBER, NUMBER)
POWER = _function("a ^ b", "power", 2)
SQRT = _function("sqrt(a)", "square root")
LN = _function("ln(a)", "natural logarithm")
EXP = _function("exp(a)", "exponential")
ABS = _function("abs(a)", "absolute value, also |a|")
MIN = _function("min(a, b)", "the smaller of two numbers", 2)
MAX = _function("max(a, b)", "the larger of two numbers", 2)
SIN = _function("sin(a)", "sine")
COS = _function("cos(a)", "cosine")
ARCCOS = _function("arccos(a)", "the angle in [0, pi] with this cosine")
K0 = _function("k0(u)", "the arc-cosine kernel of order 0 on [-1, 1], as derived")
K1 = _function("k1(u)", "the arc-cosine kernel of order 1 on [-1, 1], as derived")
K0_COEFFICIENT = _number("k0_coefficient(3)", "the coefficient of u^3 in the Maclaurin series of k0", NUMBER)
K1_COEFFICIENT = _number("k1_coefficient(2)", "the coefficient of u^2 in the Maclaurin series of k1", NUMBER)
START_GAP = _number("start_gap(1000)", "the mean of max |K_0 - K| at a width, at initialisation", NUMBER)
LAMBDA_MIN = _number("lambda_min(K)", "the smallest eigenvalue", KERNEL)
LAMBDA_MAX = _number("lambda_max(K)", "the largest eigenvalue", KERNEL)
DET = _number("det(K)", "the determinant", KERNEL)
RANK = _number("rank(K)", "the rank", KERNEL)
TRACE = _number("trace(K)", "the sum of the diagonal entries", KERNEL)
CONDITION = _number("condition(K)", "lambda_max / lambda_min", KERNEL)
MAX_NORM = _number("max_norm(K)", "the largest |entry|", KERNEL)
FROBENIUS_NORM = _number("frobenius_norm(K)", "the root of the sum of squared entries", KERNEL)
SPECTRAL_NORM = _number("spectral_norm(K)", "the largest |eigenvalue|", KERNEL)
GAP_PRINTED = _number("gap_printed(K)", "lambda_0 / (2 n^2), the constant of Theorem 2", KERNEL)
GAP_SHARP = _number("gap_sharp(K)", "lambda_0 / n", KERNEL)
GAP_BEST = _number("gap_best(K)", "g* = min of w'Kw over |w|_1 = 1; exact up to 12 points", KERNEL)
GAP_LABELS = _number("gap_labels(K)", "gamma^2 = min of w'K^r w over the simplex, labels given", KERNEL)
RIDGELESS = _number(
    "ridgeless(K, new, 1)", "k K^-1 y at point 1 of the set new, y = -1 and 1 for the labels 0 and 1",
    KERNEL, POINTS, NUMBER,
)  # fmt: skip
RIDGE = _number("ridge(K, c, new, 1)", "the same, k (K + c)^-1 y", KERNEL, NUMBER, POINTS, NUMBER)
LOGISTIC = _number(
    "logistic(K, c, new, 1)", "the same of the least sum of logistic losses and c/2 times the squared norm",
    KERNEL, NUMBER, POINTS, NUMBER,
)  # fmt: skip
HARMONIC = _number(
    "harmonic(K, d, k)", "the eigenvalue of K on harmonics of degree k of the sphere in R^d", KERNEL, NUMBER, NUMBER
)
DECAY = _number(
    "decay(K, d, j, k)", "the p of |eigenvalue| ~ degree^p between the degrees j and k", KERNEL, NUMBER, NUMBER, NUMBER
)
DECAY_EXPONENT = _number("decay_exponent(K, d)", "what p tends to as the degrees grow", KERNEL, NUMBER)

WORDS = {word.name: word for word in tuple(globals().values()) if isinstance(word, Word)}
"""The words by name. Arithmetic is among them, under its sign."""
LABELLED = frozenset([RIDGELESS, RIDGE, LOGISTIC])
"""Predictors: numbers of a kernel, the claim's labels and another point."""
GAPS = frozenset([GAP_PRINTED, GAP_SHARP, GAP_BEST, GAP_LABELS])
NORMS = frozenset([MAX_NORM, FROBENIUS_NORM, SPECTRAL_NORM])
MATRIX_ARITHMETIC = frozenset([PLUS, TIMES, OVER])
"""What can be done with kernels: `PLUS` with each other, the others with a number."""
MEANS = frozenset([K_AT_WIDTH, START_GAP])
"""The words whose value is a mean over random networks."""
SAMPLED = MEANS | {PROBABILITY}
"""The words whose value is a confidence interval."""
CONTINUOUS_ALONG_FLOW = frozenset([MARGIN, OUTPUT, LOSS, DISPLACEMENT, LOWER_ENVELOPE, UPPER_ENVELOPE])
TRAINED = CONTINUOUS_ALONG_FLOW | {K_T, GAP, LARGEST_GAP, DRIFT, CROSSING_TIME, LOG10_CROSSING}
"""The words about one trained network."""
JUMPING = TRAINED - CONTINUOUS_ALONG_FLOW | SAMPLED
"""The words that need not be continuous."""


def speaks_of_network(word: Word) -> bool:
    """Does the value of a word depend on the claim's network or points?"""
    return word is SIZE or word in SAMPLED or word in TRAINED or word.result is KERNEL
