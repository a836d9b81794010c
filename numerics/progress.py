"""How far a long loop is, for whoever asks: the command line shows it on a terminal, a library call shows nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[int, int, str], None]
"""Told how many of how many things of what name are done."""
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """While the body runs, loops over `counted` tell `listener` how far they are."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def counted(items: Iterable[Item], total: int, what: str, each: int = 1) -> Iterator[Item]:
    """The items, of which each stands for `each` of `total` things called `what`; tells the listener, if there is one.

    >>> with told_to(print):
    ...     list(counted("ab", 3, "draws", each=2))
    2 3 draws
    3 3 draws
    ['a', 'b']
    """
    listener = _listener.get()
    for number, item in enumerate(items, 1):
        yield item
        if listener is not None:
            listener(min(number * each, total), total, what)
