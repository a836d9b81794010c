"""Which network a printed kernel belongs to: what the papers' networks have before their weights, in biases, and fixed.

Everything is read off the architectures. With one hidden layer, or one block, where papers that print deep kernels and
those that print kernels of two layers meet.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sympy

from theory.architecture import (
    RELU,
    Affine,
    Architecture,
    Group,
    Scale,
    affine_layers,
    fcn,
    flattened,
    resnet,
    with_trained,
)
from theory.presets import arora, geifman, huang, jacot, lee, tirer
from theory.written import written

ONE, TWO, TENTH = sympy.Integer(1), sympy.Integer(2), sympy.Rational(1, 10)
HALF = ONE / 2
"""The residual scale."""


@dataclass(frozen=True)
class PrintedNetwork:
    """A printed kernel, the statement that it is this network's, and the network with one hidden layer or block."""

    paper: str
    statement: str
    network: Architecture


def li(depth: int) -> Architecture:
    """Li, Yu, Chen, Lin, arXiv 2305.02657: sqrt(2/m), biases N(0, 1) in the first and the last layer, all trained."""

    def bias(index: int) -> Group | None:
        return Group("b", index, ONE) if index in (1, depth + 1) else None

    blocks = tuple((Affine(Group("W", i, ONE), bias(i)), RELU, Scale(TWO)) for i in range(1, depth + 1))
    return Architecture(f"Li, depth {depth}", (), blocks, (Affine(Group("W", depth + 1, ONE), bias(depth + 1)),))


NETWORKS: tuple[PrintedNetwork, ...] = (
    PrintedNetwork("Jacot et al. 2018", "fd:1", jacot(1, TENTH)),
    PrintedNetwork("Lee et al. 2019, sigma_w^2 = 2, sigma_b^2 = 1/100", "fd:19", lee(1, TWO, TENTH**2)),
    PrintedNetwork("Lee et al. 2019, sigma_w^2 = 2, sigma_b = 0", "fd:20", lee(1, TWO)),
    PrintedNetwork("Arora et al. 2019", "fd:28", arora(1)),
    PrintedNetwork("Bietti, Mairal 2019", "sp:1", fcn(1, "none")),
    PrintedNetwork("Bietti, Bach 2021, with a bias", "sp:18", fcn(1, "zero")),
    PrintedNetwork("Geifman et al. 2020, beta = 1/10", "sp:23", geifman(1, TENTH)),
    PrintedNetwork("Basri et al. 2020 (5), corrected", "sp:28", with_trained(fcn(1, "zero"), ["W_1", "b_1"])),
    PrintedNetwork("Li et al. 2023", "sp:39", li(1)),
    PrintedNetwork("arXiv 2504.11130 (3.6), corrected", "eq:3.6", fcn(1)),
    PrintedNetwork("Huang et al. 2020", "rn:1", huang(1, HALF)),
    PrintedNetwork("Tirer et al. 2020", "rn:2", tirer(1, HALF)),
    PrintedNetwork("arXiv 2504.11130 (3.10), corrected", "eq:3.10", resnet(1, HALF)),
)
"""The printed kernels of the seven subjects' papers."""


def factors(network: Architecture) -> Iterator[str]:
    """What stands before each weight matrix, squared: 2/m, m the width it acts on, or 1; of the first /d for /m."""
    width, before = "d", ONE
    scaled = False
    for layer in flattened(network.layers):
        if isinstance(layer, Scale):
            before, scaled = before * layer.factor, True
        if isinstance(layer, Affine):
            square = before * layer.weight.variance * layer.weight.multiplier**2
            yield f"{layer.weight.name} {square}{'/' + width if scaled else ''}"
            width, before, scaled = "m", ONE, False


def biases(network: Architecture) -> str:
    """The biases: their strength and the law they start from; none if there are none."""
    groups = [layer.bias for layer in affine_layers(network.layers) if layer.bias is not None]
    kinds: dict[str, list[str]] = {}
    for group in groups:
        start = "from 0" if group.variance == 0 else f"from N(0, {group.variance})"
        times = "" if group.multiplier == 1 else f", times {written(group.multiplier)}"
        kinds.setdefault(start + times, []).append(group.name)
    return "; ".join(f"{' '.join(names)} {kind}" for kind, names in kinds.items()) or "none"


def fixed(network: Architecture) -> str:
    """The groups that are not trained; none if all are."""
    return " ".join(group.name for group in network.groups if not group.trained) or "none"
