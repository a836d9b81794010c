"""The cross-entropy of a softmax: a loss of several outputs a sample.

Outputs at n samples are n x C arrays, flattened sample by sample to n C numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg

from numerics.losses import Array, log_softplus


@dataclass(frozen=True)
class SoftmaxCrossEntropy:
    """l_i = -sum_a y_ia ln softmax_a(f_i), summed; targets y_i: a row of C >= 2 probabilities for each of n samples.

    As a loss of flattened outputs, shape (n C,), it has n C forces and an n C x n C matrix of curvatures. Raises
    ValueError on other targets.
    """

    targets: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        rows = [np.array(row) for row in self.targets]
        if not rows or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2:
            raise ValueError("targets must be rows of equally many probabilities, two or more, a row a sample")
        if not all((row >= 0).all() and abs(row.sum() - 1) < 1e-12 for row in rows):
            raise ValueError("the targets of every sample must be probabilities that add up to 1")

    @property
    def classes(self) -> int:
        """The number C of classes."""
        return len(self.targets[0])

    @property
    def size(self) -> int:
        """The number n C of outputs."""
        return len(self.targets) * self.classes

    @cached_property
    def _shares(self) -> Array:
        return np.array(self.targets, dtype=float)

    @cached_property
    def signs(self) -> Array:
        """+1 for the most probable class of each sample, else -1, shape (n C,)."""
        signs: Array = np.where(self._shares == self._shares.max(axis=1, keepdims=True), 1.0, -1.0)
        return signs.ravel()

    def margins(self, outputs: Array) -> Array:
        """f_y - max over k != y of f_k, y the most probable class; (..., n C) to (..., n)."""
        rows = outputs.reshape(*outputs.shape[:-1], *self._shares.shape)
        chosen = np.eye(self.classes, dtype=bool)[self._shares.argmax(axis=1)]
        own: Array = (rows * chosen).sum(axis=-1)
        return own - np.where(chosen, -np.inf, rows).max(axis=-1)

    @cached_property
    def _log_shares(self) -> tuple[Array, Array]:
        """ln y_a and ln(1 - y_a)."""
        with np.errstate(divide="ignore"):
            return np.log(self._shares), np.log(self._shares @ (1 - np.eye(self.classes)))

    def _log_probabilities(self, outputs: Array) -> tuple[Array, Array]:
        """ln p_a and ln(1 - p_a), n x C, each without cancellation."""
        rows = outputs.reshape(self._shares.shape)
        totals = np.logaddexp.reduce(rows, axis=1, keepdims=True)
        return rows - totals, self._log_others(rows) - totals

    @cached_property
    def _others(self) -> Array:
        """The classes but a, in line a of C x (C - 1)."""
        return np.array([np.delete(np.arange(self.classes), a) for a in range(self.classes)])

    def _log_others(self, rows: Array) -> Array:
        """ln of the sum of exp(f_b) over the other classes b, n x C."""
        found: Array = np.logaddexp.reduce(rows[:, self._others], axis=2)
        return found

    def log_value(self, outputs: Array) -> float:
        """ln of the sum over the samples."""
        rows = outputs.reshape(self._shares.shape)
        behind = self._log_others(rows) - rows
        return float(np.logaddexp.reduce(self._log_shares[0] + log_softplus(behind), axis=None))

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) (y - p), shape (n C,), without cancellation where the target is 0 or 1."""
        (ones, zeros), (inside, outside) = self._log_shares, self._log_probabilities(outputs)
        forces: Array = np.exp(log_scale + ones + outside) - np.exp(log_scale + zeros + inside)
        return forces.ravel()

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) times the n C x n C matrix with blocks diag(p_i) - p_i p_i'."""
        blocks = []
        for inside, outside in zip(*self._log_probabilities(outputs), strict=True):
            block = -np.exp(log_scale + np.add.outer(inside, inside))
            np.fill_diagonal(block, np.exp(log_scale + inside + outside))
            blocks.append(block)
        return np.asarray(scipy.linalg.block_diag(*blocks))

    def resting_outputs(self, start: Array) -> Array:
        """Where the flow from the outputs `start` rests: ln y_a up to a constant that keeps every sample's mean.

        Both have the shape (n C,). Raises ValueError unless every target is positive.
        """
        if not (self._shares > 0).all():
            raise ValueError("without a regulariser the flow rests only if every class has positive probability")
        logs = np.log(self._shares)
        means = start.reshape(self._shares.shape).mean(axis=1, keepdims=True)
        return (logs - logs.mean(axis=1, keepdims=True) + means).ravel()


def cross_entropy_of_classes(labels: Sequence[int]) -> SoftmaxCrossEntropy:
    """The loss of samples of the classes 0, 1, .. up to the largest label, and at least two."""
    count = max(2, 1 + max(labels))
    return SoftmaxCrossEntropy(tuple(tuple(float(label == number) for number in range(count)) for label in labels))
