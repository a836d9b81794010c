"""Figures of the kernel regime: lazy training beside divergence, trained networks beside kernel predictors."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from checks.appendix.digits import supported
from checks.appendix.figure import FigureSpec
from checks.appendix.series import array, different, series
from checks.appendix.style import COLUMN, dots, line
from checks.results import Results

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
            _fitted(axes, array(rows, "width"), array(rows, quantity), index, float(slope))
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


def _fitted(axes: Any, width: np.ndarray, value: np.ndarray, index: int, slope: float) -> None:
    """Runs as marks, and the line of the fitted slope through their geometric mean."""
    axes.plot(width, value, **{**dots(index), "markersize": 2.2, "markeredgewidth": 0.5})
    ends = np.array([width.min(), width.max()])
    axes.plot(ends, np.exp(np.mean(np.log(value) - slope * np.log(width))) * ends**slope, **line(index))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())


def predictors(found: Results) -> Figure:
    """The test error of every trained network against that of the kernel predictor, by data and width."""
    figure = Figure(figsize=(COLUMN, 2.8))
    axes = figure.subplots()
    for index, ((table, width), shown) in enumerate(series(found, "table", "width")):
        label = f"{table}, $m$ = {width}"
        axes.plot(array(shown, "kernel_error"), array(shown, "network_error"), **dots(index), label=label)
    low, high = axes.get_xlim()
    axes.plot([low, high], [low, high], color="0.6", linewidth=0.7, zorder=0)
    axes.set_xlim(low, high)
    axes.set_xlabel("test error of the kernel predictor")
    axes.set_ylabel("test error of the network")
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def predictor_by_width(found: Results, fits: Results) -> Figure:
    """The distance of trained networks to kernel regression against the width, with the fitted rate."""
    fits = supported(fits)
    figure = Figure(figsize=(COLUMN, 2.4))
    axes = figure.subplots()
    for index, ((depth,), rows) in enumerate(series(found, "depth")):
        fit = fits.where(depth=depth)
        slope, low, high = (fit.column(name)[0] for name in ("slope", "low", "high"))
        _fitted(axes, array(rows, "width"), array(rows, "share"), index, float(slope))
        axes.plot([], [], **{**dots(index), **line(index)}, label=f"depth {depth}, slope {slope} [{low}, {high}]")
    axes.axhline(0.01, color="0.6", linewidth=0.7, zorder=0)
    axes.annotate("1%", (0.01, 0.01), xycoords=("axes fraction", "data"), ha="left", va="bottom", fontsize=6.5)
    axes.set_xlabel("width $m$")
    axes.set_ylabel("distance, share of the targets")
    figure.legend(loc="outside lower center", ncols=1)
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


REGIME_FIGURES: tuple[FigureSpec, ...] = (
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
    FigureSpec(
        "predictor_by_width",
        "Distance to kernel regression against the width",
        "Squared loss: the distance of trained networks to kernel regression at test points, as a share of the targets'"
        " size, one mark a network, with the fitted rate. Set-up: this suite.",
        "Distances against width on logarithmic scales, falling along straight lines toward the line at one per cent.",
        ("equivalence_by_width", "equivalence_by_width_fit"),
        predictor_by_width,
    ),
    FigureSpec(
        "predictors",
        "Kernel predictors against trained networks",
        "The test error of each trained network (a mark) against that of the predictor of its limiting kernel, by data"
        " set and width, all depths. On the line the two agree. Set-up: this suite.",
        "Test errors of networks against test errors of kernel predictors. The marks scatter about the diagonal, wider"
        " than the differences between depths.",
        ("equivalence_depth",),
        predictors,
    ),
)
