"""Kernels between two point sets, and what they predict: interpolation, ridge and kernel logistic regression.

Predictions are of a function that starts at zero. Where a ball cannot tell that the matrix is invertible, they are not
known.
"""

from dataclasses import replace
from functools import reduce
from operator import add

import flint
import numpy as np

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Node, is_kernel, parts
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate, whole_number_at
from ntk_companion.audit.values.exact import definitions_in
from ntk_companion.audit.values.facts import is_semidefinite
from ntk_companion.audit.values.kernels import OF_POINTS, Matrix
from ntk_companion.audit.values.ranges import UNDEFINED, Range, point
from ntk_companion.audit.values.registry import known_by_structure
from numerics.data.points import PointSet
from numerics.kernels.gram import gram
from numerics.losses import CrossEntropy
from numerics.numbers.systems import Balls
from numerics.regression.predictors import regularised

arb = flint.arb
NEWTON_STEPS = 6
"""Of Newton's method after double precision, each of which doubles the digits."""


def named_set(name: str, environment: Environment) -> PointSet:
    """The point set of the file by its name. Raises MeaninglessError on the name of something else."""
    if name not in environment.claim.point_sets:
        raise MeaninglessError(f"{name} is no point set of the file: declare it under [points]")
    return environment.claim.point_sets[name]


def between(kernel: Node | str, environment: Environment, others: PointSet) -> Matrix:
    """K(x_i, x'_j) for the n points of the environment and n' others, n x n' balls. Raises MeaninglessError."""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            return reduce(add, (between(term, environment, others) for term in terms))
        case Apply(word=vocabulary.TIMES | vocabulary.OVER as word, arguments=(first, second)):
            matrix, number = (first, second) if is_kernel(first) else (second, first)
            factor = evaluate(number, environment).ball()
            found = between(matrix, environment, others)
            return found * factor if word is vocabulary.TIMES else found / factor
        case Apply(word=vocabulary.GRAM, arguments=(inner,)):
            return between(inner, environment, others)
        case Apply(word=word) if word in OF_POINTS or word is vocabulary.PRINTED:
            return _of_word(kernel, environment, others)
    raise MeaninglessError("between two point sets are known: kernels as derived, and sums and multiples of them")


