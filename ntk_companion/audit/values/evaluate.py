"""The value of an expression in its environment, at the environment's precision."""

from dataclasses import replace
from typing import Any

import flint
import numpy as np

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Apply, Entry, Name, Node, Number, is_kernel, sort_of
from ntk_companion.audit.syntax.vocabulary import MATRIX_ARITHMETIC, TRUTH
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.facts import OF_SEMIDEFINITE, is_semidefinite
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.registry import KNOWN, MEANINGS


def evaluate(node: Node | str, environment: Environment) -> Any:
    """The value of an expression: a range for a number, a symmetric n x n array of balls for a kernel.

    Balls and ranges contain the exact value. Raises MeaninglessError on what has no meaning, such as point 7 of six.
    """
    match node:
        case str():
            return node
        case Number(value=value):
            return ranges.rational(value)
        case Name(name=name):
            bound = environment.value_of(name)
            if isinstance(bound, Node):
                return _constant(name, bound, environment)
            if not isinstance(bound, Range):
                raise MeaninglessError(f'{name} is a sample set, not a number: it stands under points = "{name}"')
            return bound
        case Entry(kernel=kernel, row=row, column=column):
            matrix = evaluate(kernel, environment)
            here = environment.selected(kernel)
            indices = [
                whole_number_at(part, here, "the number of a point", 1, size) - 1
                for part, size in zip((row, column), matrix.shape, strict=True)
            ]
            return point(matrix[indices[0], indices[1]])
        case Apply(arguments=arguments):
            if not environment.bound or is_kernel(node) or not any(map(is_kernel, arguments)):
                return _apply(node, environment)
            here = environment.without_idle_variables(node)
            return here.constant((node, environment.bits), lambda: _apply(node, environment))
    raise TypeError(f"{node} is not a value")


def _constant(name: str, value: Node, environment: Environment) -> Any:
    """The value of a constant, found once at each precision."""
    if isinstance(value, Number):
        return evaluate(value, environment)
    here = environment.without_idle_variables(value)
    return here.constant((name, environment.bits), lambda: evaluate(value, environment))


def _apply(node: Apply, environment: Environment) -> Any:
    here = environment.selected(node)
    environment.budget.charge(15)
    if node.word in KNOWN:
        known = KNOWN[node.word](node, here)
        if known is not None:
            return known
    values = [
        argument if isinstance(argument, Node) and sort_of(argument) is TRUTH else evaluate(argument, environment)
        for argument in node.arguments
    ]
    if node.word not in MATRIX_ARITHMETIC:
        for value in values:
            if isinstance(value, np.ndarray):
                environment.budget.charge(len(value) ** 3 * max(1, environment.bits // 256))
    found = MEANINGS[node.word](here, *values)
    if node.word in OF_SEMIDEFINITE and is_semidefinite(node.arguments[0], environment):
        return _not_negative(found)
    return found


def _not_negative(value: Range) -> Range:
    """The same number, known not to be negative."""
    return Range(value.lower.max(flint.arb(0)), value.upper) if value.is_known and not value.lower > 0 else value


def whole_number(value: Range, what: str, least: int, most: int) -> int:
    """A number that must be whole. Raises MeaninglessError on another or one out of range."""
    number = value.lower.unique_fmpz() if value.is_point and value.lower.is_exact() else None
    if number is None or not least <= number <= most:
        shown = value.lower.str(6, radius=False) if value.is_point else "an interval"
        raise MeaninglessError(f"{what} must be a whole number from {least} to {most}, not {shown}")
    return int(number)


def whole_number_at(
    node: Node | str, environment: Environment, what: str = "this", least: int = 0, most: int = 10**6
) -> int:
    """The whole number that an expression is. Raises MeaninglessError."""
    return whole_number(evaluate(node, environment), what, least, most)


def index(node: Node, environment: Environment) -> int:
    """The number of a point, from 0. Raises MeaninglessError."""
    return whole_number_at(node, environment, "the number of a point", 1, len(environment.point_set)) - 1


def centres(kernel: Node, environment: Environment) -> np.ndarray:
    """A kernel's n x n Gram matrix in doubles, as a guide; not finite where a ball is not."""
    here = replace(environment, bits=256)
    with flint.ctx.workprec(256):
        return np.array([[float(value.mid()) for value in row] for row in evaluate(kernel, here)])
