"""Figures 1 and 3: the hexagon trained by gradient descent, under each reading of what the paper leaves open.

Three hidden layers, alternating labels, learning rate 0.1: with or without biases, the loss summed or averaged. To
epoch 10,000 by gradient descent; to 200,000 by the gradient flow from there, epoch e being the time e times the rate.
How far flow and descent differ on the first 10,000 epochs is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from checks.experiments._common import ALTERNATING, ANGLES, NETWORKS, WITHOUT, log_spaced, number, table, unit_vectors
from checks.results import Results
from numerics.descent import gradient_descent
from numerics.flow import Recording, gradient_flow
from numerics.kernels import FLOAT64
from numerics.losses import logistic
from numerics.network import Parameters, empirical_ntk, initialise
from numerics.points import hexagon
from theory.architecture import Architecture

RATE, EPOCHS, LATE = 0.1, 10_000, 200_000
WIDTH, SEED = 2000, 0
NARROW, SEEDS = 500, 3
PROFILED = (0, 10, 100, 1000, EPOCHS)
SUMMED, MEAN = "summed", "mean"
PRINTED_MAGNITUDE = 5.2
PRINTED_PEAKS = {0: 3.95, EPOCHS: 4.85, LATE: 5.6}
"""Read off Figures 1 and 3."""


@dataclass
class Training:
    """Gradient descent on the hexagon: outputs by epoch, kernel profiles by epoch, and the parameters at the end."""

    outputs: dict[int, np.ndarray] = field(default_factory=dict)
    profiles: dict[int, np.ndarray] = field(default_factory=dict)
    start: dict[str, torch.Tensor] = field(default_factory=dict)
    end: dict[str, torch.Tensor] = field(default_factory=dict)


def run() -> Iterator[Results]:
    """Tables figure_1, figure_1_values, figure_3, figure_3_values and figure_3_flow."""
    yield from tables(NETWORKS, "", continued=(WITHOUT,))


def tables(networks: dict[str, Architecture], prefix: str, continued: tuple[str, ...]) -> Iterator[Results]:
    """The tables for some networks; the flow goes on to epoch 200,000 for those in `continued`."""
    settings = {"rate": RATE, "seeds": f"{SEED} at width {WIDTH}, 0 to {SEEDS - 1} at width {NARROW}"}
    wide = {
        (name, loss): descend(architecture, loss, WIDTH, SEED)
        for name, architecture in networks.items()
        for loss in (SUMMED, MEAN)
    }
    narrow = {
        (name, loss, seed): descend(architecture, loss, NARROW, seed, profiled=())
        for name, architecture in networks.items()
        for loss in (SUMMED, MEAN)
        for seed in range(SEEDS)
    }
    runs = [(*key, WIDTH, SEED, training) for key, training in wide.items()]
    runs += [(name, loss, NARROW, seed, training) for (name, loss, seed), training in narrow.items()]
    yield figure_1(prefix, settings, runs)
    yield figure_1_values(prefix, settings, runs)
    profiles = [
        (name, loss, WIDTH, "descent", epoch, profile)
        for (name, loss), training in wide.items()
        for epoch, profile in training.profiles.items()
    ]
    yield figure_3(prefix, settings, profiles)
    agreements = []
    for (name, loss), training in wide.items():
        if name not in continued:
            continue
        profile = flow_profile(networks[name], training.end, loss, LATE - EPOCHS)[1]
        profiles.append((name, loss, WIDTH, "descent, then flow", LATE, profile))
        outputs, profile = flow_profile(networks[name], training.start, loss, EPOCHS)
        agreements.append((name, loss, outputs, profile, training))
        yield figure_3(prefix, settings, profiles)
    yield figure_3_values(prefix, settings, profiles)
    yield figure_3_flow(prefix, settings, agreements)


def descend(
    architecture: Architecture, loss: str, width: int, seed: int, epochs: int = EPOCHS, profiled: tuple = PROFILED
) -> Training:
    """Gradient descent from the initialisation of this seed."""
    start = initialise(architecture, 2, width, np.random.default_rng(seed))
    training = Training(start=start)
    recorded = set(log_spaced(epochs)) | set(profiled)
    inputs = hexagon().coordinates(FLOAT64)
    for epoch in gradient_descent(
        architecture, start, inputs, logistic(ALTERNATING), RATE, epochs, averaged=loss == MEAN, at=recorded
    ):
        training.outputs[epoch.number] = epoch.outputs
        if epoch.number in profiled:
            training.profiles[epoch.number] = profile_of(architecture, epoch.parameters)
        if epoch.number == epochs:
            training.end = {name: tensor.clone() for name, tensor in epoch.parameters.items()}
    return training


def profile_of(architecture: Architecture, parameters: Parameters) -> np.ndarray:
    """K((1, 0), x') over the angles of `ANGLES`, for these parameters."""
    inputs = torch.from_numpy(np.vstack([[1.0, 0.0], unit_vectors(ANGLES)]))
    return empirical_ntk(architecture, parameters, inputs).ntk[0, 1:].numpy()


def flow_profile(
    architecture: Architecture, start: Parameters, loss: str, epochs: int
) -> tuple[np.ndarray, np.ndarray]:
    """The outputs and the profile after the gradient flow for as long as so many epochs of descent."""
    time = RATE * epochs / (len(ALTERNATING) if loss == MEAN else 1)
    inputs = hexagon().coordinates(FLOAT64)
    recording = Recording(per_decade=1, log10_first=0)
    trajectory = gradient_flow(
        architecture, start, inputs, logistic(ALTERNATING), math.log(time), recording=recording, progress=False
    )
    if trajectory.status != "finished":
        raise ArithmeticError(f"the flow on the hexagon ended early: {trajectory.status}")
    return trajectory.outputs[-1], profile_of(architecture, trajectory.parameters)


def figure_1(prefix: str, settings: dict, runs: list) -> Results:
    return table(
        "figures_1_and_3",
        f"{prefix}figure_1",
        "Outputs on the six points against the epoch of gradient descent, by reading of the set-up.",
        settings,
        "network loss width seed epoch output_1 output_2 output_3 output_4 output_5 output_6",
        [
            (name, loss, width, seed, epoch, *(number(value) for value in outputs))
            for name, loss, width, seed, training in runs
            for epoch, outputs in training.outputs.items()
            if width == WIDTH or epoch in (0, EPOCHS)
        ],
    )


def figure_1_values(prefix: str, settings: dict, runs: list) -> Results:
    return table(
        "figures_1_and_3",
        f"{prefix}figure_1_values",
        "Magnitude of the outputs at epoch 10,000, and their growth over the last decade of epochs.",
        settings,
        "network loss width seed magnitude least largest per_decade before printed",
        [
            (name, loss, width, seed, *(number(value, 4) for value in magnitudes(training)), PRINTED_MAGNITUDE)
            for name, loss, width, seed, training in runs
        ],
    )


def magnitudes(training: Training) -> tuple[float, float, float, float, float]:
    """Mean, least and largest |f| at epoch 10,000; growth of the mean over the last decade, and over the one before."""
    sizes = {epoch: np.abs(training.outputs[epoch]) for epoch in (EPOCHS // 100, EPOCHS // 10, EPOCHS)}
    means = [float(size.mean()) for size in sizes.values()]
    last = sizes[EPOCHS]
    return means[2], float(last.min()), float(last.max()), means[2] - means[1], means[1] - means[0]


def figure_3(prefix: str, settings: dict, profiles: list) -> Results:
    return table(
        "figures_1_and_3",
        f"{prefix}figure_3",
        "K_t((1, 0), x') over the angle of x' at several epochs, by reading of the set-up.",
        settings,
        "network loss width method epoch angle value",
        [
            (name, loss, width, method, epoch, number(angle, 6), number(value))
            for name, loss, width, method, epoch, profile in profiles
            for angle, value in zip(ANGLES, profile, strict=True)
        ],
    )


def figure_3_values(prefix: str, settings: dict, profiles: list) -> Results:
    return table(
        "figures_1_and_3",
        f"{prefix}figure_3_values",
        "K_t((1, 0), x') at the angles 0 and pi, by epoch and reading, beside the peaks read off Figure 3.",
        settings,
        "network loss width seed method epoch peak opposite printed",
        [
            (
                *(name, loss, width, SEED, method, epoch),
                number(profile[len(profile) // 2]),
                number(profile[-1]),
                PRINTED_PEAKS.get(epoch, ""),
            )
            for name, loss, width, method, epoch, profile in profiles
        ],
    )


def figure_3_flow(prefix: str, settings: dict, agreements: list) -> Results:
    return table(
        "figures_1_and_3",
        f"{prefix}figure_3_flow",
        "Gradient flow against gradient descent at epoch 10,000: the kernel's peak, and the largest differences.",
        settings,
        "network loss width epoch descent flow output_difference kernel_difference",
        [
            (
                *(name, loss, WIDTH, EPOCHS),
                number(training.profiles[EPOCHS][len(profile) // 2]),
                number(profile[len(profile) // 2]),
                number(np.abs(outputs - training.outputs[EPOCHS]).max(), 2),
                number(np.abs(profile - training.profiles[EPOCHS]).max(), 2),
            )
            for name, loss, outputs, profile, training in agreements
        ],
    )
