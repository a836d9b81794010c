"""The identity: the deep linear network."""

from dataclasses import dataclass
from typing import ClassVar

import sympy

from theory.activations.activation import Activation, z


@dataclass(frozen=True)
class Identity(Activation):
    """h -> h."""

    name: ClassVar[str] = "identity"
    function: ClassVar[sympy.Expr] = z
    degree: ClassVar[int] = 1

    def image(self, kernel: sympy.Expr) -> sympy.Expr:
        """E[u v] is the kernel itself."""
        return kernel

    def slope_image(self, kernel: sympy.Expr) -> sympy.Expr:
        """E[s'(u) s'(v)] = 1, as s' = 1."""
        return sympy.Integer(1)

    def after(self, inner: Activation) -> Activation:
        """The inner activation itself: h -> inner(h)."""
        return inner

    def latex_of(self, vector: str) -> str:
        """The vector as it is."""
        return vector


NAMED = {"identity": Identity}
