"""A forward and a backward pass through layers, over whatever an interpreter of architectures computes with."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from theory.activations import Activation
from theory.architecture import Layer

Value = TypeVar("Value")
Cotangent = TypeVar("Cotangent")
Part = TypeVar("Part")
Key = TypeVar("Key")


def compose(
    layers: Sequence[Layer],
    value: Value,
    step: Callable[[Layer, Value], tuple[Value, Callable[[Cotangent], tuple[Cotangent, dict[Key, Part]]]]],
) -> tuple[Value, Callable[[Cotangent], tuple[Cotangent, dict[Key, Part]]]]:
    """The value after `layers`, and the backward pass through them; `step` gives both for one layer.

    A backward pass takes the cotangent after its layers to the one before them, and the kernel's parts of the layers'
    parameter groups.
    """
    passes = []
    for layer in layers:
        value, backward = step(layer, value)
        passes.append(backward)

    def through(cotangent: Cotangent) -> tuple[Cotangent, dict[Key, Part]]:
        parts: dict[Key, Part] = {}
        for backward in reversed(passes):
            cotangent, more = backward(cotangent)
            parts |= more
        return cotangent, parts

    return value, through


def merged(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with activations that follow one another composed to one. Raises ValueError if they do not compose."""
    result: list[Layer] = []
    for layer in layers:
        last = result[-1] if result else None
        if isinstance(layer, Activation) and isinstance(last, Activation):
            result[-1] = layer.after(last)
        else:
            result.append(layer)
    return result


def residual(value: Any, scale: Any, branch: tuple[Any, Callable[..., Any]]) -> tuple[Any, Callable[..., Any]]:
    """value + scale * branch(value), and the backward pass, from those of the branch."""
    after, branch_backward = branch

    def backward(cotangent: Any) -> tuple[Any, dict[Any, Any]]:
        branch_cotangent, parts = branch_backward(scale * cotangent)
        return cotangent + branch_cotangent, parts

    return value + scale * after, backward
