"""Residual kernels at growing depth, the scale of the branch a constant or a power of the depth."""

import math
from functools import cache
from itertools import islice
from typing import NamedTuple

import flint
import numpy as np
import sympy

from checks.resntk.kernels import COSINES, after_blocks, normalised, scale_of, two_layers
from checks.resntk.test_residual_kernels import ALPHA, BELFER, HUANG, K, V
from checks.setups.cited import STOLZ_CESARO
from ntk_companion import Hypothesis, Statement, certified, check, judge_case, numerical, record, symbolic
from ntk_companion.judging import counterexample
from ntk_companion.symbolics import all_vanish
from numerics.kernels.depth import deep_kernel
from numerics.kernels.zonal import zonal_coefficients
from numerics.numbers.comparisons import less
from numerics.numbers.systems import Balls
from theory.depth import residual_step

REMEMBERED = "Remembered or quoted, the paper's own print was not at hand. "
COMPUTED = "Computed by doubles; tolerances and bounds were set with such values in view. "
TIAN = "Tian, Yu, arXiv 2403.04545"

DECAY = Statement(
    id="rn:6",
    title="Eigenvalues of the residual kernel on the sphere of R^3 fall with the exponent -3 from k = 60 to 120, "
    "alpha = 1, depths 2 and 5",
    source=BELFER,
    number="eigenvalues, as quoted",
    formula=r"d = 3: \ \mu_k \sim C_L k^{-d}",
    qualification=REMEMBERED
    + COMPUTED
    + "By Gauss's rule, each parity, exponents to 0.1: a trend, no proof of an order. At depth 1 the kernel is that "
    "of two layers, whose odd eigenvalues from 3 on are zero.",
    hypotheses=(Hypothesis("two blocks", "the depth is at least 2", lambda depth: depth >= 2),),
    revision=2,
)
FORWARD = Statement(
    id="rn:7",
    title="FFNet: the normalised NTK is within log(L)/L of 1/4, at L = 30, 300, 3000, from 90 degrees to opposite",
    source=HUANG,
    number="theorem on the FFNTK",
    formula=r"\bigl|\tfrac{K_L}{L+1} - \tfrac14\bigr| \le \frac{\log L}{L}",
    qualification=REMEMBERED
    + "Enclosed on three pairs; the limit itself is bc:19. The constant 1 is this suite's, set with such values in "
    "view; of near inputs it is larger, and they are not covered.",
    uses=("bc:19",),
    revision=2,
)
SHALLOW_LIMIT = Statement(
    id="rn:8",
    title="alpha = L^(-g), g > 1/2, first and last layer fixed: r_L nears r_1 like L^(1-2g) from L = 50 to 200, away "
    "from opposite points",
    source=HUANG,
    number="theorem on the ResNTK",
    formula=r"\sup_{u \ge -0.9} |r_L - r_1| = O(L^{1-2\gamma})",
    qualification=REMEMBERED
    + COMPUTED
    + "g = 0.6, 0.75, 1, the largest error at seven cosines from -0.9 to 0.9: exponents to 0.06, to which a limit off "
    "by 2% does not come. A trend, no proof of a limit. At u = -1 the error is the square root of that, as k_0 is "
    "there: uniformly it is L^(1/2 - g).",
    hypotheses=(
        Hypothesis("away from opposite points", "x.x' is at least -0.9", lambda case: min(case.cosines) >= -0.9),
    ),
    revision=2,
)
ALL_TRAINED = Statement(
    id="rn:9",
    title="The same with all layers trained: the normalised kernel nears u, the linear one, at three cosines",
    source="this suite",
    number="other reading of the theorem on the ResNTK",
    formula=r"\frac{K_L(u)}{K_L(1)} \to u",
    qualification=COMPUTED
    + "g = 3/4 and 1 at cosines 1/2, 0, -1/2, from L = 50 to 200: the blocks' part falls like L^(1-2g), exponents "
    "to 0.06, and those of the first and the last layer stay. A trend, no proof of a limit.",
    revision=2,
)
SPIKY = Statement(
    id="rn:10",
    title="alpha constant: the normalised kernel tends to 1/4 off the diagonal, as without skips",
    source=BELFER,
    number="as quoted",
    formula=r"\gamma = 0: \ r_L(u) \to \tfrac14 \ (u < 1)",
    qualification=REMEMBERED
    + "For alpha constant from the derived block, l theta_l -> 3 pi (1 + alpha^2)/alpha^2 and the "
    "theorem that is cited. The claim is one for 0 <= g < 1/2: for g = 1/4 it is computed by doubles that values at "
    "cosines 0.9 and 0.7 fall from L = 50 to 200, and no more.",
    uses=(STOLZ_CESARO.id,),
    revision=2,
)
SCALES = Statement(
    id="rn:11",
    title="Deep kernels are nearly constant off the diagonal for alpha constant, and are not for alpha = 1/L",
    source=TIAN,
    number="abstract",
    formula=r"\alpha = 1: r_L(0) - r_L(-\tfrac12) \to 0, \quad \alpha = \tfrac1L: \not\to 0",
    qualification=COMPUTED
    + "L = 50 and 200, between the cosines 0 and -1/2. Limits are those of rn:10 and rn:8; that nothing is "
    "learnable with a constant kernel is not covered.",
    uses=("rn:8", "rn:10"),
    revision=2,
)
STABLE = Statement(
    id="rn:12",
    title="alpha = 1/sqrt(L): the kernel settles from L = 50 to 200; odd eigenvalues are not small against even ones",
    source=BELFER,
    number="as quoted",
    formula=r"|r_{2L} - r_L| = O(1/L), \quad \frac{\mu_3}{\mu_2}, \frac{\mu_5}{\mu_4} \ge c",
    qualification=REMEMBERED
    + COMPUTED
    + "Each doubling of L changes the kernel by 0.6 of the change before, or less; on the circle at L = 50 both ratios "
    "are above 1/5. A trend, no proof of a limit.",
    revision=2,
)
IMBALANCE = Statement(
    id="rn:13",
    title="Depth 50 on the circle: mu_3/mu_2 is a tenth or less for alpha = 1/50 of what it is for 1/sqrt(50)",
    source=BELFER,
    number="as quoted",
    formula=r"\frac{\mu_3}{\mu_2} \le \tfrac1{10} \text{ of that at } \alpha = \tfrac1{\sqrt{50}}",
    qualification=REMEMBERED
    + COMPUTED
    + "By Gauss's rule; the claim is one of all odd frequencies from 3 on, and the bound 1/10, for the first of them, "
    "is this suite's: mu_5/mu_4 is a seventh.",
    revision=2,
)
NAMES = Statement(
    id="rn:18",
    title="'Infinite depth is two layers' holds of the network with its first and last layer fixed, not of the "
    "trained one",
    source="this suite",
    number="after Huang, Belfer, Tian",
    formula=r"\alpha = \tfrac1L: \ r_L \to \tfrac12 (\kappa_1 + u \kappa_0), \quad \frac{K_L}{K_L(1)} \to u",
    qualification=COMPUTED
    + "Without biases, at cosines 1/2, 0, -1/2, from L = 50 to 200: each kernel nears its own limit like 1/L, "
    "exponents to 0.06; the same numbers as in rn:8 and rn:9, side by side. Networks with biases are not covered.",
    uses=("rn:8", "rn:9"),
    revision=2,
)


