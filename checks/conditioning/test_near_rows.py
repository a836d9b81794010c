"""A small angle between two rows of B makes BB' ill-conditioned: arXiv 2305.08813, Proposition 4.1."""

import flint
import numpy as np
import sympy
from sympy import Rational, cos, sin

from checks.conditioning.eigenvalues import SYSTEM, ball, extremes
from checks.conditioning.printed import PRINTED, RowClaims
from checks.conditioning.records import printed, stated
from checks.setups.cited import RAYLEIGH
from ntk_companion import Finding, Hypothesis, certified, check, judge_case, numerical, random_seed, record, symbolic
from ntk_companion.evidence import Verdict
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, is_nonnegative, vanishes
from numerics.numbers.comparisons import all_of, at_most

NEAR_ROWS = stated(
    id="bc:21",
    title="Two rows at a small angle phi: lambda_min(BB') = O(phi^2), kappa = Omega(1/phi^2)",
    number="Proposition 4.1",
    formula=r"c \le \|b_k\| \le C: \ \lambda_{\min} \le \tfrac12 C^2 \phi^2, \quad \kappa \ge \frac{2 c^2}{C^2 \phi^2}",
    qualification="With this suite's constants, the first of which is the least there is. A proof in symbols for any "
    "lengths and angle, from the Rayleigh quotients of b_i/|b_i| - b_j/|b_j|, in which other rows do not enter, and of "
    "a basis vector.",
    uses=(RAYLEIGH.id,),
)
WIDE = Hypothesis(
    "rows",
    "B is n x d with d > n, of full row rank",
    lambda rows: rows.cols > rows.rows and rows.rank() == rows.rows,
)
NEAR = Hypothesis("angle", "two rows are at a small angle: below 0.15", lambda rows: bool(least_angle(rows) < 0.15))
ROWS = printed(
    "bc:22",
    "A_kk is the norm of the row, and lambda_max(A) between the least and the largest norm",
    "Refuted in symbols, by exact numbers on rows that are as the proposition asks, and by doubles on random ones.",
    hypotheses=(WIDE, NEAR),
    uses=(),
    finding=Finding(
        Severity.UNAFFECTED,
        "A = BB' has the squared norms on its diagonal; lambda_max(A) is at least their largest and at most their sum, "
        "so between c^2 and n C^2. The orders of Proposition 4.1 are unaffected.",
        corrected=r"A_{kk} = \|b_k\|^2, \quad c^2 \le \lambda_{\max}(A) \le n C^2",
    ),
)


def near_rows(angle: str, count: int, longest: int) -> np.ndarray:
    """`count` rows in the plane and beyond, two of them of the length C at this angle, in balls: (count, count)."""
    turn = flint.arb(angle)
    rows = [[flint.arb(0)] * count for _ in range(count)]
    rows[0][0] = flint.arb(longest)
    rows[1][0], rows[1][1] = longest * turn.cos(), longest * turn.sin()
    for place in range(2, count):
        rows[place][place], rows[place][0] = flint.arb(1), flint.arb(place) / 7
    return np.array(rows, dtype=object)


HALF = Rational(1, 2)
WRONG_BOUNDS = {"2% less": (HALF * Rational(98, 100), 2), "phi^3": (HALF, 3)}


@check(NEAR_ROWS, (HALF, 2), mutants=WRONG_BOUNDS)
def test_two_near_rows_in_symbols(claim):
    """The quotient is 4 sin^2(phi/2) / (1/p^2 + 1/r^2), p and r the lengths: compared with constant C^2 phi^power.

    With p = C/(1 + a), r = C/(1 + b) it is at most C^2/2 times 4 sin^2(phi/2), and equal to it for p = r = C. That is
    at most constant phi^2 C^2 for all phi if the constant is at least the limit at phi = 0, as phi^2 - 4 sin^2(phi/2)
    and its slope are 0 at 0 and it is convex. Then kappa >= A_kk / lambda_min >= c^2 / (constant C^2 phi^power).
    """
    constant, power = claim
    p, r, phi, longest = sympy.symbols("p r phi C", positive=True)
    a, b = sympy.symbols("a b", nonnegative=True)
    gram = sympy.Matrix([[p**2, p * r * cos(phi)], [p * r * cos(phi), r**2]])
    vector = sympy.Matrix([1 / p, -1 / r])
    norm = (vector.T * vector)[0]
    quotient = (vector.T * gram * vector)[0] - 4 * sin(phi / 2) ** 2
    bound = (longest**2 / 2 - 1 / norm).subs({p: longest / (1 + a), r: longest / (1 + b)})
    excess = phi**2 - 4 * sin(phi / 2) ** 2
    convex = sympy.diff(excess, phi, 2) - 2 * (1 - cos(phi))
    limit = sympy.limit(2 * sin(phi / 2) ** 2 / phi**power, phi, 0)
    tight = is_nonnegative(constant - limit) if limit.is_finite else Verdict.REFUTED
    parts = [
        vanishes(sympy.simplify(sympy.expand_trig(quotient))),
        is_nonnegative(sympy.expand(sympy.numer(sympy.together(bound)))),
        is_nonnegative(sympy.expand(sympy.denom(sympy.together(bound)))),
        all_vanish([sympy.simplify(convex), excess.subs(phi, 0), sympy.diff(excess, phi).subs(phi, 0)]),
        tight,
        Verdict.INCONCLUSIVE if power < 2 else Verdict.CONFIRMED,
    ]
    record(symbolic(combined(parts), f"least constant {limit}", covers_all=True))


