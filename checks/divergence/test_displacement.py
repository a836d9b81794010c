"""Corollary 1 of arXiv 2504.11130 along computed flows: the parameters keep moving, layer by layer."""

from typing import NamedTuple

import numpy as np
import pytest

from checks.setups.trajectories import (
    ALONG,
    DEFINITE,
    IN_SETTINGS,
    LOGISTIC,
    TOLERATED,
    alternating,
    as_flow,
    cut_short,
    flow_of,
    on_two_points,
    one_point_with_both_labels,
    squared_on_two_points,
)
from ntk_companion import Evidence, Statement, check, counterexample, judge_case, numerical, record, thorough
from numerics.data.points import circle
from numerics.flow.integrate import Recording
from numerics.flow.trajectory import Trajectory
from numerics.losses import CrossEntropy, Loss, Squared
from theory.architecture import Architecture, fcn, resnet
from theory.printed.divergence import PAPER

COROLLARY_1 = Statement(
    id="cor:1",
    title="While lambda_min(K_t) stays positive the parameters leave every bounded set",
    source=PAPER,
    number="Corollary 1",
    formula=r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow \limsup_t |\theta_t - \theta_0|_\infty = \infty",
    qualification="The largest displacement still grew in every tenth of the computed range of log t. "
    + ALONG
    + IN_SETTINGS
    + TOLERATED,
    hypotheses=(LOGISTIC, DEFINITE),
    uses=("thm:1",),
    revision=2,
    inconclusive=1,
)
LAYERS = Statement(
    id="cor:1-layers",
    title="Every trained group but the last shift of a residual branch moves on and on",
    source="this suite",
    number="Corollary 1, layer by layer",
    formula=r"|p_t - p_0|_\infty \text{ grows in every tenth of the range of } \ln t"
    r" \text{ for every group } p \ne d_1",
    qualification="Measured for narrow FCNs at depths 1 to 3 and the ResNet at depth 1 on two opposite points, to t = "
    "1e30, in networks that the seed draws; one whose kernel becomes singular (dead neurons at depth 3) is vacuous. "
    "Of d_1, whose derivative is the sum of the residuals times W_2 / sqrt(m), opposite labels cancel: it went back in "
    "13 of 84 networks. " + ALONG + TOLERATED,
    hypotheses=(LOGISTIC, DEFINITE),
    uses=("cor:1",),
    revision=4,
    inconclusive=2,
)


def growth(trajectory: Trajectory, log10_until: float) -> np.ndarray:
    """By how much the displacement of each of G groups grew over each tenth of the range of ln t, from its middle on.

    Shape (G, 5).
    """
    marks = np.linspace(log10_until / 2, log10_until, 6)
    columns = trajectory.sup_displacement[1:].T
    return np.diff([np.interp(marks, trajectory.log10_t[1:], column) for column in columns], axis=1)


class Moving(NamedTuple):
    """A flow whose parameters are to move on until t = 10^log10_until."""

    trajectory: Trajectory
    log10_until: float
    what: str


def largest_moves_on(claim: object, case: Moving) -> None:
    """Does the largest displacement keep growing?"""
    record(displacement_evidence(*case))


def every_group_moves_on(apart_from: str, case: Moving) -> None:
    """Does the displacement of every group but one keep growing?"""
    record(layers_evidence(case.trajectory, apart_from, case.what))


@check(COROLLARY_1, None, mutants={"squared loss": lambda member: squared_on_two_points()})
def test_the_largest_displacement_keeps_growing(claim):
    for member in range(2):
        what = f"two points, network {member}"
        if claim is None:
            judge_case(largest_moves_on, None, Moving(on_two_points(member), 50, what))
        else:
            largest_moves_on(None, Moving(claim(member), 50, what))


def displacement_evidence(trajectory: Trajectory, log10_until: float, what: str) -> Evidence:
    """Did the largest displacement grow in every tenth of the range of ln t?"""
    if (ended := cut_short(trajectory, what)) is not None:
        return ended
    increments = np.max(growth(trajectory, log10_until), axis=0)
    detail = f"{what}: increments {', '.join(f'{value:.2g}' for value in increments)}"
    holds = bool(min(increments) > 1e-6)
    return numerical(holds, detail, margin=float(min(increments)) if holds else None)


@counterexample(COROLLARY_1, LOGISTIC, of=test_the_largest_displacement_keeps_growing)
def test_under_squared_loss_the_parameters_stay(claim):
    judge_case(largest_moves_on, claim, Moving(squared_on_two_points(), 50, "squared loss"))


@counterexample(COROLLARY_1, DEFINITE, of=test_the_largest_displacement_keeps_growing)
def test_on_one_point_with_both_labels_the_parameters_stay(claim):
    flow = as_flow(one_point_with_both_labels().fine)
    judge_case(largest_moves_on, claim, Moving(flow, 50, "one point with both labels"))


LONG_UNTIL = 30
LONG: dict[str, tuple[Architecture, int]] = {
    "FCN, depth 1": (fcn(1), 2),
    "FCN, depth 2": (fcn(2), 2),
    "FCN, depth 3": (fcn(3), 2),
    "ResNet, depth 1": (resnet(1), 2),
}


def long_run(architecture: Architecture, size: int, loss: Loss | None = None, member: int = 0) -> Trajectory:
    """A narrow network to t = 1e30, by default under the logistic loss with alternating labels."""
    rare = Recording(per_decade=1, log10_first=0)
    loss = loss or alternating(size)
    return flow_of(architecture, circle(size), loss, 64, LONG_UNTIL, member, recording=rare)


def layers_evidence(trajectory: Trajectory, apart_from: str, what: str) -> Evidence:
    """Did every group but one move on?"""
    if (ended := cut_short(trajectory, what)) is not None:
        return ended
    moving = [group != apart_from for group in trajectory.groups]
    least = float(np.min(growth(trajectory, LONG_UNTIL)[moving]))
    moved = trajectory.sup_displacement[-1]
    totals = ", ".join(f"{group} {value:.3g}" for group, value in zip(trajectory.groups, moved, strict=True))
    slack = least - 1e-6
    detail = f"{what}: moved by {totals}; least increment {least:.2g}"
    return numerical(slack > 0, detail, margin=slack if slack > 0 else None)


SOFT = CrossEntropy((0.1, 0.9))


@check(LAYERS, None, mutants={"squared loss": Squared((-1.0, 1.0)), "soft labels": SOFT})
@pytest.mark.parametrize("name", LONG)
def test_every_layer_keeps_moving(claim, name):
    architecture, size = LONG[name]
    for member in range(6 if thorough() else 2):
        case = Moving(long_run(architecture, size, claim, member), LONG_UNTIL, f"{name}, network {member}")
        if claim is None:
            judge_case(every_group_moves_on, "d_1", case)
        else:
            every_group_moves_on("d_1", case)


@counterexample(LAYERS, LOGISTIC, of=test_every_layer_keeps_moving)
def test_under_soft_labels_every_layer_comes_to_rest(claim):
    judge_case(every_group_moves_on, "d_1", Moving(long_run(fcn(1), 2, SOFT), LONG_UNTIL, "soft labels"))


@counterexample(LAYERS, DEFINITE, of=test_every_layer_keeps_moving)
def test_on_one_point_with_both_labels_every_layer_comes_to_rest(claim):
    flow = as_flow(one_point_with_both_labels().fine)
    judge_case(every_group_moves_on, "d_1", Moving(flow, LONG_UNTIL, "one point with both labels"))
