"""Figure 3 by the gradient flow alone: by how much the kernel's peak grows, over initialisations.

The averaged loss is the summed one at a sixth of the time, so that one flow serves both readings of the loss.
"""

import math
from collections.abc import Iterator

import numpy as np

from checks.divergence.experiments import figures_1_and_3
from checks.setups.networks import ALTERNATING, NETWORKS, WITHOUT, number, table
from ntk_companion.results import Results
from numerics.flow.integrate import Recording, gradient_flow
from numerics.losses import logistic
from numerics.networks.torch_network import Parameters, initialise

SEEDS = 4
SAMPLES = {figures_1_and_3.SUMMED: 1, figures_1_and_3.MEAN: len(ALTERNATING)}


def run() -> Iterator[Results]:
    """Yield the table figure_3_seeds after every seed, so that an interrupted run keeps what it measured."""
    rows: list[tuple[object, ...]] = []
    for seed in range(SEEDS):
        rows += peaks(seed)
        yield table(
            "figure_3_seeds",
            "K_t((1, 0), (1, 0)) at the epochs of Figure 3, by the gradient flow of the network without biases; "
            "and its growth since the start.",
            {"rate": figures_1_and_3.RATE},
            "network loss width seed epoch peak growth printed printed_growth",
            rows,
        )


def peaks(seed: int, width: int = figures_1_and_3.WIDTH) -> Iterator[tuple[object, ...]]:
    """The rows of one initialisation."""
    architecture = NETWORKS[WITHOUT]
    parameters: Parameters = initialise(architecture, 2, width, np.random.default_rng(seed))
    stops = [
        (figures_1_and_3.RATE * epoch / size, loss, epoch)
        for loss, size in SAMPLES.items()
        for epoch in (figures_1_and_3.EPOCHS, figures_1_and_3.LATE)
    ]
    first = float(figures_1_and_3.profile_of(architecture, parameters)[figures_1_and_3.PEAK])
    yield WITHOUT, "", width, seed, 0, number(first), "", figures_1_and_3.PRINTED_PEAKS[0], ""
    reached = 0.0
    for time, loss, epoch in sorted(stops):
        trajectory = gradient_flow(
            *(architecture, parameters, figures_1_and_3.INPUTS, logistic(ALTERNATING), math.log(time - reached)),
            recording=Recording(1, 0),
        )
        parameters, reached = trajectory.parameters, time
        peak = float(figures_1_and_3.profile_of(architecture, parameters)[figures_1_and_3.PEAK])
        growth, printed = number(peak - first, 3), figures_1_and_3.PRINTED_PEAKS[epoch]
        printed_growth = number(printed - figures_1_and_3.PRINTED_PEAKS[0], 3)
        yield WITHOUT, loss, width, seed, epoch, number(peak), growth, printed, printed_growth
