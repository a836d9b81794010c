"""Expansions of zonal kernels at u = 1 and u = -1, and what decay they give: after Bietti and Bach 2021.

In the angle a kernel is a power series at both ends; its first odd power theta^(2 nu) is the singular term: t^nu for
t = 1 - u, as theta = sqrt(2 t) (1 + ..).
"""

from functools import cache

import mpmath
import sympy
from sympy import Rational, cos, pi, sin, sqrt

from checks.setups.cited import WIDTH_LIMIT
from checks.spectrum.records import BB, BM, K0, K1, LI, MORE, ONE, REMEMBERED, SHALLOW, U
from ntk_companion import Finding, Statement, check, numerical, record, symbolic
from ntk_companion.evidence import Verdict
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, vanishes
from theory import series
from theory.architecture import fcn
from theory.depth import RELU_STEP
from theory.moments import k0, k1, theta
from theory.recursion import closed_form, recursion

T, LAYER, A = sympy.Symbol("t", positive=True), sympy.Symbol("l", positive=True), sympy.Symbol("a", real=True)
ROOT = sqrt(2) / pi
SLOPE = 2 * sqrt(2) / (3 * pi)
BOTH_ENDS = "A proof by series at both ends, in the angle. "

SHALLOW_KERNEL = Statement(
    id="sp:1",
    title="Two layers: kappa(u) = u k_0(u) + k_1(u)",
    source=BM,
    number="two-layer NTK, as quoted in Bietti and Bach 2021",
    formula=r"\kappa(u) = u \kappa_0(u) + \kappa_1(u)",
    qualification="A proof for all u, given the width limit.",
    uses=(WIDTH_LIMIT.id,),
)
NOT_LIPSCHITZ = Statement(
    id="sp:4",
    title="The feature map of the two-layer NTK is not Lipschitz",
    source=BM,
    number="proposition on smoothness",
    formula=r"\sup \frac{\|\Phi(x) - \Phi(y)\|}{\|x - y\|} = \infty",
    qualification=REMEMBERED + "The limit on unit vectors, in symbols.",
    uses=("sp:1",),
)
AT_ONE = Statement(
    id="sp:7",
    title="k_0 and k_1 near u = 1",
    source=BB,
    number="expansions",
    formula=r"\kappa_0(1-t) = 1 - \tfrac{\sqrt2}{\pi} t^{1/2} + O(t^{3/2}), \quad \kappa_1(1-t) = 1 - t +"
    r" \tfrac{2\sqrt2}{3\pi} t^{3/2} + O(t^{5/2})",
    qualification="A proof by series.",
)
AT_MINUS_ONE = Statement(
    id="sp:8",
    title="k_0 and k_1 near u = -1",
    source=BB,
    number="expansions",
    formula=r"\kappa_0(-1+t) = \tfrac{\sqrt2}{\pi} t^{1/2} + O(t^{3/2}), \quad \kappa_1(-1+t) = \tfrac{2\sqrt2}{3\pi}"
    r" t^{3/2} + O(t^{5/3})",
    qualification="A proof by series. The printed O(t^(5/3)) is right, and less than is true: the rest is O(t^(5/2)).",
)
MIXED = Statement(
    id="sp:14",
    title="The two-term expansion of psi at 1: - ((1 + nu) c_1 + c_{-1})/2 (1 - t)^(nu + 1)",
    source=BB,
    number="proof of Theorem 1",
    formula=r"\psi(t) = c_1 (1-t)^\nu - \frac{(1+\nu) c_1 + c_{-1}}{2} (1-t)^{\nu+1} + \dots",
    qualification="Refuted in symbols for any nu, and by values near 1. The leading terms, and the expansion at -1, "
    "are right. What follows for the proof is read off, not decided.",
    finding=Finding(
        Severity.USED_LATER,
        "The sign of c_{-1} is wrong, as the expansion at -1 shows by symmetry, and it is carried into c_{r+1,1} = "
        "((1 + nu_1) c_{1,1} + c_{1,-1})/2: as printed the difference of kernel and psi keeps a term c_{-1} "
        "(1 - t)^(nu+1). With both signs mended the proof and the theorem stand.",
        corrected=r"\psi(t) = c_1 (1-t)^\nu - \frac{(1+\nu) c_1 - c_{-1}}{2} (1-t)^{\nu+1} + \dots",
    ),
)
BY_PARTS = Statement(
    id="sp:15",
    title="Integration by parts: the harmonics' operator moved to the kernel",
    source=BB,
    number="lemma",
    formula=r"\tilde\kappa = -\kappa'' (1-t^2) + (d-1) t \kappa': \ k(k+d-2) \int \kappa P_k w = \dots + \int"
    r" \tilde\kappa P_k w",
    qualification="In symbols for kappa = t^3 and t^4, d = 3 and 5, k = 1 to 4, where there is no boundary term.",
)
BY_PARTS_LATER = Statement(
    id="sp:15-later",
    title="The lemma applied repeatedly, to f_j defined without the factor t",
    source=BB,
    number="proof, f_j from f_{j-1}",
    formula=r"f_j = -f_{j-1}'' (1-t^2) + (d-1) f_{j-1}': \ k(k+d-2) \int f_{j-1} P_k w = \dots + \int f_j P_k w",
    qualification="Refuted on the cases that confirm the lemma, exactly, and by quadrature to 1e-10 of e^t, a rule "
    "of 30 nodes that is exact to rounding there.",
    finding=Finding(
        Severity.TYPO,
        "The factor t of the lemma is lost: of this f_j the lemma does not hold.",
        corrected=r"f_j = -f_{j-1}'' (1-t^2) + (d-1)\, t\, f_{j-1}'",
    ),
    uses=("sp:15",),
)
DEEP_FEATURES = Statement(
    id="sp:16",
    title="Deep RF kernels: the singular term at 1 is t^(3/2), linear in L",
    source=BB,
    number="corollary, deep RF: the expansion at 1",
    formula=r"\kappa^L(1-t) = 1 - t + (L-1) \tfrac{2\sqrt2}{3\pi} t^{3/2} + \dots",
    qualification="A proof by induction on L. The decay that the corollary takes from it for L >= 3 is not decided: "
    "the expansion at -1, and that c_1 differs from c_{-1} and -c_{-1}, are not looked at.",
    uses=("sp:7",),
)
DEEP_NTK = Statement(
    id="sp:17",
    title="Deep NTK: the singular term at 1 is t^(1/2), quadratic in L; linear for the kernel divided by L",
    source=BB,
    number="corollary, deep NTK: the expansion at 1",
    formula=r"\kappa^L_{\mathrm{NTK}}(1-t) = L - \tfrac{\sqrt2}{\pi} \tfrac{L(L-1)}{2} t^{1/2} + \dots",
    qualification="A proof by induction on L. The decay that the corollary takes from it for L >= 3 is not decided: "
    "the expansion at -1, and that c_1 differs from c_{-1} and -c_{-1}, are not looked at.",
    uses=("sp:7", "sp:16"),
)
SHIFTED = Statement(
    id="sp:19",
    title="(1 + u) kappa(u): singular in t^(3/2) at 1 for the ReLU, in t^(1/2) for the step, and in neither at -1",
    source=BB,
    number="remark: the expansions",
    formula=r"(1+u) \kappa_\sigma(u): \ c_1 \ne 0, \ c_{-1} = 0",
    qualification=BOTH_ENDS + "The decay that the remark takes from it is not decided.",
)
STEPS = Statement(
    id="sp:21",
    title="Deep step kernels of L layers, k_0 composed L - 1 times: nu = 1/2^(L-1)",
    source=BB,
    number="remark: the expansion at 1",
    formula=r"1 - \kappa(1-t) \sim c\, t^{1/2^{L-1}}",
    qualification="A proof by induction on L: a block takes the root of 1 - u. The decay is not decided.",
    uses=("sp:7",),
)
STEP_CONSTANT = Statement(
    id="sp:21-constant",
    title="Deep step kernels: the constant c to the sum of 2^-j for j from 0 to l - 1",
    source=BB,
    number="corollary on deep step kernels, proof",
    formula=r"\kappa_s^\ell(1-t) = 1 - c^{\sum_{j=0}^{\ell-1} 2^{-j}} t^{1/2^{\ell-1}} + o(t^{1/2^{\ell-1}}), \quad c ="
    r" \tfrac{\sqrt2}{\pi}",
    qualification="Refuted at l = 2 in symbols, and at l = 2 and 3 by values near 1; the corrected form is proved by "
    "induction on l.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The sum ends at l - 2: at l = 2 the kernel is k_0, with c and not c^(3/2). The exponents of t are right, and "
        "the constants still lie in [c^2, c].",
        corrected=r"\kappa_s^\ell(1-t) = 1 - c^{\sum_{j=0}^{\ell-2} 2^{-j}} t^{1/2^{\ell-1}} + o(t^{1/2^{\ell-1}})",
    ),
    uses=("sp:7",),
)
SLOPE_AT_MINUS_ONE = Statement(
    id="sp:16-slope",
    title="Deep RF kernels at -1: c_l = k_1'(a_{l-1}) c_{l-1}",
    source=BB,
    number="corollary, deep RF, proof",
    formula=r"c_\ell = \kappa_1'(a_{\ell-1}) c_{\ell-1}",
    qualification="Refuted at l = 3 and 4: by exact slopes, and by differences of the kernel near -1.",
    finding=Finding(
        Severity.TYPO,
        "The slope is taken at b_{l-1} = kappa^{l-1}(-1), as the proof's display before it has it; a_{l-1} is the "
        "constant at 1.",
        corrected=r"c_\ell = \kappa_1'(b_{\ell-1}) c_{\ell-1}",
    ),
)
LAPLACE = Statement(
    id="sp:20",
    title="The Laplace kernel e^(-c |x-y|) is e^(-c sqrt(2) sqrt(1-u)), singular in t^(1/2) at 1",
    source=BB,
    number="Laplace kernels",
    formula=r"e^{-c\|x-y\|} = \kappa_{c\sqrt2}(x'y), \quad \kappa_c(u) = e^{-c\sqrt{1-u}} = 1 - c\sqrt t + O(t)",
    qualification="In symbols, for unit vectors. Neither the decay nor e^(-c (1-u)^g) for other g is decided.",
)
LAPLACE_SERIES = Statement(
    id="sp:20-series",
    title="The exact expansion of e^(-c (1-u)^g) without alternating signs",
    source=BB,
    number="Laplace kernels, footnote",
    formula=r"e^{-c(1-u)^\gamma} = \sum_k \frac{c^k (1-u)^{\gamma k}}{k!}",
    qualification="Refuted by the sum itself, in symbols, and by values at u = 0.3.",
    finding=Finding(
        Severity.TYPO,
        "The sum is e^(+c (1-u)^g): (-1)^k is lost.",
        corrected=r"e^{-c(1-u)^\gamma} = \sum_k \frac{(-c)^k (1-u)^{\gamma k}}{k!}",
    ),
)
POWERS = Statement(
    id="sp:41",
    title="Power series of k_0 and k_1",
    source=LI,
    number="power series",
    formula=r"\kappa_0 = \tfrac12 + \tfrac1\pi \sum_r \frac{(1/2)_r}{(2r+1) r!} u^{2r+1}, \quad \kappa_1 = \tfrac1\pi +"
    r" \tfrac u2 + \tfrac1\pi \sum_{r \ge 1} \frac{(1/2)_{r-1}}{2 (2r-1) r!} u^{2r}",
    qualification="A proof for all coefficients, by the kernels' differential equations.",
)


