"""Point sets: what is refused, and exact values in every number system."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from pathlib import Path

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.data.csv_points import read_csv
from numerics.data.parse import parse_points
from numerics.data.points import (
    MOST_POINTS,
    RationalPoints,
    circle,
    float_points,
    hexagon,
    rational_points,
    sphere,
)
from numerics.kernels.gram import FLOAT64
from numerics.numbers.rationals import parse_number
from numerics.numbers.systems import Balls, DoubleBalls, Mpmath

# --- what must be refused ---


@pytest.mark.parametrize(
    "text",
    ["", " ", "nan", "NaN", "inf", "-Infinity", "1/0", "1/-2", "0x10", "1_000", "1,5", "one", "1/2/3", "--1", "1e",
     "sNaN", "１", "1.5/2", "9" * 1001, "1e1001", "1e-1001", "1e99999999999999999999"],
)  # fmt: skip
def test_what_is_not_a_number_of_reasonable_size_is_refused(text):
    with pytest.raises(ValueError, match="here"):
        parse_number(text, "here")


@pytest.mark.parametrize(
    "name",
    ["octagon", "circle", "circle:", "circle:0", "circle:-3", "circle:3,4", "sphere:3", "sphere:3,0",
     "sphere:0,3", "sphere:1,2,3,4", "circle:1e3", "digits:0", "hexagon:6", "sphere:20000,20000",
     f"circle:{MOST_POINTS + 1}", "a\x00b",
     "x" * 5000],
)  # fmt: skip
def test_names_of_no_point_set_are_refused(name):
    with pytest.raises((ValueError, OSError)):
        parse_points(name)


def test_empty_and_ragged_rows_are_refused():
    for rows in ([], [[]], [[Fraction(1)], []], [[Fraction(1)], [Fraction(1), Fraction(2)]]):
        with pytest.raises(ValueError, match=r"there are no points|different lengths"):
            rational_points("rows", rows)


def test_a_csv_file_with_too_many_points_is_refused(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("1\n" * (MOST_POINTS + 1))
    with pytest.raises(ValueError, match=f"at most {MOST_POINTS}"):
        read_csv(path)


# --- exact values ---


@given(value=st.fractions())
def test_fractions_are_read_exactly(value):
    assert parse_number(f" {value.numerator}/{value.denominator} ", "here") == value


@given(digits=st.integers(-(10**30), 10**30), exponent=st.integers(-400, 400))
def test_decimals_are_read_as_the_decimals_they_are(digits, exponent):
    assert parse_number(f"{digits}e{exponent}", "here") == Fraction(digits) * Fraction(10) ** exponent


def test_a_csv_file_keeps_its_decimals(tmp_path):
    path = tmp_path / "points.csv"
    path.write_bytes(b"\xef\xbb\xbf0.1, 1/3\r\n\r\n-2.5e-20,7\r\n")
    points = parse_points(str(path))
    assert (len(points), points.dimension) == (2, 2)
    expected = [[Fraction(1, 10), Fraction(1, 3)], [Fraction(-25, 10**21), Fraction(7)]]
    found = [[Fraction(int(value), points.denominator) for value in row] for row in points.numerators]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n3,4\n",
        "x,y\n1,2\n3,4\n",
        "1;2\n3;4\n",
        "1,2,\n3,4,\n",
        "first;second;\n\n1;2;\n3;4;\n",
        "x;y\n1;2;\n3;4;\n",
        "x;y;\n1;2\n3;4\n",
        "\ufeff# x,infected\n1,2\n3,4\n",
        '"x 1","x 2"\n"1","2"\n3,4',
    ],
)
def test_csv_files_as_people_write_them(tmp_path, monkeypatch, text):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    for points in (read_csv(path), read_csv(Path("-"))):
        assert (points.numerators / points.denominator).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x,y\n", "line 1: 'x'"),
        ("x,1\n1,2\n", "line 1: 'x'"),
        ("nan,inf\n1,2\n", "line 1: 'nan'"),
        ("1,2\n\n3\n", "1 in line 3, 2 in line 1"),
        ("1,2\n3,\n", "line 2: ''"),
        ("1,2,\n3,4,5\n", "line 1: ''"),
        ("1,5;2\n", "line 1: '1,5'"),
        ("1,5;2,5\n3;4\n", "line 1: '1,5'"),
        ("1,,2\n3,,4\n", "line 1: ''"),
    ],
)
def test_a_csv_file_that_is_not_one_of_points_names_the_line(tmp_path, text, fault):
    path = tmp_path / "points.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=fault):
        read_csv(path)


def exactly(number):
    """The exact value of a ball's centre or radius."""
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@given(rows=st.lists(st.lists(st.fractions(), min_size=2, max_size=2), min_size=1, max_size=3))
def test_coordinates_are_rounded_correctly_or_enclosed(rows):
    points = rational_points("rows", rows)
    doubles = points.coordinates(FLOAT64)
    double_balls = points.coordinates(DoubleBalls())
    system = Balls(100)
    with system.working():
        balls = points.coordinates(system)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            assert doubles[i, j] == float(value)
            centre, radius = double_balls.centre[i, j], double_balls.radius[i, j]
            assert abs(Fraction(float(centre)) - value) <= Fraction(float(radius))
            assert radius <= 2.0**-52 * abs(float(value)) + 1e-300
            middle, spread = (exactly(part) for part in (balls[i, j].mid(), balls[i, j].rad()))
            assert abs(middle - value) <= spread <= abs(value) / 2**90


