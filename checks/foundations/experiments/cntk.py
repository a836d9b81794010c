"""The CNTK of Arora et al. against sampled convolutional networks, by channels.

Two images of three positions and one channel, filters of three, zero padding. The entry K(x, x') of the empirical NTK
at initialisation, a mean over explicit networks with a 99% interval, against the derived limit; and for the flattened
output against the value of the note that sums over patches at the last layer too (fd:36).
"""

from collections.abc import Iterator

import numpy as np

from checks.foundations.images import IMAGES, Steps, claimed_gram
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.kernels.gram import ntk
from numerics.networks.explicit import sample_networks
from numerics.statistics import estimate
from theory.architecture import Architecture
from theory.presets import cntk

HEADS = {"flattened": False, "pooled": True}
DEPTHS, CHANNELS, DRAWS, SEED = (1, 2), (8, 16, 32, 64, 128, 256), 400, 0
SETTINGS: dict[str, object] = {
    "network": "CNTK, filters of three, zero padding, all weights trained",
    "images": "; ".join(" ".join(f"{entry:g}" for entry in image) for image in IMAGES),
    "seed": SEED,
}


def run() -> Iterator[Results]:
    """Tables cntk_by_channels and cntk_limits."""
    yield by_channels()
    yield limits()


def network(head: str, depth: int) -> Architecture:
    """The network on images of three positions."""
    return cntk(depth, (3,), 3, pooled=HEADS[head])


def by_channels() -> Results:
    """Means over networks, a row for every head, depth and number of channels."""
    rows = []
    for head in HEADS:
        for depth in DEPTHS:
            for channels in CHANNELS:
                drawn = sample_networks(network(head, depth), np.array(IMAGES), channels, DRAWS, SEED).ntk[:, 0, 1]
                found = estimate(drawn)
                values = (number(float(each), 6) for each in (found.mean, found.half_width(0.005)))
                rows.append((head, depth, channels, DRAWS, *values))
    caption = (
        "The entry K(x, x') of sampled convolutional networks at initialisation, with the half-width of a 99% interval."
    )
    return table("cntk_by_channels", caption, SETTINGS, "head depth channels draws mean half_width", rows)


def limits() -> Results:
    """The derived limit of that entry, and the note's value where it has one."""
    rows = []
    for head in HEADS:
        for depth in DEPTHS:
            derived = float(ntk(network(head, depth), np.array(IMAGES))[0, 1])
            note = number(float(claimed_gram(Steps(at_the_end=True), depth)[0, 1]), 8) if head == "flattened" else ""
            rows.append((head, depth, number(derived, 8), note))
    return table(
        "cntk_limits",
        "The limit of that entry, derived, and by a note's steps.",
        SETTINGS,
        "head depth derived note",
        rows,
    )