TERMS = range(5)
SINE = sum((-1) ** k * theta ** (2 * k + 1) / sympy.factorial(2 * k + 1) for k in TERMS)
COSINE = sum((-1) ** k * theta ** (2 * k) / sympy.factorial(2 * k) for k in TERMS)
ANGLE = sum(
    2 * sympy.binomial(2 * k, k) / (4**k * (2 * k + 1)) * (A / sqrt(2)) ** (2 * k + 1) for k in TERMS
)  # 2 arcsin(sqrt(t/2)), A = sqrt(t)


def truncated(expression: sympy.Expr, symbol: sympy.Symbol, order: int) -> sympy.Expr:
    """A polynomial without its powers from `order` on."""
    terms = sympy.Poly(sympy.expand(expression), symbol).terms()
    return sum((value * symbol**power for (power,), value in terms if power < order), sympy.Integer(0))


@cache
def singular(kernel: sympy.Expr, order: int, at_minus_one: bool = False) -> sympy.Expr:
    """The series of a polynomial in the angle, its sine and cosine, at an end, below an order of at most 9.

    A polynomial in theta (in pi - theta at u = -1).
    """
    moved = kernel.subs(theta, pi - theta) if at_minus_one else kernel
    return truncated(moved.subs({sin(theta): SINE, cos(theta): COSINE}), theta, order)


