"""Eigenvalues of the ReLU network's kernel on spheres by degree, and their exponents beside the claimed ones.

The network has no biases, all weights are trained, inputs are uniform on the unit sphere of R^d. Eigenvalues are
computed by Gauss's rule in the angle (`numerics.kernels.zonal`), which estimates their error. Odd ones of depth 1 from
degree 3 on are zero: they are left out, and their exponent is empty. The exponent -d is printed for two hidden layers
and more (arXiv 2009.14397, 2003.04560); for one it is remembered (arXiv 1905.12173).
"""

import math
from collections.abc import Iterator

from checks.setups.networks import number, table
from checks.spectrum.records import deep
from ntk_companion.results import Results

DIMENSIONS, DEPTHS, HIGHEST = (2, 3, 4), (1, 2, 3, 7), 242
FROM, TO = 120, 240
"""Degrees between which the exponent is taken: these, and one more where it is odd."""
PARITIES = ("even", "odd")
SETTINGS: dict[str, object] = {"network": "ReLU, no biases, all weights trained", "inputs": "uniform on the sphere"}
DEGREES = (2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 24, 25, 34, 35, 48, 49, 68, 69, 96, 97, 136, 137, 190, 191, 240, 241)


def run() -> Iterator[Results]:
    """Tables eigenvalue_decay and eigenvalue_exponents."""
    yield decay()
    yield exponents()


def is_zero(depth: int, parity: int) -> bool:
    """Are the eigenvalues of this parity zero from degree 2 on?"""
    return depth == 1 and parity == 1


def known(value: float, error: float) -> str:
    """A number to the significant digits that its error leaves, at most six."""
    return number(value, max(1, min(6, math.floor(math.log10(abs(value) / error)))))


def decay() -> Results:
    """Eigenvalues at some degrees, a row for every dimension, depth and degree."""
    rows = []
    for dimension in DIMENSIONS:
        for depth in DEPTHS:
            found = deep(depth, dimension, HIGHEST)
            error = number(found.error, 2)
            for parity, name in enumerate(PARITIES):
                degrees = [] if is_zero(depth, parity) else DEGREES[parity::2]
                rows += [
                    (dimension, depth, name, k, known(float(found.values[k]), found.error), error) for k in degrees
                ]
    caption = "Eigenvalues of the NTK by degree for the uniform probability measure on the sphere of R^d."
    return table("eigenvalue_decay", caption, SETTINGS, "dimension depth parity degree value error", rows)


def exponents() -> Results:
    """The exponent of the decay between two degrees, by dimension, depth and parity; -d is claimed at every depth."""
    rows = []
    for dimension in DIMENSIONS:
        for depth in DEPTHS:
            computed = deep(depth, dimension, HIGHEST)
            for parity, name in enumerate(PARITIES):
                ends = FROM + parity, TO + parity
                slope = computed.exponent(*ends)
                zero = is_zero(depth, parity)
                found = ("", "") if zero else (known(slope.value, slope.error), number(slope.error, 2))
                rows.append((dimension, depth, name, *ends, *found, "zero" if zero else -dimension))
    caption = (
        "The exponent p of mu_k ~ k^p between two degrees, and what the error of the eigenvalues makes of it; empty "
        "where all from degree 3 on are zero."
    )
    columns = "dimension depth parity from_degree to_degree found found_error claimed"
    return table("eigenvalue_exponents", caption, SETTINGS, columns, rows)
