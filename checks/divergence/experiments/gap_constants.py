"""The gap constants against the number of points, and the width from which each is informative."""

from collections.abc import Iterator

from checks.setups.networks import DEPTHS, FAMILIES, labels_of, number, start_gap, table
from ntk_companion.results import Results
from numerics.data.points import circle
from numerics.kernels.gap import CONSTANTS, Bounds, GapConstants, certified_gap_constants
from numerics.numbers.decimals import decimal_enclosure
from theory.architecture import Architecture

SIZES = (2, 3, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60)
SAMPLED = (2, 3, 6, 12, 20, 40, 60)
WIDTH, DRAWS = 4096, 40
LABELS = {
    "alternating": labels_of,
    "halves": lambda size: [int(2 * index >= size) for index in range(size)],
}
NETWORKS = ("FCN", "ResNet, scale 1")
DIGITS = 4


def run() -> Iterator[Results]:
    """Tables gap_constants and gap_widths."""
    found = {
        (network, depth, size, labels): of_circle(FAMILIES[network](depth), size, of_size(size))
        for network in NETWORKS
        for depth in DEPTHS
        for size in SIZES
        for labels, of_size in LABELS.items()
    }
    yield constants_table(found)
    yield widths_table(found)


def of_circle(architecture: Architecture, size: int, labels: list[int]) -> GapConstants:
    """Certified bounds of all four constants."""
    signs = [2 * label - 1 for label in labels]
    return certified_gap_constants(architecture, circle(size), signs, DIGITS + 1)[1]


def certain(bounds: Bounds) -> str:
    """A lower bound with `DIGITS` digits, rounded down."""
    return decimal_enclosure(bounds.lower, bounds.upper, DIGITS)[0]


def constants_table(found: dict[tuple[str, int, int, str], GapConstants]) -> Results:
    """The certified gap constants of every network, depth, point set and labelling."""
    rows = []
    for (network, depth, size, labels), constants in found.items():
        lower, upper = decimal_enclosure(constants.best.lower, constants.best.upper, DIGITS)
        lambda_0 = Bounds((constants.sharp.lower * size).lower(), (constants.sharp.upper * size).upper())
        cells = (certain(lambda_0), certain(constants.printed), certain(constants.sharp), lower, upper)
        rows.append((network, depth, f"circle:{size}", size, labels, *cells, certain(constants.label_aware)))
    return table(
        "gap_constants",
        "Certified gap constants on n points evenly spread on the circle, rounded down to four digits. `best` is known "
        "exactly to n = 12 and lies between `best` and `best_upper` above.",
        {"digits": DIGITS},
        "network depth points n labels lambda_0 printed sharp best best_upper label_aware",
        rows,
    )


def widths_table(found: dict[tuple[str, int, int, str], GapConstants]) -> Results:
    """The width from which a constant exceeds the fluctuation at the start."""
    gaps: dict[tuple[str, int, int], float] = {}
    rows = []
    for (network, depth, size, labels), constants in found.items():
        if size not in SAMPLED:
            continue
        key = (network, depth, size)
        if key not in gaps:
            gaps[key] = start_gap(FAMILIES[network](depth), circle(size), WIDTH, DRAWS)
        for name in CONSTANTS:
            value = float(getattr(constants, name).lower)
            needed = WIDTH * (gaps[key] / value) ** 2
            root_gap = gaps[key] * WIDTH**0.5
            rows.append((network, depth, f"circle:{size}", size, labels, name, number(root_gap, 2), number(needed, 2)))
    return table(
        "gap_widths",
        "The width from which each gap constant exceeds the median of max |K_0 - K|, C / sqrt(m); `root_gap` is C.",
        {"draws": DRAWS, "width of the draws": WIDTH, "seed": 0},
        "network depth points n labels constant root_gap width_needed",
        rows,
    )
