"""Angles between features and between gradients of the ReLU network of arXiv 2305.08813, layer by layer and deep."""

import math
from functools import cache

import flint
import sympy
from sympy import Rational, cos, pi, sin, sqrt

from checks.conditioning.records import REBUILT, printed, stated
from checks.setups.audited import record_audited
from checks.setups.cited import STOLZ_CESARO, WIDTH_LIMIT
from ntk_companion import Finding, certified, check, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, is_positive, vanishes
from numerics.kernels.depth import deep_angles, deep_kernel
from numerics.numbers.comparisons import all_of, less
from numerics.numbers.systems import Balls
from theory.depth import RELU_STEP
from theory.moments import cosine, gaussian_moment, theta
from theory.printed.conditioning import PRINTED

ONE, LAYER = sympy.Integer(1), sympy.Symbol("l", positive=True)
U = sympy.Symbol("u", real=True)
MORE = Rational(102, 100)
STEP = "A proof from the derived step of one block"
DEEP = (WIDTH_LIMIT.id, STOLZ_CESARO.id)

FORMULA = stated(
    id="bc:7",
    title="The cosine between gradients as a sum over layers, at depths 1 to 4",
    number="Lemma 3.1 (7)",
    formula=r"\cos\phi = \frac1{L+1} \sum_{l=1}^{L+1} \cos\theta_{l-1} \prod_{r=l}^{L} (1 - \theta_{r-1}/\pi)",
    qualification=REBUILT + STEP + ", for all angles theta_0, .., theta_L at once.",
)
EMBEDDINGS = stated(
    id="bc:8",
    title="Features keep their norm, and the ReLU maps their angle by g",
    number="Lemma E.5",
    formula=r"\|a_l\| = \|x\|, \quad \theta_l = g(\theta_{l-1}), \quad"
    r" \cos g(z) = \frac{\pi - z}{\pi} \cos z + \frac{\sin z}{\pi}",
    qualification=STEP + ", for all depths and angles.",
)
MAP = stated(
    id="bc:9",
    title="g increases, lies below the identity but at 0, and its iterates tend to 0",
    number="Proposition A.1",
    formula=r"g \text{ increasing}, \quad g(z) < z \ (0 < z < \pi), \quad g^l(z) \to 0",
    qualification="The slope of cos g and the sign of g(z) - z are proved for all angles; a falling sequence above "
    "0 has "
    "a limit, which is a fixed point, and 0 is the only one.",
)
MONOTONE = stated(
    id="bc:17",
    title="Angles between features fall with depth, to zero",
    number="Theorem A.2",
    formula=r"\theta_{l+1} < \theta_l, \quad \theta_l \to 0",
    qualification="cos theta_{l+1} - cos theta_l is an integral of a positive function, by a proof for all angles.",
    uses=("bc:8", "bc:9"),
)
COLLAPSE = stated(
    id="bc:18",
    title="Deep features of all inputs tend to one direction: the normalised limit kernel tends to 1",
    number="Theorem A.2",
    formula=r"\frac{\Sigma_l(x, x')}{\sqrt{\Sigma_l(x, x) \Sigma_l(x', x')}} \to 1",
    qualification=REBUILT + "Of the kernel of infinite width; nothing is said of the features of one network. "
    "Enclosed at L = 300 on four pairs, opposite ones among them: above 0.999.",
    uses=("bc:17", WIDTH_LIMIT.id),
)
SMALL = stated(
    id="bc:15",
    title="Angles between features at small angles: each block takes theta^2 / (3 pi)",
    number="Lemma E.6 (57)",
    formula=r"\theta_l = \theta_0 - \frac{l \theta_0^2}{3 \pi} + o(\theta_0^2) \quad (l \text{ fixed})",
    qualification=REBUILT
    + "A proof by induction on l from the series of g. For l growing with 1/theta_0 it is no proof.",
    uses=("bc:8",),
)
SLOW = stated(
    id="bc:16",
    title="Angles between features fall like 3 pi over the depth",
    number="appendix E.4",
    formula=r"\theta_l \sim \frac{\theta_0}{1 + \theta_0 l / (3 \pi)}, \quad l\, \theta_l \to 3 \pi",
    qualification="sympy proves that 1/g(z) - 1/z tends to 1/(3 pi); the limit follows by the theorem that is cited. "
    "Read as an equality at finite l the first formula is not exact.",
    uses=("bc:8", "bc:17", STOLZ_CESARO.id),
)
QUARTER = stated(
    id="bc:19",
    title="Angles between gradients tend to arccos(1/4) with depth, whatever the inputs",
    number="Theorem 3.5, Theorem 3.6",
    formula=r"\phi \to \arccos\tfrac14 \approx 75.5^\circ",
    qualification="From the block's step, l theta_l -> 3 pi and the theorem that is cited; enclosed at depths to "
    "300 on "
    "four pairs, within log(L) / L of 1/4 there.",
    uses=("bc:16", *DEEP),
)
LAYER_COSINE = printed(
    "bc:32",
    "The cosine between features after a layer",
    "The text at hand has lost brackets and a theta; this is the one reading of it that has the same terms. A proof "
    "for "
    "all angles.",
)
GATES = stated(
    id="bc:33",
    title="The probability that two neurons are both active, and the mean of a gated layer",
    number="Lemmas E.1, E.2, E.3",
    formula=r"\Pr(w'v_1 \ge 0, w'v_2 \ge 0) = \frac12 - \frac{\theta}{2\pi}, \quad"
    r" \tfrac{c}{m} \textstyle\sum_i 1_i 1_i' \to 1 - \frac\theta\pi",
    qualification=REBUILT + "A proof for all angles, by integration.",
)
GAUSSIAN = stated(
    id="bc:34",
    title="A'A / m of a Gaussian matrix tends to the identity",
    number="Lemma D.1",
    formula=r"\mathrm{E}\bigl[\tfrac1m A'A\bigr] = I, \quad \mathrm{Var}\bigl[\tfrac1m A'A\bigr]_{jk} = \frac{1 +"
    r" \delta_{jk}}{m} \to 0",
    qualification="The moments are integrated; by Chebyshev's inequality the convergence is in probability.",
    uses=(),
)


