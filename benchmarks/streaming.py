"""One draw of K_0 from its exact law at ever larger widths: time in proportion, memory flat.

    python -m benchmarks.streaming [--widths 10000000 100000000 1000000000] [--depth 3] [--jobs 1]

Each width is a process of its own: the FCN on six points of the sphere of R^10. Width 10^9 takes about fifteen minutes
of processor time, eight at depth 2; jobs share the neurons of a draw.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.run import memory, runner, sphere, time


def main() -> None:
    """Draw once at every width and print seconds, processor seconds and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--widths", type=int, nargs="+", default=[10**7, 10**8, 10**9])
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    run = runner({"ours": Path(sys.executable)})
    with tempfile.TemporaryDirectory() as folder:
        points = Path(folder) / "points.npy"
        np.save(points, sphere(6))
        for width in options.widths:
            order = {"points": points, "depth": options.depth, "width": width, "jobs": options.jobs}
            found = run("ours", "exact_law", timeout=10**6, seconds=0.0, **order)
            processor = "" if "failed" in found else f", {found['processor_seconds']:.0f} s of processor time"
            print(f"width {width:.0e}: {time(found)}{processor}{memory(found)}", flush=True)


if __name__ == "__main__":
    main()
