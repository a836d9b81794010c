"""Statements, evidence and verdicts: the values that checks are made of, and how a status follows from evidence."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest


class Kind(StrEnum):
    """What sort of evidence."""

    SYMBOLIC = "symbolic"
    """sympy proves the identity."""
    CERTIFIED = "certified"
    """Ball arithmetic or a rigorous float bound: a proof for these inputs."""
    STATISTICAL = "statistical"
    """A test with stated error rates."""
    NUMERICAL = "numerical"
    """A computation with an error estimate: an integration, or means over a few splits with their interval."""


class Verdict(StrEnum):
    """What evidence, or all evidence together, says of a statement."""

    CONFIRMED = "CONFIRMED"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    """Undecided at the stated precision or sample cap."""
    VACUOUS = "VACUOUS"
    """True for a reason that says nothing, such as a hypothesis that did not hold."""


class Severity(StrEnum):
    """How much a finding matters."""

    TYPO = "typo that the context repairs"
    UNAFFECTED = "wrong as printed, conclusion unaffected"
    USED_LATER = "wrong and used later"
    GAP = "gap in a proof"
    MISSING_HYPOTHESIS = "missing hypothesis"


@dataclass(frozen=True)
class Hypothesis:
    """A named hypothesis: a sentence, and where it can be decided a predicate on the case at hand."""

    name: str
    sentence: str
    holds: Callable[..., bool] = field(default=lambda *case: True, compare=False)


@dataclass(frozen=True)
class Finding:
    """What the suite found wrong with a printed statement: it is expected to be refuted, and does not fail a run."""

    severity: Severity
    sentence: str
    corrected: str = ""
    """The corrected form in LaTeX, if it is a formula."""
    verdict: Verdict = Verdict.REFUTED


@dataclass(frozen=True)
class Statement:
    """A theorem, lemma or formula as a record. Its status is derived from evidence, never stored.

    id               stable; a reworded statement gets a new `revision`, never a new meaning
    source, number   where it stands
    formula          in LaTeX
    hypotheses       under which it is claimed
    uses             ids of the statements its proof uses
    qualification    one sentence on what the evidence does and does not show
    finding          set if the statement as printed is known to be wrong
    inconclusive     how many INCONCLUSIVE instances are tolerated in a CONFIRMED statement
    """

    id: str
    title: str
    source: str
    number: str
    formula: str
    qualification: str
    hypotheses: tuple[Hypothesis, ...] = ()
    uses: tuple[str, ...] = ()
    finding: Finding | None = None
    inconclusive: int = 0
    revision: int = 1

    def record(self) -> dict[str, Any]:
        """The statement as plain JSON values."""
        finding = self.finding and {
            "severity": str(self.finding.severity),
            "sentence": self.finding.sentence,
            "corrected": self.finding.corrected,
            "verdict": str(self.finding.verdict),
        }
        return {
            "id": self.id,
            "revision": self.revision,
            "title": self.title,
            "source": self.source,
            "number": self.number,
            "formula": self.formula,
            "hypotheses": {hypothesis.name: hypothesis.sentence for hypothesis in self.hypotheses},
            "uses": list(self.uses),
            "qualification": self.qualification,
            "finding": finding,
            "inconclusive": self.inconclusive,
        }

    def _repr_html_(self) -> str:
        from checks.display import statement_html

        return statement_html(self)


@dataclass(frozen=True)
class Evidence:
    """What one decided case says.

    covers_all   a proof that covers the statement's quantifier, not just this case
    margin       how far from refutation the case was, in the check's own units; None if that has no meaning
    detail       the case and what was found
    false_alarm  the probability that sampling refutes this case if it is true: at most this
    """

    kind: Kind
    verdict: Verdict
    detail: str = ""
    margin: float | None = None
    covers_all: bool = False
    false_alarm: float = 0.0

    def _repr_html_(self) -> str:
        from checks.display import evidence_html

        return evidence_html(self)


def symbolic(holds: bool, detail: str = "", covers_all: bool = True) -> Evidence:
    """Evidence from sympy: an identity proved, or disproved by an exact counterexample."""
    return Evidence(Kind.SYMBOLIC, _decided(holds), detail, covers_all=covers_all and holds)


def certified(holds: bool | None, detail: str = "", margin: float | None = None) -> Evidence:
    """Evidence from a rigorous enclosure: proved (True), disproved (False) or undecided (None), for this case."""
    return Evidence(Kind.CERTIFIED, _decided(holds), detail, margin)


def statistical(holds: bool | None, detail: str = "", margin: float | None = None, *, false_alarm: float) -> Evidence:
    """Evidence from a test that refutes what is true with probability at most `false_alarm`.

    The detail states what it would detect, or the interval that it found.
    """
    return Evidence(Kind.STATISTICAL, _decided(holds), detail, margin, false_alarm=false_alarm)


def numerical(holds: bool | None, detail: str = "", margin: float | None = None) -> Evidence:
    """Evidence from a computation, most often an integration, whose error estimate its detail states."""
    return Evidence(Kind.NUMERICAL, _decided(holds), detail, margin)


def vacuous(kind: Kind, detail: str) -> Evidence:
    """The case says nothing, for the reason in `detail`."""
    return Evidence(kind, Verdict.VACUOUS, detail)


def _decided(holds: bool | None) -> Verdict:
    return {True: Verdict.CONFIRMED, False: Verdict.REFUTED, None: Verdict.INCONCLUSIVE}[holds]


class Role(StrEnum):
    """What an item of a check decides."""

    STATEMENT = "statement"
    CORRECTED = "corrected"
    """The corrected form of a printed statement: the same check must confirm it."""
    MUTANT = "mutant"
    """A wrong statement: the same check must refute it."""
    COUNTEREXAMPLE = "counterexample"
    """The statement with one hypothesis dropped: must be refuted."""


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


def thorough() -> bool:
    """Is this a run with ``--profile thorough``?"""
    run = _current.get()
    return run is not None and run.thorough
