"""Plain gradient descent with a fixed step, as the experiments of arXiv 2504.11130, section 6, run it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import torch

from numerics.data.points import Points
from numerics.flow.discrete_gradient import Array, by_row, point_gradients, point_slopes, run
from numerics.flow.stepping import move, problem_of
from numerics.losses import Loss
from numerics.networks.torch_network import Parameters
from theory.architecture import Architecture


@dataclass(frozen=True)
class Epoch:
    """Gradient descent after `number` steps: the outputs f(x_i), shape (n,), and the parameters.

    The parameters share memory with the descent: use or copy them before the next epoch is asked for.
    """

    number: int
    outputs: Array
    parameters: Mapping[str, torch.Tensor]


def gradient_descent(
    architecture: Architecture,
    parameters: Parameters,
    inputs: Points | torch.Tensor,
    loss: Loss,
    rate: float,
    epochs: int,
    *,
    averaged: bool = False,
    at: Collection[int] | None = None,
) -> Iterator[Epoch]:
    """theta <- theta - rate grad L from `parameters` (float64, left as they are), `epochs` times.

    `inputs` is n x d. L is the loss summed over the samples, or its mean if `averaged`; gradients are those of
    automatic differentiation, slopes 1(z > 0). Yields the epochs in `at` (number 0 is the start); by default the first
    and the last. Weight matrices change by products of rank n that are never formed. Raises ValueError on inputs,
    losses, rates or numbers of epochs that do not fit, at once.
    """
    problem = problem_of(architecture, parameters, inputs, loss)
    if epochs < 0 or not 0 < rate < float("inf"):
        raise ValueError(f"the rate must be positive and the number of epochs not negative, not {rate} and {epochs}")
    wanted = {0, epochs} if at is None else set(at)
    step = rate / loss.size if averaged else rate
    tape, weights = problem.tape, {name: array.copy() for name, array in problem.start.items()}

    def descend() -> Iterator[Epoch]:
        for number in range(epochs + 1):
            values = run(tape, weights, problem.inputs)
            outputs = values[-1][:, 0].copy()
            if number in wanted:
                yield Epoch(number, outputs, {name: torch.from_numpy(array) for name, array in weights.items()})
            if number == epochs:
                return
            gradients = point_gradients(tape, weights, values, point_slopes(tape, values))
            impulse = step * loss.flow_weights(outputs)
            pushes = {place: by_row(impulse, rows) * rows for place, rows in gradients.cotangents.items()}
            move(tape, weights, pushes, gradients.inputs)

    return descend()
