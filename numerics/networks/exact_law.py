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
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import joblib
import numpy as np

from numerics.data.points import Points, as_coordinates
from numerics.networks.entrywise import NUMPY, function_and_slope
from numerics.networks.streaming import Array, Block, Field, NormalSource, Sums, batch_size, constant, task_size
from numerics.progress import counted
from theory.activations import Activation
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale
from theory.passes import compose, residual

Parts = dict[str, Array]
Backward = Callable[[Field], tuple[Field, Parts]]


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
    """What the layers of a batch share: the architecture, its width, the random numbers and the sums over neurons."""

    architecture: Architecture
    points: int
    width: int
    outputs: int
    source: NormalSource
    sums: Sums
    streams: Iterator[int] = field(default_factory=itertools.count)

    def normals(self, width: int, columns: int) -> Field:
        return self.source.field(next(self.streams), width, columns)


def _draw(
    architecture: Architecture, coordinates: Array, sizes: tuple[int, int], source: NormalSource, sums: Sums
) -> tuple[Parts, Array]:
    """The parts of a batch of draws by trained group, draws x n x n, and the outputs, draws x n.

    `sizes` are the width and the number C of outputs; of these row i of `coordinates` is for number i mod C.
    """
    network = _Network(architecture, len(coordinates), *sizes, source, sums)
    values, backward = _run(architecture.layers, constant(coordinates.T.copy()), network)
    chosen = np.arange(len(coordinates)) % network.outputs == np.arange(network.outputs)[:, None]
    _, found = backward(constant(chosen.astype(float)))
    outputs = (values.on(Block(0, network.outputs)) * chosen).sum(axis=1)
    shape = (*outputs.shape, len(coordinates))
    parts = {group.name: np.broadcast_to(found[group.name], shape) for group in architecture.groups if group.trained}
    return parts, outputs


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

    def backward(cotangent: Field) -> tuple[Field, Parts]:
        return Field(values.width, lambda block: cotangent.on(block) * derivative(values.on(block))), {}

    return Field(values.width, lambda block: function(values.on(block))), backward


def _run_affine(layer: Affine, inputs: Field, network: _Network) -> tuple[Field, Backward]:
    weight_variance = float(layer.weight.strength) / (inputs.width if layer.weight.per_input else 1)
    bias_variance = 0.0 if layer.bias is None else float(layer.bias.strength)
    width = network.outputs if layer is network.architecture.head[-1] else network.width
    rank = min(network.points, width)
    noise = network.normals(inputs.width, rank)
    gram, overlap = network.sums.inner_products((inputs, inputs), (inputs, noise))
    covariance = Covariance.of(weight_variance * gram + bias_variance)
    outputs = network.normals(width, network.points) @ covariance.factor().mT
    bias_noise = network.normals(1, rank).on(Block(0, 1))

    def affine(cotangent: Field) -> tuple[Field, Parts]:
        cotangent_gram, alignment = network.sums.inner_products((cotangent, cotangent), (outputs, cotangent))
        parts = {layer.weight.name: float(layer.weight.multiplier) ** 2 * cotangent_gram * gram}
        if layer.bias is not None:
            parts[layer.bias.name] = float(layer.bias.multiplier) ** 2 * cotangent_gram
        spread = Covariance.of(cotangent_gram).factor(rank).mT
        projected = (weight_variance**0.5 * overlap + bias_variance**0.5 * bias_noise) @ spread
        correction = _correction(covariance, alignment, projected)
        return weight_variance**0.5 * (noise @ spread) + weight_variance * (inputs @ correction), parts

    return outputs, affine


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