@pytest.mark.parametrize("denominator", [1, 3, 255, 2**60 + 1])
@pytest.mark.parametrize("largest", [100, 2**53 + 1, 2**62 + 1])
def test_machine_integers_lose_nothing(denominator, largest):
    numerators = np.array([[largest, -largest + 2, 1]])
    points = RationalPoints("integers", numerators, denominator)
    balls = points.coordinates(DoubleBalls())
    for numerator, double, centre, radius in zip(
        numerators[0], points.coordinates(FLOAT64)[0], balls.centre[0], balls.radius[0], strict=True
    ):
        value = Fraction(int(numerator), denominator)
        assert double == float(value)
        assert abs(Fraction(float(centre)) - value) <= Fraction(float(radius))


def test_coordinates_beyond_the_doubles_are_infinite_or_unbounded():
    points = rational_points("huge", [[Fraction(10) ** 400, -(Fraction(10) ** 400), Fraction(1, 10**400)]])
    assert points.coordinates(FLOAT64).tolist() == [[math.inf, -math.inf, 0.0]]
    balls = points.coordinates(DoubleBalls())
    assert np.isinf(balls.radius[0, :2]).all() and 0 < balls.radius[0, 2] < 1e-300


def test_doubles_stay_what_they_are():
    rows = np.array([[0.1, 1e-300, -5e-324], [1e300, 3.0, 0.0]])
    points = float_points("doubles", rows)
    assert (points.coordinates(FLOAT64) == rows).all()
    balls = points.coordinates(DoubleBalls())
    assert (balls.centre == rows).all() and (balls.radius == 0).all()


@pytest.mark.parametrize("count", [1, 2, 6, 7, 12])
def test_circle_balls_contain_the_exact_points(count):
    system = Balls(80)
    with system.working():
        coordinates = circle(count).coordinates(system)
    with flint.ctx.workprec(300):
        for index, (first, second) in enumerate(coordinates, start=1):
            turn = flint.fmpq(2 * index, count)
            for ball, exact in ((first, flint.arb.cos_pi_fmpq(turn)), (second, flint.arb.sin_pi_fmpq(turn))):
                assert ball.contains(exact)
                assert ball.rad() < flint.arb(2) ** -70


def test_points_of_the_circle_that_are_rational_are_exact():
    assert circle(4).coordinates(Mpmath(30)).tolist() == [[0, 1], [-1, 0], [0, -1], [1, 0]]
    assert hexagon().coordinates(FLOAT64)[0, 0] == 0.5


def test_a_sphere_is_drawn_from_its_seed_and_has_unit_norms():
    points = parse_points("sphere:5,3,7")
    again, other = sphere(5, 3, 7), sphere(5, 3, 8)
    assert (points.numerators == again.numerators).all() and (points.numerators != other.numerators).any()
    system = Balls(200)
    with system.working():
        for row in points.coordinates(system):
            norm = sum((value * value for value in row), flint.arb(0))
            assert norm.contains(1) and norm.rad() < flint.arb(2) ** -190


def test_a_sphere_in_one_dimension_is_two_points():
    assert set(sphere(20, 1).coordinates(FLOAT64).ravel()) == {-1.0, 1.0}
