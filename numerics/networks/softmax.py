"""Several classes: the cross-entropy of a softmax, and the kernel of networks with several outputs.

Outputs at n samples are n x C arrays, flattened sample by sample to n C numbers. In the width limit the outputs of a
network with C of them, sharing all layers but the last, are independent and its NTK is K (x) 1_C, K that of one output:
with `class_kernel` in the place of K, `numerics.regression.fit.predictors` and `numerics.regression.fit.linearised`
solve for several classes. `output_kernel` is the empirical NTK of such a finite network; `numerics.flow` trains one,
from `numerics.networks.classes`.
"""

from collections.abc import Sequence

import numpy as np
import torch

from numerics.data.points import Points
from numerics.losses import Array
from numerics.networks.classes import class_kernel  # noqa: F401 - it is of several classes
from numerics.networks.torch_network import Parameters, as_tensor, pullback
from numerics.softmax import SoftmaxCrossEntropy  # noqa: F401 - it is of several classes
from theory.architecture import Affine, Architecture


def output_kernel(architecture: Architecture, parameters: Parameters, inputs: Points, heads: Sequence[Array]) -> Array:
    """The empirical NTK, n C x n C, of a network whose last layer's weights are the rows `heads`, all else shared.

    Inputs: n x d; heads: C rows of shape (m,). Raises ValueError if the head has a bias.
    """
    last = architecture.head[-1]
    if not isinstance(last, Affine) or last.bias is not None:
        raise ValueError(f"{architecture.name}: a last layer with a bias is not supported")
    name, points = last.weight.name, as_tensor(inputs)
    shared, own = [], []
    for chosen in np.eye(len(points)):
        for row in heads:
            weights = {**parameters, name: torch.from_numpy(np.asarray(row, dtype=float))[None, :]}
            gradients = pullback(architecture, weights, points)[1](torch.from_numpy(chosen))
            own.append(gradients.pop(name).numpy().ravel())
            shared.append(np.concatenate([gradient.numpy().ravel() for gradient in gradients.values()]))
    same = np.kron(np.ones((len(points), len(points))), np.eye(len(heads)))
    below, above = np.array(shared), np.array(own)
    total: Array = below @ below.T + same * (above @ above.T)
    return total
