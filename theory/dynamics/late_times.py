"""Late times of the flow of the summed logistic loss, for positively homogeneous networks (Lyu and Li, ICLR 2020).

Let f(x; lambda theta) = lambda^H f(x; theta) for lambda > 0: by Euler's identity <theta, grad f(x)> = H f(x), also for
subgradients selected on kinks. Write rho = |theta|, S = exp(L) - 1, N = -ln S, the smoothed margin, E = sum u_i q_i.
Along the flow

    d rho^2/dt = 2 H E,    dL/dt = -|d theta/dt|^2,    |d theta/dt|^2 >= (H E / rho)^2  (Cauchy-Schwarz),
    E >= N sum u_i >= N S / (1 + S),  if N > 0, that is L < ln 2

(every margin is at least N, and sum u_i >= 1 - exp(-L)). The normalised margin N / rho^H then rises: its logarithmic
derivative is a sum of terms that are not negative, `normalised_margin_rate`. When it has converged, to gamma, and the
inequalities are equalities in the limit, dS/dt = -H^2 gamma^(2/H) N^(2 - 2/H) S^2 for small S: hence L falls like
1 / (t (ln t)^(2 - 2/H)), and rho grows like (ln t)^(1/H).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import sympy

from theory.activations import Activation
from theory.architecture import Affine, Architecture, Group, Layer, Normalise, Residual

degree, norm, excess, smoothed_margin = sympy.symbols("H rho S N", positive=True)
"""The degree H of homogeneity, rho = |theta|, S = exp(L) - 1, and N = -ln S where it is positive."""
alignment_defect, margin_defect = sympy.symbols("a e", nonnegative=True)
"""|d theta/dt|^2 - (H E / rho)^2 and E - N S / (1 + S)."""
limit = sympy.Symbol("gamma", positive=True)
"""The limit of the normalised margin N / rho^H."""


def homogeneity(architecture: Architecture) -> int | None:
    """The H with f(x; lambda theta) = lambda^H f(x; theta), theta the trained parameters; None if there is none."""
    return _degree_after(architecture.layers, 0)


def _degree_after(layers: Sequence[Layer], before: int | None) -> int | None:
    for layer in layers:
        match layer:
            case Affine(weight, bias) if before is not None:
                before += weight.trained
                if bias is not None and _degree(bias) != before:
                    return None
            case Affine() | Normalise():
                pass
            case Activation():
                if before:
                    if layer.degree is None:
                        return None
                    before *= layer.degree
            case Residual(_, branch):
                if _degree_after(branch, before) != before:
                    return None
            case _:
                assert_never(layer)
    return before


def _degree(group: Group) -> int:
    return int(group.trained)


def normalised_margin_rate(power: sympy.Expr = degree) -> sympy.Expr:
    """d ln(N / rho^power) / dt, in the symbols above: with power = H a sum of terms that are not negative."""
    weighted = smoothed_margin * excess / (1 + excess) + margin_defect
    speed_squared = (degree * weighted / norm) ** 2 + alignment_defect
    excess_rate = -(1 + excess) * speed_squared  # dS/dt = exp(L) dL/dt
    margin_rate = sympy.diff(-sympy.log(excess), excess) * excess_rate
    norm_rate = degree * weighted / norm
    return sympy.factor(sympy.expand(margin_rate / smoothed_margin - power * norm_rate / norm))


def late_speed() -> sympy.Expr:
    """d (1/S) / dt in the limit, for N = gamma rho^H and small S, as an expression in N."""
    weighted = smoothed_margin * excess
    radius = (smoothed_margin / limit) ** (1 / degree)
    return sympy.powsimp(sympy.expand_power_base((degree * weighted / radius) ** 2 / excess**2))


def loss_exponent() -> sympy.Expr:
    """p where L falls like 1 / (t (ln t)^p): the power of N in `late_speed`, since N is ln t to leading order."""
    return sympy.simplify(smoothed_margin * sympy.diff(sympy.log(late_speed()), smoothed_margin))


def norm_exponent() -> sympy.Expr:
    """p where rho grows like (ln t)^p, from N = gamma rho^H."""
    return 1 / degree
