"""Networks with an output for each of C classes: all layers shared but the rows of the last one's weights.

Does not load torch. Two classes are one output: with g = (w_1 - w_0)/sqrt(2) in the place of the last weights, g . a is
(f_1 - f_0)/sqrt(2), g starts as w_0 and w_1 do, w_0 + w_1 never moves, and the cross-entropy of the softmax is the
logistic loss of g . a at temperature 1/sqrt(2).
"""

from typing import Any

import numpy as np

from numerics.networks.parameters import Array, drawn, parameter_shapes
from theory.architecture import Affine, Architecture


def class_kernel(kernel: Any, classes: int) -> Any:
    """K (x) 1_C, n C x n C, of K n x n: the kernel of C independent outputs, in the order of flattened outputs.

    Of entries of any kind, whose product with 0 and 1 is known.
    """
    return np.kron(kernel, np.eye(classes, dtype=int))


def class_shapes(
    architecture: Architecture, input_dimension: int, width: int, classes: int
) -> dict[str, tuple[int, ...]]:
    """The shape of every parameter group in forward order. Raises ValueError on a size below 1 or a misfit."""
    shapes = parameter_shapes(architecture, input_dimension, width)
    last = architecture.head[-1]
    if classes > 1 and isinstance(last, Affine):
        shapes[last.weight.name] = (classes, shapes[last.weight.name][1])
        if last.bias is not None:
            shapes[last.bias.name] = (classes,)
    return shapes


def initial_class_arrays(
    architecture: Architecture, input_dimension: int, width: int, classes: int, generator: np.random.Generator
) -> dict[str, Array]:
    """Parameters at initialisation, entries independent normal as in `initial_arrays`, shapes by `class_shapes`."""
    return drawn(architecture, class_shapes(architecture, input_dimension, width, classes), generator)


def as_one_output(architecture: Architecture, parameters: dict[str, Array]) -> dict[str, Array]:
    """Parameters of two classes as those of one output, g in the place of the last weights.

    The last weights, 2 x m, become 1 x m; all other arrays keep their shapes. The last layer has no bias.
    """
    name = architecture.groups[-1].name
    low, high = parameters[name]
    return {**parameters, name: ((high - low) / 2**0.5)[None, :]}
