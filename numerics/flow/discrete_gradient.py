"""Backpropagation along a step: gradients that account for a finite change of the parameters exactly.

Along a step every product obeys d(A B) = mean(A) dB + dA mean(B), and every activation d phi(z) = lam dz with its
secant slope lam (`numerics.flow.activations`). Backpropagation with mean weights, mean activations and secant slopes
therefore gives mean gradients gbar_i with

    f(x_i; theta') - f(x_i; theta) = <gbar_i, theta' - theta>                                                      (1)

exactly, across kinks and at any depth. With theta' = theta, or with chosen slopes in [0, 1] at kinks, the same pass is
ordinary backpropagation. A network is `theory.architecture`'s value; here it is read as a flat tape of operations.
Vectors of samples are n x width arrays, as in `numerics.networks.torch_network`; those of the P positions of images are
n P rows, position after position, which a convolution sees as an affine layer of patches that all have its weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np

from numerics.flow.activations import Activation, activation_of
from theory import activations
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale
from theory.architecture import affine_layers as architecture_layers
from theory.passes import merged
from theory.positions import neighbours, number_of_positions

Array = np.ndarray
Weights = Mapping[str, Array]
"""Arrays by group name: weights are outputs x inputs, biases have one entry an output."""


@dataclass(frozen=True)
class Multiply:
    """h -> factor h."""

    factor: float


@dataclass(frozen=True)
class Fork:
    """Remember h: a residual branch begins."""


@dataclass(frozen=True)
class Join:
    """h -> remembered value + strength h: the branch ends."""

    strength: float


@dataclass(frozen=True)
class Select:
    """Of `classes` outputs in row r only number r mod classes: with every input repeated, all classes in turn."""

    classes: int

    def of(self, values: Array) -> Array:
        """The chosen ones of values rows x classes, rows x 1."""
        return values[np.arange(len(values)), self._numbers(len(values))][:, None]

    def spread(self, cotangent: Array) -> Array:
        """The transpose of `of`: rows x 1 to rows x classes."""
        result = np.zeros((len(cotangent), self.classes))
        result[np.arange(len(cotangent)), self._numbers(len(cotangent))] = cotangent[:, 0]
        return result

    def _numbers(self, rows: int) -> Array:
        return np.arange(rows) % self.classes


@dataclass(frozen=True)
class Gather:
    """New rows of k old rows of their sample side by side, channels outermost: patches, or an image as one vector.

    `table` has a line of k old positions for every new one, of which `count` is beyond the edge: a row of zeros. No
    line has a position in a place where another has it.
    """

    table: tuple[tuple[int, ...], ...]
    count: int

    @classmethod
    def of_convolution(cls, layer: Convolution, image: tuple[int, ...]) -> "Gather":
        """The patches of a filter."""
        count = number_of_positions(image)
        offsets = [[count if place is None else place for place in moved] for moved in
                   neighbours(image, layer.size, layer.padding)]  # fmt: skip
        return cls(tuple(zip(*offsets, strict=True)), count)

    def of(self, values: Array) -> Array:
        """(samples new) x (width k) of (samples count) x width."""
        width, size = values.shape[1], len(values) // self.count
        padded = np.concatenate([values.reshape(size, self.count, width), np.zeros((size, 1, width))], axis=1)
        taken = padded[:, np.array(self.table)]
        return taken.transpose(0, 1, 3, 2).reshape(size * len(self.table), -1)

    def spread(self, cotangent: Array) -> Array:
        """The transpose of `of`: (samples new) x (width k) to (samples count) x width."""
        table = np.array(self.table)
        size, width = len(cotangent) // len(table), cotangent.shape[1] // table.shape[1]
        pieces = cotangent.reshape(size, len(table), width, table.shape[1])
        result = np.zeros((size, self.count + 1, width))
        for place, column in enumerate(table.T):
            result[:, column] += pieces[..., place]
        return result[:, :-1].reshape(size * self.count, width)

    def kernel(self, kernel: Array) -> Array:
        """Mean products of the entries of new rows from those of old ones, n count x n count, of all samples."""
        sources = self.sources(len(kernel) // self.count)
        padded = np.pad(kernel, (0, 1))  # the source -1 is the last row
        found: Array = sum(padded[np.ix_(column, column)] for column in sources.T) / sources.shape[1]
        return found

    def sources(self, size: int) -> Array:
        """The old rows of every new row of so many samples, (size new) x k; -1 beyond the edge."""
        table = np.array(self.table)
        first = self.count * np.arange(size)[:, None, None]
        return np.where(table == self.count, -1, first + table).reshape(size * len(table), -1)


@dataclass(frozen=True)
class Average:
    """The mean of the `count` rows of every sample."""

    count: int

    def of(self, values: Array) -> Array:
        """samples x width of (samples count) x width."""
        found: Array = values.reshape(-1, self.count, values.shape[1]).mean(axis=1)
        return found

    def spread(self, cotangent: Array) -> Array:
        """The transpose of `of`: samples x width to (samples count) x width."""
        return np.repeat(cotangent / self.count, self.count, axis=0)

    def kernel(self, kernel: Array) -> Array:
        """Mean products of the entries of the means, size x size, from those of all rows, n count x n count."""
        return over_rows(kernel, len(kernel) // self.count) / self.count**2

    def sources(self, size: int) -> Array:
        """The old rows of every new row of so many samples, size x count."""
        return np.arange(size * self.count).reshape(size, self.count)


@dataclass(frozen=True)
class Activate:
    """h -> s(h), s an activation that follows an affine layer."""

    activation: Activation


Operation = Affine | Activate | Multiply | Fork | Join | Select | Gather | Average
Tape = tuple[Operation, ...]


def tape_of(architecture: Architecture, weights: Weights) -> Tape:
    """The operations of a network of these sizes, in the order of the forward pass.

    Multipliers mu W a + nu b of an affine layer are nu (W (mu / nu a) + b). Raises ValueError on an activation that
    does not follow an affine layer.
    """
    tape: list[Operation] = []
    count = number_of_positions(architecture.image)

    def walk(layers: Sequence[Layer], width: int) -> int:
        for layer in merged(layers):
            match layer:
                case Affine(weight, bias) | Convolution(weight, bias):
                    if isinstance(layer, Convolution):
                        tape.append(Gather.of_convolution(layer, architecture.image))
                        layer = Affine(weight, bias)
                    width = weights[weight.name].shape[0]
                    after = 1.0 if bias is None else float(bias.multiplier)
                    if after == 0:
                        raise ValueError(f"{architecture.name}: the bias {bias} has the multiplier zero")
                    tape.extend([*_factor(float(weight.multiplier) / after), layer, *_factor(after)])
                case Scale(factor):
                    tape.append(Multiply((float(factor) / width) ** 0.5))
                case Residual(scale, branch):
                    tape.append(Fork())
                    width = walk(branch, width)
                    tape.append(Join(float(scale)))
                case Flatten():
                    tape.append(Gather((tuple(range(count)),), count))
                    width *= count
                case Pool():
                    tape.append(Average(count))
                case activations.Activation():
                    gain = 1.0
                    while tape and isinstance(last := tape[-1], Multiply):
                        gain *= last.factor
                        tape.pop()
                    if not tape or not isinstance(tape[-1], Affine):
                        raise ValueError(f"{architecture.name}: an activation must follow an affine layer")
                    tape.append(Activate(activation_of(layer, gain)))
                case _:
                    assert_never(layer)
        return width

    first = next(architecture_layers(architecture.layers)).weight.name
    outputs = walk(architecture.layers, weights[first].shape[1])
    if outputs > 1:
        tape.append(Select(outputs))
    return tuple(tape)


def _factor(number: float) -> list[Operation]:
    return [] if number == 1 else [Multiply(number)]


def affine_layers(tape: Tape) -> list[tuple[int, Affine]]:
    """The affine layers with their positions."""
    return [(position, operation) for position, operation in enumerate(tape) if isinstance(operation, Affine)]


def activation_after(tape: Tape, position: int) -> Activation | None:
    """The activation that follows the affine layer at `position`, if one does."""
    following = tape[position + 1] if position + 1 < len(tape) else None
    return following.activation if isinstance(following, Activate) else None


def trained_groups(tape: Tape) -> list[str]:
    """The names of the trained groups in the order of the forward pass."""
    groups = [group for _, layer in affine_layers(tape) for group in (layer.weight, layer.bias)]
    return [group.name for group in groups if group is not None and group.trained]


def matrix_of(weight: Array) -> Array:
    """A weight matrix, outputs x inputs, as it is, filters as outputs x (channels offsets): a view."""
    return weight.reshape(len(weight), -1)


def by_row(numbers: Array, rows: Array) -> Array:
    """A number a sample, shape (n,), for each of its rows, as a column: rows x 1 for `rows` x width."""
    return np.repeat(numbers, len(rows) // len(numbers))[:, None]


def over_rows(matrix: Array, size: int) -> Array:
    """The size x size sums over the rows of every sample, of a square matrix of all rows, n P x n P."""
    if len(matrix) == size:
        return matrix
    count = len(matrix) // size
    found: Array = matrix.reshape(size, count, size, count).sum(axis=(1, 3))
    return found


def run(tape: Tape, weights: Weights, inputs: Array) -> list[Array]:
    """The rows x width values before the first operation and after each, from inputs n x d, or n P x channels."""
    values = [inputs]
    remembered: list[Array] = []
    for operation in tape:
        value = values[-1]
        match operation:
            case Affine(weight, bias):
                value = value @ matrix_of(weights[weight.name]).T
                if bias is not None:
                    value += weights[bias.name]
            case Activate(activation):
                value = activation.value(value)
            case Multiply(factor):
                value = factor * value
            case Fork():
                remembered.append(value)
            case Join(strength):
                value = remembered.pop() + strength * value
            case Select() | Gather() | Average():
                value = operation.of(value)
        values.append(value)
    return values


def point_slopes(tape: Tape, values: Sequence[Array]) -> dict[int, Array]:
    """The slopes that automatic differentiation takes, 1(z > 0), by the position of the affine layer below.

    `values` are those of `run`; the slopes of a layer have the shape n x outputs of its pre-activations.
    """
    slopes = {}
    for position, _ in affine_layers(tape):
        activation = activation_after(tape, position)
        if activation is not None:
            slopes[position] = activation.slope(values[position + 1])
    return slopes


@dataclass(frozen=True)
class LinearMap:
    """The matrix sum of factor * matrix over `terms`, plus left' right, of low rank: never formed.

    Matrices of the terms: outputs x inputs; left: r x outputs, right: r x inputs.
    """

    terms: tuple[tuple[float, Array], ...]
    left: Array | None = None
    right: Array | None = None

    def apply(self, rows: Array) -> Array:
        """rows M', n x outputs, for n x inputs rows."""
        products = [_times(factor, rows @ matrix.T) for factor, matrix in self.terms]
        if self.left is not None and self.right is not None:
            products.append((rows @ self.right.T) @ self.left)
        return _total(products)

    def pull(self, rows: Array) -> Array:
        """rows M, n x inputs, for n x outputs rows."""
        products = [_times(factor, rows @ matrix) for factor, matrix in self.terms]
        if self.left is not None and self.right is not None:
            products.append((rows @ self.left.T) @ self.right)
        return _total(products)


