"""Estimates with only the digits that their errors support, as text."""

import re
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

from ntk_companion.results import Results

ERRORS = (
    ("mean", "half_width"),
    ("mean", "standard_error"),
    ("ensemble", "half_width"),
    ("error", "error_standard_error"),
    ("bias", "bias_standard_error"),
)
"""Columns of estimates and of their errors."""
INTERVALS = (
    ("slope", "low", "high"),
    ("exponent", "low", "high"),
    ("ratio", "low", "high"),
    ("difference", "low", "high"),
    ("own_difference", "own_low", "own_high"),
)
"""Columns of estimates and of the ends of their intervals."""

ROUGH = ("misfit", "prefactor")
"""Columns printed to two digits."""


def supported(found: Results) -> Results:
    """The results with every estimate rounded to the digits that its error or its interval supports."""
    columns = {name: found.column(name) for name in found.columns}
    for names in ERRORS + INTERVALS:
        if columns.keys() >= set(names):
            cells = zip(*(columns[name] for name in names), strict=True)
            shown = [rounded(*row) if len(row) == 2 else rounded_interval(*row) for row in cells]
            columns |= dict(zip(names, map(list, zip(*shown, strict=True)), strict=True))
    for name in columns.keys() & set(ROUGH):
        columns[name] = [format(Context(2).plus(Decimal(cell)), "f") if cell else "" for cell in columns[name]]
    columns = {name: list(map(unsigned_zero, cells)) for name, cells in columns.items()}
    return replace(found, rows=tuple(zip(*columns.values(), strict=True)))


def rounded(value: str, error: str) -> tuple[str, str]:
    """A number and its error: the error to two digits, the number to the same decimal place."""
    if not value or not error or not Decimal(error):
        return value, error
    shown = Context(2).plus(Decimal(error))
    place = Decimal(1).scaleb(shown.adjusted() - 1)
    return placed(value, place), placed(str(shown), place)


def rounded_interval(value: str, low: str, high: str) -> tuple[str, str, str]:
    """A number and its interval, to the second digit of the interval's half-width; the ends outward."""
    if not value or not low or not high or Decimal(low) == Decimal(high):
        return value, low, high
    half = Context(2).plus((Decimal(high) - Decimal(low)) / 2)
    place = Decimal(1).scaleb(half.adjusted() - 1)
    return placed(value, place), placed(low, place, ROUND_FLOOR), placed(high, place, ROUND_CEILING)


def placed(value: str, place: Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """A number rounded to a decimal place, in plain notation; never with more digits than it has."""
    number = Decimal(value)
    own = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return unsigned_zero(format(number.quantize(max(place, own), rounding), "f"))


def unsigned_zero(cell: str) -> str:
    """The cell, a zero without its sign."""
    return cell[1:] if re.fullmatch(r"-0(\.0*)?", cell) else cell
