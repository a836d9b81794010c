"""Generated claims whose truth is known by construction: no wrong verdict, and few left open."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from tests.oracles import claims


def verdicts(cases):
    """How often each verdict met each truth; fails on a wrong one."""
    counts = Counter()
    for start in range(0, len(cases), 500):
        block = cases[start : start + 500]
        text = claims.HEADER + "".join(case.toml(f"c{index}") for index, case in enumerate(block))
        for claim, case in zip(parse_claims(text.encode()).claims, block, strict=True):
            verdict = audit_claim(claim).verdict
            assert (verdict, case.truth) not in (("CONFIRMED", False), ("REFUTED", True), ("VACUOUS", False)), case
            counts[verdict, case.truth] += 1
    return counts


@pytest.mark.parametrize("seed", range(4), ids="500 claims, seed {}".format)
def test_no_false_claim_is_confirmed_and_no_true_one_refuted(seed):
    draw = random.Random(seed)
    counts = verdicts([claims.case(draw) for _ in range(500)])
    assert counts["CONFIRMED", True] > 120
    assert counts["REFUTED", False] > 120
    # The equality of numbers that are equal is proved, so that hardly any claim is left open.
    assert sum(count for (verdict, _), count in counts.items() if verdict == "INCONCLUSIVE") < 15


@pytest.mark.parametrize(
    "kind",
    [
        claims.of_kernel,
        claims.on_interval,
        claims.vacuous,
        claims.extreme_of_two,
        claims.of_sphere,
        claims.of_other_points,
        claims.of_depth,
    ],
)
def test_claims_of_one_kind_have_their_verdicts(kind):
    draw = random.Random(5)
    counts = verdicts([claims.Case(*kind(draw)) for _ in range(60)])
    assert sum(counts.values()) - sum(n for (verdict, _), n in counts.items() if verdict == "INCONCLUSIVE") > 50


def test_claims_about_trained_networks_have_their_verdicts():
    draw = random.Random(6)
    counts = verdicts([claims.Case(*claims.of_training(draw)) for _ in range(12)])
    assert counts["CONFIRMED", True] + counts["REFUTED", False] > 6
