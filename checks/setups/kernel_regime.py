"""The set-ups of the checks and experiments on the kernel regime, and what is measured on an ensemble of networks.

Set-up: this suite, after the abstracts of arXiv 2605.17606 and 2501.10929. Three points on the unit circle with labels
1, 0, 1 and eight test points on a circle of radius 0.8; fully connected networks with trained biases; summed losses.

The explicit solutions are held against networks on three other points, of an arc, and five test points far and near:
there K, K + 2 and the NNGP kernel predict differently, which on evenly spaced points they hardly do.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from numerics.data.points import circle, float_points
from numerics.flow.integrate import Recording
from numerics.kernels.gram import FLOAT64, KernelGrams, kernel_grams
from numerics.losses import Array, CrossEntropy, Loss, Squared, logistic
from numerics.regression.ensembles import Run, Training, ensemble, train, width_exponent
from numerics.regression.predictors import Predictor, interpolation, regularised
from numerics.statistics import Exponent
from theory.architecture import Architecture, fcn

LABELS = (1, 0, 1)
INPUTS = circle(3).coordinates(FLOAT64)
TEST_INPUTS = 0.8 * circle(8).coordinates(FLOAT64)
SIZE = len(LABELS)
SOFT, REGULARISED, SQUARED, HARD = "soft targets", "regularised", "squared loss", "hard targets"
EPSILON, BETA = 0.02, 0.1
"""The targets are EPSILON and 1 - EPSILON, and the regulariser's strength BETA, unless told otherwise."""
ARC = np.array([[1.0, 0.0], [0.6, 0.8], [-0.6, 0.8]])
FAR_AND_NEAR = np.array([[0.0, 0.0], [3.0, 0.0], [-2.0, 2.0], [0.5, -0.5], [-1.0, 0.0]])
EPSILON_ON_THE_ARC = 0.25


def soft_targets(epsilon: float) -> CrossEntropy:
    """Cross-entropy with targets 1 - epsilon and epsilon in the place of 1 and 0."""
    return CrossEntropy(tuple(1 - epsilon if label else epsilon for label in LABELS))


def logits(loss: CrossEntropy) -> Array:
    """ln(y / (1 - y)) of soft targets, shape (n,)."""
    targets = np.array(loss.targets)
    return np.log(targets / (1 - targets))


def loss_of(kind: str, epsilon: float = EPSILON) -> Loss:
    """The loss of a kind of training."""
    losses: dict[str, Loss] = {
        SOFT: soft_targets(epsilon),
        SQUARED: Squared(tuple(2.0 * label - 1 for label in LABELS)),
    }
    return losses.get(kind, logistic(LABELS))


def training(kind: str, architecture: Architecture, strength: float | None = None, until: float = 0.0) -> Training:
    """The training of a kind; `strength` is epsilon or beta, `until` log10 of the last time if it is not the usual."""
    recording = Recording(per_decade=2, log10_first=-2)
    if kind == REGULARISED:
        beta = BETA if strength is None else strength
        last = until or math.log10(20 / beta)  # the flow contracts at least as fast as exp(-beta t)
        return Training(architecture, INPUTS, loss_of(kind), last, beta, TEST_INPUTS, recording)
    epsilon = EPSILON if strength is None else strength
    last = until or {SOFT: 4 - math.log10(epsilon), SQUARED: 4.0}.get(kind, 20.0)
    return Training(architecture, INPUTS, loss_of(kind, epsilon), last, 0.0, TEST_INPUTS, recording)


def on_the_arc(kind: str) -> Training:
    """The training of a kind where the explicit solutions of different kernels differ; depth 1."""
    usual = training(kind, fcn(1), EPSILON_ON_THE_ARC if kind == SOFT else None)
    return replace(usual, inputs=ARC, test_inputs=FAR_AND_NEAR, recording=Recording(per_decade=1, log10_first=0))


@cache
def runs_on_the_arc(kind: str, width: int, seeds: int, first: int = 0) -> list[Run]:
    """So many networks, of the seeds from `first` on."""
    return ensemble(on_the_arc(kind), (width,), range(first, first + seeds))


