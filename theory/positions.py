"""Kernels on positions: what convolutions, flattening and pooling make of them.

An image has a vector of channels at every position; its kernels k are functions of two inputs and of a position in
each, alpha in x and alpha' in x'. A kernel of vectors without positions is one that does not depend on them. Three maps
say all that layers do (Arora et al. 2019, section 4):

    patches(k)       sum over the offsets beta of a filter of k at (alpha + beta, alpha' + beta)
    total(k)         sum over all pairs of positions
    equal_positions  1 where alpha = alpha', else 0

A filter of odd size is symmetric, so that `patches` is its own transpose and serves the backward pass too.
"""

from functools import cache
from itertools import product
from math import prod
from typing import ClassVar

import sympy

equal_positions = sympy.Symbol(r"\delta_{\alpha,\alpha'}")
"""The kernel that is 1 at equal positions and 0 at others."""
PADDINGS = ("zero", "circular")
"""What lies beyond the edge of an image: zeros, or its opposite edge."""


class PositionMap(sympy.Function):
    """A linear map from kernels on positions to kernels on positions."""

    nargs = 1

    @classmethod
    def eval(cls, kernel: sympy.Expr) -> sympy.Expr | None:
        """Zero goes to zero."""
        return sympy.S.Zero if kernel == 0 else None


class total(PositionMap):  # noqa: N801 - a mathematical function
    """The sum over all pairs of positions: a kernel that no longer depends on them."""

    def _latex(self, printer, exp=None):
        return rf"\sum_{{\alpha,\alpha'}} \left[{printer._print(self.args[0])}\right]"


class Patches(PositionMap):
    """The sum over the offsets of a filter of a kernel at positions that are both moved by the offset.

    A class for every image and filter, made by `patches`.
    """

    image: ClassVar[tuple[int, ...]]
    size: ClassVar[int]
    padding: ClassVar[str]

    def _latex(self, printer, exp=None):
        moved = rf"\left[{printer._print(self.args[0])}\right]"
        return rf"\sum_{{\beta}} {moved}_{{\alpha+\beta,\alpha'+\beta}}"


@cache
def patches(image: tuple[int, ...], size: int, padding: str) -> type[Patches]:
    """The map of filters of `size` positions in every direction, on images of this shape."""
    return type("patches", (Patches,), {"image": image, "size": size, "padding": padding})


@cache
def neighbours(image: tuple[int, ...], size: int, padding: str) -> tuple[tuple[int | None, ...], ...]:
    """For every offset of a filter the position to which it moves each position; None beyond the edge.

    Positions are counted row by row, offsets too. Raises ValueError on a size that is even or below 1, and on another
    padding.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"a filter has an odd size, as it has a middle, not {size}")
    if padding not in PADDINGS:
        raise ValueError(f"padding is {' or '.join(PADDINGS)}, not {padding[:40]!r}")
    reach = range(-(size // 2), size // 2 + 1)
    places = list(product(*map(range, image)))

    def moved(place: tuple[int, ...], offset: tuple[int, ...]) -> int | None:
        target = [one + step for one, step in zip(place, offset, strict=True)]
        if padding == "circular":
            target = [one % length for one, length in zip(target, image, strict=True)]
        if not all(0 <= one < length for one, length in zip(target, image, strict=True)):
            return None
        number = 0
        for one, length in zip(target, image, strict=True):
            number = number * length + one
        return number

    return tuple(tuple(moved(place, offset) for place in places) for offset in product(reach, repeat=len(image)))


def number_of_positions(image: tuple[int, ...]) -> int:
    """The number of positions of an image of this shape; 1 of none."""
    return prod(image)


def channels(dimension: int, image: tuple[int, ...]) -> int:
    """The number of channels of inputs of so many coordinates. Raises ValueError if they are not whole positions."""
    count = number_of_positions(image)
    if dimension % count:
        shape = " x ".join(map(str, image))
        raise ValueError(f"the points have {dimension} coordinates, no multiple of the {count} positions of {shape}")
    return dimension // count
