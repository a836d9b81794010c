"""The paper's Figures 1 to 4 beside ours, under each reading of what the paper leaves open.

What the paper shows is known from its plots alone: those values are in the recorded results, in columns `printed`.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, different, series
from ntk_companion.appendix.style import COLUMN, angle_axis, line
from ntk_companion.results import Results

READ_OFF = "read off the paper's plot"

PRINTED: dict[str, Any] = {
    "color": "black",
    "linestyle": "none",
    "marker": "X",
    "markersize": 4.5,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
    "zorder": 5,
    "clip_on": False,
}
"""The look of values read off the paper's plots."""


def first_widest(found: Results) -> Results:
    """Of every network and loss the rows of the widest networks, of their first initialisation."""
    kept: list[tuple[str, ...]] = []
    for _, rows in series(found, "network", "loss"):
        widest = rows.where(width=str(max(map(int, rows.column("width")))))
        kept += widest.where(seed=widest.column("seed")[0]).rows
    return replace(found, rows=tuple(kept))


def reading(network: str, loss: str, rows: Results) -> str:
    """The title of a panel."""
    return f"{network}, {loss},\n$m$ = {rows.column('width')[0]}"


def figure_1(outputs: Results, values: Results) -> Figure:
    """Six outputs against the epoch, a panel a reading; the paper's magnitude at the last epoch."""
    outputs, values = first_widest(outputs), first_widest(values)
    networks, losses = different(outputs, "network"), different(outputs, "loss")
    figure = Figure(figsize=(COLUMN, 1.5 * len(networks) + 0.4))
    panels = figure.subplots(len(networks), len(losses), sharex=True, sharey=True, squeeze=False)
    for row, network in enumerate(networks):
        for column, loss in enumerate(losses):
            axes = panels[row, column]
            shown = outputs.where(network=network, loss=loss)
            epochs = array(shown, "epoch")
            trained = epochs >= 1
            for point in range(1, 7):
                look = line(point % 2)
                axes.plot(epochs[trained], array(shown, f"output_{point}")[trained], **look, linewidth=0.8)
            printed = array(values.where(network=network, loss=loss), "printed")[0]
            axes.plot([epochs.max()] * 2, [printed, -printed], **PRINTED)
            axes.set_xscale("log")
            axes.set_title(reading(network, loss, shown), pad=2)
            axes.axhline(0, color="0.8", linewidth=0.5, zorder=0)
    for axes in panels[-1]:
        axes.set_xlabel("epoch")
    for axes in panels[:, 0]:
        axes.set_ylabel(r"$f_t(x_i)$")
    handles = [Line2D([], [], **line(1), label="label 0"), Line2D([], [], **line(0), label="label 1")]
    handles.append(Line2D([], [], **PRINTED, label=READ_OFF))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, columnspacing=1.0, handletextpad=0.5)
    return figure


def figure_2(profiles: Results, values: Results) -> Figure:
    """The kernel over the angle for several widths, a panel a network; the paper's peaks and ends."""
    networks = different(profiles, "network")
    widths = sorted(map(int, different(profiles, "width")))
    figure = Figure(figsize=(COLUMN, 2.3))
    panels = figure.subplots(1, len(networks), squeeze=False)[0]
    for axes, network in zip(panels, networks, strict=True):
        for index, width in enumerate(widths):
            shown = profiles.where(network=network, width=str(width))
            axes.plot(array(shown, "angle"), array(shown, "first"), **line(index + 1), label=f"one draw, $m$ = {width}")
        mean, deviation = array(shown, "mean"), array(shown, "deviation")
        axes.fill_between(array(shown, "angle"), mean - deviation, mean + deviation, color="0.85", linewidth=0)
        axes.plot(array(shown, "angle"), array(shown, "limit"), **line(0), label="limit")
        _places(axes, values.where(network=network))
        angle_axis(axes)
        axes.set_title(network, pad=2)
    panels[0].set_ylabel(r"$K_0((1, 0), x')$")
    handles, _ = panels[0].get_legend_handles_labels()
    handles.append(Line2D([], [], **PRINTED, label=READ_OFF))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def _places(axes: Any, values: Results) -> None:
    """The paper's values at the peak (angle 0) and at the ends (angle +-pi)."""
    for place, printed in zip(values.column("place"), values.numbers("printed"), strict=True):
        angles = [0.0] if place == "angle 0" else [-np.pi, np.pi]
        axes.plot(angles, [printed] * len(angles), **PRINTED)


