r"""Formulas of arXiv 2305.08813 that the text at hand prints, as claims: displayed ones are missing in that text.

`form` and `quantity` are expressions in the depth L, the number n of inputs, an angle z and row lengths where the
formula is of these; the quantities are derived in `theory` or follow from the definitions.
"""

import sympy
from sympy import Rational, cos, pi, sin, sqrt

from theory.moments import cosine, theta
from theory.printed.forms import Printed

PAPER = "arXiv 2305.08813"
VERSION = "the text of the full paper, without its displayed formulas"

depth = sympy.Symbol("L", integer=True, nonnegative=True)
"""The number L of hidden layers."""
size = sympy.Symbol("n", integer=True, positive=True)
"""The number n of inputs."""
length = sympy.Symbol("b", positive=True)
"""The length of a row."""
PRINTED: dict[str, Printed] = {}


def _printed(name: str, number: str, latex: str, form: object, quantity: object, corrected: object = None) -> None:
    PRINTED[name] = Printed(name, number, latex, form, quantity, PAPER, corrected)


def limit_matrix_eigenvalues() -> tuple[sympy.Expr, sympy.Expr]:
    """The largest eigenvalue of the n x n matrix of ones on the diagonal and 1/4 off it, and the others."""
    off = Rational(1, 4)
    return 1 - off + size * off, 1 - off


def layer_cosine() -> sympy.Expr:
    """cos theta_l as a function of the angle theta_{l-1}, derived."""
    return cosine(1)


_printed(
    "bc:1",
    "Theorem 2.3",
    r"\|\nabla \bar f(x)\| = (L+1) \|x\|",
    depth + 1,
    lambda: sqrt(depth + 1),
    sqrt(1 + depth),
)
_printed("bc:3", "Corollary 2.4", r"\bar K = (L+1)^2\, G", (depth + 1) ** 2, lambda: depth + 1, 1 + depth)
_printed(
    "bc:22",
    "proof of Proposition 4.1",
    r"A_{kk} = \|b_k\|, \quad c \le \lambda_{\max}(A) \le C",
    length,
    lambda: length * length,
    length**2,
)
_printed(
    "bc:28",
    "Theorem 4.3",
    r"\kappa \to \frac{n+4}{3}",
    (size + 4) / 3,
    lambda: limit_matrix_eigenvalues()[0] / limit_matrix_eigenvalues()[1],
    (size + 3) / 3,
)
_printed(
    "bc:29",
    "appendix E.6",
    r"\lambda_1 = 1 + \frac n4, \quad \lambda_2 = \dots = \lambda_n = \frac34",
    (1 + size / 4, Rational(3, 4)),
    limit_matrix_eigenvalues,
    ((3 + size) / 4, Rational(3, 4)),
)
_printed(
    "bc:31",
    "proof of Theorem F.1",
    r"\frac{K(x, x)}{(L+1)^2} = 1, \quad \|x\| = 1",
    (depth + 1) ** 2,
    lambda: depth + 1,
    1 + depth,
)
_printed(
    "bc:32",
    "appendix E.3, brackets put back",
    r"\cos\theta_l = \Bigl(1 - \frac{\theta_{l-1}}\pi\Bigr) \cos\theta_{l-1} + \frac{\sin\theta_{l-1}}\pi",
    (1 - theta / pi) * cos(theta) + sin(theta) / pi,
    layer_cosine,
)
