"""Figures of kernels at initialisation: profiles, constants, smallest eigenvalues, convergence in the width."""

import math
from collections import Counter
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from checks.setups.headings import CONSTANTS
from ntk_companion.appendix.digits import supported
from ntk_companion.appendix.figure import FigureSpec
from ntk_companion.appendix.series import array, different, series
from ntk_companion.appendix.style import COLUMN, angle_axis, dots, line
from ntk_companion.results import Results

MEAN: dict[str, Any] = {"color": "black", "linestyle": "none", "marker": ".", "markersize": 2.5}
PAPERS_DEPTH = "3"
NESTED = (3.5, 6.5, 4.5, 2.5, 3.5)
"""Sizes of markers, so that those of equal values are seen inside of each other."""


def profile(found: Results) -> Figure:
    """The limiting kernel over the angle, and the spread of finite networks, a panel a network."""
    networks = different(found, "network")
    figure = Figure(figsize=(COLUMN, 2.1))
    panels = figure.subplots(1, len(networks), squeeze=False)[0]
    shades = ("0.9", "0.75", "0.6")
    for axes, network in zip(panels, networks, strict=True):
        of_network = found.where(network=network)
        for shade, ((width,), shown) in zip(shades, series(of_network, "width"), strict=False):
            mean, deviation = array(shown, "mean"), array(shown, "deviation")
            angle = array(shown, "angle")
            label = f"$m$ = {width}, mean $\\pm$ 2 s.d."
            axes.fill_between(angle, mean - 2 * deviation, mean + 2 * deviation, color=shade, linewidth=0, label=label)
        axes.plot(angle, array(shown, "limit"), **line(0), label="limit")
        angle_axis(axes)
        axes.set_title(network.replace(", ", ",\n", 1), pad=2)
    panels[0].set_ylabel(r"$K((1, 0), x')$")
    handles, _ = panels[0].get_legend_handles_labels()
    figure.legend(handles=handles, loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def parts(found: Results) -> Figure:
    """The part of every parameter group in the kernel over the angle: a panel a network and kind of parameters."""
    panels = [(network, rows, kind) for (network,), rows in series(found, "network") for kind in kinds(rows)]
    figure = Figure(figsize=(COLUMN, 1.55 * math.ceil(len(panels) / 2)))
    frames = figure.subplots(math.ceil(len(panels) / 2), 2, squeeze=False).flat
    for axes, (network, rows, kind) in zip(frames, panels, strict=False):
        groups = (part for part in series(rows, "group") if part[0][0][0] in kind)
        for index, ((group,), shown) in enumerate(groups):
            label = f"${group[0]}_{group[2:]}$" if group[1:] else f"${group}$"
            axes.plot(array(shown, "angle"), array(shown, "limit"), **line(index), label=label)
            angle, mean, error = (array(shown, name)[2::4] for name in ("angle", "mean", "standard_error"))
            axes.errorbar(angle, mean, yerr=2 * error, elinewidth=0.7, **MEAN)
        angle_axis(axes)
        axes.set_title(f"{network.partition(', depth')[0]}, $m$ = {rows.column('width')[0]}", pad=2)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=2.0, handletextpad=0.4)
    for axes in list(frames)[len(panels) :]:
        axes.remove()
    figure.supylabel("part of the kernel", fontsize=7.5)
    figure.legend(
        handles=[Line2D([], [], **MEAN, label="mean of draws, two standard errors")], loc="outside lower center"
    )
    return figure


def kinds(rows: Results) -> list[str]:
    """The letters of the parameter groups, a text a panel: those of one group alone share one."""
    names = different(rows, "group")
    counts = Counter(name[0] for name in names)
    alone = "".join(letter for letter, many in counts.items() if many == 1)
    return [letter for letter, many in counts.items() if many > 1] + ([alone] if alone else [])


def constants(found: Results) -> Figure:
    """The gap constants against n, for the first network at the paper's depth."""
    shown = found.where(network=found.column("network")[0], depth=PAPERS_DEPTH)
    figure = Figure(figsize=(COLUMN, 2.5))
    axes = figure.subplots()
    labellings = list(series(shown, "labels"))
    lines = [(labellings[0][1], name, CONSTANTS[name]) for name in ("printed", "sharp", "best")]
    lines += [(rows, "label_aware", f"{CONSTANTS['label_aware']}, {labels}") for (labels,), rows in labellings]
    for index, (rows, name, label) in enumerate(lines):
        look = {**dots(index), **line(index), "markersize": NESTED[index]}
        axes.plot(array(rows, "n"), array(rows, name), **look, label=label)
    sizes = different(shown, "n")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(list(map(int, sizes)), sizes)
    axes.minorticks_off()
    axes.set_xlabel("$n$ points on the circle")
    axes.set_ylabel("constant")
    figure.legend(loc="outside lower center", ncols=3, columnspacing=1.0)
    return figure


