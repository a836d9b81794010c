"""Condition numbers of the NTK with all layers trained: arXiv 2305.08813, sections 1, 4 and E.6."""

from collections.abc import Sequence
from functools import cache
from itertools import islice, pairwise

import flint
import numpy as np
import sympy

from checks.conditioning.eigenvalues import SYSTEM, ball
from checks.conditioning.printed import PRINTED, limit_entry, size
from checks.conditioning.records import TESTS, WORDED, follows, printed, stated
from checks.setups.budget import BIAS_BOUND, BUDGET
from checks.setups.cited import WIDTH_LIMIT
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Finding, certified, check, numerical, random_seed, record, statistical, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, is_positive, vanishes
from numerics.kernels.depth import at_angles, deep_kernel, through_depth
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.exact_law import sample_kernels
from numerics.numbers.comparisons import all_of, less
from numerics.statistics import mean_below
from theory.architecture import Architecture, fcn
from theory.depth import RELU_STEP
from theory.recursion import closed_form, recursion

ORTHOGONAL = ((1.0, 0.0), (0.0, 1.0))
ONE, NONE = sympy.Integer(1), sympy.Integer(0)
UNIVERSAL = "Read as a claim on all sets without parallel inputs, as its words say, and with all layers trained, as "
BOTH = "section 2 defines the NTK; read as Theorem 4.2, with W_1 alone trained, it is "

