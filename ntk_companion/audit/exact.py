"""Exact values: the part of the language that sympy can carry, so that equality can be proved and not only enclosed.

An expression becomes a polynomial in pi, square roots of integers and arc cosines that have no simpler form; it
vanishes if its numerator expands to zero. That is a proof where it succeeds and says nothing where it fails. Nothing
here searches or simplifies without bound.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from ntk_companion.audit.errors import NoExactValueError
from ntk_companion.audit.nodes import Apply, Entry, Name, Node, Number, kind
from numerics.data.points import CirclePoints, PointSet, RationalPoints
from theory import moments, series
from theory.recursion import closed_form, input_kernel

if TYPE_CHECKING:
    from ntk_companion.audit.situation import Situation

MOST_BITS = 20_000
MOST_TERMS = 2_000
MOST_POINTS = 8
MOST_EQUATIONS = 48
MOST_NESTED_EQUATIONS = 12
MOST_ORDER = 200
OF_POINTS = ("K", "NNGP", "part", "Sigma", "Theta", "inner")
"""Kernels that depend on the points alone: equal points have equal rows."""
DERIVED = (*OF_POINTS, "identity", "gram")
"""Kernels that are positive semidefinite by construction: sums of covariances and Gram matrices of gradients."""


def proves_equal(left: Node, right: Node, situation: Situation) -> bool:
    """Does sympy prove left = right, for every value of the variables that are still free?"""
    try:
        difference = exact(left, situation) - exact(right, situation)
        return vanishes(difference)
    except NoExactValueError:
        return False


def vanishes(expression: sympy.Expr) -> bool:
    """Is the expression proved to be zero?"""
    if expression.is_Rational:
        return bool(expression == 0)
    if len(list(sympy.preorder_traversal(expression))) > MOST_TERMS:
        raise NoExactValueError
    return bool(sympy.expand(sympy.fraction(sympy.together(expression))[0]) == 0)


def exact(node: Node, situation: Situation) -> sympy.Expr:
    """The value of a number as a sympy expression; what has no exact form is a symbol, the same for the same words."""
    try:
        return _exact(node, situation)
    except NoExactValueError:
        return situation.trace.opaque.setdefault(node, sympy.Dummy(real=True))


def _exact(node: Node, situation: Situation) -> sympy.Expr:
    match node:
        case Number(value=value):
            return _bounded(sympy.Rational(value.numerator, value.denominator))
        case Name(name=name):
            bound = situation.value_of(name)
            return exact(bound, situation) if isinstance(bound, Node) else sympy.Symbol(name, real=True)
        case Entry(kernel=kernel, row=row, column=column):
            here = situation.selected(kernel) if isinstance(kernel, Apply) else situation
            return exact_entry(kernel, situation, here.index(row), here.index(column))
        case Apply(word="n"):
            return sympy.Integer(len(situation.point_set))
        case Apply(word="lambda_min", arguments=(kernel,)):
            return _smallest_eigenvalue(kernel, situation)
        case Apply(word="gap_sharp" | "gap_printed" as word, arguments=(kernel,)):
            size = len(situation.centres(_node(kernel)))
            smallest = exact(Apply(node.span, "lambda_min", (kernel,)), situation)
            return smallest / (size if word == "gap_sharp" else 2 * size**2)
        case Apply(word="k0_coefficient" | "k1_coefficient" as word, arguments=(argument,)):
            order = situation.whole_number_at(argument)
            if order > MOST_ORDER:
                raise NoExactValueError
            return series.coefficients(int(word[1])).at(order)
        case Apply(word=word, arguments=arguments):
            return _function(word, [exact(_node(argument), situation) for argument in arguments])
    raise NoExactValueError


def _node(argument: Node | str) -> Node:
    if isinstance(argument, str):
        raise NoExactValueError
    return argument


def _function(word: str, values: list[sympy.Expr]) -> sympy.Expr:
    match word, values:
        case "pi", _:
            return sympy.pi
        case "+", _:
            return _bounded(sympy.Add(*values))
        case "*", [first, second]:
            return _bounded(first * second)
        case "/", [first, second] if second != 0:
            return _bounded(first / second)
        case "^", [base, exponent] if exponent.is_Integer and not (base == 0 and exponent <= 0):
            return _power(base, int(exponent))
        case "sqrt", [value]:
            return _root(value)
        case "k0", [value]:
            return moments.k0(series.u).subs(series.u, _correlation(value))
        case "k1", [value]:
            return moments.k1(series.u).subs(series.u, _correlation(value))
        case "arccos", [value]:
            return sympy.acos(_correlation(value))
        case "cos", [value] if _is_turn(value):
            return sympy.cos(value)
        case "sin", [value] if _is_turn(value):
            return sympy.sin(value)
        case "exp", [value] if not value.has(sympy.log):  # sympy would multiply out exp(10^9 ln 2)
            return sympy.exp(value)
        case "ln", [value] if value == 1:
            return sympy.Integer(0)
        case "abs", [value] if value.is_Rational:
            return abs(value)
    raise NoExactValueError


def _bounded(value: sympy.Expr) -> sympy.Expr:
    if value.is_Rational:
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > MOST_BITS:
            raise NoExactValueError
    elif value.is_Add and len(value.args) > MOST_TERMS:
        raise NoExactValueError
    return value


def _power(base: sympy.Expr, exponent: int) -> sympy.Expr:
    largest = max(int(base.p).bit_length(), int(base.q).bit_length()) if base.is_Rational else 64
    if largest * abs(exponent) > MOST_BITS:
        raise NoExactValueError
    return base**exponent


def _root(value: sympy.Expr) -> sympy.Expr:
    # sympy factors what is under a root: small numbers only.
    if value.is_Rational and (value < 0 or max(int(value.p), int(value.q)) > 10**12):
        raise NoExactValueError
    return sympy.sqrt(value)


def _correlation(value: sympy.Expr) -> sympy.Expr:
    if value.is_Rational and abs(value) > 1:
        raise NoExactValueError
    return value


def _is_turn(value: sympy.Expr) -> bool:
    turn = value / sympy.pi
    return bool(turn.is_Rational) and turn.q <= 24


def exact_entry(kernel: Node, situation: Situation, row: int, column: int) -> sympy.Expr:
    """The entry of a kernel at two points, numbered from 0. Raises NoExactValueError."""
    match kernel:
        case Apply(word="+", arguments=terms):
            return sympy.Add(*(exact_entry(_node(term), situation, row, column) for term in terms))
        case Apply(word="*" | "/" as word, arguments=(first, second)):
            matrix, factor = (first, second) if _is_kernel(first) else (second, first)
            entry = exact_entry(_node(matrix), situation, row, column)
            return _function(word, [entry, exact(_node(factor), situation)])
        case Apply(word="identity"):
            return sympy.Integer(int(row == column))
        case Apply(word="gram", arguments=(inner,)):
            return exact_entry(_node(inner), situation, row, column)
        case Apply(word=word) if word in (*DERIVED, "printed"):
            return _derived_entry(kernel, situation, row, column)
    raise NoExactValueError


def _is_kernel(argument: Node | str) -> bool:
    return isinstance(argument, Node) and kind(argument) == "kernel"


def _derived_entry(kernel: Apply, situation: Situation, row: int, column: int) -> sympy.Expr:
    """The closed form; of a deep kernel a symbol, the same wherever the kernel has the same inner products."""
    derived, expression, points = situation.derived_kernel(kernel)
    first, cross, second = (_inner(points, *pair) for pair in ((row, row), (row, column), (column, column)))
    if expression == input_kernel:
        return cross
    forms = situation.trace.closed_forms
    place = (expression, tuple(derived.equations.items()), first, cross, second)
    if place not in forms:
        # Closed forms double with each layer, unless the two points are one.
        shallow = len(derived.equations) <= (MOST_EQUATIONS if first == cross == second else MOST_NESTED_EQUATIONS)
        form = sympy.expand(closed_form(derived, expression, (first, cross, second))) if shallow else None
        forms[place] = sympy.Dummy(real=True) if form is None else _bounded(form)
    return forms[place]


def _inner(points: PointSet, row: int, column: int) -> sympy.Expr:
    match points:
        case CirclePoints(count=count):
            return sympy.cos(2 * sympy.pi * sympy.Rational(row - column, count))
        case RationalPoints(numerators=numerators, denominator=denominator, unit_norm=unit_norm):
            product = _dot(numerators[row], numerators[column])
            if not unit_norm:
                return _bounded(sympy.Rational(product, denominator**2))
            lengths = _dot(numerators[row], numerators[row]) * _dot(numerators[column], numerators[column])
            return product / _root(sympy.Integer(lengths))
    raise NoExactValueError


def _dot(first: Any, second: Any) -> int:
    return sum(int(one) * int(two) for one, two in zip(first, second, strict=True))


def is_semidefinite(kernel: Node) -> bool:
    """Is the kernel positive semidefinite by construction: a derived one, or a sum of such?"""
    match kernel:
        case Apply(word="+", arguments=terms):
            return all(is_semidefinite(_node(term)) for term in terms)
        case Apply(word=word):
            return word in DERIVED
    return False


def _smallest_eigenvalue(kernel: Node | str, situation: Situation) -> sympy.Expr:
    """Zero, if the kernel is positive semidefinite and an exact null vector is found."""
    kernel = _node(kernel)
    if not is_semidefinite(kernel):
        raise NoExactValueError
    vector = null_vector(kernel, situation)
    if vector is None:
        raise NoExactValueError
    situation.note(f"the vector {tuple(map(int, vector))} is mapped to zero")
    return sympy.Integer(0)


def null_vector(kernel: Node, situation: Situation) -> list[int] | None:
    """Small whole numbers c with K c = 0, proved entry by entry; None if none is found."""
    twins = _twins(selected_points(kernel, situation))
    if twins is not None:
        return twins
    centres = situation.centres(kernel)
    if not np.isfinite(centres).all() or len(centres) > MOST_POINTS:
        return None
    for guess in _guesses(centres):
        size = range(len(guess))
        if all(
            vanishes(sympy.Add(*(guess[j] * exact_entry(kernel, situation, i, j) for j in size if guess[j])))
            for i in size
        ):
            return guess
    return None


def selected_points(kernel: Node, situation: Situation) -> PointSet | None:
    """The points of a kernel's word; None for a combination of kernels, which may rest on several point sets."""
    return situation.selected(kernel).point_set if isinstance(kernel, Apply) and kernel.word in OF_POINTS else None


