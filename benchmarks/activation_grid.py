"""The derived kernel of every activation against quadrature: FCN of depth 1 to 3, ResNet 1 and 2, each kind of bias.

    python -m benchmarks.activation_grid [NAME ...]

Prints, a row an activation, the largest difference over four pairs of points relative to sqrt(K(x,x) K(x',x')): the
oracle is a recursion typed by hand over two-dimensional quadrature in doubles (tests/oracles/activations.py), good to
about 1e-13, a moment's full accuracy lost where moments of moments grow (exp, cubic, bump).
"""

from __future__ import annotations

import sys

import numpy as np
import sympy

from benchmarks.run import number, table
from numerics.kernels.gram import ntk
from tests.oracles import activations as oracle
from theory import activations
from theory.activations import Activation, activation_named
from theory.architecture import Architecture, fcn, resnet

HALF = sympy.Rational(1, 2)
POINTS = np.array([[0.6, 0.7], [-0.3, 0.5], [-0.6, -0.6999]])
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 2))
BIASES = {"trained": (1, 1), "zero": (0, 1), "none": (0, 0)}
CUBIC = activations.Polynomial(tuple(map(sympy.Integer, (1, -2, 0, 1))))
NAMES = (*oracle.KINKED, *oracle.SMOOTH)


def named(name: str) -> Activation:
    """The activation that the oracle calls by this name."""
    special = {"cubic": CUBIC, "leaky": activations.LeakyRelu(HALF / 2)}
    return special[name] if name in special else activation_named(name)


def largest(name: str, network: Architecture, *formula: object) -> float:
    """The largest difference on the pairs."""
    kernel_of, depth, *rest = formula
    matrix = ntk(network, POINTS)
    found = []
    for i, j in PAIRS:
        expected = kernel_of(name, POINTS[i], POINTS[j], depth, *rest)
        found.append(abs(matrix[i, j] - expected) / np.sqrt(matrix[i, i] * matrix[j, j]))
    return max(found)


def main() -> None:
    """Print the table."""
    rows = []
    for name in sys.argv[1:] or NAMES:
        activation, row = named(name), [name]
        for bias, given in BIASES.items():
            for depth in (1, 2, 3):
                row.append(number(largest(name, fcn(depth, bias, activation), oracle.fcn_kernel, depth, *given)))
            for depth in (1, 2):
                network = resnet(depth, HALF, bias, activation)
                row.append(number(largest(name, network, oracle.resnet_kernel, depth, 0.5, *given)))
        rows.append(row)
    columns = [f"{kind} {bias}" for bias in BIASES for kind in ("F1", "F2", "F3", "R1", "R2")]
    table(("activation", *columns), rows)


if __name__ == "__main__":
    main()
