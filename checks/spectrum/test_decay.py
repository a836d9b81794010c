"""Decay of eigenvalues on spheres: constants, exponents and parity, computed; printed constants against exact
values.
"""

import math
from functools import cache

import mpmath
import numpy as np
import sympy
from sympy import Rational, pi, sin

from checks.setups.cited import WIDTH_LIMIT
from checks.spectrum.records import (
    BA,
    BB,
    COMPUTED,
    CX,
    GE,
    REMEMBERED,
    deep,
    exponential,
    with_biases,
)
from ntk_companion import Finding, Hypothesis, Statement, check, judge_case, numerical, record, symbolic
from ntk_companion.judging import counterexample
from ntk_companion.statement import Severity
from ntk_companion.symbolics import vanishes
from numerics.kernels.gram import ntk
from numerics.kernels.zonal import Coefficients, zonal_coefficients
from theory.architecture import fcn
from theory.depth import RELU_STEP
from theory.presets import geifman
from theory.recursion import closed_form, recursion

HALF, TENTH, ONE = Rational(1, 2), Rational(1, 10), sympy.Integer(1)
FEATURES = Statement(
    id="sp:9",
    title="RF kernels of the step and the ReLU, d = 3: k^(-d-2s) at degrees of the parity opposite to s, zero at "
    "the others",
    source=BB,
    number="background",
    formula=r"\mu_k \sim C k^{-d-2s} \ (k \not\equiv s), \quad \mu_k = 0 \ (k \equiv s \bmod 2, k \ge 2)",
    qualification=COMPUTED
    + "Exponents between k = 79 and 159 for the step, 78 and 158 for the ReLU, to 0.15; zeros from k = 2 on, to "
    "ten times the rule's error.",
)
ENDS = Statement(
    id="sp:10",
    title="The coefficients of even and odd degrees are as c_1 + c_{-1} to c_1 - c_{-1}, neither zero",
    source=BB,
    number="Theorem 1, the ratio of the two parities",
    formula=r"c_1 \ne \pm c_{-1}: \ \frac{\mu_{2j+1}}{\mu_{2j}} \to \frac{c_1 - c_{-1}}{c_1 + c_{-1}}",
    qualification=COMPUTED + "The NTK of depth 2, 3, 4 on the circle (nu = 1/2) at k about 240, the exact c_1 and "
    "c_{-1}, to 0.001. A trend, no proof; the exponent and C(d, nu) are not decided here.",
    uses=("sp:8", "sp:17"),
)
POWER = Statement(
    id="sp:11",
    title="(1 - t^2)^nu has mu_k ~ C k^(-d-2nu-1) at even k",
    source=BB,
    number="lemma",
    formula=r"\varphi_\nu(t) = (1-t^2)^\nu: \ \mu_k \sim C(d, \nu) k^{-d-2\nu-1}",
    qualification="Refuted on the circle exactly, nu = 1/2, and by computed coefficients, d = 2, 3, nu = 1/2, 3/2, "
    "between k = 60 and 120, to 0.1. Parity is not looked at.",
    finding=Finding(
        Severity.TYPO,
        "The exponent is -d - 2 nu + 1, with which the lemma's own proof ends: on the circle sin(t) has "
        "-2/(pi (k^2 - 1)). The same misprint stands for t (1 - t^2)^nu.",
        corrected=r"\mu_k \sim C(d, \nu) k^{-d-2\nu+1}",
    ),
)
HYPERGEOMETRIC = Statement(
    id="sp:12",
    title="The value of the 3F2 at 1, for even k",
    source=BB,
    number="proof of the lemma",
    formula=r"{}_3F_2(\dots; 1) = \frac{\Gamma(\nu + \frac d2) \Gamma(\frac{d-1}2) \Gamma(\nu+1)}{\Gamma(-\frac12)"
    r" \Gamma(\nu+2) \Gamma(-\nu-1)} \cdot \frac{\Gamma(\frac{k+1}2) \Gamma(\frac k2 - \nu)}{\Gamma(\frac{d+k-1}2)"
    r" \Gamma(\nu + \frac k2 + \frac d2)}",
    qualification="Refuted by the terminating sum in exact numbers, d = 2, nu = 1/2, and by mpmath at twelve places.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The right side is half of the left: Gamma(1/2)/Gamma((1-k)/2) is rewritten by the relation for Gamma(1 + e)/"
        "Gamma(e - n), e = 1/2, and Gamma(1/2)/Gamma(3/2) = 2 is dropped, which no parameter enters. Rates do not "
        "feel it.",
        corrected=r"{}_3F_2(\dots; 1) = 2 \times \text{the printed right side}",
    ),
)
WATSON = Statement(
    id="sp:12-watson",
    title="Watson's theorem as quoted, with three factors in the denominator",
    source=BB,
    number="proof of the lemma",
    formula=r"{}_3F_2(a, b, c; \tfrac{a+b+1}2, 2c; 1) = \frac{\Gamma(\frac12) \Gamma(c+\frac12) \Gamma(\frac{a+b+1}2)"
    r" \Gamma(c+\frac{1-a-b}2)}{\Gamma(\frac{a+1}2) \Gamma(\frac{b+1}2) \Gamma(c+\frac{1-a}2)}",
    qualification="Refuted by terminating sums in exact numbers, a = -k, b = k + d - 2, c = nu + (d - 1)/2, k = 2, 4, "
    "d = 2, 3, nu = 1/2, and by infinite sums as mpmath has them.",
    finding=Finding(
        Severity.TYPO,
        "Gamma(c + (1 - b)/2) is lost from the denominator; the paper's next line has it.",
        corrected=r"\frac{\Gamma(\frac12) \Gamma(c+\frac12) \Gamma(\frac{a+b+1}2) \Gamma(c+\frac{1-a-b}2)}"
        r"{\Gamma(\frac{a+1}2) \Gamma(\frac{b+1}2) \Gamma(c+\frac{1-a}2) \Gamma(c+\frac{1-b}2)}",
    ),
)
CONSTANT = Statement(
    id="sp:13",
    title="The constant C(d, nu)",
    source=BB,
    number="proof of the lemma",
    formula=r"C(d, \nu) = 2^{2\nu+d-2} \frac{\omega_{d-2}}{\omega_{d-1}} "
    r"\frac{\Gamma(\nu+\frac{d-1}2)^2}{\Gamma(2\nu+d-1)}"
    r" \frac{\Gamma(\nu+\frac d2) \Gamma(\frac{d-1}2) \Gamma(\nu+1)}{\Gamma(-\frac12) \Gamma(\nu+2) \Gamma(-\nu-1)}"
    r" 2^{d+2\nu-1}",
    qualification="Refuted on the circle exactly, nu = 1/2, and by computed coefficients at k = 200, d = 2, 3, nu = "
    "1/2, "
    "3/2.",
    finding=Finding(
        Severity.UNAFFECTED,
        "Inherits sp:12, no error of its own: half of the right constant, as the value of the 3F2 it is made of.",
        corrected=r"2\, C(d, \nu)",
    ),
    uses=("sp:12",),
)
POLYNOMIAL = Statement(
    id="sp:22",
    title="With biases started at zero the NTK's eigenvalues are of the order k^-d",
    source=GE,
    number="theorem on the sphere",
    formula=r"c k^{-d} \le \mu_k \le C k^{-d}",
    qualification=REMEMBERED + COMPUTED + "d = 3, beta = 1/10 and 1, depth 1, 2, 3: mu_0 to mu_121 are positive beyond "
    "the rule's error, and k^d mu_k changes by less than a fifth from k = 60 to 120 and from 61 to 121. A trend, no "
    "proof of bounds.",
    uses=(WIDTH_LIMIT.id,),
)
DIAGONAL = Statement(
    id="sp:23",
    title="K_L(x, x) / ((L + 1)(1 + beta^2)) = 1 on the sphere",
    source=GE,
    number="normalisation, as coded",
    formula=r"K_L(x, x) = (L+1)(1 + \beta^2), \quad \|x\| = 1",
    qualification="In symbols for any beta, at depths 1 to 4 alone.",
)
GAMMA = Statement(
    id="sp:24",
    title="gamma-exponential kernels: mu_k ~ k^(-d+1-gamma), d = 3",
    source=GE,
    number="gamma-exponential kernels",
    formula=r"e^{-\|x-z\|^\gamma}: \ \mu_k \sim C k^{-d+1-\gamma}",
    qualification=REMEMBERED
    + "gamma = 1/2, 1, 3/2: by the exponential's series in (1 - u)^(gamma/2), whose terms have exact coefficients, "
    "exponents between k = 10^8 and 2 10^8, to 0.001; the series is compared with Gauss's rule at k = 60. No proof.",
)
SAME_SPACE = Statement(
    id="sp:25",
    title="The ratio of the NTK's coefficients to the Laplace kernel's settles between two positive bounds",
    source=CX,
    number="Theorem 1, its coefficients",
    formula=r"c \le \frac{\mu_k(N_k)}{\mu_k(e^{-\|x-y\|})} \le C",
    qualification=REMEMBERED
    + COMPUTED
    + "d = 3, depths 1 and 2: positive at k = 2 to 121 beyond the rule's error, and less than a fifth of change "
    "from k = 60 to 120 and from 61 to 121. A trend; that the spaces are equal is not decided. Without a bias the "
    "depth 1 has no odd coefficients from 3 on: whether the theorem admits that is not known here.",
    hypotheses=(
        Hypothesis(
            "a bias or two hidden layers",
            "beta > 0 or the depth is at least 2",
            lambda case: case[1] != 0 or case[0] > 1,
        ),
    ),
    uses=(WIDTH_LIMIT.id,),
)
NESTED = Statement(
    id="sp:26",
    title="Ratios of the coefficients of exponential kernels of exponents g_1 < g_2 are bounded",
    source=CX,
    number="Theorem 2, its coefficients on the sphere",
    formula=r"0 < \gamma_1 < \gamma_2 < 2: \ \frac{\mu_k(\gamma_2)}{\mu_k(\gamma_1)} \le C",
    qualification=REMEMBERED
    + COMPUTED
    + "On the sphere of R^3, exponents 1/2, 1, 3/2: the ratios fall from k = 20 to 120. A trend; that the spaces are "
    "nested is not decided, and R^d is not covered.",
)
SLOPES = Statement(
    id="sp:36",
    title="Deep NTK without biases: exponents -2 on the circle, -3 on the sphere of R^3, at depths 3 and 7",
    source=BA,
    number="section 5, Figure 12",
    formula=r"\mu_k \sim C_L k^{-2} \ (S^1), \quad k^{-3} \ (S^2)",
    qualification=COMPUTED
    + "Between k = 120 and 240 and between 121 and 241, to 0.05, the rule's error counted. Depth "
    "10 is not covered.",
    uses=(WIDTH_LIMIT.id,),
)
MONOTONE = Statement(
    id="sp:36-monotone",
    title="The eigenvalues of deep NTKs without biases decrease monotonically with frequency",
    source=BA,
    number="Figure 12, caption",
    formula=r"\mu_{k+1} < \mu_k",
    qualification="Refuted on the circle at depths 3 and 4, k to 60, by Gauss's rule, rises and falls against its "
    "error, and at k = 21 and 22 by the eigenvalues of a matrix, of 4096 points. Figures of fewer frequencies, and "
    "other depths, are not covered.",
    finding=Finding(
        Severity.UNAFFECTED,
        "Even and odd frequencies fall with different constants: the first rise is from k = 21 to 22 at depth 3, later "
        "at greater depths. Within a parity they fall.",
        corrected=r"\mu_{k+2} < \mu_k",
    ),
    uses=(WIDTH_LIMIT.id,),
)


