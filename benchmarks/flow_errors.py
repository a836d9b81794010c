"""Are the error estimates of gradient flows honest? Claimed against true errors on two hundred problems.

    python -m benchmarks.flow_errors [--out FILE.csv] [--first N] [--jobs J] [--draw FIGURE.svg]

Two hundred problems drawn as those of `benchmarks.flow_grid`, but with a seed of their own, on which no constant was
chosen, cut to at most 6 points and width 48, are followed to t = 10^1.5 with error estimates, and again with a tenth
of the tolerance and steps of a tenth of the length, which stands for the truth. A row is one record time: the estimated
and the true error of the margins, the log of the loss, the entries of K_t and lambda_min(K_t). Records where the finer
run has last resorts that are off the energy identity by more than 1% have no truth here, and are counted apart.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import joblib
import numpy as np

from benchmarks.flow_grid import Problem, problems, read
from ntk_companion.files import write_whole
from numerics.flow import Accuracy, Recording, Trajectory, gradient_flow
from numerics.losses import logistic
from numerics.networks.parameters import initial_arrays

HERE = Path(__file__).resolve().parent
SIZE, FRESH, UNTIL, FINER = 200, 10_000, 1.5, 10
MOST_POINTS, MOST_WIDTH = 6, 48
MOST_DEFECT, BUDGET = 0.01, 1500
"""Of the finer run: the defect above which it is no truth, and sweeps, ten times as many at ten times the fineness."""
QUANTITIES = ("margin", "log_loss", "kernel", "lambda_min")


def chosen() -> list[Problem]:
    """Problems as those of the grid, made smaller where they are too large for the finer run."""
    return [
        replace(problem, size=1 + problem.size % MOST_POINTS, width=2 + problem.width % (MOST_WIDTH - 1))
        for problem in problems(FRESH)[:SIZE]
    ]


def follow(problem: Problem, accuracy: Accuracy, errors: bool) -> Trajectory:
    """The flow of a problem."""
    inputs = problem.points
    start = initial_arrays(problem.architecture, inputs.shape[1], problem.width, np.random.default_rng(problem.seed))
    labels = logistic([index % 2 for index in range(len(inputs))])
    with np.errstate(all="ignore"):
        return gradient_flow(
            problem.architecture, start, inputs, labels, UNTIL * math.log(10), accuracy=accuracy,
            recording=Recording(per_decade=2), errors=errors, most_steps=20_000,
        )  # fmt: skip


def compare(problem: Problem) -> list[dict[str, str]]:
    """A row for every record time after the start that both runs have."""
    usual = Accuracy()
    run = follow(problem, usual, errors=True)
    finer = replace(usual, tolerance=usual.tolerance / FINER, longest=usual.longest / FINER, budget=BUDGET)
    truth = follow(problem, finer, errors=False)
    pairs = {
        "margin": (run.margins, truth.margins),
        "log_loss": (run.log_loss, truth.log_loss),
        "kernel": (run.gram, truth.gram),
        "lambda_min": (run.lambda_min, truth.lambda_min),
    }
    rows = []
    for record in range(1, min(len(run), len(truth))):
        if run.log_t[record] != truth.log_t[record]:
            break
        row = {
            "number": str(problem.number),
            "log10_t": f"{run.log10_t[record]:.2f}",
            "parted": str(int(run.log_parted is not None and run.log_t[record] >= run.log_parted)),
            "defect": f"{run.last_resort_defects[record]:.1e}",
            "defect_of_truth": f"{truth.last_resort_defects[record]:.1e}",
        }
        for name, (values, exact) in pairs.items():
            claimed = getattr(run, f"{name}_error")
            assert claimed is not None
            row[f"{name}_claimed"] = f"{claimed[record]:.3e}"
            row[f"{name}_true"] = f"{np.abs(values[record] - exact[record]).max():.3e}"
            row[f"{name}_size"] = f"{np.abs(exact[record]).max():.3e}"
        rows.append(row)
    return rows


def summary(rows: list[dict[str, str]]) -> str:
    """How many recorded values lie outside their estimated errors, a line a quantity."""
    known = with_truth(rows)
    lines = [f"{len({row['number'] for row in rows})} problems, {len(rows)} records, {len(known)} of them with a truth"]
    rows = known
    for name in QUANTITIES:
        claimed, true = (np.array([float(row[f"{name}_{kind}"]) for row in rows]) for kind in ("claimed", "true"))
        outside = true > claimed
        share = np.median(claimed / np.array([max(float(row[f"{name}_size"]), 1e-12) for row in rows]))
        where = sorted({int(row["number"]) for row, out in zip(rows, outside, strict=True) if out})
        lines.append(
            f"{name}: {outside.sum()} outside ({100 * outside.mean():.2f}%), in problems {where}; median claim "
            f"{share:.1e} of the value"
        )
    return "\n".join(lines)


def with_truth(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The records at which the finer run closes the energy identity."""
    return [row for row in rows if float(row["defect_of_truth"]) <= MOST_DEFECT]


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Claimed against true errors, a point a record with a truth."""
    rows = with_truth(rows)
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(QUANTITIES), figsize=(13, 3.4), layout="constrained")
    for axis, name in zip(axes, QUANTITIES, strict=True):
        claimed, true = (np.array([float(row[f"{name}_{kind}"]) for row in rows]) for kind in ("claimed", "true"))
        axis.loglog(np.maximum(true, 1e-10), np.maximum(claimed, 1e-10), ".", markersize=2, rasterized=True)
        axis.axline((1e-6, 1e-6), (1.0, 1.0), color="black", linewidth=0.8)
        axis.set(title=name.replace("_", " "), xlabel="true error", ylabel="claimed error")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def run(out: Path, first: int, jobs: int) -> list[dict[str, str]]:
    """Compare the first problems that are not in FILE.csv.partial yet; the table."""
    partial = out.with_name(out.name + ".partial")
    rows = read(partial) if partial.exists() else []
    known = {int(row["number"]) for row in rows}
    calls = (joblib.delayed(compare)(problem) for problem in chosen()[:first] if problem.number not in known)
    for found in joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1)(calls):
        rows += found
        print(f"{len({row['number'] for row in rows})} problems", file=sys.stderr, flush=True)
        _write(partial, rows)
    partial.replace(out)
    return rows


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    rows = sorted(rows, key=lambda row: (int(row["number"]), float(row["log10_t"])))
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    write_whole(path, "\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "flow_errors.csv")
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
