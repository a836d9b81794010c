"""What training in the kernel regime tends to: stationary points, their uniqueness, predictors, and their law.

The loss is the *sum* over n samples of the cross-entropy with targets y_i in [0, 1], or of (f_i - y_i)^2 / 2; with the
regulariser (beta/2) |theta - theta_0|^2 the objective is E. `averaged` says what a mean over the samples changes:
beta becomes n beta, and times are n times as long.

In the linearised model f(x) = f_0(x) + g(x)'(theta - theta_0), with J the n x p matrix of the g(x_i)', K = J J' the
kernel on the samples and k = J g(x) that between them and x. Along its flow theta - theta_0 = J' C, so that

    f(X) = f_0(X) + K C,    f(x) = f_0(x) + k' C,    dC/dt = c(f) - beta C,    c_i = -dl_i/df_i.

Matrices are sympy's matrix symbols, of symbolic size: what is proved holds for every n, p and number of test points.
Set-up: this suite, after the abstracts of arXiv 2605.17606 and 2501.10929.
"""

from functools import cache

import sympy
from sympy import BlockMatrix, Identity, MatrixSymbol

f, beta = sympy.symbols("f", real=True), sympy.symbols("beta", positive=True)
"""An output, and the strength of the regulariser."""
target = sympy.Symbol("y", positive=True)
"""A target; in (0, 1) where it is soft."""
n, p, q = sympy.symbols("n p q", integer=True, positive=True)
"""The numbers of samples, parameters and test points."""

sigmoid = 1 / (1 + sympy.exp(-f))
squared = (f - target) ** 2 / 2
cross_entropy = target * sympy.log(1 + sympy.exp(-f)) + (1 - target) * sympy.log(1 + sympy.exp(f))


def force(loss: sympy.Expr = cross_entropy) -> sympy.Expr:
    """c = -dl/df of one sample."""
    return sympy.simplify(-sympy.diff(loss, f))


def curvature(loss: sympy.Expr = cross_entropy) -> sympy.Expr:
    """d^2 l/df^2 of one sample, factored: its sign says whether the loss is convex in the outputs."""
    return sympy.factor(sympy.simplify(sympy.diff(loss, f, 2)))


def stationary_output(loss: sympy.Expr = cross_entropy, at: sympy.Expr = target) -> list[sympy.Expr]:
    """All outputs at which the force on a sample with target `at` vanishes: none for the cross-entropy and 0 or 1."""
    weight = sympy.Symbol("w", positive=True)  # exp(f): what is left is algebraic
    algebraic = sympy.together(force(loss).subs(target, at).rewrite(sympy.exp).subs(f, sympy.log(weight)))
    return [sympy.log(root) for root in sympy.solve(sympy.numer(algebraic), weight) if root.is_positive is not False]


# The objective along the flow, for parameters theta_1..theta_p: one component is enough, sums are exchanged.

theta, start, anchor = sympy.symbols("theta theta_0 a", real=True)
"""A component of the parameters, of those at t = 0, and of what the regulariser pulls to."""
loss_of = sympy.Function("L", real=True)
"""The loss as a function of one component, the others fixed."""


def objective(pulled_to: sympy.Expr = start) -> sympy.Expr:
    """E as a function of one component: L + (beta/2) (theta - a)^2."""
    return loss_of(theta) + beta / 2 * (theta - pulled_to) ** 2


def objective_velocity(pulled_to: sympy.Expr = start, sign: int = 1) -> sympy.Expr:
    """The share of one component in dE/dt along d theta/dt = -dL/d theta - sign * beta (theta - a)."""
    velocity = -sympy.diff(loss_of(theta), theta) - sign * beta * (theta - pulled_to)
    return sympy.diff(objective(pulled_to), theta) * velocity


def start_excess(pulled_to: sympy.Expr = start) -> sympy.Expr:
    """E - L at t = 0, the share of one component: zero if and only if the regulariser pulls to theta_0."""
    return sympy.simplify((objective(pulled_to) - loss_of(theta)).subs(theta, start))


# The linearised model.

jacobian = MatrixSymbol("J", n, p)
"""The gradients at the samples, one a row."""
gradients = MatrixSymbol("g", q, p)
"""The gradients at the test points, one a row."""
targets = MatrixSymbol("t", n, 1)
"""Where the outputs on the samples go: ln(y / (1 - y)), or y for the squared loss."""
outputs, outputs_at = MatrixSymbol("f_0(X)", n, 1), MatrixSymbol("f_0(x)", q, 1)
"""The outputs at t = 0 on the samples and at the test points."""
kernel, cross = MatrixSymbol("K", n, n), MatrixSymbol("k", q, n)
"""K(X, X) and K(x, X)."""
covariance, covariance_cross = MatrixSymbol("Sigma", n, n), MatrixSymbol("s", q, n)
"""The covariances of f_0(X), and of f_0(x) with f_0(X): the NNGP kernel."""
covariance_at = MatrixSymbol("S", q, q)
"""The covariance of f_0(x)."""


