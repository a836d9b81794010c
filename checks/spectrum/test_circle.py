"""Eigenvalues on the circle, exactly: kernels of one hidden layer are polynomials in the angle, its sine and cosine."""

from functools import cache

import numpy as np
import sympy
from sympy import Rational, cos, exp, pi, sin, sqrt

from checks.setups.audited import network, record_audited
from checks.setups.cited import WIDTH_LIMIT
from checks.spectrum.records import B9, BA, BB, BM, K0, MORE, ONE, REMEMBERED, SHALLOW, deep
from ntk_companion import Finding, Statement, certified, check, numerical, record, symbolic
from ntk_companion.evidence import Verdict
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, is_positive, vanishes
from numerics.kernels.zonal import enclosed_coefficient
from numerics.numbers.comparisons import all_of, less, positive
from numerics.numbers.systems import Balls
from theory.architecture import fcn
from theory.circle import cosine_coefficient
from theory.depth import RELU_STEP
from theory.moments import theta
from theory.recursion import closed_form, recursion

J = sympy.Symbol("j", integer=True, positive=True)
SYSTEM = Balls(128)
EXACT = "Exact integrals, for all frequencies at once. "
FIRST_LAYER = sympy.expand(cos(theta) * K0 / 2)
"""B9: the first layer trained, no bias."""
WITH_BIAS = sympy.expand((cos(theta) + 1) * K0 / 4)
"""BA (5)."""

