"""Finite networks of an architecture over matrices of any kind: symbols, exact numbers, or arrays of doubles.

A matrix is whatever has `@`, `+`, products with scalars, `.T`, `.shape` and `.trace()`: a sympy matrix or a numpy
array. Identities between a network's outputs, features and gradients can so be proved for all parameters of a small
network and be tried on a large one. A vector is a matrix of one column, the output f(x) one of one entry. Equations are
numbered as in arXiv 2504.11130.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

import sympy

from theory.activations import Activation, Relu
from theory.architecture import (
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Layer,
    Pool,
    Residual,
    Scale,
    affine_layers,
)

Matrix = Any


@dataclass(frozen=True)
class Arithmetic:
    """The numbers of a kind of matrix, and the ReLU on them.

    number  from an exact sympy number
    relu    s(z), entry by entry
    step    the diagonal matrix of s'(z)
    """

    number: Callable[[sympy.Expr], Any]
    relu: Callable[[Matrix], Matrix]
    step: Callable[[Matrix], Matrix]


@dataclass(frozen=True)
class Passage:
    """One input's way through a network, and the gradients of its output by group name where they are known.

    point           x, d x 1
    features        a_0, .., a_L, each a column
    preactivations  z_1, .., z_L, z_l m_l x 1
    patterns        D_1, .., D_L as diagonal matrices, D_l m_l x m_l
    output          f(x), 1 x 1
    gradients       each of its parameter's shape
    """

    point: Matrix
    features: tuple[Matrix, ...]
    preactivations: tuple[Matrix, ...]
    patterns: tuple[Matrix, ...]
    output: Matrix
    gradients: Mapping[str, Matrix] = field(default_factory=dict)

    def pattern(self, layer: int) -> Matrix:
        """D_layer = diag(s'(z_layer)), m_layer x m_layer, for a layer from 1 to L."""
        return self.patterns[layer - 1]


def exact(at_kink: sympy.Expr | int = 0) -> Arithmetic:
    """Exact sympy numbers with s'(0) = `at_kink`. Raises ValueError where the sign of a number is not decided."""

    def step(values: Matrix) -> sympy.Matrix:
        return sympy.diag(*(_slope(value, at_kink) for value in values))

    def relu(values: Matrix) -> sympy.Matrix:
        values = values.applyfunc(sympy.expand)
        return step(values) @ values

    return Arithmetic(lambda value: value, relu, step)


def _slope(value: sympy.Expr, at_kink: sympy.Expr | int) -> sympy.Expr | int:
    value = sympy.expand(value)
    if value.is_zero:
        return at_kink
    if value.is_positive is None:
        raise ValueError(f"the sign of the pre-activation {value} is not decided")
    return int(value.is_positive)


@dataclass(frozen=True)
class FiniteNetwork:
    """An architecture with parameters by group name."""

    architecture: Architecture
    parameters: Mapping[str, Matrix]
    arithmetic: Arithmetic = field(default_factory=exact)

    @property
    def depth(self) -> int:
        """The number L of blocks."""
        return self.architecture.depth

    def __getitem__(self, name: str) -> Matrix:
        return self.parameters[name]

    def width(self, layer: int) -> int:
        """m_layer, the number of neurons of W_layer."""
        return self[f"W_{layer}"].shape[0]

    def scale(self, layer: int, factor: int = 2) -> Any:
        """The number sqrt(factor / m_layer), which normalises a layer of m_layer neurons."""
        return self.arithmetic.number(sympy.sqrt(sympy.Rational(factor, self.width(layer))))

    @property
    def residual_scale(self) -> Any:
        """alpha of (2.2). Raises ValueError if there are no residual blocks."""
        for layer in self.architecture.layers:
            if isinstance(layer, Residual):
                return self.arithmetic.number(layer.scale)
        raise ValueError(f"{self.architecture.name} has no residual blocks")

    def passage(self, point: Matrix, patterns: Sequence[Matrix] | None = None) -> Passage:
        """The features and the output at a point, d x 1; with `patterns`, D_l z_l takes the place of s(z_l).

        Raises ValueError on another activation than the ReLU.
        """
        walk = _Walk(self, patterns)
        values = walk.through(self.architecture.stem, point)
        features = [values]
        for block in self.architecture.blocks:
            values = walk.through(block, values)
            features.append(values)
        output = walk.through(self.architecture.head, values)
        return Passage(point, tuple(features), tuple(walk.preactivations), tuple(walk.used), output)


@dataclass
class _Walk:
    network: FiniteNetwork
    patterns: Sequence[Matrix] | None
    preactivations: list[Matrix] = field(default_factory=list)
    used: list[Matrix] = field(default_factory=list)

    def through(self, layers: Sequence[Layer], values: Matrix) -> Matrix:
        for layer in layers:
            values = self.step(layer, values)
        return values

    def step(self, layer: Layer, values: Matrix) -> Matrix:
        number = self.network.arithmetic.number
        match layer:
            case Affine(weight, bias):
                output = number(weight.multiplier) * (self.network[weight.name] @ values)
                return output if bias is None else output + number(bias.multiplier) * self.network[bias.name]
            case Relu():
                return self.rectify(values)
            case Activation():
                raise ValueError(f"networks over matrices of any kind are known for the ReLU, not for {layer.name}")
            case Scale(factor):
                return number(sympy.sqrt(factor / values.shape[0])) * values
            case Residual(scale, branch):
                return values + number(scale) * self.through(branch, values)
            case Convolution() | Flatten() | Pool():
                raise ValueError("networks over matrices of any kind are known on vectors, not on images")
            case _:
                assert_never(layer)

    def rectify(self, values: Matrix) -> Matrix:
        given = self.patterns is not None
        pattern = self.patterns[len(self.used)] if self.patterns else self.network.arithmetic.step(values)
        self.preactivations.append(values)
        self.used.append(pattern)
        return pattern @ values if given else self.network.arithmetic.relu(values)


def inner(one: Matrix, other: Matrix) -> Any:
    """The Frobenius product <one, other> of two matrices of one shape."""
    return (one.T @ other).trace()


def kernel_part(one: Passage, other: Passage, names: Sequence[str] | None = None) -> Any:
    """<df/dp(x), df/dp(x')> summed over the named groups; by default over all, which is K_t(x, x') of (3.1)."""
    chosen = one.gradients if names is None else names
    return sum(inner(one.gradients[name], other.gradients[name]) for name in chosen)


def symbolic_network(architecture: Architecture, input_dimension: int, widths: Sequence[int]) -> FiniteNetwork:
    """A network with a symbol for every parameter, `widths[l - 1]` neurons in block l; the stem has `widths[0]`."""
    sizes = {}
    size = input_dimension
    for position, layers in enumerate((architecture.stem, *architecture.blocks, architecture.head)):
        outputs = 1 if position > architecture.depth else widths[max(position - 1, 0)]
        for affine in affine_layers(layers):
            sizes[affine.weight] = (outputs, size)
            if affine.bias is not None:
                sizes[affine.bias] = (outputs, 1)
            size = outputs
    return FiniteNetwork(architecture, {group.name: _symbols(group, *shape) for group, shape in sizes.items()})


def _symbols(group: Group, rows: int, columns: int) -> sympy.Matrix:
    return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{group.name}[{i},{j}]", real=True))


def symbolic_passage(network: FiniteNetwork, label: str, names: Sequence[str] | None = None) -> Passage:
    """A passage at an input of symbols, the activation pattern D_l of symbols too; with exact gradients.

    The gradients, by the named groups or all that are trained, are derivatives at a fixed pattern, which is what they
    are wherever no pre-activation is zero; an identity between polynomials in these symbols holds for every pattern.
    """
    columns = network[network.architecture.groups[0].name].shape[1]
    point = sympy.Matrix(columns, 1, lambda i, _: sympy.Symbol(f"{label}[{i}]", real=True))
    patterns = [
        sympy.diag(*(sympy.Symbol(f"D_{layer}[{j}]({label})") for j in range(network.width(layer))))
        for layer in range(1, network.depth + 1)
    ]
    passage = network.passage(point, patterns)
    return replace(passage, gradients=gradients(network, passage.output[0], names))


def exact_passage(
    network: FiniteNetwork,
    values: Mapping[str, sympy.Matrix],
    point: Sequence[Any],
    at_kink: sympy.Expr | int = 0,
    names: Sequence[str] | None = None,
) -> Passage:
    """The passage of a network of symbols at exact numbers for them; s'(0) is `at_kink`.

    `values` are matrices of the parameters' shapes by group name, `point` d numbers. The gradients, by the named groups
    or all that are trained, are those of `symbolic_passage` at these numbers. Raises ValueError where the sign of a
    pre-activation is not decided.
    """
    found = FiniteNetwork(network.architecture, values, exact(at_kink)).passage(sympy.Matrix(list(point)))
    numbers = {
        symbol: number
        for name, matrix in values.items()
        for symbol, number in zip(network[name], sympy.Matrix(matrix), strict=True)
    }
    linear = network.passage(found.point, found.patterns)
    found_gradients = gradients(network, linear.output[0], names)
    return replace(found, gradients={name: matrix.xreplace(numbers) for name, matrix in found_gradients.items()})


def gradients(network: FiniteNetwork, output: sympy.Expr, names: Sequence[str] | None = None) -> dict[str, Matrix]:
    """The derivatives of an output by the symbols of the named groups, by default of all trained, in their shapes."""
    trained = [group.name for group in network.architecture.groups if group.trained]
    return {
        name: network[name].applyfunc(lambda parameter: sympy.diff(output, parameter))
        for name in (trained if names is None else names)
    }