def _of_word(kernel: Apply, environment: Environment, others: PointSet) -> Matrix:
    try:
        found = definitions_in(kernel, environment)
    except NoExactValueError:
        raise MeaninglessError("between two point sets this printed kernel is not known") from None
    environment.budget.charge(
        len(found.points) * len(others) * 100 * max(1, environment.bits // 512) * max(1, len(found.recursion.equations))
    )
    try:
        return gram(found.recursion, found.kernel, found.points, Balls(environment.bits), others)
    except ValueError as error:
        raise MeaninglessError(str(error)) from None


def points_of(kernel: Node | str, environment: Environment) -> PointSet:
    """The one point set that a kernel is on. Raises MeaninglessError if its parts are on several."""
    words = [part for part in parts(kernel) if isinstance(part, Apply)] if isinstance(kernel, Node) else []
    sets = {
        environment.selected(part).point_set
        for part in words
        if part.word in OF_POINTS or part.word is vocabulary.PRINTED
    }
    if len(sets) > 1:
        raise MeaninglessError("the parts of this kernel are on different points: name one point set")
    return next(iter(sets), environment.point_set)


@known_by_structure(vocabulary.BETWEEN)
def _between(node: Apply, environment: Environment) -> Matrix:
    kernel, first, second = node.arguments
    here, others = named_set(str(first), environment), named_set(str(second), environment)
    there = replace(environment, points=str(first))
    if points_of(kernel, there) != here:
        raise MeaninglessError("the points are named twice: write K(six, new), or K[net](six, new) of another network")
    return between(kernel, there, others)


def _setting(node: Apply, environment: Environment) -> tuple[Matrix, Matrix, PointSet, int, list[int]]:
    """K on the points, n x n, and at the new point, n; the set of this point and its place; the targets -1 and 1."""
    kernel, *_, name, place = node.arguments
    others = named_set(str(name), environment)
    index = whole_number_at(place, environment, "the number of a point", 1, len(others)) - 1
    points_of(kernel, environment)
    matrix = evaluate(kernel, environment)
    environment.budget.charge(len(matrix) ** 3 * max(1, environment.bits // 256))
    return matrix, between(kernel, environment, others)[:, index], others, index, environment.signs(len(matrix))


def _penalty(node: Apply, environment: Environment) -> arb | None:
    """The penalty as a ball; None if it may not be positive. Raises MeaninglessError if it is not."""
    found = evaluate(node.arguments[1], environment)
    if found.upper <= 0:
        raise MeaninglessError("the penalty of a predictor must be positive; without one it is ridgeless(K, new, 1)")
    return found.ball() if found.lower > 0 else None


@known_by_structure(vocabulary.RIDGELESS, vocabulary.RIDGE)
def _ridge(node: Apply, environment: Environment) -> Range:
    """k (K + c)^-1 y, c = 0 without a penalty."""
    penalty = arb(0) if node.word is vocabulary.RIDGELESS else _penalty(node, environment)
    if penalty is None:
        return UNDEFINED
    matrix, cross, *_, signs = _setting(node, environment)
    weights = _solved(_shifted(matrix, penalty), [arb(sign) for sign in signs])
    return UNDEFINED if weights is None else point(_combined(cross, weights))


@known_by_structure(vocabulary.LOGISTIC)
def _logistic(node: Apply, environment: Environment) -> Range:
    """k C with c C_i = s_i / (1 + exp(s_i (K C)_i)), enclosed around any C near it.

    With r_i = s_i / (1 + exp(s_i (K C)_i)) - c C_i the error is at most sqrt(r' K r) / c sqrt(K(x, x)), for the
    objective is strongly convex in the space of the kernel with the constant c, and J' r is its gradient.
    """
    kernel = node.arguments[0]
    if not is_semidefinite(kernel, environment):
        raise MeaninglessError("logistic regression is unique for kernels of networks, their sums and multiples only")
    penalty = _penalty(node, environment)
    if penalty is None:
        return UNDEFINED
    matrix, cross, others, index, signs = _setting(node, environment)
    own = between(kernel, _on(others, environment, node), others)[index, index]
    weights = _minimiser(matrix, penalty, signs)
    if weights is None:
        return UNDEFINED
    residual = np.array(_forces(matrix, weights, signs), dtype=object) - np.array(weights, dtype=object) * penalty
    square = (residual @ matrix @ residual).nonnegative_part()
    error = (square.sqrt() / penalty * own.nonnegative_part().sqrt()).abs_upper()
    return point(_combined(cross, weights) + arb(0, error)) if error.is_finite() else UNDEFINED


def _on(others: PointSet, environment: Environment, node: Apply) -> Environment:
    """The same on the points of the set that a predictor names."""
    return replace(environment, points=str(node.arguments[-2]))


def _minimiser(matrix: Matrix, penalty: arb, signs: list[int]) -> list[arb] | None:
    """Exact numbers near the minimiser's coefficients: from doubles, by Newton's method; None if that fails."""
    doubles = np.array([[float(value.mid()) for value in row] for row in matrix])
    if not np.isfinite(doubles).all():
        return None
    loss = CrossEntropy(tuple((1 + sign) / 2 for sign in signs))
    try:
        start = regularised(loss, doubles, np.zeros(len(signs)), float(penalty.mid()))
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
    weights = [arb(float(value)) for value in start.coefficients]
    for _ in range(NEWTON_STEPS):
        forces = _forces(matrix, weights, signs)
        residual = [force - penalty * weight for force, weight in zip(forces, weights, strict=True)]
        curvatures = np.array([abs(force) * (1 - abs(force)) for force in forces], dtype=object)
        step = _solved(_shifted(curvatures[:, None] * matrix, penalty), residual)
        if step is None:
            return None
        weights = [(weight + change).mid() for weight, change in zip(weights, step, strict=True)]
    return weights


def _forces(matrix: Matrix, weights: list[arb], signs: list[int]) -> list[arb]:
    """s_i / (1 + exp(s_i (K C)_i))."""
    outputs = matrix @ np.array(weights, dtype=object)
    return [sign / (1 + (sign * output).exp()) for sign, output in zip(signs, outputs, strict=True)]


def _shifted(matrix: Matrix, shift: arb) -> Matrix:
    shifted = matrix.copy()
    for place in range(len(matrix)):
        shifted[place, place] = shifted[place, place] + shift
    return shifted


def _solved(matrix: Matrix, right: list[arb]) -> list[arb] | None:
    """The solution of a linear system; None if balls do not tell that there is one."""
    try:
        return flint.arb_mat(matrix.tolist()).solve(flint.arb_mat([[value] for value in right])).entries()
    except ZeroDivisionError:
        return None


def _combined(cross: Matrix, weights: list[arb]) -> arb:
    return sum((value * weight for value, weight in zip(cross, weights, strict=True)), arb(0))
