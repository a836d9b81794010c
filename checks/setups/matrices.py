"""How identities between expressions in matrix symbols are judged, for all sizes at once."""

import sympy
from sympy import MatrixSymbol, ZeroMatrix

from ntk_companion.evidence import Verdict
from theory.predictors import n, p, plain, q

SIZES = {n: 2, p: 3, q: 1}
"""Two samples, three parameters and one test point."""


def agree(one: sympy.MatrixExpr, other: sympy.MatrixExpr) -> Verdict:
    """Are two expressions of one shape the same for all sizes? REFUTED by their values at `SIZES`."""
    difference = plain(one - other)
    if difference == ZeroMatrix(*one.shape):
        return Verdict.CONFIRMED
    return Verdict.REFUTED if any(_value(difference)) else Verdict.INCONCLUSIVE


def _value(expression: sympy.MatrixExpr) -> sympy.Matrix:
    """The value for whole numbers, square matrices symmetric, and numbers of 1/3; its shape is that of `SIZES`."""
    numbers = {each: sympy.Rational(1, 3) for each in expression.free_symbols if isinstance(each, sympy.Symbol)}
    small = expression.subs(numbers | SIZES)
    values = {}
    for place, symbol in enumerate(sorted(small.atoms(MatrixSymbol), key=str)):
        rows, columns = symbol.shape
        entries = sympy.Matrix(rows, columns, lambda i, j, shift=place: 1 + (2 * (i + j) + i * j + shift) % 7)
        values[symbol] = entries + (10 * sympy.eye(rows) if rows == columns else sympy.zeros(rows, columns))
    return sympy.Matrix(small.subs(values).doit())
