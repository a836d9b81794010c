"""Late times of (quasi-)homogeneous networks: the normalised margin, the norm and the loss (Lyu and Li, ICLR 2020)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import sympy
import torch

from checks.setups.trajectories import LOGISTIC, TOLERATED, TWO, Pair, alternating, as_flow, cut_short, two_flows
from ntk_companion.evidence import Evidence, numerical, symbolic
from ntk_companion.judging import check, counterexample, judge_case, record, session_seed, thorough
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import combined, is_nonnegative, vanishes
from numerics.flow import Accuracy, Recording
from numerics.flow.trajectory import OUT_OF_STEPS, Trajectory, log_expm1
from numerics.kernels.gram import FLOAT64
from numerics.losses import Array, CrossEntropy, logistic
from numerics.networks.torch_network import initialise
from theory.architecture import Architecture, fcn
from theory.dynamics import late_times

SOURCE = "Lyu and Li, ICLR 2020"
HOMOGENEOUS = Hypothesis(
    "homogeneous",
    "f is positively homogeneous of degree H in the trained parameters: depth 1, or no biases",
    lambda case: late_times.homogeneity(case.architecture) is not None,
)
QUASI_HOMOGENEOUS = Hypothesis(
    "quasi-homogeneous",
    "f scales as lambda^H when each trained group p of parameters scales as lambda^{d_p}",
    lambda case: late_times.quasi_homogeneity(case.architecture) is not None,
)
BELOW = Hypothesis(
    "L < ln 2",
    "the loss has fallen below ln 2, so that every margin is positive",
    lambda case: int(np.sum(below(case.trajectory))) >= LEAST_RECORDS,
)
FLOWS = (
    "Held against narrow networks on two opposite points, to t = 1e3000, which `--seed` draws; a network whose loss "
    "never falls below ln 2 is vacuous and counted so. "
)
FIVE = "Five points of norms 1/2 to 2 were followed to t = 1e200. "
RISING = Statement(
    id="late:margin",
    title="Once the loss is below ln 2 the smoothed normalised margin -ln(exp(L) - 1) / |theta|^H rises",
    source=SOURCE,
    number="normalised margin, for the summed logistic loss",
    formula=r"L < \ln 2 \ \Rightarrow \ \frac{d}{dt}\, \frac{-\ln(e^L - 1)}{|\theta|^H} \ge 0",
    qualification="A proof for all networks of degree H from Euler's identity. " + FLOWS + FIVE.rstrip() + TOLERATED,
    hypotheses=(LOGISTIC, HOMOGENEOUS, BELOW),
    uses=("envelope:lower",),
    revision=2,
    inconclusive=1,
)
RATES = Statement(
    id="late:rates",
    title="From any time with L < ln 2 on, norm and loss stay between explicit multiples of (ln t)^(1/H) and "
    "1 / (t (ln t)^(2 - 2/H))",
    source=SOURCE,
    number="rates, for the summed logistic loss",
    formula=r"\gamma \le \frac{N}{|\theta|^H} \le \frac{\sqrt\kappa}{H}, \quad"
    r" \frac{H^2 \gamma^{2/H} (1 - p/N_0)}{1 + S_0} \le \frac{1}{t - t_0} \Bigl[\frac{1}{S N^p}\Bigr]_{t_0}^t"
    r" \le (1 + S_0) \frac{\kappa}{\gamma^p}, \quad N = -\ln S, \ S = e^L - 1, \ p = 2 - \tfrac2H",
    qualification="sympy proves both rates; gamma is N / |theta|^H at t_0, kappa the least with K_t(x_i, x_i) <= kappa "
    "|theta|^(2H-2) at the recorded times. "
    + FLOWS
    + FIVE
    + "The loss kept within a factor of 1.5 of its lower bound and of 10 of its upper one; no exponent is fitted and "
    "no limit is shown. That bounds are held from N = 200 on was set with such flows in view." + TOLERATED,
    hypotheses=(LOGISTIC, HOMOGENEOUS, BELOW),
    uses=("late:margin",),
    revision=2,
    inconclusive=1,
)
QUASI = Statement(
    id="late:margin-biases",
    title="With biases in deeper layers -ln(exp(L) - 1) / |theta|_D^(H/d) rises, d the largest weight of a group",
    source="this suite",
    number="normalised margin, quasi-homogeneous networks",
    formula=r"L < \ln 2 \ \Rightarrow \ \frac{d}{dt}\, \frac{-\ln(e^L - 1)}{|\theta|_D^{H/d}} \ge 0, \quad"
    r" |\theta|_D^2 = \sum_p d_p |p|^2, \ d_{b_l} = l, \ d_{W_l} = 1, \ H = L + 1, \ d = L",
    qualification="A proof for all quasi-homogeneous networks from Euler's identity. "
    + FLOWS
    + "So were FCNs of depth 2 and 3 on six points in R^3 and R^5, to t = 1000. With the power H in "
    "place of H/d it is false: in one network of depth 2 the margin grew like the power 2.04 of the norm, in most "
    "others like 3 or more. So no common exponent of norm or loss is claimed for deep networks with biases."
    + TOLERATED,
    hypotheses=(LOGISTIC, QUASI_HOMOGENEOUS, BELOW),
    uses=("late:margin",),
    inconclusive=2,
)

LEAST_RECORDS = 5
"""So many record times with L < ln 2 are judged, or more."""
LOG10_UNTIL = 3000
MOST_STEPS = 1000
"""Of flows that take about 300 unless they crawl along kinks."""
MOST_LOST = 5
"""So many flows that decide nothing are replaced by others."""
CASES: dict[str, Architecture] = {"depth 1": fcn(1), "depth 3, no biases": fcn(3, "none")}
WITH_BIASES: dict[str, Architecture] = {"depth 2": fcn(2), "depth 3": fcn(3)}
EXCEPTION = (7, 0)
"""The start of a network of depth 2, width 8, whose margin grows like the square of its norm, far from the power 3."""


def members(architecture: Architecture) -> range:
    """Networks of each kind; in the default profile two of depth 1, one of each other."""
    return range(6 if thorough() else 3 - min(architecture.depth, 2))


@cache
def late(architecture: Architecture, start: tuple[int, int], hidden: int = 8) -> Pair:
    """A narrow network on two opposite points, and a record every 50 decades of t.

    Steps are at most 100 long in ln t; 25 where rates are judged, whose bounds a step of 100 misses by up to 20%.
    """
    longest = 25.0 if architecture in CASES.values() else 100.0
    accuracy, rare = Accuracy(tolerance=0.2, longest=longest), Recording(per_decade=1 / 50, log10_first=0)
    parameters = initialise(architecture, 2, hidden, np.random.default_rng(start))
    inputs = TWO.coordinates(FLOAT64)
    return Pair(
        *two_flows(
            architecture,
            parameters,
            inputs,
            alternating(2),
            LOG10_UNTIL,
            accuracy=accuracy,
            recording=rare,
            most_steps=MOST_STEPS,
        )
    )


def networks(architecture: Architecture) -> Iterator[tuple[str, Pair]]:
    """The session's networks of an architecture, and for each whose flow decides nothing one more: it crawls, or loses
    a sample, whose gradient vanishes.

    Of width 16 at depth 3 with biases, as some of width 8 lose a sample. Without biases wider ones attain the power
    less nearly.
    """
    hidden = 16 if architecture == WITH_BIASES["depth 3"] else 8
    wanted = len(members(architecture))
    for member in range(wanted + MOST_LOST):
        pair = late(architecture, (session_seed(), member), hidden=hidden)
        yield f"{architecture.name}, network {member}", pair
        flow = as_flow(pair.fine)
        wanted -= flow.status != OUT_OF_STEPS and bool(flow.log_loss[-1] < math.log(math.log(2)))
        if not wanted:
            break


@dataclass(frozen=True, eq=False)
class Late:
    """A flow at its record times with L < ln 2: H, the largest weight d, ln t, N = -ln S, ln |theta|_D, max_i K_ii."""

    degree: int
    heaviest: int
    log_t: Array
    margin: Array
    log_norm: Array
    diagonal: Array


def below(trajectory: Trajectory) -> Array:
    """At which record times the loss is below ln 2, (R,)."""
    return np.asarray(trajectory.log_loss < math.log(math.log(2)))


@dataclass(frozen=True, eq=False)
class Rising:
    """A flow of a network whose normalised margin is to rise, or whose norm and loss are to stay in bounds."""

    architecture: Architecture
    pair: Pair
    what: str

    @property
    def trajectory(self) -> Trajectory:
        """The flow computed with finer steps."""
        return as_flow(self.pair.fine)


def late_part(architecture: Architecture, trajectory: Trajectory, weighted: bool = True) -> Late:
    """The record times at which the loss is below ln 2, all if it never is; the norm |theta|_D, or |theta| with d = 1.

    Raises ValueError on an architecture that is not quasi-homogeneous.
    """
    found = late_times.quasi_homogeneity(architecture)
    if found is None:
        raise ValueError(f"{architecture.name} is not quasi-homogeneous")
    degree, weights = found
    weights = weights if weighted else dict.fromkeys(weights, 1)
    late = below(trajectory) if below(trajectory).any() else np.full(len(trajectory.log_t), True)
    margins = np.array([-log_expm1(value) for value in trajectory.log_loss[late]])
    squares = trajectory.norm[late] ** 2 @ np.array([weights[name] for name in trajectory.groups])
    diagonal = np.diagonal(trajectory.gram[late], axis1=1, axis2=2).max(axis=1)
    return Late(degree, max(weights.values()), trajectory.log_t[late], margins, np.log(squares) / 2, diagonal)


def rising(
    architecture: Architecture, trajectory: Trajectory, factor: float, what: str, weighted: bool = True
) -> Evidence:
    """Does N / |theta|_D^power, power = factor H / d, rise from each record time to the next, up to rounding?

    With |theta| and d = 1 if not `weighted`.
    """
    if (ended := cut_short(trajectory, what)) is not None:
        return ended
    part = late_part(architecture, trajectory, weighted)
    power = factor * part.degree / part.heaviest
    powers = power * np.diff(part.log_norm)
    # By what share of |N| the quotient rises: that of its logarithm if N > 0, up to second order.
    rises = (part.margin[1:] * np.exp(-powers) - part.margin[:-1]) / np.abs(part.margin[:-1])
    least = float(np.min(rises))
    place = int(np.argmin(rises))
    at = trajectory.log10_t[-len(part.margin) :][place]
    detail = f"{what}: N / |theta|^{power:.3g} changes by {least:.3g} of it or more, least from t = 10^{at:.3g} on"
    return numerical(least > -1e-9, detail, margin=least + 1e-9)


def margin_rises(factor: float, case: Rising) -> None:
    """Does N / |theta|^H rise, H multiplied by the factor?"""
    record(rising(case.architecture, case.trajectory, factor, case.what, weighted=False))


def weighted_margin_rises(factor: float, case: Rising) -> None:
    """Does N / |theta|_D^(H/d) rise, the power multiplied by the factor?"""
    record(rising(case.architecture, case.trajectory, factor, case.what))


@check(RISING, 1, mutants={"H + 1": (late_times.degree + 1) / late_times.degree, "5% more": sympy.Rational(21, 20)})
def test_the_normalised_margin_rises_by_eulers_identity(claim):
    judge_rate(claim * late_times.degree, {late_times.heaviest: 1})


@check(QUASI, 1, mutants={"H": late_times.heaviest, "5% more": sympy.Rational(21, 20)})
def test_the_normalised_margin_of_quasi_homogeneous_networks_rises_by_eulers_identity(claim):
    judge_rate(claim * late_times.degree / late_times.heaviest, {})


def judge_rate(power: sympy.Expr, values: dict[sympy.Symbol, int]) -> None:
    """Record that this power is the one at which the rate is zero when all inequalities are equalities, else >= 0."""
    rate = late_times.normalised_margin_rate(power).subs(values)
    equality = rate.subs({late_times.alignment_defect: 0, late_times.margin_defect: 0})
    verdict = combined([vanishes(equality), is_nonnegative(rate)])
    record(symbolic(verdict, f"at equality the rate is {sympy.simplify(equality)}", covers_all=True))


@check(RISING, 1.0, mutants={"a power 15% larger": 1.15})
@pytest.mark.parametrize("name", CASES)
def test_the_normalised_margin_rises_along_computed_flows(claim, name):
    for what, pair in networks(CASES[name]):
        judge_case(margin_rises, claim, Rising(CASES[name], pair, what))


@check(QUASI, 1.0, mutants={"40% more": 1.4, "the power H": 2.0})
def test_the_weighted_normalised_margin_rises_along_computed_flows(claim):
    judge_case(weighted_margin_rises, claim, Rising(fcn(2), late(fcn(2), EXCEPTION), "depth 2, the exception"))
    for architecture in WITH_BIASES.values():
        for what, pair in networks(architecture):
            judge_case(weighted_margin_rises, claim, Rising(architecture, pair, what))


@cache
def softened(architecture: Architecture) -> Pair:
    """A narrow network on two opposite points with the targets 0.01 and 0.99: margins come to rest at ln 99."""
    recording = Recording(per_decade=3, log10_first=-1)
    start = initialise(architecture, 2, 16, np.random.default_rng((1, 0)))
    loss = CrossEntropy((0.01, 0.99))
    return Pair(*two_flows(architecture, start, TWO.coordinates(FLOAT64), loss, 4, recording=recording))


@counterexample(RISING, LOGISTIC, of=test_the_normalised_margin_rises_along_computed_flows)
def test_with_soft_labels_the_normalised_margin_falls_in_the_end(claim):
    # Near rest the loss changes at second order, and the norm still grows at first.
    judge_case(margin_rises, claim, Rising(fcn(1), softened(fcn(1)), "targets 0.01 and 0.99"))


@counterexample(QUASI, LOGISTIC, of=test_the_weighted_normalised_margin_rises_along_computed_flows)
def test_with_soft_labels_the_weighted_normalised_margin_falls_in_the_end(claim):
    judge_case(weighted_margin_rises, claim, Rising(fcn(2), softened(fcn(2)), "targets 0.01 and 0.99"))


@counterexample(RISING, HOMOGENEOUS, of=test_the_normalised_margin_rises_along_computed_flows)
def test_with_biases_in_deeper_layers_the_margin_over_that_power_of_the_norm_falls(claim):
    judge_case(margin_rises, claim, Rising(fcn(2), late(fcn(2), EXCEPTION), "depth 2 with biases, H = L + 1 = 3"))


@cache
def both_labels_at_the_origin() -> Pair:
    """The origin twice, with labels 0 and 1, W_2 = b_1: margins 3 and -3 go to zero, and never is L < ln 2."""
    weight = torch.full((4,), math.sqrt(3 / math.sqrt(8)), dtype=torch.float64)
    start = {"W_1": torch.zeros(4, 1, dtype=torch.float64), "b_1": weight.clone(), "W_2": weight[None, :].clone()}
    recording = Recording(per_decade=6, log10_first=-2)
    return Pair(*two_flows(fcn(1), start, np.zeros((2, 1)), logistic([0, 1]), 2, recording=recording))


@counterexample(RISING, BELOW, of=test_the_normalised_margin_rises_along_computed_flows)
def test_above_ln_2_the_normalised_margin_can_fall(claim):
    judge_case(margin_rises, claim, Rising(fcn(1), both_labels_at_the_origin(), "both labels at the origin"))


@counterexample(QUASI, BELOW, of=test_the_weighted_normalised_margin_rises_along_computed_flows)
def test_above_ln_2_the_weighted_normalised_margin_can_fall(claim):
    judge_case(weighted_margin_rises, claim, Rising(fcn(1), both_labels_at_the_origin(), "both labels at the origin"))


LEAST_MARGIN = 200.0


def bracketed(part: Late, degree: float, power: float, factors: tuple[float, float]) -> tuple[Array, Array]:
    """How far ln of the norm's and the loss's quantity is inside its two bounds, each (R', 2); >= 0 as claimed.

    From the first record time with N >= 200 on; if N stays less, from that of the largest N / |theta|^H. `degree` and
    `power` stand where H and p are claimed, the factors multiply the slowest and the fastest rate.
    """
    quotients = np.log(part.margin) - part.degree * part.log_norm
    begin = int(np.argmax(part.margin >= LEAST_MARGIN) if part.margin.max() >= LEAST_MARGIN else np.argmax(quotients))
    log_t, margin, log_norm = (values[begin:] for values in (part.log_t, part.margin, part.log_norm))
    log_start = math.log(margin[0]) - part.degree * log_norm[0]
    log_kappa = float(np.max(np.log(part.diagonal[begin:]) - (2 * part.degree - 2) * log_norm))
    ratio = np.log(margin / margin[0]) - degree * (log_norm - log_norm[0])
    widest = log_kappa / 2 - math.log(part.degree) - log_start
    values = {
        late_times.degree: part.degree, late_times.at_start: math.exp(log_start),
        late_times.excess: math.exp(-margin[0]),
        late_times.diagonal_bound: math.exp(log_kappa), late_times.smoothed_margin: float(margin[0]),
    }  # fmt: skip
    slow, fast = (float(rate.subs(values)) for rate in (late_times.slowest_rate(), late_times.fastest_rate()))
    log_inverse = margin - power * np.log(margin)
    elapsed = log_t[1:] + np.log(-np.expm1(log_t[0] - log_t[1:]))
    speed = log_inverse[1:] + np.log(-np.expm1(log_inverse[0] - log_inverse[1:])) - elapsed
    norm_slack = np.stack([ratio, widest - ratio], axis=1)
    loss_slack = np.stack([speed - math.log(factors[0] * slow), math.log(factors[1] * fast) - speed], axis=1)
    return norm_slack, loss_slack


def stays_between(claim: tuple[float, float, float, float], case: Rising) -> None:
    """Are norm and loss between their bounds, whose exponents and rates the claim changes?"""
    record(rates_evidence(case.architecture, case.pair, claim, case.what))


def rates_evidence(
    architecture: Architecture, pair: Pair, claim: tuple[float, float, float, float], what: str
) -> Evidence:
    """Are norm and loss between their bounds, up to twice the difference of the two accuracies?"""
    if (ended := cut_short(pair.fine, what)) is not None:
        return ended
    parts = [late_part(architecture, as_flow(path)) for path in (pair.fine, pair.rough)]
    degree, power = (
        claim[0] * parts[0].degree,
        float(late_times.loss_exponent().subs(late_times.degree, parts[0].degree)),
    )
    (norm, loss), (norm_too, loss_too) = (bracketed(part, degree, power + claim[1], claim[2:]) for part in parts)
    length = min(len(loss), len(loss_too))
    pairs = ((norm, norm_too), (loss, loss_too))
    error = [1e-6 + 2 * float(np.abs(one[-length:] - other[-length:]).max()) for one, other in pairs]
    slack = min(float(one.min()) + doubt for (one, _), doubt in zip(pairs, error, strict=True))
    inside = f"inside by {norm.min(axis=0).round(3)} and {loss.min(axis=0).round(3)}"
    holds = False if slack < 0 else (True if max(error) < 0.5 else None)
    errors = f"errors {error[0]:.2g} and {error[1]:.2g}"
    return numerical(holds, f"{what}: {inside}, {errors}", margin=slack if holds else None)


@check(
    RATES,
    (1.0, 0.0, 1.0, 1.0),
    mutants={
        "the norm's exponent 20% smaller": (1.25, 0.0, 1.0, 1.0),
        "the norm's exponent a third larger": (0.75, 0.0, 1.0, 1.0),
        "1/2 more in the exponent of the loss": (1.0, 0.5, 1.0, 1.0),
        "1/2 less in the exponent of the loss": (1.0, -0.5, 1.0, 1.0),
        "the slowest rate twice as fast": (1.0, 0.0, 2.0, 1.0),
    },
)
@pytest.mark.parametrize("name", CASES)
def test_norm_and_loss_stay_between_their_bounds(claim, name):
    for what, pair in networks(CASES[name]):
        judge_case(stays_between, claim, Rising(CASES[name], pair, what))


@check(
    RATES,
    2 - 2 / late_times.degree,
    mutants={"2 - 1/H": 2 - 1 / late_times.degree, "2 - 2/(H + 1)": 2 - 2 / (late_times.degree + 1)},
)
def test_the_bounds_of_the_rate_follow_from_the_normalised_margin(claim):
    h, n, s, gamma = late_times.degree, late_times.smoothed_margin, late_times.excess, late_times.at_start
    radius = (n / gamma) ** (1 / h)
    slowest = (h * n * s / (1 + s) / radius) ** 2
    fastest = late_times.diagonal_bound * radius ** (2 * h - 2) * s**2
    for speed_squared, bound, what in (
        (slowest, late_times.slowest_rate(), "slowest"),
        (fastest, late_times.fastest_rate() * (1 - late_times.loss_exponent() / n), "fastest"),
    ):
        rate = late_times.scaled_inverse_rate(speed_squared, claim)
        ratio = sympy.simplify(sympy.powsimp(sympy.expand_power_base(rate / bound, force=True), force=True))
        record(symbolic(vanishes(ratio - 1), f"{what}: rate / bound = {ratio}", covers_all=False))


@counterexample(RATES, LOGISTIC, of=test_norm_and_loss_stay_between_their_bounds)
def test_with_soft_labels_the_norm_leaves_its_bounds(claim):
    judge_case(stays_between, claim, Rising(fcn(1), softened(fcn(1)), "targets 0.01 and 0.99"))
