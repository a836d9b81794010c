"""The objects a claim speaks of: networks whose depth and scale may be expressions, and kernels as printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
import sympy

from ntk_companion.audit.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.nodes import Node
from numerics.numbers.systems import Balls, evaluate
from theory.architecture import Affine, Architecture, Layer, Residual, fcn, resnet, with_trained
from theory.printed import divergence
from theory.printed.divergence import FullyConnected, KernelParts, Printed, ResidualKernel
from theory.recursion import Recursion

if TYPE_CHECKING:
    from ntk_companion.audit.situation import Situation

MOST_DEPTH = 100


@dataclass(frozen=True)
class Network:
    """A network as a claim describes it: `trained` names the trained groups, None for all that `bias` leaves."""

    family: str
    depth: Node
    scale: Node | None = None
    bias: str = "trained"
    trained: tuple[str, ...] | None = None

    def architecture(self, rational: Callable[[Node], Fraction], whole_number: Callable[..., int]) -> Architecture:
        """The architecture, its depth and scale evaluated by these functions. Raises MeaninglessError."""
        depth = whole_number(self.depth, "the depth", 1, MOST_DEPTH)
        if self.family == "fcn":
            result = fcn(depth, self.bias)
        else:
            scale = rational(self.scale) if self.scale is not None else Fraction(1)
            result = resnet(depth, sympy.Rational(scale.numerator, scale.denominator), self.bias)
        if self.trained is None:
            return result
        try:
            return with_trained(result, self.trained)
        except ValueError as error:
            raise MeaninglessError(str(error)) from None


def first_layers(architecture: Architecture, layer: int) -> Architecture:
    """The network whose output is one entry of the pre-activation z_layer, 1 <= layer <= depth."""
    block = architecture.blocks[layer - 1]
    name = f"the pre-activations of layer {layer} of {architecture.name}"
    return replace(architecture, name=name, blocks=architecture.blocks[: layer - 1], head=(_first_affine(block),))


def _first_affine(block: tuple[Layer, ...]) -> Affine:
    match block[0]:
        case Residual(branch=branch):
            return _first_affine(branch)
        case Affine() as affine:
            return affine
    raise TypeError(f"the block {block} starts with no affine layer")


def find_printed(number: str) -> Printed:
    """The printed formula of an equation's number, such as 3.6 or B.8, or of its id. Raises MeaninglessError."""
    for name in (number, f"eq:{number.strip('()')}"):
        if name in divergence.PRINTED:
            return divergence.PRINTED[name]
    raise MeaninglessError(f"no printed formula {number!r}; there are {', '.join(sorted(divergence.PRINTED))}")


def printed_kernel(number: str, situation: Situation) -> np.ndarray:
    """The Gram matrix of the NTK with one equation as printed and all others as derived."""
    record = _printed_ntk(number, situation)
    depth = situation.architecture.depth
    if isinstance(record.form, FullyConnected):
        return situation.gram_of((record.id, depth), *printed_recursion(number, situation))
    network = situation.networks[str(situation.network)]
    scale = situation.rational(network.scale) if network.scale is not None else Fraction(1)
    return _on_pairs(record.form.unroll(depth), sympy.Rational(scale), situation)


def printed_recursion(number: str, situation: Situation) -> tuple[Recursion, sympy.Expr]:
    """The definitions and the kernel of the NTK of the FCN with one equation as printed. Raises NoExactValueError."""
    record = _printed_ntk(number, situation)
    if not isinstance(record.form, FullyConnected):
        raise NoExactValueError
    parts = record.form.unroll(situation.architecture.depth)
    return Recursion(parts.equations, {}, None), sympy.Add(*parts.parts.values())


def _printed_ntk(number: str, situation: Situation) -> Printed:
    record = find_printed(number)
    network = situation.networks[situation.network] if situation.network else None
    family = {FullyConnected: "fcn", ResidualKernel: "resnet"}.get(type(record.form))
    if family is None:
        raise MeaninglessError(f"{record.id} does not print an NTK; audit the ledger's statement {record.id} instead")
    if network is None or network.family != family or network.bias != "trained" or network.trained is not None:
        raise MeaninglessError(f"{record.id} is about the {family} with all parameters trained: name such a network")
    return record


def _on_pairs(form: KernelParts, scale: sympy.Rational, situation: Situation) -> np.ndarray:
    """A kernel in the norms of x~ = (x, 1) and x~' and their correlation u, on the points."""
    points, balls = situation.point_set, Balls(situation.bits)
    size = len(points)
    situation.charge(size * size * 100 * len(form.equations))
    coordinates = points.coordinates(balls)
    inner = balls.product(coordinates, coordinates.T) + 1
    norms = balls.sqrt(inner.diagonal())
    kernel = sympy.Add(*form.parts.values())
    on_diagonal = _unfolded(form, kernel, {divergence.u: sympy.Integer(1), divergence.alpha: scale})
    matrix = np.empty((size, size), dtype=object)
    for row in range(size):
        for column in range(row, size):
            values: dict[sympy.Basic, Any] = {divergence.norm: norms[row], divergence.other_norm: norms[column]}
            if row == column:  # there u is 1 exactly, where a ball around 1 has no arc cosine
                value = evaluate(on_diagonal, balls, values)
            else:
                values[divergence.u] = inner[row, column] / (norms[row] * norms[column])
                values[divergence.alpha] = evaluate(scale, balls, {})
                for symbol, expression in form.equations.items():
                    values[symbol] = evaluate(expression, balls, values)
                value = evaluate(kernel, balls, values)
            matrix[row, column] = matrix[column, row] = flint.arb(value)
    return matrix


def _unfolded(form: KernelParts, kernel: sympy.Expr, values: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """The kernel with all definitions put in, exactly."""
    for symbol, expression in form.equations.items():
        values[symbol] = expression.subs(values)
    return kernel.subs(values)
