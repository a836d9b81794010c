"""Test errors of networks and kernels on regression tables, and what they say of the claims EQ-2 and EQ-3.

Set-up: this suite, after the abstract of arXiv 2501.10929. A claim is judged in one setting at a time: table, size of
the training set, depths, width. It never says more than that.

Splits of the sphere have a teacher and rows of their own: they are independent. Those of the two real tables overlap
for EQ-3, where kernels are fitted to 200 rows, and are disjoint for EQ-2, where networks are trained on 10. Intervals
know which (`numerics.statistics.split_interval`).
"""

import math
from functools import cache

import numpy as np

from numerics.data.tables import TABLES, Split, disjoint_splits, split, teacher
from numerics.losses import Array
from numerics.regression.fit import NetworkFit, kernel_error, network_fit
from numerics.statistics import Interval, split_interval
from theory.architecture import fcn

SPHERE = "sphere"
TESTING = 100
"""Rows to test kernels on."""
SMALL, SMALL_TEST = 10, 12
"""Rows to train a network on, few because the flow is stiff, and to test it on."""
RESIDUAL, MOST_EPOCHS = 0.03, 5000
MATCHING = 0.1
"""Changes of an error within this, in units of the targets' deviation, match."""
CLOSE = 0.1
"""A ratio of errors within this of 1 is very close."""
CONFIDENCE = 0.999
INTERPOLATION, RIDGE = "interpolation", "ridge, leave-one-out"
FITS: dict[str, tuple[float, ...]] = {INTERPOLATION: (0.0,), RIDGE: tuple(10.0**k for k in range(-5, 1))}
"""Penalties to choose from, in units of the mean of K(x_i, x_i)."""
HELD, FAILED, UNDECIDED = "held", "did not hold", "undecided"


@cache
def split_of(name: str, training: int, number: int) -> Split:
    """Split `number` for kernels; those of the sphere, whose teacher lives in R^3, are of a table of their own."""
    if name == SPHERE:
        return split(teacher(dimension=3, rows=training + TESTING, seed=number), training, TESTING, seed=number)
    return split(TABLES[name](), training, TESTING, seed=number)


@cache
def small_splits(name: str, first: int) -> list[Split]:
    """The disjoint splits for networks; twenty independent ones of the sphere."""
    if name == SPHERE:
        tables = (teacher(dimension=3, rows=SMALL + SMALL_TEST, seed=first + number) for number in range(20))
        return [split(table, SMALL, SMALL_TEST, seed=0) for table in tables]
    return disjoint_splits(TABLES[name](), SMALL, SMALL_TEST, first)


def errors_of(name: str, training: int, number: int, depth: int, fit: str) -> tuple[float, float]:
    """The test errors with the NTK and with the NNGP kernel on a split."""
    part = split_of(name, training, number)
    return kernel_error(fcn(depth), part, "ntk", FITS[fit]), kernel_error(fcn(depth), part, "nngp", FITS[fit])


def ratio(errors: Array, name: str, training: int) -> Interval:
    """NNGP : NTK, the geometric mean over splits of errors of shape (J, 2), with limits that know what they share."""
    shared = 0.0 if name == SPHERE else TESTING / training
    found = split_interval(np.log(errors[:, 1] / errors[:, 0]), shared, CONFIDENCE)
    return Interval(*(math.exp(value) for value in (found.mean, found.low, found.high)))


def very_close(found: Interval) -> str:
    """Did the claim hold that the errors are very close?"""
    if found.low >= 1 - CLOSE and found.high <= 1 + CLOSE:
        return HELD
    return FAILED if found.low > 1 + CLOSE or found.high < 1 - CLOSE else UNDECIDED


@cache
def network(name: str, first: int, number: int, depth: int, width: int, seed: int) -> NetworkFit:
    """A network trained on a small split."""
    return network_fit(fcn(depth), small_splits(name, first)[number], width, seed, RESIDUAL, MOST_EPOCHS)


def small_kernel(name: str, first: int, number: int, depth: int) -> float:
    """The test error of NTK regression from outputs zero on a small split."""
    return kernel_error(fcn(depth), small_splits(name, first)[number])


def mean_difference(differences: Array) -> Interval:
    """The interval of a mean of independent values, one a disjoint split: shape (splits,)."""
    return split_interval(differences, 0.0, CONFIDENCE)


def different(found: Interval) -> str:
    """Did the claim hold that the changes differ by more than 0.1?"""
    if found.low > MATCHING or found.high < -MATCHING:
        return HELD
    return FAILED if max(-found.low, found.high) <= MATCHING else UNDECIDED
