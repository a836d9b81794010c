"""Statements about all, or some, real numbers of an interval: subdivision into boxes that are decided as a whole."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx

from ntk_companion.audit.decide.comparisons import BOX_BITS, dyadic, end_of
from ntk_companion.audit.decide.witnesses import Decide, remember
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Comparison, Interval, Node, Number, Quantified, words_in
from ntk_companion.audit.syntax.vocabulary import JUMPING, Relation
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Binding, Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.audit.values.ranges import Range
from ntk_companion.evidence import Verdict

MOST_BOXES = 4000
MOST_BOXES_WHEN_OPEN = 64
"""Once the claim is undecided at a point, every box around it is: what is left is a search of the others."""


def boxes_when_open(environment: Environment) -> int:
    """How many boxes are searched then: fewer inside another quantifier, where it is done over and over."""
    return max(8, MOST_BOXES_WHEN_OPEN >> 3 * len(environment.bound))


def over_interval(node: Quantified, domain: Interval, environment: Environment, decide: Decide) -> Verdict:
    """Subdivision: every box decided as a whole, or the middle of one found where the claim is settled."""
    ends = [ball_of(end, environment) for end in (domain.lower, domain.upper)]
    if ends[0] > ends[1]:
        environment.note("the interval is empty")
        return Verdict.VACUOUS if node.universal else Verdict.REFUTED
    if not ends[0] <= ends[1]:
        return Verdict.INCONCLUSIVE
    settling = Verdict.REFUTED if node.universal else Verdict.CONFIRMED
    found, most = set(), MOST_BOXES
    for end in ends:
        outcome = decide(node.body, _at(node, end_of(end), environment))
        most = boxes_when_open(environment) if outcome is Verdict.INCONCLUSIVE else most
        if outcome is settling:
            return _settle(node, ends, end, settling, environment, decide)
        found |= {outcome} & {Verdict.CONFIRMED}  # one case in which the claim says something
    boxes, tried = deque([(ends[0], ends[1])]), 0
    while boxes:
        lower, upper = boxes.popleft()
        tried += 1
        if not node.universal and _crosses(node, lower, upper, environment, decide):
            return Verdict.CONFIRMED
        outcome = decide(node.body, replace(environment.bind(node.variable, Range(lower, upper)), root=False))
        cut = middle(lower, upper)
        inside = bool(lower < cut) and bool(cut < upper)
        if inside and (
            outcome is Verdict.INCONCLUSIVE or (outcome is Verdict.VACUOUS and Verdict.CONFIRMED not in found)
        ):
            there = decide(node.body, _at(node, dyadic(cut), environment))
            found |= {there} & {Verdict.CONFIRMED}
            most = boxes_when_open(environment) if there is Verdict.INCONCLUSIVE else most
            outcome = settling if there is settling else outcome
        if outcome is settling:
            return _settle(node, [lower, upper], cut if inside else lower, settling, environment, decide)
        if outcome is Verdict.INCONCLUSIVE and inside and tried + len(boxes) < most:
            boxes += [(lower, cut), (cut, upper)]
        else:
            found.add(outcome)
    shown = f"{tried} sub-interval{'s' if tried > 1 else ''} of {node.variable}"
    if Verdict.INCONCLUSIVE in found:
        environment.note(f"{shown} tried, not all decided")
        return Verdict.INCONCLUSIVE
    environment.note(f"{shown} decided")
    if not node.universal:
        return Verdict.VACUOUS if Verdict.VACUOUS in found else Verdict.REFUTED
    return Verdict.CONFIRMED if Verdict.CONFIRMED in found else Verdict.VACUOUS


def middle(lower: arb, upper: arb) -> arb:
    """The middle, of a long interval of positive numbers in the logarithm."""
    if lower >= 0 and upper > 1000 and upper > 1000 * lower:
        with ctx.workprec(BOX_BITS):
            return (lower.max(arb(1)) * upper).sqrt().mid()
    return (lower.mid() + upper.mid()).mid() / 2


def _crosses(node: Quantified, lower: arb, upper: arb, environment: Environment, decide: Decide) -> bool:
    """Is an equality fulfilled between two values, where its two sides change order and are continuous?"""
    body = node.body
    if (
        not isinstance(body, Comparison)
        or body.relation is not Relation.EQUAL
        or environment.boxed
        or words_in(body) & JUMPING
    ):
        return False
    box = replace(environment.bind(node.variable, Range(lower, upper)), bits=BOX_BITS)
    with ctx.workprec(BOX_BITS):
        if not all(evaluate(side, box).is_defined for side in (body.left, body.right)):
            return False
    less, more = (replace(body, relation=relation) for relation in (Relation.LESS, Relation.MORE))
    there = [_at(node, end_of(end), environment) for end in (lower, upper)]
    for first, second in ((less, more), (more, less)):
        if decide(first, there[0]) is Verdict.CONFIRMED and decide(second, there[1]) is Verdict.CONFIRMED:
            ends = f"{lower.str(6, radius=False)} and {upper.str(6, radius=False)}"
            environment.note(f"its two sides change order between {node.variable} = {ends}, and are continuous")
            return True
    return False


def ball_of(node: Node, environment: Environment) -> arb:
    """The end of an interval. Raises MeaninglessError if it is undefined."""
    with ctx.workprec(BOX_BITS):
        value = evaluate(node, replace(environment, bits=BOX_BITS))
    if not value.is_defined:
        raise MeaninglessError("the end of an interval is undefined")
    return value.ball()


def _at(node: Quantified, value: Binding, environment: Environment) -> Environment:
    return replace(environment.bind(node.variable, value), most_bits=256)


def _settle(
    node: Quantified, box: list[arb], found: arb, settling: Verdict, environment: Environment, decide: Decide
) -> Verdict:
    """Shrink the value found: the fraction of smallest denominator in its box that settles the claim as well."""
    for value in _simple_fractions(box):
        if decide(node.body, _at(node, value, environment)) is settling:
            remember(node, value, settling, environment, decide)
            return settling
    remember(node, end_of(found), settling, environment, decide)
    return settling


def _simple_fractions(box: list[arb], most_denominator: int = 16) -> Iterator[Number]:
    lower, upper = (dyadic(end.mid()).value for end in box)
    tried: set[Fraction] = set()
    for denominator in range(1, most_denominator + 1):
        first, last = -int(-lower * denominator // 1), int(upper * denominator // 1)
        numbers = sorted({first, last} | set(range(max(first, -8), min(last, 8) + 1)), key=lambda k: (abs(k), k < 0))
        for numerator in numbers:
            value = Fraction(numerator, denominator)
            number = Number((0, 0), value)
            if lower <= value <= upper and value not in tried and _inside(value, box):
                tried.add(value)
                yield number


def _inside(value: Fraction, box: list[arb]) -> bool:
    ball = ranges.rational(value).ball()
    return bool(box[0] <= ball) and bool(ball <= box[1])
