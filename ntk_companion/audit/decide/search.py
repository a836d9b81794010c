"""Search for sample sets that settle a claim about a family of them, shrunk to the simplest one found."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ntk_companion.audit.decide.families import reason_for_all
from ntk_companion.audit.decide.witnesses import Decide, forget, remember
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import ExhaustedError, MeaninglessError
from ntk_companion.audit.syntax.nodes import Family, Not, Quantified
from ntk_companion.audit.syntax.vocabulary import SampleFamily
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number_at
from ntk_companion.evidence import Verdict
from ntk_companion.files import seed_of
from numerics.data.points import PointSet, RationalPoints, rational_points

WORDS = {
    Verdict.CONFIRMED: "true",
    Verdict.REFUTED: "false",
    Verdict.INCONCLUSIVE: "undecided",
    Verdict.VACUOUS: "true for a reason that says nothing",
}
MOST_EXAMPLES = 100
MOST_SHRINKS = 100
MOST_SEARCH_BITS = 512
MOST_POINTS, MOST_DIMENSION = 24, 20


def over_family(node: Quantified, domain: Family, environment: Environment, decide: Decide) -> Verdict:
    """Search for a refutation (of a universal claim) or a witness (of an existential one); else INCONCLUSIVE.

    Raises MeaninglessError if the assertion has no meaning for any sample set tried.
    """
    import hypothesis
    from hypothesis.errors import NoSuchExample

    most, dimension = (
        whole_number_at(number, environment, "a size of the family", 1, limit)
        for number, limit in zip(domain.numbers, (MOST_POINTS, MOST_DIMENSION), strict=True)
    )
    for body, outcome in ((node.body, Verdict.CONFIRMED), (Not(node.body.span, node.body), Verdict.REFUTED)):
        reason = None
        if not node.universal or outcome is Verdict.CONFIRMED:  # that something is false everywhere names no example
            reason = reason_for_all(body, domain.family, environment)
        if reason is not None:
            environment.log.kinds |= reason.kinds
            environment.log.note(f"{environment.case()}{reason.sentence}")
            return outcome
    settling = Verdict.REFUTED if node.universal else Verdict.CONFIRMED
    tried: list[Verdict] = []
    known: dict[Any, bool] = {}

    def settles(points: RationalPoints) -> bool:
        key = (points.denominator, str(points.numerators.tolist()))
        if key not in known:
            # Once found, an example is made simpler for a while only.
            spent = any(known.values()) and len(known) > MOST_EXAMPLES + MOST_SHRINKS
            known[key] = not spent and attempt(points)
        return known[key]

    def attempt(points: RationalPoints) -> bool:
        there = replace(environment.bind(node.variable, points), most_bits=MOST_SEARCH_BITS)
        there.memory.values.clear()
        try:
            tried.append(decide(node.body, there))
        except MeaninglessError:
            return False  # a claim that speaks of point 3 says nothing of sets of two points
        return tried[-1] is settling

    settings = hypothesis.settings(
        max_examples=MOST_EXAMPLES,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    seed = seed_of(environment.claim.text, environment.seed)
    try:
        found = hypothesis.find(
            _strategy(domain.family, most, dimension), settles, settings=settings, random=random.Random(seed)
        )
    except NoSuchExample:
        found = None
    environment.log.cases += len(tried)
    if found is not None:
        if environment.root and isinstance(node.body, Quantified):
            forget(node.body, environment)  # what the sets that were tried after it have left
            with contextlib.suppress(ExhaustedError):
                attempt(found)
        remember(node, plain(found), settling, environment, decide)
        return settling
    if known and not tried:
        raise MeaninglessError("the assertion has no meaning for any sample set that was tried")
    environment.log.note(_report(node.universal, tried, environment))
    return Verdict.INCONCLUSIVE


def _report(universal: bool, tried: list[Verdict], environment: Environment) -> str:
    """How far the search went, in a sentence."""
    outcomes = ", ".join(f"{WORDS[outcome]} on {count}" for outcome, count in Counter(tried).items())
    what = "counterexample" if universal else "example"
    return f"{environment.case()}no {what} among {len(tried)} sample sets (seed {environment.seed}); {outcomes}"


def plain(points: PointSet) -> PointSet:
    """The points under a name that shows them."""
    if not isinstance(points, RationalPoints) or points.unit_norm:
        return points
    rows = rows_of(points)
    shown = ", ".join("(" + ", ".join(map(str, row)) + ")" for row in rows)
    return rational_points("{" + shown + "}", rows)


def rows_of(points: RationalPoints) -> list[list[Fraction]]:
    """The n x d coordinates as fractions, a list a point."""
    return [[Fraction(int(value), points.denominator) for value in row] for row in points.numerators]


def _strategy(family: SampleFamily, most: int, dimension: int) -> Any:
    from hypothesis import strategies as st

    from ntk_companion.strategies import sample_sets

    strategies: dict[SampleFamily, Callable[[], Any]] = {
        vocabulary.DIFFERENT_POINTS: lambda: sample_sets(most, dimension),
        vocabulary.ANY_POINTS: lambda: sample_sets(most, dimension).flatmap(
            lambda points: st.lists(st.integers(0, len(points) - 1), min_size=1, max_size=most).map(
                lambda indices: rational_points("points", [rows_of(points)[index] for index in indices])
            )
        ),
        vocabulary.UNIT_POINTS: lambda: _unit_points(st, most, dimension),
    }
    return strategies[family]()


def _unit_points(st: Any, most: int, dimension: int) -> Any:
    """Different points of the unit sphere with rational coordinates, by stereographic projection."""

    def projected(parameters: tuple[Fraction, ...]) -> list[Fraction]:
        square = sum((value * value for value in parameters), Fraction(0))
        return [2 * value / (1 + square) for value in parameters] + [(1 - square) / (1 + square)]

    def sets(size: int) -> Any:
        parameter = st.fractions(-4, 4, max_denominator=12)
        row = st.tuples(*[parameter] * (size - 1))
        count = most if size > 1 else 1
        return st.lists(row, min_size=1, max_size=count, unique=True).map(
            lambda rows: rational_points("points", [projected(row) for row in rows])
        )

    return st.integers(min(2, dimension), dimension).flatmap(sets)
