"""Along the gradient flow: margins and envelopes, the kernel's gap, its spectrum, and how parameters and loss grow."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from checks.setups.networks import FAMILIES, labels_of, number, table
from ntk_companion.results import Results
from numerics.data.points import circle
from numerics.flow.integrate import Recording, gradient_flow
from numerics.flow.trajectory import LOG_10, Trajectory
from numerics.kernels.gap import CONSTANTS, certified_gap_constants
from numerics.kernels.gram import FLOAT64, ntk
from numerics.losses import logistic
from numerics.networks.torch_network import Parameters, initialise


@dataclass(frozen=True)
class Flow:
    """n points evenly spread on the circle, alternating labels: the flow of a network to t = 10^log10_until."""

    network: str
    depth: int
    size: int
    width: int
    log10_until: float
    seed: int = 0
    per_decade: int = 4

    @property
    def run(self) -> str:
        """The name of this run in the tables."""
        return f"{self.network}, depth {self.depth}, width {self.width}, {self.size} points"


LOGITS = (
    Flow("FCN", 1, 2, 10_000, 40, per_decade=2),
    Flow("FCN", 3, 6, 1000, 6),
    Flow("ResNet, scale 1", 1, 2, 1000, 20),
)
GAPS = tuple(
    Flow("FCN", 1, 2, width, 60, seed, per_decade=2) for width in (100, 1000, 10_000, 100_000) for seed in (0, 1)
)
SPECTRA = (
    Flow("FCN", 1, 6, 1000, 6),
    Flow("FCN", 3, 6, 1000, 6),
    Flow("FCN, no biases", 3, 6, 1000, 6),
    Flow("ResNet, scale 1", 2, 6, 256, 6),
)
LATE = tuple(
    Flow(network, depth, 2, width, 1000, seed, per_decade=1)
    for network, depth, width in (
        ("FCN", 1, 100),
        ("FCN, no biases", 1, 100),
        ("FCN", 2, 32),
        ("FCN, no biases", 2, 32),
        ("FCN", 3, 32),
        ("FCN, no biases", 3, 32),
    )
    for seed in (0, 1)
)
WINDOWS = ((10, 30), (30, 100), (100, 300), (300, 1000))


def run() -> Iterator[Results]:
    """Tables logits, gap_over_time, gap_over_time_constants, spectrum_over_time and late_times."""
    yield logits()
    yield gap_over_time()
    yield gap_over_time_constants()
    yield spectrum_over_time()
    yield late_times()


def trained(flow: Flow, norms: list[float] | None = None) -> Trajectory:
    """The trajectory; |theta| at the record times after the start is added to `norms`."""
    architecture = FAMILIES[flow.network](flow.depth)

    def keep(log_t: float, parameters: Parameters) -> None:
        if norms is not None:
            norms.append(math.sqrt(sum(float((tensor**2).sum()) for tensor in parameters.values())))

    return gradient_flow(
        architecture,
        initialise(architecture, 2, flow.width, np.random.default_rng(flow.seed)),
        circle(flow.size).coordinates(FLOAT64),
        logistic(labels_of(flow.size)),
        flow.log10_until * LOG_10,
        recording=Recording(flow.per_decade),
        on_record=keep,
    )


kept = cache(trained)
"""Trajectories that serve two tables."""


def logits() -> Results:
    """Margins between their envelopes."""
    rows = []
    for flow in LOGITS:
        found = kept(flow)
        margins = found.margins
        columns = (margins.min(axis=1), margins.max(axis=1), found.lower_envelope, found.upper_envelope)
        for log10_t, *values in list(zip(found.log10_t, *columns, strict=True))[1:]:
            cells = (flow.run, flow.size, flow.depth, flow.width, flow.seed, number(log10_t, 5))
            rows.append((*cells, *(number(value) for value in values)))
    return table(
        "logits",
        "The least and the largest margin along the gradient flow, and the envelopes that the kernel along it proves.",
        {},
        "run n depth width seed log10_time least_margin largest_margin lower_envelope upper_envelope",
        rows,
    )


def gap_over_time() -> Results:
    """How far the kernel is from its limit and from its start."""
    rows = []
    for flow in GAPS:
        found = trained(flow)
        gap = found.gap(ntk(FAMILIES[flow.network](flow.depth), circle(flow.size)))
        for log10_t, *values in list(zip(found.log10_t, gap, found.gap_from_start, strict=True))[1:]:
            cells = (flow.size, flow.depth, flow.width, flow.seed, number(log10_t, 5))
            rows.append((*cells, *(number(value, 4) for value in values)))
    return table(
        "gap_over_time",
        "max |K_t - K| and max |K_t - K_0| along the gradient flow of the FCN (2.1) on two opposite points.",
        {},
        "n depth width seed log10_time gap_to_limit gap_from_start",
        rows,
    )


def gap_over_time_constants() -> Results:
    """The constants they are held against."""
    _, constants = certified_gap_constants(FAMILIES["FCN"](1), circle(2), logistic(labels_of(2)).signs)
    return table(
        "gap_over_time_constants",
        "The gap constants of the FCN (2.1), depth 1, on two opposite points.",
        {},
        "n depth constant value",
        [(2, 1, name, number(float(getattr(constants, name).lower), 6)) for name in CONSTANTS],
    )


def spectrum_over_time() -> Results:
    """Eigenvalues of the Gram matrix K_t on the samples along each flow, a row a recorded time."""
    rows = []
    for flow in SPECTRA:
        found = kept(flow)
        for log10_t, gram in list(zip(found.log10_t, found.gram, strict=True))[1:]:
            cells = (flow.network, flow.depth, flow.width, flow.seed, number(log10_t, 5))
            rows.append((*cells, *(number(value) for value in np.linalg.eigvalsh(gram))))
    columns = " ".join(f"eigenvalue_{index}" for index in range(1, 7))
    return table(
        "spectrum_over_time",
        "The eigenvalues of K_t on the hexagon along the gradient flow, in ascending order.",
        {},
        f"network depth width seed log10_time {columns}",
        rows,
    )


def late_times() -> Results:
    """Exponents in ln t."""
    rows = []
    for flow in LATE:
        norms: list[float] = []
        found = trained(flow, norms)
        degree = flow.depth + 1 if flow.network == "FCN, no biases" or flow.depth == 1 else None
        late = found.log10_t >= WINDOWS[0][0] - 1e-9
        log_t, log10_t = found.log_t[late], found.log10_t[late]
        quantities = {
            "|theta|": (np.log(np.array([math.nan, *norms])[late]), degree and 1 / degree),
            "t L": (log_t + found.log_loss[late], degree and -(2 - 2 / degree)),
            "least margin": (np.log(found.margins[late].min(axis=1)), 1),
        }
        for name, (values, predicted) in quantities.items():
            for first, last in WINDOWS:
                inside = (log10_t >= first - 1e-9) & (log10_t <= last + 1e-9)
                reached = log10_t[-1] >= last - 1e-9
                exponent = np.polyfit(np.log(log_t[inside]), values[inside], 1)[0] if reached else None
                cells = (flow.network, flow.depth, flow.width, flow.seed, first, last, name)
                rows.append((*cells, number(exponent, 3), number(predicted, 4), found.status))
    return table(
        "late_times",
        "Exponents of ln t, fitted over windows of time, two opposite points; `predicted` for homogeneous networks of "
        "degree H (Lyu and Li 2020): |theta| 1/H, t L -(2 - 2/H), margins 1.",
        {},
        "network depth width seed log10_from log10_to quantity exponent predicted status",
        rows,
    )