def separation(found: Results) -> Figure:
    """lambda_min of two points against their separation, a line a network, at the least and the greatest depth."""
    depths = sorted(map(int, different(found, "depth")))
    figure = Figure(figsize=(COLUMN, 2.3))
    axes = figure.subplots()
    for index, network in enumerate(different(found, "network")):
        for depth, style in ((depths[0], "--"), (depths[-1], "-")):
            shown = found.where(network=network, depth=str(depth))
            look = {**dots(index), "linestyle": style, "markevery": 3}
            label = f"{network}, depth {depth}"
            axes.plot(10 ** array(shown, "log10_separation"), array(shown, "lambda_min"), **look, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("separation")
    axes.set_ylabel(r"$\lambda_{\min}(K)$")
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.0)
    return figure


def error_by_width(found: Results, slopes: Results) -> Figure:
    """The error and the bias of finite networks against the width, with the fitted slopes."""
    slopes = supported(slopes)
    figure = Figure(figsize=(COLUMN, 3.0))
    axes = figure.subplots()
    index = 0
    for (network, depth, points), shown in series(found, "network", "depth", "points"):
        for quantity in ("error", "bias"):
            value, deviation = array(shown, quantity), array(shown, f"{quantity}_standard_error")
            measured = ~np.isnan(value)
            width, value = array(shown, "width")[measured], value[measured]
            axes.errorbar(width, value, yerr=2 * deviation[measured], **dots(index), elinewidth=0.7)
            fit = slopes.where(network=network, depth=depth, points=points, quantity=quantity)
            label = f"{network}: {quantity}"
            if fit.rows and fit.column("slope")[0]:
                slope, low, high = (fit.column(name)[0] for name in ("slope", "low", "high"))
                centre = np.exp(np.mean(np.log(value) - float(slope) * np.log(width)))
                axes.plot(width, centre * width ** float(slope), **line(index))
                label += f", slope {slope} [{low}, {high}]"
            axes.plot([], [], **{**dots(index), **line(index)}, label=label)
            index += 1
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("width $m$")
    axes.set_ylabel("distance from the limit")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "kernel_profile",
        "The kernel over the angle",
        "The limiting kernel between $(1, 0)$ and a point of the unit circle, and where finite networks lie: mean and"
        " two standard deviations of draws from their exact law.",
        "Kernel against angle: a curve with one peak at zero inside bands that narrow with the width.",
        ("kernel_profile",),
        profile,
    ),
    FigureSpec(
        "kernel_parts",
        "The kernel over the angle, by parameter group",
        "The limit of the part of each parameter group (lines), and the mean of draws of finite networks (dots), in a"
        " panel for each network and kind of parameters.",
        "Panels of the parts of each group of weights and biases against the angle. All have their peak at zero, and"
        " the dots of the finite networks lie on the lines.",
        ("kernel_profile_parts",),
        parts,
    ),
    FigureSpec(
        "constants_by_n",
        "The gap constants against the number of points",
        r"The FCN of depth 3 on $n$ equally spaced points of the circle: the printed constant $\lambda_0/(2n^2)$, the"
        r" sharp $\lambda_0/n$, the best $g^*$ that keeps the kernel definite, and $\gamma^2$ by labelling. Certified.",
        "Constants falling with the number of points on logarithmic scales. The printed one falls fastest. The sharp"
        " one, the best one and gamma squared for alternating labels lie on each other; gamma squared for labels that"
        " are split in halves falls slowest.",
        ("gap_constants",),
        constants,
    ),
    FigureSpec(
        "separation",
        "The smallest eigenvalue against the separation of two points",
        r"$\lambda_{\min}$ of the limiting kernel on two points of the circle, against their distance. Certified.",
        "The smallest eigenvalue against the separation on logarithmic scales: straight lines of about slope one.",
        ("separation",),
        separation,
    ),
    FigureSpec(
        "error_by_width",
        "Finite networks against their limit",
        r"The mean of $\max|K_0 - K|$ (error) and the size of the mean of $K_0 - K$ (bias) against the width, with"
        " fitted slopes and their 99% intervals. Bars: two standard errors.",
        "Error and bias against width on logarithmic scales: straight lines, the error of slope about minus one half,"
        " the bias steeper and far smaller.",
        ("error_by_width", "error_by_width_slopes"),
        error_by_width,
    ),
)
