"""Theorem 2 of arXiv 2504.11130 along computed flows: when the kernel crosses each gap constant, and by when it must.

Constants are certified bounds of `numerics.kernels.gap`. A crossing is met before training, and the case VACUOUS, where
max |K_0 - K| exceeds the constant; the width from which it is informative follows from exact draws of K_0.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import scipy.stats
import sympy

from checks.setups.budget import BUDGET
from checks.setups.trajectories import (
    ALONG,
    LOGISTIC,
    PAPER,
    TOP_TRAINED,
    TWO,
    alternating,
    flow_of,
    on_two_points,
    squared_on_two_points,
)
from ntk_companion.evidence import Evidence, Kind, numerical, statistical, vacuous
from ntk_companion.judging import check, counterexample, random_seed, record, thorough
from ntk_companion.statement import Hypothesis, Statement
from numerics.data.points import PointSet, circle, hexagon, rational_points
from numerics.flow.integrate import Recording
from numerics.flow.trajectory import Trajectory, log10_crossing
from numerics.kernels.gap import CONSTANTS, GapConstants, certified_gap_constants
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import CrossEntropy, logistic
from numerics.networks.exact_law import sample_kernels
from theory.architecture import Architecture, fcn, resnet, with_trained

SMALL_START = Hypothesis("informative", "max |K_0 - K| is below the constant: otherwise the gap is met before training")
CROSSED = "The crossings seen; cases where max |K_0 - K| exceeds the constant are vacuous and counted so. " + ALONG
USES = ("thm:1", "lemma:7", "gap:sharp", "gap:best", "gap:label-aware")

FULLY_CONNECTED = Statement(
    id="thm:2",
    title="The kernel strays from its limit by lambda_0 / (2 n^2), and by the sharper constants",
    source=PAPER,
    number="Theorem 2, (4.3)",
    formula=r"\sup_t \max_{ij} |K_t - K|_{ij} \ge \gamma^2 \ge g^* \ge \frac{\lambda_0}{n} > \frac{\lambda_0}{2n^2}",
    qualification=CROSSED,
    hypotheses=(LOGISTIC, SMALL_START, TOP_TRAINED),
    uses=(*USES, "output:fcn"),
    revision=2,
)
RESIDUAL = Statement(
    id="thm:2-resnet",
    title="The kernel of the ResNet strays from its limit by the same constants",
    source=PAPER,
    number="Theorem 2, (4.4)",
    formula=r"\sup_t \max_{ij} |K_t - K|_{ij} \ge \gamma^2 \ge g^* \ge \frac{\lambda_0}{n} > \frac{\lambda_0}{2n^2}",
    qualification=CROSSED,
    hypotheses=(LOGISTIC, SMALL_START),
    uses=(*USES, "output:resnet"),
)
INFORMATIVE = Statement(
    id="thm:2-informative",
    title="From which width Theorem 2 says something of training, constant by constant",
    source="this suite",
    number="Theorem 2, widths",
    formula=r"\mathrm{median} \max_{ij} |K_0 - K|_{ij} < g \text{ only from some } m_g \text{ on}",
    qualification="A sign test of the median, over exact draws of K_0, at a width above and one below m_g. On the "
    "hexagon at depth 3, labels alternating, all constants are met before training at the paper's width 2000; "
    "lambda_0/n is informative from about 2e4, lambda_0/(2 n^2) from about 3e6, which is extrapolated by 1/sqrt(m).",
)


@cache
def constants_of(architecture: Architecture, size: int) -> GapConstants:
    """Certified constants on n points evenly spread on the circle, labels alternating."""
    return certified_gap_constants(architecture, circle(size), alternating(size).signs)[1]


@cache
def starts(architecture: Architecture, points: PointSet, hidden: int, draws: int, seed: int) -> np.ndarray:
    """max |K_0 - K| of independent networks, drawn exactly in law."""
    found = sample_kernels(architecture, points.coordinates(FLOAT64), hidden, draws, seed).ntk
    return np.abs(found - ntk(architecture, points)).max(axis=(1, 2))


def informative_width(architecture: Architecture, points: PointSet, constant: float) -> float:
    """The width at which the median of max |K_0 - K| is the constant, from draws at width 2048 and 1 / sqrt(m)."""
    return 2048 * (float(np.median(starts(architecture, points, 2048, 100, 0))) / constant) ** 2


def crossing_evidence(architecture: Architecture, size: int, trajectory: Trajectory, name: str, what: str) -> Evidence:
    """Did the gap reach the constant? VACUOUS if it did at the start, REFUTED if the flow came to rest before."""
    constant = getattr(constants_of(architecture, size), name)
    value = float(constant.upper)
    gap = trajectory.gap(ntk(architecture, circle(size)))
    if gap[0] >= float(constant.lower):
        needed = informative_width(architecture, circle(size), value)
        return vacuous(
            Kind.NUMERICAL, f"{what}: {gap[0]:.3g} at the start, {name} is {value:.3g}: take m of {needed:.1g} and more"
        )
    crossing = log10_crossing(trajectory.log_t, gap, value)
    if crossing is None:
        at_rest = trajectory.status == "at rest"
        return numerical(False if at_rest else None, f"{what}: {gap[-1]:.3g} of {value:.3g}, {trajectory.status}")
    return numerical(True, f"{what}: {name} {value:.3g} crossed at 10^{crossing:.1f}", margin=float(gap.max() - value))


Case = tuple[Architecture, int, int, float]
FCN_CASES: dict[str, Case] = {
    "two points, depth 1": (fcn(1), 2, 10_000, 50),
    "three points, depth 1": (fcn(1), 3, 2000, 14),
    "two points, depth 2": (fcn(2), 2, 512, 9),
    "three points, depth 2": (fcn(2), 3, 512, 6),
    "two points, depth 3": (fcn(3), 2, 256, 6),
    "three points, depth 3": (fcn(3), 3, 256, 4),
}
WIDER_FCN: dict[str, Case] = {
    "two points, depth 1, wider": (fcn(1), 2, 100_000, 160),
    "three points, depth 1, wider": (fcn(1), 3, 30_000, 60),
    "two points, depth 2, wider": (fcn(2), 2, 4096, 30),
    "three points, depth 2, wider": (fcn(2), 3, 4096, 15),
    "two points, depth 3, wider": (fcn(3), 2, 4096, 20),
    "three points, depth 3, wider": (fcn(3), 3, 4096, 16),
}
RESNET_CASES: dict[str, Case] = {
    "two points, depth 1": (resnet(1), 2, 512, 12),
    "three points, depth 1": (resnet(1), 3, 256, 6),
    "two points, depth 2, alpha = 1/2": (resnet(2, sympy.Rational(1, 2)), 2, 256, 12),
}
WIDER_RESNET: dict[str, Case] = {"two points, depth 1, wider": (resnet(1), 2, 2048, 40)}


def trained(case: Case, loss: CrossEntropy | None = None, seed: int = 0) -> Trajectory:
    """A case's flow, logistic loss and alternating labels unless told otherwise."""
    architecture, size, hidden, log10_until = case
    if case == FCN_CASES["two points, depth 1"] and loss is None:
        return on_two_points(seed)
    rare = Recording(per_decade=2, log10_first=-1)
    return flow_of(architecture, circle(size), loss or alternating(size), hidden, log10_until, seed, recording=rare)


