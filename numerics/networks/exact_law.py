"""The exact joint law of the empirical NTK at initialisation on n inputs, at any width, without weight matrices.

For an affine layer H = W A + b 1', A its inputs on the n points, W and b times their multipliers and of variances v_W
and v_b as they so enter, write W~ = [W / sqrt(v_W), b / sqrt(v_b)], whose entries are independent N(0, 1), and
A~ = [sqrt(v_W) A; sqrt(v_b) 1'], so that H = W~ A~.

Forward: the rows of H are independent N(0, A~'A~), A~'A~ = v_W A'A + v_b 11'.

Backward: given H, W~ = H A~^+ + N (I - A~ A~^+) with N fresh. The cotangents G at H depend on W~ through H alone, so

    W~'G = (A~^+)'H'G + (I - A~ A~^+) Z,  Z = N R,  R'R = G'G,  N fresh with independent N(0, 1) entries
         = Z + A~ (A~'A~)^+ (H'G - A~'Z),

and the cotangents at A are sqrt(v_W) times its rows but the last, which belongs to the bias. A zero-variance bias has
a zero row in A~: it is not conditioned on. Each weight matrix is used once forward and once backward, so the parts
(G'G) * (A'A) of the weights and G'G of the biases, times the multipliers squared, have exactly the law they have in the
explicit network. Row by row all this needs A'A, A'N, G'G and H'G only, which are sums over neurons.

Two layers are simpler. The last one has few rows of weights, which are drawn and not conditioned on: what is summed
over its inputs can wait for the backward pass, and is one sweep with it. Nobody asks for the cotangents at the inputs
of the first, so that it needs no N and no H'G; where it has fewer weights a neuron than there are points, these are
drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import assert_never

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from numerics.data.points import Points, as_coordinates
from numerics.networks.entrywise import NUMPY, function_and_slope
from numerics.networks.streaming import Array, Block, Field, NormalSource, Sums, batch_size, constant, task_size
from numerics.progress import counted
from theory.activations import Activation
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale
from theory.passes import compose, residual

Parts = dict[str, Array]
Waiting = dict[str, Callable[[], Array]]
"""Parts by name, to be had once the pass is through."""
Backward = Callable[[Field], tuple[Field, Waiting]]


@dataclass(frozen=True)
class KernelDraws:
    """R independent draws of the empirical NTK at initialisation on n inputs.

    `ntk` has shape (R, n, n), each of `parts` too, one for every trained group in forward order; `ntk` is their sum.
    `outputs` are the f(x_i) of the same networks, shape (R, n). Normalised as the empirical NTK,
    arXiv 2504.11130 (3.1).
    """

    ntk: Array
    parts: Parts
    outputs: Array

    def __len__(self) -> int:
        return len(self.ntk)


def sample_kernels(
    architecture: Architecture,
    points: Points,
    width: int,
    draws: int,
    seed: int,
    *,
    outputs: int = 1,
    jobs: int = 1,
    task_neurons: int | None = None,
) -> KernelDraws:
    """Independent draws from the joint law of (K_0(x_i, x_j)) and f(x_i), every hidden layer having `width` neurons.

    `points` are a point set or an n x d array, a point a row. A network of C `outputs`, all layers but the last shared,
    has n C numbers in the place of n, the outputs at a point side by side. Draw r depends on `seed` and r alone, not on
    `draws` or `jobs`; on `task_neurons` only through the rounding of sums. Narrow networks are drawn in batches. Jobs
    share the batches of narrow networks and the neurons of wide ones.
    Time O(L n^2 width) a draw, for layers wider than a task O(L^2 n^2 width); memory does not grow with the width.
    Raises ValueError on a width or number of draws or outputs below 1, a negative seed, a task that is not whole blocks
    or points that are not finite numbers, a point a row.
    """
    coordinates = as_coordinates(points)
    _check(width, draws, seed)
    if outputs < 1:
        raise ValueError(f"a network has at least one output, not {outputs}")
    coordinates = np.repeat(coordinates, outputs, axis=0)
    task = task_size(len(coordinates)) if task_neurons is None else task_neurons
    narrow = width <= task
    _keep_freed_memory()
    most = batch_size(width, len(coordinates))
    batches = (
        joblib.delayed(_draw)(architecture, coordinates, (width, outputs), source, Sums(task, jobs))
        for source in (NormalSource(seed, first // most, min(most, draws - first)) for first in range(0, draws, most))
    )
    # Jobs share the work. On products as thin as these threads of BLAS would wait for one another most of the time.
    with threadpool_limits(1, "blas"):
        found = joblib.Parallel(n_jobs=jobs if narrow else 1, prefer="threads", return_as="generator")(batches)
        return _join(list(counted(found, draws, "draws", each=most)))


def _check(width: int, draws: int, seed: int) -> None:
    if width < 1 or draws < 1:
        raise ValueError(f"the width and the number of draws must be at least 1, not {width} and {draws}")
    if seed < 0:
        raise ValueError(f"the seed must not be negative, as {seed} is")


def _keep_freed_memory() -> None:
    """Have glibc keep up to 64 MB that were freed, as it does once it has seen a freed array of nearly 32 MB.

    Otherwise every batch gets its memory from the system afresh, and page faults take a third of the time.
    """
    np.empty(4_000_000)


def _join(batches: Sequence[tuple[Parts, Array]]) -> KernelDraws:
    parts = {name: np.concatenate([found[name] for found, _ in batches]) for name in batches[0][0]}
    outputs = np.concatenate([values for _, values in batches])
    shape = (*outputs.shape, outputs.shape[1])
    return KernelDraws(sum(parts.values(), np.zeros(shape)), parts, outputs)


@dataclass(frozen=True)
class _Network:
    """What the layers of a batch share: architecture, inputs (n x d), sizes, the random numbers, sums over neurons."""

    architecture: Architecture
    coordinates: Array
    width: int
    outputs: int
    source: NormalSource
    sums: Sums
    streams: Iterator[int] = field(default_factory=itertools.count)

    @property
    def points(self) -> int:
        return len(self.coordinates)

    @cached_property
    def inputs(self) -> Field:
        return constant(self.coordinates.T.copy())

    def normals(self, width: int, columns: int) -> Field:
        return self.source.field(next(self.streams), width, columns)


def _draw(
    architecture: Architecture, coordinates: Array, sizes: tuple[int, int], source: NormalSource, sums: Sums
) -> tuple[Parts, Array]:
    """The parts of a batch of draws by trained group, draws x n x n, and the outputs, draws x n.

    `sizes` are the width and the number C of outputs; of these row i of `coordinates` is for number i mod C.
    """
    network = _Network(architecture, coordinates, *sizes, source, sums)
    values, backward = _run(architecture.layers, network.inputs, network)
    chosen = np.arange(len(coordinates)) % network.outputs == np.arange(network.outputs)[:, None]
    _, waiting = backward(constant(chosen.astype(float)))
    found = {group.name: waiting[group.name]() for group in architecture.groups if group.trained}
    outputs = (values.on(Block(0, network.outputs)) * chosen).sum(axis=1)
    shape = (*outputs.shape, len(coordinates))
    return {name: np.broadcast_to(part, shape) for name, part in found.items()}, outputs


def _run(layers: Sequence[Layer], values: Field, network: _Network) -> tuple[Field, Backward]:
    """The field of values (neurons x n) after `layers`, and the backward pass through them."""
    return compose(layers, values, lambda layer, before: _run_layer(layer, before, network))


def _run_layer(layer: Layer, values: Field, network: _Network) -> tuple[Field, Backward]:
    match layer:
        case Affine():
            return _run_affine(layer, values, network)
        case Activation():
            return _run_activation(layer, values)
        case Scale(factor):
            normalisation = (float(factor) / values.width) ** 0.5
            return normalisation * values, lambda cotangent: (normalisation * cotangent, {})
        case Residual(scale, branch):
            return residual(values, float(scale), _run(branch, values, network))
        case Convolution() | Flatten() | Pool():
            raise ValueError("the exact law is known for networks on vectors: sample explicit networks on images")
        case _:
            assert_never(layer)


def _run_activation(activation: Activation, values: Field) -> tuple[Field, Backward]:
    function, derivative = function_and_slope(activation, NUMPY)

    def backward(cotangent: Field) -> tuple[Field, Waiting]:
        return Field(values.width, lambda block: cotangent.on(block) * derivative(values.on(block))), {}

    # A step's values are truths, which would be multiplied as such.
    return Field(values.width, lambda block: np.asarray(function(values.on(block)), dtype=float)), backward


def _run_affine(layer: Affine, inputs: Field, network: _Network) -> tuple[Field, Backward]:
    if layer is network.architecture.head[-1]:
        return _run_last(layer, inputs, network)
    if inputs is network.inputs:
        return _run_first(layer, inputs, network)
    weight_variance, bias_variance = _variances(layer, inputs)
    rank = min(network.points, network.width)
    noise = network.normals(inputs.width, rank).to_keep()
    gram, overlap = network.sums.inner_product(inputs, inputs), network.sums.inner_product(inputs, noise)
    covariance = Covariance.of(weight_variance * gram() + bias_variance)
    outputs = (network.normals(network.width, network.points) @ covariance.factor().mT).to_keep()
    bias_noise = network.normals(1, rank).on(Block(0, 1))

    def affine(cotangent: Field) -> tuple[Field, Waiting]:
        cotangent_gram = network.sums.inner_product(cotangent, cotangent)
        alignment = network.sums.inner_product(outputs, cotangent)
        spread = Covariance.of(cotangent_gram()).factor(rank).mT
        projected = (weight_variance**0.5 * overlap() + bias_variance**0.5 * bias_noise) @ spread
        correction = _correction(covariance, alignment(), projected)
        before = weight_variance**0.5 * (noise @ spread) + weight_variance * (inputs @ correction)
        return before, _parts(layer, gram, cotangent_gram)

    return outputs, affine


def _run_last(layer: Affine, inputs: Field, network: _Network) -> tuple[Field, Backward]:
    weight_variance, bias_variance = _variances(layer, inputs)
    weights = network.normals(inputs.width, network.outputs).to_keep()
    bias = bias_variance**0.5 * network.normals(1, network.outputs).on(Block(0, 1)).mT
    gram, products = network.sums.inner_product(inputs, inputs), network.sums.inner_product(weights, inputs)
    outputs = Field(network.outputs, lambda block: weight_variance**0.5 * products() + bias)

    def last(cotangent: Field) -> tuple[Field, Waiting]:
        cotangents = cotangent.on(Block(0, network.outputs))
        before = weight_variance**0.5 * (weights @ cotangents)
        return before, _parts(layer, gram, lambda: cotangents.mT @ cotangents)

    return outputs, last


def _run_first(layer: Affine, inputs: Field, network: _Network) -> tuple[Field, Backward]:
    weight_variance, bias_variance = _variances(layer, inputs)
    gram = network.sums.inner_product(inputs, inputs)
    if inputs.width + 1 < network.points:
        ones = np.ones((1, network.points))
        factor = np.vstack([weight_variance**0.5 * network.coordinates.T, bias_variance**0.5 * ones])
    else:
        factor = Covariance.of(weight_variance * gram() + bias_variance).factor().mT
    outputs = (network.normals(network.width, len(factor)) @ factor).to_keep()

    def first(cotangent: Field) -> tuple[Field, Waiting]:
        return Field(inputs.width, _unasked), _parts(layer, gram, network.sums.inner_product(cotangent, cotangent))

    return outputs, first


def _unasked(block: Block) -> Array:
    raise AssertionError("nobody asks for the cotangents at the inputs of a network")


def _variances(layer: Affine, inputs: Field) -> tuple[float, float]:
    """The variances v_W and v_b of the weights and biases, as they enter."""
    weight = float(layer.weight.strength) / (inputs.width if layer.weight.per_input else 1)
    return weight, 0.0 if layer.bias is None else float(layer.bias.strength)


def _parts(layer: Affine, gram: Callable[[], Array], cotangent_gram: Callable[[], Array]) -> Waiting:
    """The kernel's parts (G'G) * (A'A) of a layer's weights and G'G of its biases."""
    parts = {layer.weight.name: lambda: float(layer.weight.multiplier) ** 2 * cotangent_gram() * gram()}
    bias = layer.bias
    return parts if bias is None else parts | {bias.name: lambda: float(bias.multiplier) ** 2 * cotangent_gram()}


def _correction(covariance: Covariance, alignment: Array, projected: Array) -> Array:
    """(A~'A~)^+ (H'G - A~'Z): what the rows of A~ are multiplied with to turn fresh weights into those seen forward."""
    return covariance.inverse() @ (alignment - projected)


@dataclass(frozen=True)
class Covariance:
    """Positive semidefinite n x n matrices, perhaps singular: standard deviations and spectra of the correlations.

    Any axes before the last two are a batch. Shapes: deviations and eigenvalues (..., n), vectors (..., n, n), one a
    column. Eigenvalues ascend; those that rounding does not tell from zero are zero.
    """

    deviations: Array
    eigenvalues: Array
    vectors: Array

    @classmethod
    def of(cls, matrix: Array) -> Covariance:
        """The covariance with these entries; matrix: shape (..., n, n), symmetric positive semidefinite."""
        deviations = np.sqrt(np.diagonal(matrix, axis1=-2, axis2=-1))
        eigenvalues, vectors = np.linalg.eigh(_on_both_sides(_inverses(deviations), matrix))
        noise = 16 * matrix.shape[-1] * np.finfo(float).eps * eigenvalues[..., -1:]
        return cls(deviations, np.where(eigenvalues > noise, eigenvalues, 0.0), vectors)

    def factor(self, columns: int | None = None) -> Array:
        """S, (..., n, `columns`), with S S' the covariance, whose rank must not exceed `columns` (n by default).

        Rows of vanishing variance are exactly zero.
        """
        scaled = self.vectors * np.sqrt(self.eigenvalues)[..., None, :]
        size = scaled.shape[-1]
        if columns is None or columns == size:
            # The symmetric root of the correlations: continuous in them, so that rounding stays rounding.
            return self.deviations[..., None] * (scaled @ self.vectors.mT)
        return self.deviations[..., None] * scaled[..., size - columns :]

    def inverse(self) -> Array:
        """A symmetric generalised inverse X of the covariance C, shape (..., n, n): C X C = C."""
        inverse = (self.vectors * _inverses(self.eigenvalues)[..., None, :]) @ self.vectors.mT
        return _on_both_sides(_inverses(self.deviations), inverse)


def _on_both_sides(factors: Array, matrix: Array) -> Array:
    """D M D for the diagonal matrix D of `factors`."""
    return factors[..., :, None] * matrix * factors[..., None, :]


def _inverses(values: Array) -> Array:
    """1 / value, and 0 for 0."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)
