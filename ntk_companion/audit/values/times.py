"""Times as logarithms: 1e400 is a time."""

import math

from flint import arb

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.values.ranges import Range


def log_ends(time: Range) -> tuple[float, float] | None:
    """The logarithms between which a time lies; None if it is not known to be a number, or to be negative or not.

    Raises MeaninglessError on a negative time.
    """
    if time.lower < 0:
        raise MeaninglessError(f"times are not negative, and {time.lower.str(6, radius=False)} is")
    low, high = _log(time.lower), _log(time.upper)
    return None if low is None or high is None else (low, high)


def _log(end: arb) -> float | None:
    if end == 0:
        return -math.inf
    return float(end.log().mid()) if end > 0 and end.is_finite() else None
