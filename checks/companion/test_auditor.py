"""The auditor against claims of which the verdict is known by hand, and its comparisons where ends touch."""

import json
import math
from collections.abc import Callable

import flint
import numpy as np

from checks.companion.known import known_answers, record_answer, record_number
from ntk_companion import check, judge_case
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.audit.syntax.vocabulary import Relation
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.ranges import Range
from ntk_companion.audit.values.trajectory_bounds import Setting, TrajectoryBounds, trajectory_bounds
from numerics.data.points import circle
from numerics.kernels.gram import FLOAT64
from theory.architecture import fcn

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
[formulas."3.6"]
network = "net"
text = [
    "Sigma(1) = inner + 1",
    "Sigma(l + 1) = 2 * (moment(Sigma(l)) + 1) for l in 1..L",
    "Theta(1) = Sigma(1)",
    "Theta(l + 1) = 2 * Theta(l) * slope_moment(Sigma(l)) + Sigma(l + 1) for l in 1..L",
]
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
    ("REFUTED", "for all u in [-2, -1]: u^2 <= 3", "", ""),
    ("REFUTED", "for all u in [-2, -1]: (u^2 - 2)^2 >= 1/1000", "", ""),
    ("CONFIRMED", "for all u in [-2, -1]: u^2 <= 4 and u^3 <= -1", "", ""),
    ("REFUTED", "for all u in [0, 4]: u / (1 + u^2) <= 2/5", "", ""),
    ("CONFIRMED", "for all u in [0, 4]: u / (1 + u) <= 4/5", "", ""),
    ("REFUTED", "for all u in [0, 1]: (u - 3/4)^2 >= 1/1000", "", ""),
    ("CONFIRMED", "100400 is about 100000 to 3 digits", "", ""),
    ("REFUTED", "100600 is about 100000 to 3 digits", "", ""),
    ("REFUTED", "0.0106 is about 0.01 to 2 digits", "", ""),
    ("INCONCLUSIVE", "1 < 2 and sin(1)^2 + cos(1)^2 = 1", "", ""),
    ("REFUTED", "2 < 1 and sin(1)^2 + cos(1)^2 = 1", "", ""),
    ("CONFIRMED", "1 < 2 or sin(1)^2 + cos(1)^2 = 1", "", ""),
    ("INCONCLUSIVE", "2 < 1 or sin(1)^2 + cos(1)^2 = 1", "", ""),
    ("VACUOUS", "if sin(1)^2 + cos(1)^2 = 1 then 1 < 2", "", ""),
    ("INCONCLUSIVE", "if sin(1)^2 + cos(1)^2 = 1 then 2 < 1", "", ""),
    ("REFUTED", "if 1 < 2 then 2 < 1", "", ""),
    ("REFUTED", "not (for all L in 5..1: L = 0)", "", ""),
    ("CONFIRMED", "not (2 < 1)", "", ""),
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


TRAINED = """
[networks.net]
family = "fcn"
depth = 1
[networks.head]
family = "fcn"
depth = 1
trained = ["W_2"]
[points]
two = "circle:2"
one = [[1]]
"""
Trained = tuple[str, str, str, str, str]
"""Verdict and scope, assertion, network, points, training."""
ONE_RUN, THREE, FORTY = (
    '{ width = 20, until = "100" }', '{ width = 5, until = "1", seeds = 3 }', "{ width = 5, until = 0, seeds = 40 }"
)  # fmt: skip
AN_INSTANCE = "instances: 1"
IDENTITY = "|loss(1) - ln(1 + exp(-margin(1, 1))) - ln(1 + exp(-margin(2, 1)))|"
CONSTANT_KERNEL = "margin(1, 100) + exp(margin(1, 100)) - margin(1, 0) - exp(margin(1, 0))"
"""Along the flow of one sample at a constant kernel K this is 100 K."""
CLAIMS_ON_TRAINING: tuple[Trained, ...] = (
    ("CONFIRMED " + AN_INSTANCE, "output(1, 100) < 0 < output(2, 100)", "net", "two", ONE_RUN),
    ("REFUTED " + AN_INSTANCE, "output(1, 100) > 0", "net", "two", ONE_RUN),
    ("CONFIRMED " + AN_INSTANCE, "0 < loss(100) < loss(1) < loss(0)", "net", "two", ONE_RUN),
    ("CONFIRMED " + AN_INSTANCE, "drift(0) < 1e-6 and drift(100) > 1/100", "net", "two", ONE_RUN),
    ("VACUOUS " + AN_INSTANCE, "gap(100) > 1e-9", "net", "two", ONE_RUN),
    ("CONFIRMED " + AN_INSTANCE, f"{IDENTITY} < 1/50", "net", "two", ONE_RUN),
    ("INCONCLUSIVE instances: 0", f"{IDENTITY} < 1e-6", "net", "two", ONE_RUN),
    ("CONFIRMED " + AN_INSTANCE, f"|{CONSTANT_KERNEL} - 100 * K_t(0)(1, 1)| < 1", "head", "one", ONE_RUN),
    ("CONFIRMED instances: 3", "loss(1) < loss(0)", "net", "two", THREE),
    ("REFUTED " + AN_INSTANCE, "loss(1) > loss(0)", "net", "two", THREE),
    ("CONFIRMED instances: 40", "probability(gap(0) > 0) > 1/2", "net", "two", FORTY),
    ("INCONCLUSIVE instances: 40", "probability(gap(0) > 0) > 9/10", "net", "two", FORTY),
    ("CONFIRMED instances: 40", "probability(gap(0) < 0) < 1/2", "net", "two", FORTY),
)


