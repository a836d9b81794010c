"""K classes: the lower envelope and the gap constant of the flow of the summed cross-entropy of a softmax.

At sample i let p_k be the probabilities, y the label, r = p - e_y and u = 1 - p_y, so that L = -sum_i ln(1 - u_i).
Along the flow dL/dt = -r' K_t r with the n K x n K Gram matrix K_t of all outputs. Since the other p_k add up to u,

    |r|^2 = u^2 + sum_{k != y} p_k^2 = u^2 K / (K - 1) + sum_{j < k, both != y} (p_j - p_k)^2 / (K - 1),   |r|_1 = 2 u,

so that r' K_t r >= lambda_min(K_t) K / ((K - 1) n) (sum u)^2: what gamma^2 is to two classes. And exp(l_i) - 1 = sum
over k != y of exp(f_k - f_y), so that every margin f_y - max_{k != y} f_k is at least -ln(exp(L) - 1).

**Gap.** In the width limit the Gram matrix is K (x) 1_K. If no entry of K_t is further than g from it, r' K_t r >=
(lambda_0 K / ((K - 1) n) - 4 g) (sum u)^2: the constant is `gap_constant`. For K = 2 the difference f_1 - f_0 has the
kernel K_11 + K_00 - 2 K_10, in the limit 2 K, with residual u: lambda_min K / ((K - 1) n) is 2 lambda_min / n, the
binary lambda_0 / n of that kernel, and 4 g the most that its entries move.
"""

import sympy

from theory.dynamics import envelopes

classes = sympy.Symbol("K", integer=True, positive=True)
"""The number of classes."""
least_eigenvalue = sympy.Symbol("lambda", positive=True)
"""lambda_min of the n K x n K Gram matrix; of K itself in the limit."""


def least_rate() -> sympy.Expr:
    """C in r' K_t r >= C (sum u)^2, which takes the place of gamma^2 in `theory.dynamics.envelopes`."""
    return least_eigenvalue * classes / ((classes - 1) * envelopes.size)


def gap_constant() -> sympy.Expr:
    """The g that max |K_t - K (x) 1| cannot stay below for all t."""
    return least_rate() / 4


def squared_residual(count: int) -> tuple[sympy.Expr, sympy.Expr]:
    """|r|^2 for so many classes in the p_k of the wrong ones, and u^2: the sum of those squared."""
    wrong = sympy.symbols(f"p_1:{count}", nonnegative=True)
    missing = sum(wrong)
    return missing**2 + sum(p**2 for p in wrong), missing**2


def excess_of_squares(count: int) -> sympy.Expr:
    """sum_{j < k} (p_j - p_k)^2 / (K - 1) over the wrong classes: what |r|^2 exceeds u^2 K / (K - 1) by."""
    wrong = sympy.symbols(f"p_1:{count}", nonnegative=True)
    pairs = ((wrong[j] - wrong[k]) ** 2 for k in range(len(wrong)) for j in range(k))
    return sum(pairs, sympy.Integer(0)) / (count - 1)
