"""The law of trained predictors over initialisations: the set-up of its check and its experiment (LZ-5).

Set-up: this suite, after the abstract of arXiv 2605.17606. Two opposite points on the unit circle with targets 3/4 and
1/4, cross-entropy, summed, no regulariser; three test points; fully connected networks with one hidden layer, biases
trained, whose f_0 has exactly the NNGP kernel for its covariance at every width.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from numerics.data.points import circle, float_points
from numerics.flow.integrate import Recording
from numerics.kernels.gram import FLOAT64, KernelGrams, kernel_grams
from numerics.losses import Array, CrossEntropy
from numerics.regression.ensembles import Run, Training, ensemble, starts
from numerics.regression.predictors import interpolation_law, interpolation_weights
from theory.architecture import fcn

LOSS = CrossEntropy((0.75, 0.25))
SIZE = LOSS.size
TARGETS = np.log(np.array(LOSS.targets) / (1 - np.array(LOSS.targets)))
TEST_POINTS = np.array([[0.0, 1.0], [0.6, 0.8], [0.0, -2.0]])
TRAINING = Training(
    fcn(1), circle(2).coordinates(FLOAT64), LOSS, 4.0, 0.0, TEST_POINTS, Recording(per_decade=1, log10_first=0)
)

Moments = tuple[Array, Array]


@cache
def grams() -> KernelGrams:
    """The limiting kernels on samples and test points."""
    return kernel_grams(fcn(1), float_points("samples and test points", TRAINING.points))


def law(kernel: str = "ntk") -> Moments:
    """Derived mean and covariance at the test points; with "nngp", of a Gaussian process given logits."""
    return interpolation_law(getattr(grams(), kernel), grams().nngp, TARGETS)


def solutions_from(begun: Array) -> Array:
    """f_0(x) + A (logit(y) - f_0(X)), a row for each row of f_0 on samples and test points."""
    weights = interpolation_weights(grams().ntk, SIZE)
    solved: Array = begun[:, SIZE:] + (TARGETS - begun[:, :SIZE]) @ weights.T
    return solved


@cache
def solutions(width: int, draws: int, first: int = 0) -> Array:
    """Explicit solutions from the starts of so many networks, of the seeds from `first` on."""
    return solutions_from(starts(TRAINING, width, range(first, first + draws)))


@cache
def trained(width: int, draws: int, first: int = 0) -> Moments:
    """So many trained networks at the test points, and the explicit solutions from their own starts."""
    return outcomes(ensemble(TRAINING, (width,), range(first, first + draws)))


def outcomes(runs: Sequence[Run]) -> Moments:
    """The same for given runs."""
    begun = np.array([np.concatenate([run.outputs[0], run.test_outputs[0]]) for run in runs])
    return np.array([run.test_outputs[-1] for run in runs]), solutions_from(begun)


def products(draws: Array, mean: Array) -> Array:
    """(f - mean)(f - mean)', draw by draw: their mean is the covariance if that of the draws is `mean`."""
    about: Array = draws - mean
    return about[:, :, None] * about[:, None, :]
