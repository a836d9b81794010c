"""Training in the kernel regime under squared loss, after the founding papers: linear equations, solved in symbols."""

import math
from typing import NamedTuple

import numpy as np
import sympy
import torch
from sympy import exp

from ntk_companion import Finding, Hypothesis, Statement, check, judge_case, numerical, record, symbolic
from ntk_companion.judging import counterexample, random_seed
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, vanishes
from numerics.networks.torch_network import empirical_ntk, initialise
from theory.presets import lee
from theory.printed.foundations import JACOT

LEE = "Lee et al. 2019, arXiv 1902.06720"
REMEMBERED = "The formula is remembered, the paper's own print was not at hand. "
ON_TWO = "A proof in symbols for two samples, in the kernel's eigenvectors; more samples are the same line by line."

DEFINITE = Hypothesis(
    "definite kernel",
    "K_t is positive definite on the samples, and the residuals are not zero",
    lambda case: bool(np.linalg.eigvalsh(case.kernel)[0] > 1e-9 and np.abs(case.residuals).max() > 0),
)
DECREASES = Statement(
    id="fd:6",
    title="Under least squares the norm of the training direction falls strictly",
    source=JACOT,
    number="section 4.2",
    formula=r"\tfrac{d}{dt} \|d_t\|^2_{\mathrm{in}} = -\tfrac{2}{N^2}\, d_t' K_t d_t < 0",
    qualification="The derivative is taken in symbols; the sign computed on random residuals. Where K_t is singular "
    "the "
    "norm may stay: then it does not grow, which is what Theorem 2 needs.",
    hypotheses=(DEFINITE,),
)
DECOMPOSED = Statement(
    id="fd:11",
    title="With f* - f_0 = D_0 + D_1 + ..: f_t = f* + D_0 + sum of exp(-lambda_i t) D_i",
    source=JACOT,
    number="section 5",
    formula=r"f^* - f_0 = \Delta^0 + \Delta^1 + \dots: \quad f_t = f^* + \Delta^0 + \sum_i e^{-t \lambda_i} \Delta^i",
    qualification="Refuted at t = 0 in symbols, and by integrating the flow on three points; "
    "f_t = f* + exp(-t Pi)(f_0 - f*) beside it is right.",
    finding=Finding(
        Severity.TYPO,
        "At t = 0 the right side is 2 f* - f_0: what is decomposed must be f_0 - f*, as the formula before it has.",
        corrected=r"f_0 - f^* = \Delta^0 + \Delta^1 + \dots",
    ),
)
LIMIT = Statement(
    id="fd:12",
    title="The limit of training: kernel regression on the targets, and what the start adds",
    source=JACOT,
    number="section 5",
    formula=r"f_\infty(x) = k_x' K^{-1} y^* + \bigl(f_0(x) - k_x' K^{-1} y_0\bigr)",
    qualification=ON_TWO + " With the differences decomposed as corrected in fd:11 it is f* + D_0.",
    uses=("fd:11",),
)
REGRESSION = Statement(
    id="fd:13",
    title="Its first term is the posterior mean of N(0, K), ridge regression as the ridge vanishes; its second is 0 "
    "on data",
    source=JACOT,
    number="section 5",
    formula=r"\lim_{\rho \to 0} k_x' (K + \rho)^{-1} y = k_x' K^{-1} y, \quad f_0(x_i) - k_{x_i}' K^{-1} y_0 = 0",
    qualification="In symbols for two samples.",
)
EIGENVALUES = Statement(
    id="fd:14",
    title="Pi has at most N positive eigenvalues for one output: those of K/N, which are the rates",
    source=JACOT,
    number="section 5",
    formula=r"\Pi f(x) = \tfrac1N \textstyle\sum_i K(x, x_i) f(x_i), \quad \Pi (k_x' v) = \lambda\, k_x' v, \quad "
    r"\lambda ="
    r" \lambda(K)/N",
    qualification="In symbols for two samples: the image of Pi is spanned by the K(., x_i), and an eigenvector of "
    "K/N is one "
    "of Pi. For n_L outputs there are N n_L, the kernel being K times the identity.",
)
PARAMETERS = Statement(
    id="fd:17",
    title="Without 1/sqrt(n) and beta derivatives in W and b change by these factors, the functions do not",
    source=JACOT,
    number="Remark 1",
    formula=r"\partial_{W} = n_l^{-1/2}\, \partial_{W'}, \quad \partial_b = \beta\, \partial_{b'}",
    qualification="Computed on one random network of two hidden layers, layer by layer, to rounding.",
)
LINEARISED = Statement(
    id="fd:25",
    title="mu_t and gamma_t of the linearised network",
    source=LEE,
    number="(10), (11)",
    formula=r"\mu_t = \Theta_{xX} \Theta^{-1} (I - e^{-\eta \Theta t}) Y, \quad \gamma_t = f_0(x) - \Theta_{xX} "
    r"\Theta^{-1}"
    r" (I - e^{-\eta\Theta t}) f_0(X)",
    qualification=REMEMBERED + ON_TWO + " The loss is half the sum of squares.",
)
ENSEMBLE = Statement(
    id="fd:26",
    title="The covariance of trained outputs at time t; the posterior's if the last layer alone is trained and t grows",
    source=LEE,
    number="(15)",
    formula=r"K_{xx'} + A K_{XX} A'' - (A K_{Xx'} + \mathrm{h.c.}), \quad A = \Theta_{xX} \Theta^{-1}"
    r" (I - e^{-\eta \Theta t})",
    qualification=REMEMBERED
    + "As the law of an affine image of a Gaussian, in symbols for two samples and test points. "
    "That trained networks have this law is lazy:law.",
)

