"""Kernels on pairs of points, in the half-angle coordinates of `theory.half_angle`, over any number system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import sympy

from numerics.numbers.systems import Array, NumberSystem, evaluate, evaluate_all
from theory import half_angle
from theory.moments import relu_moment, step_moment
from theory.recursion import input_kernel


@dataclass(frozen=True)
class Pairs:
    """A kernel k on pairs of points (x_i, x_j), given by the index arrays of a `PairEvaluation`.

    norms                           sqrt(k(x_i, x_i)), one a point
    cross                           k(x_i, x_j), one a pair
    sine_squared, cosine_squared    of half the angle between the feature vectors, one a pair; scalars if constant
    """

    norms: Array
    cross: Array
    sine_squared: Array
    cosine_squared: Array


class Angles(NamedTuple):
    """Half the angle of each pair, half its supplement, and the sine and cosine of the angle."""

    half: Array
    half_supplement: Array
    sine: Array
    cosine: Array


class PairEvaluation:
    """Evaluates the kernels of a recursion on pairs of points, given the input kernel <x, x'> on them.

    Forward covariances are evaluated in half-angle coordinates, everything else entrywise; each definition once.
    `row` and `column` hold the indices i and j of the pairs.
    """

    def __init__(
        self,
        equations: Mapping[sympy.Symbol, sympy.Expr],
        inputs: Pairs,
        row: np.ndarray,
        column: np.ndarray,
        system: NumberSystem,
    ) -> None:
        self.equations = equations
        self.row = row
        self.column = column
        self.system = system
        self._pairs: dict[sympy.Expr, Pairs] = {input_kernel: inputs}
        self._entries: dict[sympy.Expr, Array] = {}
        self._angles: dict[sympy.Expr, Angles] = {}

    def entries(self, expression: sympy.Expr) -> Any:
        """The entries k(x_i, x_j) of the kernel `expression`; a scalar if the kernel is constant."""
        for symbol in self._unknown(expression):
            self._known(symbol)
        return self._known(expression)

    def _unknown(self, expression: sympy.Expr) -> list[sympy.Symbol]:
        """The symbols on which the expression rests, in the order of their definition: deep networks do not recurse."""
        reached = {symbol for symbol in expression.free_symbols if symbol not in self._entries}
        waiting = list(reached)
        while waiting:
            new = self.equations.get(waiting.pop(), sympy.S.Zero).free_symbols - reached - self._entries.keys()
            reached |= new
            waiting += new
        return [symbol for symbol in self.equations if symbol in reached]

    def _known(self, expression: sympy.Expr) -> Any:
        if expression not in self._entries:
            self._entries[expression] = self._find_entries(expression)
        return self._entries[expression]

    def _find_entries(self, expression: sympy.Expr) -> Any:
        if expression in self._pairs:
            return self._pairs[expression].cross
        match expression:
            case sympy.Symbol():
                return self._known(self.equations[expression])
            case relu_moment():
                return self.pairs(expression).cross
            case step_moment():
                form = half_angle.moment(0)
                return evaluate(form.variance * form.correlation, self.system, self._half_angles(expression))
        moments = expression.atoms(relu_moment, step_moment)
        symbols = expression.xreplace(dict.fromkeys(moments, sympy.pi)).free_symbols  # those outside moments
        return evaluate(expression, self.system, {node: self._known(node) for node in moments | symbols})

    def pairs(self, expression: sympy.Expr) -> Pairs:
        """The kernel `expression` in half-angle coordinates: a sum of multiples of symbols and ReLU moments."""
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
                    total = self._add(total, other, half_angle.addition())
                return total if constant == 0 else self._add(total, self._constant(constant, total), _shift())
            case sympy.Mul():
                constant, kernel = expression.as_independent(sympy.Symbol, relu_moment, as_Add=False)
                return self._scale(constant, self.pairs(kernel))
        raise ValueError(f"{expression} has no half-angle coordinates")

    def _constant(self, value: sympy.Expr, like: Pairs) -> Pairs:
        number = evaluate(value, self.system, {})
        return Pairs(like.norms * 0 + evaluate(sympy.sqrt(value), self.system, {}), number, None, None)

    def _scale(self, factor: sympy.Expr, pairs: Pairs) -> Pairs:
        norms = evaluate(sympy.sqrt(factor), self.system, {}) * pairs.norms
        cross = evaluate(factor, self.system, {}) * pairs.cross
        return Pairs(norms, cross, pairs.sine_squared, pairs.cosine_squared)

    def _add(self, one: Pairs, two: Pairs, form: half_angle.HalfAngle) -> Pairs:
        norms = self.system.hypot(one.norms, two.norms)
        first_share = self.system.ratio(one.norms, norms, 1)
        second_share = self.system.ratio(two.norms, norms, 0)
        values = {
            half_angle.P1: first_share[self.row], half_angle.R1: first_share[self.column],
            half_angle.P2: second_share[self.row], half_angle.R2: second_share[self.column],
            half_angle.S1: one.sine_squared, half_angle.C1: one.cosine_squared,
            half_angle.S2: two.sine_squared, half_angle.C2: two.cosine_squared,
        }  # fmt: skip
        sine_squared, cosine_squared = evaluate_all(form, self.system, values)
        return Pairs(norms, one.cross + two.cross, sine_squared, cosine_squared)

    def _moment(self, expression: sympy.Expr) -> Pairs:
        form = half_angle.moment(1)
        values = self._half_angles(expression)
        norms = evaluate(sympy.sqrt(form.variance), self.system, {}) * self.pairs(expression.args[0]).norms
        correlation = evaluate(form.correlation, self.system, values)
        return Pairs(
            norms,
            norms[self.row] * norms[self.column] * correlation,
            self.system.nonnegative(evaluate(form.half_angle.sine_squared, self.system, values)),
            evaluate(form.half_angle.cosine_squared, self.system, values),
        )

    def _half_angles(self, expression: sympy.Expr) -> dict[sympy.Symbol, Array]:
        """What the half-angle forms of a moment need: S, and its angular function at theta and at psi."""
        covariance = expression.args[0]
        pairs = self.pairs(covariance)
        if covariance not in self._angles:
            self._angles[covariance] = self._find_angles(pairs)
        angles = self._angles[covariance]
        values = {half_angle.S: pairs.sine_squared}
        power = 1 if isinstance(expression, relu_moment) else 0
        angular = self.system.angular
        values[half_angle.angular_psi] = angular(power, 2 * angles.half_supplement, angles.sine, -angles.cosine)
        if power == 1:
            values[half_angle.angular_theta] = angular(power, 2 * angles.half, angles.sine, angles.cosine)
        return values

    def _find_angles(self, pairs: Pairs) -> Angles:
        sine, cosine = self.system.sqrt(pairs.sine_squared), self.system.sqrt(pairs.cosine_squared)
        half, half_supplement = self.system.angles(sine, cosine)
        return Angles(half, half_supplement, 2 * sine * cosine, pairs.cosine_squared - pairs.sine_squared)


@cache
def _shift() -> half_angle.HalfAngle:
    """The half-angle squares of a kernel plus a constant, whose angle is zero."""
    constant = {half_angle.S2: 0, half_angle.C2: 1}
    return half_angle.HalfAngle(*(part.subs(constant) for part in half_angle.addition()))
