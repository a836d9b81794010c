"""Point sets: exact values, by name or from a CSV file, and their coordinates in any number system."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from numerics.float_balls import FloatBalls
from numerics.number_systems import Array, DoubleBalls, Float64, NumberSystem, evaluate

MOST_POINTS = 20_000
MOST_DIGITS = 1_000


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
        return self.numerators.shape[1]

    def coordinates(self, system: NumberSystem) -> Array:
        """The n x d coordinates in `system`, each correctly rounded or enclosed before any normalisation."""
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
        return 2

    def coordinates(self, system: NumberSystem) -> Array:
        """The count x 2 coordinates in `system`; as balls they contain the exact points."""
        angles = [2 * sympy.pi * sympy.Rational(index, self.count) for index in range(1, self.count + 1)]
        functions = (sympy.cos, sympy.sin)
        values = np.empty((self.count, 2), dtype=object)
        for row, angle in enumerate(angles):
            values[row] = [_turn(function, angle, system) for function in functions]
        return _collect(values, system)


PointSet = RationalPoints | CirclePoints


def _turn(function: Any, angle: sympy.Expr, system: NumberSystem) -> Any:
    # sympy's own value where it is rational; its radicals cost more digits than the function itself.
    value = function(angle)
    return evaluate(value if value.is_Rational else function(angle, evaluate=False), system, {})


def _norms(values: Array, system: NumberSystem) -> Array:
    squares = values * values
    total = squares[:, 0]
    for column in range(1, squares.shape[1]):
        total = total + squares[:, column]
    return system.sqrt(total)


def _convert(numerators: np.ndarray, denominator: int, system: NumberSystem) -> Array:
    if numerators.dtype != object and isinstance(system, DoubleBalls | Float64):
        if isinstance(system, Float64):
            return numerators / float(denominator)
        return FloatBalls.exact(numerators) / FloatBalls.rational(Fraction(denominator))
    exact = np.frompyfunc(lambda numerator: system.rational(Fraction(int(numerator), denominator)), 1, 1)
    return _collect(exact(numerators), system)


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
    """Points with exact rational coordinates. Raises ValueError on no, empty or ragged rows."""
    if not rows or not rows[0]:
        raise ValueError(f"{name}: there are no points; give at least one, a row each")
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"{name}: the rows have different lengths; every point needs the same number of coordinates")
    denominator = math.lcm(*(Fraction(value).denominator for row in rows for value in row))
    numerators = np.array([[int(Fraction(value) * denominator) for value in row] for row in rows], dtype=object)
    return RationalPoints(name, numerators, denominator, unit_norm)


def float_points(name: str, rows: Array, unit_norm: bool = False) -> RationalPoints:
    """Points whose coordinates are exactly the given doubles."""
    return rational_points(name, [[Fraction(float(value)) for value in row] for row in rows], unit_norm)


def read_csv(path: Path) -> RationalPoints:
    """Points from a CSV file, a row each, its decimals read as the decimals they are; fractions p/q are allowed.

    Raises ValueError with the line at fault, OSError if the file cannot be read.
    """
    rows: list[list[Fraction]] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            for number, cells in enumerate(csv.reader(file), start=1):
                if any(cell.strip() for cell in cells):
                    rows.append([parse_number(cell, f"{path}, line {number}") for cell in cells])
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} is not a CSV text file: {error}") from error
    if len(rows) > MOST_POINTS:
        raise ValueError(f"{path} has {len(rows)} points; at most {MOST_POINTS} are read")
    return rational_points(str(path), rows)


def parse_number(text: str, where: str) -> Fraction:
    """A decimal or a fraction p/q, exactly. Raises ValueError naming `where` on anything else, NaN and infinities too."""
    text = text.strip()
    if len(text) > MOST_DIGITS:
        raise ValueError(f"{where}: a number of {len(text)} characters; at most {MOST_DIGITS} are read")
    match = re.fullmatch(r"([+-]?[0-9]+)/([0-9]+)", text)
    if match and int(match[2]) > 0:
        return Fraction(int(match[1]), int(match[2]))
    try:
        value = Decimal(text) if text.isascii() and "_" not in text else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise ValueError(f"{where}: {text!r} is not a finite number; write a decimal such as -0.25 or a fraction such as 1/3")
    if abs(value.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{where}: {text!r} is out of range; exponents up to {MOST_DIGITS} are read")
    return Fraction(value)


def circle(count: int) -> CirclePoints:
    """`count` points spread evenly on the unit circle."""
    return CirclePoints(f"circle:{count}", count)


def hexagon() -> CirclePoints:
    """The six points of section 6 of arXiv 2504.11130."""
    return CirclePoints("hexagon", 6)


def sphere(count: int, dimension: int, seed: int = 0) -> RationalPoints:
    """`count` directions drawn uniformly from the unit sphere of R^dimension, normalised exactly."""
    if dimension == 1:
        rows = np.random.default_rng(seed).choice([-1.0, 1.0], (count, 1))
    else:
        rows = np.random.default_rng(seed).standard_normal((count, dimension))
    name = f"sphere:{count},{dimension}" + (f",{seed}" if seed else "")
    return float_points(name, rows, unit_norm=True)


def parse_points(text: str, mnist_directory: Path | None = None) -> PointSet:
    """The point set named by `text`: hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N, or a CSV file.

    Raises ValueError with one sentence on what to write instead.
    """
    if text == "hexagon":
        return hexagon()
    match = re.fullmatch(r"(circle|sphere|digits|mnist):([0-9]{1,9}(?:,[0-9]{1,9})*)", text)
    if match:
        return _named(match[1], [int(number) for number in match[2].split(",")], text, mnist_directory)
    path = Path(text)
    if path.is_file():
        return read_csv(path)
    raise ValueError(
        f"no point set {text!r}: write hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N or the path of a CSV file"
    )


def _named(family: str, numbers: list[int], text: str, mnist_directory: Path | None) -> PointSet:
    wanted = {"circle": (1,), "sphere": (2, 3), "digits": (1,), "mnist": (1,)}[family]
    if len(numbers) not in wanted or numbers[0] < 1 or (family == "sphere" and numbers[1] < 1):
        form = "sphere:N,D[,SEED]" if family == "sphere" else f"{family}:N"
        raise ValueError(f"{text!r} is not of the form {form} with positive numbers")
    if numbers[0] > MOST_POINTS or (family == "sphere" and numbers[0] * numbers[1] > 10**7):
        raise ValueError(f"{text!r} is too large: at most {MOST_POINTS} points (and 10^7 coordinates)")
    if family == "circle":
        return circle(numbers[0])
    if family == "sphere":
        return sphere(*numbers)
    from numerics.data import digits, mnist

    return digits(numbers[0]).points if family == "digits" else mnist(numbers[0], mnist_directory).points
