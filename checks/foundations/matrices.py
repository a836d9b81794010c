"""Training in the kernel regime under squared loss in matrix symbols: any number of samples and of test points.

`decayed` is exp(-eta K t), which is 1 at the start, has the derivative -eta K exp(-eta K t) and, if K is positive
definite, tends to 0. What is said of the linearised flow is affine in it.
"""

import sympy
from sympy import Identity, MatrixSymbol, ZeroMatrix

from checks.setups.matrices import agree
from ntk_companion.evidence import Verdict
from ntk_companion.symbolics import combined
from theory.predictors import cross, kernel, n, outputs, outputs_at, plain, targets

rate = sympy.Symbol("eta", positive=True)
decayed = MatrixSymbol("E", n, n)
"""exp(-eta K t), n x n."""


def at_start(expression: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """The same at t = 0, shape kept."""
    return plain(expression.subs(decayed, Identity(n)))


def at_end(expression: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """The limit as t grows, shape kept, K being positive definite."""
    return plain(expression.subs(decayed, ZeroMatrix(n, n)))


def velocity(expression: sympy.MatrixExpr, speed: sympy.Expr = sympy.S.One) -> sympy.MatrixExpr:
    """The derivative by t of what is affine in exp(-speed eta K t), shape kept."""
    return plain(expression.subs(decayed, -speed * rate * kernel * decayed) - at_end(expression))


def on_samples() -> sympy.MatrixExpr:
    """f_t(X) = y + exp(-eta K t)(f_0(X) - y), n x 1."""
    return targets + decayed * (outputs - targets)


WEIGHTS = cross * kernel.inv()


def off_samples(weights: sympy.MatrixExpr = WEIGHTS) -> sympy.MatrixExpr:
    """f_t(x) = f_0(x) + A (1 - exp(-eta K t))(y - f_0(X)), q x 1; A is `weights`, q x n."""
    return outputs_at + weights * (Identity(n) - decayed) * (targets - outputs)


def is_flow(expression: sympy.MatrixExpr, speed: sympy.Expr = sympy.S.One) -> Verdict:
    """Is it f_t(x) of the flow df(x)/dt = -eta k (f(X) - y), from f_0(x) on?"""
    residual = decayed * (outputs - targets)
    verdicts = [
        agree(velocity(on_samples()), plain(-rate * kernel * residual)),
        agree(at_start(on_samples()), outputs),
        agree(velocity(expression, speed), plain(-rate * cross * residual)),
        agree(at_start(expression), outputs_at),
    ]
    return combined(verdicts)