FREE_LUNCH = stated(
    id="bc:26",
    title="All layers trained, no parallel inputs: the ReLU network has the smaller condition number",
    number="section 1",
    formula=r"\kappa(K) < \kappa(G)",
    qualification=WORDED + UNIVERSAL + BOTH + "bc:23. Refuted by exact values, by enclosures on pairs, on finite "
    "networks, and on random unit inputs; the paper proves it for two near inputs, bc:30.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal unit inputs kappa(G) = 1, the least there is, and K has an entry 1/pi off its diagonal at depth "
        "1. It is no corner case: it fails at L = 1 for pairs at 67 to 96 degrees, and for ten random unit inputs in "
        "784 dimensions, where kappa is about 1.4 without the ReLU and above 3 with it. The claim is one on inputs "
        "some of which are near.",
    ),
)
DEPTH_HELPS = stated(
    id="bc:27",
    title="All layers trained: a deeper network has a smaller condition number",
    number="section 1",
    formula=r"L_1 > L_2 \Rightarrow \kappa_1 < \kappa_2",
    qualification=WORDED
    + "Of the words 'with a larger depth, the NTK condition number becomes smaller'; section 4 says "
    "'generically smaller', which is not this claim. " + UNIVERSAL + BOTH + "bc:24. Refuted by exact values, by "
    "enclosures on pairs, on finite networks, and on random unit inputs.",
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal inputs the cosine between gradients grows from 0.159 at depth 1 to 0.316 at depth 11, the most "
        "to depth 50: the condition number rises. From depth 1 to 2 it rises for unit pairs at 68 to 179 degrees, and "
        "for ten random unit inputs in 784 dimensions. For pairs from 0.001 to 30 degrees it falls (bc:11).",
    ),
)
LIMIT = printed(
    "bc:28",
    "Unit inputs, no parallel pair: the condition number tends to (n + 4) / 3",
    "From cos phi -> 1/4 (bc:19): the eigenvalues of the limit in symbols for all n, and kappa enclosed at L = 300 on "
    "orthogonal inputs, to 4%.",
    uses=("bc:19", "bc:29", WIDTH_LIMIT.id),
    finding=Finding(
        Severity.UNAFFECTED,
        "The limit is (n + 3)/3, for n of two or more. That the limit is finite and does not depend on the data is "
        "unaffected." + follows("bc:29"),
        corrected=r"\kappa \to \frac{n+3}{3}, \quad n \ge 2",
    ),
)
LIMIT_EIGENVALUES = printed(
    "bc:29",
    "Eigenvalues of the limit of K / (L + 1)",
    "In symbols for all n, on the vector of ones and on differences of basis vectors, from the limit of cos phi "
    "(bc:19); in exact numbers for n = 2, 3, 6; and by doubles at L = 500 on random unit inputs, to 3%.",
    uses=("bc:19", WIDTH_LIMIT.id),
    finding=Finding(
        Severity.USED_LATER,
        "The largest eigenvalue of (3/4) I + (1/4) 11' is 3/4 + n/4: the trace is n, and n - 1 eigenvalues are 3/4. "
        "Theorem 4.3 (bc:28) takes it over, and section 1 names its limit.",
        corrected=r"\lambda_1 = \frac{n+3}4, \quad \lambda_2 = \dots = \lambda_n = \frac34",
    ),
)
FIGURE = stated(
    id="bc:35",
    title="On 50 Gaussian points of R^5 the limit kernel's condition number falls from depth 1 to 2, 4, 7 and 10",
    number="section 4.1, Figure 3",
    formula=r"\kappa(K_{10}) < \kappa(K_7) < \kappa(K_4) < \kappa(K_2) < \kappa(K_1), \quad \lambda_{\min}(G) = 0",
    qualification="Random points, raw and of norm one, of which the figure has 2000 and finite networks. With more "
    "points than dimensions G is singular, so that kappa_0 is no number.",
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


def conditions_of_pair(degrees: int, depths: Sequence[int]) -> list[flint.arb]:
    """Balls around kappa of two unit inputs at an angle, at these depths; depth 0 is the Gram matrix."""
    values = list(islice(deep_kernel(flint.arb.pi() * degrees / 180, SYSTEM), max(depths) + 1))
    return [(1 + abs(values[depth])) / (1 - abs(values[depth])) for depth in depths]


@cache
def random_conditions(depths: tuple[int, ...], seed: int) -> list[float]:
    """kappa at these depths of ten random unit inputs in 784 dimensions, in doubles; depth 0 is the Gram matrix."""
    points = np.random.default_rng(seed).standard_normal((10, 784))
    points /= np.linalg.norm(points, axis=1)[:, None]
    return [float(np.linalg.cond(ntk(fcn(depth, "none"), points) if depth else points @ points.T)) for depth in depths]


@check(FREE_LUNCH, NONE, mutants={"kappa(G) = 1.2": sympy.Rational(1, 5)})
def test_all_layers_on_orthogonal_inputs(claim):
    gain = 1 + claim - condition_of(pair_of(fcn(1, "none")))
    record(symbolic(is_positive(gain), f"kappa(G) - kappa(K) = {gain} on two orthogonal unit inputs", covers_all=False))


@check(FREE_LUNCH, range(67, 97), mutants={"67 degrees": (67,), "96 degrees": (96,)})
def test_all_layers_on_pairs(claim):
    """The mutants are single pairs, at the edges of where it fails in whole degrees."""
    with SYSTEM.working():
        for degrees in claim:
            inputs, kernel = conditions_of_pair(degrees, (0, 1))
            detail = f"{degrees} degrees: kappa(G) = {inputs.str(6)}, kappa(K) = {kernel.str(6)} at L = 1"
            record(certified(less(kernel, inputs), detail))


@check(FREE_LUNCH, 1.0, mutants={"twice kappa(G)": 2.0})
def test_all_layers_on_random_inputs(claim):
    before, *after = random_conditions((0, 1, 10), random_seed("points"))
    detail = f"n = 10, d = 784: kappa(G) = {before:.4g}, kappa(K) = {after[0]:.4g} at L = 1, {after[1]:.4g} at L = 10"
    for value in after:
        record(numerical(value < claim * before, detail, margin=claim * before - value))


@check(FREE_LUNCH, 0.0, mutants={"half of what it is": 0.5, "twice": 2.0})
def test_all_layers_on_orthogonal_inputs_by_sampling(claim):
    """kappa(K) <= kappa(G) = 1 would make K a multiple of the identity."""
    off = claim / np.pi
    claimed = np.array([[2.0, off], [off, 2.0]])
    record_mean_kernel(fcn(1, "none"), ORTHOGONAL, claimed, BUDGET.alpha("conditioning", TESTS))


@check(DEPTH_HELPS, ONE, mutants={"twice": sympy.Integer(2)})
def test_depth_on_orthogonal_inputs(claim):
    shallow, deep = (condition_of(pair_of(fcn(depth, "none"))) for depth in (1, 2))
    gain = shallow - claim * deep
    record(symbolic(is_positive(gain), f"kappa_1 - kappa_2 = {sympy.N(gain, 6)}, orthogonal", covers_all=False))


@check(DEPTH_HELPS, range(68, 180), mutants={"68 degrees": (68,), "179 degrees": (179,)})
def test_depth_on_pairs(claim):
    with SYSTEM.working():
        for degrees in claim:
            shallow, deep = conditions_of_pair(degrees, (1, 2))
            detail = f"{degrees} degrees: kappa_1 = {shallow.str(6)}, kappa_2 = {deep.str(6)}"
            record(certified(less(deep, shallow), detail))


@check(DEPTH_HELPS, 50, mutants={"to depth 11": 11, "from depth 10 to 11": (10, 11)})
def test_the_depth_at_which_the_condition_number_is_largest(claim):
    """On orthogonal inputs; it grows with the cosine between gradients."""
    first, last = claim if isinstance(claim, tuple) else (1, claim)
    with SYSTEM.working():
        cosines = list(islice(deep_kernel(flint.arb.pi() / 2, SYSTEM), last + 1))[first:]
        most = next(
            place for place, one in enumerate(cosines) if all(less(other, one) for other in cosines if other is not one)
        )
        holds = all_of(less(after, before) for before, after in pairwise(cosines))
        detail = f"cos phi from {cosines[0].str(4)} at L = {first} to {cosines[most].str(4)} at L = {first + most}"
    record(certified(holds, f"{detail}, the most to L = {last}"))


@check(DEPTH_HELPS, 1.0, mutants={"a quarter more": 1.25})
def test_depth_on_random_inputs(claim):
    values = random_conditions((1, 2, 10), random_seed("points"))
    detail = "n = 10, d = 784: kappa at L = 1, 2, 10: " + ", ".join(f"{value:.4g}" for value in values)
    for before, after in pairwise(values):
        record(numerical(after < claim * before, detail, margin=claim * before - after))


@check(DEPTH_HELPS, 1 / (2 * np.pi), mutants={"at most a tenth": 0.1})
def test_depth_on_orthogonal_inputs_by_sampling(claim):
    """kappa_2 < kappa_1 would make the cosine at depth 2 less than that at depth 1, 1/(2 pi)."""
    width, draws = 1024, 200
    seed, alpha = random_seed("networks") % 2**63, BUDGET.alpha("conditioning", TESTS)
    drawn = sample_kernels(fcn(2, "none"), np.array(ORTHOGONAL), width, draws, seed).ntk[:, 0, 1] / 3
    found = mean_below(drawn, claim + BIAS_BOUND / width, alpha)
    detail = (
        f"width {width}, {draws} draws: K_0(x, z) / 3 is {drawn.mean():.4f} in the mean, at most {claim:.4f} claimed"
    )
    record(statistical({"agrees": True, "differs": False, "undecided": None}[found], detail, false_alarm=alpha))


@check(
    LIMIT,
    PRINTED["bc:28"].form,
    corrected=PRINTED["bc:28"].corrected,
    mutants={"n + 2": (size + 2) / 3, "2% more": PRINTED["bc:28"].corrected * sympy.Rational(102, 100)},
)
def test_the_limit_of_the_condition_number(claim):
    off = sympy.simplify(claim - PRINTED["bc:28"].quantity())
    record(symbolic(vanishes(off), "the ratio of the limit's eigenvalues, any n", covers_all=True))


@check(LIMIT, PRINTED["bc:28"].form, corrected=PRINTED["bc:28"].corrected, mutants={"n + 2": (size + 2) / 3})
def test_deep_condition_numbers_of_orthogonal_inputs(claim):
    """n orthogonal unit vectors: K/(L + 1) has one entry r off the diagonal, kappa = (1 + (n - 1) r) / (1 - r)."""
    with SYSTEM.working():
        cosine = next(islice(deep_kernel(flint.arb.pi() / 2, SYSTEM), 300, None))
        for count in (2, 3, 6):
            found = (1 + (count - 1) * cosine) / (1 - cosine)
            claimed = ball(claim.subs(size, count))
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
        matrix = sympy.Matrix(count, count, limit_entry)
        first, others = (value.subs(size, count) for value in claim)
        roots = [(matrix - value * sympy.eye(count)).det() for value in (first, others)]
        trace = first + (count - 1) * others - count
        record(symbolic(all_vanish([*roots, trace]), f"n = {count}", covers_all=False))


@cache
def deep_eigenvalues(count: int, seed: int) -> np.ndarray:
    """Of K / (L + 1) at L = 500 of random unit inputs in ten dimensions, ascending, in doubles: shape (count,)."""
    points = np.random.default_rng(seed).standard_normal((count, 10))
    points /= np.linalg.norm(points, axis=1)[:, None]
    places = np.triu_indices(count, 1)
    angles = np.arccos(np.clip(points @ points.T, -1, 1))[places]
    row = next(islice(through_depth(RELU_STEP, at_angles(angles), FLOAT64), 500, None))
    matrix = np.eye(count)
    matrix[places] = (row.blocks + row.features) / 501
    return np.linalg.eigvalsh(matrix, UPLO="U")


@check(
    LIMIT_EIGENVALUES,
    PRINTED["bc:29"].form,
    corrected=PRINTED["bc:29"].corrected,
    mutants={"n/4": (size / 4, sympy.Rational(3, 4)), "a tenth more": ((size + 3) * 11 / 40, sympy.Rational(33, 40))},
)
def test_eigenvalues_of_a_deep_kernel_on_random_inputs(claim):
    for count in (3, 6):
        found = deep_eigenvalues(count, random_seed("deep inputs"))
        said = [float(value.subs(size, count)) for value in claim]
        off = float(np.abs(found / np.array([*[said[1]] * (count - 1), said[0]]) - 1).max())
        record(numerical(off < 0.03, f"n = {count}: {found.round(3)}, relatively off by {off:.2g}"))


@cache
def gaussian_conditions(raw: bool, seed: int) -> list[float]:
    """kappa at depths 1, 2, 4, 7, 10 of 50 Gaussian points of R^5, as they are or of norm one, in doubles."""
    points = np.random.default_rng(seed).standard_normal((50, 5))
    rows = points if raw else points / np.linalg.norm(points, axis=1)[:, None]
    return [float(np.linalg.cond(ntk(fcn(depth, "none"), rows))) for depth in (1, 2, 4, 7, 10)]


@check(FIGURE, 1.0, mutants={"by a quarter each time": 0.75, "by two fifths": 0.6})
def test_condition_numbers_of_gaussian_points(claim):
    for name in ("raw", "of norm one"):
        found = gaussian_conditions(name == "raw", random_seed("points"))
        worst = max(after / before for before, after in pairwise(found))
        detail = f"{name}: kappa from {found[0]:.4g} to {found[-1]:.4g}"
        record(numerical(worst < claim, detail, margin=claim - worst))


@check(FIGURE, 50, mutants={"five points": 5})
def test_the_gram_matrix_of_more_points_than_dimensions(claim):
    """G = X X' with X of five columns: at most five eigenvalues are not zero."""
    points = np.random.default_rng(random_seed("points")).standard_normal((claim, 5))
    rank = int(np.linalg.matrix_rank(points))
    record(numerical(rank < claim, f"{claim} points: G has the rank {rank}"))
