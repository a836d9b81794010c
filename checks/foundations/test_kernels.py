"""The kernels of the founding papers, each against the recursion derived from the network it is for."""

from collections.abc import Callable
from typing import NamedTuple

import sympy
from sympy import Rational, sqrt

from checks.foundations.layers import FIRST, INPUTS, Law, adds_its_first_layer, in_symbols, obeys
from checks.foundations.printed import (
    ARORA,
    JACOT,
    PRINTED,
    Kernels,
    arora_recursion,
    arora_sum,
    bias,
    derived_layers,
)
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Hypothesis, Statement, check, counterexample, judge_case, record, symbolic
from ntk_companion.symbolics import all_vanish, combined, is_positive, vanishes
from theory.activations import AbsoluteValue, Activation, Erf, Relu
from theory.activations.homogeneous import TwoSided
from theory.architecture import Architecture
from theory.integrals import c, p, prove_moment, r
from theory.moments import pair_moment
from theory.presets import arora, jacot, lee
from theory.recursion import closed_form, input_dimension, layer_width, recursion

LEE = "Lee et al. 2019, arXiv 1902.06720"
QUOTED = "The formula is quoted or remembered, the paper's own print was not at hand. "
Form = Callable[[Kernels, Kernels], sympy.Expr]
ONE, TWO, ZERO, MORE = sympy.Integer(1), sympy.Integer(2), sympy.Integer(0), Rational(102, 100)
W, B = sympy.symbols("sigma_w^2 sigma_b^2", positive=True)
BIAS = bias**2
INDUCTION = (
    "A proof for all depths and inputs by induction over the layers: the first layer, a hidden one and the output, "
    "with Gaussian moments as symbols, in the networks of ReLU, |.| and erf"
)

