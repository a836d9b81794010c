"""Deciding assertions: balls with precision raised until decided, proofs by sympy, subdivision and search.

Truth has four values. UNKNOWN is undecided; EMPTY is true for a reason that says nothing. A comparison of numbers
doubles its precision up to a cap; if the two sides still touch, sympy may prove them equal. Over an interval the same
comparison is decided on whole boxes, with the slope's help at ends where both sides meet.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
import numpy as np
import sympy

from checks.audit import exact, ranges
from checks.audit.language import (
    About,
    And,
    Apply,
    Comparison,
    Entry,
    Family,
    If,
    Interval,
    Name,
    Node,
    Not,
    Number,
    Or,
    Quantified,
    WholeNumbers,
    kind,
    parts,
)
from checks.audit.objects import Network, first_layers, printed_kernel, printed_recursion
from checks.audit.ranges import Range, point
from checks.audit.sampling import draws_at
from checks.audit.slopes import slope
from checks.audit.words import KERNEL, SAMPLED, WORDS, MeaninglessError
from checks.statements import Kind
from numerics.kernels import gram
from numerics.number_systems import Balls
from numerics.points import PointSet
from theory.architecture import Architecture
from theory.recursion import Recursion, input_kernel, recursion

arb = flint.arb

LEAST_BITS = 64
MOST_BITS = 4096
BOX_BITS = 128
MOST_BOXES = 4000
MOST_WHOLE_NUMBERS = 1000
MOST_WORK = 60_000_000
"""How far deciding goes: the precisions, the boxes of one interval, the length of a range, and about a minute of work
a claim, counted in operations and not in seconds so that a verdict does not depend on the machine."""


class Truth(Enum):
    """What is known of a statement."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "undecided"
    EMPTY = "true for a reason that says nothing"


def truth_of(decided: bool | None) -> Truth:
    """A decided, or undecided, comparison as a truth value."""
    return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[decided]


class ExhaustedError(Exception):
    """The work limit of a claim is reached."""