@check(FEATURES, 2, mutants={"s for 2s": 1, "3s": 3})
def test_features_of_the_step_and_the_relu(claim):
    step = zonal_coefficients(lambda angles: 1 - angles / math.pi, 3, 161)
    relu = deep(1, 3, 160, nngp=True)
    for name, degree, found in (("step", 0, step), ("ReLU", 1, relu)):
        high, low = 159 - degree, 79 - degree
        slope = found.exponent(low, high)
        off = abs(slope.value + 3 + claim * degree) + slope.error
        record(numerical(off < 0.15, f"{name}: exponent {slope.value:.3f}"))
        zero = float(np.abs(found.values[2 + degree :: 2]).max())
        record(numerical(zero < 10 * found.error, f"{name}: the others at most {zero:.1g}"))


@check(ENDS, 1.0, mutants={"the signs exchanged": -1.0, "2% of c_{-1}": 1.02, "c_{-1} lost": 0.0})
def test_even_and_odd_constants(claim):
    for depth in (2, 3, 4):
        first, last = end_constants(depth)
        computed = deep(depth, 2, 242)
        found = computed.values
        ratio = 2 * found[241] / (found[240] + found[242])
        said = (first - claim * last) / (first + claim * last)
        off = abs(ratio - said) + 4 * computed.error / found[242]
        record(numerical(off < 0.001, f"depth {depth}: odd to even {ratio:.4f}, said {said:.4f}", margin=0.001 - off))


