"""``ntk-companion gram``: the Gram matrix of a limiting NTK in right decimals, and an enclosure of lambda_min."""

import argparse
from collections.abc import Callable, Iterator
from typing import Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result
from ntk_companion.cli.duration import announce

MOST_DIGITS = 1000
MOST_POINTS = 3000
MOST_SILENT = 10**6
"""Of more digits in all layers the time is told before it has passed, if it is long."""
SUMMARY = "the Gram matrix of a limiting NTK, certified"
DESCRIPTION = """The n x n Gram matrix of the limiting NTK. Every entry is printed with D significant digits and is off
by less than one unit of its last digit, proved by ball arithmetic; an entry below 10^-2D sqrt(K(x,x) K(x',x')) is
printed as 0. The radius bounds the error of every entry as printed. lambda_min lies between the two numbers given,
which agree to D digits if n <= 250 and lambda_min is proved positive; it is zero where points coincide, which are then
named. Of C outputs, independent in the limit, the matrix is the product of that of one with the C x C unit matrix.
With --against the matrix is that of K(x, x'), x' the n' points there: n x n', without lambda_min, and printed as 0 is
an entry below 10^-2D of the largest."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    arguments.add_network(parser)
    arguments.add_points(parser)
    against = "other points, as for --points: the columns of a rectangular matrix"
    parser.add_argument("--against", metavar="P", help=against)
    arguments.add_outputs(parser)
    width = arguments.whole_number("the width", 1, 10**10)
    parser.add_argument(
        "--width", type=width, metavar="M", help="of the hidden layers, for the standard parametrisation"
    )
    digits = arguments.whole_number("the number of digits", 1, MOST_DIGITS)
    parser.add_argument("--digits", type=digits, default=15, metavar="D", help="significant digits; default 15")


def run(options: argparse.Namespace) -> Result:
    """The Gram matrix and lambda_min; with --against the matrix alone."""
    arguments.check_network(options.network)
    points = arguments.points(options, MOST_POINTS)  # what is wrong with them is told before more is loaded
    others = None if options.against is None else arguments.points(options, MOST_POINTS, "against")
    architecture = arguments.architecture(options)
    from numerics.numbers.decimals import decimal_enclosure, decimal_matrix

    gram_over = _evaluator(architecture, points, options.width, others)
    for count in (len(points), len(others or ())):
        if count * options.outputs > MOST_POINTS:
            raise ValueError(f"{count} points with {options.outputs} outputs make more than {MOST_POINTS} rows")
    _announce(architecture, points, options, len(points if others is None else others))
    systems = (gram_over(system) for system in _systems(options.digits))
    matrix = decimal_matrix(systems, options.digits, symmetric=others is None)
    entries = _of_outputs(matrix.entries, options.outputs)
    if others is not None:
        sets = f"{len(points)} and {len(others)} points in R^{points.dimension}: {options.points}, {options.against}"
        lines = [f"{architecture.name}; {sets}", *arguments.corner(entries), f"radius      {matrix.radius}"]
        return Result({"gram": entries, "radius": matrix.radius, "lambda_min": None}, lines)
    smallest, because = _smallest_eigenvalue(architecture, points, gram_over, options.digits)
    bounds = decimal_enclosure(smallest.lower, smallest.upper, options.digits + 2)
    decided = "positive, proved" if smallest.positive else because or "not negative; whether it is zero is not decided"
    lines = [
        f"{architecture.name}; {len(points)} points in R^{points.dimension}: {options.points}",
        *arguments.corner(entries),
        f"radius      {matrix.radius}",
        f"lambda_min  {bounds[0]}",
        f"         .. {bounds[1]}  ({decided}; {smallest.method})",
    ]
    values = {"gram": entries, "radius": matrix.radius, "lambda_min": bounds}
    return Result(values | ({"because": because} if because else {}), lines)


def _announce(architecture: Any, points: Any, options: argparse.Namespace, columns: int) -> None:
    """Say how long the matrix will take, if it is large."""
    entries = len(points) * columns * (1 if options.against is None else 2)
    count = 10 if entries > 1000 else 2
    if entries > 2 * count**2 and entries * (architecture.depth + 1) * options.digits > MOST_SILENT:
        from numerics.data.points import as_coordinates
        from numerics.kernels.gram import ntk

        few, system = as_coordinates(points)[:count], next(_systems(options.digits))
        announce(lambda: ntk(architecture, few, system, width=options.width), entries / count**2)


def _of_outputs(entries: list[list[str]], outputs: int) -> list[list[str]]:
    """The kernel of so many independent outputs, those at a point side by side: zero between two of them."""
    rows, columns = (range(count * outputs) for count in (len(entries), len(entries[0])))
    return [[entries[i // outputs][j // outputs] if i % outputs == j % outputs else "0" for j in columns] for i in rows]


def _evaluator(architecture: Any, points: Any, width: int | None, others: Any = None) -> Callable[[Any], Any]:
    """The Gram matrix as a function of the number system, each evaluated once."""
    from numerics.kernels.gram import ntk

    known: dict[int, Any] = {}

    def gram_over(system: Any) -> Any:
        bits = getattr(system, "bits", 53)
        if bits not in known:
            known[bits] = ntk(architecture, points, system, others, width)
        return known[bits]

    return gram_over


def _systems(digits: int) -> Iterator[Any]:
    """Systems of balls of rising precision."""
    from numerics.numbers.systems import Balls, DoubleBalls

    if digits <= 11:
        yield DoubleBalls()
    bits = max(128, 4 * (digits + 1))  # what the enclosure of lambda_min starts with: the matrix serves twice
    for doubling in range(8):
        yield Balls(bits << doubling)


def _smallest_eigenvalue(
    architecture: Any, points: Any, gram_over: Callable[[Any], Any], digits: int
) -> tuple[Any, str | None]:
    from numerics.kernels.spectrum import MOST_FACTORISED
    from numerics.kernels.structure import lambda_min_of_network
    from numerics.progress import tell

    size = len(points)
    tell(lambda: "the smallest eigenvalue")
    if size > MOST_FACTORISED:
        return lambda_min_of_network(architecture, points, gram_over, min(digits, 3))
    most_bits = 8 * digits + (4096 if size <= 50 else 1024)
    return lambda_min_of_network(architecture, points, gram_over, digits + 1, most_bits)