def in_angle(expression: sympy.Expr) -> sympy.Expr:
    """What one block makes of unit features at the angle theta."""
    closed = RELU_STEP.at(expression, (ONE, U, ONE))
    return closed.subs({sympy.acos(U): theta, sqrt(1 - U**2): sin(theta)}).subs(U, cos(theta))


FEATURES, OWN, FACTOR = (in_angle(part) for part in (RELU_STEP.features, RELU_STEP.own, RELU_STEP.factor))
ANGLES = sympy.symbols("theta_0:5", positive=True)


def summed(depth: int, angles=ANGLES) -> sympy.Expr:
    """(L + 1) cos phi as the lemma has it."""
    return sum(
        cos(angles[layer - 1]) * sympy.prod(1 - angles[r - 1] / pi for r in range(layer, depth + 1))
        for layer in range(1, depth + 2)
    )


def without_last(depth: int) -> sympy.Expr:
    """The product a factor short."""
    return sum(
        cos(ANGLES[layer - 1]) * sympy.prod(1 - ANGLES[r - 1] / pi for r in range(layer, depth))
        for layer in range(1, depth + 2)
    )


@check(
    FORMULA,
    summed,
    mutants={
        "a factor less": without_last,
        "2% more": lambda depth: MORE * summed(depth),
        "the input's layer lost": lambda depth: summed(depth) - summed(depth).subs({ANGLES[0]: pi / 2}),
    },
)
def test_the_cosine_between_gradients(claim):
    verdicts = []
    for depth in range(1, 5):
        blocks = sympy.Integer(0)
        for angle in ANGLES[:depth]:
            blocks = blocks * FACTOR.subs(theta, angle) + OWN.subs(theta, angle)
        verdicts.append(vanishes(sympy.expand(blocks + cos(ANGLES[depth]) - claim(depth))))
    record(symbolic(combined(verdicts), "depths 1 to 4, in theta_0, .., theta_4", covers_all=True))


