"""The finite network of an architecture in float64 torch, and its empirical neural tangent kernel.

A generic interpreter of `theory.architecture` values: every hidden width is the same number, the last affine layer of
the head has one output. The derivative of the ReLU at zero is 0, that is 1(z > 0), as in torch's own autograd.
Equations are numbered as in arXiv 2504.11130.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
import torch

from numerics.data.points import Points, as_coordinates
from numerics.networks.entrywise import Library, function_and_slope
from numerics.networks.parameters import initial_arrays
from theory.activations import Activation
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale
from theory.passes import compose, residual
from theory.positions import channels, neighbours, number_of_positions

Parameters = Mapping[str, torch.Tensor]
"""Tensors by group name: weights are outputs x inputs, biases have one entry an output.

Filters are outputs x channels x offsets.
"""

TORCH = Library(
    functions={name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tanh", "erf")} | {"Abs": torch.abs},
    positive=torch.relu,
    indicator=lambda values: (values > 0).to(values.dtype),
)

Parts = dict[str, torch.Tensor]
Backward = Callable[[torch.Tensor], tuple[torch.Tensor, Parts]]


@dataclass(frozen=True)
class EmpiricalKernel:
    """The empirical NTK on n inputs: n x n matrices, and the outputs f(x_i) of shape (n,); of C outputs n C for n.

    `parts` holds <df/dp(x_i), df/dp(x_j)> for every trained group p, in forward order; `ntk` is their sum (3.1).
    """

    ntk: torch.Tensor
    parts: Parts
    outputs: torch.Tensor


def initialise(
    architecture: Architecture, input_dimension: int, width: int, generator: np.random.Generator
) -> dict[str, torch.Tensor]:
    """Parameters at initialisation: entries independent N(0, variance of the group), float64, in forward order.

    Shapes as in `Parameters`. The generator is numpy's, which draws normals about twice as fast as torch. Raises
    ValueError on a size below 1.
    """
    arrays = initial_arrays(architecture, input_dimension, width, generator)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def as_tensor(points: Points | torch.Tensor) -> torch.Tensor:
    """The points as an n x d tensor; a tensor stays what it is. Raises ValueError as `as_coordinates` does."""
    return points if isinstance(points, torch.Tensor) else torch.from_numpy(as_coordinates(points))


def forward(architecture: Architecture, parameters: Parameters, inputs: Points | torch.Tensor) -> torch.Tensor:
    """The outputs f(x_i), shape (n,), for n points or inputs of shape (n, d); differentiable by autograd."""
    values, _ = _through(architecture, parameters, inputs)
    return values[:, 0]


def pullback(
    architecture: Architecture, parameters: Parameters, inputs: Points | torch.Tensor
) -> tuple[torch.Tensor, Callable[[torch.Tensor], dict[str, torch.Tensor]]]:
    """The outputs f(x_i) and the function from weights c of shape (n,) to sum_i c_i grad f(x_i), by trained group.

    With c_i = (2 y_i - 1) u_i that sum is the velocity of the gradient flow (2.7). It may be called once.
    """
    names = [group.name for group in architecture.groups if group.trained]
    leaves = {name: tensor.detach().requires_grad_(name in names) for name, tensor in parameters.items()}
    outputs = forward(architecture, leaves, inputs)

    def weighted(weights: torch.Tensor) -> dict[str, torch.Tensor]:
        gradients = torch.autograd.grad(outputs, [leaves[name] for name in names], weights, materialize_grads=True)
        return dict(zip(names, gradients, strict=True))

    return outputs.detach(), weighted


@torch.no_grad()
def empirical_ntk(architecture: Architecture, parameters: Parameters, inputs: Points | torch.Tensor) -> EmpiricalKernel:
    """The empirical NTK (3.1) on inputs of shape (n, d), per trained group, without the Jacobian.

    The gradient by W of the layer h -> W h + b is the outer product of the cotangent at its output and its input, so
    that the part of W is the entrywise product of the two n x n Gram matrices, and the part of b is the first of them.
    The number of outputs is that of the last weights; the outputs at a point stand side by side.
    """
    points = as_tensor(inputs)
    count = len(parameters[architecture.groups[-1].name])
    values, backward = _through(architecture, parameters, points.repeat_interleave(count, 0))
    size = len(values)
    chosen = torch.eye(count, dtype=values.dtype).repeat(size // count, 1)
    _, found = backward(chosen)
    parts = {group.name: found[group.name] for group in architecture.groups if group.trained}
    total = sum(parts.values(), torch.zeros(size, size, dtype=values.dtype))
    return EmpiricalKernel(total, parts, (values * chosen).sum(1))


def _through(
    architecture: Architecture, parameters: Parameters, inputs: Points | torch.Tensor
) -> tuple[torch.Tensor, Backward]:
    """The outputs, n x 1, and the backward pass."""
    values, image = as_tensor(inputs), architecture.image
    if image:
        width = channels(values.shape[1], image)
        values = values.reshape(len(values), number_of_positions(image), width).transpose(1, 2)
    return _run(architecture.layers, values, parameters, image)


def _run(
    layers: Sequence[Layer], values: torch.Tensor, parameters: Parameters, image: tuple[int, ...]
) -> tuple[torch.Tensor, Backward]:
    """The values after `layers`, n x width, of images n x channels x positions, and the backward pass through them."""
    return compose(layers, values, lambda layer, before: _run_layer(layer, before, parameters, image))


def _run_layer(
    layer: Layer, values: torch.Tensor, parameters: Parameters, image: tuple[int, ...]
) -> tuple[torch.Tensor, Backward]:
    match layer:
        case Convolution():
            return _run_convolution(layer, values, parameters, image)
        case Flatten():
            return values.flatten(1), lambda cotangent: (cotangent.reshape(values.shape), {})
        case Pool():
            count = values.shape[2]
            return values.mean(2), lambda cotangent: ((cotangent / count)[:, :, None].expand(values.shape), {})
        case Affine():
            return _run_affine(layer, values, parameters)
        case Activation():
            function, slope = function_and_slope(layer, TORCH)
            return function(values), lambda cotangent: (cotangent * slope(values), {})
        case Scale(factor):
            scale = (float(factor) / values.shape[1]) ** 0.5
            return scale * values, lambda cotangent: (scale * cotangent, {})
        case Residual(scale, branch):
            return residual(values, float(scale), _run(branch, values, parameters, image))
        case _:
            assert_never(layer)


def _run_affine(layer: Affine, values: torch.Tensor, parameters: Parameters) -> tuple[torch.Tensor, Backward]:
    weight, multiplier = parameters[layer.weight.name], float(layer.weight.multiplier)
    outputs = _times(multiplier, values @ weight.T)
    if layer.bias is not None:
        outputs = outputs + _times(float(layer.bias.multiplier), parameters[layer.bias.name])

    def affine(cotangent: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        gram = cotangent @ cotangent.T
        parts = {layer.weight.name: _times(multiplier**2, gram * (values @ values.T))}
        if layer.bias is not None:
            parts[layer.bias.name] = _times(float(layer.bias.multiplier) ** 2, gram)
        return _times(multiplier, cotangent @ weight), parts

    return outputs, affine


def _run_convolution(
    layer: Convolution, values: torch.Tensor, parameters: Parameters, image: tuple[int, ...]
) -> tuple[torch.Tensor, Backward]:
    """As an affine layer of the patches of the image, n x positions x (channels x offsets)."""
    weight, multiplier = parameters[layer.weight.name].flatten(1), float(layer.weight.multiplier)
    size, width, count = values.shape
    table = _offset_table(image, layer)
    padded = torch.cat([values, values.new_zeros(size, width, 1)], 2)
    patches = padded[:, :, table].permute(0, 2, 1, 3).flatten(2)
    outputs = _times(multiplier, patches @ weight.T).transpose(1, 2)
    if layer.bias is not None:
        outputs = outputs + _times(float(layer.bias.multiplier), parameters[layer.bias.name])[:, None]

    def convolution(cotangent: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        rows, inputs = cotangent.transpose(1, 2).flatten(0, 1), patches.flatten(0, 1)
        gram = rows @ rows.T
        parts = {layer.weight.name: _times(multiplier**2, _over_positions(gram * (inputs @ inputs.T), size))}
        if layer.bias is not None:
            parts[layer.bias.name] = _times(float(layer.bias.multiplier) ** 2, _over_positions(gram, size))
        moved = _times(multiplier, rows @ weight).reshape(size, count, width, -1).transpose(1, 2)
        spread = padded.new_zeros(padded.shape).index_add(2, table.flatten(), moved.flatten(2))
        return spread[:, :, :count], parts

    return outputs, convolution


def _offset_table(image: tuple[int, ...], layer: Convolution) -> torch.Tensor:
    """The position that each offset of the filter sees from each position, positions x offsets; beyond the edge P."""
    count = number_of_positions(image)
    moved = neighbours(image, layer.size, layer.padding)
    return torch.tensor([[count if place is None else place for place in offset] for offset in moved]).T


def _over_positions(gram: torch.Tensor, size: int) -> torch.Tensor:
    """The n x n sums of the blocks of an n P x n P matrix."""
    return gram.reshape(size, len(gram) // size, size, -1).sum((1, 3))


def _times(factor: float, values: torch.Tensor) -> torch.Tensor:
    return values if factor == 1 else factor * values
