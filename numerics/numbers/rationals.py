"""Numbers as people write them, read exactly."""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

MOST_DIGITS = 1_000


def parse_number(text: str, where: str) -> Fraction:
    """A decimal or a fraction p/q, exactly. Raises ValueError naming `where` on anything else, NaN and infinity too."""
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
        advice = "write a decimal such as -0.25 or a fraction such as 1/3"
        raise ValueError(f"{where}: {text!r} is not a finite number; {advice}")
    if abs(value.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{where}: {text!r} is out of range; exponents up to {MOST_DIGITS} are read")
    return Fraction(value)
