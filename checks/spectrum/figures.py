"""Eigenvalues on spheres by parity, against the claimed exponent."""

from typing import Any

from matplotlib.figure import Figure

from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results

DIMENSIONS, DEPTHS = ("2", "3"), ("1", "2", "3")


def decay(found: Results) -> Figure:
    """Above the eigenvalues against the degree, a line of the claimed exponent; below them times k^d."""
    figure = Figure(figsize=(COLUMN, 4.0))
    panels = figure.subplots(2, len(DIMENSIONS), sharex=True, squeeze=False)
    labelled: dict[str, Any] = {}
    for column, dimension in enumerate(DIMENSIONS):
        top, bottom = panels[:, column]
        rows = found.where(dimension=dimension).among("depth", DEPTHS)
        for index, ((depth, parity), shown) in enumerate(series(rows, "depth", "parity")):
            degree, value = array(shown, "degree"), array(shown, "value")
            look = {
                **line(index),
                **{key: dots(index)[key] for key in ("marker", "markerfacecolor")},
                "markersize": 2.6,
            }
            label = f"depth {depth}, {parity}"
            (labelled[label],) = top.plot(degree, value, **look)
            bottom.plot(degree, value * degree ** int(dimension), **look)
        degree = array(rows.where(depth="3", parity="even"), "degree")
        (labelled[r"slope $-d$, as claimed"],) = top.plot(degree, 6 * degree ** -float(dimension), **line(5))
        for axes in (top, bottom):
            axes.set_xscale("log")
        top.set_yscale("log")
        bottom.set_ylim(bottom=0)
        top.set_title(f"$d = {dimension}$", pad=2)
        bottom.set_xlabel("degree $k$")
    panels[0, 0].set_ylabel(r"$\mu_k$")
    panels[1, 0].set_ylabel(r"$k^d \mu_k$")
    figure.legend(list(labelled.values()), list(labelled), loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "eigenvalue_decay",
        "Eigenvalues on the sphere by parity",
        "Eigenvalues $\\mu_k$ of the NTK of ReLU networks without biases, on the circle ($d = 2$) and on the sphere "
        "of $R^3$, degrees 2 to 241, by depth and parity; odd ones of depth 1 are zero from degree 3 on and not drawn. "
        "Below, times $k^d$: a level line has the exponent $-d$, which is printed for depths from 2 on and "
        "remembered for depth 1. Computed; a trend, no proof of a limit.",
        "Four panels. Above, on logarithmic scales, eigenvalues of every depth and parity fall parallel to the line of "
        "slope minus d. Below, times k to the d, they run level; even and odd ones at two heights for each depth.",
        ("eigenvalue_decay",),
        decay,
    ),
)
