"""Computed gradient flows that several checks share, and how a path is held against a bound on it.

The flow is that of `numerics.flow.integrate`: the selected subgradients, sliding on kinks. Every network and every
random point is moved by `--seed`. A finite run confirms what was checked on it, never a limit; one that ended early
decides nothing of the times that it did not reach.
"""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import sympy
import torch

from checks.setups.descent import SHARE, Descent, descent, log_spaced_times
from ntk_companion import Evidence, Hypothesis, Kind, Verdict, numerical, session_seed, thorough, vacuous
from numerics.data.points import PointSet, circle, float_points, hexagon
from numerics.flow import Accuracy, Recording, gradient_flow
from numerics.flow.errors import with_errors
from numerics.flow.frozen_kernel import log_difference
from numerics.flow.trajectory import AT_REST, Trajectory, label_aware_minimum, log_expm1, margin_of_integral
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import Array, CrossEntropy, Loss, Squared, logistic
from numerics.networks.torch_network import initialise
from theory.architecture import Architecture, fcn, resnet, with_trained


def is_logistic(loss: Loss) -> bool:
    """Is it the logistic loss with labels 0 and 1, at temperature 1?"""
    return isinstance(loss, CrossEntropy) and loss.hard and loss.temperature == 1


def top_is_trained(groups: Sequence[str]) -> bool:
    """Are the last weights W_{L+1} and the last bias, b_L, d_L in a ResNet whose stem A is trained, among them?"""
    top = max((int(name[2:]) for name in groups if name.startswith("W_")), default=0)
    last = "d" if "A" in groups else "b"
    return f"{last}_{top - 1}" in groups


def stays_definite(path: "Path", gram: Array | None = None) -> bool:
    """Is a path's Gram matrix, (R, n, n), by default its own, definite at all times of the second half of ln t?"""
    spectra = np.linalg.eigvalsh((path.gram if gram is None else gram)[later_half(path)])
    return bool(spectra[:, 0].min() > SINGULAR * spectra[:, -1].max())


LOGISTIC = Hypothesis(
    "logistic loss, hard labels",
    "the loss is the summed logistic loss with labels 0 and 1",
    lambda case: is_logistic(case.trajectory.loss),
)
TOP_TRAINED = Hypothesis(
    "top layer trained", "W_{L+1} and the last bias are trained", lambda case: top_is_trained(case.trajectory.groups)
)
DEFINITE = Hypothesis(
    "definite kernel",
    "lambda_min(K_t) stays above a positive constant",
    lambda case: stays_definite(case.trajectory, getattr(case, "gram", None)),
)
SELECTED = Hypothesis(
    "selected subgradients",
    "K_t is the Gram of the flow's own subgradients, not 1(z > 0)",
    lambda case: bool(np.array_equal(case.gram, case.trajectory.gram)),
)
ALONG = (
    "Checked at the recorded times of computed flows, up to the error that each flow estimates of itself; K_t is the "
    "Gram of the flow's own subgradients at the recorded time."
)
IN_SETTINGS = (
    " Also on flows to t = 1000 of 6 to 20 points in R^3 to R^10, of norms 0.1 to 10, two of them equal or near in "
    "some, FCNs and ResNets of depth 1 to 3, alpha 1/10 to 10; where equal points leave nothing to say it is vacuous "
    "and counted so."
)
TOLERATED = " One or two undecided cases are tolerated, a number set with such runs in view."
TWO = circle(2)
SINGULAR = 1e-9
"""An eigenvalue below this share of the largest is zero up to rounding."""
ENDED = ("finished", "at rest")
"""Statuses of a trajectory that speak of all times asked for: a flow at rest stays where it is."""
HALF = sympy.Rational(1, 2)
MOST_DEFECT = 0.05
"""A flow whose energy identity is off by a larger share of the loss's fall decides nothing."""
QUADRATURE = 0.01
"""What is allowed for integrals of a descent's Gram matrices, averaged over a while; a flow's carry their own error."""
MOST_ERROR = 0.4
"""An error of a margin above this decides nothing."""


Path = Trajectory | Descent
"""A flow or descent: R times, n samples."""
Given = ParamSpec("Given")
Made = TypeVar("Made")


