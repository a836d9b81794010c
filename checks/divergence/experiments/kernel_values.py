"""Certified kernel values and lambda_min by network, depth and points; and lambda_min against separation."""

from collections.abc import Iterator
from fractions import Fraction

import flint
import numpy as np

from checks.setups.networks import DEPTHS, FAMILIES, table
from ntk_companion.results import Results
from numerics.data.parse import parse_points
from numerics.data.points import PointSet, rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import Enclosure, certified_lambda_min
from numerics.numbers.decimals import decimal_matrix
from numerics.numbers.systems import Balls
from theory.architecture import Architecture

POINTS = ("hexagon", "circle:12", "sphere:10,3", "sphere:10,10", "digits:10", "digits:50")
DIGITS = 10
SEPARATIONS = range(13)


def run() -> Iterator[Results]:
    """Tables kernel_values and separation."""
    yield kernel_values()
    yield separation()


def certified(architecture: Architecture, points: PointSet) -> tuple[str, str, str]:
    """K(x_1, x_1), K(x_1, x_2) and lambda_min as decimals within one unit of their last digit."""
    two = ntk(architecture, points, Balls(256))[:2, :2]
    entries = decimal_matrix([two], DIGITS).entries
    enclosure = certified_lambda_min(lambda system: ntk(architecture, points, system), DIGITS + 1)
    return entries[0][0], entries[0][1], guaranteed(enclosure)


def guaranteed(enclosure: Enclosure, digits: int = DIGITS) -> str:
    """lambda_min to so many digits, off by less than one unit of the last; none if it is not known to so many."""
    if not enclosure.has_digits(digits + 1):
        return ""
    with flint.ctx.workprec(4 * enclosure.bits):
        ball = enclosure.lower.union(enclosure.upper)
        return decimal_matrix([np.array([[ball]])], digits).entries[0][0]


def kernel_values() -> Results:
    """Networks, depths and point sets."""
    rows = []
    for name in POINTS:
        points = parse_points(name)
        for network, family in FAMILIES.items():
            for depth in DEPTHS:
                rows.append((network, depth, name, len(points), *certified(family(depth), points)))
    return table(
        "kernel_values",
        "Certified values of the NTK and its smallest eigenvalue, each off by less than one unit of its last digit. "
        "No lambda_min: not proved positive.",
        {"digits": DIGITS},
        "network depth points n at_first first_second lambda_min",
        rows,
    )


def separation() -> Results:
    """lambda_min(K) on two points a distance 10^-k apart, for k by network and depth."""
    rows = []
    for exponent in SEPARATIONS:
        pair = rational_points("pair", [[Fraction(1), Fraction(0)], [Fraction(1), Fraction(1, 10**exponent)]])
        for network, family in FAMILIES.items():
            for depth in DEPTHS:
                rows.append((network, depth, -exponent, certified(family(depth), pair)[2]))
    return table(
        "separation",
        "Certified lambda_min of the NTK on the points (1, 0) and (1, s), against the separation s.",
        {"digits": DIGITS},
        "network depth log10_separation lambda_min",
        rows,
    )
