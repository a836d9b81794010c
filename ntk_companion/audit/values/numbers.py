"""The meanings of arithmetic, of functions of numbers, and of coefficients of series."""

import operator
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import flint

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.registry import functions, means
from numerics.numbers.systems import Balls, evaluate
from theory import series

MOST_ORDER = 2_000

FUNCTIONS: dict[Word, Callable[..., Range]] = {
    vocabulary.POWER: ranges.power,
    vocabulary.SQRT: ranges.sqrt,
    vocabulary.LN: ranges.ln,
    vocabulary.EXP: ranges.exp,
    vocabulary.ABS: ranges.absolute,
    vocabulary.MIN: ranges.smaller,
    vocabulary.MAX: ranges.larger,
    vocabulary.SIN: ranges.sin,
    vocabulary.COS: ranges.cos,
    vocabulary.ARCCOS: ranges.arccos,
    vocabulary.K0: ranges.k0,
    vocabulary.K1: ranges.k1,
}
"""Functions of numbers alone."""


functions(FUNCTIONS)


@means(vocabulary.SIZE)
def _size(environment: Environment) -> Range:
    return point(len(environment.point_set))


@means(vocabulary.PI)
def _pi(environment: Environment) -> Range:
    return point(flint.arb.pi())


@means(vocabulary.PLUS)
def _add(environment: Environment, *terms: Any) -> Any:
    if isinstance(terms[0], Range):
        return reduce(ranges.add, terms)
    if len({term.shape for term in terms}) > 1:
        sizes = " and ".join(str(len(term)) for term in terms)
        raise MeaninglessError(f"kernels on {sizes} points (or outputs) cannot be added: name the same points")
    return reduce(operator.add, terms)


@means(vocabulary.TIMES)
def _multiply(environment: Environment, first: Any, second: Any) -> Any:
    if isinstance(first, Range) and isinstance(second, Range):
        return ranges.multiply(first, second)
    factor, matrix = (first, second) if isinstance(first, Range) else (second, first)
    return matrix * factor.ball()


@means(vocabulary.OVER)
def _divide(environment: Environment, first: Any, second: Range) -> Any:
    return ranges.divide(first, second) if isinstance(first, Range) else first / second.ball()


def _coefficient(power: int, environment: Environment, order: Range) -> Range:
    number = whole_number(order, "the order of a coefficient", 0, MOST_ORDER)
    environment.budget.charge(100 * number)
    return point(evaluate(series.coefficients(power).at(number), Balls(environment.bits), {}))


means(vocabulary.K0_COEFFICIENT)(partial(_coefficient, 0))
means(vocabulary.K1_COEFFICIENT)(partial(_coefficient, 1))
