"""Is a JSON value of the shape that is expected of it?"""

from collections.abc import Mapping
from typing import Any


def fits(value: Any, shape: Any) -> bool:
    """Does a JSON value have a shape?

    A shape is a type or a union of types; [s], a list of values of the shape s; {str: s}, an object whose values have
    the shape s; {"key": s, ..}, an object with at least these keys, but for "key?"; (s, t), a value of one of these.
    """
    match shape:
        case tuple():
            return any(fits(value, one) for one in shape)
        case list():
            return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
        case dict() if str in shape:
            return isinstance(value, dict) and all(fits(one, shape[str]) for one in value.values())
        case dict():
            return isinstance(value, dict) and misfit(value, shape) is None
    return isinstance(value, shape)


def misfit(value: Mapping[str, Any], shape: Mapping[str, Any]) -> str | None:
    """The first key that an object lacks or whose value does not fit, if any; that of a "key?" may be lacking."""
    for named, inner in shape.items():
        key = named.removesuffix("?")
        if key not in value:
            if key == named:
                return key
        elif not fits(value[key], inner):
            return key
    return None
