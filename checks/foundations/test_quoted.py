"""Formulas of public notes that quote the founding papers: what the note says, not what the paper does."""

import numpy as np
import sympy

from checks.setups.budget import BUDGET
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, Statement, certified, check, numerical, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import combined, is_positive, vanishes
from numerics.data.points import rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import certified_lambda_min
from numerics.numbers.comparisons import positive
from theory.depth import block_step
from theory.presets import JACOT_BETA, arora, geifman, jacot
from theory.printed.foundations import NOTE, PRINTED, arora_sum, derived_sum
from theory.recursion import closed_form, recursion

OF_THE_NOTE = " A quotation: the finding is on the note, whose source is right."
KERNELS, SLOPES = sympy.symbols("Sigma_0:4", positive=True), sympy.symbols("D_1:4", positive=True)
ROWS = ((1.0, 0.0), (0.6, 0.8))
"""Two unit vectors at the cosine 0.6."""


def quoted(name: str, title: str, sentence: str, corrected: str, qualification: str = "") -> Statement:
    """The statement that a note's formula of the NTK is right, which is a finding."""
    return Statement(
        id=name,
        title=title,
        source=NOTE,
        number=PRINTED[name].number,
        formula=PRINTED[name].latex,
        qualification=qualification + "Refuted in symbols at L = 1, 2, 3, and by sampling at L = 2." + OF_THE_NOTE,
        finding=Finding(Severity.TYPO, sentence, corrected=corrected),
        uses=(WIDTH_LIMIT.id,),
    )


RIGHT = r"K = \sum_{h=1}^{L+1} \Sigma^{(h-1)} \prod_{h'=h}^{L+1} \dot\Sigma^{(h')}, \quad \dot\Sigma^{(L+1)} = 1"
FIRST_NOTE = quoted(
    "fd:38",
    "The NTK as a sum of L terms, each with the slope of its own layer",
    "One term is missing, that of the output layer, and each covariance is one layer too deep: at L = 1 it is Sigma^1 "
    "dSigma^1 and not Sigma^0 dSigma^1 + Sigma^1.",
    RIGHT,
)
SIXTH_NOTE = quoted(
    "fd:42",
    "The NTK as a sum of products of slopes alone",
    "The covariances are lost: slopes stand in their place, so that on the diagonal the kernel is L for every norm.",
    RIGHT,
    "Read with the indices of Q1, which the quotation does not have. ",
)
FIFTH_NOTE = quoted(
    "fd:41",
    "The NTK as the mean of the covariances of all layers",
    "No slopes: the note's own code has K <- K dK + S + sigma_b^2, which is the kernel of a network with biases "
    "started "
    "at zero. The formula agrees with it at equal inputs alone, but for a factor.",
    r"K_0 = S_0 + \sigma_b^2, \quad K_{l+1} = K_l \dot S_{l+1} + S_{l+1} + \sigma_b^2, \quad K = \frac{K_L}{(L+1)"
    r"(1 + \sigma_b^2)}",
    "Without biases, sigma_b = 0, times L + 1. ",
)
DEFINITE_NOTE = Statement(
    id="fd:40",
    title="Jacot's kernel on the sphere is positive definite from L = 0 on",
    source=NOTE,
    number="quotation Q4",
    formula=r"L \ge 0:\ \Theta_\infty |_{\|x\| = 1} \succ 0",
    qualification="Refuted at L = 1, no hidden layer, on four points of the circle: an exact determinant, and a "
    "vector of "
    "integers that the kernel maps to zero." + OF_THE_NOTE,
    finding=Finding(
        Severity.TYPO,
        "The proposition has L >= 2, one hidden layer; at L = 1 the kernel is x.x'/n_0 + beta^2, of rank n_0 + 1.",
        corrected=r"L \ge 2",
    ),
    uses=("fd:7", "fd:10"),
)
BACKWARD_NOTE = Statement(
    id="fd:39",
    title="Backward vectors with the activation in place of its derivative",
    source=NOTE,
    number="quotation Q2",
    formula=r"b_h = \operatorname{diag}(\sigma(f_h))\, W_{h+1}' b_{h+1}",
    qualification="Refuted in symbols on a network of one neuron and tanh, and by finite differences of a network "
    "of three." + OF_THE_NOTE,
    finding=Finding(
        Severity.TYPO,
        "The chain rule has the derivative of the activation there: the dot is lost.",
        corrected=r"b_h = \operatorname{diag}(\dot\sigma(f_h))\, W_{h+1}' b_{h+1}",
    ),
)


