"""When a comparison that holds says nothing: bounds that are met before training begins."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import flint

from checks.audit import ranges
from checks.audit.nodes import Apply, Comparison, Node, Number, mapped, parts, times_of, words_in
from checks.audit.words import TIME, TRAINED, WORDS

if TYPE_CHECKING:
    from checks.audit.situation import Situation

GAPS = ("gap", "largest_gap")
NORMS = ("max_norm", "frobenius_norm", "spectral_norm")
CROSSINGS = ("crossing_time", "log10_crossing")
INCREASING = ("sqrt", "ln", "exp")
BITS = 256


def says_nothing(node: Comparison, situation: Situation) -> bool:
    """Does a comparison that holds say nothing of training?

    So it is if the distance of the kernel from its limit is claimed to be large, and is as large at the start; if the
    time of a crossing is spoken of, and the constant is exceeded at the start; and if a probability is claimed to be
    large, and is so only with cases that say nothing.
    """
    words = words_in(node)
    if words.intersection(CROSSINGS) and any(_crossed_at_start(part, situation) for part in parts(node)):
        situation.note("the constant is exceeded at the start, before training")
        return True
    if "probability" in words and not situation.strict:
        return not _holds(node, replace(situation, strict=True))
    if not words & TRAINED or _rises(node, situation) != 1 or not _holds(at_start(node), situation):
        return False
    situation.note("the kernel is as far from its limit at the start, before training")
    return True


def at_start(node: Node) -> Node:
    """The same with all times replaced by 0."""

    def change(part: Node) -> Node:
        if not isinstance(part, Apply):
            return part
        places = [place for place, wanted in enumerate(WORDS[part.word].arguments) if wanted == TIME]
        if not places:
            return part
        zero = Number(part.span, Fraction(0))
        return replace(
            part, arguments=tuple(zero if i in places else argument for i, argument in enumerate(part.arguments))
        )

    return mapped(node, change)


def _holds(node: Node, situation: Situation) -> bool:
    from checks.audit.situation import evaluate

    assert isinstance(node, Comparison)
    here = replace(situation, bits=BITS)
    with flint.ctx.workprec(BITS):
        return ranges.compare(evaluate(node.left, here), node.relation, evaluate(node.right, here)) is True


def _crossed_at_start(part: Node, situation: Situation) -> bool:
    from checks.audit.situation import evaluate

    if not isinstance(part, Apply) or part.word not in CROSSINGS:
        return False
    return bool(evaluate(replace(part, word="log10_crossing"), situation).upper == flint.arb.neg_inf())


def _rises(node: Comparison, situation: Situation) -> int | None:
    """1 if the comparison gets truer as the kernel's distance from its limit grows, -1 if falser; None: not known."""
    if node.relation in ("=", "!="):
        return None
    left, right = _slope(node.left, situation), _slope(node.right, situation)
    if left is None or right is None or left * right > 0:
        return None
    return (left - right) * (1 if node.relation in (">", ">=") else -1) // max(1, abs(left - right))


def _slope(node: Node | str, situation: Situation) -> int | None:
    """The sign with which a number depends on the distance of the trained kernel from its limit; None: not known."""
    if isinstance(node, str) or all(_is_at_start(part) for part in parts(node)):
        return 0
    if not isinstance(node, Apply):
        return None
    arguments = node.arguments
    if node.word in GAPS or (node.word in NORMS and isinstance(arguments[0], Apply) and arguments[0].word == "+"):
        return 1
    if node.word in ("+", "min", "max"):
        signs = {_slope(argument, situation) for argument in arguments} - {0}
        return signs.pop() if len(signs) == 1 else None
    if node.word in INCREASING:
        return _slope(arguments[0], situation)
    if node.word in ("*", "/"):
        return _slope_of_product(arguments[0], arguments[1], -1 if node.word == "/" else 1, situation)
    return None


def _slope_of_product(first: Node | str, second: Node | str, power: int, situation: Situation) -> int | None:
    """The same of first * second^power; one of the two must not depend on training."""
    for varying, constant, direction in ((first, second, 1), (second, first, power)):
        if _slope(constant, situation) == 0:
            sign, slope = _sign(constant, situation), _slope(varying, situation)
            return None if sign is None or slope is None else direction * sign * slope
    return None


def _is_at_start(part: Node) -> bool:
    """Is this no word about a trained network, or one about time 0?"""
    if not isinstance(part, Apply) or part.word not in TRAINED:
        return True
    times = times_of(part)
    return bool(times) and all(isinstance(time, Number) and time.value == 0 for time in times)


def _sign(node: Node | str, situation: Situation) -> int | None:
    from checks.audit.situation import evaluate

    with flint.ctx.workprec(BITS):
        value = evaluate(node, replace(situation, bits=BITS))
        return 1 if value.lower > 0 else -1 if value.upper < 0 else None
