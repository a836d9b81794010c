"""Figures 1 and 3: the hexagon trained by gradient descent, under each reading of what the paper leaves open.

Three hidden layers, alternating labels, learning rate 0.1: with or without biases, the loss summed or averaged. To
epoch 10,000 by gradient descent, at the paper's width without biases, at a quarter of it with; to 200,000 by the
gradient flow from there, epoch e being the time e times the rate. How far flow and descent differ on the first 10,000
epochs is recorded.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from checks.setups.networks import ALTERNATING, ANGLES, NETWORKS, WITH, WITHOUT, log_spaced, number, table, unit_vectors
from ntk_companion.results import Results
from numerics.data.points import hexagon
from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import Recording, gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.torch_network import Parameters, empirical_ntk, initialise
from theory.architecture import Architecture

RATE, EPOCHS, LATE = 0.1, 10_000, 200_000
WIDTH, NARROW, SEEDS = 2000, 500, 2
PROFILED = (0, 100, 1000, EPOCHS)
SUMMED, MEAN = "summed", "mean"
PRINTED_MAGNITUDE = 5.2
PRINTED_PEAKS = {0: 3.95, EPOCHS: 4.85, LATE: 5.6}
"""Read off Figures 1 and 3."""


INPUTS = hexagon().coordinates(FLOAT64)
PEAK = len(ANGLES) // 2
"""The place of the angle 0."""


@dataclass(frozen=True)
class Reading:
    """A run: the network's name, the loss, the width, the seed."""

    network: str
    loss: str
    width: int
    seed: int

    def __str__(self) -> str:
        return f"{self.network}, {self.loss} loss, width {self.width}, seed {self.seed}"

    @property
    def cells(self) -> tuple[str, str, int, int]:
        """Its cells in a table."""
        return self.network, self.loss, self.width, self.seed


@dataclass
class Training:
    """Gradient descent on the hexagon: outputs by epoch, kernel profiles by epoch, and the parameters at the end."""

    outputs: dict[int, np.ndarray] = field(default_factory=dict)
    profiles: dict[int, np.ndarray] = field(default_factory=dict)
    start: Parameters = field(default_factory=dict)
    end: Parameters = field(default_factory=dict)


def run() -> Iterator[Results]:
    """Tables figure_1, figure_1_values, figure_3, figure_3_values and figure_3_flow."""
    yield from tables("", {WITHOUT: WIDTH, WITH: NARROW}, NETWORKS)


def tables(
    prefix: str, widths: dict[str, int], networks: dict[str, Architecture], seeds: int = SEEDS
) -> Iterator[Results]:
    """The tables for networks of these widths; seed 0 is profiled and goes on to epoch 200,000, the others do not."""
    trainings: dict[Reading, Training] = {}
    profiles: dict[tuple[Reading, str, int], np.ndarray] = {}
    agreements: dict[Reading, tuple[np.ndarray, np.ndarray]] = {}
    sheet = Sheet(prefix)
    for name, width in widths.items():
        for loss in (SUMMED, MEAN):
            reading = Reading(name, loss, width, 0)
            training = trainings[reading] = descend(networks[name], reading)
            for epoch, profile in training.profiles.items():
                profiles[reading, "descent", epoch] = profile
            agreements[reading] = flow_on(networks[name], training.start, loss, EPOCHS)
            profiles[reading, "flow", LATE] = flow_on(networks[name], training.end, loss, LATE - EPOCHS)[1]
            yield sheet.figure_1(trainings)
            yield sheet.figure_3(profiles)
            yield sheet.figure_3_values(profiles)
            yield sheet.figure_3_flow(trainings, agreements)
    for name in networks:
        for loss in (SUMMED, MEAN):
            for seed in range(seeds):
                reading = Reading(name, loss, NARROW, seed)
                if reading not in trainings:
                    trainings[reading] = descend(networks[name], reading, profiled=())
    yield sheet.figure_1_values(trainings)


def descend(
    architecture: Architecture, reading: Reading, profiled: Sequence[int] = PROFILED, epochs: int = EPOCHS
) -> Training:
    """Gradient descent from the initialisation of the reading's seed."""
    start = initialise(architecture, 2, reading.width, np.random.default_rng(reading.seed))
    training = Training(start=start)
    averaged, recorded = reading.loss == MEAN, {*log_spaced(epochs), *profiled}
    for epoch in gradient_descent(
        architecture, start, INPUTS, logistic(ALTERNATING), RATE, epochs, averaged=averaged, at=recorded
    ):
        training.outputs[epoch.number] = epoch.outputs
        if epoch.number in profiled:
            training.profiles[epoch.number] = profile_of(architecture, epoch.parameters)
        training.end = epoch.parameters
    return training


def profile_of(architecture: Architecture, parameters: Parameters) -> np.ndarray:
    """K((1, 0), x') over the A angles of `ANGLES`, shape (A,), for these parameters."""
    inputs = torch.from_numpy(np.vstack([[1.0, 0.0], unit_vectors(ANGLES)]))
    return empirical_ntk(architecture, parameters, inputs).ntk[0, 1:].numpy()


