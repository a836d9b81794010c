"""Training: Theorem 1, Corollary 1 and Theorem 2 of arXiv 2504.11130 along computed gradient flows.

The flow is that of `numerics.flow`: the selected subgradients, sliding on kinks. Trajectories are shared by the checks;
claims and mutants are tried on the same ones. A finite run confirms what was checked on it, never a limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import sympy

from checks.statements import (
    Evidence,
    Hypothesis,
    Kind,
    Statement,
    check,
    counterexample,
    numerical,
    record,
    symbolic,
    thorough,
    vacuous,
)
from numerics.flow import gradient_flow
from numerics.kernels import FLOAT64, ntk
from numerics.losses import Loss, Squared, logistic
from numerics.network import initialise
from numerics.points import PointSet, circle, hexagon, rational_points
from numerics.trajectory import Trajectory, log10_crossing, margin_of_integral
from theory import envelopes
from theory.architecture import Architecture, fcn, resnet

PAPER = "arXiv 2504.11130"
LOGISTIC = Hypothesis("logistic loss, hard labels", "the loss is the summed logistic loss with labels 0 and 1")
DEFINITE = Hypothesis("definite kernel", "lambda_min(K_t) stays above a positive constant")
SMALL_START = Hypothesis("informative", "max |K_0 - K| is below the constant: otherwise the gap is met before training")
ALONG = (
    "Checked at every recorded time of the trajectories computed; the flow is numerics.flow's, accurate to about 5%."
)

LOWER = Statement(
    id="envelope:lower",
    title="Every margin is at least ln W(exp(Phi(S_0) + integral of gamma_t^2))",
    source="this suite",
    number="envelopes, lower",
    formula=r"q_i(t) \ge \ln W\Bigl(e^{\Phi(S_0) + \int_0^t \gamma_s^2 ds}\Bigr), \quad \Phi(S) = \tfrac1S - \ln S",
    qualification="sympy proves the differential identity; " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("eq:C.22", "gap:label-aware"),
)
UPPER = Statement(
    id="envelope:upper",
    title="The least margin is at most ln W(exp(Phi(s_0) + n integral of max_i K_t(x_i, x_i)))",
    source="this suite",
    number="envelopes, upper",
    formula=r"\min_i q_i(t) \le \ln W\Bigl(e^{\Phi(s_0) + n\int_0^t \max_i K_s(x_i,x_i) ds}\Bigr)",
    qualification="sympy proves the differential identity; " + ALONG,
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
    hypotheses=(Hypothesis("selected subgradients", "K_t is the Gram of the flow's own subgradients, not 1(z > 0)"),),
    uses=("eq:C.22",),
)
THEOREM_1 = Statement(
    id="thm:1",
    title="While lambda_min(K_t) stays positive every output diverges, to the side of its label",
    source=PAPER,
    number="Theorem 1, Lemma 8",
    formula=r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow (2y_i - 1) f_t(x_i) \to +\infty",
    qualification="Margins followed the proved logarithmic lower bound ln W(exp(C t / n)) to the last time computed. "
    + ALONG,
    hypotheses=(LOGISTIC, DEFINITE),
    uses=("envelope:lower", "eq:C.23", "eq:C.24", "flow:kinks"),
)
COROLLARY_1 = Statement(
    id="cor:1",
    title="The parameters leave every bounded set",
    source=PAPER,
    number="Corollary 1",
    formula=r"\limsup_t |\theta_t - \theta_0|_\infty = \infty",
    qualification="The largest displacement still grew in every tenth of the computed range of log t. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("thm:1",),
)
THEOREM_2 = Statement(
    id="thm:2",
    title="The kernel strays from its limit by lambda_0 / (2 n^2), and by the sharper constants",
    source=PAPER,
    number="Theorem 2, (4.3)",
    formula=r"\sup_t \max_{ij} |K_t - K|_{ij} \ge \frac{\lambda_0}{2n^2}",
    qualification="The crossings seen; cases where max |K_0 - K| exceeds the constant are vacuous and counted so. "
    + ALONG,
    hypotheses=(LOGISTIC, SMALL_START),
    uses=("thm:1", "lemma:7", "gap:sharp", "gap:label-aware", "output:fcn"),
)
FROM_START = Statement(
    id="thm:2-start",
    title="At every width training moves the kernel by gamma^2(K_0), no later than a proved time",
    source="this suite",
    number="gap against K_0",
    formula=r"T_g \le \frac{n}{\lambda_0 - ng}\Bigl(v + \ln v - \tfrac{1}{S_0} + \ln S_0\Bigr), \quad"
    r" v = e^{\sqrt{m/8}\,(\min_i K_{ii} + g)}",
    qualification="Never vacuous: K_0 is the reference. The bound is loose: crossings came far before it. " + ALONG,
    hypotheses=(LOGISTIC,),
    uses=("envelope:lower", "output:fcn", "gap:sharp"),
)

TWO = circle(2)
ALTERNATING = {2: (0, 1), 6: (0, 1, 0, 1, 0, 1)}
# Two near points with one label: gamma^2 is nearly max K_ii there, and the upper envelope nearly attained.
NEAR = rational_points("two near points", [[1, 0], [1, sympy.Rational(1, 1000)]])  # type: ignore[list-item]


@cache
def flow_of(
    architecture: Architecture, points: PointSet, loss: Loss, width: int, log10_until: float, seed: int = 0
) -> Trajectory:
    """The gradient flow from the initialisation of this seed, to t = 10^log10_until."""
    parameters = initialise(architecture, points.dimension, width, np.random.default_rng(seed))
    return gradient_flow(architecture, parameters, points.coordinates(FLOAT64), loss, log10_until * math.log(10))


def on_two_points(seed: int = 0, width: int = 10_000, log10_until: float = 50) -> Trajectory:
    return flow_of(fcn(1), TWO, logistic(ALTERNATING[2]), width, log10_until, seed)


def on_the_hexagon() -> Trajectory:
    return flow_of(fcn(1), hexagon(), logistic(ALTERNATING[6]), 300, 2)


def on_the_hexagon_deep() -> Trajectory:
    width, log10_until = (1000, 5) if thorough() else (256, 4)
    return flow_of(fcn(3), hexagon(), logistic(ALTERNATING[6]), width, log10_until)


TRAJECTORIES: dict[str, Callable[[], Trajectory]] = {
    "two points, FCN": on_two_points,
    "hexagon, FCN": on_the_hexagon,
    "hexagon, FCN, depth 3": on_the_hexagon_deep,
    "two points, ResNet": lambda: flow_of(resnet(1), TWO, logistic(ALTERNATING[2]), 256, 6),
    "two near points, one label": lambda: flow_of(fcn(1), NEAR, logistic((1, 1)), 1000, 4),
}


@check(LOWER, envelopes.kernel_form, mutants={"n too many": envelopes.size * envelopes.kernel_form})
def test_the_lower_envelope_solves_its_differential_inequality(claim):
    slope = envelopes.potential_slope()
    record(
        symbolic(
            sympy.simplify(envelopes.lower_rate() - claim) == 0 and slope.is_negative is not False, covers_all=False
        )
    )


@check(UPPER, envelopes.size * envelopes.kernel_form, mutants={"n lost": envelopes.kernel_form})
def test_the_upper_envelope_solves_its_differential_inequality(claim):
    record(symbolic(sympy.simplify(envelopes.upper_rate() - claim) == 0, covers_all=False))


def stays_above(least: np.ndarray, bound: np.ndarray, what: str) -> Evidence:
    """least >= bound at every time, up to rounding."""
    slack = float(np.min(least - bound))
    return numerical(slack > -1e-9, f"{what}: least slack {slack:.3g}", margin=slack + 1e-9)


@check(LOWER, 0.0, mutants={"n^2 too many in the integral": 2 * math.log(2)})
@pytest.mark.parametrize("name", ["two points, FCN", "hexagon, FCN", "hexagon, FCN, depth 3", "two points, ResNet"])
def test_no_margin_falls_below_the_lower_envelope(claim, name):
    if claim and name != "two points, FCN":
        name = "two points, FCN"  # where the envelope is nearly attained
    trajectory = TRAJECTORIES[name]()
    record(
        stays_above(trajectory.margins.min(axis=1), trajectory.lower_envelope + claim * (trajectory.log_t > 0), name)
    )


@check(UPPER, 0.0, mutants={"n lost": math.log(2)})
@pytest.mark.parametrize("name", TRAJECTORIES)
def test_the_least_margin_stays_below_the_upper_envelope(claim, name):
    trajectory = TRAJECTORIES["two near points, one label" if claim else name]()
    late = trajectory.log_t > 2
    record(stays_above(trajectory.upper_envelope[late] - claim, trajectory.margins.min(axis=1)[late], name))


@counterexample(LOWER, LOGISTIC)
def test_under_squared_loss_the_margins_leave_the_envelope():
    trajectory = squared_on_two_points()
    excess = math.log(math.expm1(2 * math.log(2)))  # of the logistic loss at f = 0, near the start
    bound = np.array([margin_of_integral(value, excess) for value in trajectory.log_margin_integral])
    record(stays_above(trajectory.margins.min(axis=1), bound, "squared loss"))


@counterexample(UPPER, LOGISTIC)
def test_under_exponential_loss_the_residuals_outgrow_the_loss():
    # One sample, l = exp(-f) at f = -3: u = L = exp(3), and the upper envelope needs u <= 1 - exp(-L).
    loss = sympy.exp(3)
    record(symbolic(bool(loss <= 1 - sympy.exp(-loss)), "exponential loss, f = -3: u = exp(3) > 1 - exp(-L)"))


@check(ENERGY, "selected", mutants={"the automatic Gram": "automatic"})
@pytest.mark.parametrize("name", ["hexagon, FCN", "hexagon, FCN, depth 3"])
def test_the_energy_identity_closes(claim, name):
    trajectory = TRAJECTORIES["hexagon, FCN" if claim == "automatic" else name]()
    defect = trajectory.energy_defect if claim == "selected" else trajectory.automatic_energy_defect
    size = float(np.abs(defect[-1]))
    record(
        numerical(size < 0.01, f"{name}: off by {size:.2g} of the integral with the {claim} Gram", margin=0.01 - size)
    )


@counterexample(ENERGY, ENERGY.hypotheses[0])
def test_the_energy_identity_fails_with_the_automatic_gram():
    size = float(on_the_hexagon().automatic_energy_defect[-1])
    record(numerical(size < 0.1, f"the hexagon, width 300, to t = 100: off by {size:.2f} of the integral"))


def divergence_bound(trajectory: Trajectory, factor: float) -> np.ndarray:
    """ln W(exp(C t / n)) with C the least lambda_min met: what Theorem 1's hypothesis alone gives; at most ln of it."""
    lowest = trajectory.lambda_min.min()
    size = trajectory.loss.size
    return factor * (trajectory.log_t + math.log(lowest / size)) - math.log(max(1.0, trajectory.log_t[-1]))


