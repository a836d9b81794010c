"""Condition numbers of the NTK and of the inputs: arXiv 2305.08813, sections 4, E.4 and E.6."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import pairwise

import flint
import numpy as np
import sympy

from checks.conditioning.records import WORDED, printed, stated
from checks.setups.budget import BUDGET
from checks.setups.cited import SCHUR, WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, certified, check, numerical, random_seed, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, is_nonnegative, is_positive, vanishes
from numerics.data.points import RationalPoints, rational_points
from numerics.kernels.depth import deep_kernel
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import factorised_enclosure
from numerics.networks.exact_law import sample_kernels
from numerics.numbers.comparisons import all_of, at_most, less
from numerics.numbers.systems import Balls, NumberSystem
from theory.architecture import Architecture, fcn, with_trained
from theory.printed.conditioning import PRINTED, length, size
from theory.recursion import closed_form, recursion

SYSTEM = Balls(192)
UNIVERSAL = "Read as a claim on all sets without parallel inputs, as its words say."


def first_alone(depth: int) -> Architecture:
    """The ReLU network of which W_1 alone is trained; depth 0 is the linear network, whose kernel is the Gram
    matrix.
    """
    return with_trained(fcn(depth, "none"), ["W_1"])


def inner(points: RationalPoints, system: NumberSystem) -> np.ndarray:
    """The n x n Gram matrix of the inputs."""
    coordinates = points.coordinates(system)
    return system.product(coordinates, coordinates.T)


SETS = (
    rational_points("two vectors", [[1, 2], [3, 1]]),
    rational_points("three vectors", [[1, 2, 0], [3, 1, 1], [0, -1, 2]]),
    rational_points("two unit vectors", [[1, 0], [Fraction(3, 5), Fraction(4, 5)]]),
    rational_points("two nearly orthogonal vectors", [[1, 0], [Fraction(1, 100), 1]]),
)
ORTHOGONAL = ((1.0, 0.0), (0.0, 1.0))
ONE, NONE = sympy.Integer(1), sympy.Integer(0)

FIRST_LAYER = stated(
    id="bc:23",
    title="W_1 alone trained, no parallel inputs: the ReLU raises lambda_min and lowers the condition number",
    number="Theorem 4.2",
    formula=r"\lambda_{\min}(K) > \lambda_{\min}(G), \quad \kappa(K) < \kappa(G)",
    qualification="Refuted on orthogonal inputs, by exact values and on finite networks; the corrected form, with "
    "equality allowed, follows from the theorem that is cited and is certified on four sets of points.",
    uses=(WIDTH_LIMIT.id, SCHUR.id),
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal inputs, which are not parallel, K is diagonal as G is: both sides are equal. The inequalities "
        "hold with equality allowed; for some strictness no two inputs may be orthogonal to all that matters.",
        corrected=r"\lambda_{\min}(K) \ge \lambda_{\min}(G), \quad \kappa(K) \le \kappa(G)",
    ),
)
DEEPER_FIRST = stated(
    id="bc:24",
    title="W_1 alone trained, no parallel inputs: a deeper network has a smaller condition number",
    number="Theorem 4.2",
    formula=r"L_1 > L_2 \Rightarrow \kappa_1 < \kappa_2",
    qualification="Refuted on orthogonal inputs, by exact values and on finite networks; with equality allowed it "
    "follows from the theorem that is cited and is certified on four sets of points, L = 1 and 2.",
    uses=(WIDTH_LIMIT.id, SCHUR.id),
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal unit inputs the kernel is the identity at every depth: the condition numbers are equal.",
        corrected=r"L_1 > L_2 \Rightarrow \kappa_1 \le \kappa_2",
    ),
)
GATED = stated(
    id="bc:25",
    title="Gated copies of the rows of any A: B' has a larger lambda_min and a smaller lambda_max than B = AA'",
    number="Lemma E.4",
    formula=r"A'_{ikl} = \sqrt2 A_{ik} 1(W_l A_i \ge 0),\ q \to \infty: \ \lambda_{\min}(B') > \lambda_{\min}(B),"
    r"\ \lambda_{\max}(B') < \lambda_{\max}(B)",
    qualification="B' taken over q, without which it has no limit. Refuted for A = I, exactly and by sampling the "
    "gates; "
    "the corrected form follows from the theorem that is cited.",
    uses=(SCHUR.id,),
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "For A = I, B' tends to I: neither inequality is strict. As printed the sum over l = 1..q is not divided by q, "
        "and both eigenvalues grow with q.",
        corrected=r"\lambda_{\min}(B) \le \lambda_{\min}(\lim B'/q), \quad \lambda_{\max}(\lim B'/q) \le"
        r" \lambda_{\max}(B)",
    ),
)
FREE_LUNCH = stated(
    id="bc:26",
    title="All layers trained, no parallel inputs: the ReLU network has the smaller condition number",
    number="abstract, section 1",
    formula=r"\kappa(K) < \kappa(G)",
    qualification=WORDED
    + UNIVERSAL
    + " Refuted by exact values and on finite networks; the paper proves it for two near "
    "inputs, bc:30.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal unit inputs kappa(G) = 1, the least there is, and K has an entry 1/pi off its diagonal at depth "
        "1: the ReLU worsens what is best. The claim is one on inputs some of which are near.",
    ),
)
DEPTH_HELPS = stated(
    id="bc:27",
    title="All layers trained: a deeper network has a smaller condition number",
    number="section 1, section 4",
    formula=r"L_1 > L_2 \Rightarrow \kappa_1 < \kappa_2",
    qualification=WORDED + UNIVERSAL + " Refuted by exact values and by the float kernel of deeper networks; below 30 "
    "degrees it is right, bc:11.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal inputs the cosine between gradients grows from 0.16 at depth 1 to 0.32 at depth 10 before it "
        "falls to 1/4: the condition number rises. For pairs below 30 degrees it falls with every layer.",
    ),
)
LIMIT = printed(
    "bc:28",
    "Unit inputs, no parallel pair: the condition number tends to (n + 4) / 3",
    "From cos phi -> 1/4 (bc:19): the eigenvalues of the limit in symbols for all n, and kappa enclosed at L = 300.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The largest eigenvalue of (3/4) I + (1/4) 11' is 3/4 + n/4, not 1 + n/4: the limit is (n + 3)/3.",
        corrected=r"\kappa \to \frac{n+3}{3}",
    ),
)
LIMIT_EIGENVALUES = printed(
    "bc:29",
    "Eigenvalues of the limit of K / (L + 1)",
    "In symbols for all n, and in exact numbers for n = 2, 3, 6.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The trace is n: with n - 1 eigenvalues 3/4 the first is n - 3(n - 1)/4 = (n + 3)/4.",
        corrected=r"\lambda_1 = \frac{n+3}4, \quad \lambda_2 = \dots = \lambda_n = \frac34",
    ),
)
NEAR_ROWS = stated(
    id="bc:21",
    title="Two rows at a small angle phi: lambda_min(BB') = O(phi^2), kappa = Omega(1/phi^2)",
    number="Proposition 4.1",
    formula=r"c \le \|b_k\| \le C: \ \lambda_{\min} \le \tfrac12 C^2 \phi^2, \quad \kappa \ge \frac{2 c^2}{C^2 \phi^2}",
    qualification="With this suite's constants: the Rayleigh quotient of b_i/|b_i| - b_j/|b_j| in symbols, any "
    "lengths and "
    "angle; other rows only lower lambda_min and raise lambda_max.",
    uses=(),
)
ROWS = printed(
    "bc:22",
    "A_kk is the norm of the row, and lambda_max(A) between the least and the largest norm",
    "Refuted in symbols, and on rows of integers.",
    uses=(),
    finding=Finding(
        Severity.UNAFFECTED,
        "A = BB' has the squared norms on its diagonal; lambda_max(A) is at least their largest and at most their "
        "sum, so "
        "between c^2 and n C^2. The orders of Proposition 4.1 are unaffected.",
        corrected=r"A_{kk} = \|b_k\|^2, \quad c^2 \le \lambda_{\max}(A) \le n C^2",
    ),
)
FIGURE = stated(
    id="bc:35",
    title="On 50 Gaussian points of R^5 the limit kernel's condition number falls from depth 1 to 2, 4, 7 and 10",
    number="section 4.1, Figure 3",
    formula=r"\kappa(K_{10}) < \kappa(K_7) < \kappa(K_4) < \kappa(K_2) < \kappa(K_1), \quad \kappa_0 = \infty",
    qualification="Random points, raw and of norm one, of which the figure has 2000 and finite networks. With more "
    "points "
    "than dimensions G is singular. On four points it does not always fall.",
)


def pair_of(network: Architecture) -> tuple[sympy.Expr, sympy.Expr]:
    """K(x, x) and K(x, z) of two orthogonal unit vectors, exactly."""
    kernel = recursion(network).ntk
    entries = ((ONE, ONE, ONE), (ONE, NONE, ONE))
    first, cross = (closed_form(recursion(network), kernel, inputs) for inputs in entries)
    return sympy.simplify(first), sympy.simplify(cross)


def condition_of(pair: tuple[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """kappa of [[a, b], [b, a]], b >= 0."""
    return (pair[0] + pair[1]) / (pair[0] - pair[1])


Extremes = tuple[flint.arb, flint.arb]


def extremes(matrix: np.ndarray) -> Extremes:
    """Balls around the least and the largest eigenvalue of a symmetric n x n matrix of balls."""
    trace = sum(matrix.diagonal(), flint.arb(0))
    low, rest = (factorised_enclosure(each, 12) for each in (matrix, np.diag([trace] * len(matrix)) - matrix))
    return low.lower.union(low.upper), trace - rest.lower.union(rest.upper)


STRICT, WEAK = "strict", "equality allowed"
Order = tuple[str, Callable[[Extremes, Extremes], bool | None]]


def better(factor: str = "1") -> Callable[[Extremes, Extremes], bool | None]:
    """Is lambda_min at least `factor` times the other's, and kappa at most the other's over `factor`?"""

    def holds(ours: Extremes, others: Extremes) -> bool | None:
        scale = flint.arb(factor)
        conditions = at_most(ours[1] / ours[0] * scale, others[1] / others[0])
        return all_of([at_most(scale * others[0], ours[0]), conditions])

    return holds


def judge_order(kernel: Architecture, other: Architecture | None, claim: Order) -> None:
    """Record whether one kernel is better conditioned than another (than the inputs), the claim being strict or not."""
    kind, holds = claim
    if kind == STRICT:
        ours, others = pair_of(kernel), (ONE, NONE) if other is None else pair_of(other)
        gains = (ours[0] - ours[1]) - (others[0] - others[1]), condition_of(others) - condition_of(ours)
        verdict = min((is_positive(gain) for gain in gains), key=lambda found: found != "REFUTED")
        record(symbolic(verdict, f"two orthogonal unit inputs: {kernel.name} gains {gains}", covers_all=False))
    for points in SETS:
        with SYSTEM.working():
            matrix = inner(points, SYSTEM) if other is None else ntk(other, points, SYSTEM)
            answer = holds(extremes(ntk(kernel, points, SYSTEM)), extremes(matrix))
        record(certified(answer, f"{kernel.name} on {points.name}"))


ORDERS = {"2% better": (WEAK, better("1.02")), "7 times better": (WEAK, better("7"))}


@check(FIRST_LAYER, (STRICT, better()), corrected=(WEAK, better()), mutants=ORDERS)
def test_the_first_layer_alone(claim):
    for depth in (1, 2):
        judge_order(first_alone(depth), None, claim)


@check(DEEPER_FIRST, (STRICT, better()), corrected=(WEAK, better()), mutants=ORDERS)
def test_the_first_layer_alone_and_depth(claim):
    judge_order(first_alone(2), first_alone(1), claim)


@cache
def orthogonal_networks(depth: int, seed: int) -> np.ndarray:
    """K_0 of 400 networks of width 1024 with W_1 trained on two orthogonal unit inputs, (400, 2, 2)."""
    return sample_kernels(first_alone(depth), np.array(ORTHOGONAL), 1024, 400, seed).ntk


def record_mean_exceeds(values: np.ndarray, bound: float, what: str) -> None:
    """Record whether the mean of values, shape (R,), exceeds a bound by at least five standard errors, or falls
    short.
    """
    mean, error = values.mean(), values.std(ddof=1) / len(values) ** 0.5
    holds = True if mean > bound + 5 * error else False if mean < bound - 5 * error else None
    record(numerical(holds, f"{what}: {mean:.4f} +- {error:.4f} in the mean, {bound} claimed to be less"))


@check(FIRST_LAYER, 1.0, mutants={"a hundredth more": 1.01})
def test_finite_networks_on_orthogonal_inputs(claim):
    """E K_0(x, x) = 1 at every width and K_0(x, z) = 0, so that E lambda_min <= 1."""
    drawn = orthogonal_networks(1, random_seed("networks") % 2**63)
    assert (drawn[:, 0, 1] == 0).all()
    record_mean_exceeds(np.linalg.eigvalsh(drawn)[:, 0], claim, "lambda_min, width 1024")


@check(DEEPER_FIRST, 0.0, mutants={"by a hundredth": 0.01})
def test_depth_of_finite_networks_on_orthogonal_inputs(claim):
    shallow, deep = (orthogonal_networks(d, random_seed(f"networks {d}") % 2**63) for d in (1, 2))
    gain = np.linalg.cond(shallow) - np.linalg.cond(deep)
    record_mean_exceeds(gain, claim, "kappa_1 - kappa_2, width 1024")


def gated(matrix: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """B'/q of an n x d matrix with q gates, n x n."""
    weights = np.random.default_rng(seed).standard_normal((draws, matrix.shape[1]))
    gates = (weights @ matrix.T >= 0).astype(float)
    return 2 * (matrix @ matrix.T) * (gates.T @ gates) / draws