def judge_symbols(form) -> None:
    """Record whether a sum over layers is the derived one at L = 1, 2, 3, in symbols."""
    pairs = [(KERNELS[: depth + 1], SLOPES[:depth]) for depth in (1, 2, 3)]
    verdict = combined(vanishes(sympy.expand(form(*pair) - derived_sum(*pair))) for pair in pairs)
    record(symbolic(verdict, "L = 1, 2, 3, any covariances and slopes", covers_all=True))


def layers(cosine: sympy.Expr, depth: int) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """Covariances and slopes of the ReLU network without biases on unit vectors, from the derived block."""
    step = block_step(arora(1).blocks[0])
    covariances, slopes = [cosine], []
    for _ in range(depth):
        inputs = (sympy.Integer(1), covariances[-1], sympy.Integer(1))
        slopes.append(sympy.N(step.at(step.factor, inputs), 30))
        covariances.append(sympy.N(step.at(step.features, inputs), 30))
    return covariances, slopes


def sample_form(form) -> None:
    """Record whether the mean kernel of finite networks of depth 2 is what a sum over layers gives."""
    one, cosine = sympy.Integer(1), sympy.Rational(3, 5)
    ones = form([one] * 3, [one] * 2)
    off = form(*layers(cosine, 2))
    claimed = np.array([[ones, off], [off, ones]], dtype=float)
    record_mean_kernel(arora(2), ROWS, claimed, BUDGET.alpha("foundations", 6))


def unnormalised(form):
    """Times L + 1, as the notes' kernel is divided by it."""
    return lambda covariances, slopes: form(covariances, slopes) * len(covariances)


NEAR = {
    "the last slope lost": lambda covariances, slopes: arora_sum(covariances, [*slopes[:-1], sympy.Integer(1)]),
    "the input's layer lost": lambda covariances, slopes: arora_sum([sympy.Integer(0), *covariances[1:]], slopes),
}


@check(FIRST_NOTE, PRINTED["fd:38"].form, corrected=PRINTED["fd:38"].corrected, mutants=NEAR)
def test_the_first_note(claim):
    judge_symbols(claim)


@check(FIRST_NOTE, PRINTED["fd:38"].form, corrected=PRINTED["fd:38"].corrected, mutants=NEAR)
def test_the_first_note_by_sampling(claim):
    sample_form(claim)


@check(SIXTH_NOTE, PRINTED["fd:42"].form, corrected=PRINTED["fd:42"].corrected, mutants=NEAR)
def test_the_sixth_note(claim):
    judge_symbols(claim)


@check(SIXTH_NOTE, PRINTED["fd:42"].form, corrected=PRINTED["fd:42"].corrected, mutants=NEAR)
def test_the_sixth_note_by_sampling(claim):
    sample_form(claim)


@check(FIFTH_NOTE, unnormalised(PRINTED["fd:41"].form), corrected=PRINTED["fd:41"].corrected, mutants=NEAR)
def test_the_fifth_note(claim):
    judge_symbols(claim)


@check(FIFTH_NOTE, unnormalised(PRINTED["fd:41"].form), corrected=PRINTED["fd:41"].corrected, mutants=NEAR)
def test_the_fifth_note_by_sampling(claim):
    sample_form(claim)


