"""The one judge: statements, corrected forms, mutants and counterexamples are decided, counted and told apart here."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from ntk_companion.coordinates import coordinates
from ntk_companion.evidence import Evidence, Role, Theorem, Verdict
from ntk_companion.files import seed_of
from ntk_companion.statement import Hypothesis, Statement


def check(
    statement: Statement,
    claim: Any = None,
    *,
    mutants: Mapping[str, Any] | None = None,
    corrected: Any = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a pytest function the check of a statement.

    The function has a parameter `claim` and calls `record` with an `Evidence` for each case it decides. It runs once
    with `claim`, and must not refute it (unless the statement carries a finding); once with each mutant, and must
    refute it; and once with `corrected`, if given, and must confirm it.
    """
    cases = [pytest.param(claim, id="statement", marks=mark(statement, Role.STATEMENT))]
    if corrected is not None:
        cases.append(pytest.param(corrected, id="corrected", marks=mark(statement, Role.CORRECTED, "corrected")))
    for name, mutant in (mutants or {}).items():
        cases.append(pytest.param(mutant, id=f"mutant: {name}", marks=mark(statement, Role.MUTANT, name)))
    return pytest.mark.parametrize("claim", cases)


Judge = Callable[[Any, Any], None]
"""Decides a claim on one case and calls `record`: `judge(claim, case)`."""


def judge_case(judge: Judge, claim: Any, case: Any) -> None:
    """Evaluate the statement's hypotheses on a case, then let the judge decide the claim on it.

    A case of the statement, of its corrected form or of a mutant on which a hypothesis fails is VACUOUS, and not
    judged. A case of a counterexample is one on which the hypothesis dropped fails, as evaluated, and all others hold.
    Raises AssertionError if it is not.
    """
    run = _current.get()
    if run is not None and run.statement is not None:
        answers = {one.name: one.holds(case) for one in run.statement.hypotheses if one.holds is not None}
        if run.tally.role is Role.COUNTEREXAMPLE:
            run.tally.on_a_case = _is_counterexample(run.statement, run.name, answers)
        elif not all(answers.values()):
            run.tally.verdicts[Verdict.VACUOUS] = run.tally.verdicts.get(Verdict.VACUOUS, 0) + 1
            return
        if (name := f"{judge.__module__}.{judge.__qualname__}") not in run.tally.judges:
            run.tally.judges.append(name)
    with _case_kept(run, case):
        judge(claim, case)


@contextlib.contextmanager
def _case_kept(run: "Run | None", case: Any) -> Iterator[None]:
    """Put the coordinates of the case on record if the judge refutes the claim on it."""
    before = run.tally.refutation if run else ""
    try:
        yield
    finally:
        if run is not None and run.tally.refutation != before:
            run.tally.case = coordinates(case)


def _is_counterexample(statement: Statement, dropped: str, answers: Mapping[str, bool]) -> bool:
    """Are all hypotheses evaluated on the case: the one dropped fails, all others hold?"""
    if answers.get(dropped, False):
        raise AssertionError(f"{statement.id}: {dropped!r} holds on this case, which drops it: choose another case")
    if failing := [name for name, holds in answers.items() if name != dropped and not holds]:
        raise AssertionError(f"{statement.id}: {', '.join(map(repr, failing))} fails on this case too: choose another")
    return len(answers) == len(statement.hypotheses)


