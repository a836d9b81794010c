"""Point sets: exact values, by name or from a CSV file, and their coordinates in any number system."""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any

import flint
import numpy as np
import sympy

from numerics.numbers.float_balls import FloatBalls, nearest_double
from numerics.numbers.systems import Array, Balls, DoubleBalls, Float64, NumberSystem, evaluate

MOST_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class RationalPoints:
    """n points in R^d with coordinates numerators / denominator; divided by their norms if `unit_norm`.

    numerators: n x d array of integers, of any size (dtype object) or int64.
    """

    name: str
    numerators: Array
    denominator: int
    unit_norm: bool = False

    def __len__(self) -> int:
        return len(self.numerators)

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return self.numerators.shape[1]

    def coordinates(self, system: NumberSystem) -> Array:
        """The n x d coordinates in `system`, each correctly rounded or enclosed before any normalisation."""
        return self._doubles.copy() if isinstance(system, Float64) else self._in(system)

    @cached_property
    def _doubles(self) -> np.ndarray:
        return self._in(Float64())

    def _in(self, system: NumberSystem) -> Array:
        values = _convert(self.numerators, self.denominator, system)
        if not self.unit_norm:
            return values
        return values / _norms(values, system)[:, None]


@dataclass(frozen=True)
class CirclePoints:
    """The exact points (cos(2 pi i / count), sin(2 pi i / count)), i = 1 .. count."""

    name: str
    count: int

    def __len__(self) -> int:
        return self.count

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return 2

    def coordinates(self, system: NumberSystem) -> Array:
        """The count x 2 coordinates in `system`; as balls they contain the exact points."""
        turns = [Fraction(index, self.count) for index in range(1, self.count + 1)]
        values = np.empty((self.count, 2), dtype=object)
        for row, turn in enumerate(turns):
            angle = 2 * sympy.pi * sympy.Rational(turn.numerator, turn.denominator)
            for column, function in enumerate((sympy.cos, sympy.sin)):
                values[row, column] = _on_circle(function, angle, turn, system)
        return _collect(values, system)


def _on_circle(function: Any, angle: sympy.Expr, turn: Fraction, system: NumberSystem) -> Any:
    # By Niven's theorem only these angles have a rational cosine or sine, which sympy knows and which stays exact.
    if turn.denominator in (1, 2, 3, 4, 6, 12):
        value = function(angle)
        if value.is_Rational:
            return evaluate(value, system, {})
    return evaluate(function(angle, evaluate=False), system, {})


PointSet = RationalPoints | CirclePoints
Points = PointSet | np.ndarray
"""What functions of points accept: a point set, or an array of finite numbers with a point a row."""


def as_points(points: Any) -> PointSet:
    """The points as a point set; an array's entries are the doubles that they are. Raises ValueError on others."""
    if isinstance(points, RationalPoints | CirclePoints):
        return points
    return float_points("points", as_coordinates(points))


