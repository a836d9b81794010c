"""The kernels of a network of repeated blocks at a layer of any number, for proofs by induction on the depth.

Blocks that are alike up to their index have recursions that are alike, so that what is shown of layer l from what is
known of the layer before, both as symbols, is shown of every layer. A `Scene` cuts the derived recursion: below the
block `lower` the features' kernel S and the NTK of the features T are symbols, above the block `upper` the cotangent R.

    Sigma(i), Theta(i)   covariance and NTK of the pre-activations of layer i, i = 1..L + 1, where they are NNGP and NTK
    dSigma(i)            the factor of the cotangent from the pre-activations of layer i to those of layer i - 1
    S(i), R(i), B(i)     as in `theory.recursion`: features, cotangent at the features, at the pre-activations
    block(i)             the share of block i in the NTK
    outside              the NTK without the shares of the blocks
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import sympy

from theory.activations import Homogeneous
from theory.architecture import Affine, Architecture, Group, Layer, Residual, Scale, groups_of, map_groups
from theory.moments import pair_moment
from theory.recursion import Moment, Recursion, Triple, closed_form, recursion

ZERO = sympy.Integer(0)


class Quantity(StrEnum):
    """A kernel that a recursion defines at a layer."""

    SIGMA = "Sigma"
    THETA = "Theta"
    DERIVATIVE = "dSigma"
    FEATURES = "S"
    COTANGENT = "R"
    INNER_COTANGENT = "B"
    BLOCK = "block"
    OUTSIDE = "outside"


LOWEST = {
    Quantity.SIGMA: -1, Quantity.THETA: -1, Quantity.DERIVATIVE: -2, Quantity.FEATURES: 0, Quantity.BLOCK: -1,
    Quantity.COTANGENT: 0, Quantity.INNER_COTANGENT: -1,
}  # fmt: skip
"""The block whose features a quantity at layer i is made of, less i."""
FROM_ABOVE = frozenset([Quantity.COTANGENT, Quantity.INNER_COTANGENT, Quantity.BLOCK, Quantity.OUTSIDE])
"""Quantities that are made of the cotangent at features."""


def first_layers(architecture: Architecture, layer: int) -> Architecture:
    """The network whose output is one entry of the pre-activation z_layer, 1 <= layer <= depth.

    Raises ValueError on images, whose pre-activations have positions, and on blocks without an affine layer.
    """
    if architecture.image:
        raise ValueError("the pre-activations of a layer of images have no kernel without positions")
    block = architecture.blocks[layer - 1]
    name = f"the pre-activations of layer {layer} of {architecture.name}"
    return replace(architecture, name=name, blocks=architecture.blocks[: layer - 1], head=_up_to_affine(block))


def _up_to_affine(block: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers of a block up to its first affine one."""
    for number, layer in enumerate(block):
        if isinstance(layer, Affine):
            return block[: number + 1]
        if isinstance(layer, Residual):
            return (*block[:number], *_up_to_affine(layer.branch))
    raise ValueError(f"the block {block} has no affine layer")


def blocks_are_alike(architecture: Architecture) -> bool:
    """Are all blocks the same up to the indices of their groups?"""
    bare = map_groups(architecture, lambda group: replace(group, index=None))
    return len(set(bare.blocks)) == 1


