"""Comparisons of numbers, on single values and on whole intervals.

Precision is doubled up to a cap; if the two sides still touch, sympy may prove them equal. Where a variable stands for
an interval the comparison is decided for all its values at once, with the slope's help at ends where both sides meet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx

from ntk_companion.audit.decide.families import theorem_on_points
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import ExhaustedError
from ntk_companion.audit.syntax.nodes import About, Apply, Comparison, Node, Number, parts, words_in
from ntk_companion.audit.syntax.vocabulary import MATRIX_ARITHMETIC, MEANS, SAMPLED, TRAINED, Relation
from ntk_companion.audit.values import exact, facts, ranges, sampling
from ntk_companion.audit.values.environment import LEAST_BITS, MOST_BITS, Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.audit.values.memory import once
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.slopes import slope
from ntk_companion.evidence import Kind, Verdict, verdict_of

BOX_BITS = 128
MOST_NUMERICAL_BITS = 128
MOST_FACTS = 8
ARITHMETIC = MATRIX_ARITHMETIC | {vocabulary.POWER}


def decide_comparison(node: Comparison, environment: Environment) -> Verdict:
    """The truth of left relation right."""
    if not environment.bound:
        return _compare(node, environment)
    environment = environment.without_idle_variables(node)
    if environment.boxed:
        return _on_box(node, environment)
    if environment.bound:
        return _compare(node, environment)
    outcome, kinds = environment.constant(("comparison", node), lambda: _with_kinds(node, environment))
    environment.log.kinds |= kinds
    return outcome


def _with_kinds(node: Comparison, environment: Environment) -> tuple[Verdict, set[Kind]]:
    outcome = _compare(node, replace(environment, most_bits=MOST_BITS))
    return outcome, kinds_of(node) if outcome is not Verdict.INCONCLUSIVE else set()


def _compare(node: Comparison, environment: Environment) -> Verdict:
    """A comparison of single numbers: precision is doubled until it is decided."""
    environment.budget.charge(300)
    sides = (node.left, node.right)
    tested_exactly = False
    for bits in _ladder(node, environment):
        here = replace(environment, bits=bits)
        with ctx.workprec(bits):
            try:
                left, right = (evaluate(side, here) for side in sides)
            except ExhaustedError:
                if bits > LEAST_BITS:  # what is known so far is told
                    _remember(node, (left, right), bits // 2, environment)
                raise
            decided = ranges.compare(left, node.relation, right)
            defined = left.is_defined and right.is_defined
        early = LEAST_BITS if node.relation in (Relation.EQUAL, Relation.UNEQUAL) else 128
        if decided is None and defined and bits >= early and not tested_exactly:
            tested_exactly = True
            decided = _by_structure(node, here)
            if decided is not None or _by_theorem(node, here):
                return verdict_of(decided is not False)
        if decided is not None:
            break
    _remember(node, (left, right), bits, environment)
    if decided:
        _by_theorem(node, environment)
    if decided is None:
        environment.note(_undecided(node, left, right, bits, environment))
    return verdict_of(decided)


def _by_theorem(node: Comparison, environment: Environment) -> bool:
    """Does a proved theorem say that the comparison holds? It stands in the reply then, beside what was computed."""
    reason = theorem_on_points(node, environment)
    if reason is not None:
        environment.log.kinds |= reason.kinds
        environment.note(reason.sentence)
    return reason is not None


def _by_structure(node: Comparison, environment: Environment) -> bool | None:
    """What the forms of both sides decide: their exact difference, or a sign that follows from how they are made."""
    sign = exact.sign_of_difference(node.left, node.right, environment)
    if sign is not None:
        # The sign of a factor, and that a number exists at all, are known of a trained network by a run alone.
        environment.log.kinds |= {Kind.SYMBOLIC} | (kinds_of(node) - {Kind.CERTIFIED})
        environment.note(_proof(node, sign, environment))
        return ranges.compare(point(sign), node.relation, point(0))
    for one, other, relation in (
        (node.left, node.right, node.relation), (node.right, node.left, node.relation.reversed),
    ):  # fmt: skip
        zero = isinstance(other, Number) and other.value == 0
        found = facts.sign_of(one, environment) if zero else facts.Sign.UNKNOWN
        if found and relation in (Relation.AT_LEAST, Relation.LESS):
            environment.log.kinds |= kinds_of(node)
            environment.note(f"{shown(one, environment)} is not negative by construction")
            return relation is Relation.AT_LEAST
    return None


def _ladder(node: Node, environment: Environment) -> Iterator[int]:
    """The precisions to try; more of it does not help where an integration's error is what counts."""
    bits, most = LEAST_BITS, environment.most_bits
    if words_in(node) & (TRAINED | {vocabulary.PROBABILITY}):
        most = min(most, MOST_NUMERICAL_BITS)
    while bits <= most:
        yield bits
        bits *= 2