def _times(factor: float, product: Array) -> Array:
    return product if factor == 1 else factor * product


def _total(products: list[Array]) -> Array:
    total = products[0]
    for product in products[1:]:
        total += product
    return total


def linear_maps(tape: Tape, weights: Weights) -> dict[int, LinearMap]:
    """The weight matrices, outputs x inputs, by the position of their layer."""
    matrices = {position: matrix_of(weights[layer.weight.name]) for position, layer in affine_layers(tape)}
    return {position: LinearMap(((1.0, matrix),)) for position, matrix in matrices.items()}


@dataclass(frozen=True)
class Gradients:
    """The gradients gbar_i of the outputs, factorised; and their inner products.

    By the position of an affine layer h = W a + b: `inputs`, the rows a_i, n x inputs; `cotangents`, df_i/dh, n x
    outputs; `signals`, the cotangents above the activation that follows, so that cotangent = slope * signal, of the
    same shape. gbar_i is the outer product of cotangent and input for W, the cotangent for b, on images summed over the
    rows of the sample. `parts` are the n x n matrices <gbar_i, gbar_j> by trained group; `size` is n.
    """

    inputs: Mapping[int, Array]
    cotangents: Mapping[int, Array]
    signals: Mapping[int, Array]
    parts: Mapping[str, Array]
    size: int = field(default=0)

    @property
    def gram(self) -> Array:
        """The sum of the parts, n x n."""
        return sum(self.parts.values(), np.zeros((self.size, self.size)))


