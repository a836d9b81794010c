"""Formulas over finite networks written in LaTeX by evaluating them on matrices of which only the names are known.

A form of `theory.printed.divergence` is a function of a network and of passages through it. Evaluated on
`written_network` it returns what it says, layer by layer, so that what is printed is what is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.architecture import Architecture
from theory.finite import Arithmetic, FiniteNetwork, Passage


@dataclass(frozen=True)
class Written:
    """A matrix by its name, or by those of what it is made of.

    sum, many   is it a sum, a product: does it need brackets before it is multiplied, transposed?
    transposed  the matrix of which this is the transpose, if it was made so
    product     (A, B) if this is A' B, whose trace is their inner product
    """

    text: str
    sum: bool = False
    many: bool = False
    transposed: Written | None = None
    product: tuple[Written, Written] | None = None

    def bracketed(self) -> str:
        """The text as a factor."""
        return rf"\left({self.text}\right)" if self.sum else self.text

    @property
    def T(self) -> Written:  # noqa: N802 - numpy's name
        """The transpose, by name; that of a transpose is the matrix itself."""
        text = rf"\left({self.text}\right)" if self.many else self.bracketed()
        return self.transposed or Written(rf"{text}^\top", transposed=self)

    def __matmul__(self, other: Written) -> Written:
        pair = (self.transposed, other) if self.transposed else None
        return Written(rf"{self.bracketed()} {other.bracketed()}", many=True, product=pair)

    def __add__(self, other: Written) -> Written:
        return Written(f"{self.text} + {other.text}", sum=True)

    def __rmul__(self, factor: Any) -> Written:
        return Written(rf"{sympy.latex(factor)} {self.bracketed()}", many=True)

    def trace(self) -> sympy.Symbol:
        """The inner product of the two matrices of which this is A' B, or the square of one's length."""
        if self.product is None:
            return sympy.Symbol(rf"\mathrm{{tr}}({self.text})")
        one, other = self.product
        if one == other:
            return sympy.Symbol(rf"\left\|{one.text}\right\|^{{2}}", positive=True)
        return sympy.Symbol(rf"\left\langle {one.text}, {other.text} \right\rangle", real=True)


class WrittenNetwork(FiniteNetwork):
    """A network of named matrices, with widths m_l."""

    def width(self, layer: int) -> Any:
        """The symbol m_l of the number of neurons in layer l."""
        return sympy.Symbol(f"m_{{{layer}}}", positive=True)

    def scale(self, layer: int, factor: int = 2) -> Any:
        """sqrt(factor / m_l), m_l the symbol."""
        return sympy.sqrt(factor / self.width(layer))


def written_network(architecture: Architecture) -> tuple[WrittenNetwork, Passage, Passage]:
    """The network and its passages at x and x', by name."""
    groups = {group.name: Written(group.latex) for group in architecture.groups}
    arithmetic = Arithmetic(
        number=lambda value: value,
        relu=lambda values: Written(rf"\sigma\left({values.text}\right)"),
        step=lambda values: Written(rf"D\left({values.text}\right)"),
    )
    network = WrittenNetwork(architecture, groups, arithmetic)
    return network, _passage(architecture, "x"), _passage(architecture, "x'")


def _passage(architecture: Architecture, point: str) -> Passage:
    layers = range(1, architecture.depth + 1)
    features = (Written(point), *(Written(f"a_{{{layer}}}({point})") for layer in layers))
    if architecture.stem:
        features = (Written(f"a_{{0}}({point})"), *features[1:])
    return Passage(
        Written(point),
        features,
        tuple(Written(f"z_{{{layer}}}({point})") for layer in layers),
        tuple(Written(f"D_{{{layer}}}({point})") for layer in layers),
        Written(f"f({point})"),
        {group.name: Written(rf"\nabla_{{{group.latex}}} f({point})") for group in architecture.groups},
    )


def latex(form: Any, architecture: Architecture) -> str:
    """What a form over a network and two passages says, in LaTeX; the architecture has a depth to be written out."""
    found = form(*written_network(architecture))
    if isinstance(found, list):
        return r", \quad ".join(_text(part) for part in found)
    return _text(found)


def _text(value: Any) -> str:
    return value.text if isinstance(value, Written) else sympy.latex(value)
