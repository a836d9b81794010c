"""Exact values: the part of the language that sympy can carry, so that equality can be proved and not only enclosed.

An expression becomes a polynomial in pi, square roots of integers and arc cosines that have no simpler form; it
vanishes if its numerator expands to zero. That is a proof where it succeeds and says nothing where it fails. Nothing
here searches or simplifies without bound.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Entry, Name, Node, Number, is_kernel
from ntk_companion.audit.values.closed_forms import bounded, function, root, vanishes
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import centres, index, whole_number_at
from ntk_companion.audit.values.kernels import OF_POINTS, Definitions, definitions_of
from ntk_companion.audit.values.printed import printed_definitions
from numerics.data.points import CirclePoints, PointSet, RationalPoints
from theory import series
from theory.recursion import closed_form, input_kernel

MOST_POINTS = 8
MOST_EQUATIONS = 48
MOST_NESTED_EQUATIONS = 12
MOST_ORDER = 200
DERIVED = OF_POINTS | {vocabulary.IDENTITY, vocabulary.GRAM}
"""Kernels that are positive semidefinite by construction: sums of covariances and Gram matrices of gradients."""


def proves_equal(left: Node, right: Node, environment: Environment) -> bool:
    """Does sympy prove left = right, for every value of the variables that are still free?"""
    try:
        difference = exact(left, environment) - exact(right, environment)
        return vanishes(difference)
    except NoExactValueError:
        return False


def exact(node: Node, environment: Environment) -> sympy.Expr:
    """The value of a number as a sympy expression; what has no exact form is a symbol, the same for the same words."""
    try:
        return _exact(node, environment)
    except NoExactValueError:
        return environment.memory.opaque.setdefault(node, sympy.Dummy(real=True))


def _exact(node: Node, environment: Environment) -> sympy.Expr:
    match node:
        case Number(value=value):
            return bounded(sympy.Rational(value.numerator, value.denominator))
        case Name(name=name):
            bound = environment.value_of(name)
            return exact(bound, environment) if isinstance(bound, Node) else sympy.Symbol(name, real=True)
        case Entry(kernel=kernel, row=row, column=column):
            here = environment.selected(kernel)
            return exact_entry(kernel, environment, index(row, here), index(column, here))
        case Apply(word=vocabulary.SIZE):
            return sympy.Integer(len(environment.point_set))
        case Apply(word=vocabulary.LAMBDA_MIN, arguments=(kernel,)):
            return _smallest_eigenvalue(kernel, environment)
        case Apply(word=vocabulary.GAP_SHARP | vocabulary.GAP_PRINTED as word, arguments=(kernel,)):
            size = len(centres(_node(kernel), environment))
            smallest = exact(Apply(node.span, vocabulary.LAMBDA_MIN, (kernel,)), environment)
            return smallest / (size if word is vocabulary.GAP_SHARP else 2 * size**2)
        case Apply(word=vocabulary.K0_COEFFICIENT | vocabulary.K1_COEFFICIENT as word, arguments=(argument,)):
            order = whole_number_at(argument, environment)
            if order > MOST_ORDER:
                raise NoExactValueError
            return series.coefficients(0 if word is vocabulary.K0_COEFFICIENT else 1).at(order)
        case Apply(word=word, arguments=arguments):
            return function(word, [exact(_node(argument), environment) for argument in arguments])
    raise NoExactValueError


def _node(argument: Node | str) -> Node:
    if isinstance(argument, str):
        raise NoExactValueError
    return argument


def exact_entry(kernel: Node, environment: Environment, row: int, column: int) -> sympy.Expr:
    """The entry of a kernel at two points, numbered from 0. Raises NoExactValueError."""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            return sympy.Add(*(exact_entry(_node(term), environment, row, column) for term in terms))
        case Apply(word=vocabulary.TIMES | vocabulary.OVER as word, arguments=(first, second)):
            matrix, factor = (first, second) if is_kernel(first) else (second, first)
            entry = exact_entry(_node(matrix), environment, row, column)
            return function(word, [entry, exact(_node(factor), environment)])
        case Apply(word=vocabulary.IDENTITY):
            return sympy.Integer(int(row == column))
        case Apply(word=vocabulary.GRAM, arguments=(inner,)):
            return exact_entry(_node(inner), environment, row, column)
        case Apply(word=vocabulary.PRINTED, arguments=(number,)):
            found = printed_definitions(str(number), environment.selected(kernel))
            return _derived_entry(found, environment, row, column)
        case Apply(word=word) if word in OF_POINTS:
            return _derived_entry(definitions_of(kernel, environment), environment, row, column)
    raise NoExactValueError


def _derived_entry(found: Definitions, environment: Environment, row: int, column: int) -> sympy.Expr:
    """The closed form; of a deep kernel a symbol, the same wherever the kernel has the same inner products."""
    derived, expression, points = found.recursion, found.kernel, found.points
    first, cross, second = (_inner(points, *pair) for pair in ((row, row), (row, column), (column, column)))
    if expression == input_kernel:
        return cross
    forms = environment.memory.closed_forms
    place = (expression, tuple(derived.equations.items()), first, cross, second)
    if place not in forms:
        # Closed forms double with each layer, unless the two points are one.
        shallow = len(derived.equations) <= (MOST_EQUATIONS if first == cross == second else MOST_NESTED_EQUATIONS)
        form = sympy.expand(closed_form(derived, expression, (first, cross, second))) if shallow else None
        forms[place] = sympy.Dummy(real=True) if form is None else bounded(form)
    return forms[place]


def _inner(points: PointSet, row: int, column: int) -> sympy.Expr:
    match points:
        case CirclePoints(count=count):
            return sympy.cos(2 * sympy.pi * sympy.Rational(row - column, count))
        case RationalPoints(numerators=numerators, denominator=denominator, unit_norm=unit_norm):
            product = _dot(numerators[row], numerators[column])
            if not unit_norm:
                return bounded(sympy.Rational(product, denominator**2))
            lengths = _dot(numerators[row], numerators[row]) * _dot(numerators[column], numerators[column])
            return product / root(sympy.Integer(lengths))
    raise NoExactValueError


def _dot(first: Any, second: Any) -> int:
    return sum(int(one) * int(two) for one, two in zip(first, second, strict=True))


def is_semidefinite(kernel: Node) -> bool:
    """Is the kernel positive semidefinite by construction: a derived one, or a sum of such?"""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            return all(is_semidefinite(_node(term)) for term in terms)
        case Apply(word=word):
            return word in DERIVED
    return False


def _smallest_eigenvalue(kernel: Node | str, environment: Environment) -> sympy.Expr:
    """Zero, if the kernel is positive semidefinite and an exact null vector is found."""
    kernel = _node(kernel)
    if not is_semidefinite(kernel):
        raise NoExactValueError
    vector = null_vector(kernel, environment)
    if vector is None:
        raise NoExactValueError
    environment.note(f"the vector {tuple(map(int, vector))} is mapped to zero")
    return sympy.Integer(0)


def null_vector(kernel: Node, environment: Environment) -> list[int] | None:
    """Small whole numbers c with K c = 0, proved entry by entry; None if none is found."""
    twins = _twins(selected_points(kernel, environment))
    if twins is not None:
        return twins
    matrix = centres(kernel, environment)
    if not np.isfinite(matrix).all() or len(matrix) > MOST_POINTS:
        return None
    for guess in _guesses(matrix):
        size = range(len(guess))
        if all(
            vanishes(sympy.Add(*(guess[j] * exact_entry(kernel, environment, i, j) for j in size if guess[j])))
            for i in size
        ):
            return guess
    return None


def selected_points(kernel: Node, environment: Environment) -> PointSet | None:
    """The points of a kernel's word; None for a combination of kernels, which may rest on several point sets."""
    return environment.selected(kernel).point_set if isinstance(kernel, Apply) and kernel.word in OF_POINTS else None


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


def _guesses(matrix: np.ndarray) -> list[list[int]]:
    """Whole vectors that the matrix nearly maps to zero, from the reduced rows of its numerical null space."""
    values, vectors = np.linalg.eigh(matrix)
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
