"""Explicit solutions in the kernel regime and their law: LZ-4 and LZ-5 of arXiv 2605.17606.

The abstract alone was at hand: the claims are its, the set-ups are this suite's (`checks.setups.kernel_regime`,
`checks.lazy.trained_law`).
"""

from __future__ import annotations

import math

import numpy as np
import sympy

from checks.lazy.trained_law import SIZE, Moments, grams, law, products, solutions, trained
from checks.setups.budget import BUDGET
from checks.setups.kernel_regime import BETA, INPUTS, REGULARISED, SOFT, explicit, limits, loss_of
from checks.setups.rates import PREDICTOR_CLAIMS, closeness
from ntk_companion.evidence import Evidence, numerical, statistical
from ntk_companion.evidence import symbolic as proved
from ntk_companion.judging import check, counterexample, record, thorough
from ntk_companion.statement import Hypothesis, Statement
from numerics.networks.softmax import SoftmaxCrossEntropy, class_kernel, output_kernel
from numerics.networks.torch_network import initialise
from numerics.regression.linearised import linearised_flow
from numerics.regression.predictors import regularised
from numerics.statistics import equivalence_test
from theory import predictors
from theory.architecture import fcn

LAZY = "arXiv 2605.17606, abstract; set-up: this suite"
SET_UP = "Three points on the circle, eight test points, fully connected networks with biases, in this suite's set-up. "
DEFINITE = Hypothesis("definite kernel", "K(X, X) is positive definite")
SOFT_TARGETS = Hypothesis("soft targets", "every target lies strictly between 0 and 1")
PENALISED = Hypothesis("regularised", "beta > 0")
NEAR = "Networks of width 2048 come within 3% of what training changed; a finite width confirms no limit. "

UNIQUE = Statement(
    id="lazy:unique",
    title="The stationary point of the linearised model is unique",
    source=LAZY,
    number="LZ-4, uniqueness",
    formula=r"\nabla_C^2 E = K \,\mathrm{diag}(\ell'')\, K + \beta K \succ 0, \quad \nabla_C E = K (\beta C - c)",
    qualification="sympy derives gradient and Hessian for one and two samples and any kernel, and that the "
    "cross-entropy is strictly convex; the loss is summed, for its mean beta becomes n beta.",
    hypotheses=(DEFINITE,),
)
SOLUTION_SOFT = Statement(
    id="lazy:solution-soft",
    title="Soft targets, no regulariser: the trained network is f_0 + K K^-1 (logit(y) - f_0)",
    source=LAZY,
    number="LZ-4",
    formula=r"f_\infty(x) = f_0(x) + K(x,X) K(X,X)^{-1} \bigl(\ln\tfrac{y}{1-y} - f_0(X)\bigr)",
    qualification="sympy proves it for the linearised model of any size. " + NEAR + SET_UP,
    hypotheses=(SOFT_TARGETS, DEFINITE),
    uses=("lazy:unique", "lazy:linearised"),
)
SOLUTION_PENALTY = Statement(
    id="lazy:solution-penalty",
    title="Regularised: the trained network solves f = f_0 + K (y - sigmoid(f)) / beta, a convex problem",
    source=LAZY,
    number="LZ-4",
    formula=r"f(X) = f_0(X) + \tfrac1\beta K(X,X) \bigl(y - \sigma(f(X))\bigr)",
    qualification="sympy derives it from the objective. " + NEAR + SET_UP,
    hypotheses=(PENALISED,),
    uses=("lazy:unique",),
)
LAW = Statement(
    id="lazy:law",
    title="Over initialisations the trained predictors are Gaussian with the covariance of NTK and NNGP kernel",
    source=LAZY,
    number="LZ-5",
    formula=r"\mathrm{Cov} f_\infty = S - A s' - s A' + A \Sigma A', \quad A = K(x,X) K(X,X)^{-1}",
    qualification="sympy proves mean and covariance for Gaussian f_0. Tested at width 512: explicit solutions from "
    "4000 starts, and trained networks against their own; the thorough profile tests 4000 of them. Gaussianity is not "
    "tested.",
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
    qualification="sympy proves it for two and three classes; flows of the width limit's kernel K (x) 1_C rest there. "
    "Of finite networks with several outputs the kernel at the start is checked; none is trained.",
)


