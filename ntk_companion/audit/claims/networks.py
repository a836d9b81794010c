"""The networks a claim speaks of, their depth and scale expressions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Node
from ntk_companion.networks import network_of
from theory.architecture import Architecture, fcn, resnet, with_trained
from theory.recursion import recursion

FCN, RESNET = "fcn", "resnet"
MOST_DEPTH = 100


@dataclass(frozen=True)
class Network:
    """A network as a claim describes it: `trained` names the trained groups, None for all that `bias` leaves.

    Of a preset, or of layers, `table` says all but the depth and the scale, as `ntk_companion.networks` reads it.
    """

    family: str
    depth: Node
    scale: Node | None = None
    bias: str = "trained"
    trained: tuple[str, ...] | None = None
    table: Mapping[str, Any] | None = field(default=None, hash=False)

    def architecture(self, depth: int, scale: Fraction) -> Architecture:
        """The architecture of this depth and residual scale. Raises MeaninglessError on a group that it has not."""
        if self.table is not None:
            return self._of_table(self.table, depth, scale)
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

    def _of_table(self, table: Mapping[str, Any], depth: int, scale: Fraction) -> Architecture:
        said = {**table, "depth": depth} | ({} if self.scale is None else {"scale": str(scale)})
        try:
            found = network_of(said, "the network")
            recursion(found)
        except ValueError as error:
            raise MeaninglessError(str(error)) from None
        return found
