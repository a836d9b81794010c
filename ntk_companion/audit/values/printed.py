"""Kernels as a paper prints them: one equation as printed, all others as derived."""

from typing import Any

import flint
import numpy as np
import sympy

from ntk_companion.audit.claims.networks import FCN, RESNET
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.values.closed_forms import rational
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.kernels import Definitions, Matrix, architecture, gram_matrix
from ntk_companion.audit.values.registry import means
from ntk_companion.suite import suites
from numerics.numbers.systems import Balls, evaluate
from theory.printed.forms import FullyConnected, KernelParts, Printed, ResidualKernel, alpha, norm, other_norm, u
from theory.recursion import Recursion


def find_printed(number: str) -> Printed:
    """The printed formula of an equation's number, such as 3.6 or B.8, or of its statement's id.

    Of two papers that print one of this number it is the first's, in the order of suites and subjects. Raises
    MeaninglessError.
    """
    known: dict[str, Printed] = {}
    for suite in suites():
        known = suite.printed() | known
    for name in (number, f"eq:{number.strip('()')}"):
        if name in known:
            return known[name]
    raise MeaninglessError(f"no printed formula {number!r}; there are {', '.join(sorted(known))}")


@means(vocabulary.PRINTED)
def printed_kernel(environment: Environment, number: str) -> Matrix:
    """The n x n Gram matrix of the NTK with one equation as printed and all others as derived."""
    record = _printed_ntk(number, environment)
    if isinstance(record.form, FullyConnected):
        return gram_matrix(printed_definitions(number, environment), environment)
    scale = rational(environment.described.scale, environment)
    unrolled = record.form.unroll(architecture(environment).depth)
    return _on_pairs(unrolled, sympy.Rational(scale.numerator, scale.denominator), environment)


def printed_definitions(number: str, environment: Environment) -> Definitions:
    """The definitions of the NTK of the FCN with one equation as printed. Raises NoExactValueError."""
    record = _printed_ntk(number, environment)
    if not isinstance(record.form, FullyConnected):
        raise NoExactValueError
    depth = architecture(environment).depth
    parts = record.form.unroll(depth)
    kernel = sympy.Add(*parts.parts.values())
    return Definitions((record.id, depth), Recursion(parts.equations, {}, None), kernel, environment.point_set)


def _printed_ntk(number: str, environment: Environment) -> Printed:
    record = find_printed(number)
    network = environment.described if environment.network else None
    family = {FullyConnected: FCN, ResidualKernel: RESNET}.get(type(record.form))
    if family is None:
        raise MeaninglessError(f"{record.id} does not print an NTK; audit the ledger's statement {record.id} instead")
    if network is None or network.family != family or network.bias != "trained" or network.trained is not None:
        raise MeaninglessError(f"{record.id} is about the {family} with all parameters trained: name such a network")
    return record


def _on_pairs(form: KernelParts, scale: sympy.Rational, environment: Environment) -> Matrix:
    """A kernel in the norms of x~ = (x, 1) and x~' and their correlation u, on the points."""
    points, balls = environment.point_set, Balls(environment.bits)
    size = len(points)
    environment.budget.charge(size * size * 100 * len(form.equations))
    coordinates = points.coordinates(balls)
    inner = balls.product(coordinates, coordinates.T) + 1
    norms = balls.sqrt(inner.diagonal())
    kernel = sympy.Add(*form.parts.values())
    on_diagonal = _unfolded(form, kernel, {u: sympy.Integer(1), alpha: scale})
    matrix = np.empty((size, size), dtype=object)
    for row in range(size):
        for column in range(row, size):
            values: dict[sympy.Basic, Any] = {norm: norms[row], other_norm: norms[column]}
            if row == column:  # there u is 1 exactly, where a ball around 1 has no arc cosine
                value = evaluate(on_diagonal, balls, values)
            else:
                values[u] = inner[row, column] / (norms[row] * norms[column])
                values[alpha] = evaluate(scale, balls, {})
                for symbol, expression in form.equations.items():
                    values[symbol] = evaluate(expression, balls, values)
                value = evaluate(kernel, balls, values)
            matrix[row, column] = matrix[column, row] = flint.arb(value)
    return matrix


def _unfolded(form: KernelParts, kernel: sympy.Expr, values: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """The kernel with all definitions put in, exactly."""
    for symbol, expression in form.equations.items():
        values[symbol] = expression.subs(values)
    return kernel.subs(values)
