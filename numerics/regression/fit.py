"""Test errors on a split of a table: of networks trained by gradient descent, and of kernel predictors.

The flow of the squared loss on tens of real points is stiff (eigenvalues of K differ by hundreds) and meets many kinks.
Here it is replaced by gradient descent at the rate 1 / lambda_max(K_0), explicit Euler at half the limit of stability,
on training sets of capped size, down to a stated training residual. Errors are root mean squares, in units of the
standard deviation of the training targets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch

from numerics.data.points import float_points
from numerics.data.tables import Split
from numerics.flow.descent import gradient_descent
from numerics.kernels.gram import kernel_grams
from numerics.losses import Array, Squared
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from numerics.regression.predictors import best_penalty, ridge
from theory.architecture import Architecture

KernelName = Literal["ntk", "nngp"]
LOOK_EVERY = 20
"""Epochs between two looks at the training residual."""


@dataclass(frozen=True, eq=False)
class NetworkFit:
    """A network trained by gradient descent on a split.

    residual      root mean square of f(X) - y on the training part, where training ended
    epochs        how many there were
    error         the test error
    own_error     that of f_0(x) + K(x, X) K(X, X)^-1 (y - f_0(X)), f_0 the network's own start
    distance      root mean square over the test points of f(x) less that
    """

    residual: float
    epochs: int
    error: float
    own_error: float
    distance: float


def kernel_prediction(
    architecture: Architecture,
    split: Split,
    kernel: KernelName = "ntk",
    start: Array | None = None,
    penalties: Sequence[float] = (0.0,),
) -> Array:
    """f_0(x) + K(x, X) (K(X, X) + beta)^-1 (y - f_0(X)) at the q test points, shape (q,), K the NTK or NNGP limit.

    `start` is f_0 on the n training and then the test inputs, shape (n + q,); by default zero. beta is the one of
    `penalties`, in units of the mean of K(x_i, x_i), with the least leave-one-out error on the training part. Raises
    ValueError as `ridge` does.
    """
    gram = _grams(architecture, split)[kernel]
    size = len(split.targets)
    begin = np.zeros(len(gram)) if start is None else start
    inner = gram[:size, :size]
    unit = float(np.trace(inner)) / size
    penalty = best_penalty(inner, split.targets - begin[:size], [unit * share for share in penalties])
    predictor = ridge(inner, split.targets, begin[:size], penalty)
    return predictor.at(gram[size:, :size], begin[size:])


@lru_cache(maxsize=16)
def _grams(architecture: Architecture, split: Split) -> dict[KernelName, Array]:
    """The limiting kernels on the training and then the test inputs."""
    grams = kernel_grams(architecture, float_points("split", np.concatenate([split.inputs, split.test_inputs])))
    return {"ntk": grams.ntk, "nngp": grams.nngp}


def kernel_error(
    architecture: Architecture, split: Split, kernel: KernelName = "ntk", penalties: Sequence[float] = (0.0,)
) -> float:
    """The test error of `kernel_prediction` from outputs zero at the start."""
    return root_mean_square(kernel_prediction(architecture, split, kernel, None, penalties) - split.test_targets)


def network_fit(
    architecture: Architecture, split: Split, width: int, seed: int, residual: float = 1e-2, most_epochs: int = 20_000
) -> NetworkFit:
    """Train from the initialisation of this width and seed until the training residual is at most `residual`."""
    start = initialise(architecture, split.inputs.shape[1], width, np.random.default_rng([width, seed]))
    kernel = empirical_ntk(architecture, start, torch.from_numpy(split.inputs)).ntk.numpy()
    rate = 1 / float(np.linalg.eigvalsh(kernel)[-1])
    looks = range(0, most_epochs + 1, LOOK_EVERY)
    for epoch in gradient_descent(
        architecture, start, split.inputs, Squared(tuple(split.targets)), rate, most_epochs, at=looks
    ):
        reached = root_mean_square(epoch.outputs - split.targets)
        if reached <= residual:
            break
    size = len(split.targets)
    points = torch.from_numpy(np.concatenate([split.inputs, split.test_inputs]))
    found = forward(architecture, epoch.parameters, points).numpy()[size:]
    own = kernel_prediction(architecture, split, start=forward(architecture, start, points).numpy())
    return NetworkFit(
        reached,
        epoch.number,
        root_mean_square(found - split.test_targets),
        root_mean_square(own - split.test_targets),
        root_mean_square(found - own),
    )


def root_mean_square(values: Array) -> float:
    """The root of the mean square over all entries, of any shape."""
    return float(np.sqrt(np.mean(np.square(values))))
