"""An architecture written out as equations in LaTeX."""

from __future__ import annotations

import sympy

from theory.architecture import Affine, Architecture, Group, Layer, Normalise, Relu, Residual, Softplus

MOST_BLOCKS = 6
"""More blocks than these are written as the first two, dots and the last."""


def network_latex(architecture: Architecture) -> str:
    """The network, layer by layer, and its parameters at initialisation, as a LaTeX ``aligned`` environment.

    a_l are the normalised features, x the input; m is the width of the vector that a factor normalises.
    """
    first = _through(architecture.stem, "x")
    rows = [f"a_{{0}} &= {first}"]
    blocks = list(enumerate(architecture.blocks, start=1))
    for index, block in blocks[:2] if len(blocks) > MOST_BLOCKS else blocks:
        rows.append(f"a_{{{index}}} &= {_through(block, f'a_{{{index - 1}}}')}")
    if len(blocks) > MOST_BLOCKS:
        index, block = blocks[-1]
        rows += [r"&\;\;\vdots", f"a_{{{index}}} &= {_through(block, f'a_{{{index - 1}}}')}"]
    rows.append(f"f(x) &= {_through(architecture.head, f'a_{{{architecture.depth}}}')}")
    return "\\begin{aligned}\n" + " \\\\\n".join(rows + _initialisation(architecture.groups)) + "\n\\end{aligned}"


def _through(layers: tuple[Layer, ...], vector: str) -> str:
    """The vector after some layers. A sum is put in brackets before it is multiplied."""
    is_sum = False
    for layer in layers:
        bracketed = rf"\left({vector}\right)" if is_sum else vector
        match layer:
            case Affine(weight, bias):
                vector = f"{weight.latex} {bracketed}" + (f" + {bias.latex}" if bias is not None else "")
                is_sum = bias is not None
            case Relu():
                vector, is_sum = rf"\max\left(0, {vector}\right)", False
            case Softplus(sharpness):
                beta = "" if sharpness == 1 else sympy.latex(sharpness)
                inner = rf"{beta} \left({vector}\right)" if beta and is_sum else f"{beta} {vector}".strip()
                vector = rf"{sympy.latex(1 / sharpness) if beta else ''} \ln\left(1 + e^{{{inner}}}\right)".strip()
                is_sum = False
            case Normalise(factor):
                vector, is_sum = rf"\sqrt{{\tfrac{{{sympy.latex(factor)}}}{{m}}}}\, {bracketed}", False
            case Residual(scale, branch):
                sign, size = ("-", -scale) if scale.could_extract_minus_sign() else ("+", scale)
                vector, is_sum = f"{vector} {sign} {_factor(size)}{_through(branch, bracketed)}", True
    return vector


def _factor(scale: sympy.Expr) -> str:
    if scale == 1:
        return ""
    return rf"\left({sympy.latex(scale)}\right) " if scale.is_Add else rf"{sympy.latex(scale)}\, "


def _initialisation(groups: tuple[Group, ...]) -> list[str]:
    """The groups of equal variance and training, a row each."""
    alike: dict[tuple[sympy.Expr, bool], list[str]] = {}
    for group in groups:
        alike.setdefault((group.variance, group.trained), []).append(group.latex)
    rows = []
    for (variance, trained), names in alike.items():
        law = "= 0" if variance == 0 else rf"\sim \mathcal{{N}}\left(0, {sympy.latex(variance)}\right)"
        shown = names if len(names) <= 2 * MOST_BLOCKS else [*names[:4], r"\dots", names[-1]]
        rows.append(rf"&{', '.join(shown)} {law} \text{{ at the start, {'trained' if trained else 'not trained'}}}")
    return rows