@check(FIFTH_NOTE, None, corrected=geifman(1, JACOT_BETA), mutants={"twice the bias": geifman(1, 2 * JACOT_BETA)})
def test_the_code_of_the_fifth_note(claim):
    """The code's K_1 = (u + s) k_0 + k_1 + s, s = sigma_b^2, at u = 3/5; the formula's is u + s + k_1 + s."""
    (cosine, after), (slope,) = layers(sympy.Rational(3, 5), 1)
    variance = JACOT_BETA**2
    network = claim or geifman(1, JACOT_BETA)
    found = closed_form(recursion(network), recursion(network).ntk, (1, sympy.Rational(3, 5), 1))
    said = (cosine + variance) * slope + after + variance if claim else cosine + variance + after + variance
    off = abs(sympy.N(found - said, 20))
    record(numerical(bool(off < 1e-15), f"K_1 = {sympy.N(found, 8)}, said {sympy.N(said, 8)}"))


FOUR = rational_points("four points of the circle", [[1, 0], [0, 1], [-1, 0], [0, -1]])


def flat(beta: sympy.Expr) -> sympy.Matrix:
    """Jacot's kernel without a hidden layer on those points."""
    points = sympy.Matrix([[1, 0], [0, 1], [-1, 0], [0, -1]])
    return (points * points.T / 2).applyfunc(lambda value: value + beta**2)


@check(DEFINITE_NOTE, (0, JACOT_BETA), corrected=(1, JACOT_BETA), mutants={"beta = 1": (0, sympy.Integer(1))})
def test_definiteness_from_a_number_of_hidden_layers_on(claim):
    hidden, beta = claim
    if hidden == 0:
        found = flat(beta).det()
        record(symbolic(is_positive(found), f"four points of the circle: determinant {found}", covers_all=False))
        return
    bounds = certified_lambda_min(lambda system: ntk(jacot(hidden, beta), FOUR, system), 3)
    record(certified(positive(bounds.lower), f"four points of the circle: lambda_min >= {bounds.lower.str(5)}"))


@check(DEFINITE_NOTE, (1, -1, 1, -1), mutants={"another vector": (-1, 1, -1, 1)})
def test_a_vector_that_the_kernel_maps_to_zero(claim):
    vector = sympy.Matrix(claim)
    value = (vector.T * flat(JACOT_BETA) * vector)[0]
    record(numerical(bool(value > 0), f"v'Kv = {value} for v = {claim}"))


X, W, V = sympy.symbols("x w v", positive=True)


@check(
    BACKWARD_NOTE,
    sympy.tanh,
    corrected=lambda value: 1 - sympy.tanh(value) ** 2,
    mutants={"without the square": lambda value: 1 - sympy.tanh(value)},
)
def test_a_backward_vector(claim):
    """f = v tanh(w x): df/d(w x) = v tanh'(w x)."""
    hidden = sympy.Symbol("h", positive=True)
    off = sympy.diff(V * sympy.tanh(hidden), hidden) - claim(hidden) * V
    point = {hidden: sympy.Rational(1, 2), V: sympy.Integer(1)}
    record(symbolic(vanishes(sympy.expand(off), point), "one neuron", covers_all=False))


@check(
    BACKWARD_NOTE,
    np.tanh,
    corrected=lambda value: 1 - np.tanh(value) ** 2,
    mutants={"without the square": lambda value: 1 - np.tanh(value)},
)
def test_backward_vectors_by_differences(claim):
    matrix, head = np.array([[0.5, -1.0, 0.3], [1.2, 0.4, -0.7], [0.1, 0.9, 0.8]]), np.array([1.0, -2.0, 0.5])
    start, step = np.array([0.3, -0.4, 0.6]), 1e-6

    def output(hidden):
        return head @ np.tanh(matrix @ np.tanh(hidden))

    second = matrix @ np.tanh(start)
    backward = claim(start) * (matrix.T @ (claim(second) * head))
    found = np.array([(output(start + step * e) - output(start - step * e)) / (2 * step) for e in np.eye(3)])
    off = float(np.abs(found - backward).max())
    record(numerical(off < 1e-7, f"off by {off:.2g}"))
