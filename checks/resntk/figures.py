"""Residual kernels against the depth, for several scales of the branch."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results

COSINE = "-0.5"
NAMES = {"0.0": "1", "0.25": "L^{-1/4}", "0.5": "L^{-1/2}", "0.75": "L^{-3/4}", "1.0": "1/L"}


def residual(found: Results, limits: Results) -> Figure:
    """A panel for each set of trained layers: the normalised kernel at one cosine by scale, limits as short lines."""
    figure = Figure(figsize=(COLUMN, 2.9))
    found, limits = found.where(cosine=COSINE), limits.where(cosine=COSINE)
    kinds = list(series(found, "trained"))
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    handles: list[Line2D] = []
    for axes, ((trained,), rows) in zip(panels, kinds, strict=True):
        handles = []
        for index, ((power,), shown) in enumerate(series(rows, "power")):
            look = {**line(index), "marker": dots(index)["marker"], "markerfacecolor": "none", "markersize": 2.6}
            axes.plot(array(shown, "depth"), array(shown, "kernel"), **look)
            handles.append(Line2D([], [], **look, label=rf"$\alpha = {NAMES[power]}$"))
        known = array(limits.where(trained=trained), "limit")
        for limit in sorted({float(value) for value in known if value == value}):
            axes.axhline(limit, color="0.6", linewidth=0.7, zorder=0)
        axes.set_xscale("log")
        axes.set_title(f"trained: {trained}", pad=2)
        axes.set_xlabel("depth $L$")
    panels[0].set_ylabel(r"normalised kernel, $x \cdot x' = -1/2$")
    handles.append(Line2D([], [], color="0.6", linewidth=0.7, label="limits of the statements"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, columnspacing=1.0)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "residual_by_depth",
        "Residual kernels against the depth",
        "The kernel of the residual network without biases divided by its diagonal, at the cosine $-1/2$, for five "
        "scales of the branch; left with the first and the last layer fixed, right with all layers trained. Level "
        "lines: 1/4, the kernel of two layers and the linear one, as far as a statement names the limit. Computed to "
        "depth 800; no proof of a limit.",
        "Two panels. Without training of the first and last layer the scale one rises to a quarter and the scales "
        "below one over the root of the depth stay near the kernel of two layers; with all layers trained these fall "
        "to the linear kernel, minus one half. The scale one over the root of the depth settles between.",
        ("residual_by_depth", "residual_limits"),
        residual,
    ),
)