MERCER = Statement(
    id="sp:2",
    title="Two-layer NTK: mu_0, mu_1 > 0, mu_k = 0 for odd k from 3 on, else positive and of the order k^-d",
    source=BM,
    number="Mercer decomposition",
    formula=r"\mu_0, \mu_1 > 0, \quad \mu_{2j+1} = 0\ (j \ge 1), \quad \mu_{2j} \sim C(d) (2j)^{-d}",
    qualification=REMEMBERED
    + "Parity is proved for all d: kappa(u) - kappa(-u) = 2u. On the circle all signs are proved; for d = 3, 4 they "
    "are enclosed at k = 0, 1, 2, 4, 12. That the order is k^-d is seen in floats alone: k^d mu_k at 20, 40, 80 "
    "changes by less than 15%, d = 2, 3, 4, errors of the rule counted.",
    uses=("sp:1",),
)
NULL = Statement(
    id="sp:3",
    title="Without biases the kernel of depth 1 is singular on circle:8",
    source=BM,
    number="consequence",
    formula=r"\lambda_{\min}(K(X, X)) = 0",
    qualification="Exact, in a cyclotomic field.",
    uses=("sp:2",),
)
BIASED = Statement(
    id="sp:18",
    title="A zero-started bias removes the parity constraint: (u + 1) k_0 + k_1 has all coefficients positive",
    source=BB,
    number="remark, after Basri et al. 2019",
    formula=r"\kappa_{\mathrm{NTK}, b}(u) = (u+1) \kappa_0(u) + \kappa_1(u): \ \mu_k > 0",
    qualification="It is the NTK of depth 1 with a first-layer bias started at zero and trained, by a proof. On the "
    "circle all coefficients are exact and positive; for d = 3 they are enclosed at k = 2, 3, 5, 12 alone.",
    uses=("sp:1",),
)
FREQUENCIES = Statement(
    id="sp:30",
    title="Bias-free networks of two layers miss the odd frequencies from 3 on; those of three carry all to 9",
    source=BA,
    number="section 3",
    formula=r"L = 1: \mu_{2j+1} = 0\ (j \ge 1); \quad L = 2: \mu_k > 0",
    qualification="Both by Gauss's rule on the circle at k <= 9, against its error; sp:2 proves parity for L = 1.",
    uses=("sp:2",),
)
DENSITY = Statement(
    id="sp:31",
    title="Eigenvalues on the circle with bias, up to a common scale: q = 0, 1, even, odd",
    source=BA,
    number="(9), (10) for the kernel, (20) for the values",
    formula=r"\lambda_0 \propto \tfrac1{2\pi^2} + \tfrac18, \ \lambda_1 \propto \tfrac1{\pi^2} + \tfrac18, \ \lambda_q"
    r" \propto \tfrac{q^2+1}{\pi^2 (q^2-1)^2} \text{ (even)}, \ \tfrac1{\pi^2 q^2} \text{ (odd)}",
    qualification="Refuted for the uniform density, as eigenvalues and up to scale: exactly, and by the eigenvalues "
    "of a "
    "matrix. As coefficients of a cosine series, mean first, the brackets are right.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The brackets are Fourier coefficients, a_0 a mean and a_q = 2 times one; as eigenvalues all must have the "
        "same normalisation, which makes the one of q = 0 twice as large against the others. It changes their order: "
        "printed lambda_1 > lambda_0, truly lambda_0 > lambda_1.",
        corrected=r"\lambda_0 \propto \tfrac1{\pi^2} + \tfrac14",
    ),
)
EQUATION = Statement(
    id="sp:32",
    title="For piecewise constant density every eigenfunction solves f'' = -p/(pi lambda) f",
    source=BA,
    number="(13), (25), Lemma 1",
    formula=r"f''(x) = -\frac{p(x)}{\pi \lambda} f(x)",
    qualification="Refuted for the uniform density at q = 0, 1 and even q exactly, at 2 by a matrix too. At odd q >= 3 "
    "it holds. Other densities are not looked at.",
    finding=Finding(
        Severity.USED_LATER,
        "cos(qx) solves it with lambda = p/(pi q^2), which is the eigenvalue at odd q >= 3; at even q it is "
        "p (q^2 + 1)/(pi (q^2 - 1)^2), 2.2 times that at q = 2. The cause is appendix A's 'period pi, in which case "
        "f(x + pi) = -f(x)', which even q do not have, and the converse called readily verified. (14), (15) and "
        "Proposition 1 are derived from it: (11) with (13) gives Z^2/(pi q^2) for all q, where (20) has another law at "
        "even q and at 1.",
        corrected=r"p \equiv \tfrac1{2\pi}, \ q \ge 3 \text{ odd}: \ f'' = -\frac{p}{\pi\lambda} f",
    ),
)
SOLUTION = Statement(
    id="sp:33",
    title="f = a cos((q/Z) Psi + b), Psi the integral of sqrt(p), solves f'' = -p/(pi lambda) f where p is constant",
    source=BA,
    number="Proposition 1 (11), (12), lambda by (13) and (11)",
    formula=r"f(x) = a(p) \cos\Bigl(\frac qZ \Psi(x) + b(p)\Bigr), \quad \lambda = \frac{Z^2}{\pi q^2}",
    qualification="In symbols, for any constant p: of the equation sp:32 as printed, whatever its eigenvalues.",
    uses=("sp:32",),
)
GENERAL_SOLUTION = Statement(
    id="sp:33-general",
    title="The general solution with Psi(x) x in the exponent",
    source=BA,
    number="(14), (15)",
    formula=r"A \exp\Bigl(\frac{i \Psi(x) x}{\sqrt{\pi\lambda}}\Bigr) + B \exp\Bigl(-\frac{i \Psi(x) x}{\sqrt{\pi"
    r"\lambda}}\Bigr)",
    qualification="Refuted by substitution in symbols, and at a number, for constant p.",
    finding=Finding(
        Severity.TYPO,
        "Psi(x) has x in it already: a factor x too many, in the exponential (14) and in the cosine (15) alike.",
        corrected=r"A \exp\Bigl(\frac{i \Psi(x)}{\sqrt{\pi\lambda}}\Bigr) + B \exp\Bigl(-\frac{i \Psi(x)}{\sqrt{\pi"
        r"\lambda}}\Bigr)",
    ),
    uses=("sp:32",),
)
SIXTH_ORDER = Statement(
    id="sp:34",
    title="The sixth-order equation of eigenfunctions, for the uniform density",
    source=BA,
    number="appendix A",
    formula=r"2\pi\lambda f^{(6)} + (2p + 4\pi\lambda) f^{(4)} + (p + 2\pi\lambda) f'' + p f = \bar p \bar f + 3 \bar p"
    r" \bar f'', \quad \bar f = f(x + \pi)",
    qualification="For f = cos(qx) with the exact eigenvalues, all q.",
)
BORDER = Statement(
    id="sp:35",
    title="Amplitudes at a border: 1 <= a_j/a_{j+1} <= sqrt(p_{j+1}/p_j) where p_j <= p_{j+1}",
    source=BA,
    number="(21), (32)",
    formula=r"p_j \le p_{j+1}: \ 1 \le \frac{a_j}{a_{j+1}} \le \sqrt{\frac{p_{j+1}}{p_j}}",
    qualification="From the continuity of f and f', in symbols: a_j^2/a_{j+1}^2 is a mean of 1 and p_{j+1}/p_j.",
    uses=("sp:33",),
)
FIRST = Statement(
    id="sp:37",
    title="No bias, first layer trained: cosine coefficients 1/pi^2, 1/4, 2(k^2+1)/(pi^2 (k^2-1)^2), 0",
    source=B9,
    number="circle, as quoted in Basri et al. 2020",
    formula=r"\cos t \frac{\pi - t}{2\pi}: \ \tfrac1{\pi^2}, \ \tfrac14, \ \tfrac{2(k^2+1)}{\pi^2(k^2-1)^2} \text{"
    r" (even)}, \ 0 \text{ (odd)}",
    qualification=REMEMBERED
    + EXACT
    + "Right as coefficients of a cosine series; the eigenvalues are half of them from k = 1 on.",
    uses=(WIDTH_LIMIT.id,),
)