def bounded_exponent(claim: int, depth: int) -> None:
    """Do both parities of mu_k fall like k^(-3 - claim), and are they positive?"""
    found = zonal_coefficients(lambda angles: after_blocks(depth, sympy.Integer(1), angles).blocks, 3, 121)
    for odd in (0, 1):
        low, high = 60 + odd, 120 + odd
        slope = found.exponent(low, high)
        if min(found.values[low], found.values[high]) > 2 * found.error:
            holds: bool | None = abs(slope.value + 3 + claim) + slope.error < 0.1
        else:  # as nothing, against an even one: or not to be told from it
            holds = False if found.error < found.values[high - odd] / 1000 else None
        record(numerical(holds, f"depth {depth}, parity {odd}: exponent {slope.value:.3f}, error {slope.error:.1g}"))


@check(DECAY, 0, mutants={"k^-4": 1, "k^-2": -1})
def test_eigenvalues_of_residual_kernels(claim):
    for depth in (2, 5):
        judge_case(bounded_exponent, claim, depth)


@counterexample(DECAY, DECAY.hypotheses[0], of=test_eigenvalues_of_residual_kernels)
def test_one_block_has_no_odd_eigenvalues(claim):
    judge_case(bounded_exponent, claim, 1)


SYSTEM = Balls(192)
DEEP = (30, 300, 3000)


