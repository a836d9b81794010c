"""Gaussian integrals of the ReLU by one-dimensional quadrature, and the limiting kernels from them, typed by hand.

Nothing here comes from our packages. E[h(u) h(v)] is taken as the integral over u > 0 of the density of u times the
conditional mean of h(v), which is elementary.
"""

import itertools
import math

from scipy.integrate import quad
from scipy.special import ndtr


def density(value):
    return math.exp(-(value**2) / 2) / math.sqrt(2 * math.pi)


def gaussian_integral(power, variance, cross, other_variance):
    """E[u_+^power v_+^power] for (u, v) ~ N(0, [[variance, cross], [cross, other_variance]]), power 0 or 1.

    u_+^0 is 1(u > 0). Both variances are positive.
    """
    deviation = math.sqrt(variance)
    slope = cross / deviation
    rest = math.sqrt(max(other_variance - slope**2, 0.0))

    def conditional_mean(mean):
        if rest == 0:
            return float(mean > 0) if power == 0 else max(mean, 0.0)
        ratio = mean / rest
        return ndtr(ratio) if power == 0 else mean * ndtr(ratio) + rest * density(ratio)

    def integrand(u):
        return density(u) * (deviation * u) ** power * conditional_mean(slope * u)

    # Past 1 the integrand may change on the scale of rest / slope only near zero, so the interval is cut there.
    cuts = [0.0, min(1.0, rest / max(abs(slope), rest, 1e-300)), 1.0, 40.0]
    return sum(
        quad(integrand, low, high, epsabs=1e-14, epsrel=1e-13, limit=200)[0] for low, high in itertools.pairwise(cuts)
    )


def relu_moment(variance, cross, other_variance):
    return gaussian_integral(1, variance, cross, other_variance)


def step_moment(variance, cross, other_variance):
    return gaussian_integral(0, variance, cross, other_variance)


def fcn_limit(x, y, depth, biased=True):
    """The parts of the limiting NTK of (2.1) at (x, y), and the NNGP kernel: all trained, or no biases at all."""
    bias = 1.0 if biased else 0.0
    pairs = ((x, x), (x, y), (y, y))
    forward = [[float(sum(p * q for p, q in zip(u, v, strict=True))) for u, v in pairs]]
    steps = [None]
    for _ in range(depth):
        s = [kernel + bias for kernel in forward[-1]]
        forward.append([2 * relu_moment(s[0], s[0], s[0]), 2 * relu_moment(*s), 2 * relu_moment(s[2], s[2], s[2])])
        steps.append(2 * step_moment(*s))
    parts = {f"W_{depth + 1}": forward[depth][1]}
    backward = 1.0
    for layer in range(depth, 0, -1):
        backward *= steps[layer]
        parts[f"W_{layer}"] = backward * forward[layer - 1][1]
        if biased:
            parts[f"b_{layer}"] = backward
    return parts, forward[depth][1]


def resnet_limit(x, y, depth, alpha, biased=True):
    """The same for (2.2) with all groups trained: d_l sees the cotangent of a_l, b_l that of t_l through the kink."""
    bias = 1.0 if biased else 0.0
    pairs = ((x, x), (x, y), (y, y))
    stream = [[float(sum(p * q for p, q in zip(u, v, strict=True))) + bias for u, v in pairs]]
    inner, steps = [None], [None]
    for _ in range(depth):
        s = stream[-1]
        t = [2 * relu_moment(s[0], s[0], s[0]), 2 * relu_moment(*s), 2 * relu_moment(s[2], s[2], s[2])]
        inner.append(t)
        steps.append(2 * step_moment(*s))
        stream.append([old + alpha**2 * new for old, new in zip(s, t, strict=True)])
    parts = {f"W_{depth + 1}": stream[depth][1]}
    backward = 1.0
    for layer in range(depth, 0, -1):
        parts[f"V_{layer}"] = alpha**2 * backward * inner[layer][1]
        kink = alpha**2 * backward * steps[layer]
        parts[f"W_{layer}"] = kink * stream[layer - 1][1]
        if biased:
            parts[f"d_{layer}"] = alpha**2 * backward
            parts[f"b_{layer}"] = kink
        backward += kink
    parts["A"] = backward * (stream[0][1] - bias)
    if biased:
        parts["b"] = backward
    return parts, stream[depth][1]
