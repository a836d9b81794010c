"""Explicit solutions, their law, and the equivalence of wide networks and kernels: LZ-4, LZ-5 and EQ-1 to EQ-3.

The claims are those of the abstracts of arXiv 2605.17606 and 2501.10929, which alone were at hand; the set-ups are this
suite's (`checks.kernel_regime`, `checks.table_errors`). Verdicts on data are per setting and say nothing beyond it.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import sympy

from checks.budget import BUDGET
from checks.kernel_regime import (
    BETA,
    REGULARISED,
    SOFT,
    SQUARED,
    TO_LIMIT,
    distance,
    explicit,
    exponent,
    limits,
    loss_of,
    runs_of,
)
from checks.statements import (
    Evidence,
    Hypothesis,
    Statement,
    check,
    counterexample,
    numerical,
    record,
    statistical,
    thorough,
)
from checks.statements import symbolic as proved
from numerics.ensembles import Training, ensemble, starts, width_exponent
from numerics.estimation import equivalence_test
from numerics.flow import Recording
from numerics.kernels import FLOAT64, kernel_grams
from numerics.linearised import linearised_flow
from numerics.losses import CrossEntropy
from numerics.points import circle, float_points
from numerics.predictors import interpolation, interpolation_law
from numerics.tables_of_data import TABLES, Table, split
from theory import predictors
from theory.architecture import fcn

LAZY = "arXiv 2605.17606, abstract; set-up: this suite"
EQUIVALENCE = "arXiv 2501.10929, abstract; set-up: this suite"
SET_UP = "Three points on the circle, eight test points, fully connected networks with biases, in this suite's set-up. "
DEFINITE = Hypothesis("definite kernel", "K(X, X) is positive definite")
SOFT_TARGETS = Hypothesis("soft targets", "every target lies strictly between 0 and 1")
PENALISED = Hypothesis("regularised", "beta > 0")
RATE = (
    "The distance to trained networks falls with the width with an exponent whose interval excludes 0, beside -1/2, "
    "which the fluctuation of K_0 predicts. "
)

UNIQUE = Statement(
    id="lazy:unique",
    title="The stationary point of the linearised model is unique",
    source=LAZY,
    number="LZ-4, uniqueness",
    formula=r"\nabla_C^2 E = K \,\mathrm{diag}(\ell'')\, K + \beta K \succ 0, \quad \nabla_C E = K (\beta C - c)",
    qualification="sympy derives gradient and Hessian for one to three samples and any kernel, and that the "
    "cross-entropy is strictly convex; the loss is summed, for its mean beta becomes n beta.",
    hypotheses=(DEFINITE,),
)
SOLUTION_SOFT = Statement(
    id="lazy:solution-soft",
    title="Soft targets, no regulariser: the trained network is f_0 + K K^-1 (logit(y) - f_0)",
    source=LAZY,
    number="LZ-4",
    formula=r"f_\infty(x) = f_0(x) + K(x,X) K(X,X)^{-1} \bigl(\ln\tfrac{y}{1-y} - f_0(X)\bigr)",
    qualification="sympy proves it for the linearised model of any size. " + RATE + SET_UP,
    hypotheses=(SOFT_TARGETS, DEFINITE),
    uses=("lazy:unique", "lazy:linearised"),
)
SOLUTION_PENALTY = Statement(
    id="lazy:solution-penalty",
    title="Regularised: the trained network solves f = f_0 + K (y - sigmoid(f)) / beta, a convex problem",
    source=LAZY,
    number="LZ-4",
    formula=r"f(X) = f_0(X) + \tfrac1\beta K(X,X) \bigl(y - \sigma(f(X))\bigr)",
    qualification="sympy derives it from the objective. " + RATE + SET_UP,
    hypotheses=(PENALISED,),
    uses=("lazy:unique",),
)
LAW = Statement(
    id="lazy:law",
    title="Over initialisations the trained predictors are Gaussian with the covariance of NTK and NNGP kernel",
    source=LAZY,
    number="LZ-5",
    formula=r"\mathrm{Cov} f_\infty = S - A s' - s A' + A \Sigma A', \quad A = K(x,X) K(X,X)^{-1}",
    qualification="sympy proves mean and covariance for Gaussian f_0. Tested at finite width in two steps, explicit "
    "solutions from many starts, then trained networks against their own; Gaussianity itself is not tested.",
    hypotheses=(SOFT_TARGETS,),
    uses=("lazy:solution-soft",),
)
BAYESIAN = Statement(
    id="lazy:bayesian",
    title="Training the output weights alone samples the posterior of a Gaussian process; training all does not",
    source=LAZY,
    number="LZ-5, the relation to Bayesian methods",
    formula=r"K = \Sigma \Rightarrow \mathrm{Cov} f_\infty = S - s \Sigma^{-1} s'",
    qualification="sympy proves it for any number of samples and test points; for the NTK it fails in general, at the "
    "points tried the covariances differ.",
    hypotheses=(Hypothesis("output weights alone", "the NTK is the NNGP kernel: only the last layer is trained"),),
    uses=("lazy:law",),
)
SOFTMAX = Statement(
    id="lazy:softmax",
    title="Several classes: the forces add up to zero, logits tend to ln y up to the mean that they start with",
    source=LAZY,
    number="LZ-2 and LZ-4 for softmax",
    formula=r"\sum_a c_a = 0, \quad f_a - f_b \to \ln y_a - \ln y_b, \quad \textstyle\sum_a f_a = \sum_a f_{0,a}",
    qualification="sympy proves it for two and three classes, for the kernel K (x) 1_C of the width limit. Finite "
    "networks of several outputs are not trained here.",
)
PREDICTOR = Statement(
    id="equivalence:predictor",
    title="Squared loss: the trained network tends to NTK kernel regression as the width grows",
    source=EQUIVALENCE,
    number="EQ-1",
    formula=r"f_\infty(x) \to f_0(x) + K(x,X) K(X,X)^{-1} (y - f_0(X))",
    qualification=RATE
    + SET_UP
    + "Trained by the gradient flow until no output moves; a finite width confirms no limit.",
    hypotheses=(DEFINITE,),
    uses=("lazy:solution-soft",),
)
SPLITS = Statement(
    id="equivalence:splits",
    title="Standardisation is fitted on the training part alone",
    source=EQUIVALENCE,
    number="EQ-2 and EQ-3, the data",
    formula=r"\tilde x = (x - \mathrm{mean}(X_{\mathrm{train}})) / \mathrm{sd}(X_{\mathrm{train}})",
    qualification="On the three tables used: the training part has mean 0 and deviation 1, and does not change with the "
    "rows tested on.",
)

WIDTHS = (32, 256, 2048)
SEEDS = {SOFT: 10, REGULARISED: 9, SQUARED: 10}
SHRINKS = (-math.inf, 0.0)


# LZ-4 and EQ-1: explicit solutions.


@check(SOLUTION_SOFT, predictors.claimed_interpolation, mutants={"f_0 dropped": lambda: without_start()})
def test_the_linearised_model_ends_at_the_explicit_solution(claim):
    difference = sympy.expand(predictors.interpolation() - claim()).doit()
    still = predictors.extension_velocity()
    zero = sympy.ZeroMatrix(predictors.q, 1)
    record(proved(difference == zero and still == zero, "K C = t - f_0(X), for all n, p and x", covers_all=False))


def without_start() -> sympy.MatrixExpr:
    """The explicit solution with f_0 dropped."""
    zeros = {predictors.outputs: sympy.ZeroMatrix(predictors.n, 1)}
    return predictors.claimed_interpolation().subs(zeros | {predictors.outputs_at: sympy.ZeroMatrix(predictors.q, 1)})


@check(UNIQUE, 1, mutants={"the regulariser's sign": -1})
def test_the_objective_is_strictly_convex_in_the_coefficients(claim):
    convex = bool(predictors.curvature().is_positive)
    for size in (1, 2, 3):
        gradient, hessian, K, C, forces, curvatures = predictors.regularised(size)
        slope = (gradient - K * (claim * predictors.beta * C - forces)).expand()
        form = (hessian - K * curvatures * K - claim * predictors.beta * K).expand()
        holds = slope.is_zero_matrix and form.is_zero_matrix
        record(proved(bool(holds and convex), f"n = {size}", covers_all=False))


@check(SOLUTION_PENALTY, 1, mutants={"n lost for a mean": sympy.Rational(1, 2)})
def test_a_mean_over_the_samples_multiplies_beta_by_n(claim):
    gradient, _, K, C, forces, _ = predictors.regularised(2, averaged=True)
    right = K * (claim * 2 * predictors.beta * C - forces) / 2
    record(proved(bool((gradient - right).expand().is_zero_matrix), "two samples, mean loss", covers_all=False))


def rate_evidence(kind: str, which: str, start_kept: bool = True) -> Evidence:
    """Does the distance to the explicit solution with the kernel `which` of the limit shrink with the width?"""
    confidence = 1 - BUDGET.alpha("equivalence", tests=5)
    runs = runs_of(kind, fcn(1), WIDTHS, SEEDS[kind])
    if which == "ntk" and start_kept:
        fitted = exponent(runs, kind, TO_LIMIT, confidence)
    else:
        gram = getattr(limits(1), which)
        values = np.array([distance(run, kind, gram, start_kept) for run in runs])
        fitted = width_exponent(np.array([run.width for run in runs]), values, confidence)
    detail = f"{kind}: exponent {fitted.slope:.2f} in [{fitted.low:.2f}, {fitted.high:.2f}]; -0.5 predicted"
    predicted = fitted.low <= -0.5 <= fitted.high
    shrinks = fitted.high < 0
    return statistical(shrinks if shrinks or not predicted else None, detail, margin=-fitted.high if shrinks else None)


CLAIMS = {"claim": ("ntk", True), "mutants": {"NNGP for NTK": ("nngp", True), "f_0 dropped": ("ntk", False)}}


@check(SOLUTION_SOFT, **CLAIMS)
def test_networks_with_soft_targets_approach_the_explicit_solution(claim):
    record(rate_evidence(SOFT, *claim))


@check(SOLUTION_PENALTY, **CLAIMS)
def test_regularised_networks_approach_the_explicit_solution(claim):
    record(rate_evidence(REGULARISED, *claim))


@check(PREDICTOR, **CLAIMS)
def test_networks_trained_with_squared_loss_approach_kernel_regression(claim):
    record(rate_evidence(SQUARED, *claim))


@check(SOLUTION_PENALTY, 1.0, mutants={"beta's sign": -1.0, "half of beta": 0.5})
def test_the_linearised_flow_ends_at_the_convex_problems_solution(claim):
    kernel_matrix, start = limits(1).ntk[:3, :3], np.array([0.7, -0.4, -1.1])
    for beta in (1.0, BETA, 1e-4):
        solution = explicit(REGULARISED, kernel_matrix, start, beta=beta)
        flow = linearised_flow(loss_of(REGULARISED), kernel_matrix, start, np.array([math.log(60 / beta)]), beta)
        forces = loss_of(REGULARISED).flow_weights(flow.outputs[-1])
        off = float(np.abs(flow.outputs[-1] - start - claim * kernel_matrix @ forces / beta).max())
        off = max(off, float(np.abs(solution.fitted - flow.outputs[-1]).max()))
        record(numerical(off < 1e-5, f"beta = {beta:g}: off by {off:.2g}, solved to {solution.error:.1g}"))


@counterexample(SOLUTION_SOFT, SOFT_TARGETS)
def test_with_hard_targets_there_is_no_solution():
    found = predictors.stationary_output(at=sympy.Integer(1))
    record(proved(bool(found), "ln(y / (1 - y)) is infinite at y = 1: no output is without force"))


# LZ-5: the law over initialisations.

LAW_LOSS = CrossEntropy((0.75, 0.25))
LAW_POINTS = np.array([[0.0, 1.0], [0.6, 0.8], [0.0, -2.0]])
LAW_WIDTH, MEAN_TOLERANCE, COVARIANCE_TOLERANCE = 512, 0.5, 0.4


def law_training() -> Training:
    recording = Recording(per_decade=1, log10_first=0)
    return Training(fcn(1), circle(2).coordinates(FLOAT64), LAW_LOSS, 4.0, 0.0, LAW_POINTS, recording)


@cache
def law_kernels():
    return kernel_grams(fcn(1), float_points("law", law_training().points))


def law(kernel_name: str = "ntk") -> tuple[np.ndarray, np.ndarray]:
    """Derived mean and covariance at the test points."""
    grams = law_kernels()
    targets = np.array(LAW_LOSS.targets)
    return interpolation_law(getattr(grams, kernel_name), grams.nngp, np.log(targets / (1 - targets)))


def unconditioned() -> tuple[np.ndarray, np.ndarray]:
    return law()[0], law_kernels().nngp[2:, 2:]


def from_zero() -> tuple[np.ndarray, np.ndarray]:
    return law()[0], 1e-3 * law()[1]


def wrong_side() -> tuple[np.ndarray, np.ndarray]:
    return -law()[0], law()[1]


@cache
def explicit_draws(draws: int) -> np.ndarray:
    """Explicit solutions at the test points from the starts of so many networks."""
    begun = starts(law_training(), LAW_WIDTH, range(draws))
    return np.array([solution_from(row) for row in begun])


def solution_from(start: np.ndarray) -> np.ndarray:
    """f_0(x) + K(x, X) K(X, X)^-1 (logit(y) - f_0(X)) from f_0 on samples and test points."""
    gram, targets = law_kernels().ntk, np.array(LAW_LOSS.targets)
    return interpolation(gram[:2, :2], np.log(targets / (1 - targets)), start[:2]).at(gram[2:, :2], start[2:])


def moments_agree(
    draws: np.ndarray, mean: np.ndarray, covariance: np.ndarray, tolerances: tuple[float, float], what: str
):
    """Do mean and second moments about `mean` agree, within tolerances in units of the derived deviations?"""
    alpha = BUDGET.alpha("equivalence", tests=5) / 4
    deviations = np.sqrt(np.diagonal(law()[1]))
    products = np.einsum("ri,rj->rij", draws - mean, draws - mean)
    first = equivalence_test(draws, mean, tolerances[0] * deviations, alpha)
    second = equivalence_test(products, covariance, tolerances[1] * np.outer(deviations, deviations), alpha)
    verdicts = {first.verdict, second.verdict}
    holds = False if "differs" in verdicts else (None if "undecided" in verdicts else True)
    sizes = [
        float((test.detectable / unit).max())
        for test, unit in ((first, deviations), (second, np.outer(deviations, deviations)))
    ]
    return statistical(
        holds,
        f"{what}: {len(draws)} draws, detects {sizes[0]:.2f} of a deviation in the mean and "
        f"{sizes[1]:.2f} in the covariance",
    )


@check(
    LAW,
    law,
    mutants={"not conditioned on the samples": unconditioned, "f_0 dropped": from_zero, "targets swapped": wrong_side},
)
def test_explicit_solutions_from_many_starts_have_the_derived_law(claim):
    mean, covariance = claim()
    draws = explicit_draws(20_000 if thorough() else 4000)
    record(moments_agree(draws, mean, covariance, (0.25, 0.4), f"explicit solutions at width {LAW_WIDTH}"))


@cache
def trained_draws(draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Trained networks at the test points, and the explicit solutions from their own starts."""
    runs = ensemble(law_training(), (LAW_WIDTH,), range(draws))
    begun = [np.concatenate([run.outputs[0], run.test_outputs[0]]) for run in runs]
    return np.array([run.test_outputs[-1] for run in runs]), np.array([solution_from(row) for row in begun])


