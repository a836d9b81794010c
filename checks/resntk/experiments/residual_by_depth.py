"""Normalised residual kernels against the depth, for the scales alpha = L^(-g) of the branch.

Two networks without biases: Huang's, whose first and last layer are fixed at their random start, and the one with all
layers trained. The limits in depth are those of the statements rn:8 (g > 1/2), rn:9, rn:10 (g = 0) and what they leave
open is empty.
"""

from collections.abc import Iterator

import numpy as np

from checks.resntk.kernels import COSINES, normalised, two_layers
from checks.setups.networks import number, table
from ntk_companion.results import Results

POWERS, SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0), (0.5, 0.0, -0.5)
DEPTHS, LISTED = (1, 2, 3, 5, 8, 14, 25, 50, 100, 200, 400, 800), (50, 200, 800)
TRAINED = ("blocks alone", "all layers")
SETTINGS: dict[str, object] = {
    "network": "residual, ReLU, no biases, alpha = L^(-power) to four digits",
    "normalisation": "1 on the diagonal",
}


def run() -> Iterator[Results]:
    """Tables residual_by_depth and residual_limits."""
    yield by_depth()
    yield limits()


def place_of(cosine: float) -> int:
    """Where a cosine stands among `COSINES`."""
    return int(np.argmin(np.abs(COSINES - cosine)))


def by_depth() -> Results:
    """A row for what is trained, every scale, cosine and depth."""
    rows = [
        (name, power, cosine, depth, number(float(normalised(depth, power, name == TRAINED[1])[place_of(cosine)]), 6))
        for name in TRAINED
        for power in POWERS
        for cosine in SHOWN
        for depth in DEPTHS
    ]
    caption = "The residual kernel divided by its diagonal, by what is trained, scale, cosine of the inputs and depth."
    return table("residual_by_depth", caption, SETTINGS, "trained power cosine depth kernel", rows)


def limit_of(name: str, power: float, cosine: float) -> str:
    """The limit in depth that a statement names, as text; none where there is none."""
    if power > 0.5:
        return f"{cosine:g}" if name == TRAINED[1] else number(float(two_layers()[place_of(cosine)]), 6)
    return "0.25" if power == 0.0 and name == TRAINED[0] else ""


def limits() -> Results:
    """Three depths side by side, and beside them the limit."""
    rows = []
    for name in TRAINED:
        for power in POWERS:
            for cosine in SHOWN:
                at = [normalised(depth, power, name == TRAINED[1])[place_of(cosine)] for depth in LISTED]
                values = (number(float(one), 6) for one in at)
                rows.append((name, power, cosine, *values, limit_of(name, power, cosine)))
    caption = "The residual kernel divided by its diagonal at three depths, and its limit where a statement names one."
    columns = " ".join(["trained power cosine", *(f"at_{depth}" for depth in LISTED), "limit"])
    return table("residual_limits", caption, SETTINGS, columns, rows)
