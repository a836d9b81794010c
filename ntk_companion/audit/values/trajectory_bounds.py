"""What is known along the flow of a trained network, with an error estimate.

A network starts from a seed, as in `ntk-companion flow --seed`, and follows the gradient flow of the summed logistic
loss, or another. The flow is computed twice, at two accuracies. The error of a value is estimated as four times the
largest difference of the two runs, over all points, record times and continuous quantities; for kernels over the times
so far, and in addition their change to the neighbouring records, since they jump where a neuron meets a kink. In 25
trials against runs of much finer steps every error was smaller than its estimate. Still it is no bound: verdicts that
rest on it are numerical.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from ntk_companion.audit.claims.training import SAME_TIME, SOFTMAX
from numerics.data.points import PointSet
from numerics.flow.integrate import AT_REST, FINISHED, Recording, gradient_flow
from numerics.flow.stepping import Accuracy
from numerics.flow.trajectory import LOG_10, Trajectory
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import Loss, loss_named, reduced
from numerics.networks.classes import class_kernel, class_shapes, initial_class_arrays
from numerics.softmax import cross_entropy_of_classes
from theory.architecture import Architecture

Array = np.ndarray

FINE, COARSE = Accuracy(tolerance=0.0125, longest=0.15), Accuracy(tolerance=0.05, longest=0.6)
PER_DECADE = 4
SAFETY, MOST_DEFECT = 4, 0.05
ROUNDING = 1e-8
"""The least error of a value v, relative to 1 + |v|."""


@dataclass(frozen=True)
class Setting:
    """A flow to be computed: all that it depends on. `times` are logarithms of record times beside the usual ones.

    Two settings are one if the points' coordinates are the same doubles.
    """

    architecture: Architecture
    points: PointSet = field(compare=False)
    coordinates: tuple[tuple[float, ...], ...]
    labels: tuple[int, ...]
    width: int
    log_until: float
    times: tuple[float, ...]
    seed: int
    loss: str = "logistic"
    reduction: str = "sum"
    weight_decay: float = 0.0
    towards: str = "start"

    @cached_property
    def training_loss(self) -> Loss:
        """The loss of the labels, which are classes if it is the softmax's."""
        softmax = self.loss == SOFTMAX
        found = cross_entropy_of_classes(self.labels) if softmax else loss_named(self.loss, self.labels)
        return reduced(found, self.reduction)

    @property
    def classes(self) -> int:
        """Outputs of the network: one for each class of the softmax."""
        return self.training_loss.classes

    @property
    def rows(self) -> int:
        """The number of outputs at all points."""
        return len(self.points) * self.classes

    @property
    def numbers(self) -> int:
        """How many parameters and pre-activations there are: what a sweep computes."""
        shapes = class_shapes(self.architecture, self.points.dimension, self.width, self.classes).values()
        return sum(math.prod(shape) for shape in shapes) + self.width * self.rows * self.architecture.depth

    @property
    def microseconds(self) -> float:
        """About what one sweep of a step takes."""
        return 3000 + self.numbers / 50

    @property
    def steps(self) -> int:
        """About the steps of the finer run."""
        if self.log_until == -math.inf:
            return 1
        decades = max(0.0, self.log_until / LOG_10 + 3)
        return 60 + int(LOG_10 / FINE.longest * decades) + len(self.times)

    @property
    def work(self) -> int:
        """About the microseconds of both runs, a guess before they are made."""
        return int(1.25 * self.steps * self.rows * self.microseconds)


@dataclass(frozen=True)
class RecordedAt(Recording):
    """The usual record times and others, as logarithms."""

    others: tuple[float, ...] = ()

    def log_times(self, after: float, until: float) -> Iterator[float]:
        """ln of the record times later than exp(after), the last of them `until`."""
        yield from sorted([*super().log_times(after, until), *(time for time in self.others if after < time < until)])


