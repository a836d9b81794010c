"""Error estimates along a gradient flow, from the same flow at a second accuracy.

The error of a value is estimated as a multiple of the difference of the two runs, the largest over the record times so
far and the next one: an error that cancels at one time was there before, and kernels jump where a neuron meets a kink.
An estimate is no bound. Near a repelling kink the flow has several solutions; where the runs take different ones their
difference says so.
"""

from dataclasses import replace

import numpy as np

from numerics.flow.stepping import Accuracy
from numerics.flow.trajectory import Trajectory

Array = np.ndarray

SAFETY, FINER = 10.0, 4
"""The multiple: 4 was too small on one problem in twelve (a residual network of scale 10^4), by a factor of 2.4."""
ROUNDING = 1e-8
"""The least error of a value v, relative to 1 + |v|."""


def second_accuracy(accuracy: Accuracy) -> Accuracy:
    """That of the run another is compared with: a quarter of the tolerance, steps of at most half the length.

    Where record times alone limit the steps, twice as many lie between them: equal runs would say nothing.
    """
    finer = accuracy.tolerance / FINER, accuracy.longest / 2, 2 * accuracy.pieces
    return replace(accuracy, tolerance=finer[0], longest=finer[1], pieces=finer[2])


def with_errors(run: Trajectory, other: Trajectory) -> Trajectory:
    """The run with error estimates at its R record times; infinite where the other ended early."""
    return replace(
        run,
        margin_error=_error(run.margins, other.margins, other.reached),
        log_loss_error=_error(run.log_loss, other.log_loss, other.reached),
        kernel_error=_error(run.gram, other.gram, other.reached),
        lambda_min_error=_error(run.lambda_min, other.lambda_min, other.reached),
    )


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