def backward(
    tape: Tape, maps: Mapping[int, LinearMap], inputs: Mapping[int, Array], slopes: Mapping[int, Array]
) -> Gradients:
    """Backpropagation of n outputs with given matrices, inputs of the affine layers and slopes.

    All by the position of an affine layer: its matrix, outputs x inputs; its inputs, n x inputs; the slopes of the
    activation that follows, n x outputs.
    """
    size = len(inputs[max(inputs)])
    cotangent = np.ones((size, 1))
    cotangents: dict[int, Array] = {}
    signals: dict[int, Array] = {}
    parts: dict[str, Array] = {}
    remembered: list[Array] = []
    for position in range(len(tape) - 1, -1, -1):
        operation = tape[position]
        match operation:
            case Affine():
                signals.setdefault(position, cotangent)
                cotangents[position] = cotangent
                parts = _parts(operation, cotangent, inputs[position], size) | parts
                if position > 0:
                    cotangent = maps[position].pull(cotangent)
            case Activate():
                signals[position - 1] = cotangent
                cotangent = slopes[position - 1] * cotangent
            case Multiply(factor):
                cotangent = factor * cotangent
            case Join(strength):
                remembered.append(cotangent)
                cotangent = strength * cotangent
            case Fork():
                cotangent = remembered.pop() + cotangent
            case Select() | Gather() | Average():
                cotangent = operation.spread(cotangent)
    return Gradients(inputs, cotangents, signals, parts, size)


