"""The printed formulas (C.4)-(C.17) of arXiv 2504.11130 on finite networks, at any parameter values.

Judged as polynomial identities in all parameters, inputs and activation patterns of small networks, by exact rational
networks, and on networks in doubles with the gradients of automatic differentiation.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import sympy
import torch
from sympy import Rational, eye, zeros

from checks.divergence.identities import printed_statement
from ntk_companion.evidence import Verdict, numerical, symbolic
from ntk_companion.judging import check, random_seed, record
from ntk_companion.statement import Finding, Severity, Statement
from ntk_companion.symbolics import vanishes
from numerics.networks.torch_network import initialise, pullback
from theory.architecture import Architecture, fcn, resnet
from theory.finite import (
    Arithmetic,
    FiniteNetwork,
    Matrix,
    Passage,
    exact_passage,
    inner,
    kernel_part,
    symbolic_network,
    symbolic_passage,
)
from theory.printed.divergence import PAPER, PRINTED, alpha, biases, outer, weight_part, weights
from theory.printed.notation import latex

Form = Callable[[FiniteNetwork, Passage, Passage], Any]
"""A network and its passages at two inputs x and x' to a scalar, a matrix or a list of them."""


class Case(NamedTuple):
    """A network and its passages at two inputs, with a word on it."""

    title: str
    network: FiniteNetwork
    one: Passage
    other: Passage


# Cases


@cache
def symbolic_cases(family: str) -> tuple[Case, ...]:
    """Networks with symbols for all parameters, inputs and activation patterns."""
    if family == "fcn":
        sizes = ((2, (2,)), (1, (3, 2)), (2, (2, 2)))
        networks = [symbolic_network(fcn(len(widths)), size, widths) for size, widths in sizes]
    else:
        networks = [symbolic_network(resnet(depth, alpha), 1, (2,) * depth) for depth in (1, 2)]
    return tuple(
        Case(f"{network.architecture.name}, {shape(network)}, every parameter value", network, *passages(network))
        for network in networks
    )


def shape(network: FiniteNetwork) -> str:
    """The widths, in words."""
    return "widths " + ", ".join(str(network.width(layer)) for layer in range(1, network.depth + 1))


def judged_groups(architecture: Architecture) -> list[str] | None:
    """The groups by which outputs are differentiated: all of the FCN, those of (C.16) and (C.17) of the ResNet."""
    if not architecture.stem:
        return None
    return [f"d_{architecture.depth}", f"W_{architecture.depth + 1}"]


def passages(network: FiniteNetwork) -> tuple[Passage, Passage]:
    """The passages of a network of symbols at two inputs of symbols."""
    names = judged_groups(network.architecture)
    return symbolic_passage(network, "x", names), symbolic_passage(network, "x'", names)


def rational_entries(matrix: sympy.Matrix, seed: int) -> sympy.Matrix:
    """Small rational numbers of either sign, none zero, of a matrix's shape; the same at every call."""
    return sympy.Matrix(*matrix.shape, lambda i, j: Rational((7 * i + 5 * j + 3 * seed) % 11 * 2 - 9, 4))


@cache
def exact_cases(family: str) -> tuple[Case, ...]:
    """Networks with rational parameters at rational inputs, in exact arithmetic."""
    sizes = ((2, (2, 2)), (1, (8,))) if family == "fcn" else ((1, (2, 2)), (1, (3,)))
    cases = []
    for dimension, widths in sizes:
        architecture = fcn(len(widths)) if family == "fcn" else resnet(len(widths), Rational(1, 2))
        network = symbolic_network(architecture, dimension, widths)
        values = {
            name: rational_entries(matrix, seed) for seed, (name, matrix) in enumerate(network.parameters.items())
        }
        one, other = (
            exact_passage(network, values, [coordinate] * dimension, names=judged_groups(architecture))
            for coordinate in (Rational(1), Rational(-2, 3))
        )
        title = f"{architecture.name}, {shape(network)}, rational numbers"
        cases.append(Case(title, FiniteNetwork(architecture, values), one, other))
    return tuple(cases)


DOUBLES = Arithmetic(
    number=float,
    relu=lambda values: np.maximum(values, 0.0),
    step=lambda values: np.diagflat(values > 0).astype(float),
)


