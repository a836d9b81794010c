"""What is found once for a claim and remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy

from ntk_companion.audit.syntax.nodes import Node

Place = tuple[str | None, str | None, int | None]
"""The network and the points spoken of, by name, and the layer."""


@dataclass
class Memory:
    """Values that are found once.

    values        matrices, draws and flows by all that they depend on
    closed_forms  entries of kernels as sympy expressions, likewise
    names         the names that a part of an assertion depends on
    constants     what depends on no variable, of the trained network at hand
    opaque        symbols for numbers without an exact form

    The last three are of a part of the assertion in its place: the network, points and layer spoken of there.
    """

    values: dict[Any, Any] = field(default_factory=dict)
    closed_forms: dict[Any, sympy.Expr] = field(default_factory=dict)
    names: dict[tuple[Node, Place], frozenset[str]] = field(default_factory=dict)
    constants: dict[Any, Any] = field(default_factory=dict)
    opaque: dict[tuple[Node, Place], sympy.Expr] = field(default_factory=dict)

    def branch(self) -> Memory:
        """The memory for one network, or value of a variable, of several: it shares what depends on neither."""
        return Memory(self.values, self.closed_forms)


def once(known: dict[Any, Any], place: Any, find: Callable[[], Any]) -> Any:
    """What is known under a place, found if it is not."""
    if place not in known:
        known[place] = find()
    return known[place]
