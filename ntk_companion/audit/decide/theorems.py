"""Claims that follow from a proved theorem, whose hypotheses are checked on the objects of the claim."""

from dataclasses import dataclass

from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.kernels import architecture
from ntk_companion.evidence import Kind
from ntk_companion.formal import ProofError
from ntk_companion.formal.proving import held
from ntk_companion.formal.rules import Definite, covers
from ntk_companion.suite import suites

FORMAL = frozenset([Kind.FORMAL, Kind.RECORDED])


@dataclass(frozen=True)
class Reason:
    """Why a statement holds, in a sentence, and the evidence that this is."""

    sentence: str
    kinds: frozenset[Kind]


def definite(environment: Environment) -> Reason | None:
    """Why the NTK of the network spoken of is positive definite on different points; None if no theorem says so.

    A theorem whose proof is not what it should be decides nothing: the reply says what is wrong with it.
    """
    try:
        network = architecture(environment)
    except MeaninglessError:  # such as a scale that stands for an interval
        return None
    for rule in (rule for suite in suites() for rule in suite.rules()):
        try:
            if covers(rule, network):
                return _reason(rule)
        except ProofError as error:
            environment.log.note(f"the theorem of {rule.statement} cannot be used: {error}")
    return None


def _reason(rule: Definite) -> Reason:
    theorems, kind = held(rule.proof)
    first, *others = [f"{theorem.name} ({theorem.file}, line {theorem.line})" for theorem in theorems]
    tied = f", with {' and '.join(others)}," if others else ""
    how = "in Coq" if kind is Kind.FORMAL else "in Coq, as the seal records,"
    return Reason(
        f"the theorem {first}{tied} proves {how} that the kernel of such a network is positive definite on all "
        f"different points: statement {rule.statement}",
        frozenset([kind]),
    )
