"""Regression tables: a teacher on the sphere, scikit-learn's diabetes, mlxtend's auto-mpg; and their splits.

Features and targets are standardised with means and deviations of the *training* part alone; rows are then divided by
the square root of the number of features, so that inputs have norm about 1. Data is never replaced by other data: where
a table is not there, a ValueError says how to get it.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numerics.data.images import INSTALL, NotInstalledError
from numerics.losses import Array


@dataclass(frozen=True, eq=False)
class Table:
    """N rows of d numeric features, N x d, and N targets, shape (N,)."""

    name: str
    features: Array
    targets: Array


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs (n x d) and targets (n,) to train on, q x d and (q,) to test on, standardised by the former."""

    inputs: Array
    targets: Array
    test_inputs: Array
    test_targets: Array


def teacher(dimension: int = 5, rows: int = 400, noise: float = 0.1, seed: int = 0) -> Table:
    """Points on the unit sphere of R^dimension, targets of a smooth function of three directions, and noise.

    The function is sin(3 <x, u>) + <x, v> <x, w>, u, v, w fixed unit vectors; the noise is N(0, noise^2) times its
    standard deviation.
    """
    generator = np.random.default_rng(seed)
    points = _unit(generator.standard_normal((rows, dimension)))
    first, second, third = _unit(generator.standard_normal((3, dimension)))
    values = np.sin(3 * points @ first) + (points @ second) * (points @ third)
    return Table("sphere", points, values + noise * values.std() * generator.standard_normal(rows))


def diabetes() -> Table:
    """scikit-learn's 442 patients, ten features. Raises NotInstalledError without scikit-learn."""
    if importlib.util.find_spec("sklearn") is None:
        raise NotInstalledError(f"the diabetes table needs scikit-learn; {INSTALL}")
    from sklearn.datasets import load_diabetes

    features, targets = load_diabetes(return_X_y=True)
    return Table("diabetes", features, targets.astype(float))


def auto_mpg() -> Table:
    """mlxtend's 392 cars, seven numeric features (the eighth column is empty). Raises NotInstalledError without it."""
    if importlib.util.find_spec("mlxtend") is None:
        raise NotInstalledError(f"the auto-mpg table needs mlxtend; {INSTALL}")
    from mlxtend.data import autompg_data

    features, targets = autompg_data()
    return Table("auto-mpg", features[:, :7].astype(float), targets.astype(float))


TABLES: dict[str, Callable[[], Table]] = {"sphere": teacher, "diabetes": diabetes, "auto-mpg": auto_mpg}


def split(table: Table, training: int, testing: int, seed: int) -> Split:
    """`training` and `testing` different rows drawn by the seed, standardised by the training part.

    Raises ValueError if there are not so many rows, or fewer than two to train on.
    """
    _check(table, training, testing)
    order = np.random.default_rng(seed).permutation(len(table.targets))
    return _standardised(table, order[:training], order[training : training + testing])


def disjoint_splits(table: Table, training: int, testing: int, seed: int) -> list[Split]:
    """As many splits as the table has rows for, in an order drawn by the seed, no two of which share a row.

    Raises ValueError as `split` does.
    """
    _check(table, training, testing)
    order = np.random.default_rng(seed).permutation(len(table.targets))
    size = training + testing
    parts = [order[first : first + size] for first in range(0, len(order) - size + 1, size)]
    return [_standardised(table, part[:training], part[training:]) for part in parts]


def _check(table: Table, training: int, testing: int) -> None:
    if training < 2 or testing < 1 or training + testing > len(table.targets):
        raise ValueError(
            f"{table.name} has {len(table.targets)} rows: take at least 2 to train and 1 to test, not "
            f"{training} and {testing}"
        )


def _standardised(table: Table, train: Array, test: Array) -> Split:
    scale = standardisation(table.features[train])
    target_scale = standardisation(table.targets[train])
    root = np.sqrt(table.features.shape[1])
    return Split(
        scale(table.features[train]) / root,
        target_scale(table.targets[train]),
        scale(table.features[test]) / root,
        target_scale(table.targets[test]),
    )


def standardisation(rows: Array) -> Callable[[Array], Array]:
    """The map that gives `rows` mean 0 and standard deviation 1, column by column; constant columns become 0.

    `rows` has the shape (n, d) or (n,); the map takes arrays of as many columns and keeps their shape.
    """
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    return lambda values: (values - mean) / np.where(deviation > 0, deviation, 1.0)


def _unit(rows: Array) -> Array:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
