"""Training: the envelopes of the margins and Theorem 1 of arXiv 2504.11130.

They are held against plain gradient descent, which shares nothing with our integrator, against exact solutions, and
against computed flows. Claims and mutants are tried on the same paths.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from checks.setups.trajectories import (
    CLUSTER,
    DEFINITE,
    ENDED,
    IN_SETTINGS,
    LARGER,
    LOGISTIC,
    SELECTED,
    SETTINGS,
    TOLERATED,
    Along,
    Pair,
    Path,
    Setting,
    alternating,
    as_flow,
    closes_within,
    copies_of_one_point,
    cut_short,
    diagonal_rate,
    energy_rate,
    envelope_from_start,
    errors,
    exception,
    flow_of,
    held_against,
    judge_held,
    later_half,
    log_slope,
    one_point_with_both_labels,
    pair_of,
    pair_on_two_points,
    pair_under_squared_loss,
    same,
    simplex_rate,
    spectral_rate,
    stays_above,
)
from ntk_companion.evidence import Evidence, numerical, symbolic
from ntk_companion.judging import check, counterexample, judge_case, record, thorough
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import combined, is_positive, vanishes
from numerics.data.points import PointSet, circle, hexagon
from numerics.flow import Accuracy, Recording
from numerics.flow.trajectory import AT_REST, Trajectory
from numerics.losses import Exponential, logistic
from theory.architecture import Architecture, fcn, smoothed, with_trained
from theory.dynamics import envelopes
from theory.printed.divergence import PAPER

SEEN = (
    "Seen from t = 10 to 100 on plain gradient descent of torch with short steps, K_t being the Gram of its gradients "
    "averaged over the chatter on kinks: random points in R^3 and R^5 of different norms, two of them near each other "
    "with opposite labels, the hexagon, three networks deep, a ResNet; and on computed flows to t = 1e50. The error is "
    "twice what other steps change, and for the integrals 0.01 of a margin, of a flow how far the Gram matrix of a "
    "step is off that at its end." + IN_SETTINGS + " "
)

LOWER = Statement(
    id="envelope:lower",
    title="From any time s on every margin is at least ln W(exp(Phi(S_s) + integral of gamma^2))",
    source="this suite",
    number="envelopes, lower",
    formula=r"q_i(t) \ge \ln W\Bigl(e^{\Phi(S_s) + \int_s^t \gamma_r^2 dr}\Bigr), \quad"
    r" S = e^L - 1, \quad \Phi(S) = \tfrac1S - \ln S",
    qualification="sympy proves the differential identity. "
    + SEEN
    + "Attained by one sample; in most other cases twice "
    "the integral is refuted." + TOLERATED,
    hypotheses=(LOGISTIC,),
    uses=("eq:C.22", "gap:label-aware"),
    revision=2,
    inconclusive=2,
)
UPPER = Statement(
    id="envelope:upper",
    title="From any time s on the least margin is at most ln W(exp(Phi(s_s) + n integral of max_i K_t(x_i, x_i)))",
    source="this suite",
    number="envelopes, upper",
    formula=r"\min_i q_i(t) \le \ln W\Bigl(e^{\Phi(S_s) + n\int_s^t \max_i K_r(x_i,x_i) dr}\Bigr), \quad"
    r" S = e^{L/n} - 1",
    qualification="sympy proves the differential identity. Attained by copies of one sample, nearly so by points "
    "within 0.05 of each other with one label, and held against these, by computed flows and by plain gradient "
    "descent; with both labels among the points the integral is 50 to 600 times too large, and a check there says "
    "nothing." + TOLERATED,
    hypotheses=(LOGISTIC,),
    uses=("eq:C.22",),
    revision=2,
    inconclusive=1,
)
ENERGY = Statement(
    id="flow:energy",
    title="Along the flow the loss falls by the integral of u' K^r u, with the Gram of the selected subgradients",
    source=PAPER,
    number="(C.22), along computed flows",
    formula=r"L(s) - L(t) = \int_s^t u'K_r^r u \, dr, \text{ as }"
    r" \Phi(S_t) - \Phi(S_s) = \int_s^t \frac{u'K_r^r u}{(1 - e^{-L})^2} dr",
    qualification=SEEN
    + "The integral is right within 10% and an error of 20% at most: the average over the chatter lags by 2.5% of the "
    "time, which makes 2 to 4% of "
    "it. With the Gram of automatic differentiation it is off by 20% to a factor of 20. The 10% was set with such "
    "paths in view." + TOLERATED,
    hypotheses=(SELECTED,),
    uses=("eq:C.22",),
    revision=2,
    inconclusive=2,
)
SMOOTH = Statement(
    id="flow:smooth",
    title="With a smooth activation the Gram of automatic differentiation closes the energy identity",
    source="this suite",
    number="(C.22), smooth control",
    formula=r"L(0) - L(t) = \int_0^t u'K_s^r u \, ds \text{ for softplus, } K_t \text{ that of (3.1)}",
    qualification="One network with softplus for ReLU, sharpness 10: the defect is below 1%, set with such a network "
    "in view, and falls at second order in the step, so that the defect with ReLU is that of its kinks and not of the "
    "integration.",
    hypotheses=(
        Hypothesis(
            "smooth activation", "the activation is differentiable", lambda case: not has_kinks(case.architecture)
        ),
    ),
    uses=("flow:energy",),
)
THEOREM_1 = Statement(
    id="thm:1",
    title="While lambda_min(K_t) stays positive every output diverges, to the side of its label",
    source=PAPER,
    number="Theorem 1, Lemma 8",
    formula=r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow (2y_i - 1) f_t(x_i) \to +\infty",
    qualification="A finite run shows no limit: along paths the rise of 1/S - ln S, S = e^L - 1, stayed above the "
    "integral of lambda_min(K_t) |u|^2 / (1 - e^-L)^2 that the proof takes from it, where three times lambda_min is "
    "refuted but on points that nearly coincide, one sample with a fixed kernel followed the exact solution within "
    "0.005, a quarter of what 2% of the kernel make, and on two points margins grew like ln t within 5%, set with "
    "such flows in view, to t = 1e50. " + SEEN.rstrip() + TOLERATED,
    hypotheses=(LOGISTIC, DEFINITE, SELECTED),
    uses=("envelope:lower", "eq:C.23", "eq:C.24", "flow:kinks"),
    revision=3,
    inconclusive=2,
)
DESCENT = Statement(
    id="flow:descent",
    title="Computed flows end where plain gradient descent with short steps does",
    source="this suite",
    number="flow against descent",
    formula=r"\max_i |f_t(x_i) - f^{GD}_t(x_i)| < 0.1, \ \max_{ij} |K_t - K^{GD}_t|_{ij} < 0.1 \max_{ij} |K_t|_{ij}"
    r" \text{ at } t = 100",
    qualification="The median over three networks and sample sets, five if thorough, since a flow that meets a "
    "repelling kink has several continuations, and the two runs may part there: about one pair in thirty did. The 0.1, "
    "and that the median is judged, were set with such pairs in view.",
    uses=("flow:energy",),
)
PAIRS: dict[str, Callable[[], Pair]] = {name: setting.descent for name, setting in SETTINGS.items()} | {
    "two points, FCN, flow to 1e50": pair_on_two_points,
    "one point, flow": lambda: copies_of_one_point(1),
}
IN_THOROUGH: dict[str, Callable[[], Pair]] = {name: setting.flow for name, setting in LARGER.items()}
NEAR_ONE_POINT: dict[str, Callable[[], Pair]] = {
    "one point, flow": lambda: copies_of_one_point(1),
    "three copies of one point, flow": lambda: copies_of_one_point(3),
    "three points within 0.05, descent": CLUSTER.descent,
}
ONE_FIXED_KERNEL = with_trained(fcn(1), ["W_2"])


def larger() -> dict[str, Callable[[], Pair]]:
    """More cases, in the thorough profile."""
    return IN_THOROUGH if thorough() else {}


@check(LOWER, envelopes.kernel_form, mutants={"n too many": envelopes.size * envelopes.kernel_form})
def test_the_lower_envelope_solves_its_differential_inequality(claim):
    # Phi falls, so that a bound on it from below is one on S from above.
    falls = is_positive(-envelopes.potential_slope())
    said = f"the rate of the lower envelope against {claim}"
    record(symbolic(combined([vanishes(envelopes.lower_rate() - claim), falls]), said, covers_all=False))


@check(UPPER, envelopes.size * envelopes.kernel_form, mutants={"n lost": envelopes.kernel_form})
def test_the_upper_envelope_solves_its_differential_inequality(claim):
    said = f"the rate of the upper envelope against {claim}"
    record(symbolic(vanishes(envelopes.upper_rate() - claim), said, covers_all=False))


def least_margin(path: Path) -> np.ndarray:
    """min_i q_i in the second half of the range of ln t, shape (R',)."""
    return path.margins[later_half(path)].min(axis=1)


def stays_above_the_lower_envelope(factor: float, case: Along) -> None:
    """Are all margins, and -ln S, which is less under the logistic loss, above `factor` times the integral's bound?"""
    held = held_against(case.pair, simplex_rate, factor)
    least = np.minimum(held.margin, least_margin(case.pair.fine))
    record(judge_held(case.pair, replace(held, margin=least), case.what))


def stays_below_the_upper_envelope(factor: float, case: Along) -> None:
    """Is the least margin, and -ln S, which is more under the logistic loss, below that of `factor` of the integral?"""
    held = held_against(case.pair, diagonal_rate, factor, share=case.pair.fine.loss.size)
    above = np.maximum(held.margin, least_margin(case.pair.fine))
    error = held.error + held.gram_error
    record(cut_short(case.pair.fine, case.what) or stays_above(held.bound[1:], above[1:], error[1:], case.what))


@check(LOWER, 1.0, mutants={"five times the integral": 5.0})
@pytest.mark.parametrize("name", PAIRS)
def test_no_margin_falls_below_the_lower_envelope(claim, name):
    judge_case(stays_above_the_lower_envelope, claim, Along(PAIRS[name](), name))


@check(LOWER, 1.0)
def test_more_points_and_layers_stay_above_the_lower_envelope_too(claim):
    """In the thorough profile; by default the smallest of them."""
    for name, trained in larger().items():
        judge_case(stays_above_the_lower_envelope, claim, Along(trained(), name))
    copies = Along(copies_of_one_point(3), "three copies of one point, flow")
    judge_case(stays_above_the_lower_envelope, claim, copies)


@check(LOWER, 1.0, mutants={"10% more of the integral": 1.1})
def test_one_sample_attains_the_lower_envelope(claim):
    judge_case(stays_above_the_lower_envelope, claim, Along(copies_of_one_point(1), "one point, flow"))


@check(UPPER, 1.0, mutants={"20% less of the integral": 0.8})
@pytest.mark.parametrize("name", NEAR_ONE_POINT)
def test_the_least_margin_stays_below_the_upper_envelope(claim, name):
    judge_case(stays_below_the_upper_envelope, claim, Along(NEAR_ONE_POINT[name](), name))


@check(UPPER, 1.0, mutants={"5% less of the integral": 0.95})
def test_copies_of_one_sample_attain_the_upper_envelope(claim):
    judge_case(stays_below_the_upper_envelope, claim, Along(copies_of_one_point(3), "three copies of one point"))


@counterexample(LOWER, LOGISTIC, of=test_no_margin_falls_below_the_lower_envelope)
def test_under_squared_loss_the_margins_leave_the_envelope(claim):
    judge_case(stays_above_the_lower_envelope, claim, Along(pair_under_squared_loss(), "squared loss"))


@counterexample(UPPER, LOGISTIC, of=test_the_least_margin_stays_below_the_upper_envelope)
def test_under_exponential_loss_the_margin_is_above_the_envelope(claim):
    # One sample, S = exp(L) - 1 > L = exp(-q): the margin is above -ln S from the start on.
    pair = copies_of_one_point(1, Exponential((1,)), -0.5)
    judge_case(stays_below_the_upper_envelope, claim, Along(pair, "exponential loss, one sample"))


def closes(factor: float, case: Along) -> None:
    """Is the rise of the potential `factor` times the integral of the Gram matrix's form, within 10%?"""
    held = held_against(case.pair, energy_rate, factor, automatic=case.automatic)
    record(cut_short(case.pair.fine, case.what) or closes_within(held, case.what))


@check(ENERGY, 1.0, mutants={"half more": 1.5, "a third less": 2 / 3})
@pytest.mark.parametrize("name", SETTINGS)
def test_the_energy_identity_closes_along_gradient_descent(claim, name):
    judge_case(closes, claim, Along(SETTINGS[name].descent(), name))


@counterexample(ENERGY, SELECTED, of=test_the_energy_identity_closes_along_gradient_descent)
def test_the_energy_identity_fails_with_the_automatic_gram(claim):
    pair = SETTINGS["hexagon, FCN, depth 3"].descent()
    judge_case(closes, claim, Along(pair, "the hexagon, depth 3, automatic Gram", automatic=True))


@check(DESCENT, 1.0, mutants={"the mean of the losses for their sum": None, "the flow runs 20% too fast": 1.2})
def test_flows_end_where_descent_does(claim):
    settings = [setting for setting in SETTINGS.values() if thorough() or setting.architecture.depth == 1]
    apart = [apart_at_the_end(setting, claim) for setting in settings]
    decided = sum(pair is not None for pair in apart) >= 3
    outputs, kernels = np.median([pair or (math.inf, math.inf) for pair in apart], axis=0)
    holds = bool(outputs < 0.1 and kernels < 0.1) if decided else None
    detail = f"{len(apart)} cases: outputs apart by {outputs:.2g}, kernels by {kernels:.1%}, in the median"
    record(numerical(holds, detail, margin=0.1 - max(outputs, kernels)))


def apart_at_the_end(setting: Setting, speed: float | None) -> tuple[float, float] | None:
    """By how much outputs and kernel (relative) of flow and descent differ at t = 100; None if the flow ended early."""
    flow, found = setting.flow().fine, setting.descent().fine
    if cut_short(flow, ""):
        return None
    log_time = flow.log_t[-1] - math.log(speed or flow.loss.size)
    outputs = [np.interp(log_time, flow.log_t[1:], column) for column in flow.outputs[1:].T]
    off = np.abs(flow.gram[-1] - found.gram[-1]).max() / found.gram[-1].max()
    return float(np.abs(outputs - found.outputs[-1]).max()), float(off)


class Closing(NamedTuple):
    """A network, and the member-th start on some points, along which the automatic Gram is to close the identity."""

    architecture: Architecture
    member: int
    points: PointSet = circle(3)

    @property
    def pair(self) -> Pair:
        """The flow to t = 100 with steps of 0.4 and of 0.8 in ln t."""
        accuracy = Accuracy(tolerance=math.inf, longest=0.4, consistency=1e-6)
        rare = Recording(per_decade=1)
        loss = alternating(len(self.points))
        return pair_of(self.architecture, self.points, loss, 32, 2, self.member, accuracy=accuracy, recording=rare)


def has_kinks(architecture: Architecture) -> bool:
    """Is there a ReLU in it?"""
    return smoothed(architecture, 10).layers != architecture.layers


def is_smooth(factor: float, case: Closing) -> None:
    """Is the fall of the loss `factor` times the automatic Gram's integral?"""
    defects = smooth_defects(case.pair, factor)
    record(smooth_evidence(defects, f"{case.architecture.name}, network {case.member}"))


def smooth_defects(pair: Pair, factor: float = 1.0) -> list[float] | None:
    """By what share the fall of the loss is off `factor` times the automatic Gram's integral, rough first.

    None if a run ended early.
    """
    found = [path for path in (pair.rough, pair.fine) if isinstance(path, Trajectory) and path.status in ENDED]
    if len(found) < 2:
        return None
    return [abs((1 - float(path.automatic_energy_defects[-1])) / factor - 1) for path in found]


@check(SMOOTH, 1.0, mutants={"2% more of the integral": 1.02, "2% less of the integral": 0.98})
def test_with_a_smooth_activation_the_automatic_gram_closes_the_energy_identity(claim):
    for member in range(2):
        judge_case(is_smooth, claim, Closing(smoothed(fcn(1), 10), member))


def smooth_evidence(defects: list[float] | None, what: str) -> Evidence:
    """Is the defect below 1%, and does it fall at second order in the step?"""
    if defects is None:
        return numerical(None, f"{what}: the run ended early")
    long, short = defects
    detail = f"{what}: off by {long:.2g} of the integral, with half the step by {short:.2g}"
    holds = long < 0.01 and short < 0.4 * long
    return numerical(holds, detail, margin=0.01 - long if holds else None)


@counterexample(
    SMOOTH, SMOOTH.hypotheses[0], of=test_with_a_smooth_activation_the_automatic_gram_closes_the_energy_identity
)
def test_with_kinks_the_automatic_gram_does_not_close_the_energy_identity(claim):
    judge_case(is_smooth, claim, Closing(fcn(1), 0, hexagon()))


@check(THEOREM_1, 1.0, mutants={"three times lambda_min": 3.0})
@pytest.mark.parametrize("name", PAIRS)
def test_every_output_diverges_to_the_side_of_its_label(claim, name):
    judge_case(exceeds_what_lambda_min_proves, claim, Along(PAIRS[name](), name))


def exceeds_what_lambda_min_proves(factor: float, case: Along) -> None:
    """Do margins stay above what `factor` times lambda_min(K_t) proves?"""
    lowest = np.linalg.eigvalsh(case.gram[later_half(case.trajectory)])[:, 0].min()
    held = held_against(case.pair, spectral_rate, factor, automatic=case.automatic)
    record(judge_held(case.pair, held, f"{case.what}, lambda_min >= {lowest:.3g}"))


@check(THEOREM_1, 1.0, mutants={"2% faster": 1.02, "2% slower": 0.98})
@pytest.mark.parametrize("member", range(2))
def test_one_sample_with_a_fixed_kernel_follows_the_exact_solution(claim, member):
    # Only W_2 trained, n = 1: Phi(S_t) = Phi(S_0) + K t with the constant K, and the margin is -ln S_t.
    flow = flow_of(ONE_FIXED_KERNEL, circle(1), logistic([1]), 32, 6, member)
    kernel = claim * float(flow.gram[0, 0, 0])
    exact = envelope_from_start(flow, flow.log_t + math.log(kernel))
    error = errors(flow, "margin")
    record(cut_short(flow, "one sample") or same(flow.margins[:, 0], exact, error, 0.005, f"K = {kernel:.4g}"))


@check(THEOREM_1, 1.0)
def test_more_points_and_layers_diverge_too(claim):
    """In the thorough profile; by default three copies of a point, whose kernel is singular."""
    copies = Along(copies_of_one_point(3), "three copies of one point")
    judge_case(exceeds_what_lambda_min_proves, claim, copies)
    for name, pair in larger().items():
        judge_case(exceeds_what_lambda_min_proves, claim, Along(pair(), name))


def grows_like_the_logarithm(claim: float, case: Along) -> None:
    """Does the least margin grow like `claim` times ln t, within 5%? At rest it does not grow."""
    flow = as_flow(case.trajectory)
    slope = 0.0 if flow.status == AT_REST else log_slope(flow)
    detail = f"{case.what}: least margin {flow.margins[-1].min():.3g} = .. + {slope:.4f} ln t, {flow.status}"
    off = abs(slope - claim)
    record(cut_short(flow, detail) or numerical(off < 0.05, detail, margin=0.05 - off))


@check(THEOREM_1, 1.0, mutants={"0.9 ln t": 0.9, "1.1 ln t": 1.1, "like a power": 5.0})
@pytest.mark.parametrize("member", range(3))
def test_margins_grow_like_the_logarithm_of_time(claim, member):
    # Between the envelopes, ln of the integrals of gamma^2 and of n K_ii: the kernel grows slowly, hence a little more.
    judge_case(grows_like_the_logarithm, claim, Along(pair_on_two_points(member), f"two points, network {member}"))


@counterexample(THEOREM_1, DEFINITE, of=test_margins_grow_like_the_logarithm_of_time)
def test_one_point_with_both_labels_stays_put(claim):
    judge_case(grows_like_the_logarithm, claim, Along(one_point_with_both_labels(), "one point with both labels"))


@counterexample(THEOREM_1, SELECTED, of=test_margins_grow_like_the_logarithm_of_time)
def test_with_the_automatic_gram_a_flow_that_stays_definite_need_not_diverge(claim):
    judge_case(grows_like_the_logarithm, claim, Along(exception(), "automatic Gram, width 2", automatic=True))


@counterexample(THEOREM_1, LOGISTIC, of=test_margins_grow_like_the_logarithm_of_time)
def test_under_squared_loss_the_outputs_converge(claim):
    judge_case(grows_like_the_logarithm, claim, Along(pair_under_squared_loss(), "squared loss"))
