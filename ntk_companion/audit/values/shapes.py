"""Numbers of a matrix that follow exactly from its shape: singular, circulant, or diagonal."""

from dataclasses import replace
from fractions import Fraction
from functools import partial

import flint
import numpy as np
import sympy

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Node, is_kernel, parts
from ntk_companion.audit.values import degeneracy
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import centres, evaluate
from ntk_companion.audit.values.exact import SHAPES, exact, exact_entry
from ntk_companion.audit.values.facts import is_semidefinite
from ntk_companion.audit.values.fourier import singular_frequencies
from ntk_companion.audit.values.kernels import OF_POINTS
from ntk_companion.audit.values.polynomials import Field, vanishes
from ntk_companion.audit.values.registry import declaring
from numerics.data.points import CirclePoints

MOST_POINTS = 24
MOST_DIAGONAL = 40
BITS = 256
COMBINING = vocabulary.MATRIX_ARITHMETIC | {vocabulary.GRAM}
SMALL = 1e-9
"""What an eigenvalue in doubles is of the largest, if a null vector is looked for."""


def singular(kernel: Node, environment: Environment) -> str | None:
    """Why a kernel is singular, a proof in a sentence; None if none is found."""
    seen = degeneracy.null_vector(kernel, environment)
    if seen is not None:
        return seen.reason
    return environment.constant(("singular", kernel), lambda: _singular(kernel, environment))


def _singular(kernel: Node, environment: Environment) -> str | None:
    matrix = centres(kernel, environment)
    if np.isfinite(matrix).all() and _nearly_singular(matrix):
        return _mapped_to_zero(kernel, environment, len(matrix))
    return None


def _nearly_singular(matrix: np.ndarray) -> bool:
    sizes = np.abs(np.linalg.eigvalsh(matrix))
    return bool(sizes.min() <= SMALL * sizes.max())


def _mapped_to_zero(kernel: Node, environment: Environment, size: int) -> str | None:
    points = circle_of(kernel, environment)
    if points is not None:
        frequencies = singular_frequencies(kernel, environment, points.count)
        if frequencies:
            return f"the vector cos(2 pi {frequencies[0]} i / {points.count}) is mapped to zero"
    if size > MOST_POINTS:
        return None
    try:
        weights = _null_vector(*_equations(kernel, environment, size))
    except NoExactValueError:
        return None
    return None if weights is None else f"the vector ({', '.join(map(str, weights))}) is mapped to zero"


def null_dimension(kernel: Node, environment: Environment) -> tuple[int, str]:
    """A number of independent vectors that an n x n kernel maps to zero, as many as are found, and how they are."""
    points, size = circle_of(kernel, environment), len(evaluate(kernel, environment))
    found = 0
    if points is not None:
        # Of frequencies between 0 and N/2 there are a cosine and a sine.
        frequencies = singular_frequencies(kernel, environment, points.count)
        found = sum(1 if 2 * frequency in (0, points.count) else 2 for frequency in frequencies)
    if found:
        return found, f"the frequencies {', '.join(map(str, frequencies))} are mapped to zero"
    if size <= MOST_POINTS:
        try:
            _, rank = _equations(kernel, environment, size)
            return size - rank, f"{size - rank} independent vectors of whole numbers are mapped to zero"
        except NoExactValueError:
            pass
    seen = degeneracy.null_vector(kernel, environment)
    return (0, "") if seen is None else (1, seen.reason)


def _equations(kernel: Node, environment: Environment, size: int) -> tuple[flint.fmpq_mat, int]:
    """The equations of K c = 0 over the rationals, in the coefficients of the entries, reduced, and their rank."""
    places = [(row, column) for row in range(size) for column in range(row, size)]
    entries = {place: exact_entry(kernel, environment, *place) for place in places}
    field = Field(*entries.values())
    found = {place: field.reduced(entry) for place, entry in entries.items()}
    common = field.common_denominator([quotient.denominator for quotient in found.values()])
    equations: dict[tuple[int, tuple[int, ...]], list[flint.fmpq]] = {}
    for (row, column), quotient in found.items():
        for exponents, coefficient in field.over(quotient, common).to_dict().items():
            for equation, unknown in {(row, column), (column, row)}:
                blank = [flint.fmpq(0)] * size
                equations.setdefault((equation, exponents), blank)[unknown] = coefficient
    reduced, rank = flint.fmpq_mat(list(equations.values())).rref()
    return reduced, int(rank)


def _null_vector(matrix: flint.fmpq_mat, rank: int) -> list[int] | None:
    """Whole numbers c that fulfil reduced equations, None if there are none but zeros."""
    size = matrix.ncols()
    if rank == size:
        return None
    pivots = [next(column for column in range(size) if matrix[row, column] != 0) for row in range(rank)]
    free = max(set(range(size)) - set(pivots))
    weights = [Fraction(0)] * size
    weights[free] = Fraction(1)
    for row, pivot in enumerate(pivots):
        weights[pivot] = -Fraction(int(matrix[row, free].p), int(matrix[row, free].q))
    scale = int(np.lcm.reduce([weight.denominator for weight in weights]))
    whole = [int(weight * scale) for weight in weights]
    sign = 1 if next(weight for weight in whole if weight) > 0 else -1
    return [sign * weight for weight in whole]


