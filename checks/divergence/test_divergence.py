"""Training: the envelopes of the margins, Theorem 1, Corollary 1 and Remark 1 of arXiv 2504.11130 along computed flows.

Trajectories are those of `checks.setups.trajectories`; claims and mutants are tried on the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import sympy

from checks.setups.trajectories import (
    ALONG,
    LOGISTIC,
    PAPER,
    TWO,
    alternating,
    copies_of_one_point,
    envelope_from_start,
    flow_of,
    log_slope,
    on_the_hexagon,
    on_the_hexagon_deep,
    on_two_points,
    scaled_integrals,
    squared_on_two_points,
    stays_above,
)
from ntk_companion.evidence import Kind, numerical, symbolic, vacuous
from ntk_companion.judging import check, counterexample, record
from ntk_companion.statement import Hypothesis, Statement
from numerics.data.points import circle
from numerics.flow.integrate import Accuracy, Recording
from numerics.flow.trajectory import Trajectory
from numerics.losses import logistic
from theory.architecture import Architecture, fcn, resnet, smoothed, with_trained
from theory.dynamics import envelopes

DEFINITE = Hypothesis("definite kernel", "lambda_min(K_t) stays above a positive constant")
SELECTED = Hypothesis("selected subgradients", "K_t is the Gram of the flow's own subgradients, not 1(z > 0)")

LOWER = Statement(
    id="envelope:lower",
    title="Every margin is at least ln W(exp(Phi(S_0) + integral of gamma_t^2))",
    source="this suite",
    number="envelopes, lower",
    formula=r"q_i(t) \ge \ln W\Bigl(e^{\Phi(S_0) + \int_0^t \gamma_s^2 ds}\Bigr), \quad \Phi(S) = \tfrac1S - \ln S",
    qualification="sympy proves the differential identity. Attained by one sample. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("eq:C.22", "gap:label-aware"),
)
UPPER = Statement(
    id="envelope:upper",
    title="The least margin is at most ln W(exp(Phi(s_0) + n integral of max_i K_t(x_i, x_i)))",
    source="this suite",
    number="envelopes, upper",
    formula=r"\min_i q_i(t) \le \ln W\Bigl(e^{\Phi(s_0) + n\int_0^t \max_i K_s(x_i,x_i) ds}\Bigr)",
    qualification="sympy proves the differential identity. Attained by copies of one sample. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("eq:C.22",),
)
ENERGY = Statement(
    id="flow:energy",
    title="Along the flow the loss falls by the integral of u' K^r u, with the Gram of the selected subgradients",
    source=PAPER,
    number="(C.22), along computed flows",
    formula=r"L(0) - L(t) = \int_0^t u'K_s^r u \, ds",
    qualification="The identity closes by construction of the steps: it certifies the Gram, not accuracy in time. "
    "With the Gram of automatic differentiation it is off by a third on the hexagon at width 300.",
    hypotheses=(SELECTED,),
    uses=("eq:C.22",),
)
SMOOTH = Statement(
    id="flow:smooth",
    title="With a smooth activation the Gram of automatic differentiation closes the energy identity",
    source="this suite",
    number="(C.22), smooth control",
    formula=r"L(0) - L(t) = \int_0^t u'K_s^r u \, ds \text{ for softplus, } K_t \text{ that of (3.1)}",
    qualification="One network with softplus for ReLU, sharpness 10: the defect is below 1% and falls at second order "
    "in the step, so that the defect with ReLU is that of its kinks and not of the integration.",
    hypotheses=(Hypothesis("smooth activation", "the activation is differentiable"),),
    uses=("flow:energy",),
)
THEOREM_1 = Statement(
    id="thm:1",
    title="While lambda_min(K_t) stays positive every output diverges, to the side of its label",
    source=PAPER,
    number="Theorem 1, Lemma 8",
    formula=r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow (2y_i - 1) f_t(x_i) \to +\infty",
    qualification="Margins stayed above the bound ln W(exp(Phi(S_0) + C t / n)) that C proves, and grew like ln t, to "
    "the last time computed. " + ALONG,
    hypotheses=(LOGISTIC, DEFINITE, SELECTED),
    uses=("envelope:lower", "eq:C.23", "eq:C.24", "flow:kinks"),
    revision=2,
)
TRAJECTORIES: dict[str, Callable[[], Trajectory]] = {
    "two points, FCN": on_two_points,
    "hexagon, FCN": on_the_hexagon,
    "hexagon, FCN, depth 3": on_the_hexagon_deep,
    "two points, ResNet": lambda: flow_of(resnet(1), TWO, alternating(2), 256, 6),
    "one point": lambda: copies_of_one_point(1),
    "three copies of one point": lambda: copies_of_one_point(3),
}
ONE_FIXED_KERNEL = with_trained(fcn(1), ["W_2"])


@check(LOWER, envelopes.kernel_form, mutants={"n too many": envelopes.size * envelopes.kernel_form})
def test_the_lower_envelope_solves_its_differential_inequality(claim):
    holds = sympy.simplify(envelopes.lower_rate() - claim) == 0 and envelopes.potential_slope().is_negative is not False
    record(symbolic(holds, covers_all=False))


@check(UPPER, envelopes.size * envelopes.kernel_form, mutants={"n lost": envelopes.kernel_form})
def test_the_upper_envelope_solves_its_differential_inequality(claim):
    record(symbolic(sympy.simplify(envelopes.upper_rate() - claim) == 0, covers_all=False))


@check(LOWER, 1.0, mutants={"2% more of the integral": 1.02})
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_no_margin_falls_below_the_lower_envelope(claim, name):
    name = name if claim == 1 else "one point"  # where it is attained
    trajectory = TRAJECTORIES[name]()
    bound = scaled_integrals(trajectory, claim).lower_envelope
    record(stays_above(trajectory.margins.min(axis=1), bound, trajectory.slip, name))


@check(UPPER, 1.0, mutants={"2% less of the integral": 0.98, "n lost": 1 / 3})
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_the_least_margin_stays_below_the_upper_envelope(claim, name):
    name = name if claim == 1 else "three copies of one point"
    trajectory = TRAJECTORIES[name]()
    bound = scaled_integrals(trajectory, claim).upper_envelope
    record(stays_above(-trajectory.margins.min(axis=1), -bound, trajectory.slip, name))


@counterexample(LOWER, LOGISTIC)
def test_under_squared_loss_the_margins_leave_the_envelope():
    trajectory = squared_on_two_points()
    bound = envelope_from_start(trajectory, trajectory.log_margin_integral)
    record(stays_above(trajectory.margins.min(axis=1), bound, trajectory.slip, "squared loss"))


@counterexample(UPPER, LOGISTIC)
def test_under_exponential_loss_the_residuals_outgrow_the_loss():
    # One sample, l = exp(-f) at f = -3: u = L = exp(3), and the upper envelope needs u <= 1 - exp(-L).
    loss = sympy.exp(3)
    record(symbolic(bool(loss <= 1 - sympy.exp(-loss)), "exponential loss, f = -3: u = exp(3) > 1 - exp(-L)"))


@check(ENERGY, "selected", mutants={"the automatic Gram": "automatic"})
@pytest.mark.parametrize("name", ["hexagon, FCN", "hexagon, FCN, depth 3"])
def test_the_energy_identity_closes(claim, name):
    trajectory = TRAJECTORIES["hexagon, FCN" if claim == "automatic" else name]()
    defect = trajectory.energy_defects if claim == "selected" else trajectory.automatic_energy_defects
    size = float(np.abs(defect[-1]))
    detail = f"{name}: off by {size:.2g} of the integral with the {claim} Gram"
    record(numerical(size < 0.01, detail, margin=0.01 - size))


@counterexample(ENERGY, SELECTED)
def test_the_energy_identity_fails_with_the_automatic_gram():
    size = float(on_the_hexagon().automatic_energy_defects[-1])
    record(numerical(size < 0.1, f"the hexagon, width 300, to t = 100: off by {size:.2f} of the integral"))


def automatic_defects(architecture: Architecture) -> list[float]:
    """The automatic Gram's energy defect on three points to t = 100 with steps of 0.8 and of 0.4 in ln t."""
    sizes = []
    for longest in (0.8, 0.4):
        accuracy = Accuracy(tolerance=math.inf, longest=longest, consistency=1e-6)
        rare = Recording(per_decade=1)
        found = flow_of(architecture, circle(3), alternating(3), 32, 2, accuracy=accuracy, recording=rare)
        sizes.append(abs(float(found.automatic_energy_defects[-1])))
    return sizes


