"""Balls whose centres and radii are doubles, vectorised over numpy arrays.

Every operation returns a ball that contains the exact result for all exact arguments in the argument balls. The proof
rests on IEEE 754 alone: +, -, *, / and sqrt of doubles are correctly rounded, fl(x) = x (1 + d) + e with |d| <= 2^-53
and |e| < 2^-1074. A radius is a sum of a few non-negative terms computed in doubles; _INFLATE covers the roundings in
it and _FLOOR covers underflow. An operation that has no bound returns an infinite radius.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

_UNIT = 2.0**-53
_INFLATE = 1 + 2.0**-48
_FLOOR = 2.0**-1020
_OUTWARD = 2.0**-51  # more than the rounding of a sum, of this product and of the sum with it

Doubles = np.ndarray[Any, Any]


class FloatBalls:
    """An array of balls [centre - radius, centre + radius], two arrays of one shape. Immutable by convention.

    Methods act entry by entry and keep the shape unless they say otherwise; with another array both have one shape, or
    broadcast to one.
    """

    __array_ufunc__ = None  # arithmetic with numpy arrays comes here
    __slots__ = ("centre", "radius")

    def __init__(self, centre: Doubles, radius: Doubles) -> None:
        self.centre = centre
        self.radius = radius

    @classmethod
    def exact(cls, values: Doubles) -> FloatBalls:
        """Balls of radius zero around doubles of any shape."""
        values = np.asarray(values, dtype=float)
        return cls(values, np.zeros_like(values))

    @classmethod
    def rational(cls, value: Fraction) -> FloatBalls:
        """A ball of shape () around a rational number, of radius zero if it is a double."""
        return cls(*map(np.array, _enclose(value)))

    @classmethod
    def between(cls, lower: Doubles, upper: Doubles) -> FloatBalls:
        """Balls that contain [lower, upper]."""
        centre = lower / 2 + upper / 2
        return cls(centre, np.maximum(upper - centre, centre - lower) * _INFLATE + _FLOOR)

    def lower(self) -> Doubles:
        """Doubles not above the balls."""
        end = self.centre - self.radius
        return end - np.abs(end) * _OUTWARD

    def upper(self) -> Doubles:
        """Doubles not below the balls."""
        end = self.centre + self.radius
        return end + np.abs(end) * _OUTWARD

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.centre.shape

    def __len__(self) -> int:
        return len(self.centre)

    def __getitem__(self, index: Any) -> FloatBalls:
        return FloatBalls(self.centre[index], self.radius[index])

    def reshape(self, *shape: Any) -> FloatBalls:
        """The same balls in another shape, as of numpy's method."""
        return FloatBalls(self.centre.reshape(*shape), self.radius.reshape(*shape))

    @property
    def T(self) -> FloatBalls:  # noqa: N802 - numpy's name
        """The transposed array: the axes in reverse order, m x n of n x m."""
        return FloatBalls(self.centre.T, self.radius.T)

    def diagonal(self) -> FloatBalls:
        """The diagonal of an n x n matrix, shape (n,)."""
        return FloatBalls(self.centre.diagonal(), self.radius.diagonal())

    def __neg__(self) -> FloatBalls:
        return FloatBalls(-self.centre, self.radius)

    def __add__(self, other: FloatBalls | int) -> FloatBalls:
        other = _balls(other)
        centre = self.centre + other.centre
        error = np.abs(centre) * _UNIT
        error += self.radius
        error += other.radius
        return FloatBalls(centre, _radius(error))

    def __sub__(self, other: FloatBalls | int) -> FloatBalls:
        return self + (-_balls(other))

    def __mul__(self, other: FloatBalls | int) -> FloatBalls:
        other = _balls(other)
        if other.is_exact_number():
            return self._scaled(other.centre)
        if self.is_exact_number():
            return other._scaled(self.centre)
        centre = self.centre * other.centre
        error = np.abs(self.centre)
        error += self.radius
        error = error * other.radius
        error += self.radius * np.abs(other.centre)
        error += np.abs(centre) * _UNIT
        return FloatBalls(centre, _radius(error))

    def is_zero(self) -> Doubles:
        """Which balls are exactly zero?"""
        return (self.centre == 0) & (self.radius == 0)

    def replaced(self, where: np.ndarray, number: int) -> FloatBalls:
        """The same balls, but the one number where `where` holds."""
        return FloatBalls(np.where(where, float(number), self.centre), np.where(where, 0.0, self.radius))

    def is_exact_number(self) -> bool:
        """Is this a single number with radius zero?"""
        return self.radius.ndim == 0 and bool(self.radius == 0)

    def _scaled(self, factor: Doubles) -> FloatBalls:
        centre = self.centre * factor
        error = np.abs(centre) * _UNIT
        error += self.radius * abs(factor)
        return FloatBalls(centre, _radius(error))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: int) -> FloatBalls:
        return _balls(other) - self

    def __truediv__(self, other: FloatBalls | int) -> FloatBalls:
        other = _balls(other)
        # |a/b - A/B| <= (|A/B| r_b + r_a) / (|B| - r_b)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            centre = self.centre / other.centre
            away = (np.abs(other.centre) - other.radius) / _INFLATE
            error = (np.abs(centre) * _INFLATE * other.radius + self.radius + _FLOOR) / away + _UNIT * np.abs(centre)
        bounded = (away > 0) & np.isfinite(away) & np.isfinite(centre)
        return FloatBalls(np.where(bounded, centre, 0.0), np.where(bounded, _radius(error), np.inf))

    def ratio(self, whole: FloatBalls, at_zero: int) -> FloatBalls:
        """self / whole, and `at_zero` where the whole is exactly zero."""
        zero = whole.is_zero()
        safe = FloatBalls(np.where(zero, 1.0, whole.centre), whole.radius)
        return (self / safe).select(FloatBalls.exact(np.full(self.shape, float(at_zero))), ~zero)

    def select(self, other: FloatBalls, where: Doubles) -> FloatBalls:
        """self where the mask holds, `other` elsewhere."""
        return FloatBalls(np.where(where, self.centre, other.centre), np.where(where, self.radius, other.radius))

    def matrix_product(self, other: FloatBalls) -> FloatBalls:
        """The matrix product, n x m, of n x d and d x m balls.

        An inner product of length d, in any order, is off by at most 2 d 2^-53 |x|.|y|.
        """
        length = self.shape[1]
        centre = self.centre @ other.centre
        size, other_size = np.abs(self.centre), np.abs(other.centre)
        error = (size + self.radius) @ other.radius if other.radius.any() else np.zeros_like(centre)
        error += self.radius @ other_size if self.radius.any() else 0.0
        rounding = (2 * length + 4) * _UNIT
        radius = _radius((error + rounding * (size @ other_size)) * (1 + rounding) + length * _FLOOR)
        # A row or a column of exact zeros gives exact zeros: a point at the origin has the norm zero, not about zero.
        rows, columns = np.asarray(self.is_zero()).all(axis=1), np.asarray(other.is_zero()).all(axis=0)
        zero = np.asarray(rows)[:, None] | np.asarray(columns)[None, :]
        bounded = np.isfinite(size).all() and np.isfinite(other_size).all()
        return FloatBalls(centre, np.where(zero & bounded, 0.0, radius))

    def sqrt(self) -> FloatBalls:
        """Square roots of quantities known to be non-negative. Raises ArithmeticError if a ball lies below zero."""
        self._check_nonnegative()
        # |sqrt(x) - sqrt(c)| = |x - c| / (sqrt(x) + sqrt(c)), and at most sqrt(|x - c|).
        centre = np.sqrt(np.maximum(self.centre, 0.0))
        least = np.sqrt(np.maximum(self.centre - self.radius, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.fmin(self.radius / (centre + least), np.sqrt(self.radius))
        error += centre * _UNIT
        return FloatBalls(centre, np.where(self.is_zero(), 0.0, _radius(error)))

    def nonnegative(self) -> FloatBalls:
        """The same quantities, known to be non-negative: the balls are cut at zero where they reach below.

        Raises ArithmeticError if a ball lies below zero: then an enclosure was lost.
        """
        self._check_nonnegative()
        half = (self.centre + self.radius) / 2
        return self.select(FloatBalls(half, half * _INFLATE + _FLOOR), self.centre > self.radius)

    def _check_nonnegative(self) -> None:
        if (self.centre + self.radius < 0).any():
            raise ArithmeticError("a ball of a non-negative quantity lies below zero: an enclosure was lost")

    def intersect(self, lower: FloatBalls, upper: FloatBalls, where: Doubles) -> FloatBalls:
        """Cut the balls to [lower, upper] where the mask holds and that helps."""
        narrow = FloatBalls.between(np.maximum(self.lower(), lower.lower()), np.minimum(self.upper(), upper.upper()))
        return narrow.select(self, where & (narrow.radius < self.radius))

    def arctan(self) -> FloatBalls:
        """arctan of balls with centres in [0, 1]; an infinite radius elsewhere.

        The centre is computed in plain doubles: two halvings of the angle, t -> t / (1 + sqrt(1 + t^2)), each with a
        relative error below 3.1 u, u = 2^-53, and a condition number below 1; then t times the alternating series in
        t^2 < 0.04, whose terms after the first are below 0.0134 in sum, so that Horner's rule, its coefficients and
        the product add less than 2.4 u, and the remainder 0.04^13 / 27. That is below 9 u in all. The radius passes
        through unchanged, as the derivative of arctan is at most 1.
        """
        tangent = self.centre
        for _ in range(2):
            tangent = tangent / (np.sqrt(tangent * tangent + 1) + 1)
        square = tangent * tangent
        series = np.full_like(square, _ARCTAN_TERMS[-1])
        for term in reversed(_ARCTAN_TERMS[:-1]):
            series *= square
            series += term
        centre = 4 * tangent * series
        valid = (self.centre >= 0) & (self.centre <= 1)
        return FloatBalls(centre, np.where(valid, _radius(self.radius + 16 * _UNIT * centre), np.inf))


_ARCTAN_TERMS = [(-1) ** order / (2 * order + 1) for order in range(13)]


def nearest_double(value: Fraction) -> float:
    """The rational number correctly rounded, infinite where it overflows."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


@lru_cache(maxsize=1024)
def _enclose(value: Fraction) -> tuple[float, float]:
    """Centre and radius of a ball around a rational number."""
    centre = nearest_double(value)
    if math.isinf(centre):
        return 0.0, math.inf
    error = abs(Fraction(centre) - value)
    return centre, math.nextafter(float(error), math.inf) if error else 0.0


def _balls(value: FloatBalls | int) -> FloatBalls:
    # Python integers in formulas are small and exact.
    return value if isinstance(value, FloatBalls) else FloatBalls.exact(np.array(float(value)))


def _radius(error: Doubles) -> Doubles:
    """A radius from an error computed in doubles, which it may overwrite."""
    error *= _INFLATE
    error += _FLOOR
    return error
