"""Activations with closed Gaussian moments in the variances and the covariance, derived by `theory.integrals`."""

from dataclasses import dataclass
from typing import ClassVar

import sympy

from theory.activations.activation import Activation, z
from theory.integrals import c, closed_moment, p, prove_moment, r


@dataclass(frozen=True)
class Elementary(Activation):
    """An activation whose moments are closed forms in p = k(x, x), c = k(x, x') and r = k(x', x')."""

    @property
    def stated(self) -> sympy.Expr | None:
        """E[s(u) s(v)] where it is stated, to be proved by `prove`; None where it is derived."""
        return None

    def form(self, order: int) -> sympy.Expr:
        """E[s(u) s(v)] (order 0) or E[s'(u) s'(v)] (order 1) in the p, c, r of `theory.integrals`.

        The second is the derivative of the first by c (Price 1958).
        """
        value = closed_moment(self.function) if self.stated is None else self.stated
        return sympy.diff(value, c) if order else value

    def prove(self) -> None:
        """The forms are the integrals; raises ArithmeticError if one is not."""
        prove_moment(self.function, self.form(0))


@dataclass(frozen=True)
class Erf(Elementary):
    """h -> erf(h)."""

    name: ClassVar[str] = "erf"
    function: ClassVar[sympy.Expr] = sympy.erf(z)
    stated: ClassVar[sympy.Expr] = 2 / sympy.pi * sympy.asin(2 * c / sympy.sqrt((1 + 2 * p) * (1 + 2 * r)))


@dataclass(frozen=True)
class Gelu(Elementary):
    """h -> h Phi(h), Phi the normal distribution function: the exact GELU."""

    name: ClassVar[str] = "gelu"
    function: ClassVar[sympy.Expr] = z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2

    @property
    def stated(self) -> sympy.Expr:
        """Of the integral's three kinds of terms, with (1 + p)(1 + r) - c^2 = (1 + p + r) + (p r - c^2)."""
        product = (1 + p) * (1 + r)
        angle = sympy.asin(c / sympy.sqrt(product))
        rest = (p * r + c**2 * (1 - p * r) / product) / sympy.sqrt(product - c**2)
        return c / 4 + (c * angle + rest) / (2 * sympy.pi)


@dataclass(frozen=True)
class Sin(Elementary):
    """h -> sin(h)."""

    name: ClassVar[str] = "sin"
    function: ClassVar[sympy.Expr] = sympy.sin(z)


@dataclass(frozen=True)
class Cos(Elementary):
    """h -> cos(h)."""

    name: ClassVar[str] = "cos"
    function: ClassVar[sympy.Expr] = sympy.cos(z)


@dataclass(frozen=True)
class Exp(Elementary):
    """h -> exp(h)."""

    name: ClassVar[str] = "exp"
    function: ClassVar[sympy.Expr] = sympy.exp(z)


@dataclass(frozen=True)
class Polynomial(Elementary):
    """h -> sum of coefficients[k] h^k. Raises ValueError on a constant or on more than degree 8."""

    coefficients: tuple[sympy.Expr, ...]

    def __post_init__(self) -> None:
        if not any(self.coefficients[1:]) or len(self.coefficients) > 9:
            raise ValueError("a polynomial activation has a degree from 1 to 8: give 2 to 9 coefficients, from h^0 on")

    @property
    def name(self) -> str:
        """The name that options and files give it, polynomial:c_0,c_1,.."""
        return "polynomial:" + ",".join(map(str, self.coefficients))

    @property
    def function(self) -> sympy.Expr:
        """c_0 + c_1 z + .. as an expression in `z`."""
        return sympy.Add(*(coefficient * z**power for power, coefficient in enumerate(self.coefficients)))

    @property
    def degree(self) -> int | None:
        """That of a monomial."""
        powers = [power for power, coefficient in enumerate(self.coefficients) if coefficient != 0]
        return powers[0] if len(powers) == 1 else None

    def latex_of(self, vector: str) -> str:
        """p(vector), p written out."""
        return rf"\left[{sympy.latex(self.function)}\right]_{{z = {vector}}}"


NAMED = {
    "erf": Erf,
    "gelu": Gelu,
    "sin": Sin,
    "cos": Cos,
    "exp": Exp,
    "polynomial": lambda *coefficients: Polynomial(coefficients),
}
