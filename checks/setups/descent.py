"""Plain gradient descent with short steps: what computed gradient flows are held against.

Nothing here is shared with `numerics.flow`: gradients are those of torch's automatic differentiation, steps explicit.
On a kink descent chatters from side to side; the Gram matrix of its gradients, *averaged* over a short while, is then
that of the flow that slides along the kink, which the Gram matrix at one instant, slopes 1(z > 0), is not.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from numerics.losses import Array, Loss
from numerics.networks.torch_network import forward
from theory.architecture import Architecture

WHILE = 0.05
"""Gradients are averaged over the last 5% of the time at each record."""
SHARE = 0.3
"""Length of a step, in units of 1 / (lambda_max(K_t) max_i l_i'')."""


@dataclass(frozen=True, eq=False)
class Descent:
    """Gradient descent at R times, the first of them t = 0, on n samples.

    log_t           (R,), -inf first
    outputs         (R, n), n the number of outputs at all samples
    gram            (R, n, n): of the gradients averaged over the last 5% of the time
    automatic_gram  (R, n, n): of the gradients at the time
    """

    loss: Loss
    log_t: Array
    outputs: Array
    gram: Array
    automatic_gram: Array

    @property
    def margins(self) -> Array:
        """s_i f_t(x_i), shape (R, n)."""
        return self.loss.signs * self.outputs


def descent(
    architecture: Architecture,
    start: Mapping[str, torch.Tensor],
    inputs: Array,
    loss: Loss,
    times: Iterable[float],
    share: float = SHARE,
) -> Descent:
    """Gradient descent from `start` (left as it is) to each of the increasing times; inputs: shape (n, d).

    With more rows than one in the last weight matrix the network has as many outputs; those of n samples are flattened
    sample by sample, as `numerics.networks.softmax` does.
    """
    times = list(times)
    records = list(_records(architecture, start, inputs, loss, times, share))
    outputs, gram, automatic = (np.array(column) for column in zip(*records, strict=True))
    with np.errstate(divide="ignore"):
        return Descent(loss, np.log([0.0, *times]), outputs, gram, automatic)


def all_outputs(
    architecture: Architecture, parameters: Mapping[str, torch.Tensor], inputs: torch.Tensor
) -> torch.Tensor:
    """The outputs at n samples, inputs n x d, flattened: shape (n C,), C the rows of the last weight matrix."""
    last = architecture.head[-1].weight.name  # type: ignore[union-attr]
    if len(parameters[last]) == 1:
        return forward(architecture, parameters, inputs)
    rows = torch.vmap(lambda row: forward(architecture, {**parameters, last: row[None]}, inputs))(parameters[last])
    return rows.T.reshape(-1)


def _records(
    architecture: Architecture,
    start: Mapping[str, torch.Tensor],
    inputs: Array,
    loss: Loss,
    times: list[float],
    share: float,
) -> Iterator[tuple[Array, Array, Array]]:
    """Outputs, averaged and automatic Gram matrix at t = 0 and at the times."""
    trained = [group.name for group in architecture.groups if group.trained]
    parameters = {name: tensor.clone().requires_grad_(name in trained) for name, tensor in start.items()}
    leaves = [parameters[name] for name in trained]
    points = torch.from_numpy(np.ascontiguousarray(inputs, dtype=float))

    def jacobian(outputs: torch.Tensor) -> list[torch.Tensor]:
        unit = torch.eye(len(outputs), dtype=torch.float64)
        return list(torch.autograd.grad(outputs, leaves, unit, is_grads_batched=True))

    def flattened(rows: list[torch.Tensor]) -> torch.Tensor:
        return torch.cat([row.reshape(len(row), -1) for row in rows], dim=1)

    def now() -> tuple[Array, Array]:
        outputs = all_outputs(architecture, parameters, points)
        rows = flattened(jacobian(outputs))
        return outputs.detach().numpy().copy(), (rows @ rows.T).numpy()

    def step(longest: float, total: torch.Tensor | None) -> float:
        outputs = all_outputs(architecture, parameters, points)
        values = outputs.detach().numpy()
        length = min(longest, share / (stiffness * float(loss.curvatures(values).max())))
        impulse = torch.from_numpy(length * loss.flow_weights(values))
        if total is None:
            changes = list(torch.autograd.grad(outputs, leaves, impulse))
        else:
            rows = jacobian(outputs)
            total += length * flattened(rows)
            changes = [torch.tensordot(impulse, row, 1) for row in rows]
        with torch.no_grad():
            for leaf, change in zip(leaves, changes, strict=True):
                leaf += change
        return length

    outputs, gram = now()
    stiffness = float(np.linalg.eigvalsh(gram)[-1])
    yield outputs, gram, gram
    time = 0.0
    for goal in times:
        begin = max(time, (1 - WHILE) * goal)
        while time < begin * (1 - 1e-12):
            time += step(begin - time, None)
        total = torch.zeros(len(outputs), sum(leaf.numel() for leaf in leaves), dtype=torch.float64)
        while time < goal * (1 - 1e-12):
            time += step(goal - time, total)
        mean = total.numpy() / (goal - begin)
        outputs, automatic = now()
        gram = mean @ mean.T
        stiffness = max(float(np.linalg.eigvalsh(one)[-1]) for one in (gram, automatic))
        yield outputs, gram, automatic


def log_spaced_times(log10_until: float, per_decade: int = 6, log10_first: float = -1) -> list[float]:
    """Times from 10^log10_first to 10^log10_until."""
    count = round((log10_until - log10_first) * per_decade) + 1
    return [math.pow(10, exponent) for exponent in np.linspace(log10_first, log10_until, count)]
