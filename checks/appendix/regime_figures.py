"""Figures of the kernel regime: trained networks beside kernel predictors, lazy training beside divergence."""

from __future__ import annotations

from matplotlib.figure import Figure

from checks.appendix.figure import FigureSpec
from checks.appendix.series import array, series
from checks.appendix.style import COLUMN, dots
from checks.results import Results


def predictors(found: Results) -> Figure:
    """The test error of every trained network against that of the kernel predictor, by data and width."""
    figure = Figure(figsize=(COLUMN, 2.8))
    axes = figure.subplots()
    for index, ((table, width), shown) in enumerate(series(found, "table", "width")):
        axes.plot(
            array(shown, "kernel_error"), array(shown, "network_error"), **dots(index), label=f"{table}, $m$ = {width}"
        )
    ends = [bound(*axes.get_xlim(), *axes.get_ylim()) for bound in (min, max)]
    axes.plot(ends, ends, color="0.6", linewidth=0.7, zorder=0)
    axes.set_xlabel("test error of the kernel predictor")
    axes.set_ylabel("test error of the network")
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


REGIME_FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "predictors",
        "Kernel predictors against trained networks",
        "The test error of each trained network (a mark) against that of the predictor of its limiting kernel, by data"
        " set and width, all depths. On the line the two agree. Set-up: this suite.",
        "Test errors of networks against test errors of kernel predictors. The marks lie around the diagonal, with a"
        " scatter as large as the differences between depths.",
        ("equivalence_depth",),
        predictors,
    ),
)
