"""The first layer alone trained, and its gates: arXiv 2305.08813, Theorem 4.2 and Lemma E.4.

The kernel is then the entrywise product of the Gram matrix G and of matrices H of entries 1 - theta/pi, a layer each.
So K - lambda_min(G) I = (G - lambda_min(G) I) o H, which is definite if H is and G - lambda_min(G) I has no zero on its
diagonal; a zero there belongs to an input that is orthogonal to all others and whose |x|^2 is lambda_min(G). Likewise
for lambda_max.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import flint
import numpy as np
import sympy
from sympy import Rational

from checks.conditioning.eigenvalues import SYSTEM, ball, extremes
from checks.conditioning.records import follows, stated
from checks.setups.cited import STRICT_SCHUR, WIDTH_LIMIT
from ntk_companion import Finding, certified, check, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import vanishes
from numerics.numbers.comparisons import all_of, at_most, less
from theory.architecture import Architecture, fcn, with_trained
from theory.moments import cosine, gaussian_moment, theta
from theory.recursion import closed_form, recursion

MEANS = (
    "Refuted on orthogonal inputs and on others, by exact values from the recursion and from the integrated gates, and "
    "on orthogonal inputs by counting signs. The "
    "corrected form follows from the theorem that is cited where the matrix of 1 - theta/pi is definite, as it is if "
    "no two inputs are on one line: that one is argued, not recorded. It is certified on seven sets"
)
FIRST_LAYER = stated(
    id="bc:23",
    title="W_1 alone trained, no parallel inputs: the ReLU raises lambda_min and lowers the condition number",
    number="Theorem 4.2",
    formula=r"\lambda_{\min}(K) > \lambda_{\min}(G), \quad \kappa(K) < \kappa(G)",
    qualification=MEANS + ", L = 1 and 2.",
    uses=("bc:25", WIDTH_LIMIT.id, STRICT_SCHUR.id),
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "An input that is orthogonal to all others keeps its |x|^2 as an eigenvalue: where that is lambda_min(G), "
        "lambda_min does not rise. On orthogonal unit inputs nothing changes at all. In all other cases it rises, no "
        "two inputs being on one line; on unit inputs strictness fails for G = I alone." + follows("bc:25"),
        corrected=r"\lambda_{\min}(K) > \lambda_{\min}(G) \text{ unless } \exists i:\ x_i \perp x_j\ (j \ne i),\ "
        r"|x_i|^2 = \lambda_{\min}(G); \quad \text{so for } \lambda_{\max}; \quad"
        r" \kappa(K) < \kappa(G) \text{ unless both}",
    ),
)
DEEPER_FIRST = stated(
    id="bc:24",
    title="W_1 alone trained, no parallel inputs: a deeper network has a smaller condition number",
    number="Theorem 4.2",
    formula=r"L_1 > L_2 \Rightarrow \kappa_1 < \kappa_2",
    qualification=MEANS + ", L = 2 against 1.",
    uses=("bc:25", WIDTH_LIMIT.id, STRICT_SCHUR.id),
    finding=Finding(
        Severity.MISSING_HYPOTHESIS,
        "On orthogonal unit inputs the kernel is the identity at every depth. One more layer is one more entrywise "
        "product: strictness fails where both extreme eigenvalues belong to inputs that are orthogonal to all others."
        + follows("bc:25"),
        corrected=r"L_1 > L_2 \Rightarrow \kappa_1 < \kappa_2 \text{ unless } \lambda_{\min} \text{ and } "
        r"\lambda_{\max} \text{ are } |x_i|^2, |x_j|^2 \text{ of inputs orthogonal to all others}",
    ),
)
GATED = stated(
    id="bc:25",
    title="Gated copies of the rows of any A: B' has a larger lambda_min and a smaller lambda_max than B = AA'",
    number="Lemma E.4",
    formula=r"A'_{ikl} = \sqrt2 A_{ik} 1(W_l A_i \ge 0),\ q \to \infty: \ \lambda_{\min}(B') > \lambda_{\min}(B),"
    r"\ \lambda_{\max}(B') < \lambda_{\max}(B)",
    qualification="B' taken over q, without which it has no limit. " + MEANS + ".",
    uses=("bc:33", STRICT_SCHUR.id),
    finding=Finding(
        Severity.USED_LATER,
        "A hypothesis is missing, and Theorem 4.2 (bc:23, bc:24) inherits it. The limit of B'/q is B times 1 - "
        "theta/pi entry by entry. For A = I it is I, and for two equal rows it is B: neither inequality is strict. The "
        "proof in G.5 assumes rows that are not degenerate, which those of A = I are not. As printed the sum over "
        "l = 1..q is not divided by q, and both eigenvalues grow with q.",
        corrected=r"\text{no two rows on one line: } \lambda_{\min}(\lim B'/q) > \lambda_{\min}(B) \text{ unless a row"
        r" orthogonal to all others has } |A_i|^2 = \lambda_{\min}(B); \quad \text{so for } \lambda_{\max}",
    ),
)

Rows = tuple[tuple[sympy.Expr, ...], ...]
Kernel = Callable[[Rows], sympy.Matrix]
ORTHOGONAL = "orthogonal unit vectors"
EQUAL = "two equal vectors"
SETS: dict[str, Rows] = {
    "two vectors": ((1, 2), (3, 1)),
    "three vectors": ((1, 2, 0), (3, 1, 1), (0, -1, 2)),
    "two nearly orthogonal vectors": ((100, 0), (1, 100)),
    "the shortest orthogonal to all others": ((1, 0, 0), (0, 2, 1), (0, 1, 3)),
    "one orthogonal to all others": ((2, 0, 0), (0, 2, 1), (0, 1, 3)),
    "the longest orthogonal to all others": ((9, 0, 0), (0, 2, 1), (0, 1, 3)),
    ORTHOGONAL: ((1, 0), (0, 1)),
}
DEGENERATE: dict[str, Rows] = {EQUAL: ((1, 2), (1, 2))}


def entrywise(rows: Rows, entry: Callable[..., sympy.Expr]) -> sympy.Matrix:
    """The n x n matrix of a function of |x|^2, <x, z> and |z|^2."""
    inner = [[sympy.Integer(sum(a * b for a, b in zip(x, z, strict=True))) for z in rows] for x in rows]
    count = range(len(rows))
    return sympy.Matrix([[entry(inner[i][i], inner[i][j], inner[j][j]) for j in count] for i in count])


def inputs(rows: Rows) -> sympy.Matrix:
    """The Gram matrix, n x n."""
    return entrywise(rows, lambda _, cross, __: cross)


def by_recursion(depth: int) -> Kernel:
    """The kernel of the ReLU network of which W_1 alone is trained, as its recursion gives it."""
    network: Architecture = with_trained(fcn(depth, "none"), ["W_1"])
    derived = recursion(network)
    return partial(entrywise, entry=lambda *triple: closed_form(derived, derived.ntk, triple))


def by_gates(depth: int) -> Kernel:
    """The Gram matrix times twice the probability that both of two gates are open, a layer each, as integrated."""

    def entry(first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
        kernel, correlation = cross, cross / sympy.sqrt(first * second)
        for _ in range(depth):
            angle = sympy.acos(correlation)
            kernel *= 2 * gaussian_moment(0).subs(theta, angle)
            correlation = cosine(1).subs(theta, angle)
        return kernel

    return partial(entrywise, entry=entry)


def further_layer(matrix: sympy.Matrix) -> sympy.Matrix:
    """The Gram matrix of a layer more, W_1 alone trained: again times twice the share of signs that open both gates.

    One of two signs opens the gate of one neuron; the share of two different inputs is left open, as a symbol.
    """
    one = Rational(2 * sum((False, True)), 2)
    shares = sympy.Matrix(*matrix.shape, lambda i, j: one if i == j else sympy.Symbol(f"p_{min(i, j)}{max(i, j)}"))
    return matrix.multiply_elementwise(shares)


def by_signs(rows: Rows) -> sympy.Matrix:
    """The Gram matrix times twice the share of signs at which both gates are open, for orthogonal rows: a count.

    A reflection takes w.x_i to its negative, leaves the other w.x_j as they are, and the law of w too: all patterns of
    signs are equally likely.
    """
    patterns = list(product((False, True), repeat=len(rows)))
    count = len(rows)
    return inputs(rows).multiply_elementwise(
        sympy.Matrix(count, count, lambda i, j: Rational(2 * sum(one[i] and one[j] for one in patterns), len(patterns)))
    )


@dataclass(frozen=True)
class Spectrum:
    """The least and the largest eigenvalue as balls, and whether each is an exact diagonal entry alone in its row."""

    low: flint.arb
    high: flint.arb
    low_alone: bool
    high_alone: bool


def spectrum(matrix: sympy.Matrix) -> Spectrum:
    """The ends of the spectrum of a symmetric n x n matrix: of its rows that have no other entry, and of the rest."""
    count = range(matrix.rows)
    alone = [i for i in count if all(matrix[i, j] == 0 for j in count if j != i)]
    rest = [i for i in count if i not in alone]
    lows = highs = [(ball(matrix[i, i]), True) for i in alone]
    if rest:
        low, high = extremes(np.array([[ball(matrix[i, j]) for j in rest] for i in rest]))
        lows, highs = [*lows, (low, False)], [*highs, (high, False)]
    least = next(one for one in lows if all(at_most(one[0], other[0]) for other in lows if other is not one))
    most = next(one for one in highs if all(at_most(other[0], one[0]) for other in highs if other is not one))
    return Spectrum(least[0], most[0], least[1], most[1])


Order = Callable[[Spectrum, Spectrum], bool | None]
"""What is claimed of a kernel and of what it is compared with."""


def rises(ours: Spectrum, others: Spectrum) -> bool | None:
    """Is our lambda_min the larger of the two?"""
    return less(others.low, ours.low)


def falls(ours: Spectrum, others: Spectrum) -> bool | None:
    """Is our lambda_max the smaller of the two?"""
    return less(ours.high, others.high)


def narrows(ours: Spectrum, others: Spectrum) -> bool | None:
    """Is our condition number the smaller of the two?"""
    return less(ours.high * others.low, others.high * ours.low)


def both(*orders: Order) -> Order:
    """All of some claims together, as one claim."""
    return lambda ours, others: all_of(order(ours, others) for order in orders)


def corrected(ours: Spectrum, others: Spectrum) -> bool | None:
    """Strict where the other's end is not that of an input alone, equal where it is; kappa strict unless both are."""
    equal_low = all_of([at_most(ours.low, others.low), at_most(others.low, ours.low)])
    equal_high = all_of([at_most(ours.high, others.high), at_most(others.high, ours.high)])
    return all_of(
        [
            equal_low if others.low_alone else rises(ours, others),
            equal_high if others.high_alone else falls(ours, others),
            True if others.low_alone and others.high_alone else narrows(ours, others),
        ]
    )