@check(SMOOTH, smoothed(fcn(1), 10), mutants={"ReLU": fcn(1)})
def test_with_a_smooth_activation_the_automatic_gram_closes_the_energy_identity(claim):
    long, short = automatic_defects(claim)
    detail = f"{claim.name}: off by {long:.2g} of the integral, with half the step by {short:.2g}"
    record(numerical(long < 0.01 and short < 0.3 * long, detail, margin=0.01 - long if long < 0.01 else None))


@counterexample(SMOOTH, SMOOTH.hypotheses[0])
def test_with_kinks_the_automatic_gram_does_not_close_the_energy_identity():
    record(numerical(on_the_hexagon().automatic_energy_defects[-1] < 0.01, "ReLU on the hexagon, width 300"))


def divergence_bound(trajectory: Trajectory, factor: float) -> np.ndarray:
    """ln W(exp(Phi(S_0) + factor C t / n)) with C the least lambda_min met: what Theorem 1's hypothesis proves."""
    rate = factor * trajectory.lambda_min.min() / trajectory.loss.size
    return envelope_from_start(trajectory, trajectory.log_t + math.log(rate))


@check(THEOREM_1, 1.0, mutants={"2% more than C": 1.02})
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_every_output_diverges_to_the_side_of_its_label(claim, name):
    if claim != 1:  # where C is lambda_min at all times, and n = 1
        name, trajectory = "one sample, a fixed kernel", flow_of(ONE_FIXED_KERNEL, circle(1), logistic([1]), 32, 6)
    else:
        trajectory = TRAJECTORIES[name]()
    if not trajectory.lambda_min.min() > 1e-9 * trajectory.lambda_max.max():
        record(vacuous(Kind.NUMERICAL, f"{name}: lambda_min touched zero"))
        return
    bound = divergence_bound(trajectory, claim)
    record(stays_above(trajectory.margins.min(axis=1), bound, trajectory.slip, name))


