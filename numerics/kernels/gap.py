"""The gap constants of theory-level statements on |K_t - K|, as certified bounds.

For a positive definite Gram matrix K on n points, labels s_i = +-1 and K^r = diag(s) K diag(s):

    printed       lambda_0 / (2 n^2)                        arXiv 2504.11130, Theorem 2
    sharp         lambda_0 / n                              |E|_2 <= n max |E_ij|
    best          min over |w|_1 = 1 of w' K w = 1 / max over z in {-1, 1}^n of z' K^-1 z
    label_aware   gamma^2 = min over the simplex of w' K^r w, the squared hard margin of the NTK's classifier

printed < sharp <= best <= label_aware. A perturbation E with max |E_ij| below `best` keeps K + E positive definite, and
best * sign(w) sign(w)' subtracted makes it singular.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce

import flint
import numpy as np
import scipy.optimize

from numerics.data.points import Points, as_points
from numerics.kernels.gram import ntk
from numerics.kernels.spectrum import MOST_BITS, Bounds, Enclosure, certified_lambda_min
from numerics.numbers.latex import interval_latex
from numerics.numbers.systems import Balls
from theory.architecture import Architecture

MOST_PATTERNS = 12
"""The largest n for which `best` is found by trying all sign patterns."""


class NotDefiniteError(ValueError):
    """A Gram matrix that is not known to be positive definite."""


@dataclass(frozen=True)
class GapConstants:
    """Certified bounds of the gap constants of one Gram matrix and one labelling."""

    printed: Bounds
    sharp: Bounds
    best: Bounds
    label_aware: Bounds

    def _repr_latex_(self) -> str:
        constants = {
            r"\lambda_0 / (2 n^2)": self.printed,
            r"\lambda_0 / n": self.sharp,
            r"\min_{|w|_1 = 1} w' K w": self.best,
            r"\min_{w \ge 0, |w|_1 = 1} w' K^r w": self.label_aware,
        }
        rows = (rf"{name} &\in {interval_latex(bounds.lower, bounds.upper)}" for name, bounds in constants.items())
        return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


CONSTANTS = tuple(field.name for field in fields(GapConstants))
"""Their names: printed, sharp, best, label_aware."""


def gap_constants(matrix: np.ndarray, lambda_min: Enclosure, signs: Sequence[int] | np.ndarray) -> GapConstants:
    """All four constants of the n x n ball matrix K with labels `signs` (+1 or -1), shape (n,).

    `lambda_min` encloses the smallest eigenvalue. Raises NotDefiniteError unless it is positive. Work at the precision
    of the matrix.
    """
    if not lambda_min.positive:
        raise NotDefiniteError("the Gram matrix is not known to be positive definite: it has no gap constants")
    size = len(matrix)
    return GapConstants(
        _divided(lambda_min, 2 * size**2),
        _divided(lambda_min, size),
        best_gap(matrix, lambda_min),
        label_aware_gap(matrix, signs),
    )


def certified_gap_constants(
    architecture: Architecture,
    points: Points,
    signs: Sequence[int] | np.ndarray,
    digits: int = 12,
    most_bits: int = MOST_BITS,
) -> tuple[Enclosure, GapConstants]:
    """lambda_0 of the limiting kernel of a network on n points, and its gap constants, to so many digits.

    `signs` are the labels +1 or -1, shape (n,). The precision is doubled until all are known, or `most_bits` is
    reached: then the bounds are what was found. Above n = 12 `best` lies between bounds that do not meet. Raises
    NotDefiniteError if the kernel is not known to be positive definite.
    """
    points = as_points(points)
    enclosure = certified_lambda_min(lambda system: ntk(architecture, points, system), digits, most_bits)
    bits = 256
    while True:
        balls = Balls(bits)
        with balls.working():
            found = gap_constants(ntk(architecture, points, balls), enclosure, [int(sign) for sign in signs])
        exact = [found.label_aware, *([found.best] if len(points) <= MOST_PATTERNS else [])]
        if all(bounds.has_digits(digits) for bounds in exact) or 2 * bits > most_bits:
            return enclosure, found
        bits *= 2


def _divided(enclosure: Enclosure, number: int) -> Bounds:
    return Bounds((enclosure.lower / number).lower(), (enclosure.upper / number).upper())


def best_gap(matrix: np.ndarray, lambda_min: Enclosure) -> Bounds:
    """Bounds of min over |w|_1 = 1 of w' K w, for a positive definite n x n ball matrix.

    All sign patterns up to n = 12; above, between lambda_0 / n and the best pattern found by flipping signs. Where the
    precision does not carry the inverse, between lambda_0 / n and the least diagonal entry.
    """
    size = len(matrix)
    widest = Bounds(_divided(lambda_min, size).lower, reduce(flint.arb.min, matrix.diagonal()).upper())
    try:
        inverse = flint.arb_mat(matrix.tolist()).inv()
    except ZeroDivisionError:
        return widest
    if size > MOST_PATTERNS:
        pattern = _flipped(scaled_centres(np.array(inverse.tolist(), dtype=object)))
        return _narrowed(widest, [Bounds(widest.lower, (1 / _quadratic_form(inverse, pattern)).upper())])
    halves = (np.arange(2 ** (size - 1))[:, None] >> np.arange(size)) & 1  # z and -z give the same
    values = [_quadratic_form(inverse, 1 - 2 * half) for half in halves]
    largest = reduce(flint.arb.max, values)
    return _narrowed(widest, [Bounds((1 / largest).lower(), (1 / largest).upper())])


def _narrowed(widest: Bounds, candidates: Sequence[Bounds]) -> Bounds:
    """The tightest of bounds that all hold; those that are NaN say nothing."""
    lower, upper = widest.lower, widest.upper
    for bounds in candidates:
        lower = bounds.lower if bounds.lower > lower else lower
        upper = bounds.upper if bounds.upper < upper else upper
    return Bounds(lower, upper)


def _quadratic_form(matrix: flint.arb_mat, vector: np.ndarray) -> flint.arb:
    column = flint.arb_mat([[int(value)] for value in vector])
    return (column.transpose() * matrix * column)[0, 0]


def _flipped(matrix: np.ndarray) -> np.ndarray:
    """A sign pattern z whose z' M z no single flip increases."""
    pattern = np.where(np.linalg.eigh(matrix)[1][:, -1] < 0, -1, 1)
    while True:
        gains = np.diagonal(matrix) - pattern * (matrix @ pattern)
        if gains.max() <= 1e-12 * np.trace(matrix):
            return pattern
        pattern[gains.argmax()] *= -1