PRINTED_MAP = (pi - theta) / pi * cos(theta) + sin(theta) / pi


@check(EMBEDDINGS, PRINTED_MAP, mutants={"2% more sine": PRINTED_MAP + sin(theta) / (50 * pi), "no sine": cos(theta)})
def test_features_keep_their_norm_and_turn_by_g(claim):
    kept = RELU_STEP.at(RELU_STEP.features, (U, U, U)) - U
    record(symbolic(all_vanish([kept, FEATURES - claim]), "one block, any angle", covers_all=True))


@check(MAP, (ONE, "k1(u) > u"), mutants={"slope": (MORE, "k1(u) > u"), "2% less": (ONE, "k1(u) > cos(0.98*arccos(u))")})
def test_the_map_of_angles(claim):
    factor, below = claim
    slope = sympy.diff(cosine(1), theta) + factor * (1 - theta / pi) * sin(theta)
    record(symbolic(vanishes(slope), "(cos g)' = -(1 - z/pi) sin z, negative on (0, pi)", covers_all=True))
    record_audited(f"for all u in [-1, 0.9999]: {below}")


@check(MONOTONE, ONE, mutants={"2% more": MORE, "half": Rational(1, 2)})
def test_angles_between_features_fall(claim):
    t = sympy.Symbol("t", positive=True)
    gain = sympy.integrate(t * sin(t), (t, 0, theta)) / pi
    verdict = vanishes(FEATURES - cos(theta) - claim * gain)
    record(symbolic(verdict, "the gain of a block is the integral of t sin(t) / pi from 0 to theta", covers_all=True))


@cache
def series_of_map(order: int) -> sympy.Expr:
    """cos g(theta) to an order."""
    return sympy.series(FEATURES, theta, 0, order).removeO()


SLOPES = {"2% more": MORE / (3 * pi), "pi for 3 pi": 1 / pi}


@check(SMALL, 1 / (3 * pi), mutants=SLOPES)
def test_small_angles_by_induction(claim):
    after = theta - (LAYER + 1) * claim * theta**2
    before = theta - LAYER * claim * theta**2
    image = series_of_map(4).subs(theta, before) - cos(after)
    rest = sympy.series(sympy.expand(image), theta, 0, 4).removeO()
    record(symbolic(vanishes(sympy.expand(rest)), "g(z - l c z^2) = z - (l + 1) c z^2 + O(z^3)", covers_all=True))


@check(SLOW, 1 / (3 * pi), mutants=SLOPES)
def test_deep_features_approach_like_the_inverse_of_depth(claim):
    image = theta - claim * theta**2
    rest = sympy.series(cos(image) - series_of_map(4), theta, 0, 4).removeO()
    step = sympy.limit(1 / image - 1 / theta, theta, 0) - claim
    record(symbolic(all_vanish([sympy.expand(rest), step]), "1/g(z) - 1/z -> 1/(3 pi)", covers_all=True))


PAIRS = {
    "opposite": Rational(1),
    "120 degrees": Rational(2, 3),
    "90 degrees": Rational(1, 2),
    "8 degrees": Rational(2, 45),
}
SYSTEM = Balls(192)
DEEPEST = 300


@cache
def deep_cosines(turn: sympy.Rational) -> dict[int, flint.arb]:
    """Balls around cos phi at depths 100 and 300 of a pair at this angle, in half turns."""
    with SYSTEM.working():
        angle = flint.arb.pi() * int(turn.p) / int(turn.q)
        kept = {100, DEEPEST}
        return {d: r for d, r in zip(range(DEEPEST + 1), deep_kernel(angle, SYSTEM), strict=False) if d in kept}