@check(THEOREM_1, 1.0, mutants={"as fast as 2 ln t": 2.0, "as fast as a power": 5.0})
@pytest.mark.parametrize("name", ["two points, FCN", "hexagon, FCN", "hexagon, FCN, depth 3", "two points, ResNet"])
def test_every_output_diverges_to_the_side_of_its_label(claim, name):
    name = name if claim == 1 else "two points, FCN"  # mutants: on the longest run
    trajectory = TRAJECTORIES[name]()
    if not trajectory.lambda_min.min() > 0:
        record(vacuous(Kind.NUMERICAL, f"{name}: lambda_min touched zero"))
        return
    late = trajectory.log_t > max(2.0, 0.5 * trajectory.log_t[-1])
    record(stays_above(trajectory.margins.min(axis=1)[late], divergence_bound(trajectory, claim)[late], name))


@counterexample(THEOREM_1, DEFINITE)
def test_one_point_with_both_labels_stays_put():
    # f(x_1) = f(x_2) for all t: one of the two margins is at most zero.
    f = sympy.Symbol("f", real=True)
    record(symbolic(bool(sympy.Min(f, -f).subs(f, 3) > 0), "x_1 = x_2 with labels 0 and 1: margins f and -f"))


@cache
def squared_on_two_points() -> Trajectory:
    return flow_of(fcn(1), TWO, Squared((-1.0, 1.0)), 10_000, 50)


