"""Kernels on pairs of unit vectors, block by block to any depth, over any number system."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.kernels.pairs import PairEvaluation, Pairs
from numerics.numbers.systems import Array, NumberSystem
from theory.depth import BlockStep


@dataclass(frozen=True)
class AtDepth:
    """What P pairs of unit vectors have become after some blocks; arrays of shape (P,).

    square    S_l(x, x), the same for all unit vectors
    features  S_l(x, x')
    blocks    N_l(x, x'), the blocks' parts of the NTK (`theory.depth`)
    """

    square: Any
    features: Array
    blocks: Array

    @property
    def correlation(self) -> Array:
        """S_l(x, x') / S_l(x, x), shape (P,)."""
        return self.features / self.square


def at_angles(angles: Array) -> Pairs:
    """The inner products of P pairs of unit vectors at these angles in [0, pi], shape (P,): for `through_depth`.

    Doubles, or balls of dtype object at the current precision.
    """
    if angles.dtype == float:
        sine, cosine = np.sin(angles / 2), np.cos(angles / 2)
    else:
        sine, cosine = (np.array([getattr(value / 2, name)() for value in angles]) for name in ("sin", "cos"))
    cross = cosine * cosine - sine * sine
    return Pairs(cross[:1] * 0 + 1, cross, lambda: (sine * sine, cosine * cosine))


def through_depth(step: BlockStep, pairs: Pairs, system: NumberSystem, stem_trained: bool = False) -> Iterator[AtDepth]:
    """The kernels after 0, 1, 2, .. blocks of a network on P pairs of unit vectors, without end.

    With `stem_trained` a trained linear layer before the blocks has its part too. Within `system.working()`.
    """
    place = np.zeros(len(pairs.cross), dtype=int)
    features, blocks = pairs, pairs.cross * (1 if stem_trained else 0)
    while True:
        square = (features.norms * features.norms)[0]
        yield AtDepth(square, features.cross, blocks)
        evaluation = PairEvaluation(step.equations, features, place, place, system)
        blocks = blocks * evaluation.entries(step.factor) + evaluation.entries(step.own)
        features = evaluation.pairs(step.features)