@dataclass
class Trace:
    """What was met on the way to a verdict."""

    work: int = 0
    bits: int = 0
    kinds: set[Kind] = field(default_factory=set)
    facts: dict[str, Range] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    witness: dict[str, Any] = field(default_factory=dict)
    cases: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)
    closed_forms: dict[Any, sympy.Expr] = field(default_factory=dict)
    names: dict[Node, frozenset[str]] = field(default_factory=dict)
    constants: dict[Any, Any] = field(default_factory=dict)
    opaque: dict[Node, sympy.Expr] = field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Keep a remark for the evidence, once."""
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)


MOST_NOTES = 6
MOST_FACTS = 8
Binding = Node | Range | PointSet


@dataclass(frozen=True)
class Situation:
    """Where an expression is evaluated: the objects of the claim, the values of its variables, and the precision.

    bound        the variables that are bound by quantifiers
    root, chain  whether only quantifiers of one kind, universal or not, lead here: there a witness settles the claim
    """

    text: str
    networks: Mapping[str, Network]
    point_sets: Mapping[str, PointSet]
    network: str | None
    points: str | None
    labels: tuple[int, ...] | None
    seed: int
    bindings: Mapping[str, Binding]
    bits: int = LEAST_BITS
    most_bits: int = MOST_BITS
    bound: tuple[str, ...] = ()
    layer: int | None = None
    root: bool = True
    chain: bool | None = None
    trace: Trace = field(default_factory=Trace, compare=False)

    def bind(self, name: str, value: Binding) -> Situation:
        """The same with a value for a variable."""
        return replace(self, bindings={**self.bindings, name: value}, bound=(*self.bound, name))

    def without_idle_variables(self, node: Node) -> Situation:
        """The same without the bound variables that a part of the assertion does not depend on."""
        used = self.names_in(node)
        if all(name in used for name in self.bound):
            return self
        idle = set(self.bound) - used
        kept = {name: value for name, value in self.bindings.items() if name not in idle}
        return replace(self, bindings=kept, bound=tuple(name for name in self.bound if name in used))

    def names_in(self, node: Node) -> frozenset[str]:
        """The names that a part of the assertion depends on, through constants, networks and points too."""
        if node not in self.trace.names:
            self.trace.names[node] = frozenset(self._names_in(node))
        return self.trace.names[node]

    def _names_in(self, node: Node) -> Iterator[str]:
        for part in parts(node):
            if isinstance(part, Name):
                yield part.name
                bound = self.bindings.get(part.name)
                if isinstance(bound, Node):
                    yield from self.names_in(bound)
            elif isinstance(part, Apply) and (part.word == "n" or WORDS[part.word].result == KERNEL):
                here = self.selected(part)
                yield from [name for name in (here.points,) if name is not None]
                network = self.networks[here.network] if here.network is not None else None
                for size in (network.depth, network.scale) if network is not None else ():
                    yield from self.names_in(size) if size is not None else ()

    def note(self, sentence: str) -> None:
        """Keep a remark for the evidence, unless it is about one case of many."""
        if not self.bound:
            self.trace.note(sentence)

    def case(self) -> str:
        """The case of a quantified claim that is spoken of, such as "L = 2: "; empty if there is none."""
        named = [f"{name} = {_named(self.bindings[name])}" for name in self.bound]
        return ", ".join(named) + ": " if named else ""

    def charge(self, work: int) -> None:
        """Count about `work` microseconds. Raises ExhaustedError beyond the limit."""
        self.trace.work += work
        if self.trace.work > MOST_WORK:
            raise ExhaustedError

    @property
    def boxed(self) -> str | None:
        """The variable, if any, that stands for a whole interval."""
        return next(
            (name for name, value in self.bindings.items() if isinstance(value, Range) and not value.is_point), None
        )

    @property
    def point_set(self) -> PointSet:
        """The points spoken of."""
        if self.points is None:
            raise MeaninglessError(
                'the claim speaks of points and names none: add points = "hexagon" or a list of points'
            )
        if self.points in self.point_sets:
            return self.point_sets[self.points]
        bound = self.value_of(self.points)
        if isinstance(bound, Node | Range):
            raise MeaninglessError(f"{self.points} is a number, not a point set")
        return bound

    def value_of(self, name: str) -> Binding:
        """What a constant or variable stands for. Raises MeaninglessError if nothing binds it here."""
        if name not in self.bindings:
            raise MeaninglessError(
                f"{name} has no value here: quantify it, 'for all {name} in ...', around where it is used"
            )
        return self.bindings[name]

    @cached_property
    def architecture(self) -> Architecture:
        """The network spoken of."""
        if self.network is None:
            raise MeaninglessError(
                'the claim speaks of a network and names none: add network = { family = "fcn", depth = 3 }'
            )
        whole = self.networks[self.network].architecture(self.rational, self.whole_number_at)
        return whole if self.layer is None else first_layers(whole, self.layer)

    def selected(self, node: Apply) -> Situation:
        """The situation for a kernel's word, which may name its own network and points."""
        chosen = self
        for name in (node.network, node.points):
            if name is not None:
                is_network = name in self.networks
                chosen = replace(chosen, network=name) if is_network else replace(chosen, points=name)
        return chosen

    def at_layer(self, layer: Range) -> Situation:
        """The same for the network whose output is a pre-activation of this layer."""
        number = self.whole_number(layer, "a layer", 1, self.architecture.depth + 1)
        return self if number == self.architecture.depth + 1 else replace(self, layer=number)

    def gram(self, select: Callable[[Recursion], sympy.Expr]) -> np.ndarray:
        """The Gram matrix of a kernel of the network's recursion, as balls at the current precision."""
        derived = recursion(self.architecture)
        return self.gram_of(self.architecture, derived, select(derived))

    def gram_of(self, key: Any, derived: Recursion, kernel: sympy.Expr) -> np.ndarray:
        """The Gram matrix of any kernel of definitions known by `key`."""
        points = self.point_set
        place = (key, id(points), self.bits, kernel)
        if place not in self.trace.memory:
            size = len(points) * (len(points) + 1) // 2
            self.charge((3000 + 100 * size * max(1, self.bits // 512)) * max(1, len(derived.equations)) // 3)
            self.trace.memory[place] = gram(derived, kernel, points, Balls(self.bits))
        return self.trace.memory[place]

    def part(self, derived: Recursion, name: str) -> sympy.Expr:
        """The share of a parameter group in the NTK."""
        for group, share in derived.parts.items():
            if group.name == name:
                return share
        names = ", ".join(group.name for group in derived.parts)
        raise MeaninglessError(f"{self.architecture.name} trains no group {name!r}; it trains {names}")

    def printed(self, number: str) -> np.ndarray:
        """The Gram matrix of the kernel as printed in an equation."""
        return printed_kernel(number, self)

    def derived_kernel(self, node: Apply) -> tuple[Recursion, sympy.Expr, PointSet]:
        """The recursion, the kernel's expression in it and the points of a derived kernel's word."""
        here = self.selected(node)
        if node.word in ("Sigma", "Theta"):
            argument = node.arguments[0]
            assert isinstance(argument, Node)
            here = here.at_layer(evaluate(argument, here))
        if node.word == "inner":
            return Recursion({}, {}, None), input_kernel, here.point_set
        if node.word == "printed":
            return *printed_recursion(str(node.arguments[0]), here), here.point_set
        derived = recursion(here.architecture)
        if node.word == "part":
            return derived, here.part(derived, str(node.arguments[0])), here.point_set
        return derived, derived.nngp if node.word in ("NNGP", "Sigma") else derived.ntk, here.point_set

    def centres(self, kernel: Node) -> np.ndarray:
        """A kernel's Gram matrix in doubles, as a guide; not finite where a ball is not."""
        here = replace(self, bits=256)
        with flint.ctx.workprec(256):
            return np.array([[float(value.mid()) for value in row] for row in evaluate(kernel, here)])

    def signs(self, size: int) -> list[int]:
        """The labels as signs 2y - 1."""
        if self.labels is None:
            raise MeaninglessError("the claim speaks of labels and gives none: add labels = [0, 1, ...]")
        if len(self.labels) != size:
            raise MeaninglessError(f"there are {len(self.labels)} labels for {size} points: give one label a point")
        return [2 * label - 1 for label in self.labels]

    def whole_number(self, value: Range, what: str, least: int, most: int) -> int:
        """A number that must be whole. Raises MeaninglessError on another or one out of range."""
        number = value.lower.unique_fmpz() if value.is_point and value.lower.is_exact() else None
        if number is None or not least <= number <= most:
            shown = value.lower.str(6, radius=False) if value.is_point else "an interval"
            raise MeaninglessError(f"{what} must be a whole number from {least} to {most}, not {shown}")
        return int(number)

    def whole_number_at(self, node: Node | str, what: str = "this", least: int = 0, most: int = 10**6) -> int:
        """The whole number that an expression is."""
        assert isinstance(node, Node)
        return self.whole_number(evaluate(node, self), what, least, most)

    def index(self, node: Node) -> int:
        """The number of a point, from 0."""
        return self.whole_number_at(node, "the number of a point", 1, len(self.point_set)) - 1

    def rational(self, node: Node) -> Fraction:
        """The exact rational value of an expression. Raises MeaninglessError if it has none."""
        value = exact.exact(node, self)
        if not value.is_Rational:
            raise MeaninglessError("a residual scale must be a rational number, such as 1/2")
        return Fraction(int(value.p), int(value.q))


def evaluate(node: Node | str, situation: Situation) -> Any:
    """The value at the situation's precision: a range for a number, an array of balls for a kernel."""
    match node:
        case str():
            return node
        case Number(value=value):
            return ranges.rational(value)
        case Name(name=name):
            bound = situation.value_of(name)
            if isinstance(bound, Node):
                return evaluate(bound, situation)
            if not isinstance(bound, Range):
                raise MeaninglessError(f'{name} is a sample set, not a number: it stands under points = "{name}"')
            return bound
        case Entry(kernel=kernel, row=row, column=column):
            here = situation.selected(kernel) if isinstance(kernel, Apply) else situation
            matrix = evaluate(kernel, situation)
            indices = [
                here.whole_number_at(part, "the number of a point", 1, len(matrix)) - 1 for part in (row, column)
            ]
            return point(matrix[indices[0], indices[1]])
        case Apply(arguments=arguments):
            if not situation.bound or kind(node) == KERNEL or not any(_is_kernel(argument) for argument in arguments):
                return _apply(node, situation)
            place = (node, situation.bits)
            if situation.without_idle_variables(node).bound:
                return _apply(node, situation)
            if place not in situation.trace.constants:
                situation.trace.constants[place] = _apply(node, situation)
            return situation.trace.constants[place]
    raise TypeError(f"{node} is not a value")


def _is_kernel(argument: Node | str) -> bool:
    return isinstance(argument, Node) and kind(argument) == KERNEL


def _apply(node: Apply, situation: Situation) -> Any:
    here = situation.selected(node)
    situation.charge(1)
    values = [evaluate(argument, situation) for argument in node.arguments]
    if node.word not in "+-*/":
        for value in values:
            if isinstance(value, np.ndarray):
                situation.charge(len(value) ** 3 * max(1, situation.bits // 256))
    return WORDS[node.word].value(here, *values)


# Comparisons


def decide_comparison(node: Comparison, situation: Situation) -> Truth:
    """The truth of left relation right."""
    if not situation.bound:
        return _compare(node, situation)
    situation = situation.without_idle_variables(node)
    if situation.boxed:
        return _on_box(node, situation)
    if situation.bound:
        return _compare(node, situation)
    if node not in situation.trace.constants:
        situation.trace.constants[node] = _compare(node, replace(situation, most_bits=MOST_BITS))
    return situation.trace.constants[node]


def _compare(node: Comparison, situation: Situation) -> Truth:
    """A comparison of single numbers: precision is doubled until it is decided."""
    situation.charge(100)
    sides = (node.left, node.right)
    tested_exactly = False
    for bits in _ladder(situation):
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


def _ladder(situation: Situation) -> Iterator[int]:
    bits = LEAST_BITS
    while bits <= situation.most_bits:
        yield bits
        bits *= 2


def _remember(node: Comparison | About, values: Iterable[Range], bits: int, situation: Situation) -> None:
    trace = situation.trace
    trace.bits = max(trace.bits, bits)
    if _is_sampled(node):
        trace.kinds.add(Kind.STATISTICAL)
        trace.cases += 1
        trace.note(f"{draws_at(bits)} networks were drawn at each width")
    else:
        trace.kinds.add(Kind.CERTIFIED)
    if not situation.bound and len(trace.facts) < MOST_FACTS:
        for side, value in zip((node.left, node.right), values, strict=True):
            if not _is_literal(side):
                trace.facts[_shown(side, situation)] = value


def _is_literal(node: Node) -> bool:
    """Is the value plain to see: numbers and arithmetic alone?"""
    return all(isinstance(part, Number) or (isinstance(part, Apply) and part.word in "+-*/^") for part in parts(node))


def _is_sampled(node: Node) -> bool:
    return any(isinstance(part, Apply) and part.word in SAMPLED for part in parts(node))


def _shown(node: Node, situation: Situation) -> str:
    """A part of the assertion as it is written."""
    if isinstance(node, Number):
        return str(node.value)
    if isinstance(node, Apply) and node.word == "lambda_min" and node.span == getattr(node.arguments[0], "span", None):
        return f"lambda_min({situation.text[slice(*node.span)]})"  # of "K is positive definite"
    return " ".join(situation.text[slice(*node.span)].split())


def _proof(node: Comparison, situation: Situation) -> str:
    return f"sympy proves {_shown(node.left, situation)} = {_shown(node.right, situation)}"


def _undecided(node: Comparison, left: Range, right: Range, bits: int, situation: Situation) -> str:
    if not (left.is_defined and right.is_defined):
        side = node.right if left.is_defined else node.left
        return f"{_shown(side, situation)} is undefined, or not known to be defined, at {bits} bits"
    with flint.ctx.workprec(bits):
        distance = abs(ranges.subtract(left, right).ball()).abs_upper()
        digits = (-distance.log() / arb(10).log()).floor().unique_fmpz() if distance > 0 else None
    sides = f"{_shown(node.left, situation)} and {_shown(node.right, situation)}"
    bound = f"differ by less than 1e-{digits}" if digits is not None and 0 < digits < 10**5 else "are too close"
    return f"{sides} {bound} at {bits} bits, which decides neither an equality nor an order"


def _on_box(node: Comparison, situation: Situation) -> Truth:
    """The truth of a comparison where a variable stands for an interval: TRUE for all its values, FALSE for all."""
    here = replace(situation, bits=BOX_BITS)
    situation.charge(200)
    with flint.ctx.workprec(BOX_BITS):
        left, right = evaluate(node.left, here), evaluate(node.right, here)
        decided = ranges.compare(left, node.relation, right)
        situation.trace.kinds.add(Kind.STATISTICAL if _is_sampled(node) else Kind.CERTIFIED)
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
        ends = [_end(box.lower), _end(box.upper)]
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


def _end(ball: arb) -> Node | Range:
    """An end of a box as a number, exact where the ball is."""
    return _dyadic(ball) if ball.is_exact() else point(ball)


def _dyadic(ball: arb) -> Number:
    mantissa, exponent = (int(part) for part in ball.man_exp())
    return Number((0, 0), Fraction(mantissa) * Fraction(2) ** exponent)


def decide_about(node: About, situation: Situation) -> Truth:
    """Is |left - right| at most half a unit of the last of `digits` significant digits of right?"""
    bits_used = 0
    decided: bool | None = None
    left = right = ranges.UNDEFINED
    for bits in _ladder(situation) if not situation.boxed else [BOX_BITS]:
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


# Statements


def decide(node: Node, situation: Situation) -> Truth:
    """The truth of a statement."""
    inner = replace(situation, root=False)
    match node:
        case Comparison():
            return decide_comparison(node, situation)
        case About():
            return decide_about(node, situation)
        case Not(part=part):
            outcome = decide(part, inner)
            return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.EMPTY: Truth.FALSE}.get(outcome, outcome)
        case And(parts=parts_):
            return conjunction(decide(part, inner) for part in parts_)
        case Or(parts=parts_):
            return disjunction(decide(part, inner) for part in parts_)
        case If(hypothesis=hypothesis, conclusion=conclusion):
            return _conditional(hypothesis, conclusion, inner)
        case Quantified():
            root = situation.root and situation.chain in (None, node.universal)
            return _quantified(node, replace(situation, root=root, chain=node.universal))
    raise TypeError(f"{node} is not a statement")


def conjunction(outcomes: Iterable[Truth]) -> Truth:
    """All hold: FALSE at the first that does not; EMPTY if all are, or there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Truth.FALSE:
            return Truth.FALSE
        found.add(outcome)
    return next((outcome for outcome in (Truth.UNKNOWN, Truth.TRUE) if outcome in found), Truth.EMPTY)


def disjunction(outcomes: Iterable[Truth]) -> Truth:
    """Some holds: TRUE at the first that does; FALSE if there are none."""
    found = set()
    for outcome in outcomes:
        if outcome is Truth.TRUE:
            return Truth.TRUE
        found.add(outcome)
    return next((outcome for outcome in (Truth.EMPTY, Truth.UNKNOWN) if outcome in found), Truth.FALSE)


def _conditional(hypothesis: Node, conclusion: Node, situation: Situation) -> Truth:
    held = decide(hypothesis, situation)
    if held is Truth.FALSE:
        situation.note(f"the hypothesis {_shown(hypothesis, situation)} does not hold")
        return Truth.EMPTY
    outcome = decide(conclusion, situation)
    if held is Truth.UNKNOWN:
        # True whether or not the hypothesis holds, but not shown to say anything.
        return Truth.EMPTY if outcome in (Truth.TRUE, Truth.EMPTY) else Truth.UNKNOWN
    return outcome


def _quantified(node: Quantified, situation: Situation) -> Truth:
    match node.domain:
        case WholeNumbers():
            return _over_whole_numbers(node, node.domain, situation)
        case Interval():
            return _over_interval(node, node.domain, situation)
        case Family():
            from checks.audit.search import over_family

            return over_family(node, node.domain, situation)


def _over_whole_numbers(node: Quantified, domain: WholeNumbers, situation: Situation) -> Truth:
    first, last = (
        situation.whole_number_at(end, "the end of a range", -(10**6), 10**6) for end in (domain.first, domain.last)
    )
    if last - first >= MOST_WHOLE_NUMBERS:
        raise MeaninglessError(f"the range {first}..{last} is too long: at most {MOST_WHOLE_NUMBERS} numbers are tried")

    def outcomes() -> Iterator[Truth]:
        for number in range(first, last + 1):
            value = Number((0, 0), Fraction(number))
            outcome = decide(node.body, situation.bind(node.variable, value))
            if outcome is (Truth.FALSE if node.universal else Truth.TRUE):
                witness(node, value, outcome, situation)
            yield outcome

    if not node.universal:
        return disjunction(outcomes())
    found = conjunction(outcomes())
    if found is Truth.TRUE:
        situation.note(f"true for every {node.variable} from {first} to {last}")
    return found


def witness(node: Quantified, value: Any, outcome: Truth, situation: Situation) -> None:
    """Remember the value that refutes a universal statement or fulfils an existential one, and why it does."""
    if not situation.root:
        return
    trace = situation.trace
    trace.witness[node.variable] = value
    verb = "refutes" if outcome is Truth.FALSE else "fulfils"
    if isinstance(node.body, Quantified):
        trace.notes.insert(0, f"{node.variable} = {_named(value)}")
        return
    trace.notes[:] = [f"{node.variable} = {_named(value)} {verb} it"]
    trace.facts.clear()
    trace.kinds.clear()
    decide(node.body, replace(situation.bind(node.variable, value), bound=()))


def _named(value: Any) -> str:
    match value:
        case Number(value=number):
            return str(number)
        case Range():
            return str(value.ball())
    return str(value.name)


def _over_interval(node: Quantified, domain: Interval, situation: Situation) -> Truth:
    """Subdivision: every box decided as a whole, or the middle of one found where the claim is settled."""
    ends = [_ball_of(end, situation) for end in (domain.lower, domain.upper)]
    if ends[0] > ends[1]:
        situation.note("the interval is empty")
        return Truth.EMPTY if node.universal else Truth.FALSE
    if not ends[0] <= ends[1]:
        return Truth.UNKNOWN
    settling = Truth.FALSE if node.universal else Truth.TRUE
    found = set()
    for end in ends:
        outcome = decide(node.body, _at(node, _end(end), situation))
        if outcome is settling:
            return _settle(node, ends, end, settling, situation)
        found |= {outcome} & {Truth.TRUE}  # one case in which the claim says something
    boxes, tried = deque([(ends[0], ends[1])]), 0
    while boxes:
        lower, upper = boxes.popleft()
        tried += 1
        outcome = decide(node.body, replace(situation.bind(node.variable, Range(lower, upper)), root=False))
        middle = (lower.mid() + upper.mid()).mid() / 2
        inside = bool(lower < middle) and bool(middle < upper)
        if inside and (outcome is Truth.UNKNOWN or (outcome is Truth.EMPTY and Truth.TRUE not in found)):
            there = decide(node.body, _at(node, _dyadic(middle), situation))
            found |= {there} & {Truth.TRUE}
            outcome = settling if there is settling else outcome
        if outcome is settling:
            return _settle(node, [lower, upper], middle if inside else lower, settling, situation)
        if outcome is Truth.UNKNOWN and inside and tried + len(boxes) < MOST_BOXES:
            boxes += [(lower, middle), (middle, upper)]
        else:
            found.add(outcome)
    situation.note(f"{tried} sub-interval{'s' if tried > 1 else ''} of {node.variable} decided")
    if Truth.UNKNOWN in found:
        return Truth.UNKNOWN
    if not node.universal:
        return Truth.EMPTY if Truth.EMPTY in found else Truth.FALSE
    return Truth.TRUE if Truth.TRUE in found else Truth.EMPTY


def _ball_of(node: Node, situation: Situation) -> arb:
    with flint.ctx.workprec(BOX_BITS):
        value = evaluate(node, replace(situation, bits=BOX_BITS))
    if not value.is_defined:
        raise MeaninglessError("the end of an interval is undefined")
    return value.ball()


def _at(node: Quantified, value: Binding, situation: Situation) -> Situation:
    return replace(situation.bind(node.variable, value), most_bits=256)


def _settle(node: Quantified, box: list[arb], found: arb, settling: Truth, situation: Situation) -> Truth:
    """Shrink the value found: the fraction of smallest denominator in its box that settles the claim as well."""
    for value in _simple_fractions(box):
        if decide(node.body, _at(node, value, situation)) is settling:
            witness(node, value, settling, situation)
            return settling
    witness(node, _end(found) if not found.is_exact() else _dyadic(found), settling, situation)
    return settling


def _simple_fractions(box: list[arb], most_denominator: int = 16) -> Iterator[Number]:
    lower, upper = (_dyadic(end.mid()).value for end in box)
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


def needs_random_search(node: Node) -> bool:
    """Does deciding draw examples?"""
    return any(isinstance(part, Quantified) and isinstance(part.domain, Family) for part in parts(node))


def stable_seed(*keys: Any) -> int:
    """A seed from a claim's id and the seed of the run."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, keys)).encode()).digest()[:8], "big")