@counterexample(THEOREM_1, LOGISTIC)
def test_under_squared_loss_the_outputs_converge():
    trajectory = squared_on_two_points()
    largest = float(np.abs(trajectory.outputs[-1]).max())
    record(numerical(largest > 2, f"status {trajectory.status}: outputs {trajectory.outputs[-1].round(6).tolist()}"))


def growth(trajectory: Trajectory) -> list[float]:
    """By how much the largest displacement grew over each tenth of the range of log t, from its middle on."""
    displacement = trajectory.sup_displacement.max(axis=1)
    marks = np.linspace(trajectory.log_t[-1] / 2, trajectory.log_t[-1], 6)
    return np.diff(np.interp(marks, trajectory.log_t[1:], displacement[1:])).tolist()


@check(COROLLARY_1, on_two_points, mutants={"squared loss": squared_on_two_points})
def test_the_largest_displacement_keeps_growing(claim):
    increments = growth(claim())
    record(
        numerical(
            min(increments) > 1e-6, f"increments {[f'{value:.2g}' for value in increments]}", margin=min(increments)
        )
    )


@counterexample(COROLLARY_1, LOGISTIC)
def test_under_squared_loss_the_parameters_stay():
    increments = growth(squared_on_two_points())
    record(numerical(min(increments) > 1e-6, f"increments {increments}"))


