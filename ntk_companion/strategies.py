"""Hypothesis strategies for sample sets that seek trouble, in exact rational coordinates."""

from fractions import Fraction

from hypothesis import strategies as st

from numerics.data.points import RationalPoints, rational_points

Row = tuple[Fraction, ...]


@st.composite
def sample_sets(
    draw: st.DrawFn, most_points: int = 24, most_dimensions: int = 20, least_points: int = 1
) -> RationalPoints:
    """Different points: plain, near-duplicate down to 1e-15, antipodal, collinear, clustered, tiny and huge.

    n x d: n from `least_points` to `most_points`, d from 1 to `most_dimensions`.
    """
    dimension = draw(st.integers(1, most_dimensions) | st.integers(1, min(3, most_dimensions)))
    size = draw(st.integers(least_points, most_points))
    rows: list[Row] = [draw(_plain(dimension))]
    while len(rows) < size:
        row = draw(_next(rows, dimension))
        while row in rows:  # all points must differ: step aside
            row = (row[0] + 1, *row[1:])
        rows.append(row)
    return rational_points(f"{size} points in R^{dimension}", rows)


@st.composite
def _plain(draw: st.DrawFn, dimension: int) -> Row:
    # One denominator a row and whole numerators: a draw of free fractions takes as long as to judge the case.
    denominator = draw(st.integers(1, 12))
    numerators = st.integers(-4 * denominator, 4 * denominator)
    return tuple(Fraction(draw(numerators), denominator) for _ in range(dimension))


@st.composite
def _next(draw: st.DrawFn, rows: list[Row], dimension: int) -> Row:
    known = draw(st.sampled_from(rows))
    kind = draw(st.sampled_from(("plain", "near", "antipodal", "collinear", "cluster", "scaled")))
    match kind:
        case "near":
            step = Fraction(draw(st.sampled_from((-1, 1))), 10 ** draw(st.integers(6, 15)))
            axis = draw(st.integers(0, dimension - 1))
            return tuple(value + step * (position == axis) for position, value in enumerate(known))
        case "antipodal":
            return tuple(-value for value in known)
        case "collinear":
            factor = draw(st.fractions(-3, 3, max_denominator=6))
            return tuple(factor * value for value in known)
        case "cluster":
            offsets = draw(_plain(dimension))
            return tuple(value + offset / 1000 for value, offset in zip(known, offsets, strict=True))
        case "scaled":
            power = draw(st.integers(-30, 30))
            return tuple(value * Fraction(10) ** power for value in draw(_plain(dimension)))
    return draw(_plain(dimension))


@st.composite
def independent_sets(draw: st.DrawFn, most_points: int = 12) -> RationalPoints:
    """Linearly independent vectors, so that <x, x'> is strictly positive definite on them; some nearly dependent.

    n x n, n from 2 to `most_points`.
    """
    size = draw(st.integers(2, most_points))
    diagonal = st.builds(lambda power, value: value / Fraction(10) ** power, st.integers(0, 12), st.integers(1, 9))
    below = st.builds(Fraction, st.integers(-24, 24), st.just(8))
    rows = [
        [draw(below) for _ in range(row)] + [draw(diagonal)] + [Fraction(0)] * (size - row - 1) for row in range(size)
    ]
    return rational_points(f"{size} independent vectors", rows)
