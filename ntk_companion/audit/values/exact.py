"""Exact values: the part of the language that sympy can carry, so that equality can be proved and not only enclosed.

An expression becomes a rational function of pi, roots of whole numbers, arc cosines, and symbols for what has no
simpler form: deep kernels, by their definitions, and eigenvalues. Two are equal if their difference cancels to zero,
and differ by a known sign if it cancels to one term whose factors have known signs. That is a proof where it succeeds
and says nothing where it fails. Nothing here searches or simplifies without bound.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flint
import sympy

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Entry, Name, Node, Number, is_kernel
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values.closed_forms import bounded, correlation_kernel, function, root
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate, index, whole_number_at
from ntk_companion.audit.values.kernels import OF_POINTS, Definitions, definitions_of
from ntk_companion.audit.values.memory import once
from ntk_companion.audit.values.polynomials import single_term, vanishes
from ntk_companion.audit.values.printed import printed_definitions
from numerics.data.points import CirclePoints, PointSet, RationalPoints
from theory import series
from theory.activations import GaussianMoment
from theory.moments import gaussian_moment, relu_moment, step_moment, theta
from theory.recursion import Recursion, Triple, closed_form, input_dimension

MOST_ORDER = 200
WORK = 3000
"""Microseconds charged for a proof."""
SIGN_BITS = 256
SCALED_WITH_KERNEL = vocabulary.GAPS | vocabulary.NORMS | {
    vocabulary.LAMBDA_MIN, vocabulary.LAMBDA_MAX, vocabulary.TRACE,
}  # fmt: skip
"""Numbers of a kernel that a positive factor of the kernel multiplies."""
Shape = Callable[[Node, Environment], "sympy.Expr | None"]
SHAPES: dict[Word, Shape] = {}
"""Numbers of a kernel whose exact value follows from its shape, None where it does not."""
EXACT: dict[Word, Callable[[Apply, Environment], sympy.Expr]] = {}
"""Other words with exact values, by functions that raise NoExactValueError where there is none."""


def sign_of_difference(left: Node, right: Node, environment: Environment) -> int | None:
    """The proved sign of left - right, for every value of the variables that are still free; None if none is."""
    environment.budget.charge(WORK)
    try:
        difference = exact(left, environment) - exact(right, environment)
        if vanishes(difference):
            return 0
        found = single_term(difference)
        return None if found is None else _sign_of_term(*found, environment)
    except NoExactValueError:
        return None


def _sign_of_term(sign: int, powers: dict[sympy.Expr, int], environment: Environment) -> int | None:
    """The sign of a product of atoms, from enclosures of those that are not positive by themselves."""
    nodes = {symbol: place for place, symbol in environment.memory.opaque.items()}
    for atom, power in powers.items():
        if atom == sympy.pi or (isinstance(atom, sympy.Pow) and atom.base.is_Rational):
            continue
        if atom not in nodes:
            return None
        with flint.ctx.workprec(SIGN_BITS):
            node, (network, points, layer) = nodes[atom]
            there = replace(environment, network=network, points=points, layer=layer, bits=SIGN_BITS)
            value = evaluate(node, there)
        if value.upper < 0:
            sign *= (-1) ** power
        elif not value.lower > 0:
            return None
    return sign


def exact(node: Node | str, environment: Environment) -> sympy.Expr:
    """The value of a number as a sympy expression; what has no exact form is a symbol, the same for the same words.

    Raises NoExactValueError for a string, which is no number.
    """
    if isinstance(node, str):
        raise NoExactValueError
    try:
        return _exact(node, environment)
    except NoExactValueError:
        return opaque(node, environment)


def opaque(node: Node, environment: Environment) -> sympy.Expr:
    """A symbol for the value of a number."""
    return environment.memory.opaque.setdefault((node, environment.place), sympy.Dummy(real=True))


def _exact(node: Node, environment: Environment) -> sympy.Expr:
    match node:
        case Number(value=value):
            return bounded(sympy.Rational(value.numerator, value.denominator))
        case Name(name=name):
            bound = environment.value_of(name)
            return _constant(name, bound, environment) if isinstance(bound, Node) else sympy.Symbol(name, real=True)
        case Entry(kernel=Apply(word=vocabulary.BETWEEN, arguments=(kernel, first, second)), row=row, column=column):
            if first != second or isinstance(kernel, str):
                raise NoExactValueError
            return _exact(Entry(node.span, kernel, row, column), replace(environment, points=str(first)))
        case Entry(kernel=kernel, row=row, column=column):
            here = environment.selected(kernel)
            return exact_entry(kernel, environment, index(row, here), index(column, here))
        case Apply(word=vocabulary.SIZE):
            return sympy.Integer(len(environment.point_set))
        case Apply(word=vocabulary.K0_COEFFICIENT | vocabulary.K1_COEFFICIENT as word, arguments=(argument,)):
            order = whole_number_at(argument, environment)
            if order > MOST_ORDER:
                raise NoExactValueError
            return series.coefficients(0 if word is vocabulary.K0_COEFFICIENT else 1).at(order)
        case Apply(word=word) if word in EXACT:
            return EXACT[word](node, environment)
        case Apply(word=word, arguments=(Node() as kernel,)) if is_kernel(kernel):
            return _of_kernel(word, kernel, environment)
        case Apply(word=word, arguments=arguments):
            return function(word, [exact(argument, environment) for argument in arguments])
    raise NoExactValueError


def _constant(name: str, value: Node, environment: Environment) -> sympy.Expr:
    """The form of a constant, found once."""
    if isinstance(value, Number):
        return exact(value, environment)
    here = environment.without_idle_variables(value)
    return here.constant(("exact", name), lambda: exact(value, environment))


def _of_kernel(word: Word, kernel: Node, environment: Environment) -> sympy.Expr:
    """A number of a kernel, a positive factor of the kernel taken out."""
    factor, bare = _without_factor(kernel, environment)
    if bare != kernel and word in SCALED_WITH_KERNEL | {vocabulary.CONDITION}:
        value = _of_kernel(word, bare, environment)
        return value if word is vocabulary.CONDITION else factor * value
    if word in (vocabulary.GAP_SHARP, vocabulary.GAP_PRINTED):
        size = len(evaluate(kernel, environment))
        smallest = _of_kernel(vocabulary.LAMBDA_MIN, kernel, environment)
        return smallest / (size if word is vocabulary.GAP_SHARP else 2 * size**2)
    found = SHAPES[word](kernel, environment) if word in SHAPES else None
    return opaque(Apply((0, 0), word, (kernel,)), environment) if found is None else found


def _without_factor(kernel: Node, environment: Environment) -> tuple[sympy.Expr, Node]:
    """A kernel as a positive rational number times another."""
    match kernel:
        case Apply(word=vocabulary.GRAM, arguments=(Node() as inner,)):
            return _without_factor(inner, environment)
        case Apply(word=vocabulary.TIMES | vocabulary.OVER as word, arguments=(Node() as first, Node() as second)):
            number, matrix = (second, first) if is_kernel(first) else (first, second)
            value = exact(number, environment)
            if value.is_Rational and value > 0:
                factor, bare = _without_factor(matrix, environment)
                return factor * (value if word is vocabulary.TIMES else 1 / value), bare
    return sympy.Integer(1), kernel


def in_parts(
    kernel: Node | str, environment: Environment, of_points: Callable[[Apply], sympy.Expr], identity: sympy.Expr
) -> sympy.Expr:
    """A kernel at a pair, from what its kernels of points and the identity are there. Raises NoExactValueError."""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            return sympy.Add(*(in_parts(term, environment, of_points, identity) for term in terms))
        case Apply(word=vocabulary.TIMES | vocabulary.OVER as word, arguments=(first, second)):
            matrix, factor = (first, second) if is_kernel(first) else (second, first)
            return function(word, [in_parts(matrix, environment, of_points, identity), exact(factor, environment)])
        case Apply(word=vocabulary.IDENTITY):
            return identity
        case Apply(word=vocabulary.GRAM, arguments=(inner,)):
            return in_parts(inner, environment, of_points, identity)
        case Apply(word=word) if word in OF_POINTS or word is vocabulary.PRINTED:
            return of_points(kernel)
    raise NoExactValueError


def exact_entry(kernel: Node | str, environment: Environment, row: int, column: int) -> sympy.Expr:
    """The entry of a kernel at two points, numbered from 0. Raises NoExactValueError."""

    def at_pair(part: Apply) -> sympy.Expr:
        found = definitions_in(part, environment)
        inputs = [inner_product(found.points, *pair) for pair in ((row, row), (row, column), (column, column))]
        return unrolled(found, tuple(inputs), environment)

    return in_parts(kernel, environment, at_pair, sympy.Integer(int(row == column)))


def definitions_in(kernel: Apply, environment: Environment) -> Definitions:
    """The definitions of a kernel's word, derived or as printed. Raises NoExactValueError."""
    if kernel.word is vocabulary.PRINTED:
        return printed_definitions(str(kernel.arguments[0]), environment.selected(kernel))
    return definitions_of(kernel, environment)


