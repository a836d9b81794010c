"""Kernels on pairs of points, in the half-angle coordinates of `theory.half_angle`, over any number system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sympy

from numerics.number_systems import Array, NumberSystem, evaluate
from theory import half_angle
from theory.moments import relu_moment, step_moment
from theory.recursion import input_kernel


@dataclass(frozen=True)
class Pairs:
    """A kernel k on many pairs (x, x'): arrays of one shape, an entry a pair.

    first, second            sqrt(k(x, x)), sqrt(k(x', x'))
    cross                    k(x, x')
    sine_squared, cosine_squared    of half the angle between the two feature vectors
    """

    first: Array
    second: Array
    cross: Array
    sine_squared: Array
    cosine_squared: Array


class Angles(NamedTuple):
    """Half the angle of a pair, half its supplement, and the sine and cosine of the angle."""

    half: Array
    half_supplement: Array
    sine: Array
    cosine: Array


class PairEvaluation:
    """Evaluates the kernels of a recursion on pairs, given the input kernel <x, x'> on them.

    Forward covariances are evaluated in half-angle coordinates, everything else entrywise; each definition once.
    """

    def __init__(
        self, equations: Mapping[sympy.Symbol, sympy.Expr], inputs: Pairs, system: NumberSystem
    ) -> None:
        self.equations = equations
        self.system = system
        self._pairs: dict[sympy.Expr, Pairs] = {input_kernel: inputs}
        self._entries: dict[sympy.Expr, Array] = {}
        self._angles: dict[sympy.Expr, Angles] = {}

    def entries(self, expression: sympy.Expr) -> Any:
        """The entries k(x, x') of the kernel `expression`."""
        if expression not in self._entries:
            self._entries[expression] = self._find_entries(expression)
        return self._entries[expression]

    def _find_entries(self, expression: sympy.Expr) -> Any:
        if expression in self._pairs:
            return self._pairs[expression].cross
        match expression:
            case sympy.Symbol():
                return self.entries(self.equations[expression])
            case relu_moment():
                return self.pairs(expression).cross
            case step_moment():
                form = half_angle.moment(0)
                return evaluate(form.variance * form.correlation, self.system, self._half_angles(expression))
        nodes = expression.atoms(sympy.Symbol) | expression.atoms(relu_moment, step_moment)
        return evaluate(expression, self.system, {node: self.entries(node) for node in nodes})

    def pairs(self, expression: sympy.Expr) -> Pairs:
        """The kernel `expression` in half-angle coordinates. Sums, products by constants, and moments have them."""
        if expression not in self._pairs:
            self._pairs[expression] = self._find_pairs(expression)
        return self._pairs[expression]

    def _find_pairs(self, expression: sympy.Expr) -> Pairs:
        match expression:
            case sympy.Symbol():
                return self.pairs(self.equations[expression])
            case relu_moment():
                return self._moment(expression)
            case sympy.Add():
                constant, terms = expression.as_coeff_add()
                total, *rest = (self.pairs(term) for term in terms)
                for other in rest:
                    total = self._add(total, other)
                return total if constant == 0 else self._add(total, self._constant(constant, total))
            case sympy.Mul():
                constant, factors = expression.as_independent(sympy.Symbol, relu_moment, step_moment, as_Add=False)
                return self._scale(constant, self.pairs(factors))
        raise ValueError(f"{expression} has no half-angle coordinates here")

    def _constant(self, value: sympy.Expr, like: Pairs) -> Pairs:
        one, zero = like.first * 0 + 1, like.first * 0
        root = evaluate(sympy.sqrt(value), self.system, {}) * one
        return Pairs(root, root, evaluate(value, self.system, {}) * one, zero, one)

    def _scale(self, factor: sympy.Expr, pairs: Pairs) -> Pairs:
        root = evaluate(sympy.sqrt(factor), self.system, {})
        value = evaluate(factor, self.system, {})
        return Pairs(root * pairs.first, root * pairs.second, value * pairs.cross, pairs.sine_squared, pairs.cosine_squared)

    def _add(self, one: Pairs, two: Pairs) -> Pairs:
        first = self.system.hypot(one.first, two.first)
        second = self.system.hypot(one.second, two.second)
        ratio = self.system.ratio
        values = {
            half_angle.P1: ratio(one.first, first, 1), half_angle.R1: ratio(one.second, second, 1),
            half_angle.P2: ratio(two.first, first, 0), half_angle.R2: ratio(two.second, second, 0),
            half_angle.S1: one.sine_squared, half_angle.C1: one.cosine_squared,
            half_angle.S2: two.sine_squared, half_angle.C2: two.cosine_squared,
        }  # fmt: skip
        sine_squared, cosine_squared = (evaluate(form, self.system, values) for form in half_angle.addition())
        return Pairs(first, second, one.cross + two.cross, sine_squared, cosine_squared)

    def _moment(self, expression: sympy.Expr) -> Pairs:
        covariance = self.pairs(expression.args[0])
        form = half_angle.moment(1)
        values = self._half_angles(expression)
        root = evaluate(sympy.sqrt(form.variance), self.system, {})
        first, second = root * covariance.first, root * covariance.second
        return Pairs(
            first,
            second,
            first * second * evaluate(form.correlation, self.system, values),
            self.system.nonnegative(evaluate(form.half_angle.sine_squared, self.system, values)),
            evaluate(form.half_angle.cosine_squared, self.system, values),
        )

    def _half_angles(self, expression: sympy.Expr) -> dict[sympy.Symbol, Array]:
        """What the half-angle forms of a moment need: S, C and its angular function at theta and at psi."""
        covariance = expression.args[0]
        pairs = self.pairs(covariance)
        if covariance not in self._angles:
            self._angles[covariance] = self._find_angles(pairs)
        angles = self._angles[covariance]
        power = 1 if isinstance(expression, relu_moment) else 0
        angular = self.system.angular
        return {
            half_angle.S: pairs.sine_squared,
            half_angle.C: pairs.cosine_squared,
            half_angle.angular_theta: angular(power, 2 * angles.half, angles.sine, angles.cosine),
            half_angle.angular_psi: angular(power, 2 * angles.half_supplement, angles.sine, -angles.cosine),
        }

    def _find_angles(self, pairs: Pairs) -> Angles:
        sine, cosine = self.system.sqrt(pairs.sine_squared), self.system.sqrt(pairs.cosine_squared)
        return Angles(
            self.system.angle(sine, cosine),
            self.system.angle(cosine, sine),
            2 * sine * cosine,
            pairs.cosine_squared - pairs.sine_squared,
        )
