"""Convolutional networks and the kernels of their width limit, typed by hand: numpy loops, torch's own convolutions.

Nothing here comes from our packages. An image is an array of its positions in any number of directions, channels last.
"""

import itertools
import math

import numpy as np
import torch


def arc_cosine(order, first, cross, second):
    """E[u_+ v_+] (order 0) or P(u > 0, v > 0) (1) of a Gaussian pair; Cho and Saul 2009."""
    scale = math.sqrt(first * second)
    if scale == 0:
        return 0.0
    angle = 0.0 if first == cross == second else math.acos(max(-1.0, min(1.0, cross / scale)))
    if order == 1:
        return (math.pi - angle) / (2 * math.pi)
    return scale * (math.sin(angle) + (math.pi - angle) * math.cos(angle)) / (2 * math.pi)


def inside(place, image, padding):
    if padding == "circular":
        return tuple(one % length for one, length in zip(place, image, strict=True))
    return place if all(0 <= one < length for one, length in zip(place, image, strict=True)) else None


def patch_sum(kernel, image, filter_size, padding):
    """sum over beta of k(alpha + beta, alpha' + beta), by loops over everything."""
    places = list(itertools.product(*map(range, image)))
    offsets = list(itertools.product(range(-(filter_size // 2), filter_size // 2 + 1), repeat=len(image)))
    result = {}
    for alpha in places:
        for other in places:
            total = 0.0
            for beta in offsets:
                one = inside(tuple(a + b for a, b in zip(alpha, beta, strict=True)), image, padding)
                two = inside(tuple(a + b for a, b in zip(other, beta, strict=True)), image, padding)
                if one is not None and two is not None:
                    total += kernel[one, two]
            result[alpha, other] = total
    return result


def cntk(x, y, depth, filter_size, padding, pooled, bias=None):
    """Theta(x, y) of L convolutions x -> sqrt(2/(C q^D)) relu(W * x + b) and a dense output; the input is not scaled.

    All filters N(0, 1); `bias` is the variance of the biases, None: there are none. The recursion of Arora et al. 2019,
    upwards: Theta <- patches(Theta) s' + features, a bias adding 1 before it.
    """
    image = x.shape[:-1]
    places = list(itertools.product(*map(range, image)))
    factor = 2 / filter_size ** len(image)
    pairs = list(itertools.product(places, places))
    features = [{(a, b): float(u[a] @ v[b]) for a, b in pairs} for u, v in ((x, x), (x, y), (y, y))]
    theta = dict.fromkeys(pairs, 0.0)
    for _ in range(depth):
        seen = [patch_sum(kernel, image, filter_size, padding) for kernel in features]
        below = patch_sum(theta, image, filter_size, padding)
        sigma = [{pair: kernel[pair] + (bias or 0.0) for pair in pairs} for kernel in seen]
        covariances = {(a, b): (sigma[0][a, a], sigma[1][a, b], sigma[2][b, b]) for a, b in pairs}
        here = {pair: below[pair] + seen[1][pair] + (0.0 if bias is None else 1.0) for pair in pairs}
        theta = {pair: factor * here[pair] * arc_cosine(1, *covariances[pair]) for pair in pairs}
        features = [
            {(a, b): factor * arc_cosine(0, one[a, a], k[a, b], two[b, b]) for a, b in pairs}
            for one, k, two in ((sigma[0], sigma[0], sigma[0]), tuple(sigma), (sigma[2], sigma[2], sigma[2]))
        ]
    if pooled:
        return sum(theta[pair] + features[1][pair] for pair in pairs) / len(places) ** 2
    return sum(theta[a, a] + features[1][a, a] for a in places)


def network_parameters(channels, image, width, depth, filter_size, pooled, generator, biased=False):
    """Filters outputs x channels x (q, ..), everything N(0, 1)."""
    parameters = {}
    for layer in range(1, depth + 1):
        shape = (width, channels if layer == 1 else width, *[filter_size] * len(image))
        parameters[f"W_{layer}"] = torch.randn(shape, generator=generator, dtype=torch.float64)
        if biased:
            parameters[f"b_{layer}"] = torch.randn(width, generator=generator, dtype=torch.float64)
    last = width * (1 if pooled else math.prod(image))
    parameters[f"W_{depth + 1}"] = torch.randn(1, last, generator=generator, dtype=torch.float64)
    return parameters


def network_output(parameters, x, depth, padding, pooled):
    """f(x) for one image, channels last, by torch's convolutions."""
    directions = x.dim() - 1
    convolve = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d}[directions]
    mode = {"zero": "constant", "circular": "circular"}[padding]
    a = x.movedim(-1, 0)[None]
    for layer in range(1, depth + 1):
        weight = parameters[f"W_{layer}"]
        reach = weight.shape[-1] // 2
        padded = torch.nn.functional.pad(a, (reach, reach) * directions, mode=mode)
        z = convolve(padded, weight, parameters.get(f"b_{layer}"))
        a = math.sqrt(2 / (weight.shape[0] * weight.shape[-1] ** directions)) * torch.relu(z)
    vector = a.flatten(2).mean(2) if pooled else a.flatten(1)
    return (vector @ parameters[f"W_{depth + 1}"].T)[0, 0]


def as_images(points, image):
    """n x d points as n images, channels last."""
    return np.asarray(points).reshape(len(points), *image, -1)
