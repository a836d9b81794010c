r"""Formulas that the founding papers print, or that public notes quote from them, as claims.

Sums over layers are functions of the kernels at hand: `covariances` Sigma^0, .., Sigma^L and `slopes` dSigma^1, ..,
dSigma^L of Arora et al. 2019. What they claim to equal is derived from a network by `derived_layers`.
"""

from collections.abc import Sequence

import sympy
from sympy import acos, pi, sqrt

from theory.activations import GaussianMoment
from theory.architecture import Architecture
from theory.presets import geifman
from theory.printed.forms import Printed
from theory.recursion import Triple, closed_form, recursion

JACOT = "Jacot, Gabriel, Hongler 2018, arXiv 1806.07572v4 of 10 February 2020"
ARORA = "Arora et al. 2019, arXiv 1904.11955"
FIRST_NOTE = "baihuaxie/baihuaxie.github.io, _posts/2021-05-08-Convolutional-Neural-Tangent-Kernels.md"
FIFTH_NOTE = "392781/scikit-ntk, gpytorch_ntk/kernel.py, docstring of NeuralTangentKernel"

Kernels = Sequence[sympy.Expr]
bias = sympy.Symbol("beta", positive=True)
"""The strength beta of a bias."""
PRINTED: dict[str, Printed] = {}


def symbolic_moment(kind: type[GaussianMoment], first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    """E[s s'] or E[s' s''] of any activation: a function that nothing is known of, at these covariances."""
    return sympy.Function(f"E_{kind.order}")(*map(sympy.expand, (first, cross, second)))


def derived_layers(network: Architecture) -> tuple[list[sympy.Expr], list[sympy.Expr], sympy.Expr]:
    """What a network without a stem derives: Sigma of its L + 1 layers, E[s' s''] at the first L, and its NTK.

    In symbols: S_0 is <x, x'>, S_l the kernel of the features of block l, moments are those of `symbolic_moment`.
    """
    derived = recursion(network)
    inputs, *features = sympy.symbols(f"S_0:{network.depth + 1}", positive=True)
    given = {sympy.Symbol(f"S_{{{place}}}"): (each,) * 3 for place, each in enumerate(features, start=1)}

    def value(kernel: sympy.Expr) -> sympy.Expr:
        return closed_form(derived, kernel, (inputs,) * 3, symbolic_moment, given)

    covariances = [value(sympy.Symbol(rf"\Sigma_{{{layer}}}")) for layer in range(1, network.depth + 1)]
    slopes = [sympy.Function("E_1")(*(sympy.expand(each),) * 3) for each in covariances]
    return [*covariances, value(derived.nngp)], slopes, value(derived.ntk)


def arora_sum(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """Sum over h = 1 .. L + 1 of Sigma^(h-1) times the product of dSigma^(h'), h' = h .. L + 1, the last being 1."""
    return sympy.Add(*(each * sympy.prod(slopes[place:]) for place, each in enumerate(covariances)))


def arora_recursion(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """Theta^(h) = Theta^(h-1) dSigma^(h) + Sigma^(h), Theta^(0) = Sigma^(0)."""
    kernel = covariances[0]
    for covariance, slope in zip(covariances[1:], slopes, strict=True):
        kernel = kernel * slope + covariance
    return kernel


def first_note(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """Sum over h = 1 .. L of Sigma^h times the product of dSigma^h', h' = h .. L; a Sigma^(L+1) is not used."""
    return sympy.Add(*(covariances[place] * sympy.prod(slopes[place:]) for place in range(len(slopes))))


def first_note_with_the_output(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """The same and Sigma^(L+1), the term of the weights that make the output of g^(L)."""
    return first_note(covariances, slopes) + covariances[len(slopes)]


def first_note_one_later(covariances: Kernels, slopes: Kernels) -> sympy.Expr:
    """The same with products that start at h' = h + 1."""
    return sympy.Add(*(covariances[place] * sympy.prod(slopes[place + 1 :]) for place in range(len(slopes))))


def fifth_note(depth: int, inputs: Triple, strength: sympy.Expr) -> sympy.Expr:
    """The mean of K^0, .., K^L at (x_1, x_2), the inputs' products being x_1.x_1, x_1.x_2, x_2.x_2, with sigma_b^2.

    All K^l with l > 0 are one, as no layer is in the formula of K^(l+1).
    """
    first, cross, second = inputs
    angle = acos(cross / sqrt(first * second))
    later = 2 / (2 * pi) * (cross * (pi - angle) + sqrt(1 - cross**2 / (first * second))) + strength
    return ((cross + strength) + depth * later) / (depth + 1)


def fifth_note_as_its_code(depth: int, inputs: Triple, strength: sympy.Expr) -> sympy.Expr:
    """K <- K dK + Sigma + sigma_b^2, layer by layer, divided by (L + 1)(1 + sigma_b^2) at the end."""
    first, cross, second = inputs
    scale, kernel = sqrt(first * second), cross + strength
    for _ in range(depth):
        correlation = cross / scale
        cross = (correlation * (pi - acos(correlation)) + sqrt(1 - correlation**2)) / pi * scale
        kernel = kernel * (pi - acos(correlation)) / pi + cross + strength
    return kernel / ((depth + 1) * (1 + strength))


PRINTED["fd:28"] = Printed(
    "fd:28",
    "(6) of arXiv 2003.04560",
    r"\Theta^{(h)} = \Theta^{(h-1)} \dot\Sigma^{(h)} + \Sigma^{(h)}",
    arora_recursion,
    derived_layers,
    ARORA,
)
PRINTED["fd:38"] = Printed(
    "fd:38",
    "the NTK of fully connected networks",
    r"H = \sum_{h=1}^{L} \Sigma^{h} \prod_{h'=h}^{L} \dot\Sigma^{h'}",
    first_note,
    derived_layers,
    FIRST_NOTE,
    (first_note_with_the_output, first_note_one_later),
)
PRINTED["fd:41"] = Printed(
    "fd:41",
    "its three formulas",
    r"K^{l+1} = \frac{c}{2\pi} \Bigl(\Sigma \bigl(\pi - \arccos\tfrac{\Sigma}{\sqrt{\Sigma_1 \Sigma_2}}\bigr) + "
    r"\sqrt{1 - \tfrac{\Sigma^2}{\Sigma_1 \Sigma_2}}\Bigr) + \sigma_b^2, \quad K = \frac{1}{L+1} \sum_{l=0}^{L} K^l",
    fifth_note,
    geifman,
    FIFTH_NOTE,
    fifth_note_as_its_code,
)
