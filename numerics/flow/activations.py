"""Secant slopes of activations along a step, and the equations that kinks on which the flow slides solve.

Over a step from z to z' an activation phi changes by lam (z' - z), lam = (phi(z') - phi(z))/(z' - z) its secant slope.
For the ReLU lam lies in [0, 1]: 0 or 1 away from the kink, the right fraction while the flow slides along it. What a
neuron does depends on its own slope, z' = zeta + p lam with p < 0 at an attracting kink, so that lam solves a scalar
equation with one solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import expit

import theory.activations
from numerics.networks.entrywise import NUMPY, function_and_slope
from theory.activations import Homogeneous, Relu, Softplus

if TYPE_CHECKING:
    from numerics.flow.shared_kinks import Sharing

Array = np.ndarray


@dataclass(frozen=True)
class ReluActivation:
    """max(0, z), with the slope 1(z > 0). Shapes as for `Activation`."""

    kinked: ClassVar[bool] = True
    sides: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def value(self, values: Array) -> Array:
        """max(0, z), entry by entry."""
        return np.maximum(values, 0.0)

    def slope(self, values: Array) -> Array:
        """1(z > 0) as doubles: 0 at the kink."""
        return (values > 0).astype(float)

    def secant(self, start: Array, end: Array) -> Array:
        """The secant slope, exactly 0 or 1 where no sign changes."""
        positive = start > 0
        slopes, crossing = positive.astype(float), positive != (end > 0)
        if crossing.any():
            before, after = start[crossing], end[crossing]
            with np.errstate(invalid="ignore"):
                slopes[crossing] = (np.maximum(after, 0.0) - np.maximum(before, 0.0)) / (after - before)
        return slopes

    def settled(self, start: Array, middle: Array, reach: Array) -> Array:
        """Where the kink is out of reach (booleans)."""
        return np.where(start > 0, middle - reach > 0, middle + reach < 0)

    def solve(self, start: Array, zeta: Array, strength: Array) -> Array:
        """The slope in closed form, the end y a root of y^2 - b y + c = 0; at a repelling kink the start's side."""
        positive = start >= 0
        stays = np.where(positive, zeta + strength, zeta)
        b = start + zeta + np.where(positive, 0.0, strength)
        c = stays * start
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt(np.maximum(b * b - 4 * c, 0.0))
            root = np.where(positive, -root, root)
            near = np.where(positive, b, -b) <= 0
            end = np.where(near, (b + root) / 2, 2 * c / (b - root))
            end = np.where(np.where(positive, stays >= 0, stays <= 0), stays, end)
            end[~np.isfinite(end)] = 0.0
            change = end - start
            slope = (np.maximum(end, 0.0) - np.maximum(start, 0.0)) / change
            if not change.all():
                at_rest = np.where((start == 0) & (strength != 0), -zeta / strength, self.slope(start))
                slope = np.where(change != 0, slope, at_rest)
        return np.minimum(np.maximum(np.where(np.isfinite(slope), slope, 0.5), 0.0), 1.0)


@dataclass(frozen=True)
class SoftplusActivation:
    """ln(1 + exp(sharpness z)) / sharpness. Shapes as for `Activation`."""

    sharpness: float
    kinked: ClassVar[bool] = False
    sides: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def value(self, values: Array) -> Array:
        """The softplus, without overflow at any z."""
        return np.logaddexp(0, self.sharpness * values) / self.sharpness

    def slope(self, values: Array) -> Array:
        """The logistic function of sharpness z."""
        return expit(self.sharpness * values)

    def secant(self, start: Array, end: Array) -> Array:
        """The secant slope, to full accuracy near start = end too."""
        distance = self.sharpness * np.abs(end - start)
        near = distance < 1
        short, long = np.where(near, distance, 1.0), np.where(near, 1.0, distance)
        upper = self.slope(np.maximum(start, end))
        with np.errstate(divide="ignore", invalid="ignore"):
            close = np.where(short > 0, -np.log1p(upper * np.expm1(-short)) / short, upper)
        return np.where(near, close, self.sharpness * np.abs(self.value(end) - self.value(start)) / long)

    def settled(self, start: Array, middle: Array, reach: Array) -> Array:
        """Where the slope varies by less than 0.02 within reach (booleans)."""
        return self.slope(middle + reach) - self.slope(middle - reach) < 0.02

    def solve(self, start: Array, zeta: Array, strength: Array) -> Array:
        """The slope by Newton's method in a bracket, which every third step halves."""
        low, high, slope = np.zeros_like(start), np.ones_like(start), np.full_like(start, 0.5)
        for step in range(60):
            end = zeta + strength * slope
            secant = self.secant(start, end)
            error = secant - slope
            if np.max(np.abs(error), initial=0.0) < 1e-12:
                break
            low, high = np.where(error > 0, slope, low), np.where(error > 0, high, slope)
            with np.errstate(divide="ignore", invalid="ignore"):
                bend = (self.slope(end) - secant) / (end - start)
                newton = slope + error / (1 - strength * bend)
            trusted = (newton > low) & (newton < high) & (step % 3 != 2)
            slope = np.where(trusted, newton, (low + high) / 2)
        return slope