@dataclass(frozen=True)
class Scene:
    """A network whose recursion may be cut; `inputs` is <x, x>, <x, x'>, <x', x'>.

    `features` and `kernel` stand for S, at the same pairs, and for T at block `lower`, `cotangent` for R at `upper`.
    """

    architecture: Architecture
    inputs: Triple
    moment: Moment = pair_moment
    lower: int | None = None
    features: Triple | None = None
    kernel: sympy.Expr = ZERO
    upper: int | None = None
    cotangent: sympy.Expr = ZERO

    def value(self, quantity: Quantity, index: int, place: int = 1) -> sympy.Expr:
        """A quantity of layer `index` at (x, x'), or with `place` 0 at (x, x), 2 at (x', x').

        Raises ValueError where there is none.
        """
        derived, kernel = self._kernel(quantity, index)
        given: dict[sympy.Symbol, Triple] = {_symbol("T", self.lower): (self.kernel,) * 3}
        if self.features is not None:
            given[_symbol("S", self.lower)] = self.features
        if self.upper is not None and quantity in FROM_ABOVE:
            given[_symbol("R", self.upper)] = (self.cotangent,) * 3
        return closed_form(derived, kernel, self.inputs, self.moment, given, place)

    def _kernel(self, quantity: Quantity, index: int) -> tuple[Recursion, sympy.Expr]:
        """The recursion that has a quantity, and its expression in there."""
        depth, whole = self.architecture.depth, self.architecture
        if quantity in (Quantity.SIGMA, Quantity.THETA, Quantity.DERIVATIVE):
            _check(quantity, index, 2 if quantity is Quantity.DERIVATIVE else 1, depth + 1)
            network = whole if index == depth + 1 else first_layers(whole, index)
            derived = recursion(network)
            if quantity is Quantity.THETA:
                return derived, self._ntk(network, derived)
            return derived, derived.nngp if quantity is Quantity.SIGMA else _defined(derived, "B", index - 1)
        derived = recursion(whole)
        if quantity is Quantity.BLOCK:
            _check(quantity, index, 1, depth)
            return derived, _share(derived, groups_of(whole.blocks[index - 1]))
        if quantity is Quantity.OUTSIDE:
            return derived, _share(derived, groups_of((*whole.stem, *whole.head)))
        return derived, _defined(derived, str(quantity), index)

    def _ntk(self, network: Architecture, derived: Recursion) -> sympy.Expr:
        """The NTK, what is below the cut as a symbol times the cotangent there."""
        if self.lower is None:
            return derived.ntk
        later = [layer for block in network.blocks[self.lower :] for layer in block]
        below = _symbol("T", self.lower) * _symbol("R", self.lower)
        return _share(derived, groups_of((*later, *network.head))) + below


def _symbol(letter: str, index: int | None) -> sympy.Symbol:
    return sympy.Symbol(f"{letter}_{{{index}}}")


def _defined(derived: Recursion, letter: str, index: int) -> sympy.Symbol:
    if (symbol := _symbol(letter, index)) not in derived.equations:
        raise ValueError(f"there is no {letter}({index})")
    return symbol


def _check(quantity: Quantity, index: int, least: int, most: int) -> None:
    if not least <= index <= most:
        raise ValueError(f"there is no {quantity}({index}): its layers are {least} to {most}")


def _share(derived: Recursion, groups: Iterable[Group]) -> sympy.Expr:
    """The share of some groups in the NTK."""
    return sympy.Add(*(derived.parts[group] for group in groups if group in derived.parts))


def diagonal_law(architecture: Architecture, inputs: sympy.Expr, index: sympy.Expr) -> sympy.Expr | None:
    """S(x, x) at block `index`, a number or an expression, given <x, x>; None if no closed form is known.

    That of activations of degree 1 goes by S -> a S + b from block to block.
    """
    activations = [layer for block in architecture.blocks for layer in _inner_layers(block)]
    if not all(isinstance(layer, Homogeneous) and layer.degree == 1 for layer in activations):
        return None
    if not blocks_are_alike(architecture):
        return None
    first = Scene(architecture, (inputs,) * 3).value(Quantity.FEATURES, 1, 0)
    if architecture.depth == 1:
        return first if index == 1 else None
    before = sympy.Symbol("S", positive=True)
    scene = Scene(architecture, (inputs,) * 3, lower=1, features=(before,) * 3)
    step = sympy.Poly(sympy.expand(scene.value(Quantity.FEATURES, 2, 0)), before)
    factor, summand = step.coeff_monomial(before), step.coeff_monomial(1)
    if sympy.simplify(factor - 1) == 0:
        return first + summand * (index - 1)
    fixed = summand / (1 - factor)
    return factor ** (index - 1) * (first - fixed) + fixed


def _inner_layers(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The activations among layers, those of residual branches too."""
    for layer in layers:
        match layer:
            case Residual(_, branch):
                yield from _inner_layers(branch)
            case Affine() | Scale():
                pass
            case _:
                yield layer
