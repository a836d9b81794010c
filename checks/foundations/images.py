"""The CNTK by its steps, on two images: claims, compared with the derived kernel and with sampled networks."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from checks.foundations.budget import ALPHA
from checks.setups.budget import BIAS_BOUND
from ntk_companion import random_seed, record, statistical
from numerics.networks.explicit import sample_networks
from numerics.statistics import entry_scale, equivalence_test
from theory.architecture import Architecture

Array = np.ndarray
IMAGES = ((1.0, 2.0, -1.0), (0.5, -1.0, 3.0))
"""Two images of three positions and one channel."""
CHANNELS, DRAWS = 128, 160
"""Of the networks that are sampled."""


def over_patches(kernel: Array) -> Array:
    """The sum over the offsets of a filter of three positions, P x P to P x P, zeros beyond the edge."""
    padded = np.pad(kernel, 1)
    size = len(kernel)
    return sum((padded[shift : shift + size, shift : shift + size] for shift in range(3)), start=np.zeros_like(kernel))


def arc_cosine(one: Array, across: Array, other: Array) -> tuple[Array, Array]:
    """K and dK, P x P: 2/3 of the moments of the ReLU and of its slope, at covariances P x P of two images."""
    scale = np.sqrt(np.outer(np.diagonal(one), np.diagonal(other)))
    angle = np.arccos(np.clip(across / scale, -1, 1))
    return scale * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (3 * np.pi), (np.pi - angle) / (3 * np.pi)


@dataclass(frozen=True)
class Steps:
    """The steps of the CNTK, as a claim.

    at_the_end  is there a sum over patches at h = L too?
    last        the factor of K^(L), the part of the output's weights
    start       the factor of Theta^(0) = Sigma^(0), the part of the first layer's weights
    pooled      the mean over all pairs of positions at the end, or the sum over equal ones
    """

    at_the_end: bool = False
    last: float = 1.0
    start: float = 1.0
    pooled: bool = False


def by_steps(claim: Steps, one: Array, other: Array, depth: int) -> float:
    """The steps on two images of P positions: Theta <- patches(dK Theta + K), at h = L without a sum over patches."""
    pairs = ((one, one), (one, other), (other, other))
    covariances = [over_patches(np.outer(*pair)) for pair in pairs]
    kernel = claim.start * covariances[1]
    for layer in range(1, depth + 1):
        first, across, second = covariances
        values, slopes = arc_cosine(first, across, second)
        kernel = slopes * kernel + (claim.last if layer == depth else 1.0) * values
        if layer < depth or claim.at_the_end:
            kernel = over_patches(kernel)
        ends = [arc_cosine(each, each, each)[0] for each in (first, second)]
        covariances = [over_patches(each) for each in (ends[0], values, ends[1])]
    return float(kernel.mean() if claim.pooled else np.trace(kernel))


def claimed_gram(claim: Steps, depth: int) -> Array:
    """The Gram matrix of the two images by those steps."""
    images = [np.array(image) for image in IMAGES]
    return np.array([[by_steps(claim, one, other, depth) for other in images] for one in images])


@cache
def drawn(network: Architecture, seed: int) -> Array:
    """The kernel of the two images at initialisation in explicit networks, DRAWS x 2 x 2."""
    return sample_networks(network, np.array(IMAGES), CHANNELS, DRAWS, seed).ntk


def record_mean(network: Architecture, claimed: Array, tolerance: float) -> None:
    """Record whether the mean of those kernels is the 2 x 2 matrix claimed, to a share of sqrt(K_ii K_jj)."""
    found = drawn(network, random_seed("images") % 2**63)
    scale = entry_scale(found.mean(axis=0))
    result = equivalence_test(found / scale, claimed / scale, tolerance, ALPHA, BIAS_BOUND / CHANNELS)
    holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
    detail = f"{network.name}: off by {np.abs(result.discrepancy).max():.2f} of sqrt(K_ii K_jj)"
    record(statistical(holds, f"{detail}, detects {result.detectable.max():.2f}", false_alarm=ALPHA))
