"""The parts of the derived kernels against explicit finite networks in the mean, for every activation in every shape.

    python -m benchmarks.sampled_networks [NAME ...] [images] [--seed S]

FCN of depth 1 to 3 and ResNet 1 and 2, each kind of bias, as in `activation_grid`. Of every network R draws with their
weights, width m, at three points. A part agrees if its mean differs nowhere by more than chance and the bias of width,
and the draws suffice to see a discrepancy of the tolerance with probability 1 - 1e-6. A right part is refuted with
probability at most 1e-9, any of the 1500 parts of the grid with at most 1.5e-6. All is relative to the part's own
sqrt(K(x, x) K(x', x')). `images`: convolutional networks of depth 1 to 3 and 512 channels on images of 5 and of 4 x 4
positions with 3 channels.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from benchmarks.activation_grid import BIASES, DEPTHS, NAMES, network
from benchmarks.run import table
from numerics.kernels.gram import kernel_grams
from numerics.networks.explicit import sample_networks
from numerics.statistics import entry_scale, equivalence_test
from theory.architecture import Architecture
from theory.presets import cntk

POINTS = np.array([[0.6, 0.7], [-0.3, 0.5], [0.5, -0.9]])
WIDTH, DRAWS = 256, 256
CHANNELS, DRAWS_OF_IMAGES = 512, 120
HEAVY = {name: (Fraction(1, 32), Fraction(1, 16)) for name in ("exp", "cubic")}
"""The variances of weights and biases where products of those of `activation_grid` have tails too heavy for a mean."""
TOLERANCE, ALLOWANCE = 0.35, 8.0
"""What is to be seen, and times 1 / m what width is allowed to bias a mean."""
FALSE_ALARM = 1e-9
IMAGES = "images"


class Part(NamedTuple):
    """A part of a kernel beside the mean of its draws: how far it is off, and from what size on that is seen."""

    name: str
    verdict: str
    off: float
    detectable: float


def parts(chosen: Architecture, seed: int) -> Iterator[Part]:
    """All parts of a network's kernel. Raises ValueError if a part that is zero has a draw that is not."""
    points, width, draws = POINTS, WIDTH, DRAWS
    if chosen.image:
        points = np.random.default_rng(0).standard_normal((2, 3 * math.prod(chosen.image)))
        width, draws = CHANNELS, DRAWS_OF_IMAGES
    sampled = sample_networks(chosen, points, width, draws, seed)
    for name, part in kernel_grams(chosen, points).parts.items():
        scale = entry_scale(part)
        if not scale.any():
            if sampled.parts[name].any():
                raise ValueError(f"{chosen.name}: the part of {name} is zero, its draws are not")
            continue
        found = equivalence_test(sampled.parts[name] / scale, part / scale, TOLERANCE, FALSE_ALARM, ALLOWANCE / width)
        yield Part(name, found.verdict, float(np.abs(found.discrepancy).max()), float(found.detectable.max()))


def networks(name: str) -> Iterator[Architecture]:
    """The networks of a row."""
    if name == IMAGES:
        for depth, image, pooled in itertools.product((1, 2, 3), ((5,), (4, 4)), (True, False)):
            yield cntk(depth, image, pooled=pooled)
        return
    for kind, depths in DEPTHS.items():
        for depth, bias in itertools.product(depths, BIASES):
            yield network(name, kind, depth, bias, *HEAVY.get(name, ()))


def main() -> None:
    """Print a row an activation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*NAMES, IMAGES)))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    for name in options.names or (*NAMES, IMAGES):
        begun, found = time.perf_counter(), list[Part]()
        for chosen in networks(name):
            here = list(parts(chosen, options.seed))
            found += here
            for one in here:
                if one.verdict != "agrees":
                    print(f"{chosen.name}: {one}", flush=True)
        counts = [sum(one.verdict == word for one in found) for word in ("agrees", "differs", "undecided")]
        worst = [f"{max(getattr(one, key) for one in found):.1%}" for key in ("off", "detectable")]
        rows.append((name, *map(str, counts), *worst, f"{time.perf_counter() - begun:.0f} s"))
        print(*rows[-1], flush=True)
    table(("activation", "agree", "differ", "undecided", "most off", "detects", "seconds"), rows)


if __name__ == "__main__":
    main()