def label_aware_gap(matrix: np.ndarray, signs: Sequence[int] | np.ndarray) -> Bounds:
    """Bounds of gamma^2 = min over w >= 0, sum w = 1 of w' K^r w, for a positive definite n x n ball matrix.

    `signs` has the shape (n,). Convexity makes every point of the simplex a proof on both sides: w' K^r w is an upper
    bound and 2 min_i (K^r w)_i - w' K^r w a lower one; they meet at the optimum. Where the precision does not carry
    them, the bounds are wide: 0, as K is positive semidefinite, and the least diagonal entry.
    """
    relabelled = matrix * np.multiply.outer(np.array(signs), np.array(signs))
    rough = simplex_minimiser(scaled_centres(relabelled))
    candidates = [[flint.arb(float(weight)) for weight in rough], _refined(relabelled, np.flatnonzero(rough))]
    widest = Bounds(flint.arb(0), reduce(flint.arb.min, matrix.diagonal()).upper())
    return _narrowed(widest, [convexity_bounds(relabelled, weights) for weights in candidates])


def simplex_minimiser(matrix: np.ndarray) -> np.ndarray:
    """Roughly the w >= 0, sum w = 1, shape (n,), that minimises w' Q w, for a positive semidefinite n x n Q of doubles.

    With Q = A' A and any c > 0, the v >= 0 that minimises |A v|^2 + c^2 (sum v - 1)^2 is proportional to w. Raises
    RuntimeError if the solver does not end.
    """
    values, vectors = np.linalg.eigh(matrix)
    root = np.sqrt(np.maximum(values, 0))[:, None] * vectors.T
    weight = np.sqrt(np.trace(matrix))
    system = np.vstack([root, np.full((1, len(matrix)), weight)])
    solution = scipy.optimize.nnls(system, np.append(np.zeros(len(matrix)), weight))[0]
    return solution / solution.sum()


def scaled_centres(matrix: np.ndarray) -> np.ndarray:
    """The centres of an n x m matrix of FLINT balls over the largest of them, as doubles: none overflows."""
    largest = max(abs(value.mid()) for value in matrix.flat)
    return centres(matrix / largest) if largest > 0 else centres(matrix)


def centres(matrix: np.ndarray) -> np.ndarray:
    """The centres of an n x m matrix of FLINT balls, rounded to doubles."""
    return np.array([[float(value.mid()) for value in row] for row in matrix])


def convexity_bounds(matrix: np.ndarray, weights: list[flint.arb]) -> Bounds:
    """The bounds of gamma^2 of an n x n matrix of balls that n non-negative weights, divided by their sum, prove."""
    total = sum(weights, flint.arb(0))
    column = flint.arb_mat([[weight / total] for weight in weights])
    image = flint.arb_mat(matrix.tolist()) * column
    value = (column.transpose() * image)[0, 0]
    return Bounds((2 * reduce(flint.arb.min, image.entries()) - value).lower(), value.upper())


def _refined(matrix: np.ndarray, support: np.ndarray) -> list[flint.arb]:
    """The minimiser at the working precision, from a guess of its support: points leave and enter it one at a time."""
    chosen = sorted(support.tolist())
    weights = [flint.arb(0)] * len(matrix)
    for _ in range(4 * len(matrix)):
        block = flint.arb_mat(matrix[np.ix_(chosen, chosen)].tolist())
        try:
            solution = block.solve(flint.arb_mat([[1]] * len(chosen))).mid().entries()
        except ZeroDivisionError:
            break
        if min(solution) <= 0:
            chosen.pop(solution.index(min(solution)))
            continue
        weights = [flint.arb(0)] * len(matrix)
        for index, value in zip(chosen, solution, strict=True):
            weights[index] = value
        image = (flint.arb_mat(matrix.tolist()) * flint.arb_mat([[weight] for weight in weights])).mid().entries()
        entering = image.index(min(image))
        if entering in chosen or image[entering] >= 1:
            return weights
        chosen = sorted([*chosen, entering])
    return weights if any(weight > 0 for weight in weights) else [flint.arb(1)] * len(matrix)
