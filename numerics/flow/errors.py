"""Error estimates along a gradient flow, from the same flow at a second accuracy.

The error of a value is estimated as a multiple of the difference of the two runs, the largest over the record times so
far and the next one: an error that cancels at one time was there before, and kernels jump where a neuron meets a kink.
An estimate is no bound. From a repelling kink several solutions of the flow start, and rounding decides which is taken:
there two runs may part, and then differ by far more than steps of their accuracy explain. Where that is so is told.
"""

import math
from dataclasses import replace

import numpy as np

from numerics.flow.stepping import LARGE_OUTPUT, Accuracy
from numerics.flow.trajectory import Trajectory

Array = np.ndarray

SAFETY, FINER = 10.0, 4
"""The multiple, and by how much the tolerance of the second run is finer.

The multiple was 4 until one problem in twelve, a residual network of scale 10^4, had an error 2.4 times as large as its
estimate; 10 was set then, with room to spare. It was put to the test afterwards, and not changed, on problems drawn
with another seed: `benchmarks.flow_errors`, whose results stand in benchmarks/README.md.
"""
PARTED = 10.0
"""Runs whose outputs differ by more tolerances than this, of which a step may make one, are on ways of their own."""
ROUNDING = 1e-8
"""The least error of a value v, relative to 1 + |v|."""


def second_accuracy(accuracy: Accuracy) -> Accuracy:
    """That of the run another is compared with: a quarter of the tolerance, steps of at most half the length.

    Where record times alone limit the steps, twice as many lie between them: equal runs would say nothing.
    """
    finer = accuracy.tolerance / FINER, accuracy.longest / 2, 2 * accuracy.pieces
    return replace(accuracy, tolerance=finer[0], longest=finer[1], pieces=finer[2])


def with_errors(run: Trajectory, other: Trajectory, tolerance: float = Accuracy().tolerance) -> Trajectory:
    """The run, of this tolerance, with error estimates at its R record times; infinite where the other ended early."""
    return replace(
        run,
        margin_error=_error(run.margins, other.margins, other.reached),
        log_loss_error=_error(run.log_loss, other.log_loss, other.reached),
        kernel_error=_error(run.gram, other.gram, other.reached),
        lambda_min_error=_error(run.lambda_min, other.lambda_min, other.reached),
        log_parted=_log_parted(run, other, tolerance),
    )


def _log_parted(run: Trajectory, other: Trajectory, tolerance: float) -> float:
    """ln of the first record time at which an output differs by more than `PARTED` tolerances; infinite if none does.

    As for the tolerance, differences of large outputs count in proportion to the largest.
    """
    length = min(len(run), len(other))
    outputs, others = run.outputs[:length], other.outputs[:length]
    unit = np.maximum(1.0, np.abs(outputs).max(axis=1) / LARGE_OUTPUT)
    apart = np.flatnonzero(np.abs(outputs - others).max(axis=1) > PARTED * tolerance * unit)
    return float(run.log_t[apart[0]]) if apart.size else math.inf


def _error(values: Array, others: Array, reached: bool) -> Array:
    """The largest error of values (R, ...) over all axes but the first, shape (R,)."""
    length = min(len(values), len(others))
    difference = np.full(len(values), np.inf)
    difference[:length] = np.abs(values[:length] - others[:length]).reshape(length, -1).max(axis=1)
    if reached and length < len(values):  # the other came to rest
        difference[length:] = np.abs(values[length:] - others[-1]).reshape(len(values) - length, -1).max(axis=1)
    so_far = np.maximum.accumulate(difference)
    so_far = np.append(so_far[1:], so_far[-1:])
    so_far[0] = 0.0
    return SAFETY * so_far + ROUNDING * (1 + np.abs(values).reshape(len(values), -1).max(axis=1))