@cache
def limits_on_the_arc() -> KernelGrams:
    """The limiting kernels of depth 1 on the arc and its test points."""
    return kernel_grams(fcn(1), float_points("arc and test points", np.concatenate([ARC, FAR_AND_NEAR])))


@cache
def runs_of(kind: str, architecture: Architecture, widths: Sequence[int], seeds: int, first: int = 0) -> list[Run]:
    """An ensemble: `seeds` networks at each width, of the seeds from `first` on."""
    return ensemble(training(kind, architecture), widths, range(first, first + seeds))


@cache
def limits(depth: int) -> KernelGrams:
    """The limiting kernels of the FCN on samples and test points."""
    return kernel_grams(fcn(depth), float_points("samples and test points", np.concatenate([INPUTS, TEST_INPUTS])))


def explicit(kind: str, kernel: Array, start: Array, loss: Loss | None = None, beta: float = BETA) -> Predictor:
    """The explicit solution with an n x n kernel on the samples, from the outputs `start` there, shape (n,)."""
    loss = loss or loss_of(kind)
    if kind == REGULARISED:
        return regularised(loss, kernel, start, beta)
    targets = logits(loss) if isinstance(loss, CrossEntropy) else np.array(getattr(loss, "targets", ()))
    return interpolation(kernel, targets, start)


def predicted(run: Run, kind: str, kernel: Array, start_kept: bool = True) -> Array:
    """The explicit solution at the q test points, shape (q,), with a kernel on n samples and test points.

    The kernel is (n + q) x (n + q); f_0 is dropped if not kept.
    """
    start, at_test = run.outputs[0] * start_kept, run.test_outputs[0] * start_kept
    return explicit(kind, kernel[:SIZE, :SIZE], start, run.training.loss).at(kernel[SIZE:, :SIZE], at_test)


def distance(run: Run, kind: str, kernel: Array, start_kept: bool = True) -> float:
    """The root mean square over the test points of the trained network less the explicit solution.

    Shapes as for `predicted`.
    """
    return float(np.sqrt(np.mean((run.test_outputs[-1] - predicted(run, kind, kernel, start_kept)) ** 2)))


DRIFT, ON, OFF = "kernel's drift", "linearisation error on the samples", "linearisation error at test points"
TO_LIMIT, TO_START = "distance to the predictor with K", "distance to the predictor with K_0"
QUANTITIES: dict[str, Callable[[Run, str], float]] = {
    DRIFT: lambda run, kind: run.drift,
    ON: lambda run, kind: run.linearisation_error[0],
    OFF: lambda run, kind: run.linearisation_error[1],
    TO_LIMIT: lambda run, kind: distance(run, kind, limits(run.training.architecture.depth).ntk),
    TO_START: lambda run, kind: distance(run, kind, run.start_kernel),
}


def exponent(runs: Sequence[Run], kind: str, quantity: str, confidence: float) -> Exponent:
    """How a quantity scales with the width."""
    values = [QUANTITIES[quantity](run, kind) for run in runs]
    return width_exponent(np.array([run.width for run in runs]), np.array(values), confidence)


# The contrast: one network and seed.


@cache
def contrast_run(kind: str, strength: float, width: int = 256, seed: int = 0, log10_until: float = 20) -> Run:
    """Hard targets (strength 0) to that time, soft targets or a regulariser until they settle; depth 1."""
    until = math.log10(100 / strength) if kind == REGULARISED else (log10_until if kind == HARD else 0.0)
    return train(training(kind, fcn(1), strength or None, until), width, seed)


def departure(run: Run, reference: Run) -> float:
    """log10 of the time at which an output is 1/2 away from that of the reference; NaN if none is.

    Between record times the largest distance is taken to be linear in log t.
    """
    shared = min(len(run.log_t), len(reference.log_t)) - 1  # the last time is each flow's own
    apart = np.abs(run.outputs[1:shared] - reference.outputs[1:shared]).max(axis=1)
    if not (apart > 0.5).any():
        return math.nan
    after = max(1, int(np.argmax(apart > 0.5)))
    before, times = apart[after - 1], run.log_t[after : after + 2]
    share = float(np.clip((0.5 - before) / (apart[after] - before), 0.0, 1.0))
    return float(times[0] + share * (times[1] - times[0])) / math.log(10)
