"""The networks a claim speaks of, their depth and scale expressions."""

from dataclasses import dataclass
from fractions import Fraction

import sympy

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Node
from theory.architecture import Architecture, fcn, resnet, with_trained

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