def end_constants(depth: int) -> tuple[float, float]:
    """c_1 and c_{-1} of the NTK over -sqrt(2)/pi, exact but for the last rounding.

    c_1 is sp:17's, of depth + 1 layers. At -1 the first block alone is singular in t^(1/2), by k_0, and each further
    one multiplies by k_0 of kappa^l(-1).
    """
    layers, image, last = depth + 1, sympy.Integer(0), sympy.Integer(1)
    for _ in range(depth - 1):
        inputs = (ONE, image, ONE)
        last *= RELU_STEP.at(RELU_STEP.factor, inputs)
        image = RELU_STEP.at(RELU_STEP.features, inputs)
    return layers * (layers - 1) / 2, float(last)


K = sympy.Symbol("k", integer=True, positive=True)
T = sympy.Symbol("t", real=True)


def sine_coefficient(degree: sympy.Expr) -> sympy.Expr:
    """mu_2k of (1 - t^2)^(1/2) on the circle, exactly."""
    product = (sin((1 + degree) * T) + sin((1 - degree) * T)) / 2
    return sympy.simplify(sympy.integrate(product, (T, 0, pi)) / pi)


@check(POWER, -1, corrected=1, mutants={"-d - 2 nu": 0, "-d - 2 nu + 2": 2})
def test_the_exponent_of_a_power_on_the_circle(claim):
    """At d = 2, nu = 1/2 the claimed exponent is -3 + claim."""
    limit = sympy.limit(sine_coefficient(2 * K) * (2 * K) ** (3 - claim), K, sympy.oo)
    verdict = vanishes(sympy.Integer(0 if limit.is_finite and limit != 0 else 1))
    record(symbolic(verdict, f"mu_k k^{3 - claim} tends to {limit}", covers_all=False))