@check(QUARTER, Rational(1, 4), mutants={"2% more": Rational(51, 200), "1/3": Rational(1, 3), "1/5": Rational(1, 5)})
def test_the_limit_of_the_cosine_between_gradients(claim):
    """K_L = (1 - theta_L / pi) K_{L-1} + cos theta_L, and L theta_L / pi -> 3."""
    c, length = sympy.symbols("c L", positive=True)
    step = (length + 1) - length * (1 - c / length) - (1 + c)
    limit = 1 / (1 + sympy.limit(LAYER * (1 - FACTOR.subs(theta, 3 * pi / LAYER)), LAYER, sympy.oo)) - claim
    linear = OWN - FACTOR * cos(theta)
    record(symbolic(all_vanish([step, limit, linear]), "b / (1 + c) with b = 1, c = 3", covers_all=True))


@check(QUARTER, Rational(1, 4), mutants={"1/3": Rational(1, 3), "1/5": Rational(1, 5)})
def test_deep_cosines_are_enclosed(claim):
    for name, turn in PAIRS.items():
        for depth, value in deep_cosines(turn).items():
            within = 6 * math.log(depth) / depth if turn < Rational(1, 10) else math.log(depth) / depth
            off = abs(value - flint.arb(int(claim.p)) / int(claim.q))
            record(certified(less(off, within), f"{name}, L = {depth}: cos phi = {value.str(8)}"))


@check(COLLAPSE, Rational(999, 1000), mutants={"closer than they are": Rational(9999, 10000)})
def test_deep_features_are_nearly_parallel(claim):
    with SYSTEM.working():
        for name, turn in PAIRS.items():
            angle = flint.arb.pi() * int(turn.p) / int(turn.q)
            found = next(
                a for d, a in zip(range(DEEPEST + 1), deep_angles(angle, SYSTEM), strict=False) if d == DEEPEST
            )
            record(
                certified(less(flint.arb(int(claim.p)) / int(claim.q), found.cos()), f"{name}: {found.cos().str(10)}")
            )


SWAPPED = (1 - theta / pi) * sin(theta) + cos(theta) / pi


@check(
    LAYER_COSINE,
    PRINTED["bc:32"].form,
    mutants={"as extracted": 1 - cos(theta) / pi + sin(theta) / pi, "sine and cosine swapped": SWAPPED},
)
def test_the_cosine_after_a_layer(claim):
    record(symbolic(vanishes(PRINTED["bc:32"].quantity() - claim), "any angle", covers_all=True))


@check(GATES, ONE, mutants={"2% more": MORE, "twice": 2})
def test_gates(claim):
    probability = gaussian_moment(0) - claim * (Rational(1, 2) - theta / (2 * pi))
    mean = FACTOR - claim * (1 - theta / pi)
    record(symbolic(all_vanish([sympy.expand(probability), sympy.expand(mean)]), "any angle", covers_all=True))


@check(GAUSSIAN, ONE, mutants={"2% more": MORE, "half": Rational(1, 2)})
def test_gaussian_gram_matrices(claim):
    x, width = sympy.Symbol("x", real=True), sympy.Symbol("m", positive=True)
    density = sympy.exp(-(x**2) / 2) / sqrt(2 * pi)
    second, fourth = (sympy.integrate(x**k * density, (x, -sympy.oo, sympy.oo)) for k in (2, 4))
    diagonal, off = (fourth - second**2) / width, second**2 / width
    found = all_vanish([second - 1, diagonal - claim * 2 / width, off - claim / width])
    record(symbolic(found, "E z^2 = 1, E z^4 = 3; both variances vanish with 1/m", covers_all=True))


# Corollary 3.3