@dataclass(frozen=True)
class TwoSidedActivation:
    """upper z for z > 0 and lower z for z < 0: lower z + (upper - lower) max(0, z). Shapes as for `Activation`."""

    lower: float
    upper: float
    kinked: ClassVar[bool] = True

    @property
    def sides(self) -> tuple[float, float]:
        """The slopes below and above the kink."""
        return self.lower, self.upper

    def _whole(self, slope: Array) -> Array:
        return self.lower + (self.upper - self.lower) * slope

    def value(self, values: Array) -> Array:
        """The activation, entry by entry."""
        return self.upper * np.maximum(values, 0.0) + self.lower * np.minimum(values, 0.0)

    def slope(self, values: Array) -> Array:
        """The slope of the side; 0 at the kink."""
        return np.where(values > 0, self.upper, np.where(values < 0, self.lower, 0.0))

    def secant(self, start: Array, end: Array) -> Array:
        """The secant slope, exactly that of a side where no sign changes."""
        return self._whole(_RELU.secant(start, end))

    def settled(self, start: Array, middle: Array, reach: Array) -> Array:
        """Where the kink is out of reach (booleans)."""
        return _RELU.settled(start, middle, reach)

    def solve(self, start: Array, zeta: Array, strength: Array) -> Array:
        """The slope in closed form, from that of the ReLU."""
        return self._whole(_RELU.solve(start, zeta + self.lower * strength, (self.upper - self.lower) * strength))


@dataclass(frozen=True)
class SmoothActivation:
    """Any smooth activation, of gain times its argument. Shapes as for `Activation`."""

    layer: theory.activations.Activation
    gain: float
    kinked: ClassVar[bool] = False
    sides: ClassVar[tuple[float, float]] = (0.0, 0.0)

    def value(self, values: Array) -> Array:
        """The activation, entry by entry."""
        return function_and_slope(self.layer, NUMPY)[0](self.gain * values)

    def slope(self, values: Array) -> Array:
        """The derivative by z, entry by entry."""
        return self.gain * function_and_slope(self.layer, NUMPY)[1](self.gain * values)

    def secant(self, start: Array, end: Array) -> Array:
        """The secant slope; of near ends, where the difference cancels, by Gauss's rule for the mean of the slope."""
        change = end - start
        far = np.abs(self.gain * change) > NEAR
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = (self.value(end) - self.value(start)) / change
        if far.all():
            return found
        mean = sum(weight * self.slope(start + node * change) for node, weight in zip(*GAUSS, strict=True))
        return np.where(far, found, mean)

    def settled(self, start: Array, middle: Array, reach: Array) -> Array:
        """Where the slope varies by less than 0.02 within reach, at five points of it (booleans)."""
        slopes = np.stack([self.slope(middle + share * reach) for share in (-1.0, -0.5, 0.0, 0.5, 1.0)])
        return np.ptp(slopes, axis=0) < 0.02

    def solve(self, start: Array, zeta: Array, strength: Array) -> Array:
        """The slope by Newton's method from that at the start; where it does not settle, the step is inconsistent."""
        slope = self.slope(start)
        for _ in range(30):
            end = zeta + strength * slope
            secant = self.secant(start, end)
            error = secant - slope
            if not np.max(np.abs(error), initial=0.0) > 1e-12:
                break
            with np.errstate(divide="ignore", invalid="ignore"):
                bend = np.where(end == start, 0.0, (self.slope(end) - secant) / (end - start))
                newton = slope + error / (1 - strength * bend)
            slope = np.where(np.isfinite(newton), newton, secant)
        return slope


_RELU = ReluActivation()
NEAR = 0.25
GAUSS = (lambda rule: ((rule[0] + 1) / 2, rule[1] / 2))(np.polynomial.legendre.leggauss(8))
"""Nodes and weights on [0, 1]."""

Activation = ReluActivation | SoftplusActivation | TwoSidedActivation | SmoothActivation
"""An activation, entry by entry on arrays; `kinked` ones have points where the flow may slide, between two `sides`.

All arguments of a method have one shape, any, and so has its result.
"""


