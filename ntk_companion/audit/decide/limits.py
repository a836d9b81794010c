"""Limits in depth: what kernels of the ReLU network without biases grow like decides them; else a trend is told.

Values at finitely many depths prove nothing of a limit, so that a limit without a proof is INCONCLUSIVE.
"""

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

import sympy
from flint import ctx

from ntk_companion.audit.decide.comparisons import shown
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Entry, Limit, Name, Node, Number, words_in
from ntk_companion.audit.syntax.vocabulary import SAMPLED, TRAINED
from ntk_companion.audit.values.closed_forms import root
from ntk_companion.audit.values.degeneracy import degenerate_points
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate, index
from ntk_companion.audit.values.exact import exact, inner_product
from ntk_companion.audit.values.polynomials import vanishes
from ntk_companion.evidence import Kind, Verdict
from numerics.data.points import CirclePoints, PointSet, RationalPoints
from numerics.numbers.systems import Balls
from numerics.numbers.systems import evaluate as value_of
from theory.architecture import fcn
from theory.depth import relu_share
from theory.recursion import recursion

DEPTHS = (6, 12, 25, 50)
"""Where a trend is told."""
BITS = 256
MOST_POWER = 20
COMPARED_DEPTHS = (2, 3)
"""A network described for any depth that is the ReLU's at these two is it at all."""


class Growth(NamedTuple):
    """What a number is like as the variable L grows: `coefficient` L^power (1 + o(1)), the coefficient not zero."""

    coefficient: sympy.Expr
    power: int


def decide_limit(node: Limit, environment: Environment) -> Verdict:
    """Does a number tend to another? Raises MeaninglessError on words that no limit in depth is known of."""
    if words_in(node) & (TRAINED | SAMPLED):
        raise MeaninglessError("limits are of kernels in the width limit, not of random or trained networks")
    environment.budget.charge(50_000)
    _evaluated(node, environment, 1)  # names a fault of the claim
    try:
        found = growth(node.left, node.variable, environment)
        difference = None if found is None or found.power > 0 else _limit(found) - exact(node.right, environment)
        if found is not None and found.power > 0:
            return _settled(Verdict.REFUTED, f"it grows like {node.variable}^{found.power}", environment)
        if difference is not None and vanishes(difference):
            return _settled(Verdict.CONFIRMED, _because(node, environment), environment)
        if difference is not None and _is_nonzero(difference):
            reason = f"{shown(node.left, environment)} tends to {_limit(found)}"
            return _settled(Verdict.REFUTED, reason, environment)
    except NoExactValueError:
        pass
    environment.log.kinds.add(Kind.CERTIFIED)
    environment.log.cases += len(DEPTHS)
    values = ", ".join(_evaluated(node, environment, depth) for depth in DEPTHS)
    depths = ", ".join(map(str, DEPTHS))
    environment.note(f"at {node.variable} = {depths} it is {values}, which proves nothing of the limit")
    return Verdict.INCONCLUSIVE


def _settled(outcome: Verdict, reason: str, environment: Environment) -> Verdict:
    environment.log.kinds.add(Kind.SYMBOLIC)
    environment.note(reason)
    return outcome


def _because(node: Limit, environment: Environment) -> str:
    reason = f"{shown(node.left, environment)} tends to it"
    if vocabulary.K in words_in(node.left):
        reason += (
            f": the angle of a pair falls like 3 pi / l with the layer l, its NTK grows like {relu_share()} (L + 1)"
        )
    return reason


def _limit(found: Growth | None) -> sympy.Expr:
    assert found is not None
    return found.coefficient if found.power == 0 else sympy.Integer(0)


def _evaluated(node: Limit, environment: Environment, value: int) -> str:
    here = replace(environment.bind(node.variable, Number((0, 0), Fraction(value))), bits=BITS)
    with ctx.workprec(BITS):
        evaluate(node.right, here)
        return str(evaluate(node.left, here).ball().str(5, radius=False))