def figure_3(profiles: Results, values: Results) -> Figure:
    """The kernel over the angle at several epochs, a panel a reading; the paper's peaks."""
    profiles, values = first_widest(profiles), first_widest(values)
    readings = list(series(profiles, "network", "loss"))
    columns = 2
    height = -(-len(readings) // columns)
    figure = Figure(figsize=(COLUMN, 1.6 * height + 0.6))
    panels = figure.subplots(height, columns, sharex=True, squeeze=False).ravel()
    epochs = sorted({int(epoch) for epoch in profiles.column("epoch")})
    for axes, ((network, loss), rows) in zip(panels, readings, strict=False):
        for epoch in different(rows, "epoch"):
            shown = rows.where(epoch=epoch)
            axes.plot(array(shown, "angle"), array(shown, "value"), **line(epochs.index(int(epoch))), linewidth=0.8)
        printed = values.where(network=network, loss=loss).numbers("printed")
        axes.plot(np.zeros(len(printed)), printed, **PRINTED)
        axes.set_title(reading(network, loss, shown), pad=2)
        angle_axis(axes)
    for axes in panels[: len(readings) - columns]:
        axes.set_xlabel("")
    for axes in panels[len(readings) :]:
        axes.set_visible(False)
    for axes in panels[::columns]:
        axes.set_ylabel(r"$K_t((1, 0), x')$")
    handles = [Line2D([], [], **line(index), label=f"epoch {epoch:,}") for index, epoch in enumerate(epochs)]
    handles.append(Line2D([], [], **PRINTED, label=READ_OFF))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def figure_4(kernels: Results, values: Results) -> Figure:
    """K_t(x, x) of three images against the epoch, the first ten dropped, a panel a reading; the paper's values."""
    names = kernels.columns[: kernels.columns.index("method")]
    readings = list(series(kernels, *names))
    figure = Figure(figsize=(COLUMN, 2.2))
    panels = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for axes, (key, reading) in zip(panels, readings, strict=True):
        for index, (_, shown) in enumerate(series(reading, "point")):
            epochs = array(shown, "epoch")
            late = epochs >= 10
            axes.plot(epochs[late], array(shown, "value")[late], **line(index))
        mine = values.where(**dict(zip(names, key, strict=True)))
        for place, name in ((10, "printed_start"), (epochs.max(), "printed_end")):
            printed = mine.numbers(name)
            axes.plot([place] * len(printed), printed, **PRINTED)
        axes.set_xscale("log")
        axes.set_title(dict(zip(names, key, strict=True))["network"], pad=2)
        axes.set_xlabel("epoch")
    panels[0].set_ylabel("$K_t(x, x)$")
    handles = [Line2D([], [], **line(index), label=f"image {index + 1}") for index in range(3)]
    handles.append(Line2D([], [], **PRINTED, label=READ_OFF))
    figure.legend(handles=handles, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def residual(outputs: Results, initial: Results, trained: Results) -> Figure:
    """The set-ups of Figures 1 to 3 with a residual network, which the paper does not show."""
    figure = Figure(figsize=(COLUMN, 4.4))
    panels = figure.subplots(2, 2)
    for axes, ((loss,), shown) in zip(panels[0], series(first_widest(outputs), "loss"), strict=False):
        epochs = array(shown, "epoch")
        for point in range(1, 7):
            axes.plot(epochs[epochs >= 1], array(shown, f"output_{point}")[epochs >= 1], **line(point % 2))
        axes.set_xscale("log")
        axes.set_title(f"outputs, {loss} loss", pad=2)
        axes.set_xlabel("epoch")
    for index, ((width,), shown) in enumerate(series(initial, "width")):
        panels[1, 0].plot(array(shown, "angle"), array(shown, "first"), **line(index + 1), label=f"$m$ = {width}")
    panels[1, 0].plot(array(shown, "angle"), array(shown, "limit"), **line(5), label="limit")
    panels[1, 0].set_title("kernel at initialisation", pad=2)
    (loss,), of_loss = next(iter(series(first_widest(trained), "loss")))
    for index, ((epoch,), shown) in enumerate(series(of_loss, "epoch")):
        panels[1, 1].plot(array(shown, "angle"), array(shown, "value"), **line(index), label=f"epoch {int(epoch):,}")
    panels[1, 1].set_title(f"kernel, {loss} loss", pad=2)
    for axes in panels[1]:  # each with its own legend: looks stand for widths on the left, for epochs on the right
        angle_axis(axes)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.32), handletextpad=0.5)
    return figure


