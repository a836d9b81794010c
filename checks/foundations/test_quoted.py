"""Formulas of public notes that quote the founding papers: what the note says, not what the paper does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from checks.foundations.budget import ALPHA
from checks.foundations.layers import INPUTS, in_symbols
from checks.foundations.printed import (
    FIFTH_NOTE,
    FIRST_NOTE,
    PRINTED,
    Kernels,
    derived_layers,
    first_note_one_later,
    first_note_with_the_output,
)
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, Statement, check, numerical, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import vanishes
from theory.depth import block_step
from theory.presets import arora, geifman
from theory.recursion import closed_form, recursion

OF_THE_NOTE = " A quotation: the finding is on the note, whose source is right."
ROWS = ((1.0, 0.0), (0.6, 0.8))
"""Two unit vectors at the cosine 0.6."""
ONE, TWO = sympy.Integer(1), sympy.Integer(2)
Form = Callable[[Kernels, Kernels], sympy.Expr]

SUM_NOTE = Statement(
    id="fd:38",
    title="The NTK as a sum of L terms, Sigma^h with slopes from h on",
    source=FIRST_NOTE,
    number=PRINTED["fd:38"].number,
    formula=PRINTED["fd:38"].latex,
    qualification="The note's Sigma^h is that of f^h, <g^(h-1), g^(h-1)>. Its slopes are those at f^h in its b^h, "
    "those of the layer before in its rule for expectations: either reading is refuted, in symbols for one to three "
    "terms and by sampling two hidden layers." + OF_THE_NOTE,
    finding=Finding(
        Severity.UNAFFECTED,
        "Either the output layer's term is missing or the product starts one too early, depending on where dSigma^h "
        "is taken. With slopes at f^h and an output W^(L+1) g^L the derived sum less the note's is Sigma^(L+1); with "
        "slopes at f^(h-1) and L layers the products must start at h' = h + 1.",
        corrected=r"H = \sum_{h=1}^{L+1} \Sigma^{h} \prod_{h'=h}^{L} \dot\Sigma^{h'} \text{ (slopes at } f^{h'}),"
        r" \quad H = \sum_{h=1}^{L} \Sigma^{h} \prod_{h'=h+1}^{L} \dot\Sigma^{h'} \text{ (slopes at } f^{h'-1})",
    ),
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
MEAN_NOTE = Statement(
    id="fd:41",
    title="The kernel of ReLU networks as the mean of K^0, .., K^L",
    source=FIFTH_NOTE,
    number=PRINTED["fd:41"].number,
    formula=PRINTED["fd:41"].latex,
    qualification="Tested: that (L + 1)(1 + sigma_b^2) K is the NTK with biases started at zero, which the code "
    "below the docstring computes. Refuted in symbols at L = 1, by value at L = 2 and by sampling at L = 2."
    + OF_THE_NOTE,
    finding=Finding(
        Severity.UNAFFECTED,
        "There are no slopes, and no layer in K^(l+1): all K^l with l > 0 are one, of the inputs' products, the root "
        "without the factor sqrt(Sigma_1 Sigma_2). The code has K <- K dK + Sigma + sigma_b^2 and is right.",
        corrected=r"K \leftarrow K \dot\Sigma_{l+1} + \Sigma_{l+1} + \sigma_b^2, \quad K = \frac{K_L}{(L+1)"
        r"(1 + \sigma_b^2)}",
    ),
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
BACKWARD_NOTE = Statement(
    id="fd:39",
    title="Backward vectors with the activation in place of its derivative",
    source=FIRST_NOTE,
    number="the recursion for b^(h)",
    formula=r"b_h = \operatorname{diag}(\sigma(f_h))\, W_{h+1}' b_{h+1}",
    qualification="Refuted in symbols on a network of one neuron and tanh, and by finite differences of a network "
    "of three. That scalings are dropped is the note's own word." + OF_THE_NOTE,
    finding=Finding(
        Severity.TYPO,
        "The chain rule has the derivative of the activation there, as the note has it a few lines before: the dot is "
        "lost.",
        corrected=r"b_h = \operatorname{diag}(\dot\sigma(f_h))\, W_{h+1}' b_{h+1}",
    ),
    revision=2,
)


def values_at(cosine: sympy.Expr, depth: int) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """Sigma of the L + 1 layers of the ReLU network on unit vectors, and the slopes, from the derived block."""
    step = block_step(arora(1).blocks[0])
    covariances, slopes = [cosine], []
    for _ in range(depth):
        inputs = (ONE, covariances[-1], ONE)
        slopes.append(sympy.N(step.at(step.factor, inputs), 30))
        covariances.append(sympy.N(step.at(step.features, inputs), 30))
    return covariances, slopes


def judge_reading(form: Form, *, at_own_layer: bool) -> None:
    """Record whether a sum over layers is the NTK, in symbols for one to three terms and by sampling arora(2).

    With slopes at their own layer the note's L is that of the network's hidden layers; else it counts the output too,
    and dSigma^1 is taken at the inputs.
    """
    for hidden in (1, 2, 3):
        covariances, slopes, kernel = derived_layers(arora(hidden))
        slopes = [TWO * slope for slope in slopes]
        if not at_own_layer:
            slopes = [sympy.Symbol("D_1", positive=True), *slopes]
        (off,) = in_symbols([kernel - form(covariances, slopes)])
        record(symbolic(vanishes(off), f"derived less claimed at {hidden} hidden layers: {off}", covers_all=False))
    covariances, slopes = values_at(sympy.Rational(3, 5), 2)
    off_diagonal = form(covariances, slopes if at_own_layer else [slopes[0], *slopes])
    on = form([ONE] * 3, [ONE] * (2 if at_own_layer else 3))
    claimed = np.array([[on, off_diagonal], [off_diagonal, on]], dtype=float)
    record_mean_kernel(arora(2), ROWS, claimed, ALPHA)


def lost_slope(form: Form) -> Form:
    """The last slope lost."""
    return lambda covariances, slopes: form(covariances, [*slopes[:-1], ONE])


def lost_input(form: Form) -> Form:
    """The input's layer lost."""
    return lambda covariances, slopes: form([sympy.Integer(0), *covariances[1:]], slopes)