def in_kernels(expression: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """The same, shape kept, with the n x n kernel K for J J' and the q x n kernel k for g J'."""
    return expression.subs({jacobian * jacobian.T: kernel, gradients * jacobian.T: cross}).doit()


def interpolation() -> sympy.MatrixExpr:
    """f_inf(x) of the linearised model, q x 1, from the parameters: theta - theta_0 = J' C with f_0(X) + J J' C = t."""
    coefficients = (jacobian * jacobian.T).inv() * (targets - outputs)
    return in_kernels(outputs_at + (gradients * jacobian.T) * coefficients)


def claimed_interpolation() -> sympy.MatrixExpr:
    """f_0(x) + K(x, X) K(X, X)^-1 (t - f_0(X)), q x 1."""
    return outputs_at + cross * kernel.inv() * (targets - outputs)


def extension_velocity() -> sympy.MatrixExpr:
    """d/dt of f(x) - K(x, X) K^-1 f(X), q x 1, if df(X)/dt = K c and df(x)/dt = k c: zero, so f(X) decides f(x)."""
    forces = MatrixSymbol("c", n, 1)
    return sympy.simplify((cross * forces - cross * kernel.inv() * kernel * forces).doit())


# The regularised problem, as one in the coefficients C. Explicit entries: a small number of samples, all else symbols.


@cache
def regularised(size: int, averaged: bool = False, loss: sympy.Expr = cross_entropy) -> tuple[sympy.Matrix, ...]:
    """The gradient and the Hessian by C of sum l_i((f_0 + K C)_i) + (beta/2) C'K C, for a symmetric K of symbols.

    Returns (gradient, Hessian, K, C, c, diag(l'')), c and l'' at f_0 + K C; of n = `size` samples gradient, C and c are
    n x 1, the others n x n. `averaged` takes the mean of the losses.
    """
    symmetric = sympy.Matrix(size, size, lambda i, j: sympy.Symbol(f"K[{min(i, j)},{max(i, j)}]", real=True))
    begin, labels, coefficients = (
        sympy.Matrix(size, 1, lambda i, _, name=name: sympy.Symbol(f"{name}[{i}]", real=True))
        for name in ("f_0", "y", "C")
    )
    values = begin + symmetric * coefficients

    def at_samples(expression: sympy.Expr) -> list[sympy.Expr]:
        return [expression.subs({f: values[i], target: labels[i]}, simultaneous=True) for i in range(size)]

    share = sympy.Rational(1, size) if averaged else sympy.Integer(1)
    total = share * sum(at_samples(loss)) + beta / 2 * (coefficients.T * symmetric * coefficients)[0]
    gradient = sympy.Matrix([sympy.diff(total, coefficient) for coefficient in coefficients])
    forces, curvatures = at_samples(-sympy.diff(loss, f)), at_samples(sympy.diff(loss, f, 2))
    hessian = gradient.jacobian(coefficients)
    return gradient, hessian, symmetric, coefficients, sympy.Matrix(forces), sympy.diag(*curvatures)


# Several classes: outputs f_1..f_C at a sample, probabilities y_1..y_C that add up to 1.


def softmax_force(classes: int) -> tuple[list[sympy.Expr], list[sympy.Symbol], list[sympy.Symbol]]:
    """c_a = -dl/df_a for l = -sum_a y_a ln softmax_a(f), the outputs and the targets; y_C is 1 less the others."""
    logits = list(sympy.symbols(f"f1:{classes + 1}", real=True))
    free = list(sympy.symbols(f"y1:{classes}", positive=True))
    shares = [*free, 1 - sum(free)]
    log_total = sympy.log(sum(map(sympy.exp, logits)))
    loss = sum(share * (log_total - logit) for share, logit in zip(shares, logits, strict=True))
    return [-sympy.diff(loss, logit) for logit in logits], logits, shares


# The law of the trained predictors over initialisations.


def interpolation_map() -> BlockMatrix:
    """(1, -A), q x (q + n), A = K(x, X) K(X, X)^-1: f_inf(x) is this times (f_0(x), f_0(X)), plus A t."""
    return BlockMatrix([[Identity(q), -cross * kernel.inv()]])


def law_covariance() -> sympy.MatrixExpr:
    """The covariance of f_inf(x), q x q: that of an affine image of the Gaussian (f_0(x), f_0(X)), multiplied out."""
    joint = BlockMatrix([[covariance_at, covariance_cross], [covariance_cross.T, covariance]])
    image = sympy.block_collapse(interpolation_map() * joint * interpolation_map().T)
    return plain(image.blocks[0, 0] if isinstance(image, BlockMatrix) else image)


def claimed_law_covariance(sign: int = -1) -> sympy.MatrixExpr:
    """S - A s' - s A' + A Sigma A', q x q (Lee et al. 2019, with the NTK in A and the NNGP kernel in S, s, Sigma)."""
    A = cross * kernel.inv()
    return plain(covariance_at + sign * A * covariance_cross.T + sign * covariance_cross * A.T + A * covariance * A.T)


def bayesian_covariance() -> sympy.MatrixExpr:
    """The posterior covariance S - s Sigma^-1 s', q x q, of the Gaussian process f_0 given it on the samples."""
    return plain(covariance_at - covariance_cross * covariance.inv() * covariance_cross.T)


def with_nngp_for_ntk(expression: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """The same, shape kept, with the covariance of f_0 in the place of the NTK: only the output weights are trained."""
    return plain(expression.subs({kernel: covariance, cross: covariance_cross}))


def plain(expression: sympy.MatrixExpr) -> sympy.MatrixExpr:
    """Multiplied out, shape kept, inverses cancelled, with symmetric kernels on the samples."""
    symmetric = {kernel.T: kernel, covariance.T: covariance}
    expanded = sympy.expand(expression.doit())
    previous = None
    while expanded != previous:
        previous = expanded
        expanded = sympy.expand(expanded.xreplace(symmetric).doit())
    return expanded