@cache
def in_t(expansion: sympy.Expr, order: int) -> sympy.Expr:
    """A polynomial in the angle as a series in A = sqrt(t), t = 1 - cos(angle), to A^order."""
    return truncated(expansion.subs(theta, ANGLE), A, order + 1)


@check(SHALLOW_KERNEL, "u*k0(u) + k1(u)", mutants={"2% more": "1.02*u*k0(u) + k1(u)", "u lost": "k0(u) + k1(u)"})
def test_the_two_layer_kernel(claim):
    u = U
    forms = {
        "u*k0(u) + k1(u)": u * k0(u) + k1(u),
        "1.02*u*k0(u) + k1(u)": MORE * u * k0(u) + k1(u),
        "k0(u) + k1(u)": k0(u) + k1(u),
    }
    derived = closed_form(recursion(fcn(1, "none")), recursion(fcn(1, "none")).ntk, (ONE, u, ONE))
    record(symbolic(vanishes(derived - forms[claim], {u: Rational(1, 3)}), "any u", covers_all=True))


@check(NOT_LIPSCHITZ, (2 / pi, 1), mutants={"2% more": (MORE * 2 / pi, 1), "Lipschitz": (2 / pi, 2)})
def test_the_feature_map_near_a_point(claim):
    """|Phi(x) - Phi(y)|^2 = 2 (kappa(1) - kappa(cos t)) ~ 2 t / pi, against |x - y|^2 ~ t^2."""
    constant, power = claim
    gap = 2 * (2 - SHALLOW)
    leading = sympy.limit(gap / theta**power, theta, 0)
    found = vanishes(leading - constant) if leading.is_finite else Verdict.REFUTED
    record(symbolic(found, f"squared distance ~ {leading} t^{power}", covers_all=True))


