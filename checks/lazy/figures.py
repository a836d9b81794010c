"""Figures of the kernel regime of classification: lazy training beside divergence."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from checks.setups.figures import fitted_line
from ntk_companion.appendix.digits import supported
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, different, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results

HARD: dict[str, Any] = {"color": "black", "linestyle": "-", "linewidth": 1.6}


def contrast(found: Results) -> Figure:
    """Outputs and drift on one network and seed: hard targets beside soft ones, and beside a regulariser."""
    (_, hard), *others = series(found, "kind")
    figure = Figure(figsize=(COLUMN, 3.3))
    panels = figure.subplots(2, len(others), sharex=True, sharey="row", squeeze=False)
    for column, ((kind,), rows) in enumerate(others):
        for axes, quantity in zip(panels[:, column], ("largest_output", "drift"), strict=True):
            axes.plot(array(hard, "log10_time"), array(hard, quantity), **HARD)
            for index, strength in enumerate(different(rows, "strength")[1::2]):  # every other one
                shown = rows.where(strength=strength)
                axes.plot(array(shown, "log10_time"), array(shown, quantity), **line(index + 1))
        panels[0, column].set_title(kind, pad=2)
        panels[1, column].set_yscale("log")
        panels[1, column].set_xlabel(r"$\log_{10} t$")
    panels[0, 0].set_ylabel(r"$\max_i |f_t(x_i)|$")
    panels[1, 0].set_ylabel(r"$\max_{ij} |K_t - K_0|$")
    strengths = different(others[0][1], "strength")[1::2]
    handles = [Line2D([], [], **HARD, label="hard targets")]
    handles += [Line2D([], [], **line(index + 1), label=_power(text)) for index, text in enumerate(strengths)]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, columnspacing=1.0)
    return figure


def _power(strength: str) -> str:
    return rf"strength $10^{{{round(np.log10(float(strength)))}}}$"


def drift(found: Results, slopes: Results) -> Figure:
    """Drift, linearisation error and distance to the explicit solution against the width, a panel a kind."""
    quantities = {
        "drift": "drift",
        "linearised_off": "error of the linearised model",
        "to_limit": "distance to the solution",
    }
    depth = found.column("depth")[0]
    found, slopes = found.where(depth=depth), supported(slopes.where(depth=depth))
    kinds = list(series(found, "kind"))
    figure = Figure(figsize=(COLUMN, 2.8))
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    fitted: dict[str, list[str]] = {}
    for axes, ((kind,), rows) in zip(panels, kinds, strict=True):
        for index, quantity in enumerate(quantities):
            slope = slopes.where(kind=kind, quantity=quantity).column("slope")[0]
            fitted_line(axes, array(rows, "width"), array(rows, quantity), index, float(slope))
            fitted.setdefault(quantity, []).append(slope)
        axes.set_title(kind, pad=2)
        axes.set_xlabel("width $m$")
    panels[0].set_ylabel("drift and distances")
    handles = [
        Line2D([], [], **{**dots(index), **line(index)}, label=f"{label}: slopes {', '.join(fitted[quantity])}")
        for index, (quantity, label) in enumerate(quantities.items())
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=1)
    return figure


def ensemble(found: Results) -> Figure:
    """Trained networks against their explicit solutions, a mark a network and test point."""
    figure = Figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots()
    for index, ((point,), shown) in enumerate(series(found, "point")):
        look = {**dots(index), "markersize": 2.5, "markeredgewidth": 0.5}
        axes.plot(array(shown, "explicit"), array(shown, "trained"), **look, label=f"test point {point}")
    low, high = axes.get_xlim()
    axes.plot([low, high], [low, high], color="0.5", linewidth=0.7, zorder=3)
    axes.set_xlim(low, high)
    axes.set_xlabel("explicit solution")
    axes.set_ylabel("trained network")
    figure.legend(loc="outside lower center", ncols=3, columnspacing=1.0)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "lazy_contrast",
        "Lazy training and divergence on one network",
        "One network and seed: hard targets (no regulariser), soft targets of several strengths (the least class"
        " probability), and a regulariser of several strengths. Above the largest output, below the drift of the"
        " kernel. Set-up: this suite.",
        "Four panels against the logarithm of time. With hard targets outputs and drift grow without end; each soft"
        " target and each regulariser leaves that curve at its own time and stays constant from there on.",
        ("lazy_contrast",),
        contrast,
    ),
    FigureSpec(
        "lazy_drift",
        "The kernel's drift against the width",
        "Soft targets and a regulariser, one mark a network, lines of the fitted slope: drift of the kernel, error of"
        " the linearised model at test points, and distance to the explicit solution. Set-up: this suite.",
        "Two panels on logarithmic scales. Drift, linearisation error and distance to the explicit solution fall along"
        " straight lines as the width grows.",
        ("lazy_drift_by_width", "lazy_drift_exponents"),
        drift,
    ),
    FigureSpec(
        "lazy_ensemble",
        "Trained predictors against their explicit solutions",
        "Networks trained on soft targets from many initialisations, at several test points, against the solution that"
        " the kernel gives from the same start. On the line the two agree. Set-up: this suite.",
        "A cloud of marks along the diagonal, trained outputs against explicit ones.",
        ("lazy_ensemble_draws",),
        ensemble,
    ),
)
