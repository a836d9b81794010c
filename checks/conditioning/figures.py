"""The condition number of the kernel against the depth."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, series
from ntk_companion.appendix.style import COLUMN, line
from ntk_companion.results import Results

LIMITS = {"derived": "derived limit $(n + 3)/3$", "printed": "printed limit $(n + 4)/3$"}


def value_of(text: str) -> float:
    """A whole number or a fraction as a double."""
    above, _, below = text.partition("/")
    return int(above) / int(below or 1)


def condition(found: Results, limits: Results) -> Figure:
    """A panel for each number of inputs: the condition number at two angles, and both limits in depth."""
    figure = Figure(figsize=(COLUMN, 2.6))
    sizes = list(series(found, "n"))
    panels = figure.subplots(1, len(sizes), sharex=True, squeeze=False)[0]
    handles = {}
    for axes, ((size,), rows) in zip(panels, sizes, strict=True):
        for index, ((degrees,), shown) in enumerate(series(rows, "degrees")):
            depth = array(shown, "depth")
            axes.plot(depth[1:], array(shown, "condition")[1:], **line(index))
            handles[f"inputs at {degrees} degrees"] = line(index)
        row = limits.where(n=size)
        ends = {name: value_of(row.column(name)[0]) for name in LIMITS}
        for index, (name, label) in enumerate(LIMITS.items(), start=2):
            axes.axhline(ends[name], **{**line(index), "linewidth": 0.9})
            handles[label] = line(index)
        axes.set_ylim(1, 2.2 * ends["derived"])
        axes.set_xscale("log")
        axes.set_title(f"$n = {size}$", pad=2)
        axes.set_xlabel("depth $L$")
    panels[0].set_ylabel(r"$\kappa(K_L)$")
    lines = [Line2D([], [], **look, label=label) for label, look in handles.items()]
    figure.legend(handles=lines, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "condition_by_depth",
        "The condition number against the depth",
        "The NTK of the ReLU network without biases on $n$ unit inputs at one angle to each other, enclosed by balls, "
        "from depth 1 on; the limit in depth as derived, and as Theorem 4.3 of arXiv 2305.08813 prints it. Of inputs "
        "at 30 degrees values above the panel are cut off. Inputs at different angles are not shown.",
        "Three panels for two, three and six inputs. The condition number of inputs at 30 degrees falls steeply, that "
        "of orthogonal inputs rises to about depth 10 and then falls; both near the derived limit at depth 1000 and "
        "are then clearly below the printed one.",
        ("condition_by_depth", "condition_limits"),
        condition,
    ),
)