def random_case(architecture: Architecture) -> Case:
    """A network in doubles away from initialisation: every bias random; gradients by automatic differentiation."""
    generator = np.random.default_rng(random_seed(architecture.name))
    parameters = {
        name: torch.from_numpy(generator.standard_normal(tensor.shape))
        for name, tensor in initialise(architecture, 3, 16, generator).items()
    }
    columns = {name: _column(tensor) for name, tensor in parameters.items()}
    network = FiniteNetwork(architecture, columns, DOUBLES)
    found = []
    for _ in range(2):
        point = generator.standard_normal((3, 1))
        _, weighted = pullback(architecture, parameters, torch.from_numpy(point.T))
        gradients = {name: _column(tensor) for name, tensor in weighted(torch.ones(1, dtype=torch.float64)).items()}
        found.append(replace(network.passage(point), gradients=gradients))
    return Case(f"{architecture.name}, width 16, doubles", network, *found)


def _column(tensor: torch.Tensor) -> np.ndarray:
    values = tensor.detach().numpy()
    return values[:, None] if values.ndim == 1 else values


# Judging


def entries(value: Any) -> list[Any]:
    """All numbers of a scalar, a matrix or a list of them."""
    if isinstance(value, list):
        return [entry for part in value for entry in entries(part)]
    if isinstance(value, np.ndarray):
        return value.ravel().tolist()
    return list(value) if isinstance(value, sympy.MatrixBase) else [value]


def evaluated(form: Form, case: Case) -> list[Any] | None:
    """The numbers of a form; None if its products are not defined."""
    try:
        return entries(form(case.network, case.one, case.other))
    except (sympy.matrices.exceptions.ShapeError, ValueError):
        return None


def judge(claim: Form, quantity: Form, family: str, symbolically: bool = True) -> None:
    """Record the claim against what it claims to equal: on a random network, for all parameters, on exact networks."""
    judge_in_doubles(claim, quantity, random_case(fcn(3) if family == "fcn" else resnet(2, Rational(1, 2))))
    for case in symbolic_cases(family) if symbolically else ():
        judge_exactly(claim, quantity, case)
    for case in exact_cases(family):
        judge_exactly(claim, quantity, case)


def judge_exactly(claim: Form, quantity: Form, case: Case) -> None:
    """Record whether the claim holds in one case, in exact arithmetic."""
    claimed, derived = evaluated(claim, case), evaluated(quantity, case)
    if claimed is None or derived is None:
        record(symbolic(Verdict.REFUTED, f"{case.title}: a product is not defined", covers_all=False))
        return
    for one, other in zip(claimed, derived, strict=True):
        difference = sympy.sympify(sympy.expand(one - other))
        # With all parameters and inputs positive, as at the point of `vanishes`, every neuron is active.
        active = {symbol: 1 for symbol in difference.free_symbols if symbol.name.startswith("D_")}
        verdict = vanishes(difference, active)
        if verdict is not Verdict.CONFIRMED:
            exact = not sympy.sympify(one - other).free_symbols
            shown = f": {one} is claimed, the derived value is {other}" if exact else ": the polynomials differ"
            record(symbolic(verdict, case.title + shown, covers_all=False))
            return
    record(symbolic(Verdict.CONFIRMED, case.title, covers_all=False))


def judge_in_doubles(claim: Form, quantity: Form, case: Case) -> None:
    """Record whether the claim holds in one case up to rounding."""
    claimed, derived = evaluated(claim, case), evaluated(quantity, case)
    if claimed is None or derived is None:
        record(numerical(False, f"{case.title}: a product is not defined"))
        return
    one, other = np.array(claimed), np.array(derived)
    error = float(np.abs(one - other).max() / np.abs(other).max())
    holds = None if np.isnan(error) else error < 1e-10
    record(numerical(holds, f"{case.title}: relative difference {error:.1e}; rounding is below 1e-10"))


# Statements

PROVED = (
    "A proof for all parameters, inputs and activation patterns of networks of depth 1 and 2 and widths up to 3; a "
    "larger one is compared with automatic differentiation in doubles."
)
SECOND_INPUT = (
    "The second factor stands at x where K_t(x, x') needs x': wrong unless x = x', and no more than that is used."
)


