"""Short flows of finite networks against Runge and Kutta's rule on gradients by automatic differentiation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import sympy
import torch

from checks.companion.known import known_answers, record_number
from ntk_companion import check, judge_case, session_seed
from numerics.data.points import circle
from numerics.flow.integrate import Accuracy, Recording, gradient_flow
from numerics.flow.trajectory import Trajectory
from numerics.kernels.gram import FLOAT64
from numerics.losses import CrossEntropy, Loss, Squared, logistic
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from theory.architecture import Architecture, fcn, resnet, smoothed, with_trained

FLOWS = known_answers(
    "flows",
    "Short flows of smooth networks end where the gradients of automatic differentiation lead",
    r"\dot\theta = -\nabla L(\theta) - \beta (\theta - \theta_0), \quad K_t = \sum_p \nabla_p f \nabla_p f'",
    "networks of width 6 with softplus activations, to t = 1/2, within a relative 2e-4; a ReLU network that slides",
)
INPUTS = np.array([[1.0, 0.3], [-0.5, 0.8], [0.2, -1.1]])
WIDTH, UNTIL, STEPS = 6, 0.5, 100
SHARPNESS = sympy.Integer(4)


class Flow(NamedTuple):
    """A network, a loss and the strength of the regulariser."""

    architecture: Architecture
    loss: Loss
    penalty: float


CASES = (
    Flow(smoothed(fcn(2), SHARPNESS), logistic([0, 1, 1]), 0.0),
    Flow(smoothed(fcn(1), SHARPNESS), CrossEntropy((0.8, 0.3, 0.6)), 0.6),
    Flow(smoothed(resnet(1), SHARPNESS), Squared((0.5, -1.0, 0.2)), 0.4),
    Flow(with_trained(smoothed(fcn(2), SHARPNESS), ["W_2", "b_1"]), logistic([1, 0, 1], 1.5), 0.0),
)
Parameters = dict[str, torch.Tensor]


@cache
def start_of(architecture: Architecture, seed: int) -> Parameters:
    """The network at the start."""
    return initialise(architecture, INPUTS.shape[1], WIDTH, np.random.default_rng(seed))


def velocity(case: Flow, place: Parameters, start: Parameters) -> Parameters:
    """-grad L - beta (theta - theta_0), zero where nothing is trained: the loss's formula, typed by hand."""
    leaves = {name: tensor.clone().requires_grad_(True) for name, tensor in place.items()}
    outputs = forward(case.architecture, leaves, torch.from_numpy(INPUTS))
    match case.loss:
        case CrossEntropy(targets=targets, temperature=temperature):
            shares = torch.tensor(targets, dtype=torch.float64)
            total = torch.nn.functional.binary_cross_entropy_with_logits(outputs / temperature, shares, reduction="sum")
        case Squared(targets=targets):
            total = ((outputs - torch.tensor(targets, dtype=torch.float64)) ** 2).sum() / 2
        case other:
            raise ValueError(f"no formula of {other} here")
    trained = [group.name for group in case.architecture.groups if group.trained]
    gradients = dict(zip(trained, torch.autograd.grad(total, [leaves[name] for name in trained]), strict=True))
    return {
        name: -gradients[name] - case.penalty * (tensor - start[name]) if name in gradients else 0 * tensor
        for name, tensor in place.items()
    }


@cache
def by_runge_kutta(case: Flow, seed: int) -> Parameters:
    """The parameters at t = UNTIL."""
    start = place = start_of(case.architecture, seed)
    time = UNTIL / STEPS

    def at(slope: Parameters, share: float) -> Parameters:
        return {name: tensor + share * time * slope[name] for name, tensor in place.items()}

    for _ in range(STEPS):
        one = velocity(case, place, start)
        two = velocity(case, at(one, 0.5), start)
        three = velocity(case, at(two, 0.5), start)
        four = velocity(case, at(three, 1), start)
        mean = {name: (one[name] + 2 * two[name] + 2 * three[name] + four[name]) / 6 for name in place}
        place = at(mean, 1)
    return place


Run = Callable[[Flow, int], Trajectory]