@check(
    SUM_NOTE,
    PRINTED["fd:38"].form,
    corrected=first_note_with_the_output,
    mutants={
        "the last slope lost": lost_slope(first_note_with_the_output),
        "the input's layer lost": lost_input(first_note_with_the_output),
    },
)
def test_the_sum_with_slopes_at_their_own_layer(claim):
    judge_reading(claim, at_own_layer=True)


@check(
    SUM_NOTE,
    PRINTED["fd:38"].form,
    corrected=first_note_one_later,
    mutants={
        "the last slope lost": lost_slope(first_note_one_later),
        "the input's layer lost": lost_input(first_note_one_later),
    },
)
def test_the_sum_with_slopes_at_the_layer_before(claim):
    judge_reading(claim, at_own_layer=False)


STRENGTH = sympy.Rational(1, 4)
"""sigma_b^2."""
MEAN_CLAIMS: dict[str, Any] = {
    "corrected": PRINTED["fd:41"].corrected,
    "mutants": {
        "2% more": lambda depth, inputs, strength: (
            sympy.Rational(102, 100) * PRINTED["fd:41"].corrected(depth, inputs, strength)
        ),
        "twice sigma_b^2": lambda depth, inputs, strength: PRINTED["fd:41"].corrected(depth, inputs, 2 * strength),
    },
}


def derived_kernel(depth: int, inputs: tuple[sympy.Expr, ...]) -> sympy.Expr:
    """The NTK with biases started at zero, for these <x, x>, <x, x'>, <x', x'>."""
    derived = recursion(geifman(depth, sympy.sqrt(STRENGTH)))
    return closed_form(derived, derived.ntk, inputs)


@check(MEAN_NOTE, PRINTED["fd:41"].form, **MEAN_CLAIMS)
def test_the_mean_of_kernels(claim):
    point = dict(zip(INPUTS, (TWO, ONE, sympy.Integer(3)), strict=True))
    off = sympy.expand(2 * (1 + STRENGTH) * claim(1, INPUTS, STRENGTH) - derived_kernel(1, INPUTS))
    record(symbolic(vanishes(off, point), "L = 1, any pair", covers_all=False))
    for inputs in ((TWO, ONE, sympy.Integer(3)), (ONE, sympy.Rational(-2, 5), ONE)):
        said, found = 3 * (1 + STRENGTH) * claim(2, inputs, STRENGTH), derived_kernel(2, inputs)
        apart = abs(sympy.N(said, 40) - sympy.N(found, 40))
        record(numerical(bool(apart < 1e-20), f"L = 2, {inputs}: said {sympy.N(said, 6)}, derived {sympy.N(found, 6)}"))


@check(
    MEAN_NOTE,
    PRINTED["fd:41"].form,
    corrected=PRINTED["fd:41"].corrected,
    mutants={"sigma_b = 0": lambda depth, inputs, strength: PRINTED["fd:41"].corrected(depth, inputs, 0 * strength)},
)
def test_the_mean_of_kernels_by_sampling(claim):
    cosine = sympy.Rational(3, 5)
    on, off = (3 * (1 + STRENGTH) * claim(2, (ONE, each, ONE), STRENGTH) for each in (ONE, cosine))
    claimed = np.array([[on, off], [off, on]], dtype=float)
    record_mean_kernel(geifman(2, sympy.sqrt(STRENGTH)), ROWS, claimed, ALPHA)


@check(
    BACKWARD_NOTE,
    sympy.tanh,
    corrected=lambda value: 1 - sympy.tanh(value) ** 2,
    mutants={"without the square": lambda value: 1 - sympy.tanh(value)},
)
def test_a_backward_vector(claim):
    """f = v tanh(h): df/dh = v tanh'(h)."""
    hidden, head = sympy.symbols("h v", positive=True)
    off = sympy.diff(head * sympy.tanh(hidden), hidden) - claim(hidden) * head
    point = {hidden: sympy.Rational(1, 2), head: sympy.Integer(1)}
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
