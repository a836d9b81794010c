"""The judge and the ledger against a table of what every verdict must be."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from checks.companion.known import known_answers, record_answer
from ntk_companion import (
    Evidence,
    Finding,
    Hypothesis,
    Role,
    Severity,
    Statement,
    Verdict,
    certified,
    check,
    judge_case,
    ledger,
    numerical,
    random_seed,
    session_seed,
    statistical,
    symbolic,
)
from ntk_companion.judging import MutantKilled, Run, Tally, running
from ntk_companion.plugin import problem_of

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
    Made("its correction decided in part", FOUND, (REFUTED,), (REFUTED,), ("REFUTED", "instances: 1", 1, True),
         (CONFIRMED, UNDECIDED)),
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
    """What the ledger of this run says, the evidence in two check items where there is more than one piece of it."""
    shares = (case.own[:1], case.own[1:]) if len(case.own) > 1 else (case.own,)
    items = [item(case, Role.STATEMENT, own) for own in shares] + [item(case, Role.MUTANT, case.mutant, "wrong")]
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


EVEN = Hypothesis("even", "the number is even", lambda number: number % 2 == 0)
LARGE = Hypothesis("large", "the number is above 10", lambda number: number > 10)
BOTH = dataclasses.replace(PLAIN, id="made:both", hypotheses=(EVEN, LARGE))
Hypotheses = tuple[Hypothesis, ...]
Tried = tuple[Role, str, int, str]
"""Role, the hypothesis that is dropped, the case, and what becomes of it."""
TRIED: tuple[Tried, ...] = (
    (Role.STATEMENT, "", 12, "judged"),
    (Role.STATEMENT, "", 4, "vacuous"),
    (Role.STATEMENT, "", 13, "vacuous"),
    (Role.STATEMENT, "", 3, "vacuous"),
    (Role.MUTANT, "", 12, "judged"),
    (Role.MUTANT, "", 4, "vacuous"),
    (Role.COUNTEREXAMPLE, "even", 13, "a counterexample"),
    (Role.COUNTEREXAMPLE, "even", 12, "refused"),
    (Role.COUNTEREXAMPLE, "even", 3, "refused"),
    (Role.COUNTEREXAMPLE, "large", 4, "a counterexample"),
    (Role.COUNTEREXAMPLE, "large", 3, "refused"),
)


def tried_on(case: Tried, hypotheses: Hypotheses = BOTH.hypotheses) -> str:
    """What the judge makes of a case of a statement with these hypotheses."""
    role, dropped, number, _ = case
    tally, judged_numbers = Tally(role, refutation_expected=False), list[int]()
    statement = dataclasses.replace(BOTH, hypotheses=hypotheses)
    with running(Run(statement.id, tally, 0, False, statement, dropped)):
        try:
            judge_case(lambda _, one: judged_numbers.append(one), None, number)
        except AssertionError:
            return "refused"
    if tally.verdicts.get(Verdict.VACUOUS):
        return "vacuous"
    return ("a counterexample" if tally.on_a_case else "judged") if judged_numbers == [number] else "lost"


def hypotheses_are_evaluated(claim: Callable[[Tried], str], case: Tried) -> None:
    """Is a case judged only if all hypotheses hold on it, and a counterexample one that drops just its own?"""
    role, dropped, number, known = case
    found = claim(case)
    record_answer(found == known, f"{role} {dropped}, {number}: {found}, known {known}")


def without(*names: str) -> Callable[[Tried], str]:
    """Some hypotheses taken to hold always."""
    return lambda case: tried_on(
        case,
        tuple(dataclasses.replace(one, holds=lambda _: True) if one.name in names else one for one in BOTH.hypotheses),
    )


def either(case: Tried) -> str:
    """Wrong: one hypothesis that holds is enough."""
    enough = dataclasses.replace(EVEN, holds=lambda number: number % 2 == 0 or number > 10)
    return tried_on(case, (enough, dataclasses.replace(LARGE, holds=lambda number: number % 2 == 0 or number > 10)))


@check(
    LEDGER,
    tried_on,
    mutants={"the first not looked at": without("even"), "the last not looked at": without("large"), "either": either},
)
def test_cases_are_judged_where_their_hypotheses_hold(claim):
    for case in TRIED:
        judge_case(hypotheses_are_evaluated, claim, case)


MARGINS = (0.5, 0.1, 0.3)


def nearest_is_kept(claim: Callable[[tuple[float, ...]], tuple[float | None, str]], margins: tuple[float, ...]) -> None:
    """Is the least margin kept, and the case that has it?"""
    found = claim(margins)
    record_answer(found == (min(margins), f"case {min(margins)}"), f"margins {margins}: {found}")


def kept(margins: tuple[float, ...]) -> tuple[float | None, str]:
    """The margin and the confirmation that a tally keeps."""
    tally = Tally(Role.STATEMENT, refutation_expected=False)
    for margin in margins:
        tally.add(numerical(True, f"case {margin}", margin=margin))
    return tally.margin, tally.confirmation


@check(
    LEDGER,
    kept,
    mutants={
        "the largest": lambda margins: (max(margins), f"case {max(margins)}"),
        "the last": lambda margins: kept(margins[-1:]),
        "the first": lambda margins: kept(margins[:1]),
    },
)
def test_the_case_nearest_to_refutation_is_kept(claim):
    for margins in (MARGINS, MARGINS[::-1]):
        judge_case(nearest_is_kept, claim, margins)


Merged = tuple[int, int, int, bool]
"""Check items before and now, the revision now, and whether the new entry stands."""
MERGED: tuple[Merged, ...] = ((2, 2, 1, True), (2, 3, 1, True), (3, 2, 1, False), (3, 2, 2, True))


def newer_stands(claim: Callable[[Merged], bool], case: Merged) -> None:
    """Does the entry of a run stand just if it had no fewer items, or is of another revision?"""
    record_answer(claim(case) is case[3], f"{case[1]} items after {case[0]}, revision {case[2]}: {claim(case)}")


def stands(case: Merged) -> bool:
    """Is the new entry the one in the merged ledger?"""
    before, now, revision, _ = case

    def of(items: int, number: int, verdict: Evidence) -> dict[str, Any]:
        statement = dataclasses.replace(PLAIN, revision=number)
        made = Made("merged", statement, (verdict,), (REFUTED,), ("", "", 0, False))
        several = [item(made, Role.STATEMENT, (verdict,))] + [item(made, Role.MUTANT, (REFUTED,), "wrong")] * (
            items - 1
        )
        return ledger.build(several, {"profile": "default", "seed": None})

    merged, partly = ledger.merged(of(before, 1, UNDECIDED), of(now, revision, CONFIRMED))
    new = ledger.entry(merged, "made:up")["verdict"] == "CONFIRMED"
    return new and not partly


@check(
    LEDGER,
    stands,
    mutants={
        "always": lambda case: True,
        "only with more items": lambda case: case[1] > case[0] or case[2] > 1,
        "only of one revision": lambda case: stands(case) and case[2] == 1,
    },
)
def test_an_entry_stands_if_it_is_whole(claim):
    for case in MERGED:
        judge_case(newer_stands, claim, case)


Seeds = Callable[[str, str, int], tuple[int, int]]


def seeds(name: str, purpose: str, seed: int) -> tuple[int, int]:
    """`random_seed` and `session_seed` in a run of a statement with a seed."""
    statement = dataclasses.replace(PLAIN, id=name)
    with running(Run(name, Tally(Role.STATEMENT, refutation_expected=False), seed, False, statement)):
        return random_seed(purpose), session_seed()


def seeds_move(claim: Seeds, _: str) -> None:
    """Do all of `--seed`, the statement and the purpose change a check's seed, and nothing else?"""
    found = {arguments: claim(*arguments) for arguments in itertools.product("ab", "xy", (0, 1, 7))}
    record_answer(len({one for one, _ in found.values()}) == 12, "12 runs, 12 seeds")
    record_answer(all(session == seed for (_, _, seed), (_, session) in found.items()), "the seed of the session")
    record_answer(claim("a", "x", 1) == found["a", "x", 1], "the same again")


