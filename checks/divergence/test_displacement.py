"""Corollary 1 of arXiv 2504.11130 along computed flows: the parameters keep moving, layer by layer."""

from __future__ import annotations

import numpy as np
import pytest

from checks.setups.trajectories import (
    ALONG,
    LOGISTIC,
    PAPER,
    alternating,
    flow_of,
    on_two_points,
    squared_on_two_points,
)
from ntk_companion.evidence import numerical
from ntk_companion.judging import check, counterexample, record
from ntk_companion.statement import Statement
from numerics.data.points import circle
from numerics.flow.integrate import Recording
from numerics.flow.trajectory import Trajectory
from numerics.losses import CrossEntropy, Squared
from theory.architecture import Architecture, fcn, resnet

COROLLARY_1 = Statement(
    id="cor:1",
    title="The parameters leave every bounded set",
    source=PAPER,
    number="Corollary 1",
    formula=r"\limsup_t |\theta_t - \theta_0|_\infty = \infty",
    qualification="The largest displacement still grew in every tenth of the computed range of log t. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("thm:1",),
)
LAYERS = Statement(
    id="cor:1-layers",
    title="Every trained layer moves on and on, the output weights the most or nearly so",
    source="this suite",
    number="Corollary 1, layer by layer",
    formula=r"|p_t - p_0|_\infty \text{ grows in every tenth of the range of } \ln t,"
    r" \text{ for every group } p \text{ of parameters}",
    qualification="Measured for the FCN at depths 1 to 3 and the ResNet at depth 1, to t = 1e30. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("cor:1",),
)


def growth(trajectory: Trajectory, log10_until: float) -> np.ndarray:
    """By how much the displacement of each group grew over each tenth of the range of ln t, from its middle on."""
    marks = np.linspace(log10_until / 2, log10_until, 6)
    columns = trajectory.sup_displacement[1:].T
    return np.diff([np.interp(marks, trajectory.log10_t[1:], column) for column in columns], axis=1)


@check(COROLLARY_1, on_two_points, mutants={"squared loss": squared_on_two_points})
def test_the_largest_displacement_keeps_growing(claim):
    trajectory = claim()
    increments = np.max(growth(trajectory, 50), axis=0)
    detail = f"increments {[f'{value:.2g}' for value in increments]}"
    record(numerical(bool(min(increments) > 1e-6), detail, margin=float(min(increments))))


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


def long_run(architecture: Architecture, size: int, loss: CrossEntropy | Squared | None = None) -> Trajectory:
    """A narrow network to t = 1e30."""
    rare = Recording(per_decade=1, log10_first=0)
    return flow_of(architecture, circle(size), loss or alternating(size), 64, LONG_UNTIL, recording=rare)


@check(LAYERS, None, mutants={"squared loss": Squared((-1.0, 1.0))})
@pytest.mark.parametrize("name", LONG)
def test_every_layer_keeps_moving(claim, name):
    trajectory = long_run(*LONG[name], claim)
    least = float(np.min(growth(trajectory, LONG_UNTIL)))
    totals = zip(trajectory.groups, trajectory.sup_displacement[-1], strict=True)
    detail = f"{name}: moved by " + ", ".join(f"{group} {value:.3g}" for group, value in totals)
    record(numerical(least > 1e-6, f"{detail}; least increment {least:.2g}", margin=least))


@counterexample(LAYERS, LOGISTIC)
def test_under_soft_labels_every_layer_comes_to_rest():
    trajectory = long_run(fcn(1), 2, CrossEntropy((0.1, 0.9)))
    least = np.min(growth(trajectory, LONG_UNTIL))
    record(numerical(bool(least > 1e-6), f"soft labels: {trajectory.status} at t = 10^{trajectory.log10_t[-1]:.1f}"))
