"""Kernels on pairs of unit vectors, block by block to any depth, over any number system."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import flint
import numpy as np

from numerics.kernels.pairs import PairEvaluation, Pairs
from numerics.numbers.systems import Array, Balls, NumberSystem, evaluate
from theory.depth import RELU_STEP, BlockStep, relu_in_angle
from theory.moments import cosine, theta


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


def deep_angles(angle: flint.arb, system: Balls) -> Iterator[flint.arb]:
    """Balls around the angles theta_l of ReLU features after l = 0, 1, 2, .. blocks without biases, without end.

    cos theta_{l+1} falls with theta_l on [0, pi] (its derivative is -(1 - theta/pi) sin theta), so that both ends of
    a ball go on by themselves and the errors add up and do not multiply. Within `system.working()`.
    """
    ends = [angle.lower(), angle.upper()]
    while True:
        yield ends[0].union(ends[1])
        images = [evaluate(cosine(1), system, {theta: end}).acos() for end in ends]
        ends = [images[0].lower(), images[1].upper()]


def deep_kernel(angle: flint.arb, system: Balls) -> Iterator[flint.arb]:
    """Balls around K_L / (L + 1), L = 0, 1, 2, .., of the ReLU network without biases on a pair of unit vectors.

    As for `deep_angles`.
    """
    return (kernel for _, kernel in deep_pair(angle, system))


def deep_pair(angle: flint.arb, system: Balls) -> Iterator[tuple[flint.arb, flint.arb]]:
    """What `deep_angles` and `deep_kernel` give, together."""
    own, factor = (relu_in_angle(expression) for expression in (RELU_STEP.own, RELU_STEP.factor))
    blocks = flint.arb(0)
    for depth, here in enumerate(deep_angles(angle, system)):
        values = {theta: here}
        yield here, (blocks + here.cos()) / (depth + 1)
        blocks = blocks * evaluate(factor, system, values) + evaluate(own, system, values)
