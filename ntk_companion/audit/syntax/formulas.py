"""Formulas of kernels, as papers print them: equations between kernels at a pair of inputs x and x'.

The text is that of assertions, with words of its own: `Sigma(l + 1) = 2 * moment(Sigma(l)) + 1 for l in 1..L`. A letter
with an index in brackets is a kernel; `(1, 1)` after it is its value at x and x, `[phi]` that on the inputs (x, 1)
divided by their lengths.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lark import Token, Tree
from lark.exceptions import UnexpectedInput

from ntk_companion.audit.syntax.builder import span_of
from ntk_companion.audit.syntax.errors import ClaimError
from ntk_companion.audit.syntax.language import check_text, explained, grammar
from numerics.numbers.rationals import parse_number

Pair = tuple[int, int]
HERE: Pair = (1, 2)
FUNCTIONS = ("k0", "k1", "sqrt", "arccos", "arcsin", "exp", "ln")
MOMENTS = ("moment", "slope_moment")
NORMS = ("norm", "extended_norm")
BIG = ("sum", "product")
INNER, PHI, U = "inner", "phi", "u"
MOST_INDEX = 20
MOST_PARTS = 500
MOST_SIZE = 2000
"""How many terms a formula may have once its products and powers are written out."""


@dataclass(frozen=True)
class Index:
    """A letter, l or L, or none, and a whole number added to it."""

    letter: str | None
    offset: int

    def __str__(self) -> str:
        if self.letter is None:
            return str(self.offset)
        sign = "+" if self.offset > 0 else "-"
        return self.letter if not self.offset else f"{self.letter} {sign} {abs(self.offset)}"


@dataclass(frozen=True)
class Constant:
    """A number, pi, or a name; an index used as a number too."""

    value: Fraction | str


@dataclass(frozen=True)
class Kernel:
    """A kernel of the formula, `inner` or `u`, at a pair; on the inputs divided by their lengths if `extended`."""

    name: str
    index: Index | None = None
    pair: Pair = HERE
    extended: bool = False

    def __str__(self) -> str:
        shown = self.name if self.index is None else f"{self.name}({self.index})"
        return shown + (f"{self.pair}" if self.pair != HERE else "") + ("[phi]" if self.extended else "")


@dataclass(frozen=True)
class Norm:
    """|x| or |x'|, of (x, 1) if `extended`."""

    which: int
    extended: bool


@dataclass(frozen=True)
class Call:
    """A function, a moment, or arithmetic by its sign."""

    function: str
    arguments: tuple["Term", ...]


@dataclass(frozen=True)
class Big:
    """A sum or a product over an index."""

    kind: str
    letter: str
    first: Index
    last: Index
    body: "Term"


Term = Constant | Kernel | Norm | Call | Big


@dataclass(frozen=True)
class Equation:
    """left = right, for `letter` from `first` to `last` if it has one; `text` is how it was read."""

    left: Kernel
    right: Term
    letter: str | None
    first: Index | None
    last: Index | None
    text: str


def terms(term: Term) -> Iterator[Term]:
    """A term and all terms in it."""
    yield term
    inner = term.arguments if isinstance(term, Call) else (term.body,) if isinstance(term, Big) else ()
    for part in inner:
        yield from terms(part)


def size(term: Term) -> int:
    """A bound on the number of terms of a term written out."""
    match term:
        case Call("+" | "-", (one, two)):
            return size(one) + size(two)
        case Call("*" | "/", (one, two)):
            return min(size(one) * size(two), MOST_SIZE + 1)
        case Call("^", (base, Constant(Fraction() as power))):
            inner = size(base)
            return 1 if inner == 1 and abs(power) <= MOST_SIZE else min(inner, 2) ** min(int(abs(power)) * inner, 12)
        case Call(_, arguments):
            return max(map(size, arguments))
        case Big():
            return size(term.body)
    return 1


def parse_equations(text: str) -> list[Equation]:
    """The equations of a line, a = b = c for two; `for l in 1..L` may follow. Raises ClaimError."""
    body, _, domain = text.partition(" for ")
    sides = [_tree(side, text) for side in body.split("=")]
    if len(sides) < 2:
        raise ClaimError(1, f"an equation is needed, such as Sigma(1) = inner + 1, not {text.strip()[:40]!r}")
    letter, first, last = _domain(domain) if domain else (None, None, None)
    built = [_Builder().term(side) for side in sides]
    *lefts, right = built
    found = []
    for left in lefts:
        if isinstance(left, Constant) and isinstance(left.value, str) and left.value not in ("pi", "l", "L"):
            left = Kernel(left.value)  # an abbreviation
        if not isinstance(left, Kernel) or left.name in (INNER, U):
            raise ClaimError(1, f"the left side must be a kernel with an index, such as Sigma(l + 1): {text[:60]!r}")
        free = left.index.letter if left.index is not None else None
        if letter is None and free == "l":
            raise ClaimError(1, f"say for which l: '{text.strip()[:60]} for l in 1..L'")
        found.append(Equation(left, right, letter, first, last, " ".join(text.split())))
    if sum(1 for _ in terms(right)) > MOST_PARTS or size(right) > MOST_SIZE:
        raise ClaimError(1, f"more than {MOST_PARTS} parts, or {MOST_SIZE} written out: split the formula")
    return found