def circle_of(kernel: Node, environment: Environment) -> CirclePoints | None:
    """The equally spaced points, n x 2, that a kernel is of, where it combines kernels of inner products."""
    points = None
    for part in parts(kernel):
        if isinstance(part, Apply) and is_kernel(part) and (part.word in OF_POINTS or not part.arguments):
            here = environment.selected(part).point_set
            if not isinstance(here, CirclePoints) or (points is not None and here != points):
                return None
            points = here
        elif isinstance(part, Apply) and is_kernel(part) and part.word not in COMBINING:
            return None
    return points


def diagonal(kernel: Node, environment: Environment) -> list[sympy.Expr] | None:
    """The diagonal entries of a kernel that is zero elsewhere; None if it is not proved to be so."""
    size = len(evaluate(kernel, environment))
    if size > MOST_DIAGONAL:
        return None
    try:
        for row in range(size):
            for column in range(row + 1, size):
                if not vanishes(exact_entry(kernel, environment, row, column)):
                    return None
        return [exact_entry(kernel, environment, index, index) for index in range(size)]
    except NoExactValueError:
        return None


def extreme_entries(kernel: Node, environment: Environment) -> tuple[sympy.Expr, sympy.Expr] | None:
    """The least and the largest entry of a diagonal kernel, which are its extreme eigenvalues; None where not known."""
    entries = diagonal(kernel, environment)
    if entries is None:
        return None
    if all(entry.is_Rational for entry in entries):
        return min(entries), max(entries)
    try:
        return (entries[0], entries[0]) if all(vanishes(entry - entries[0]) for entry in entries) else None
    except NoExactValueError:
        return None


_shape = partial(declaring, SHAPES)
"""Declare a function that knows a number of a kernel by its shape."""


@_shape(vocabulary.LAMBDA_MIN)
def _smallest(kernel: Node, environment: Environment) -> sympy.Expr | None:
    if is_semidefinite(kernel, environment):
        reason = singular(kernel, environment)
        if reason is not None:
            environment.note(reason)
            return sympy.Integer(0)
    found = extreme_entries(kernel, environment)
    return None if found is None else found[0]


@_shape(vocabulary.LAMBDA_MAX)
def _largest(kernel: Node, environment: Environment) -> sympy.Expr | None:
    found = extreme_entries(kernel, environment)
    return None if found is None else found[1]


@_shape(vocabulary.CONDITION)
def _condition(kernel: Node, environment: Environment) -> sympy.Expr | None:
    found = extreme_entries(kernel, environment)
    if found is None or vanishes(found[0]):
        return None
    return sympy.Integer(1) if vanishes(found[1] - found[0]) else found[1] / found[0]


@_shape(vocabulary.DET)
def _determinant(kernel: Node, environment: Environment) -> sympy.Expr | None:
    reason = singular(kernel, environment)
    if reason is None:
        return None
    environment.note(reason)
    return sympy.Integer(0)


@_shape(vocabulary.TRACE)
def _trace(kernel: Node, environment: Environment) -> sympy.Expr:
    size = len(evaluate(kernel, environment))
    return sympy.Add(*(exact_entry(kernel, environment, index, index) for index in range(size)))


@_shape(vocabulary.GAP_BEST)
def _best_gap(kernel: Node, environment: Environment) -> sympy.Expr | None:
    """lambda_min / n, where a vector of signs is an eigenvector of lambda_min: one of a circulant matrix is."""
    points = circle_of(kernel, environment)
    if points is None:
        return None
    here = replace(environment, bits=BITS)
    with flint.ctx.workprec(BITS):
        row = evaluate(kernel, here)[0]
        values = _circulant_eigenvalues(list(row))
    flat = [0, points.count // 2] if points.count % 2 == 0 else [0]
    for frequency in flat:
        others = [value for index, value in enumerate(values) if index not in (frequency, -frequency % points.count)]
        if all(values[frequency] < value for value in others):
            environment.note("a vector of signs is an eigenvector of lambda_min")
            smallest = Apply((0, 0), vocabulary.LAMBDA_MIN, (kernel,))
            return exact(smallest, environment) / points.count
    return None


def _circulant_eigenvalues(row: list[flint.arb]) -> list[flint.arb]:
    """The eigenvalues of a symmetric circulant matrix from its first row, by frequency."""
    size = len(row)
    turns = [(2 * flint.arb.pi() * index / size).cos() for index in range(size)]
    return [
        sum((value * turns[frequency * place % size] for place, value in enumerate(row)), flint.arb(0))
        for frequency in range(size)
    ]
