"""How far a long computation is, for whoever asks: the command line shows it on a terminal, a library call nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[str, float | None], None]
"""Told in words how far it is, and which share of the work that is; None where that is not known."""
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@dataclass(frozen=True)
class _Level:
    """A count in which others go on: how far it is, which share that is, and which an item is."""

    words: str
    share: float
    step: float


_within: ContextVar[tuple[_Level, ...]] = ContextVar("within", default=())


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """While the body runs, what computes long tells `listener` how far it is."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(words: Callable[[], str], share: float | None = None) -> None:
    """Tell the listener, if there is one, how far the computation is; `words` are made for it alone.

    What stands within a count is told behind it, and its share is one of an item of that count.
    """
    listener, levels = _listener.get(), _within.get()
    if listener is None:
        return
    for level in reversed(levels):
        share = level.share + level.step * (share or 0)
    listener(": ".join([*(level.words for level in levels), words()]), share)


def counted(items: Iterable[Item], total: int, what: str, each: int = 1) -> Iterator[Item]:
    """The items, of which each stands for `each` of `total` things called `what`; tells the listener, if there is one.

    >>> with told_to(print):
    ...     for name in counted("ab", 2, "tables"):
    ...         draws = list(counted("xyz", 6, "draws", each=2)) if name == "b" else []
    0 of 2 tables 0.0
    1 of 2 tables 0.5
    1 of 2 tables: 0 of 6 draws 0.5
    1 of 2 tables: 2 of 6 draws 0.6666666666666666
    1 of 2 tables: 4 of 6 draws 0.8333333333333333
    1 of 2 tables: 6 of 6 draws 1.0
    2 of 2 tables 1.0
    """
    levels = _within.get()
    step = each / max(total, 1)
    try:
        for number, item in enumerate(items):
            level = _told(levels, min(number * each, total), total, what, step)
            _within.set((*levels, level))
            yield item
            _within.set(levels)
        _told(levels, total, total, what, step)
    finally:
        _within.set(levels)


def _told(levels: tuple[_Level, ...], done: int, total: int, what: str, step: float) -> _Level:
    """Tell how many of how many are done; the level at which the next one goes on."""
    level = _Level(f"{done} of {total} {what}", done / max(total, 1), step)
    tell(lambda: level.words, level.share)
    return level
