"""Two-sided envelopes for the loss and the margins along the gradient flow of the summed logistic loss.

Along the flow dL/dt = -u' K_t^r u (printed (C.22)), u_i = 1 - exp(-l_i) >= 0. With gamma_t^2 the least value of
w' K_t^r w on the simplex and kappa_t = max_i K_t(x_i, x_i),

    gamma_t^2 (sum u)^2 <= u' K_t^r u <= kappa_t (sum u)^2,
    1 - exp(-L) <= sum u <= n (1 - exp(-L / n))

(the product of the 1 - u_i and the sum's complement; the concavity of 1 - exp(-l)). Both sides then are differential
inequalities for one function, Phi(S) = 1/S - ln S, which falls from infinity as S rises from 0:

    d Phi(exp(L) - 1) / dt >= gamma_t^2,    d Phi(exp(L / n) - 1) / dt <= n kappa_t.

x = 1/S solves x + ln x = Phi(S), so 1/S = W(exp(Phi)) with Lambert's W, and the margins follow: every margin is at
least -ln S for S = exp(L) - 1, the least is at most -ln S for S = exp(L / n) - 1.
"""

from __future__ import annotations

import sympy

loss, size, kernel_form = sympy.symbols("L n kappa", positive=True)
"""The loss L, the number of samples n, and the bound on u' K^r u / (sum u)^2: gamma^2 below, kappa above."""


def potential(excess: sympy.Expr) -> sympy.Expr:
    """Phi(S) = 1/S - ln S."""
    return 1 / excess - sympy.log(excess)


def lower_rate() -> sympy.Expr:
    """d Phi(exp(L) - 1) / dt when dL/dt = -gamma^2 (1 - exp(-L))^2, simplified: equal to gamma^2."""
    speed = -kernel_form * (1 - sympy.exp(-loss)) ** 2
    return sympy.simplify(sympy.diff(potential(sympy.exp(loss) - 1), loss) * speed)


def upper_rate() -> sympy.Expr:
    """d Phi(exp(L / n) - 1) / dt when dL/dt = -kappa n^2 (1 - exp(-L / n))^2, simplified: equal to n kappa."""
    speed = -kernel_form * size**2 * (1 - sympy.exp(-loss / size)) ** 2
    return sympy.simplify(sympy.diff(potential(sympy.exp(loss / size) - 1), loss) * speed)


def potential_slope() -> sympy.Expr:
    """d Phi / dS, simplified and factored: negative, so that a bound on Phi is one on S."""
    excess = sympy.Symbol("S", positive=True)
    return sympy.factor(sympy.diff(potential(excess), excess))
