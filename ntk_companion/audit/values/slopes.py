"""Enclosures of derivatives, to decide an inequality on an interval from its ends."""

from fractions import Fraction
from functools import reduce

from flint import arb

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import Apply, Name, Node, Number, parts
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.audit.values.ranges import Range, point

ZERO, ONE = point(0), point(1)


def slope(node: Node | str, variable: str, environment: Environment) -> Range | None:
    """The derivative of a number by a variable, on the box it stands for; None where there is no rule for it."""
    if isinstance(node, str):
        return None
    if not _depends(node, variable, environment):
        return ZERO
    if isinstance(node, Name):
        return ONE if node.name == variable else slope(_unfolded(node, environment), variable, environment)
    if not isinstance(node, Apply):
        return None
    inner = [slope(argument, variable, environment) for argument in node.arguments]
    if any(part is None for part in inner):
        return None
    values = [evaluate(argument, environment) for argument in node.arguments]
    return _rule(node.word, values, [part for part in inner if part is not None])


def _unfolded(node: Name, environment: Environment) -> Node:
    bound = environment.value_of(node.name)
    return bound if isinstance(bound, Node) else Number(node.span, Fraction(0))


def _depends(node: Node, variable: str, environment: Environment) -> bool:
    for part in parts(node):
        if isinstance(part, Name):
            bound = environment.value_of(part.name)
            if part.name == variable or (isinstance(bound, Node) and _depends(bound, variable, environment)):
                return True
    return False


def _rule(word: Word, values: list[Range], inner: list[Range]) -> Range | None:
    match word:
        case vocabulary.PLUS:
            return reduce(ranges.add, inner)
        case vocabulary.TIMES:
            return ranges.add(ranges.multiply(inner[0], values[1]), ranges.multiply(values[0], inner[1]))
        case vocabulary.OVER:
            rest = ranges.subtract(inner[0], ranges.multiply(ranges.divide(values[0], values[1]), inner[1]))
            return ranges.divide(rest, values[1])
        case vocabulary.POWER if values[1].is_point:
            below = ranges.power(values[0], ranges.subtract(values[1], ONE))
            return ranges.multiply(ranges.multiply(values[1], below), inner[0])
    outer = _outer(word, values[0]) if len(values) == 1 else None
    return None if outer is None else ranges.multiply(outer, inner[0])


def _outer(word: Word, value: Range) -> Range | None:
    """The derivative of a function of one number."""
    match word:
        case vocabulary.K1:
            return ranges.k0(value)
        case vocabulary.K0:
            return ranges.divide(_inverse_root(value), point(arb.pi()))
        case vocabulary.ARCCOS:
            return ranges.negate(_inverse_root(value))
        case vocabulary.EXP:
            return ranges.exp(value)
        case vocabulary.LN:
            return ranges.divide(ONE, value)
        case vocabulary.SQRT:
            return ranges.divide(ONE, ranges.multiply(point(2), ranges.sqrt(value)))
        case vocabulary.SIN:
            return ranges.cos(value)
        case vocabulary.COS:
            return ranges.negate(ranges.sin(value))
    return None


def _inverse_root(value: Range) -> Range:
    """1 / sqrt(1 - u^2), unbounded above at -1 and 1."""
    square = ranges.subtract(ONE, ranges.power(value, point(2)))
    if not square.lower >= 0:
        return ranges.UNDEFINED
    root = ranges.sqrt(square)
    return Range(1 / root.upper, 1 / root.lower if root.lower > 0 else arb.pos_inf())