@check(POWER, -1, corrected=1, mutants={"-d - 2 nu": 0, "-d - 2 nu + 2": 2})
def test_the_exponent_of_a_power_by_computed_coefficients(claim):
    for dimension in (2, 3):
        for power in (0.5, 1.5):
            slope = power_coefficients(power, dimension).exponent(60, 120)
            off = abs(slope.value + dimension + 2 * power - claim) + slope.error
            record(numerical(off < 0.1, f"d = {dimension}, nu = {power}: exponent {slope.value:.3f}", margin=0.1 - off))


@cache
def power_coefficients(power: float, dimension: int) -> Coefficients:
    """mu_0, .., mu_200 of (1 - t^2)^nu."""
    return zonal_coefficients(lambda angles: np.sin(angles) ** (2 * power), dimension, 200)


def printed_value(d: float, k: float, nu: float) -> mpmath.mpf:
    """The right side as printed."""
    g = mpmath.gamma
    front = g(nu + d / 2) * g((d - 1) / 2) * g(nu + 1) / (g(mpmath.mpf(-0.5)) * g(nu + 2) * g(-nu - 1))
    return front * g((k + 1) / 2) * g(k / 2 - nu) / (g((d + k - 1) / 2) * g(nu + k / 2 + d / 2))


@check(HYPERGEOMETRIC, 1, corrected=2, mutants={"2% more": 2.04, "half": 0.5})
def test_the_value_of_the_sum_by_mpmath(claim):
    for d in (2.0, 3.0):
        for k in (2.0, 4.0, 10.0):
            for nu in (0.5, 1.5):
                left = mpmath.hyp3f2(-k, k + d - 2, nu + (d - 1) / 2, (d - 1) / 2, 2 * nu + d - 1, 1)
                off = float(abs(claim * printed_value(d, k, nu) / left - 1))
                record(numerical(off < 1e-10, f"d = {d:g}, k = {k:g}, nu = {nu}: {float(left):.6g}, off by {off:.2g}"))