def is_usual(log_time: float) -> bool:
    """Is this the start, or one of the usual record times, 10^(k / PER_DECADE)?"""
    if log_time == -math.inf:
        return True
    place = log_time / LOG_10 * PER_DECADE
    early = place < PER_DECADE * Recording.log10_first - 1 / 2
    return not early and abs(place - round(place)) * LOG_10 / PER_DECADE < SAME_TIME


@dataclass(frozen=True, eq=False)
class TrajectoryBounds:
    """A flow at R record times, each quantity between a lower and an upper estimate, of shape (R, ...).

    log_t   logarithms of the record times, -inf first
    bounds  margins (R, n), log_loss (R,), kernel (R, n, n), gap, largest_gap (so far), drift, lower_envelope,
            upper_envelope, displacement (R,)
    ended   why the flow has no records up to the time asked for; empty if it has
    rests   whether all gradients vanish at the last record, so that nothing changes any more
    work    microseconds, about, that it took
    """

    log_t: Array
    bounds: Mapping[str, tuple[Array, Array]]
    ended: str
    rests: bool
    work: int

    def between(self, name: str, low: float, high: float) -> tuple[Array, Array]:
        """A quantity's lower and upper estimate from time exp(low) to exp(high); NaN where the flow has ended.

        Each has the quantity's shape without the axis of times. Between records it is taken to lie between its values
        there.
        """
        lower, upper = self.bounds[name]
        first = int(np.searchsorted(self.log_t, low + SAME_TIME, side="right")) - 1
        last = int(np.searchsorted(self.log_t, high - SAME_TIME, side="left"))
        if self.rests:
            last = min(last, len(self.log_t) - 1)
        if last == len(self.log_t):
            return np.full_like(lower[0], math.nan), np.full_like(upper[0], math.nan)
        return lower[first : last + 1].min(axis=0), upper[first : last + 1].max(axis=0)

    def crossing(self, low: float, high: float) -> tuple[float, float]:
        """Logarithms between which the first time lies when the gap exceeds a constant that lies between two numbers.

        Minus infinity twice if it does so at the start, and an upper one that is infinite if it is not known to do so.
        """
        lower, upper = self.bounds["gap"]
        surely, possibly = np.flatnonzero(lower > high), np.flatnonzero(~(upper <= low))
        latest = self.log_t[surely[0]] if surely.size else math.inf
        if not possibly.size:
            return (math.inf if self.rests else self.log_t[-1]), latest
        return (self.log_t[possibly[0] - 1] if possibly[0] else -math.inf), latest


@lru_cache(maxsize=64)
def trajectory_bounds(setting: Setting) -> TrajectoryBounds:
    """The flow of a setting, computed at two accuracies. The last 64 are remembered. Raises ValueError on a misfit."""
    with np.errstate(all="ignore"):
        fine, coarse = _flow(setting, FINE), _flow(setting, COARSE)
        limit = class_kernel(ntk(setting.architecture, setting.points, FLOAT64), setting.classes)
        trusted = min(_trusted(fine), _trusted(coarse))
        length = min(trusted, _common(fine.log_t, coarse.log_t))
        shorter = fine if len(fine) <= len(coarse) else coarse
        bounds = {name: _bounds(name, fine, coarse, length) for name in SMOOTH} | _kernels(fine, coarse, limit, length)
    rests = shorter.status == AT_REST and not shorter.gram[-1].any()
    ended = "" if shorter.status == FINISHED else _ended(shorter)
    if trusted < len(shorter):
        rests, ended = (
            False,
            f"the flow's last resorts are over {MOST_DEFECT:.0%} off: {_ended(shorter)}",
        )
    sweeps = int(fine.sweeps[-1] + coarse.sweeps[-1]) + 10
    return TrajectoryBounds(fine.log_t[:length], bounds, ended, rests, int(sweeps * setting.microseconds))


