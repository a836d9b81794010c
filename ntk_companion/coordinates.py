"""The case that a judge decided, as text for the record: enough to find the row again, whatever the case is made of."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

MOST_CHARACTERS = 600
MOST_ENTRIES = 24
"""An array or a sequence of more is told by its size."""
DEEPEST = 6
"""What lies deeper in a case is told by its type."""
MOST_FIELDS = 8
"""A dataclass of more fields, or with a longer array, is what was computed and no coordinate."""


def coordinates(case: Any) -> str:
    """A case as text: points, numbers and names in full where they are short, no address of an object.

    What was computed on the way, and what has no name, is left out where anything else is told.
    """
    text = " ".join((_said(case, 0) or type(case).__name__).split())
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 4] + " ..."


def _said(value: Any, depth: int) -> str | None:
    """The value as text; None if that would be the name of a type alone."""
    match value:
        case str() | None | bool() | int() | float() | Fraction():
            return str(value)
        case Enum():
            return str(value.value)
        case _ if hasattr(value, "tolist") and hasattr(value, "shape"):  # an array, of numpy or of torch
            small = math.prod(value.shape) <= MOST_ENTRIES
            return _said(value.tolist(), depth) if small else f"array of shape {'x'.join(map(str, value.shape))}"
        case _ if depth == DEEPEST:
            return None
        case Mapping():
            return _listed([_set(str(key), one, depth + 1) for key, one in value.items()])
        case Sequence():
            return (
                f"{len(value)} entries"
                if len(value) > MOST_ENTRIES
                else _listed([_said(one, depth + 1) for one in value])
            )
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _of_fields(value, depth)
        case _ if callable(value):
            name = str(getattr(value, "__name__", "<"))
            return None if name.startswith("<") else name
    text = str(value)
    return None if " at 0x" in text or text.startswith("<") else text


def _set(name: str, value: Any, depth: int) -> str | None:
    said = _said(value, depth)
    return None if said is None else f"{name} = {said}"


def _listed(parts: Sequence[str | None]) -> str | None:
    said = [part for part in parts if part is not None]
    return f"({', '.join(said)})" if said or not parts else None


def _of_fields(value: Any, depth: int) -> str | None:
    """A dataclass by what its fields hold, but for what is empty; one within a case, if named, by name and numbers."""
    fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.repr}
    kept = {name: one for name, one in fields.items() if not _is_empty(one)}
    if depth and (len(fields) > MOST_FIELDS or any(map(_is_long, kept.values()))):
        return None
    if depth and isinstance(name := kept.pop("name", None), str):
        more = [_set(key, one, depth + 1) for key, one in kept.items() if _is_plain(one)]
        return f"{name} ({'; '.join(filter(None, more))})" if any(more) else name
    said = "; ".join(filter(None, (_set(name, one, depth + 1) for name, one in kept.items())))
    return said or None if depth == 0 else f"{type(value).__name__}({said})" if said else None


def _is_empty(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str | Sequence | Mapping) and not len(value))


def _is_long(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > MOST_ENTRIES


def _is_plain(value: Any) -> bool:
    """Is it a number, a text or an array, or a sequence of such?"""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float | Fraction | np.ndarray)