def written(name: str) -> str:
    """The corrected form of a formula at depth 2, in LaTeX: written by the object that is tested."""
    network = resnet(2, alpha) if name in ("eq:C.14", "eq:C.16") else fcn(2)
    return latex(PRINTED[name].corrected, network) + r" \quad (L = 2)"


FINDINGS = {
    "eq:C.5": Finding(
        Severity.TYPO,
        SECOND_INPUT,
        corrected=rf"K_t(x, x') = {written('eq:C.5')}",
    ),
    "eq:C.7": Finding(
        Severity.TYPO,
        SECOND_INPUT,
        corrected=written("eq:C.7"),
    ),
    "eq:C.14": Finding(
        Severity.UNAFFECTED,
        "The factor sqrt(2/m_l) of (2.2) stands before the ReLU and so multiplies b_l too; as printed b_l is left out, "
        "which makes its part of K_0 too large by m/2. The outputs agree while b_l = 0, as at initialisation, and at "
        "m = 2; (C.16) and (C.17), the only uses, do not see b_l.",
        corrected=rf"a_L, f(x) = {written('eq:C.14')}",
    ),
    "eq:C.16": Finding(
        Severity.USED_LATER,
        "The factor alpha^2 is lost, also against (C.14). The proof of Theorem 2 for the ResNet uses it: harmless if "
        "alpha is not zero, but at alpha = 0 this part is zero and that step fails.",
        corrected=r"\Bigl\langle \frac{\partial f}{\partial d_L}, \frac{\partial f}{\partial d_L} \Bigr\rangle"
        rf" = {written('eq:C.16')}",
    ),
}
TITLES = {
    "eq:C.4": ("The features by activation patterns", PROVED),
    "eq:C.5": ("The NTK as a sum over parameter groups", PROVED),
    "eq:C.6": (
        "The weights' part of the NTK",
        "Read as the gradient it stands for: the row prod_r .. times the column a_{l-1} as an outer product, the "
        "factor of the largest r leftmost (notation:c6 judges the product as it stands). " + PROVED,
    ),
    "eq:C.7": ("The biases' part of the NTK", PROVED),
    "eq:C.10": ("The NTK's diagonal bounds the last features", PROVED),
    "eq:C.11": ("The NTK's diagonal bounds the part of the last bias", PROVED),
    "eq:C.14": (
        "The features of the ResNet, unrolled",
        "Refuted by exact rational networks and in doubles; the corrected form is (2.2) itself.",
    ),
    "eq:C.16": ("The part of d_L in the ResNet", PROVED),
    "eq:C.17": ("The part of W_{L+1} in the ResNet", PROVED),
}
NOTATION = Statement(
    id="notation:c6",
    title="The product in (C.6) as it stands",
    source=PAPER,
    number="(C.6)",
    formula=r"\Bigl[\prod_{r=l+1}^{L+1} \sqrt{\tfrac{2}{m_{r-1}}} W_r D_{r-1}(x)\Bigr] a_{l-1}(x)"
    r" \text{ is a product of matrices}",
    qualification="Refuted by widths for which the product is not defined, and by a value where it is.",
    uses=("eq:C.6",),
    finding=Finding(
        Severity.TYPO,
        "The product is a row of m_l entries and a_{l-1} a column of m_{l-1}: as it stands it is not defined for "
        "unequal widths and a number, with another value, for equal ones. The gradient by W_l is the outer product.",
        corrected=latex(lambda network, one, other: weight_part(network, one, other, outer), fcn(1))
        + r" \quad (L = 1)",
    ),
)
STATEMENTS = {
    name: printed_statement(name, title, qualification, FINDINGS.get(name))
    for name, (title, qualification) in TITLES.items()
}


def form_of(name: str) -> Form:
    """The form as it is printed."""
    return PRINTED[name].form


def right(name: str) -> Form:
    """The form as it is corrected, or None."""
    return PRINTED[name].corrected


def quantity_of(name: str) -> Form:
    """What it claims to equal."""
    return PRINTED[name].quantity


def times(factor: Any, form: Form) -> Form:
    """A multiple of a scalar form."""
    return lambda network, one, other: factor * form(network, one, other)


def at_equal(form: Form) -> Form:
    """A form with its second input replaced by its first."""
    return lambda network, one, other: form(network, one, one)