def _tree(text: str, whole: str) -> Tree:
    check_text(text)
    try:
        found = grammar().parse(text)
    except UnexpectedInput as fault:
        error = explained(fault, text)
        raise ClaimError(error.column, f"in {' '.join(whole.split())[:60]!r}: {error.message}") from None
    assert isinstance(found, Tree)
    return found


def _domain(text: str) -> tuple[str, Index, Index]:
    found = re.fullmatch(r"\s*([a-z])\s+in\s+([^.]+)\.\.([^.]+?)\s*", text)
    if not found:
        raise ClaimError(1, f"write the range of an index as 'for l in 1..L', not {text[:40]!r}")
    letter, first, last = found.groups()
    return letter, *(_index(_Builder().term(_tree(end, text))) for end in (first, last))  # type: ignore[return-value]


class _Builder:
    """From a parse tree to terms; each fault is met at its place."""

    def term(self, tree: Tree | Token) -> Term:
        assert isinstance(tree, Tree)
        match tree.data, tree.children:
            case "number", [text]:
                return Constant(parse_number(str(text), "a number"))
            case "name", [name]:
                return self._name(str(name))
            case "group", [_, inner, _]:
                return self.term(inner)
            case "negative", [_, inner]:
                return Call("*", (Constant(Fraction(-1)), self.term(inner)))
            case "positive", [_, inner]:
                return self.term(inner)
            case "sum" | "product", children:
                return self._chain(children)
            case "raised", [base, exponent]:
                return Call("^", (self.term(base), self.term(exponent)))
            case "application", [head, *arguments, _]:
                return self._application(head, arguments, span_of(tree)[0])
            case "selection", [head, name, *_]:
                kernel = self.term(head)
                if isinstance(kernel, Kernel) and str(name) == PHI:
                    return Kernel(kernel.name, kernel.index, kernel.pair, True)
        raise ClaimError(span_of(tree)[0] + 1, f"a formula has no {str(tree.data).replace('_', ' ')}")

    def _chain(self, children: list) -> Term:
        total = self.term(children[0])
        for operator, tree in zip(children[1::2], children[2::2], strict=True):
            total = Call(str(operator), (total, self.term(tree)))
        return total

    def _name(self, name: str) -> Term:
        if name in (INNER, U) or name[0].isupper():
            return Kernel(name) if name != "L" else Constant("L")
        return Constant(name)

    def _application(self, head: Tree | Token, arguments: list, column: int) -> Term:
        name = str(head.children[0]) if isinstance(head, Tree) and head.data == "name" else None
        if name in BIG and len(arguments) == 4:
            letter, first, last, body = (self.term(argument) for argument in arguments)
            if not isinstance(letter, Constant) or not isinstance(letter.value, str):
                raise ClaimError(column + 1, f"{name} runs over a letter: {name}(l, 1, L, ...)")
            return Big(str(name), letter.value, _index(first), _index(last), body)
        if name in (*FUNCTIONS, *MOMENTS) and len(arguments) == 1:
            return Call(str(name), (self.term(arguments[0]),))
        if name in NORMS and len(arguments) == 1:
            which = self.term(arguments[0])
            if which not in (Constant(Fraction(1)), Constant(Fraction(2))):
                raise ClaimError(column + 1, f"{name}(1) is that of x, {name}(2) that of x'")
            return Norm(2 if which == Constant(Fraction(2)) else 1, name == "extended_norm")
        if name is None or name in (INNER, U):
            kernel = self.term(head)
            if isinstance(kernel, Kernel) and len(arguments) == 2:
                return Kernel(kernel.name, kernel.index, self._pair(arguments, column), kernel.extended)
        elif len(arguments) == 1:
            return Kernel(name, _index(self.term(arguments[0])))
        elif len(arguments) == 2:
            return Kernel(name, None, self._pair(arguments, column))
        raise ClaimError(column + 1, "expected an index, such as Sigma(l + 1), or a pair, such as Sigma(l)(1, 1)")

    def _pair(self, arguments: list, column: int) -> Pair:
        found = tuple(self.term(argument) for argument in arguments)
        numbers = [int(part.value) for part in found if isinstance(part, Constant) and part.value in (1, 2)]
        if len(numbers) != 2:
            raise ClaimError(column + 1, "a pair is (1, 1), (1, 2) or (2, 2)")
        return (min(numbers), max(numbers))


def _index(term: Term) -> Index:
    """A term as an index. Raises ClaimError."""
    match term:
        case Constant(Fraction() as value) if value.denominator == 1 and abs(value) <= MOST_INDEX:
            return Index(None, int(value))
        case Constant(str(name)) if len(name) == 1:
            return Index(name, 0)
        case Call("+" | "-" as sign, (first, Constant(Fraction() as value))) if value.denominator == 1:
            inner = _index(first)
            return Index(inner.letter, inner.offset + (int(value) if sign == "+" else -int(value)))
        case Call("*", (Constant(Fraction() as value), Constant(Fraction() as other))) if value * other == int(
            value * other
        ):
            return Index(None, int(value * other))
    raise ClaimError(1, "an index is a number, l, L, or one of them with a number added")
