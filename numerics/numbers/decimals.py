"""Ball matrices as decimals of which every digit is guaranteed."""

import decimal
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import flint
import numpy as np

from numerics.numbers.float_balls import FloatBalls


@dataclass(frozen=True)
class DecimalMatrix:
    """A matrix as decimal strings, and an upper bound of the error of every entry as printed."""

    entries: list[list[str]]
    radius: str


def decimal_matrix(attempts: Iterable[Any], digits: int, symmetric: bool = True) -> DecimalMatrix:
    """The first of some ball matrices of rising precision known to `digits` digits, as decimals: n x n, or n x n'.

    Of `FloatBalls` or of FLINT balls. Every entry has a ball of relative radius below 10^-(digits + 1) and is rounded
    to `digits` significant digits, so that the printed number is within 0.6 units of its last digit; an entry below
    10^(-2 digits) times the root of its diagonal entries, of a matrix that is not `symmetric` times the largest entry,
    is printed as 0. Raises ValueError if no attempt is precise enough.
    """
    for matrix in attempts:
        is_double = isinstance(matrix, FloatBalls)
        values = (_known_doubles if is_double else _known_balls)(matrix, digits, symmetric)
        if values is not None:
            radius = matrix.radius.max() if is_double else max(value.rad() for value in matrix.flat)
            return _printed(values, radius, digits, symmetric)
    raise ValueError(f"the entries could not be computed to {digits} digits")


def decimal_enclosure(lower: flint.arb, upper: flint.arb, digits: int) -> list[str]:
    """Exact bounds as decimals with `digits` significant digits, rounded outward."""
    return [
        decimal_text(_rounded(lower, digits, decimal.ROUND_FLOOR), digits),
        decimal_text(_rounded(upper, digits, decimal.ROUND_CEILING), digits),
    ]


def decimal_text(value: Decimal, digits: int) -> str:
    """A decimal of `digits` significant digits with all of them written, in plain notation where that is short."""
    if not value or not value.is_finite():
        return "0" if value.is_finite() else str(value)
    exponent = value.adjusted()
    plain = -6 <= exponent < digits
    return f"{value:.{digits - 1 - exponent}f}" if plain else f"{value:.{digits - 1}e}"


def _printed(values: list[list[Decimal]], ball_radius: Any, digits: int, symmetric: bool) -> DecimalMatrix:
    largest = max((value for row in values for value in row), key=abs)
    half_unit = Decimal(5).scaleb(largest.adjusted() - digits) if largest else Decimal(0)
    up = _context(3, decimal.ROUND_CEILING)
    radius = up.add(_rounded(ball_radius, 30, decimal.ROUND_CEILING), half_unit)
    entries = [[decimal_text(value, digits) for value in row] for row in values]
    if symmetric:
        size = len(values)
        entries = [[entries[min(i, j)][abs(i - j)] for j in range(size)] for i in range(size)]
    return DecimalMatrix(entries, str(radius))


def _known_doubles(matrix: FloatBalls, digits: int, symmetric: bool) -> list[list[Decimal]] | None:
    """The rows, of a symmetric matrix from its diagonal on, rounded; None if an entry is not known to the digits."""
    with np.errstate(all="ignore"):
        known = matrix.radius * (1.001 * 10.0 ** (digits + 1)) <= np.abs(matrix.centre)
    if not (known & np.isfinite(matrix.centre)).all():
        return None
    rounded = _context(digits, decimal.ROUND_HALF_EVEN).plus
    rows = enumerate(matrix.centre.tolist())
    return [[rounded(Decimal(value)) for value in row[index if symmetric else 0 :]] for index, row in rows]


def _known_balls(matrix: np.ndarray, digits: int, symmetric: bool) -> list[list[Decimal]] | None:
    """The rows, of a symmetric matrix from its diagonal on, rounded; None if an entry is not known to the digits."""
    with flint.ctx.workprec(64):
        relative, absolute = flint.arb(10) ** (digits + 1), flint.arb(10) ** (2 * digits)
        down, across = _roots(matrix, symmetric)
        rows: list[list[Decimal]] = []
        for index, (row, first) in enumerate(zip(matrix, down, strict=True)):
            rows.append([])
            start = index if symmetric else 0
            for value, second in zip(row[start:], across[start:], strict=True):
                if value.rad() * relative <= value.abs_lower():
                    rows[-1].append(_rounded(value.mid(), digits, decimal.ROUND_HALF_EVEN))
                elif value.abs_upper() * absolute <= (first * second).lower():
                    rows[-1].append(Decimal(0))
                else:
                    return None
    return rows


def _roots(matrix: np.ndarray, symmetric: bool) -> tuple[list[flint.arb], list[flint.arb]]:
    """Lower bounds, by row and by column, of the roots of the diagonal entries; or of the largest entry."""
    sizes = matrix.diagonal() if symmetric else matrix.ravel()
    roots = [value.abs_lower().sqrt() if value.is_finite() else flint.arb(0) for value in sizes]
    if symmetric:
        return roots, roots
    largest = max(roots, key=float)
    return [largest] * matrix.shape[0], [largest] * matrix.shape[1]


def _rounded(value: Any, digits: int, rounding: str) -> Decimal:
    """An exact number, a double or a ball of radius zero, rounded to `digits` significant digits."""
    context = _context(digits, rounding)
    if not isinstance(value, flint.arb):
        return context.plus(Decimal(float(value)))
    if not value.is_finite():
        return Decimal(math.copysign(math.inf, 1 if value > 0 else -1))
    mantissa, exponent = (int(part) for part in value.man_exp())
    return context.divide(Decimal(mantissa << max(exponent, 0)), Decimal(1 << max(-exponent, 0)))


def _context(digits: int, rounding: str) -> decimal.Context:
    return decimal.Context(digits, rounding, decimal.MIN_EMIN, decimal.MAX_EMAX)
