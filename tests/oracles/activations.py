"""Activations, their Gaussian moments by quadrature and the kernels of networks of them, typed by hand.

Nothing here comes from our packages. Smooth functions are integrated by the trapezoidal rule in two independent
normals, kinked ones in polar coordinates between their kinks, in doubles; fine_activations.py has more digits.
"""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace

import numpy as np
import scipy.special

NUMPY = SimpleNamespace(exp=np.exp, log=np.log, sin=np.sin, cos=np.cos, tanh=np.tanh, erf=scipy.special.erf,
                        sqrt=np.sqrt, pi=np.pi, one=1.0)  # fmt: skip


def logistic(m, z):
    return 1 / (1 + m.exp(-z))


def normal_cdf(m, z):
    return (1 + m.erf(z / m.sqrt(2 * m.one))) / 2


def normal_density(m, z):
    return m.exp(-z * z / 2) / m.sqrt(2 * m.pi)


SMOOTH = {
    "erf": (lambda m, z: m.erf(z), lambda m, z: 2 / m.sqrt(m.pi) * m.exp(-z * z)),
    "gelu": (lambda m, z: z * normal_cdf(m, z), lambda m, z: normal_cdf(m, z) + z * normal_density(m, z)),
    "sin": (lambda m, z: m.sin(z), lambda m, z: m.cos(z)),
    "cos": (lambda m, z: m.cos(z), lambda m, z: -m.sin(z)),
    "exp": (lambda m, z: m.exp(z), lambda m, z: m.exp(z)),
    "cubic": (lambda m, z: z**3 - 2 * z + 1, lambda m, z: 3 * z**2 - 2),
    "tanh": (lambda m, z: m.tanh(z), lambda m, z: 1 - m.tanh(z) ** 2),
    "sigmoid": (logistic, lambda m, z: logistic(m, z) * logistic(m, -z)),
    "softplus": (lambda m, z: m.log(1 + m.exp(z)), logistic),
    "silu": (
        lambda m, z: z * logistic(m, z),
        lambda m, z: logistic(m, z) + z * logistic(m, z) * logistic(m, -z),
    ),
    "bump": (lambda m, z: z**2 * m.exp(-(z**2)), lambda m, z: 2 * z * (1 - z**2) * m.exp(-(z**2))),
    "identity": (lambda m, z: z, lambda m, z: m.one + 0 * z),
}
"""s and s'."""
KINKED = {"relu": (1, 1, 0), "leaky": (1, 1, -0.25), "abs": (1, 1, 1), "step": (0, 1, 0)}
"""The power q, and the values at 1 and at -1: s(z) = a z^q for z > 0, b (-z)^q for z < 0."""


def moment(name, order, k):
    """E[s(u) s(v)] (order 0) or E[s'(u) s'(v)] (1), (u, v) ~ N(0, ((k_0, k_1), (k_1, k_2))), in doubles."""
    if name in KINKED:
        power, right, left = KINKED[name]
        if order and not power:
            return 0.0
        return kinked_moment(power - order, right, -left if order else left, k)
    x = np.arange(-240, 241) * (9.6 / 240)
    weights = np.exp(-x * x / 2) * (x[1] - x[0]) / math.sqrt(2 * math.pi)
    first = math.sqrt(k[0])
    slope = k[1] / first if first else 0.0
    rest = math.sqrt(max(k[2] - slope**2, 0.0))
    function = SMOOTH[name][order]
    inner = function(NUMPY, slope * x[:, None] + rest * x[None, :]) @ weights
    return float(weights @ (function(NUMPY, first * x) * inner))


def kinked_moment(power, right, left, k):
    scale = math.sqrt(k[0] * k[2])
    if scale == 0:
        return 0.0
    theta = 2 * math.atan2(math.sqrt(max(scale - k[1], 0)), math.sqrt(max(scale + k[1], 0)))
    nodes, weights = np.polynomial.legendre.leggauss(30)

    def side(cosine):
        return np.where(cosine > 0, right, left) * np.abs(cosine) ** power

    cuts = sorted({-math.pi / 2, math.pi / 2, 3 * math.pi / 2, theta - math.pi / 2, theta + math.pi / 2})
    total = 0.0
    for low, high in itertools.pairwise(cuts):
        phi = (high + low) / 2 + (high - low) / 2 * nodes
        total += (high - low) / 2 * float(weights @ (side(np.cos(phi)) * side(np.cos(phi - theta))))
    radial = 2.0 if power == 1 else 1.0  # the integral of rho^(2 power + 1) exp(-rho^2/2)
    return radial * scale**power * total / (2 * math.pi)


def triple(function, k):
    return (function((k[0], k[0], k[0])), function(k), function((k[2], k[2], k[2])))


def inner_products(x, y):
    return tuple(float(np.dot(a, b)) for a, b in ((x, x), (x, y), (y, y)))


def fcn_kernel(name, x, y, depth, bias_variance, bias_gradient):
    """The NTK of z_l = W_l a_{l-1} + b_l, a_l = sqrt(2/m) s(z_l), f = W_{L+1} a_L, weights N(0, 1).

    Biases are N(0, bias_variance) and add `bias_gradient` (1 if trained, 0 if not or absent).
    """
    features, total = inner_products(x, y), 0.0
    for _ in range(depth):
        z = tuple(value + bias_variance for value in features)
        total = 2 * moment(name, 1, z) * (total + features[1] + bias_gradient)
        features = triple(lambda pair: 2 * moment(name, 0, pair), z)
    return total + features[1]


def resnet_kernel(name, x, y, depth, alpha, input_bias, bias_gradient):
    """The NTK of a_0 = (A x + b)/sqrt(m), a_l = a_{l-1} + alpha (V s(W a_{l-1} + b_l) sqrt(2/m) + d_l)/sqrt(m)."""
    inputs = inner_products(x, y)
    states, images = [tuple(value + input_bias for value in inputs)], []
    for _ in range(depth):
        images.append(triple(lambda pair: 2 * moment(name, 0, pair), states[-1]))
        states.append(tuple(old + alpha**2 * new for old, new in zip(states[-1], images[-1], strict=True)))
    total, cotangent = states[-1][1], 1.0
    for state, image in zip(reversed(states[:-1]), reversed(images), strict=True):
        slope = 2 * moment(name, 1, state)
        total += alpha**2 * cotangent * (image[1] + bias_gradient + slope * (state[1] + bias_gradient))
        cotangent *= 1 + alpha**2 * slope
    return total + cotangent * (inputs[1] + bias_gradient)
