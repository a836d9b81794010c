"""What the points alone say of a network's Gram matrix: it is positive semidefinite, and singular if points coincide.

A kernel of an infinitely wide network, the NTK as the NNGP kernel, is a sum of expectations of products of a feature
at x and the same at x': its Gram matrices are positive semidefinite by construction. Rows of equal points are equal. A
network of activations like the ReLU, without any bias, is positively homogeneous in its input: then the rows of c x
and x, c > 0, are proportional, and that of the origin is zero.
"""

import dataclasses
from collections.abc import Callable
from math import gcd

import flint

from numerics.data.points import CirclePoints, Points, as_points
from numerics.kernels.spectrum import MOST_BITS, Enclosure, certified_lambda_min
from numerics.numbers.systems import Array, NumberSystem
from theory.architecture import Architecture, positively_homogeneous

MOST_NAMED = 3
"""So many coincidences are named; the rest are counted."""


def singular_because(architecture: Architecture, points: Points) -> str | None:
    """A sentence on which of n points (numbered from 1) make every kernel of the network singular on them, or None.

    A point set or n x d.
    """
    points = as_points(points)
    if isinstance(points, CirclePoints):
        return None  # different, and none a positive multiple of another
    without_bias = positively_homogeneous(architecture)
    key = _ray if without_bias or points.unit_norm else tuple
    classes: dict[tuple[int, ...], list[int]] = {}
    for place, row in enumerate(points.numerators.tolist(), start=1):
        classes.setdefault(key(tuple(int(value) for value in row)), []).append(place)
    if without_bias and (origin := classes.pop((0,) * points.dimension, [])):
        return f"{_points(origin)} at the origin, where a network without biases is zero"
    coinciding = [places for places in classes.values() if len(places) > 1]
    if not coinciding:
        return None
    rows = points.numerators
    equal = all((rows[place - 1] == rows[places[0] - 1]).all() for places in coinciding for place in places)
    word = "equal" if equal or points.unit_norm else "positive multiples of each other, in a network without biases"
    named = [f"points {_listed(places)}" for places in coinciding[:MOST_NAMED]]
    more = len(coinciding) - MOST_NAMED
    rest = f", and so are {more} more sets of points" if more > 0 else ""
    return f"{'; '.join(named)} are {word}{rest}"


def _ray(row: tuple[int, ...]) -> tuple[int, ...]:
    """The shortest whole vector in the direction of a point."""
    divisor = gcd(*row)
    return tuple(value // divisor for value in row) if divisor else row


def _points(places: list[int]) -> str:
    return f"point {places[0]} lies" if len(places) == 1 else f"points {_listed(places)} lie"


def _listed(places: list[int]) -> str:
    shown = [str(place) for place in places[:8]] + ([f"{len(places) - 8} more"] if len(places) > 8 else [])
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def lambda_min_of_network(
    architecture: Architecture,
    points: Points,
    gram_over: Callable[[NumberSystem], Array],
    digits: int = 3,
    most_bits: int = MOST_BITS,
) -> tuple[Enclosure, str | None]:
    """lambda_min of a kernel of the network on n points, whose n x n matrix `gram_over` evaluates, and why it is zero.

    Zero, with the reason, where points coincide; else as `certified_lambda_min`, never below zero, and no reason.
    """
    because = singular_because(architecture, points)
    if because is not None:
        return Enclosure(flint.arb(0), flint.arb(0), "structure", 0), because
    found = certified_lambda_min(gram_over, digits, most_bits)
    return dataclasses.replace(found, lower=found.lower if found.lower > 0 else flint.arb(0)), None
