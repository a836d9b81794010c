"""The one judge: statements, corrected forms, mutants and counterexamples are decided, counted and told apart here."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from ntk_companion.evidence import Evidence, Role, Verdict
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
    cases = [pytest.param(claim, id="statement", marks=_mark(statement, Role.STATEMENT))]
    if corrected is not None:
        cases.append(pytest.param(corrected, id="corrected", marks=_mark(statement, Role.CORRECTED, "corrected")))
    for name, mutant in (mutants or {}).items():
        cases.append(pytest.param(mutant, id=f"mutant: {name}", marks=_mark(statement, Role.MUTANT, name)))
    return pytest.mark.parametrize("claim", cases)


def counterexample(
    statement: Statement, hypothesis: Hypothesis
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a pytest function the counterexample to a statement with one hypothesis dropped: it must record REFUTED."""
    if hypothesis not in statement.hypotheses:
        raise ValueError(f"{statement.id} has no hypothesis {hypothesis.name!r}")
    return _mark(statement, Role.COUNTEREXAMPLE, hypothesis.name)


CATALOGUE: dict[str, Statement] = {}
"""Every statement that has a check, by id, in the order of definition; filled as check files are imported."""


def _mark(statement: Statement, role: Role, name: str = "") -> Any:
    if CATALOGUE.setdefault(statement.id, statement) != statement:
        raise ValueError(f"two different statements have the id {statement.id!r}: choose another id")
    return pytest.mark.statement.with_args(statement, role, name)


class MutantKilled(BaseException):
    """Ends the check of a mutant at its first refutation. Not an Exception, so that hypothesis lets it pass."""


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

    def add(self, evidence: Evidence) -> None:
        """Count a case. Raises AssertionError on a refutation nobody expects, MutantKilled on a mutant's first."""
        self.verdicts[evidence.verdict] = self.verdicts.get(evidence.verdict, 0) + 1
        if evidence.kind not in self.kinds:
            self.kinds.append(str(evidence.kind))
        self.false_alarm += evidence.false_alarm
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
                raise AssertionError(f"refuted ({evidence.kind}): {evidence.detail}")

    def _keep_refutation(self, evidence: Evidence) -> None:
        """Keep the last refutation; of a finding, one of each kind of evidence."""
        if not self.refutation_expected or not self.refutation:
            self.refutation = f"[{evidence.kind}] {evidence.detail}" if self.refutation_expected else evidence.detail
        elif f"[{evidence.kind}]" not in self.refutation:
            self.refutation += f"; [{evidence.kind}] {evidence.detail}"


@dataclass(frozen=True)
class Run:
    """The check item being run, its statement and the seed of the session."""

    statement_id: str
    tally: Tally
    seed: int
    thorough: bool


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
    key = f"{run.statement_id if run else ''}|{purpose}|{run.seed if run else 0}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def session_seed() -> int:
    """`--seed` of the session, 0 without one: for random objects that the checks of several statements share."""
    run = _current.get()
    return run.seed if run else 0


def thorough() -> bool:
    """Is this a run with ``--profile thorough``?"""
    run = _current.get()
    return run is not None and run.thorough