@check(AT_ONE, (ROOT, SLOPE), mutants={"2% more": (MORE * ROOT, SLOPE), "3 lost": (ROOT, 3 * SLOPE)})
def test_expansions_at_one(claim):
    root, slope = claim
    off = [in_t(singular(K0, 4), 2) - (1 - root * A), in_t(singular(K1, 6), 4) - (1 - A**2 + slope * A**3)]
    record(symbolic(all_vanish(map(sympy.expand, off)), "to O(t^(3/2)) and O(t^(5/2))", covers_all=True))


@check(AT_MINUS_ONE, (ROOT, SLOPE), mutants={"2% more": (ROOT, MORE * SLOPE), "half": (ROOT / 2, SLOPE)})
def test_expansions_at_minus_one(claim):
    root, slope = claim
    off = [in_t(singular(K0, 4, True), 2) - root * A, in_t(singular(K1, 6, True), 4) - slope * A**3]
    record(symbolic(all_vanish(map(sympy.expand, off)), "to O(t^(3/2)) and O(t^(5/2))", covers_all=True))


C1, CM = sympy.symbols("c_1 c_{-1}", real=True)


def psi(power: sympy.Expr, t: sympy.Expr) -> sympy.Expr:
    """(c_1 + c_{-1}) 2^(-nu-1) (1 - t^2)^nu + (c_1 - c_{-1}) 2^(-nu-1) t (1 - t^2)^nu."""
    return (C1 + CM + (C1 - CM) * t) * 2 ** (-power - 1) * (1 - t**2) ** power