def terminating(a: int, b: sympy.Expr, c: sympy.Expr) -> sympy.Expr:
    """3F2(a, b, c; (a + b + 1)/2, 2c; 1), -a a natural number, exactly."""
    rising = sympy.rf
    return sum(
        rising(a, n) * rising(b, n) * rising(c, n)
        / (rising((a + b + 1) / 2, n) * rising(2 * c, n) * sympy.factorial(n))
        for n in range(1 - a)
    )  # fmt: skip


@check(WATSON, 0, corrected=1, mutants={"twice": 2})
def test_the_theorem_of_watson(claim):
    """Gamma(c + (1 - b)/2)^claim below."""
    g = sympy.gamma
    for k in (2, 4):
        for d in (2, 3):
            a, b, c = -k, sympy.Integer(k + d - 2), HALF + Rational(d - 1, 2)
            above = g(HALF) * g(c + HALF) * g((a + b + 1) / 2) * g(c + (1 - a - b) / 2)
            below = g(Rational(a + 1, 2)) * g((b + 1) / 2) * g(c + Rational(1 - a, 2)) * g(c + (1 - b) / 2) ** claim
            off = sympy.simplify(terminating(a, b, c) - above / below)
            record(symbolic(vanishes(off), f"k = {k}, d = {d}: difference {off}", covers_all=False))


@cache
def endless(a: float, b: float, c: float) -> mpmath.mpf:
    """3F2(a, b, c; (a + b + 1)/2, 2c; 1), a sum that does not end."""
    return mpmath.hyp3f2(a, b, c, (a + b + 1) / 2, 2 * c, 1)


@check(WATSON, 0, corrected=1, mutants={"twice": 2})
def test_the_theorem_of_watson_by_mpmath(claim):
    """Sums that do not end, at three places."""
    g, half = mpmath.gamma, mpmath.mpf(1) / 2
    for a, b, c in ((0.25, 0.5, 2.0), (0.75, 1.25, 3.0), (-0.5, 0.75, 1.5)):
        left = endless(a, b, c)
        above = g(half) * g(c + half) * g((a + b + 1) / 2) * g(c + (1 - a - b) / 2)
        below = g((a + 1) / 2) * g((b + 1) / 2) * g(c + (1 - a) / 2) * g(c + (1 - b) / 2) ** claim
        off = float(abs(above / below / left - 1))
        record(numerical(off < 1e-10, f"a, b, c = {a}, {b}, {c}: {float(left):.6g}, off by {off:.2g}"))


@check(HYPERGEOMETRIC, 1, corrected=2, mutants={"2% more": Rational(204, 100)})
def test_the_value_of_the_sum_exactly(claim):
    """d = 2, nu = 1/2: sum of (-k)_n (k)_n (1)_n / ((1/2)_n (2)_n n!)."""
    g = sympy.gamma
    for k in (2, 4, 6):
        nu, d = HALF, sympy.Integer(2)
        front = g(nu + d / 2) * g((d - 1) / 2) * g(nu + 1) / (g(-HALF) * g(nu + 2) * g(-nu - 1))
        whole = front * g(Rational(k + 1, 2)) * g(k * HALF - nu) / (g((d + k - 1) / 2) * g(nu + (k + d) / 2))
        off = sympy.simplify(terminating(-k, sympy.Integer(k), ONE) - claim * whole)
        record(symbolic(vanishes(off), f"k = {k}: difference {off}", covers_all=False))


def printed_constant(d: sympy.Expr, nu: sympy.Expr) -> sympy.Expr:
    """C(d, nu) as printed, exactly."""
    g = sympy.gamma
    areas = g(d / 2) / (sympy.sqrt(pi) * g((d - 1) / 2))
    first = 2 ** (2 * nu + d - 2) * areas * g(nu + (d - 1) / 2) ** 2 / g(2 * nu + d - 1)
    second = g(nu + d / 2) * g((d - 1) / 2) * g(nu + 1) / (g(-HALF) * g(nu + 2) * g(-nu - 1))
    return sympy.simplify(first * second * HALF ** (-d - 2 * nu + 1))