def _parts(layer: Affine, cotangent: Array, inputs: Array, size: int) -> dict[str, Array]:
    gram = cotangent @ cotangent.T
    parts = {layer.weight.name: over_rows(gram * (inputs @ inputs.T), size)} if layer.weight.trained else {}
    if layer.bias is not None and layer.bias.trained:
        parts[layer.bias.name] = over_rows(gram, size)
    return parts


def point_gradients(tape: Tape, weights: Weights, values: Sequence[Array], slopes: Mapping[int, Array]) -> Gradients:
    """The gradients at one parameter value: `values` those of `run`, `slopes` n x outputs by position of the layer."""
    inputs = {position: values[position] for position, _ in affine_layers(tape)}
    return backward(tape, linear_maps(tape, weights), inputs, slopes)


def displaced(end: Weights, start: Weights, layer: Affine, rows: Array) -> Array:
    """rows (W_end - W_start)' + b_end - b_start over what is trained of a layer, without forming the difference.

    Rows: n x inputs; the result: n x outputs.
    """
    result = np.zeros((len(rows), len(end[layer.weight.name])))
    if layer.weight.trained:
        one, other = (matrix_of(weights[layer.weight.name]) for weights in (end, start))
        result += LinearMap(((1.0, one), (-1.0, other))).apply(rows)
    if layer.bias is not None and layer.bias.trained:
        result += end[layer.bias.name] - start[layer.bias.name]
    return result


def contraction(tape: Tape, gradients: Gradients, end: Weights, start: Weights) -> Array:
    """<gbar_i, end - start> over the trained groups, shape (n,)."""
    total = np.zeros(gradients.size)
    for position, layer in affine_layers(tape):
        change = displaced(end, start, layer, gradients.inputs[position])
        total += np.einsum("ij,ij->i", gradients.cotangents[position], change).reshape(gradients.size, -1).sum(axis=1)
    return total
