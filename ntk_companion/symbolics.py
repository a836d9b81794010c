"""How statements about sympy expressions are decided: proved, disproved by a value, or INCONCLUSIVE.

That sympy fails to simplify a difference to zero says nothing: acos(u) + acos(-u) - pi is zero, and is not simplified.
A difference is disproved by its value at one exact point alone, enclosed in a ball that does not hold zero; a sign by
a value of the other sign.
"""

from collections.abc import Callable, Mapping
from typing import Any

import flint
import sympy

from ntk_companion.evidence import Verdict
from numerics.numbers.systems import Balls, evaluate

Point = Mapping[sympy.Basic, Any]
"""Exact values of symbols or of indexed quantities."""

BITS = (256, 2048)
"""The precisions at which a value is enclosed."""


def vanishes(expression: sympy.Expr, at: Point | None = None) -> Verdict:
    """Is the expression zero for all values of its symbols?

    CONFIRMED if sympy reduces it to zero; REFUTED if its value at one exact point is not zero: `at` gives the point for
    some symbols or indexed quantities, all others are given rational numbers in (0, 1), integers if they stand for
    those; these must lie in their domain.
    """
    expression = sympy.sympify(expression)
    if expression == 0:
        return Verdict.CONFIRMED
    value = value_at(expression, point_of(expression, at or {}))
    if value is not None and (value > 0 or value < 0):
        return Verdict.REFUTED
    return Verdict.CONFIRMED if any(form(expression) == 0 for form in _FORMS) else Verdict.INCONCLUSIVE


def all_vanish(expressions: Any, at: Point | None = None) -> Verdict:
    """Are all of some expressions zero? REFUTED if one is, INCONCLUSIVE if one is that."""
    return combined(vanishes(expression, at) for expression in expressions)


def is_positive(expression: sympy.Expr, at: Point | None = None) -> Verdict:
    """Is the expression positive for all values of its symbols?

    CONFIRMED by sympy from what is assumed of its symbols, or by an enclosure if it has none; REFUTED by its value at
    the exact point `at`, or at one in (0, 1) as for `vanishes`, that is zero or less.
    """
    return _sign(expression, at, lambda value: bool(value > 0), lambda value: bool(value <= 0), "is_positive")


def is_nonnegative(expression: sympy.Expr, at: Point | None = None) -> Verdict:
    """Is the expression zero or more for all values of its symbols? As for `is_positive`."""
    return _sign(expression, at, lambda value: bool(value >= 0), lambda value: bool(value < 0), "is_nonnegative")


def combined(verdicts: Any) -> Verdict:
    """The verdict on all of some claims together."""
    found = list(verdicts)
    if Verdict.REFUTED in found:
        return Verdict.REFUTED
    return Verdict.CONFIRMED if found and set(found) == {Verdict.CONFIRMED} else Verdict.INCONCLUSIVE


def _sign(
    expression: sympy.Expr,
    at: Point | None,
    holds: Callable[[flint.arb], bool],
    fails: Callable[[flint.arb], bool],
    assumption: str,
) -> Verdict:
    expression = sympy.sympify(expression)
    value = value_at(expression, point_of(expression, at or {}))
    if value is not None and fails(value):
        return Verdict.REFUTED
    proved = getattr(expression, assumption) or (not expression.free_symbols and value is not None and holds(value))
    return Verdict.CONFIRMED if proved else Verdict.INCONCLUSIVE


def value_at(expression: sympy.Expr, point: Point) -> flint.arb | None:
    """A ball around the value at exact values of all symbols, as narrow as decides its sign if that can be done.

    None if the expression has a node that balls do not know.
    """
    value = None
    for bits in BITS:
        system = Balls(bits)
        try:
            with system.working():
                value = flint.arb(evaluate(sympy.sympify(expression).subs(point), system, {}))
        except (ValueError, TypeError):
            return None
        if value > 0 or value < 0 or value == 0:
            break
    return value


def point_of(expression: sympy.Expr, values: Point) -> dict[sympy.Basic, Any]:
    """An exact point for an expression: the values given, and rational numbers in (0, 1) for all else."""
    indexed = expression.atoms(sympy.Indexed)
    bare = expression.xreplace(dict.fromkeys(indexed, sympy.Integer(0))).free_symbols
    unknown = sorted((indexed | bare) - set(values), key=str)
    chosen = {
        node: sympy.Integer(place + 2) if node.is_integer else sympy.Rational(2 * place + 3, 2 * place + 8)
        for place, node in enumerate(unknown)
    }
    return {node: value for node, value in values.items() if expression.has(node)} | chosen


# From the quick to the thorough.
_FORMS: tuple[Callable[[sympy.Expr], sympy.Expr], ...] = (
    sympy.expand,
    lambda expression: sympy.cancel(sympy.together(expression)),
    sympy.simplify,
)
