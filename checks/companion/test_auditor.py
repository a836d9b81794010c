"""The auditor against claims of which the verdict is known by hand, and its comparisons where ends touch."""

import json
from collections.abc import Callable

import flint

from checks.companion.known import known_answers, record_answer
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.audit.syntax.vocabulary import Relation
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.ranges import Range
from ntk_companion.judging import check, judge_case

AUDITOR = known_answers(
    "auditor",
    "The auditor decides claims whose verdicts are known by hand, and leaves what touches undecided",
    r"\text{verdict} = \text{verdict by hand}",
    "claims on numbers, functions of u, quantifiers and Gram matrices",
)
OBJECTS = """
[networks.net]
family = "fcn"
depth = 3
[networks.plain]
family = "fcn"
depth = 1
bias = "none"
[points]
six = "hexagon"
twice = [[1, 2], [1, 2]]
"""

Known = tuple[str, str, str, str]
"""Verdict, assertion, network, points."""
CLAIMS: tuple[Known, ...] = (
    ("CONFIRMED", "K(1, 1) = 13", "net", "six"),
    ("REFUTED", "K(1, 1) = 13 + 1e-30", "net", "six"),
    ("CONFIRMED", "lambda_min(K) is about 1.775534017 to 10 digits", "net", "six"),
    ("REFUTED", "lambda_min(K) is about 1.775534018 to 10 digits", "net", "six"),
    ("CONFIRMED", "printed('3.6')(1, 1) = 20 and K(1, 1) = 13", "net", "six"),
    ("REFUTED", "K is positive definite", "plain", "six"),
    ("CONFIRMED", "lambda_min(K[net, twice]) = 0", "net", "six"),
    ("CONFIRMED", "gap_printed(K) is about 0.02466 and gap_sharp(K) is about 0.2959", "net", "six"),
    ("CONFIRMED", "k0(1/2) = 2/3 and k1(-1) = 0 and k1(0) = 1 / pi", "", ""),
    ("REFUTED", "k0(1/2) = 1/6", "", ""),
    ("CONFIRMED", "for all u in [-1, 1]: k1(u) >= u", "", ""),
    ("REFUTED", "for all u in [-1, 1]: k1(u) > u", "", ""),
    ("CONFIRMED", "for all u in [-1, 1]: u^2 >= 0 and |u| <= 1", "", ""),
    ("REFUTED", "for all u in [-1, 1]: u^2 >= 1/2", "", ""),
    ("CONFIRMED", "for all L in 1..4: L^2 < 17", "", ""),
    ("REFUTED", "for all L in 1..5: L^2 < 17", "", ""),
    ("CONFIRMED", "there exists u in [-1, 1]: k0(u) = 0.7", "", ""),
    ("REFUTED", "there exists u in [-1, 1]: k0(u) > 1.001", "", ""),
    ("INCONCLUSIVE", "exp(ln(2)) = 2", "", ""),
    ("INCONCLUSIVE", "sin(1)^2 + cos(1)^2 = 1", "", ""),
    ("INCONCLUSIVE", "ln(0) < 1", "", ""),
    ("VACUOUS", "for all L in 5..1: L = 0", "", ""),
    ("VACUOUS", "for all u in [0, 1]: if u > 2 then k0(u) = 7", "", ""),
    ("CONFIRMED", "1 + 1e-30 > 1 and 0.1 + 0.2 = 0.3", "", ""),
    ("REFUTED", "1 + 1e-300 = 1", "", ""),
)

Audit = Callable[[Known], str]


def audited(case: Known) -> str:
    """The auditor's verdict on a claim on its own, as a word."""
    _, assertion, network, points = case
    lines = [OBJECTS, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}"]
    lines += [f'{name} = "{value}"' for name, value in (("network", network), ("points", points)) if value]
    return str(audit_claim(parse_claims("\n".join(lines).encode()).claims[0]).verdict)


