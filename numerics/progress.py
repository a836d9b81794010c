"""How far a long computation is, for whoever asks: the command line shows it on a terminal, a library call nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[str, float | None], None]
"""Told in words how far it is, and which share of the work that is; None where that is not known."""
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """While the body runs, what computes long tells `listener` how far it is."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(words: Callable[[], str], share: float | None = None) -> None:
    """Tell the listener, if there is one, how far the computation is; `words` are made for it alone."""
    listener = _listener.get()
    if listener is not None:
        listener(words(), share)


def counted(items: Iterable[Item], total: int, what: str, each: int = 1) -> Iterator[Item]:
    """The items, of which each stands for `each` of `total` things called `what`; tells the listener, if there is one.

    >>> with told_to(print):
    ...     list(counted("ab", 3, "draws", each=2))
    2 of 3 draws 0.6666666666666666
    3 of 3 draws 1.0
    ['a', 'b']
    """
    for number, item in enumerate(items, 1):
        yield item
        done = min(number * each, total)
        tell(lambda done=done: f"{done} of {total} {what}", done / total)  # type: ignore[misc]