@cache
def exact(kernel: sympy.Expr, frequency: sympy.Expr) -> sympy.Expr:
    """mu_k of a kernel in the angle on the circle."""
    return cosine_coefficient(kernel, theta, frequency)


ZERO = sympy.Integer(0)
EVEN, ODD = 2 * J, 2 * J + 1


def is_surely_positive(expression: sympy.Expr) -> Verdict:
    """`is_positive` of it, or of its reciprocal, which sympy sees through more often."""
    found = is_positive(sympy.factor(expression))
    return is_positive(1 / sympy.factor(expression)) if found is Verdict.INCONCLUSIVE else found


@check(MERCER, ONE, mutants={"2% more odd part": MORE, "no odd part": ZERO})
def test_the_parity_of_the_two_layer_kernel(claim):
    odd = sympy.simplify(SHALLOW - SHALLOW.subs(theta, pi - theta).subs(cos(pi - theta), -cos(theta)))
    verdict = vanishes(sympy.expand(sympy.expand_trig(odd) - 2 * claim * cos(theta)))
    signs = [is_surely_positive(exact(SHALLOW, each)) for each in (ZERO, ONE, EVEN)]
    even = sympy.factor(exact(SHALLOW, EVEN))
    record(symbolic(combined([verdict, *signs, vanishes(exact(SHALLOW, ODD))]), f"mu_2j = {even}", covers_all=False))


@check(MERCER, (0, 1), mutants={"k^-(d+1)": (1, 1), "even ones null too": (0, 0)})
def test_two_layer_coefficients_on_spheres(claim):
    shift, sign = claim
    for dimension in (3, 4):
        with SYSTEM.working():
            found = [enclosed_coefficient(SHALLOW, theta, dimension, k, SYSTEM) for k in (0, 1, 2, 4, 12)]
        record(
            certified(all_of(positive(value * sign) for value in found), f"d = {dimension}: {found[-1].str(6)} at 12")
        )
    for dimension in (2, 3, 4):
        found_ = deep(1, dimension, 80)
        scaled = [found_.values[k] * k ** (dimension + shift) for k in (20, 40, 80)]
        ratio = (max(scaled) + found_.error * 80.0 ** (dimension + shift)) / min(scaled)
        shown = ", ".join(f"{value:.4g}" for value in scaled)
        record(numerical(ratio < 1.15, f"d = {dimension}: k^d mu_k = {shown}", margin=1.15 - ratio))


@check(NULL, "= 0", mutants={"positive": "> 0"})
def test_the_null_frequency_on_eight_points(claim):
    record_audited(f"lambda_min(K) {claim}", network(depth=1) + 'points = "circle:8"\n', covers_all=True)


@check(BIASED, ONE, mutants={"2% more of k_0": MORE, "no bias": ZERO})
def test_a_bias_started_at_zero(claim):
    network_ = fcn(1, "zero")
    u = sympy.Symbol("u", real=True)
    derived = closed_form(recursion(network_), recursion(network_).ntk, (ONE, u, ONE))
    shallow = RELU_STEP.at(RELU_STEP.own, (ONE, u, ONE)) + RELU_STEP.at(RELU_STEP.features, (ONE, u, ONE))
    said = shallow + claim * RELU_STEP.at(RELU_STEP.factor, (ONE, u, ONE))
    verdict = vanishes(sympy.simplify(derived - said), {u: Rational(1, 3)})
    kernel = sympy.expand(SHALLOW + claim * K0)
    signs = [is_surely_positive(exact(kernel, each)) for each in (ZERO, ONE, EVEN, ODD)]
    record(symbolic(combined([verdict, *signs]), f"odd: {sympy.factor(exact(kernel, ODD))}", covers_all=False))