@check(THEOREM_1, 1.0, mutants={"0.9 ln t": 0.9, "1.1 ln t": 1.1, "like a power": 5.0})
@pytest.mark.parametrize("seed", range(2))
def test_margins_grow_like_the_logarithm_of_time(claim, seed):
    # Between the envelopes, ln of the integrals of gamma^2 and of n K_ii: the kernel grows slowly, hence a little more.
    slope = log_slope(on_two_points(seed))
    detail = f"two points, seed {seed}: margin = {slope:.4f} ln t, from t = 1e25 to 1e50"
    record(numerical(abs(slope - claim) < 0.05, detail, margin=0.05 - abs(slope - claim)))


@counterexample(THEOREM_1, DEFINITE)
def test_one_point_with_both_labels_stays_put():
    # f(x_1) = f(x_2) for all t: one of the two margins is at most zero.
    f = sympy.Symbol("f", real=True)
    record(symbolic(bool(sympy.Min(f, -f).subs(f, 3) > 0), "x_1 = x_2 with labels 0 and 1: margins f and -f"))


@counterexample(THEOREM_1, SELECTED)
def test_with_the_automatic_gram_a_flow_that_stays_definite_need_not_diverge():
    # Width 2, three points: one sample slides on a kink, its selected subgradient tends to zero. Exactly: flow:kinks.
    trajectory = flow_of(fcn(1), circle(3), logistic([1, 0, 1]), 2, 4, seed=9, recording=Recording(per_decade=2))
    late = trajectory.log10_t > 1.4
    lowest = float(np.linalg.eigvalsh(trajectory.automatic_gram[late])[:, 0].min())
    assert lowest > 1, "the automatic Gram is not definite here"
    least = float(trajectory.margins[-1].min())
    detail = f"automatic lambda_min >= {lowest:.3g} from t = 30 to 1e4, least margin {least:.1g} at the end"
    record(numerical(least > 1, detail))


@counterexample(THEOREM_1, LOGISTIC)
def test_under_squared_loss_the_outputs_converge():
    trajectory = squared_on_two_points()
    largest = float(np.abs(trajectory.outputs[-1]).max())
    record(numerical(largest > 2, f"status {trajectory.status}: outputs {trajectory.outputs[-1].round(6).tolist()}"))