def activation_of(layer: theory.activations.Activation, gain: float = 1.0) -> Activation:
    """The activation of a layer on gain times its argument. Raises ValueError on one without a gradient."""
    match layer:
        case Relu() if gain == 1:
            return ReluActivation()
        case Softplus() if gain == 1:
            return SoftplusActivation(float(layer.sharpness))
        case Homogeneous():
            if layer.power != 1:
                raise ValueError(f"no gradient passes the activation {layer.name}, nor moves what is below")
            above, below = map(float, layer.sides)
            lower, upper = (-below, above) if gain > 0 else (-above, below)
            return TwoSidedActivation(abs(gain) * lower, abs(gain) * upper)
    return SmoothActivation(layer, gain)


@dataclass(frozen=True)
class SolvedLayer:
    """What `solve_slopes` found, n x m arrays: pre-activations at the end, slopes, where the flow slides on a kink."""

    values: Array
    slopes: Array
    sliding: Array


def solve_slopes(
    activation: Activation,
    start: Array,
    *,
    drift: Array,
    own: Array,
    below: Array,
    push: Array,
    slopes: Array,
    sharing: Sharing,
) -> SolvedLayer:
    """Slopes lam and ends z' = start + drift + own (push * lam), lam = secant(start, z'), for n samples x m neurons.

    `start`, `drift`, `push` and the old `slopes` are n x m. `own` is the n x n kernel through which the layer's own
    parameters answer to the push on its slopes. `drift` is what the layers below contribute; it was made with the old
    `slopes` and `below`, the n x n kernel of the pre-activations in the parameters below (its mean over neurons),
    foresees how it answers to a change of them: without it the iteration over sweeps does not contract at depth >= 2.
    It is foreseen for attracting kinks only: at repelling ones the answer is positive, the iteration converges without,
    and to overestimate it would make it flip to and fro. One sweep of Gauss-Seidel over the samples, all neurons at
    once, and only those with a kink in reach. Samples that share their kinks share the slope.
    """
    foreseen = np.minimum(push, 0.0)
    carried = start + drift
    known = carried - below @ (foreseen * slopes) if below.any() else carried
    settled = activation.settled(start, known, np.abs(own + below) @ np.abs(push))
    settled = sharing.together(settled)
    slopes = np.where(settled, activation.secant(start, carried + own @ (push * slopes)), slopes)
    sliding = np.zeros(start.shape, dtype=bool)
    columns = np.flatnonzero(~settled.all(axis=0))
    if columns.size:
        pushes = np.stack([push[:, columns], foreseen[:, columns]])
        slopes[:, columns], sliding[:, columns] = _gauss_seidel(
            activation,
            start[:, columns],
            known=known[:, columns],
            kernels=np.stack([own, below]),
            pushes=pushes,
            slopes=slopes[:, columns],
            unsettled=~settled[:, columns],
            sharing=sharing,
        )
    return SolvedLayer(carried + own @ (push * slopes), slopes, sliding)


def _gauss_seidel(
    activation: Activation,
    start: Array,
    *,
    known: Array,
    kernels: Array,
    pushes: Array,
    slopes: Array,
    unsettled: Array,
    sharing: Sharing,
) -> tuple[Array, Array]:
    """Slopes, changed in place, and where the flow slides; each of the two kernels acts on its own pushes.

    In each turn every neuron whose kinks are not all settled takes the next of them.
    """
    lower, upper = activation.sides
    sliding = np.zeros(start.shape, dtype=bool)
    waiting = unsettled & sharing.leads[:, None]
    order, counts = np.argsort(~waiting, axis=0, kind="stable"), waiting.sum(axis=0)
    for turn in range(counts.max()):
        columns = np.flatnonzero(counts > turn)
        rows, places = order[turn, columns], np.arange(len(columns))
        answers = np.einsum("kji,kij->ij", kernels[:, rows], pushes[:, :, columns])
        present = slopes[:, columns]
        if sharing.alone:
            strength = answers[rows, places]
            present[rows, places] = 0.0
        else:
            same, opposite = sharing.same_side[:, rows], sharing.opposite_side[:, rows]
            strength = (answers * same).sum(axis=0) - (answers * opposite).sum(axis=0)
            present = np.where(same, 0.0, np.where(opposite, lower + upper, present))
        zeta = known[rows, columns] + (answers * present).sum(axis=0)
        slope = activation.solve(start[rows, columns], zeta, strength)
        slides = activation.kinked & (zeta + lower * strength > 0) & (zeta + upper * strength < 0)
        if sharing.alone:
            slopes[rows, columns], sliding[rows, columns] = slope, slides
        else:
            slopes[:, columns] = np.where(same, slope, np.where(opposite, present - slope, present))
            sliding[:, columns] = np.where(same | opposite, slides, sliding[:, columns])
    return slopes, sliding