CONSTANTS = {"printed": lambda lowest, n: lowest / (2 * n**2), "sharp": lambda lowest, n: lowest / n}


def crossing_evidence(trajectory: Trajectory, limit: np.ndarray, constant: float, name: str) -> Evidence:
    """Did the gap reach the constant? VACUOUS if it did at the start, REFUTED if the flow came to rest before."""
    gap = trajectory.gap(limit)
    if gap[0] >= constant:
        return vacuous(Kind.NUMERICAL, f"{name}: {gap[0]:.3g} at the start, {constant:.3g} asked for")
    crossing = log10_crossing(trajectory.log_t, gap, constant)
    if crossing is None:
        at_rest = trajectory.status == "at rest"
        return numerical(
            False if at_rest else None, f"{name}: gap {gap[-1]:.3g} of {constant:.3g}, {trajectory.status}"
        )
    return numerical(True, f"{name}: {constant:.3g} crossed at 10^{crossing:.1f}", margin=float(gap.max() - constant))


@check(THEOREM_2, on_two_points, mutants={"squared loss": lambda seed=0: squared_on_two_points()})
@pytest.mark.parametrize("constant", CONSTANTS)
def test_the_gap_to_the_limit_is_crossed(claim, constant):
    limit = ntk(fcn(1), TWO)
    value = CONSTANTS[constant](np.linalg.eigvalsh(limit)[0], 2)
    for seed in range(20 if thorough() else 3):
        record(crossing_evidence(claim(seed), limit, value, f"seed {seed}, {constant}"))


@counterexample(THEOREM_2, LOGISTIC)
def test_under_squared_loss_the_kernel_stays_near_its_limit():
    limit = ntk(fcn(1), TWO)
    record(crossing_evidence(squared_on_two_points(), limit, np.linalg.eigvalsh(limit)[0] / 8, "squared loss"))


def log10_latest_crossing(trajectory: Trajectory, width: int, gap: float) -> float:
    """log10 of the proved bound on T_g for g < lambda_0 / n, the reference being K_0 (FCN, all parameters trained)."""
    reference = trajectory.gram[0]
    size = trajectory.loss.size
    lowest = np.linalg.eigvalsh(reference)[0]
    log_v = math.sqrt(width / 8) * (reference.diagonal().min() + gap)
    excess = math.expm1(math.exp(trajectory.log_loss[0]))
    log_sum = log_v + math.log1p((log_v - 1 / excess + math.log(excess)) * math.exp(-log_v))
    return (math.log(size / (lowest - size * gap)) + log_sum) / math.log(10)


@check(FROM_START, 1.0, mutants={"a tenth of the exponent": 0.1})
@pytest.mark.parametrize(
    ("width", "log10_until"), [(100, 20), (2000, 40)], ids=["width 100", "width 2000, the paper's"]
)
def test_training_moves_the_kernel_by_the_proved_time(claim, width, log10_until):
    trajectory = on_two_points(width=width, log10_until=log10_until)
    gap = 0.9 * float(np.linalg.eigvalsh(trajectory.gram[0])[0]) / 2
    latest = claim * log10_latest_crossing(trajectory, width, gap)
    crossing = log10_crossing(trajectory.log_t, trajectory.gap_from_start, gap)
    if crossing is None:
        holds = None if trajectory.log10_t[-1] < latest else False
        record(
            numerical(holds, f"width {width}: not crossed by 10^{trajectory.log10_t[-1]:.0f}, bound 10^{latest:.1f}")
        )
    else:
        detail = f"width {width}: crossed at 10^{crossing:.1f}, bound 10^{latest:.1f}"
        record(numerical(crossing <= latest, detail, margin=latest - crossing))


@counterexample(FROM_START, LOGISTIC)
def test_under_squared_loss_the_proved_time_passes_without_a_crossing():
    trajectory = squared_on_two_points()
    gap = 0.9 * float(np.linalg.eigvalsh(trajectory.gram[0])[0]) / 2
    crossed = log10_crossing(trajectory.log_t, trajectory.gap_from_start, gap) is not None
    record(numerical(crossed, f"largest gap {trajectory.gap_from_start.max():.3g} of {gap:.3g}, {trajectory.status}"))