def verdict_is_that_by_hand(claim: Audit, case: Known) -> None:
    """Is the verdict the known one?"""
    found = claim(case)
    record_answer(found == case[0], f"{case[1]}: {found}, by hand {case[0]}")


def strict_for_weak(case: Known) -> str:
    """Wrong: >= read as >, <= as <."""
    return audited((case[0], case[1].replace(">=", ">").replace("<=", "<"), case[2], case[3]))


def in_doubles(case: Known) -> str:
    """Wrong: numbers too near one to be told apart in doubles."""
    return audited((case[0], case[1].replace("1e-300", "0").replace("1e-30", "0"), case[2], case[3]))


@check(
    AUDITOR,
    audited,
    mutants={
        "undecided is refuted": lambda case: {"INCONCLUSIVE": "REFUTED"}.get(audited(case), audited(case)),
        "vacuous is confirmed": lambda case: {"VACUOUS": "CONFIRMED"}.get(audited(case), audited(case)),
        "strict for weak": strict_for_weak,
        "in doubles": in_doubles,
    },
)
def test_claims_with_known_verdicts(claim):
    for case in CLAIMS:
        judge_case(verdict_is_that_by_hand, claim, case)


def between(lower: int, upper: int) -> Range:
    """The numbers between two whole ones."""
    return Range(flint.arb(lower), flint.arb(upper))


WIDE = Range(flint.arb(1, 0.5), flint.arb(2, 0.5))
UNDEFINED = ranges.UNDEFINED
Comparison = tuple[Range, str, Range, bool | None]
COMPARISONS: tuple[Comparison, ...] = (
    (between(1, 2), "<=", between(2, 3), True),
    (between(1, 2), "<", between(2, 3), None),
    (between(2, 3), "<", between(1, 2), False),
    (between(2, 3), "<=", between(1, 2), None),
    (between(3, 4), "<=", between(1, 2), False),
    (between(1, 3), "<", between(2, 4), None),
    (between(1, 2), ">=", between(0, 1), True),
    (between(1, 2), "=", between(3, 4), False),
    (between(1, 2), "=", between(1, 2), None),
    (ranges.point(2), "=", ranges.point(2), True),
    (ranges.point(flint.arb(2, 1e-9)), "=", ranges.point(2), None),
    (ranges.point(2), "!=", ranges.point(3), True),
    (UNDEFINED, "<", ranges.point(1), None),
    (UNDEFINED, "=", UNDEFINED, None),
    (WIDE, "<", ranges.point(3), True),
    (WIDE, "<=", ranges.point(2), None),
)
Compare = Callable[[Range, Relation, Range], bool | None]


def comparison_is_known(claim: Compare, case: Comparison) -> None:
    """Is the answer the known one: certain for all numbers, for none, or undecided?"""
    one, relation, other, known = case
    found = claim(one, Relation(relation), other)
    record_answer(found is known, f"[{one.lower}, {one.upper}] {relation} [{other.lower}, {other.upper}]: {found}")


def refuted_where_ends_touch(one: Range, relation: Relation, other: Range) -> bool | None:
    """Wrong: <= is refuted where the ends touch."""
    found = ranges.compare(one, relation, other)
    return False if found is None and relation is Relation.AT_MOST and one.lower >= other.upper else found


def overlap_is_equal(one: Range, relation: Relation, other: Range) -> bool | None:
    """Wrong: what overlaps is equal."""
    return (
        True if relation is Relation.EQUAL and one.lower.overlaps(other.lower) else ranges.compare(one, relation, other)
    )


def undecided_is_false(one: Range, relation: Relation, other: Range) -> bool:
    """Wrong: two branches, so that what is undecided is false."""
    return bool(ranges.compare(one, relation, other))


@check(
    AUDITOR,
    ranges.compare,
    mutants={
        "<= refuted where ends touch": refuted_where_ends_touch,
        "equality by overlap": overlap_is_equal,
        "two branches": undecided_is_false,
    },
)
def test_comparisons_of_ranges_have_three_answers(claim):
    for case in COMPARISONS:
        judge_case(comparison_is_known, claim, case)
