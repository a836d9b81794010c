"""Flows that are hard to finish, each named by what is hard: equal and near points, shared kinks, huge scales.

    python -m benchmarks.flow_cases [NAME ...]

A row for each case, over its seeds: how the flows ended, the least log10 t reached, the seconds of the processor that
the slowest took, and the largest defect of the energy identity, share and defect of last resorts, and distance from
one at a tenth of the tolerance that lambda_min(K_t) has at the end, beside the error that the flow claims for it.
"""

import math
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from numerics.data.points import hexagon, sphere
from numerics.flow import Accuracy, Recording, Trajectory, gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.parameters import initial_arrays
from theory.architecture import Architecture, fcn, resnet

HEXAGON = hexagon().coordinates(FLOAT64)
NEAR = np.array([[1.0, 0.0], [-0.5, 0.8660254], [-0.5, -0.8660254], [1.000001, 0.0]])
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Case:
    """A network, its inputs, n x d, to t = 10^log10_until, from each of some seeds; labels alternate by default."""

    network: Architecture
    points: np.ndarray
    width: int
    log10_until: float
    seeds: range = range(1)
    labels: tuple[int, ...] = ()
    compared: bool = False
    """With error estimates, and beside a run at a tenth of the tolerance?"""

    def flow(self, seed: int, accuracy: Accuracy = Accuracy()) -> Trajectory:  # noqa: B008
        """The flow from this seed."""
        start = initial_arrays(self.network, self.points.shape[1], self.width, np.random.default_rng(seed))
        loss = logistic(self.labels or [index % 2 for index in range(len(self.points))])
        log_until = self.log10_until * math.log(10)
        with np.errstate(all="ignore"):
            return gradient_flow(
                self.network, start, self.points, loss, log_until, accuracy=accuracy,
                recording=Recording(per_decade=1), most_steps=MOST_STEPS, errors=self.compared,
            )  # fmt: skip


AGAIN = np.vstack([HEXAGON, HEXAGON[:1]])
CASES: dict[str, Case] = {
    "10 points on the sphere": Case(fcn(1), sphere(10, 3, 4).coordinates(FLOAT64), 50, 3, range(20)),
    "20 points on the sphere": Case(fcn(1), sphere(20, 5).coordinates(FLOAT64), 100, 3, range(6)),
    "hexagon, no biases": Case(fcn(1, "none"), HEXAGON, 64, 4),
    "hexagon, a point again with the other label": Case(fcn(2), AGAIN, 64, 4, range(4), (0, 1, 0, 1, 0, 1, 1)),
    "hexagon, a point again with its label": Case(fcn(2), AGAIN, 64, 4, range(4), (0, 1, 0, 1, 0, 1, 0)),
    "1e-6 apart with both labels": Case(fcn(1), NEAR, 64, 6, range(4)),
    "hexagon of norm 100": Case(fcn(2), 100 * HEXAGON, 64, 4, range(3)),
    "ResNet, alpha = 100": Case(resnet(3, 100), HEXAGON, 64, 4),
    "ResNet, alpha = 1e4": Case(resnet(3, 10**4), HEXAGON, 64, 4),
    "ResNet, alpha = 1e5": Case(resnet(3, 10**5), HEXAGON, 64, 4),
    "ResNet, alpha = 1e6": Case(resnet(3, 10**6), HEXAGON, 64, 4),
    "hexagon, depth 3, with errors": Case(fcn(3), HEXAGON, 64, 3, range(2), compared=True),
    "ResNet, depth 1, with errors": Case(resnet(1), HEXAGON, 64, 3, range(2), compared=True),
}


def row(case: Case) -> str:
    """What the flows of a case came to."""
    found, seconds, errors = [], [], []
    for seed in case.seeds:
        begun = time.process_time()
        flow = case.flow(seed)
        seconds.append(time.process_time() - begun)
        found.append(flow)
        if case.compared:
            finer = replace(case, compared=False).flow(seed, replace(Accuracy(), tolerance=Accuracy().tolerance / 10))
            apart = abs(finer.lambda_min[-1] - flow.lambda_min[-1])
            errors.append(f"{apart:.2g} of {flow.lambda_min[-1]:.3g}, claimed {flow.lambda_min_error[-1]:.2g}")
    ends = Counter(flow.status for flow in found)
    columns = [
        " ".join(f"{count} {status}," for status, count in ends.items()).rstrip(","),
        f"log10 t {min(flow.log10_t[-1] for flow in found):.2f}",
        f"{max(seconds):.2f} s",
        f"energy off by {max(abs(flow.energy_defect) for flow in found):.1e}",
        f"last resorts {max(flow.last_resort_share for flow in found):.1%} of the steps",
        f"off by {max(flow.last_resort_defect for flow in found):.1e}",
        *(f"lambda_min off by {error}" for error in errors),
    ]
    return "; ".join(columns)


def main(names: list[str]) -> None:
    """Run the cases of these names, or all."""
    if unknown := [name for name in names if name not in CASES]:
        raise SystemExit(f"no such case: {', '.join(unknown)}; there are: {'; '.join(CASES)}")
    for name in names or CASES:
        print(f"{name}: {row(CASES[name])}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