def judge_crossings(cases: Mapping[str, Case], loss: CrossEntropy | None) -> None:
    """Record all constants of all cases."""
    for title, case in cases.items():
        for name in CONSTANTS:
            record(crossing_evidence(case[0], case[1], trained(case, loss), name, title))


SOFT = CrossEntropy((0.1, 0.9))


@check(FULLY_CONNECTED, None, mutants={"soft labels": SOFT})
def test_the_gap_to_the_limit_is_crossed(claim):
    cases = FCN_CASES | (WIDER_FCN if thorough() else {})
    if claim is not None:
        cases = {name: case for name, case in cases.items() if case[1] == 2}
    judge_crossings(cases, claim)


@check(FULLY_CONNECTED, on_two_points, mutants={"squared loss": lambda seed: squared_on_two_points()})
def test_two_opposite_points_cross_every_constant(claim):
    for seed in range(20 if thorough() else 3):
        for name in CONSTANTS:
            record(crossing_evidence(fcn(1), 2, claim(seed), name, f"seed {seed}"))


@counterexample(FULLY_CONNECTED, LOGISTIC)
def test_under_squared_loss_the_kernel_stays_near_its_limit():
    record(crossing_evidence(fcn(1), 2, squared_on_two_points(), "printed", "squared loss"))


