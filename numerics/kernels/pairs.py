"""Kernels on pairs of points over any number system, for the ReLU family in half-angle coordinates."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, partial, reduce
from typing import Any, NamedTuple

import numpy as np
import sympy

from numerics.kernels.hermite import series
from numerics.kernels.positions import Positions
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Array, NumberSystem, evaluate, evaluate_all
from numerics.numbers.traced import Traced
from theory import half_angle
from theory.activations import Analytic, Elementary, GaussianMoment, Homogeneous
from theory.integrals import c, p, r
from theory.positions import Patches, PositionMap, equal_positions, neighbours, total
from theory.recursion import input_kernel

MAPS = (GaussianMoment, PositionMap)
"""What makes kernels of kernels."""
Indices = Any
"""The indices of points, an array of shape (P,); one `Index` in a trace."""


@dataclass(frozen=True)
class Pairs:
    """A kernel k on P pairs of n points (x_i, x_j), given by the index arrays of a `PairEvaluation`.

    norms    sqrt(k(x_i, x_i)), one a point, shape (n,)
    cross    k(x_i, x_j), one a pair, shape (P,); one number if k is constant
    squares  computes sin^2 and cos^2 of half the angle between the feature vectors, (P,) each: the ReLU family's means
    acute    whether it is known that no angle is obtuse: then cos^2 is 1 - sin^2, which loses nothing, and may be None
    """

    norms: Array
    cross: Array
    squares: Callable[[], tuple[Array, Array | None]]
    acute: bool = False

    @cached_property
    def _squares(self) -> tuple[Array, Array | None]:
        return self.squares()

    @property
    def sine_squared(self) -> Array:
        """sin^2 of half the angle, shape (P,)."""
        return self._squares[0]

    @cached_property
    def cosine_squared(self) -> Array:
        """cos^2 of half the angle, shape (P,)."""
        return 1 - self.sine_squared if self.acute else self._squares[1]


class Angles(NamedTuple):
    """The angle of each pair and its supplement, their sine, and the cosine of either, of shape (P,) each."""

    theta: Array
    psi: Array
    sine: Array
    cosine: Array
    cosine_of_psi: Array


class PairEvaluation:
    """Evaluates the kernels of a recursion on pairs of points, given the input kernel <x, x'> on them.

    Forward covariances are evaluated with their norms, and their angles where the ReLU family needs them; everything
    else entrywise; each definition once. `row` and `column`, shape (P,), hold the indices i and j of the pairs.
    Points of images are positions of inputs: then `positions` says how.
    """

    def __init__(
        self,
        equations: Mapping[sympy.Symbol, sympy.Expr],
        inputs: Pairs,
        row: Indices,
        column: Indices,
        system: NumberSystem,
        positions: Positions | None = None,
    ) -> None:
        self.equations = equations
        self.positions = positions
        self.row = row
        self.column = column
        self.system = system
        self._pairs: dict[sympy.Expr, Pairs] = {input_kernel: inputs}
        self._entries: dict[sympy.Expr, Array] = {}
        if positions is not None:
            self._entries[equal_positions] = positions.equal(row, column, inputs.cross)
        self._angles: dict[sympy.Expr, Angles] = {}

    def entries(self, expression: sympy.Expr) -> Any:
        """The entries k(x_i, x_j) of the kernel `expression`, shape (P,); a scalar if the kernel is constant."""
        for symbol in self._unknown(expression):
            self._known(symbol)
        return self._known(expression)

    def _unknown(self, expression: sympy.Expr) -> list[sympy.Symbol]:
        """The symbols on which the expression rests, in the order of their definition: deep networks do not recurse."""
        reached = {symbol for symbol in _symbols(expression) if symbol not in self._entries}
        waiting = list(reached)
        while waiting:
            new = _symbols(self.equations.get(waiting.pop(), sympy.S.Zero)) - reached - self._entries.keys()
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
            case GaussianMoment() if expression.order == 0:
                return self.pairs(expression).cross
            case GaussianMoment():
                return self._slope_moment(expression)
            case Patches():
                entries = self._everywhere(self._known(expression.args[0]))
                return reduce(operator.add, (self._places.moved(entries, offset) for offset in _offsets(expression)))
            case total():
                return self._places.total(self._everywhere(self._known(expression.args[0])))
        return evaluate(expression, self.system, {node: self._known(node) for node in _leaves(expression)})

    def pairs(self, expression: sympy.Expr) -> Pairs:
        """The kernel `expression` with its norms and angles: a sum of multiples of symbols and moments."""
        if expression not in self._pairs:
            self._pairs[expression] = self._find_pairs(expression)
        return self._pairs[expression]

    def _find_pairs(self, expression: sympy.Expr) -> Pairs:
        match expression:
            case sympy.Symbol():
                return self.pairs(self.equations[expression])
            case GaussianMoment():
                return self._moment(expression)
            case Patches():
                kernel = self.pairs(expression.args[0])
                moved = [self._moved(kernel, offset) for offset in _offsets(expression)]
                return reduce(partial(self._add, form=half_angle.addition()), moved)
            case total():
                return self._total(expression)
            case sympy.Add():
                constant, terms = expression.as_coeff_add()
                summed = reduce(partial(self._add, form=half_angle.addition()), map(self.pairs, terms))
                return summed if constant == 0 else self._add(summed, self._constant(constant, summed), _shift())
            case sympy.Mul():
                constant, factor = expression.as_independent(sympy.Symbol, *MAPS, as_Add=False)
                return self._scale(constant, self.pairs(factor))
        raise ValueError(f"{expression} is no sum of multiples of kernels")

    @property
    def _places(self) -> Positions:
        if self.positions is None:
            raise ValueError("kernels on positions need inputs that are images")
        return self.positions

    def _everywhere(self, values: Any) -> Array:
        """The entries of a kernel, also where it is constant."""
        constant = getattr(values, "shape", ()) == ()
        return self._pairs[input_kernel].cross * 0 + values if constant else values

    def _moved(self, pairs: Pairs, offset: Sequence[int | None]) -> Pairs:
        """The kernel at positions moved by one offset of a filter; zero beyond the edge, and so is its angle."""
        moved = partial(self._places.moved, offset=offset)
        norms = self._places.moved_norms(pairs.norms, offset)

        def squares() -> tuple[Array, Array | None]:
            return moved(pairs.sine_squared), None if pairs.acute else moved(pairs.cosine_squared, beyond=1)

        return Pairs(norms, moved(pairs.cross), squares, pairs.acute)

    def _total(self, expression: sympy.Expr) -> Pairs:
        """A sum over positions; doubles have half their digits for the angles of near inputs."""
        places, cross = self._places, self.entries(expression)
        norms = self.system.sqrt(self.system.nonnegative(places.diagonal(expression)))
        row, column = places.first(self.row), places.first(self.column)
        return Pairs(norms, cross, lambda: half_angles_of(norms, cross, row, column, self.system))

    def _constant(self, value: sympy.Expr, like: Pairs) -> Pairs:
        number = evaluate(value, self.system, {})
        return Pairs(like.norms * 0 + evaluate(sympy.sqrt(value), self.system, {}), number, lambda: (0, 1), acute=True)

    def _scale(self, factor: sympy.Expr, pairs: Pairs) -> Pairs:
        norms = _multiple(evaluate(sympy.sqrt(factor), self.system, {}), pairs.norms)
        cross = evaluate(factor, self.system, {}) * pairs.cross
        return Pairs(norms, cross, lambda: pairs._squares, pairs.acute)

    def _add(self, one: Pairs, two: Pairs, form: half_angle.HalfAngle) -> Pairs:
        norms = self.system.hypot(one.norms, two.norms)
        acute = one.acute and two.acute

        def squares() -> tuple[Array, Array | None]:
            first_share = self.system.ratio(one.norms, norms, 1)
            second_share = self.system.ratio(two.norms, norms, 0)
            shares = {half_angle.P1: first_share, half_angle.P2: second_share}
            cosine, sine = evaluate_all(half_angle.halved(), self.system, shares)
            values = {
                half_angle.P1: first_share[self.row], half_angle.R1: first_share[self.column],
                half_angle.P2: second_share[self.row], half_angle.R2: second_share[self.column],
                half_angle.P_COSINE: cosine[self.row], half_angle.R_COSINE: cosine[self.column],
                half_angle.P_SINE: sine[self.row], half_angle.R_SINE: sine[self.column],
                half_angle.S1: one.sine_squared, half_angle.S2: two.sine_squared,
            }  # fmt: skip
            if acute:
                return evaluate_all(form[:1], self.system, values)[0], None
            values |= {half_angle.C1: one.cosine_squared, half_angle.C2: two.cosine_squared}
            sine_squared, cosine_squared = evaluate_all(form, self.system, values)
            return sine_squared, cosine_squared

        return Pairs(norms, one.cross + two.cross, squares, acute)

    def _moment(self, expression: GaussianMoment) -> Pairs:
        """The kernel E[s(u) s(v)]."""
        covariance = self.pairs(expression.args[0])
        match expression.activation:
            case Homogeneous():
                return self._homogeneous_moment(expression, covariance)
            case Elementary() as activation:
                form, variances = activation.form(0), covariance.norms * covariance.norms
                mean_squares = evaluate_all([form], self.system, {p: variances, c: variances, r: variances})[0]
                cross = self._elementary(form, covariance)
            case Analytic() as activation:
                norms = covariance.norms
                found = series(activation, 0, norms, self.system)
                everyone = np.arange(len(norms))
                mean_squares = found.sum(everyone, everyone, norms * 0 + self._one, self.system)
                cross = found.sum(self.row, self.column, self._correlation(covariance), self.system)
            case other:
                raise TypeError(f"no Gaussian moments of {other!r} are known")
        norms = self.system.sqrt(self.system.nonnegative(mean_squares + covariance.norms * 0))
        return Pairs(norms, cross, lambda: half_angles_of(norms, cross, self.row, self.column, self.system))

    def _slope_moment(self, expression: GaussianMoment) -> Any:
        """The entries of E[s'(u) s'(v)]."""
        match expression.activation:
            case Homogeneous() as activation:
                form = half_angle.moment(*activation.moment_sides(1))
                values = self._half_angles(expression)
                found = evaluate(form.variance * form.correlation, self.system, values)
                return self._zero_at_kinks(found, self.pairs(expression.args[0]).norms)
            case Elementary() as activation:
                return self._elementary(activation.form(1), self.pairs(expression.args[0]))
            case Analytic() as activation:
                covariance = self.pairs(expression.args[0])
                found = series(activation, 1, covariance.norms, self.system)
                return found.sum(self.row, self.column, self._correlation(covariance), self.system)
        raise TypeError(f"no Gaussian moments of {expression.activation!r} are known")

    def _zero_at_kinks(self, values: Array, norms: Array) -> Array:
        """A slope's moment is zero where a variance is exactly zero: there the slope is that at the kink."""
        zero = _is_zero(norms)
        kinked = zero[self.row] | zero[self.column]
        return values if isinstance(kinked, np.ndarray) and not kinked.any() else _replace(values, kinked, 0)

    @property
    def _one(self) -> Any:
        return self.system.rational(Fraction(1))

    def _elementary(self, form: sympy.Expr, covariance: Pairs) -> Any:
        variances = covariance.norms * covariance.norms
        values = {p: variances[self.row], c: covariance.cross, r: variances[self.column]}
        return evaluate_all([form], self.system, values)[0]

    def _correlation(self, covariance: Pairs) -> Array:
        norms = covariance.norms
        return self.system.ratio(covariance.cross, norms[self.row] * norms[self.column], 0)

    def _homogeneous_moment(self, expression: GaussianMoment, covariance: Pairs) -> Pairs:
        activation = expression.activation
        assert isinstance(activation, Homogeneous)
        power, right, left = activation.moment_sides(0)
        form = half_angle.moment(power, right, left)
        deviation = evaluate(sympy.sqrt(form.variance), self.system, {})
        norms = covariance.norms if power else self.system.ratio(covariance.norms, covariance.norms, 0)
        norms = _multiple(deviation, norms)
        values = self._half_angles(expression)
        correlation = evaluate(form.correlation, self.system, values)

        def squares() -> tuple[Array, Array | None]:
            sine_squared = evaluate(form.half_angle.sine_squared, self.system, values)
            if form.obtuse is not None:
                obtuse = evaluate(form.obtuse, self.system, values)
                sine_squared = self.system.where_less(values[half_angle.C], values[half_angle.S], obtuse, sine_squared)
            cosine_squared = None if form.acute else evaluate(form.half_angle.cosine_squared, self.system, values)
            return self.system.nonnegative(sine_squared), cosine_squared

        return Pairs(norms, norms[self.row] * norms[self.column] * correlation, squares, form.acute)

    def _half_angles(self, expression: GaussianMoment) -> dict[sympy.Symbol, Array]:
        """What the half-angle forms of a moment need: S and C, and its angular function at theta and at psi."""
        covariance = expression.args[0]
        pairs = self.pairs(covariance)
        if covariance not in self._angles:
            self._angles[covariance] = self._find_angles(pairs)
        angles = self._angles[covariance]
        values = {half_angle.S: pairs.sine_squared, half_angle.C: pairs.cosine_squared}
        activation = expression.activation
        assert isinstance(activation, Homogeneous)
        power, _, left = activation.moment_sides(expression.order)
        angular = self.system.angular
        values[half_angle.angular_psi] = angular(power, angles.psi, angles.sine, angles.cosine_of_psi)
        if power == 1 or left != 0 or expression.order == 0:
            values[half_angle.angular_theta] = angular(power, angles.theta, angles.sine, angles.cosine)
        return values

    def _find_angles(self, pairs: Pairs) -> Angles:
        cosine = pairs.cosine_squared - pairs.sine_squared
        return Angles(*self.system.angles(pairs.sine_squared, pairs.cosine_squared), cosine, -cosine)


