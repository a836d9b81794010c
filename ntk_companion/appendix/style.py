"""The look of the figures: a paper's column, legible in grey."""

import math
from typing import Any

COLUMN = 3.3
"""The width of a column in inches."""

STYLE: Any = {
    "figure.figsize": (COLUMN, 2.4),
    "figure.dpi": 200,
    "savefig.dpi": 300,
    "figure.constrained_layout.use": True,
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.1,
    "lines.markersize": 3.5,
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}

SERIES: tuple[dict[str, Any], ...] = (
    {"color": "#0b3954", "linestyle": "-", "marker": "o"},
    {"color": "#c1440e", "linestyle": "--", "marker": "s"},
    {"color": "#3a8f5c", "linestyle": "-.", "marker": "^"},
    {"color": "#8a6fb0", "linestyle": ":", "marker": "D"},
    {"color": "#b58900", "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": "#6b6b6b", "linestyle": (0, (9, 2)), "marker": "x"},
)
"""Looks of the series of a plot, told apart by line and marker as well as by colour."""


def line(index: int) -> dict[str, Any]:
    """The look of series number `index`, without a marker."""
    return {key: value for key, value in SERIES[index % len(SERIES)].items() if key != "marker"}


def dots(index: int) -> dict[str, Any]:
    """The look of series number `index` as markers alone."""
    return {**SERIES[index % len(SERIES)], "linestyle": "none", "markerfacecolor": "none"}


def angle_axis(axes: Any) -> None:
    """An axis of angles from -pi to pi."""
    axes.set_xlim(-math.pi, math.pi)
    axes.set_xticks([-math.pi, 0, math.pi], [r"$-\pi$", "0", r"$\pi$"])
    axes.set_xlabel("angle of $x'$")