@counterexample(FULLY_CONNECTED, TOP_TRAINED)
def test_with_only_the_output_weights_trained_the_kernel_is_constant():
    # One sample at x = 0, b_1 frozen, W_1 without effect there: K_t(0, 0) = |a_1|^2 for all t, near its limit at 10^4.
    architecture = with_trained(fcn(1), ["W_2"])
    origin = rational_points("the origin", [[0]])  # type: ignore[list-item]
    _, constants = certified_gap_constants(architecture, origin, [1])
    gap = flow_of(architecture, origin, logistic([1]), 10_000, 20, recording=Recording(1)).gap(
        ntk(architecture, origin)
    )
    holds = bool(gap.max() >= float(constants.printed.lower))
    record(numerical(holds, f"gap {gap.max():.3g} for all t to 1e20, {float(constants.printed.lower):.3g} claimed"))


@check(RESIDUAL, None, mutants={"soft labels": SOFT})
def test_the_gap_of_the_resnet_to_its_limit_is_crossed(claim):
    cases = RESNET_CASES | (WIDER_RESNET if thorough() else {})
    if claim is not None:
        cases = {name: case for name, case in cases.items() if case[1] == 2}
    judge_crossings(cases, claim)


@counterexample(RESIDUAL, LOGISTIC)
def test_under_soft_labels_the_kernel_of_the_resnet_stays_near_its_limit():
    case = RESNET_CASES["two points, depth 1"]
    record(crossing_evidence(case[0], case[1], trained(case, SOFT), "sharp", "soft labels"))


Width = tuple[Architecture, PointSet, str, int]
"""A network, points, a constant and a width."""
ON_THE_HEXAGON = (fcn(3), hexagon())
BELOW: list[Width] = [
    (fcn(1), TWO, "printed", 3000),
    (fcn(2), circle(3), "printed", 60_000),
    (fcn(3), circle(3), "sharp", 4096),
    (resnet(1), TWO, "printed", 4096),
]
BELOW_TOO: list[Width] = [(*ON_THE_HEXAGON, name, 200_000) for name in CONSTANTS[1:]]
ABOVE: list[Width] = [
    *((*ON_THE_HEXAGON, name, 2000) for name in CONSTANTS),
    (fcn(1), TWO, "printed", 30),
    (fcn(2), circle(3), "printed", 1000),
]
ABOVE_TOO: list[Width] = [(*ON_THE_HEXAGON, "printed", 300_000)]


def judge_widths(below: list[Width], above: list[Width]) -> None:
    """Record a sign test of the median of max |K_0 - K|: is it below the constant, or above?"""
    draws, alpha = 60, BUDGET.alpha("thm:2-informative", MOST_WIDTHS)
    for (architecture, points, name, hidden), is_below in [(at, True) for at in below] + [(at, False) for at in above]:
        constants = certified_gap_constants(architecture, points, alternating(len(points)).signs)[1]
        constant = float(getattr(constants, name).lower)
        seed = random_seed(f"{architecture.name} {points.name} {hidden}") % 2**63
        exceeding = int(np.sum(starts(architecture, points, hidden, draws, seed) > constant))
        right = draws - exceeding if is_below else exceeding
        wrong_by_chance, right_by_chance = scipy.stats.binom.cdf([right, draws - right], draws, 0.5)
        holds = False if wrong_by_chance < alpha else True if right_by_chance < alpha else None
        detail = (
            f"{architecture.name}, {points.name}, {name} {constant:.3g}, m = {hidden}: {exceeding} of {draws} draws "
            f"exceed it; sign test of the median, false alarm {alpha:.0e}"
        )
        record(statistical(holds, detail, margin=alpha - right_by_chance if holds else None, false_alarm=alpha))


MOST_WIDTHS = len([*BELOW, *BELOW_TOO, *ABOVE, *ABOVE_TOO])


@check(
    INFORMATIVE,
    (BELOW, ABOVE),
    mutants={
        "the printed constant at the paper's width": ([(*ON_THE_HEXAGON, "printed", 2000)], []),
        "lambda_0/n, hexagon, at the paper's width": ([(*ON_THE_HEXAGON, "sharp", 2000)], []),
        "not informative at ten times m_g": ([], [(fcn(1), TWO, "printed", 3000)]),
    },
)
def test_from_these_widths_the_constants_are_informative(claim):
    below, above = claim
    if below is BELOW and thorough():
        below, above = below + BELOW_TOO, above + ABOVE_TOO
    judge_widths(below, above)
