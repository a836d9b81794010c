"""The derived kernel of every activation against quadrature of 34 digits: FCN of depth 1 to 3, ResNet 1 and 2, and
biases that are trained and N(0, 1/4), start at zero, or are absent.

    python -m benchmarks.activation_grid [NAME ...] [--out FILE.csv]

The oracle is a recursion typed by hand over quadrature in mpmath (tests/oracles/fine_activations.py). Compared on one
point and on two pairs are balls, whose middle is taken and whose radius is told, and float64; doubles at
nearly opposite points are compared with the balls. All relative to sqrt(K(x, x) K(x', x')). Weights have the variance
of the table: exp and cubic grow beyond doubles where it is 1, and of series that many terms do not give 30 digits.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy

from benchmarks.run import number, table
from numerics.data.points import float_points
from numerics.kernels.gram import ntk
from numerics.numbers.systems import Balls
from tests.oracles import fine_activations as oracle
from theory import activations
from theory.activations import Activation, Analytic, activation_named
from theory.architecture import Architecture, fcn, resnet
from theory.presets import changed

POINTS = float_points("points", np.array([[0.6, 0.7], [-0.3, 0.5], [0.5, -0.9], [-0.6, -0.6999]]))
PAIRS = ((0, 0), (0, 1), (0, 2))
OPPOSITE = (0, 3)
BIASES = {"trained": (1, 1), "zero": (0, 1), "none": (0, 0)}
VARIANCE, SCALE = Fraction(1, 4), Fraction(1, 2)
"""Of trained biases; and the residual scale."""
DEPTHS = {"fcn": (1, 2, 3), "resnet": (1, 2)}
BITS, BITS_OF_SERIES = 640, 240
"""Of the balls; a series is made for half of its bits, and longer the more there are."""
CUBIC = activations.Polynomial(tuple(map(sympy.Integer, (1, -2, 0, 1))))
NAMES = (*oracle.KINKED, *oracle.SMOOTH)


class Entry(NamedTuple):
    """An entry of one kernel: how far the middle of its ball and the double are off, its radius; all relative."""

    network: str
    bias: str
    pair: str
    value: str
    balls: float
    radius: float
    doubles: float


def named(name: str) -> Activation:
    """The activation that the oracle calls by this name."""
    special = {"cubic": CUBIC, "leaky": activations.LeakyRelu(sympy.Rational(1, 4))}
    return special[name] if name in special else activation_named(name)


def weight_variance(name: str) -> Fraction:
    """The variance of the weights that an activation is tried with."""
    if name in ("exp", "cubic"):
        return Fraction(1, 8)
    return Fraction(1, 4) if isinstance(named(name), Analytic) else Fraction(1)


def network(
    name: str, kind: str, depth: int, bias: str, weight: Fraction | None = None, variance: Fraction = VARIANCE
) -> Architecture:
    """A network of the grid, its weights and trained biases of these variances."""
    exact = {"weight_variance": weight_variance(name) if weight is None else weight, "bias_variance": variance}
    made = fcn(depth, bias, named(name)) if kind == "fcn" else resnet(depth, sympy.Rational(1, 2), bias, named(name))
    return changed(made, **{key: sympy.Rational(one.numerator, one.denominator) for key, one in exact.items()})


def expected(name: str, kind: str, bias: str, pair: tuple[int, int]) -> list[Any]:
    """The kernel by the oracle at every depth."""
    first, second = (POINTS.numerators[place].tolist() for place in pair)
    x, y = ([oracle.mp.mpf(one) / POINTS.denominator for one in point] for point in (first, second))
    weight, variance, scale = (oracle.mp.mpf(one.numerator) / one.denominator for one in _numbers(name))
    forward, gradient = BIASES[bias]
    if kind == "fcn":
        return oracle.fcn_kernels(name, x, y, max(DEPTHS[kind]), weight, forward * variance, gradient)
    return oracle.resnet_kernels(name, x, y, max(DEPTHS[kind]), scale, weight, forward * variance, gradient)


def _numbers(name: str) -> Sequence[Fraction]:
    return weight_variance(name), VARIANCE, SCALE


def middle(ball: Any) -> Any:
    """The middle of a ball, in the oracle's numbers."""
    mantissa, exponent = ball.mid().man_exp()
    return oracle.mp.mpf(int(mantissa)) * oracle.mp.mpf(2) ** int(exponent)


def entries(name: str, kinds: Sequence[str] = tuple(DEPTHS), biases: Sequence[str] = tuple(BIASES)) -> Iterator[Entry]:
    """All entries that are compared for an activation; of the nearly opposite pair the balls are the truth."""
    for kind in kinds:
        for bias in biases:
            bits = BITS_OF_SERIES if isinstance(named(name), Analytic) else BITS
            right = {pair: expected(name, kind, bias, pair) for pair in PAIRS}
            for depth in DEPTHS[kind]:
                chosen = network(name, kind, depth, bias)
                balls, doubles = ntk(chosen, POINTS, Balls(bits)), ntk(chosen, POINTS)
                for i, j in (*PAIRS, OPPOSITE):
                    scale = oracle.mp.sqrt(middle(balls[i, i]) * middle(balls[j, j]))
                    found = middle(balls[i, j])
                    truth = found if (i, j) == OPPOSITE else right[i, j][depth - 1]
                    errors = abs(found - truth), oracle.mp.mpf(float(balls[i, j].rad())), abs(doubles[i, j] - truth)
                    where = f"{kind} {depth}", bias, f"{i} {j}"
                    yield Entry(*where, oracle.mp.nstr(truth, 34), *(float(error / scale) for error in errors))


def main() -> None:
    """Print a row an activation, and write every entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, metavar="FILE.csv")
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    lines: list[tuple[object, ...]] = [("activation", *Entry._fields)]
    for name in options.names or NAMES:
        begun = time.perf_counter()
        found = list(entries(name))
        apart = [one for one in found if one.pair != "0 3"]
        worst = [max(getattr(one, key) for one in apart) for key in ("balls", "radius", "doubles")]
        opposite = max(one.doubles for one in found if one.pair == "0 3")
        seconds = f"{time.perf_counter() - begun:.0f} s"
        rows.append((name, str(weight_variance(name)), *map(number, (*worst, opposite)), seconds))
        lines += [(name, *one[:4], *map(number, one[4:])) for one in found]
        print(*rows[-1], flush=True)
    table(("activation", "weights", "balls", "their radius", "doubles", "nearly opposite", "seconds"), rows)
    if options.out:
        with options.out.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


if __name__ == "__main__":
    main()
