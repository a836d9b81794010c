"""Rational functions in numbers of which nothing is known but some squares: a zero test whose work is bounded.

A sympy expression becomes a quotient of polynomials with rational coefficients in its atoms: pi, square roots, arc
cosines, exponentials and symbols. Squares of roots are put in. What cancels to zero is zero whatever the atoms are;
what does not may still be zero.
"""

from dataclasses import dataclass
from functools import cached_property, reduce

import flint
import sympy

from ntk_companion.audit.syntax.errors import NoExactValueError

MOST_ATOMS = 150
MOST_TERMS = 3_000
MOST_PRODUCTS = 60_000
"""The most products of terms in one multiplication."""
MOST_NODES = 20_000
MOST_POWER = 64

Polynomial = flint.fmpq_mpoly


@dataclass(frozen=True)
class Quotient:
    """numerator / denominator."""

    numerator: Polynomial
    denominator: Polynomial


class Field:
    """The rational functions in the atoms of some expressions. Raises NoExactValueError beyond the limits."""

    def __init__(self, *expressions: sympy.Expr) -> None:
        self._left = MOST_NODES
        self.atoms: dict[sympy.Expr, int] = {}
        for expression in expressions:
            self._collect(expression)
        names = [f"x{index}" for index in range(len(self.atoms))]
        self._context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
        self._generators = self._context.gens()

    @cached_property
    def _squares(self) -> list[tuple[int, Polynomial]]:
        """Roots and their squares, where those are polynomials; outer roots first."""
        found = []
        for atom, index in self.atoms.items():
            if isinstance(atom, sympy.Pow):
                square = self._quotient(atom.base)
                if square.denominator.is_one():
                    found.append((index, square.numerator))
                elif square.denominator.is_constant():
                    found.append((index, square.numerator / square.denominator))
        return found[::-1]

    def _collect(self, expression: sympy.Expr) -> None:
        self._left -= 1
        if self._left < 0:
            raise NoExactValueError
        match expression:
            case sympy.Rational():
                return
            case sympy.Add() | sympy.Mul():
                for argument in expression.args:
                    self._collect(argument)
                return
            case sympy.Pow(exp=sympy.Integer()):
                self._collect(expression.base)
                return
            case sympy.Pow(exp=sympy.Rational(q=2)):
                for root in _roots(expression.base):
                    self._collect(root.base)
                    self._add(root)
                return
            case sympy.exp():
                expression = _exponential(expression)[0]
        self._add(expression)

    def _add(self, expression: sympy.Expr) -> None:
        self.atoms.setdefault(expression, len(self.atoms))
        if len(self.atoms) > MOST_ATOMS:
            raise NoExactValueError

    def reduced(self, expression: sympy.Expr) -> Quotient:
        """The expression as a quotient whose numerator is reduced by the squares of the roots."""
        found = self._quotient(expression)
        return Quotient(self._reduced(found.numerator), found.denominator)

    def common_denominator(self, denominators: list[Polynomial]) -> Polynomial:
        """A common multiple of denominators."""
        common = self._context.constant(1)
        for denominator in denominators:
            if len(common) * len(denominator) > MOST_PRODUCTS:
                raise NoExactValueError
            common = self._times(common, denominator / common.gcd(denominator))
        return common

    def over(self, quotient: Quotient, denominator: Polynomial) -> Polynomial:
        """The numerator of a quotient over a multiple of its denominator, reduced by the squares of the roots."""
        return self._reduced(self._times(quotient.numerator, denominator / quotient.denominator))

    def _quotient(self, expression: sympy.Expr) -> Quotient:
        match expression:
            case sympy.Rational():
                return self._constant(flint.fmpq(int(expression.p), int(expression.q)))
            case sympy.Add():
                return reduce(self._sum, map(self._quotient, expression.args))
            case sympy.Mul():
                return reduce(self._product, map(self._quotient, expression.args))
            case sympy.Pow(exp=sympy.Integer()):
                return self._power(self._quotient(expression.base), int(expression.exp))
            case sympy.Pow(exp=sympy.Rational(q=2)):
                return self._power(
                    reduce(self._product, map(self._atom, _roots(expression.base))), int(expression.exp.p)
                )
            case sympy.exp():
                base, power = _exponential(expression)
                return self._power(self._atom(base), power)
        return self._atom(expression)

    def _constant(self, value: flint.fmpq) -> Quotient:
        return Quotient(self._context.constant(value), self._context.constant(1))

    def _atom(self, expression: sympy.Expr) -> Quotient:
        return Quotient(self._generators[self.atoms[expression]], self._context.constant(1))

    def _sum(self, first: Quotient, second: Quotient) -> Quotient:
        if first.denominator == second.denominator:
            return Quotient(first.numerator + second.numerator, first.denominator)
        left, right = first.denominator, second.denominator
        if len(left) * len(right) <= 100:
            common = left.gcd(right)
            left, right = left / common, right / common
        numerator = self._times(first.numerator, right) + self._times(second.numerator, left)
        return Quotient(numerator, self._times(first.denominator, right))

    def _product(self, first: Quotient, second: Quotient) -> Quotient:
        return Quotient(
            self._times(first.numerator, second.numerator), self._times(first.denominator, second.denominator)
        )

    def _power(self, base: Quotient, exponent: int) -> Quotient:
        if exponent < 0:
            if base.numerator.is_zero():
                raise NoExactValueError
            base = Quotient(base.denominator, base.numerator)
        result = self._constant(flint.fmpq(1))
        for bit in bin(abs(exponent))[2:]:
            result = self._product(result, result)
            if bit == "1":
                result = self._product(result, base)
        return result

    def _times(self, first: Polynomial, second: Polynomial) -> Polynomial:
        if len(first) * len(second) > MOST_PRODUCTS:
            raise NoExactValueError
        product = first * second
        if len(product) > MOST_TERMS:
            raise NoExactValueError
        return product

    def _reduced(self, polynomial: Polynomial) -> Polynomial:
        for index, square in self._squares:
            generator = self._generators[index]
            powers: dict[int, dict[tuple[int, ...], flint.fmpq]] = {}
            for exponents, coefficient in polynomial.to_dict().items():
                rest = list(exponents)
                power, rest[index] = rest[index], 0
                powers.setdefault(power, {})[tuple(rest)] = coefficient
            if max(powers, default=0) < 2:
                continue
            total = self._context.constant(0)
            for power, terms in powers.items():
                part = self._context.from_dict(terms)
                for _ in range(power // 2):
                    part = self._times(part, square)
                total = total + part * generator ** (power % 2)
            polynomial = total
        return polynomial


def _roots(square: sympy.Expr) -> list[sympy.Expr]:
    """Square roots whose product is that of `square`: of its primes, if it is a whole number."""
    whole = square.is_Integer and 0 < square <= 10**12
    primes = sympy.factorint(int(square)) if whole else {}
    squares = [sympy.Integer(prime) for prime, power in primes.items() for _ in range(power)] or [square]
    return [sympy.Pow(factor, sympy.Rational(1, 2), evaluate=False) for factor in squares]


def _exponential(expression: sympy.exp) -> tuple[sympy.Expr, int]:
    """exp(k x) as a power of exp(x), for a whole number k that is not large."""
    factor, rest = expression.args[0].as_coeff_Mul()
    if factor.is_Integer and 0 < abs(factor) <= MOST_POWER and rest != 1:
        return sympy.exp(rest), int(factor)
    return expression, 1


def vanishes(expression: sympy.Expr) -> bool:
    """Is the expression proved to be zero? Raises NoExactValueError if it is too large to tell."""
    return bool(Field(expression).reduced(expression).numerator.is_zero())


def single_term(expression: sympy.Expr) -> tuple[int, dict[sympy.Expr, int]] | None:
    """The sign of the coefficient and the powers of the atoms, if all cancels to one term; None if it does not.

    Raises NoExactValueError if the expression is too large to tell.
    """
    field = Field(expression)
    found = field.reduced(expression)
    if len(found.numerator) != 1 or len(found.denominator) != 1:
        return None
    ((above, coefficient),) = found.numerator.to_dict().items()
    ((below, divisor),) = found.denominator.to_dict().items()
    powers = {atom: int(above[index]) - int(below[index]) for atom, index in field.atoms.items()}
    return (1 if coefficient * divisor > 0 else -1), {atom: power for atom, power in powers.items() if power}
