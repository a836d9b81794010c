"""Architectures as data: the one place where a network is encoded.

An architecture is a sequence of layers, each a frozen value. It leaves the widths open and says, for every
parameter group, its initial variance and whether it is trained. `theory.recursion` derives the kernel of the
infinitely wide network from it, `numerics.networks.torch_network` builds the finite network from the same value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

import sympy

from theory.activations import Activation, Relu, Softplus
from theory.positions import neighbours
from theory.written import written

Index: TypeAlias = int | sympy.Expr
RELU = Relu()
ONE = sympy.Integer(1)
BIASES = ("trained", "frozen", "none", "zero")
"""Biases: as the network has them, the same but not trained, absent, all started at zero and trained."""
FAMILIES = ("fcn", "resnet")


@dataclass(frozen=True)
class Group:
    """A parameter group: a weight matrix or a bias vector, its entries independent N(0, variance) at initialisation.

    It enters the network times `multiplier`: the bias beta b of Jacot et al. 2018 has variance 1 and multiplier beta.
    With `per_input` the variance is divided by the number of the layer's inputs, as in the standard parametrisation.
    """

    letter: str
    index: Index | None
    variance: sympy.Expr
    trained: bool = True
    multiplier: sympy.Expr = ONE
    per_input: bool = False

    @property
    def name(self) -> str:
        """The group's name as the papers write it: ``W_1``, ``b_2``, ``A``."""
        return self.letter if self.index is None else f"{self.letter}_{self.index}"

    @property
    def latex(self) -> str:
        """The name in LaTeX."""
        return self.letter if self.index is None else f"{self.letter}_{{{sympy.latex(self.index)}}}"

    @property
    def strength(self) -> sympy.Expr:
        """multiplier^2 variance: the variance of an entry as it enters the network (a number of inputs apart)."""
        return self.multiplier**2 * self.variance


@dataclass(frozen=True)
class Affine:
    """h -> mu W h + nu b, mu and nu the multipliers of the groups."""

    weight: Group
    bias: Group | None = None


@dataclass(frozen=True)
class Convolution:
    """h_alpha -> mu sum over offsets beta of W_beta h_(alpha + beta) + nu b, on an image, mu and nu the multipliers.

    Filters have an odd `size` in every direction; beyond the edge of the image are zeros, or with the padding
    "circular" its opposite edge. Raises ValueError on another size or padding.
    """

    weight: Group
    bias: Group | None = None
    size: int = 3
    padding: str = "zero"

    def __post_init__(self) -> None:
        neighbours((), self.size, self.padding)


@dataclass(frozen=True)
class Flatten:
    """The channels of all positions of an image as one vector."""


@dataclass(frozen=True)
class Pool:
    """The mean over all positions of an image: global average pooling."""


@dataclass(frozen=True)
class Scale:
    """h -> sqrt(factor / width) h, the width being that of h; of an image the number of its channels."""

    factor: sympy.Expr


@dataclass(frozen=True)
class Residual:
    """h -> h + scale * branch(h); the branch ends in an affine layer, so that its output is centred given h."""

    scale: sympy.Expr
    branch: tuple[Layer, ...]


Layer = Affine | Convolution | Activation | Scale | Flatten | Pool | Residual


