"""Test errors of networks and kernels on regression tables, and what they say of the claims EQ-2 and EQ-3.

Set-up: this suite, after the abstract of arXiv 2501.10929. A claim is judged in one setting at a time: table, size of
the training set, depths, width. It never says more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.stats

from numerics.data.tables import TABLES, Split, split, teacher
from numerics.losses import Array
from numerics.regression.fit import KernelName, NetworkFit, kernel_error, network_fit
from theory.architecture import fcn

TRAINING, TESTING = 20, 100
"""Rows to train a network on, capped because the flow is stiff, and to test on."""
RESIDUAL = 1e-2
MATCHING = 0.1
"""Changes of an error within this, in units of the targets' deviation, match."""
CLOSE = 0.1
"""A ratio of errors within this of 1 is very close."""
CONFIDENCE = 0.99
INTERPOLATION, RIDGE = "interpolation", "ridge, leave-one-out"
FITS: dict[str, tuple[float, ...]] = {INTERPOLATION: (0.0,), RIDGE: tuple(10.0**k for k in range(-5, 1))}
"""Penalties to choose from, in units of the mean of K(x_i, x_i)."""
HELD, FAILED, UNDECIDED = "held", "did not hold", "undecided"


@dataclass(frozen=True)
class Interval:
    """A mean over splits with Student's confidence limits."""

    mean: float
    low: float
    high: float


def interval(values: Array, confidence: float = CONFIDENCE) -> Interval:
    """Of the mean of one value a split. Raises ValueError on fewer than two."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        raise ValueError("an interval needs at least two splits")
    half = scipy.stats.t.isf((1 - confidence) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return Interval(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


@cache
def split_of(name: str, training: int, number: int) -> Split:
    """Split `number` of a table; the teacher of the sphere lives in R^3."""
    table = teacher(dimension=3) if name == "sphere" else TABLES[name]()
    return split(table, training, TESTING, seed=number)


@cache
def network(name: str, number: int, depth: int, width: int, seed: int) -> NetworkFit:
    """A network trained on a split."""
    return network_fit(fcn(depth), split_of(name, TRAINING, number), width, seed, RESIDUAL)


@cache
def kernel(
    name: str, training: int, number: int, depth: int, which: KernelName = "ntk", fit: str = INTERPOLATION
) -> float:
    """The test error of a kernel predictor on a split."""
    return kernel_error(fcn(depth), split_of(name, training, number), which, FITS[fit])


@dataclass(frozen=True)
class Changes:
    """Changes of test errors from depth to depth + 1, means over seeds, one a split."""

    networks: Array
    kernels: Array
    own_kernels: Array

    @property
    def difference(self) -> Interval:
        """Network's change less kernel's."""
        return interval(self.networks - self.kernels)

    @property
    def own_difference(self) -> Interval:
        """Network's change less that of the kernel predictor from the network's own start."""
        return interval(self.networks - self.own_kernels)


def changes(name: str, depth: int, width: int, splits: int, seeds: int) -> Changes:
    """Measure them."""

    def mean(quantity: str, number: int, layers: int) -> float:
        return float(np.mean([getattr(network(name, number, layers, width, seed), quantity) for seed in range(seeds)]))

    numbers = range(splits)
    rows = [
        [mean(quantity, number, depth + 1) - mean(quantity, number, depth) for number in numbers]
        for quantity in ("error", "own_error")
    ]
    kernels = [kernel(name, TRAINING, k, depth + 1) - kernel(name, TRAINING, k, depth) for k in numbers]
    return Changes(np.array(rows[0]), np.array(kernels), np.array(rows[1]))


def different(found: Interval) -> str:
    """Did the claim hold that the changes do not match?"""
    if found.low > 0 or found.high < 0:
        return HELD
    return FAILED if max(-found.low, found.high) <= MATCHING else UNDECIDED


def ratio(name: str, training: int, depth: int, splits: int, fit: str) -> tuple[float, float, Interval]:
    """Mean test errors with the NTK and the NNGP kernel, and NNGP : NTK by split."""
    kernels: tuple[KernelName, ...] = ("ntk", "nngp")
    errors = np.array(
        [[kernel(name, training, number, depth, which, fit) for which in kernels] for number in range(splits)]
    )
    return float(errors[:, 0].mean()), float(errors[:, 1].mean()), interval(errors[:, 1] / errors[:, 0])


def very_close(found: Interval) -> str:
    """Did the claim hold that the errors are very close?"""
    if found.low >= 1 - CLOSE and found.high <= 1 + CLOSE:
        return HELD
    return FAILED if found.low > 1 + CLOSE or found.high < 1 - CLOSE else UNDECIDED


@cache
def mismatches(name: str, training: int, width: int, splits: int, residual: float) -> Array:
    """From depth 1 to 2: the change of a single network's test error less that of the kernel's, a row a split.

    The first column is against kernel regression from outputs zero, the second against that from the network's f_0.
    """
    found = []
    for number in range(splits):
        part = split_of(name, training, number)
        one, two = (network_fit(fcn(depth), part, width, number, residual, 5000) for depth in (1, 2))
        from_zero = kernel(name, training, number, 2) - kernel(name, training, number, 1)
        found.append([two.error - one.error - change for change in (from_zero, two.own_error - one.own_error)])
    return np.array(found)