def _twins(points: PointSet | None) -> list[int] | None:
    """e_i - e_j for two equal points: a kernel that depends on the points alone has equal rows there."""
    if not isinstance(points, RationalPoints):
        return None
    seen: dict[tuple[int, ...], int] = {}
    for place, row in enumerate(points.numerators.tolist()):
        first = seen.setdefault(tuple(row), place)
        if first != place:
            return [int(index == first) - int(index == place) for index in range(len(points))]
    return None


def _guesses(centres: np.ndarray) -> list[list[int]]:
    """Whole vectors that the matrix nearly maps to zero, from the reduced rows of its numerical null space."""
    values, vectors = np.linalg.eigh(centres)
    small = values < 1e-9 * max(values[-1], 1e-300)
    rows = vectors[:, small].T.copy()
    if len(rows) == 0:
        return []
    for position in range(len(rows)):
        column = int(np.argmax(np.abs(rows[position])))
        rows[position] /= rows[position, column]
        for other in range(len(rows)):
            if other != position:
                rows[other] -= rows[other, column] * rows[position]
    guesses = []
    for row in rows:
        fractions = [Fraction(float(value)).limit_denominator(60) for value in row]
        scale = int(np.lcm.reduce([fraction.denominator for fraction in fractions]))
        guesses.append([int(fraction * scale) for fraction in fractions])
    return [guess for guess in guesses if any(guess) and max(map(abs, guess)) <= 10_000]
