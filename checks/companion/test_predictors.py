"""Predictors of the kernel regime against exact linear algebra: errors bounded, flows solved, points left out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import flint
import numpy as np
import scipy.linalg

from checks.companion.known import known_answers, record_answer, record_number
from ntk_companion import check, judge_case, random_seed
from numerics.losses import Squared
from numerics.regression.linearised import LinearisedFlow, linearised_flow
from numerics.regression.predictors import Predictor, best_penalty, interpolation_law, ridge

PREDICTORS = known_answers(
    "predictors",
    "Ridge regression is within its error bound, the linearised flow and the law of its ends are those by hand",
    r"|f(x) - f_{exact}(x)| \le e \sqrt{K(x, x)}, \quad C(t) = (K + \beta)^{-1} (1 - e^{-(K + \beta) t}) (y - f_0)",
    "kernels of four to eight points, some nearly singular, in exact rational arithmetic and by exponentials",
)
Array = np.ndarray


class Problem(NamedTuple):
    """A kernel on n points and then another one, targets and outputs at the start, a penalty."""

    kernel: Array
    targets: Array
    start: Array
    penalty: float


def random_problem(size: int, seed: int, penalty: float) -> Problem:
    """A kernel of random features."""
    generator = np.random.default_rng([size, seed])
    features = generator.standard_normal((size + 1, size + 3))
    targets, start = generator.standard_normal((2, size))
    return Problem(features @ features.T, targets, start, penalty)


def nearly_singular(size: int, seed: int, penalty: float) -> Problem:
    """The kernel 1 / (x + y - 1), whose condition grows like 33^n."""
    places = np.arange(1, size + 2)
    return random_problem(size, seed, penalty)._replace(kernel=1 / (places[:, None] + places - 1.0))


def rational(number: float) -> flint.fmpq:
    """A double as the rational number that it is."""
    value = Fraction(float(number))
    return flint.fmpq(value.numerator, value.denominator)


def exactly_at(problem: Problem, coefficients: Array | None = None) -> Fraction:
    """k C at the last point for the doubles as they are; C = (K + beta)^-1 (y - f_0) where none are given."""
    size = len(problem.targets)
    matrix = flint.fmpq_mat([[rational(v) for v in row[:size]] for row in problem.kernel[:size]])
    penalty = rational(problem.penalty)
    matrix += flint.fmpq_mat([[penalty * (i == j) for j in range(size)] for i in range(size)])
    wanted = [[rational(y) - rational(f)] for y, f in zip(problem.targets, problem.start, strict=True)]
    exact = matrix.solve(flint.fmpq_mat(wanted))
    if coefficients is not None:
        exact = flint.fmpq_mat([[rational(c)] for c in coefficients])
    (found,) = (flint.fmpq_mat([[rational(v) for v in problem.kernel[size, :size]]]) * exact).entries()
    return Fraction(int(found.p), int(found.q))


Ridge = Callable[[Problem], Predictor]


def the_ridge(problem: Problem) -> Predictor:
    """Ridge regression on the samples by the suite."""
    size = len(problem.targets)
    return ridge(problem.kernel[:size, :size], problem.targets, problem.start, problem.penalty)


def error_is_bounded(claim: Ridge, problem: Problem) -> None:
    """Is k C at another point within the bound of the exact value, both evaluated exactly, and the bound below 0.1?"""
    size, found = len(problem.targets), claim(problem)
    bound = found.error * float(np.sqrt(problem.kernel[size, size]))
    off = float(abs(exactly_at(problem, found.coefficients) - exactly_at(problem)))
    detail = f"{size} points, beta {problem.penalty:g}: off by {off:.1g}, bound {bound:.1g}"
    record_answer(off <= bound < 0.1, detail)
    value = found.at(problem.kernel[size:, :size], np.array([0.7]))[0]
    exact = 0.7 + float(exactly_at(problem, found.coefficients))
    record_number(
        bool(np.isclose(value, exact, rtol=1e-10, atol=1e-10)), f"{value:.6g} at the point, by hand {exact:.6g}"
    )


def with_bound(share: float) -> Ridge:
    """A share of the bound."""

    def wrong(problem: Problem) -> Predictor:
        found = the_ridge(problem)
        return Predictor(found.coefficients, found.fitted, share * found.error)

    return wrong


class WithoutStart(Predictor):
    """A predictor that drops the outputs at the start."""

    def at(self, cross: Array, start: Array) -> Array:
        """f at q points, (q,), less f_0."""
        return super().at(cross, 0 * start)


def without_start(problem: Problem) -> Predictor:
    """Wrong: f(x) = k C."""
    found = the_ridge(problem)
    return WithoutStart(found.coefficients, found.fitted, found.error)


@check(
    PREDICTORS,
    the_ridge,
    mutants={
        "no bound": with_bound(0.0),
        "2% more of a penalty": lambda problem: the_ridge(problem._replace(penalty=1.02 * problem.penalty)),
        "f_0 dropped": lambda problem: the_ridge(problem._replace(start=0 * problem.start)),
        "f_0 at the point dropped": without_start,
    },
)
def test_ridge_regression_is_within_its_bound(claim):
    seed = random_seed() % 2**31
    for number in range(12):
        judge_case(error_is_bounded, claim, random_problem(1, seed + number, 0.0))
    for size, penalty in ((4, 0.0), (6, 0.5), (8, 0.1)):
        judge_case(error_is_bounded, claim, random_problem(size, seed, penalty))
    for size, penalty in ((5, 0.0), (7, 1e-6)):
        judge_case(error_is_bounded, claim, nearly_singular(size, seed, penalty))


def left_out(problem: Problem) -> float:
    """The sum of squared errors at each point, from the others."""
    size = len(problem.targets)
    total = 0.0
    for place in range(size):
        rest = [other for other in range(size) if other != place]
        matrix = problem.kernel[np.ix_(rest, rest)] + problem.penalty * np.eye(size - 1)
        predicted = problem.kernel[place, rest] @ np.linalg.solve(matrix, problem.targets[rest])
        total += float((problem.targets[place] - predicted) ** 2)
    return total


PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)
Choice = Callable[[Array, Array], float]


def penalty_is_the_best(claim: Choice, problem: Problem) -> None:
    """Has the penalty chosen the least error on points left out?"""
    size = len(problem.targets)
    errors = {penalty: left_out(problem._replace(penalty=penalty)) for penalty in PENALTIES}
    found = claim(problem.kernel[:size, :size], problem.targets)
    shown = ", ".join(f"{value:.4g}" for value in errors.values())
    record_number(errors[found] == min(errors.values()), f"beta {found:g}, errors {shown}")


def undivided(kernel: Array, targets: Array) -> float:
    """Wrong: the coefficients, not divided by the diagonal of the inverse."""

    def score(penalty: float) -> float:
        return float((np.linalg.solve(kernel + penalty * np.eye(len(kernel)), targets) ** 2).sum())

    return min(PENALTIES, key=score)


@check(
    PREDICTORS,
    lambda kernel, targets: best_penalty(kernel, targets, PENALTIES),
    mutants={
        "not divided": undivided,
        "the errors on all points": lambda kernel, targets: min(PENALTIES),
    },
)
def test_the_penalty_chosen_has_the_least_error_on_points_left_out(claim):
    for number in range(5):
        judge_case(penalty_is_the_best, claim, random_problem(6, number, 0.0))


TIMES = np.log([0.05, 0.3, 2.0])
Flow = Callable[[Problem], LinearisedFlow]


def flow_is_exponential(claim: Flow, problem: Problem) -> None:
    """Are the coefficients those of the matrix exponential at several times?"""
    size = len(problem.targets)
    matrix = problem.kernel[:size, :size] + problem.penalty * np.eye(size)
    wanted = problem.targets - problem.start
    exact = [np.linalg.solve(matrix, wanted - scipy.linalg.expm(-t * matrix) @ wanted) for t in np.exp(TIMES)]
    off = float(np.abs(claim(problem).coefficients - exact).max())
    record_number(off < 1e-5, f"{size} points, beta {problem.penalty:g}: off by {off:.1g}")


def the_flow(problem: Problem) -> LinearisedFlow:
    """The linearised flow on the samples by the suite."""
    size = len(problem.targets)
    loss = Squared(tuple(problem.targets))
    return linearised_flow(loss, problem.kernel[:size, :size], problem.start, TIMES, problem.penalty)


@check(
    PREDICTORS,
    the_flow,
    mutants={
        "2% more of a penalty": lambda problem: the_flow(problem._replace(penalty=1.02 * problem.penalty)),
        "f_0 dropped": lambda problem: the_flow(problem._replace(start=0 * problem.start)),
    },
)
def test_the_linearised_flow_of_the_squared_loss_is_exponential(claim):
    seed = random_seed() % 2**32
    for size, penalty in ((3, 0.0), (4, 0.8)):
        judge_case(flow_is_exponential, claim, random_problem(size, seed, penalty))


Law = Callable[[Array, Array, Array], tuple[Array, Array]]


def law_is_that_of_an_affine_image(claim: Law, seed: int) -> None:
    """Are mean and covariance those of A (t - f_0(X)) + f_0(x), block by block?"""
    kernel, covariance = (random_problem(4, seed + k, 0.0).kernel for k in (0, 1))
    targets = random_problem(3, seed, 0.0).targets
    weights = np.linalg.solve(kernel[:3, :3], kernel[:3, 3:]).T
    cross = weights @ covariance[:3, 3:]
    spread = covariance[3:, 3:] - cross - cross.T + weights @ covariance[:3, :3] @ weights.T
    mean, found = claim(kernel, covariance, targets)
    record_number(np.allclose(mean, weights @ targets) and np.allclose(found, spread), "three samples, two points")


@check(
    PREDICTORS,
    interpolation_law,
    mutants={
        "the NTK for the covariance": lambda kernel, covariance, targets: interpolation_law(kernel, kernel, targets),
        "the covariance for the NTK": lambda kernel, covariance, targets: interpolation_law(
            covariance, covariance, targets
        ),
        "2% of the covariance": lambda kernel, covariance, targets: interpolation_law(
            kernel, 0.98 * covariance, targets
        ),
    },
)
def test_the_law_of_interpolation_is_that_of_an_affine_image(claim):
    judge_case(law_is_that_of_an_affine_image, claim, random_seed() % 2**31)
