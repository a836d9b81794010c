"""What the experiments share: the networks by the names in the tables, the sample sets, and how numbers are printed."""

import math
from collections.abc import Callable, Iterable

import numpy as np

from ntk_companion.results import Results, made
from numerics.data.points import PointSet, float_points
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.exact_law import sample_kernels
from theory.architecture import Architecture, fcn, resnet

WITH, WITHOUT = "with biases", "without biases"
NETWORKS: dict[str, Architecture] = {WITH: fcn(3), WITHOUT: fcn(3, bias="none")}
"""The readings of the network of section 6: three hidden layers."""
RESNETS: dict[str, Architecture] = {f"ResNet, depth 3, scale {scale}": resnet(3, scale) for scale in (1,)}
FAMILIES: dict[str, Callable[[int], Architecture]] = {
    "FCN": fcn,
    "FCN, no biases": lambda depth: fcn(depth, bias="none"),
    "ResNet, scale 1": resnet,
}
"""Networks of any depth by name."""
DEPTHS = (1, 2, 3, 4)
ALTERNATING = (0, 1, 0, 1, 0, 1)
TURNS = np.arange(-36, 37)
ANGLES = TURNS * np.pi / 36
"""Every five degrees from -pi to pi."""


def unit_vectors(angles: Iterable[float]) -> np.ndarray:
    """A points of the unit circle, A x 2, a row each; exact where the angle is 0 or +-pi."""
    angles = np.asarray(list(angles), dtype=float)
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows[np.abs(np.abs(angles) - math.pi) < 1e-12, 1] = 0.0
    return rows


def labels_of(size: int) -> list[int]:
    """0, 1, 0, .."""
    return [index % 2 for index in range(size)]


def start_gap(architecture: Architecture, points: PointSet, width: int, draws: int) -> float:
    """The median of max |K_0 - K| over exact draws; from 200 draws its standard error is about 4%."""
    drawn = sample_kernels(architecture, points.coordinates(FLOAT64), width, draws, seed=0)
    return float(np.median(np.abs(drawn.ntk - ntk(architecture, points)).max(axis=(1, 2))))


def profile_points(angles: Iterable[float]) -> PointSet:
    """(1, 0), then the A points at these angles: (A + 1) x 2."""
    return float_points("profile", np.vstack([[1.0, 0.0], unit_vectors(angles)]))


def number(value: float | None, digits: int = 5) -> str:
    """A number to so many significant digits; none for None."""
    return "" if value is None or math.isnan(value) else f"{value:.{digits}g}"


def log_spaced(until: int, per_decade: int = 12) -> list[int]:
    """0, then whole numbers about evenly spaced in logarithm to `until`."""
    steps = round(math.log10(until) * per_decade)
    return sorted({0, until} | {round(10 ** (step / per_decade)) for step in range(steps + 1)})


def table(
    name: str, caption: str, settings: dict[str, object], columns: str, rows: Iterable[Iterable[object]]
) -> Results:
    """Results of an experiment; `columns` are words."""
    return made(name, caption, settings, columns.split(), [tuple(row) for row in rows])