def equal_if_any_is_alone(ours: Spectrum, others: Spectrum) -> bool | None:
    """The corrected form with equality wherever one of the ends is that of an input alone."""
    alone = others.low_alone or others.high_alone
    return corrected(ours, Spectrum(others.low, others.high, alone, alone))


def by_percent(percent: int) -> Order:
    """Is lambda_min at least so many percent larger, equality aside?"""
    return lambda ours, others: at_most(others.low * (100 + percent) / 100, ours.low)


def judge(
    kernel: Kernel,
    other: Kernel,
    order: Order,
    sets: dict[str, Rows] = SETS,
    ends: Callable[[sympy.Matrix], Spectrum] = spectrum,
) -> None:
    """Record whether the order holds on each set."""
    for name, rows in sets.items():
        with SYSTEM.working():
            ours, others = ends(kernel(rows)), ends(other(rows))
            detail = (
                f"{name}: {others.low.str(6)} to {others.high.str(6)} becomes {ours.low.str(6)} to {ours.high.str(6)}"
            )
            record(certified(order(ours, others), detail))


WRONG: dict[str, Order] = {"2% more at least": by_percent(2), "equal if an end is alone": equal_if_any_is_alone}
BETTER = both(rises, narrows)


@check(FIRST_LAYER, BETTER, corrected=corrected, mutants=WRONG)
def test_the_first_layer_alone(claim):
    for depth in (1, 2):
        judge(by_recursion(depth), inputs, claim)


