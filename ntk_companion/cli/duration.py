"""How long a request will take, told before it begins where that is long."""

import sys
import time
from collections.abc import Callable

LONG = 60.0
"""Seconds that need no word in advance."""
SEVERAL = 20
"""So many times a part that takes less than a second are not long."""


def announce(part: Callable[[], object], times: float) -> None:
    """Do a part of the work, and say on stderr how long `times` as much takes if that is more than a minute.

    The part is done twice: what is derived once is no part of the time.
    """
    part()
    begin = time.perf_counter()
    part()
    seconds = (time.perf_counter() - begin) * times
    if seconds > LONG:
        print(f"ntk-companion: this will take {in_words(seconds)} or more; interrupt it to give up", file=sys.stderr)
        sys.stderr.flush()


def in_words(seconds: float) -> str:
    """A duration in its largest fitting unit.

    >>> in_words(100), in_words(10_000), in_words(1e7)
    ('2 minutes', '3 hours', '116 days')
    """
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