FIGURES = (
    FigureSpec(
        "paper_figure_1",
        "Figure 1 of the paper, under each reading",
        "Outputs on the six points of the hexagon against the epoch of gradient descent, three hidden layers. The paper"
        " leaves open whether there are biases and whether the loss is summed or averaged. Crosses: the magnitude at"
        " epoch 10,000, read off the paper's plot.",
        "Panels of six outputs against the epoch. In each, three outputs rise and three fall, symmetrically and in"
        " the end about straight against the logarithm of the epoch. Crosses mark the paper's magnitude at the last"
        " epoch.",
        ("figure_1", "figure_1_values"),
        figure_1,
    ),
    FigureSpec(
        "paper_figure_2",
        "Figure 2 of the paper, with and without biases",
        "The kernel at initialisation over the angle of $x'$: the limit, one draw at each width of the paper, and the"
        " spread (one standard deviation) at the largest width. Crosses: read off the paper's plot.",
        "Two panels, kernel against angle from minus pi to pi, one peak at zero. Without biases the curves pass near"
        " the paper's crosses; with biases they lie far above.",
        ("figure_2", "figure_2_values"),
        figure_2,
    ),
    FigureSpec(
        "paper_figure_3",
        "Figure 3 of the paper, under each reading",
        "The kernel over the angle of $x'$ at several epochs of training on the hexagon. Crosses: the peaks read off"
        " the paper's plot.",
        "Panels of the kernel against the angle, a curve an epoch. The peak at zero rises with training. Crosses mark"
        " the paper's peaks.",
        ("figure_3", "figure_3_values"),
        figure_3,
    ),
    FigureSpec(
        "paper_figure_4",
        "Figure 4 of the paper, under each reading",
        "$K_t(x, x)$ of three MNIST images against the epoch, parity labels, the first ten epochs dropped: the images"
        " whose values then are nearest to the printed ones. The paper does not say how many images were used nor how"
        " they were scaled. Crosses: start and end read off the paper's plot.",
        "Panels of three curves of the kernel's diagonal against the epoch. Each rises slowly. Crosses mark the paper's"
        " first and last values.",
        ("figure_4", "figure_4_values"),
        figure_4,
    ),
    FigureSpec(
        "residual_network",
        "The set-ups of Figures 1 to 3 with a residual network",
        "Three blocks, residual scale 1, all biases; the paper states neither and shows no result for its residual"
        " network: this is ours alone. Above: outputs on the hexagon, labels 0 dashed. Below: the kernel over the angle"
        " of $x'$, one draw a width beside the limit, and along training.",
        "Four panels: two of outputs that rise or fall in about straight lines against the logarithm of the epoch, one"
        " of the kernel at initialisation for three widths around its limit, one of the kernel at several epochs.",
        ("resnet_figure_1", "resnet_figure_2", "resnet_figure_3"),
        residual,
    ),
)