def as_coordinates(points: Any) -> np.ndarray:
    """The points as an n x d array of doubles. Raises ValueError on anything but finite numbers, a point a row."""
    if isinstance(points, RationalPoints | CirclePoints):
        return points.coordinates(Float64())
    try:
        array = np.asarray(points, dtype=float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.ndim != 2 or 0 in array.shape or not np.isfinite(array).all():
        raise ValueError("points must be a finite n x d array, a point a row, or a point set")
    return array


def _norms(values: Array, system: NumberSystem) -> Array:
    squares = values * values
    return system.sqrt(reduce(operator.add, (squares[:, column] for column in range(squares.shape[1]))))


def _convert(numerators: np.ndarray, denominator: int, system: NumberSystem) -> Array:
    small = numerators.dtype != object and max(np.abs(numerators).max(), denominator) <= 2**53
    match system:
        case Float64():
            return numerators / float(denominator) if small else _nearest_doubles(numerators, denominator)
        case DoubleBalls():
            if small:
                return FloatBalls.exact(numerators) / FloatBalls.rational(Fraction(denominator))
            return _double_balls(numerators, denominator)
        case Balls():
            return np.frompyfunc(flint.arb, 1, 1)(numerators.astype(object)) / flint.arb(denominator)
    exact = np.frompyfunc(lambda numerator: system.rational(Fraction(int(numerator), denominator)), 1, 1)
    return exact(numerators)


def _nearest_doubles(numerators: np.ndarray, denominator: int) -> np.ndarray:
    """The quotients correctly rounded, infinite where they overflow."""
    try:
        # Python rounds the quotient of two integers of any size correctly.
        return (numerators.astype(object) / denominator).astype(float)
    except OverflowError:
        nearest = np.frompyfunc(lambda numerator: nearest_double(Fraction(int(numerator), denominator)), 1, 1)
        return nearest(numerators).astype(float)


def _double_balls(numerators: np.ndarray, denominator: int) -> FloatBalls:
    """Balls that contain the quotients, of radius zero where the quotient is a double."""
    centre = _nearest_doubles(numerators, denominator)
    finite = np.isfinite(centre)
    centre = np.where(finite, centre, 0.0)

    def is_exact(value: float, numerator: int) -> bool:
        top, bottom = value.as_integer_ratio()
        return top * denominator == int(numerator) * bottom

    exact = np.frompyfunc(is_exact, 2, 1)(centre.astype(object), numerators).astype(bool)
    rounding = np.nextafter(np.abs(centre) * 2.0**-53, np.inf)
    return FloatBalls(centre, np.where(exact, 0.0, np.where(finite, rounding, np.inf)))


def _collect(values: np.ndarray, system: NumberSystem) -> Array:
    """An array of single numbers of a system as its array type."""
    match system:
        case Float64():
            return values.astype(float)
        case DoubleBalls():
            parts = [np.array([getattr(ball, name) for ball in values.flat]) for name in ("centre", "radius")]
            return FloatBalls(*(part.astype(float).reshape(values.shape) for part in parts))
    return values


def rational_points(name: str, rows: Sequence[Sequence[Fraction]], unit_norm: bool = False) -> RationalPoints:
    """Points with exact rational coordinates, `rows` n x d. Raises ValueError on no, empty or ragged rows."""
    if not rows or not rows[0]:
        raise ValueError(f"{name}: there are no points; give at least one, a row each")
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"{name}: the rows have different lengths; every point needs the same number of coordinates")
    denominator = math.lcm(*(Fraction(value).denominator for row in rows for value in row))
    numerators = np.array([[int(Fraction(value) * denominator) for value in row] for row in rows], dtype=object)
    return RationalPoints(name, numerators, denominator, unit_norm)


def float_points(name: str, rows: Array, unit_norm: bool = False) -> RationalPoints:
    """Points whose coordinates are exactly the given doubles; rows: shape (n, d)."""
    return rational_points(name, [[Fraction(float(value)) for value in row] for row in rows], unit_norm)


def circle(count: int) -> CirclePoints:
    """`count` points spread evenly on the unit circle, coordinates count x 2."""
    return CirclePoints(f"circle:{count}", count)


def hexagon() -> CirclePoints:
    """The six points of section 6 of arXiv 2504.11130, coordinates 6 x 2: `circle` of six."""
    return CirclePoints("hexagon", 6)


def sphere(count: int, dimension: int, seed: int = 0) -> RationalPoints:
    """count x dimension: directions drawn uniformly from the unit sphere of R^dimension, normalised exactly."""
    if dimension == 1:
        rows = np.random.default_rng(seed).choice([-1.0, 1.0], (count, 1))
    else:
        rows = np.random.default_rng(seed).standard_normal((count, dimension))
    name = f"sphere:{count},{dimension}" + (f",{seed}" if seed else "")
    return float_points(name, rows, unit_norm=True)
