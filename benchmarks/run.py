"""Measure this project and its peers side by side, in one run.

    python -m benchmarks.run [kernel] [draws] [promises] [--peers DIR] [--quick]

kernel: analytic Gram matrices and lambda_min. draws: the empirical NTK at initialisation, weights counted. promises:
what this project says of its own speed. Every measurement is a process of its own, so that running out of memory or
time ends that one only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.environment import DEFAULT, HERE, peer_python

DEPTH = 3
DIMENSION = 10
WIDTHS = (512, 2000, 8000)
SIZES = (6, 100)
METHODS = {
    "exact law": ("ours", "exact_law"),
    "explicit": ("ours", "explicit"),
    "torch.func Jacobian": ("ours", "jacobian"),
    "neural-tangents": ("peers", "structured"),
}

Run = Callable[..., dict[str, Any]]


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmarks", nargs="*", metavar="kernel|draws|promises")
    parser.add_argument("--peers", type=Path, default=DEFAULT, metavar="DIR", help="the peers' environment")
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    options = parser.parse_args()
    chosen = {"kernel": kernels, "draws": draws, "promises": promises}
    unknown = set(options.benchmarks) - chosen.keys()
    if unknown:
        parser.error(f"no benchmark {sorted(unknown)}: choose from {', '.join(chosen)}")
    names = options.benchmarks or list(chosen)
    python: dict[str, Path | None] = {"ours": Path(sys.executable), "peers": None}
    if set(names) - {"promises"}:
        python["peers"], reason = peer_python(options.peers)
        if reason:
            print(f"neural-tangents is skipped: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            chosen[name](runner(python), Path(folder), options.quick)


def runner(python: dict[str, Path | None]) -> Run:
    """Runs a job in the environment it belongs to; {"failed": why} if it does not come back."""
    memory = int(0.5 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))

    def run(side: str, job: str, timeout: float = 300, **order: Any) -> dict[str, Any]:
        interpreter = python[side]
        if interpreter is None:
            return {"failed": "skipped"}
        values = {key: str(value) if isinstance(value, Path) else value for key, value in order.items()}
        try:
            found = subprocess.run(
                [interpreter, HERE / f"{side}.py"],
                input=json.dumps({"job": job, "memory": memory} | values),
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"over {timeout:.0f} s"}
        if found.returncode:
            return {"failed": _reason(found.stderr)}
        return json.loads(found.stdout.splitlines()[-1])

    return run


def _reason(errors: str) -> str:
    if any(
        word in errors for word in ("MemoryError", "out of memory", "Out of memory", "RESOURCE_EXHAUSTED", "bad_alloc")
    ):
        return "out of memory"
    return (errors.strip().splitlines() or ["killed"])[-1][:60]


def kernels(run: Run, folder: Path, quick: bool) -> None:
    """Time and accuracy of the Gram matrix of the FCN, and of lambda_min."""
    print(f"\nGram matrix of the FCN, depth {DEPTH}, float64, points on the sphere of R^{DIMENSION}")
    print("errors: largest, relative to sqrt(K(x,x) K(x',x')), against balls on the first 100 points")
    rows = []
    for size in (100, 300) if quick else (100, 300, 1000):
        inputs = sphere(size)
        ours, theirs, errors = both(run, folder, inputs)
        rows.append(
            (
                size,
                time(ours),
                time(ours, "numpy"),
                time(theirs),
                ratio(theirs, ours),
                *errors,
                time(ours, "spectrum"),
                time(theirs, "spectrum"),
            )
        )
    headings = (
        "n",
        "compiled",
        "numpy",
        "n-t",
        "ratio",
        "error",
        "n-t error",
        "on its diagonal",
        "certified",
        "n-t eigvalsh",
    )
    table(headings, rows)
    print("certified: Gram matrix in balls and a proved lambda_min to 3 digits; n-t eigvalsh: its matrix, no proof")
    edges(run, folder)


def edges(run: Run, folder: Path) -> None:
    """A close pair and huge points."""
    base = np.zeros(DIMENSION)
    base[0] = 1.0
    print("\nEdges: lambda_min of two points (ours: the proved bounds)")
    rows = []
    for name, inputs in (
        ("1e-6 apart", np.stack([base, base + 1e-6 * np.eye(DIMENSION)[1]])),
        ("1e-9 apart", np.stack([base, base + 1e-9 * np.eye(DIMENSION)[1]])),
        ("|x| = 1e80", 1e80 * np.eye(DIMENSION)[:2]),
        ("|x| = 1e150", 1e150 * np.eye(DIMENSION)[:2]),
    ):
        ours, theirs, (error, their_error, _) = both(run, folder, inputs)
        bounds = ours.get("failed") or " .. ".join(ours["lambda_min"])
        rows.append((name, bounds, theirs.get("failed") or theirs["lambda_min"], error, their_error))
    table(("points", "ours", "n-t", "error", "n-t error"), rows)


def both(run: Run, folder: Path, inputs: np.ndarray) -> tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]:
    """The kernel by both, and their errors on the first points; of the peer also on the diagonal."""
    points, few = folder / "points.npy", folder / "few.npy"
    np.save(points, inputs)
    np.save(few, inputs[:100])
    outputs = [folder / f"{name}.npy" for name in ("ours", "peers", "balls")]
    ours = run("ours", "kernel", points=points, depth=DEPTH, output=outputs[0])
    theirs = run("peers", "kernel", points=points, depth=DEPTH, output=outputs[1])
    truth = run("ours", "certified", points=few, depth=DEPTH, output=outputs[2], bits=160)
    if "failed" in truth:
        return ours, theirs, ("", "", "")
    balls = np.load(outputs[2])
    own, other = (
        np.full(balls.shape, np.nan) if "failed" in found else deviation(np.load(output)[:100, :100], balls)
        for found, output in ((ours, outputs[0]), (theirs, outputs[1]))
    )
    return ours, theirs, (number(own.max()), number(other.max()), number(other.diagonal().max()))


def deviation(matrix: np.ndarray, balls: np.ndarray) -> np.ndarray:
    """Errors relative to sqrt(K(x,x) K(x',x'))."""
    roots = np.sqrt(balls.diagonal())
    with np.errstate(all="ignore"):
        return np.abs(matrix - balls) / roots[:, None] / roots


def draws(run: Run, folder: Path, quick: bool) -> None:
    """Seconds for one draw of K_0, weights counted."""
    print(f"\nOne draw of K_0, FCN, depth {DEPTH}, R^{DIMENSION}, float64, weights counted; seconds (peak memory)")
    rows = []
    for size in SIZES:
        points = folder / "draws.npy"
        np.save(points, sphere(size))
        for width in WIDTHS[:2] if quick else WIDTHS:
            found = [
                run(side, job, points=points, depth=DEPTH, width=width, seconds=10.0) for side, job in METHODS.values()
            ]
            rows.append((size, width, *(f"{time(one)}{memory(one)}" for one in found), ratio(found[3], found[0])))
    table(("n", "width", *METHODS, "n-t / exact law"), rows)


def promises(run: Run, folder: Path, quick: bool) -> None:
    """What the design says of speed, where no peer is beside it."""
    print("\nPromises, on this machine's cores")
    points = {size: folder / f"{size}.npy" for size in (6, 100, 1000, 3000, 10_000)}
    for size, file in points.items():
        np.save(file, sphere(size))
    wide = {"points": points[6], "depth": 3, "width": 10**7, "seconds": 1.0, "jobs": os.cpu_count() or 1}
    hexagon = "gram --network fcn --depth 3 --points hexagon"
    late = "flow --network fcn --depth 1 --width 10000 --points circle:2 --labels alternating --until 1e50"
    measured: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
        ("gram on six points, from the shell", "1 s"): lambda: run("ours", "shell", arguments=hexagon),
        ("--help", "0.15 s"): lambda: run("ours", "shell", arguments="--help"),
        ("statements", "1 s"): lambda: run("ours", "shell", arguments="statements"),
        ("a missing file", "0.3 s"): lambda: run("ours", "shell", arguments="audit missing.toml", code=2),
        ("gram in balls, 50 digits, n = 100, depth 3", "0.1 s"): lambda: run(
            "ours", "balls", points=points[100], depth=3, digits=50
        ),
        ("lambda_min certified, n = 1000, depth 3", "0.6 s"): lambda: run(
            "ours", "certificate", points=points[1000], depth=3
        ),
        ("flow on two opposite points, width 10^4, to 1e50", "5 s"): lambda: run("ours", "shell", arguments=late),
    }
    large: dict[tuple[str, str], Callable[[], dict[str, Any]]] = {
        ("lambda_min certified, n = 3000, depth 3", "15 s"): lambda: run(
            "ours", "certificate", points=points[3000], depth=3
        ),
        ("lambda_min certified, n = 10,000, depth 3", "within memory"): lambda: run(
            "ours", "certificate", 900, points=points[10_000], depth=3
        ),
        ("one draw at width 10^7, n = 6, depth 3", "10 s"): lambda: run("ours", "exact_law", **wide),
    }
    rows = []
    for (what, promised), measure in (measured if quick else measured | large).items():
        found = measure()
        rows.append((what, promised, time(found), memory(found)))
    table(("what", "promised", "measured", "peak memory"), rows)


def sphere(size: int) -> np.ndarray:
    """Points of norm 1, as doubles."""
    points = np.random.default_rng(0).standard_normal((size, DIMENSION))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def time(found: dict[str, Any], key: str = "seconds") -> str:
    """Seconds as text, or why there are none."""
    return found.get("failed") or f"{found[key]:.3g} s"


def memory(found: dict[str, Any]) -> str:
    """The peak memory of a measurement as text."""
    return "" if "failed" in found else f" ({found['peak_bytes'] / 1e9:.2g} GB)"


def ratio(slower: dict[str, Any], faster: dict[str, Any]) -> str:
    """How many times as long the first took."""
    return "" if "failed" in slower or "failed" in faster else f"{slower['seconds'] / faster['seconds']:.2g}"


def number(value: float) -> str:
    """A number in short."""
    return f"{value:.1e}"


def table(headings: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns."""
    cells = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
