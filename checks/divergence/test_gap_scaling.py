"""How the gap constants fall with the number of points: is Theorem 2 of arXiv 2504.11130 ever informative?"""

from collections.abc import Callable
from fractions import Fraction

import flint

from ntk_companion import Statement, certified, check, record
from numerics.data.points import PointSet, RationalPoints, circle, rational_points
from numerics.kernels.gap import Bounds, GapConstants, certified_gap_constants
from numerics.numbers.comparisons import less
from theory.architecture import fcn

SCALING = Statement(
    id="gap:scaling",
    title="How the constants fall with n: gamma^2 does not, if the classes stay apart; the printed constant does",
    revision=2,
    source="this suite",
    number="gap constants, number of points",
    formula=r"\gamma^2 \text{ independent of } n \text{ on two opposite arcs}, \quad"
    r" \gamma^2 \gtrsim 4/n \text{ on the circle, half and half}, \quad \lambda_0/(2n^2) \lesssim 6 n^{-3}",
    qualification="Certified for n to 66 on the arcs and to 60 on the circle, FCN of depth 3. On the circle points of "
    "different classes come as near as 2 pi / n, and gamma^2 falls like 1/n: their distance counts, not n.",
    uses=("gap:order",),
)


def two_arcs(size: int) -> RationalPoints:
    """Half of the points on an arc of the unit circle about (1, 0), its ends among them; the rest opposite to these."""
    rows = []
    for place in range(size // 2):
        t = Fraction(-1, 4) + Fraction(place, 2 * (size // 2 - 1))
        rows.append([(1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)])
    return rational_points(f"two arcs, {size} points", rows + [[-x, -y] for x, y in rows])


Scaling = Callable[[int], float]
CIRCLE_SIZES, ARC_SIZES = (6, 12, 24, 60), (4, 10, 34, 66)


def constants_by_size(points_of: Callable[[int], PointSet], sizes: tuple[int, ...]) -> dict[int, GapConstants]:
    """Certified constants, the first half of the points labelled 1, the rest -1."""
    found = {}
    for size in sizes:
        signs = [1 if 2 * place < size else -1 for place in range(size)]
        found[size] = certified_gap_constants(fcn(3), points_of(size), signs, 9)[1]
    return found


def ball(bounds: Bounds) -> flint.arb:
    """The ball between two bounds."""
    return bounds.lower.union(bounds.upper)


@check(
    SCALING,
    (lambda n: 4 / n, lambda n: 6 / n**3),
    mutants={
        "gamma^2 does not fall on the circle": (lambda n: 0.4, lambda n: 6 / n**3),
        "the printed constant like 1/n^4": (lambda n: 4 / n, lambda n: 32 / n**4),
        "the printed constant like gamma^2": (lambda n: 4 / n, lambda n: 0.1 / n**4),
    },
)
def test_on_the_circle_the_label_aware_constant_falls_like_the_distance_of_the_classes(claim):
    floor, ceiling = claim
    for size, constants in constants_by_size(circle, CIRCLE_SIZES).items():
        shown = f"n = {size}: gamma^2 {constants.label_aware.lower.str(4)}, printed {constants.printed.upper.str(4)}"
        record(certified(less(floor(size), ball(constants.label_aware)), shown))
        record(certified(less(ball(constants.printed), ceiling(size)), shown))


@check(SCALING, 0, mutants={"like 1/n": 1})
def test_on_two_arcs_the_label_aware_constant_does_not_depend_on_the_number_of_points(claim):
    found = {size: ball(constants.label_aware) for size, constants in constants_by_size(two_arcs, ARC_SIZES).items()}
    first, *rest = ARC_SIZES
    for size in rest:
        difference = abs(found[size] - found[first] * flint.arb(first) ** claim / size**claim)
        record(
            certified(
                less(difference, 1e-6),
                f"n = {size}: gamma^2 {found[size].str(8)}, {found[first].str(8)} at n = {first}",
            )
        )
