"""Every statement on trajectories on the same flows: many points and dimensions, norms apart, equal and near points.

The networks are fully connected or residual, of depth 1 to 3. Where a setting leaves a statement nothing to say, as
two equal points with both labels do for a bound by the least eigenvalue, it is vacuous there, and counted so. A mutant
is tried on all flows, and then on the case of the statement's own file that is sharp enough to show it.
"""

import math
from collections.abc import Callable, Iterator

from checks.divergence.test_alternative import (
    ALTERNATIVE,
    EITHER,
    Grown,
    Straying,
    grows_as_it_must,
    output_constant,
    strays,
)
from checks.divergence.test_crossing_time import FROM_START, Timed, crosses_at_a_share
from checks.divergence.test_displacement import COROLLARY_1, Moving, largest_moves_on
from checks.divergence.test_divergence import (
    ENERGY,
    LOWER,
    THEOREM_1,
    UPPER,
    closes,
    exceeds_what_lambda_min_proves,
    stays_above_the_lower_envelope,
    stays_below_the_upper_envelope,
)
from checks.divergence.test_late_times import (
    EXCEPTION,
    MOST_LOST,
    QUASI,
    RATES,
    RISING,
    Rising,
    late,
    margin_rises,
    stays_between,
    weighted_margin_rises,
)
from checks.setups.trajectories import (
    FLOWS,
    MORE_FLOWS,
    SINGULAR,
    Along,
    Pair,
    Setting,
    as_flow,
    cluster,
    exception,
    pair_on_two_points,
    scattered,
    squared_on_two_points,
)
from ntk_companion import Kind, check, judge_case, record, thorough, vacuous
from numerics.flow import Accuracy, Recording
from numerics.flow.trajectory import Trajectory
from numerics.losses import logistic
from theory.architecture import Architecture, fcn, resnet
from theory.dynamics.late_times import homogeneity, quasi_homogeneity

LOG10_UNTIL, LOG_LN_2 = 3, math.log(math.log(2))
ONE_LABEL: dict[str, Setting] = {
    "5 points in R^10 within 0.05, FCN, depth 2, flow": Setting(
        fcn(2), lambda seed: cluster(seed, 5, 10), 32, logistic([1] * 5)
    ),
    "5 points in R^3 within 0.05, ResNet, alpha = 10, flow": Setting(
        resnet(1, 10), lambda seed: cluster(seed, 5, 3), 24, logistic([0] * 5)
    ),
}
"""Where the upper envelope says something: it is nearly attained."""


def pairs() -> Iterator[tuple[str, Setting, Pair]]:
    """The flows, each with its name and setting; more in the thorough profile."""
    for name, setting in (FLOWS | MORE_FLOWS if thorough() else FLOWS).items():
        yield name, setting, setting.flow(LOG10_UNTIL)


def flows() -> Iterator[tuple[str, Setting, Trajectory]]:
    """The finer ones of them."""
    for name, setting, pair in pairs():
        yield name, setting, as_flow(pair.fine)


def judge_all(judge: Callable[[float, Along], None], claim: float) -> None:
    """Judge a claim on paths on all flows."""
    for name, _, pair in pairs():
        judge_case(judge, claim, Along(pair, f"{name}, flow"))


@check(LOWER, 1.0, mutants={"five times the integral": 5.0, "twice the integral": 2.0})
def test_no_margin_falls_below_the_lower_envelope_in_any_setting(claim):
    judge_all(stays_above_the_lower_envelope, claim)


@check(THEOREM_1, 1.0, mutants={"three times lambda_min": 3.0, "twice lambda_min": 2.0})
def test_every_output_exceeds_what_lambda_min_proves_in_any_setting(claim):
    judge_all(exceeds_what_lambda_min_proves, claim)


@check(ENERGY, 1.0, mutants={"half more": 1.5, "a third less": 2 / 3})
def test_the_energy_identity_closes_with_the_recorded_gram_in_any_setting(claim):
    judge_all(closes, claim)


@check(UPPER, 1.0, mutants={"20% less of the integral": 0.8})
def test_the_least_margin_of_one_label_stays_below_the_upper_envelope_on_flows_too(claim):
    for name, setting in ONE_LABEL.items():
        judge_case(stays_below_the_upper_envelope, claim, Along(setting.flow(), name))


@check(ALTERNATIVE, "own", mutants={"lambda_min of the automatic Gram": "automatic"})
def test_the_kernel_grows_at_every_sample_in_any_setting(claim):
    for name, setting, flow in flows():
        constant = output_constant(setting.architecture, setting.width)
        judge_case(grows_as_it_must, claim, Grown(flow, constant, f"{name}, flow"))
    constant = output_constant(LATE.architecture, LATE.width)
    for late_case in late_on_five_points():
        judge_case(grows_as_it_must, claim, Grown(late_case.trajectory, constant, late_case.what))
    if claim != "own":
        case = Grown(as_flow(exception().fine), output_constant(fcn(1), 2), "three points, width 2, the exception")
        judge_case(grows_as_it_must, claim, case)


