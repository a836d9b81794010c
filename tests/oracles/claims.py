"""Claims of the auditor's language whose truth is known by construction, by exact fractions and closed forms.

Nothing of the deciding code is used to make them: values are pairs of a text and a number q + r sqrt(3)/pi + s/pi with
rational q, r, s, compared exactly where r = s = 0 and to sixty digits elsewhere.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath

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


def extreme_of_two(draw: random.Random) -> tuple[str, bool]:
    """A comparison with the smaller or the larger of two numbers."""
    one, two, three = (arithmetic(draw, draw.randrange(2)) for _ in range(3))
    name, extreme = draw.choice([("min", min), ("max", max)])
    value = extreme(one.parts[0], two.parts[0])
    relation = draw.choice(list(RELATIONS))
    truth = RELATIONS[relation](rational("", value), three)
    return f"{name}({one.text}, {two.text}) {relation} {three.text}", truth


def on_interval(draw: random.Random) -> tuple[str, bool]:
    """A quadratic inequality for all, or some, numbers of an interval, or a product's on a square."""
    p, q, lower = (Fraction(draw.randint(-6, 6), draw.randint(1, 4)) for _ in range(3))
    upper = lower + Fraction(draw.randint(1, 12), draw.randint(1, 4))
    candidates = [lower, upper] + ([-q / (2 * p)] if p and lower < -q / (2 * p) < upper else [])
    values = [p * u * u + q * u for u in candidates]
    bound = draw.choice([min(values), max(values)]) + Fraction(draw.choice([1, -1, 7, -7]), draw.randint(2, 40))
    if draw.random() < 0.3:
        corners = [u * v for u in (lower, upper) for v in (lower, upper)]
        bound = max(corners) + Fraction(draw.choice([1, -1]), draw.randint(2, 30))
        variables = [f"for all {name} in [{lower}, {upper}]: " for name in "uv"]
        return f"{''.join(variables)}u * v < {bound}", max(corners) < bound
    quantifier, least, most = draw.choice([("for all", max, min), ("there exists", min, max)])
    relation, extreme = draw.choice([("<", least), ("<=", least), (">", most), (">=", most)])
    truth = RELATIONS[relation](rational("", extreme(values)), rational("", bound))
    return f"{quantifier} u in [{lower}, {upper}]: ({p}) * u^2 + ({q}) * u {relation} {bound}", truth


def vacuous(draw: random.Random) -> tuple[str, bool]:
    """True for a reason that says nothing, or false where nothing exists."""
    (claim, truth), size = comparison(draw), draw.randint(1, 9)
    return draw.choice([
        (f"if {size} > {size + 1} then {claim}", True),
        (f"for all k in {size}..{size - 1}: {claim}", True),
        (f"for all u in [{size}, {size - 1}]: {claim}", True),
        (f"there exists k in {size}..{size - 1}: {claim}", False),
        (f"not (there exists u in [{size}, {size - 1}]: {claim})", True),
        (f"if {claim} then {claim}", True),
        (f"for all k in 1..{size}: if k > {size} / 2 then k * 2 > {size}", True),
        (f"for all k in 1..{size}: if k >= 1 then k < {size}", False),
        (f"({claim}) or not ({claim})", True),
        (f"({claim}) and not ({claim})", False),
        (f"not (not ({claim}))", truth),
    ])  # fmt: skip


def of_kernel(draw: random.Random) -> tuple[str, bool, str]:
    """A claim about a kernel on points that are known to be different, equal, on one ray, or on the diagonal."""
    depth, bias = draw.randint(1, 3), draw.choice(["trained", "none"])
    dimension = draw.randint(1, 3)
    rows: list[list[Fraction]] = []
    while len(rows) < draw.randint(1, 4):
        row = [Fraction(draw.randint(-9, 9), draw.randint(1, 4)) for _ in range(dimension)]
        if any(row) and row not in rows:
            rows.append(row)
    square = sum(value * value for value in rows[0])
    exact = (depth + 1) * square + (depth * (depth + 1) // 2 + depth if bias == "trained" else 0)
    claims = []
    claimed = exact + Fraction(draw.choice([0, 0, 1, -1]), 10 ** draw.randint(1, 30))
    relation = draw.choice(list(RELATIONS))
    claims.append((f"K(1, 1) {relation} {claimed}", RELATIONS[relation](rational("", exact), rational("", claimed))))
    claims += [("lambda_min(K) >= 0", True), ("lambda_min(K) < 0", False), ("det(K) < 0", False)]
    claims += [("lambda_min(K - 1000000 * identity) >= 0", False), ("max_norm(K - NNGP) >= 0", True)]
    claims += [("lambda_min(gram(0 * K - identity)) >= 0", False), ("condition(2 * K) != condition(3 * K)", False)]
    if bias == "trained":  # positive definite on different points
        claims += [("K is positive definite", True), ("lambda_min(K) = 0", False), ("det(K) <= 0", False)]
    if draw.random() < 0.4:
        factor = Fraction(1) if bias == "trained" else Fraction(draw.randint(1, 5), draw.randint(1, 3))
        rows.append([factor * value for value in rows[0]])
        claims = [("K is positive definite", False), ("lambda_min(K) = 0", True), ("det(K) = 0", True)]
        claims += [("gap_sharp(K) > 0", False), ("lambda_min(K) >= 0", True)]
    points = ", ".join("[" + ", ".join(f'"{value}"' for value in row) + "]" for row in rows)
    network = f'network = {{ family = "fcn", depth = {depth}, bias = "{bias}" }}\npoints = [{points}]\n'
    return *draw.choice(claims), network


def dot(one: list[Fraction], two: list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, two, strict=True)), Fraction(0))