@check(GATED, 1.0, mutants={"a hundredth more": 1.01})
def test_gated_copies_of_the_identity_by_sampling(claim):
    seed = random_seed("gates") % 2**63
    found = [gated(np.eye(2), 10_000, seed + place) for place in range(400)]
    record_mean_exceeds(np.array([np.linalg.eigvalsh(each)[0] for each in found]), claim, "lambda_min(B'/q), A = I")


@check(GATED, (STRICT, better()), corrected=(WEAK, better()), mutants=ORDERS)
def test_gated_copies(claim):
    """lim B'/q is the kernel of W_1 at depth 1: B times 1 - theta/pi, entry by entry (bc:33)."""
    judge_order(first_alone(1), None, claim)


@check(FREE_LUNCH, NONE, mutants={"kappa(G) = 1.2": sympy.Rational(1, 5)})
def test_all_layers_on_orthogonal_inputs(claim):
    gain = 1 + claim - condition_of(pair_of(fcn(1, "none")))
    record(symbolic(is_positive(gain), f"kappa(G) - kappa(K) = {gain} on two orthogonal unit inputs", covers_all=False))


@check(FREE_LUNCH, 0.0, mutants={"half of what it is": 0.5, "twice": 2.0})
def test_all_layers_on_orthogonal_inputs_by_sampling(claim):
    """kappa(K) <= kappa(G) = 1 would make K a multiple of the identity."""
    off = claim / np.pi
    record_mean_kernel(fcn(1, "none"), ORTHOGONAL, np.array([[2.0, off], [off, 2.0]]), BUDGET.alpha("conditioning", 6))