T, RATE = sympy.symbols("t eta", positive=True)
VALUES = sympy.diag(*sympy.symbols("lambda_1 lambda_2", positive=True))
"""K in its eigenvectors."""
CROSS = sympy.Matrix(1, 2, sympy.symbols("k_1 k_2", real=True))
TARGETS, START = (sympy.Matrix(2, 1, sympy.symbols(f"{name}_1 {name}_2", real=True)) for name in "yf")
OUTSIDE = sympy.Symbol("f_x", real=True)
MORE = sympy.Rational(102, 100)


def decay(rate: sympy.Expr) -> sympy.Matrix:
    """exp(-rate K t)."""
    return sympy.diag(*(exp(-rate * value * T) for value in VALUES.diagonal()))


class Case(NamedTuple):
    """A kernel on N samples, N x N, and residuals, (N,)."""

    kernel: np.ndarray
    residuals: np.ndarray


def falls_strictly(claim: float, case: Case) -> None:
    """Is d' K d more than `claim` times lambda_max |d|^2?"""
    size = float(case.residuals @ case.kernel @ case.residuals)
    bound = claim * float(np.linalg.eigvalsh(case.kernel)[-1] * (case.residuals**2).sum())
    record(numerical(size > bound + 1e-12, f"{len(case.residuals)} samples: d'Kd = {size:.3g}"))


@check(DECREASES, 0.0, mutants={"at the fastest rate": 1.0, "at a tenth of it": 0.3})
def test_the_norm_of_residuals_falls(claim):
    generator = np.random.default_rng(random_seed("residuals"))
    for size in (2, 3, 4, 5):
        root = np.eye(size) + np.diag(np.full(size - 1, 0.5), 1)
        vectors = generator.standard_normal(size)
        judge_case(falls_strictly, claim, Case(root @ root.T, vectors))
        judge_case(falls_strictly, claim, Case(np.diag([1.0, *[0.01] * (size - 1)]), np.eye(size)[-1]))


@counterexample(DECREASES, DEFINITE, of=test_the_norm_of_residuals_falls)
def test_residuals_outside_the_kernels_range_stay(claim):
    """No hidden layer, three points of a line: rank 2."""
    points = np.array([-1.0, 0.0, 1.0])
    judge_case(falls_strictly, claim, Case(np.outer(points, points) + 0.01, np.array([1.0, -2.0, 1.0])))


