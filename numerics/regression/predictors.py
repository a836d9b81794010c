"""Predictors of the kernel regime: f(x) = f_0(x) + K(x, X) C, with coefficients C solved for and their error bounded.

    interpolation(K, t, f_0)          K C = t - f_0(X); t = y for the squared loss, ln(y / (1 - y)) for soft targets
    ridge(K, y, f_0, beta)            (K + beta) C = y - f_0(X)
    regularised(loss, K, f_0, beta)   beta C = c(f_0 + K C), c = -dl/df: a convex problem, by Newton's method

The last is the stationary point of loss + (beta/2) |theta - theta_0|^2 in the linearised model, the loss *summed* over
the samples; with a mean, beta stands for n beta. For several classes outputs are n x C arrays, flattened, and the
kernel is K (x) 1_C (`numerics.networks.softmax`). `theory.predictors` derives all three. Set-up: this suite, after the
abstracts of arXiv 2605.17606 and 2501.10929.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from numerics.losses import Array, Loss

MOST_ITERATIONS = 200
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Predictor:
    """f(x) = f_0(x) + K(x, X) C.

    coefficients  C, shape (N,)
    fitted        f(X) = f_0(X) + K C, shape (N,)
    error         a bound on the error of f at a point x, as a multiple of sqrt(K(x, x)): |f(x) - exact| <= error
                  sqrt(K(x, x)). It is the distance of J' C from the exact one, up to rounding in its own evaluation.
    """

    coefficients: Array
    fitted: Array
    error: float

    def at(self, cross: Array, start: Array) -> Array:
        """f at q points, shape (q,): `cross` is K(x, X), q x N, `start` is f_0(x), shape (q,)."""
        return start + cross @ self.coefficients


def interpolation(kernel: Array, targets: Array, start: Array) -> Predictor:
    """The limit of the linearised flow without a regulariser: f(X) = targets, shape (N,), f_0(X) = `start` too.

    Raises ValueError if the kernel, N x N, is not positive definite to double precision.
    """
    return ridge(kernel, targets, start, 0.0)


def ridge(kernel: Array, targets: Array, start: Array, penalty: float) -> Predictor:
    """(K + penalty) C = targets - f_0(X): squared loss, summed, with the regulariser (penalty/2) |theta - theta_0|^2.

    K = `kernel` is N x N, `targets` and f_0(X) = `start` have the shape (N,). Cholesky's factor and one step of
    refinement. With the residual r, rounding included, J' C is off by at most |r| / sqrt(lambda_min(K + penalty)).
    Raises ValueError unless K + penalty is positive definite to double precision, or if the penalty is negative or
    shapes do not fit.
    """
    _check(kernel, targets, start)
    if not 0 <= penalty < math.inf:
        raise ValueError(f"the penalty must be finite and not negative, not {penalty}")
    matrix = kernel + penalty * np.eye(len(kernel))
    lowest = _lowest(matrix)
    factor = scipy.linalg.cho_factor(matrix, lower=True)
    wanted = np.asarray(targets, dtype=float) - start
    coefficients = scipy.linalg.cho_solve(factor, wanted)
    coefficients = coefficients + scipy.linalg.cho_solve(factor, wanted - matrix @ coefficients)
    rounding = (len(matrix) + 2) * EPSILON * (np.abs(matrix) @ np.abs(coefficients) + np.abs(wanted))
    residual = np.abs(wanted - matrix @ coefficients) + rounding
    return Predictor(coefficients, start + kernel @ coefficients, float(np.linalg.norm(residual)) / math.sqrt(lowest))


def best_penalty(kernel: Array, targets: Array, penalties: Sequence[float]) -> float:
    """The one of `penalties` with which `ridge` has the least sum of squared leave-one-out errors.

    The kernel is N x N, `targets` are y - f_0(X), shape (N,). The error of point i, left out, is C_i / ((K +
    penalty)^-1)_ii. Raises ValueError as `ridge` does, or if there are no penalties.
    """
    if not penalties:
        raise ValueError("give at least one penalty to choose from")
    if len(penalties) == 1:
        return penalties[0]

    def score(penalty: float) -> float:
        matrix = kernel + penalty * np.eye(len(kernel))
        _lowest(matrix)
        inverse = np.linalg.inv(matrix)
        return float((((inverse @ targets) / np.diagonal(inverse)) ** 2).sum())

    return min(penalties, key=score)


def regularised(loss: Loss, kernel: Array, start: Array, penalty: float, tolerance: float = 1e-10) -> Predictor:
    """f(X) = f_0(X) + K c(f(X)) / penalty: the unique minimiser of loss(f_0 + K C) + (penalty/2) C' K C.

    K = `kernel` is N x N, f_0(X) = `start` has the shape (N,). Newton's method with the symmetric factor of penalty + S
    K S, S the root of the curvatures, halving steps that do not lower the objective. The objective is strongly convex
    in theta = theta_0 + J' C with constant `penalty`, so that with r = c - penalty C the error is at most sqrt(r' K r)
    / penalty. Ends below `tolerance` times the size of theta - theta_0, or where rounding stops it. Raises ValueError
    on a penalty that is not positive, or if Newton's method does not settle.
    """
    _check(kernel, start, start)
    if not 0 < penalty < math.inf:
        raise ValueError(f"the penalty must be positive and finite, not {penalty}")
    coefficients = np.zeros(len(start))
    best, previous = math.inf, math.inf
    for _ in range(MOST_ITERATIONS):
        outputs = start + kernel @ coefficients
        residual = loss.flow_weights(outputs) - penalty * coefficients
        distance = _root(float(residual @ kernel @ residual)) / penalty
        size = _root(float(coefficients @ kernel @ coefficients))
        if distance <= tolerance * max(size, 1e-300) or (distance >= previous and distance < 1e-6 * max(size, 1.0)):
            return Predictor(coefficients, outputs, distance)
        previous = distance
        step = _newton_step(loss.curvatures(outputs), kernel, residual, penalty)
        coefficients, best = _descend(loss, kernel, start, penalty, coefficients=coefficients, step=step, value=best)
    raise ValueError(f"Newton's method did not settle in {MOST_ITERATIONS} steps: raise the penalty {penalty:g}")


def interpolation_weights(kernel: Array, size: int) -> Array:
    """A = K(x, X) K(X, X)^-1, q x n, for a kernel on `size` = n samples and then q points, in one matrix.

    The kernel is (n + q) x (n + q), shape (n + q, n + q). Raises ValueError if there is no other point, or if K(X, X)
    is not positive definite to double precision.
    """
    if not len(kernel) > size:
        raise ValueError("the kernel must be on the samples and then at least one other point")
    _lowest(kernel[:size, :size])
    factor = scipy.linalg.cho_factor(kernel[:size, :size], lower=True)
    weights: Array = scipy.linalg.cho_solve(factor, kernel[:size, size:]).T
    return weights


def interpolation_law(kernel: Array, covariance: Array, targets: Array) -> tuple[Array, Array]:
    """Mean (q,) and covariance (q x q) of f_0(x) + K(x, X) K(X, X)^-1 (targets - f_0(X)) for Gaussian f_0 of mean 0.

    `kernel` and `covariance` (of f_0: the NNGP kernel) are on the n samples and then the q points, shape (n + q, n + q)
    each; `targets` has the shape (n,). Raises ValueError as `interpolation_weights` does, or if the matrices differ in
    shape.
    """
    if kernel.shape != covariance.shape:
        raise ValueError(f"kernel and covariance must be on the same points, not {kernel.shape} and {covariance.shape}")
    weights = interpolation_weights(kernel, len(targets))
    image = np.hstack([-weights, np.eye(len(weights))])
    return weights @ np.asarray(targets, dtype=float), image @ covariance @ image.T


def _newton_step(curvatures: Array, kernel: Array, residual: Array, penalty: float) -> Array:
    """(penalty + H K)^-1 r = (r - S (penalty + S K S)^-1 S K r) / penalty, H = S S."""
    root = _roots(curvatures)
    factor = scipy.linalg.cho_factor(root @ kernel @ root + penalty * np.eye(len(kernel)), lower=True)
    return (residual - root @ scipy.linalg.cho_solve(factor, root @ (kernel @ residual))) / penalty


def _roots(curvatures: Array) -> Array:
    """The symmetric root of the curvatures, N x N."""
    if curvatures.ndim == 1:
        return np.diag(np.sqrt(curvatures))
    values, vectors = np.linalg.eigh(curvatures)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def _descend(
    loss: Loss, kernel: Array, start: Array, penalty: float, *, coefficients: Array, step: Array, value: float
) -> tuple[Array, float]:
    """The coefficients after the step, halved until the objective does not rise, and the objective there."""
    for halvings in range(60):
        trial = coefficients + 0.5**halvings * step
        found = math.exp(loss.log_value(start + kernel @ trial)) + penalty / 2 * float(trial @ kernel @ trial)
        if found <= value * (1 + 1e-12):
            return trial, found
    return coefficients, value


def _lowest(matrix: Array) -> float:
    """lambda_min less its rounding. Raises ValueError if that is not positive."""
    values = np.linalg.eigvalsh(matrix)
    lowest = float(values[0]) - len(matrix) * EPSILON * float(values[-1])
    if not lowest > 0:
        raise ValueError("the kernel matrix is not positive definite to double precision: are two points equal?")
    return lowest


def _check(kernel: Array, targets: Array, start: Array) -> None:
    size = len(kernel)
    if kernel.shape != (size, size) or np.shape(targets) != (size,) or np.shape(start) != (size,):
        shapes = f"{kernel.shape}, {np.shape(targets)} and {np.shape(start)}"
        raise ValueError(f"a kernel matrix of n points needs n targets and n outputs at the start, not shapes {shapes}")


def _root(square: float) -> float:
    return math.sqrt(max(square, 0.0))
