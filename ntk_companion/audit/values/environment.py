"""Where an expression is evaluated: a claim's objects, its variables and the precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ntk_companion.audit.claims.claim import Claim
from ntk_companion.audit.claims.networks import Network
from ntk_companion.audit.claims.training import Training
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Apply, Name, Node, Number, parts
from ntk_companion.audit.syntax.vocabulary import speaks_of_network
from ntk_companion.audit.values.budget import Budget
from ntk_companion.audit.values.log import Log
from ntk_companion.audit.values.memory import Memory, Place, once
from ntk_companion.audit.values.ranges import Range
from numerics.data.points import PointSet

LEAST_BITS = 64
MOST_BITS = 4096
Binding = Node | Range | PointSet
Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Environment:
    """Where an expression is evaluated: the objects of the claim, the values of its variables, and the precision.

    bound        the variables that are bound by quantifiers
    root, chain  whether only quantifiers of one kind, universal or not, lead here: there a witness settles the claim
    times        logarithms of the times spoken of, for the records of trained networks
    seed_of_network  of the trained network at hand
    strict       whether a probability counts no case that says nothing
    share        what stands for a trained kernel at later times: its limit and so much of its distance at the start
    """

    claim: Claim
    seed: int
    network: str | None
    points: str | None
    bindings: Mapping[str, Binding]
    bits: int = LEAST_BITS
    most_bits: int = MOST_BITS
    bound: tuple[str, ...] = ()
    layer: int | None = None
    root: bool = True
    chain: bool | None = None
    times: tuple[float, ...] = ()
    seed_of_network: int | None = None
    strict: bool = False
    share: Range | None = None
    log: Log = field(default_factory=Log)
    budget: Budget = field(default_factory=Budget)
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def of(cls, claim: Claim, seed: int) -> Environment:
        """The environment of a claim, nothing bound but its constants."""
        return cls(claim, seed, claim.network, claim.points, claim.constants)

    def bind(self, name: str, value: Binding) -> Environment:
        """The same with a value for a variable."""
        return replace(self, bindings={**self.bindings, name: value}, bound=(*self.bound, name))

    def apart(self, **changes: Any) -> Environment:
        """The same with a log of its own and the memory for another network; the budget is shared."""
        return replace(self, log=Log(), memory=self.memory.branch(), **changes)

    def without_idle_variables(self, node: Node) -> Environment:
        """The same without the bound variables that a part of the assertion does not depend on."""
        used = self.names_in(node)
        if all(name in used for name in self.bound):
            return self
        idle = set(self.bound) - used
        kept = {name: value for name, value in self.bindings.items() if name not in idle}
        return replace(self, bindings=kept, bound=tuple(name for name in self.bound if name in used))

    @property
    def place(self) -> Place:
        """What is spoken of here: a part of an assertion has a value of its own in each place."""
        return self.network, self.points, self.layer

    def constant(self, what: tuple[Any, ...], find: Callable[[], Found]) -> Found:
        """A value that is found once in each place where no variable is bound, anew where one is."""
        found: Found = once({} if self.bound else self.memory.constants, (*what, self.place), find)
        return found

    def names_in(self, node: Node) -> frozenset[str]:
        """The names that a part of the assertion depends on, through constants, networks and points too."""
        return once(self.memory.names, (node, self.place), lambda: frozenset(self._names_in(node)))

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
                network = self.claim.networks[here.network] if here.network is not None else None
                for size in (network.depth, network.scale) if network is not None else ():
                    yield from self.names_in(size) if size is not None else ()

    def note(self, sentence: str) -> None:
        """Keep a remark for the evidence, unless it is about one case of many."""
        if not self.bound:
            self.log.note(sentence)

    def case(self) -> str:
        """The case of a quantified claim that is spoken of, such as "L = 2: "; empty if there is none."""
        values = [f"{name} = {named(self.bindings[name])}" for name in self.bound]
        return ", ".join(values) + ": " if values else ""

    @property
    def boxed(self) -> str | None:
        """The variable, if any, that stands for a whole interval."""
        return next(
            (name for name, value in self.bindings.items() if isinstance(value, Range) and not value.is_point), None
        )

    @property
    def point_set(self) -> PointSet:
        """The points spoken of. Raises MeaninglessError if there are none."""
        if self.points is None:
            raise MeaninglessError(
                'the claim speaks of points and names none: add points = "hexagon" or a list of points'
            )
        if self.points in self.claim.point_sets:
            return self.claim.point_sets[self.points]
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
        """The training spoken of. Raises MeaninglessError if there is none."""
        if self.claim.training is None:
            raise MeaninglessError(
                "the claim speaks of a trained network and not of its training:"
                ' add training = { width = 1000, until = "1e50" }'
            )
        return self.claim.training

    @property
    def described(self) -> Network:
        """The network spoken of, as the claim describes it. Raises MeaninglessError if there is none."""
        if self.network is None:
            raise MeaninglessError(
                'the claim speaks of a network and names none: add network = { family = "fcn", depth = 3 }'
            )
        return self.claim.networks[self.network]

    def selected(self, node: Node) -> Environment:
        """The environment of a kernel, whose word may name its own network and points."""
        chosen = self
        for name in (node.network, node.points) if isinstance(node, Apply) else ():
            if name is not None:
                is_network = name in self.claim.networks
                chosen = replace(chosen, network=name) if is_network else replace(chosen, points=name)
        return chosen

    def signs(self, size: int) -> list[int]:
        """The labels as signs 2y - 1. Raises MeaninglessError unless there is one a point, 0 or 1."""
        labels = self.labels(size)
        if max(labels) > 1:
            raise MeaninglessError("the labels are classes: this word is of labels 0 and 1")
        return [2 * label - 1 for label in labels]

    def labels(self, size: int) -> list[int]:
        """The labels. Raises MeaninglessError unless there is one a point."""
        labels = self.claim.labels
        if labels is None:
            raise MeaninglessError("the claim speaks of labels and gives none: add labels = [0, 1, ...]")
        if isinstance(labels, str):
            return [index % 2 for index in range(size)]
        if len(labels) != size:
            raise MeaninglessError(f"there are {len(labels)} labels for {size} points: give one label a point")
        return list(labels)


def named(value: Any) -> str:
    """The value of a variable, for a reader."""
    match value:
        case Number(value=number):
            return str(number)
        case Range():
            return str(value.ball())
    return str(value.name)