def _remember(node: Comparison | About, values: Iterable[Range], bits: int, environment: Environment) -> None:
    log = environment.log
    log.bits = max(log.bits, bits)
    log.kinds |= kinds_of(node)
    if words_in(node) & SAMPLED:
        log.cases = max(log.cases, 1)
    if not environment.bound and len(log.facts) < MOST_FACTS:
        for side, value in zip((node.left, node.right), values, strict=True):
            if not _is_literal(side):
                log.facts[shown(side, environment)] = value


def _is_literal(node: Node) -> bool:
    """Is the value plain to see: numbers and arithmetic alone?"""
    return all(
        isinstance(part, Number) or (isinstance(part, Apply) and part.word in ARITHMETIC) for part in parts(node)
    )


def kinds_of(node: Node) -> set[Kind]:
    """The evidence that a statement, once decided, rests on."""
    words = words_in(node)
    kinds = {Kind.STATISTICAL} if words & SAMPLED else set()
    kinds |= {Kind.NUMERICAL} if words & TRAINED else set()
    return kinds or {Kind.CERTIFIED}


def shown(node: Node, environment: Environment) -> str:
    """A part of the assertion as it is written."""
    if isinstance(node, Number):
        return str(node.value)
    if (
        isinstance(node, Apply)
        and node.word is vocabulary.LAMBDA_MIN
        and node.span == getattr(node.arguments[0], "span", None)
    ):
        return f"lambda_min({environment.claim.text[slice(*node.span)]})"  # of "K is positive definite"
    return " ".join(environment.claim.text[slice(*node.span)].split())


def _proof(node: Comparison, sign: int, environment: Environment) -> str:
    """The sentence on a difference of a proved sign."""
    relation = "<=>"[sign + 1]
    return f"sympy proves {shown(node.left, environment)} {relation} {shown(node.right, environment)}"


def _undecided(node: Comparison | About, left: Range, right: Range, bits: int, environment: Environment) -> str:
    for side, value in ((node.left, left), (node.right, right)):
        if words_in(side) & MEANS and not value.is_defined:
            return f"{shown(side, environment)} is not known: {sampling.NOT_KNOWN}"
    if words_in(node) & (TRAINED | SAMPLED):
        sides = f"{shown(node.left, environment)} and {shown(node.right, environment)}"
        return f"{sides} are closer than what is known of them, or not known"
    if not (left.is_defined and right.is_defined):
        side = node.right if left.is_defined else node.left
        return f"{shown(side, environment)} is undefined, or not known to be defined, at {bits} bits"
    if isinstance(node, About):
        return f"the difference is half a unit of the last digit, or too close to that at {bits} bits"
    with ctx.workprec(bits):
        distance = abs(ranges.subtract(left, right).ball()).abs_upper()
        digits = (-distance.log() / arb(10).log()).floor().unique_fmpz() if distance > 0 else None
    sides = f"{shown(node.left, environment)} and {shown(node.right, environment)}"
    bound = f"differ by less than 1e-{digits}" if digits is not None and 0 < digits < 10**5 else "are too close"
    return f"{sides} {bound} at {bits} bits, which decides neither an equality nor an order"


