"""Gaussian moments of analytic activations by Hermite series with certified coefficients and tails.

For (u, v) with deviations sigma, sigma' and correlation rho (Mehler),

    E[s(u) s(v)] = sum_k a_k(sigma) a_k(sigma') rho^k,    a_k(sigma) = E[s(sigma g) h_k(g)],

h_k the Hermite polynomials with E[h_j(g) h_k(g)] = 1(j = k). The a_k and E[s(sigma g)^2] are sums of the trapezoidal
rule with step t on |x| <= X. Let |s(w)| <= A + B |Re w| for |Im w| <= y, and a = y / sigma. Then the step's error is at
most 2 M / (e^(2 pi a / t) - 1), M the integral of the modulus along a line at height at most a (Trefethen and Weideman
2014, theorem 5.1), where by the inequality of Cauchy and Schwarz

    M <= e^(a^2/2) sqrt(E(A + B sigma |g|)^2 E|h_k(g + i a)|^2),    E|h_k(g + i a)|^2 = L_k(-a^2),

L_k a Laguerre polynomial; and what lies beyond X is bounded by |h_k(x)| <= 1.0865 e^(x^2/4) (Cramer). The rest of the
series is at most sqrt(T(sigma) T(sigma')), T = E[s^2] - sum a_k^2 over the terms taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import flint
import numpy as np

from numerics.networks.entrywise import NUMPY, entrywise
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Array, Balls, DoubleBalls, Float64, Mpmath, NumberSystem, evaluate
from theory.activations import Analytic
from theory.activations.activation import z

CRAMER = flint.arb("1.0865")
BALLS = Balls(53)  # stateless in what it evaluates: the precision is that of the surrounding context
MOST_TERMS = 2048
MOST_ENCLOSED = 512
"""The longest series in doubles and mpmath, and in balls; what a longer one would add is in the tail of the balls."""
MOST_NODES = 40_000
GUARD = 40
"""Bits beyond those of the result, for the cancellation in T."""
OUT_OF_REACH = (
    "the kernel of {} at pre-activations of deviation {:.3g} is out of reach of its series: "
    "take smaller weights or points"
)


@dataclass(frozen=True)
class Grid:
    """The trapezoidal rule for `terms` coefficients: nodes j step for |j| <= count, a strip |Im x| <= a."""

    terms: int
    step: float
    count: int
    a: float
    bits: int

    @property
    def nodes(self) -> np.ndarray:
        """The nodes, shape (2 count + 1,), ascending: doubles, as they are multiples of a step of few bits."""
        return self.step * np.arange(-self.count, self.count + 1)


@dataclass(frozen=True)
class Series:
    """a_0, a_1, .. one array a term, an entry for every deviation; and sqrt(T), None where it is below rounding.

    Of n deviations each array has the shape (n,).
    """

    coefficients: Sequence[Array]
    tail: Array | None

    def sum(self, row: np.ndarray, column: np.ndarray, correlation: Array, system: NumberSystem) -> Array:
        """E[s(u) s(v)] on P pairs: the indices `row` and `column` of their deviations, and their correlations.

        All three and the result have the shape (P,). Balls of `system` contain the exact values if the series' own do.
        """
        total: Any = None
        for coefficient in reversed(self.coefficients):
            product = coefficient[row] * coefficient[column]
            total = product if total is None else total * correlation + product
        if self.tail is None:
            return total
        tail = self.tail[row] * self.tail[column]
        return total + (tail if isinstance(system, DoubleBalls) else _around_zero(tail))


def series(activation: Analytic, order: int, deviations: Array, system: NumberSystem) -> Series:
    """The series of s (order 0) or s' (order 1) at deviations of shape (n,), to the precision of the system.

    For balls every coefficient and the tail are enclosed, whatever the deviations; they are made for half of the bits.
    Raises ValueError in float64 and mpmath if the series is too long for their precision: for deviations far above the
    width of the strip.
    """
    match system:
        case Float64():
            grid = _grid(activation, order, float(np.max(deviations)), 54)
            coefficients = _float_coefficients(activation, order, deviations, grid)
            squares = np.square(coefficients)
            if grid.terms == MOST_TERMS and (squares[-8:].max(axis=0) > 1e-18 * squares.sum(axis=0)).any():
                raise ValueError(OUT_OF_REACH.format(activation.name, np.max(deviations)))
            return Series(coefficients, None)
        case Mpmath():
            bits = int(3.33 * system.digits) + 20
            balls = [_ball_of(value, bits) for value in deviations]
            coefficients, tails = _enclosed(activation, order, balls, bits, MOST_TERMS)
            if not all(tail < flint.arb(10) ** (-system.digits // 2 - 2) for tail in tails):
                raise ValueError(OUT_OF_REACH.format(activation.name, float(max(deviations))))
            convert = np.frompyfunc(lambda ball: _to_mpmath(ball, system), 1, 1)
            return Series([convert(row) for row in coefficients], None)
        case DoubleBalls():
            with flint.ctx.workprec(128):
                balls = [flint.arb(c, r) for c, r in zip(deviations.centre, deviations.radius, strict=True)]
            coefficients, tails = _enclosed(activation, order, balls, 54)
            upper = np.array([np.nextafter(float(tail.upper()), np.inf) for tail in tails])
            return Series([_float_balls(row) for row in coefficients], FloatBalls(np.zeros(len(upper)), upper))
        case Balls():
            return Series(*_enclosed(activation, order, list(deviations), system.bits // 2 + 10))
    raise TypeError(f"no Hermite series in {system!r}")


def _enclosed(
    activation: Analytic, order: int, deviations: list[flint.arb], bits: int, most: int = MOST_ENCLOSED
) -> tuple[list[np.ndarray], np.ndarray]:
    """The enclosed coefficients and tails, of as many terms as the bits are likely to need: the tails are proved."""
    largest = max(float(deviation.upper()) for deviation in deviations)
    return _ball_series(activation, order, deviations, _grid(activation, order, largest, bits, most))


def _grid(activation: Analytic, order: int, deviation: float, bits: int, most: int = MOST_TERMS) -> Grid:
    """A grid that is likely to leave a tail below 2^-bits of the mean square.

    With the nearest singularity at a height b / sigma, a_k falls like exp(-b sqrt(k) / sigma); here b is twice the
    width of the strip.
    """
    deviation = deviation if math.isfinite(deviation) else 1e9
    width = float(activation.strip(order).width)
    terms = min(16 + math.ceil(1.2 * (bits * math.log(2) * deviation / (4 * width)) ** 2), most)
    # On a higher strip the step may be longer, but the moduli grow.
    a = min(width / max(deviation, 1e-9), math.sqrt(bits))
    needed = (bits + GUARD) * math.log(2) + a * a / 2 + a * math.sqrt(terms)
    step = _rounded(2 * math.pi * a / needed)
    count = math.ceil(math.sqrt(4 * (bits + GUARD) * math.log(2)) / step)
    return Grid(terms, step, min(count, MOST_NODES), a, bits)


def _rounded(step: float) -> float:
    """A step of at most ten bits, not above this one, so that its multiples are doubles."""
    mantissa, exponent = math.frexp(step)
    return math.ldexp(math.floor(mantissa * 1024), exponent - 10)


def _float_coefficients(activation: Analytic, order: int, deviations: np.ndarray, grid: Grid) -> list[np.ndarray]:
    form = activation.derivative if order else activation.function
    nodes = grid.nodes
    values = entrywise(form, NUMPY)(nodes[:, None] * deviations[None, :])
    weights = grid.step * np.exp(-nodes * nodes / 2) / math.sqrt(2 * math.pi)
    before, polynomial = np.zeros_like(nodes), np.ones_like(nodes)
    rows = []
    for degree in range(grid.terms):
        rows.append((weights * polynomial) @ values)
        following = (nodes * polynomial - math.sqrt(degree) * before) / math.sqrt(degree + 1)
        before, polynomial = polynomial, following
    return rows


def _ball_series(
    activation: Analytic, order: int, deviations: list[flint.arb], grid: Grid
) -> tuple[list[np.ndarray], np.ndarray]:
    """The enclosed coefficients, a row of balls a term, and upper bounds of sqrt(T)."""
    with flint.ctx.workprec(grid.bits + GUARD):
        values = _values(activation, order, deviations, grid)
        table = _hermite_table(grid)
        products = (table * values).table()
        errors = [_coefficient_error(activation, order, deviation, grid) for deviation in deviations]
        coefficients = [
            np.array([value + error * flint.arb(0, 1) for value, error in zip(row, errors, strict=True)], dtype=object)
            for row in products
        ]
        squares = _mean_squares(activation, order, deviations, grid, values)
        taken = [sum((row[i] * row[i] for row in coefficients), flint.arb(0)) for i in range(len(deviations))]
        tails = [(square - part).nonnegative_part().upper().sqrt() for square, part in zip(squares, taken, strict=True)]
        return coefficients, np.array(tails, dtype=object)


def _values(activation: Analytic, order: int, deviations: list[flint.arb], grid: Grid) -> flint.arb_mat:
    """s(sigma x) at the nodes x, a row each."""
    arguments = np.array([[flint.arb(x) * sigma for sigma in deviations] for x in grid.nodes], dtype=object)
    return flint.arb_mat(evaluate(activation.continuation(order), BALLS, {z: arguments}).tolist())


@cache
def _hermite_table(grid: Grid) -> flint.arb_mat:
    """step phi(x) h_k(x), a row for every k.

    The radii of the recurrence grow by |x| / sqrt(k + 1) + sqrt(k / (k + 1)) a term: so many more bits are carried.
    """
    degrees = np.arange(grid.terms)
    growth = (abs(grid.nodes[0]) + np.sqrt(degrees)) / np.sqrt(degrees + 1)
    rows = []
    with flint.ctx.workprec(grid.bits + GUARD + math.ceil(np.log2(growth).clip(0).sum())):
        nodes = [flint.arb(x) for x in grid.nodes[: grid.count + 1]]  # h_k is even or odd
        scale = flint.arb(grid.step) / (2 * flint.arb.pi()).sqrt()
        current = [scale * (-x * x / 2).exp() for x in nodes]
        before = [flint.arb(0)] * len(nodes)
        for degree in range(grid.terms):
            mirrored = current[-2::-1]
            rows.append(current + ([-value for value in mirrored] if degree % 2 else mirrored))
            low, high = flint.arb(degree).sqrt(), 1 / flint.arb(degree + 1).sqrt()
            following = [(x * now - low * last) * high for x, now, last in zip(nodes, current, before, strict=True)]
            before, current = current, following
    return flint.arb_mat(rows)


def _coefficient_error(activation: Analytic, order: int, deviation: flint.arb, grid: Grid) -> flint.arb:
    """A bound on the error of the rule for every a_k, k below the number of terms."""
    constant, slope = _bounds(activation, order)
    growth = (flint.arb(2) * (constant**2 + (slope * deviation) ** 2) * _laguerre(grid)).sqrt()
    end = flint.arb(grid.count) * flint.arb(grid.step)
    beyond = 4 * CRAMER / (2 * flint.arb.pi()).sqrt() * (constant / end + slope * deviation) * (-end * end / 4).exp()
    return (_step_error(activation, order, deviation, grid, growth) + beyond).upper()


def _mean_squares(
    activation: Analytic, order: int, deviations: list[flint.arb], grid: Grid, values: flint.arb_mat | None = None
) -> list[flint.arb]:
    """E[s(sigma g)^2], enclosed."""
    table = (_values(activation, order, deviations, grid) if values is None else values).table()
    constant, slope = _bounds(activation, order)
    scale = flint.arb(grid.step) / (2 * flint.arb.pi()).sqrt()
    weights = [scale * (-(flint.arb(x) ** 2) / 2).exp() for x in grid.nodes]
    end = flint.arb(grid.count) * flint.arb(grid.step)
    found = []
    for index, deviation in enumerate(deviations):
        total = sum((weight * row[index] ** 2 for weight, row in zip(weights, table, strict=True)), flint.arb(0))
        growth = 2 * (constant**2 + (slope * deviation) ** 2)
        beyond = 4 / (2 * flint.arb.pi()).sqrt() * (-end * end / 2).exp()
        beyond *= constant**2 / end + (slope * deviation) ** 2 * (end + 1 / end)
        error = (_step_error(activation, order, deviation, grid, growth) + beyond).upper()
        found.append(total + error * flint.arb(0, 1))
    return found


def _step_error(activation: Analytic, order: int, deviation: flint.arb, grid: Grid, growth: flint.arb) -> flint.arb:
    """2 M / (e^(2 pi a / step) - 1) with M = e^(a^2/2) growth; infinite where a strip of height a is not in reach."""
    a, width = flint.arb(grid.a), evaluate(activation.strip(order).width, BALLS, {})
    if not a * deviation <= width * (1 + flint.arb(2) ** -40):
        return flint.arb.pos_inf()
    a = a * (1 - flint.arb(2) ** -30)
    return 2 * (a * a / 2).exp() * growth / ((2 * flint.arb.pi() * a / flint.arb(grid.step)).exp() - 1)


def _laguerre(grid: Grid) -> flint.arb:
    """L_N(-a^2), N the number of terms: it grows with N."""
    x = flint.arb(grid.a) ** 2
    term = total = flint.arb(1)
    for i in range(1, grid.terms + 1):
        term = term * (grid.terms - i + 1) * x / (flint.arb(i) ** 2)
        total = total + term
    return total


def _bounds(activation: Analytic, order: int) -> tuple[flint.arb, flint.arb]:
    strip = activation.strip(order)
    return evaluate(strip.constant, BALLS, {}), evaluate(strip.slope, BALLS, {})


def _around_zero(tails: Array) -> Array:
    return np.frompyfunc(lambda tail: tail.upper() * flint.arb(0, 1), 1, 1)(tails)


def _float_balls(row: np.ndarray) -> FloatBalls:
    centre = np.array([float(ball.mid()) for ball in row])
    radius = [float((ball - c).abs_upper()) for ball, c in zip(row, centre.tolist(), strict=True)]
    return FloatBalls(centre, np.nextafter(np.array(radius), np.inf))


def _ball_of(value: Any, bits: int) -> flint.arb:
    with flint.ctx.workprec(bits + GUARD):
        sign, mantissa, exponent, _ = value._mpf_
        return flint.arb((-1) ** sign * int(mantissa)) * flint.arb(2) ** exponent


def _to_mpmath(ball: flint.arb, system: Mpmath) -> Any:
    mantissa, exponent = ball.mid().man_exp()
    return system.context.mpf(int(mantissa)) * system.context.mpf(2) ** int(exponent)
