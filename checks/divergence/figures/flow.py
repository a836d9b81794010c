"""Figures of trained networks: outputs and envelopes, the kernel's gap, its spectrum."""

import numpy as np
from matplotlib.figure import Figure

from checks.setups.headings import CONSTANTS
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results

TIME = r"$\log_{10} t$"


def logits(found: Results) -> Figure:
    """Margins and the proved envelopes of the least one, a row a run: as they are, and less ln(1 + t)."""
    runs = list(series(found, "run"))
    figure = Figure(figsize=(COLUMN, 1.4 * len(runs) + 0.6))
    panels = figure.subplots(len(runs), 2, squeeze=False)
    for row, ((name,), run) in zip(panels, runs, strict=True):
        time = array(run, "log10_time")
        for axes, taken in zip(row, (0.0, np.logaddexp(0.0, time * np.log(10))), strict=True):
            lower, upper = (array(run, f"{side}_envelope") - taken for side in ("lower", "upper"))
            axes.fill_between(time, lower, upper, color="0.88", linewidth=0, label="between the envelopes")
            for edge in (lower, upper):
                axes.plot(time, edge, color="0.45", linestyle=":", linewidth=0.9)
            axes.plot(time, array(run, "largest_margin") - taken, **line(1), label="largest margin")
            axes.plot(time, array(run, "least_margin") - taken, **line(0), label="least margin")
            axes.set_xlim(time.min(), time.max())
        row[0].set_title(name, pad=2, loc="left")
        row[0].set_ylabel("margin")
        row[1].set_ylabel(r"margin $-\ \ln(1 + t)$")
    for axes in panels[-1]:
        axes.set_xlabel(TIME)
    handles, _ = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles=handles, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def gap(found: Results, constants: Results, crossings: Results) -> Figure:
    """The gap to the limiting kernel over time for several widths, the constants and where each is crossed."""
    figure = Figure(figsize=(COLUMN, 2.9))
    axes = figure.subplots()
    (size, depth), one_setting = next(iter(series(found, "n", "depth")))
    for index, ((width,), runs) in enumerate(series(one_setting, "width")):
        for (seed,), run in series(runs, "seed"):
            axes.plot(array(run, "log10_time"), array(run, "gap_to_limit"), **line(index))
            crossed = crossings.where(n=size, depth=depth, width=width, seed=seed)
            axes.plot(array(crossed, "log10_crossing"), array(crossed, "value"), **dots(index), zorder=4)
        axes.plot([], [], **{**dots(index), **line(index)}, label=f"$m$ = {width}")
    for name, value in _values(constants.where(n=size, depth=depth)):
        axes.axhline(value, color="0.6", linewidth=0.6, zorder=0)
        place = (0.86, value)
        axes.annotate(name, place, xycoords=("axes fraction", "data"), va="bottom", ha="right", fontsize=6.5)
    axes.set_yscale("log")
    axes.set_xlabel(TIME)
    axes.set_ylabel(r"$\max_{ij} |K_t - K|$")
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def _values(constants: Results) -> list[tuple[str, float]]:
    """Names and values; constants of equal value are named together."""
    together: dict[float, list[str]] = {}
    for name, value in zip(constants.column("constant"), constants.numbers("value"), strict=True):
        together.setdefault(value, []).append(CONSTANTS.get(name, name))
    return [(" = ".join(names), value) for value, names in together.items()]


def spectrum(found: Results) -> Figure:
    """The eigenvalues of K_t over time, a panel a network and width."""
    runs = list(series(found, "network", "depth", "width", "seed"))
    figure = Figure(figsize=(COLUMN, 1.5 * -(-len(runs) // 2) + 0.4))
    panels = figure.subplots(-(-len(runs) // 2), 2, sharex=True, squeeze=False)
    names = [name for name in found.columns if name.startswith("eigenvalue_")]
    for axes, ((network, depth, width, _), run) in zip(panels.ravel(), runs, strict=False):
        for index, name in enumerate(names):
            axes.plot(array(run, "log10_time"), array(run, name), **line(index), label=name.split("_")[1])
        axes.set_yscale("log")
        axes.set_title(f"{network},\ndepth {depth}, width {width}", pad=2)
    for axes in panels.ravel()[len(runs) :]:
        axes.set_visible(False)
    for axes in panels[-1]:
        axes.set_xlabel(TIME)
    for axes in panels[:, 0]:
        axes.set_ylabel("eigenvalues of $K_t$")
    handles, _ = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles=handles, loc="outside lower center", ncols=6, columnspacing=0.8, handletextpad=0.4)
    return figure


FIGURES = (
    FigureSpec(
        "logits",
        r"Outputs between proved envelopes, to $t = 10^{40}$",
        r"Least and largest margin along the gradient flow, and on the right the same less $\ln(1 + t)$. The envelopes"
        " are proved from the kernel along the computed path and bound the least margin; the path itself is accurate to"
        " a few per cent.",
        "Margins against the logarithm of time, to ten to the fortieth. The least margin rises along a straight line"
        " and stays in a grey band between a lower and an upper envelope; less ln(1 + t) it is nearly constant.",
        ("logits",),
        logits,
    ),
    FigureSpec(
        "gap_over_time",
        "When the kernel leaves its limit",
        r"The gap $\max_{ij}|K_t - K|$ along the gradient flow for several widths, and the constants of which Theorem 2"
        " and its sharper forms say that the gap exceeds them. Marks: crossings, also those of longer"
        " runs than are drawn. A curve that starts above a constant"
        " says nothing of training.",
        "The gap against the logarithm of time, a line a width, with horizontal lines at the constants. Wider networks"
        " start lower and cross each constant later.",
        ("gap_over_time", "gap_over_time_constants", "crossing_times"),
        gap,
    ),
    FigureSpec(
        "spectrum_over_time",
        "The spectrum of the kernel during training",
        "Eigenvalues of the Gram matrix $K_t$ on the samples along the gradient flow.",
        "Eigenvalues of the kernel against the logarithm of time on a logarithmic scale; the largest grows.",
        ("spectrum_over_time",),
        spectrum,
    ),
)