def _on_box(node: Comparison, environment: Environment) -> Verdict:
    """The truth of a comparison where a variable stands for an interval: CONFIRMED or REFUTED for all its values."""
    here = replace(environment, bits=BOX_BITS)
    environment.budget.charge(400)
    with ctx.workprec(BOX_BITS):
        left, right = evaluate(node.left, here), evaluate(node.right, here)
        decided = ranges.compare(left, node.relation, right)
        environment.log.kinds |= kinds_of(node)
        environment.log.bits = max(environment.log.bits, BOX_BITS)
        if decided is not None or not (left.is_defined and right.is_defined):
            return verdict_of(decided)
    if node.relation in (Relation.EQUAL, Relation.UNEQUAL):
        if _is_identity(node, here):
            environment.log.kinds = (environment.log.kinds - {Kind.CERTIFIED}) | {Kind.SYMBOLIC}
            environment.log.note(_proof(node, 0, environment) + " as functions")
            return verdict_of(node.relation is Relation.EQUAL)
        return Verdict.INCONCLUSIVE
    return _by_slope(node, here)


def _is_identity(node: Comparison, environment: Environment) -> bool:
    """Are both sides equal for all values of the variables that stand for intervals?

    Remembered if there are no others.
    """
    boxes = [isinstance(value, Range) and not value.is_point for value in map(environment.value_of, environment.bound)]
    known = environment.memory.constants if all(boxes) else {}
    place = ("identity", node, environment.place)
    return once(known, place, lambda: exact.sign_of_difference(node.left, node.right, environment) == 0)


def _by_slope(node: Comparison, environment: Environment) -> Verdict:
    """If left - right is monotone on the box, its sign is decided at the ends."""
    variable = environment.boxed
    assert variable is not None
    box = environment.bindings[variable]
    assert isinstance(box, Range)
    with ctx.workprec(environment.bits):
        rise = slope(node.left, variable, environment)
        fall = slope(node.right, variable, environment)
        if rise is None or fall is None:
            return Verdict.INCONCLUSIVE
        difference = ranges.subtract(rise, fall)
        ends = [end_of(box.lower), end_of(box.upper)]
        if difference.lower >= 0:
            low, high = ends
        elif difference.upper <= 0:
            high, low = ends
        else:
            return Verdict.INCONCLUSIVE
    worst, best = (high, low) if node.relation in (Relation.LESS, Relation.AT_MOST) else (low, high)
    if decide_comparison(node, replace(environment.bind(variable, worst), most_bits=512)) is Verdict.CONFIRMED:
        return Verdict.CONFIRMED
    outcome = decide_comparison(node, replace(environment.bind(variable, best), most_bits=512))
    return outcome if outcome is Verdict.REFUTED else Verdict.INCONCLUSIVE


def decide_about(node: About, environment: Environment) -> Verdict:
    """Is |left - right| at most half a unit of the last of `digits` significant digits of right?"""
    bits_used = 0
    decided: bool | None = None
    left = right = ranges.UNDEFINED
    for bits in _ladder(node, environment) if not environment.boxed else [BOX_BITS]:
        here = replace(environment, bits=bits)
        bits_used = bits
        with ctx.workprec(bits):
            left, right = evaluate(node.left, here), evaluate(node.right, here)
            exponent = _leading_exponent(node.right, right)
            if exponent is None:
                continue
            unit = (
                point(arb(10) ** (exponent - node.digits + 1) / 2)
                if exponent >= node.digits - 1
                else ranges.rational(Fraction(1, 2 * 10 ** (node.digits - 1 - exponent)))
            )
            decided = ranges.compare(ranges.absolute(ranges.subtract(left, right)), Relation.AT_MOST, unit)
        if decided is not None:
            break
    _remember(node, (left, right), bits_used, environment)
    if decided is None:
        environment.note(_undecided(node, left, right, bits_used, environment))
    return verdict_of(decided)


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
