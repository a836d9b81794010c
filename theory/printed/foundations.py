r"""Formulas that the founding papers print, or that public notes quote from them, as claims.

Sums over layers are functions of the kernels at hand: `covariances` Sigma^0, .., Sigma^L and `slopes` dSigma^1, ..,
dSigma^L of Arora et al. 2019; the derived NTK is their recursion unrolled.
"""

from collections.abc import Sequence

import sympy

from theory.printed.forms import Printed

JACOT, ARORA = "Jacot, Gabriel, Hongler 2018, arXiv 1806.07572", "Arora et al. 2019, arXiv 1904.11955"
NOTE = "a public note"

Kernels = Sequence[sympy.Expr]
bias = sympy.Symbol("beta", positive=True)
"""The strength beta of a bias; sigma_b in the last formula."""
PRINTED: dict[str, Printed] = {}


def derived_sum(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """The NTK, block by block: N <- dSigma (N + Sigma), and Sigma of the output layer at the end."""
    blocks = sympy.Integer(0)
    for before, slope in zip(covariances[:-1], slopes, strict=True):
        blocks = slope * (blocks + before)
    return sympy.expand(blocks + covariances[-1])


def _sum(kernels: Kernels, slopes: Kernels, first: int) -> sympy.Expr:
    """Sum over h = first, .. of kernels_h times the product of slopes_h', h' = h, .., L; slopes_1 comes first."""
    depth = len(slopes)
    return sum(
        (kernels[h] * sympy.prod(slopes[r - 1] for r in range(h, depth + 1)) for h in range(first, depth + 1)),
        sympy.Integer(0),
    )


def arora_sum(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """Sum over h = 1 .. L + 1 of Sigma^(h-1) times the product of dSigma^(h'), h' = h .. L + 1, the last being 1."""
    depth = len(slopes)
    return sum(
        (covariances[h - 1] * sympy.prod(slopes[r - 1] for r in range(h, depth + 1)) for h in range(1, depth + 2)),
        sympy.Integer(0),
    )


def arora_recursion(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """Theta^(h) = Theta^(h-1) dSigma^(h) + Sigma^(h), Theta^(0) = Sigma^(0)."""
    kernel = covariances[0]
    for covariance, slope in zip(covariances[1:], slopes, strict=True):
        kernel = kernel * slope + covariance
    return kernel


def _record(name: str, number: str, latex: str, form: object, source: str, corrected: object = None) -> None:
    PRINTED[name] = Printed(name, number, latex, form, derived_sum, source, corrected)


_record(
    "fd:28",
    "(6) of arXiv 2003.04560",
    r"\Theta^{(h)} = \Theta^{(h-1)} \dot\Sigma^{(h)} + \Sigma^{(h)}",
    arora_recursion,
    ARORA,
)
_record(
    "fd:38",
    "quotation Q1",
    r"K = \sum_{h=1}^{L} \Sigma^{h} \prod_{h'=h}^{L} \dot\Sigma^{h'}",
    lambda covariances, slopes: _sum(covariances, slopes, 1),
    NOTE,
    arora_sum,
)
_record(
    "fd:42",
    "quotation Q6",
    r"K = \sum_{l} \dot\Sigma_l \prod_{h} \dot\Sigma_h",
    lambda covariances, slopes: _sum([sympy.Integer(1), *slopes], slopes, 1),
    NOTE,
    arora_sum,
)
_record(
    "fd:41",
    "quotation Q5",
    r"K = \frac{1}{L+1} \sum_{l=0}^{L} K^l",
    lambda covariances, slopes: sum(covariances, sympy.Integer(0)) / len(covariances),
    NOTE,
    arora_recursion,
)
