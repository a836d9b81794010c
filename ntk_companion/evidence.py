"""Evidence and verdicts: what one decided case says of a statement."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of evidence."""

    FORMAL = "formal"
    """A proof in Coq, replayed."""
    RECORDED = "formal (recorded)"
    """A proof in Coq whose sources and statements are those of its seal; there was no Coq to replay it."""
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


DECIDED = (Verdict.CONFIRMED, Verdict.REFUTED)


class Proves(StrEnum):
    """What a theorem proves of a statement."""

    STATEMENT = "statement"
    PART = "part"
    CORRECTED = "corrected form"
    NEGATION = "negation"


@dataclass(frozen=True)
class Theorem:
    """A theorem as Coq states it: `file.theorem`, where it stands, and what it rests on.

    axioms       beyond Coq's logic
    definitions  of the development that its statement uses, through others
    mutants      wrong statements whose negations are proved, as substitutions in the statement
    witness      the theorem by which its hypotheses can hold together; empty if it has none
    less         names each hypothesis in which it says less than the statement it is evidence for; empty if none
    proves       what of that statement it proves
    """

    name: str
    statement: str
    file: str
    line: int
    axioms: tuple[str, ...]
    definitions: tuple[str, ...]
    mutants: tuple[str, ...]
    witness: str
    less: str = ""
    proves: Proves = Proves.STATEMENT


@dataclass(frozen=True)
class Evidence:
    """What one decided case says.

    covers_all   a proof that covers the statement's quantifier, not just this case
    margin       how far from refutation the case was, in the check's own units; None if that has no meaning
    detail       the case and what was found
    false_alarm  the probability that sampling refutes this case if it is true: at most this
    theorem      that is the evidence, if it is formal
    """

    kind: Kind
    verdict: Verdict
    detail: str = ""
    margin: float | None = None
    covers_all: bool = False
    false_alarm: float = 0.0
    theorem: Theorem | None = None


def symbolic(verdict: Verdict, detail: str = "", *, covers_all: bool) -> Evidence:
    """Evidence from sympy: proved, disproved by a value, or INCONCLUSIVE, as `ntk_companion.symbolics` decides it.

    `covers_all` says whether the proof covers the statement's quantifier. Raises TypeError on a bool: that sympy does
    not simplify a difference to zero disproves nothing.
    """
    if not isinstance(verdict, Verdict):
        raise TypeError(f"symbolic evidence takes a Verdict, not {verdict!r}: let ntk_companion.symbolics decide it")
    return Evidence(Kind.SYMBOLIC, verdict, detail, covers_all=covers_all and verdict is Verdict.CONFIRMED)


def certified(holds: bool | None, detail: str = "", margin: float | None = None) -> Evidence:
    """Evidence from a rigorous enclosure: proved (True), disproved (False) or undecided (None), for this case.

    A comparison of balls that is False may be undecided: give it through `numerics.numbers.comparisons`.
    """
    return Evidence(Kind.CERTIFIED, verdict_of(holds), detail, margin)


def statistical(holds: bool | None, detail: str = "", margin: float | None = None, *, false_alarm: float) -> Evidence:
    """Evidence from a test that refutes what is true with probability at most `false_alarm`.

    The detail states what it would detect, or the interval that it found.
    """
    return Evidence(Kind.STATISTICAL, verdict_of(holds), detail, margin, false_alarm=false_alarm)


def numerical(holds: bool | None, detail: str = "", margin: float | None = None) -> Evidence:
    """Evidence from a computation, most often an integration, whose error estimate its detail states."""
    return Evidence(Kind.NUMERICAL, verdict_of(holds), detail, margin)


def vacuous(kind: Kind, detail: str) -> Evidence:
    """The case says nothing, for the reason in `detail`."""
    return Evidence(kind, Verdict.VACUOUS, detail)


def verdict_of(holds: bool | None) -> Verdict:
    """The verdict of an answer: proved, disproved or undecided."""
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
