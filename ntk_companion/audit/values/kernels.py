"""The kernels of infinitely wide networks: their definitions as `theory` derives them, and their Gram matrices."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import flint
import numpy as np
import sympy

from ntk_companion.audit.claims.networks import MOST_DEPTH
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.nodes import Apply
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values.closed_forms import rational
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate, whole_number, whole_number_at
from ntk_companion.audit.values.ranges import Range
from ntk_companion.audit.values.registry import means
from numerics.data.points import PointSet
from numerics.kernels.gram import gram
from numerics.numbers.systems import Balls
from theory.architecture import Architecture
from theory.induction import first_layers
from theory.recursion import Recursion, input_kernel, recursion

Matrix = np.ndarray
"""A symmetric n x n array of balls (dtype object)."""
OF_POINTS = frozenset(
    [vocabulary.K, vocabulary.NNGP, vocabulary.PART, vocabulary.SIGMA, vocabulary.THETA, vocabulary.INNER]
)
"""Kernels derived for a network, of the points alone: equal points have equal rows."""


@dataclass(frozen=True)
class Definitions:
    """A kernel by its definitions on points; `key` tells apart those of different networks."""

    key: Hashable
    recursion: Recursion
    kernel: sympy.Expr
    points: PointSet


def architecture(environment: Environment) -> Architecture:
    """The network spoken of. Raises MeaninglessError if there is none, or none of this depth."""
    network = environment.described
    depth = whole_number_at(network.depth, environment, "the depth", 1, MOST_DEPTH)
    whole = network.architecture(depth, rational(network.scale, environment))
    if environment.layer is None:
        return whole
    try:
        return first_layers(whole, environment.layer)
    except ValueError as error:
        raise MeaninglessError(str(error)) from None


def at_layer(environment: Environment, layer: Range) -> Environment:
    """The same for the network whose output is a pre-activation of this layer. Raises MeaninglessError."""
    depth = architecture(environment).depth
    number = whole_number(layer, "a layer", 1, depth + 1)
    return environment if number == depth + 1 else replace(environment, layer=number)


def definitions(word: Word, environment: Environment, *values: Any) -> Definitions:
    """The definitions of a derived kernel's word with these arguments. Raises MeaninglessError."""
    if word is vocabulary.INNER:
        return Definitions(None, Recursion({}, {}, None), input_kernel, environment.point_set)
    if word in (vocabulary.SIGMA, vocabulary.THETA):
        environment = at_layer(environment, values[0])
    network = architecture(environment)
    derived = recursion(network)
    if word is vocabulary.PART:
        kernel = _part(network, derived, values[0])
    else:
        kernel = derived.nngp if word in (vocabulary.NNGP, vocabulary.SIGMA) else derived.ntk
    return Definitions(network, derived, kernel, environment.point_set)


def _part(network: Architecture, derived: Recursion, name: str) -> sympy.Expr:
    """The share of a parameter group in the NTK."""
    for group, share in derived.parts.items():
        if group.name == name:
            return share
    names = ", ".join(group.name for group in derived.parts)
    raise MeaninglessError(f"{network.name} trains no group {name!r}; it trains {names}")


def definitions_of(node: Apply, environment: Environment) -> Definitions:
    """The definitions of a derived kernel's word as it stands in an assertion. Raises MeaninglessError."""
    values = [evaluate(argument, environment) for argument in node.arguments]
    return definitions(node.word, environment.selected(node), *values)


def gram_matrix(found: Definitions, environment: Environment) -> Matrix:
    """The n x n Gram matrix of a kernel, as balls at the environment's precision."""
    points, equations = found.points, len(found.recursion.equations)
    place = (found.key, points, environment.bits, found.kernel)
    if place not in environment.memory.values:
        size = len(points) * (len(points) + 1) // 2
        environment.budget.charge((3000 + 100 * size * max(1, environment.bits // 512)) * max(1, equations) // 3)
        try:
            matrix = gram(found.recursion, found.kernel, points, Balls(environment.bits))
        except ValueError as error:
            raise MeaninglessError(str(error)) from None
        environment.memory.values[place] = matrix
    return environment.memory.values[place]


def limit(environment: Environment) -> Matrix:
    """The n x n Gram matrix of the NTK in the width limit. Raises MeaninglessError if there is no network."""
    return gram_matrix(definitions(vocabulary.K, environment), environment)


def _matrix(word: Word, environment: Environment, *values: Any) -> Matrix:
    return gram_matrix(definitions(word, environment, *values), environment)


for _word in OF_POINTS:
    means(_word)(partial(_matrix, _word))


@means(vocabulary.GRAM)
def _gram(environment: Environment, matrix: Matrix) -> Matrix:
    return matrix


@means(vocabulary.IDENTITY)
def _identity(environment: Environment) -> Matrix:
    size = len(environment.point_set)
    return np.array([[flint.arb(int(row == column)) for column in range(size)] for row in range(size)], dtype=object)