def definition_of_features(network: FiniteNetwork, one: Passage, other: Passage) -> list[Matrix]:
    """(2.1): the features a_l = sqrt(2/m_l) s(z_l), m_l x 1, of layers 1 to L."""
    relu = network.arithmetic.relu
    return [network.scale(layer) * relu(one.preactivations[layer - 1]) for layer in range(1, network.depth + 1)]


def _features_mutant(change: Callable[[FiniteNetwork, Passage, int], Matrix]) -> Form:
    return lambda network, one, other: [change(network, one, layer) for layer in range(1, network.depth + 1)]


def _without_bias(network: FiniteNetwork, one: Passage, layer: int) -> Matrix:
    return network.scale(layer) * (one.pattern(layer) @ (network[f"W_{layer}"] @ one.features[layer - 1]))


def _without_pattern(network: FiniteNetwork, one: Passage, layer: int) -> Matrix:
    return network.scale(layer) * one.preactivations[layer - 1]


def _without_two(network: FiniteNetwork, one: Passage, layer: int) -> Matrix:
    return network.scale(layer, 1) * (one.pattern(layer) @ one.preactivations[layer - 1])


@check(
    STATEMENTS["eq:C.4"],
    form_of("eq:C.4"),
    mutants={
        "the bias lost": _features_mutant(_without_bias),
        "the pattern lost": _features_mutant(_without_pattern),
        "1/m for 2/m": _features_mutant(_without_two),
    },
)
def test_features_by_patterns(claim):
    """(C.4) against the ReLU of (2.1); at symbolic patterns the two sides would be one and the same."""
    for case in exact_cases("fcn"):
        judge_exactly(claim, definition_of_features, case)
    judge_in_doubles(claim, definition_of_features, random_case(fcn(3)))


def with_groups(names_of: Callable[[FiniteNetwork], list[str]]) -> Form:
    """The part of some groups at x and x'."""
    return lambda network, one, other: kernel_part(one, other, names_of(network))


@check(
    STATEMENTS["eq:C.5"],
    form_of("eq:C.5"),
    corrected=right("eq:C.5"),
    mutants={
        "the biases left out": with_groups(weights),
        "the last weights left out": with_groups(lambda network: [*weights(network)[:-1], *biases(network)]),
        "the first bias twice": lambda network, one, other: (
            right("eq:C.5")(network, one, other) + kernel_part(one, other, ["b_1"])
        ),
    },
)
def test_kernel_by_groups(claim):
    """(C.5): the kernel as a sum over the parameter groups."""
    judge(claim, quantity_of("eq:C.5"), "fcn")


def literal(row: Matrix, column: Matrix) -> Matrix:
    """(C.6) word by word: the product of the row and the column, 1 x m_l and m_{l-1} x 1."""
    return row @ column


def weights_with(product: Callable[[Matrix, Matrix], Matrix]) -> Form:
    """(C.6) with a reading of its product of a row, 1 x m_l, and a column, m_{l-1} x 1."""
    return lambda network, one, other: weight_part(network, one, other, product)


@check(
    STATEMENTS["eq:C.6"],
    form_of("eq:C.6"),
    mutants={
        "the product as it stands": weights_with(literal),
        "the last features lost": lambda network, one, other: (
            form_of("eq:C.6")(network, one, other) - inner(one.features[-1], other.features[-1])
        ),
        "x for x'": at_equal(form_of("eq:C.6")),
    },
)
def test_part_of_the_weights(claim):
    """(C.6), the product read as the gradient."""
    judge(claim, quantity_of("eq:C.6"), "fcn")


def half_outer(row: Matrix, column: Matrix) -> Matrix:
    """Half of the outer product, shapes as `outer`."""
    return outer(row, column) / 2


@check(
    NOTATION,
    weights_with(literal),
    corrected=weights_with(outer),
    mutants={"half of the outer product": weights_with(half_outer), "as it stands": weights_with(literal)},
)
def test_product_of_a_row_and_a_column(claim):
    """(C.6), its product read as it stands."""
    judge(claim, quantity_of("eq:C.6"), "fcn")


@check(
    STATEMENTS["eq:C.7"],
    form_of("eq:C.7"),
    corrected=right("eq:C.7"),
    mutants={"2% more": times(Rational(102, 100), right("eq:C.7")), "x for x'": form_of("eq:C.7")},
)
def test_part_of_the_biases(claim):
    """(C.7): the part of the biases."""
    judge(claim, quantity_of("eq:C.7"), "fcn")


