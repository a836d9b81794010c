"""Training in the kernel regime under squared loss, after the founding papers: linear equations, solved in symbols."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy
import torch
from sympy import Identity, MatrixSymbol, Rational, ZeroMatrix

from checks.foundations.matrices import at_end, is_flow, off_samples
from checks.foundations.printed import JACOT
from checks.setups.matrices import agree
from ntk_companion import Finding, Hypothesis, Statement, certified, check, numerical, random_seed, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, combined, is_positive, vanishes
from numerics.networks.torch_network import empirical_ntk, initialise
from theory import predictors
from theory.architecture import with_trained
from theory.predictors import covariance, covariance_at, covariance_cross, cross, kernel, n, outputs, outputs_at, q
from theory.presets import jacot, lee
from theory.recursion import recursion

LEE = "Lee et al. 2019, arXiv 1902.06720"
REMEMBERED = "The formula is remembered, the paper's own print was not at hand. "
ON_ALL = "A proof in matrix symbols for any number of samples and test points"
ONE, MORE = sympy.Integer(1), Rational(102, 100)

DEFINITE = Hypothesis("definite kernel", "K is positive definite on the samples")
DECREASES = Statement(
    id="fd:6",
    title="Under least squares the norm of the training direction falls strictly during training",
    source=JACOT,
    number="section 5, after the cost",
    formula=r"\|f^* - f_t\|_{\mathrm{in}} \text{ is strictly decreasing}",
    qualification="Printed without a hypothesis. Refuted by a network without hidden layers on three points, whose "
    "start is stationary, exactly, and by a random network of two hidden layers at a residual that its kernel maps to "
    "zero. The derivative is formed in symbols for two and three samples and any kernel that changes in time.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The slope of the squared norm is -(2/N^2) d'K_t d: zero where K_t d = 0, as can be where K_t is singular. The "
        "norm does not grow, which bounds the integral that Theorem 2 needs.",
        corrected=r"\tfrac{d}{dt} \|d_t\|^2_{\mathrm{in}} = -\tfrac{2}{N^2}\, d_t' K_t d_t \le 0, \text{ and } < 0 "
        r"\text{ where } K_t d_t \ne 0",
    ),
    revision=2,
)
DECOMPOSED = Statement(
    id="fd:11",
    title="With f* - f_0 = D_0 + D_1 + ..: f_t = f* + D_0 + sum of exp(-lambda_i t) D_i",
    source=JACOT,
    number="section 5, the decomposition along the eigenspaces of Pi",
    formula=r"f^* - f_0 = \Delta^0 + \Delta^1 + \dots: \quad f_t = f^* + \Delta^0 + \sum_i e^{-t \lambda_i} \Delta^i",
    qualification="Refuted at t = 0 in symbols, and by integrating the flow on three points; "
    "f_t = f* + exp(-t Pi)(f_0 - f*) beside it is right.",
    finding=Finding(
        Severity.TYPO,
        "At t = 0 the right side is 2 f* - f_0: what is decomposed must be f_0 - f*, as the formula before it, the "
        "limit f* + D_0 = f_0 - sum of D_i after it and section 6.3 have.",
        corrected=r"f_0 - f^* = \Delta^0 + \Delta^1 + \dots",
    ),
    revision=2,
)
LIMIT = Statement(
    id="fd:12",
    title="The limit of training: kernel regression on the targets, and what the start adds",
    source=JACOT,
    number="section 5, the limit",
    formula=r"f_\infty(x) = k_x' K^{-1} y^* + \bigl(f_0(x) - k_x' K^{-1} y_0\bigr)",
    qualification=ON_ALL + "; exp(-K t) tends to 0 as K is definite. The paper gives its vectors N n_l entries, l for "
    "L: they have N n_L.",
    hypotheses=(DEFINITE,),
    revision=2,
)
REGRESSION = Statement(
    id="fd:13",
    title="Its first term is the posterior mean of N(0, K), ridge regression as the ridge vanishes; its second has no "
    "variance on data",
    source=JACOT,
    number="section 5, on the two terms",
    formula=r"\lim_{\rho \to 0} k_x' (K + \rho)^{-1} y = k_x' K^{-1} y, \quad "
    r"\mathrm{Cov}\bigl(f(x) - k_x' K^{-1} f(X), f(X)\bigr) = 0",
    qualification=ON_ALL + "; the ridge in an eigenvector of K, one of any number. Of a Gaussian the posterior mean is "
    "the mode.",
    hypotheses=(DEFINITE,),
    revision=2,
)
EIGENVALUES = Statement(
    id="fd:14",
    title="Pi has at most N n_L positive eigenvalues: those of the Gram matrix over N",
    source=JACOT,
    number="section 5, the map Pi",
    formula=r"\Pi f(x) = \tfrac1N \textstyle\sum_i K(x, x_i) f(x_i), \quad \det(z - \Pi) = z^{q} \det(z - \tilde K/N)",
    qualification="In symbols for N = 2 and 3 with one output and N = 2 with two, on functions on the samples and on "
    "q = 2 further values, for any Gram matrix. The paper says positive eigenfunctions of those with positive "
    "eigenvalues.",
    revision=2,
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
    r"\Theta^{-1} (I - e^{-\eta\Theta t}) f_0(X)",
    qualification=REMEMBERED
    + ON_ALL
    + ": their sum obeys the flow and its start. The loss is half the sum of squares.",
    hypotheses=(DEFINITE,),
    revision=2,
)
ENSEMBLE = Statement(
    id="fd:26",
    title="The covariance of trained outputs at time t; the posterior's if the last layer alone is trained and t grows",
    source=LEE,
    number="(15)",
    formula=r"K_{xx'} + A K_{XX} A'' - (A K_{Xx'} + \mathrm{h.c.}), \quad A = \Theta_{xX} \Theta^{-1}"
    r" (I - e^{-\eta \Theta t})",
    qualification=REMEMBERED + ON_ALL + ", as the law of an affine image of a Gaussian; that the NTK is then K is "
    "derived for the ReLU and one to three hidden layers. That trained networks have this law is lazy:law.",
    hypotheses=(DEFINITE,),
    uses=("lazy:law",),
    revision=2,
)


TARGETS, START = (sympy.Matrix(2, 1, sympy.symbols(f"{name}_1 {name}_2", real=True)) for name in "yf")


class Direction(NamedTuple):
    """A kernel on N samples, N x N, and a training direction, (N,): exact if whole numbers and fractions."""

    kernel: np.ndarray
    direction: np.ndarray
    what: str


def stationary() -> list[Direction]:
    """Kernels of networks with directions that they map to zero: without a hidden layer, and of width 1 with two."""
    points = np.array([Fraction(-1), Fraction(0), Fraction(1)])
    flat = np.outer(points, points) + Fraction(1, 100)
    exact = Direction(flat, np.array([Fraction(1), Fraction(-2), Fraction(1)]), "no hidden layer, points -1, 0, 1")
    generator = np.random.default_rng(random_seed("stationary"))
    inputs = torch.from_numpy(generator.standard_normal((12, 1)))
    found = empirical_ntk(jacot(2), initialise(jacot(2), 1, 1, generator), inputs).ntk.detach().numpy()
    return [exact, Direction(found, np.linalg.eigh(found)[1][:, 0], "width 1, two hidden layers, 12 points")]


def moving() -> list[Direction]:
    """Kernels of random networks with random directions."""
    generator = np.random.default_rng(random_seed("moving"))
    cases = []
    for size in (2, 3, 4, 5):
        inputs = torch.from_numpy(generator.standard_normal((size, 2)))
        found = empirical_ntk(jacot(2), initialise(jacot(2), 2, 20, generator), inputs).ntk.detach().numpy()
        cases.append(Direction(found, generator.standard_normal(size), f"width 20, {size} points"))
    return cases


def judge_slope(claim: str, case: Direction) -> None:
    """Record whether the squared norm falls as claimed: "strictly", "where K d is not zero", "or more" than that."""
    size = case.direction @ case.kernel @ case.direction
    image = case.kernel @ case.direction
    # Rounding of numbers that are not exact; the networks of `moving` are far above it, those of `stationary` below.
    small = 0 if isinstance(size, Fraction) else 1e-12 * float(np.trace(case.kernel))
    moves = bool(max(abs(image)) > (0 if small == 0 else 1e-10 * float(np.trace(case.kernel))))
    holds = {"strictly": size > small, "where": size > small if moves else abs(size) <= small, "grows": size < -small}
    kind = certified if small == 0 else numerical
    record(kind(bool(holds[claim]), f"{case.what}: d'Kd = {float(size):.3g}"))


@check(DECREASES, "strictly", corrected="where", mutants={"it grows": "grows"})
def test_the_norm_of_training_directions(claim):
    for case in (*moving(), *stationary()):
        judge_slope(claim, case)


@check(DECREASES, (2, 2, True), corrected=(2, 2, False), mutants={"1/N": (2, 1, False), "no 2": (1, 2, False)})
def test_the_slope_of_the_norm(claim):
    """d/dt |d|^2 = -(factor / N^power) d'K_t d with |d|^2 the mean of squares and f' = K_t d / N; and is it never 0?"""
    factor, power, strict = claim
    time = sympy.Symbol("t", real=True)
    for size in (2, 3):
        direction = sympy.Matrix(size, 1, lambda i, _: sympy.Function(f"d_{i}")(time))
        matrix = sympy.Matrix(size, size, lambda i, j: sympy.Function(f"K_{min(i, j)}{max(i, j)}")(time))
        flow = dict(zip(direction.diff(time), -matrix * direction / size, strict=True))
        slope = sympy.diff((direction.T * direction)[0] / size, time).subs(flow)
        form = sympy.expand((direction.T * matrix * direction)[0])
        off = sympy.expand(slope + Rational(factor, size**power) * form)
        names = {
            each: sympy.Symbol(f"v_{place}") for place, each in enumerate(sorted(off.atoms(sympy.Function), key=str))
        }
        record(symbolic(vanishes(off.xreplace(names)), f"N = {size}, K_t any function of t", covers_all=False))
    if strict:
        singular = sympy.Matrix([[1, 1], [1, 1]])
        value = (sympy.Matrix([[1, -1]]) * singular * sympy.Matrix([1, -1]))[0]
        record(symbolic(is_positive(value), f"K = 1 1', d = (1, -1): d'Kd = {value}", covers_all=False))


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


@check(LIMIT, ONE, mutants={"the start's part lost": sympy.Integer(0), "its sign": -ONE, "2% of it": MORE})
def test_the_limit_of_training(claim):
    weights = cross * kernel.inv()
    claimed = weights * predictors.targets + claim * (outputs_at - weights * outputs)
    verdict = combined([is_flow(off_samples()), agree(at_end(off_samples()), claimed)])
    record(symbolic(verdict, "the flow's equation, its start, and t -> oo", covers_all=True))


@check(
    REGRESSION,
    (sympy.Integer(0), ONE),
    mutants={"a ridge of 1/100": (Rational(1, 100), ONE), "2% of the weights": (sympy.Integer(0), MORE)},
)
def test_the_two_terms_of_the_limit(claim):
    """A term of k'(K + rho)^-1 y in K's eigenvectors; and what is uncorrelated with the data of a Gaussian process."""
    ridge, share = claim
    weight, value, target = sympy.symbols("k_i lambda_i y_i", positive=True)
    rho = sympy.Symbol("rho", positive=True)
    term = sympy.limit(weight * target / (value + rho), rho, ridge) - weight * target / value
    weights = share * cross * kernel.inv()
    uncorrelated = agree(cross - weights * kernel, ZeroMatrix(q, n))
    on_data = share * kernel * kernel.inv()
    left = covariance - on_data * covariance - covariance * on_data.T + on_data * covariance * on_data.T
    verdicts = [vanishes(sympy.simplify(term)), uncorrelated, agree(left, ZeroMatrix(n, n))]
    record(symbolic(combined(verdicts), "ridge, posterior mean, variance on data", covers_all=True))


@check(EIGENVALUES, 1, mutants={"without 1/N": 0, "1/N^2": 2})
def test_the_eigenvalues_of_the_operator(claim):
    """Pi on the values at the samples and at q further places: it reads the first alone."""
    z = sympy.Symbol("z")
    for samples, outputs_each in ((2, 1), (3, 1), (2, 2)):
        size, further = samples * outputs_each, 2
        gram = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"K_{min(i, j)}{max(i, j)}"))
        beyond = sympy.Matrix(further, size, lambda i, j: sympy.Symbol(f"k_{i}{j}"))
        operator = sympy.Matrix.hstack(
            sympy.Matrix.vstack(gram, beyond) / samples, sympy.zeros(size + further, further)
        )
        found = (z * sympy.eye(size + further) - operator).det(method="berkowitz")
        said = z**further * (z * sympy.eye(size) - gram / samples**claim).det(method="berkowitz")
        detail = f"N = {samples}, n_L = {outputs_each}: at most {size} eigenvalues are not 0"
        record(symbolic(vanishes(sympy.expand(found - said)), detail, covers_all=False))


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


@check(LINEARISED, (ONE, ONE), mutants={"twice the rate": (sympy.Integer(2), ONE), "2% of the weights": (ONE, MORE)})
def test_the_mean_and_the_deviation_of_the_linearised_network(claim):
    speed, share = claim
    verdict = is_flow(off_samples(share * cross * kernel.inv()), speed)
    record(symbolic(verdict, "d f(x)/dt = -eta Theta_xX (f(X) - Y)", covers_all=True))


@check(ENSEMBLE, ONE, mutants={"the cross terms twice": sympy.Integer(2), "their sign": -ONE, "2% of them": MORE})
def test_the_covariance_of_trained_outputs(claim):
    """f_t(x) = f_0(x) + A (Y - f_0(X)): the image of (f_0(x), f_0(X)) under (1, -A), for any A."""
    weights = MatrixSymbol("A", q, n)
    joint = sympy.BlockMatrix([[covariance_at, covariance_cross], [covariance_cross.T, covariance]])
    image = sympy.BlockMatrix([[Identity(q), -weights]])
    law = sympy.block_collapse(image * joint * image.T)
    law = law.blocks[0, 0] if isinstance(law, sympy.BlockMatrix) else law
    both = weights * covariance_cross.T + covariance_cross * weights.T
    claimed = covariance_at + weights * covariance * weights.T - claim * both
    at_last = claimed.subs(weights, covariance_cross * covariance.inv())
    verdict = combined([agree(law, claimed), agree(at_last, predictors.bayesian_covariance())])
    record(symbolic(verdict, "any A; A = K_xX K^-1 gives the posterior", covers_all=True))


@check(ENSEMBLE, 1, mutants={"the last two layers trained": 2})
def test_the_kernel_of_the_last_layer_is_that_of_the_outputs(claim):
    for depth in (1, 2, 3):
        network = lee(depth, sympy.Integer(2), Rational(1, 100))
        last = [f"{letter}_{depth + 1 - place}" for place in range(claim) for letter in "Wb"]
        derived = recursion(with_trained(network, last))
        moments = {
            each: sympy.Symbol(f"M_{place}", positive=True) for place, each in enumerate(derived.ntk.free_symbols)
        }
        off = sympy.expand((derived.ntk - derived.nngp).xreplace(moments))
        record(symbolic(vanishes(off), f"depth {depth}", covers_all=False))
