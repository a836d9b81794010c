"""Monte Carlo against the limit: the error and the bias of K_0 by width, and every parameter group with intervals."""

from collections.abc import Callable, Iterator

import numpy as np

from checks.setups.networks import FAMILIES, number, table
from ntk_companion.results import Results
from numerics.data.points import hexagon
from numerics.kernels.gram import FLOAT64, KernelGrams, kernel_grams
from numerics.networks.exact_law import sample_kernels
from numerics.statistics import Array, estimate, fit_exponent
from theory.architecture import Architecture

SETTINGS = (("FCN", 3), ("FCN, no biases", 3), ("ResNet, scale 1", 2))
ERROR_DRAWS = {64: 400, 256: 400, 1024: 400, 4096: 200, 16_384: 100, 65_536: 40}
BIAS_DRAWS = {8: 100_000, 16: 100_000, 32: 100_000}
"""Draws by width. The bias of the order of 1/m is seen against the noise at small widths only."""
PART_DRAWS = {256: 1000, 4096: 400, 65_536: 40}
SEED, CONFIDENCE = 0, 0.99
OPPOSITE = (0, 3)
ENTRIES = {"K(x1, x1)": (0, 0), "K(x1, x2)": (0, 1), "K(x1, x4)": OPPOSITE}


def run() -> Iterator[Results]:
    """Tables monte_carlo, error_by_width and error_by_width_slopes."""
    yield monte_carlo()
    measured = {
        (network, depth, quantity): measure(FAMILIES[network](depth), draws, of_draws)
        for network, depth in SETTINGS
        for quantity, draws, of_draws in (("error", ERROR_DRAWS, errors), ("bias", BIAS_DRAWS, offsets))
    }
    yield by_width(measured)
    yield slopes(measured)


Measured = list[tuple[int, int, float, float]]
"""Width, draws, mean and its standard error."""


def draws_of(architecture: Architecture, width: int, draws: int) -> tuple[KernelGrams, dict[str, Array]]:
    """The limits, n x n, and exact draws of the NTK (under the name "NTK") and its parts, shape (draws, n, n)."""
    points = hexagon()
    found = sample_kernels(architecture, points.coordinates(FLOAT64), width, draws, SEED)
    return kernel_grams(architecture, points), {"NTK": found.ntk} | found.parts


def errors(draws: Array, limit: Array) -> Array:
    """max |K_0 - K| of every draw, shape (draws,); draws: shape (draws, n, n), limit: shape (n, n)."""
    return np.abs(draws - limit).max(axis=(1, 2))


def offsets(draws: Array, limit: Array) -> Array:
    """K_0 - K at two opposite points, shape (draws,); draws: shape (draws, n, n), limit: shape (n, n)."""
    return (draws - limit)[:, *OPPOSITE]


def measure(architecture: Architecture, draws: dict[int, int], of_draws: Callable[[Array, Array], Array]) -> Measured:
    """The mean of a quantity by width.

    draws: how many, by width; of_draws: from draws of shape (draws, n, n) and their limit, shape (n, n), to one number
    a draw, shape (draws,).
    """
    rows = []
    for width, count in draws.items():
        limits, found = draws_of(architecture, width, count)
        result = estimate(of_draws(found["NTK"], limits.ntk))
        rows.append((width, count, float(result.mean), float(result.standard_error)))
    return rows


def by_width(measured: dict[tuple[str, int, str], Measured]) -> Results:
    """Means with their errors."""
    rows = []
    for network, depth in SETTINGS:
        for width, draws, mean, error in measured[network, depth, "bias"]:
            rows.append((network, depth, "hexagon", width, draws, "", "", number(abs(mean), 4), number(error, 2)))
        for width, draws, mean, error in measured[network, depth, "error"]:
            rows.append((network, depth, "hexagon", width, draws, number(mean, 4), number(error, 2), "", ""))
    return table(
        "error_by_width",
        "Mean of max |K_0 - K| on the hexagon (error); size of the mean of K_0 - K at two opposite points (bias); from "
        "exact draws.",
        {"seed": SEED},
        "network depth points width draws error error_standard_error bias bias_standard_error",
        rows,
    )


def slopes(measured: dict[tuple[str, int, str], Measured]) -> Results:
    """The power law in the width fitted to each measured quantity; cells are empty where it is not told from 0."""
    rows = []
    for (network, depth, quantity), found in measured.items():
        widths, _, means, standard_errors = (np.array(column) for column in zip(*found, strict=True))
        sign = float(np.sign(means[0]))
        if not (sign * means > 2 * standard_errors).all():
            rows.append((network, depth, "hexagon", quantity, *([""] * 5)))  # not told from zero: no power law
            continue
        fit = fit_exponent(widths, sign * means, standard_errors, CONFIDENCE)
        numbers = (fit.slope, fit.low, fit.high, sign * fit.prefactor, fit.misfit)
        rows.append((network, depth, "hexagon", quantity, *(number(value, 4) for value in numbers)))
    return table(
        "error_by_width_slopes",
        "Fitted power of the width: slope with its 99% interval, prefactor, and probability of the misfit. Empty: a "
        "mean is not told from zero.",
        {"confidence": CONFIDENCE, "seed": SEED},
        "network depth points quantity slope low high prefactor misfit",
        rows,
    )


def monte_carlo() -> Results:
    """The limit of every parameter group beside its mean over exact draws, by network and width."""
    rows = []
    for network, depth in SETTINGS:
        for width, count in PART_DRAWS.items():
            limits, draws = draws_of(FAMILIES[network](depth), width, count)
            for group, limit in ({"NTK": limits.ntk} | limits.parts).items():
                found = estimate(draws[group])
                half_widths = found.half_width((1 - CONFIDENCE) / 2)
                for entry, place in ENTRIES.items():
                    numbers = (limit[place], found.mean[place])
                    cells = (*(number(float(value), 6) for value in numbers), number(float(half_widths[place]), 2))
                    rows.append((network, depth, "hexagon", width, count, group, entry, *cells))
    return table(
        "monte_carlo",
        "The limit of every part of the NTK beside the mean of exact draws of finite networks, with the half-width of "
        "its 99% interval.",
        {"confidence": CONFIDENCE, "seed": SEED},
        "network depth points width draws group entry analytic mean half_width",
        rows,
    )