def audited_on_training(case: Trained) -> str:
    """The auditor's verdict and scope."""
    _, assertion, network, points, training = case
    lines = [TRAINED, "[[claim]]", 'id = "c"', f"assertion = {json.dumps(assertion)}", f'network = "{network}"']
    lines += [f'points = "{points}"', f"labels = {[1] if points == 'one' else json.dumps('alternating')}"]
    reply = audit_claim(parse_claims("\n".join([*lines, f"training = {training}"]).encode()).claims[0])
    return f"{reply.verdict} {reply.scope}"


def answer_on_training_is_that_by_hand(claim: Callable[[Trained], str], case: Trained) -> None:
    """Are verdict and scope the known ones?"""
    found = claim(case)
    record_number(found == case[0], f"{case[1]}: {found}, by hand {case[0]}")


@check(
    AUDITOR,
    audited_on_training,
    mutants={
        "vacuous is confirmed": lambda case: audited_on_training(case).replace("VACUOUS", "CONFIRMED"),
        "a network too few": lambda case: audited_on_training((*case[:4], case[4].replace("= 3", "= 2"))),
        "all for one": lambda case: audited_on_training(case).replace(AN_INSTANCE, "all"),
        "ten times the time": lambda case: audited_on_training(
            (case[0], case[1].replace(", 100)", ", 10)"), *case[2:])
        ),
    },
)
def test_claims_on_training_with_known_verdicts(claim):
    for case in CLAIMS_ON_TRAINING:
        judge_case(answer_on_training_is_that_by_hand, claim, case)


Read = Callable[[TrajectoryBounds, str, float, float], tuple[float, float]]


def made_up_bounds() -> TrajectoryBounds:
    """A gap known to within 1/2 at t = 0, 1, 10 and 100."""
    lower = np.array([0.0, 1.0, 2.0, 3.0])
    return TrajectoryBounds(np.log([1e-300, 1.0, 10.0, 100.0]), {"gap": (lower, lower + 0.5)}, "", False, 0)


ROOT, END = math.log(1e-300), math.log(100)
READINGS: tuple[tuple[str, float, float, tuple[float, float]], ...] = (
    ("crossing", 1.2, 1.2, (ROOT, math.log(10))),
    ("crossing", 2.2, 2.2, (0.0, END)),
    ("crossing", 3.2, 3.2, (math.log(10), math.inf)),
    ("crossing", 9.0, 9.0, (END, math.inf)),
    ("crossing", -1.0, -1.0, (-math.inf, ROOT)),
    ("between", math.log(10), math.log(10), (2.0, 2.5)),
    ("between", math.log(20), math.log(30), (2.0, 3.5)),
    ("between", math.log(0.1), math.log(5), (0.0, 2.5)),
)


def read(found: TrajectoryBounds, what: str, low: float, high: float) -> tuple[float, float]:
    """A time of crossing, or a value between two times."""
    if what == "crossing":
        return found.crossing(low, high)
    lower, upper = found.between("gap", low, high)
    return float(lower), float(upper)


def readings_are_known(claim: Read, case: tuple[str, float, float, tuple[float, float]]) -> None:
    """Is the answer the known one: no earlier, nor later, than what is possible, and what is sure?"""
    what, low, high, known = case
    found = claim(made_up_bounds(), what, low, high)
    shown = (" to ".join(f"{value:.6g}" for value in each) for each in (found, known))
    record_number(np.allclose(found, known), f"{what} {low:.3g} to {high:.3g}: {', known '.join(shown)}")


def a_record_late(found: TrajectoryBounds, what: str, low: float, high: float) -> tuple[float, float]:
    """Wrong: a crossing no earlier than the record where it is possible."""
    first, latest = read(found, what, low, high)
    place = int(np.searchsorted(found.log_t, first)) + 1
    return (float(found.log_t[min(place, 3)]) if what == "crossing" else first), latest


@check(
    AUDITOR,
    read,
    mutants={
        "a record late": a_record_late,
        "one side": lambda found, what, low, high: (read(found, what, low, high)[0],) * 2,
        "one time": lambda found, what, low, high: read(found, what, low, low),
    },
)
def test_times_and_values_between_records(claim):
    for case in READINGS:
        judge_case(readings_are_known, claim, case)


def jumps_are_within_the_errors(claim: Callable[[TrajectoryBounds], tuple[np.ndarray, np.ndarray]], seed: int) -> None:
    """Do the bounds of the kernel at a record hold the middle of those at the records beside it?"""
    points = circle(2)
    coordinates = tuple(map(tuple, points.coordinates(FLOAT64).tolist()))
    found = trajectory_bounds(Setting(fcn(1), points, coordinates, (0, 1), 20, math.log(100.0), (), seed))
    kernel = np.mean(found.bounds["kernel"], axis=0)
    lower, upper = claim(found)
    beside = [(slice(2, None), slice(1, -1)), (slice(1, -1), slice(2, None))]
    right = all(bool(np.all((lower[at] <= kernel[of]) & (kernel[of] <= upper[at]))) for at, of in beside)
    record_number(right, f"network {seed}, {len(kernel)} records")


@check(
    AUDITOR,
    lambda found: found.bounds["kernel"],
    mutants={
        "half of the error": lambda found: tuple(
            np.mean(found.bounds["kernel"], axis=0) + (end - np.mean(found.bounds["kernel"], axis=0)) / 2
            for end in found.bounds["kernel"]
        )
    },
)
def test_the_error_of_a_kernel_holds_its_jumps(claim, first_seed):
    for seed in range(first_seed, first_seed + 2):
        judge_case(jumps_are_within_the_errors, claim, seed)
