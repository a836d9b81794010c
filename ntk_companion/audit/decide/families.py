"""Statements about all sample sets of a family that follow from how kernels are made, or from a theorem."""

from ntk_companion.audit.decide.theorems import FORMAL, Reason, definite
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import And, Apply, Comparison, Node, Not, Number, Or, parts, words_in
from ntk_companion.audit.syntax.vocabulary import Relation, SampleFamily
from ntk_companion.audit.values.degeneracy import are_different
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.facts import Sign, is_semidefinite, sign_of
from ntk_companion.evidence import Kind

EVERYWHERE = vocabulary.NORMS | {
    vocabulary.LAMBDA_MIN, vocabulary.LAMBDA_MAX, vocabulary.DET, vocabulary.GAP_PRINTED, vocabulary.GAP_SHARP,
    vocabulary.TRACE,
}  # fmt: skip
"""Numbers of a kernel that are defined on every sample set."""
SYMBOLIC = frozenset([Kind.SYMBOLIC])
SEMIDEFINITE = Reason("the kernel of a network is positive semidefinite by construction", SYMBOLIC)
NORM = Reason("norms are not negative", SYMBOLIC)


def reason_for_all(node: Node, family: SampleFamily, environment: Environment) -> Reason | None:
    """Why a statement holds on every sample set of a family; None if that follows from nothing that is known."""
    match node:
        case And(parts=parts_):
            reasons = [reason_for_all(part, family, environment) for part in parts_]
            found = [reason for reason in reasons if reason is not None]
            if len(found) < len(reasons):
                return None
            sentence = "; ".join(dict.fromkeys(reason.sentence for reason in found))
            return Reason(sentence, frozenset().union(*(reason.kinds for reason in found)))
        case Or(parts=parts_):
            reasons = [reason_for_all(part, family, environment) for part in parts_]
            return next((reason for reason in reasons if reason is not None), None)
        case Not(part=Comparison(left=left, relation=relation, right=right, span=span)):
            return reason_for_all(Comparison(span, left, relation.opposite, right), family, environment)
        case Comparison(left=left, relation=relation, right=Number(value=value)) if value <= 0:
            return _of_sign(left, relation, value < 0, family, environment)
        case Comparison(left=Number(value=value), relation=relation, right=right) if value <= 0:
            return _of_sign(right, relation.reversed, value < 0, family, environment)
    return None


def theorem_on_points(node: Comparison, environment: Environment) -> Reason | None:
    """The theorem by which a comparison holds on the points of the claim, which are known to be different."""
    kernels = [part for part in parts(node) if isinstance(part, Apply) and part.word is vocabulary.K]
    if len(kernels) != 1 or not any(isinstance(side, Number) for side in (node.left, node.right)):
        return None
    if not EVERYWHERE & words_in(node) or not are_different(environment.selected(kernels[0]).point_set):
        return None
    reason = reason_for_all(node, vocabulary.DIFFERENT_POINTS, environment)
    return reason if reason is not None and reason.kinds <= FORMAL else None


def _of_sign(
    node: Node, relation: Relation, strictly: bool, family: SampleFamily, environment: Environment
) -> Reason | None:
    """Why a number stands in a relation to zero, or to a negative number."""
    match node:
        case Apply(word=word, arguments=(kernel,)) if word in EVERYWHERE:
            if sign_of(node, environment) is not Sign.UNKNOWN and (
                relation is Relation.AT_LEAST or (strictly and relation in (Relation.MORE, Relation.UNEQUAL))
            ):
                return SEMIDEFINITE if is_semidefinite(kernel, environment) else NORM
            if relation in (Relation.AT_LEAST, Relation.MORE, Relation.UNEQUAL):
                return _definite(kernel, family, environment)
    return None


def _definite(kernel: Node | str, family: SampleFamily, environment: Environment) -> Reason | None:
    """Why a kernel is positive definite on all sample sets of a family: a theorem on the whole network says so."""
    if family is vocabulary.ANY_POINTS or not isinstance(kernel, Apply) or kernel.word is not vocabulary.K:
        return None
    return definite(environment.selected(kernel))