@check(CONSTANT, 1.0, corrected=2.0, mutants={"2.4 times": 2.4, "half": 0.5})
def test_the_constant_by_computed_coefficients(claim):
    for dimension in (2, 3):
        for power in (0.5, 1.5):
            computed, scale = power_coefficients(power, dimension), 200 ** (dimension + 2 * power - 1)
            said = claim * float(printed_constant(sympy.Integer(dimension), Rational(str(power))))
            found = computed.values[200] * scale
            off = abs(found / said - 1) + abs(computed.error * scale / said)
            record(numerical(off < 0.05, f"d = {dimension}, nu = {power}: {found:.5g}, off by {off:.2g}"))


@check(CONSTANT, 1, corrected=2, mutants={"2% more": Rational(204, 100)})
def test_the_constant_on_the_circle(claim):
    limit = sympy.limit(sine_coefficient(2 * K) * (2 * K) ** 2, K, sympy.oo)
    said = claim * printed_constant(sympy.Integer(2), HALF)
    record(symbolic(vanishes(said - limit), f"mu_k k^2 tends to {limit}, said {said}", covers_all=False))


@check(POLYNOMIAL, 0, mutants={"k^(-d-1)": 1, "k^(-d+1)": -1})
def test_coefficients_with_biases(claim):
    for depth in (1, 2, 3):
        for beta in (TENTH, ONE):
            computed = with_biases(depth, beta, 3, 121)
            values = computed.values
            scaled = np.arange(2, 122) ** (3.0 + claim) * values[2:122]
            changes = [scaled[119 - odd] / scaled[59 - odd] for odd in (0, 1)]
            steady = max(abs(math.log(change)) for change in changes) < math.log(1.2)
            holds = bool(values.min() > 100 * computed.error and steady)
            record(
                numerical(holds, f"depth {depth}, beta {beta}: k^d mu_k from {scaled.min():.3g} to {scaled.max():.3g}")
            )


B = sympy.Symbol("beta", positive=True)


@check(DIAGONAL, 1 + B**2, mutants={"beta": 1 + B, "2% more": Rational(102, 100) * (1 + B**2)})
def test_the_diagonal_with_biases(claim):
    for depth in (1, 2, 3, 4):
        derived = recursion(geifman(depth, B))
        off = sympy.expand(closed_form(derived, derived.ntk, (ONE, ONE, ONE)) - (depth + 1) * claim)
        record(symbolic(vanishes(off), f"depth {depth}", covers_all=False))


@cache
def exponential_coefficients(power: float) -> Coefficients:
    """mu_0, .., mu_121 of exp(-|x - y|^power) on the sphere of R^3."""
    return zonal_coefficients(exponential(1.0, power), 3, 121, 1200, cusp=0.0 if power == 1.0 else 0.5)


def by_the_series(power: float, degree: int) -> mpmath.mpf:
    """mu_k of exp(-|x - y|^g), d = 3, term by term of the sum of (-1)^j 2^a (1 - u)^a / j!, a = g j / 2.

    (1 - u)^a has the coefficient 2^a (-a)_k / (a + 1)_{k+1}, by Rodrigues' formula.
    """

    def term(j: int) -> mpmath.mpf:
        a = mpmath.mpf(power) * j / 2
        return (-1) ** j * 4**a / mpmath.factorial(j) * mpmath.rf(-a, degree) / mpmath.rf(a + 1, degree + 1)

    with mpmath.workdps(40):
        return mpmath.fsum(term(j) for j in range(1, 60))


@check(GAMMA, 1.0, mutants={"2% more": 1.02, "2 gamma": 2.0})
def test_exponents_of_exponential_kernels(claim):
    for power in (0.5, 1.0, 1.5):
        computed = exponential_coefficients(power)
        gap = abs(float(by_the_series(power, 60)) - computed.values[60])
        slope = float(mpmath.log(by_the_series(power, 2 * 10**8) / by_the_series(power, 10**8), 2))
        off = abs(slope + 2 + claim * power)
        holds = off < 0.001 and gap < 10 * computed.error
        record(numerical(holds, f"gamma = {power}: exponent {slope:.6f}, the rule differs by {gap:.1g}"))


