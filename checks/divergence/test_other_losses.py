"""Remark 1 of arXiv 2504.11130 along computed flows: the exponential loss, and the logistic one at temperatures."""

from __future__ import annotations

from collections.abc import Callable

import sympy

from checks.setups.trajectories import (
    ALONG,
    PAPER,
    TWO,
    flow_of,
    log_slope,
    scaled_integrals,
    squared_on_two_points,
    stays_above,
)
from ntk_companion.evidence import numerical, symbolic
from ntk_companion.judging import check, counterexample, record
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import vanishes
from numerics.data.points import circle
from numerics.losses import CrossEntropy, Exponential, Squared, logistic
from theory.architecture import fcn
from theory.dynamics import envelopes
from theory.dynamics import gradient_flow as flow

OTHER_LOSSES = Statement(
    id="remark:1-flows",
    title="Along flows of other convex losses every margin grows, between envelopes of its own",
    source=PAPER,
    number="Remark 1, along computed flows",
    formula=r"e^{-q}: q_i \ge \ln(L_0^{-1} + \textstyle\int \gamma_s^2), \quad"
    r" \ln(1 + e^{-q/T}): q_i \ge T \ln W(e^{\Phi(S_0) + T^{-2} \int \gamma_s^2})",
    qualification="The exponential loss and the logistic one at two temperatures; sympy proves their differential "
    "identities. What the loss must satisfy for Lemma 8 is remark:1. " + ALONG,
    hypotheses=(Hypothesis("l' < 0", "the loss falls strictly in the margin"),),
    uses=("remark:1", "envelope:lower", "envelope:upper"),
)
TEMPERED = sympy.log(1 + sympy.exp(-flow.z / envelopes.temperature))


def is_residual(loss: sympy.Expr, residual_of_loss: Callable[[sympy.Expr], sympy.Expr]) -> bool:
    """Is -l' this function of the loss l?"""
    return bool(sympy.simplify(-sympy.diff(loss, flow.z) - residual_of_loss(loss)) == 0)


@check(
    OTHER_LOSSES,
    (envelopes.kernel_form, envelopes.kernel_form / envelopes.temperature**2),
    mutants={
        "T for T^2": (envelopes.kernel_form, envelopes.kernel_form / envelopes.temperature),
        "twice as fast": (2 * envelopes.kernel_form, envelopes.kernel_form / envelopes.temperature**2),
    },
)
def test_the_envelopes_of_other_losses_solve_their_differential_inequalities(claim):
    temperature = envelopes.temperature
    assert is_residual(sympy.exp(-flow.z), lambda loss: loss)
    assert is_residual(TEMPERED, lambda loss: (1 - sympy.exp(-loss)) / temperature)
    for claimed, derived in zip(claim, (envelopes.exponential_rate(), envelopes.tempered_rate()), strict=True):
        record(symbolic(vanishes(claimed - derived), f"{derived}, not {claimed}", covers_all=False))


@check(
    OTHER_LOSSES,
    {"exponential": Exponential((0, 1)), "T = 1/2": logistic((0, 1), 0.5), "T = 2": logistic((0, 1), 2.0)},
    mutants={"squared": {"squared": Squared((-1.0, 1.0))}, "soft labels": {"soft": CrossEntropy((0.1, 0.9))}},
)
def test_every_margin_grows_between_the_envelopes_of_its_loss(claim):
    for name, loss in claim.items():
        trajectory = flow_of(fcn(1), TWO, loss, 300, 12)
        growth = log_slope(trajectory) / getattr(loss, "temperature", 1.0)
        if growth < 0.9:
            record(numerical(False, f"{name}: the least margin grows like {growth:.2g} ln t, {trajectory.status}"))
            continue
        least = trajectory.margins.min(axis=1)
        record(stays_above(least, trajectory.lower_envelope, trajectory.slip, f"{name}, lower"))
        record(stays_above(-least, -trajectory.upper_envelope, trajectory.slip, f"{name}, upper"))


@check(
    OTHER_LOSSES,
    (1.0, 1.0),
    mutants={"exponential: 2% more": (1.02, 1.0), "T = 1/2: 2% more": (1.0, 1.02), "T^2 lost": (1.0, 4.0)},
)
def test_one_sample_attains_the_envelopes_of_other_losses(claim):
    for loss, factor in zip((Exponential((1,)), logistic((1,), 0.5)), claim, strict=True):
        trajectory = flow_of(fcn(1), circle(1), loss, 32, 4)
        bound = scaled_integrals(trajectory, factor).lower_envelope
        record(stays_above(trajectory.margins[:, 0], bound, trajectory.slip, repr(loss)))


@counterexample(OTHER_LOSSES, OTHER_LOSSES.hypotheses[0])
def test_under_a_loss_with_a_minimum_the_margins_stop():
    record(numerical(log_slope(squared_on_two_points()) > 0.5, "squared loss on two points: margins go to 1"))