def judge_bound(claim: Form, name: str) -> None:
    """Record that the bound is one group's |df/dp|^2, and that all other groups add squares to it."""
    judge(claim, quantity_of(name), "fcn")
    for case in (*exact_cases("fcn"), *symbolic_cases("fcn")):
        (bound,) = entries(claim(case.network, case.one, case.other))
        part = quantity_of(name)(case.network, case.one, case.other)
        squares = [entry**2 for gradient in case.one.gradients.values() for entry in gradient]
        rest = sympy.expand(sum(squares) - part - (kernel_part(case.one, case.one) - bound))
        detail = f"{case.title}: K - bound is a sum of squares of derivatives"
        record(symbolic(vanishes(rest), detail, covers_all=False))


@check(
    STATEMENTS["eq:C.10"],
    form_of("eq:C.10"),
    mutants={
        "2% more": times(Rational(102, 100), form_of("eq:C.10")),
        "the features of the layer below": lambda network, one, other: inner(one.features[-2], one.features[-2]),
    },
)
def test_bound_by_last_features(claim):
    """(C.10), as an equality with the part of W_{L+1}."""
    judge_bound(claim, "eq:C.10")


@check(
    STATEMENTS["eq:C.11"],
    form_of("eq:C.11"),
    mutants={
        "1/3 for 2/m": lambda network, one, other: (
            form_of("eq:C.11")(network, one, other) / network.scale(network.depth) ** 2 / 3
        ),
        "the pattern lost": lambda network, one, other: (
            network.scale(network.depth) ** 2
            * inner(network[f"W_{network.depth + 1}"], network[f"W_{network.depth + 1}"])
        ),
        "the input weights": lambda network, one, other: inner(network["W_1"], network["W_1"]),
    },
)
def test_bound_by_last_bias(claim):
    """(C.11), as an equality with the part of b_L."""
    judge_bound(claim, "eq:C.11")


@cache
def bias_case() -> Case:
    """A network of width 8 that differs in b_1 alone: f is 1/(4 sqrt 2) by (2.2), 1/(2 sqrt 2) by (C.14)."""
    network = symbolic_network(resnet(1, 1), 1, (8,))
    values = {name: zeros(*matrix.shape) for name, matrix in network.parameters.items()}
    first = eye(8)[:, 0]
    values |= {"b_1": first, "V_1": first @ first.T, "W_2": first.T}
    numbers = FiniteNetwork(network.architecture, values)
    passage = numbers.passage(zeros(1, 1))
    return Case("one bias of one, width 8", numbers, passage, passage)


@check(
    STATEMENTS["eq:C.14"],
    form_of("eq:C.14"),
    corrected=right("eq:C.14"),
    mutants={
        "as printed": form_of("eq:C.14"),
        "the bias d_l lost": lambda network, one, other: right("eq:C.14")(
            FiniteNetwork(
                network.architecture,
                {name: 0 * value if name.startswith("d") else value for name, value in network.parameters.items()},
                network.arithmetic,
            ),
            one,
            other,
        ),
    },
)
def test_features_of_the_resnet(claim):
    """(C.14): a_L and f of the ResNet."""
    judge(claim, quantity_of("eq:C.14"), "resnet", symbolically=False)
    judge_exactly(claim, quantity_of("eq:C.14"), bias_case())


@check(
    STATEMENTS["eq:C.16"],
    form_of("eq:C.16"),
    corrected=right("eq:C.16"),
    mutants={
        "alpha for alpha^2": lambda network, one, other: (
            network.residual_scale * form_of("eq:C.16")(network, one, other)
        ),
        "1/m lost": times(2, right("eq:C.16")),
    },
)
def test_part_of_last_shift(claim):
    """(C.16): the part of the last shift d_L."""
    judge(claim, quantity_of("eq:C.16"), "resnet")


@check(
    STATEMENTS["eq:C.17"],
    form_of("eq:C.17"),
    mutants={
        "2% more": times(Rational(102, 100), form_of("eq:C.17")),
        "the features of the block below": lambda network, one, other: inner(one.features[-2], one.features[-2]),
    },
)
def test_part_of_last_weights(claim):
    """(C.17): the part of W_{L+1}."""
    judge(claim, quantity_of("eq:C.17"), "resnet")