def _multiple(factor: Any, norms: Array) -> Array:
    """A multiple of norms: what is exactly zero stays so, also in balls of doubles, whose products underflow."""
    found = factor * norms
    if isinstance(norms, FloatBalls):
        return FloatBalls(found.centre, np.where(norms.is_zero(), 0.0, found.radius))
    return found


@cache
def _symbols(expression: sympy.Expr) -> frozenset[sympy.Symbol]:
    return frozenset(expression.free_symbols)


@cache
def _leaves(expression: sympy.Expr) -> list[sympy.Expr]:
    """The moments, and the symbols outside moments, of which an expression is made."""
    moments = expression.atoms(*MAPS)
    return [*moments, *expression.xreplace(dict.fromkeys(moments, sympy.pi)).free_symbols]


@cache
def _offsets(expression: Patches) -> tuple[tuple[int | None, ...], ...]:
    return neighbours(expression.image, expression.size, expression.padding)


@cache
def _shift() -> half_angle.HalfAngle:
    """The half-angle squares of a kernel plus a constant, whose angle is zero."""
    constant = {half_angle.S2: 0, half_angle.C2: 1}
    return half_angle.HalfAngle(*(part.subs(constant) for part in half_angle.addition()))


def half_angles_of(
    norms: Array, cross: Array, row: np.ndarray, column: np.ndarray, system: NumberSystem
) -> tuple[Array, Array]:
    """sin^2 and cos^2 of half the angle of P pairs, shape (P,) each, from norms and inner products.

    `norms` has the shape (n,), `cross` and the indices `row` and `column` of the pairs' points (P,). 1 - cos(theta)
    cancels for near points: exact inputs repair that by more precision, doubles keep half their digits.
    """
    scale = norms[row] * norms[column]
    twice = 2 * scale
    sine_squared = system.nonnegative(system.ratio(scale - cross, twice, 0))
    cosine_squared = system.nonnegative(system.ratio(scale + cross, twice, 1))
    # The angle at the origin is taken to be zero, as `ratio` does, whose whole may be a product about zero.
    zero = _is_zero(norms)
    same = (row == column) | zero[row] | zero[column]
    return _replace(sine_squared, same, 0), _replace(cosine_squared, same, 1)


def _is_zero(norms: Array) -> Any:
    """Which norms are exactly zero, shape (n,)."""
    return norms.is_zero() if isinstance(norms, FloatBalls | Traced) else np.asarray(norms == 0, dtype=bool)


def _replace(values: Array, where: Any, number: int) -> Array:
    if isinstance(values, FloatBalls | Traced):
        return values.replaced(where, number)
    values[where] = values[where] * 0 + number
    return values
