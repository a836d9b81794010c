"""Which network a paper's kernel belongs to: kernels that go by one name and are of different networks."""

from fractions import Fraction
from functools import cache
from itertools import combinations

import sympy

from checks.foundations.layers import INPUTS
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.conventions import HALF, NETWORKS
from ntk_companion import Statement, certified, check, record, symbolic
from ntk_companion.symbolics import vanishes
from numerics.data.points import rational_points
from numerics.kernels.gram import ntk
from numerics.numbers.systems import Array, Balls
from theory.architecture import Architecture
from theory.recursion import closed_form, input_dimension, recursion

ONE, MORE = sympy.Integer(1), sympy.Rational(102, 100)
POINTS = rational_points("three lengths", [[Fraction(entry) for entry in row] for row in ((1, 0), (0, 2), (2, 1))])
OWN = Statement(
    id="fd:networks",
    title="The papers' kernels of one hidden layer or block: no two are equal up to a factor, but Lee's without "
    "biases, Arora's, Bietti and Mairal's, Huang's and Belfer's",
    source="this suite",
    number="the kernels of the four subjects compared",
    formula=r"K \ne c K' \text{ for any } c, \text{ but } K_{\mathrm{LE}}(\sigma_b = 0) = \tfrac2d K_{\mathrm{AR}}, \ "
    r"K_{\mathrm{BM}} = K_{\mathrm{AR}}, \ K_{\mathrm{HU}} = \alpha^2 K_{\mathrm{AR}}",
    qualification="That each kernel, printed, quoted or remembered, is its network's is held by the statements used. "
    "Kernels at depth 1 and the strengths of the table, residual scale 1/2: equal ones in symbols for all inputs, "
    "different ones by balls on three points of different lengths; what a paper divides by is held to its K(x, x). "
    "Deeper networks and other strengths are not compared.",
    uses=(WIDTH_LIMIT.id, *dict.fromkeys(one.statement for one in NETWORKS)),
)
SAME = {"fd:20": 2 / input_dimension, "fd:28": ONE, "sp:1": ONE, "rn:1": HALF**2, "rn:5": HALF**2}
"""Of these statements' networks the kernel is so many times Arora's."""


def differ(one: Array, other: Array) -> bool | None:
    """Are two Gram matrices of balls surely no multiples of each other? None if that is not seen."""
    places = [(i, j) for i in range(len(one)) for j in range(i + 1)]
    minors = (one[first] * other[second] - one[second] * other[first] for first, second in combinations(places, 2))
    return True if any(not minor.contains(0) for minor in minors) else None


@cache
def in_closed_form(network: Architecture) -> sympy.Expr:
    """The kernel on any two inputs."""
    derived = recursion(network)
    return closed_form(derived, derived.ntk, INPUTS)


DIAGONALS = {"sp:23": ONE, "rn:5": ONE, "sp:28": ONE / 2}
"""K(x, x) on unit vectors divided by what the paper divides by."""


@check(OWN, DIAGONALS, mutants={"not divided": DIAGONALS | {"sp:23": 2 * ONE}, "2% more": DIAGONALS | {"rn:5": MORE}})
def test_what_kernels_are_divided_by(claim):
    for one in NETWORKS:
        derived = recursion(one.network)
        if one.divisor != 1:
            found = closed_form(derived, derived.ntk, (ONE,) * 3) / one.divisor
            record(symbolic(vanishes(found - claim[one.statement]), f"{one.paper}: {found} at x, x", covers_all=False))


@check(
    OWN,
    SAME,
    mutants={
        "Lee's 1/d times Arora's": SAME | {"fd:20": 1 / input_dimension},
        "Bietti and Bach's with a bias the same": SAME | {"sp:18": ONE},
        "2% more": SAME | {"sp:1": MORE},
        "that of arXiv 2504.11130 the same": SAME | {"eq:3.6": ONE},
    },
)
def test_which_kernels_are_of_one_network(claim):
    grams = {}
    with Balls(128).working():
        for one in NETWORKS:
            grams[one.paper] = ntk(one.network, POINTS, Balls(128))
        for one, other in combinations(NETWORKS, 2):
            if not {one.statement, other.statement} <= claim.keys():
                apart = differ(grams[one.paper], grams[other.paper])
                record(certified(apart, f"{one.paper} and {other.paper}: minors on {POINTS.name}"))
    first = next(one for one in NETWORKS if one.statement == "fd:28")
    for one in NETWORKS:
        if one.statement in claim:
            off = in_closed_form(one.network) - claim[one.statement] * in_closed_form(first.network)
            point = dict(zip((*INPUTS, input_dimension), map(sympy.Integer, (1, 1, 4, 2)), strict=True))
            record(symbolic(vanishes(sympy.simplify(off), point), f"{one.paper} and {first.paper}", covers_all=False))
