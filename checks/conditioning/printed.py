"""The formulas that the text at hand prints, as claims: displayed ones are missing in that text.

`form` and `quantity` are expressions in the depth L and the number n of inputs, or functions of the rows of a matrix.
Each quantity is derived from what defines it, never typed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sympy
from sympy import KroneckerDelta, Rational, sqrt

from theory.activations import Identity
from theory.depth import DEPTH, RELU_STEP, block_step, kernel_at_depth, relu_in_angle
from theory.moments import theta
from theory.presets import arora
from theory.printed.forms import Printed

PAPER = "arXiv 2305.08813"
VERSION = "the text of the full paper, without its displayed formulas"

size = sympy.Symbol("n", integer=True, positive=True)
"""The number n of inputs."""
LINEAR_STEP = block_step(arora(1, Identity()).blocks[0])
"""The linear twin: factor 1/m, no biases."""
PRINTED: dict[str, Printed] = {}
UNIT = (sympy.Integer(1),) * 3


def _printed(name: str, number: str, latex: str, form: object, quantity: object, corrected: object = None) -> None:
    PRINTED[name] = Printed(name, number, latex, form, quantity, PAPER, corrected)


def linear_kernel() -> sympy.Expr:
    """The kernel of the linear network at depth L over the inputs' inner product, from its block's step."""
    return kernel_at_depth(LINEAR_STEP, UNIT)


@dataclass(frozen=True)
class RowClaims:
    """What is said of A = BB', c and C being the least and the largest norm of its n rows.

    of_norm  A_kk as a function of the row's norm; lambda_max is at least its value at c
    times    lambda_max is at most so many times, a function of n, its value at C
    """

    of_norm: Callable[[sympy.Expr], sympy.Expr]
    times: Callable[[int], int]


def rows_derived(rows: sympy.Matrix) -> tuple[list[sympy.Expr], sympy.Expr]:
    """The diagonal and the largest eigenvalue of BB' for an n x d matrix B of numbers."""
    gram = rows * rows.T
    return list(gram.diagonal()), max(gram.eigenvals())


def deep_correlation() -> sympy.Expr:
    """The limit of cos phi with depth: 1 / (1 + c), where l (1 - factor) tends to c at the angles 3 pi / l of bc:16.

    The kernel is K_l = factor K_{l-1} + cos theta_l, whose last term tends to 1; bc:19 is about the step to the limit.
    """
    layer, factor = sympy.Symbol("l", positive=True), relu_in_angle(RELU_STEP.factor)
    return 1 / (1 + sympy.limit(layer * (1 - factor.subs(theta, 3 * sympy.pi / layer)), layer, sympy.oo))


def limit_entry(row: sympy.Expr, column: sympy.Expr) -> sympy.Expr:
    """An entry of the limit of K / (L + 1) on unit inputs: 1 on the diagonal, the limit of cos phi off it."""
    off = deep_correlation()
    return off + (1 - off) * KroneckerDelta(row, column)


def limit_matrix_eigenvalues() -> tuple[sympy.Expr, sympy.Expr]:
    """The eigenvalues of that limit on the vector of ones, a row's sum, and on the difference of two basis vectors."""
    column = sympy.Symbol("j", integer=True)
    first = sympy.summation(limit_entry(sympy.Integer(1), column), (column, 1, size))
    return sympy.simplify(sympy.piecewise_fold(first)), limit_entry(1, 1) - limit_entry(1, 2)


def limit_condition() -> sympy.Expr:
    """The ratio of the eigenvalues of that limit."""
    first, others = limit_matrix_eigenvalues()
    return first / others


_printed(
    "bc:1",
    "Theorem 2.3",
    r"\|\nabla \bar f(x)\| = (L+1) \|x\|",
    DEPTH + 1,
    lambda: sqrt(linear_kernel()),
    sqrt(1 + DEPTH),
)
_printed("bc:3", "Corollary 2.4", r"\bar K = (L+1)^2\, G", (DEPTH + 1) ** 2, linear_kernel, 1 + DEPTH)
_printed(
    "bc:22",
    "proof of Proposition 4.1",
    r"A_{kk} = \|b_k\|, \quad c \le \lambda_{\max}(A) \le C",
    RowClaims(lambda norm: norm, lambda _: 1),
    rows_derived,
    RowClaims(lambda norm: norm**2, lambda count: count),
)
_printed("bc:28", "Theorem 4.3", r"\kappa \to \frac{n+4}{3}", (size + 4) / 3, limit_condition, (size + 3) / 3)
_printed(
    "bc:29",
    "appendix E.6",
    r"\lambda_1 = 1 + \frac n4, \quad \lambda_2 = \dots = \lambda_n = \frac34",
    (1 + size / 4, Rational(3, 4)),
    limit_matrix_eigenvalues,
    ((3 + size) / 4, Rational(3, 4)),
)
