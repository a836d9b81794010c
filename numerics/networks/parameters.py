"""The parameters of a finite network as arrays: their shapes and initial values. Does not load torch."""

import math
from collections.abc import Mapping, Sequence
from typing import assert_never

import numpy as np

from theory.activations import Activation
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale
from theory.positions import channels, number_of_positions

Array = np.ndarray


def parameter_shapes(architecture: Architecture, input_dimension: int, width: int) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter group in forward order: of filters outputs x channels x offsets.

    Raises ValueError on a size below 1 or a misfit.
    """
    if input_dimension < 1 or width < 1:
        raise ValueError(f"the input dimension and the width must be at least 1, not {input_dimension} and {width}")
    shapes: dict[str, tuple[int, ...]] = {}

    def walk(layers: Sequence[Layer], size: int) -> int:
        for layer in layers:
            match layer:
                case Affine(weight, bias):
                    outputs = 1 if layer is architecture.head[-1] else width
                    shapes[weight.name] = (outputs, size)
                    if bias is not None:
                        shapes[bias.name] = (outputs,)
                    size = outputs
                case Convolution(weight, bias, filter_size, _):
                    shapes[weight.name] = (width, size, filter_size ** len(architecture.image))
                    if bias is not None:
                        shapes[bias.name] = (width,)
                    size = width
                case Flatten():
                    size *= number_of_positions(architecture.image)
                case Residual(_, branch):
                    if walk(branch, size) != size:
                        raise ValueError(f"{architecture.name}: a residual branch must keep the width")
                case Activation() | Scale() | Pool():
                    pass
                case _:
                    assert_never(layer)
        return size

    walk(architecture.layers, channels(input_dimension, architecture.image))
    if len(shapes) != len(architecture.groups):
        raise ValueError(f"{architecture.name}: two parameter groups have the same name")
    return shapes


def initial_arrays(
    architecture: Architecture, input_dimension: int, width: int, generator: np.random.Generator
) -> dict[str, Array]:
    """Parameters at initialisation: entries independent N(0, variance of the group), in forward order.

    Shapes are those of `parameter_shapes`: weights outputs x inputs, biases (outputs,). With `per_input` the variance
    is divided by the number of a weight's inputs. Raises ValueError on a size below 1.
    """
    return drawn(architecture, parameter_shapes(architecture, input_dimension, width), generator)


def drawn(
    architecture: Architecture, shapes: Mapping[str, tuple[int, ...]], generator: np.random.Generator
) -> dict[str, Array]:
    """Groups of these shapes, entries independent N(0, variance of the group); `per_input`: divided by the inputs."""
    arrays = {}
    for group in architecture.groups:
        shape = shapes[group.name]
        arrays[group.name] = generator.standard_normal(shape)
        arrays[group.name] *= (float(group.variance) / (math.prod(shape[1:]) if group.per_input else 1)) ** 0.5
    return arrays