NU = sympy.Symbol("nu", positive=True)


@cache
def two_terms(end: int) -> sympy.Expr:
    """psi over A^nu to two terms, A the distance to the end; (1 - t^2)^nu = A^nu (2 - A)^nu there."""
    factor = (C1 + CM + (C1 - CM) * end * (1 - A)) * 2 ** (-NU - 1) * (2 - A) ** NU
    return sympy.simplify(factor.subs(A, 0)) + sympy.simplify(sympy.diff(factor, A).subs(A, 0)) * A


@check(MIXED, 1, corrected=-1, mutants={"c_{-1} lost": 0, "twice": -2})
def test_the_expansion_of_psi(claim):
    left = C1 - ((1 + NU) * C1 + claim * CM) / 2 * A
    right = CM + (C1 - (1 + NU) * CM) / 2 * A
    off = [sympy.expand(two_terms(end) - said) for end, said in ((1, left), (-1, right))]
    record(symbolic(all_vanish(off), "any nu, at 1 and at -1", covers_all=True))


@check(MIXED, 1.0, corrected=-1.0, mutants={"c_{-1} lost": 0.0})
def test_values_of_psi_near_one(claim):
    values = {C1: 0.7, CM: -1.9}
    near = 1e-4
    rest = float(psi(Rational(1, 2), 1 - near).subs(values)) / near**0.5
    claimed = 0.7 - (1.5 * 0.7 + claim * -1.9) / 2 * near
    record(numerical(abs(rest - claimed) < 1e-6, f"off by {abs(rest - claimed):.2g} at 1 - t = {near}"))