@check(EITHER, None, mutants={"squared loss": squared_on_two_points})
def test_the_kernel_strays_from_its_start_in_any_setting(claim):
    if claim is not None:
        strays(None, Straying(claim(), "squared loss"))
        return
    for name, _, flow in flows():
        judge_case(strays, None, Straying(flow, f"{name}, flow"))


@check(FROM_START, 1.0, mutants={"a quarter of the exponent": 0.25})
def test_training_moves_the_kernel_by_the_proved_time_in_any_setting(claim):
    for name, setting, pair in pairs():
        judge_case(crosses, claim, timed(name, setting.architecture, setting.width, pair))
    if claim != 1:
        judge_case(crosses, claim, timed("two points", fcn(1), 100, pair_on_two_points(0, 100, 20)))


def timed(name: str, architecture: Architecture, width: int, pair: Pair) -> Timed:
    """A flow whose kernel is to stray from K_0 by 0.9 gamma^2(K_0) in time."""
    flow = as_flow(pair.fine)
    gap = 0.9 * float(flow.label_aware[0])
    return Timed(architecture, width, flow, flow.gram[0], gap, f"{name}, flow", as_flow(pair.rough))


def crosses(claim: float, case: Timed) -> None:
    """Was the gap crossed by its latest time to the power `claim`? VACUOUS if gamma^2(K_0) = 0, up to rounding."""
    if not case.gap > SINGULAR * float(case.trajectory.lambda_max[0]):
        record(vacuous(Kind.NUMERICAL, f"{case.what}: gamma^2(K_0) = 0, there is no gap to cross"))
    else:
        crosses_at_a_share(claim, case)


@check(COROLLARY_1, None, mutants={"squared loss": squared_on_two_points})
def test_the_largest_displacement_keeps_growing_in_any_setting(claim):
    if claim is not None:
        largest_moves_on(None, Moving(claim(), 50, "squared loss"))
        return
    for name, _, flow in flows():
        judge_case(largest_moves_on, None, Moving(flow, LOG10_UNTIL, f"{name}, flow"))


LATE = Setting(fcn(1), lambda seed: scattered(seed, 5, 3, 2.0), 32, logistic([0, 1, 0, 1, 1]))


def late_on_five_points() -> Iterator[Rising]:
    """Five points of norms 1/2 to 2 to t = 1e200, if thorough to 1e3000.

    Where the loss stays above ln 2, as where a sample's gradient vanishes, of another network too.
    """
    accuracy, rare = Accuracy(tolerance=0.2, longest=25.0), Recording(per_decade=1 / 25, log10_first=0)
    for member in range(MOST_LOST):
        pair = LATE.flow(3000 if thorough() else 200, accuracy, rare, member)
        yield Rising(LATE.architecture, pair, f"5 points in R^3, norms 1/2 to 2, depth 1, network {member}")
        if as_flow(pair.fine).log_loss[-1] < LOG_LN_2:
            break


@check(RISING, 1.0, mutants={"a power 15% larger": 1.15})
def test_the_normalised_margin_rises_in_any_homogeneous_setting(claim):
    for name, setting, pair in pairs():
        if homogeneity(setting.architecture) is not None:
            judge_case(margin_rises, claim, Rising(setting.architecture, pair, f"{name}, flow"))
    for case in late_on_five_points():
        judge_case(margin_rises, claim, case)


@check(QUASI, 1.0, mutants={"40% more": 1.4})
def test_the_weighted_normalised_margin_rises_in_any_quasi_homogeneous_setting(claim):
    for name, setting, pair in pairs():
        if homogeneity(setting.architecture) is None and quasi_homogeneity(setting.architecture) is not None:
            judge_case(weighted_margin_rises, claim, Rising(setting.architecture, pair, f"{name}, flow"))
    if claim != 1:
        judge_case(weighted_margin_rises, claim, Rising(fcn(2), late(fcn(2), EXCEPTION), "depth 2, the exception"))


@check(
    RATES,
    (1.0, 0.0, 1.0, 1.0),
    mutants={
        "1/2 more in the exponent of the loss": (1.0, 0.5, 1.0, 1.0),
        "the slowest rate twice as fast": (1.0, 0.0, 2.0, 1.0),
    },
)
def test_norm_and_loss_of_five_points_stay_between_their_bounds(claim):
    for case in late_on_five_points():
        judge_case(stays_between, claim, case)