def _common(first: Array, second: Array) -> int:
    """How many record times two runs have in common: where one ends early, its last is its own."""
    length = min(len(first), len(second))
    differ = np.flatnonzero(np.abs(first[1:length] - second[1:length]) > SAME_TIME)
    return int(differ[0]) + 1 if differ.size else length


def _trusted(run: Trajectory) -> int:
    """How many records come before last resorts are off the energy identity by more than `MOST_DEFECT`."""
    off = np.flatnonzero(~(run.last_resort_defects <= MOST_DEFECT))
    return int(off[0]) if off.size else len(run)


def _flow(setting: Setting, accuracy: Accuracy) -> Trajectory:
    points = setting.points
    generator = np.random.default_rng(setting.seed)
    start = initial_class_arrays(setting.architecture, points.dimension, setting.width, setting.classes, generator)
    return gradient_flow(
        setting.architecture,
        start,
        np.array(setting.coordinates),
        setting.training_loss,
        setting.log_until,
        penalty=setting.weight_decay,
        towards=setting.towards,
        accuracy=accuracy,
        recording=RecordedAt(PER_DECADE, others=setting.times),
        most_steps=1000 + 4 * setting.steps,
        errors=False,
    )


def _ended(run: Trajectory) -> str:
    return f"the flow ended at t = 10^{run.log10_t[-1]:.2f}: {run.status}"


SMOOTH = {
    "margins": lambda run: run.margins,
    "log_loss": lambda run: run.log_loss,
    "lower_envelope": lambda run: _envelope(run, "lower_envelope"),
    "upper_envelope": lambda run: _envelope(run, "upper_envelope"),
    "displacement": lambda run: run.sup_displacement.max(axis=1, initial=0.0),
}
"""Quantities that change continuously."""


def _envelope(run: Trajectory, name: str) -> Array:
    """An envelope of the margins, (R,); NaN for a loss that has none."""
    try:
        found: Array = getattr(run, name)
    except ValueError:
        return np.full(len(run), math.nan)
    return found


def _bounds(name: str, fine: Trajectory, coarse: Trajectory, length: int) -> tuple[Array, Array]:
    first, second = (SMOOTH[name](run)[:length] for run in (fine, coarse))
    error = _error(first, np.full(length, _differences(first, second).max()))
    return first - error, first + error


def _differences(fine: Array, coarse: Array) -> Array:
    """The largest difference of two runs at each record time, over all points."""
    return np.abs(fine - coarse).reshape(len(fine), -1).max(axis=1)


def _error(values: Array, difference: Array) -> Array:
    """The error of values, shape (R, ...), from the differences (R,); the start is known but for rounding."""
    scaled = SAFETY * np.where(np.arange(len(values)) == 0, 0, difference)
    return scaled.reshape((-1,) + (1,) * (values.ndim - 1)) + ROUNDING * (1 + np.abs(values))


def _kernels(fine: Trajectory, coarse: Trajectory, limit: Array, length: int) -> dict[str, tuple[Array, Array]]:
    """The kernel along the flow and its largest distance from its limit and from its start."""
    kernel = fine.gram[:length]
    so_far = np.maximum.accumulate(_differences(kernel, coarse.gram[:length]))
    error = _error(kernel, np.append(so_far[1:], so_far[-1:]))
    step = np.abs(np.diff(kernel, axis=0))
    error[1:] += np.maximum(step, np.append(step[1:], step[-1:], axis=0))
    found = {"kernel": (kernel - error, kernel + error)}
    for name, reference in (("gap", limit), ("drift", kernel[0])):
        distance, rounded = np.abs(kernel - reference), error + ROUNDING * np.abs(reference)
        lower, upper = (ends.max(axis=(1, 2)) for ends in (distance - rounded, distance + rounded))
        found[name] = (np.maximum(lower, 0), upper)
    lower, upper = (np.maximum.accumulate(ends) for ends in found["gap"])
    return found | {"largest_gap": (lower, upper)}
