"""How a printed formula becomes a statement, and how an identity between sympy expressions is decided."""

from __future__ import annotations

from collections.abc import Mapping

import flint
import sympy

from ntk_companion.evidence import Evidence, Kind, Verdict, certified, symbolic
from ntk_companion.judging import record
from ntk_companion.statement import Finding, Hypothesis, Statement
from numerics.numbers.systems import Balls, evaluate
from theory.printed.divergence import PRINTED

SYSTEM = Balls(256)


def printed_statement(
    name: str,
    title: str,
    qualification: str,
    finding: Finding | None = None,
    uses: tuple[str, ...] = (),
    hypotheses: tuple[Hypothesis, ...] = (),
) -> Statement:
    """The statement that a printed formula is right. Raises KeyError on a name that no formula has."""
    formula = PRINTED[name]
    return Statement(
        id=name,
        title=title,
        source=formula.source,
        number=formula.number,
        formula=formula.latex,
        qualification=qualification,
        hypotheses=hypotheses,
        uses=uses,
        finding=finding,
    )


def record_identity(
    name: str,
    claimed: sympy.Expr,
    derived: sympy.Expr,
    values: Mapping[sympy.Basic, sympy.Expr] | None = None,
    covers_all: bool = True,
) -> None:
    """Record whether two expressions are the same function: proved by sympy, or refuted at one exact point.

    `values` gives the point for some symbols or indexed quantities, all others are given rational numbers in (0, 1).
    Neither proved nor refuted is inconclusive.
    """
    point = _point(sympy.Tuple(claimed, derived), values or {})
    one, other = (enclosure(expression, point) for expression in (claimed, derived))
    if not one.overlaps(other):
        where = f"{name}: {show(one)} is claimed, the derived value is {show(other)}, at {_show(point)}"
        record(certified(False, where))
    elif _vanishes(claimed - derived):
        record(symbolic(True, name, covers_all=covers_all))
    else:
        record(undecided(f"{name}: not proved"))


def _vanishes(difference: sympy.Expr) -> bool:
    # From the quick to the thorough.
    forms = (sympy.expand, lambda expression: sympy.cancel(sympy.together(expression)), sympy.simplify)
    return any(form(difference) == 0 for form in forms)


def undecided(detail: str) -> Evidence:
    """Neither proved nor refuted by sympy."""
    return Evidence(Kind.SYMBOLIC, Verdict.INCONCLUSIVE, detail)


def enclosure(expression: sympy.Expr, point: Mapping[sympy.Basic, sympy.Expr] | None = None) -> flint.arb:
    """A ball around the value of an expression at exact values of its symbols."""
    with SYSTEM.working():
        return flint.arb(evaluate(sympy.sympify(expression).subs(point or {}), SYSTEM, {}))


def show(ball: flint.arb) -> str:
    """The number in a ball, to twelve digits."""
    return ball.str(12, radius=False)


def _point(expression: sympy.Expr, values: Mapping[sympy.Basic, sympy.Expr]) -> dict[sympy.Basic, sympy.Expr]:
    indexed = expression.atoms(sympy.Indexed)
    bare = expression.xreplace(dict.fromkeys(indexed, sympy.Integer(0))).free_symbols
    unknown = sorted((indexed | bare) - set(values), key=str)
    rationals = (sympy.Rational(2 * place + 3, 2 * place + 8) for place in range(len(unknown)))
    return {node: value for node, value in values.items() if expression.has(node)} | dict(
        zip(unknown, rationals, strict=True)
    )


def _show(point: Mapping[sympy.Basic, sympy.Expr]) -> str:
    return ", ".join(f"{node} = {value}" for node, value in point.items()) or "every point"
