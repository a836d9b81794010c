"""The kernels that printed formulas define, on points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import flint
import numpy as np
import sympy

from ntk_companion.audit.claims.formulas import Formula
from ntk_companion.audit.claims.networks import RESNET, Network
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.syntax.formulas import Kernel, Norm, Term
from ntk_companion.audit.values.closed_forms import rational
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.formulas import Evaluation, Letters, activation_of, closed, defined_kernel
from ntk_companion.audit.values.kernels import Definitions, Matrix, architecture, gram_matrix
from ntk_companion.audit.values.registry import means
from numerics.numbers.systems import Balls, evaluate
from theory.induction import Scene
from theory.recursion import Recursion, Triple, input_kernel

SIZES = ("family", "preset", "depth", "scale")
"""What a formula's network and a claim's may differ in, and the name that is compared first."""
INPUTS: Triple = (
    sympy.Symbol("inner_11", positive=True),
    sympy.Symbol("inner_12", real=True),
    sympy.Symbol("inner_22", positive=True),
)
"""<x, x>, <x, x'>, <x', x'>."""


def find_formula(name: str, environment: Environment) -> Formula:
    """The formula of the claims file by its name. Raises MeaninglessError on another, or one of another network."""
    known = environment.claim.formulas
    if name not in known:
        there = ", ".join(known) or "none"
        raise MeaninglessError(f"no formula is named {name!r}: declare [formulas.{name}]; there are {there}")
    formula = known[name]
    network = environment.described if environment.network else None
    if network is None or not _is_declared(network, formula.declared):
        raise MeaninglessError(f"formula {name} is about the network {formula.title}: name such a network")
    return formula


def _is_declared(network: Network, wanted: Mapping[str, Any]) -> bool:
    """Is a claim's network that which a formula declares, whatever its depth and scale?"""
    if network.family != wanted.get("family", wanted.get("preset")):
        return False
    table = network.table
    if table is None:
        table = {"bias": network.bias} | ({} if network.trained is None else {"trained": list(network.trained)})
        wanted = {"bias": "trained"} | dict(wanted)
    given, declared = ({k: v for k, v in one.items() if k not in SIZES} for one in (table, wanted))
    return given == declared


@means(vocabulary.PRINTED)
def printed_kernel(environment: Environment, name: str) -> Matrix:
    """The n x n Gram matrix of the NTK that a printed formula defines; what it does not define is as derived."""
    try:
        return gram_matrix(printed_definitions(name, environment), environment)
    except NoExactValueError:
        return _on_pairs(find_formula(name, environment), environment)


def printed_definitions(name: str, environment: Environment) -> Definitions:
    """The kernel of a printed formula by its definitions, where these are maps from kernels to kernels.

    Raises NoExactValueError on one with norms, correlations or values at equal points.
    """
    formula, network = find_formula(name, environment), architecture(environment)
    maps = _Maps(formula, Scene(network, (input_kernel,) * 3), own=True)
    letters = Letters({}, {}).bind("L", network.depth)
    kernel = maps.term(_closing(formula), letters).subs(_parameters(formula, environment))
    equations = {symbol: value.subs(_parameters(formula, environment)) for symbol, value in maps.equations.items()}
    return Definitions((name, network), Recursion(equations, {}, None), kernel, environment.point_set)


def _closing(formula: Formula) -> Term:
    found = defined_kernel(formula)
    if found is None:
        raise MeaninglessError(
            f'formula {formula.name} defines no NTK: say what it is printed with, as in with = ["3.4", "3.5"]'
        )
    return found


def _parameters(formula: Formula, environment: Environment) -> dict[sympy.Expr, sympy.Expr]:
    """The values of the formula's parameters: the scale of the claim's network, the others as declared."""
    values = {sympy.Symbol(name, positive=True): value for name, value in formula.parameters.items()}
    if environment.described.family == RESNET:
        scale = rational(environment.described.scale, environment)
        values[sympy.Symbol("alpha", positive=True)] = sympy.Rational(scale.numerator, scale.denominator)
    return values


