"""When the kernel regime returns: LZ-1 to LZ-3 of arXiv 2605.17606, whose abstract alone was at hand.

The claims are the abstract's, the set-ups are this suite's (`checks.setups.kernel_regime`). Rates with the width are
exponents fitted to independent networks; their intervals are exact if the logarithms scatter normally about a line.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import sympy
import torch

from checks.setups.budget import BUDGET
from checks.setups.kernel_regime import (
    BETA,
    DRIFT,
    EPSILON,
    HARD,
    INPUTS,
    LABELS,
    OFF,
    ON,
    REGULARISED,
    SOFT,
    contrast_run,
    departure,
    logits,
    soft_targets,
)
from checks.setups.rates import SHRINKS, WRONG_RATES, Range, ensemble_of, rate_evidence
from ntk_companion.evidence import Kind, Verdict, numerical, statistical, vacuous
from ntk_companion.evidence import symbolic as proved
from ntk_companion.judging import check, counterexample, judge_case, record, thorough
from ntk_companion.statement import Hypothesis, Statement
from ntk_companion.symbolics import combined, vanishes
from numerics.flow.integrate import AT_REST, gradient_flow
from numerics.flow.trajectory import Trajectory
from numerics.losses import logistic
from numerics.networks.torch_network import forward, initialise
from numerics.regression.ensembles import Run
from numerics.statistics import clopper_pearson, probability_exceeds
from theory import predictors
from theory.architecture import fcn

PAPER = "arXiv 2605.17606, abstract; set-up: this suite"
ANCHORED = Hypothesis(
    "anchored at the start",
    "the regulariser pulls to theta_0, where training starts",
    lambda case: all(torch.equal(case.anchor[name], case.start[name]) for name in case.start),
)
SOFT_TARGETS = Hypothesis(
    "soft targets",
    "every target lies strictly between 0 and 1",
    lambda case: all(0 < target < 1 for run in case.runs for target in run.training.loss.targets),
)
PENALISED = Hypothesis("regularised", "beta > 0", lambda case: all(run.training.penalty > 0 for run in case.runs))
SET_UP = "Three points on the circle, fully connected networks with biases, in this suite's set-up. "
RATE = (
    SET_UP + "Exponent over widths 32 to 2048, 9 or 13 networks each, by an interval that errs with probability 1e-6; "
    "at most -1/2 is what the proofs of the "
    "kernel limit give. A fitted exponent never confirms a limit."
)

PENALTY = Statement(
    id="lazy:penalty",
    title="Regularised in parameter space, the parameters never leave a ball around theta_0",
    source=PAPER,
    number="LZ-1, pathwise",
    formula=r"\tfrac\beta2 |\theta_t - \theta_0|^2 \le L(\theta_0)",
    qualification="sympy proves that the objective never rises and starts at L(theta_0); " + SET_UP + "Flows of two "
    "random networks for each of three beta are tried at every recorded time. The loss is summed; for its mean, "
    "L(theta_0) is the mean.",
    hypotheses=(ANCHORED,),
    revision=2,
)
PENALTY_DRIFT = Statement(
    id="lazy:penalty-drift",
    title="Regularised in parameter space, the kernel's drift during training shrinks as the width grows",
    source=PAPER,
    number="LZ-1",
    formula=r"\sup_t \max_{ij} |K_t - K_0|_{ij} \propto m^{-a}, \quad a > 0",
    qualification=RATE,
    hypotheses=(PENALISED,),
    uses=("lazy:penalty",),
)
SOFT_LIMIT = Statement(
    id="lazy:soft-limit",
    title="With soft targets the logits converge to ln(y / (1 - y)) while the kernel stays definite",
    source=PAPER,
    number="LZ-2",
    formula=r"f_t(x_i) \to \ln\frac{y_i}{1 - y_i}",
    qualification="sympy proves that this is the only output without force; " + SET_UP + "Where lambda_min(K_t) stayed "
    "positive at all recorded times, the flows of random networks of widths 32 to 2048 came to rest there. For hard "
    "targets the logit is infinite, and the formula says what thm:1 says.",
    hypotheses=(SOFT_TARGETS,),
    revision=2,
)
SOFT_DRIFT = Statement(
    id="lazy:soft-drift",
    title="With soft targets the kernel's drift during training shrinks as the width grows",
    source=PAPER,
    number="LZ-2",
    formula=r"\sup_t \max_{ij} |K_t - K_0|_{ij} \propto m^{-a}, \quad a > 0",
    qualification=RATE,
    hypotheses=(SOFT_TARGETS,),
    uses=("lazy:soft-limit",),
)
CONTRAST = Statement(
    id="lazy:contrast",
    title="On most random networks the drift settles with soft targets or a regulariser and, on the same network, does "
    "not with hard targets",
    source=PAPER,
    number="LZ-1 and LZ-2 against Theorem 2 of arXiv 2504.11130",
    formula=r"\Pr\bigl(\sup_t |K_t - K_0| < \infty \text{ for } \epsilon > 0 \text{ or } \beta > 0, \text{ not for }"
    r" \epsilon = \beta = 0\bigr) > \tfrac12",
    qualification=SET_UP + "40 networks of width 64, epsilon 1e-4 and beta 0.1; the probability is over "
    "initialisations, by Clopper and Pearson's interval. Settled: the flow came to rest, or no output moved by 0.01 "
    "over the last half decade, a bound set with such flows in view. Unsettled: the drift grew in every fifth of the "
    "range of log t, to 1e10, as the proved bound 2 sqrt(2/m) |f_t| on K_t demands; infinity is not computed.",
    hypotheses=(),
    uses=("thm:1", "thm:2", "output:fcn"),
    revision=2,
)
CROSSOVER = Statement(
    id="lazy:crossover",
    title="From epsilon or beta 0.1 to 1e-4, the time of departure from the diverging flow grows like the inverse",
    source=PAPER,
    number="LZ-1, LZ-2: the crossover",
    formula=r"t_{\mathrm{departure}} \propto \epsilon^{-1}, \quad \propto \beta^{-1} \text{ up to logarithms}",
    qualification=SET_UP
    + "On each of six random networks of width 64 the exponent is within 0.3 of -1, a range set with such networks in "
    "view. Departure: the time at which an output differs from that of the flow with hard targets and beta = 0 by 1/2, "
    "same network and seed, interpolated between records half a decade apart.",
    hypotheses=(),
    uses=("lazy:contrast",),
    revision=2,
)
LINEARISED = Statement(
    id="lazy:linearised",
    title="Training stays close to the linearised model with the kernel K_0, on and off the samples",
    source=PAPER,
    number="LZ-3",
    formula=r"\sup_t |f_t(x) - f_t^{\mathrm{lin}}(x)| \propto m^{-a}, \quad a > 0",
    qualification=RATE + " One undecided case is tolerated, a number set with such runs in view.",
    hypotheses=(SOFT_TARGETS,),
    uses=("lazy:soft-drift",),
    inconclusive=1,
)


class Ensemble(NamedTuple):
    """Networks of a kind of training, of the seeds from `first` on, whose drift is to shrink with the width."""

    kind: str
    runs: list[Run]
    first: int
    depth: int


def ensemble_case(kind: str, first: int, depth: int) -> Ensemble:
    """The networks of several widths that the checks share."""
    return Ensemble(kind, ensemble_of(kind, depth, first), first, depth)


def drift_shrinks(claim: Range, case: Ensemble) -> None:
    """Does the drift shrink with the width at a claimed rate? Not if it has no bound at some width."""
    for run in case.runs:
        if grows(run):
            detail = f"{case.kind}, width {run.width}, seed {run.seed}: drift {run.drift:.3g} at the end, and growing"
            record(numerical(False, detail))
            return
    record(rate_evidence(case.kind, DRIFT, claim, case.first, case.depth))


@check(PENALTY_DRIFT, SHRINKS, mutants=WRONG_RATES)
def test_with_a_regulariser_the_drift_shrinks_with_the_width(claim, first_seed):
    for depth in (1, 2) if thorough() else (1,):
        judge_case(drift_shrinks, claim, ensemble_case(REGULARISED, first_seed, depth))


@check(SOFT_DRIFT, SHRINKS, mutants=WRONG_RATES)
def test_with_soft_targets_the_drift_shrinks_with_the_width(claim, first_seed):
    for depth in (1, 2) if thorough() else (1,):
        judge_case(drift_shrinks, claim, ensemble_case(SOFT, first_seed, depth))


@check(LINEARISED, SHRINKS, mutants=WRONG_RATES)
@pytest.mark.parametrize("quantity", [ON, OFF])
def test_the_linearisation_error_shrinks_with_the_width(claim, quantity, first_seed):
    record(rate_evidence(SOFT, quantity, claim, first_seed))


SLOPE = {sympy.Derivative(predictors.loss_of(predictors.theta), predictors.theta): sympy.Symbol("slope", real=True)}
"""dL/d theta as a number of its own."""


@check(PENALTY, 1, mutants={"the sign of beta": -1})
def test_the_objective_never_rises(claim):
    velocity = predictors.objective_velocity(sign=claim)
    squares = sympy.diff(predictors.objective(), predictors.theta) ** 2
    record(
        proved(
            vanishes(velocity.subs(SLOPE).doit() + squares.subs(SLOPE).doit()),
            "dE/dt is minus a sum of squares",
            covers_all=False,
        )
    )


@check(PENALTY, predictors.start, mutants={"the regulariser pulls to 0": sympy.Integer(0)})
def test_the_objective_starts_at_the_loss(claim):
    record(proved(vanishes(predictors.start_excess(claim)), "E = L at theta_0", covers_all=False))


@cache
def regularised_start(seed: int) -> dict[str, torch.Tensor]:
    """Parameters of the FCN of depth 1 and width 256 at initialisation, of its shapes."""
    return initialise(fcn(1), 2, 256, np.random.default_rng(seed))


@cache
def regularised_flow(beta: float, seed: int) -> Trajectory:
    """A flow whose regulariser pulls to theta_0, by the flow integrator."""
    start, until = regularised_start(seed), math.log(20 / beta)
    return gradient_flow(fcn(1), start, INPUTS, logistic(LABELS), until, penalty=beta, errors=False)


BETAS, FLOWS = (1.0, BETA, 1e-3), 2
BALANCED = 1e-4
"""A share of the pull: at t = 20 / beta what is left of a motion that shrinks like exp(-beta t) is less."""


class Pulled(NamedTuple):
    """A flow from a start whose regulariser pulls to an anchor; the largest (beta/2) |theta_t - theta_0|^2 / L_0."""

    start: dict[str, torch.Tensor]
    anchor: dict[str, torch.Tensor]
    largest: float
    what: str


def stays_in_the_ball(claim: float, case: Pulled) -> None:
    """Is (beta/2) |theta_t - theta_0|^2 at most `claim` times L(theta_0)?"""
    detail = f"{case.what}: {case.largest:.3g} of L(theta_0)"
    record(numerical(case.largest <= claim, detail, margin=claim - case.largest))


@check(PENALTY, 1.0, mutants={"a tenth of the bound": 0.1})
def test_the_parameters_stay_in_the_ball(claim, first_seed):
    for beta in BETAS:
        for seed in range(first_seed, first_seed + FLOWS):
            trajectory, start = regularised_flow(beta, seed), regularised_start(seed)
            share = beta / 2 * (trajectory.euclidean_displacement**2).sum(axis=1) / math.exp(trajectory.log_loss[0])
            judge_case(
                stays_in_the_ball, claim, Pulled(start, start, float(share.max()), f"beta = {beta:g}, seed {seed}")
            )


def pulled_to_zero(beta: float, seed: int) -> Pulled:
    """Gradient descent in 100 short steps whose regulariser pulls to 0."""
    start, loss, inputs = regularised_start(seed), logistic(LABELS), torch.from_numpy(INPUTS)
    theta = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
    largest, step = 0.0, 0.01 / beta
    value = math.exp(loss.log_value(forward(fcn(1), start, inputs).numpy()))
    for _ in range(100):
        outputs = forward(fcn(1), theta, inputs)
        forces = torch.from_numpy(loss.flow_weights(outputs.detach().numpy()))
        pushes = torch.autograd.grad(outputs, list(theta.values()), forces)
        with torch.no_grad():
            for tensor, push in zip(theta.values(), pushes, strict=True):
                tensor += step * (push - beta * tensor)
        moved = sum(float(((theta[name].detach() - start[name]) ** 2).sum()) for name in start)
        largest = max(largest, beta / 2 * moved / value)
    anchor = {name: torch.zeros_like(tensor) for name, tensor in start.items()}
    return Pulled(start, anchor, largest, f"the regulariser pulls to 0, beta = {beta:g}")


@check(
    PENALTY,
    1.0,
    mutants={
        "the regulariser's force reversed": -1.0,
        "the regulariser pulls to 0": 0.0,
        "it pulls to 0.999 theta_0": 0.999,
    },
)
def test_the_flow_ends_where_the_pull_to_the_start_balances_the_loss(claim, first_seed):
    # At rest sum_i c_i g_i = beta (theta - theta_0): the norms of both sides, theta_0 times `claim` on the right.
    for seed in range(first_seed, first_seed + FLOWS):
        trajectory, start = regularised_flow(BETA, seed), regularised_start(seed)
        forces = trajectory.loss.flow_weights(trajectory.outputs[-1])
        driven = math.sqrt(float(forces @ trajectory.gram[-1] @ forces))
        along = {name: trajectory.parameters[name].numpy() - claim * start[name].numpy() for name in start}
        pulled = BETA * math.sqrt(sum(float((change**2).sum()) for change in along.values()))
        off = abs(driven / pulled - 1)
        detail = f"seed {seed}: |sum c g| = {driven:.4f}, beta |theta - a| = {pulled:.4f}"
        record(numerical(off < BALANCED, f"{detail}, off by {off:.1g}", margin=BALANCED - off))


@counterexample(PENALTY, ANCHORED, of=test_the_parameters_stay_in_the_ball)
def test_a_regulariser_that_pulls_to_zero_leads_out_of_the_ball(claim, first_seed):
    judge_case(stays_in_the_ball, claim, pulled_to_zero(1.0, first_seed))


@check(SOFT_LIMIT, 1, mutants={"the target on the wrong side": -1})
def test_the_only_output_without_force_is_the_logit(claim):
    (found,) = predictors.stationary_output()
    logit = sympy.log(predictors.target / (1 - predictors.target))
    convex = predictors.curvature().is_positive
    same = vanishes(sympy.exp(found) - sympy.exp(claim * logit), {predictors.target: sympy.Rational(1, 5)})
    verdict = combined([same, Verdict.CONFIRMED if convex else Verdict.INCONCLUSIVE])
    record(proved(verdict, "force 0 only at ln(y / (1 - y)); the loss is strictly convex", covers_all=False))


@check(SOFT_LIMIT, 1.0, mutants={"the target on the wrong side": -1.0, "2% less": 0.98})
def test_the_logits_come_to_rest_at_those_of_the_targets(claim, first_seed):
    wanted = claim * logits(soft_targets(EPSILON))
    for run in ensemble_of(SOFT, 1, first_seed):
        off = float(np.abs(run.outputs[-1] - wanted).max())
        detail = f"width {run.width}, seed {run.seed}, {run.status}: off by {off:.2g}, lambda_min >= {run.definite:.2g}"
        record(numerical(off < 1e-6, detail) if run.definite > 0 else vacuous(Kind.NUMERICAL, detail))


# The contrast, on one network and seed.


def settles(run: Run) -> bool:
    """Did the flow come to rest, or no output move by 0.01 over the last half decade?"""
    return run.status == AT_REST or bool(np.abs(run.outputs[-1] - run.outputs[-2]).max() < 0.01)


def grows(run: Run) -> bool:
    """Did it not settle, and the drift grow in every fifth of the range of log t, as the bound on K_t(x, x) demands?"""
    marks = np.interp(np.linspace(run.log_t[1], run.log_t[-1], 6), run.log_t[1:], run.gap[1:])
    forced = 2 * math.sqrt(2 / run.width) * np.abs(run.outputs) - run.kernel.diagonal()
    return not settles(run) and bool((np.diff(marks) > 0).all() and (run.gap >= forced.max(axis=1) - 1e-9).all())


CASES = ((HARD, 0.0), (SOFT, 1e-4), (REGULARISED, 1e-1))
EXPECTED = {HARD: "grows", SOFT: "settles", REGULARISED: "settles"}
NETWORKS, CONTRAST_WIDTH, HARD_UNTIL = 40, 64, 10.0


@check(
    CONTRAST,
    EXPECTED,
    mutants={
        "it settles with hard targets": EXPECTED | {HARD: "settles"},
        "it grows with soft targets": EXPECTED | {SOFT: "grows"},
        "it grows with a regulariser": EXPECTED | {REGULARISED: "grows"},
    },
)
def test_the_drift_settles_unless_the_targets_are_hard_and_beta_is_0(claim, first_seed):
    networks, alpha = (3 if thorough() else 1) * NETWORKS, BUDGET.alpha("lazy:contrast")
    judges = {"grows": grows, "settles": settles}
    as_claimed = sum(
        all(
            judges[claim[kind]](contrast_run(kind, strength, CONTRAST_WIDTH, seed, HARD_UNTIL))
            for kind, strength in CASES
        )
        for seed in range(first_seed, first_seed + networks)
    )
    verdict = probability_exceeds(as_claimed, networks, 0.5, alpha)
    low, high = clopper_pearson(as_claimed, networks, 0.005)
    detail = (
        f"{as_claimed} of {networks} networks of width {CONTRAST_WIDTH}: a probability in [{low:.2f}, {high:.2f}] (99%)"
    )
    record(statistical({"agrees": True, "differs": False, "undecided": None}[verdict], detail, false_alarm=alpha))


def diverging(first: int) -> Ensemble:
    """Networks with hard targets and beta = 0, of one width."""
    runs = [contrast_run(HARD, 0.0, CONTRAST_WIDTH, seed, HARD_UNTIL) for seed in range(first, first + 5)]
    return Ensemble(HARD, runs, first, 1)


@counterexample(PENALTY_DRIFT, PENALISED, of=test_with_a_regulariser_the_drift_shrinks_with_the_width)
def test_without_a_regulariser_the_drift_has_no_bound_to_shrink(claim, first_seed):
    judge_case(drift_shrinks, claim, diverging(first_seed))


@counterexample(SOFT_DRIFT, SOFT_TARGETS, of=test_with_soft_targets_the_drift_shrinks_with_the_width)
def test_with_hard_targets_the_drift_has_no_bound_to_shrink(claim, first_seed):
    judge_case(drift_shrinks, claim, diverging(first_seed))


@check(CROSSOVER, 1.0, mutants={"like the inverse cube root": 1 / 3, "like the power -3/2": 1.5})
@pytest.mark.parametrize("kind", [SOFT, REGULARISED])
def test_the_crossover_runs_away(claim, kind, first_seed):
    strengths = (1e-1, 1e-4)
    for seed in range(first_seed, first_seed + (20 if thorough() else 6)):
        reference = contrast_run(HARD, 0.0, CONTRAST_WIDTH, seed, HARD_UNTIL)
        early, late = (
            departure(contrast_run(kind, each, CONTRAST_WIDTH, seed, HARD_UNTIL), reference) for each in strengths
        )
        exponent = (late - early) / 3
        off = abs(exponent - claim)
        detail = f"{kind}, seed {seed}: departure at log10 t = {early:.1f} and {late:.1f}, exponent {-exponent:.2f}"
        record(numerical(off < 0.3, detail, margin=0.3 - off))