def the_flow(case: Flow, seed: int, until: float = UNTIL) -> Trajectory:
    """The flow of a case by the suite."""
    accuracy, recording = (
        Accuracy(tolerance=2e-5, longest=0.05, consistency=1e-5, patience=30),
        Recording(per_decade=2, log10_first=-1),
    )
    return gradient_flow(
        case.architecture, start_of(case.architecture, seed), INPUTS, case.loss, math.log(until),
        penalty=case.penalty, accuracy=accuracy, recording=recording, errors=False,
    )  # fmt: skip


def ends_where_gradients_lead(claim: Run, case: Flow) -> None:
    """Are parameters, outputs, kernels at both ends and the dissipation those of Runge and Kutta's path?"""
    seed = session_seed()
    found, start, end = claim(case, seed), start_of(case.architecture, seed), by_runge_kutta(case, seed)
    at_start, at_end = (empirical_ntk(case.architecture, place, torch.from_numpy(INPUTS)) for place in (start, end))
    moved = math.sqrt(sum(float(((end[name] - start[name]) ** 2).sum()) for name in end))
    away = math.sqrt(sum(float(((end[name] - found.parameters[name]) ** 2).sum()) for name in end))
    off = {
        "parameters": away / moved,
        "outputs": float(np.abs(found.outputs[-1] - at_end.outputs.numpy()).max()),
        "kernel at the start": float(np.abs(found.gram[0] - at_start.ntk.numpy()).max() / at_start.ntk.max()),
        "kernel at the end": float(np.abs(found.gram[-1] - at_end.ntk.numpy()).max() / at_end.ntk.max()),
        "displacement": abs(float(np.linalg.norm(found.euclidean_displacement[-1])) / moved - 1),
        "energy": abs(found.energy_defect),
    }
    words = ", ".join(f"{name} {value:.1g}" for name, value in off.items())
    record_number(max(off.values()) < 2e-4, f"{case.architecture.name}, beta {case.penalty}: off by {words}")


@check(
    FLOWS,
    the_flow,
    mutants={
        "2% longer": lambda case, seed: the_flow(case, seed, 1.02 * UNTIL),
        "beta 5% larger": lambda case, seed: the_flow(case._replace(penalty=1.05 * case.penalty), seed),
        "one group more trained": lambda case, seed: the_flow(
            case._replace(architecture=with_trained(case.architecture, [g.name for g in case.architecture.groups])),
            seed,
        ),
        "another start": lambda case, seed: the_flow(case, seed + 1),
    },
)
def test_short_flows_end_where_gradients_lead(claim):
    for case in CASES:
        judge_case(ends_where_gradients_lead, claim, case)


Balance = tuple[float, int]
"""A relative energy defect, and the number of kinks on which the flow slides."""
Balanced = Callable[[Trajectory], Balance]
HEXAGON, LABELS, SLIDING_WIDTH = circle(6).coordinates(FLOAT64), (0, 1) * 3, 60


@cache
def sliding_flow(seed: int) -> Trajectory:
    """A ReLU network on the hexagon to t = 20, when it slides on kinks."""
    start = initialise(fcn(1), 2, SLIDING_WIDTH, np.random.default_rng(seed))
    return gradient_flow(fcn(1), start, HEXAGON, logistic(LABELS), math.log(20), errors=False)


def balance_of(found: Trajectory) -> Balance:
    """Defect and kinks as the trajectory has them."""
    return found.energy_defect, int(found.sliding[-1])


def slides_and_balances(claim: Balanced, seed: int) -> None:
    """Does the flow dissipate what the loss falls by, though it slides on many kinks, and reach its end?"""
    found = sliding_flow(seed)
    defect, sliding = claim(found)
    fall = float(np.exp(found.log_loss[0]) - np.exp(found.log_loss[-1]))
    right = abs(defect) < 2e-3 and sliding >= 10 and found.reached and fall > 0.5
    words = f"defect {defect:.1g}, {sliding} kinks, the loss fell by {fall:.2g}"
    record_number(right, f"width {SLIDING_WIDTH}, {words}")


@check(
    FLOWS,
    balance_of,
    mutants={
        "the automatic Gram matrix": lambda found: (float(found.automatic_energy_defects[-1]), *balance_of(found)[1:]),
        "2% of the dissipation": lambda found: (1 - 0.98 * (1 - found.energy_defect), *balance_of(found)[1:]),
        "no kinks": lambda found: (found.energy_defect, 0),
    },
)
def test_a_flow_that_slides_on_kinks_dissipates_what_it_loses(claim):
    judge_case(slides_and_balances, claim, session_seed())