def by_parts(kernel: sympy.Expr, dimension: int, degree: int, factor: sympy.Expr) -> sympy.Expr:
    """k (k + d - 2) int kappa P_k w - int (-kappa'' (1 - t^2) + (d - 1) factor kappa') P_k w."""
    t = sympy.Symbol("t", real=True)
    polynomial = sympy.gegenbauer(degree, Rational(dimension - 2, 2), t)
    weight = (1 - t**2) ** ((dimension - 3) // 2)
    moved = -sympy.diff(kernel(t), t, 2) * (1 - t**2) + (dimension - 1) * factor(t) * sympy.diff(kernel(t), t)
    whole = degree * (degree + dimension - 2) * kernel(t) - moved
    return sympy.integrate(sympy.expand(whole * polynomial * weight), (t, -1, 1))


def judge_by_parts(factor) -> None:
    """Record whether the operator may be moved to the kernel, on some powers."""
    for power in (3, 4):
        for dimension in (3, 5):
            off = [by_parts(lambda t: t**power, dimension, degree, factor) for degree in (1, 2, 3, 4)]  # noqa: B023
            record(symbolic(all_vanish(off), f"t^{power}, d = {dimension}, k = 1 to 4", covers_all=False))


WITH_T, WITHOUT_T = (lambda t: t), (lambda t: ONE)
OPERATORS = {"2% more": lambda t: MORE * t, "t^2": lambda t: t**2}


@check(BY_PARTS, WITH_T, mutants=OPERATORS | {"t lost": WITHOUT_T})
def test_integration_by_parts(claim):
    judge_by_parts(claim)


@check(BY_PARTS_LATER, WITHOUT_T, corrected=WITH_T, mutants=OPERATORS)
def test_integration_by_parts_later(claim):
    judge_by_parts(claim)


@check(BY_PARTS_LATER, WITHOUT_T, corrected=WITH_T, mutants=OPERATORS)
def test_integration_by_parts_later_by_quadrature(claim):
    """kappa = e^t, d = 3, k = 3; the boundary terms vanish with 1 - t^2."""
    import numpy as np

    points, weights = np.polynomial.legendre.leggauss(30)
    factors = np.array([float(claim(sympy.Float(point))) for point in points])
    values, polynomial = np.exp(points), (5 * points**3 - 3 * points) / 2
    whole = 3 * 4 * values - (-values * (1 - points**2) + 2 * factors * values)
    off = abs(float(weights @ (whole * polynomial)))
    record(numerical(off < 1e-10, f"e^t, d = 3, k = 3: off by {off:.2g}"))


@check(
    DEEP_FEATURES, (LAYER - 1) * SLOPE, mutants={"L for L - 1": LAYER * SLOPE, "quadratic": (LAYER - 1) ** 2 * SLOPE}
)
def test_deep_features_near_one(claim):
    """kappa^L = 1 - t + c_L t^(3/2): k_1 of it is 1 - t + (c_L + slope) t^(3/2)."""
    before = A**2 - claim * A**3  # 1 - kappa^L, A = sqrt(t)
    image = (before - SLOPE * before ** Rational(3, 2)).subs(A, T)
    after = sympy.series(image / T**2, T, 0, 2).removeO()
    step = sympy.expand(after - (1 - claim.subs(LAYER, LAYER + 1) * T))
    start = claim.subs(LAYER, 1)
    record(symbolic(all_vanish([step, start]), "by induction on L", covers_all=True))


@check(DEEP_NTK, LAYER * (LAYER - 1) / 2, mutants={"L(L + 1)/2": LAYER * (LAYER + 1) / 2, "linear": LAYER - 1})
def test_the_deep_ntk_near_one(claim):
    """kappa_NTK^(L+1) = kappa_NTK^L k_0(kappa^L) + kappa^(L+1), kappa^L = 1 - t + .., to order t^(1/2)."""
    before = LAYER - ROOT * claim * A
    image = sympy.expand(before * (1 - ROOT * A) + 1)
    after = image.coeff(A, 0) + image.coeff(A, 1) * A
    step = sympy.expand(after - (LAYER + 1 - ROOT * claim.subs(LAYER, LAYER + 1) * A))
    derived = RELU_STEP.at(RELU_STEP.own, (ONE, U, ONE)) - U * RELU_STEP.at(RELU_STEP.factor, (ONE, U, ONE))
    verdicts = [all_vanish([step, claim.subs(LAYER, 1)]), vanishes(sympy.simplify(derived))]
    record(symbolic(combined(verdicts), "by induction on L", covers_all=True))


@check(
    SHIFTED, (2 * SLOPE, -2 * ROOT), mutants={"1 for 1 + u": (SLOPE, -ROOT), "2% more": (2 * MORE * SLOPE, -2 * ROOT)}
)
def test_shifted_kernels_at_both_ends(claim):
    relu, step = (sympy.expand((1 + cos(theta)) * kernel) for kernel in (K1, K0))
    off = [
        in_t(singular(relu, 6), 3).coeff(A, 3) - claim[0],
        in_t(singular(step, 4), 2).coeff(A, 1) - claim[1],
        in_t(singular(relu, 6, True), 3).coeff(A, 3),
        in_t(singular(step, 4, True), 2).coeff(A, 1),
    ]
    record(symbolic(all_vanish(map(sympy.expand, off)), "c_1 of both, c_{-1} = 0", covers_all=True))


@check(
    STEPS,
    2 ** (1 - LAYER),
    mutants={"L for L - 1": 2**-LAYER, "1/L": 1 / LAYER},
)
def test_deep_step_kernels(claim):
    """1 - k_0(1 - t) = root sqrt(t) + ..: the exponent is halved."""
    leading = in_t(singular(K0, 4), 2).coeff(A, 1) + ROOT
    step = claim.subs(LAYER, LAYER + 1) - claim / 2
    record(symbolic(all_vanish([leading, claim.subs(LAYER, 1) - 1, step]), "by induction on L", covers_all=True))


@check(
    STEP_CONSTANT,
    2 - 2 ** (1 - LAYER),
    corrected=2 - 2 ** (2 - LAYER),
    mutants={"to l - 3": 2 - 2 ** (3 - LAYER), "from 1": 1 - 2 ** (2 - LAYER)},
)
def test_the_constant_of_deep_step_kernels(claim):
    """1 - k_0(1 - s) = c sqrt(s) + .. takes c^e to c^(1 + e/2); the sum of 2^-j to n is 2 - 2^-n."""
    leading = in_t(singular(K0, 4), 2).coeff(A, 1) + ROOT
    step = sympy.expand(claim.subs(LAYER, LAYER + 1) - 1 - claim / 2)
    record(symbolic(all_vanish([leading, claim.subs(LAYER, 2) - 1, step]), "by induction from l = 2", covers_all=True))


@check(SLOPE_AT_MINUS_ONE, "a", corrected="b", mutants={"b of the next": "next"})
def test_slopes_at_minus_one(claim):
    """The factor of t^(3/2) in k_1(b + c t^(3/2)) is c k_1'(b); k_1' = k_0, derived."""
    form = RELU_STEP.at(RELU_STEP.features, (ONE, U, ONE))
    value = sympy.Integer(0)
    for layer in (3, 4):
        after = form.subs(U, value)
        place = {"a": (layer - 2) * SLOPE, "b": value, "next": after}[claim]
        slope = sympy.diff(form, U)
        off = RELU_STEP.at(RELU_STEP.factor, (ONE, place, ONE)) - slope.subs(U, value)
        record(symbolic(vanishes(sympy.expand(off)), f"l = {layer}", covers_all=False))
        value = after


def iterated(power: int, value: mpmath.mpf, times: int) -> mpmath.mpf:
    """k_0 or k_1 applied so many times to a number, as printed, at mpmath's precision."""
    for _ in range(times):
        angle = mpmath.acos(value)
        rest = mpmath.pi - angle
        value = (rest if power == 0 else value * rest + mpmath.sqrt(1 - value**2)) / mpmath.pi
    return value


@check(
    STEP_CONSTANT,
    2 - 2 ** (1 - LAYER),
    corrected=2 - 2 ** (2 - LAYER),
    mutants={"to l - 3": 2 - 2 ** (3 - LAYER), "2% more": MORE * (2 - 2 ** (2 - LAYER))},
)
def test_the_constant_of_deep_step_kernels_by_values(claim):
    """(1 - k_0 o .. o k_0(1 - t)) / t^(1/2^(l-1)) at t = 1e-60, whose rest is of the order of its root."""
    with mpmath.workdps(200):
        for layers in (2, 3):
            near = mpmath.mpf(10) ** -60
            found = (1 - iterated(0, 1 - near, layers - 1)) / near ** (mpmath.mpf(1) / 2 ** (layers - 1))
            exponent = Rational(claim.subs(LAYER, layers))
            said = (mpmath.sqrt(2) / mpmath.pi) ** (mpmath.mpf(exponent.p) / exponent.q)
            record(
                numerical(abs(found / said - 1) < 1e-10, f"l = {layers}: {float(found):.6g}, said {float(said):.6g}")
            )


@check(SLOPE_AT_MINUS_ONE, "a", corrected="b", mutants={"b of the next": "next"})
def test_slopes_at_minus_one_by_differences(claim):
    """The ratio of c_l to c_{l-1}, c_l = (kappa^l(-1 + t) - kappa^l(-1)) / t^(3/2) at t = 1e-12: k_1'(z) = k_0(z)."""
    with mpmath.workdps(60):
        near, power = mpmath.mpf(10) ** -12, mpmath.mpf(3) / 2
        ends = [iterated(1, mpmath.mpf(-1), layer - 1) for layer in (1, 2, 3, 4)]
        found = [(iterated(1, -1 + near, layer - 1) - ends[layer - 1]) / near**power for layer in (2, 3, 4)]
        for place, layer in enumerate((3, 4)):
            a = (layer - 2) * 2 * mpmath.sqrt(2) / (3 * mpmath.pi)
            where = {"a": a, "b": ends[layer - 2], "next": ends[layer - 1]}[claim]
            off = float(abs(found[place + 1] / found[place] - iterated(0, where, 1)))
            record(numerical(off < 1e-6, f"l = {layer}: off by {off:.2g}"))


@check(LAPLACE, sqrt(2), mutants={"1": ONE, "2": 2 * ONE})
def test_exponential_kernels(claim):
    distance = sqrt((1 - cos(theta)) ** 2 + sin(theta) ** 2)
    same = sympy.simplify(distance**2 - claim**2 * (1 - cos(theta)))
    expansion = sympy.series(sympy.exp(-C1 * A), A, 0, 2).removeO() - (1 - C1 * A)
    record(symbolic(all_vanish([same, expansion]), "|x - y| = sqrt(2) sqrt(1 - u)", covers_all=True))


@check(LAPLACE_SERIES, 1, corrected=-1, mutants={"2% more": -MORE, "half": -Rational(1, 2)})
def test_the_series_of_exponential_kernels(claim):
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    x = sympy.Symbol("x", positive=True)
    total = sympy.summation((claim * x) ** k / sympy.factorial(k), (k, 0, sympy.oo))
    record(symbolic(vanishes(total - sympy.exp(-x), {x: ONE}), "x = c (1 - u)^g", covers_all=True))


@check(LAPLACE_SERIES, 1.0, corrected=-1.0, mutants={"2% more": -1.02})
def test_the_series_of_exponential_kernels_at_a_value(claim):
    import math

    x = 2 * 0.7**0.5
    off = abs(sum((claim * x) ** k / math.factorial(k) for k in range(40)) - math.exp(-x))
    record(numerical(off < 1e-12, f"c = 2, g = 1/2, u = 0.3: off by {off:.2g}"))


N = series.n
HALF = Rational(1, 2)
K0_SERIES = series.PowerSeries(HALF, sympy.rf(HALF, N) / ((2 * N + 1) * sympy.factorial(N)) / pi, 2 * N + 1)
K1_SERIES = series.PowerSeries(
    1 / pi + series.u / 2, sympy.rf(HALF, N) / (2 * (2 * N + 1) * sympy.factorial(N + 1)) / pi, 2 * N + 2
)


@check(
    POWERS,
    (K0_SERIES, K1_SERIES),
    mutants={
        "(3/2)_r": (
            series.PowerSeries(HALF, sympy.rf(3 * HALF, N) / ((2 * N + 1) * sympy.factorial(N)) / pi, 2 * N + 1),
            K1_SERIES,
        ),
        "2 lost": (
            K0_SERIES,
            series.PowerSeries(
                1 / pi + series.u / 2, sympy.rf(HALF, N) / ((2 * N + 1) * sympy.factorial(N + 1)) / pi, 2 * N + 2
            ),
        ),
    },
)
def test_power_series(claim):
    for power, form in enumerate(claim):
        first = series.first_difference(form, power, 12)
        if first is not None:
            record(symbolic(vanishes(ONE), f"k_{power}: coefficient {first} differs", covers_all=False))
            continue
        proved = series.is_proved(form, power)
        verdict = Verdict.CONFIRMED if proved else Verdict.INCONCLUSIVE
        record(symbolic(verdict, f"k_{power}, every coefficient", covers_all=power == 1))
