"""Gradient flows of five hundred problems to t = 10^4: does each finish, how, and in how many seconds?

    python -m benchmarks.flow_grid [--out FILE.csv] [--first N] [--jobs J] [--draw FIGURE.svg]

The problems are drawn, with a fixed seed, from: points (hexagon, circle, sphere in d = 3, 5, 10, near or exact
duplicates on the sphere, points of norms 1e-2 to 1e2), 1 to 20 of them (log-uniformly), labels 0, 1, 0, ..; fully
connected networks of depth 1 to 3 and residual ones of depth 1 to 3 and scale 1e-2 to 1e4; biases trained or none;
widths 2 to 256 (log-uniformly); three seeds.
Rows are added to FILE.csv.partial as they come, and a run that is started again goes on there. A row has the processor
seconds on one core. Error estimates are left out, as they would double the work.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import joblib
import numpy as np
import sympy

from numerics.flow.integrate import Recording, gradient_flow
from numerics.losses import logistic
from numerics.networks.parameters import initial_arrays
from theory.architecture import Architecture, fcn, resnet

HERE = Path(__file__).resolve().parent
SIZE, UNTIL, MOST_SECONDS = 500, 4.0, 60.0
KINDS = ("hexagon", "circle", "sphere:3", "sphere:5", "sphere:10", "near", "equal", "norms")
SCALES = ("1/100", "1/10", "1", "10", "100", "1000", "10000")
MOST_STEPS = 50_000


@dataclass(frozen=True)
class Problem:
    """One flow: `kind` of points, `size` of them; `scale` is that of a residual network, empty for others."""

    number: int
    kind: str
    size: int
    depth: int
    scale: str
    bias: str
    width: int
    seed: int

    @property
    def architecture(self) -> Architecture:
        return resnet(self.depth, sympy.Rational(self.scale), self.bias) if self.scale else fcn(self.depth, self.bias)

    @property
    def points(self) -> np.ndarray:
        """The inputs, size x d."""
        generator = np.random.default_rng([self.number, 1])
        angles = 2 * math.pi * np.arange(1, self.size + 1) / (6 if self.kind == "hexagon" else self.size)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        if self.kind in ("hexagon", "circle"):
            return circle
        dimension = int(self.kind.partition(":")[2] or 3)
        points = generator.standard_normal((self.size, dimension))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        if self.kind == "norms":
            points *= 10 ** generator.uniform(-2, 2, (self.size, 1))
        half = self.size // 2
        if self.kind == "equal":
            points[half : 2 * half] = points[:half]
        if self.kind == "near":
            distances = 10 ** generator.uniform(-8, -2, (half, 1))
            points[half : 2 * half] = points[:half] + distances * generator.standard_normal((half, dimension))
        return points


def problems(first: int = 0) -> list[Problem]:
    """The five hundred; other ones, numbered from `first` on, if that is not 0."""
    generator = np.random.default_rng(2504 + first)
    found = []
    for number in range(first, first + SIZE):
        kind = KINDS[number % len(KINDS)]
        size = int((7 if kind == "hexagon" else 21) ** generator.random())
        residual = generator.random() < 0.5
        scale = str(generator.choice(SCALES)) if residual else ""
        depth, bias = int(generator.integers(1, 4)), str(generator.choice(["trained", "none"]))
        width = int(2 ** generator.uniform(1, 8))
        found.append(Problem(number, kind, size, depth, scale, bias, width, int(generator.integers(3))))
    return found


def solve(problem: Problem) -> dict[str, object]:
    """The row of a problem."""
    inputs = problem.points
    start = initial_arrays(problem.architecture, inputs.shape[1], problem.width, np.random.default_rng(problem.seed))
    begun = time.process_time()
    with np.errstate(all="ignore"):
        found = gradient_flow(
            problem.architecture,
            start,
            inputs,
            logistic([index % 2 for index in range(len(inputs))]),
            UNTIL * math.log(10),
            recording=Recording(per_decade=1),
            most_steps=MOST_STEPS,
            errors=False,
        )
        return asdict(problem) | {
            "status": found.status,
            "log10_t": f"{found.log10_t[-1]:.2f}",
            "seconds": f"{time.process_time() - begun:.2f}",
            "steps": int(found.steps[-1]),
            "sweeps": int(found.sweeps[-1]),
            "last_resort_share": f"{found.last_resort_share:.4f}",
            "last_resort_defect": f"{found.last_resort_defect:.2e}",
            "energy_defect": f"{found.energy_defect:.2e}",
            "log10_loss": f"{found.log_loss[-1] / math.log(10):.3f}",
        }


def run(out: Path, first: int, jobs: int) -> list[dict[str, str]]:
    """Solve the first problems that are not in FILE.csv.partial yet; the table, sorted."""
    partial = out.with_name(out.name + ".partial")
    done = read(partial) if partial.exists() else []
    known = {int(row["number"]) for row in done}
    waiting = [problem for problem in problems()[:first] if problem.number not in known]
    calls = (joblib.delayed(solve)(problem) for problem in waiting)
    for found in joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)(calls):
        row = {name: str(value) for name, value in found.items()}
        done.append(row)
        with partial.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(row)
        print("  ".join(row.values()), file=sys.stderr, flush=True)
    done.sort(key=lambda row: int(row["number"]))
    with partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(done[0]))
        writer.writeheader()
        writer.writerows(done)
    os.replace(partial, out)
    return done


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a recorded table."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def summary(rows: list[dict[str, str]]) -> str:
    """What the table says, in four lines."""
    seconds = np.array([float(row["seconds"]) for row in rows])
    defects = np.abs([float(row["energy_defect"]) for row in rows])
    shares = np.array([float(row["last_resort_share"]) for row in rows])
    ended = [row["number"] for row in rows if row["status"] not in ("finished", "at rest")]
    return "\n".join([
        f"{len(rows)} problems, {len(ended)} of them not finished: {', '.join(ended) or 'none'}",
        f"seconds: median {np.median(seconds):.2f}, largest {seconds.max():.1f}, sum {seconds.sum():.0f}; over "
        f"{MOST_SECONDS:.0f}: {(seconds > MOST_SECONDS).sum()}",
        f"energy defect: median {np.median(defects):.1e}, 99% below {np.quantile(defects, 0.99):.1e}, largest "
        f"{defects.max():.1e}",
        f"share of last-resort steps: none in {(shares == 0).sum()}, median {np.median(shares):.3f}, largest "
        f"{shares.max():.2f}",
    ])  # fmt: skip


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Seconds, energy defects and shares of last-resort steps, each as a sorted curve."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    columns = {"seconds": "processor seconds", "energy_defect": "|energy defect|", "last_resort_share": "last resorts"}
    for axis, (name, title) in zip(axes, columns.items(), strict=True):
        values = np.sort(np.abs([float(row[name]) for row in rows]))
        axis.plot(np.arange(1, len(values) + 1), values, ".", markersize=3, rasterized=True)
        axis.set(title=title, xlabel="problems, sorted")
        axis.set_yscale("linear" if name == "last_resort_share" else "log")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "flow_grid.csv")
    parser.add_argument("--first", type=int, default=SIZE, metavar="N", help="only the first N problems")
    parser.add_argument("--jobs", type=int, default=1, metavar="J", help="processes")
    parser.add_argument("--draw", type=Path, metavar="FIGURE.svg")
    options = parser.parse_args()
    rows = run(options.out, options.first, options.jobs)
    print(summary(rows))
    if options.draw:
        draw(rows, options.draw)


if __name__ == "__main__":
    main()
