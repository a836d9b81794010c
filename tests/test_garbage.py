"""With garbage for the derived side of an identity, neither its statement nor its corrected form is confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from checks.divergence import test_finite_networks, test_flow_identities, test_printed_formulas, test_proofs
from ntk_companion.evidence import Role, Verdict
from ntk_companion.judging import Run, Tally, running
from theory.dynamics import gradient_flow as flow
from theory.printed.divergence import PRINTED, LimitSet

GARBAGE = sympy.Rational(17, 23)


def claims_of(function):
    """What the check claims as the statement, and as its corrected form if it has one."""
    for mark in function.pytestmark:
        if mark.name == "parametrize" and mark.args[0] == "claim":
            for case in mark.args[1]:
                (inner,) = (one for one in case.marks if one.name == "statement")
                if inner.args[1] in (Role.STATEMENT, Role.CORRECTED):
                    yield case.values[0]


def verdicts(function, claim):
    """The verdicts that the check records for a claim."""
    tally = Tally(Role.STATEMENT, refutation_expected=True)
    with running(Run("garbage", tally, 0, False)):
        function(claim)
    return set(tally.verdicts)


def fcn_garbage():
    derived = test_printed_formulas.DERIVED_FCN
    return replace(
        derived,
        first=derived.first + GARBAGE,
        covariance=lambda sigma: derived.covariance(sigma) + GARBAGE,
        output=lambda sigma: derived.output(sigma) + GARBAGE,
        derivative=lambda sigma: derived.derivative(sigma) * GARBAGE,
        kernel=lambda *pieces: derived.kernel(*pieces) + GARBAGE,
    )


def resnet_garbage():
    derived = test_printed_formulas.DERIVED_RESNET
    return replace(derived, block=lambda *pieces: derived.block(*pieces) + GARBAGE)


FORMULAS, FINITE, FLOW, PROOFS = test_printed_formulas, test_finite_networks, test_flow_identities, test_proofs
MOMENTS = {"k_0": GARBAGE, "k_1": GARBAGE}
PLANTED = {
    "eq:3.8": (FORMULAS, FORMULAS.test_correlation_kernels, "derived_moments", lambda: MOMENTS),
    "summary:k0": (FORMULAS, FORMULAS.test_correlation_kernel_of_the_summary, "derived_moments", lambda: MOMENTS),
    "eq:B.8": (FORMULAS, FORMULAS.test_second_covariance, "derived_second_covariance", lambda: GARBAGE),
    "eq:3.4": (FORMULAS, FORMULAS.test_first_covariance, "DERIVED_FCN", fcn_garbage()),
    "eq:3.5": (FORMULAS, FORMULAS.test_step_of_the_kernel, "DERIVED_FCN", fcn_garbage()),
    "eq:3.6": (FORMULAS, FORMULAS.test_covariances, "DERIVED_FCN", fcn_garbage()),
    "eq:3.7": (FORMULAS, FORMULAS.test_derivative_covariances, "DERIVED_FCN", fcn_garbage()),
    "eq:3.9": (FORMULAS, FORMULAS.test_kernel_of_the_resnet, "DERIVED_RESNET", resnet_garbage()),
    "eq:3.10": (FORMULAS, FORMULAS.test_share_of_the_residual_blocks, "DERIVED_RESNET", resnet_garbage()),
    "poster:k-res": (FORMULAS, FORMULAS.test_kernel_of_the_resnet_on_the_poster, "DERIVED_RESNET", resnet_garbage()),
    "eq:C.23": (PROOFS, PROOFS.test_limit_set, "DERIVED_SET", LimitSet(GARBAGE, GARBAGE)),
}
QUANTITIES = {
    "eq:B.9": FORMULAS.test_first_residual_covariance,
    "eq:2.7": FLOW.test_flow_in_terms_of_residuals,
    "eq:3.2": FLOW.test_outputs_along_the_flow,
    "eq:C.1": FLOW.test_residuals_along_the_flow,
    "eq:C.3": FLOW.test_residuals_along_the_flow_in_matrix_form,
    "eq:C.5": FINITE.test_kernel_by_groups,
    "eq:C.6": FINITE.test_part_of_the_weights,
    "eq:C.7": FINITE.test_part_of_the_biases,
    "eq:C.10": FINITE.test_bound_by_last_features,
    "eq:C.11": FINITE.test_bound_by_last_bias,
    "eq:C.14": FINITE.test_features_of_the_resnet,
    "eq:C.16": FINITE.test_part_of_last_shift,
    "eq:C.17": FINITE.test_part_of_last_weights,
}


@pytest.mark.parametrize("name", PLANTED)
def test_garbage_for_what_is_derived_is_seen(name, monkeypatch):
    module, function, attribute, garbage = PLANTED[name]
    monkeypatch.setattr(module, attribute, garbage)
    for claim in claims_of(function):
        assert verdicts(function, claim) != {Verdict.CONFIRMED}


def spoilt(value):
    """Garbage in the place of a quantity: a number, or numbers, that are off."""
    if isinstance(value, list):
        return [spoilt(part) for part in value]
    return value + 0 * value + GARBAGE if not hasattr(value, "shape") else value * float(GARBAGE)


@pytest.mark.parametrize("name", QUANTITIES)
def test_garbage_for_a_quantity_is_seen(name, monkeypatch):
    record = PRINTED[name]
    monkeypatch.setitem(PRINTED, name, replace(record, quantity=lambda *of: spoilt(record.quantity(*of))))
    for claim in claims_of(QUANTITIES[name]):
        assert verdicts(QUANTITIES[name], claim) != {Verdict.CONFIRMED}


@pytest.mark.parametrize("function", [FLOW.test_energy_is_the_loss_and_decreases, FLOW.test_energy_of_the_sketch])
def test_garbage_for_the_velocity_of_the_energy_is_seen(function, monkeypatch):
    derived = flow.energy_velocity
    monkeypatch.setattr(flow, "energy_velocity", lambda *of: GARBAGE * derived(*of))
    for claim in claims_of(function):
        assert verdicts(function, claim) != {Verdict.CONFIRMED}