@check(DECREASES, 2, mutants={"without the 2": 1, "the other sign": -2})
def test_the_derivative_of_the_norm(claim):
    residual = decay(RATE) * (START - TARGETS)
    slope = sympy.diff((residual.T * residual)[0], T) + claim * RATE * (residual.T * VALUES * residual)[0]
    record(symbolic(vanishes(sympy.expand(slope)), "d/dt |d|^2 = -2 d'Kd, any rate", covers_all=False))


@check(DECOMPOSED, 1, corrected=-1, mutants={"twice the difference": -2, "a half": sympy.Rational(-1, 2)})
def test_the_decomposed_flow_at_its_start(claim):
    """claim times (f* - f_0) is decomposed."""
    at_start = TARGETS + claim * (TARGETS - START) - START
    record(symbolic(all_vanish(map(sympy.expand, at_start)), "at t = 0", covers_all=False))


@check(DECOMPOSED, 1.0, corrected=-1.0, mutants={"twice the difference": -2.0, "2% more": -1.02})
def test_the_decomposed_flow_by_integration(claim):
    """Euler's steps, halved and extrapolated, on three points with a kernel of rank 2, to t = 1."""
    points = np.array([-1.0, 0.0, 1.0])
    kernel, target, start = np.outer(points, points) + 0.25, np.array([1.0, 0.5, -2.0]), np.array([0.2, 1.0, 0.3])

    def euler(steps: int) -> np.ndarray:
        values = start.copy()
        for _ in range(steps):
            values = values - (kernel @ (values - target) / 3) / steps
        return values

    integrated = 2 * euler(4000) - euler(2000)
    rates, vectors = np.linalg.eigh(kernel / 3)
    parts = vectors.T @ (claim * (target - start))
    off = float(np.abs(target + vectors @ (np.exp(-rates) * parts) - integrated).max())
    record(numerical(off < 1e-5, f"off by {off:.2g} at t = 1"))


@check(LIMIT, 1, mutants={"the start's part lost": 0, "its sign": -1})
def test_the_limit_of_training(claim):
    weights = CROSS * VALUES.inv()
    after = OUTSIDE + (weights * (sympy.eye(2) - decay(RATE)) * (TARGETS - START))[0]
    slope = sympy.diff(after, T) + RATE * (CROSS * decay(RATE) * (START - TARGETS))[0]
    limit = after.subs({exp(-RATE * value * T): 0 for value in VALUES.diagonal()})
    claimed = (weights * TARGETS)[0] + claim * (OUTSIDE - (weights * START)[0])
    record(
        symbolic(
            all_vanish(map(sympy.expand, (slope, limit - claimed))), "the flow's equation, and t -> oo", covers_all=True
        )
    )


@check(REGRESSION, 0, mutants={"a ridge of 1/100": sympy.Rational(1, 100)})
def test_ridge_regression_in_the_limit(claim):
    a, b, c, ridge = (
        *sympy.symbols("a b", positive=True),
        sympy.Symbol("c", real=True),
        sympy.Symbol("rho", positive=True),
    )
    kernel = sympy.Matrix([[1 + a + c**2, c], [c, 1 + b]])
    solved = (CROSS * (kernel + ridge * sympy.eye(2)).inv() * TARGETS)[0].subs(ridge, claim)
    off = sympy.cancel(sympy.together(solved - (CROSS * kernel.inv() * TARGETS)[0]))
    on_data = kernel * kernel.inv() * START - START
    record(symbolic(all_vanish([off, *map(sympy.cancel, on_data)]), "two samples, any kernel", covers_all=True))


