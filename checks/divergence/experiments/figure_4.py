"""Figure 4: MNIST parity, K_t(x, x) under each reading of the pixels, the depth, the biases and the loss.

Width 500, learning rate 0.5, real images, evenly spread over the digits. At that rate the first epochs are not a
gradient flow: the outputs overshoot, the kernel shrinks, and what remains after about ten epochs grows slowly. Which
readings leave the kernel at the printed magnitudes is found in 200 epochs; the one that does goes on to epoch 1,000
by descent, and to 100,000 by the gradient flow. How far flow and descent differ from epoch 200 to 1,000 is recorded.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from checks.setups.networks import WITH, WITHOUT, log_spaced, number, table
from ntk_companion.results import Results
from numerics.data.images import mnist
from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import Recording, gradient_flow
from numerics.kernels.gram import FLOAT64
from numerics.losses import logistic
from numerics.networks.torch_network import Parameters, empirical_ntk, initialise
from theory.architecture import Architecture, fcn

WIDTH, RATE, SEED = 500, 0.5, 0
DROPPED, SHORT, LONG, LATE = 10, 200, 1000, 100_000
FEW, MANY = 100, 1000
PRINTED = ((715, 763), (735, 827), (530, 620))
"""K_t(x, x) of three points after ten epochs and at epoch 100,000, read off Figure 4."""
PIXELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0 to 1": lambda images: images,
    "-1 to 1": lambda images: 2 * images - 1,
    "standardised": lambda images: (images - 0.1307) / 0.3081,
    "unit norm": lambda images: images / np.linalg.norm(images, axis=1, keepdims=True),
}
"""The scalings in use: bytes / 255; mean and deviation 0.5; MNIST's own mean and deviation; and norm 1."""
READING = "-1 to 1"
"""The scaling with which training goes on."""


Diagonals = dict[int, np.ndarray]
"""K_t(x_i, x_i) of the first hundred images by epoch."""
Curve = dict[int, tuple[str, np.ndarray]]
"""The same, with how it was computed."""


@dataclass(frozen=True)
class Setup:
    """A reading: pixels, network, hidden layers, images, loss."""

    pixels: str
    network: str
    depth: int
    images: int = FEW
    loss: str = "mean"

    def __str__(self) -> str:
        return f"pixels {self.pixels}, {self.network}, depth {self.depth}, {self.images} images, {self.loss} loss"

    @property
    def cells(self) -> tuple[str, str, int, int, str]:
        """Its cells in a table."""
        return self.pixels, self.network, self.depth, self.images, self.loss

    @property
    def architecture(self) -> Architecture:
        """The fully connected network of this set-up, with all biases trained or none."""
        return fcn(self.depth, "trained" if self.network == WITH else "none")

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """The images (n x 784) and their parities."""
        data = mnist(self.images)
        return PIXELS[self.pixels](data.points.coordinates(FLOAT64)), data.labels % 2


SHORT_RUNS = (
    *(Setup(pixels, network, depth) for pixels in PIXELS for network in (WITHOUT, WITH) for depth in (3, 4)),
    Setup(READING, WITHOUT, 3, loss="summed"),
)
LONG_RUNS = (Setup(READING, WITHOUT, 3), Setup(READING, WITH, 3))


def run() -> Iterator[Results]:
    """Tables figure_4_readings, figure_4, figure_4_values and figure_4_flow."""
    short = {setup: descend(setup, SHORT)[0] for setup in SHORT_RUNS}
    yield readings(short)
    curves: dict[Setup, Curve] = {}
    agreements: dict[Setup, Diagonals] = {}
    for setup in LONG_RUNS:
        kernels, states = descend(setup, LONG, kept=(SHORT, LONG))
        agreements[setup] = flow_on(setup, states[SHORT], SHORT, LONG)
        late = flow_on(setup, states[LONG], LONG, LATE)
        curves[setup] = {epoch: ("descent", kernel) for epoch, kernel in kernels.items()}
        curves[setup] |= {epoch: ("flow", kernel) for epoch, kernel in late.items()}
    yield figure_4(curves)
    yield figure_4_values(curves)
    yield figure_4_flow(curves, agreements)
    many = Setup(READING, WITHOUT, 3, MANY)
    yield readings(short | {many: descend(many, SHORT)[0]})


def descend(setup: Setup, epochs: int, kept: tuple[int, ...] = ()) -> tuple[Diagonals, dict[int, Parameters]]:
    """K_t(x_i, x_i) by epoch, and the parameters at the epochs in `kept`."""
    images, labels = setup.data()
    start = initialise(setup.architecture, images.shape[1], WIDTH, np.random.default_rng(SEED))
    loss, averaged = logistic(labels.tolist()), setup.loss == "mean"
    recorded = {epochs} if epochs == DROPPED else {DROPPED, *log_spaced(epochs, per_decade=6), *kept}
    kernels: Diagonals = {}
    states: dict[int, Parameters] = {}
    with np.errstate(all="ignore"):  # the summed loss overflows
        for epoch in gradient_descent(
            setup.architecture, start, images, loss, RATE, epochs, averaged=averaged, at=recorded
        ):
            kernels[epoch.number] = diagonal(setup.architecture, epoch.parameters, images)
            if epoch.number in kept:
                states[epoch.number] = {name: tensor.clone() for name, tensor in epoch.parameters.items()}
    return kernels, states


