"""Computed gradient flows that several checks share, and how a path is held against a bound on it.

The flow is that of `numerics.flow.integrate`: the selected subgradients, sliding on kinks. A finite run confirms what
was checked on it, never a limit.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import torch

from ntk_companion.evidence import Evidence, numerical
from ntk_companion.judging import thorough
from ntk_companion.statement import Hypothesis
from numerics.data.points import PointSet, circle, hexagon
from numerics.flow.integrate import Accuracy, Recording, gradient_flow
from numerics.flow.trajectory import Trajectory, log_expm1, margin_of_integral
from numerics.kernels.gram import FLOAT64
from numerics.losses import CrossEntropy, Loss, Squared, logistic
from numerics.networks.torch_network import initialise
from theory.architecture import Architecture, fcn

PAPER = "arXiv 2504.11130"
LOGISTIC = Hypothesis("logistic loss, hard labels", "the loss is the summed logistic loss with labels 0 and 1")
TOP_TRAINED = Hypothesis("top layer trained", "W_{L+1} and the last bias are trained")
ALONG = (
    "Checked at every recorded time of the trajectories computed; steps of half the length change margins by less than "
    "0.03 and the kernel by less than 8%."
)
TWO = circle(2)


@cache
def flow_of(
    architecture: Architecture,
    points: PointSet,
    loss: Loss,
    width: int,
    log10_until: float,
    seed: int = 0,
    accuracy: Accuracy = Accuracy(),  # noqa: B008
    recording: Recording = Recording(),  # noqa: B008
) -> Trajectory:
    """The gradient flow from the initialisation of this seed, to t = 10^log10_until."""
    start = initialise(architecture, points.dimension, width, np.random.default_rng(seed))
    inputs, log_until = points.coordinates(FLOAT64), log10_until * math.log(10)
    return gradient_flow(architecture, start, inputs, loss, log_until, accuracy=accuracy, recording=recording)


def alternating(size: int) -> CrossEntropy:
    """The logistic loss with labels 0, 1, 0, .."""
    return logistic([index % 2 for index in range(size)])


def on_two_points(seed: int = 0, width: int = 10_000, log10_until: float = 50) -> Trajectory:
    """Two opposite points, FCN of depth 1: the case of long runs."""
    sparse = Recording(per_decade=4 if log10_until <= 20 else 2)
    return flow_of(fcn(1), TWO, alternating(2), width, log10_until, seed, recording=sparse)


def on_the_hexagon() -> Trajectory:
    """The hexagon, FCN of depth 1: a tenth of all neurons slide on a kink."""
    return flow_of(fcn(1), hexagon(), alternating(6), 300, 2)


def on_the_hexagon_deep() -> Trajectory:
    """The hexagon, FCN of depth 3: the paper's network, narrower."""
    width, log10_until = (1000, 5) if thorough() else (256, 3)
    return flow_of(fcn(3), hexagon(), alternating(6), width, log10_until)


@cache
def copies_of_one_point(size: int) -> Trajectory:
    """So many copies of one point with one label: all residuals are equal, K has equal entries, bounds are attained."""
    start = initialise(fcn(1), 2, 32, np.random.default_rng(0))
    return gradient_flow(fcn(1), start, np.ones((size, 2)), logistic([1] * size), 4 * math.log(10))


@cache
def balanced_at_the_origin(log10_until: float = 4) -> Trajectory:
    """One sample at x = 0, FCN of depth 1, width 4, W_2 = b_1: K_t(0, 0) = 2 sqrt(2/m) f_t(0) for all t."""
    ones = torch.ones(4, dtype=torch.float64)
    start = {"W_1": ones[:, None].clone(), "b_1": ones.clone(), "W_2": ones[None, :].clone()}
    return gradient_flow(fcn(1), start, np.zeros((1, 1)), logistic([1]), log10_until * math.log(10))


@cache
def squared_on_two_points() -> Trajectory:
    """The network of `on_two_points` under squared loss: it comes to rest."""
    return flow_of(fcn(1), TWO, Squared((-1.0, 1.0)), 10_000, 50)


def scaled_integrals(trajectory: Trajectory, factor: float) -> Trajectory:
    """The same trajectory as if the integrals of gamma^2 and of the diagonal were `factor` times as large."""
    return replace(
        trajectory,
        log_margin_integral=trajectory.log_margin_integral + math.log(factor),
        log_diagonal_integral=trajectory.log_diagonal_integral + math.log(factor),
    )


def log_slope(trajectory: Trajectory) -> float:
    """The slope of the least margin against ln t over the second half of the range of ln t."""
    late = trajectory.log_t > trajectory.log_t[-1] / 2
    return float(np.polyfit(trajectory.log_t[late], trajectory.margins[late].min(axis=1), 1)[0])


def envelope_from_start(trajectory: Trajectory, log_integral: np.ndarray) -> np.ndarray:
    """ln W(exp(Phi(S_0) + integral)) with S_0 of the logistic loss at the trajectory's first outputs."""
    start = CrossEntropy(tuple(trajectory.loss.signs > 0)).log_value(trajectory.outputs[0])
    return np.array([margin_of_integral(value, log_expm1(start)) for value in log_integral])


def stays_above(values: np.ndarray, bound: np.ndarray, error: np.ndarray | float, what: str) -> Evidence:
    """Is values >= bound at every time, up to the stated error of the integration and to rounding?"""
    slack = values - bound + error + 1e-9 * (1 + np.abs(values))
    worst = int(np.argmin(slack))
    detail = f"{what}: least slack {slack[worst]:.3g} with an error of at most {np.max(error):.2g}"
    return numerical(bool(slack[worst] >= 0), detail, margin=float(slack[worst]))
