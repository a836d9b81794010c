"""The kernels of (2.1) and (2.2) in mpmath at high precision, typed by hand.

The Gaussian integrals are quadratures, in polar coordinates: for (u, v) with standard deviations p, r and correlation
cos(theta), u = p rho cos(phi) and v = r rho cos(phi - theta), both positive for theta - pi/2 < phi < pi/2. No closed
form and nothing of the packages under test is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import mpmath

DIGITS = 60
mp = mpmath.mp.clone()
mp.dps = DIGITS

Triple = tuple[Any, Any, Any]
"""A kernel at (x, x), (x, x') and (x', x')."""


def _radial(power: int) -> Any:
    return mp.quad(lambda rho: rho**power * mp.exp(-(rho**2) / 2), [0, 1, 2, 4, 8, 16, 24])


RADIAL = {power: _radial(power) for power in (1, 3)}


def _angle(k: Triple) -> Any:
    """The angle of the pair, from |u - v| and |u + v| of the unit vectors: no cancellation near 0 and pi."""
    first, cross, second = k
    scale = mp.sqrt(first * second)
    return 2 * mp.atan2(mp.sqrt(max(scale - cross, 0)), mp.sqrt(max(scale + cross, 0)))


@cache
def _twice_moment(k: Triple, power: int) -> Any:
    """2 E[s(u) s(v)] for power 1, 2 E[s'(u) s'(v)] for power 0, s the ReLU."""
    theta = _angle(k)
    low, high = theta - mp.pi / 2, mp.pi / 2
    angular = mp.quadgl(lambda phi: (mp.cos(phi) * mp.cos(phi - theta)) ** power, [low, high])
    return 2 * (mp.sqrt(k[0] * k[2])) ** power * RADIAL[2 * power + 1] * angular / (2 * mp.pi)


def _map(function: Any, k: Triple) -> Triple:
    """A function of kernels on pairs, at all three pairs."""
    return (function((k[0], k[0], k[0])), function(k), function((k[2], k[2], k[2])))


def _twice_relu(k: Triple) -> Triple:
    return _map(lambda pair: _twice_moment(pair, 1), k)


def _plus(k: Triple, number: int) -> Triple:
    return (k[0] + number, k[1] + number, k[2] + number)


def _inner(x: Sequence[Any], y: Sequence[Any]) -> Triple:
    def product(a: Sequence[Any], b: Sequence[Any]) -> Any:
        return mp.fsum(s * t for s, t in zip(a, b, strict=True))

    return (product(x, x), product(x, y), product(y, y))


def fcn_ntk(x: Sequence[Any], y: Sequence[Any], depth: int, bias: str = "trained") -> Any:
    """The NTK of the fully connected network (2.1): T_1 = S_1, T_(l+1) = 2 E[s's'] T_l + what layer l + 1 adds."""
    variance = 0 if bias == "none" else 1
    gradient = 1 if bias == "trained" else 0
    features = _inner(x, y)
    total = mp.zero
    for _ in range(depth):
        covariance = _plus(features, variance)
        step = _twice_moment(covariance, 0)
        total = step * (total + features[1] + gradient)
        features = _twice_relu(covariance)
    return total + features[1]


def fcn_nngp(x: Sequence[Any], y: Sequence[Any], depth: int, bias: str = "trained") -> Any:
    """The covariance of the outputs of (2.1)."""
    features = _inner(x, y)
    for _ in range(depth):
        features = _twice_relu(_plus(features, 0 if bias == "none" else 1))
    return features[1]


def resnet_ntk(x: Sequence[Any], y: Sequence[Any], depth: int, scale: Any, bias: str = "trained") -> Any:
    """The NTK of the residual network (2.2); the biases of the blocks start at zero."""
    gradient = 1 if bias == "trained" else 0
    square = scale * scale
    inputs = _inner(x, y)
    states = [_plus(inputs, 0 if bias == "none" else 1)]
    for _ in range(depth):
        relu = _twice_relu(states[-1])
        states.append(tuple(old + square * new for old, new in zip(states[-1], relu, strict=True)))
    total = states[-1][1]
    cotangent = mp.one
    for before in reversed(states[:-1]):
        relu, step = _twice_moment(before, 1), _twice_moment(before, 0)
        total += square * cotangent * (relu + gradient)
        total += square * cotangent * step * (before[1] + gradient)
        cotangent += square * cotangent * step
    return total + cotangent * (inputs[1] + gradient)


def regular_polygon(count: int) -> list[tuple[Any, Any]]:
    """The points (cos(2 pi i / count), sin(2 pi i / count)), i = 1 .. count."""
    return [(mp.cos(2 * mp.pi * i / count), mp.sin(2 * mp.pi * i / count)) for i in range(1, count + 1)]