@check(BIASED, ONE, mutants={"no bias": ZERO})
def test_a_bias_started_at_zero_on_the_sphere(claim):
    kernel = sympy.expand(SHALLOW + claim * K0)
    with SYSTEM.working():
        found = [enclosed_coefficient(kernel, theta, 3, k, SYSTEM) for k in (2, 3, 5, 12)]
        holds = all_of(less(1e-9, value) for value in found)
    record(certified(holds, f"d = 3: {found[1].str(6)} at k = 3"))


@check(FREQUENCIES, (1, 2), mutants={"two layers carry all": (1, 1), "three miss them too": (2, 2)})
def test_which_frequencies_are_there(claim):
    missing, all_there = claim
    first, second = (deep(depth, 2, 9) for depth in (missing, all_there))
    odd = float(np.abs(first.values[3::2]).max())
    record(numerical(odd < 10 * first.error, f"depth {missing}: odd frequencies at most {odd:.1g}"))
    least = float(second.values.min())
    record(numerical(least > 100 * second.error, f"depth {all_there}: at least {least:.3g}"))


PRINTED_BRACKETS = {
    ZERO: 1 / (2 * pi**2) + Rational(1, 8),
    ONE: 1 / pi**2 + Rational(1, 8),
    EVEN: (EVEN**2 + 1) / (pi**2 * (EVEN**2 - 1) ** 2),
    ODD: 1 / (pi**2 * ODD**2),
}
RIGHT_BRACKETS = PRINTED_BRACKETS | {ZERO: 1 / pi**2 + Rational(1, 4)}
BRACKET_MUTANTS = {
    "q = 1 halved": RIGHT_BRACKETS | {ONE: RIGHT_BRACKETS[ONE] / 2},
    "2% more at odd q": RIGHT_BRACKETS | {ODD: MORE * RIGHT_BRACKETS[ODD]},
}


@check(DENSITY, PRINTED_BRACKETS, corrected=RIGHT_BRACKETS, mutants=BRACKET_MUTANTS)
def test_eigenvalues_with_bias(claim):
    """All divided by that of even q."""
    scale = claim[EVEN] / exact(WITH_BIAS, EVEN)
    off = [sympy.simplify(value - scale * exact(WITH_BIAS, each)) for each, value in claim.items()]
    record(symbolic(all_vanish(off), "up to the scale of even q", covers_all=True))


@cache
def matrix_eigenvalues() -> np.ndarray:
    """mu_0, .., mu_7 of the kernel with bias by its circulant matrix on 4096 points, shape (8,)."""
    count = 4096
    turns = 2 * np.pi * np.arange(count) / count
    angles = np.minimum(turns, 2 * np.pi - turns)
    row = sympy.lambdify(theta, WITH_BIAS)(angles)
    return np.fft.fft(row).real[:8] / count


