"""Late times of the flow of the summed logistic loss, for (quasi-)homogeneous networks (Lyu and Li, ICLR 2020).

Let f scale as lambda^H when every trained group p of parameters scales as lambda^{d_p}, lambda > 0. All d_p = 1 is
positive homogeneity; an FCN with biases has d = 1 for weights, d = l for b_l and H = L + 1 (quasi-homogeneity; Kunin
et al., ICLR 2023). By Euler's identity <D theta, grad f(x)> = H f(x), D = diag(d), also for subgradients selected on
kinks. Write rho^2 = <theta, D theta>, d = max_p d_p, S = exp(L) - 1, N = -ln S, the smoothed margin, E = sum u_i q_i.
Along the flow

    d rho^2/dt = 2 H E,    dL/dt = -|d theta/dt|^2,    |d theta/dt|^2 >= (H E)^2 / |D theta|^2 >= (H E / rho)^2 / d,
    E >= N sum u_i >= N S / (1 + S),  if N > 0, that is L < ln 2

(every margin is at least N, and sum u_i >= 1 - exp(-L)). N / rho^(H/d) then rises: its logarithmic derivative is a sum
of terms that are not negative, `normalised_margin_rate`.

**Rates, d = 1.** Let gamma = N / rho^H at t_0, K_t(x_i, x_i) <= kappa rho^(2H-2) later on (kappa is finite by
homogeneity), p = 2 - 2/H, N(t_0) > p. From |d theta/dt|^2 <= max_i K_ii (sum u)^2 and sum u <= L <= S,

    H^2 gamma^(2/H) N^p / (1 + S) <= d(1/S)/dt <= (1 + S) kappa (N / gamma)^p,

so that y = 1 / (S N^p), whose rate is d(1/S)/dt (1 - p/N) / N^p, grows linearly in t, between explicit rates
(`slowest_rate`, `fastest_rate`): the loss falls like 1 / (t (ln t)^p). And N = Theta(ln t) is between gamma rho^H and a
multiple of it: rho grows like (ln t)^(1/H).
"""

from collections.abc import Sequence
from functools import cache
from typing import assert_never

import sympy

from theory.activations import Activation
from theory.architecture import Affine, Architecture, Convolution, Flatten, Layer, Pool, Residual, Scale

degree, norm, excess, smoothed_margin = sympy.symbols("H rho S N", positive=True)
"""The degree H of homogeneity, rho = |theta|, S = exp(L) - 1, and N = -ln S where it is positive."""
heaviest = sympy.Symbol("d", positive=True)
"""The largest weight d_p of a group; 1 where f is homogeneous."""
alignment_defect, margin_defect = sympy.symbols("a e", nonnegative=True)
"""|d theta/dt|^2 - (H E / rho)^2 / d and E - N S / (1 + S)."""
at_start, diagonal_bound = sympy.symbols("gamma kappa", positive=True)
"""N / rho^H at t_0, and the least kappa with K_t(x_i, x_i) <= kappa rho^(2H-2) after it."""


def homogeneity(architecture: Architecture) -> int | None:
    """The H with f(x; lambda theta) = lambda^H f(x; theta), theta the trained parameters; None if there is none."""
    found = quasi_homogeneity(architecture)
    return found[0] if found and set(found[1].values()) <= {1} else None


def quasi_homogeneity(architecture: Architecture) -> tuple[int, dict[str, int]] | None:
    """H and the weights d_p by name of trained group, so that f scales as lambda^H when each p scales as lambda^{d_p}.

    Weight matrices have weight 1, a trained bias that of what it is added to. None if there are no such weights.
    """
    weights: dict[str, int] = {}
    degree = _degree_after(architecture.layers, 0, weights)
    return None if degree is None else (degree, weights)


def _degree_after(layers: Sequence[Layer], before: int | None, weights: dict[str, int]) -> int | None:
    for layer in layers:
        match layer:
            case Affine(weight, bias) | Convolution(weight, bias) if before is not None:
                before += weight.trained
                if weight.trained:
                    weights[weight.name] = 1
                if bias is not None and bias.trained and before:
                    weights[bias.name] = before
                elif bias is not None and before:
                    return None
            case Affine() | Convolution() | Scale() | Flatten() | Pool():
                pass
            case Activation():
                if before:
                    if layer.degree is None:
                        return None
                    before *= layer.degree
            case Residual(_, branch):
                if _degree_after(branch, before, weights) != before:
                    return None
            case _:
                assert_never(layer)
    return before


def normalised_margin_rate(power: sympy.Expr = degree / heaviest) -> sympy.Expr:
    """d ln(N / rho^power) / dt, in the symbols above: with power = H / d a sum of terms that are not negative."""
    weighted = smoothed_margin * excess / (1 + excess) + margin_defect
    speed_squared = (degree * weighted / norm) ** 2 / heaviest + alignment_defect
    excess_rate = -(1 + excess) * speed_squared  # dS/dt = exp(L) dL/dt
    margin_rate = sympy.diff(-sympy.log(excess), excess) * excess_rate
    norm_rate = degree * weighted / norm
    return sympy.factor(sympy.expand(margin_rate / smoothed_margin - power * norm_rate / norm))


@cache
def scaled_inverse_rate(speed_squared: sympy.Expr, power: sympy.Expr) -> sympy.Expr:
    """d/dt of 1 / (S N^power), N = -ln S, when |d theta/dt|^2 = speed_squared; an expression in S and N."""
    inverse = 1 / (excess * (-sympy.log(excess)) ** power)
    rate = sympy.diff(inverse, excess) * -(1 + excess) * speed_squared
    return sympy.simplify(rate.subs(sympy.log(excess), -smoothed_margin))


@cache
def loss_exponent() -> sympy.Expr:
    """p where L falls like 1 / (t (ln t)^p): the power of N that the slowest speed allows."""
    speed_squared = (degree * smoothed_margin * excess / (1 + excess)) ** 2 / norm**2
    radius = (smoothed_margin / at_start) ** (1 / degree)
    rate = sympy.powsimp(
        sympy.expand_power_base((speed_squared * (1 + excess) / excess**2).subs(norm, radius), force=True)
    )
    return sympy.simplify(smoothed_margin * sympy.diff(sympy.log(rate), smoothed_margin))


def slowest_rate() -> sympy.Expr:
    """A lower bound of d/dt of 1 / (S N^p), once N > p, in H, gamma and the S and N of the start t_0."""
    return degree**2 * at_start ** (2 / degree) * (1 - loss_exponent() / smoothed_margin) / (1 + excess)


def fastest_rate() -> sympy.Expr:
    """An upper bound of the same rate, in H, gamma, kappa and the S of t_0."""
    return (1 + excess) * diagonal_bound * at_start ** -loss_exponent()