@check(
    LEDGER,
    seeds,
    mutants={
        "--seed ignored by checks": lambda name, purpose, seed: (seeds(name, purpose, 0)[0], seed),
        "--seed ignored by the session": lambda name, purpose, seed: (seeds(name, purpose, seed)[0], 0),
        "the statement ignored": lambda name, purpose, seed: seeds("a", purpose, seed),
        "the purpose ignored": lambda name, purpose, seed: seeds(name, "", seed),
    },
)
def test_seeds_follow_the_session_the_statement_and_the_purpose(claim):
    judge_case(seeds_move, claim, "all")


Shown = tuple[str, bool, bool, str]
"""The judge of a counterexample, whether hypotheses were evaluated on its case, whether it refuted, what that shows."""
SHOWN: tuple[Shown, ...] = (
    ("the statement's", True, True, "fails without it"),
    ("another", True, True, ledger.UNKNOWN),
    ("the statement's", False, True, ledger.UNKNOWN),
    ("the statement's", True, False, "not needed"),
)


def necessity(case: Shown) -> str:
    """What the ledger says of the hypothesis that a counterexample drops."""
    judge, on_a_case, refuted, _ = case
    made = Made("necessity", BOTH, (CONFIRMED,), (REFUTED,), ("", "", 0, False))
    own = item(made, Role.STATEMENT, made.own)
    attack = item(made, Role.COUNTEREXAMPLE, (REFUTED,) if refuted else (CONFIRMED,), EVEN.name)
    own["tally"]["judges"] = ["the statement's"]
    attack["tally"] |= {"judges": [judge], "on_a_case": on_a_case}
    (entry,) = ledger.build([own, attack], {"profile": "default", "seed": None})["statements"]
    return str(entry["necessity"][EVEN.name])


def necessity_is_known(claim: Callable[[Shown], str], case: Shown) -> None:
    """Is a hypothesis said to be needed only if the statement's own judge refuted it on a case where it alone fails?"""
    found = claim(case)
    record_answer(found.startswith(case[3]), f"{case[0]} judge, evaluated {case[1]}, refuted {case[2]}: {found}")


@check(
    LEDGER,
    necessity,
    mutants={
        "any judge": lambda case: necessity(("the statement's", *case[1:])),
        "any case": lambda case: necessity((case[0], True, *case[2:])),
        "any outcome": lambda case: necessity((*case[:2], True, case[3])),
    },
)
def test_a_hypothesis_is_needed_only_if_the_statements_own_judge_says_so(claim):
    for case in SHOWN:
        judge_case(necessity_is_known, claim, case)