def rank(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix of fractions, by elimination."""
    rest, found = [list(row) for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in rest if row[column]), None)
        if pivot is not None:
            rest.remove(pivot)
            rest = [[v - row[column] / pivot[column] * p for v, p in zip(row, pivot, strict=True)] for row in rest]
            found += 1
    return found


SIZES = (2, 3, 4)
AXES = {f"axes{n}": [[Fraction(int(row == column)) for column in range(n)] for row in range(n)] for n in SIZES}
_FIXED = random.Random(0)
SETS = AXES | {
    f"rows{k}": [[Fraction(_FIXED.randint(-3, 3)) for _ in range(n)] for _ in range(_FIXED.randint(1, 4))]
    for k, n in enumerate(SIZES * 5)
}
HEADER = "[points]\n" + "".join(f"{name} = {[list(map(int, row)) for row in rows]}\n" for name, rows in SETS.items())
"""What a file of generated claims begins with: the point sets that they name."""


@cache
def eigenvalue(dimension: int, degree: int) -> Any:
    """Of u k0(u) + k1(u) on harmonics of the sphere, the uniform probability measure, by quadrature."""
    half = CONTEXT.mpf(dimension) / 2

    def harmonic(t: Any) -> Any:
        if dimension == 2:
            return CONTEXT.cos(degree * t)
        return CONTEXT.gegenbauer(degree, half - 1, CONTEXT.cos(t)) / CONTEXT.gegenbauer(degree, half - 1, 1)

    def integrand(t: Any) -> Any:
        kernel = (2 * (CONTEXT.pi - t) * CONTEXT.cos(t) + CONTEXT.sin(t)) / CONTEXT.pi
        return kernel * harmonic(t) * CONTEXT.sin(t) ** (dimension - 2)

    with CONTEXT.workdps(40):
        share = CONTEXT.gamma(half) / (CONTEXT.sqrt(CONTEXT.pi) * CONTEXT.gamma(half - CONTEXT.mpf(1) / 2))
        return share * CONTEXT.quad(integrand, [0, CONTEXT.pi / 2, CONTEXT.pi])


def of_sphere(draw: random.Random) -> tuple[str, bool, str]:
    """A claim about an eigenvalue of the kernel of one hidden layer without biases, on a sphere."""
    dimension, degree = draw.choice([2, 3, 4]), draw.randint(0, 7)
    word = f"harmonic(K, {dimension}, {degree})"
    network = 'network = { family = "fcn", depth = 1, bias = "none" }\n'
    if degree % 2 and degree > 1:
        relation = draw.choice(list(RELATIONS))
        zero = rational("0", Fraction(0))
        return f"{word} {relation} 0", RELATIONS[relation](zero, zero), network
    value, places = eigenvalue(dimension, degree), draw.randint(2, 25)
    claimed = Fraction(CONTEXT.nstr(value, 35)) + Fraction(draw.choice([1, -1, 3]), 10**places)
    relation = draw.choice(["<", ">", "<=", ">=", "=", "!="])
    less = value < CONTEXT.mpf(claimed.numerator) / claimed.denominator
    truth = {"<": less, "<=": less, ">": not less, ">=": not less, "=": False, "!=": True}[relation]
    if draw.random() < 0.1:
        return f"decay_exponent(K, {dimension}) = {draw.randint(-5, -1)} + 1/7", False, network
    return f"{word} {relation} {claimed}", truth, network


def of_other_points(draw: random.Random) -> tuple[str, bool, str]:
    """A claim about predictions from orthonormal points, where K is the identity; ranks and products of random ones."""
    size, sign = draw.choice(SIZES), draw.choice([1, -1])
    place, name = draw.randint(1, size), draw.choice([name for name, rows in SETS.items() if len(rows[0]) == size])
    axes, rows = f"axes{size}", SETS[name]
    labels = [draw.randrange(2) for _ in range(size)]
    labels[place - 1] = (1 + sign) // 2
    other = draw.randint(1, len(rows))
    penalty, near = Fraction(draw.randint(1, 30), draw.randint(1, 9)), Fraction(1, 10 ** draw.randint(1, 25))
    ridge, rest = sign / (1 + penalty), rows[other - 1][place - 1]
    target = Fraction(draw.randint(1, 40), 10)
    strength = f"1 / ({target} * (1 + exp({target})))"  # of which the minimiser's output is the target, or minus that
    found = rank(rows)
    claims = [
        (f"ridge(K, {penalty}, {axes}, {place}) < {ridge + near}", True),
        (f"ridge(K, {penalty}, {axes}, {place}) > {ridge + near}", False),
        (f"|ridge(K, {penalty}, {axes}, {place}) - ({ridge})| < {near}", True),
        (f"ridgeless(K, {axes}, {place}) > {sign - near}", True),
        (f"ridgeless(K, {axes}, {place}) >= {sign + near}", False),
        (f"|logistic(K, {strength}, {axes}, {place}) - ({sign * target})| < {near}", True),
        (f"logistic(K, {strength}, {axes}, {place}) > {sign * target + near}", False),
        (f"inner({name}, {axes})({other}, {place}) = {rest}", True),
        (f"inner({name}, {axes})({other}, {place}) != {rest}", False),
        (f"inner({name}, {axes})({other}, {place}) > {rest + near}", False),
        (f"rank(inner[{name}]) = {found}", True),
        (f"rank(inner[{name}]) = {found + draw.choice([1, -1])}", False),
        (f"rank(K) < {size}", False),
        (f"K is positive semidefinite and inner[{name}] is positive semidefinite", True),
        (
            f"(inner[{name}] - {1 + sum(dot(row, row) for row in rows)} * identity[{name}]) is positive semidefinite",
            False,
        ),
    ]
    network = 'network = { family = "fcn", depth = 1, bias = "none", trained = ["W_1"] }\n'
    return *draw.choice(claims), f'{network}points = "{axes}"\nlabels = {labels}\n'


def of_depth(draw: random.Random) -> tuple[str, bool, str]:
    """A claim about a limit in depth: K(1, 2) / K(1, 1) tends to |y|/(4 |x|) for x and y on different axes."""
    one, two = (Fraction(draw.randint(1, 9), draw.randint(1, 4)) for _ in range(2))
    near = draw.choice([0, 0, 1, -1]) * Fraction(1, 10 ** draw.randint(1, 60))
    claims = [
        ("K(1, 2) / K(1, 1)", two / one / 4), ("K(2, 2) / K(1, 1)", two**2 / one**2), ("K(1, 3) / L", 2 * one**2),
        ("K(1, 2) / (L + 3)", one * two / 4), ("NNGP(1, 2)", one * two), ("1 / K(1, 2)", Fraction(0)),
    ]  # fmt: skip
    left, limit = draw.choice(claims)
    more = f'points = [["{one}", 0], [0, "-{two}"], ["{2 * one}", 0]]\n'
    more += 'network = { family = "fcn", depth = "L", bias = "none" }\n'
    return f"{left} tends to {limit + near} as L grows", near == 0, more


def of_training(draw: random.Random) -> tuple[str, bool, str]:
    """A claim about a small trained network: the loss falls along its gradient flow, and nothing has moved at 0."""
    until = draw.choice(["1/2", "1", "3"])
    claim = draw.choice([
        (f"loss({until}) < loss(0)", True), (f"loss({until}) > loss(0)", False), ("displacement(0) > 1/100", False),
        ("drift(0) > 1/100", False), (f"largest_gap({until}) < gap(0) - 1/10", False),
        (f"max(margin(1, {until}), margin(2, {until})) > 1000", False), (f"lambda_min(K_t({until})) < -1", False),
        (f"probability(loss({until}) < loss(0)) < 1/100", False),
    ])  # fmt: skip
    seeds = "seeds = 6" if "probability" in claim[0] else f"seed = {draw.randint(0, 10**6)}"
    more = (
        'network = { family = "fcn", depth = 1 }\npoints = [[1, 0], [0, 1]]\nlabels = [0, 1]\n'
        f'training = {{ width = {draw.randint(4, 40)}, until = "{until}", {seeds} }}\n'
    )
    return *claim, more


@dataclass(frozen=True)
class Case:
    """An assertion, its truth, and what else its claim needs, in TOML."""

    assertion: str
    truth: bool
    more: str = ""

    def toml(self, name: str) -> str:
        """The claim as a table, for a file that begins with `HEADER`."""
        return f'[[claim]]\nid = "{name}"\nassertion = {json.dumps(self.assertion)}\n{self.more}'


def case(draw: random.Random) -> Case:
    """A claim of any kind, those that take long the more seldom."""
    kind = draw.random()
    if kind < 0.72:
        return Case(*statement(draw, draw.choice([0, 0, 0, 0, 1, 1, 2])))
    if kind < 0.80:
        return Case(*extreme_of_two(draw))
    if kind < 0.88:
        return Case(*vacuous(draw))
    if kind < 0.92:
        return Case(*on_interval(draw))
    if kind < 0.96:
        return Case(*draw.choice([of_sphere, of_other_points, of_other_points, of_depth])(draw))
    return Case(*(of_training(draw) if kind > 0.999 else of_kernel(draw)))
