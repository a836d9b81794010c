"""Comparisons of numbers, on single values and on whole intervals.

Precision is doubled up to a cap; if the two sides still touch, sympy may prove them equal. Where a variable stands for
an interval the comparison is decided for all its values at once, with the slope's help at ends where both sides meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum
from fractions import Fraction

import flint

from ntk_companion.audit import exact, ranges, sampling
from ntk_companion.audit.nodes import About, Apply, Comparison, Node, Number, parts, words_in
from ntk_companion.audit.ranges import Range, point
from ntk_companion.audit.situation import LEAST_BITS, MOST_BITS, Situation, evaluate
from ntk_companion.audit.slopes import slope
from ntk_companion.audit.words import MEANS, SAMPLED, TRAINED
from ntk_companion.evidence import Kind

arb = flint.arb

BOX_BITS = 128
MOST_NUMERICAL_BITS = 128
MOST_FACTS = 8


class Truth(Enum):
    """What is known of a statement."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "undecided"
    EMPTY = "true for a reason that says nothing"


def truth_of(decided: bool | None) -> Truth:
    """A decided, or undecided, comparison as a truth value."""
    return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[decided]


def decide_comparison(node: Comparison, situation: Situation) -> Truth:
    """The truth of left relation right."""
    if not situation.bound:
        return _compare(node, situation)
    situation = situation.without_idle_variables(node)
    if situation.boxed:
        return _on_box(node, situation)
    if situation.bound:
        return _compare(node, situation)
    trace = situation.trace
    if node not in trace.constants:
        outcome = _compare(node, replace(situation, most_bits=MOST_BITS))
        trace.constants[node] = outcome, kinds_of(node) if outcome is not Truth.UNKNOWN else set()
    outcome, kinds = trace.constants[node]
    trace.kinds |= kinds
    return outcome


def _compare(node: Comparison, situation: Situation) -> Truth:
    """A comparison of single numbers: precision is doubled until it is decided."""
    situation.charge(100)
    sides = (node.left, node.right)
    tested_exactly = False
    for bits in _ladder(node, situation):
        here = replace(situation, bits=bits)
        with flint.ctx.workprec(bits):
            left, right = (evaluate(side, here) for side in sides)
            decided = ranges.compare(left, node.relation, right)
            defined = left.is_defined and right.is_defined
        if decided is None and defined and bits >= 128 and not tested_exactly:
            tested_exactly = True
            if exact.proves_equal(*sides, here):
                situation.trace.kinds.add(Kind.SYMBOLIC)
                situation.note(_proof(node, situation))
                return truth_of(node.relation in ("<=", ">=", "="))
        if decided is not None:
            break
    _remember(node, (left, right), bits, situation)
    if decided is None:
        situation.note(_undecided(node, left, right, bits, situation))
    return truth_of(decided)


def _ladder(node: Node, situation: Situation) -> Iterator[int]:
    """The precisions to try; more of it does not help where an integration's error is what counts."""
    bits, most = LEAST_BITS, situation.most_bits
    if words_in(node) & (TRAINED | {"probability"}):
        most = min(most, MOST_NUMERICAL_BITS)
    while bits <= most:
        yield bits
        bits *= 2


def _remember(node: Comparison | About, values: Iterable[Range], bits: int, situation: Situation) -> None:
    trace = situation.trace
    trace.bits = max(trace.bits, bits)
    trace.kinds |= kinds_of(node)
    if words_in(node) & SAMPLED:
        trace.cases = max(trace.cases, 1)
    if not situation.bound and len(trace.facts) < MOST_FACTS:
        for side, value in zip((node.left, node.right), values, strict=True):
            if not _is_literal(side):
                trace.facts[shown(side, situation)] = value


def _is_literal(node: Node) -> bool:
    """Is the value plain to see: numbers and arithmetic alone?"""
    return all(isinstance(part, Number) or (isinstance(part, Apply) and part.word in "+-*/^") for part in parts(node))


def kinds_of(node: Node) -> set[Kind]:
    """The evidence that a statement, once decided, rests on."""
    words = words_in(node)
    kinds = {Kind.STATISTICAL} if words & SAMPLED else set()
    kinds |= {Kind.NUMERICAL} if words & TRAINED else set()
    return kinds or {Kind.CERTIFIED}


def shown(node: Node, situation: Situation) -> str:
    """A part of the assertion as it is written."""
    if isinstance(node, Number):
        return str(node.value)
    if isinstance(node, Apply) and node.word == "lambda_min" and node.span == getattr(node.arguments[0], "span", None):
        return f"lambda_min({situation.text[slice(*node.span)]})"  # of "K is positive definite"
    return " ".join(situation.text[slice(*node.span)].split())


def _proof(node: Comparison, situation: Situation) -> str:
    return f"sympy proves {shown(node.left, situation)} = {shown(node.right, situation)}"


