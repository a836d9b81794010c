"""The judge and the ledger against a table of what every verdict must be."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from checks.companion.known import known_answers, record_answer
from ntk_companion import ledger
from ntk_companion.evidence import Evidence, Role, Verdict, certified, numerical, statistical, symbolic
from ntk_companion.judging import MutantKilled, Tally, check, judge_case
from ntk_companion.plugin import problem_of
from ntk_companion.statement import Finding, Severity, Statement

LEDGER = known_answers(
    "verdicts",
    "Verdicts, scopes, instances and the reasons for which a run fails follow from the evidence as stated",
    r"\text{REFUTED} > \text{INCONCLUSIVE} > \text{CONFIRMED} > \text{VACUOUS}",
    "a table of made-up statements with their evidence",
)

PLAIN = Statement("made:up", "t", "s", "1", "f", "q")
FOUND = dataclasses.replace(PLAIN, finding=Finding(Severity.TYPO, "wrong"))
CONFIRMED, REFUTED = certified(True, "yes"), certified(False, "no")
UNDECIDED, PROOF = certified(None, "unknown"), symbolic(Verdict.CONFIRMED, "all", covers_all=True)
CHANCE = statistical(True, "likely", false_alarm=3e-7)

Outcome = tuple[str, str, int, bool]
"""Verdict, scope, number of reasons for which the run fails, and whether the item itself fails."""


class Made(NamedTuple):
    """A made-up statement with the evidence of its check, of a mutant and of its corrected form, and what is right."""

    title: str
    statement: Statement
    own: tuple[Evidence, ...]
    mutant: tuple[Evidence, ...]
    outcome: Outcome
    corrected: tuple[Evidence, ...] = ()
    passed: bool = True


CASES = (
    Made("two confirmed", PLAIN, (CONFIRMED, CONFIRMED), (REFUTED,), ("CONFIRMED", "instances: 2", 0, False)),
    Made("a proof", PLAIN, (PROOF, CONFIRMED), (REFUTED,), ("CONFIRMED", "all", 0, False)),
    Made("a proof and a refutation", PLAIN, (PROOF, REFUTED), (REFUTED,), ("REFUTED", "instances: 2", 1, True)),
    Made("one undecided", PLAIN, (CONFIRMED, UNDECIDED), (REFUTED,), ("INCONCLUSIVE", "instances: 1", 1, False)),
    Made("nothing", PLAIN, (), (REFUTED,), ("INCONCLUSIVE", "instances: 0", 1, True)),
    Made("a mutant survives", PLAIN, (CONFIRMED,), (CONFIRMED,), ("CONFIRMED", "instances: 1", 1, True)),
    Made("a mutant undecided", PLAIN, (CONFIRMED,), (UNDECIDED,), ("CONFIRMED", "instances: 1", 1, True)),
    Made("a check that ended early", PLAIN, (CONFIRMED,), (REFUTED,), ("INCONCLUSIVE", "instances: 1", 1, False),
         passed=False),
    Made("a finding", FOUND, (REFUTED,), (REFUTED,), ("REFUTED", "instances: 1", 0, False), (CONFIRMED,)),
    Made("a finding confirmed", FOUND, (CONFIRMED,), (REFUTED,), ("CONFIRMED", "instances: 1", 1, False), (CONFIRMED,)),
    Made("its correction undecided", FOUND, (REFUTED,), (REFUTED,), ("REFUTED", "instances: 1", 1, True), (UNDECIDED,)),
    Made("sampling", PLAIN, (CHANCE, CHANCE, CHANCE), (REFUTED,), ("CONFIRMED", "instances: 3", 0, False)),
    Made("too much sampling", PLAIN, (CHANCE,) * 4, (REFUTED,), ("CONFIRMED", "instances: 4", 1, False)),
)  # fmt: skip


def item(case: Made, role: Role, evidence: Iterable[Evidence], name: str = "") -> dict[str, Any]:
    """A check item as the plugin gathers it, tallied from its evidence."""
    tally = Tally(role, refutation_expected=role is Role.STATEMENT and case.statement.finding is not None)
    passed = case.passed or role is not Role.STATEMENT
    try:
        for one in evidence:
            tally.add(one)
    except MutantKilled:
        pass
    except AssertionError:
        passed = False
    return {
        "statement": case.statement.record(), "role": role, "name": name, "tally": dataclasses.asdict(tally),
        "outcome": "passed" if passed else "failed", "seconds": 0.0, "cites": [],
        "problem": bool(problem_of(role, name, tally)) or (not passed and case.passed),
    }  # fmt: skip


Judged = Callable[[Made], Outcome]
BASELINE: Mapping[str, Any] = {"made:up": {"verdict": "CONFIRMED", "revision": 1}}


def judged(case: Made) -> Outcome:
    """What the ledger of this run says."""
    items = [item(case, Role.STATEMENT, case.own), item(case, Role.MUTANT, case.mutant, "wrong")]
    items += [item(case, Role.CORRECTED, case.corrected)] if case.corrected else []
    built = ledger.build(items, {"profile": "default", "seed": None})
    (entry,) = built["statements"]
    return entry["verdict"], entry["scope"], len(ledger.failures(built, BASELINE)), any(one["problem"] for one in items)


def verdict_is_known(claim: Judged, case: Made) -> None:
    """Are verdict, scope, failures of the run and failure of the item what they must be?"""
    found = claim(case)
    record_answer(found == case.outcome, f"{case.title}: {found}, known {case.outcome}")


def with_tally(change: Callable[[Made], Made]) -> Judged:
    """A ledger that sees other evidence than was given."""
    return lambda case: judged(change(case))


@check(
    LEDGER,
    judged,
    mutants={
        "undecided counts as confirmed": with_tally(
            lambda case: case._replace(own=tuple(CONFIRMED if one is UNDECIDED else one for one in case.own))
        ),
        "a surviving mutant is not seen": with_tally(lambda case: case._replace(mutant=(REFUTED,))),
        "a refutation is not seen": with_tally(
            lambda case: case._replace(own=tuple(one for one in case.own if one is not REFUTED))
        ),
        "instances counted once too often": lambda case: (
            judged(case)[0], judged(case)[1].replace("2", "3"), *judged(case)[2:]
        ),
        "the corrected form is not looked at": with_tally(
            lambda case: case._replace(corrected=(CONFIRMED,) if case.corrected else ())
        ),
        "false alarms are not added": with_tally(lambda case: case._replace(own=case.own[:3])),
    },
)  # fmt: skip
def test_verdicts_follow_from_the_evidence(claim):
    for case in CASES:
        judge_case(verdict_is_known, claim, case)


Kinds = Callable[[bool | None], Verdict]


def three_branches(claim: Kinds, answer: bool | None) -> None:
    """Is True CONFIRMED, False REFUTED, and None INCONCLUSIVE?"""
    known = {True: Verdict.CONFIRMED, False: Verdict.REFUTED, None: Verdict.INCONCLUSIVE}[answer]
    record_answer(claim(answer) is known, f"{answer} is {claim(answer)}")


@check(
    LEDGER,
    lambda answer: numerical(answer).verdict,
    mutants={"undecided is false": lambda answer: numerical(bool(answer)).verdict},
)
def test_undecided_is_inconclusive(claim):
    for answer in (True, False, None):
        judge_case(three_branches, claim, answer)
