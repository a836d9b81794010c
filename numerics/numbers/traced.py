"""A number system whose arithmetic is written down instead of done: an evaluation becomes the text of a program.

Evaluate with `Tracing` what is evaluated with doubles otherwise, and the program does the same operations on doubles,
all of them for one entry before those of the next. Constants are the doubles nearest to them, found exactly before.
"""

import contextlib
import math
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import sympy

from numerics.numbers.float_balls import nearest_double
from numerics.numbers.systems import angular_series

COEFFICIENTS = 20
"""Of the polynomial for arcsin: the error that it leaves is below 1e-17."""


class Stage(Enum):
    """What a number belongs to: one point, or a pair of them."""

    POINT = "point"
    PAIR = "pair"


class Program:
    """The assignments that a trace has made, in order, for each stage; the same operation is written once."""

    def __init__(self) -> None:
        self.assignments: dict[Stage, dict[str, str]] = {stage: {} for stage in Stage}
        self.loads: dict[str, dict[str, str]] = {}
        """For each index, the names of the pair stage for numbers of points, such as `point3_row` for `point3`."""

        self.polynomials: dict[tuple[float, ...], str] = {}
        """The names of the polynomials that are called, by their coefficients, the lowest first."""

    def number(self, stage: Stage, text: str) -> "Traced":
        """The number that the expression `text` has, assigned to a name."""
        known = self.assignments[stage]
        name = known.setdefault(text, f"{stage.value}{len(known)}")
        return Traced(self, stage, name)


class Index:
    """The index of the first or the second point of a pair, called `name`: indexes numbers of points.

    Whether the two are equal is a truth that the program is given, called `same`.
    """

    def __init__(self, program: Program, name: str) -> None:
        self.program, self.name = program, name
        program.loads[name] = {}

    def __eq__(self, other: object) -> Any:
        return Traced(self.program, Stage.PAIR, "same")

    __hash__ = object.__hash__


class Traced:
    """A number of a program: what arithmetic makes of it is another."""

    __array_ufunc__ = None  # a numpy scalar on the left leaves the operation to us

    def __init__(self, program: Program, stage: Stage, name: str) -> None:
        self.program, self.stage, self.name = program, stage, name

    def apply(self, form: str, *others: Any) -> "Traced":
        """The number `form.format(self, *others)`; all belong to one stage."""
        if any(isinstance(other, Traced) and other.stage is not self.stage for other in others):
            raise TypeError("a number of a point meets one of a pair: say which point is meant")
        return self.program.number(self.stage, form.format(self.name, *map(text_of, others)))

    def __getitem__(self, index: Index) -> "Traced":
        name = f"{self.name}_{index.name}"
        self.program.loads[index.name][name] = self.name
        return Traced(self.program, Stage.PAIR, name)

    def is_zero(self) -> "Traced":
        """Whether the number is exactly zero."""
        return self.apply("{} == 0.0")

    def replaced(self, where: "Traced", number: int) -> "Traced":
        """The same, but `number` where a truth holds."""
        return where.apply("{1} if {0} else {2}", float(number), self)

    def __add__(self, other: Any) -> "Traced":
        return self.apply("{} + {}", other)

    def __mul__(self, other: Any) -> "Traced":
        return self.apply("{} * {}", other)

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other: Any) -> "Traced":
        return self.apply("{} - {}", other)

    def __rsub__(self, other: Any) -> "Traced":
        return self.apply("{1} - {0}", other)

    def __truediv__(self, other: Any) -> "Traced":
        return self.apply("{} / {}", other)

    def __rtruediv__(self, other: Any) -> "Traced":
        return self.apply("{1} / {0}", other)

    def __neg__(self) -> "Traced":
        return self.apply("-{}")

    def __lt__(self, other: Any) -> "Traced":
        return self.apply("{} < {}", other)

    def __or__(self, other: Any) -> "Traced":
        return self.apply("({} != 0) | ({} != 0)", other)  # truths of points are kept as doubles


def text_of(value: Any) -> str:
    """The text of a number of a program, or of a constant, which is exact: a double's shortest decimals are its own."""
    return value.name if isinstance(value, Traced) else repr(float(value))


class Tracing:
    """The number system of `Traced` numbers. Functions of constants are done at once."""

    pi = math.pi

    def rational(self, value: Fraction) -> float:
        return nearest_double(value)

    def sqrt(self, values: Any) -> Any:
        return values.apply("sqrt({})") if isinstance(values, Traced) else math.sqrt(values)

    def hypot(self, first: Traced, second: Any) -> Traced:
        return first.apply("hypot({}, {})", second)

    def ratio(self, part: Traced, whole: Traced, at_zero: int) -> Traced:
        return (part / whole).replaced(whole.is_zero(), at_zero)

    def product(self, first: Any, second: Any) -> Any:
        raise TypeError("products of matrices are not traced")

    def angles(self, sine_squared: Traced, cosine_squared: Traced) -> tuple[Traced, Traced, Traced]:
        sine, cosine = self.sqrt(sine_squared), self.sqrt(cosine_squared)
        smaller = _choice(sine < cosine, sine, cosine)
        acute = smaller * _polynomial(_arcsin(), smaller * smaller * 4.0 - 1.0) * 2.0
        obtuse, flat = math.pi - acute, sine < cosine
        return _choice(flat, acute, obtuse), _choice(flat, obtuse, acute), sine * cosine * 2.0

    def nonnegative(self, values: Traced) -> Traced:
        return _choice(values < 0.0, 0.0, values)

    def where_less(self, one: Traced, two: Traced, then: Traced, otherwise: Traced) -> Traced:
        return _choice(one < two, then, otherwise)

    def angular(self, power: int, angle: Traced, sine: Traced, cosine: Traced) -> Traced:
        if power == 0:
            return angle
        square = angle * angle
        series = angle * square * _polynomial(angular_series(), square)
        return _choice(angle < 1.0, series, sine - angle * cosine)

    def elementary(self, function: type[sympy.Function], values: Traced) -> Traced:
        return values.apply(f"{function.__name__}({{}})")

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def _choice(truth: Traced, then: Any, otherwise: Any) -> Traced:
    return truth.apply("{1} if {0} else {2}", then, otherwise)


def _polynomial(coefficients: tuple[float, ...], argument: Traced) -> Traced:
    known = argument.program.polynomials
    name = known.setdefault(coefficients, f"polynomial{len(known)}")
    return argument.apply(f"{name}({{}})")


@cache
def _arcsin() -> tuple[float, ...]:
    """arcsin(s) / s for 0 <= s^2 <= 1/2, as a polynomial in 4 s^2 - 1, the lowest coefficient first."""
    with mpmath.workdps(60):

        def function(argument: Any) -> Any:
            square = (argument + 1) / 4
            return mpmath.asin(mpmath.sqrt(square)) / mpmath.sqrt(square) if square else mpmath.mpf(1)

        found, error = mpmath.chebyfit(function, [-1, 1], COEFFICIENTS, error=True)
        if error > 1e-17:
            raise ArithmeticError(f"{COEFFICIENTS} coefficients leave an error of {mpmath.nstr(error, 2)} in arcsin")
        return tuple(float(coefficient) for coefficient in reversed(found))
