"""The language of assertions: from text to a tree of frozen values; each fault names its place and what to write."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import lark
from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from checks.audit.words import FAMILIES, UNAVAILABLE, WORDS, Word
from numerics.points import parse_number

MOST_CHARACTERS = 10_000
MOST_NESTING = 50
"""How long an assertion may be, and how deep its brackets, signs and quantifiers may nest."""


class ClaimError(ValueError):
    """A fault in an assertion, at a column counted from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


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
    """A word of the vocabulary with its arguments; arithmetic too, as the words + - * / ^.

    A kernel's word may name another network and other points than the claim's. Group names and equation numbers stand
    in `arguments` as strings.
    """

    word: str
    arguments: tuple[Node | str, ...] = ()
    network: str | None = None
    points: str | None = None


@dataclass(frozen=True)
class Entry(Node):
    """The entry of a kernel at the points numbered `row` and `column`, from 1."""

    kernel: Node
    row: Node
    column: Node


@dataclass(frozen=True)
class Comparison(Node):
    """left relation right, the relation one of < <= = != >= >."""

    left: Node
    relation: str
    right: Node


@dataclass(frozen=True)
class About(Node):
    """left and right differ by at most half a unit of the `digits`-th significant digit of right."""

    left: Node
    right: Node
    digits: int


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

    name: str
    numbers: tuple[Node, ...]


@dataclass(frozen=True)
class Quantified(Node):
    """`body` for all (or, unless `universal`, for some) values of `variable` in `domain`."""

    universal: bool
    variable: str
    domain: Interval | WholeNumbers | Family
    body: Node


TRUTHS = (Comparison, About, Not, And, Or, If, Quantified)


def kind(node: Node) -> str:
    """What a part of an assertion is: a "number", a "kernel", a "truth" or "points"."""
    match node:
        case Apply():
            return WORDS[node.word].result if node.word not in _MATRIX_ARITHMETIC else _arithmetic_kind(node)
        case Number() | Entry():
            return "number"
        case Name():
            return "number"
    return "truth"


_MATRIX_ARITHMETIC = ("+", "-", "*", "/")


def _arithmetic_kind(node: Apply) -> str:
    return "kernel" if any(isinstance(part, Node) and kind(part) == "kernel" for part in node.arguments) else "number"


def parse(text: str, names: Iterable[str] = (), objects: Iterable[str] = ()) -> Node:
    """The assertion in `text`, in which `names` are known constants and `objects` known networks and point sets.

    Raises ClaimError on anything else than a well-formed statement that can be true or false.
    """
    node = _parse(text, names, objects)
    if not isinstance(node, TRUTHS):
        raise ClaimError(1, f"this is a {kind(node)}; an assertion needs a comparison, such as {text.strip()[:40]} > 0")
    return node


def parse_constant(text: str, names: Iterable[str] = ()) -> Node:
    """A number given as an expression in numbers, pi, functions and the constants `names`. Raises ClaimError."""
    node = _parse(text, names, ())
    if kind(node) != "number" or isinstance(node, TRUTHS):
        raise ClaimError(1, "a constant needs to be a number, such as 1/3 or sqrt(2)")
    return node


def _parse(text: str, names: Iterable[str], objects: Iterable[str]) -> Node:
    _check_text(text)
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as fault:
        raise _explained(fault, text) from None
    return _Builder(text, frozenset(objects)).build(tree, frozenset(names))


@cache
def _grammar() -> lark.Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return lark.Lark(grammar, start="formula", parser="lalr", maybe_placeholders=False)


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(1, f"{len(text)} characters; at most {MOST_CHARACTERS} are read: split the claim")
    for position, character in enumerate(text):
        if not (" " <= character <= "~" or character in "\t\r\n"):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise ClaimError(
                position + 1, f"the character {name} is not ASCII: write names and operators in plain ASCII"
            )
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > MOST_NESTING:
            raise ClaimError(position + 1, f"brackets are nested more than {MOST_NESTING} deep: introduce a constant")


TERMINALS = {
    "NUMBER": "a number", "NAME": "a name", "QUOTED": "a quoted name", "LPAR": "'('", "RPAR": "')'", "LSQB": "'['",
    "RSQB": "']'", "COMMA": "','", "BAR": "'|'", "MINUS": "'-'", "PLUS": "'+'", "TIMES": "'*'", "OVER": "'/'",
    "RELATION": "a comparison", "CIRCUMFLEX": "'^'", "COLON": "':'", "__ANON_0": "'..'", "$END": "the end",
}  # fmt: skip
_VALUE = {"NUMBER", "NAME", "QUOTED", "LPAR", "BAR", "MINUS", "PLUS"}