@check(DENSITY, PRINTED_BRACKETS, corrected=RIGHT_BRACKETS, mutants=BRACKET_MUTANTS)
def test_eigenvalues_with_bias_by_a_matrix(claim):
    said = [claim[ZERO], claim[ONE], *(claim[EVEN if q % 2 == 0 else ODD].subs(J, q // 2) for q in range(2, 8))]
    ratios = np.array([float(value) for value in said]) / matrix_eigenvalues()
    off = float(np.abs(ratios / ratios[2] - 1).max())
    record(numerical(off < 1e-3, f"ratios to the printed ones differ by {off:.2g}"))


UNIFORM = 1 / (2 * pi)
ODD_FROM_3, ALL = ("odd",), ("zero", "one", "even", "odd")
PLACES = {"zero": ZERO, "one": ONE, "even": EVEN, "odd": ODD}


@check(
    EQUATION,
    (ALL, ONE),
    corrected=(ODD_FROM_3, ONE),
    mutants={"2% more": (ODD_FROM_3, MORE), "even ones": (("even",), ONE)},
)
def test_eigenfunctions_and_their_equation(claim):
    """f = cos(qx): q^2 = p/(pi lambda)."""
    which, factor = claim
    for name in which:
        q = PLACES[name]
        off = sympy.simplify(q**2 - factor * UNIFORM / (pi * exact(WITH_BIAS, q)))
        record(symbolic(vanishes(off), f"{name} frequencies: q^2 - p/(pi lambda) = {off}", covers_all=False))


@check(EQUATION, ((2, 3, 5), 1.0), corrected=((3, 5, 7), 1.0), mutants={"2% more": ((3, 5), 1.02)})
def test_eigenfunctions_and_their_equation_by_a_matrix(claim):
    frequencies, factor = claim
    for q in frequencies:
        off = abs(q**2 * 2 * np.pi**2 * matrix_eigenvalues()[q] * factor - 1)
        record(numerical(off < 1e-3, f"q = {q}: q^2 pi lambda / p is off by {off:.2g}"))


P, X, Q, Z, AMPLITUDE, SHIFT = sympy.symbols("p x q Z a b", positive=True)


@check(SOLUTION, ONE, mutants={"2% of lambda": MORE, "Z for Z^2": 1 / Z})
def test_the_solution_where_the_density_is_constant(claim):
    primitive = sqrt(P) * (X + pi)
    solution = AMPLITUDE * cos(Q / Z * primitive + SHIFT)
    rate = claim * Z**2 / (pi * Q**2)
    off = sympy.simplify(sympy.diff(solution, X, 2) + P / (pi * rate) * solution)
    record(symbolic(vanishes(off), "any constant p", covers_all=True))


RATE = sympy.Symbol("lambda", positive=True)


@check(GENERAL_SOLUTION, X, corrected=ONE, mutants={"x^2": X**2, "2": 2 * ONE})
def test_the_general_solution(claim):
    solution = exp(sympy.I * sqrt(P) * (X + pi) * claim / sqrt(pi * RATE))
    off = sympy.simplify((sympy.diff(solution, X, 2) + P / (pi * RATE) * solution) / solution)
    record(symbolic(all_vanish(sympy.expand(off).as_real_imag()), "any constant p", covers_all=True))


@check(GENERAL_SOLUTION, True, corrected=False, mutants={"twice": None})
def test_the_general_solution_at_a_number(claim):
    """Second differences of the real part, p = 1, pi lambda = 1, x = 0.4."""
    step, x = 1e-4, 0.4

    def solution(point: float) -> float:
        return float(np.cos((point + np.pi) * (point if claim else 1.0 if claim is False else 2.0)))

    second = (solution(x + step) - 2 * solution(x) + solution(x - step)) / step**2
    record(numerical(abs(second + solution(x)) < 1e-5, f"f'' + f = {second + solution(x):.3g}"))


@check(SIXTH_ORDER, 3, mutants={"2 for 3": 2, "2% more": 3 * MORE})
def test_the_sixth_order_equation(claim):
    for name, q in (("0", ZERO), ("1", ONE), ("even", EVEN), ("odd", ODD)):
        rate, function = exact(WITH_BIAS, q), cos(q * X)
        there = cos(q * pi) * function
        left = (
            2 * pi * rate * sympy.diff(function, X, 6) + (2 * UNIFORM + 4 * pi * rate) * sympy.diff(function, X, 4)
            + (UNIFORM + 2 * pi * rate) * sympy.diff(function, X, 2) + UNIFORM * function
        )  # fmt: skip
        right = UNIFORM * there + claim * UNIFORM * sympy.diff(there, X, 2)
        off = sympy.simplify((left - right) / function)
        record(symbolic(vanishes(off), f"q: {name}", covers_all=name == "odd"))


@check(BORDER, (ONE, ONE), mutants={"2% more below": (MORE, ONE), "2% less above": (ONE, Rational(98, 100))})
def test_amplitudes_at_a_border(claim):
    """a_j cos A = a_{j+1} cos B and a_j sqrt(p_j) sin A = a_{j+1} sqrt(p_{j+1}) sin B: the ratio's square by B."""
    phase, ratio = sympy.symbols("B r", positive=True)  # r = p_{j+1}/p_j - 1
    squared = cos(phase) ** 2 + (1 + ratio) * sin(phase) ** 2
    low = sympy.simplify(squared - claim[0] - ratio * sin(phase) ** 2)
    high = sympy.simplify(claim[1] * (1 + ratio) - squared - ratio * cos(phase) ** 2)
    record(symbolic(all_vanish([low, high]), "both differences are non-negative terms", covers_all=True))


COSINES = {ZERO: 1 / pi**2, ONE: Rational(1, 4), EVEN: 2 * (EVEN**2 + 1) / (pi**2 * (EVEN**2 - 1) ** 2), ODD: ZERO}


@check(
    FIRST,
    COSINES,
    mutants={
        "as eigenvalues, mean doubled": COSINES | {ZERO: 2 / pi**2},
        "2% more": COSINES | {EVEN: MORE * COSINES[EVEN]},
    },
)
def test_the_first_layers_kernel_without_bias(claim):
    off = [value - exact(FIRST_LAYER, each) * (1 if each == ZERO else 2) for each, value in claim.items()]
    record(symbolic(all_vanish(map(sympy.simplify, off)), "mean, and twice the means with cosines", covers_all=True))