@check(DEPTH_HELPS, ONE, mutants={"twice": sympy.Integer(2)})
def test_depth_on_orthogonal_inputs(claim):
    shallow, deep = (condition_of(pair_of(fcn(depth, "none"))) for depth in (1, 2))
    gain = shallow - claim * deep
    record(symbolic(is_positive(gain), f"kappa_1 - kappa_2 = {sympy.N(gain, 6)}, orthogonal", covers_all=False))


@check(DEPTH_HELPS, 1 / (2 * np.pi), mutants={"orthogonal gradients": 0.0})
def test_depth_on_orthogonal_inputs_by_sampling(claim):
    """kappa_2 < kappa_1 would make the cosine at depth 2 at most that at depth 1, 1/(2 pi)."""
    matrix = 3 * np.array([[1, claim], [claim, 1]])
    record_mean_kernel(fcn(2, "none"), ORTHOGONAL, matrix, BUDGET.alpha("conditioning", 6))


@check(
    LIMIT,
    PRINTED["bc:28"].form,
    corrected=PRINTED["bc:28"].corrected,
    mutants={"n + 2": (size + 2) / 3, "2% more": PRINTED["bc:28"].corrected * sympy.Rational(102, 100)},
)
def test_the_limit_of_the_condition_number(claim):
    off = sympy.simplify(claim - PRINTED["bc:28"].quantity())
    record(symbolic(vanishes(off), "of (3/4) I + (1/4) 11', any n", covers_all=True))