def _explained(fault: UnexpectedInput, text: str) -> ClaimError:
    """A parser's complaint as a place and one sentence."""
    if isinstance(fault, UnexpectedCharacters):
        character = text[fault.pos_in_stream or 0]
        return ClaimError((fault.pos_in_stream or 0) + 1, f"the character {character!r} has no meaning here")
    expected = set(getattr(fault, "accepts", ()) or getattr(fault, "expected", ()))
    wanted = _wanted(expected)
    if isinstance(fault, UnexpectedToken) and fault.token.type != "$END":
        position = fault.token.start_pos or 0
        return ClaimError(position + 1, f"expected {wanted}, found {str(fault.token)[:30]!r}")
    assert isinstance(fault, UnexpectedToken | UnexpectedEOF)
    return ClaimError(len(text) + 1, f"expected {wanted}, found the end")


def _wanted(expected: set[str]) -> str:
    words = ["a number, a name or '('"] if expected >= _VALUE - {"QUOTED"} else []
    rest = expected - _VALUE if words else expected
    words += sorted(TERMINALS.get(terminal, f"'{terminal.lower()}'") for terminal in rest)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1] if words else "the end"


class _Builder:
    """Turns a parse tree into nodes, checking names and types on the way."""

    def __init__(self, text: str, objects: frozenset[str]) -> None:
        self.text = text
        self.objects = objects
        self.depth = 0

    def build(self, tree: Tree | Token, names: frozenset[str]) -> Node:
        self.depth += 1
        span = _span(tree)
        if self.depth > 2 * MOST_NESTING:
            raise ClaimError(span[0] + 1, f"the assertion nests more than {MOST_NESTING} deep: introduce a constant")
        assert isinstance(tree, Tree)
        node = getattr(self, f"_{tree.data}")(tree.children, span, names)
        self.depth -= 1
        return node

    def _typed(self, tree: Tree | Token, names: frozenset[str], wanted: str) -> Node:
        node = self.build(tree, names)
        found = kind(node)
        if found != wanted:
            article = "statement that is true or false" if found == "truth" else found
            needed = "statement that is true or false" if wanted == "truth" else wanted
            hint = (
                ": write one of its entries, K(1, 2), or lambda_min(K)"
                if (found, wanted) == ("kernel", "number")
                else ""
            )
            raise ClaimError(node.span[0] + 1, f"expected a {needed}, found a {article}{hint}")
        return node

    def _number(self, children: list, span: Span, names: frozenset[str]) -> Node:
        text = str(children[0])
        try:
            value = parse_number(text, "a number")
        except ValueError as error:
            raise ClaimError(span[0] + 1, str(error)) from None
        mantissa = text.lower().split("e")[0].replace(".", "")
        return Number(span, value, len(mantissa.lstrip("0")))

    def _name(self, children: list, span: Span, names: frozenset[str]) -> Node:
        name = str(children[0])
        if name in names:
            return Name(span, name)
        word = self._word(name, span, names)
        if word.arguments:
            raise ClaimError(span[0] + 1, f"{name} needs its arguments: {word.form}")
        return Apply(span, name)

    def _word(self, name: str, span: Span, names: frozenset[str]) -> Word:
        if name in UNAVAILABLE:
            raise ClaimError(span[0] + 1, f"{name} is not available: {UNAVAILABLE[name]}")
        if name in FAMILIES:
            raise ClaimError(
                span[0] + 1, f"{name} is a family of sample sets: write 'for all X in {FAMILIES[name].form}: ...'"
            )
        if name in self.objects:
            raise ClaimError(span[0] + 1, f"{name} is a network or a point set: name it in brackets, as in K[{name}]")
        if name not in WORDS:
            raise ClaimError(span[0] + 1, f"unknown name {name!r}{_suggestion(name, names)}")
        return WORDS[name]

    def _quoted(self, children: list, span: Span, names: frozenset[str]) -> Node:
        raise ClaimError(span[0] + 1, "a quoted name stands only inside printed('...')")

    def _application(self, children: list, span: Span, names: frozenset[str]) -> Node:
        head, *arguments, _ = children
        if isinstance(head, Tree) and head.data == "name" and str(head.children[0]) not in names:
            word = self._word(str(head.children[0]), _span(head), names)
            if word.arguments:
                return self._applied(word, arguments, span, names)
        kernel = self.build(head, names)
        if kind(kernel) != "kernel":
            found = self.text[slice(*kernel.span)][:30]
            raise ClaimError(kernel.span[0] + 1, f"{found} takes no arguments; to multiply write *")
        if len(arguments) != 2:
            raise ClaimError(span[0] + 1, "an entry of a kernel needs the numbers of two points, such as K(1, 2)")
        row, column = (self._typed(argument, names, "number") for argument in arguments)
        return Entry(span, kernel, row, column)

    def _applied(self, word: Word, arguments: list, span: Span, names: frozenset[str]) -> Node:
        if len(arguments) != len(word.arguments):
            raise ClaimError(span[0] + 1, f"{word.name} takes {len(word.arguments)} argument(s), as in {word.form}")
        built: list[Node | str] = []
        for argument, wanted in zip(arguments, word.arguments, strict=True):
            if wanted in ("number", "kernel"):
                built.append(self._typed(argument, names, wanted))
            else:
                built.append(self._plain_name(argument, wanted))
        return Apply(span, word.name, tuple(built))

    def _plain_name(self, tree: Tree, wanted: str) -> str:
        if tree.data in ("name", "quoted"):
            return str(tree.children[0]).strip("'")
        raise ClaimError(_span(tree)[0] + 1, f"expected the name of {wanted}")

    def _selection(self, children: list, span: Span, names: frozenset[str]) -> Node:
        head, *tokens, _ = children
        kernel = self.build(head, names)
        if not isinstance(kernel, Apply) or kind(kernel) != "kernel" or kernel.word in _MATRIX_ARITHMETIC:
            raise ClaimError(span[0] + 1, "only a kernel's word can name its network in brackets, as in K[net]")
        for token in tokens:
            if str(token) not in self.objects and str(token) not in names:
                raise ClaimError(
                    (token.start_pos or 0) + 1, f"no network or point set is named {str(token)!r} in this file"
                )
        network, *points = map(str, tokens)
        return replace(kernel, span=span, network=network, points=points[0] if points else None)

    def _negative(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return self._minus(span, self._summand(children[-1], names))

    def _minus(self, span: Span, part: Node) -> Node:
        if isinstance(part, Number):
            return replace(part, span=span, value=-part.value)
        return Apply(span, "*", (Number(span, Fraction(-1)), part))

    def _positive(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return self._summand(children[-1], names)

    def _summand(self, tree: Tree, names: frozenset[str]) -> Node:
        node = self.build(tree, names)
        if kind(node) == "truth":
            raise ClaimError(node.span[0] + 1, "expected a number or a kernel, found a statement that is true or false")
        return node

    def _sum(self, children: list, span: Span, names: frozenset[str]) -> Node:
        total = self._summand(children[0], names)
        terms = [total]
        for sign, tree in zip(children[1::2], children[2::2], strict=True):
            term = self._summand(tree, names)
            if kind(term) != kind(total):
                raise ClaimError(
                    term.span[0] + 1,
                    "a number and a kernel cannot be added; a multiple of the identity is c * identity",
                )
            terms.append(self._minus(term.span, term) if str(sign) == "-" else term)
        return Apply(span, "+", tuple(terms))

    def _product(self, children: list, span: Span, names: frozenset[str]) -> Node:
        total = self._summand(children[0], names)
        for operator, tree in zip(children[1::2], children[2::2], strict=True):
            factor = self._summand(tree, names)
            if kind(factor) == "kernel" and (kind(total) == "kernel" or str(operator) == "/"):
                raise ClaimError(factor.span[0] + 1, "a kernel can be multiplied or divided by a number only")
            total = Apply((span[0], factor.span[1]), str(operator), (total, factor))
        return replace(total, span=span)

    def _raised(self, children: list, span: Span, names: frozenset[str]) -> Node:
        base, exponent = (self._typed(child, names, "number") for child in children)
        return Apply(span, "^", (base, exponent))

    def _absolute(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return Apply(span, "abs", (self._typed(children[1], names, "number"),))

    def _group(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return replace(self.build(children[1], names), span=span)

    def _comparison(self, children: list, span: Span, names: frozenset[str]) -> Node:
        numbers = [self._typed(child, names, "number") for child in children[::2]]
        parts = [
            Comparison((left.span[0], right.span[1]), left, str(relation), right)
            for left, relation, right in zip(numbers, children[1::2], numbers[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else And(span, tuple(parts))

    def _membership(self, children: list, span: Span, names: frozenset[str]) -> Node:
        value, lower, upper = (self._typed(child, names, "number") for child in children[:3])
        return And(span, (Comparison(span, lower, "<=", value), Comparison(span, value, "<=", upper)))

    def _about(self, children: list, span: Span, names: frozenset[str]) -> Node:
        left, right = (self._typed(child, names, "number") for child in children[:2])
        digits = right.digits if isinstance(right, Number) else 0
        if len(children) > 2:
            written = str(children[2])
            if not written.isdigit() or not 1 <= int(written[:9]) <= 1000:
                raise ClaimError(
                    (children[2].start_pos or 0) + 1,
                    f"expected a number of digits from 1 to 1000, found {written[:20]}",
                )
            digits = int(written)
        if isinstance(right, Number) and right.value == 0:
            raise ClaimError(right.span[0] + 1, "zero has no significant digits: write |...| <= bound")
        if digits == 0:
            raise ClaimError(right.span[0] + 1, "say to how many digits: '... is about ... to 3 digits'")
        return About(span, left, right, digits)

    def _definite(self, children: list, span: Span, names: frozenset[str]) -> Node:
        kernel = self._typed(children[0], names, "kernel")
        return Comparison(span, Apply(kernel.span, "lambda_min", (kernel,)), ">", Number(span, Fraction(0)))

    def _negation(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return Not(span, self._typed(children[-1], names, "truth"))

    def _conjunction(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return And(span, tuple(self._typed(child, names, "truth") for child in children))

    def _disjunction(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return Or(span, tuple(self._typed(child, names, "truth") for child in children))

    def _conditional(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return If(span, *(self._typed(child, names, "truth") for child in children[1:]))

    def _for_all(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return self._quantified(True, children, span, names)

    def _there_exists(self, children: list, span: Span, names: frozenset[str]) -> Node:
        return self._quantified(False, children, span, names)

    def _quantified(self, universal: bool, children: list, span: Span, names: frozenset[str]) -> Node:
        _, token, domain, body = children
        check_new_name(str(token), (token.start_pos or 0) + 1, names)
        return Quantified(
            span, universal, str(token), self._domain(domain, names), self._typed(body, names | {str(token)}, "truth")
        )

    def _domain(self, tree: Tree, names: frozenset[str]) -> Interval | WholeNumbers | Family:
        span = _span(tree)
        if tree.data in ("interval", "whole_numbers"):
            ends = [self._typed(child, names, "number") for child in tree.children if isinstance(child, Tree)]
            return (Interval if tree.data == "interval" else WholeNumbers)(span, *ends)
        call = tree.children[0]
        if isinstance(call, Tree) and call.data == "application":
            head, *numbers, _ = call.children
            name = str(head.children[0]) if isinstance(head, Tree) and head.data == "name" else ""
            if name in FAMILIES and len(numbers) == len(FAMILIES[name].arguments):
                return Family(span, name, tuple(self._typed(number, names, "number") for number in numbers))
        forms = ", ".join(family.form for family in FAMILIES.values())
        raise ClaimError(
            span[0] + 1, f"expected an interval [a, b], whole numbers a..b, or a family of sample sets: {forms}"
        )


RESERVED = frozenset(
    [
        "for",
        "all",
        "there",
        "exists",
        "in",
        "if",
        "then",
        "or",
        "and",
        "not",
        "is",
        "about",
        "to",
        "digits",
        "positive",
        "definite",
        "n",
        "points",
        "network",
        "labels",
    ]
)


def check_new_name(name: str, column: int, names: Iterable[str] = ()) -> None:
    """Raise ClaimError unless `name` can be given to something new."""
    if name in names:
        raise ClaimError(column, f"{name} already names something: choose another name")
    if name in WORDS or name in FAMILIES or name in UNAVAILABLE or name in RESERVED:
        raise ClaimError(column, f"{name} is a word of the language: choose another name")


def _suggestion(name: str, names: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, [*WORDS, *FAMILIES, *names], n=1)
    return f": did you mean {near[0]}?" if near else ": declare it under [constants], or see the list of words"


def _span(tree: Tree | Token) -> Span:
    first = last = tree
    while isinstance(first, Tree):
        first = first.children[0]
    while isinstance(last, Tree):
        last = last.children[-1]
    return (first.start_pos or 0, last.end_pos or 0)


def variables(node: Node, constants: Mapping[str, Node]) -> set[str]:
    """The names a node depends on, constants unfolded."""
    found: set[str] = set()
    for part in parts(node):
        if isinstance(part, Name):
            found |= variables(constants[part.name], constants) if part.name in constants else {part.name}
    return found


def parts(node: Node) -> Iterable[Node]:
    """The node and all nodes in it."""
    yield node
    for value in vars(node).values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Node):
                yield from parts(inner)
