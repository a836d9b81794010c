"""Comparisons of balls with three answers: proved, disproved, undecided.

A comparison of python-flint's balls is True only if it is proved, so that False may mean undecided: NaN and overlap.
What becomes a verdict is compared here.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import flint

Number = Any
"""A FLINT ball, or an exact number: an integer, a fraction, a float taken as it is."""


def less(one: Number, other: Number) -> bool | None:
    """Is one < other? None if the balls overlap, touch undecidedly, or one is NaN."""
    one, other = _exact(one), _exact(other)
    return True if one < other else False if one >= other else None


def at_most(one: Number, other: Number) -> bool | None:
    """Is one <= other? None if the balls overlap or one is NaN."""
    one, other = _exact(one), _exact(other)
    return True if one <= other else False if one > other else None


def positive(value: Number) -> bool | None:
    """Is the number positive? None if the ball holds zero, unless it is zero, or NaN."""
    return less(0, value)


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False if one is, else None if one is, else True: the three-valued "and"."""
    found = list(answers)
    return False if any(answer is False for answer in found) else None if any(a is None for a in found) else True


def decided(question: Callable[[int], bool | None], bits: int = 256, most_bits: int = 4096) -> bool | None:
    """The answer to a question about balls, asked at a precision that is doubled until it is decided or `most_bits`.

    `question` is called with the precision, at which FLINT works meanwhile. What it cannot solve is undecided.
    """
    while True:
        with flint.ctx.workprec(bits):
            try:
                answer = question(bits)
            except ZeroDivisionError:  # FLINT's sign of a matrix that is not known to be invertible
                answer = None
        if answer is not None or 2 * bits > most_bits:
            return answer
        bits *= 2


def _exact(value: Number) -> Number:
    if isinstance(value, Fraction):
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    return value if isinstance(value, flint.arb) else flint.arb(value)
