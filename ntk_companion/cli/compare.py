"""``ntk-companion compare``: which network of the language a matrix or a torch module is that of, and what is off."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

if TYPE_CHECKING:
    import numpy as np

MOST_POINTS = 200
SUMMARY = "which network a matrix or a module is that of"
DESCRIPTION = """Compares a Gram matrix, or the empirical kernel at initialisation of a torch module, with the kernels
of the networks of the language: depth, biases, factors of the parts. FILE.py:NAME names a function without arguments
that returns a module of points (n, d), or a module and a loss of outputs and labels; the file is run. With --depth and
--bias, what differs from that fully connected network is told."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--gram", type=Path, metavar="FILE.npy", help="a symmetric matrix, a row a point; .npy or .csv")
    given.add_argument(
        "--module", metavar="FILE.py:NAME", help="your own code, run here: a function that makes a module"
    )
    arguments.add_points(parser)
    depth = arguments.whole_number("the depth", 1, 100)
    parser.add_argument("--depth", type=depth, metavar="L", help="hidden layers of the network that was meant")
    parser.add_argument("--bias", choices=("trained", "none"), default="trained", help="of the network that was meant")
    draws = arguments.whole_number("the number of draws", 2, 10_000)
    parser.add_argument("--draws", type=draws, default=40, metavar="N", help="modules made; default 40")
    seed = arguments.whole_number("the seed", 0, 2**32)
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="of torch, before the first; default 0")


def run(options: argparse.Namespace) -> Result:
    """The networks that match, or the parts of the module's kernel."""
    return _of_matrix(options) if options.gram is not None else _of_module(options)


def _of_matrix(options: argparse.Namespace) -> Result:
    from ntk_companion.comparing import TRIED, matches, shape_of

    points = arguments.points(options, MOST_POINTS)
    matrix, epsilon = _matrix(options.gram, len(points))
    found = matches((matrix + matrix.T) / 2, points)[:5]
    # Entries that agree with a kernel to some digits may have been rounded there, whatever their type holds.
    precision = max([epsilon, *(10.0**-match.digits for match in found[:1])])
    shape = shape_of(matrix, precision)
    lopsided = shape.asymmetry > len(matrix) * precision * float(abs(matrix).max())
    values: dict[str, Any] = {
        "lambda_min": shape.lambda_min, "semidefinite": shape.semidefinite, "asymmetry": shape.asymmetry,
        "matches": [
            {"network": match.network.name, "depth": match.network.depth, "kernel": match.kernel,
             "factors": match.factors, "digits": round(match.digits, 1), "remarks": match.remarks}
            for match in found
        ],
        "differences": [],
    }  # fmt: skip
    if options.depth is not None and found and found[0].network.depth != options.depth:
        values["differences"] = [f"{found[0].network.depth} hidden layers, not {options.depth}"]
    word = "" if shape.semidefinite else "not "
    lines = [f"lambda_min {shape.lambda_min:.6g}: {word}positive semidefinite to its precision"]
    lines += [f"not symmetric: entries differ by up to {shape.asymmetry:.2g} from those across"] * lopsided
    lines += [
        f"the {match.kernel} of {match.network.name}, to {match.digits:.0f} digits"
        + "".join(f"; {remark}" for remark in match.remarks)
        for match in found
    ] or [f"no network that was tried has this kernel; tried were {TRIED}"]
    return Result(values, lines + values["differences"])


def _matrix(path: Path, size: int) -> tuple[np.ndarray, float]:
    """The matrix in a file and the relative precision of its entries. Raises ValueError, OSError."""
    import numpy as np

    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):  # of numpy, that a file is empty
            numpys = path.suffix != ".csv"
            matrix = np.lib.format.read_array(file) if numpys else np.loadtxt(file, delimiter=",", ndmin=2)
    except ValueError:
        raise ValueError(f"{path} holds no matrix: save it with numpy.save, or its rows as .csv") from None
    if matrix.shape != (size, size) or matrix.dtype.kind not in "fiu":
        raise ValueError(f"{path} holds an array of shape {matrix.shape}; --points has {size} points, a row each")
    epsilon = float(np.finfo(matrix.dtype if matrix.dtype.kind == "f" else float).eps)
    matrix = matrix.astype(float)
    if not np.isfinite(matrix).all() or not matrix.any():
        raise ValueError(f"{path} holds entries that are no finite numbers, or zeros only")
    return matrix, epsilon


def _of_module(options: argparse.Namespace) -> Result:
    from ntk_companion.comparing import module_kernel
    from theory.architecture import fcn

    points = arguments.points(options, MOST_POINTS)
    kernel = module_kernel(_maker(options.module), points, options.draws, options.seed)
    meant = fcn(options.depth if options.depth is not None else kernel.depth, options.bias)
    differences = kernel.differences(meant)
    values = {
        "depth": kernel.depth, "bias": kernel.bias, "output_bias": kernel.output_bias, "logits": kernel.logits,
        "loss": kernel.loss, "draws": options.draws, "seed": options.seed, "meant": meant.name,
        "parts": [vars(part) for part in kernel.parts], "differences": differences,
    }  # fmt: skip
    lines = [f"{kernel.depth} hidden layers, biases {kernel.bias}; meant: {meant.name}"]
    lines += [f"{p.parameter:20} {p.group:12} {p.factor:.4g} +- {p.error:.1g} times the limit's" for p in kernel.parts]
    return Result(values, lines + (differences or ["nothing differs"]))


def _maker(text: str) -> Callable[[], Any]:
    """The function NAME of FILE.py. Raises ValueError if there is none."""
    import runpy

    path, _, name = text.rpartition(":")
    if not path.endswith(".py") or not Path(path).is_file() or not name:
        raise ValueError(f"--module {text!r}: write FILE.py:NAME, NAME a function in the file that makes a module")
    made = runpy.run_path(path).get(name)
    if not callable(made):
        raise ValueError(f"--module: {path} defines no function {name!r}")
    return made
