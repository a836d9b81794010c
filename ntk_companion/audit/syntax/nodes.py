"""The parts of an assertion: a tree of frozen values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ntk_companion.audit.syntax import vocabulary

Span = tuple[int, int]


@dataclass(frozen=True)
class Node:
    """A part of an assertion; `span` is where it stands in the text."""

    span: Span = field(compare=False)


@dataclass(frozen=True)
class Number(Node):
    """A decimal or whole number, read exactly; `digits` is how many significant digits are written."""

    value: Fraction
    digits: int = 0


@dataclass(frozen=True)
class Name(Node):
    """A constant or a variable."""

    name: str


@dataclass(frozen=True)
class Apply(Node):
    """A word of the vocabulary with its arguments; arithmetic too, as the words + * / ^.

    A kernel's word may name another network and other points than the claim's. Names of groups, equations and point
    sets stand in `arguments` as strings.
    """

    word: vocabulary.Word
    arguments: tuple[Node | str, ...] = ()
    network: str | None = None
    points: str | None = None


@dataclass(frozen=True)
class Entry(Node):
    """The entry of a kernel at the points numbered `row` and `column`, from 1; of two sets, in their order."""

    kernel: Node
    row: Node
    column: Node


@dataclass(frozen=True)
class Comparison(Node):
    """left relation right."""

    left: Node
    relation: vocabulary.Relation
    right: Node


@dataclass(frozen=True)
class About(Node):
    """left and right differ by at most half a unit of the `digits`-th significant digit of right."""

    left: Node
    right: Node
    digits: int


@dataclass(frozen=True)
class Limit(Node):
    """left tends to right as the whole number `variable` grows without bound."""

    left: Node
    right: Node
    variable: str


@dataclass(frozen=True)
class Not(Node):
    """The negation."""

    part: Node


@dataclass(frozen=True)
class And(Node):
    """All parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    """Some part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class If(Node):
    """The conclusion holds if the hypothesis does; says nothing if it does not."""

    hypothesis: Node
    conclusion: Node


@dataclass(frozen=True)
class Interval(Node):
    """The real numbers from lower to upper, both included."""

    lower: Node
    upper: Node


@dataclass(frozen=True)
class WholeNumbers(Node):
    """The whole numbers from first to last, both included."""

    first: Node
    last: Node


@dataclass(frozen=True)
class Family(Node):
    """A family of sample sets, such as different_points(6, 3)."""

    family: vocabulary.SampleFamily
    numbers: tuple[Node, ...]


@dataclass(frozen=True)
class Quantified(Node):
    """`body` for all (or, unless `universal`, for some) values of `variable` in `domain`."""

    universal: bool
    variable: str
    domain: Interval | WholeNumbers | Family
    body: Node


def sort_of(node: Node) -> vocabulary.Sort:
    """What a part of an assertion is: a number, a kernel, or a truth."""
    match node:
        case Apply(word=word, arguments=arguments) if word in vocabulary.MATRIX_ARITHMETIC:
            return vocabulary.KERNEL if any(map(is_kernel, arguments)) else vocabulary.NUMBER
        case Apply(word=word):
            return word.result
        case Number() | Entry() | Name():
            return vocabulary.NUMBER
    return vocabulary.TRUTH


def is_kernel(argument: Node | str) -> bool:
    """Is an argument of a word a kernel?"""
    return isinstance(argument, Node) and sort_of(argument) is vocabulary.KERNEL


def children(node: Node) -> Iterator[Node]:
    """The nodes a node is made of."""
    for value in vars(node).values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                yield inner


def parts(node: Node) -> Iterator[Node]:
    """The node and all nodes in it."""
    yield node
    for child in children(node):
        yield from parts(child)


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` applied to all nodes in it, the innermost first."""

    def inner(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(inner, value))
        return mapped(value, change) if isinstance(value, Node) else value

    return change(replace(node, **{name: inner(value) for name, value in vars(node).items()}))


def words_in(node: Node | str) -> set[vocabulary.Word]:
    """The words that occur in a node."""
    return {part.word for part in parts(node) if isinstance(part, Apply)} if isinstance(node, Node) else set()


def times_of(node: Node) -> list[Node]:
    """The times that a word about a trained network is given."""
    if not isinstance(node, Apply):
        return []
    pairs = zip(node.arguments, node.word.arguments, strict=False)
    return [argument for argument, wanted in pairs if wanted is vocabulary.TIME and isinstance(argument, Node)]
