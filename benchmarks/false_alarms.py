"""Run the comparisons of K_0 with its limit at many fresh seeds and count false alarms and undecided ones.

    python -m benchmarks.false_alarms [--runs 200] [--share 0.1]

A share below 1 takes that part of the draws that a check takes. The false-alarm rate of a test does not depend on its
draws, only whether it decides does; share 1 is the checks' own size and takes about a minute a run.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from checks.budget import BUDGET
from checks.test_initialisation import COARSE, FINE, ITEMS, PAIR, UNBIASED, WIDTH, compare, draws_needed, with_total
from numerics.exact_law import sample_kernels
from numerics.kernels import FLOAT64, kernel_grams
from numerics.points import hexagon


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--share", type=float, default=0.1)
    options = parser.parse_args()
    alpha = BUDGET.alpha("limit:exact-law", 2 * ITEMS)
    cases = []
    for architecture, tolerance in FINE + COARSE + UNBIASED:
        points = hexagon() if (architecture, tolerance) in FINE else PAIR
        draws = max(8, int(options.share * draws_needed(architecture, points, tolerance, alpha, seed=0)))
        cases.append((architecture, tolerance, points, draws))
    found: Counter[str] = Counter()
    start = time.monotonic()
    for run in range(1, options.runs + 1):
        for architecture, tolerance, points, draws in cases:
            drawn = sample_kernels(architecture, points.coordinates(FLOAT64), WIDTH, draws, seed=10**6 + run).parts
            expected = kernel_grams(architecture, points).parts
            evidence = compare(with_total(drawn), with_total(expected), tolerance, alpha, WIDTH)
            found[evidence.verdict] += 1
            if evidence.verdict == "REFUTED":
                print(f"run {run}, {architecture.name}: {evidence.detail}", flush=True)
        if run % 10 == 0:
            print(f"{run} runs, {time.monotonic() - start:.0f} s: {dict(found)}", flush=True)
    return 1 if found["REFUTED"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