def growth(node: Node | str, variable: str, environment: Environment) -> Growth | None:
    """What a number grows like, None where that is not known. Raises NoExactValueError beyond the limits of forms."""
    match node:
        case Name(name=name) if name == variable:
            return Growth(sympy.Integer(1), 1)
        case Node() if variable not in environment.names_in(node):
            value = exact(node, environment)
            return Growth(value, 0) if _is_nonzero(value) else None
        case Name(name=name):
            inner = environment.bindings.get(name)
            return growth(inner, variable, environment) if isinstance(inner, Node) else None
        case Apply(word=vocabulary.PLUS, arguments=terms):
            found = [growth(term, variable, environment) for term in terms]
            return _sum([term for term in found if term is not None]) if all(found) else None
        case Apply(word=vocabulary.TIMES | vocabulary.OVER as word, arguments=(first, second)):
            one, two = (growth(part, variable, environment) for part in (first, second))
            if one is None or two is None:
                return None
            if word is vocabulary.TIMES:
                return Growth(one.coefficient * two.coefficient, one.power + two.power)
            return Growth(one.coefficient / two.coefficient, one.power - two.power)
        case Apply(word=vocabulary.POWER, arguments=(base, Number(value=value))) if value.denominator == 1:
            inside = growth(base, variable, environment) if abs(value) <= MOST_POWER else None
            return inside and Growth(inside.coefficient ** int(value), inside.power * int(value))
        case Entry(kernel=Apply(word=vocabulary.K | vocabulary.NNGP as word) as kernel, row=row, column=column):
            here = environment.selected(kernel)
            return _of_entry(word, here, variable, (index(row, here), index(column, here)))
    return None


def _sum(terms: list[Growth]) -> Growth | None:
    """The terms of the largest power count, unless they cancel."""
    power = max(term.power for term in terms)
    coefficient = reduce(sympy.Add, (term.coefficient for term in terms if term.power == power))
    return Growth(coefficient, power) if _is_nonzero(coefficient) else None


def _is_nonzero(value: sympy.Expr) -> bool:
    """Is a closed form shown by balls to be not zero?"""
    with ctx.workprec(BITS):
        try:
            found = value_of(value, Balls(BITS), {})
        except ValueError:
            return False
        return bool(found > 0 or found < 0)


def _of_entry(word: vocabulary.Word, environment: Environment, variable: str, places: tuple[int, int]) -> Growth | None:
    """K(x, x') ~ (L + 1) |x| |x'| or a quarter of it, and NNGP(x, x') ~ |x| |x'|, for ReLU networks without biases."""
    network, points = environment.described, environment.point_set
    if network.scale is not None or not all(_is_relu(environment, depth) for depth in COMPARED_DEPTHS):
        return None
    same_ray = _on_one_ray(points, *places)
    if same_ray is None:
        return None
    lengths = [root(inner_product(points, place, place)) for place in places]
    depth = growth(network.depth, variable, environment)
    if depth is None or depth.power < 1:
        return None
    share = sympy.Integer(1) if same_ray or word is vocabulary.NNGP else relu_share()
    size = share * lengths[0] * lengths[1]
    return Growth(size, 0) if word is vocabulary.NNGP else Growth(size * depth.coefficient, depth.power)


def _is_relu(environment: Environment, depth: int) -> bool:
    """Is the network of this depth the fully connected ReLU network without biases, all weights trained?"""
    try:
        derived = recursion(environment.described.architecture(depth, Fraction(1)))
    except MeaninglessError:
        return False
    plain = recursion(fcn(depth, "none"))
    return (
        list(derived.equations.items()) == list(plain.equations.items())
        and list(derived.parts.values()) == list(plain.parts.values())
        and derived.nngp == plain.nngp
    )


def _on_one_ray(points: PointSet, first: int, second: int) -> bool | None:
    """Are two points on one ray from the origin? None if one is the origin."""
    if first == second:
        pair = [first]
    elif isinstance(points, CirclePoints):
        return False
    else:
        pair = [first, second]
    if isinstance(points, RationalPoints):
        chosen = replace(points, numerators=points.numerators[pair])
        found = degenerate_points(chosen, homogeneous=True)
        if found is not None and len(found.weights) == 1:
            return None
        return len(pair) == 1 or found is not None
    return True
