"""Condition numbers of the ReLU network's kernel on equiangular inputs, against the depth.

On n unit inputs at one angle to each other K / (L + 1) has one entry r off its diagonal, so that its condition number
is (1 + (n - 1) r) / (1 - r), enclosed by balls. Limits: that of bc:28, derived and as printed.
"""

from collections.abc import Iterator
from itertools import islice

import flint
import numpy as np

from checks.conditioning.eigenvalues import SYSTEM
from checks.conditioning.printed import PRINTED, size
from checks.setups.networks import log_spaced, table
from ntk_companion.results import Results
from numerics.kernels.depth import deep_kernel
from numerics.numbers.decimals import decimal_matrix

SIZES, DEGREES, DEEPEST, DIGITS = (2, 3, 6), (30, 90), 1000, 6
SHOWN = (0, 1, 10, 100, 1000)
SETTINGS: dict[str, object] = {
    "network": "ReLU, no biases, all weights trained",
    "inputs": "unit vectors, one angle between any two",
    "digits": DIGITS,
}


def run() -> Iterator[Results]:
    """Tables condition_by_depth and condition_limits."""
    found = conditions()
    yield by_depth(found)
    yield limits(found)


def conditions() -> dict[tuple[int, int, int], str]:
    """The condition number by n, angle in degrees and depth, off by less than one unit of its last digit."""
    found = {}
    with SYSTEM.working():
        for degrees in DEGREES:
            cosines = list(islice(deep_kernel(flint.arb.pi() * degrees / 180, SYSTEM), DEEPEST + 1))
            for count in SIZES:
                for depth in sorted({*log_spaced(DEEPEST, 8), *SHOWN}):
                    one = cosines[depth]
                    ball = (1 + (count - 1) * one) / (1 - one)
                    found[count, degrees, depth] = decimal_matrix([np.array([[ball]])], DIGITS).entries[0][0]
    return found


def by_depth(found: dict[tuple[int, int, int], str]) -> Results:
    """A row for every number of inputs, angle and depth."""
    caption = (
        "Condition number of the NTK on n unit inputs at one angle to each other, by depth; depth 0 is the Gram matrix."
    )
    rows = [(*key, value) for key, value in found.items()]
    return table("condition_by_depth", caption, SETTINGS, "n degrees depth condition", rows)


def limits(found: dict[tuple[int, int, int], str]) -> Results:
    """Some depths beside the limit in depth, derived and printed."""
    formula = PRINTED["bc:28"]
    rows = [
        (
            count,
            degrees,
            *(found[count, degrees, depth] for depth in SHOWN),
            formula.quantity().subs(size, count),
            formula.form.subs(size, count),
        )
        for count in SIZES
        for degrees in DEGREES
    ]
    caption = (
        "Condition number of the NTK at depths 0 to 1000 on n unit inputs at one angle, the limit derived, and printed."
    )
    columns = " ".join(["n degrees", *(f"at_{depth}" for depth in SHOWN), "derived printed"])
    return table("condition_limits", caption, SETTINGS, columns, rows)
