"""The law of trained predictors over initialisations: the set-up of its check and its experiment (LZ-5).

Set-up: this suite, after the abstract of arXiv 2605.17606. Two points of the unit circle with targets 0.6 and 0.4,
cross-entropy, summed, no regulariser; three test points outside; fully connected networks with one hidden layer, biases
trained, by gradient descent. On these points the law derived from the NTK and the posterior of the NNGP process differ
by up to 0.6 deviations in the mean, and by a fifth in the variance.
"""

from functools import cache

import numpy as np

from numerics.data.points import float_points
from numerics.kernels.gram import KernelGrams, kernel_grams
from numerics.losses import Array, CrossEntropy
from numerics.networks.exact_law import sample_kernels
from numerics.regression.ensembles import Descent, Training, descend
from numerics.regression.predictors import interpolation_law, interpolation_weights
from numerics.statistics import Estimate, added, estimate
from theory.architecture import fcn

LOSS = CrossEntropy((0.6, 0.4))
SIZE = LOSS.size
TARGETS = np.log(np.array(LOSS.targets) / (1 - np.array(LOSS.targets)))
TEST_POINTS = np.array([[1.5, 0.0], [1.0, 1.5], [2.0, -1.0]])
TRAINING = Training(fcn(1), np.array([[1.0, 0.0], [0.8, 0.6]]), LOSS, 0.0, 0.0, TEST_POINTS)
WIDTH = 1024
RATE, FORCE, MOST_EPOCHS = 4.0, 1e-4, 5000
"""The rate is 4 / lambda_max(K_0), half the limit of stability as no curvature exceeds 1/4; forces end below 1e-4."""

Moments = tuple[Array, Array]


@cache
def grams() -> KernelGrams:
    """The limiting kernels on n samples and q test points, (n + q) x (n + q)."""
    return kernel_grams(fcn(1), float_points("samples and test points", TRAINING.points))


def law(kernel: str = "ntk") -> Moments:
    """Derived mean (q,) and covariance (q x q) at the test points; with "nngp", of a Gaussian process given logits."""
    return interpolation_law(getattr(grams(), kernel), grams().nngp, TARGETS)


def solutions_from(begun: Array) -> Array:
    """f_0(x) + A (logit(y) - f_0(X)), R x q, for R rows f_0 on samples and test points, R x (n + q)."""
    weights = interpolation_weights(grams().ntk, SIZE)
    solved: Array = begun[:, SIZE:] + (TARGETS - begun[:, :SIZE]) @ weights.T
    return solved


@cache
def trained(draws: int, first: int = 0) -> list[Descent]:
    """So many trained networks, of the seeds from `first` on."""
    return [descend(TRAINING, WIDTH, seed, RATE, FORCE, MOST_EPOCHS) for seed in range(first, first + draws)]


def outcomes(runs: list[Descent]) -> Moments:
    """Trained networks at the test points, R x q, and the explicit solutions from their own starts, R x q."""
    return np.array([run.end[SIZE:] for run in runs]), solutions_from(np.array([run.start for run in runs]))


def products(draws: Array, mean: Array) -> Array:
    """(f - mean)(f - mean)', draw by draw: their mean is the covariance if that of the draws is `mean`.

    Draws: shape (R, q), mean: (q,), the result: (R, q, q).
    """
    about: Array = draws - mean
    return about[:, :, None] * about[:, None, :]


def values(draws: Array, mean: Array) -> Array:
    """What the law is tested by, draw by draw, of shape (R, q + q q): f, then the entries of (f - mean)(f - mean)'.

    Draws: shape (R, q), mean: shape (q,).
    """
    return np.concatenate([draws, products(draws, mean).reshape(len(draws), -1)], axis=1)


@cache
def two_levels(few: int, many: int, first: int, seed: int) -> Estimate:
    """The mean of `values` over trained networks of width 1024, from `few` of them, with little noise.

    E v(f) = E v(s) + E (v(f) - v(s)), s the explicit solution from the start of f: the first term from `many` other
    starts, drawn by their exact law, the second from trained networks, where most of the noise cancels. Nothing is
    assumed of s.
    """
    mean = law()[0]
    found, solved = outcomes(trained(few, first))
    begun = sample_kernels(TRAINING.architecture, TRAINING.points, WIDTH, many, seed).outputs
    rest, main = values(found, mean) - values(solved, mean), values(solutions_from(begun), mean)
    return added(estimate(rest), estimate(main))


def expected_values(moments: Moments) -> Array:
    """The mean of `values`, shape (q + q q,), if the law has these moments, (q,) and q x q."""
    off = moments[0] - law()[0]
    return np.concatenate([moments[0], (moments[1] + np.outer(off, off)).ravel()])


def units() -> Array:
    """Derived standard deviations, and products of two, for `values`: shape (q + q q,)."""
    deviations = np.sqrt(np.diagonal(law()[1]))
    return np.concatenate([deviations, np.outer(deviations, deviations).ravel()])
