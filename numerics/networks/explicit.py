"""Draws of finite networks with their weights: for the layers whose exact law is not known."""

import numpy as np
import torch

from numerics.data.points import Points, as_coordinates
from numerics.networks.classes import initial_class_arrays
from numerics.networks.exact_law import KernelDraws
from numerics.networks.torch_network import empirical_ntk
from theory.architecture import Architecture


def sample_networks(
    architecture: Architecture, points: Points, width: int, draws: int, seed: int, outputs: int = 1
) -> KernelDraws:
    """Independent draws of the empirical NTK and the outputs on n points, each of an explicit network.

    As `numerics.networks.exact_law.sample_kernels`, which needs no weights: `points` a point set or n x d, the arrays
    found R x n x n and R x n, of C `outputs` n C for n. Draw r depends on `seed` and r alone. Raises ValueError on a
    size below 1.
    """
    coordinates = as_coordinates(points)
    found = []
    for draw in range(draws):
        generator = np.random.default_rng([seed, draw])
        arrays = initial_class_arrays(architecture, coordinates.shape[1], width, outputs, generator)
        parameters = {name: torch.from_numpy(array) for name, array in arrays.items()}
        found.append(empirical_ntk(architecture, parameters, coordinates))
    return KernelDraws(
        np.stack([one.ntk.numpy() for one in found]),
        {name: np.stack([one.parts[name].numpy() for one in found]) for name in found[0].parts},
        np.stack([one.outputs.numpy() for one in found]),
    )