@check(LIMIT, PRINTED["bc:28"].form, corrected=PRINTED["bc:28"].corrected, mutants={"n + 2": (size + 2) / 3})
def test_deep_condition_numbers_of_orthogonal_inputs(claim):
    """n orthogonal unit vectors: K/(L + 1) has one entry r off the diagonal, kappa = (1 + (n - 1) r) / (1 - r)."""
    with SYSTEM.working():
        deep = deep_kernel(flint.arb.pi() / 2, SYSTEM)
        cosine = next(r for depth, r in zip(range(301), deep, strict=False) if depth == 300)
        for count in (2, 3, 6):
            found = (1 + (count - 1) * cosine) / (1 - cosine)
            claimed = flint.arb(str(sympy.N(claim.subs(size, count), 40)))
            holds = less(abs(found / claimed - 1), flint.arb("0.04"))
            record(certified(holds, f"n = {count}, L = 300: kappa = {found.str(8)}, claimed {claimed.str(8)}"))


@check(
    LIMIT_EIGENVALUES,
    PRINTED["bc:29"].form,
    corrected=PRINTED["bc:29"].corrected,
    mutants={"3/5": ((size + 3) / 4, sympy.Rational(3, 5)), "n/4": (size / 4, sympy.Rational(3, 4))},
)
def test_eigenvalues_of_the_limit(claim):
    off = [one - other for one, other in zip(claim, PRINTED["bc:29"].quantity(), strict=True)]
    record(symbolic(all_vanish(map(sympy.expand, off)), "any n", covers_all=True))


