"""Three number systems over which the expressions of `theory` are evaluated: float64, mpmath, and balls.

Values are numpy arrays: of doubles, or of mpmath or python-flint numbers (dtype object). Constants stay exact until
they meet the number system, and are then rounded once to its precision (for balls: enclosed).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, Protocol

import flint
import mpmath
import numpy as np
import sympy

from theory.moments import angular_function, psi

Array = np.ndarray[Any, Any]


class NumberSystem(Protocol):
    """What evaluating a kernel takes. Functions act entrywise on arrays of the system's numbers."""

    pi: Any

    def rational(self, value: Fraction) -> Any:
        """The number nearest to `value`, or for balls a ball that contains it."""

    def sqrt(self, values: Array) -> Array:
        """Square root of non-negative quantities: a ball that reaches below zero is cut there first."""

    def hypot(self, first: Array, second: Array) -> Array:
        """sqrt(first^2 + second^2) without overflow."""

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        """part / whole for 0 <= part <= whole, and `at_zero` where both vanish."""

    def product(self, first: Array, second: Array) -> Array:
        """The matrix product."""

    def angle(self, sine: Array, cosine: Array) -> Array:
        """The angle in [0, pi/2] with these non-negative sine and cosine, accurate at both ends."""

    def nonnegative(self, values: Array) -> Array:
        """The same quantities, known to be non-negative: what rounding left below zero is cut."""

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        """The angular function J_power of `theory.moments` at `angle`, of which sine and cosine are given."""

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        """sin, cos, acos, exp or log."""

    def working(self) -> contextlib.AbstractContextManager[None]:
        """A context in which arithmetic has this system's precision."""


