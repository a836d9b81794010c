"""How a printed formula becomes a statement, and how an identity between sympy expressions is decided."""

from collections.abc import Mapping

import flint
import sympy

from ntk_companion import Evidence, Finding, Hypothesis, Kind, Statement, Verdict, certified, record, symbolic, vanishes
from ntk_companion.symbolics import Point, point_of, value_at
from numerics.numbers.systems import Balls, evaluate
from theory.printed.divergence import PAPER, PRINTED, VERSION

SYSTEM = Balls(256)
OF_WHICH = f"As printed in {VERSION}; the later arXiv version was not compared."
"""Of which version of the paper a finding is."""


def printed_statement(
    name: str,
    title: str,
    qualification: str,
    finding: Finding | None = None,
    *,
    uses: tuple[str, ...] = (),
    hypotheses: tuple[Hypothesis, ...] = (),
    revision: int = 1,
) -> Statement:
    """The statement that a printed formula is right. Raises KeyError on a name that no formula has."""
    formula = PRINTED[name]
    return Statement(
        id=name,
        title=title,
        source=formula.source,
        number=formula.number,
        formula=formula.latex,
        qualification=f"{qualification} {OF_WHICH}" if finding and formula.source == PAPER else qualification,
        revision=revision,
        hypotheses=hypotheses,
        uses=uses,
        finding=finding,
    )


def record_identity(
    name: str,
    claimed: sympy.Expr,
    derived: sympy.Expr,
    values: Point | None = None,
    covers_all: bool = True,
) -> None:
    """Record whether two expressions are the same function, as `ntk_companion.symbolics.vanishes` decides it.

    `values` gives the point at which they are compared for some symbols or indexed quantities.
    """
    point = point_of(sympy.Tuple(claimed, derived), values or {})
    verdict = vanishes(sympy.sympify(claimed) - sympy.sympify(derived), point)
    if verdict is not Verdict.REFUTED:
        record(
            symbolic(verdict, name if verdict is Verdict.CONFIRMED else f"{name}: not proved", covers_all=covers_all)
        )
        return
    one, other = (value_at(expression, point) for expression in (claimed, derived))
    shown = ", ".join(f"{node} = {value}" for node, value in point.items()) or "every point"
    where = f"{name}: {show(one)} is claimed, the derived value is {show(other)}, at {shown}"
    record(certified(False, where))


def undecided(detail: str) -> Evidence:
    """Neither proved nor refuted by sympy."""
    return Evidence(Kind.SYMBOLIC, Verdict.INCONCLUSIVE, detail)


def enclosure(expression: sympy.Expr, point: Mapping[sympy.Basic, sympy.Expr] | None = None) -> flint.arb:
    """A ball around the value of an expression at exact values of its symbols."""
    with SYSTEM.working():
        return flint.arb(evaluate(sympy.sympify(expression).subs(point or {}), SYSTEM, {}))


def show(ball: flint.arb | None) -> str:
    """The number in a ball, to twelve digits."""
    return "no number" if ball is None else ball.str(12, radius=False)