@check(
    LIMIT_EIGENVALUES,
    PRINTED["bc:29"].form,
    corrected=PRINTED["bc:29"].corrected,
    mutants={"n/4": (size / 4, sympy.Rational(3, 4))},
)
def test_eigenvalues_of_the_limit_of_some_sets(claim):
    """The characteristic polynomial at the claimed values, and the trace."""
    for count in (2, 3, 6):
        quarter = sympy.Rational(1, 4)
        matrix = sympy.Matrix(count, count, lambda i, j: sympy.Integer(1) if i == j else quarter)  # noqa: B023
        first, others = (value.subs(size, count) for value in claim)
        roots = [(matrix - value * sympy.eye(count)).det() for value in (first, others)]
        trace = first + (count - 1) * others - count
        record(symbolic(all_vanish([*roots, trace]), f"n = {count}", covers_all=False))


def near_rows(angle: str, count: int, longest: int) -> np.ndarray:
    """`count` rows in the plane and beyond, two of them of the length C at this angle, in balls: (count, count)."""
    turn = flint.arb(angle)
    rows = [[flint.arb(0)] * count for _ in range(count)]
    rows[0][0] = flint.arb(longest)
    rows[1][0], rows[1][1] = longest * turn.cos(), longest * turn.sin()
    for place in range(2, count):
        rows[place][place], rows[place][0] = flint.arb(1), flint.arb(place) / 7
    return np.array(rows, dtype=object)


