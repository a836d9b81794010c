"""Late times: the normalised margin, and the exponents of |theta| and the loss, beside Lyu and Li (ICLR 2020)."""

from __future__ import annotations

import math

import numpy as np
import sympy

from checks.setups.trajectories import LOGISTIC, alternating, flow_of
from ntk_companion.evidence import numerical, symbolic
from ntk_companion.judging import check, counterexample, record, thorough
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import all_vanish, combined, is_nonnegative, vanishes
from numerics.data.points import circle
from numerics.flow.integrate import Accuracy, Recording
from numerics.flow.trajectory import Trajectory, log_expm1
from numerics.losses import Squared
from theory.architecture import Architecture, fcn
from theory.dynamics import late_times
from theory.dynamics.late_times import homogeneity

SOURCE = "Lyu and Li, ICLR 2020"
HOMOGENEOUS = Hypothesis(
    "homogeneous", "f is positively homogeneous of degree H in the trained parameters: depth 1, or no biases"
)
RISING = Statement(
    id="late:margin",
    title="Once the loss is below ln 2 the smoothed normalised margin -ln(exp(L) - 1) / |theta|^H rises",
    source=SOURCE,
    number="normalised margin, for the summed logistic loss",
    formula=r"L < \ln 2 \ \Rightarrow \ \frac{d}{dt}\, \frac{-\ln(e^L - 1)}{|\theta|^H} \ge 0",
    qualification="A proof for all networks of degree H from Euler's identity, and held against every recorded time "
    "after L < ln 2 of the flows computed, at depths 1 to 3; the hypothesis L < ln 2: necessity not known.",
    hypotheses=(LOGISTIC, HOMOGENEOUS),
    uses=("envelope:lower",),
)
RATES = Statement(
    id="late:rates",
    title="The norm grows like (ln t)^(1/H), the loss falls like 1 / (t (ln t)^(2 - 2/H))",
    source=SOURCE,
    number="rates, for the summed logistic loss",
    formula=r"|\theta_t| = \Theta\bigl((\ln t)^{1/H}\bigr), \quad"
    r" L = \Theta\Bigl(\frac{1}{t (\ln t)^{2 - 2/H}}\Bigr)",
    qualification="Local exponents over the last factor 10 of ln t, of width 8 and two points, to t = 1e2000: within "
    "13% and 0.06 of the prediction, up to 0.05 of it the error of long steps. A finite run does not confirm a limit.",
    hypotheses=(LOGISTIC, HOMOGENEOUS),
    uses=("late:margin",),
)
QUASI = Statement(
    id="late:rates-biases",
    title="With biases the deeper networks show the loss exponent of H = L + 1 too, and their normalised margin rises",
    source="this suite",
    number="late times, depth 2 and 3 with biases",
    formula=r"|\theta_t| \approx (\ln t)^{1/(L+1)}, \quad L \approx \frac{1}{t (\ln t)^{2 - 2/(L+1)}}, \quad"
    r" \frac{-\ln(e^L - 1)}{|\theta|^{L+1}} \text{ rises}",
    qualification="Measured, not proved: with biases above the first layer the network is only quasi-homogeneous and "
    "the theorem does not speak of it. The exponent of the loss is within 0.06; that of the norm is still rising at "
    "t = 1e2000, where it was 0.32 at depth 2 (1/3) and 0.20 at depth 3 (1/4).",
    hypotheses=(LOGISTIC,),
    uses=("late:rates",),
)

LOG10_UNTIL = 2000
CASES: dict[str, Architecture] = {"depth 1": fcn(1), "depth 3, no biases": fcn(3, "none")}
MORE_CASES: dict[str, Architecture] = {"depth 2, no biases": fcn(2, "none")}
WITH_BIASES: dict[str, Architecture] = {"depth 2": fcn(2)}
MORE_WITH_BIASES: dict[str, Architecture] = {"depth 3": fcn(3)}
SEED = 1


