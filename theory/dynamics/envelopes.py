"""Two-sided envelopes for the loss and the margins along the gradient flow of the summed logistic loss.

Along the flow dL/dt = -u' K_t^r u (arXiv 2504.11130, (C.22)), u_i = 1 - exp(-l_i) >= 0. With gamma_t^2 the least value
of w' K_t^r w on the simplex and kappa_t = max_i K_t(x_i, x_i),

    gamma_t^2 (sum u)^2 <= u' K_t^r u <= kappa_t (sum u)^2,
    1 - exp(-L) <= sum u <= n (1 - exp(-L / n))

(the product of the 1 - u_i and the sum's complement; the concavity of 1 - exp(-l)). Both sides then are differential
inequalities for one function, Phi(S) = 1/S - ln S, which falls from infinity as S rises from 0:

    d Phi(exp(L) - 1) / dt >= gamma_t^2,    d Phi(exp(L / n) - 1) / dt <= n kappa_t.

x = 1/S solves x + ln x = Phi(S), so 1/S = W(exp(Phi)) with Lambert's W, and the margins follow: every margin is at
least -ln S for S = exp(L) - 1, the least is at most -ln S for S = exp(L / n) - 1.

Other losses have potentials of their own. With the exponential loss sum u = L, and Phi(L) = 1/L. With the logistic loss
at temperature T, that of q/T, u is divided by T, so that the rates are divided by T^2 and the margins multiplied by T.

**When the kernel has moved by g.** Suppose max_ij |K_s - K|_ij <= g for all s <= t, K a fixed matrix with constant
gamma^2 > g on the simplex. Then gamma_s^2 >= gamma^2 - g, so every margin is at least -ln S with Phi(S) >= Phi(S_0) +
(gamma^2 - g) t. And K_t(x_i, x_i) <= K_ii + g, so that no margin exceeds min_i (K_ii + g) / c, where K_t(x, x) >= c
|f_t(x)| (`theory.dynamics.output_bound`). Both together bound t: `latest_crossing`.
"""

from functools import cache

import sympy

loss, size, kernel_form = sympy.symbols("L n kappa", positive=True)
"""The loss L, the number of samples n, and the bound on u' K^r u / (sum u)^2: gamma^2 below, kappa above."""
start, gap, diagonal, least_form = sympy.symbols("S_0 g K_ii gamma^2", positive=True)
"""S_0 = exp(L_0) - 1, the gap g, the least diagonal entry of the reference K, and its gamma^2 on the simplex."""
temperature = sympy.Symbol("T", positive=True)


def potential(excess: sympy.Expr) -> sympy.Expr:
    """Phi(S) = 1/S - ln S."""
    return 1 / excess - sympy.log(excess)


@cache
def potential_rate(value: sympy.Expr, residual_sum: sympy.Expr) -> sympy.Expr:
    """d value / dt for an expression in L, when dL/dt = -kappa residual_sum^2; simplified."""
    return sympy.simplify(sympy.diff(value, loss) * -kernel_form * residual_sum**2)


def lower_rate() -> sympy.Expr:
    """d Phi(exp(L) - 1) / dt at sum u = 1 - exp(-L), the least: equal to gamma^2."""
    return potential_rate(potential(sympy.exp(loss) - 1), 1 - sympy.exp(-loss))


def upper_rate() -> sympy.Expr:
    """d Phi(exp(L / n) - 1) / dt at sum u = n (1 - exp(-L / n)), the largest: equal to n kappa."""
    return potential_rate(potential(sympy.exp(loss / size) - 1), size * (1 - sympy.exp(-loss / size)))


def exponential_rate() -> sympy.Expr:
    """d (1/L) / dt at sum u = L, the exponential loss: equal to gamma^2."""
    return potential_rate(1 / loss, loss)


def tempered_rate() -> sympy.Expr:
    """d Phi(exp(L) - 1) / dt at sum u = (1 - exp(-L)) / T, the logistic loss at temperature T: gamma^2 / T^2."""
    return potential_rate(potential(sympy.exp(loss) - 1), (1 - sympy.exp(-loss)) / temperature)


def potential_slope() -> sympy.Expr:
    """d Phi / dS, simplified and factored: negative, so that a bound on Phi is one on S."""
    excess = sympy.Symbol("S", positive=True)
    return sympy.factor(sympy.diff(potential(excess), excess))


@cache
def latest_crossing(factor: sympy.Expr) -> sympy.Expr:
    """T_g: by this time max |K_t - K| has exceeded g, for a network with K_t(x, x) >= factor |f_t(x)|.

    An expression in `start`, `gap`, `diagonal`, `least_form` and the symbols of `factor`: the time at which the lower
    envelope reaches the largest margin that the gap allows.
    """
    time = sympy.Symbol("t", positive=True)
    largest_margin = (diagonal + gap) / factor
    reached = sympy.expand_log(potential(sympy.exp(-largest_margin)))
    (solution,) = sympy.solve(sympy.Eq(potential(start) + (least_form - gap) * time, reached), time)
    return solution
