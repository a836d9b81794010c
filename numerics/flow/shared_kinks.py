"""Which samples meet the kinks of a layer together, whatever the weights: one gate belongs to all of them.

Pre-activations without a bias are proportional at proportional vectors, so that x, 2x and -x have one kink in common.
With a slope lam of max(0, z) at x, that at a positive multiple is lam and that at a negative one 1 - lam, because
max(0, -z) = max(0, z) - z. Slopes chosen apart from each other would lie outside Clarke's subdifferential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from theory.architecture import Affine

Array = np.ndarray
SAME = 1e-12
"""Vectors are proportional if they are so up to this relative error."""


@dataclass(frozen=True)
class Sharing:
    """The vector of sample i is factor[i] times that of sample leader[i], whose own factor is 1; shapes (n,)."""

    leader: Array
    factor: Array

    @property
    def groups(self) -> list[Array]:
        """The indices of the samples of each leader, it first: integer arrays of shape (samples of the group,)."""
        return [np.flatnonzero(self.leader == leader) for leader in np.unique(self.leader)]

    @cached_property
    def leads(self) -> Array:
        """Which samples are leaders, (n,)."""
        return self.leader == np.arange(len(self.leader))

    @cached_property
    def alone(self) -> bool:
        """Does no sample share its kinks with another?"""
        return bool(self.leads.all())

    @cached_property
    def same_side(self) -> Array:
        """Which samples (rows) have which leader (columns) and are on its side of the kink, n x n."""
        led: Array = self.leader[:, None] == np.arange(len(self.leader))
        return led & (self.factor > 0)[:, None]

    @cached_property
    def opposite_side(self) -> Array:
        """Which samples (rows) have which leader (columns) and are on the other side of the kink, n x n."""
        led: Array = self.leader[:, None] == np.arange(len(self.leader))
        return led & (self.factor < 0)[:, None]

    def together(self, marks: Array) -> Array:
        """Marks of samples, n x m, kept only where all that share the kink have them."""
        if self.alone:
            return marks
        marks = marks.copy()
        for group in self.groups:
            marks[group] = marks[group].all(axis=0)
        return marks

    def split(self, keys: Array) -> Sharing:
        """The same where two samples stay together only if they have the same key; keys: shape (n,)."""
        leader, factor = self.leader.copy(), self.factor.copy()
        for group in self.groups:
            for key in np.unique(keys[group]):
                part = group[keys[group] == key]
                leader[part], factor[part] = part[0], self.factor[part] / self.factor[part[0]]
        return Sharing(leader, factor)

    def rearranged(self, sources: Array) -> Sharing:
        """That of rows made of some of these side by side, or of their sums: `sources` is rows x k, a line for each.

        They are proportional if all they are made of are so at one ratio. The source -1 is zero.
        """
        leader, factor = np.arange(len(sources)), np.ones(len(sources))
        first: dict[tuple[tuple[int, str], ...], int] = {}
        for row, line in enumerate(sources):
            parts = [(int(self.leader[one]), float(self.factor[one])) if one >= 0 else (-1, 0.0) for one in line]
            factor[row] = next((ratio for place, ratio in parts if place >= 0), 1.0)
            key = tuple((place, f"{ratio / factor[row]:.9g}") for place, ratio in parts)
            leader[row] = first.setdefault(key, row)
        return Sharing(leader, factor / factor[leader])

    def after_bias(self) -> Sharing:
        """That of W a + b: equal vectors alone."""
        return self.split(np.array([float(f"{factor:.9g}") for factor in self.factor]))

    def after(self, kinked: bool) -> Sharing:
        """That of activations: positive multiples for the ReLU, which has a kink, equal vectors for others."""
        return self.split(np.sign(self.factor)) if kinked else self.after_bias()


def proportional(inputs: Array) -> Sharing:
    """The sharing of the rows of an n x d array; a row of zeros goes with zeros alone."""
    leader, factor = np.arange(len(inputs)), np.ones(len(inputs))
    scale = np.abs(inputs).max(axis=1)
    for i, row in enumerate(inputs):
        for j in range(i):
            if leader[j] != j or (scale[i] == 0) != (scale[j] == 0):
                continue
            ratio = 1.0
            if scale[i] > 0:
                place = int(np.abs(inputs[j]).argmax())
                ratio = row[place] / inputs[j][place]
            if np.abs(row - ratio * inputs[j]).max() <= SAME * scale[i]:
                leader[i], factor[i] = j, ratio
                break
    return Sharing(leader, factor)


def sharings(
    layers: Mapping[int, tuple[Affine, bool | None]], inputs: Array, rearranged: Mapping[int, Array] | None = None
) -> dict[int, Sharing]:
    """The sharing of the pre-activations of every affine layer, by position; the first takes the inputs (n x d).

    Beside a layer stands whether the activation that follows has a kink; None if none follows. At the positions of
    `rearranged`, after the first layer, rows are made of others as `Sharing.rearranged` says.
    """
    found, current = {}, proportional(inputs)
    for position, entry in sorted((dict(layers) | dict(rearranged or {})).items()):
        if isinstance(entry, np.ndarray):
            current = current.rearranged(entry)
            continue
        layer, kinked = entry
        current = current if layer.bias is None else current.after_bias()
        # Slopes of a smooth activation are those of equal vectors alone.
        found[position] = current.after_bias() if kinked is False else current
        if kinked is not None:
            current = current.after(kinked)
    return found
