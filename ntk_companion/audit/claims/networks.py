"""The networks a claim speaks of, their depth and scale expressions."""

from dataclasses import dataclass, replace
from fractions import Fraction

import sympy

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Node
from theory.architecture import Affine, Architecture, Layer, Residual, fcn, resnet, with_trained

FCN, RESNET = "fcn", "resnet"
MOST_DEPTH = 100


@dataclass(frozen=True)
class Network:
    """A network as a claim describes it: `trained` names the trained groups, None for all that `bias` leaves."""

    family: str
    depth: Node
    scale: Node | None = None
    bias: str = "trained"
    trained: tuple[str, ...] | None = None

    def architecture(self, depth: int, scale: Fraction) -> Architecture:
        """The architecture of this depth and residual scale. Raises MeaninglessError on a group that it has not."""
        if self.family == FCN:
            result = fcn(depth, self.bias)
        else:
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