HALF = sympy.Rational(1, 2)


@check(NEAR_ROWS, (HALF, 2), mutants={"2% less": (HALF * sympy.Rational(98, 100), 2), "phi^3": (HALF, 3)})
def test_two_near_rows(claim):
    constant, power = claim
    p, r, phi = sympy.symbols("p r phi", positive=True)
    gram = sympy.Matrix([[p**2, p * r * sympy.cos(phi)], [p * r * sympy.cos(phi), r**2]])
    vector = sympy.Matrix([1 / p, -1 / r])
    quotient = (vector.T * gram * vector)[0] - 4 * sympy.sin(phi / 2) ** 2
    detail = "the quotient is 4 sin^2(phi/2) / (1/p^2 + 1/r^2), at most phi^2 C^2 / 2"
    record(symbolic(vanishes(sympy.simplify(sympy.expand_trig(quotient))), detail, covers_all=True))
    for angle in ("0.1", "0.01", "0.001", "0.0001"):
        for count in (2, 4):
            with SYSTEM.working():
                rows = near_rows(angle, count, 3)
                least, most = extremes(SYSTEM.product(rows, rows.T))
                bound = flint.arb(int(constant.p)) / int(constant.q) * 9 * flint.arb(angle) ** power
                holds = all_of([at_most(least, bound), at_most(1 / bound, most / least)])
            record(
                certified(holds, f"{count} rows, phi = {angle}: lambda_min = {least.str(5)}, kappa at least 1/bound")
            )


@check(
    ROWS,
    PRINTED["bc:22"].form,
    corrected=PRINTED["bc:22"].corrected,
    mutants={"2% more": length**2 * sympy.Rational(102, 100), "a cube": length**3},
)
def test_the_diagonal_of_a_gram_matrix(claim):
    record(symbolic(vanishes(claim - PRINTED["bc:22"].quantity()), "any length", covers_all=True))


@check(
    ROWS,
    (PRINTED["bc:22"].form, 1),
    corrected=(PRINTED["bc:22"].corrected, size),
    mutants={"without n": (PRINTED["bc:22"].corrected, 1), "cubes": (length**3, size)},
)
def test_the_extremes_of_gram_matrices_of_integer_rows(claim):
    """The diagonal, and lambda_max between its values at the least and the largest norm, n times the latter."""
    bound, times = claim
    for rows in ([[3, 4], [3, 4]], [[2, 0], [0, 1]], [[1, 2, 2], [2, 1, 2], [2, 2, 1]]):
        matrix = sympy.Matrix(rows) * sympy.Matrix(rows).T
        norms = [sympy.sqrt(matrix[i, i]) for i in range(len(rows))]
        entries = all_vanish(matrix[i, i] - bound.subs(length, norms[i]) for i in range(len(rows)))
        record(symbolic(entries, f"rows {rows}: diagonal {list(matrix.diagonal())}", covers_all=False))
        most = max(matrix.eigenvals())
        room = sympy.sympify(times).subs(size, len(rows)) * bound.subs(length, max(norms)) - most
        within = is_nonnegative(sympy.Min(room, most - bound.subs(length, min(norms))))
        record(symbolic(within, f"rows {rows}: lambda_max = {most}", covers_all=False))


@check(FIGURE, 1.0, mutants={"by a quarter each time": 0.75, "by two fifths": 0.6})
def test_condition_numbers_of_gaussian_points(claim):
    points = np.random.default_rng(random_seed("points")).standard_normal((50, 5))
    for name, rows in (("raw", points), ("of norm one", points / np.linalg.norm(points, axis=1)[:, None])):
        found = [np.linalg.cond(ntk(fcn(depth, "none"), rows)) for depth in (1, 2, 4, 7, 10)]
        worst = max(after / before for before, after in pairwise(found))
        detail = f"{name}: kappa from {found[0]:.4g} to {found[-1]:.4g}, rank of G {np.linalg.matrix_rank(rows)}"
        record(numerical(worst < claim, detail, margin=claim - worst))
