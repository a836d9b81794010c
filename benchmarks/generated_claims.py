"""Audit many generated claims whose truth is known without the deciding code; count verdicts, and tell what was wrong.

    python -m benchmarks.generated_claims [--claims 100000] [--seed 1]

A claim is wrong if it is CONFIRMED or VACUOUS and false, or REFUTED and true. The longest and what crashed are told.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from tests.oracles.claims import HEADER, Case, case

BLOCK = 500
MOST_SECONDS = 120
"""Of processor time: what one claim may take."""


def run(number: int, seed: int) -> tuple[Counter[str], list[str], float]:
    """Verdicts by truth, the wrong, crashed and overlong claims, and the longest time in seconds."""
    draw, counts, faults, longest = random.Random(seed), Counter[str](), list[str](), 0.0
    for start in range(0, number, BLOCK):
        block = [case(draw) for _ in range(min(BLOCK, number - start))]
        text = HEADER + "".join(one.toml(f"c{index}") for index, one in enumerate(block))
        for claim, one in zip(parse_claims(text.encode()).claims, block, strict=True):
            started = time.process_time()
            try:
                verdict = audit_claim(claim, seed=seed).verdict
            except Exception as error:  # a crash is what is looked for
                verdict = f"crashed, {type(error).__name__}"
            seconds = time.process_time() - started
            longest = max(longest, seconds)
            counts[f"{verdict} {str(one.truth).lower()}"] += 1
            if _is_wrong(verdict, one) or seconds > MOST_SECONDS:
                faults.append(f"{verdict}, {seconds:.1f} s: {one}")
        print(f"{start + len(block)} claims", end="\r", file=sys.stderr)
    return counts, faults, longest


def _is_wrong(verdict: str, one: Case) -> bool:
    wrong = ("REFUTED",) if one.truth else ("CONFIRMED", "VACUOUS")
    return verdict in wrong or verdict.startswith("crashed")


def main() -> int:
    """Run as the command line says; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args()
    counts, faults, longest = run(options.claims, options.seed)
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    print(f"{len(faults)} wrong, crashed or overlong; the longest took {longest:.1f} s of processor time")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
