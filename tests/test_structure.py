from fractions import Fraction

import numpy as np
import pytest

from numerics.data.points import circle, float_points, rational_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import certified_lambda_min
from numerics.kernels.structure import lambda_min_of_network, singular_because
from theory.architecture import fcn, resnet


def points(*rows):
    return rational_points("points", [[Fraction(value) for value in row] for row in rows])


@pytest.mark.parametrize(
    ("network", "rows", "because"),
    [
        (fcn(2), [(1, 2), (3, 4), (1, 2)], "points 1 and 3 are equal"),
        (fcn(2), [(0, 0), (1, 2), (2, 4)], None),
        (fcn(2, "none"), [(1, 2), (2, 4)], "points 1 and 2 are positive multiples of each other, in a network without"),
        (fcn(2, "none"), [(1, 2), (-2, -4)], None),
        (fcn(2, "none"), [(1, 2), (0, 0)], "point 2 lies at the origin, where a network without biases is zero"),
        (resnet(1, 1, "none"), [("1e-300", 0), ("3e200", 0)], "points 1 and 2 are positive multiples"),
    ],
)
def test_coinciding_points_are_named(network, rows, because):
    found = singular_because(network, points(*rows))
    assert found == because or (because and found.startswith(because))


def test_points_of_the_circle_are_different():
    assert singular_because(fcn(1, "none"), circle(6)) is None


def test_many_coincidences_are_counted():
    found = singular_because(fcn(1), points(*[(value,) for value in (1, 1, 2, 2, 3, 3, 4, 4)]))
    assert found == "points 1 and 2; points 3 and 4; points 5 and 6 are equal, and so are 1 more sets of points"


def smallest(network, sample, **options):
    return lambda_min_of_network(network, sample, lambda system: ntk(network, sample, system), **options)


def test_lambda_min_is_zero_where_points_coincide():
    found, because = smallest(fcn(2), points((1, 2), (1, 2)))
    assert (found.lower, found.upper) == (0, 0)
    assert because == "points 1 and 2 are equal"


def test_a_singular_matrix_of_a_network_has_no_negative_lower_end():
    found, because = smallest(fcn(1, "none"), circle(6), most_bits=256)  # singular by symmetry, which is not looked for
    assert because is None
    assert found.lower == 0
    assert not found.positive


@pytest.mark.parametrize("network", [fcn(2), resnet(2)], ids=lambda network: network.name)
def test_a_point_at_the_origin_leaves_large_sets_their_certificate(network):
    sample = np.random.default_rng(0).standard_normal((259, 10))
    sample[-1] = 0
    found = certified_lambda_min(lambda system: ntk(network, float_points("sample", sample), system))
    assert found.positive
    assert found.has_digits(3)