@check(LAW, 1.0, mutants={"f_0 dropped": 0.0, "targets swapped": -1.0})
def test_trained_networks_have_the_mean_and_spread_of_their_explicit_solutions(claim):
    trained, solutions = trained_draws(400 if thorough() else 60)
    deviations = np.sqrt(np.diagonal(law()[1]))
    offsets = (trained - claim * solutions) / deviations
    alpha = BUDGET.alpha("equivalence", tests=5) / 2
    result = equivalence_test(offsets**2, np.zeros(offsets.shape[1]), 0.25, alpha, allowance=0.03)
    largest, detected = float(result.mean.max()), float(result.detectable.max())
    detail = f"{len(trained)} networks: mean square distance {largest:.3g} variances, detects {detected:.2f}"
    record(statistical({"agrees": True, "differs": False}.get(result.verdict), detail))


@check(LAW, -1, mutants={"the cross term's sign": 1})
def test_the_law_is_that_of_an_affine_image_of_a_gaussian(claim):
    same = predictors.law_covariance() == predictors.claimed_law_covariance(claim)
    record(proved(same, "(1, -A) Cov (1, -A)' multiplied out, for all n and q", covers_all=False))


@check(BAYESIAN, predictors.with_nngp_for_ntk, mutants={"all layers trained": lambda expression: expression})
def test_with_the_nngp_kernel_the_law_is_the_posterior(claim):
    record(proved(claim(predictors.law_covariance()) == predictors.bayesian_covariance(), "for all n and q"))


