"""Activations without closed moments, analytic in a strip around the real line: tanh, sigmoid, softplus, SiLU.

A bound on the strip is all that a rigorous evaluation needs: `numerics.kernels.hermite` expands s(sigma g) in Hermite
polynomials by the trapezoidal rule, whose error on analytic functions is bounded by their size on the strip.

On |Im w| <= pi/2 the real part of e^-w is not negative, so that |1 + e^-w| >= 1: the sigmoid is at most 1 there, and
|ln(1 + e^w)| <= ln 2 + |Re w| + pi/2, its imaginary part being an angle of the right half plane.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import sympy
from sympy import pi

from theory.activations.activation import ONE, Activation, z


class Strip(NamedTuple):
    """|s(w)| <= constant + slope |Re w| wherever |Im w| <= width."""

    width: sympy.Expr
    constant: sympy.Expr
    slope: sympy.Expr


@dataclass(frozen=True)
class Analytic(Activation):
    """An activation that is analytic in a strip."""

    def strip(self, order: int) -> Strip:
        """A bound on s (order 0) or s' (order 1) there."""
        raise NotImplementedError

    def continuation(self, order: int) -> sympy.Expr:
        """s (order 0) or s' (order 1) as an analytic expression in `z`."""
        return self.derivative if order else self.function

    def prove(self) -> None:
        """The derivative, and `function` as written, are those of the analytic expressions on either side of zero.

        Raises ArithmeticError if they are not.
        """
        for side in (sympy.Symbol("t", positive=True), sympy.Symbol("t", negative=True)):
            analytic = self.continuation(0).subs(z, side)
            for found, meant in ((self.function, analytic), (self.derivative, sympy.diff(analytic, side))):
                difference = (found.subs(z, side) - meant).rewrite(sympy.exp)
                if sympy.simplify(sympy.expand_log(sympy.simplify(difference), force=True)) != 0:
                    raise ArithmeticError(f"{found} is not {meant}")


def sigmoid(argument: sympy.Expr) -> sympy.Expr:
    """1 / (1 + exp(-argument)), written so that it does not overflow."""
    return (1 + sympy.tanh(argument / 2)) / 2


@dataclass(frozen=True)
class Tanh(Analytic):
    """h -> tanh(h) = 2 sigmoid(2 h) - 1."""

    name: ClassVar[str] = "tanh"
    function: ClassVar[sympy.Expr] = sympy.tanh(z)

    def strip(self, order: int) -> Strip:
        """|tanh|^2 = (sinh^2 x + sin^2 y) / (sinh^2 x + cos^2 y) <= 1 for |y| <= pi/4; tanh' = 1 - tanh^2."""
        return Strip(pi / 4, sympy.Integer(2 if order else 1), sympy.Integer(0))


@dataclass(frozen=True)
class Sigmoid(Analytic):
    """h -> 1 / (1 + exp(-h))."""

    name: ClassVar[str] = "sigmoid"
    function: ClassVar[sympy.Expr] = sigmoid(z)

    def strip(self, order: int) -> Strip:
        """The derivative sigmoid(w) sigmoid(-w) is at most 1 too."""
        return Strip(pi / 2, sympy.Integer(1), sympy.Integer(0))


@dataclass(frozen=True)
class Softplus(Analytic):
    """h -> ln(1 + exp(sharpness h)) / sharpness, entry by entry: smooth, within ln(2) / sharpness of the ReLU.

    Raises ValueError unless the sharpness is positive.
    """

    sharpness: sympy.Expr = ONE

    def __post_init__(self) -> None:
        if not self.sharpness > 0:
            raise ValueError(f"the sharpness must be positive, not {self.sharpness}")

    @property
    def name(self) -> str:
        """The name that options and files give it, softplus:SHARPNESS."""
        return f"softplus:{self.sharpness}"

    @property
    def function(self) -> sympy.Expr:
        """max(0, h) + ln(1 + exp(-|sharpness h|)) / sharpness."""
        beta = self.sharpness
        return sympy.Max(0, z) + sympy.log(1 + sympy.exp(-beta * sympy.Abs(z))) / beta

    @property
    def derivative(self) -> sympy.Expr:
        """The sigmoid of sharpness h."""
        return sigmoid(self.sharpness * z)

    def continuation(self, order: int) -> sympy.Expr:
        """ln(1 + exp(sharpness h)) / sharpness, or its derivative."""
        return self.derivative if order else sympy.log(1 + sympy.exp(self.sharpness * z)) / self.sharpness

    def strip(self, order: int) -> Strip:
        """As above, sharpness w in the place of w."""
        width = pi / (2 * self.sharpness)
        if order:
            return Strip(width, sympy.Integer(1), sympy.Integer(0))
        return Strip(width, (sympy.log(2) + pi / 2) / self.sharpness, sympy.Integer(1))

    def latex_of(self, vector: str) -> str:
        """ln(1 + exp(sharpness vector)) / sharpness."""
        if self.sharpness == 1:
            return rf"\ln\left(1 + e^{{{vector}}}\right)"
        beta = sympy.latex(self.sharpness)
        factor = sympy.latex(1 / self.sharpness)
        return rf"{factor} \ln\left(1 + e^{{{beta} \left({vector}\right)}}\right)"


@dataclass(frozen=True)
class Silu(Analytic):
    """h -> h sigmoid(h), also called swish."""

    name: ClassVar[str] = "silu"
    function: ClassVar[sympy.Expr] = z * sigmoid(z)

    def strip(self, order: int) -> Strip:
        """|w| <= |Re w| + pi/2; the derivative is sigmoid(w) + w sigmoid(w) sigmoid(-w)."""
        return Strip(pi / 2, pi / 2 + order, sympy.Integer(1))


NAMED = {"tanh": Tanh, "sigmoid": Sigmoid, "softplus": Softplus, "silu": Silu}