@check(FIRST_LAYER, BETTER, corrected=corrected, mutants=WRONG)
def test_the_first_layer_alone_by_gates(claim):
    for depth in (1, 2):
        judge(by_gates(depth), inputs, claim)


NO_MORE = {"2% more at least": by_percent(2)}
UNIT_AND_LONGER: dict[str, Rows] = {ORTHOGONAL: SETS[ORTHOGONAL], "orthogonal, of two lengths": ((3, 0), (0, 4))}


@check(FIRST_LAYER, BETTER, corrected=corrected, mutants=NO_MORE)
def test_the_first_layer_alone_by_signs(claim):
    judge(by_signs, inputs, claim, UNIT_AND_LONGER)


@check(DEEPER_FIRST, narrows, corrected=corrected, mutants=NO_MORE)
def test_the_first_layer_alone_and_depth_by_signs(claim):
    """Whatever share of a further layer's gates open together: no symbol is left where inputs are orthogonal."""
    judge(lambda rows: further_layer(by_signs(rows)), by_signs, claim, UNIT_AND_LONGER)


@check(DEEPER_FIRST, narrows, corrected=corrected, mutants=WRONG)
def test_the_first_layer_alone_and_depth(claim):
    judge(by_recursion(2), by_recursion(1), claim)


@check(DEEPER_FIRST, narrows, corrected=corrected, mutants=WRONG)
def test_the_first_layer_alone_and_depth_by_gates(claim):
    judge(by_gates(2), by_gates(1), claim)


