"""Balls whose centres and radii are doubles, vectorised over numpy arrays.

Every operation returns a ball that contains the exact result for all exact arguments in the argument balls. The proof
rests on IEEE 754 alone: +, -, *, / and sqrt of doubles are correctly rounded, fl(x) = x (1 + d) + e with |d| <= 2^-53
and |e| < 2^-1074. A radius is a sum of a few non-negative terms computed in doubles; _INFLATE covers the roundings in
it and _FLOOR covers underflow. An operation that has no bound returns an infinite radius.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

_UNIT = 2.0**-53
_INFLATE = 1 + 2.0**-48
_FLOOR = 2.0**-1020

Doubles = np.ndarray[Any, Any]


class FloatBalls:
    """An array of balls [centre - radius, centre + radius]. Immutable by convention."""

    __array_ufunc__ = None  # arithmetic with numpy arrays comes here
    __slots__ = ("centre", "radius")

    def __init__(self, centre: Doubles, radius: Doubles) -> None:
        self.centre = centre
        self.radius = radius

    @classmethod
    def exact(cls, values: Doubles) -> FloatBalls:
        """Balls of radius zero."""
        values = np.asarray(values, dtype=float)
        return cls(values, np.zeros_like(values))

    @classmethod
    def rational(cls, value: Fraction) -> FloatBalls:
        """A ball around a rational number, of radius zero if it is a double."""
        centre = float(value)
        error = abs(Fraction(centre) - value)
        return cls(np.array(centre), np.array(np.nextafter(float(error), np.inf) if error else 0.0))

    @classmethod
    def between(cls, lower: Doubles, upper: Doubles) -> FloatBalls:
        """Balls that contain [lower, upper]."""
        centre = lower / 2 + upper / 2
        return cls(centre, np.maximum(upper - centre, centre - lower) * _INFLATE + _FLOOR)

    def lower(self) -> Doubles:
        """Doubles not above the balls."""
        return np.nextafter(self.centre - self.radius, -np.inf)

    def upper(self) -> Doubles:
        """Doubles not below the balls."""
        return np.nextafter(self.centre + self.radius, np.inf)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.centre.shape

    def __len__(self) -> int:
        return len(self.centre)

    def __getitem__(self, index: Any) -> FloatBalls:
        return FloatBalls(self.centre[index], self.radius[index])

    @property
    def T(self) -> FloatBalls:
        """The transpose."""
        return FloatBalls(self.centre.T, self.radius.T)

    def diagonal(self) -> FloatBalls:
        """The diagonal of a matrix."""
        return FloatBalls(self.centre.diagonal(), self.radius.diagonal())

    def __neg__(self) -> FloatBalls:
        return FloatBalls(-self.centre, self.radius)

    def __add__(self, other: FloatBalls | int) -> FloatBalls:
        other = _balls(other)
        centre = self.centre + other.centre
        return FloatBalls(centre, _radius(self.radius + other.radius + _UNIT * np.abs(centre)))

    def __sub__(self, other: FloatBalls | int) -> FloatBalls:
        return self + (-_balls(other))

    def __mul__(self, other: FloatBalls | int) -> FloatBalls:
        other = _balls(other)
        centre = self.centre * other.centre
        error = (np.abs(self.centre) + self.radius) * other.radius + self.radius * np.abs(other.centre)
        return FloatBalls(centre, _radius(error + _UNIT * np.abs(centre)))

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
        bounded = (away > 0) & np.isfinite(centre)
        return FloatBalls(np.where(bounded, centre, 0.0), np.where(bounded, _radius(error), np.inf))

    def ratio(self, whole: FloatBalls, at_zero: int) -> FloatBalls:
        """self / whole, and `at_zero` where the whole is exactly zero."""
        zero = (whole.centre == 0) & (whole.radius == 0)
        safe = FloatBalls(np.where(zero, 1.0, whole.centre), whole.radius)
        return (self / safe).select(FloatBalls.exact(np.full(self.shape, float(at_zero))), ~zero)

    def select(self, other: FloatBalls, where: Doubles) -> FloatBalls:
        """self where the mask holds, `other` elsewhere."""
        return FloatBalls(np.where(where, self.centre, other.centre), np.where(where, self.radius, other.radius))

    def matrix_product(self, other: FloatBalls) -> FloatBalls:
        """The matrix product; the rounding of an inner product of length d is at most 2 d 2^-53 |x|.|y| in any order."""
        length = self.shape[1]
        centre = self.centre @ other.centre
        size, other_size = np.abs(self.centre), np.abs(other.centre)
        error = (size + self.radius) @ other.radius + self.radius @ other_size
        rounding = (2 * length + 4) * _UNIT
        return FloatBalls(centre, _radius((error + rounding * (size @ other_size)) * (1 + rounding) + length * _FLOOR))

    def sqrt(self) -> FloatBalls:
        """Square roots of quantities known to be non-negative."""
        lower, upper = self._nonnegative_bounds()
        return FloatBalls.between(np.nextafter(np.sqrt(lower), 0.0), np.nextafter(np.sqrt(upper), np.inf))

    def nonnegative(self) -> FloatBalls:
        """The same quantities, known to be non-negative: the balls are cut at zero where they reach below."""
        lower, upper = self._nonnegative_bounds()
        return self.select(FloatBalls.between(lower, upper), self.centre > self.radius)

    def _nonnegative_bounds(self) -> tuple[Doubles, Doubles]:
        lower, upper = np.maximum(self.lower(), 0.0), self.upper()
        if (upper < 0).any():
            raise ArithmeticError("a ball of a non-negative quantity lies below zero: an enclosure was lost")
        return lower, upper

    def intersect(self, lower: FloatBalls, upper: FloatBalls, where: Doubles) -> FloatBalls:
        """Cut the balls to [lower, upper] where the mask holds and that helps."""
        narrow = FloatBalls.between(
            np.maximum(self.lower(), lower.lower()), np.minimum(self.upper(), upper.upper())
        )
        return narrow.select(self, where & (narrow.radius < self.radius))

    def angle(self, cosine: FloatBalls) -> FloatBalls:
        """The angle in [0, pi/2] of which self is the sine and `cosine` the cosine, both non-negative."""
        flat = self.centre < cosine.centre
        tangent = self.select(cosine, flat) / cosine.select(self, flat)
        angle = tangent.arctan()
        half_pi = FloatBalls(np.array(np.pi / 2), np.array(_UNIT))
        return angle.select(half_pi - angle, flat)

    def arctan(self) -> FloatBalls:
        """arctan of quantities in [0, 1 + radius]: two halvings of the angle, then the alternating series."""
        tangent = self
        for _ in range(2):
            tangent = tangent / ((tangent * tangent + 1).sqrt() + 1)
        square = tangent * tangent
        terms = [Fraction((-1) ** order, 2 * order + 1) for order in range(13)]
        remainder = 0.2**26 / 27  # |tangent| <= tan(pi/16) < 0.199, and a little for the radius
        valid = np.abs(tangent.centre) + tangent.radius <= 0.2
        total = tangent * 4 * polynomial(square, terms)
        return FloatBalls(total.centre, np.where(valid, _radius(total.radius + 4 * remainder), np.inf))


def polynomial(argument: FloatBalls, coefficients: Sequence[Fraction]) -> FloatBalls:
    """The polynomial with these coefficients, lowest first, by Horner's rule."""
    *rest, total = (FloatBalls.rational(value) for value in coefficients)
    for coefficient in reversed(rest):
        total = total * argument + coefficient
    return total


def _balls(value: FloatBalls | int) -> FloatBalls:
    # Python integers in formulas are small and exact.
    return value if isinstance(value, FloatBalls) else FloatBalls.exact(np.array(float(value)))


def _radius(error: Doubles) -> Doubles:
    return error * _INFLATE + _FLOOR
