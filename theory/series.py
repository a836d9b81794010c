"""Maclaurin series of the arc-cosine kernels k_0 and k_1, their general coefficients proved.

Both kernels solve an equation (1 - u^2) y'' + p u y' + q y = 0. Zero is an ordinary point of it, so that on |u| < 1 the
kernel is the sum of the one power series that solves the equation and has the kernel's value and slope at zero. The
equation on coefficients is a recurrence a_k -> a_{k+2}; a series is proved to be the kernel's by verifying the kernel's
equation, the two initial coefficients, and the recurrence for a symbolic index. All coefficients turn out
non-negative, so that the series converges absolutely on the closed interval and equals the continuous kernel there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import sympy

from theory import moments

u = sympy.Symbol("u", real=True)
"""The correlation, -1 <= u <= 1."""
n = sympy.Symbol("n", integer=True, nonnegative=True)
"""The index of a general coefficient of a `PowerSeries`."""
k = sympy.Symbol("k", integer=True, nonnegative=True)
"""The order of a power of `u`."""

KERNELS = {0: moments.k0, 1: moments.k1}
"""The derived kernels by power."""


@dataclass(frozen=True)
class PowerSeries:
    """polynomial(u) + sum over n >= 0 of coefficient(n) u^exponent(n), the exponent being 2 n + a constant."""

    polynomial: sympy.Expr
    coefficient: sympy.Expr
    exponent: sympy.Expr

    @property
    def expression(self) -> sympy.Expr:
        """The series as a sympy expression in `u`."""
        return self.polynomial + sympy.Sum(self.coefficient * u**self.exponent, (n, 0, sympy.oo))

    def at(self, order: int) -> sympy.Expr:
        """The coefficient of u^order."""
        place = sympy.solve(self.exponent - order, n)
        general = self.coefficient.subs(n, place[0]).doit() if place else sympy.Integer(0)
        return sympy.Poly(self.polynomial, u).coeff_monomial(u**order) + general


@dataclass(frozen=True)
class Equation:
    """The differential equation (1 - u^2) y'' + first u y' + zeroth y = 0."""

    first: int
    zeroth: int

    def residual(self, function: sympy.Expr) -> sympy.Expr:
        """The left-hand side at a function of `u`."""
        slope = sympy.diff(function, u)
        return (1 - u**2) * sympy.diff(slope, u) + self.first * u * slope + self.zeroth * function

    def image(self, order: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
        """The left-hand side at u^order: its coefficients of u^(order - 2) and of u^order."""
        scaled = sympy.expand(sympy.powsimp(sympy.expand(self.residual(u**order) / u ** (order - 2))))
        return scaled.coeff(u, 0), scaled.coeff(u, 2)

    def recurrence(self, order: sympy.Expr, here: sympy.Expr, after: sympy.Expr) -> sympy.Expr:
        """The coefficient of u^order on the left-hand side, a_order being `here` and a_{order+2} `after`."""
        lowered, kept = self.image(k)
        return lowered.subs(k, order + 2) * after + kept.subs(k, order) * here


EQUATIONS = {0: Equation(first=-1, zeroth=0), 1: Equation(first=1, zeroth=-1)}
"""The equations that k_0 and k_1 solve: `obligations` verifies it."""


@dataclass(frozen=True)
class Coefficients:
    """Maclaurin coefficients by recurrence: a_0 and a_1, and the ratio a_{k+2} / a_k as an expression in `k`."""

    starts: tuple[sympy.Expr, sympy.Expr]
    ratio: sympy.Expr

    def at(self, order: int) -> sympy.Expr:
        """The Maclaurin coefficient a_order, by the recurrence from a_0 or a_1."""
        parity = order % 2
        return self.starts[parity] * sympy.prod(self.ratio.subs(k, index) for index in range(parity, order, 2))

    def are_nonnegative(self) -> bool:
        """Is every coefficient proved non-negative: both starts, and the ratio for every k?"""
        return all(start.is_nonnegative for start in self.starts) and bool(self.ratio.is_nonnegative)

    def endless(self) -> list[int]:
        """The parities of which all coefficients from the start on are proved different from zero."""
        ends = {int(root) for root in sympy.roots(sympy.numer(self.ratio), k) if root.is_integer and root >= 0}
        return [parity for parity in (0, 1) if self.starts[parity].is_nonzero and parity not in {e % 2 for e in ends}]


@cache
def coefficients(power: int) -> Coefficients:
    """The Maclaurin coefficients of k_power, power 0 or 1: value and slope at zero, and the equation's recurrence."""
    kernel = KERNELS[power](u)
    lowered, kept = EQUATIONS[power].image(k)
    starts = (kernel.subs(u, 0), sympy.diff(kernel, u).subs(u, 0))
    return Coefficients(starts, sympy.factor(-kept / lowered.subs(k, k + 2)))


@cache
def maclaurin(power: int) -> PowerSeries:
    """The Maclaurin series of k_power, its general coefficient the product of the recurrence's ratios.

    The other parity has one coefficient, which is the polynomial part: the recurrence ends it at its first step.
    """
    known = coefficients(power)
    (parity,) = known.endless()
    step = sympy.Symbol("j", integer=True, nonnegative=True)
    general = known.starts[parity] * sympy.Product(known.ratio.subs(k, 2 * step + parity), (step, 0, n - 1)).doit()
    return PowerSeries(known.starts[1 - parity] * u ** (1 - parity), sympy.powsimp(general), 2 * n + parity)


def obligations(series: PowerSeries, power: int) -> Iterator[tuple[str, sympy.Expr]]:
    """What must vanish for `series` to be the Maclaurin series of k_power: named expressions, one for a symbolic n."""
    kernel, equation = KERNELS[power](u), EQUATIONS[power]
    yield "the kernel's differential equation", equation.residual(kernel)
    for order in (0, 1):
        yield f"the coefficient of u^{order}", series.at(order) - sympy.diff(kernel, u, order).subs(u, 0)
    first = int(series.exponent.subs(n, 0))
    for order in range(max(first, sympy.degree(series.polynomial, u)) + 1):
        yield f"the recurrence at u^{order}", equation.recurrence(order, series.at(order), series.at(order + 2))
    after = series.coefficient.subs(n, n + 1)
    yield "the recurrence for all n", equation.recurrence(series.exponent, series.coefficient, after)
    yield "exponents in steps of two", series.exponent.subs(n, n + 1) - series.exponent - 2


def is_proved(series: PowerSeries, power: int) -> bool:
    """Does sympy prove every obligation, so that `series` is the Maclaurin series of k_power?"""
    return all(_vanishes(expression) for _, expression in obligations(series, power))


def first_difference(series: PowerSeries, power: int, orders: int = 24) -> int | None:
    """The lowest of the first `orders` orders where `series` is not the Maclaurin series of k_power; exact."""
    known = coefficients(power)
    return next((order for order in range(orders) if not _vanishes(series.at(order) - known.at(order))), None)


def _vanishes(expression: sympy.Expr) -> bool:
    gammas = sympy.expand_func(expression.rewrite(sympy.gamma))
    return sympy.simplify(sympy.gammasimp(gammas)) == 0
