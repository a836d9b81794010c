"""Statements as records: a theorem, lemma or formula with its hypotheses. Status is derived from evidence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ntk_companion.evidence import Verdict


class Severity(StrEnum):
    """How much a finding matters."""

    TYPO = "typo that the context repairs"
    UNAFFECTED = "wrong as printed, conclusion unaffected"
    USED_LATER = "wrong and used later"
    GAP = "gap in a proof"
    MISSING_HYPOTHESIS = "missing hypothesis"


@dataclass(frozen=True)
class Hypothesis:
    """A named hypothesis: a sentence, and where it can be decided a predicate on the case at hand.

    `holds` is evaluated on every case that `judge_case` is given. Without one the hypothesis is assumed, and that the
    statement fails without it can not be shown.
    """

    name: str
    sentence: str
    holds: Callable[[Any], bool] | None = field(default=None, compare=False)


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
    uses             ids of the statements its proof uses, those that it takes from the literature among them
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
    cited: bool = False
    """Is it taken from the literature, as `source` and `number` say, and decided nowhere here?"""

    def record(self) -> dict[str, Any]:
        """The statement as plain JSON values."""
        return vars(self) | {
            "hypotheses": {hypothesis.name: hypothesis.sentence for hypothesis in self.hypotheses},
            "uses": list(self.uses),
            "finding": self.finding and {name: str(value) for name, value in vars(self.finding).items()},
        }
