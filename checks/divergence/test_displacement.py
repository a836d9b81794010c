"""Corollary 1 of arXiv 2504.11130 along computed flows: the parameters keep moving, layer by layer."""

import math

import numpy as np
import pytest

from checks.setups.trajectories import (
    ALONG,
    LOGISTIC,
    TOLERATED,
    alternating,
    cut_short,
    flow_of,
    on_two_points,
    squared_on_two_points,
)
from ntk_companion import Evidence, Kind, Statement, check, counterexample, numerical, record, thorough, vacuous
from numerics.data.points import circle
from numerics.flow.integrate import Recording
from numerics.flow.trajectory import Trajectory
from numerics.losses import CrossEntropy, Loss, Squared
from theory.architecture import Architecture, fcn, resnet
from theory.printed.divergence import PAPER

COROLLARY_1 = Statement(
    id="cor:1",
    title="The parameters leave every bounded set",
    source=PAPER,
    number="Corollary 1",
    formula=r"\limsup_t |\theta_t - \theta_0|_\infty = \infty",
    qualification="The largest displacement still grew in every tenth of the computed range of log t. "
    + ALONG
    + TOLERATED,
    hypotheses=(LOGISTIC,),
    uses=("thm:1",),
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
    "1e30, in networks that the seed draws; a network that comes to rest before (dead neurons at depth 3) is vacuous. "
    "Of d_1, whose derivative is the sum of the residuals times W_2 / sqrt(m), opposite labels cancel: it went back in "
    "13 of 84 networks. " + ALONG + TOLERATED,
    hypotheses=(LOGISTIC,),
    uses=("cor:1",),
    revision=3,
    inconclusive=2,
)


def growth(trajectory: Trajectory, log10_until: float) -> np.ndarray:
    """By how much the displacement of each of G groups grew over each tenth of the range of ln t, from its middle on.

    Shape (G, 5).
    """
    marks = np.linspace(log10_until / 2, log10_until, 6)
    columns = trajectory.sup_displacement[1:].T
    return np.diff([np.interp(marks, trajectory.log10_t[1:], column) for column in columns], axis=1)


@check(COROLLARY_1, on_two_points, mutants={"squared loss": lambda member: squared_on_two_points()})
def test_the_largest_displacement_keeps_growing(claim):
    for member in range(2):
        record(displacement_evidence(claim(member), 50, f"two points, network {member}"))


def displacement_evidence(trajectory: Trajectory, log10_until: float, what: str) -> Evidence:
    """Did the largest displacement grow in every tenth of the range of ln t?"""
    if (ended := cut_short(trajectory, what)) is not None:
        return ended
    increments = np.max(growth(trajectory, log10_until), axis=0)
    detail = f"{what}: increments {[f'{value:.2g}' for value in increments]}"
    holds = bool(min(increments) > 1e-6)
    return numerical(holds, detail, margin=float(min(increments)) if holds else None)


@counterexample(COROLLARY_1, LOGISTIC)
def test_under_squared_loss_the_parameters_stay():
    trajectory = squared_on_two_points()
    increments = growth(trajectory, 50)
    record(numerical(bool(np.min(increments) > 1e-6), f"least increment {np.min(increments):.2g}"))


LONG_UNTIL = 30
LONG: dict[str, tuple[Architecture, int]] = {
    "FCN, depth 1": (fcn(1), 2),
    "FCN, depth 2": (fcn(2), 2),
    "FCN, depth 3": (fcn(3), 2),
    "ResNet, depth 1": (resnet(1), 2),
}


def long_run(architecture: Architecture, size: int, loss: Loss | None = None, member: int = 0) -> Trajectory:
    """A narrow network to t = 1e30."""
    rare = Recording(per_decade=1, log10_first=0)
    loss = loss or alternating(size)
    return flow_of(architecture, circle(size), loss, 64, LONG_UNTIL, member, recording=rare)


def layers_evidence(trajectory: Trajectory, apart_from: str, what: str) -> Evidence:
    """Did every group but one move on?"""
    if (ended := cut_short(trajectory, what)) is not None:
        return ended
    hard = isinstance(trajectory.loss, CrossEntropy) and trajectory.loss.hard
    if hard and trajectory.status == "at rest" and trajectory.log_loss[-1] > math.log(math.log(2)):
        return vacuous(Kind.NUMERICAL, f"{what}: at rest with a loss above ln 2")
    moving = [group != apart_from for group in trajectory.groups]
    least = float(np.min(growth(trajectory, LONG_UNTIL)[moving]))
    moved = trajectory.sup_displacement[-1]
    totals = ", ".join(f"{group} {value:.3g}" for group, value in zip(trajectory.groups, moved, strict=True))
    slack = least - 1e-6
    detail = f"{what}: moved by {totals}; least increment {least:.2g}"
    return numerical(slack > 0, detail, margin=slack if slack > 0 else None)


@check(LAYERS, None, mutants={"squared loss": Squared((-1.0, 1.0)), "soft labels": CrossEntropy((0.1, 0.9))})
@pytest.mark.parametrize("name", LONG)
def test_every_layer_keeps_moving(claim, name):
    architecture, size = LONG[name]
    for member in range(6 if thorough() else 2):
        what = f"{name}, network {member}"
        record(layers_evidence(long_run(architecture, size, claim, member), "d_1", what))


@counterexample(LAYERS, LOGISTIC)
def test_under_soft_labels_every_layer_comes_to_rest():
    trajectory = long_run(fcn(1), 2, CrossEntropy((0.1, 0.9)))
    least = np.min(growth(trajectory, LONG_UNTIL))
    record(numerical(bool(least > 1e-6), f"soft labels: {trajectory.status} at t = 10^{trajectory.log10_t[-1]:.1f}"))