@check(EIGENVALUES, 2, mutants={"without 1/N": 1, "N + 1": 3})
def test_the_eigenvalues_of_the_operator(claim):
    """Pi applied to x -> k_x' v, v an eigenvector of K: its values on the samples are K v = lambda v."""
    for place in range(2):
        vector = sympy.eye(2)[:, place]
        image = (CROSS * (VALUES * vector) / 2)[0]
        rate = VALUES[place, place] / claim
        off = sympy.expand(image - rate * (CROSS * vector)[0])
        record(symbolic(vanishes(off), f"eigenvector {place + 1}", covers_all=place == 1))


@check(PARAMETERS, (1.0, 1.0), mutants={"2% more for W": (1.02, 1.0), "no beta": (1.0, 10.0)})
def test_derivatives_in_the_two_parametrisations(claim):
    """Parts of the NTK are squares of derivatives: n / sigma_w^2 and 1 / beta^2 apart."""
    width, beta = 50, sympy.Rational(1, 10)
    scaled, standard = lee(2, sympy.Integer(1), beta**2), lee(2, sympy.Integer(1), beta**2, parametrisation="standard")
    inputs = torch.tensor([[0.3, -1.0], [0.5, 0.2]], dtype=torch.float64)
    start = initialise(scaled, 2, width, np.random.default_rng(random_seed("start")))
    sizes = {"W_1": 2, "W_2": width, "W_3": width}
    same = {name: value * (float(beta) if name[0] == "b" else sizes[name] ** -0.5) for name, value in start.items()}
    one, other = empirical_ntk(scaled, start, inputs), empirical_ntk(standard, same, inputs)
    moved = float((one.outputs - other.outputs).abs().max())
    record(numerical(moved < 1e-12, f"outputs differ by {moved:.1g}"))
    for name, part in one.parts.items():
        factor = (claim[1] * float(beta)) ** 2 if name[0] == "b" else (claim[0] / math.sqrt(sizes[name])) ** 2
        off = float((part - factor * other.parts[name]).abs().max() / part.abs().max())
        record(numerical(off < 1e-10, f"{name}: relative difference {off:.1g}"))


@check(LINEARISED, 1, mutants={"twice the rate": 2, "half of it": sympy.Rational(1, 2)})
def test_the_mean_and_the_deviation_of_the_linearised_network(claim):
    weights = CROSS * VALUES.inv() * (sympy.eye(2) - decay(claim * RATE))
    output = (weights * TARGETS)[0] + OUTSIDE - (weights * START)[0]
    on_data = decay(RATE) * (START - TARGETS)
    equations = [sympy.diff(output, T) + RATE * (CROSS * on_data)[0], output.subs(T, 0) - OUTSIDE]
    record(symbolic(all_vanish(map(sympy.expand, equations)), "d f(x)/dt = -eta Theta_xX (f(X) - Y)", covers_all=True))


@check(ENSEMBLE, 1, mutants={"the cross terms twice": 2, "their sign": -1})
def test_the_covariance_of_trained_outputs(claim):
    """f_t(x) = f_0(x) + A (Y - f_0(X)): the image of (f_0(x), f_0(X)) under (1, -A)."""
    prior = sympy.Matrix(4, 4, lambda i, j: sympy.Symbol(f"K_{min(i, j)}{max(i, j)}", real=True))
    weights = sympy.Matrix(2, 2, sympy.symbols("A_1:5", real=True))
    affine = sympy.Matrix.hstack(sympy.eye(2), -weights)
    cross = weights * prior[2:, :2]
    claimed = prior[:2, :2] + weights * prior[2:, 2:] * weights.T - claim * (cross + cross.T)
    law = affine * prior * affine.T - claimed
    posterior = prior[:2, :2] - prior[:2, 2:] * prior[2:, 2:].inv() * prior[2:, :2]
    at_end = claimed.subs(dict(zip(weights, prior[:2, 2:] * prior[2:, 2:].inv(), strict=True))) - posterior
    verdict = all_vanish([*map(sympy.expand, law), sympy.cancel(sympy.together(at_end[0, 0]))])
    record(
        symbolic(verdict, "two samples and two test points, any A; A = K_xX K^-1 gives the posterior", covers_all=True)
    )