@cache
def at_deep(degrees: int) -> list[flint.arb]:
    """Balls around K_L / (L + 1) at the depths `DEEP` on a pair of unit vectors at this angle."""
    with SYSTEM.working():
        values = list(islice(deep_kernel(flint.arb.pi() * degrees / 180, SYSTEM), DEEP[-1] + 1))
        return [values[depth] for depth in DEEP]


@check(FORWARD, (1, 0.25), mutants={"a tenth of it": (0.1, 0.25), "a limit 2% more": (1, 0.255), "1/5": (1, 0.2)})
def test_deep_networks_without_skips(claim):
    factor, limit = claim
    with SYSTEM.working():
        for degrees in (90, 120, 180):
            for depth, value in zip(DEEP, at_deep(degrees), strict=True):
                holds = less(abs(value - limit), factor * math.log(depth) / depth)
                record(certified(holds, f"{degrees} degrees, L = {depth}: {value.str(8)}"))


class Nearing(NamedTuple):
    """A kernel that nears its limit as the depth grows: alpha = L^(-power), the largest error at some cosines."""

    power: float
    cosines: tuple[float, ...]
    all_trained: bool = False


def exponent_of(case: Nearing, factor: float = 1.0, *, linear: bool) -> float:
    """p of max |kernel - factor * limit| ~ L^p between L = 50 and 200; the limit is the linear kernel or r_1."""
    places = [int(np.argmin(np.abs(COSINES - cosine))) for cosine in case.cosines]
    limits = factor * (COSINES if linear else two_layers())[places]
    kernels = (normalised(depth, case.power, case.all_trained)[places] for depth in (50, 200))
    first, second = (float(np.abs(kernel - limits).max()) for kernel in kernels)
    return math.log(second / first) / math.log(4)


def record_exponent(found: float, claimed: float, case: Nearing) -> None:
    """Record whether an exponent is the claimed one, up to 0.06."""
    what = "all trained" if case.all_trained else "first and last layer fixed"
    off = abs(found - claimed)
    shown = ", ".join(f"{cosine:g}" for cosine in case.cosines)
    detail = f"{what}, g = {case.power}, u = {shown}: exponent {found:.3f}"
    record(numerical(off < 0.06, detail, margin=0.06 - off))


def rate_of(claim: tuple[float, float], case: Nearing) -> None:
    """Does the kernel near `factor` times its limit, like L to the power `rate` (1 - 2g)?"""
    rate, factor = claim
    found = exponent_of(case, factor, linear=case.all_trained)
    record_exponent(found, rate * (1 - 2 * case.power), case)


INNER = (0.5, 0.0, -0.5)
AWAY = (0.9, 0.7, 0.5, 0.0, -0.5, -0.7, -0.9)


@check(
    SHALLOW_LIMIT,
    (1.0, 1.0),
    mutants={"1/2 - g": (0.5, 1.0), "2 - 4 g": (2.0, 1.0), "a limit 2% more": (1.0, 1.02)},
)
def test_the_limit_of_two_layers(claim):
    for power in (0.6, 0.75, 1.0):
        judge_case(rate_of, claim, Nearing(power, AWAY))


@counterexample(SHALLOW_LIMIT, SHALLOW_LIMIT.hypotheses[0], of=test_the_limit_of_two_layers)
def test_opposite_points_are_slower(claim):
    judge_case(rate_of, claim, Nearing(1.0, (-1.0,)))


@check(ALL_TRAINED, (1.0, 1.0), mutants={"a limit 2% more": (1.0, 1.02), "1/2 - g": (0.5, 1.0)})
def test_all_layers_trained(claim):
    for power in (0.75, 1.0):
        for cosine in INNER:
            judge_case(rate_of, claim, Nearing(power, (cosine,), all_trained=True))