def ratio_settles(claim: float, case: tuple[int, sympy.Expr]) -> None:
    """Are the ratios of coefficients, times k^claim, positive beyond errors, and do they settle?"""
    depth, beta = case
    laplace, computed = exponential_coefficients(1.0), with_biases(depth, beta, 3, 121)
    least = computed.values[2:122].min() - 100 * computed.error
    ratios = computed.values[2:122] / laplace.values[2:122] * np.arange(2.0, 122.0) ** claim
    settled = all(abs(ratios[119 - odd] / ratios[59 - odd] - 1) < 0.2 for odd in (0, 1))
    holds = bool(least > 0 and laplace.values[2:122].min() > 100 * laplace.error and settled)
    record(numerical(holds, f"depth {depth}, beta {beta}: from {ratios.min():.3g} to {ratios.max():.3g}"))


@check(SAME_SPACE, 0.0, mutants={"half an order smoother": 0.5, "half an order rougher": -0.5})
def test_coefficients_are_those_of_the_laplace_kernel(claim):
    for case in ((1, ONE), (1, TENTH), (2, ONE), (2, sympy.Integer(0))):
        judge_case(ratio_settles, claim, case)


@counterexample(SAME_SPACE, SAME_SPACE.hypotheses[0], of=test_coefficients_are_those_of_the_laplace_kernel)
def test_without_a_bias_the_shallow_kernel_has_a_smaller_space(claim):
    judge_case(ratio_settles, claim, (1, sympy.Integer(0)))


@check(NESTED, 0.0, mutants={"a fifth of an order more than there is": 1.2, "times k": 1.0})
def test_spaces_of_exponential_kernels_are_nested(claim):
    """The ratio times k^claim falls; each step of it against the errors."""
    degrees = np.arange(20, 121)
    for low, high in ((0.5, 1.0), (1.0, 1.5), (0.5, 1.5)):
        above, below = exponential_coefficients(high), exponential_coefficients(low)
        scale = degrees**claim
        ratios = above.values[20:121] / below.values[20:121] * scale
        error = float((ratios * (above.error / above.values[20:121] + below.error / below.values[20:121])).max())
        holds = bool((np.diff(ratios) < -2 * error).all())
        record(numerical(holds, f"{high} over {low}: {ratios[0]:.3g} to {ratios[-1]:.3g}"))


@check(SLOPES, 0, mutants={"k^(-d-1)": 1, "k^(-d+1)": -1, "a tenth more": 0.1})
def test_exponents_of_deep_kernels(claim):
    for dimension in (2, 3):
        for depth in (3, 7):
            for odd in (0, 1):
                slope = deep(depth, dimension, 242).exponent(120 + odd, 240 + odd)
                off = abs(slope.value + dimension + claim) + slope.error
                label = f"d = {dimension}, depth {depth}, parity {odd}: {slope.value:.3f}"
                record(numerical(off < 0.05, label, margin=0.05 - off))


@check(MONOTONE, 1, corrected=2, mutants={"three apart": 3})
def test_coefficients_fall(claim):
    """mu_{k + claim} < mu_k, k to 60."""
    for depth in (3, 4):
        computed = deep(depth, 2, 242)
        steps = computed.values[claim : 61 + claim] - computed.values[:61]
        rises = np.flatnonzero(steps > 2 * computed.error)
        holds = bool((steps < -2 * computed.error).all()) if not rises.size else False
        label = f"first rise from k = {rises[0]}" if rises.size else f"smallest fall {-steps.max():.2g}"
        record(numerical(holds, f"depth {depth}: {label}"))


@cache
def of_a_circulant(size: int) -> np.ndarray:
    """The eigenvalues over N of the kernel's Gram matrix of N points of the circle, by frequency, depth 3."""
    turns = 2 * np.pi * np.arange(size) / size
    points = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    row = ntk(fcn(3, "none"), points[:1], others=points)[0]
    return np.fft.rfft(row).real / size


@check(MONOTONE, 22, corrected=23, mutants={"20": 20})
def test_coefficients_fall_by_a_matrix(claim):
    """Is mu_claim < mu_21? The Gram matrix of N points of the circle, evenly spaced, is a circulant: its eigenvalues.

    They are N (mu_k + mu_{N-k} + ..), whose tail from k about N/2 on is below 4 / N^2.
    """
    values, size = of_a_circulant(4096), 4096
    rise = float(values[claim] - values[21])
    holds = None if abs(rise) < 8 / size**2 else rise < 0
    record(numerical(holds, f"mu_{claim} - mu_21 = {rise:.3g}, {size} points"))
