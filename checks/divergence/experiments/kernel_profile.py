"""The analytic kernel over the angle, with Monte Carlo bands by width, and by parameter group at one width."""

from collections.abc import Iterator

from checks.divergence.experiments.figure_2 import DRAWS, SEED, profiles
from checks.setups.networks import ANGLES, NETWORKS, RESNETS, number, profile_points, table
from ntk_companion.results import Results
from numerics.kernels.gram import FLOAT64, kernel_grams
from numerics.networks.exact_law import sample_kernels
from numerics.statistics import estimate

WIDTHS, WIDTH_OF_PARTS = (100, 1000, 10_000), 1000


def run() -> Iterator[Results]:
    """Tables kernel_profile and kernel_profile_parts."""
    yield profiles("kernel_profile", NETWORKS | RESNETS, WIDTHS)
    yield parts()


def parts() -> Results:
    """Mean and standard error of each parameter group of K_0((1, 0), x') beside its limit, a row an angle."""
    points = profile_points(ANGLES[::2])
    rows = []
    for network, architecture in (NETWORKS | RESNETS).items():
        limits = kernel_grams(architecture, points).parts
        draws = sample_kernels(architecture, points.coordinates(FLOAT64), WIDTH_OF_PARTS, DRAWS, SEED)
        for group, samples in draws.parts.items():
            found, limit = estimate(samples[:, 0, 1:]), limits[group][0, 1:]
            for angle, *cells in zip(ANGLES[::2], limit, found.mean, found.standard_error, strict=True):
                exact, mean, error = cells
                numbers = (number(angle, 6), number(exact), number(mean), number(error, 2))
                rows.append((network, WIDTH_OF_PARTS, group, *numbers))
    return table(
        "kernel_profile_parts",
        "The part of each parameter group in K((1, 0), x') over the angle of x': its limit, and the mean of draws.",
        {"draws": DRAWS, "seed": SEED},
        "network width group angle limit mean standard_error",
        rows,
    )
