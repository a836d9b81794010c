"""What a flow does where its steps become too short ever to arrive: its clock goes on, and the price is counted.

A flow may slide on so many kinks at once, or meet them so fast one after another, that accurate steps are shorter than
1e-6 in ln t. How much it moves on in ln t for the work done is therefore bounded from below, by a pace that rises with
the work beyond an allowance for every unit of ln t and a budget for all: the work up to any time is bounded. What a
step is shorter than the pace asks for is made up for by waiting: time passes, and the parameters stay where they are.
The path then is still that of the flow, later than the flow takes it. The dissipation while it waits, |d theta/dt|^2
times the time, is a defect of the energy identity, and that is the price. (Longer and inconsistent steps instead leave
the kinks on which the flow slides, and those after them have to be shorter yet.)
"""

import math

from numerics.flow.discrete_gradient import Weights, contraction
from numerics.flow.frozen_kernel import log_difference
from numerics.flow.stepping import Accuracy, Problem, State, squared_distance

FASTEST = 0.05
"""The pace, ln t for a sweep, when the budget is spent; it rises with the power `HURRY` of the share that is."""
HURRY = 8


USUAL = Accuracy()
"""For this accuracy budget and allowance are meant as they stand; a finer one has more."""


def pace(accuracy: Accuracy, work: float, progress: float) -> float:
    """The least progress in ln t for a sweep, after the work of so many sweeps and so much progress in ln t."""
    more = max(1.0, math.sqrt(USUAL.tolerance / accuracy.tolerance), USUAL.longest / accuracy.longest)
    spent = (work / more - accuracy.allowance * max(0.0, progress)) / accuracy.budget
    return FASTEST * min(1.0, max(0.0, spent)) ** HURRY


def energy(problem: Problem, weights: Weights, state: State) -> float:
    """The loss and the penalty."""
    loss = math.exp(problem.loss.log_value(state.outputs))
    if not problem.penalty:
        return loss
    return loss + problem.penalty / 2 * squared_distance(weights, problem.anchor)


def dissipation_at_rest(problem: Problem, weights: Weights, state: State, log_end: float) -> float:
    """What the flow would dissipate until exp(log_end) at the speed it has, |d theta/dt|^2, if nothing moved."""
    log_length, gradients = log_difference(log_end, state.log_time), state.gradients
    root = problem.loss.flow_weights(state.outputs, log_length / 2)
    found = float(root @ gradients.gram @ root)
    if problem.penalty:
        pull = problem.penalty * math.exp(log_length / 2)
        overlaps = contraction(problem.tape, gradients, weights, problem.anchor)
        found += pull**2 * squared_distance(weights, problem.anchor) - 2 * pull * float(root @ overlaps)
    return found
