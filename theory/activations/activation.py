"""What every reading of a network needs to know of an activation: the interface of the files beside this one.

An activation is a value: a function of one real number in sympy, from which its derivative, its Gaussian moments, its
finite networks and its LaTeX follow. Its moments come in one of three ways, which say how they are evaluated:

    `Homogeneous`  a s(z) for z > 0 and b s(-z) for z < 0 with s a power: in half angles, accurate at +-1
    `Elementary`   closed forms in the two variances and the covariance, derived (`theory.moments`)
    `Analytic`     by Hermite series with a certified tail, from a bound on a strip of the complex plane
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import sympy

ONE, ZERO = sympy.Integer(1), sympy.Integer(0)
z = sympy.Symbol("z", real=True)
"""The variable of every activation."""


class GaussianMoment(sympy.Function):
    """E[s(u) s(v)] (order 0) or E[s'(u) s'(v)] (order 1) for (u, v) ~ N(0, k) on a pair: a map from kernels to kernels.

    A class for every activation and order, made by `Activation.moment`.
    """

    nargs = 1
    activation: ClassVar[Activation]
    order: ClassVar[int]

    def _latex(self, printer, exp=None):
        name = rf"\dot{self.activation.symbol}" if self.order else self.activation.symbol
        return rf"\mathrm{{E}}_{{{printer._print(self.args[0])}}}[{name}\,{name}']"


@dataclass(frozen=True)
class Activation:
    """h -> s(h), entry by entry."""

    @property
    def symbol(self) -> str:
        """How the function is called in a recursion's LaTeX."""
        return rf"\sigma_{{\mathrm{{{self.name.split(':')[0]}}}}}"

    @property
    def name(self) -> str:
        """The name by which files and options call it, with its parameters."""
        raise NotImplementedError

    @property
    def function(self) -> sympy.Expr:
        """s as an expression in `z`, one that doubles evaluate without overflow."""
        raise NotImplementedError

    @property
    def derivative(self) -> sympy.Expr:
        """s' as an expression in `z`; what automatic differentiation takes at a kink."""
        return sympy.diff(self.function, z)

    @property
    def degree(self) -> int | None:
        """The q with s(c z) = c^q s(z) for all c > 0; None if there is none."""
        return None

    def image(self, kernel: sympy.Expr) -> sympy.Expr:
        """The kernel E[s(u) s(v)] of the activation's outputs, (u, v) ~ N(0, kernel)."""
        return self.moment(0)(kernel)

    def slope_image(self, kernel: sympy.Expr) -> sympy.Expr:
        """The kernel E[s'(u) s'(v)], (u, v) ~ N(0, kernel)."""
        return ZERO if self.derivative == 0 else self.moment(1)(kernel)

    def moment(self, order: int) -> type[GaussianMoment]:
        """The map of `image` (order 0) or of `slope_image` (order 1) as a sympy function."""
        return _moment_class(self, order)

    def after(self, inner: Activation) -> Activation:
        """The composition h -> s(inner(h)). Raises ValueError if its moments are not known."""
        raise ValueError(f"{self.name} of {inner.name} has no derived moments: put an affine layer between the two")

    def latex_of(self, vector: str) -> str:
        """The activation of a vector, in LaTeX."""
        return rf"\operatorname{{{self.name.split(':')[0]}}}\left({vector}\right)"

    def prove(self) -> None:
        """Raise ArithmeticError unless what is stated of the activation follows from its function."""


@cache
def _moment_class(activation: Activation, order: int) -> type[GaussianMoment]:
    name = f"{activation.name}_{'slope_' if order else ''}moment"
    return type(name, (GaussianMoment,), {"activation": activation, "order": order})
