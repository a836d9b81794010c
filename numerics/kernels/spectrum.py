"""Rigorous enclosures of the smallest eigenvalue of a Gram matrix.

Two proofs are tried, the cheap one first. The residual certificate: for any matrix L, A - s I = L L' + E gives
lambda_min(A) >= s - |E|_2, and |E|_2 is at most the largest row sum of |E|; with L the Cholesky factor in doubles and
E in balls of doubles this serves to thousands of points. The shifted factorisation: if elimination of A - s I in balls
meets only positive pivots, every symmetric matrix in the ball A has lambda_min > s; it works at any precision and
serves to a few hundred points. Upper bounds are Rayleigh quotients.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import flint
import numpy as np
from threadpoolctl import threadpool_limits

from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.latex import interval_latex
from numerics.numbers.systems import Array, Balls, DoubleBalls, NumberSystem

MOST_FACTORISED = 250
"""The largest matrix that is factorised in balls of FLINT."""
MOST_BITS = 4096
ALL_PAIRS = 200
"""The largest matrix of which all eigenvectors are computed, by numpy."""
ROWS = 512
"""Rows of a residual that are held at once."""
SMALL = 16
"""The largest matrix that is eliminated entry by entry."""


@dataclass(frozen=True)
class Bounds:
    """A real number known to lie in [lower, upper]: exact FLINT numbers."""

    lower: flint.arb
    upper: flint.arb

    @property
    def positive(self) -> bool:
        """Is the number proved to be positive?"""
        return bool(self.lower > 0)

    def has_digits(self, digits: int) -> bool:
        """Do the bounds prove a positive number and agree to this many digits?"""
        return self.positive and bool((self.upper - self.lower) * flint.arb(10) ** digits < self.lower)

    def _repr_latex_(self) -> str:
        return f"${interval_latex(self.lower, self.upper)}$"


@dataclass(frozen=True)
class Enclosure(Bounds):
    """lower <= lambda_min <= upper, proved for every symmetric matrix in the ball matrix, at `bits` bits.

    `lower` and `upper` are balls of radius zero; infinite where nothing was proved.
    """

    method: str
    bits: int

    def _repr_latex_(self) -> str:
        return rf"$$\lambda_{{\min}} \in {interval_latex(self.lower, self.upper)}$$"


def certified_lambda_min(
    gram_over: Callable[[NumberSystem], Array], digits: int = 3, most_bits: int = MOST_BITS
) -> Enclosure:
    """Enclose lambda_min of the n x n Gram matrix that `gram_over` evaluates over a number system of balls.

    The precision is doubled until lambda_min is known to be positive to `digits` digits (0: its sign is enough) or
    `most_bits` is reached; then the tightest enclosure found is returned, `positive` telling whether it decides. The
    matrix is symmetric, of `FloatBalls` or FLINT balls.
    """
    best = _unknown()
    for enclosure in _attempts(gram_over, digits, most_bits):
        best = Enclosure(
            enclosure.lower if enclosure.lower > best.lower else best.lower,
            enclosure.upper if enclosure.upper < best.upper else best.upper,
            enclosure.method,
            enclosure.bits,
        )
        if best.has_digits(digits) or (digits == 0 and (best.positive or best.upper < 0)):
            break
    return best


def _attempts(gram_over: Callable[[NumberSystem], Array], digits: int, most_bits: int) -> Iterator[Enclosure]:
    if digits < 12:
        with np.errstate(all="ignore"):
            matrix = gram_over(DoubleBalls())
            size = len(matrix)
            yield residual_enclosure(matrix)
        if size > MOST_FACTORISED:
            return
    bits = max(128, 4 * digits)
    while bits <= most_bits:
        matrix = gram_over(Balls(bits))
        with flint.ctx.workprec(bits):
            yield factorised_enclosure(matrix, digits)
        bits *= 2


def _unknown() -> Enclosure:
    return Enclosure(flint.arb.neg_inf(), flint.arb.pos_inf(), "none", 0)


def residual_enclosure(matrix: FloatBalls) -> Enclosure:
    """Enclose lambda_min of a symmetric n x n ball matrix of doubles by the residual certificate."""
    if not np.isfinite(matrix.centre).all() or not np.isfinite(matrix.radius).all():
        return _unknown()
    size = len(matrix)
    value, vectors = _least_eigenpair(matrix.centre)
    slack = 4 * size * np.finfo(float).eps * np.abs(matrix.centre).sum(axis=1).max()
    shift = FloatBalls.exact(np.array(value - slack))
    shifted = matrix.centre.copy()
    np.fill_diagonal(shifted, shifted.diagonal() - shift.centre)
    upper = _rayleigh_doubles(matrix, vectors)
    try:
        factor = np.linalg.cholesky(shifted)
    except np.linalg.LinAlgError:
        return Enclosure(flint.arb.neg_inf(), upper, "residual certificate", 53)
    del shifted  # of 10,000 points that is 0.8 GB
    norm = np.array(_largest_row_sum(matrix, float(shift.centre), factor))
    lower = (shift - FloatBalls.exact(norm)).lower()
    return Enclosure(flint.arb(float(lower)), upper, "residual certificate", 53)


def _largest_row_sum(matrix: FloatBalls, shift: float, factor: np.ndarray) -> float:
    """Not below the largest row sum of |A - s I - L L'| for any symmetric A in the n x n ball matrix.

    L is lower triangular, so that rows a to b of L L' on and below the diagonal need the first b columns of L alone.
    What stands above the diagonal is added to the sums of its own rows.
    """
    size = len(matrix)
    sums = FloatBalls.exact(np.zeros((size, 1)))
    for start in range(0, size, ROWS):
        stop = min(start + ROWS, size)
        low = FloatBalls.exact(factor[:stop, :stop])
        residual = matrix[start:stop, :stop] - low[start:stop].matrix_product(low.T)
        sizes = _magnitudes(residual - FloatBalls.exact(shift * np.eye(stop - start, stop, start)))
        sums = _added(sums, slice(start, stop), sizes)
        sums = _added(sums, slice(0, start), sizes[:, :start].T)
    return float(sums.upper().max(initial=0.0))


def _magnitudes(balls: FloatBalls) -> FloatBalls:
    """The largest absolute value of each ball."""
    return FloatBalls.exact(np.maximum(np.abs(balls.lower()), np.abs(balls.upper())))


def _added(sums: FloatBalls, rows: slice, values: FloatBalls) -> FloatBalls:
    """The sums, n x 1, with those of some rows of values added at theirs."""
    added = sums[rows] + values.matrix_product(FloatBalls.exact(np.ones((values.shape[1], 1))))
    sums.centre[rows], sums.radius[rows] = added.centre, added.radius
    return sums


def _least_eigenpair(matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """The least eigenvalue of a symmetric n x n matrix, roughly, and its eigenvector, n x 1.

    Of many points by Lanczos' iteration with the inverse, which a Cholesky factor applies; the whole tridiagonal form
    takes four times its operations, and most of them out of the cache.
    """
    if len(matrix) <= ALL_PAIRS:
        values, vectors = np.linalg.eigh(matrix)
        return values[0], vectors[:, :1]
    import scipy.linalg  # takes longer to load than small matrices take
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    try:
        factor = scipy.linalg.cho_factor(matrix)
        inverse = LinearOperator(matrix.shape, lambda vector: scipy.linalg.cho_solve(factor, vector), dtype=float)
        start = np.random.default_rng(0).standard_normal(len(matrix))
        with threadpool_limits(1, "blas"):  # small steps, between which threads would wait for one another
            values, vectors = eigsh(matrix, 1, sigma=0.0, OPinv=inverse, v0=start, tol=1e-6)
    except (np.linalg.LinAlgError, ArpackError):  # not positive definite, or hardly
        values, vectors = scipy.linalg.eigh(matrix, subset_by_index=[0, 0])
    return values[0], vectors


def _rayleigh_doubles(matrix: FloatBalls, vectors: np.ndarray) -> flint.arb:
    vector = FloatBalls.exact(vectors)
    quotient = vector.T.matrix_product(matrix).matrix_product(vector) / vector.T.matrix_product(vector)
    return flint.arb(float(quotient.upper()[0, 0]))


def factorised_enclosure(matrix: np.ndarray, digits: int = 3) -> Enclosure:
    """Enclose lambda_min of a symmetric n x n matrix of FLINT balls by shifted factorisation, at the current precision.

    Starts from the Rayleigh quotient of an approximate eigenvector and bisects until the bounds agree to `digits`
    digits or a factorisation is undecided.
    """
    bits = flint.ctx.prec
    identity = np.eye(len(matrix), dtype=int)
    upper = _rayleigh(matrix, _bottom_vector(matrix, digits))
    lower = -(len(matrix) * _size(matrix)).upper()
    if not is_positive_definite(matrix - lower * identity):
        lower = flint.arb.neg_inf()
    shift = (upper * (1 - flint.arb(10) ** (-digits - 1))).lower()
    for _ in range(_MOST_BISECTIONS):
        definite = is_positive_definite(matrix - shift * identity) if shift > 0 else None
        if definite is None:
            shift = -(_size(matrix) * flint.arb(2) ** (-(bits // 2))).upper()
            lower = shift if is_positive_definite(matrix - shift * identity) else lower
            break
        lower, upper = (shift, upper) if definite else (lower, shift)
        if lower > 0 and (upper - lower) * flint.arb(10) ** digits < lower:
            break
        shift = ((lower * upper).sqrt() if lower > 0 else upper / 16).mid()
    return Enclosure(lower, upper, "shifted factorisation", bits)


_MOST_BISECTIONS = 100


_MOST_STEPS = 40


def tightest_enclosure(matrix: np.ndarray) -> Enclosure:
    """Enclose lambda_min, of any sign, of a symmetric n x n matrix of FLINT balls as tightly as the precision allows.

    Below by a factorisation of A - s I, above by a Rayleigh quotient.

    Each step moves the proved shift s towards the best quotient and takes inverse iterations with it; ends when that
    gains nothing more at the current precision.
    """
    size = len(matrix)
    if not all(value.is_finite() for value in matrix.flat):
        return _unknown()
    identity = np.eye(size, dtype=int)
    middle = flint.arb_mat(matrix.tolist()).mid()
    bound = max(sum((abs(value) for value in row), flint.arb(0)).upper() for row in matrix)
    lower = -(1 + bound).upper()
    vector = _double_vector(middle)[0]
    upper = _rayleigh(matrix, vector.entries())
    for _ in range(_MOST_STEPS):
        gap = (upper - lower).upper()
        if not gap > 0:
            break
        trials = ((upper - gap * flint.arb(2) ** -exponent).lower() for exponent in (40, 16, 4, 1))
        shift = next((s for s in trials if s > lower and is_positive_definite(matrix - s * identity)), None)
        if shift is not None:
            lower = shift
        vector = _improved(middle, lower, vector)
        quotient = _rayleigh(matrix, vector.entries())
        better = bool(quotient < upper)
        upper = quotient if better else upper
        if shift is None and not better:
            break
    return Enclosure(lower, upper, "shifted factorisation", flint.ctx.prec)


def _improved(middle: flint.arb_mat, shift: flint.arb, vector: flint.arb_mat) -> flint.arb_mat:
    """Inverse iteration with a shift below all eigenvalues."""
    size = middle.nrows()
    shifted = middle - flint.arb_mat(size, size, np.eye(size, dtype=int).ravel().tolist()) * shift
    for _ in range(3):
        try:
            image = shifted.solve(vector).mid()
        except ZeroDivisionError:
            return vector
        largest = max(abs(value) for value in image.entries())
        if not (largest > 0 and largest.is_finite()):
            return vector
        vector = flint.arb_mat([[(value / largest).mid()] for value in image.entries()])
    return vector


def _size(matrix: np.ndarray) -> flint.arb:
    return max(abs(value).upper() for value in matrix.diagonal())


def is_positive_definite(matrix: np.ndarray) -> bool | None:
    """True only if every symmetric matrix in the n x n ball matrix is positive definite, False only if none, else None.

    Of FLINT balls, at the current precision. A matrix is so if its leading block and the Schur complement of that are;
    a small one, if all pivots are positive.
    """
    if len(matrix) <= SMALL:
        return _has_positive_pivots(matrix)
    half = len(matrix) // 2
    corner, side, rest = matrix[:half, :half], matrix[:half, half:], matrix[half:, half:]
    definite = is_positive_definite(corner)
    if not definite:
        return definite
    columns = flint.arb_mat(side.tolist())
    try:
        solution = flint.arb_mat(corner.tolist()).solve(columns)
    except ZeroDivisionError:
        return None
    schur = flint.arb_mat(rest.tolist()) - columns.transpose() * solution
    return is_positive_definite(np.array(schur.entries(), dtype=object).reshape(rest.shape))


def _has_positive_pivots(matrix: np.ndarray) -> bool | None:
    """Are all pivots certainly positive, or is one certainly negative after positive ones?"""
    rest = matrix.copy()
    for index in range(len(rest)):
        pivot = rest[index, index]
        if not pivot > 0:
            return False if pivot < 0 else None
        column = rest[index + 1 :, index]
        rest[index + 1 :, index + 1 :] -= np.multiply.outer(column, column / pivot)
    return True


def _bottom_vector(matrix: np.ndarray, digits: int) -> list[flint.arb]:
    """Roughly an eigenvector of lambda_min: its Rayleigh quotient is good to `digits` digits, as a rule.

    Inverse iteration at the current precision from an eigenvector in doubles. Once the Rayleigh quotient stands, it
    becomes the shift, which triples the number of right digits at each step.
    """
    size = len(matrix)
    middle = flint.arb_mat([[value.mid() for value in row] for row in matrix])
    vector, clear = _double_vector(middle)
    identity = flint.arb_mat(size, size, np.eye(size, dtype=int).ravel().tolist())
    quotient = (vector.transpose() * middle * vector)[0, 0].mid()
    for step in range(flint.ctx.prec.bit_length() + 4):
        clear = clear or step == 4
        try:
            image = (middle - identity * (quotient if clear else 0)).solve(vector, algorithm="approx").mid()
        except ZeroDivisionError:
            break
        largest = max(abs(value) for value in image.entries())
        if not (largest > 0 and largest.is_finite()):
            break
        length = sum(((value / largest) ** 2 for value in image.entries()), flint.arb(0)).sqrt() * largest
        vector = flint.arb_mat([[(value / length).mid()] for value in image.entries()])
        previous, quotient = quotient, (vector.transpose() * middle * vector)[0, 0].mid()
        change = abs(quotient - previous)
        # What is left to change is of the order of change^3 after a shifted step.
        if clear and change**2 * flint.arb(10) ** (digits + 3) <= quotient**2:
            break
        clear = clear or change * 8 < abs(quotient)
    return vector.entries()


def _double_vector(middle: flint.arb_mat) -> tuple[flint.arb_mat, bool]:
    """An eigenvector of lambda_min in doubles; and do doubles tell lambda_min from zero?"""
    size = middle.nrows()
    largest = max(abs(value) for value in middle.entries())
    centres = np.array([float(value / largest) for value in middle.entries()]).reshape(size, size)
    if not np.isfinite(centres).all():
        return flint.arb_mat([[1]] * size), False
    values, vectors = np.linalg.eigh(centres)
    clear = bool(values[0] > 1000 * size * np.finfo(float).eps * values[-1])
    return flint.arb_mat([[float(value)] for value in vectors[:, 0]]), clear


def _rayleigh(matrix: np.ndarray, vector: list[flint.arb]) -> flint.arb:
    column = flint.arb_mat([[value] for value in vector])
    numerator = column.transpose() * flint.arb_mat(matrix.tolist()) * column
    return (numerator[0, 0] / (column.transpose() * column)[0, 0]).upper()
