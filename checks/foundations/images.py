"""The CNTK by the steps of a public note, on two images: a claim, compared with the derived kernel."""

import numpy as np

Array = np.ndarray
IMAGES = ((1.0, 2.0, -1.0), (0.5, -1.0, 3.0))
"""Two images of three positions and one channel."""


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


def by_steps(claim: tuple[bool, float], one: Array, other: Array, depth: int) -> float:
    """The note's steps on two images of P positions; `claim`: a sum over patches at h = L, and a factor of K there."""
    at_the_end, factor = claim
    pairs = ((one, one), (one, other), (other, other))
    covariances = [over_patches(np.outer(*pair)) for pair in pairs]
    kernel = covariances[1]
    for layer in range(1, depth + 1):
        first, across, second = covariances
        values, slopes = arc_cosine(first, across, second)
        kernel = slopes * kernel + (factor if layer == depth else 1.0) * values
        if layer < depth or at_the_end:
            kernel = over_patches(kernel)
        ends = [arc_cosine(each, each, each)[0] for each in (first, second)]
        covariances = [over_patches(each) for each in (ends[0], values, ends[1])]
    return float(np.trace(kernel))


def claimed_gram(claim: tuple[bool, float], depth: int) -> Array:
    """The Gram matrix of the two images by those steps."""
    images = [np.array(image) for image in IMAGES]
    return np.array([[by_steps(claim, one, other, depth) for other in images] for one in images])