JACOT_RECURSION = Statement(
    id="fd:1",
    title="Jacot: Theta_1 = Sigma_1, Theta_{L+1} = Theta_L dSigma_{L+1} + Sigma_{L+1}",
    source=JACOT,
    number="Proposition 1, Theorem 1",
    formula=r"\Sigma_1 = \tfrac{x'x}{n_0} + \beta^2,\ \Sigma_{L+1} = \mathrm{E}_{\Sigma_L}[\sigma\sigma'] + \beta^2,\ "
    r"\Theta_1 = \Sigma_1,\ \Theta_{L+1} = \Theta_L \dot\Sigma_{L+1} + \Sigma_{L+1}",
    qualification=INDUCTION + "; beta any number.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
JACOT_SUM = Statement(
    id="fd:2",
    title="The derived kernel is the sum over layers, to eight hidden layers",
    source=JACOT,
    number="Theorem 1, restated",
    formula=r"\Theta^{(L)} = \sum_{l=1}^{L} \Sigma_l \dot\Sigma_{l+1} \cdots \dot\Sigma_L",
    qualification="In symbols for L = 2 to 9, any inputs; moments and features' kernels are symbols.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
LEE_RECURSION = Statement(
    id="fd:19",
    title="Lee: K_{l+1} = sigma_w^2 E + sigma_b^2, Theta_{l+1} = K_{l+1} + sigma_w^2 Theta_l E'; standard: fan-in "
    "and 1",
    source=LEE,
    number="recursion, and Dense of neural-tangents 0.6.5",
    formula=r"\Theta_{l+1} = K_{l+1} + \sigma_w^2 \Theta_l \mathrm{E}[\phi'\phi'], \quad \text{standard: } "
    r"\Theta_{l+1} = n_l \mathrm{E}[\phi\phi] + \sigma_w^2 \Theta_l \mathrm{E}[\phi'\phi'] + 1",
    qualification=QUOTED + INDUCTION + "; both parametrisations, hidden layers of one width. neural-tangents was not "
    "run.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
RELATED = Statement(
    id="fd:20",
    title="Jacot is Lee with sigma_w = 1, sigma_b = beta; Lee with sigma_w^2 = 2, sigma_b = 0 is 2/d times Arora",
    source="this suite",
    number="Jacot et al., Lee et al. and Arora et al. compared",
    formula=r"K_{\mathrm{JA}} = K_{\mathrm{LE}}(1, \beta), \quad K_{\mathrm{LE}}(\sqrt2, 0) = \tfrac2d K_{\mathrm{AR}}",
    qualification="For ReLU, all pairs and depths: both networks obey one recursion, by the induction of fd:1, and the "
    "moments are homogeneous. Arora has c on hidden layers, none on the input and the output.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
ON_DIAGONAL = Statement(
    id="fd:21",
    title="ReLU, sigma_w^2 = 2, sigma_b = 0: Theta(x, x) = 2 (L + 1) |x|^2 / d",
    source=LEE,
    number="value on the sphere",
    formula=r"\Theta(x, x) = \frac{2 (L+1)}{d} \|x\|^2",
    qualification=QUOTED + "A proof for all depths by induction: first layer, a hidden one, the output. Lee's factor "
    "stands in every layer, the output too.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
DIVERGES = Statement(
    id="fd:23",
    title="The kernel of the standard parametrisation grows like the width, to three hidden layers",
    source=LEE,
    number="Dense of neural-tangents 0.6.5",
    formula=r"\Theta_{\mathrm{standard}} = m \sum_l (\dots) + O(1)",
    qualification="ReLU, depths 1 to 3, (x, x): in the width m a polynomial of degree 1 with a positive coefficient.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)
ERF = Statement(
    id="fd:27",
    title="The Gaussian moments of erf and of its derivative",
    source=LEE,
    number="dual of erf",
    formula=r"\mathrm{E}[\operatorname{erf}\operatorname{erf}] = \tfrac2\pi \arcsin\frac{2 K_{12}}{\sqrt{(1+2K_{11})"
    r"(1+2K_{22})}}, \quad \mathrm{E}[\operatorname{erf}'\operatorname{erf}'] = \tfrac4\pi \det(I + 2K)^{-1/2}",
    qualification=QUOTED + "sympy proves the first from the integral for all covariances, the second as its derivative "
    "by K_12, by Price's theorem.",
    revision=2,
)
ARORA_KERNEL = Statement(
    id="fd:28",
    title="Arora: Theta^(h) = Theta^(h-1) dSigma^(h) + Sigma^(h) from Theta^(0) = Sigma^(0); as a sum to L = 8",
    source="Arora et al. 2019 as quoted in arXiv 2003.04560",
    number=PRINTED["fd:28"].number,
    formula=PRINTED["fd:28"].latex,
    qualification=QUOTED + INDUCTION + ", c = 2, 1 and pi / (2 arcsin(2/3)). The sum over layers is compared with the "
    "derived kernel for L = 1 to 8.",
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)


class Case(NamedTuple):
    """Arora's network of an activation, and what <x, x> is."""

    activation: Activation
    norm: sympy.Expr


DEGREE_ONE = Hypothesis("degree 1", "s(t z) = t s(z) for all t > 0", lambda case: bool(case.activation.degree == 1))
HOMOGENEOUS = Statement(
    id="fd:29",
    title="K(x, x) = (L + 1) |x|^2 for c = 1/E[s^2] and any s of degree 1",
    source=ARORA,
    number="consequence",
    formula=r"K(x, x) = (L+1) \|x\|^2",
    qualification="A proof for all depths by induction, for s(z) = a z for z > 0 and -b z for z < 0, a and b not "
    "both zero: these are all of degree 1. For erf it is wrong even at norm 1.",
    hypotheses=(DEGREE_ONE,),
    uses=(WIDTH_LIMIT.id,),
    revision=2,
)


def jacot_law(scale: sympy.Expr, constant: sympy.Expr, kernel_constant: sympy.Expr) -> Law:
    """Sigma_1 = scale <x, x'> / d + constant, and so on; `kernel_constant` stands in Theta."""
    return Law(
        lambda inner: scale * inner / input_dimension + constant,
        lambda inner: scale * inner / input_dimension + kernel_constant,
        lambda value: scale * value + constant,
        lambda kernel, value, slope: scale * kernel * slope + scale * value + kernel_constant,
    )


@check(
    JACOT_RECURSION,
    (ONE, BIAS, BIAS),
    mutants={
        "2% more beta^2": (ONE, MORE * BIAS, MORE * BIAS),
        "beta": (ONE, bias, bias),
        "c = 2": (TWO, BIAS, BIAS),
        "biases not trained": (ONE, BIAS, ZERO),
    },
)
def test_the_recursion_of_jacot(claim):
    for activation in (Relu(), AbsoluteValue(), Erf()):
        verdict = obeys(jacot(3, bias, activation), jacot_law(*claim))
        record(symbolic(verdict, f"{activation.name}: first layer, hidden layer, output", covers_all=True))


def judge_sum(form, network: Architecture, factor: sympy.Expr, shown: str) -> None:
    """Record whether a sum over layers is the derived kernel, dSigma being `factor` times the moment."""
    covariances, slopes, kernel = derived_layers(network)
    (off,) = in_symbols([form(covariances, [factor * slope for slope in slopes]) - kernel])
    record(symbolic(vanishes(off), shown, covers_all=False))


SUMS_GONE_WRONG = {
    "the last factor lost": lambda s, d: arora_sum(s, [*d[:-1], ONE]),
    "2% more": lambda s, d: MORE * arora_sum(s, d),
    "the first layer's lost": lambda s, d: arora_sum([ZERO, *s[1:]], d),
}


@check(JACOT_SUM, arora_sum, mutants=SUMS_GONE_WRONG)
def test_the_sum_of_jacot(claim):
    """Sigma_l here is Sigma^(l-1) of Arora: the sums are the same."""
    for depth in range(1, 9):
        judge_sum(claim, jacot(depth, bias), ONE, f"{depth} hidden layers")


@check(ARORA_KERNEL, arora_sum, mutants=SUMS_GONE_WRONG)
def test_the_sum_of_arora(claim):
    for depth in range(1, 9):
        judge_sum(claim, arora(depth), TWO, f"{depth} hidden layers, ReLU")


def arora_law(form: Form, value_factor: sympy.Expr, slope_factor: sympy.Expr) -> Law:
    """The printed step, with these factors before E[s s'] and E[s' s'']: `form` of one covariance is Theta^(0)."""
    return Law(
        lambda inner: inner,
        lambda inner: form([inner], []),
        lambda value: value_factor * value,
        lambda kernel, value, slope: form([kernel, value_factor * value], [slope_factor * slope]),
    )


NORMALISERS = {Relu(): TWO, AbsoluteValue(): ONE, Erf(): sympy.pi / (2 * sympy.asin(Rational(2, 3)))}
"""c = 1/E[s(z)^2]."""


@check(
    ARORA_KERNEL,
    (PRINTED["fd:28"].form, ONE, ONE),
    mutants={
        "Theta^(0) = 0": (lambda s, d: arora_recursion([ZERO, *s[1:]], d), ONE, ONE),
        "2% more": (lambda s, d: MORE * arora_recursion(s, d), ONE, ONE),
        "2% of a slope": (arora_recursion, ONE, MORE),
        "2% of c": (arora_recursion, MORE, ONE),
    },
)
def test_the_recursion_of_arora(claim):
    form, covariance, derivative = claim
    for activation, factor in NORMALISERS.items():
        law = arora_law(form, covariance * factor, derivative * factor)
        verdict = obeys(arora(3, activation), law)
        record(symbolic(verdict, f"{activation.name}: first layer, hidden layer, output", covers_all=True))


def standard_law(weight: sympy.Expr, constant: sympy.Expr, fan_in: sympy.Expr) -> Law:
    """Of the standard parametrisation: parameters as they stand in the layer are trained."""
    return Law(
        lambda inner: weight * inner / input_dimension + constant,
        lambda inner: fan_in * inner + 1,
        lambda value: weight * value + constant,
        lambda kernel, value, slope: fan_in * layer_width * value + weight * kernel * slope + 1,
    )


@check(
    LEE_RECURSION,
    (W, B, ONE),
    mutants={"2% of sigma_w^2": (MORE * W, B, ONE), "no fan-in": (W, B, ZERO), "2% of sigma_b^2": (W, MORE * B, ONE)},
)
def test_the_recursion_of_lee(claim):
    weight, constant, fan_in = claim
    for activation in (Relu(), AbsoluteValue(), Erf()):
        plain = obeys(lee(3, W, B, activation), jacot_law(weight, constant, constant))
        standard = obeys(lee(3, W, B, activation, "standard"), standard_law(weight, constant, fan_in))
        record(symbolic(combined([plain, standard]), f"{activation.name}: both parametrisations", covers_all=True))


def doubling_law(start: sympy.Expr) -> Law:
    """Sigma_1 = Theta_1 = start <x, x'>, and 2 before every moment."""
    return Law(
        lambda inner: start * inner,
        lambda inner: start * inner,
        lambda value: 2 * value,
        lambda kernel, value, slope: 2 * kernel * slope + 2 * value,
    )


@check(
    RELATED,
    (BIAS, 2 / input_dimension),
    mutants={
        "sigma_b^2 = beta": (bias, 2 / input_dimension),
        "1/d": (BIAS, 1 / input_dimension),
        "2% more": (BIAS, MORE * 2 / input_dimension),
    },
)
def test_how_the_networks_are_related(claim):
    """Lee's kernels are t times Arora's if they are in the first layer, as the moments take t out or lose it."""
    strength, factor = claim
    law = jacot_law(ONE, BIAS, BIAS)
    same = [obeys(jacot(3, bias), law), obeys(lee(3, ONE, strength), law)]
    doubled = [obeys(arora(3), doubling_law(ONE)), obeys(lee(3, TWO), doubling_law(factor))]
    t = sympy.Symbol("t", positive=True)
    moments = [
        pair_moment(Relu().moment(order), *(t * each for each in INPUTS))
        - t ** (1 - order) * pair_moment(Relu().moment(order), *INPUTS)
        for order in (0, 1)
    ]
    verdict = combined([*same, *doubled, all_vanish(map(sympy.simplify, moments))])
    record(symbolic(verdict, "one recursion each, and homogeneous moments", covers_all=True))


@check(ON_DIAGONAL, TWO, mutants={"half": ONE, "2% more": 2 * MORE})
def test_the_diagonal_of_lee(claim):
    verdict = adds_its_first_layer(lee(3, TWO), claim * FIRST / input_dimension)
    record(symbolic(verdict, "each layer adds 2 |x|^2 / d", covers_all=True))


@check(DIVERGES, 1, mutants={"no growth": 0, "faster": 2})
def test_the_standard_parametrisation(claim):
    for depth in (1, 2, 3):
        derived = recursion(lee(depth, TWO, parametrisation="standard"))
        found = sympy.Poly(sympy.expand(sympy.simplify(closed_form(derived, derived.ntk, (FIRST,) * 3))), layer_width)
        degree = vanishes(sympy.Integer(found.degree() - claim))
        verdict = combined([degree, is_positive(found.LC(), {input_dimension: ONE})])
        record(symbolic(verdict, f"depth {depth}: {found.as_expr()}", covers_all=False))


@check(
    ERF,
    (2, 4, 2),
    mutants={"2 for 4": (2, 2, 2), "1 for 2": (1, 4, 2), "2% more": (2, 4 * MORE, 2), "1 + K": (2, 4, 1)},
)
def test_the_moments_of_erf(claim):
    values, slopes, twice = claim
    form = values / sympy.pi * sympy.asin(twice * c / sqrt((1 + twice * p) * (1 + twice * r)))
    point = {p: ONE, r: TWO, c: Rational(1, 2)}
    try:
        prove_moment(Erf().function, form)
        proved = vanishes(ZERO)
    except ArithmeticError:
        proved = vanishes(form - Erf().form(0), point)
    matrix = sympy.eye(2) + twice * sympy.Matrix([[p, c], [c, r]])
    # Both are positive, so that their squares decide.
    ratio = sympy.simplify((sympy.diff(form, c) * sympy.pi / slopes) ** 2 * matrix.det()) - 1
    record(symbolic(combined([proved, vanishes(ratio, point)]), "the integral, and Price's theorem", covers_all=True))


def adds_the_norm(claim: sympy.Expr, case: Case) -> None:
    """Is K(x, x) = claim (L + 1) <x, x> for Arora's network of an activation?"""
    if case.norm == FIRST:
        verdict = adds_its_first_layer(arora(3, case.activation), claim * FIRST)
        record(symbolic(verdict, f"{case.activation.name}: every layer adds |x|^2", covers_all=True))
        return
    derived = recursion(arora(1, case.activation))
    off = closed_form(derived, derived.ntk, (case.norm,) * 3) - 2 * claim * case.norm
    record(symbolic(vanishes(off), f"{case.activation.name} at |x|^2 = {case.norm}, L = 1", covers_all=False))


@check(HOMOGENEOUS, ONE, mutants={"2% more": MORE, "half": Rational(1, 2)})
def test_the_diagonal_of_arora(claim):
    right, left = sympy.symbols("a_+ b_-", real=True)
    judge_case(adds_the_norm, claim, Case(TwoSided(1, right, left), FIRST))


@counterexample(HOMOGENEOUS, DEGREE_ONE, of=test_the_diagonal_of_arora)
def test_the_diagonal_for_erf(claim):
    judge_case(adds_the_norm, claim, Case(Erf(), ONE))
