"""Identities of the gradient flow d theta/dt = -grad L, (2.7), for symbolic numbers n of samples and p of parameters.

The flow enters through the chain rule alone. Samples are indexed, theta has components theta_1..theta_p, and
`slope[x, k]` stands for df(x)/d theta_k. So, along the flow and wherever f is differentiable,

    d theta_k/dt = -sum_i (dL/df_i) slope[i, k],     df(x)/dt = sum_k slope[x, k] d theta_k/dt.

The derivatives of the loss are taken by sympy, of the sum over symbolically many samples. What remains is to exchange
two finite sums, which is done by comparing their summands. Equations are numbered as in arXiv 2504.11130.
"""

from collections.abc import Callable
from functools import cache

import sympy

i, j, k = sympy.symbols("i j k", integer=True, positive=True)
"""Indices: two samples 1..n, a parameter 1..p."""
n, p = sympy.symbols("n p", integer=True, positive=True)
"""The numbers of samples and of parameters."""
z = sympy.Symbol("z", real=True)
"""A margin."""

outputs = sympy.IndexedBase("f", real=True)
"""f(x_i)."""
labels = sympy.IndexedBase("y", real=True)
"""y_i in {0, 1}."""
signs = sympy.IndexedBase("s", real=True)
"""s_i = 2 y_i - 1, in {-1, 1}."""
margins = sympy.IndexedBase("q", real=True)
"""q_i = s_i f(x_i)."""
slope = sympy.IndexedBase("G", real=True)
"""slope[i, k] = df(x_i)/d theta_k."""
kernel = sympy.IndexedBase("K", real=True)
"""kernel[i, j] = K_t(x_i, x_j), the sum over k of slope[i, k] slope[j, k]: (3.1)."""
signed_kernel = sympy.IndexedBase("K^r", real=True)
"""signed_kernel[i, j] = s_i K_t(x_i, x_j) s_j."""

logistic = sympy.log(1 + sympy.exp(-z))
"""The logistic loss l(z) of (2.4)."""


def residual(loss: sympy.Expr = logistic) -> sympy.Expr:
    """-l'(z); for the logistic loss the u of (2.6), 1 / (1 + exp(z))."""
    return sympy.simplify(-sympy.diff(loss, z))


def error(label: sympy.Expr, output: sympy.Expr) -> sympy.Expr:
    """|o - y| of (2.6), o = 1 / (1 + exp(-f)) the probability that the network gives to y = 1."""
    return sympy.Abs(1 / (1 + sympy.exp(-output)) - label)


def total_loss(loss: sympy.Expr = logistic) -> sympy.Expr:
    """L of (2.3) as a function of the outputs: the sum over the samples of l(s_i f_i)."""
    return sympy.Sum(loss.subs(z, signs[i] * outputs[i]), (i, 1, n))


@cache
def derivative_of_sum(total: sympy.Expr, base: sympy.IndexedBase, index: sympy.Symbol) -> sympy.Expr:
    """The derivative by base[index], 1 <= index <= n, of a sum over i = 1..n."""
    derivative = sympy.diff(total, base[index]).doit()
    return sympy.refine(derivative.subs(n, index + sympy.Symbol("rest", integer=True, nonnegative=True)))


@cache
def force(loss: sympy.Expr = logistic) -> sympy.Expr:
    """-dL/df_j, so that d theta_k/dt = sum_j force slope[j, k]: (2.7)."""
    return sympy.simplify(-derivative_of_sum(total_loss(loss), outputs, j))


def output_velocity(loss: sympy.Expr = logistic) -> sympy.Expr:
    """df(x_i)/dt: the summand over samples j and parameters k."""
    return slope[i, k] * force(loss) * slope[j, k]


def margin_velocity(loss: sympy.Expr = logistic) -> sympy.Expr:
    """dq_i/dt = s_i df(x_i)/dt: the summand over samples j and parameters k, the outputs written as f_j = q_j / s_j."""
    return signs[i] * output_velocity(loss).subs(outputs[j], margins[j] / signs[j])


@cache
def residual_velocity() -> sympy.Expr:
    """du_i/dt of the logistic flow: the summand over samples j and parameters k."""
    return sympy.diff(residual(), z).subs(z, margins[i]) * margin_velocity()


@cache
def energy_velocity(energy: sympy.Expr, loss: sympy.Expr = logistic) -> sympy.Expr:
    """dV/dt for V = sum_i energy(q_i), an expression in `z`: the summand over samples i, j and parameters k."""
    total = sympy.Sum(energy.subs(z, margins[i]), (i, 1, n))
    return derivative_of_sum(total, margins, j).subs(j, i) * margin_velocity(loss)


def expanded(expression: sympy.Expr) -> sympy.Expr:
    """A summand in K_t or K^r as a summand over parameters k too: K^r = diag(s) K_t diag(s), K_t = sum_k G_k G_k'."""
    unsigned = _replaced(expression, signed_kernel, lambda one, other: signs[one] * kernel[one, other] * signs[other])
    return _replaced(unsigned, kernel, lambda one, other: slope[one, k] * slope[other, k])


def _replaced(
    expression: sympy.Expr, base: sympy.IndexedBase, value: Callable[[sympy.Expr, sympy.Expr], sympy.Expr]
) -> sympy.Expr:
    entries = [entry for entry in expression.atoms(sympy.Indexed) if entry.base == base]
    return expression.xreplace({entry: value(*entry.indices) for entry in entries})


time = sympy.Symbol("tau", nonnegative=True)
"""The time of `neuron_at_origin`: d tau/dt = sqrt(2/m) u."""
sum_at_start, difference_at_start = sympy.symbols("P Q", positive=True)
"""b + w and b - w of a neuron at the start."""


def neuron_at_origin() -> tuple[sympy.Expr, sympy.Expr]:
    """Bias b and output weight w of a neuron of the FCN (2.1) with L = 1 along its flow on the one sample (0, y = 1).

    There db/d tau = w and dw/d tau = b while b > 0, and b stays positive if b > |w| at the start.
    """
    grown = sum_at_start * sympy.exp(time) / 2
    decayed = difference_at_start * sympy.exp(-time) / 2
    return grown + decayed, grown - decayed


def kernel_at_origin() -> sympy.Expr:
    """That neuron's share b^2 + w^2 of (m/2) K_t(0, 0)."""
    bias, weight = neuron_at_origin()
    return sympy.expand(bias**2 + weight**2)
