"""Ten thousand generated claims whose truth is known by construction, by exact fractions and closed forms.

Nothing of the deciding code is used to make them: values are pairs of a text and a number q + r sqrt(3)/pi + s/pi with
rational q, r, s, compared exactly where r = s = 0 and to sixty digits elsewhere.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import pytest

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.replies import audit_claim

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 120
UNITS = (CONTEXT.mpf(1), CONTEXT.sqrt(3) / CONTEXT.pi, 1 / CONTEXT.pi)
HALF, SIXTH, THIRD = Fraction(1, 2), Fraction(1, 6), Fraction(1, 3)
ANGLES = {  # u: k0(u), k1(u), from (u (pi - theta) + sin(theta)) / pi at theta = 0, pi/3, pi/2, 2 pi/3, pi
    "-1": ((0, 0, 0), (0, 0, 0)),
    "-1/2": ((THIRD, 0, 0), (-SIXTH, HALF, 0)),
    "0": ((HALF, 0, 0), (0, 0, 1)),
    "1/2": ((2 * THIRD, 0, 0), (THIRD, HALF, 0)),
    "1": ((1, 0, 0), (1, 0, 0)),
}


@dataclass(frozen=True)
class Value:
    """A text of the language and the number that it is: its coefficients of 1, sqrt(3)/pi and 1/pi."""

    text: str
    parts: tuple[Fraction, Fraction, Fraction]

    def __lt__(self, other: Value) -> bool:
        difference = [one - two for one, two in zip(self.parts, other.parts, strict=True)]
        if not any(difference[1:]):
            return difference[0] < 0
        total = sum(CONTEXT.mpf(d.numerator) / d.denominator * unit for d, unit in zip(difference, UNITS, strict=True))
        assert abs(total) > CONTEXT.mpf(10) ** -90
        return total < 0


def rational(text: str, value: Fraction) -> Value:
    return Value(text, (value, Fraction(0), Fraction(0)))


def literal(draw: random.Random) -> Value:
    if draw.random() < 0.5:
        value = Fraction(draw.randint(-30, 30))
        return rational(str(value) if value >= 0 else f"({value})", value)
    digits, places = draw.randint(0, 10**6), draw.randint(1, 40)
    if draw.random() < 0.5:
        return rational(f"{digits}e-{places}", Fraction(digits, 10**places))
    whole, part = draw.randint(0, 99), draw.randint(0, 999)
    return rational(f"{whole}.{part:03}", Fraction(whole * 1000 + part, 1000))


def arithmetic(draw: random.Random, depth: int) -> Value:
    """A rational expression."""
    if depth == 0:
        return literal(draw)
    one, two = arithmetic(draw, depth - 1), arithmetic(draw, draw.randrange(depth))
    first, second = one.parts[0], two.parts[0]
    kind = draw.choice("+-*/^|")
    if kind == "+":
        return rational(f"({one.text} + {two.text})", first + second)
    if kind == "-":
        return rational(f"({one.text} - {two.text})", first - second)
    if kind == "*" or (kind == "/" and second == 0):
        return rational(f"({one.text} * {two.text})", first * second)
    if kind == "/":
        return rational(f"({one.text} / {two.text})", first / second)
    if kind == "|":
        return rational(f"|{one.text}|", abs(first))
    exponent = draw.randint(1, 3)
    return rational(f"({one.text})^{exponent}", first**exponent)


def special(draw: random.Random) -> Value:
    """A combination of k0 and k1 at special angles."""
    total, parts = "", [Fraction(0)] * 3
    for _ in range(draw.randint(1, 2)):
        u = draw.choice(list(ANGLES))
        power = draw.randrange(2)
        factor = Fraction(draw.randint(1, 6), draw.randint(1, 4))
        total += f"{' + ' if total else ''}{factor} * k{power}({u})"
        parts = [part + factor * more for part, more in zip(parts, ANGLES[u][power], strict=True)]
    return Value(f"({total})", (Fraction(parts[0]), Fraction(parts[1]), Fraction(parts[2])))


def written(parts: tuple[Fraction, ...]) -> str:
    terms = [f"({part}){unit}" for part, unit in zip(parts, ("", " * sqrt(3) / pi", " / pi"), strict=True) if part]
    return " + ".join(terms) or "0"


RELATIONS = {
    "<": lambda one, two: one < two,
    "<=": lambda one, two: not two < one,
    ">": lambda one, two: two < one,
    ">=": lambda one, two: not one < two,
    "=": lambda one, two: one.parts == two.parts,
    "!=": lambda one, two: one.parts != two.parts,
}


def comparison(draw: random.Random) -> tuple[str, bool]:
    """A comparison with a number equal, very near, or far, and its truth."""
    left = arithmetic(draw, draw.choice([0, 1, 1, 2])) if draw.random() < 0.6 else special(draw)
    near = Fraction(draw.randint(-3, 3), 10 ** draw.randint(0, 45))
    parts = (left.parts[0] + near, left.parts[1], left.parts[2])
    right = Value(written(parts), parts) if draw.random() < 0.7 else literal(draw)
    relation = draw.choice(list(RELATIONS))
    return f"{left.text} {relation} {right.text}", RELATIONS[relation](left, right)


def about(draw: random.Random) -> tuple[str, bool]:
    """'x is about v' for a decimal v near x."""
    value = Fraction(draw.randint(1, 10**9), 10 ** draw.randint(0, 12))
    digits = draw.randint(1, 6)
    exponent = len(str(int(value))) - 1 if value >= 1 else -next(k for k in range(1, 20) if value * 10**k >= 1)
    unit = Fraction(10) ** (exponent - digits + 1)
    target = (value // unit + draw.choice([0, 0, 1, 1, 2])) * unit
    shown = f"({target.numerator} / {target.denominator})"
    lead = len(str(int(target))) - 1 if target >= 1 else -next(k for k in range(1, 20) if target * 10**k >= 1)
    tolerance = Fraction(10) ** (lead - digits + 1) / 2
    if lead != exponent or target == Fraction(10) ** lead:
        return "1 = 1", True  # a power of ten: its exponent is decided from an exact literal only
    return f"{value.numerator} / {value.denominator} is about {shown} to {digits} digits", abs(
        value - target
    ) <= tolerance


def range_of_numbers(draw: random.Random) -> tuple[str, bool]:
    """A polynomial inequality for all, or some, whole numbers of a range."""
    first, last, bound = draw.randint(-5, 5), draw.randint(-5, 8), draw.randint(-10, 70)
    factor = draw.randint(-2, 2)
    values = [k * k + factor * k < bound for k in range(first, last + 1)]
    quantifier, truth = draw.choice([("for all", all(values)), ("there exists", any(values))])
    return f"{quantifier} k in {first}..{last}: k^2 + ({factor}) * k < {bound}", truth


def statement(draw: random.Random, depth: int) -> tuple[str, bool]:
    """A statement of the language, and its truth."""
    if depth == 0:
        return draw.choice([comparison, comparison, comparison, about, range_of_numbers])(draw)
    (one, first), (two, second) = statement(draw, depth - 1), statement(draw, 0)
    return draw.choice(
        [
            (f"({one}) and ({two})", first and second),
            (f"({one}) or ({two})", first or second),
            (f"not ({one})", not first),
            (f"if {one} then {two}", not first or second),
        ]
    )


def audited(assertions: list[tuple[str, bool]]) -> Counter[tuple[str, bool]]:
    """How often each verdict met each truth."""
    counts: Counter[tuple[str, bool]] = Counter()
    for start in range(0, len(assertions), 500):
        block = assertions[start : start + 500]
        text = "".join(
            f"[[claim]]\nid = 'c{i}'\nassertion = {json.dumps(claim)}\n" for i, (claim, _) in enumerate(block)
        )
        for claim, (assertion, truth) in zip(parse_claims(text.encode()).claims, block, strict=True):
            verdict = audit_claim(claim).verdict
            assert (verdict, truth) not in (("CONFIRMED", False), ("REFUTED", True)), assertion
            counts[verdict, truth] += 1
    return counts


@pytest.mark.parametrize("seed", range(4), ids="2500 claims, seed {}".format)
def test_no_false_claim_is_confirmed_and_no_true_one_refuted(seed):
    draw = random.Random(seed)
    counts = audited([statement(draw, draw.choice([0, 0, 0, 0, 1, 1, 2])) for _ in range(2500)])
    assert counts["CONFIRMED", True] > 700
    assert counts["REFUTED", False] > 700
    # The equality of numbers that are equal is proved, so that hardly any claim is left open.
    assert sum(count for (verdict, _), count in counts.items() if verdict == "INCONCLUSIVE") < 25


def test_quadratic_inequalities_on_intervals_have_the_verdict_of_their_extreme_value():
    draw = random.Random(2)
    for _ in range(120):
        p, q, lower = (Fraction(draw.randint(-6, 6), draw.randint(1, 4)) for _ in range(3))
        upper = lower + Fraction(draw.randint(1, 12), draw.randint(1, 4))
        candidates = [lower, upper] + ([-q / (2 * p)] if p and lower < -q / (2 * p) < upper else [])
        values = [p * u * u + q * u for u in candidates]
        bound = draw.choice([min(values), max(values)]) + Fraction(draw.choice([0, 1, -1, 7, -7]), draw.randint(2, 40))
        relation, extreme = draw.choice([("<", max), ("<=", max), (">", min), (">=", min)])
        truth = RELATIONS[relation](rational("", extreme(values)), rational("", bound))
        assertion = f"for all u in [{lower}, {upper}]: ({p}) * u^2 + ({q}) * u {relation} {bound}"
        (claim,) = parse_claims(f"[[claim]]\nid = 'c'\nassertion = '{assertion}'".encode()).claims
        verdict = audit_claim(claim).verdict
        allowed = ["CONFIRMED" if truth else "REFUTED"] + ["INCONCLUSIVE"] * (extreme(values) == bound)
        assert verdict in allowed, assertion


def test_the_diagonal_of_the_kernel_is_known_in_closed_form():
    # K(x, x) = (L + 1) |x|^2 + L (L + 1) / 2 + L with biases, (L + 1) |x|^2 without.
    draw = random.Random(1)
    for _ in range(60):
        depth, bias = draw.randint(1, 4), draw.choice(["trained", "none"])
        point = [Fraction(draw.randint(-9, 9), draw.randint(1, 7)) for _ in range(draw.randint(1, 3))]
        square = sum(value * value for value in point)
        exact = (depth + 1) * square + (depth * (depth + 1) // 2 + depth if bias == "trained" else 0)
        claimed = exact + Fraction(draw.choice([0, 0, 1, -1]), 10 ** draw.randint(1, 30))
        relation = draw.choice(list(RELATIONS))
        truth = RELATIONS[relation](rational("", exact), rational("", claimed))
        text = f"""
            [[claim]]
            id = "c"
            network = {{ family = "fcn", depth = {depth}, bias = "{bias}" }}
            points = [[{", ".join(f'"{value}"' for value in point)}]]
            assertion = "K(1, 1) {relation} {claimed}"
        """
        verdict = audit_claim(parse_claims(text.encode()).claims[0]).verdict
        assert verdict in ("INCONCLUSIVE", "CONFIRMED" if truth else "REFUTED"), (text, verdict)
        assert verdict != "INCONCLUSIVE", text
