"""Numbers and expressions as text, long powers of ten in short: 1e300 for a one with three hundred zeros."""

from typing import Any

from sympy.core.numbers import Integer, Rational
from sympy.printing.str import StrPrinter

MOST_ZEROS = 15
"""Trailing zeros that are written out."""


class _Printer(StrPrinter):
    def _print_Integer(self, number: Integer) -> str:  # noqa: N802 - sympy finds it by this name
        digits = str(number.p)
        zeros = len(digits) - len(digits.rstrip("0"))
        return digits if zeros <= MOST_ZEROS else f"{digits[:-zeros]}e{zeros}"

    def _print_Rational(self, number: Rational) -> str:  # noqa: N802
        over, under = (self._print_Integer(Integer(part)) for part in (number.p, number.q))
        return f"{over}e-{under[2:]}" if under.startswith("1e") and "e" not in over else f"{over}/{under}"


def written(expression: Any) -> str:
    """An expression as text; equal to its `str`, but for integers with more than `MOST_ZEROS` zeros at their end.

    >>> import sympy
    >>> written(sympy.Integer(10) ** 300), written(sympy.Rational(3, 10**40)), written(sympy.Rational(1, 2))
    ('1e300', '3e-40', '1/2')
    """
    return _Printer().doprint(expression)