def counterexample(
    statement: Statement, hypothesis: Hypothesis, of: Callable[..., None] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a pytest function the counterexample to a statement with one hypothesis dropped: it must record REFUTED.

    `of` is the statement's own check: the function has a parameter `claim`, which is what that check claims, and gives
    it to `judge_case` with that check's judge and the case. Only then the ledger says that the statement fails without
    the hypothesis; without `of`, or if a hypothesis has no predicate, the necessity is not known. Raises ValueError if
    the statement has no such hypothesis.
    """
    if hypothesis not in statement.hypotheses:
        raise ValueError(f"{statement.id} has no hypothesis {hypothesis.name!r}")
    marked = mark(statement, Role.COUNTEREXAMPLE, hypothesis.name)
    if of is None:
        return marked
    claimed = pytest.mark.parametrize("claim", [pytest.param(_claim_of(of, statement), id="statement")])
    return lambda function: marked(claimed(function))


def _claim_of(function: Callable[..., None], statement: Statement) -> Any:
    """What the check of a statement claims. Raises ValueError if the function is no check of it."""
    for mark in getattr(function, "pytestmark", ()):
        for case in mark.args[1] if mark.name == "parametrize" and mark.args[0] == "claim" else ():
            for inner in case.marks:
                if inner.name == "statement" and inner.args[:2] == (statement, Role.STATEMENT):
                    return case.values[0]
    raise ValueError(f"{function.__name__} is no check of {statement.id}")


CATALOGUE: dict[str, Statement] = {}
"""Every statement that has a check, by id, in the order of definition; filled as check files are imported."""


CITED: dict[str, Statement] = {}
"""Every statement that is cited, by id."""


def cite(statement: Statement) -> Statement:
    """Put a statement of the literature on record, for others to use. Raises ValueError unless it is marked cited."""
    if not statement.cited or CITED.setdefault(statement.id, statement) != statement:
        raise ValueError(f"{statement.id!r} is not marked as cited, or is another statement's id")
    return statement


def rests_on(statement: Statement) -> list[Statement]:
    """The cited statements that a statement uses, itself or through those that it uses."""
    found: dict[str, Statement] = {}
    waiting, seen = list(statement.uses), {statement.id}
    while waiting:
        name = waiting.pop(0)
        if name in CITED:
            found[name] = CITED[name]
        elif name in CATALOGUE and name not in seen:
            seen.add(name)
            waiting += CATALOGUE[name].uses
    return list(found.values())


def mark(statement: Statement, role: Role, name: str = "") -> Any:
    """The mark of a check item: the statement it is about, its role, and the name of what it tries.

    Raises ValueError if another statement has the same id.
    """
    if CATALOGUE.setdefault(statement.id, statement) != statement:
        raise ValueError(f"two different statements have the id {statement.id!r}: choose another id")
    return pytest.mark.statement.with_args(statement, role, name)


class MutantKilled(BaseException):
    """Ends the check of a mutant at its first refutation. Not an Exception, so that hypothesis lets it pass."""


NO_DETAIL = "the check does not say where"
"""What is told in the place of a refutation's empty detail."""


@dataclass
class Tally:
    """What one check item found, case by case added up."""

    role: Role
    refutation_expected: bool
    verdicts: dict[str, int] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    margin: float | None = None
    covers_all: bool = False
    refutation: str = ""
    inconclusive: str = ""
    confirmation: str = ""
    false_alarm: float = 0.0
    theorems: list[Theorem] = field(default_factory=list)
    judges: list[str] = field(default_factory=list)
    """The judges that decided cases given to `judge_case`."""
    case: str = ""
    """The coordinates of the case that refuted, if a judge decided it through `judge_case`."""
    on_a_case: bool = False
    """Of a counterexample: was every hypothesis evaluated on its case?"""
    error: str = ""
    """What ended the check before it decided: an exception that is no verdict."""
    lacking: str = ""
    """The package that the item needs and that is not installed, in a sentence."""

    def add(self, evidence: Evidence) -> None:
        """Count a case. Raises AssertionError on a refutation nobody expects, MutantKilled on a mutant's first."""
        self.verdicts[evidence.verdict] = self.verdicts.get(evidence.verdict, 0) + 1
        if evidence.kind not in self.kinds:
            self.kinds.append(str(evidence.kind))
        self.false_alarm += evidence.false_alarm
        if evidence.theorem is not None:
            self.theorems.append(evidence.theorem)
        nearest = evidence.margin is not None and (self.margin is None or evidence.margin < self.margin)
        if evidence.verdict is Verdict.CONFIRMED and (nearest or not self.confirmation):
            self.confirmation = evidence.detail
        if nearest:
            self.margin = evidence.margin
        self.covers_all |= evidence.covers_all and evidence.verdict is Verdict.CONFIRMED
        if evidence.verdict is Verdict.INCONCLUSIVE:
            self.inconclusive = evidence.detail
        if evidence.verdict is Verdict.REFUTED:
            self._keep_refutation(evidence)
            if self.role in (Role.MUTANT, Role.COUNTEREXAMPLE):
                raise MutantKilled
            if not self.refutation_expected:
                raise AssertionError(f"refuted ({evidence.kind}): {evidence.detail or NO_DETAIL}")

    def _keep_refutation(self, evidence: Evidence) -> None:
        """Keep the last refutation; of a finding, one of each kind of evidence."""
        detail = evidence.detail or NO_DETAIL
        if not self.refutation_expected or not self.refutation:
            self.refutation = f"[{evidence.kind}] {detail}" if self.refutation_expected else detail
        elif f"[{evidence.kind}]" not in self.refutation:
            self.refutation += f"; [{evidence.kind}] {detail}"


@dataclass(frozen=True)
class Run:
    """The check item being run, its statement, its own name and the seed of the session."""

    statement_id: str
    tally: Tally
    seed: int
    thorough: bool
    statement: Statement | None = None
    name: str = ""


_current: ContextVar[Run | None] = ContextVar("current", default=None)


@contextlib.contextmanager
def running(run: Run) -> Iterator[None]:
    """Make `record`, `random_seed` and `thorough` speak of this run."""
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)


def record(evidence: Evidence) -> None:
    """Record the evidence of one case of the check that is running.

    Outside a run of the plugin, a refutation raises AssertionError and all else is dropped.
    """
    run = _current.get()
    tally = run.tally if run else Tally(Role.STATEMENT, refutation_expected=False)
    tally.add(evidence)


def random_seed(purpose: str = "") -> int:
    """The seed of the running statistical check: a hash of the statement's id, the purpose and `--seed`."""
    run = _current.get()
    return seed_of(run.statement_id if run else "", purpose, run.seed if run else 0)


def session_seed() -> int:
    """`--seed` of the session, 0 without one: for random objects that the checks of several statements share."""
    run = _current.get()
    return run.seed if run else 0


def thorough() -> bool:
    """Is this a run with ``--profile thorough``?"""
    run = _current.get()
    return run is not None and run.thorough