@counterexample(BAYESIAN, BAYESIAN.hypotheses[0])
def test_with_the_ntk_the_covariance_is_not_the_posteriors():
    difference = float(np.abs(law()[1] - law("nngp")[1]).max())
    record(numerical(difference < 1e-6, f"depth 1, two points: covariances differ by {difference:.3g}"))


# Several classes.


@check(SOFTMAX, 0, mutants={"the forces add up to one": 1})
def test_the_forces_of_a_softmax_add_up_to_zero(claim):
    for classes in (2, 3):
        forces, logits, shares = predictors.softmax_force(classes)
        mean = sympy.Symbol("mean", real=True)
        logs = [sympy.log(share) for share in shares]
        at = {logit: log - sum(logs) / classes + mean for logit, log in zip(logits, logs, strict=True)}
        rest = all(sympy.simplify(force.subs(at)) == 0 for force in forces)
        record(proved(rest and sympy.simplify(sum(forces) - claim) == 0, f"{classes} classes", covers_all=False))


# EQ-2 and EQ-3: errors on tables.


def leaking(table: Table, number: int) -> np.ndarray:
    """What the training inputs would be, were the standardisation fitted on all rows."""
    part = split(table, 20, 100, number)
    rows = np.concatenate([part.inputs, part.test_inputs])
    return (part.inputs - rows.mean(axis=0)) / rows.std(axis=0) / np.sqrt(rows.shape[1])


def fitted_on_training(table: Table, number: int) -> np.ndarray:
    return split(table, 20, 100, number).inputs


@check(SPLITS, fitted_on_training, mutants={"test rows leak into the standardisation": leaking})
@pytest.mark.parametrize("name", TABLES)
def test_the_training_part_is_standardised_by_itself(claim, name):
    table = TABLES[name]()
    inputs = claim(table, 0) * np.sqrt(table.features.shape[1])
    varying = inputs.std(axis=0) > 0
    off = max(float(np.abs(inputs.mean(axis=0)).max()), float(np.abs(inputs.std(axis=0)[varying] - 1).max()))
    record(numerical(off < 1e-9, f"{name}: mean and deviation off by {off:.2g}", margin=1e-9 - off))
