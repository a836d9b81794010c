"""The number systems over which the expressions of `theory` are evaluated: float64, mpmath, and two kinds of balls.

Values are numpy arrays of doubles, of mpmath numbers or of python-flint balls (dtype object), or `FloatBalls`, balls
whose centres and radii are doubles. Constants stay exact until they meet the number system and are rounded once to
its precision, or enclosed.
"""

import contextlib
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, reduce
from importlib.util import find_spec
from typing import Any, Protocol

import flint
import mpmath
import numpy as np
import sympy

from numerics.numbers.float_balls import FloatBalls, nearest_double
from theory.moments import angular_coefficient, angular_function, psi

ELEMENTARY = (sympy.sin, sympy.cos, sympy.acos, sympy.asin, sympy.exp, sympy.log, sympy.tanh)
"""The functions that number systems know."""
Array = Any
"""A numpy array, or FloatBalls: whatever the number system's numbers are held in."""


class NumberSystem(Protocol):
    """What evaluating a kernel takes. Functions act entrywise on arrays of the system's numbers.

    Arrays that go in together have one shape, any, which the result has too; `product` alone is of matrices. A system
    of balls guarantees for each function: the result contains the exact value for all exact arguments in the argument
    balls.
    """

    @property
    def pi(self) -> Any:
        """The number pi: rounded, or a ball that contains it."""

    def rational(self, value: Fraction) -> Any:
        """The number nearest to `value`; a ball that contains it."""

    def sqrt(self, values: Array) -> Array:
        """Square root of quantities known to be non-negative: a ball that reaches below zero is cut there first."""

    def hypot(self, first: Array, second: Array) -> Array:
        """sqrt(first^2 + second^2), entry by entry."""

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        """part / whole, and `at_zero` where the whole is exactly zero."""

    def product(self, first: Array, second: Array) -> Array:
        """The matrix product, n x m, of n x d and d x m matrices."""

    def angles(self, sine_squared: Array, cosine_squared: Array) -> tuple[Array, Array, Array]:
        """The angle in [0, pi] whose half has a sine and a cosine of these squares, its supplement, and its sine."""

    def nonnegative(self, values: Array) -> Array:
        """The same quantities, known to be non-negative: what rounding left below zero is cut.

        Balls raise ArithmeticError where one lies wholly below zero: an enclosure was lost.
        """

    def where_less(self, one: Array, two: Array, then: Array, otherwise: Array) -> Array:
        """`then` where one is (surely) less than two, else `otherwise`."""

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        """The angular function J_power of `theory.moments` at `angle` in [0, pi], sine and cosine its own."""

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        """sin, cos, acos, asin, exp, log or tanh, entry by entry."""

    def working(self) -> contextlib.AbstractContextManager[None]:
        """A context in which arithmetic has this system's precision."""


