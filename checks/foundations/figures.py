"""The CNTK against sampled convolutional networks."""

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, dots, line
from ntk_companion.results import Results


def cntk(found: Results, limits: Results) -> Figure:
    """Sampled means over the derived limit, a series a head and depth, with their intervals; and a note's value."""
    figure = Figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots()
    for index, ((head, depth), rows) in enumerate(series(found, "head", "depth")):
        limit = array(limits.where(head=head, depth=depth), "derived")[0]
        channels = array(rows, "channels") * 1.07 ** (index - 1.5)
        mean, error = array(rows, "mean") / limit, array(rows, "half_width") / abs(limit)
        look = {**dots(index), "markersize": 2.8, "markeredgewidth": 0.6}
        axes.errorbar(channels, mean, error, **look, elinewidth=0.6, label=f"{head}, depth {depth}")
    axes.axhline(1, color="black", linewidth=0.7, zorder=0, label="derived limit")
    note = limits.where(head="flattened", depth="1")
    ratio = array(note, "note")[0] / array(note, "derived")[0]
    axes.axhline(ratio, **{**line(5), "zorder": 0}, label="a note's last step, flattened")
    axes.set_xscale("log", base=2)
    axes.set_xticks(array(rows, "channels"), rows.column("channels"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("channels")
    axes.set_ylabel("mean of $K_0(x, x')$ over its limit")
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "cntk_by_channels",
        "The CNTK against sampled networks",
        "The entry $K_0(x, x')$ of convolutional networks at initialisation on two images of three positions, filters "
        "of three: means over 400 networks with 99% intervals, as shares of the derived limit; marks of one number of "
        "channels stand side by side. The upper line is a public note's reading, a sum over patches at the last layer "
        "too (fd:36), at depth 1.",
        "Means over sampled networks against the number of channels. Intervals shrink around the line of the derived "
        "limit as channels grow from 8 to 256, for flattened and pooled outputs at both depths; the line of the note "
        "lies at more than twice the limit, outside all intervals.",
        ("cntk_by_channels", "cntk_limits"),
        cntk,
    ),
)
