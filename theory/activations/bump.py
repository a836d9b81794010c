"""An activation that nobody uses, as an example of what adding one takes."""

from dataclasses import dataclass
from typing import ClassVar

import sympy

from theory.activations.activation import z
from theory.activations.elementary import Elementary


@dataclass(frozen=True)
class Bump(Elementary):
    """h -> h^2 exp(-h^2)."""

    name: ClassVar[str] = "bump"
    function: ClassVar[sympy.Expr] = z**2 * sympy.exp(-(z**2))


NAMED = {"bump": Bump}