def late(architecture: Architecture, loss: Squared | None = None, seed: int = SEED) -> Trajectory:
    """A narrow network on two opposite points, steps of up to 100 in ln t and a record every 50 decades of t."""
    accuracy = Accuracy(tolerance=0.2, longest=100.0)
    rare = Recording(per_decade=1 / 50, log10_first=0)
    return flow_of(architecture, circle(2), loss or alternating(2), 8, LOG10_UNTIL, seed, accuracy, rare)


def log_norm(trajectory: Trajectory) -> np.ndarray:
    """ln of |theta_t| over all groups."""
    return np.log(trajectory.norm**2 @ np.ones(len(trajectory.groups))) / 2


def normalised_margins(trajectory: Trajectory, power: int) -> np.ndarray:
    """-ln(exp(L) - 1) / |theta|^power at the record times with L < ln 2."""
    late = trajectory.log_loss < math.log(math.log(2))
    margins = np.array([-log_expm1(value) for value in trajectory.log_loss[late]])
    return margins / np.exp(power * log_norm(trajectory)[late])


def degree_of(architecture: Architecture) -> int:
    """H; with biases above the first layer the number of affine layers."""
    return homogeneity(architecture) or architecture.depth + 1


@check(RISING, late_times.degree, mutants={"H + 1": late_times.degree + 1, "H / 2": late_times.degree / 2})
def test_the_normalised_margin_rises_by_eulers_identity(claim):
    rate = late_times.normalised_margin_rate(claim)
    equality = rate.subs({late_times.alignment_defect: 0, late_times.margin_defect: 0})
    # The claim's power is the one at which the rate is zero when both inequalities are equalities, and else positive.
    verdict = combined([vanishes(equality), is_nonnegative(rate)])
    record(symbolic(verdict, f"at equality the rate is {sympy.simplify(equality)}", covers_all=True))


@check(RISING, 0, mutants={"H + 1": 1})
def test_the_normalised_margin_rises_along_computed_flows(claim):
    for name, architecture in (CASES | MORE_CASES if thorough() else CASES).items():
        record_rising(late(architecture), degree_of(architecture) + claim, name)


def record_rising(trajectory: Trajectory, power: int, name: str) -> None:
    """Record whether the normalised margin rises from each record time to the next, up to rounding."""
    margins = normalised_margins(trajectory, power)
    least = float(np.min(np.diff(margins) / margins[1:]))
    detail = (
        f"{name}: from {margins[0]:.4g} to {margins[-1]:.4g} in {len(margins)} records, least relative rise {least:.2g}"
    )
    record(numerical(least > -1e-9, detail, margin=least + 1e-9))


@counterexample(RISING, LOGISTIC)
def test_under_squared_loss_the_normalised_margin_need_not_rise():
    # One sample, f = sqrt(2) w b with w = 1, b = 2 at x = 0: the output falls to its target, and f / |theta|^2 with it.
    w, b, target = sympy.Integer(1), sympy.Integer(2), sympy.Integer(1)
    output, step = sympy.sqrt(2) * w * b, sympy.Symbol("h", positive=True)
    push = (target - output) * sympy.sqrt(2) * step
    ratio = sympy.sqrt(2) * (w + push * b) * (b + push * w) / ((w + push * b) ** 2 + (b + push * w) ** 2)
    slope = sympy.diff(ratio, step).subs(step, 0)
    record(
        symbolic(
            is_nonnegative(slope),
            f"squared loss, f = {output}, target {target}: the ratio changes at {slope.evalf(3)}",
            covers_all=False,
        )
    )