# LZ-4: explicit solutions.


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
    for size in (1, 2):
        gradient, hessian, K, C, forces, curvatures = predictors.regularised(size)
        slope = (gradient - K * (claim * predictors.beta * C - forces)).expand()
        form = (hessian - K * curvatures * K - claim * predictors.beta * K).expand()
        holds = slope.is_zero_matrix and form.is_zero_matrix
        record(proved(bool(holds and convex), f"n = {size}", covers_all=False))


@counterexample(UNIQUE, DEFINITE)
def test_with_two_equal_points_the_coefficients_are_not_unique():
    _, hessian, K, *_ = predictors.regularised(2)
    singular = hessian.subs(dict.fromkeys(K, sympy.Integer(1)))
    flat = (singular * sympy.Matrix([1, -1])).expand()
    record(proved(not flat.is_zero_matrix, "K = (1 1; 1 1): the objective is flat along C = (1, -1)"))


@check(SOLUTION_PENALTY, 1, mutants={"n lost for a mean": sympy.Rational(1, 2)})
def test_a_mean_over_the_samples_multiplies_beta_by_n(claim):
    gradient, _, K, C, forces, _ = predictors.regularised(2, averaged=True)
    right = K * (claim * 2 * predictors.beta * C - forces) / 2
    record(proved(bool((gradient - right).expand().is_zero_matrix), "two samples, mean loss", covers_all=False))


@check(SOLUTION_SOFT, **PREDICTOR_CLAIMS)
def test_wide_networks_with_soft_targets_are_near_the_explicit_solution(claim, first_seed):
    record(closeness(SOFT, claim, first_seed))


@check(SOLUTION_PENALTY, **PREDICTOR_CLAIMS)
def test_wide_regularised_networks_are_near_the_explicit_solution(claim, first_seed):
    record(closeness(REGULARISED, claim, first_seed))


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

LAW_WIDTH = 512
SHARE = 0.05
"""Of the variance: the mean square distance that trained networks may have from their explicit solutions."""


def unconditioned() -> Moments:
    """As if f_0(x) were not conditioned on the samples."""
    return law()[0], grams().nngp[SIZE:, SIZE:]


def from_zero() -> Moments:
    """As if f_0 were dropped: hardly any spread is left."""
    return law()[0], 1e-3 * law()[1]


def wrong_side() -> Moments:
    """As if the targets were swapped."""
    return -law()[0], law()[1]


@check(
    LAW,
    law,
    mutants={"not conditioned on the samples": unconditioned, "f_0 dropped": from_zero, "targets swapped": wrong_side},
)
def test_explicit_solutions_from_many_starts_have_the_derived_law(claim, first_seed):
    record(law_evidence(solutions(LAW_WIDTH, 4000, first_seed), claim(), "explicit solutions"))
    if thorough():
        record(law_evidence(trained(LAW_WIDTH, 4000, first_seed)[0], claim(), "trained networks"))


def law_evidence(draws: np.ndarray, moments: Moments, what: str) -> Evidence:
    """Have the draws these moments, to a quarter of a deviation in the mean and 0.4 variances in the covariance?"""
    mean, covariance = moments
    alpha = BUDGET.alpha("equivalence", tests=5) / 4
    deviations = np.sqrt(np.diagonal(law()[1]))
    unit = np.outer(deviations, deviations)
    first = equivalence_test(draws / deviations, mean / deviations, 0.25, alpha, allowance=0.02)
    second = equivalence_test(products(draws, mean) / unit, covariance / unit, 0.4, alpha, allowance=0.05)
    verdicts = {first.verdict, second.verdict}
    holds = False if "differs" in verdicts else (None if "undecided" in verdicts else True)
    detail = f"{len(draws)} {what} at width {LAW_WIDTH}: detects {first.detectable.max():.2f} deviations in the mean, "
    detail += f"{second.detectable.max():.2f} variances in the covariance"
    return statistical(holds, detail, false_alarm=2 * alpha)