@check(SPIKY, sympy.Rational(1, 4), mutants={"1/3": sympy.Rational(1, 3), "1/5": sympy.Rational(1, 5)})
def test_a_constant_scale(claim):
    """n_l = N_l/(1 + a^2)^l: n' = n (1 - (a^2/(1+a^2)) theta/pi) + 2 a^2/(1 + a^2), theta l -> 3 pi (1 + a^2)/a^2."""
    step, share = residual_step(ALPHA), ALPHA**2 / (1 + ALPHA**2)
    factor = sympy.simplify(step.at(step.factor, (V, K, V)) - (1 + ALPHA**2 * (1 - sympy.acos(K / V) / sympy.pi)))
    own = sympy.simplify(step.at(step.own, (V, V, V)) - 2 * ALPHA**2 * V)
    z = sympy.Symbol("z", positive=True)
    angle = z - share * z**2 / (3 * sympy.pi)  # cos of it: (cos z + a^2 k_1)/(1 + a^2)
    image = sympy.cos(z) + share * (sympy.sin(z) - z * sympy.cos(z)) / sympy.pi
    series = sympy.series(sympy.cos(angle) - image, z, 0, 4).removeO()
    losing = share * 3 * (1 + ALPHA**2) / ALPHA**2
    limit = sympy.simplify(1 / (1 + losing) - claim)
    record(symbolic(all_vanish([factor, own, sympy.expand(series), limit]), "any alpha", covers_all=False))


@check(SPIKY, -1, mutants={"growing": 1})
def test_a_slowly_falling_scale(claim):
    for place in (1, 2):
        change = normalised(200, 0.25)[place] - normalised(50, 0.25)[place]
        record(numerical(bool(change * claim > 0.01), f"g = 1/4, u = {COSINES[place]:.1f}: changes by {change:.3f}"))


@check(
    SCALES,
    (0.0, 1.0),
    mutants={
        "the other way round": (1.0, 0.0),
        "constant for L^(-1/4) at L = 200": (0.25, 1.0),
        "not for L^(-1/4)": (0.0, 0.25),
    },
)
def test_which_scales_flatten_the_kernel(claim):
    flat, sloped = claim
    gaps = [normalised(200, power)[4] - normalised(200, power)[5] for power in (flat, sloped)]
    before = normalised(50, flat)[4] - normalised(50, flat)[5]
    holds = bool(abs(gaps[0]) < 0.02 and abs(gaps[0]) < abs(before) and gaps[1] > 0.1)
    record(
        numerical(holds, f"between u = 0 and -1/2: {gaps[0]:.4f} for alpha = L^-{flat}, {gaps[1]:.4f} for L^-{sloped}")
    )


def odd_shares(depth: int, power: float) -> tuple[float, float]:
    """mu_3/mu_2 and mu_5/mu_4 on the circle."""
    scale = scale_of(depth, power)
    values = zonal_coefficients(lambda angles: after_blocks(depth, scale, angles).blocks, 2, 12).values
    return float(values[3] / values[2]), float(values[5] / values[4])


@check(
    STABLE,
    0.5,
    mutants={"alpha = 1": 0.0, "alpha = 1/L": 1.0, "alpha = L^(-0.45)": 0.45, "alpha = L^(-0.55)": 0.55},
)
def test_the_stable_scale(claim):
    changes = [float(np.abs(normalised(2 * d, claim) - normalised(d, claim))[1:].max()) for d in (50, 100)]
    record(
        numerical(changes[1] < 0.6 * changes[0] < 0.01, f"changes {changes[0]:.4f} from 50, {changes[1]:.4f} from 100")
    )
    shares = odd_shares(50, claim)
    record(numerical(min(shares) > 0.2, f"mu_3/mu_2, mu_5/mu_4 = {shares[0]:.3f}, {shares[1]:.3f}"))


@check(IMBALANCE, 1.0, mutants={"alpha = 50^(-0.6)": 0.6, "the same scale": 0.5})
def test_parity_at_a_small_scale(claim):
    small, stable = odd_shares(50, claim), odd_shares(50, 0.5)
    record(numerical(small[0] < stable[0] / 10, f"mu_3/mu_2 = {small[0]:.4f} against {stable[0]:.4f}"))


@check(
    NAMES,
    ((False, True), 1.0),
    mutants={"the other way round": ((True, False), 1.0), "limits 2% more": ((False, True), 1.02)},
)
def test_which_network_tends_to_two_layers(claim):
    networks, factor = claim
    for linear, trained in zip((False, True), networks, strict=True):
        for case in (Nearing(1.0, (cosine,), trained) for cosine in INNER):
            record_exponent(exponent_of(case, factor, linear=linear), -1.0, case)