def evaluate(expression: sympy.Expr, system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
    """The value of a sympy expression with `values` for its symbols (or for whole subexpressions).

    For balls the result contains the exact value for all exact values in the balls given. Raises ValueError on a node
    that has no meaning in number systems.
    """
    return _compiled(expression)(system, values)


@cache
def _compiled(expression: sympy.Expr) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    """`evaluate` of one expression: its nodes are told apart once, not in every evaluation."""
    operation = _operation(expression)
    if isinstance(expression, sympy.Rational):
        return operation
    if not expression.free_symbols and all(isinstance(node, ELEMENTARY) for node in expression.atoms(sympy.Function)):
        return _remembered(operation)

    def value(system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
        return values[expression] if expression in values else operation(system, values)

    return value


def _remembered(operation: Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]) -> Callable[..., Any]:
    """A constant in doubles is found once; in other systems it depends on the precision at work."""
    found: list[Any] = []

    def value(system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
        if not isinstance(system, Float64):
            return operation(system, values)
        if not found:
            found.append(operation(system, values))
        return found[0]

    return value


def _operation(expression: sympy.Expr) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    """What a node makes of the values of its arguments."""
    match expression:
        case sympy.Rational():
            fraction = Fraction(int(expression.p), int(expression.q))
            return lambda system, values: system.rational(fraction)
        case sympy.core.numbers.Pi():
            return lambda system, values: system.pi
        case sympy.Add():
            return _sum(expression.args)
        case sympy.Mul():
            return _product(expression.args)
        case sympy.Pow():
            base, exponent = _compiled(expression.base), expression.exp
            return lambda system, values: _power(base(system, values), exponent, system)
    if isinstance(expression, ELEMENTARY):
        argument, function = _compiled(expression.args[0]), expression.func
        return lambda system, values: system.elementary(function, argument(system, values))
    return _unknown(expression)


def _sum(terms: Sequence[sympy.Expr]) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    """A sum, less what has the factor -1: a difference takes no product."""
    added = [term for term in terms if term.as_coeff_Mul()[0] != -1]
    taken = [-term for term in terms if term not in added]
    if not added or not taken:
        return _folded(operator.add, operator.iadd, terms)
    rest, less = _compiled(sympy.Add(*added, evaluate=False)), _compiled(sympy.Add(*taken))
    return lambda system, values: rest(system, values) - less(system, values)


def _product(factors: Sequence[sympy.Expr]) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    """A product: its constants are one number, and what has the power -1 divides."""
    varying = [factor for factor in factors if factor.free_symbols]
    below = [factor for factor in varying if factor.as_base_exp()[1] == -1]
    above = [factor for factor in varying if factor not in below]
    constants = [factor for factor in factors if factor not in varying]
    if varying and constants:
        above.insert(0, sympy.Mul(*constants))
    if not above or not below:
        return _folded(operator.mul, operator.imul, above if varying and above else factors)
    whole = _compiled(above[0]) if len(above) == 1 else _folded(operator.mul, operator.imul, above)
    bases = [(factor, _compiled(factor.as_base_exp()[0])) for factor in below]

    def value(system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
        result = whole(system, values)
        for factor, base in bases:
            result = result * values[factor] if factor in values else result / base(system, values)
        return result

    return value


def _folded(
    first: Callable[[Any, Any], Any], further: Callable[[Any, Any], Any], arguments: Sequence[sympy.Expr]
) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    """A sum or product from the left; from the third argument on in the array that the first two have made."""
    compiled = [_compiled(argument) for argument in arguments]

    def value(system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
        one, two, *rest = (argument(system, values) for argument in compiled)
        result = first(one, two)
        for another in rest:
            same = isinstance(result, np.ndarray) and result.shape == getattr(another, "shape", ())
            result = further(result, another) if same and result.dtype == another.dtype else first(result, another)
        return result

    return value


def _unknown(expression: sympy.Expr) -> Callable[[NumberSystem, Mapping[sympy.Basic, Any]], Any]:
    def refuse(system: NumberSystem, values: Mapping[sympy.Basic, Any]) -> Any:
        raise ValueError(f"{expression} cannot be evaluated: give a value for it")

    return refuse


def evaluate_all(
    expressions: Sequence[sympy.Expr], system: NumberSystem, values: Mapping[sympy.Basic, Any]
) -> list[Any]:
    """The values of several expressions, subexpressions that they share evaluated once. As for `evaluate`."""
    shared, rest = _shared(tuple(expressions))
    known = dict(values)
    for symbol, expression in shared:
        known[symbol] = evaluate(expression, system, known)
    return [evaluate(expression, system, known) for expression in rest]


@cache
def _shared(expressions: tuple[sympy.Expr, ...]) -> tuple[list[tuple[sympy.Symbol, sympy.Expr]], list[sympy.Expr]]:
    return sympy.cse(expressions)


def _power(base: Any, exponent: sympy.Expr, system: NumberSystem) -> Any:
    if not exponent.is_Rational:
        raise ValueError(f"the exponent {exponent} is not a rational number")
    if exponent.q > 2:  # of a positive base; the logarithm of another is NaN, which decides nothing
        rational = system.rational(Fraction(int(exponent.p), int(exponent.q)))
        return system.elementary(sympy.exp, rational * system.elementary(sympy.log, base))
    if exponent.q == 2:
        base = system.sqrt(base)
    power = int(exponent.p)
    result = reduce(operator.mul, [base] * abs(power))
    return system.rational(Fraction(1)) / result if power < 0 else result


class Float64:
    """IEEE double precision, vectorised. Shapes as `NumberSystem` says."""

    pi = np.pi

    def rational(self, value: Fraction) -> float:
        return nearest_double(value)

    def sqrt(self, values: Array) -> Array:
        return np.sqrt(values)

    def hypot(self, first: Array, second: Array) -> Array:
        return np.hypot(first, second)

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        return np.divide(part, whole, out=np.full_like(whole, at_zero), where=whole != 0)

    def product(self, first: Array, second: Array) -> Array:
        return first @ second

    def angles(self, sine_squared: Array, cosine_squared: Array) -> tuple[Array, Array, Array]:
        # One arctan of a number in [0, 1]; pi minus twice that loses nothing, being the larger of the two.
        larger = np.maximum(sine_squared, cosine_squared)
        tangent = np.sqrt(np.minimum(sine_squared, cosine_squared) / larger)
        acute = 2 * np.arctan(tangent)
        obtuse = np.pi - acute
        flat = sine_squared < cosine_squared
        return np.where(flat, acute, obtuse), np.where(flat, obtuse, acute), 2 * tangent * larger

    def nonnegative(self, values: Array) -> Array:
        return np.maximum(values, 0.0)

    def where_less(self, one: Array, two: Array, then: Array, otherwise: Array) -> Array:
        return np.where(one < two, then, otherwise)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        if power == 0:
            return angle
        # sin(t) - t cos(t) is of the order of t^3: below 1 its Maclaurin series replaces the cancelling difference.
        result = sine - angle * cosine
        small = angle < 1.0
        arguments = angle[small]
        square = arguments * arguments
        result[small] = arguments * square * np.polynomial.polynomial.polyval(square, np.array(angular_series()))
        return result

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        names = {"acos": "arccos", "asin": "arcsin"}
        return getattr(np, names.get(function.__name__, function.__name__))(values)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class CompiledFloat64(Float64):
    """Float64 by machine code, for many points or many calls: the first one of a network compiles for some seconds.

    Results are those of `Float64` up to rounding. It evaluates what is not compiled: kernels that are series, and
    those of images. Raises ModuleNotFoundError without numba, the extra `fast`.
    """

    def __init__(self) -> None:
        if find_spec("numba") is None:
            raise ModuleNotFoundError("compiling needs numba: pip install 'ntk-companion[fast]'", name="numba")


@cache
def angular_series() -> tuple[float, ...]:
    """J_1 / t^3 below t = 1 as a polynomial in t^2, the lowest coefficient first."""
    # The first coefficient left out is below 1e-19.
    return tuple(float(angular_coefficient(order)) for order in range(9))


class Mpmath:
    """mpmath numbers good to the stated number of digits, computed with twice as many and a few.

    Arrays of dtype object; shapes as `NumberSystem` says.
    """

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

    def angles(self, sine_squared: Array, cosine_squared: Array) -> tuple[Array, Array, Array]:
        sine, cosine = self.sqrt(sine_squared), self.sqrt(cosine_squared)
        atan2 = self.context.atan2
        return 2 * _entrywise(atan2, sine, cosine), 2 * _entrywise(atan2, cosine, sine), 2 * sine * cosine

    def nonnegative(self, values: Array) -> Array:
        return _entrywise(lambda value: max(value, self.context.zero), values)

    def where_less(self, one: Array, two: Array, then: Array, otherwise: Array) -> Array:
        return np.where(_entrywise(lambda a, b: bool(a < b), one, two).astype(bool), then, otherwise)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        return _angular(self, power, angle, sine, cosine)

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        return _entrywise(getattr(self.context, "ln" if function is sympy.log else function.__name__), values)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Balls:
    """Balls of python-flint at any precision, in arrays of dtype object; shapes as `NumberSystem` says.

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
        return _entrywise(flint.arb.sqrt, self.nonnegative(values))

    def hypot(self, first: Array, second: Array) -> Array:
        return self.sqrt(first * first + second * second)

    def ratio(self, part: Array, whole: Array, at_zero: int) -> Array:
        if not np.asarray(whole == _ZERO, dtype=bool).any():
            return part / whole
        return _entrywise(lambda p, w: flint.arb(at_zero) if w == _ZERO else p / w, part, whole)

    def product(self, first: Array, second: Array) -> Array:
        result = flint.arb_mat(first.tolist()) * flint.arb_mat(second.tolist())
        return np.array(result.entries(), dtype=object).reshape(len(first), second.shape[1])

    def angles(self, sine_squared: Array, cosine_squared: Array) -> tuple[Array, Array, Array]:
        # The quotient is taken the way round that keeps the denominator away from zero.
        flat = np.asarray(sine_squared < cosine_squared, dtype=bool)
        larger: Array = np.where(flat, cosine_squared, sine_squared)
        tangent = self.sqrt(np.where(flat, sine_squared, cosine_squared) / larger)
        acute, half_sine = _entrywise(flint.arb.atan, tangent), tangent * larger
        acute = acute + acute
        obtuse = self.pi - acute
        return np.where(flat, acute, obtuse), np.where(flat, obtuse, acute), half_sine + half_sine

    def nonnegative(self, values: Array) -> Array:
        positive = np.asarray(values > _ZERO, dtype=bool)
        if positive.all():
            return values
        result = np.array(values, dtype=object)
        result[~positive] = _entrywise(_cut, result[~positive])
        return result[()]

    def where_less(self, one: Array, two: Array, then: Array, otherwise: Array) -> Array:
        return np.where(_entrywise(lambda a, b: bool(a < b), one, two).astype(bool), then, otherwise)

    def angular(self, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
        direct = _angular(self, power, angle, sine, cosine)
        small = np.asarray(power > 0 and angle < _SMALL, dtype=bool)
        if not small.any():
            return direct
        # sin(t) - t cos(t) cancels at small t, where partial sums of the series are the better enclosure.
        lower, upper = _angular_bounds(self, angle[small])
        direct[small] = _entrywise(_between, direct[small], lower, upper)
        return direct

    def elementary(self, function: type[sympy.Function], values: Array) -> Array:
        return _entrywise(getattr(flint.arb, function.__name__), values)

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        with flint.ctx.workprec(self.bits):
            yield


class DoubleBalls:
    """Balls whose centre and radius are doubles, vectorised: the fast rigorous system, of about 14 digits.

    Rests on IEEE arithmetic alone (+, -, *, /, sqrt correctly rounded): no library function is trusted. Shapes as
    `NumberSystem` says.
    """

    pi = FloatBalls(np.array(np.pi), np.array(2.0**-52))

    def rational(self, value: Fraction) -> FloatBalls:
        return FloatBalls.rational(value)

    def sqrt(self, values: FloatBalls) -> FloatBalls:
        return values.sqrt()

    def hypot(self, first: FloatBalls, second: FloatBalls) -> FloatBalls:
        found = (first * first + second * second).sqrt()
        return FloatBalls(found.centre, np.where(first.is_zero() & second.is_zero(), 0.0, found.radius))

    def ratio(self, part: FloatBalls, whole: FloatBalls, at_zero: int) -> FloatBalls:
        return part.ratio(whole, at_zero)

    def product(self, first: FloatBalls, second: FloatBalls) -> FloatBalls:
        return first.matrix_product(second)

    def angles(self, sine_squared: FloatBalls, cosine_squared: FloatBalls) -> tuple[FloatBalls, FloatBalls, FloatBalls]:
        sine, cosine = sine_squared.sqrt(), cosine_squared.sqrt()
        flat = sine.centre < cosine.centre
        acute = (sine.select(cosine, flat) / cosine.select(sine, flat)).arctan() * 2
        obtuse = self.pi - acute
        return acute.select(obtuse, flat), obtuse.select(acute, flat), sine * cosine * 2

    def nonnegative(self, values: FloatBalls) -> FloatBalls:
        return values.nonnegative()

    def where_less(self, one: FloatBalls, two: FloatBalls, then: FloatBalls, otherwise: FloatBalls) -> FloatBalls:
        return then.select(otherwise, one.upper() < two.lower())

    def angular(self, power: int, angle: FloatBalls, sine: FloatBalls, cosine: FloatBalls) -> FloatBalls:
        direct = _angular(self, power, angle, sine, cosine)
        if power == 0:
            return direct
        lower, upper = _angular_bounds(self, angle)
        return direct.intersect(lower, upper, where=angle.upper() <= 1)

    def elementary(self, function: type[sympy.Function], values: FloatBalls) -> FloatBalls:
        """sin, cos, acos, asin, exp, log or tanh, by FLINT."""
        with flint.ctx.workprec(80):
            balls = _entrywise(lambda c, r: getattr(flint.arb(c, r), function.__name__)(), values.centre, values.radius)
            centre = _entrywise(lambda ball: float(ball.mid()), balls)
            radius = _entrywise(lambda ball, c: float((ball - c).abs_upper()), balls, centre)
        centre, radius = (np.asarray(part, dtype=float) for part in (centre, radius))
        return FloatBalls(centre, np.nextafter(radius, np.inf))

    def working(self) -> contextlib.AbstractContextManager[None]:
        return np.errstate(all="ignore")  # overflow ends in infinite or NaN balls, which decide nothing


def _angular(system: NumberSystem, power: int, angle: Array, sine: Array, cosine: Array) -> Array:
    values = {sympy.sin(psi): sine, sympy.cos(psi): cosine, psi: angle}
    return evaluate(angular_function(power), system, values)


def _angular_bounds(system: NumberSystem, angle: Array) -> tuple[Array, Array]:
    """Balls around a lower and an upper bound of J_1 at angles in [0, 1]: partial sums of its alternating series."""
    values = {psi: angle}
    upper = evaluate(angular_coefficient(0) * psi**3, system, values)
    return upper + evaluate(angular_coefficient(1) * psi**5, system, values), upper


def _entrywise(function: Callable[..., Any], *values: Any) -> Any:
    return np.frompyfunc(function, len(values), 1)(*values)


def _cut(value: flint.arb) -> flint.arb:
    # A ball of a non-negative quantity: intersect it with [0, infinity). NaN stays NaN.
    if value < 0:
        raise ArithmeticError(f"the ball {value} should contain a non-negative number: an enclosure was lost")
    return value.nonnegative_part()


_ZERO = flint.arb(0)
_SMALL = flint.arb(2) ** -20


def _between(direct: flint.arb, lower: flint.arb, upper: flint.arb) -> flint.arb:
    return direct.intersection(lower.union(upper))
