"""Theorem 2 of arXiv 2504.11130 along computed flows: when the kernel crosses each gap constant, and by when it must.

Constants are certified bounds of `numerics.kernels.gap`. A crossing is met before training, and the case VACUOUS, where
max |K_0 - K| exceeds the constant; the width from which it is informative follows from exact draws of K_0.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import scipy.stats

from checks.setups.budget import BUDGET
from checks.setups.trajectories import (
    HALF,
    LOGISTIC,
    TENTH,
    TOLERATED,
    TOP_TRAINED,
    TWO,
    alternating,
    errors,
    first_near,
    flow_of,
    kernel_is_settled,
    on_two_points,
)
from ntk_companion.evidence import Evidence, Kind, numerical, statistical, vacuous
from ntk_companion.judging import check, counterexample, judge_case, random_seed, record, thorough
from ntk_companion.statement import Statement
from numerics.data.points import PointSet, circle, hexagon, rational_points
from numerics.flow.integrate import Accuracy, Recording
from numerics.flow.trajectory import Trajectory, log10_crossing
from numerics.kernels.gap import CONSTANTS, Bounds, certified_gap_constants
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import CrossEntropy, Squared
from numerics.networks.exact_law import sample_kernels
from theory.architecture import Architecture, fcn, resnet, with_trained
from theory.printed.divergence import PAPER

CROSSED = (
    "The crossings seen, constants that coincide counted once; where max |K_0 - K| exceeds a constant the case is "
    "vacuous and counted so. The gap is the smaller one of two Gram matrices of selected subgradients, the recorded "
    "and the mean one over the last step, less the flow's own error. Points on the circle, orthogonal and opposite "
    "ones in R^2 to R^10 of equal and of different norms, n = 2 to 20; --seed moves the networks. "
)
USES = ("thm:1", "lemma:7", "gap:sharp", "gap:best", "gap:label-aware")

FULLY_CONNECTED = Statement(
    id="thm:2",
    title="The kernel strays from its limit by lambda_0 / (2 n^2), and by the sharper constants",
    source=PAPER,
    number="Theorem 2, (4.3)",
    formula=r"\sup_t \max_{ij} |K_t - K|_{ij} \ge \gamma^2 \ge g^* \ge \frac{\lambda_0}{n} > \frac{\lambda_0}{2n^2}",
    qualification=CROSSED
    + "The printed constant was informative at n = 2 with 10^4 neurons and at n = 4 with 10^5."
    + TOLERATED,
    hypotheses=(LOGISTIC, TOP_TRAINED),
    uses=(*USES, "output:fcn"),
    revision=4,
    inconclusive=2,
)
RESIDUAL = Statement(
    id="thm:2-resnet",
    title="The kernel of the ResNet strays from its limit by the same constants",
    source=PAPER,
    number="Theorem 2, (4.4)",
    formula=r"\sup_t \max_{ij} |K_t - K|_{ij} \ge \gamma^2 \ge g^* \ge \frac{\lambda_0}{n} > \frac{\lambda_0}{2n^2}",
    qualification=CROSSED
    + "The printed constant was informative at n = 2 and 3 with 1024 neurons and alpha = 1/2, and at n = 2 with "
    "alpha = 1/10." + TOLERATED,
    hypotheses=(LOGISTIC, TOP_TRAINED),
    uses=(*USES, "output:resnet"),
    revision=3,
    inconclusive=2,
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
def starts(architecture: Architecture, points: PointSet, hidden: int, draws: int, seed: int) -> np.ndarray:
    """max |K_0 - K| of independent networks, drawn exactly in law, shape (draws,)."""
    found = sample_kernels(architecture, points.coordinates(FLOAT64), hidden, draws, seed).ntk
    return np.abs(found - ntk(architecture, points)).max(axis=(1, 2))


def informative_width(architecture: Architecture, points: PointSet, constant: float) -> float:
    """The width at which the median of max |K_0 - K| is the constant, from draws at width 2048 and 1 / sqrt(m)."""
    return 2048 * (float(np.median(starts(architecture, points, 2048, 100, 0))) / constant) ** 2


STEPS, RECORDS = Accuracy(tolerance=0.1, longest=5.0), Recording(per_decade=1 / 4, log10_first=0)
"""A record every 4 decades, two steps at least between them; one where the error estimate's steps are twice as long:
the two accuracies differ at every time."""


FINER = Accuracy(tolerance=0.05, longest=2.0)
"""For a deeper network, whose kernel the longer steps leave undecided."""


@dataclass(frozen=True)
class Case:
    """A network to train on n points with alternating labels, to t = 10^log10_until."""

    architecture: Architecture
    points: PointSet
    width: int
    log10_until: float
    accuracy: Accuracy = STEPS

    def flow(self, loss: CrossEntropy | Squared | None = None, member: int = 0) -> Trajectory:
        """The flow, by default of the logistic loss."""
        loss = loss or alternating(len(self.points))
        return flow_of(
            self.architecture,
            self.points,
            loss,
            self.width,
            self.log10_until,
            member,
            accuracy=self.accuracy,
            recording=RECORDS,
        )

    def near(self, loss: CrossEntropy | Squared | None, bounds: Bounds) -> Trajectory:
        """The flow of the first network that starts within half a constant of its limit: with room to move a little."""
        limit = ntk(self.architecture, self.points)
        return first_near(lambda member: self.flow(loss, member), limit, float(bounds.lower) / 2)


def axes(*norms: Fraction | int) -> PointSet:
    """Orthogonal points of these norms."""
    size = len(norms)
    rows = [[Fraction(norm) * (row == column) for column in range(size)] for row, norm in enumerate(norms)]
    return rational_points(f"{size} orthogonal points", rows)


def opposite(*norms: Fraction | int) -> PointSet:
    """Points of these norms on the axes, each with its opposite."""
    rows = [[sign * Fraction(norm) * (row == column) for column in range(len(norms))]
            for row, norm in enumerate(norms) for sign in (1, -1)]  # fmt: skip
    return rational_points(f"{len(rows)} points on {len(norms)} axes", rows)


@cache
def distinct_constants(architecture: Architecture, points: PointSet) -> dict[str, Bounds]:
    """The certified gap constants by name, labels alternating; those that cannot be told apart under one name."""
    found = certified_gap_constants(architecture, points, alternating(len(points)).signs)[1]
    distinct: dict[str, Bounds] = {}
    for name in CONSTANTS:
        bounds = getattr(found, name)
        known = next((title for title, others in distinct.items() if not others.upper < bounds.lower), None)
        distinct[name if known is None else f"{known} = {name}"] = bounds if known is None else distinct.pop(known)
    return distinct


def gap_to(limit: np.ndarray, trajectory: Trajectory) -> np.ndarray:
    """max |K_t - K| with the recorded or the mean Gram matrix, whichever is less, (R,); at t = 0 both are K_0."""
    mean = np.abs(trajectory.mean_gram - limit).max(axis=(1, 2))
    return np.minimum(trajectory.gap(limit), mean)


class Crossing(NamedTuple):
    """A flow of a network whose gap to the limit is to reach a constant."""

    case: Case
    trajectory: Trajectory
    name: str
    bounds: Bounds
    what: str


def reaches_the_constant(claim: object, crossing: Crossing) -> None:
    """Does the gap reach the constant?"""
    record(crossing_evidence(*crossing))


def crossing_evidence(case: Case, trajectory: Trajectory, name: str, bounds: Bounds, what: str) -> Evidence:
    """Did the gap reach the constant? VACUOUS if it did at the start, REFUTED if the kernel settled before."""
    value = float(bounds.upper)
    gap, error = gap_to(ntk(case.architecture, case.points), trajectory), errors(trajectory, "kernel")
    if gap[0] >= float(bounds.lower):
        needed = informative_width(case.architecture, case.points, value)
        start = f"{what}: {gap[0]:.3g} at the start, {name} is {value:.3g}"
        return vacuous(Kind.NUMERICAL, f"{start}: take m of {needed:.1g} and more")
    crossing = log10_crossing(trajectory.log_t, gap - error, value)
    if crossing is not None:
        detail = f"{what}: {name} {value:.3g} crossed by 10^{crossing:.1f}"
        return numerical(True, detail, margin=float((gap - error).max() - value))
    never = kernel_is_settled(trajectory) and bool(np.all(gap + error < float(bounds.lower)))
    return numerical(False if never else None, f"{what}: {gap[-1]:.3g} of {value:.3g}, {trajectory.status}")


FCN_CASES: dict[str, Case] = {
    "two points, depth 1": Case(fcn(1), TWO, 10_000, 80),
    "4 orthogonal points in R^4, depth 1": Case(fcn(1), axes(1, 1, 1, 1), 100_000, 52),
    "6 points in R^3, norms 1, 3/2, 2, depth 1": Case(fcn(1), opposite(1, Fraction(3, 2), 2), 30_000, 60),
    "10 points in R^5, depth 1": Case(fcn(1), opposite(1, 1, 1, 1, 1), 20_000, 40),
    "3 orthogonal points of norm 2, depth 2": Case(fcn(2), axes(2, 2, 2), 2048, 30),
}
MORE_FCN: dict[str, Case] = {
    "20 points in R^10 of norm 2, depth 1": Case(fcn(1), opposite(*[2] * 10), 12_000, 16),
    "3 points in R, two of them equal, depth 1": Case(
        fcn(1), rational_points("two equal", [[Fraction(1)], [Fraction(2)], [Fraction(1)]]), 64, 4
    ),
    "3 orthogonal points of norm 2, depth 3": Case(fcn(3), axes(2, 2, 2), 1024, 16, FINER),
}
WIDER_FCN: dict[str, Case] = {
    "two points, depth 1, wider": Case(fcn(1), TWO, 100_000, 160),
    "6 orthogonal points in R^6, depth 1": Case(fcn(1), axes(1, 1, 1, 1, 1, 1), 600_000, 60),
    "10 orthogonal points in R^10, depth 1": Case(fcn(1), axes(*[1] * 10), 30_000, 20),
    "two points, depth 2, wider": Case(fcn(2), TWO, 4096, 30),
    "4 points in R^4, depth 2, wider": Case(fcn(2), axes(1, 1, 2, 2), 4096, 20),
    "three points, depth 3, wider": Case(fcn(3), circle(3), 4096, 16, FINER),
}
RESNET_CASES: dict[str, Case] = {
    "2 points in R^2, norms 2, 3/2, alpha = 1/2": Case(resnet(1, HALF), axes(2, Fraction(3, 2)), 1024, 30),
    "3 points in R^3, norms 2, 3/2, 2, alpha = 1/2": Case(resnet(1, HALF), axes(2, Fraction(3, 2), 2), 1024, 30),
}
MORE_RESNET: dict[str, Case] = {
    "two points, depth 2": Case(resnet(2, HALF), TWO, 256, 12),
    "2 points in R^2, norms 2, 3/2, alpha = 1/10": Case(resnet(1, TENTH), axes(2, Fraction(3, 2)), 1024, 30),
    "2 points in R^2, norms 2, 3/2, depth 3, alpha = 1/10": Case(resnet(3, TENTH), axes(2, Fraction(3, 2)), 512, 20),
}
WIDER_RESNET: dict[str, Case] = {
    "6 points in R^3, alpha = 1/2": Case(resnet(1, HALF), opposite(1, 1, 1), 2000, 12),
    "two points, depth 1, wider": Case(resnet(1), TWO, 2048, 40),
    "4 points in R^4, alpha = 1/2, wider": Case(resnet(1, HALF), axes(2, 2, 2, 2), 4096, 30),
}


def judge_crossings(title: str, case: Case, members: int = 1) -> None:
    """Judge all distinct constants of a case, the largest first.

    VACUOUS where two points are equal: lambda_0 is zero, and so are the constants that are multiples of it; gamma^2,
    which may be positive if they have one label, is not enclosed there.
    """
    rows = case.points.coordinates(FLOAT64)
    if len(np.unique(rows, axis=0)) < len(rows):
        record(vacuous(Kind.CERTIFIED, f"{title}: two points are equal, lambda_0 = 0, and gamma^2 is not enclosed"))
        return
    for member in range(members):
        for name, bounds in reversed(distinct_constants(case.architecture, case.points).items()):
            crossing = Crossing(case, case.flow(member=member), name, bounds, f"{title}, network {member}")
            judge_case(reaches_the_constant, None, crossing)


def judge_under(loss: CrossEntropy | Squared, title: str, case: Case) -> None:
    """Judge the same under another loss, each constant on a network that starts nearer: the mutant of that loss."""
    for name, bounds in reversed(distinct_constants(case.architecture, case.points).items()):
        reaches_the_constant(None, Crossing(case, case.near(loss, bounds), name, bounds, title))


def softened(size: int) -> CrossEntropy:
    """Targets 0.3 and 0.7: the flow comes to rest at outputs of +-0.85."""
    return CrossEntropy(tuple(0.3 + 0.4 * (index % 2) for index in range(size)))


@check(FULLY_CONNECTED, None, mutants={"soft labels": softened})
@pytest.mark.parametrize("name", FCN_CASES)
def test_the_gap_to_the_limit_is_crossed(claim, name):
    case = FCN_CASES[name]
    if claim is None:
        judge_crossings(name, case, members=4 if thorough() else 1)
    else:
        judge_under(claim(len(case.points)), name, case)


@check(FULLY_CONNECTED, None, mutants={"squared loss": Squared((-1.0, 1.0))})
def test_two_opposite_points_cross_every_constant(claim):
    case = FCN_CASES["two points, depth 1"]
    if claim is not None:
        return judge_under(claim, "two points", case)
    for member in range(1, 20 if thorough() else 2):
        for name, bounds in distinct_constants(fcn(1), TWO).items():
            crossing = Crossing(case, on_two_points(member), name, bounds, f"two points, network {member}")
            judge_case(reaches_the_constant, None, crossing)


@check(FULLY_CONNECTED)
def test_wider_networks_cross_too(claim):
    """More points and layers, some of whose starts exceed all constants; wider ones in the thorough profile."""
    for name, case in (MORE_FCN | WIDER_FCN if thorough() else MORE_FCN).items():
        judge_crossings(name, case)


def judge_counterexample(case: Case, loss: CrossEntropy | Squared | None, what: str) -> None:
    """Judge the printed constant, the least, on a case on which a hypothesis fails."""
    name, bounds = next(iter(distinct_constants(case.architecture, case.points).items()))
    judge_case(reaches_the_constant, None, Crossing(case, case.near(loss, bounds), name, bounds, what))


@counterexample(FULLY_CONNECTED, LOGISTIC, of=test_the_gap_to_the_limit_is_crossed)
def test_under_squared_loss_the_kernel_stays_near_its_limit(claim):
    judge_counterexample(FCN_CASES["two points, depth 1"], Squared((-1.0, 1.0)), "squared loss")


@counterexample(FULLY_CONNECTED, TOP_TRAINED, of=test_the_gap_to_the_limit_is_crossed)
def test_with_only_the_output_weights_trained_the_kernel_is_constant(claim):
    # One sample: K_t(x, x) = |a_1|^2 for all t, near its limit at 10^4, and the constant is half of it.
    case = Case(with_trained(fcn(1), ["W_2"]), circle(1), 10_000, 20)
    judge_counterexample(case, None, "W_2 alone trained")


@check(RESIDUAL, None, mutants={"soft labels": softened})
@pytest.mark.parametrize("name", RESNET_CASES)
def test_the_gap_of_the_resnet_to_its_limit_is_crossed(claim, name):
    case = RESNET_CASES[name]
    if claim is None:
        judge_crossings(name, case, members=4 if thorough() else 1)
    else:
        judge_under(claim(len(case.points)), name, case)


@check(RESIDUAL)
def test_wider_resnets_cross_too(claim):
    """Deeper ones, and a smaller scale; wider ones in the thorough profile."""
    for name, case in (MORE_RESNET | WIDER_RESNET if thorough() else MORE_RESNET).items():
        judge_crossings(name, case)


@counterexample(RESIDUAL, LOGISTIC, of=test_the_gap_of_the_resnet_to_its_limit_is_crossed)
def test_under_soft_labels_the_kernel_of_the_resnet_stays_near_its_limit(claim):
    judge_counterexample(MORE_RESNET["2 points in R^2, norms 2, 3/2, alpha = 1/10"], softened(2), "soft labels")


@counterexample(RESIDUAL, TOP_TRAINED, of=test_the_gap_of_the_resnet_to_its_limit_is_crossed)
def test_with_only_the_output_weights_trained_the_kernel_of_the_resnet_is_constant(claim):
    case = Case(with_trained(resnet(1, HALF), ["W_2"]), circle(1), 1000, 20)
    judge_counterexample(case, None, "W_2 alone trained")


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