def evaluate(expression: sympy.Expr, system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
    """The value of a sympy expression with `values` for its symbols (or for whole subexpressions).

    For balls the result contains the exact value for all values in the balls given. Raises ValueError on a node that
    has no meaning in number systems.
    """
    if expression in values:
        return values[expression]
    match expression:
        case sympy.Rational():
            return system.rational(Fraction(int(expression.p), int(expression.q)))
        case sympy.core.numbers.Pi():
            return system.pi
        case sympy.Add():
            total, *rest = (evaluate(argument, system, values) for argument in expression.args)
            for term in rest:
                total = total + term
            return total
        case sympy.Mul():
            total, *rest = (evaluate(argument, system, values) for argument in expression.args)
            for factor in rest:
                total = total * factor
            return total
        case sympy.Pow():
            return _power(evaluate(expression.base, system, values), expression.exp, system)
        case sympy.sin() | sympy.cos() | sympy.acos() | sympy.exp() | sympy.log():
            return system.elementary(expression.func, evaluate(expression.args[0], system, values))
    raise ValueError(f"{expression} cannot be evaluated: give a value for it")


def _power(base: Any, exponent: sympy.Expr, system: NumberSystem) -> Any:
    if not exponent.is_Rational or exponent.q not in (1, 2):
        raise ValueError(f"the exponent {exponent} is neither an integer nor a half-integer")
    if exponent.q == 2:
        base = system.sqrt(base)
    power = int(exponent.p)
    result = base
    for _ in range(abs(power) - 1):
        result = result * base
    return system.rational(Fraction(1)) / result if power < 0 else result


class Float64:
    """IEEE double precision, vectorised. Errors are a few units in the last place of |x| |x'| per layer."""

    pi = np.pi

    def rational(self, value: Fraction) -> float:
        return float(value)

    def sqrt(self, values: Array) -> Array:
        return np.sqrt(values)

    def hypot(self, first: Array, second: Array) -> Array:
        return np.hypot(first, second)

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        return np.divide(part, whole, out=np.full_like(whole, at_zero), where=whole != 0)

    def product(self, first: Array, second: Array) -> Array:
        return first @ second

    def angle(self, sine: Array, cosine: Array) -> Array:
        return np.arctan2(sine, cosine)

    def nonnegative(self, values: Array) -> Array:
        return np.maximum(values, 0.0)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        if power == 0:
            return angle
        # sin(t) - t cos(t) is of the order of t^3: below 1 its Maclaurin series replaces the cancelling difference.
        result = sine - angle * cosine
        small = angle < 1.0
        arguments = angle[small]
        series = np.polynomial.polynomial.polyval(arguments * arguments, _angular_series())
        result[small] = arguments**3 * series
        return result

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        return {"sin": np.sin, "cos": np.cos, "acos": np.arccos, "exp": np.exp, "log": np.log}[function.__name__](values)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@cache
def _angular_series() -> Array:
    """Coefficients of J_1(t) / t^3 in powers of t^2; the first one left out is below 1e-19 at t = 1."""
    order = 23
    polynomial = sympy.series(angular_function(1), psi, 0, order).removeO()
    return np.array([float(polynomial.coeff(psi, power)) for power in range(3, order, 2)])


class Mpmath:
    """mpmath numbers of the stated number of digits, computed with twice as many and a few."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.context = mpmath.mp.clone()
        self.context.dps = 2 * digits + 20
        self.pi = +self.context.pi

    def rational(self, value: Fraction) -> Any:
        return self.context.mpf(value.numerator) / value.denominator

    def sqrt(self, values: Array) -> Array:
        return _entrywise(self.context.sqrt, values)

    def hypot(self, first: Array, second: Array) -> Array:
        return _entrywise(self.context.hypot, first, second)

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        return _entrywise(lambda p, w: self.context.mpf(at_zero) if w == 0 else p / w, part, whole)

    def product(self, first: Array, second: Array) -> Array:
        return first @ second

    def angle(self, sine: Array, cosine: Array) -> Array:
        return _entrywise(self.context.atan2, sine, cosine)

    def nonnegative(self, values: Array) -> Array:
        return _entrywise(lambda value: max(value, self.context.zero), values)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        return _angular(self, power, angle, sine, cosine)

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        return _entrywise(getattr(self.context, "ln" if function is sympy.log else function.__name__), values)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Balls:
    """Balls of python-flint: every result contains the exact value of the expression for all inputs in the balls.

    Work inside `working()`, which sets FLINT's precision (a global of the thread) to `bits` and restores it.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits

    @property
    def pi(self) -> flint.arb:
        return flint.arb.pi()

    def rational(self, value: Fraction) -> flint.arb:
        return flint.arb(flint.fmpq(value.numerator, value.denominator))

    def sqrt(self, values: Array) -> Array:
        return _entrywise(_ball_sqrt, values)

    def hypot(self, first: Array, second: Array) -> Array:
        return self.sqrt(first * first + second * second)

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        return _entrywise(lambda p, w: flint.arb(at_zero) if w == 0 else p / w, part, whole)

    def product(self, first: Array, second: Array) -> Array:
        result = flint.arb_mat(first.tolist()) * flint.arb_mat(second.tolist())
        return np.array(result.entries(), dtype=object).reshape(len(first), second.shape[1])

    def angle(self, sine: Array, cosine: Array) -> Array:
        return _entrywise(_ball_angle, sine, cosine)

    def nonnegative(self, values: Array) -> Array:
        return _entrywise(_ball_nonnegative, values)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        return self.nonnegative(_angular(self, power, angle, sine, cosine))

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        return _entrywise(getattr(flint.arb, function.__name__), values)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        with flint.ctx.workprec(self.bits):
            yield


def _angular(system: NumberSystem, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
    values = {sympy.sin(psi): sine, sympy.cos(psi): cosine, psi: angle}
    return evaluate(angular_function(power), system, values)


def _entrywise(function: Callable[..., Any], *values: Any) -> Any:
    return np.frompyfunc(function, len(values), 1)(*values)


def _ball_nonnegative(value: flint.arb) -> flint.arb:
    # A ball of a non-negative quantity: intersect it with [0, infinity). NaN stays NaN.
    if value < 0:
        raise ArithmeticError(f"the ball {value} should contain a non-negative number: an enclosure was lost")
    return value if value > 0 else value.nonnegative_part()


def _ball_sqrt(value: flint.arb) -> flint.arb:
    return _ball_nonnegative(value).sqrt()


def _ball_angle(sine: flint.arb, cosine: flint.arb) -> flint.arb:
    # The quotient is taken the way round that keeps the denominator away from zero.
    if sine < cosine:
        return (sine / cosine).atan()
    return flint.arb.pi() / 2 - (cosine / sine).atan()
