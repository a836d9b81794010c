"""The ReLU family: activations that are a power on either side of zero. Their moments are angles.

s(z) = a z^q for z > 0 and b (-z)^q for z < 0, q = 0 or 1; at zero s, or s', is 0. `theory.moments.gaussian_moment` is
the moment of a = 1, b = 0; that of any other is a combination of it at the angle and at the supplement.
"""

from dataclasses import dataclass
from typing import ClassVar

import sympy

from theory.activations.activation import ONE, ZERO, Activation, GaussianMoment, z

SMALL_SLOPE = sympy.Rational(1, 100)
"""The slope that libraries give a leaky ReLU."""


@dataclass(frozen=True)
class Homogeneous(Activation):
    """An activation of this family: `sides` is (a, b), `power` is q."""

    power: ClassVar[int] = 1

    @property
    def sides(self) -> tuple[sympy.Expr, sympy.Expr]:
        """(a, b): the values at 1 and at -1."""
        raise NotImplementedError

    @property
    def function(self) -> sympy.Expr:
        """a z^q for z > 0, b (-z)^q for z < 0."""
        a, b = self.sides
        if self.power == 0:
            return a * sympy.Heaviside(z, 0) + b * sympy.Heaviside(-z, 0)
        return a * sympy.Max(0, z) + b * sympy.Max(0, -z)

    @property
    def derivative(self) -> sympy.Expr:
        """Almost everywhere; 0 at the kink."""
        a, b = self.sides
        return ZERO if self.power == 0 else a * sympy.Heaviside(z, 0) - b * sympy.Heaviside(-z, 0)

    @property
    def degree(self) -> int:
        """The power q: s(c z) = c^q s(z) for c > 0."""
        return self.power

    def moment_sides(self, order: int) -> tuple[int, sympy.Expr, sympy.Expr]:
        """(q, a, b) of s (order 0) or s' (order 1)."""
        a, b = self.sides
        return self.power - order, a, (-1) ** order * b

    def after(self, inner: Activation) -> Activation:
        """Powers 1 compose within the family. Raises ValueError on others."""
        if not (isinstance(inner, Homogeneous) and inner.power == 1):
            return super().after(inner)
        outer = {1: self.sides[0], -1: self.sides[1], 0: ZERO}
        a, b = (outer[int(sympy.sign(side))] * sympy.Abs(side) ** self.power for side in inner.sides)
        return TwoSided(self.power, a, b)

    def prove(self) -> None:
        """The derivative is that of the function away from zero; raises ArithmeticError if it is not."""
        for side in (sympy.Symbol("t", positive=True), sympy.Symbol("t", negative=True)):
            if sympy.simplify(sympy.diff(self.function.subs(z, side), side) - self.derivative.subs(z, side)) != 0:
                raise ArithmeticError(f"the derivative of {self.name} is not {self.derivative}")


@dataclass(frozen=True)
class Relu(Homogeneous):
    """h -> max(0, h), entry by entry."""

    name: ClassVar[str] = "relu"
    symbol: ClassVar[str] = r"\sigma"
    sides: ClassVar[tuple[sympy.Expr, sympy.Expr]] = (ONE, ZERO)

    def moment(self, order: int) -> type[GaussianMoment]:
        """The map `relu_moment` (order 0) or `step_moment` (order 1)."""
        return (relu_moment, step_moment)[order]

    def latex_of(self, vector: str) -> str:
        """max(0, vector) in LaTeX."""
        return rf"\max\left(0, {vector}\right)"


class relu_moment(GaussianMoment):  # noqa: N801 - a mathematical function
    """E[s(u) s(v)] for (u, v) ~ N(0, k) restricted to a pair, s the ReLU: a map from kernels to kernels."""

    activation, order = Relu(), 0


class step_moment(GaussianMoment):  # noqa: N801 - a mathematical function
    """E[s'(u) s'(v)] for (u, v) ~ N(0, k) restricted to a pair, s' = 1(. > 0): a map from kernels to kernels."""

    activation, order = Relu(), 1


@dataclass(frozen=True)
class LeakyRelu(Homogeneous):
    """h -> max(0, h) + slope min(0, h), 0 <= slope < 1. Raises ValueError on another slope."""

    slope: sympy.Expr = SMALL_SLOPE

    def __post_init__(self) -> None:
        if not (self.slope >= 0 and self.slope < 1):
            raise ValueError(f"the slope of a leaky ReLU must be at least 0 and below 1, not {self.slope}")

    @property
    def name(self) -> str:
        """The name that options and files give it, leaky:SLOPE."""
        return f"leaky:{self.slope}"

    @property
    def sides(self) -> tuple[sympy.Expr, sympy.Expr]:
        """(a, b) = (1, -slope), the values at 1 and at -1."""
        return ONE, -self.slope

    def latex_of(self, vector: str) -> str:
        """max(slope vector, vector) in LaTeX."""
        return rf"\max\left({sympy.latex(self.slope)} \left({vector}\right), {vector}\right)"


@dataclass(frozen=True)
class AbsoluteValue(Homogeneous):
    """h -> |h|."""

    name: ClassVar[str] = "abs"
    sides: ClassVar[tuple[sympy.Expr, sympy.Expr]] = (ONE, ONE)

    def latex_of(self, vector: str) -> str:
        """|vector| in LaTeX, an absolute value."""
        return rf"\left|{vector}\right|"


@dataclass(frozen=True)
class Step(Homogeneous):
    """h -> 1(h > 0): no gradient passes it."""

    name: ClassVar[str] = "step"
    power: ClassVar[int] = 0
    sides: ClassVar[tuple[sympy.Expr, sympy.Expr]] = (ONE, ZERO)

    def latex_of(self, vector: str) -> str:
        """1(vector > 0) in LaTeX."""
        return rf"1\left({vector} > 0\right)"


@dataclass(frozen=True)
class TwoSided(Homogeneous):
    """h -> a h^q for h > 0, b (-h)^q for h < 0: what compositions of the others are."""

    q: int
    a: sympy.Expr
    b: sympy.Expr

    @property
    def name(self) -> str:
        """The name two-sided:q,a,b, which no option takes."""
        return f"two-sided:{self.q},{self.a},{self.b}"

    @property
    def power(self) -> int:  # type: ignore[override]
        """The power q of either side."""
        return self.q

    @property
    def sides(self) -> tuple[sympy.Expr, sympy.Expr]:
        """(a, b), the values at 1 and at -1."""
        return self.a, self.b


NAMED = {"relu": Relu, "leaky": LeakyRelu, "abs": AbsoluteValue, "step": Step}