def exponents(trajectory: Trajectory) -> tuple[float, float]:
    """d ln |theta| / d ln ln t and -d ln (t L) / d ln ln t over the last factor 10 of ln t."""
    begin = int(np.searchsorted(trajectory.log_t, trajectory.log_t[-1] / 10))
    length = math.log(trajectory.log_t[-1] / trajectory.log_t[begin])
    log_times_loss = trajectory.log_loss + trajectory.log_t
    growth = log_norm(trajectory)
    return (growth[-1] - growth[begin]) / length, -(log_times_loss[-1] - log_times_loss[begin]) / length


def judge_exponents(architecture: Architecture, degree: int, norm_tolerance: float) -> None:
    """Record both exponents against those of this degree."""
    values = {late_times.degree: degree}
    expected = [float(value.subs(values)) for value in (late_times.norm_exponent(), late_times.loss_exponent())]
    norm, loss = exponents(late(architecture))
    slack = min(norm_tolerance - abs(norm / expected[0] - 1), 0.06 - abs(loss - expected[1]))
    found = f"norm {norm:.3f} beside {expected[0]:.3f}, loss {loss:.3f} beside {expected[1]:.3f}"
    record(numerical(slack > 0, f"{architecture.name}: {found}", margin=slack if slack > 0 else None))


@check(RATES, 0, mutants={"H + 1": 1, "H - 1": -1})
def test_the_exponents_are_those_of_the_degree(claim):
    for architecture in (CASES | MORE_CASES if thorough() else CASES).values():
        judge_exponents(architecture, degree_of(architecture) + claim, norm_tolerance=0.13)


@check(RATES, (sympy.Integer(1), sympy.Rational(4, 3), sympy.Rational(3, 2)), mutants={"2 - 1/H": (1.5, 1.75, 2)})
def test_the_exponent_of_the_loss_follows_from_a_converged_normalised_margin(claim):
    for degree, claimed in zip((2, 3, 4), claim, strict=True):
        power = late_times.loss_exponent().subs(late_times.degree, degree)
        time = sympy.Symbol("t", positive=True)
        inverse = time * sympy.log(time) ** power
        ratio = sympy.limit(sympy.diff(inverse, time) / sympy.log(inverse) ** power, time, sympy.oo)
        verdict = all_vanish([ratio - 1, power - claimed])
        detail = f"H = {degree}: 1/S = t (ln t)^{power} solves its equation to leading order"
        record(symbolic(verdict, detail, covers_all=False))


def growth_of_the_norm(trajectory: Trajectory) -> float:
    """d ln |theta| / d ln ln t over the last factor 10 of ln t, a flow at rest taken to stay there."""
    begin = np.interp(LOG10_UNTIL / 10, trajectory.log10_t[1:], log_norm(trajectory)[1:])
    return float(log_norm(trajectory)[-1] - begin) / math.log(10)


@counterexample(RATES, LOGISTIC)
def test_under_squared_loss_the_norm_stays():
    norm = growth_of_the_norm(late(fcn(1), Squared((-1.0, 1.0))))
    record(numerical(norm > 0.45, f"squared loss: exponent {norm:.2g} of the norm"))


@check(QUASI, 0, mutants={"H + 1": 1, "H - 1": -1})
def test_with_biases_the_loss_has_the_exponent_of_depth_plus_one(claim):
    for architecture in (WITH_BIASES | MORE_WITH_BIASES if thorough() else WITH_BIASES).values():
        judge_exponents(architecture, degree_of(architecture) + claim, norm_tolerance=math.inf)


@check(QUASI, 0, mutants={"H + 1": 1})
def test_with_biases_the_normalised_margin_rose_too(claim):
    for name, architecture in (WITH_BIASES | MORE_WITH_BIASES if thorough() else WITH_BIASES).items():
        record_rising(late(architecture), degree_of(architecture) + claim, name)


@counterexample(QUASI, LOGISTIC)
def test_under_squared_loss_the_norm_stays_with_biases():
    norm = growth_of_the_norm(late(fcn(2), Squared((-1.0, 1.0))))
    record(numerical(norm > 0.3, f"squared loss, depth 2: exponent {norm:.2g} of the norm"))
