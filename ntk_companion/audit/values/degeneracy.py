"""Points on which a kernel is singular for a reason that can be said in a sentence, found without computing it."""

import math
from dataclasses import dataclass
from fractions import Fraction

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Apply, Node
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.facts import is_semidefinite
from ntk_companion.audit.values.kernels import OF_POINTS, architecture
from ntk_companion.audit.values.memory import once
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.registry import known_by_structure
from numerics.data.points import PointSet, RationalPoints
from theory.architecture import positively_homogeneous


@dataclass(frozen=True)
class NullVector:
    """A combination of at most two points that a kernel maps to zero, and why."""

    weights: tuple[tuple[int, Fraction], ...]
    reason: str


def null_vector(kernel: Node | str, environment: Environment) -> NullVector | None:
    """Points that an n x n kernel does not tell apart, none if there are none that are seen at once."""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            found = {null_vector(term, environment) for term in terms}
            return found.pop() if len(found) == 1 else None
        case Apply(word=vocabulary.TIMES | vocabulary.OVER, arguments=(first, second)):
            return null_vector(first, environment) or null_vector(second, environment)
        case Apply(word=vocabulary.GRAM, arguments=(inner,)):
            return null_vector(inner, environment)
        case Apply(word=word) if word in OF_POINTS:
            here = environment.selected(kernel)
            linear = word is vocabulary.INNER
            place = ("null vector", linear or here.network, here.point_set)
            return once(
                environment.memory.values,
                place,
                lambda: degenerate_points(here.point_set, linear or positively_homogeneous(architecture(here)), linear),
            )
    return None


def are_different(points: PointSet) -> bool:
    """Are the points known to be different? Exact arithmetic tells; two on one ray are one point where norms are 1."""
    return degenerate_points(points, homogeneous=False) is None


def degenerate_points(points: PointSet, homogeneous: bool, linear: bool = False) -> NullVector | None:
    """Two equal points; where f(a x) = a f(x) for a > 0, a zero or two on one ray; where linear, two on one line.

    None for points that are not exact rationals, n x d.
    """
    if not isinstance(points, RationalPoints):
        return None
    seen: dict[tuple[int, ...], int] = {}
    for place, numerators in enumerate(points.numerators.tolist()):
        row = tuple(map(int, numerators))
        size = math.gcd(*row)
        if size == 0:
            if homogeneous:
                return NullVector(((place, Fraction(1)),), f"point {place + 1} is zero")
            key = row
        elif homogeneous or points.unit_norm:
            key = tuple(value // size for value in row)
            key = max(key, tuple(-value for value in key)) if linear else key
        else:
            key = row
        first = seen.setdefault(key, place)
        if first != place:
            return _pair(points, first, place)
    return None


def _pair(points: RationalPoints, first: int, second: int) -> NullVector:
    one, two = ([int(value) for value in points.numerators[place]] for place in (first, second))
    index = next((index for index, value in enumerate(one) if value), None)
    factor = Fraction(1) if index is None else Fraction(two[index], one[index])
    if points.unit_norm:
        factor = Fraction(1 if factor > 0 else -1)
    weights = ((first, -factor), (second, Fraction(1)))
    if factor == 1:
        return NullVector(weights, f"points {first + 1} and {second + 1} are equal")
    return NullVector(weights, f"point {second + 1} is {factor} times point {first + 1}")


@known_by_structure(vocabulary.LAMBDA_MIN, vocabulary.GAP_SHARP, vocabulary.GAP_PRINTED, vocabulary.DET)
def _zero(node: Apply, environment: Environment) -> Range | None:
    """Zero, for a kernel with a null vector that is positive semidefinite, and for the determinant of any."""
    (kernel,) = node.arguments
    if node.word is not vocabulary.DET and not is_semidefinite(kernel, environment):
        return None
    try:
        found = null_vector(kernel, environment)
    except MeaninglessError:
        return None
    if found is None:
        return None
    environment.note(found.reason)
    return point(0)