@dataclass
class _Maps(Evaluation):
    """Terms as maps from kernels to kernels, definition by definition."""

    equations: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)

    def term(self, term: Term, letters: Letters, place: int = 1) -> sympy.Expr:
        if isinstance(term, Norm) or (isinstance(term, Kernel) and (term.pair != (1, 2) or term.name == "u")):
            raise NoExactValueError
        return super().term(term, letters, place)

    def _call(self, name: str, arguments: tuple[Term, ...], letters: Letters, place: int) -> sympy.Expr:
        if name in ("moment", "slope_moment"):
            activation = activation_of(self.scene.architecture)
            if activation is None:
                raise NoExactValueError
            return activation.moment(int(name == "slope_moment"))(self.term(arguments[0], letters, place))
        if name not in ("+", "-", "*", "/", "^"):
            raise NoExactValueError
        value = super()._call(name, arguments, letters, place)
        if any(isinstance(power, sympy.Pow) and not power.base.is_number for power in value.atoms(sympy.Pow)):
            raise NoExactValueError
        return value

    def _kernel(self, kernel: Kernel, letters: Letters, place: int) -> sympy.Expr:
        if self.formula.inputs == "phi":
            raise NoExactValueError
        return super()._kernel(kernel, letters, place)

    def _by_name(self, kernel: Kernel, number: int | None, letters: Letters, place: int) -> sympy.Expr:
        value = super()._by_name(kernel, number, letters, place)
        if number is None:
            return value
        symbol = sympy.Symbol(f"{kernel.name}_{{{number}}}")
        self.equations[symbol] = value
        return symbol

    def meaning(self, name: str, number: int | None, letters: Letters, place: int) -> sympy.Expr | None:
        raise NoExactValueError


@dataclass
class _Pairs(Evaluation):
    """Terms at a pair of inputs, definition by definition; at equal inputs written out, where correlations are 1."""

    equations: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)

    def _by_name(self, kernel: Kernel, number: int | None, letters: Letters, place: int) -> sympy.Expr:
        value = super()._by_name(kernel, number, letters, place)
        if place != 1 or value.is_number:
            return value
        symbol = sympy.Symbol(f"{kernel.name}_{number}", real=True)
        self.equations[symbol] = value
        return symbol


def _on_pairs(formula: Formula, environment: Environment) -> Matrix:
    """A kernel in the inner products of a pair, on the points."""
    points, balls = environment.point_set, Balls(environment.bits)
    network, size = architecture(environment), len(points)
    known = _parameters(formula, environment)
    letters = Letters({}, {}).bind("L", network.depth)
    pairs = _Pairs(formula, Scene(network, INPUTS), own=True)
    kernel = closed(pairs.term(_closing(formula), letters)).subs(known)
    equations = {symbol: closed(value).subs(known) for symbol, value in pairs.equations.items()}
    same = Evaluation(formula, Scene(network, (INPUTS[0],) * 3), own=True)
    diagonal = sympy.powsimp(closed(same.term(_closing(formula), letters, 0)).subs(known))
    environment.budget.charge(size * size * 100 * (1 + len(equations)))
    coordinates = points.coordinates(balls)
    inner = balls.product(coordinates, coordinates.T)
    matrix = np.empty((size, size), dtype=object)
    for row in range(size):
        for column in range(row, size):
            values: dict[sympy.Basic, Any] = {INPUTS[0]: inner[row, row]}
            if row == column:
                value = evaluate(diagonal, balls, values)
            else:
                values |= {INPUTS[1]: inner[row, column], INPUTS[2]: inner[column, column]}
                for symbol, expression in equations.items():
                    values[symbol] = evaluate(expression, balls, values)
                value = evaluate(kernel, balls, values)
            matrix[row, column] = matrix[column, row] = flint.arb(value)
    return matrix
