"""The kernels of networks of any activation to thirty digits and more: quadrature in mpmath, typed by hand.

Nothing here comes from our packages. For (u, v) of deviations sigma, tau and correlation rho

    E[s(u) s(v)] = int int s(sigma x) s(tau y) phi_rho(x, y) dx dy

by the trapezoidal rule on a square grid of step h, whose error for analytic s falls like exp(-const / h). There s is
needed on two edges only, and the density is what belongs to the row times what belongs to the column times q^(i j).
Steps are refined until two of them agree to 34 digits. Kinked functions are integrated in polar coordinates, between
their kinks.
"""

from __future__ import annotations

import decimal
import itertools
from functools import cache

import mpmath

from tests.oracles.activations import KINKED, SMOOTH

mp = mpmath.mp.clone()
mp.dps = 50
AGREED = mp.mpf(10) ** -34
"""What two steps of the rule differ by at most, relative to sqrt(E[s(u)^2] E[s(v)^2])."""
DECIMALS = decimal.Context(prec=50, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


class _Functions:
    """What the functions of `SMOOTH` are made of."""

    exp, log, sin, cos, tanh, erf, sqrt = mp.exp, mp.log, mp.sin, mp.cos, mp.tanh, mp.erf, mp.sqrt
    pi, one = mp.pi, mp.mpf(1)


def refined(rule, step, scale):
    """rule(h) for h so small that two steps agree, their ratio no simple fraction."""
    before = rule(step)
    for _ in range(12):
        step *= mp.mpf("0.73")
        value = rule(step)
        if abs(value - before) <= AGREED * scale(value):
            return value
        before = value
    raise ArithmeticError("the trapezoidal rule does not settle")


def nodes(step, name, deviation):
    """Where the density is above 1e-44: of exp, whose products grow, further out."""
    reach = 14 + (2 * deviation if name == "exp" else 0)
    count = int(mp.ceil(reach / step))
    return [step * j for j in range(-count, count + 1)]


def one_square(name, order, deviation):
    """E[s(sigma g)^2]."""
    function = SMOOTH[name][order]

    def rule(step):
        terms = (
            mp.exp(-x * x / 2) * function(_Functions, deviation * x) ** 2 for x in nodes(step, name, 2 * deviation)
        )
        return step * mp.fsum(terms) / mp.sqrt(2 * mp.pi)

    return refined(rule, mp.mpf("0.15") / max(1, deviation), abs)


def in_decimals(values):
    return [decimal.Decimal(mp.nstr(value, 52, min_fixed=0, max_fixed=0)) for value in values]


def mixed(name, order, first, second, correlation):
    """E[s(u) s(v)] of deviations `first` and `second`, |correlation| < 1."""
    function = SMOOTH[name][order]
    rest = 1 - correlation**2
    size = mp.sqrt(one_square(name, order, first) * one_square(name, order, second))

    def rule(step):
        grid = nodes(step, name, first + second)
        rows, columns = (
            in_decimals(function(_Functions, deviation * x) * mp.exp(-x * x / (2 * rest)) for x in grid)
            for deviation in (first, second)
        )
        middle, total = len(grid) // 2, decimal.Decimal(0)
        reach = (14 * mp.sqrt(rest) + (second * rest if name == "exp" else 0)) / step
        with decimal.localcontext(DECIMALS):
            unit = in_decimals([mp.exp(correlation * step**2 / rest)])[0]
            for row, left in zip(range(-middle, middle + 1), rows, strict=True):
                low = max(0, int(middle + row * correlation - reach))  # outside the density is below 1e-42
                high = min(len(grid), int(middle + row * correlation + reach) + 2)
                ratio, value = unit**row, decimal.Decimal(0)
                for right in reversed(columns[low:high]):
                    value = value * ratio + right
                total += left * value * ratio ** (low - middle)
        return step**2 * mp.mpf(str(total)) / (2 * mp.pi * mp.sqrt(rest))

    return refined(rule, mp.mpf("0.15") * mp.sqrt(rest) / max(1, first, second), lambda _: size)


def kinked(power, right, left, first, second, correlation):
    """As `mixed` for a z^q, z > 0, and b (-z)^q, z < 0: in polar coordinates, over arcs on which it is smooth."""
    angle = mp.acos(correlation)
    cuts = {-mp.pi / 2, mp.pi / 2, 3 * mp.pi / 2, angle - mp.pi / 2, angle + mp.pi / 2}

    def side(cosine):
        return (right if cosine > 0 else left) * abs(cosine) ** power

    arcs = [
        mp.quadgl(lambda phi: side(mp.cos(phi)) * side(mp.cos(phi - angle)), [low, high])
        for low, high in itertools.pairwise(sorted(cuts))
    ]
    radial = mp.quad(lambda rho: rho ** (2 * power + 1) * mp.exp(-(rho**2) / 2), [0, 1, 2, 4, 8, 18])
    return radial * (first * second) ** power * mp.fsum(arcs) / (2 * mp.pi)


@cache
def moment(name, order, k):
    """E[s(u) s(v)] (order 0) or E[s'(u) s'(v)] (1), (u, v) ~ N(0, ((k_0, k_1), (k_1, k_2))); k_1 = k_0: u = v."""
    first, second = mp.sqrt(k[0]), mp.sqrt(k[2])
    same = k[0] == k[1] == k[2]
    if name in KINKED:
        power, right, left = KINKED[name]
        if order and not power:
            return mp.zero
        sides = (power - order, mp.mpf(right), mp.mpf(-left if order else left))
        return kinked(*sides, first, second, mp.one if same else k[1] / (first * second))
    return one_square(name, order, first) if same else mixed(name, order, first, second, k[1] / (first * second))


def moments(name, k, weight):
    """2 E[s(u) s(v)] at all three pairs, and 2 w E[s'(u) s'(v)], k the covariance of the pre-activations."""
    features = tuple(2 * moment(name, 0, pair) for pair in ((k[0],) * 3, k, (k[2],) * 3))
    return features, 2 * weight * moment(name, 1, k)


def inner_products(x, y):
    return tuple(mp.fsum(mp.mpf(s) * mp.mpf(t) for s, t in zip(a, b, strict=True)) for a, b in ((x, x), (x, y), (y, y)))


def fcn_kernels(name, x, y, depth, weight, bias_variance, bias_gradient):
    """The NTKs, of every depth to `depth`, of z_l = W_l a_{l-1} + b_l, a_l = sqrt(2/m) s(z_l), f = W_{L+1} a_L.

    Weights are N(0, weight), biases N(0, bias_variance), adding `bias_gradient` (1 if trained, 0 if absent).
    """
    features, total, found = inner_products(x, y), mp.zero, []
    for _ in range(depth):
        here = weight * total + features[1] + bias_gradient
        features, slope = moments(name, tuple(weight * value + bias_variance for value in features), weight)
        total = slope / weight * here
        found.append(weight * total + features[1])
    return found


def resnet_kernels(name, x, y, depth, alpha, weight, input_bias, bias_gradient):
    """The NTKs, of every depth to `depth`, of a_l = a_{l-1} + alpha (V_l s(W_l a_{l-1} + b_l) sqrt(2/m) + d_l)/sqrt(m).

    a_0 = (A x + b)/sqrt(m), f = W_{L+1} a_L; weights are N(0, weight), b ~ N(0, input_bias), the blocks' biases 0.
    """
    inputs, found = inner_products(x, y), []
    states, blocks = [tuple(weight * value + input_bias for value in inputs)], []
    for _ in range(depth):
        features, slope = moments(name, tuple(weight * value for value in states[-1]), weight)
        blocks.append((states[-1][1], features[1], slope))
        states.append(tuple(a + alpha**2 * weight * s for a, s in zip(states[-1], features, strict=True)))
        total, above = states[-1][1], weight
        for state, feature, kink in reversed(blocks):
            total += alpha**2 * above * (feature + bias_gradient + kink * (state + bias_gradient))
            above *= 1 + alpha**2 * weight * kink
        found.append(total + above * (inputs[1] + bias_gradient))
    return found
