"""Do two sets of draws come from one law? For tests of samplers against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats

from numerics.statistics import Array


@dataclass(frozen=True)
class TwoSampleResult:
    """`differs` says that the p-value, corrected for the number of comparisons, is below alpha.

    Not to differ proves nothing: unlike `equivalence_test` a two-sample test states no detectable discrepancy.
    """

    differs: bool
    p_value: float
    comparison: int
    comparisons: int


def two_sample_test(first: Array, second: Array, alpha: float, directions: int = 32, seed: int = 0) -> TwoSampleResult:
    """Do two sets of independent draws, of shapes (R_1, ...) and (R_2, ...), come from one joint law?

    Kolmogorov-Smirnov on every entry, on `directions` fixed random combinations of the standardised entries, and on
    products of two such combinations, which see dependence between entries. The smallest p-value is multiplied by
    the number of comparisons (Bonferroni). Ties make the test conservative. Raises ValueError on fewer than two
    draws or if a draw has different sizes in the two sets.
    """
    one, two = (np.asarray(draws, dtype=float).reshape(len(draws), -1) for draws in (first, second))
    if min(len(one), len(two)) < 2 or one.shape[1] != two.shape[1]:
        raise ValueError("a two-sample test needs at least two draws a side, of one shape")
    # What differs by rounding only, such as an entry that is zero in exact arithmetic, becomes a tie.
    grid = 1e-11 * np.median(np.abs(np.concatenate([one, two])).max(axis=1)) or 1.0
    one, two = np.round(one / grid) * grid, np.round(two / grid) * grid
    pooled = np.concatenate([one, two])
    centre, scale = np.median(pooled, axis=0), pooled.std(axis=0)
    combinations = np.random.default_rng(seed).standard_normal((one.shape[1], directions))
    combinations /= np.where(scale > 0, scale, np.inf)[:, None]

    def features(draws: Array) -> Array:
        mixed = (draws - centre) @ combinations
        return np.hstack([draws, mixed, mixed * np.roll(mixed, 1, axis=1)])

    columns = zip(features(one).T, features(two).T, strict=True)
    p_values = np.array([scipy.stats.ks_2samp(left, right).pvalue for left, right in columns])
    smallest = int(p_values.argmin())
    corrected = min(1.0, float(p_values[smallest]) * len(p_values))
    return TwoSampleResult(corrected < alpha, corrected, smallest, len(p_values))
