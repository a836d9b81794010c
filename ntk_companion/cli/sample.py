"""``ntk-companion sample``: the mean empirical NTK of finite networks at initialisation, with standard errors."""

import argparse
from collections.abc import Callable
from typing import Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result
from ntk_companion.cli.duration import SEVERAL, announce

MOST_WIDTH = 10**10
MOST_DRAWS = 10**6
MOST_POINTS = 3000
MOST_NUMBERS = 10**8
"""The largest draws x n x n x parameter groups: what is kept in memory."""
FEW = 3 * 10**6
"""Normal deviates of a part of the work that tells how long all of it takes."""
SUMMARY = "finite networks at initialisation, sampled"
DESCRIPTION = """The mean over independent networks of width M of the empirical NTK at initialisation, drawn from its
exact law without weight matrices (of networks on images with their weights), and the standard error of that mean, entry
by entry. limit is the kernel at infinite width. A draw depends on the seed and its own number alone."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    arguments.add_network(parser)
    arguments.add_points(parser)
    arguments.add_outputs(parser)
    width = arguments.whole_number("the width", 1, MOST_WIDTH)
    parser.add_argument("--width", required=True, type=width, metavar="M", help="neurons in every hidden layer")
    draws = arguments.whole_number("the number of draws (a standard error needs two)", 2, MOST_DRAWS)
    parser.add_argument("--draws", required=True, type=draws, metavar="R", help="independent networks, at least 2")
    seed = arguments.whole_number("the seed", 0, 2**63 - 1)
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="default 0")
    jobs = arguments.whole_number("the number of jobs", 1, 256)
    parser.add_argument("--jobs", type=jobs, default=1, metavar="J", help="processor cores to use; default 1")


def run(options: argparse.Namespace) -> Result:
    """The mean kernel, its standard error and its limit. Raises ValueError on too many numbers, or on overflow."""
    arguments.check_network(options.network)
    points = arguments.points(options, MOST_POINTS)  # what is wrong with them is told before more is loaded
    architecture = arguments.architecture(options)
    import numpy as np

    from numerics.networks.classes import class_kernel
    from numerics.statistics import estimate

    coordinates = arguments.doubles(points)
    numbers = options.draws * (len(points) * options.outputs) ** 2 * (len(architecture.groups) + 1)
    if numbers > MOST_NUMBERS:
        raise ValueError(f"{numbers} numbers would have to be kept; at most {MOST_NUMBERS}: take fewer draws or points")
    limit = class_kernel(arguments.limiting_kernel(architecture, points, options.width), options.outputs)
    sample = _sampler(architecture, coordinates, options)
    with np.errstate(all="ignore"):
        neurons = max(len(points), FEW // (len(points) * (architecture.depth + 1)))
        narrow = options.width if architecture.image else min(options.width, neurons)
        few = min(options.draws, max(1, neurons // narrow))  # narrow networks are drawn together
        if (parts := options.width * options.draws / (narrow * few)) > SEVERAL:
            announce(lambda: sample(narrow, few, 0), parts)
        draws = sample(options.width, options.draws, options.seed)
        estimated = estimate(draws.ntk)
    mean, error = estimated.mean, estimated.standard_error
    if not (np.isfinite(mean).all() and np.isfinite(error).all()):
        raise ValueError(arguments.OVERFLOW)
    values = {
        "mean": mean.tolist(),
        "standard_error": error.tolist(),
        "limit": limit.tolist(),
        "draws": options.draws,
        "width": options.width,
    }
    return Result(values, _lines(architecture.name, options, mean, error, limit))


def _sampler(architecture: Any, coordinates: Any, options: argparse.Namespace) -> Callable[[int, int, int], Any]:
    """Draws of the kernel, from the width, their number and a seed: of networks on images by explicit ones."""
    if architecture.image:
        from numerics.networks.explicit import sample_networks

        return lambda width, draws, seed: sample_networks(
            architecture, coordinates, width, draws, seed, options.outputs
        )
    from numerics.networks.exact_law import sample_kernels

    return lambda *size: sample_kernels(architecture, coordinates, *size, outputs=options.outputs, jobs=options.jobs)


def _lines(name: str, options: argparse.Namespace, mean: Any, error: Any, limit: Any) -> list[str]:
    lines = [
        f"{name}, width {options.width}; {len(mean) // options.outputs} points: {options.points}; {options.draws} draws"
    ]
    for title, matrix in (("mean", mean), ("standard error", error), ("limit of infinite width", limit)):
        lines += [title, *arguments.corner([[f"{value:.6g}" for value in row] for row in matrix.tolist()])]
    return lines