def per_session(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same function, which makes each of its values once for every seed of the session."""
    signature = inspect.signature(make)
    kept = cache(lambda session, *args, **options: make(*args, **options))

    @wraps(make)
    def made(*args: Given.args, **options: Given.kwargs) -> Made:
        given = signature.bind(*args, **options)
        given.apply_defaults()
        return kept(session_seed(), *given.args, **given.kwargs)

    return made


MOST_STEPS = 3000
"""A flow that takes more crawls along kinks: it ends early and decides nothing, instead of taking minutes."""


@dataclass(frozen=True, eq=False)
class Pair:
    """One flow, or descent, at two accuracies and the same record times: their difference is the error."""

    fine: Path
    rough: Path


@dataclass(frozen=True, eq=False)
class Along:
    """A case of a statement on flows: a path at two accuracies, and which Gram matrix stands for K_t."""

    pair: Pair
    what: str
    automatic: bool = False

    @property
    def trajectory(self) -> Path:
        """The path computed with finer steps."""
        return self.pair.fine

    @property
    def gram(self) -> Array:
        """K_t at the record times, (R, n, n)."""
        return self.trajectory.automatic_gram if self.automatic else self.trajectory.gram


def two_flows(
    architecture: Architecture,
    start: Mapping[str, torch.Tensor],
    inputs: Array,
    loss: Loss,
    log10_until: float,
    *,
    accuracy: Accuracy = Accuracy(),  # noqa: B008
    recording: Recording = Recording(),  # noqa: B008
    most_steps: int = MOST_STEPS,
) -> tuple[Trajectory, Trajectory]:
    """The flow, with the error estimates that a second one at four times the tolerance gives, and that one.

    Where record times alone limit the steps, the first takes twice as many between them: equal runs would say nothing.
    Inputs: shape (n, d).
    """
    fine = replace(accuracy, pieces=2 * accuracy.pieces)
    rough = replace(accuracy, tolerance=4 * accuracy.tolerance, longest=2 * accuracy.longest)
    log_until = log10_until * math.log(10)
    found, other = (
        gradient_flow(
            architecture,
            start,
            inputs,
            loss,
            log_until,
            accuracy=one,
            recording=recording,
            most_steps=most_steps,
            errors=False,
        )
        for one in (fine, rough)
    )
    return with_errors(found, other), other


@per_session
def pair_of(
    architecture: Architecture,
    points: PointSet,
    loss: Loss,
    width: int,
    log10_until: float,
    member: int = 0,
    *,
    accuracy: Accuracy = Accuracy(),  # noqa: B008
    recording: Recording = Recording(),  # noqa: B008
) -> Pair:
    """The gradient flow from an initialisation, the `member`-th of the session's seed, to t = 10^log10_until."""
    start = initialise(architecture, points.dimension, width, np.random.default_rng((session_seed(), member)))
    return Pair(
        *two_flows(
            architecture, start, points.coordinates(FLOAT64), loss, log10_until, accuracy=accuracy, recording=recording
        )
    )


def as_flow(path: Path) -> Trajectory:
    """A path that is a flow, not a descent."""
    assert isinstance(path, Trajectory)
    return path


def flow_of(*setting: Any, **more: Any) -> Trajectory:
    """The finer flow of `pair_of`, with its error estimates."""
    return as_flow(pair_of(*setting, **more).fine)


def alternating(size: int) -> CrossEntropy:
    """The logistic loss with labels 0, 1, 0, .."""
    return logistic([index % 2 for index in range(size)])


def on_two_points(member: int = 0, width: int = 10_000, log10_until: float = 50) -> Trajectory:
    """Two opposite points, FCN of depth 1: the case of long runs."""
    return pair_on_two_points(member, width, log10_until).fine  # type: ignore[return-value]


def pair_on_two_points(member: int = 0, width: int = 10_000, log10_until: float = 50) -> Pair:
    """The same at both accuracies."""
    accuracy, recording = sparse(log10_until)
    return pair_of(
        fcn(1), TWO, alternating(2), width, log10_until, member=member, accuracy=accuracy, recording=recording
    )


def sparse(log10_until: float) -> tuple[Accuracy, Recording]:
    """Accuracy and record times for a long run: late the flow is slow in ln t, and steps may be longer there."""
    long = log10_until >= 12
    return Accuracy(longest=4.0 if long else 1.2), Recording(per_decade=1 / 2 if long else 3, log10_first=0)


def on_the_hexagon() -> Trajectory:
    """The hexagon, FCN of depth 1: a tenth of all neurons slide on a kink."""
    return flow_of(fcn(1), hexagon(), alternating(6), 300, 2)


def on_the_hexagon_deep() -> Trajectory:
    """The hexagon, FCN of depth 3: the paper's network, narrower."""
    width, log10_until = (1000, 5) if thorough() else (128, 3)
    return flow_of(fcn(3), hexagon(), alternating(6), width, log10_until)


@cache
def scattered(session: int, count: int, dimension: int, spread: float = 1.0) -> PointSet:
    """Normal directions, norms between 1 / spread and spread; other points for every session seed."""
    generator = np.random.default_rng((session, count, dimension))
    rows = generator.standard_normal((count, dimension))
    norms = spread ** generator.uniform(-1, 1, (count, 1))
    rows = norms * rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return float_points(f"{count} points in R^{dimension}", rows)


@cache
def crowded(session: int, count: int, dimension: int, apart: float) -> PointSet:
    """Scattered points on the sphere, the last of them as far from the first as `apart`."""
    rows = scattered(session, count, dimension).coordinates(FLOAT64).copy()
    step = np.random.default_rng((session, 1)).standard_normal(dimension)
    rows[-1] = rows[0] + apart * step / np.linalg.norm(step)
    return float_points(f"{count} points in R^{dimension}, two {apart} apart", rows)


@cache
def cluster(session: int, count: int = 3, dimension: int = 3) -> PointSet:
    """Points within about 0.05 of one of norm 1."""
    generator = np.random.default_rng((session, count))
    rows = np.eye(dimension)[0] + 0.02 * (3 / dimension) ** 0.5 * generator.standard_normal((count, dimension))
    return float_points(f"{count} points within 0.05", rows)


def hardest(architecture: Architecture, points: PointSet) -> CrossEntropy:
    """The logistic loss with the labels that are hardest for the limiting kernel: signs of its bottom eigenvector."""
    bottom = np.linalg.eigh(ntk(architecture, points))[1][:, 0]
    return logistic([int(entry > 0) for entry in bottom])


@dataclass(frozen=True)
class Setting:
    """A network and points, by the session's seed, to train it on; by default with the hardest labels."""

    architecture: Architecture
    points: Callable[[int], PointSet]
    width: int
    loss: CrossEntropy | None = None

    def loss_on(self, points: PointSet) -> CrossEntropy:
        """The logistic loss with the labels given, or the hardest on n points."""
        return self.loss or hardest(self.architecture, points)

    def flow(
        self,
        log10_until: float = 2,
        accuracy: Accuracy = Accuracy(),  # noqa: B008
        recording: Recording = Recording(6, -1),  # noqa: B008
        member: int = 0,
    ) -> Pair:
        """The gradient flow of the `member`-th network to t = 10^log10_until, at both accuracies."""
        points = self.points(session_seed())
        given = (self.architecture, points, self.loss_on(points), self.width, log10_until, member)
        return pair_of(*given, accuracy=accuracy, recording=recording)

    @per_session
    def descent(self) -> Pair:
        """Gradient descent to t = 100, from the same start."""
        points, architecture, seed = self.points(session_seed()), self.architecture, session_seed()
        start = initialise(architecture, points.dimension, self.width, np.random.default_rng((seed, 0)))
        given = (architecture, start, points.coordinates(FLOAT64), self.loss_on(points), log_spaced_times(2))
        return Pair(*(descent(*given, share) for share in (SHARE, 2 * SHARE)))


SETTINGS: dict[str, Setting] = {
    "6 points in R^5, norms 0.7 to 1.4, FCN": Setting(fcn(1), lambda seed: scattered(seed, 6, 5, 1.4), 48),
    "8 points in R^5, FCN, depth 2": Setting(fcn(2), lambda seed: scattered(seed, 8, 5), 32),
    "5 points in R^3, two 0.5 apart, FCN": Setting(fcn(1), lambda seed: crowded(seed, 5, 3, 0.5), 48),
    "6 points in R^5, ResNet, alpha = 1/2": Setting(resnet(1, HALF), lambda seed: scattered(seed, 6, 5), 24),
    "hexagon, FCN, depth 3": Setting(fcn(3), lambda seed: hexagon(), 32),
}
"""What is trained by gradient descent too."""
LARGER: dict[str, Setting] = {
    "12 points in R^5, FCN, depth 3": Setting(fcn(3), lambda seed: scattered(seed, 12, 5), 48),
    "12 points in R^10, ResNet, depth 2": Setting(resnet(2), lambda seed: scattered(seed, 12, 10), 32),
    "20 points in R^10, FCN, depth 2": Setting(fcn(2), lambda seed: scattered(seed, 20, 10), 48),
}
ONE_LABEL, BOTH_LABELS = logistic([0, 1, 0, 1, 1, 0]), logistic([0, 1, 0, 1, 1, 1])
"""For six points of which the last is near the first or equal to it."""
TENTH = sympy.Rational(1, 10)
FLOWS: dict[str, Setting] = {
    "6 points in R^5, ResNet, depth 3, alpha = 1/10": Setting(resnet(3, TENTH), lambda seed: scattered(seed, 6, 5), 24),
    "6 points in R^5, ResNet, alpha = 10": Setting(resnet(1, 10), lambda seed: scattered(seed, 6, 5), 24),
    "6 points in R^5, ResNet, depth 2": Setting(resnet(2), lambda seed: scattered(seed, 6, 5), 24),
    "6 points in R^3, norms 0.1 to 10, FCN": Setting(fcn(1), lambda seed: scattered(seed, 6, 3, 10.0), 48),
    "6 points in R^5, FCN, depth 3": Setting(fcn(3), lambda seed: scattered(seed, 6, 5), 32),
    "20 points in R^10, norms 0.5 to 2, FCN": Setting(fcn(1), lambda seed: scattered(seed, 20, 10, 2.0), 48),
    "6 points in R^3, two equal with one label, FCN, depth 2": Setting(
        fcn(2), lambda seed: crowded(seed, 6, 3, 0), 32, ONE_LABEL
    ),
    "6 points in R^3, two equal with both labels, FCN": Setting(
        fcn(1), lambda seed: crowded(seed, 6, 3, 0), 32, BOTH_LABELS
    ),
    "6 points in R^3, two 1e-3 apart with one label, FCN, depth 2": Setting(
        fcn(2), lambda seed: crowded(seed, 6, 3, 1e-3), 32, ONE_LABEL
    ),
    "6 points in R^3, two 0.2 apart with both labels, FCN": Setting(
        fcn(1), lambda seed: crowded(seed, 6, 3, 0.2), 32, BOTH_LABELS
    ),
}
"""Flows on which every statement on trajectories is tried, to t = 1000."""
MORE_FLOWS: dict[str, Setting] = LARGER | {
    "6 points in R^3, two 0.1 apart with both labels, FCN": Setting(
        fcn(1), lambda seed: crowded(seed, 6, 3, 0.1), 32, BOTH_LABELS
    ),
    "6 points in R^3, two 1e-3 apart with both labels, FCN": Setting(
        fcn(1), lambda seed: crowded(seed, 6, 3, 1e-3), 32, BOTH_LABELS
    ),
    "6 points in R^5, ResNet, depth 3, alpha = 10": Setting(resnet(3, 10), lambda seed: scattered(seed, 6, 5), 16),
}
"""More, in the thorough profile: of points so near with both labels one flow in three goes on by last resorts."""


CLUSTER = Setting(fcn(1), cluster, 48, logistic([1, 1, 1]))
"""One label on points that nearly coincide: the upper envelope is nearly attained."""


@per_session
def copies_of_one_point(size: int, loss: Loss | None = None, log10_until: float = 4) -> Pair:
    """So many copies of one point with one label: all residuals are equal, K has equal entries, bounds are attained.

    The loss is by default the logistic one.
    """
    start = initialise(fcn(1), 2, 32, np.random.default_rng((session_seed(), 0)))
    return Pair(*two_flows(fcn(1), start, np.ones((size, 2)), loss or logistic([1] * size), log10_until))


@cache
def balanced_at_the_origin(loss: Loss | None = None) -> Trajectory:
    """One sample at x = 0, FCN of depth 1, width 4, W_2 = b_1: K_t(0, 0) = 2 sqrt(2/m) f_t(0) for all t.

    The loss is by default the logistic one.
    """
    ones = torch.ones(4, dtype=torch.float64)
    start = {"W_1": ones[:, None].clone(), "b_1": ones.clone(), "W_2": ones[None, :].clone()}
    return two_flows(fcn(1), start, np.zeros((1, 1)), loss or logistic([1]), 4)[0]


MOST_NETWORKS = 5
"""In which one is looked for whose kernel is near its limit at the start."""


def first_near(flow_of_network: Callable[[int], Trajectory], limit: Array, height: float) -> Trajectory:
    """The flow of the first of some networks whose K_0 is nearer to its limit than `height`; of the last if none is.

    What must refute a wrong statement must not be vacuous at an unlucky seed.
    """
    for member in range(MOST_NETWORKS):
        flow = flow_of_network(member)
        if flow.gap(limit)[0] < height:
            break
    return flow


def kernel_is_settled(flow: Trajectory) -> bool:
    """Will K_t stay as it is? At rest, or where it has not moved at all, as where what is trained enters linearly."""
    return flow.status == AT_REST or not flow.gap_from_start.any()


def squared_on_two_points() -> Trajectory:
    """The network of `on_two_points` under squared loss: it comes to rest."""
    return as_flow(pair_under_squared_loss().fine)


def pair_under_squared_loss() -> Pair:
    """The same at both accuracies."""
    return pair_of(fcn(1), TWO, Squared((-1.0, 1.0)), 10_000, 50)


@per_session
def one_point_with_both_labels() -> Pair:
    """One point twice, with labels 0 and 1: the margins are f and -f, and the flow comes to rest at f = 0."""
    start = initialise(fcn(1), 2, 32, np.random.default_rng((session_seed(), 0)))
    return Pair(*two_flows(fcn(1), start, np.array([[1.0, 0.0], [1.0, 0.0]]), logistic([0, 1]), 4))


@cache
def exception() -> Pair:
    """A narrow network, the same at every seed, that stays where it is with a definite automatic Gram matrix.

    Width 2, three points: one sample slides on a kink, its selected subgradient tends to zero. Exactly: flow:kinks.
    """
    start = initialise(fcn(1), 2, 2, np.random.default_rng(9))
    points, rare = circle(3).coordinates(FLOAT64), Recording(per_decade=2)
    return Pair(*two_flows(fcn(1), start, points, logistic([1, 0, 1]), 4, recording=rare))


@per_session
def output_weights_alone() -> Pair:
    """Three points of the circle, width 16, W_2 alone trained: the kernel is constant. To t = 1e400."""
    accuracy, rare = Accuracy(longest=100.0), Recording(1 / 40)
    only_last = with_trained(fcn(1), ["W_2"])
    return pair_of(only_last, circle(3), logistic([1, 0, 1]), 16, 400, accuracy=accuracy, recording=rare)


def log_slope(trajectory: Trajectory) -> float:
    """The slope of the least margin against ln t over the second half of the range of ln t."""
    late = trajectory.log_t > trajectory.log_t[-1] / 2
    return float(np.polyfit(trajectory.log_t[late], trajectory.margins[late].min(axis=1), 1)[0])


def envelope_from_start(trajectory: Trajectory, log_integral: Array) -> Array:
    """ln W(exp(Phi(S_0) + integral)), (R,), with S_0 of the logistic loss at the trajectory's first outputs.

    `log_integral`, shape (R,), is ln of the integral.
    """
    start = CrossEntropy(tuple(trajectory.loss.signs > 0)).log_value(trajectory.outputs[0])
    return np.array([margin_of_integral(value, log_expm1(start)) for value in log_integral])


def cut_short(path: Path, what: str) -> Evidence | None:
    """INCONCLUSIVE evidence for a run that ended before the times asked for or whose numbers cannot be relied on."""
    if not isinstance(path, Trajectory):
        return None
    if path.status not in ENDED:
        return numerical(None, f"{what}: {path.status} at t = 10^{path.log10_t[-1]:.2f}, later times are not decided")
    if not abs(path.energy_defect) <= MOST_DEFECT:
        return numerical(None, f"{what}: the energy identity is off by {path.energy_defect:.2g}")
    if not path.last_resort_defect <= MOST_DEFECT:
        share = f"last resorts are off the energy identity by {path.last_resort_defect:.2g} of the fall of the loss"
        return numerical(None, f"{what}: {share}")
    return None


def later_half(path: Path) -> Array:
    """Which record times, (R,), are in the second half of the range of ln t; all if the path ends before t = 1."""
    end = path.log_t[-1]
    return path.log_t >= (end / 2 if end > 0 else -math.inf)


def errors(path: Trajectory, of: str) -> Array:
    """The flow's own estimate of its `margin`, `kernel` or `lambda_min` error, (R,). Raises ValueError without one."""
    found = getattr(path, f"{of}_error")
    if found is None:
        raise ValueError("the flow was computed without error estimates: it decides nothing")
    return np.asarray(found)


Rate = Callable[[Array, Array, Array], float]
"""Of K, c / (1 - exp(-L)), c_i = -dL/df_i, and the signs: a rate of the potential Phi(exp(L) - 1) along the flow."""


def simplex_rate(gram: Array, forces: Array, signs: Array) -> float:
    """gamma^2 of an n x n matrix; forces and signs: shape (n,)."""
    return label_aware_minimum(gram, signs)


def spectral_rate(gram: Array, forces: Array, signs: Array) -> float:
    """lambda_min |u|^2 / (1 - exp(-L))^2, which is at least lambda_min / n. Shapes as for `simplex_rate`."""
    return float(np.linalg.eigvalsh(gram)[0] * (forces @ forces))


def energy_rate(gram: Array, forces: Array, signs: Array) -> float:
    """c' K c / (1 - exp(-L))^2, which is u' K^r u / (1 - exp(-L))^2: the rate itself. Shapes as for `simplex_rate`."""
    return float(forces @ gram @ forces)


def diagonal_rate(gram: Array, forces: Array, signs: Array) -> float:
    """n max_i K_ii, the rate of Phi(exp(L / n) - 1) at most. Shapes as for `simplex_rate`."""
    return float(len(forces) * gram.diagonal().max())


@dataclass(frozen=True, eq=False)
class Held:
    """A path from the middle of its range of ln t on, (R',): -ln(exp(L) - 1), what a rate makes of it, errors.

    `error` is that of the integration, `gram_error` what the Gram matrix leaves open: of a flow how far the bound is
    off that of the mean Gram matrices over the steps that end at the record times, by which the computed path moved.
    """

    margin: Array
    bound: Array
    error: Array
    gram_error: Array


def held_against(pair: Pair, rate: Rate, factor: float = 1.0, *, share: int = 1, automatic: bool = False) -> Held:
    """-ln S, S = exp(L / share) - 1, beside ln W(exp(Phi(S) + factor * integral of the rate)), from the middle on.

    Every margin is at least -ln(exp(L) - 1), the least at most -ln(exp(L / n) - 1). The Gram matrix is the path's own
    or the `automatic` one. The error is twice the difference between the two accuracies, and that of the rule of
    trapezoids.
    """
    fine, rough = (_margin_and_bound(path, rate, factor, share, automatic) for path in (pair.fine, pair.rough))
    apart = np.abs(fine.margin - fine.bound - rough.margin + rough.bound)
    return replace(fine, error=2 * apart + fine.error)


def _margin_and_bound(path: Path, rate: Rate, factor: float, share: int, automatic: bool) -> Held:
    late = later_half(path)
    log_t = path.log_t[late]
    log_loss = np.array([path.loss.log_value(outputs) for outputs in path.outputs[late]])
    log_excess = np.array([log_expm1(value - math.log(share)) for value in log_loss])
    log_fall = np.array([log_expm1(value) - math.exp(value) for value in log_loss])  # ln(1 - exp(-L))
    forces = [path.loss.flow_weights(at, -fall) for at, fall in zip(path.outputs[late], log_fall, strict=True)]

    def rates_of(grams: Array) -> Array:
        found = np.array([rate(*at, path.loss.signs) for at in zip(grams[late], forces, strict=True)])
        return np.where(found > SINGULAR * diagonals * np.array([row @ row for row in forces]), found, 0.0)

    gram = path.automatic_gram if automatic else path.gram
    diagonals = np.diagonal(gram[late], axis1=1, axis2=2).max(axis=1)
    rates = rates_of(gram)
    bends = np.abs(np.diff(rates, 2, prepend=rates[:1], append=rates[-1:])) / 8
    log_integral = _log_integrals(log_t, rates)
    bound = [margin_of_integral(value + math.log(factor), log_excess[0]) for value in log_integral]
    error, gram_error = _shares(_log_integrals(log_t, bends), log_integral), np.full(len(log_t), QUADRATURE)
    if isinstance(path, Trajectory) and not automatic:
        drift = np.abs(rates - rates_of(path.mean_gram))
        gram_error = _shares(_log_integrals(log_t, drift), log_integral)
    return Held(-log_excess, np.array(bound), error, gram_error)


def _log_integrals(log_t: Array, rates: Array) -> Array:
    """ln of the integral of a rate over t from the first of R' times to each, by the rule of trapezoids; (R',)."""
    total, found = -math.inf, [-math.inf]
    for index in range(1, len(log_t)):
        mean = (rates[index - 1] + rates[index]) / 2
        if mean > 0:
            total = float(np.logaddexp(total, log_difference(log_t[index], log_t[index - 1]) + math.log(mean)))
        found.append(total)
    return np.array(found)


def _shares(log_errors: Array, log_integrals: Array) -> Array:
    """By how much ln of an integral is off at most for these errors of it, all logarithms: ln(1 + error / integral)."""
    seen = log_errors > -math.inf
    shares = np.subtract(log_errors, log_integrals, out=np.full_like(log_errors, -math.inf), where=seen)
    return np.asarray(np.log1p(np.exp(np.minimum(shares, 30.0))))


def judge_held(pair: Pair, held: Held, what: str) -> Evidence:
    """Is -ln S >= its bound at every time but the first, where it is the bound by construction?

    VACUOUS if the bound rises by no more than its error: it says nothing.
    """
    error = held.error + held.gram_error
    found = cut_short(pair.fine, what) or stays_above(held.margin[1:], held.bound[1:], error[1:], what)
    rise = float(held.bound[-1] - held.bound[0])
    if found.verdict is Verdict.CONFIRMED and rise <= error[-1]:
        return vacuous(
            Kind.NUMERICAL, f"{what}: the bound rises by {rise:.2g} only, beside an error of {error[-1]:.2g}"
        )
    return found


def stays_above(values: Array, bound: Array, error: Array | float, what: str) -> Evidence:
    """Is values >= bound at every time, up to the error? REFUTED beyond twice the error and rounding: it is estimated.

    Undecided between, and if the error is too large. All of shape (R,).
    """
    error = np.broadcast_to(error, values.shape)
    slack = values - bound + error + 1e-9 * (1 + np.abs(values))
    worst = int(np.argmin(slack))
    detail = f"{what}: least slack {values[worst] - bound[worst]:.3g} beside an error of {error[worst]:.2g}"
    if np.min(slack + error) < 0:
        return numerical(False, detail)
    decided = bool(np.max(error) <= MOST_ERROR and np.isfinite(slack).all() and slack[worst] >= 0)
    return numerical(True if decided else None, detail, margin=float(slack[worst]) if decided else None)


def same(
    values: Array, others: Array, error: Array, tolerance: float, what: str, most_error: float | None = None
) -> Evidence:
    """Do both agree within the tolerance and the error? Undecided if the error is above `most_error`, the tolerance.

    All of shape (R,).
    """
    excess = np.abs(values - others) - error
    worst = int(np.argmax(excess))
    detail = f"{what}: apart by {abs(values[worst] - others[worst]):.3g}, error {error[worst]:.2g}"
    if excess[worst] > tolerance:
        return numerical(False, detail)
    decided = bool(np.max(error) <= (most_error or tolerance) and np.isfinite(excess).all())
    return numerical(True if decided else None, detail, margin=tolerance - float(excess[worst]) if decided else None)


WITHIN = 0.1
"""By how much a margin may be off. A flow whose Gram matrix leaves more than that open decides nothing."""
MOST_OPEN = 2 * WITHIN
"""An error above this decides nothing: with it half more of the integral would still be refuted, ln(1.5) = 0.405."""


def share_of_integral(held: Held) -> float:
    """By how much the bound moves at the last time with ln of the integral: about 1 once that outweighs the start."""
    first, last = float(held.bound[0]), float(held.bound[-1])
    return (1 - math.exp(first - last) + (last - first) * math.exp(-last)) / (1 + math.exp(-last))


def closes_within(held: Held, what: str) -> Evidence:
    """Is what the energy's rate makes of the path the path, within 10%?

    Undecided where the recorded Gram matrices and those of the steps which ended there leave more than that open;
    VACUOUS if half more of the integral would pass too, as on a path that hardly moves.
    """
    if (apart := float(held.gram_error.max())) > WITHIN:
        return numerical(None, f"{what}: the Gram matrices of steps and of their ends are apart by {apart:.2g}")
    found = same(held.margin[1:], held.bound[1:], held.error[1:], WITHIN, what, MOST_OPEN)
    moved = math.log(1.5) * share_of_integral(held)
    if found.verdict is not Verdict.REFUTED and moved <= WITHIN + min(held.error[-1], WITHIN):
        return vacuous(Kind.NUMERICAL, f"{what}: half more of the integral would move the margin by {moved:.2g} only")
    return found
