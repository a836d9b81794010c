"""Statements about all sample sets of a family that follow from how kernels are made."""

from __future__ import annotations

from ntk_companion.audit.claims.networks import FCN, RESNET
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import And, Apply, Comparison, Node, Not, Number, Or
from ntk_companion.audit.syntax.vocabulary import Relation, SampleFamily
from ntk_companion.audit.values.closed_forms import rational
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.facts import Sign, is_semidefinite, sign_of

EVERYWHERE = frozenset([
    vocabulary.LAMBDA_MIN, vocabulary.LAMBDA_MAX, vocabulary.DET, vocabulary.MAX_NORM, vocabulary.FROBENIUS_NORM,
    vocabulary.SPECTRAL_NORM, vocabulary.GAP_PRINTED, vocabulary.GAP_SHARP,
])  # fmt: skip
"""Numbers of a kernel that are defined on every sample set."""
TRAINED_BIASES = "trained"
SEMIDEFINITE = "the kernel of a network is positive semidefinite by construction"


def reason_for_all(node: Node, family: SampleFamily, environment: Environment) -> str | None:
    """Why a statement holds on every sample set of a family; None if that does not follow from structure."""
    match node:
        case And(parts=parts_):
            reasons = [reason_for_all(part, family, environment) for part in parts_]
            found = [reason for reason in reasons if reason is not None]
            return "; ".join(dict.fromkeys(found)) if len(found) == len(reasons) else None
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


def _of_sign(
    node: Node, relation: Relation, strictly: bool, family: SampleFamily, environment: Environment
) -> str | None:
    """Why a number stands in a relation to zero, or to a negative number."""
    match node:
        case Apply(word=word, arguments=(kernel,)) if word in EVERYWHERE:
            if sign_of(node, environment) is not Sign.UNKNOWN and (
                relation is Relation.AT_LEAST or (strictly and relation in (Relation.MORE, Relation.UNEQUAL))
            ):
                return SEMIDEFINITE if is_semidefinite(kernel, environment) else "norms are not negative"
            if relation in (Relation.AT_LEAST, Relation.MORE, Relation.UNEQUAL):
                return _definite(kernel, family, environment)
    return None


def _definite(kernel: Node | str, family: SampleFamily, environment: Environment) -> str | None:
    """Why a kernel is positive definite on all different points: that of a whole network with biases is.

    By proposition 1 of arXiv 2504.11130 for FCNs and its counterpart for ResNets of a scale that is not zero, proved in
    Coq as `fcn_ntk_definite` and `resnet_ntk_definite`.
    """
    if family is vocabulary.ANY_POINTS or not isinstance(kernel, Apply) or kernel.word is not vocabulary.K:
        return None
    here = environment.selected(kernel)
    network = here.described
    if network.bias != TRAINED_BIASES or network.trained is not None or here.layer is not None:
        return None
    if network.family == FCN:
        return "the NTK of a fully connected ReLU network with biases is positive definite on different points"
    try:
        scale = rational(network.scale, here)
    except MeaninglessError:
        return None
    if network.family == RESNET and scale != 0:
        return "the NTK of a ReLU ResNet with biases and a scale other than 0 is positive definite on different points"
    return None
