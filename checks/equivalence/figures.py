"""Figures of trained networks beside kernel predictors."""

from matplotlib.figure import Figure

from checks.setups.figures import fitted_line
from ntk_companion.appendix.digits import supported
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results


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
        fitted_line(axes, array(rows, "width"), array(rows, "share"), index, float(slope))
        axes.plot([], [], **{**dots(index), **line(index)}, label=f"depth {depth}, slope {slope} [{low}, {high}]")
    axes.axhline(0.01, color="0.6", linewidth=0.7, zorder=0)
    axes.annotate("1%", (0.01, 0.01), xycoords=("axes fraction", "data"), ha="left", va="bottom", fontsize=6.5)
    axes.set_xlabel("width $m$")
    axes.set_ylabel("distance, share of the targets")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
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