@check(NEAR_ROWS, (HALF, 2), mutants=WRONG_BOUNDS)
def test_two_near_rows(claim):
    constant, power = claim
    for angle in ("0.1", "0.01", "0.001", "0.0001"):
        for count in (2, 4):
            with SYSTEM.working():
                rows = near_rows(angle, count, 3)
                least, most = extremes(SYSTEM.product(rows, rows.T))
                bound = ball(constant) * 9 * flint.arb(angle) ** power
                holds = all_of([at_most(least, bound), at_most(1 / bound, most / least)])
            record(
                certified(holds, f"{count} rows, phi = {angle}: lambda_min = {least.str(5)}, kappa at least 1/bound")
            )


def least_angle(rows: sympy.Matrix) -> sympy.Expr:
    """The least angle between two rows of an n x d matrix of numbers."""
    vectors = [rows.row(place) for place in range(rows.rows)]
    return min(
        sympy.acos(one.dot(other) / (one.norm() * other.norm()))
        for place, one in enumerate(vectors)
        for other in vectors[:place]
    )


MATRICES = (
    sympy.Matrix([[10, 0, 1], [10, 1, 0]]),
    sympy.Matrix([[10, 0, 1, 0], [10, 1, 0, 0], [0, 0, 0, 7]]),
    sympy.Matrix([[10, 0, 1], [10, 1, 0]]) / 20,
)
RIGHT: RowClaims = PRINTED["bc:22"].corrected
TWO_PERCENT = RowClaims(lambda norm: norm**2 * Rational(102, 100), RIGHT.times)
CUBES = RowClaims(lambda norm: norm**3, RIGHT.times)
ALONE = RowClaims(RIGHT.of_norm, lambda _: 1)


@check(
    ROWS,
    PRINTED["bc:22"].form,
    corrected=PRINTED["bc:22"].corrected,
    mutants={"2% more": TWO_PERCENT, "a cube": CUBES},
)
def test_the_diagonal_of_a_gram_matrix(claim):
    """B of symbols, 2 x 4: the product's diagonal against the norm of each row."""
    rows = sympy.Matrix(2, 4, sympy.symbols("b:8", positive=True))
    gram = rows * rows.T
    off = [gram[place, place] - claim.of_norm(rows.row(place).norm()) for place in range(2)]
    record(symbolic(all_vanish(off), "two rows of four symbols", covers_all=False))


def judge_rows(claim: RowClaims, rows: sympy.Matrix) -> None:
    """Record whether the diagonal is what is claimed, and lambda_max between its limits."""
    diagonal, most = PRINTED["bc:22"].quantity(rows)
    norms = [rows.row(place).norm() for place in range(rows.rows)]
    entries = all_vanish(entry - claim.of_norm(norm) for entry, norm in zip(diagonal, norms, strict=True))
    record(symbolic(entries, f"rows {rows.tolist()}: diagonal {diagonal}", covers_all=False))
    room = claim.times(len(norms)) * claim.of_norm(max(norms)) - most
    within = combined([is_nonnegative(room), is_nonnegative(most - claim.of_norm(min(norms)))])
    record(symbolic(within, f"rows {rows.tolist()}: lambda_max = {most}", covers_all=False))


@check(
    ROWS,
    PRINTED["bc:22"].form,
    corrected=PRINTED["bc:22"].corrected,
    mutants={"without n": ALONE, "2% more": TWO_PERCENT, "a cube": CUBES},
)
def test_gram_matrices_of_near_rows(claim):
    for rows in MATRICES:
        judge_case(judge_rows, claim, rows)


@check(
    ROWS,
    PRINTED["bc:22"].form,
    corrected=PRINTED["bc:22"].corrected,
    mutants={"2% more": TWO_PERCENT, "a cube": CUBES, "without n": ALONE},
)
def test_gram_matrices_of_random_near_rows(claim):
    """Rows of Gaussian entries, the second near the first: numpy's product and eigenvalues, in doubles."""
    generator = np.random.default_rng(random_seed("rows"))
    for count in (2, 5):
        rows = generator.standard_normal((count, 2 * count)) * generator.uniform(0.5, 3, (count, 1))
        rows[1] = rows[0] + 0.01 * rows[1]
        norms, matrix = np.linalg.norm(rows, axis=1), rows @ rows.T
        most = float(np.linalg.eigvalsh(matrix)[-1])
        said = [float(claim.of_norm(sympy.Float(norm))) for norm in norms]
        off = float(np.abs(matrix.diagonal() - said).max())
        between = float(claim.of_norm(sympy.Float(norms.min()))) <= most <= claim.times(count) * max(said)
        record(numerical(off < 1e-9 and between, f"{count} rows: off by {off:.2g}, lambda_max = {most:.4g}"))
