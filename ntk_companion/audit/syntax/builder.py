"""From a parse tree to nodes: names and types are checked, and every fault is met at its place."""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from lark import Token, Tree

from ntk_companion.audit.syntax import nodes, vocabulary
from ntk_companion.audit.syntax.errors import ClaimError
from numerics.numbers.rationals import parse_number

MOST_NESTING = 50
"""How deep brackets, signs and quantifiers may nest."""


class Builder:
    """Turns a parse tree into nodes, checking names and types on the way."""

    def __init__(self, text: str, objects: frozenset[str]) -> None:
        self.text = text
        self.objects = objects
        self.depth = 0

    def build(self, tree: Tree | Token, names: frozenset[str]) -> nodes.Node:
        """The node of a tree in which `names` are bound. Raises ClaimError."""
        self.depth += 1
        span = span_of(tree)
        if self.depth > 2 * MOST_NESTING:
            raise ClaimError(span[0] + 1, f"the assertion nests more than {MOST_NESTING} deep: introduce a constant")
        assert isinstance(tree, Tree)
        node = getattr(self, f"_{tree.data}")(tree.children, span, names)
        self.depth -= 1
        return node

    def _typed(self, tree: Tree | Token, names: frozenset[str], wanted: vocabulary.Sort) -> nodes.Node:
        node = self.build(tree, names)
        found = nodes.sort_of(node)
        if found is not wanted:
            hint = (
                ": write one of its entries, K(1, 2), or lambda_min(K)"
                if (found, wanted) == (vocabulary.KERNEL, vocabulary.NUMBER)
                else ""
            )
            raise ClaimError(node.span[0] + 1, f"expected a {wanted.value}, found a {found.value}{hint}")
        return node

    def _number(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        text = str(children[0])
        try:
            value = parse_number(text, "a number")
        except ValueError as error:
            raise ClaimError(span[0] + 1, str(error)) from None
        mantissa = text.lower().split("e")[0].replace(".", "")
        return nodes.Number(span, value, len(mantissa.lstrip("0")))

    def _name(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        name = str(children[0])
        if name in names:
            return nodes.Name(span, name)
        word = self._word(name, span, names)
        if word.arguments:
            raise ClaimError(span[0] + 1, f"{name} needs its arguments: {word.form}")
        return nodes.Apply(span, word)

    def _word(self, name: str, span: nodes.Span, names: frozenset[str]) -> vocabulary.Word:
        if name in vocabulary.FAMILIES:
            raise ClaimError(
                span[0] + 1,
                f"{name} is a family of sample sets: write 'for all X in {vocabulary.FAMILIES[name].form}: ...'",
            )
        if name in self.objects:
            raise ClaimError(span[0] + 1, f"{name} is a network or a point set: name it in brackets, as in K[{name}]")
        if name not in vocabulary.WORDS:
            raise ClaimError(span[0] + 1, f"unknown name {name!r}{_suggestion(name, names)}")
        return vocabulary.WORDS[name]

    def _quoted(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        raise ClaimError(span[0] + 1, "a quoted name stands only inside printed('...')")

    def _application(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        head, *arguments, _ = children
        if isinstance(head, Tree) and head.data == "name" and str(head.children[0]) not in names:
            word = self._word(str(head.children[0]), span_of(head), names)
            if word.arguments:
                return self._applied(word, arguments, span, names)
        kernel = self.build(head, names)
        if nodes.sort_of(kernel) not in (vocabulary.KERNEL, vocabulary.CROSS):
            found = self.text[slice(*kernel.span)][:30]
            raise ClaimError(kernel.span[0] + 1, f"{found} takes no arguments; to multiply write *")
        if len(arguments) != 2:
            raise ClaimError(span[0] + 1, "an entry of a kernel needs the numbers of two points, such as K(1, 2)")
        if any(map(self._is_object, arguments)) and nodes.sort_of(kernel) is vocabulary.KERNEL:
            return self._applied(vocabulary.BETWEEN, [head, *arguments], span, names)
        row, column = (self._typed(argument, names, vocabulary.NUMBER) for argument in arguments)
        return nodes.Entry(span, kernel, row, column)

    def _is_object(self, tree: Tree) -> bool:
        return tree.data == "name" and str(tree.children[0]) in self.objects

    def _applied(self, word: vocabulary.Word, arguments: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        if len(arguments) != len(word.arguments):
            raise ClaimError(span[0] + 1, f"{word.name} takes {len(word.arguments)} argument(s), as in {word.form}")
        built: list[nodes.Node | str] = []
        for argument, wanted in zip(arguments, word.arguments, strict=True):
            if wanted in (vocabulary.NUMBER, vocabulary.KERNEL, vocabulary.TRUTH, vocabulary.TIME):
                built.append(self._typed(argument, names, vocabulary.NUMBER if wanted is vocabulary.TIME else wanted))
            elif wanted is vocabulary.POINTS and not self._is_object(argument):
                raise ClaimError(span_of(argument)[0] + 1, f"expected the name of {wanted.value}, as in {word.form}")
            else:
                built.append(self._plain_name(argument, wanted))
        return nodes.Apply(span, word, tuple(built))

    def _plain_name(self, tree: Tree, wanted: vocabulary.Sort) -> str:
        if tree.data in ("name", "quoted"):
            return str(tree.children[0]).strip("'")
        raise ClaimError(span_of(tree)[0] + 1, f"expected the name of {wanted.value}")

    def _selection(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        head, *tokens, _ = children
        kernel = self.build(head, names)
        if (
            not isinstance(kernel, nodes.Apply)
            or nodes.sort_of(kernel) is not vocabulary.KERNEL
            or kernel.word in vocabulary.MATRIX_ARITHMETIC
        ):
            raise ClaimError(span[0] + 1, "only a kernel's word can name its network in brackets, as in K[net]")
        for token in tokens:
            if str(token) not in self.objects and str(token) not in names:
                raise ClaimError(
                    (token.start_pos or 0) + 1, f"no network or point set is named {str(token)!r} in this file"
                )
        network, *points = map(str, tokens)
        return replace(kernel, span=span, network=network, points=points[0] if points else None)

    def _negative(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return self._minus(span, self._summand(children[-1], names))

    def _minus(self, span: nodes.Span, part: nodes.Node) -> nodes.Node:
        if isinstance(part, nodes.Number):
            return replace(part, span=span, value=-part.value)
        return nodes.Apply(span, vocabulary.TIMES, (nodes.Number(span, Fraction(-1)), part))

    def _positive(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return self._summand(children[-1], names)

    def _summand(self, tree: Tree, names: frozenset[str]) -> nodes.Node:
        node = self.build(tree, names)
        found = nodes.sort_of(node)
        if found in (vocabulary.TRUTH, vocabulary.CROSS):
            hint = f": write one of its entries, {vocabulary.BETWEEN.form}(1, 2)" * (found is vocabulary.CROSS)
            raise ClaimError(node.span[0] + 1, f"expected a number or a kernel, found a {found.value}{hint}")
        return node

    def _sum(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        total = self._summand(children[0], names)
        terms = [total]
        for sign, tree in zip(children[1::2], children[2::2], strict=True):
            term = self._summand(tree, names)
            if nodes.sort_of(term) is not nodes.sort_of(total):
                raise ClaimError(
                    term.span[0] + 1,
                    "a number and a kernel cannot be added; a multiple of the identity is c * identity",
                )
            terms.append(self._minus(term.span, term) if str(sign) == "-" else term)
        return nodes.Apply(span, vocabulary.PLUS, tuple(terms))

    def _product(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        total = self._summand(children[0], names)
        for operator, tree in zip(children[1::2], children[2::2], strict=True):
            factor = self._summand(tree, names)
            if nodes.sort_of(factor) is vocabulary.KERNEL and (
                nodes.sort_of(total) is vocabulary.KERNEL or vocabulary.WORDS[str(operator)] is vocabulary.OVER
            ):
                raise ClaimError(factor.span[0] + 1, "a kernel can be multiplied or divided by a number only")
            total = nodes.Apply((span[0], factor.span[1]), vocabulary.WORDS[str(operator)], (total, factor))
        return replace(total, span=span)

    def _raised(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        base, exponent = (self._typed(child, names, vocabulary.NUMBER) for child in children)
        return nodes.Apply(span, vocabulary.POWER, (base, exponent))

    def _absolute(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return nodes.Apply(span, vocabulary.ABS, (self._typed(children[1], names, vocabulary.NUMBER),))

    def _group(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return replace(self.build(children[1], names), span=span)

    def _comparison(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        numbers = [self._typed(child, names, vocabulary.NUMBER) for child in children[::2]]
        parts = [
            nodes.Comparison((left.span[0], right.span[1]), left, vocabulary.Relation(str(relation)), right)
            for left, relation, right in zip(numbers, children[1::2], numbers[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else nodes.And(span, tuple(parts))

    def _membership(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        value, lower, upper = (self._typed(child, names, vocabulary.NUMBER) for child in children[:3])
        return nodes.And(
            span,
            (
                nodes.Comparison(span, lower, vocabulary.Relation.AT_MOST, value),
                nodes.Comparison(span, value, vocabulary.Relation.AT_MOST, upper),
            ),
        )

    def _about(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        left, right = (self._typed(child, names, vocabulary.NUMBER) for child in children[:2])
        digits = right.digits if isinstance(right, nodes.Number) else 0
        if len(children) > 2:
            written = str(children[2])
            if not written.isdigit() or not 1 <= int(written[:9]) <= 1000:
                raise ClaimError(
                    (children[2].start_pos or 0) + 1,
                    f"expected a number of digits from 1 to 1000, found {written[:20]}",
                )
            digits = int(written)
        if isinstance(right, nodes.Number) and right.value == 0:
            raise ClaimError(right.span[0] + 1, "zero has no significant digits: write |...| <= bound")
        if digits == 0:
            raise ClaimError(right.span[0] + 1, "say to how many digits: '... is about ... to 3 digits'")
        return nodes.About(span, left, right, digits)

    def _definite(
        self,
        children: list,
        span: nodes.Span,
        names: frozenset[str],
        relation: vocabulary.Relation = vocabulary.Relation.MORE,
    ) -> nodes.Node:
        kernel = self._typed(children[0], names, vocabulary.KERNEL)
        smallest = nodes.Apply(kernel.span, vocabulary.LAMBDA_MIN, (kernel,))
        return nodes.Comparison(span, smallest, relation, nodes.Number(span, Fraction(0)))

    def _semidefinite(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return self._definite(children, span, names, vocabulary.Relation.AT_LEAST)

    def _limit(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        left, right, variable, _ = children
        check_new_name(str(variable), (variable.start_pos or 0) + 1, names)
        return nodes.Limit(
            span,
            self._typed(left, names | {str(variable)}, vocabulary.NUMBER),
            self._typed(right, names, vocabulary.NUMBER),
            str(variable),
        )

    def _negation(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return nodes.Not(span, self._typed(children[-1], names, vocabulary.TRUTH))

    def _conjunction(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return nodes.And(span, tuple(self._typed(child, names, vocabulary.TRUTH) for child in children))

    def _disjunction(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return nodes.Or(span, tuple(self._typed(child, names, vocabulary.TRUTH) for child in children))

    def _conditional(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return nodes.If(span, *(self._typed(child, names, vocabulary.TRUTH) for child in children[1:]))

    def _for_all(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return self._quantified(True, children, span, names)

    def _there_exists(self, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        return self._quantified(False, children, span, names)

    def _quantified(self, universal: bool, children: list, span: nodes.Span, names: frozenset[str]) -> nodes.Node:
        _, token, domain, body = children
        check_new_name(str(token), (token.start_pos or 0) + 1, names)
        return nodes.Quantified(
            span,
            universal,
            str(token),
            self._domain(domain, names),
            self._typed(body, names | {str(token)}, vocabulary.TRUTH),
        )

    def _domain(self, tree: Tree, names: frozenset[str]) -> nodes.Interval | nodes.WholeNumbers | nodes.Family:
        span = span_of(tree)
        if tree.data in ("interval", "whole_numbers"):
            ends = [self._typed(child, names, vocabulary.NUMBER) for child in tree.children if isinstance(child, Tree)]
            return (nodes.Interval if tree.data == "interval" else nodes.WholeNumbers)(span, *ends)
        call = tree.children[0]
        if isinstance(call, Tree) and call.data == "application":
            head, *numbers, _ = call.children
            name = str(head.children[0]) if isinstance(head, Tree) and head.data == "name" else ""
            if name in vocabulary.FAMILIES and len(numbers) == len(vocabulary.FAMILIES[name].arguments):
                return nodes.Family(
                    span,
                    vocabulary.FAMILIES[name],
                    tuple(self._typed(number, names, vocabulary.NUMBER) for number in numbers),
                )
        forms = ", ".join(family.form for family in vocabulary.FAMILIES.values())
        raise ClaimError(
            span[0] + 1, f"expected an interval [a, b], whole numbers a..b, or a family of sample sets: {forms}"
        )


RESERVED = (
    "for", "all", "there", "exists", "in", "if", "then", "or", "and", "not", "is", "about", "to", "digits", "positive",
    "definite", "semidefinite", "tends", "as", "grows", "n", "points", "network", "labels", "training",
)  # fmt: skip


def check_new_name(name: str, column: int, names: Iterable[str] = ()) -> None:
    """Raise ClaimError unless `name` can be given to something new."""
    if name in names:
        raise ClaimError(column, f"{name} already names something: choose another name")
    if not is_free(name):
        raise ClaimError(column, f"{name} is a word of the language: choose another name")


def is_free(name: str) -> bool:
    """Is the name no word of the language?"""
    return not (name in vocabulary.WORDS or name in vocabulary.FAMILIES or name in RESERVED)


def _suggestion(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [*vocabulary.WORDS, *vocabulary.FAMILIES, *names], n=1)
    return f": did you mean {near[0]}?" if near else ": declare it under [constants], or see the list of words"


def span_of(tree: Tree | Token) -> nodes.Span:
    """Where a part of a parse tree stands in the text."""
    first = last = tree
    while isinstance(first, Tree):
        first = first.children[0]
    while isinstance(last, Tree):
        last = last.children[-1]
    return (first.start_pos or 0, last.end_pos or 0)
