"""Where an expression is evaluated: a claim's objects, its variables and the precision; and its value there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import flint
import numpy as np
import sympy

from ntk_companion.audit import exact, ranges
from ntk_companion.audit.errors import MeaninglessError
from ntk_companion.audit.nodes import Apply, Entry, Name, Node, Number, kind, parts
from ntk_companion.audit.objects import Network, first_layers, printed_kernel, printed_recursion
from ntk_companion.audit.ranges import Range, point
from ntk_companion.audit.trace import Trace
from ntk_companion.audit.training import Training
from ntk_companion.audit.words import KERNEL, TRUTH, WORDS, speaks_of_network
from numerics.data.points import PointSet
from numerics.kernels.gram import gram
from numerics.numbers.systems import Balls
from theory.architecture import Architecture
from theory.recursion import Recursion, input_kernel, recursion

arb = flint.arb

LEAST_BITS = 64
MOST_BITS = 4096
ALTERNATING = "alternating"
Labels = tuple[int, ...] | Literal["alternating"] | None
Binding = Node | Range | PointSet


@dataclass(frozen=True)
class Situation:
    """Where an expression is evaluated: the objects of the claim, the values of its variables, and the precision.

    bound        the variables that are bound by quantifiers
    root, chain  whether only quantifiers of one kind, universal or not, lead here: there a witness settles the claim
    times        logarithms of the times spoken of, for the records of trained networks
    seed_of_network  of the trained network at hand
    strict       whether a probability counts no case that says nothing
    share        what stands for a trained kernel at later times: its limit and so much of its distance at the start
    """

    text: str
    networks: Mapping[str, Network]
    point_sets: Mapping[str, PointSet]
    network: str | None
    points: str | None
    labels: Labels
    seed: int
    bindings: Mapping[str, Binding]
    bits: int = LEAST_BITS
    most_bits: int = MOST_BITS
    bound: tuple[str, ...] = ()
    layer: int | None = None
    root: bool = True
    chain: bool | None = None
    training: Training | None = None
    times: tuple[float, ...] = ()
    seed_of_network: int | None = None
    strict: bool = False
    share: Range | None = None
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
            elif isinstance(part, Apply) and speaks_of_network(part.word):
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
        values = [f"{name} = {named(self.bindings[name])}" for name in self.bound]
        return ", ".join(values) + ": " if values else ""

    def charge(self, work: int) -> None:
        """Count about `work` microseconds. Raises ExhaustedError beyond the limit."""
        self.trace.charge(work)

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

    @property
    def trained(self) -> Training:
        """The training spoken of."""
        if self.training is None:
            raise MeaninglessError(
                "the claim speaks of a trained network and not of its training:"
                ' add training = { width = 1000, until = "1e50" }'
            )
        return self.training

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
        if isinstance(self.labels, str):
            return [2 * (index % 2) - 1 for index in range(size)]
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


def named(value: Any) -> str:
    """The value of a variable, for a reader."""
    match value:
        case Number(value=number):
            return str(number)
        case Range():
            return str(value.ball())
    return str(value.name)


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
    values = [
        argument if isinstance(argument, Node) and kind(argument) == TRUTH else evaluate(argument, situation)
        for argument in node.arguments
    ]
    if node.word not in "+-*/":
        for value in values:
            if isinstance(value, np.ndarray):
                situation.charge(len(value) ** 3 * max(1, situation.bits // 256))
    return WORDS[node.word].value(here, *values)