@check(LAW, 1.0, mutants={"f_0 and targets dropped": 0.0, "the opposite": -1.0})
def test_trained_networks_are_near_their_explicit_solutions_in_mean_square(claim, first_seed):
    # In units of the derived deviation: |Cov f - Cov solution| <= 2 sqrt(share) + share by Cauchy and Schwarz.
    found, solved = trained(LAW_WIDTH, 4000 if thorough() else 24, first_seed)
    share = float(np.mean((found - claim * solved) ** 2 / np.diagonal(law()[1]), axis=0).max())
    detail = f"{len(found)} networks of width {LAW_WIDTH}: mean square distance {share:.3f} of the variance"
    record(numerical(share < SHARE, detail, margin=SHARE - share))


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
        forces, outputs, shares = predictors.softmax_force(classes)
        probabilities = {output: sympy.log(share) for output, share in zip(outputs, shares, strict=True)}
        rest = all(sympy.cancel(force.subs(probabilities)) == 0 for force in forces)
        total = sympy.cancel(sympy.together(sum(forces)))
        detail = f"{classes} classes: no force at ln y, and forces depend on differences alone"
        shift = sympy.Symbol("shift", real=True)
        moved = {output: output + shift for output in outputs}
        same = sympy.cancel(sympy.together(sympy.expand(forces[0].subs(moved) - forces[0], power_exp=True))) == 0
        record(proved(rest and same and total == claim, detail, covers_all=False))


CLASSES = SoftmaxCrossEntropy(((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.2, 0.2, 0.6)))
START = np.array([0.3, -0.2, 1.0, 0.5, 0.1, -0.4, -1.0, 0.0, 0.7])


@check(SOFTMAX, 1.0, mutants={"the mean of the logits lost": 0.0})
def test_the_linearised_flow_of_several_classes_rests_at_the_logits(claim):
    matrix = class_kernel(limits(1).ntk[:3, :3], 3)
    flow = linearised_flow(CLASSES, matrix, START, np.array([math.log(200.0)]))
    off = float(np.abs(flow.outputs[-1] - CLASSES.resting_outputs(claim * START)).max())
    record(numerical(off < 1e-5, f"three classes, three samples: off by {off:.2g}", margin=1e-5 - off))


@check(SOFTMAX, 1.0, mutants={"beta's sign": -1.0})
def test_the_regularised_flow_of_several_classes_ends_at_the_convex_problems_solution(claim):
    matrix = class_kernel(limits(1).ntk[:3, :3], 3)
    solution = regularised(CLASSES, matrix, START, BETA)
    flow = linearised_flow(CLASSES, matrix, START, np.array([math.log(30 / BETA)]), BETA)
    claimed = START + claim * (solution.fitted - START)
    off = float(np.abs(flow.outputs[-1] - claimed).max())
    record(numerical(off < 1e-5, f"off by {off:.2g}, solved to {solution.error:.1g}", margin=1e-5 - off))


@check(SOFTMAX, 1.0, mutants={"the outputs share their kernel": 0.0})
def test_the_outputs_of_a_wide_network_have_kernels_of_their_own(claim):
    width, points = 4096, INPUTS[:2]
    generator = np.random.default_rng(0)
    start = initialise(fcn(1), 2, width, generator)
    found = output_kernel(fcn(1), start, points, list(generator.standard_normal((2, width))))
    own = class_kernel(limits(1).ntk[:2, :2], 2)
    expected = claim * own + (1 - claim) * np.kron(limits(1).ntk[:2, :2], np.ones((2, 2)))
    off = float(np.abs(found - expected).max() / own.max())
    record(numerical(off < 0.15, f"width {width}, two outputs: off by {off:.1%} of the largest entry"))