def flow_on(architecture: Architecture, start: Parameters, loss: str, epochs: int) -> tuple[np.ndarray, np.ndarray]:
    """The outputs, shape (n,), and the profile, shape (A,), after the gradient flow for as long as `epochs` of descent.

    Raises ArithmeticError if the flow ends early.
    """
    time = RATE * epochs / (len(ALTERNATING) if loss == MEAN else 1)
    recording = Recording(per_decade=1, log10_first=0)
    trajectory = gradient_flow(architecture, start, INPUTS, logistic(ALTERNATING), math.log(time), recording=recording)
    if trajectory.status != "finished":
        raise ArithmeticError(f"the flow on the hexagon ended early: {trajectory.status}")
    return trajectory.outputs[-1], profile_of(architecture, trajectory.parameters)


def magnitudes(training: Training) -> tuple[float, float, float, float, float]:
    """Mean, least and largest |f| at epoch 10,000; growth of the mean over the last decade, and over the one before."""
    sizes = {epoch: np.abs(training.outputs[epoch]) for epoch in (EPOCHS // 100, EPOCHS // 10, EPOCHS)}
    means = [float(size.mean()) for size in sizes.values()]
    last = sizes[EPOCHS]
    return means[2], float(last.min()), float(last.max()), means[2] - means[1], means[1] - means[0]


@dataclass(frozen=True)
class Sheet:
    """The tables of one experiment; those whose names have a prefix are not beside a figure of the paper."""

    prefix: str

    def printed(self, value: float | None) -> str:
        """A value read off a figure, if there is one."""
        return "" if self.prefix or value is None else str(value)

    def table(self, name: str, caption: str, columns: str, rows: Iterable[Iterable[object]]) -> Results:
        """A table of recorded results, its name with the prefix of the network."""
        settings = {"rate": RATE, "data": "hexagon, labels 0,1,0,1,0,1"}
        return table(f"{self.prefix}{name}", caption, settings, columns, rows)

    def figure_1(self, trainings: dict[Reading, Training]) -> Results:
        """The six outputs by epoch of gradient descent, as Figure 1 plots them."""
        return self.table(
            "figure_1",
            "Outputs on the six points against the epoch of gradient descent, by reading of the set-up.",
            "network loss width seed epoch output_1 output_2 output_3 output_4 output_5 output_6",
            [
                (*reading.cells, epoch, *(number(value) for value in outputs))
                for reading, training in trainings.items()
                for epoch, outputs in training.outputs.items()
            ],
        )

    def figure_1_values(self, trainings: dict[Reading, Training]) -> Results:
        """The magnitude of the outputs and its growth by decade, beside the magnitude that Figure 1 shows."""
        return self.table(
            "figure_1_values",
            "Magnitude of the outputs at epoch 10,000, and its growth in the last decade and the one before.",
            "network loss width seed magnitude least largest last_decade decade_before printed",
            [
                (*reading.cells, *(number(value, 4) for value in magnitudes(training)), self.printed(PRINTED_MAGNITUDE))
                for reading, training in trainings.items()
            ],
        )

    def figure_3(self, profiles: dict[tuple[Reading, str, int], np.ndarray]) -> Results:
        """K_t((1, 0), x') by angle and epoch, as Figure 3 plots it.

        profiles: by reading, method and epoch an array of shape (angles,), the angles those of `ANGLES`.
        """
        return self.table(
            "figure_3",
            "K_t((1, 0), x') over the angle of x' at several epochs, by reading of the set-up.",
            "network loss width seed method epoch angle value",
            [
                (*reading.cells, method, epoch, number(angle, 6), number(value))
                for (reading, method, epoch), profile in profiles.items()
                for angle, value in zip(ANGLES, profile, strict=True)
            ],
        )

    def figure_3_values(self, profiles: dict[tuple[Reading, str, int], np.ndarray]) -> Results:
        """K_t((1, 0), x') at the angles 0 and pi, beside the values that Figure 3 shows.

        profiles: by reading, method and epoch an array of shape (angles,).
        """
        return self.table(
            "figure_3_values",
            "K_t((1, 0), x') at the angles 0 and pi, by epoch and reading, beside what Figure 3 shows.",
            "network loss width seed method epoch peak opposite printed",
            [
                (
                    *(*reading.cells, method, epoch),
                    *(number(profile[place]) for place in (PEAK, -1)),
                    self.printed(PRINTED_PEAKS.get(epoch)),
                )
                for (reading, method, epoch), profile in profiles.items()
            ],
        )

    def figure_3_flow(
        self, trainings: dict[Reading, Training], agreements: dict[Reading, tuple[np.ndarray, np.ndarray]]
    ) -> Results:
        """Gradient flow beside gradient descent at the last epoch.

        agreements: by reading the outputs, shape (n,), and the profile, shape (angles,), of the flow.
        """
        return self.table(
            "figure_3_flow",
            "Gradient flow beside gradient descent at epoch 10,000: the kernel's peak, and the largest differences.",
            "network loss width seed epoch descent flow output_difference kernel_difference",
            [
                (
                    *(*reading.cells, EPOCHS),
                    number(trainings[reading].profiles[EPOCHS][PEAK]),
                    number(profile[PEAK]),
                    number(np.abs(outputs - trainings[reading].outputs[EPOCHS]).max(), 2),
                    number(np.abs(profile - trainings[reading].profiles[EPOCHS]).max(), 2),
                )
                for reading, (outputs, profile) in agreements.items()
            ],
        )