COROLLARY = stated(
    id="bc:14",
    title="For L at least of the order 1/theta: cos phi = (1 - L theta / (2 pi) + o(theta)) cos theta",
    number="Corollary 3.3",
    formula=r"L = \Omega(1/\theta_{\mathrm{in}}): \ \cos\phi = \Bigl(1 - \frac{L}{2\pi} \theta_{\mathrm{in}} +"
    r" o(\theta_{\mathrm{in}})\Bigr) \cos\theta_{\mathrm{in}}",
    qualification="Refuted at L = 10/theta by enclosures and by the sign of the kernel; with L fixed it is proved. The "
    "printed condition may be meant for L of lower order than 1/theta.",
    finding=Finding(
        Severity.TYPO,
        "With L of the order 1/theta the linear term is no small correction: at L = 10/theta the formula is negative, "
        "while the cosine is positive and tends to 1/4 with depth. It holds for fixed L.",
        corrected=r"L \text{ fixed}, \ \theta_{\mathrm{in}} \to 0:\ \cos\phi = \Bigl(1 - \frac{L}{2\pi}"
        r" \theta_{\mathrm{in}} + o(\theta_{\mathrm{in}})\Bigr) \cos\theta_{\mathrm{in}}",
    ),
)
DEPTH = sympy.Symbol("L", positive=True)
LINEAR_TERM = DEPTH / (2 * pi)
GROWING, FIXED = "L = 10/theta", "L = 5"


@check(
    COROLLARY,
    (GROWING, LINEAR_TERM),
    corrected=(FIXED, LINEAR_TERM),
    mutants={"L + 1 for L": (FIXED, (DEPTH + 1) / (2 * pi)), "2% more": (FIXED, MORE * LINEAR_TERM)},
)
def test_small_angles_between_gradients_by_enclosures(claim):
    """The error over theta must shrink about as theta does."""
    condition, term = claim
    errors = []
    with SYSTEM.working():
        for inverse in (20, 80):
            depth = 10 * inverse if condition == GROWING else 5
            angle = flint.arb(1) / inverse
            exact = next(r for d, r in zip(range(depth + 1), deep_kernel(angle, SYSTEM), strict=False) if d == depth)
            slope = flint.arb(str(sympy.N(term.subs(DEPTH, depth), 50)))
            errors.append(abs(exact - (1 - slope * angle) * angle.cos()) / angle)
        holds = all_of([less(errors[1], errors[0] / 3)])
    shown = ", ".join(error.str(5) for error in errors)
    record(certified(holds, f"{condition}: error / theta = {shown} at theta = 1/20, 1/80"))


@check(
    COROLLARY,
    (GROWING, LINEAR_TERM),
    corrected=(FIXED, LINEAR_TERM),
    mutants={"L + 1 for L": (FIXED, (DEPTH + 1) / (2 * pi))},
)
def test_small_angles_between_gradients_in_symbols(claim):
    """First-order terms by induction; of the printed condition the sign alone: no step makes a kernel negative."""
    condition, term = claim
    if condition == GROWING:
        nonnegative_steps = [FACTOR.subs(theta, pi / 3), OWN.subs(theta, pi / 3)]
        assert all(bool(value > 0) for value in nonnegative_steps)
        verdict = is_positive(1 - term.subs(DEPTH, 10))
        record(symbolic(verdict, "at L theta = 10 the claimed cosine tends to 1 - 10/(2 pi) < 0", covers_all=False))
        return
    before = DEPTH - DEPTH * (DEPTH + 1) / (2 * pi) * theta  # N_L
    after = sympy.series(before * FACTOR + OWN, theta, 0, 2).removeO()
    step = sympy.expand(after - before.subs(DEPTH, DEPTH + 1))
    cosine_term = sympy.expand((before + 1) / (DEPTH + 1)) - (1 - term * theta)
    record(symbolic(all_vanish([step, sympy.simplify(cosine_term)]), "by induction on L", covers_all=True))