def diagonal(architecture: Architecture, parameters: Parameters, images: np.ndarray) -> np.ndarray:
    """K(x_i, x_i) of the first hundred images, shape (100,); images: shape (n, 784)."""
    return empirical_ntk(architecture, parameters, torch.from_numpy(images[:FEW])).ntk.diagonal().numpy().copy()


def flow_on(setup: Setup, start: Parameters, epoch: int, last: int) -> Diagonals:
    """K_t(x_i, x_i) by epoch after `epoch`, each being the time rate / n of the summed loss."""
    images, labels = setup.data()
    kernels: Diagonals = {}

    def keep(log_t: float, parameters: Parameters) -> None:
        number = epoch + round(math.exp(log_t) * setup.images / RATE)
        kernels[number] = diagonal(setup.architecture, parameters, images)

    log_until = math.log((last - epoch) * RATE / setup.images)
    recording = Recording(per_decade=4, log10_first=0)
    gradient_flow(
        *(setup.architecture, start, images, logistic(labels.tolist()), log_until),
        recording=recording,
        on_record=keep,
    )
    return kernels


def settings() -> dict[str, object]:
    """Said in every table."""
    return {"width": WIDTH, "rate": RATE, "seed": SEED, "data": mnist(FEW).source}


def readings(short: dict[Setup, Diagonals]) -> Results:
    """How large the kernel is after ten epochs."""
    rows = []
    for setup, kernels in short.items():
        for epoch in (0, DROPPED, max(kernels)):
            values = kernels[epoch]
            quantiles = np.quantile(values, (0.05, 0.5, 0.95))
            share = number(in_printed_range(values), 2)
            rows.append((*setup.cells, epoch, *(number(float(value), 4) for value in quantiles), share))
    return table(
        "figure_4_readings",
        f"K_t(x, x) over a hundred training images, by reading, beside the printed {LOWEST} to {HIGHEST} after ten "
        "epochs: the share of the images that lie between. Zero: the network has died.",
        settings(),
        "pixels network depth images loss epoch lower median upper share",
        rows,
    )


LOWEST, HIGHEST = min(start for start, _ in PRINTED), max(start for start, _ in PRINTED)


def in_printed_range(kernel: np.ndarray) -> float:
    """The share of the images whose K(x, x), shape (n,), lies between the printed values after ten epochs."""
    return float(np.mean((kernel >= LOWEST) & (kernel <= HIGHEST)))


def chosen(kernel: np.ndarray) -> list[int]:
    """The three images whose K(x, x), shape (n,), after ten epochs is nearest to the printed values."""
    return [int(np.abs(kernel - start).argmin()) for start, _ in PRINTED]


def figure_4(curves: dict[Setup, Curve]) -> Results:
    """The curves of three images."""
    rows = []
    for setup, kernels in curves.items():
        images, labels = setup.data()
        for point in chosen(kernels[DROPPED][1]):
            square = number(float(images[point] @ images[point]))
            for epoch, (method, values) in kernels.items():
                rows.append((*setup.cells, method, epoch, point, labels[point], square, number(values[point])))
    return table(
        "figure_4",
        "K_t(x, x) against the epoch for three images: those nearest to the printed values after ten epochs.",
        settings(),
        "pixels network depth images loss method epoch point label squared_norm value",
        rows,
    )


def figure_4_values(curves: dict[Setup, Curve]) -> Results:
    """By how much the kernel grew."""
    rows: list[tuple[object, ...]] = []
    for setup, kernels in curves.items():
        start, last = kernels[DROPPED][1], kernels[max(kernels)][1]
        for point, (printed_start, printed_end) in zip(chosen(start), PRINTED, strict=True):
            rise = last[point] / start[point] - 1
            values = (number(start[point]), number(last[point]), number(rise, 3))
            rows.append((*setup.cells, point, max(kernels), *values, printed_start, printed_end))
        quantiles = np.quantile(last / start - 1, (0.05, 0.5, 0.95))
        for name, quantile in zip(("5% of images", "median", "95% of images"), quantiles, strict=True):
            rows.append((*setup.cells, name, max(kernels), "", "", number(quantile, 3), "", ""))
    return table(
        "figure_4_values",
        "K_t(x, x) after ten epochs and at the last, and the relative rise: three images, and quantiles over all.",
        settings(),
        "pixels network depth images loss point last_epoch start end rise printed_start printed_end",
        rows,
    )


def figure_4_flow(curves: dict[Setup, Curve], agreements: dict[Setup, Diagonals]) -> Results:
    """The mean of K_t(x, x) at the last epoch by gradient flow beside that by descent, a row a set-up."""
    rows = []
    for setup, kernels in agreements.items():
        descent, flow = curves[setup][LONG][1], kernels[LONG]
        worst = float(np.abs(flow / descent - 1).max())
        rows.append((*setup.cells, LONG, number(descent.mean()), number(flow.mean()), number(worst, 2)))
    return table(
        "figure_4_flow",
        "Mean K_t(x, x) over a hundred images at epoch 1,000: descent throughout, and the flow from epoch 200.",
        settings(),
        "pixels network depth images loss epoch descent flow largest_relative_difference",
        rows,
    )