def _undecided(node: Comparison | About, left: Range, right: Range, bits: int, situation: Situation) -> str:
    for side, value in ((node.left, left), (node.right, right)):
        if words_in(side) & MEANS and not value.is_defined:
            return f"{shown(side, situation)} is not known: {sampling.NOT_KNOWN}"
    if words_in(node) & (TRAINED | SAMPLED):
        sides = f"{shown(node.left, situation)} and {shown(node.right, situation)}"
        return f"{sides} are closer than what is known of them, or not known"
    if not (left.is_defined and right.is_defined):
        side = node.right if left.is_defined else node.left
        return f"{shown(side, situation)} is undefined, or not known to be defined, at {bits} bits"
    if isinstance(node, About):
        return f"the difference is half a unit of the last digit, or too close to that at {bits} bits"
    with flint.ctx.workprec(bits):
        distance = abs(ranges.subtract(left, right).ball()).abs_upper()
        digits = (-distance.log() / arb(10).log()).floor().unique_fmpz() if distance > 0 else None
    sides = f"{shown(node.left, situation)} and {shown(node.right, situation)}"
    bound = f"differ by less than 1e-{digits}" if digits is not None and 0 < digits < 10**5 else "are too close"
    return f"{sides} {bound} at {bits} bits, which decides neither an equality nor an order"


def _on_box(node: Comparison, situation: Situation) -> Truth:
    """The truth of a comparison where a variable stands for an interval: TRUE for all its values, FALSE for all."""
    here = replace(situation, bits=BOX_BITS)
    situation.charge(200)
    with flint.ctx.workprec(BOX_BITS):
        left, right = evaluate(node.left, here), evaluate(node.right, here)
        decided = ranges.compare(left, node.relation, right)
        situation.trace.kinds |= kinds_of(node)
        situation.trace.bits = max(situation.trace.bits, BOX_BITS)
        if decided is not None or not (left.is_defined and right.is_defined):
            return truth_of(decided)
    if node.relation in ("=", "!="):
        if _is_identity(node, here):
            situation.trace.kinds = (situation.trace.kinds - {Kind.CERTIFIED}) | {Kind.SYMBOLIC}
            situation.trace.note(_proof(node, situation) + " as functions")
            return truth_of(node.relation == "=")
        return Truth.UNKNOWN
    return _by_slope(node, here)


def _is_identity(node: Comparison, situation: Situation) -> bool:
    place = (
        "identity",
        node,
        tuple((name, value) for name, value in situation.bindings.items() if isinstance(value, Node)),
    )
    if place not in situation.trace.memory:
        situation.trace.memory[place] = exact.proves_equal(node.left, node.right, situation)
    return situation.trace.memory[place]


def _by_slope(node: Comparison, situation: Situation) -> Truth:
    """If left - right is monotone on the box, its sign is decided at the ends."""
    variable = situation.boxed
    assert variable is not None
    box = situation.bindings[variable]
    assert isinstance(box, Range)
    with flint.ctx.workprec(situation.bits):
        rise = slope(node.left, variable, situation)
        fall = slope(node.right, variable, situation)
        if rise is None or fall is None:
            return Truth.UNKNOWN
        difference = ranges.subtract(rise, fall)
        ends = [end_of(box.lower), end_of(box.upper)]
        if difference.lower >= 0:
            low, high = ends
        elif difference.upper <= 0:
            high, low = ends
        else:
            return Truth.UNKNOWN
    worst, best = (high, low) if node.relation in ("<", "<=") else (low, high)
    if decide_comparison(node, replace(situation.bind(variable, worst), most_bits=512)) is Truth.TRUE:
        return Truth.TRUE
    outcome = decide_comparison(node, replace(situation.bind(variable, best), most_bits=512))
    return outcome if outcome is Truth.FALSE else Truth.UNKNOWN


def decide_about(node: About, situation: Situation) -> Truth:
    """Is |left - right| at most half a unit of the last of `digits` significant digits of right?"""
    bits_used = 0
    decided: bool | None = None
    left = right = ranges.UNDEFINED
    for bits in _ladder(node, situation) if not situation.boxed else [BOX_BITS]:
        here = replace(situation, bits=bits)
        bits_used = bits
        with flint.ctx.workprec(bits):
            left, right = evaluate(node.left, here), evaluate(node.right, here)
            exponent = _leading_exponent(node.right, right)
            if exponent is None:
                continue
            unit = (
                point(arb(10) ** (exponent - node.digits + 1) / 2)
                if exponent >= node.digits - 1
                else ranges.rational(Fraction(1, 2 * 10 ** (node.digits - 1 - exponent)))
            )
            decided = ranges.compare(ranges.absolute(ranges.subtract(left, right)), "<=", unit)
        if decided is not None:
            break
    _remember(node, (left, right), bits_used, situation)
    if decided is None:
        situation.note(_undecided(node, left, right, bits_used, situation))
    return truth_of(decided)


def _leading_exponent(node: Node, value: Range) -> int | None:
    """floor(log10 |value|), exactly; None if it is not known."""
    if isinstance(node, Number):
        number = abs(node.value)
        estimate = len(str(number.numerator)) - len(str(number.denominator))
        return estimate if number >= Fraction(10) ** estimate else estimate - 1
    size = abs(value.ball())
    exponent = (size.log() / arb(10).log()).floor().unique_fmpz() if size > 0 else None
    return int(exponent) if exponent is not None and abs(exponent) < 10_000 else None


def end_of(ball: arb) -> Node | Range:
    """An end of a box as a number, exact where the ball is."""
    return dyadic(ball) if ball.is_exact() else point(ball)


def dyadic(ball: arb) -> Number:
    """An exact ball as a number."""
    mantissa, exponent = (int(part) for part in ball.man_exp())
    return Number((0, 0), Fraction(mantissa) * Fraction(2) ** exponent)