def unrolled(found: Definitions, inputs: Triple, environment: Environment) -> sympy.Expr:
    """A kernel at a pair with these inner products, by its definitions; deep correlations stand for themselves.

    Raises NoExactValueError on other moments than the ReLU's.
    """
    if found.recursion.image:
        raise NoExactValueError
    place = (found.kernel, tuple(found.recursion.equations.items()), inputs, found.points.dimension)

    def form() -> sympy.Expr:
        derived, kernel = with_dimension(found)
        return closed_form(derived, kernel, inputs, _moment)

    return once(environment.memory.closed_forms, place, form)


def with_dimension(found: Definitions) -> tuple[Recursion, sympy.Expr]:
    """The definitions and the kernel with the number of the points' coordinates in its place."""
    sizes = {input_dimension: sympy.Integer(found.points.dimension)}
    equations = {symbol: value.xreplace(sizes) for symbol, value in found.recursion.equations.items()}
    return replace(found.recursion, equations=equations), sympy.sympify(found.kernel).xreplace(sizes)


def _moment(kind: type[GaussianMoment], first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    power = {relu_moment: 1, step_moment: 0}.get(kind)
    if power is None:
        raise NoExactValueError
    same = first == cross == second
    scale = first if same else root(sympy.expand(first * second))
    value = sympy.Integer(1) if same else correlation_kernel(power, cross / scale)
    return gaussian_moment(power).subs(theta, 0) * scale**power * value


def inner_product(points: PointSet, row: int, column: int) -> sympy.Expr:
    """<x, x'> of two points, numbered from 0. Raises NoExactValueError."""
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