@dataclass(frozen=True)
class Architecture:
    """A network f: R^d -> R with open widths: stem, then blocks, then head.

    Each block maps the normalised features a_{l-1} to a_l; the head is an affine layer with one output.
    `image` is the shape of the positions of an input that is one, such as (32, 32): its coordinates are the channels of
    one position after another, row by row.
    """

    name: str
    stem: tuple[Layer, ...]
    blocks: tuple[tuple[Layer, ...], ...]
    head: tuple[Layer, ...]
    image: tuple[int, ...] = ()

    @property
    def depth(self) -> int:
        """The number L of blocks."""
        return len(self.blocks)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers in the order of the forward pass."""
        return self.stem + tuple(layer for block in self.blocks for layer in block) + self.head

    @property
    def groups(self) -> tuple[Group, ...]:
        """All parameter groups in the order of the forward pass."""
        return tuple(groups_of(self.layers))

    def _repr_latex_(self) -> str:

        return f"$${network_latex(self)}$$"


def flattened(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The layers in the order of the forward pass, those of a residual branch in the place of the branch."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from flattened(layer.branch)
        else:
            yield layer


def affine_layers(layers: Iterable[Layer]) -> Iterator[Affine | Convolution]:
    """The layers with parameters, those of residual branches too, in the order of the forward pass."""
    return (layer for layer in flattened(layers) if isinstance(layer, Affine | Convolution))


def positively_homogeneous(architecture: Architecture) -> bool:
    """Is f(c x) = c f(x) for all c > 0 and all parameters: no biases, and activations like the ReLU?"""
    biased = any(layer.bias is not None for layer in affine_layers(architecture.layers))
    activations = [layer for layer in flattened(architecture.layers) if isinstance(layer, Activation)]
    return not biased and all(activation.degree == 1 for activation in activations)


def groups_of(layers: Iterable[Layer]) -> Iterator[Group]:
    """The parameter groups of some layers, in the order of the forward pass."""
    for layer in affine_layers(layers):
        yield from (group for group in (layer.weight, layer.bias) if group is not None)


def fcn_block(index: Index, bias: str = "trained", activation: Activation = RELU) -> tuple[Layer, ...]:
    """a_{l-1} -> a_l = sqrt(2 / m_l) relu(W_l a_{l-1} + b_l); arXiv 2504.11130 (2.1)."""
    return (
        Affine(_standard("W", index), _bias("b", index, 1, bias)),
        activation,
        Scale(sympy.Integer(2)),
    )


def fcn(depth: int, bias: str = "trained", activation: Activation = RELU) -> Architecture:
    """The fully connected network (2.1) with `depth` hidden layers; no output bias.

    `bias` is "trained" (the paper's), "frozen" (random, not trained), "none" or "zero" (started at zero, trained).
    Raises ValueError on a depth below 1 or another word for `bias`.
    """
    check(depth, bias)
    blocks = tuple(fcn_block(index, bias, activation) for index in range(1, depth + 1))
    name = f"FCN, depth {depth}{suffix(bias, activation)}"
    return Architecture(name, (), blocks, (Affine(_standard("W", depth + 1)),))


def resnet_block(
    index: Index, scale: sympy.Expr, bias: str = "trained", activation: Activation = RELU
) -> tuple[Layer, ...]:
    """a_{l-1} -> a_l = a_{l-1} + scale sqrt(1/m) (V_l t_l + d_l), t_l = sqrt(2/m) relu(W_l a_{l-1} + b_l); (2.2)."""
    branch = (
        Affine(_standard("W", index), _bias("b", index, 0, bias)),
        activation,
        Scale(sympy.Integer(2)),
        Affine(_standard("V", index), _bias("d", index, 0, bias)),
        Scale(sympy.Integer(1)),
    )
    return (Residual(scale, branch),)


def resnet(
    depth: int, scale: sympy.Expr | int = 1, bias: str = "trained", activation: Activation = RELU
) -> Architecture:
    """The residual network (2.2) with `depth` blocks and residual scale alpha = `scale`.

    The biases b_l, d_l of the blocks start at zero, the input bias b is N(0, 1). `bias` as for `fcn`.
    Raises ValueError on a depth below 1 or another word for `bias`.
    """
    check(depth, bias)
    scale = sympy.sympify(scale, strict=True)
    stem = (Affine(_standard("A", None), _bias("b", None, 1, bias)), Scale(sympy.Integer(1)))
    blocks = tuple(resnet_block(index, scale, bias, activation) for index in range(1, depth + 1))
    name = f"ResNet, depth {depth}, scale {written(scale)}{suffix(bias, activation)}"
    return Architecture(name, stem, blocks, (Affine(_standard("W", depth + 1)),))


def with_trained(architecture: Architecture, names: Iterable[str]) -> Architecture:
    """The same network with exactly the named groups trained. Raises ValueError on a name it does not have."""
    chosen = set(names)
    unknown = chosen - {group.name for group in architecture.groups}
    if unknown:
        raise ValueError(f"{architecture.name} has no parameter group {sorted(unknown)}")
    return map_groups(architecture, lambda group: dataclasses.replace(group, trained=group.name in chosen))


def map_groups(architecture: Architecture, change: Callable[[Group], Group | None]) -> Architecture:
    """The same network with every group replaced by `change(group)`; None removes a bias.

    Raises ValueError if a weight is to be removed.
    """

    def changed(layer: Layer) -> Layer:
        match layer:
            case Affine(weight, bias) | Convolution(weight, bias):
                new_weight = change(weight)
                if new_weight is None:
                    raise ValueError(f"the weight {weight.name} cannot be removed")
                return dataclasses.replace(layer, weight=new_weight, bias=None if bias is None else change(bias))
            case Residual() | Activation() | Scale() | Flatten() | Pool():
                return layer
            case _:
                assert_never(layer)

    return map_layers(architecture, changed)


def map_layers(architecture: Architecture, change: Callable[[Layer], Layer]) -> Architecture:
    """The same network with every layer replaced by `change(layer)`, those of residual branches first."""

    def through(layers: Iterable[Layer]) -> tuple[Layer, ...]:
        return tuple(
            change(Residual(layer.scale, through(layer.branch)) if isinstance(layer, Residual) else layer)
            for layer in layers
        )

    return dataclasses.replace(
        architecture,
        stem=through(architecture.stem),
        blocks=tuple(through(block) for block in architecture.blocks),
        head=through(architecture.head),
    )


def smoothed(architecture: Architecture, sharpness: sympy.Expr | int) -> Architecture:
    """The same network with softplus for ReLU. Raises ValueError on a sharpness that is not positive."""
    activation = Softplus(sympy.sympify(sharpness, strict=True))
    network = map_layers(architecture, lambda layer: activation if isinstance(layer, Relu) else layer)
    return dataclasses.replace(network, name=f"{architecture.name}, softplus of sharpness {sharpness}")


def _standard(letter: str, index: Index | None) -> Group:
    return Group(letter, index, sympy.Integer(1))


def _bias(letter: str, index: Index | None, variance: int, bias: str) -> Group | None:
    if bias == "none":
        return None
    return Group(letter, index, sympy.Integer(0 if bias == "zero" else variance), trained=bias != "frozen")


def check(depth: int, bias: str = "trained") -> None:
    """Raise ValueError on a depth below 1 or another word for the biases than those of `BIASES`."""
    if depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
    if bias not in BIASES:
        raise ValueError(f"bias must be one of {', '.join(BIASES)}, not {bias!r}")


def suffix(bias: str, activation: Activation = RELU) -> str:
    """What a network's name says of its biases and its activation: nothing of what the papers have."""
    words = {"trained": "", "frozen": ", biases frozen", "none": ", no biases", "zero": ", biases started at zero"}
    return words[bias] + ("" if activation == RELU else f", {activation.name}")


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
            case Affine(weight, bias) | Convolution(weight, bias):
                sign = "" if isinstance(layer, Affine) else "* "
                vector = f"{_factor(weight.multiplier)}{weight.latex} {sign}{bracketed}"
                if bias is not None:
                    vector += f" + {_factor(bias.multiplier)}{bias.latex}"
                is_sum = bias is not None
            case Activation():
                vector, is_sum = layer.latex_of(vector), False
            case Scale(factor):
                vector, is_sum = rf"\sqrt{{\tfrac{{{sympy.latex(factor)}}}{{m}}}}\, {bracketed}", False
            case Flatten() | Pool():
                name = "vec" if isinstance(layer, Flatten) else "mean"
                vector, is_sum = rf"\operatorname{{{name}}}\left({vector}\right)", False
            case Residual(scale, branch):
                sign, size = ("-", -scale) if scale.could_extract_minus_sign() else ("+", scale)
                vector, is_sum = f"{vector} {sign} {_factor(size)}{_through(branch, bracketed)}", True
            case _:
                assert_never(layer)
    return vector


def _factor(scale: sympy.Expr) -> str:
    if scale == 1:
        return ""
    return rf"\left({sympy.latex(scale)}\right) " if scale.is_Add else rf"{sympy.latex(scale)}\, "


def _initialisation(groups: tuple[Group, ...]) -> list[str]:
    """The groups of equal variance and training, a row each."""
    alike: dict[tuple[str, bool], list[str]] = {}
    for group in groups:
        variance = sympy.latex(group.variance) + (r" / \text{inputs}" if group.per_input else "")
        law = "= 0" if group.variance == 0 else rf"\sim \mathcal{{N}}\left(0, {variance}\right)"
        alike.setdefault((law, group.trained), []).append(group.latex)
    rows = []
    for (law, trained), names in alike.items():
        shown = names if len(names) <= 2 * MOST_BLOCKS else [*names[:4], r"\dots", names[-1]]
        rows.append(rf"&{', '.join(shown)} {law} \text{{ at the start, {'trained' if trained else 'not trained'}}}")
    return rows
