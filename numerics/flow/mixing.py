"""Anderson's acceleration of a fixed-point iteration x -> g(x) on the cube [0, 1]^N, or one with all images in it.

The next x is the affine combination of the last images g(x) for which that of their changes g(x) - x is least, cut off
at the cube. It ends limit cycles, into which plain iteration of slopes at kinks falls, and needs fewer evaluations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray
DAMPING = 1e-6
"""Of the least squares problem, relative to the trace of its matrix."""


@dataclass
class Mixing:
    """The last images and changes of an iteration over named arrays: at most `memory` + 1 of them, those after `idle`.

    The first `idle` iterations are plain, and nothing of them is kept.
    """

    memory: int
    idle: int
    count: int = 0
    images: list[Array] = field(default_factory=list)
    changes: list[Array] = field(default_factory=list)

    def next(self, present: Mapping[int, Array], image: Mapping[int, Array]) -> dict[int, Array]:
        """What to evaluate after `present`, whose image is given: arrays of any shape by place, kept."""
        self.count += 1
        if self.count <= self.idle or not self.memory:
            return dict(image)
        flat = np.concatenate([values.ravel() for values in image.values()])
        self.images = [*self.images[-self.memory :], flat]
        change = flat - np.concatenate([present[place].ravel() for place in image])
        self.changes = [*self.changes[-self.memory :], change]
        if len(self.changes) > 1:
            low, high = min(0.0, np.min(self.images)), max(1.0, np.max(self.images))
            flat = np.clip(flat - self._weights() @ np.diff(self.images, axis=0), low, high)
        ends = np.cumsum([values.size for values in image.values()])[:-1]
        pieces = zip(image.items(), np.split(flat, ends), strict=True)
        return {place: piece.reshape(values.shape) for (place, values), piece in pieces}

    def _weights(self) -> Array:
        """The weights of the differences of the last changes whose sum is nearest to the last of them."""
        differences = np.diff(self.changes, axis=0)
        matrix = differences @ differences.T
        damped = matrix + (DAMPING * np.trace(matrix) + 1e-300) * np.eye(len(matrix))
        weights: Array = np.linalg.solve(damped, differences @ self.changes[-1])
        return weights
