"""Which network a paper's kernel belongs to: what the papers' networks have before their weights, in biases, and fixed.

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
class KernelNetwork:
    """A paper's kernel, the statement that it is this network's, and the network with one hidden layer or block.

    `seen` says how the kernel was at hand: printed, quoted, as code, remembered. The paper has the network's kernel
    divided by `divisor`.
    """

    paper: str
    seen: str
    statement: str
    network: Architecture
    divisor: sympy.Expr = ONE


def li(depth: int) -> Architecture:
    """Li, Yu, Chen, Lin, arXiv 2305.02657: sqrt(2/m), biases N(0, 1) in the first and the last layer, all trained."""

    def bias(index: int) -> Group | None:
        return Group("b", index, ONE) if index in (1, depth + 1) else None

    blocks = tuple((Affine(Group("W", i, ONE), bias(i)), RELU, Scale(TWO)) for i in range(1, depth + 1))
    return Architecture(f"Li, depth {depth}", (), blocks, (Affine(Group("W", depth + 1, ONE), bias(depth + 1)),))


NETWORKS: tuple[KernelNetwork, ...] = (
    KernelNetwork("Jacot et al. 2018", "printed", "fd:1", jacot(1, TENTH)),
    KernelNetwork(
        "Lee et al. 2019, sigma_w^2 = 2, sigma_b^2 = 1/100", "remembered, code", "fd:19", lee(1, TWO, TENTH**2)
    ),
    KernelNetwork("Lee et al. 2019, sigma_w^2 = 2, sigma_b = 0", "remembered, code", "fd:20", lee(1, TWO)),
    KernelNetwork("Arora et al. 2019", "quoted", "fd:28", arora(1)),
    KernelNetwork("Bietti, Mairal 2019", "quoted", "sp:1", fcn(1, "none")),
    KernelNetwork("Bietti, Bach 2021, with a bias", "printed", "sp:18", fcn(1, "zero")),
    KernelNetwork("Geifman et al. 2020, beta = 1/10", "code, quoted", "sp:23", geifman(1, TENTH), 2 * (1 + TENTH**2)),
    KernelNetwork(
        "Basri et al. 2020 (5), corrected", "printed", "sp:28", with_trained(fcn(1, "zero"), ["W_1", "b_1"]), 2 * TWO
    ),
    KernelNetwork("Li et al. 2023", "printed", "sp:39", li(1)),
    KernelNetwork("arXiv 2504.11130 (3.6), corrected", "printed", "eq:3.6", fcn(1)),
    KernelNetwork("Huang et al. 2020", "quoted", "rn:1", huang(1, HALF)),
    KernelNetwork("Belfer et al. 2021, Lai et al. 2023", "remembered", "rn:5", huang(1, HALF), 2 * HALF**2),
    KernelNetwork("Tirer et al. 2020", "code", "rn:2", tirer(1, HALF)),
    KernelNetwork("arXiv 2504.11130 (3.10), corrected", "printed", "eq:3.10", resnet(1, HALF)),
)
"""The kernels of the papers of these subjects."""


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