@check(GATED, both(rises, falls), corrected=corrected, mutants=WRONG)
def test_gated_copies(claim):
    judge(by_gates(1), inputs, claim)


@check(GATED, falls, corrected=corrected, mutants={"equal if an end is alone": equal_if_any_is_alone})
def test_the_largest_eigenvalue_of_gated_copies(claim):
    judge(by_gates(1), inputs, claim)


def exact_spectrum(matrix: sympy.Matrix) -> Spectrum:
    """The ends of the spectrum of a small n x n matrix of numbers, by its characteristic polynomial."""
    values = matrix.eigenvals(multiple=True)
    return Spectrum(ball(min(values)), ball(max(values)), low_alone=False, high_alone=False)


@check(GATED, both(rises, falls), mutants={"lambda_min alone": rises, "lambda_max alone": falls})
def test_gated_copies_of_equal_rows(claim):
    """B' of two equal rows is B: outside the corrected form, which no two rows on one line may enter."""
    judge(by_gates(1), inputs, claim, DEGENERATE, exact_spectrum)


@check(GATED, both(rises, falls), corrected=corrected, mutants=WRONG)
def test_the_limit_of_gated_copies_is_the_kernel_of_the_first_layer(claim):
    """That kernel at depth 1, as the recursion gives it, is B times 1 - theta/pi, and so is the limit of B'/q."""
    first, cross, second = sympy.symbols("a c b", positive=True)
    derived = recursion(with_trained(fcn(1, "none"), ["W_1"]))
    kernel = closed_form(derived, derived.ntk, (first, cross, second))
    product = cross * (1 - sympy.acos(cross / sympy.sqrt(first * second)) / sympy.pi)
    record(symbolic(vanishes(sympy.expand(kernel - product)), "any lengths and angle", covers_all=False))
    judge(by_recursion(1), inputs, claim)
