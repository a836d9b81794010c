"""The kernel controls the output, at any parameters: K(x, x) >= c |f(x)|.

f = W_{L+1} a_L. Let the last bias be trained, b_L of the FCN or d_L of the ResNet, and W_{L+1}. The part of W_{L+1} in
K(x, x) is |a_L|^2; that of the bias is shift^2 |W_{L+1} * p|^2, p = 1(z_L > 0) for the FCN, 1 for the ResNet, and f is
the inner product of W_{L+1} * p and a_L. Hence, by the inequality of the arithmetic and geometric mean and by that of
Cauchy and Schwarz,

    K(x, x) >= |a_L|^2 + shift^2 |W_{L+1} * p|^2 >= 2 shift |a_L| |W_{L+1} * p| >= 2 shift |f(x)|.

On a kink, where p may be any number in [0, 1], the same holds: there a_L is zero.
"""

import sympy

from theory.activations import Relu
from theory.architecture import Affine, Architecture, Group, Residual, Scale

width = sympy.Symbol("m", positive=True)
"""The width of the last hidden layer."""


def output_factor(architecture: Architecture) -> sympy.Expr:
    """c = 2 shift in K(x, x) >= c |f(x)|, as an expression in `width`.

    2 sqrt(2/m) for the FCN (2.1) and 2 |alpha| / sqrt(m) for the ResNet (2.2) of arXiv 2504.11130. Raises ValueError if
    the last bias or the output weights are not trained: then there is no such bound.
    """
    head, block = architecture.head[-1], architecture.blocks[-1]
    match block:
        case (Affine(_, bias), Relu(), Scale(factor)):
            strength = sympy.Integer(1)
        case (Residual(scale, (*_, Affine(_, bias), Scale(factor))),):
            strength = sympy.Abs(scale)
        case _:
            raise ValueError(f"{architecture.name}: the last block is none that the output bound is known for")
    if not (isinstance(head, Affine) and head.weight.trained and _is_trained(bias)):
        raise ValueError(f"{architecture.name}: the output bound needs trained output weights and a trained last bias")
    if any(group.multiplier != 1 for group in (head.weight, bias) if group is not None):
        raise ValueError(f"{architecture.name}: the output bound is derived for parameters without multipliers")
    return 2 * strength * sympy.sqrt(factor / width)


def _is_trained(group: Group | None) -> bool:
    return group is not None and group.trained
