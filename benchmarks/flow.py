"""Gradient flow in log time beside plain gradient descent on the same network and machine.

    python -m benchmarks.flow [NAME ...]

A gradient is one forward and one backward pass over all samples. Descent takes the step 1 / lambda_max(K_0); from that
follow its gradients in the last decade of t, its seconds are measured over some epochs.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

import numpy as np
import torch

from numerics.data.points import circle, hexagon
from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import Recording, gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.torch_network import initialise
from theory.architecture import fcn, resnet


@dataclass(frozen=True)
class Case:
    name: str
    architecture: object
    width: int
    points: object
    decades: float
    per_decade: int = 2


CASES = (
    Case("two points, depth 1, 10^4, to 1e50", fcn(1), 10_000, circle(2), 50),
    Case("two points, depth 1, 10^4, to 1e400", fcn(1), 10_000, circle(2), 400),
    Case("two points, depth 1, 10^6, to 1e3", fcn(1), 10**6, circle(2), 3),
    Case("hexagon, depth 1, 300, to 100", fcn(1), 300, hexagon(), 2),
    Case("hexagon, depth 3, 1000, to 1e5", fcn(3), 1000, hexagon(), 5),
    Case("hexagon, ResNet depth 2, 256, to 1e5", resnet(2), 256, hexagon(), 5),
    Case("hexagon, depth 3, 4096, to 1", fcn(3), 4096, hexagon(), 0),
)
DESCENT = Case("10,000 epochs of descent, depth 3, 2000", fcn(3), 2000, hexagon(), 3)
HEADING = (
    "case", "seconds", "steps", "gradients", "gradients / decade", "of descent, last decade",
    "seconds / decade", "of descent, last decade, log10 s", "ms / gradient", "of descent",
)  # fmt: skip


def alternating(size: int) -> list[int]:
    return [index % 2 for index in range(size)]


def measure(case: Case) -> tuple[str, ...]:
    inputs = case.points.coordinates(FLOAT64)
    loss = logistic(alternating(len(inputs)))
    parameters = initialise(case.architecture, inputs.shape[1], case.width, np.random.default_rng(0))
    begun = time.perf_counter()
    log_until = case.decades * math.log(10)
    found = gradient_flow(case.architecture, parameters, inputs, loss, log_until, recording=Recording(case.per_decade))
    seconds = time.perf_counter() - begun
    gradients = int(found.sweeps[-1])
    decades = case.decades + 3  # records begin at 1e-3
    rate = 1 / found.lambda_max[0]
    in_last_decade = case.decades + math.log10(0.9 / rate)
    each = seconds_of_descent(case, parameters, inputs, loss, rate, epochs=20)
    return (
        case.name,
        f"{seconds:.2f}",
        str(found.steps[-1]),
        str(gradients),
        f"{gradients / decades:.1f}",
        f"10^{in_last_decade:.1f}",
        f"{seconds / decades:.3f}",
        f"{in_last_decade + math.log10(each):.1f}",
        f"{1e3 * seconds / gradients:.1f}",
        f"{1e3 * each:.1f}",
    )


def seconds_of_descent(case, parameters, inputs, loss, rate, epochs) -> float:
    begun = time.perf_counter()
    list(gradient_descent(case.architecture, parameters, inputs, loss, rate, epochs))
    return (time.perf_counter() - begun) / epochs


def main(names: list[str]) -> None:
    print(f"{torch.get_num_threads()} threads")
    rows = [HEADING]
    for case in CASES:
        if not names or any(name in case.name for name in names):
            rows.append(measure(case))
            print("  ".join(f"{title}: {cell}" for title, cell in zip(HEADING, rows[-1], strict=True)), flush=True)
    if not names or any(name in DESCENT.name for name in names):
        inputs = hexagon().coordinates(FLOAT64)
        parameters = initialise(DESCENT.architecture, 2, DESCENT.width, np.random.default_rng(0))
        each = seconds_of_descent(DESCENT, parameters, inputs, logistic(alternating(6)), 0.1, epochs=100)
        print(f"{DESCENT.name}: {1e4 * each:.0f} s, from 100 epochs")


if __name__ == "__main__":
    main(sys.argv[1:])
