"""The kernels of an infinitely wide network, derived from its architecture by a forward and a backward pass.

Forward: the covariance of every vector of the network as a kernel on pairs of inputs. For a normalised vector a it is
lim <a(x), a(x')>, for an unnormalised one z the covariance of a single entry; the input is a vector of d given numbers,
with <x, x'>. Backward: the kernel of the cotangents, lim <df/dz(x), df/dz(x')> for unnormalised z, and the covariance
of one entry of df/da for normalised a. A trained weight adds (backward at its output) x (forward at its input) to the
NTK, a trained bias adds (backward at its output), each times its multiplier squared. A zero-initialised trained bias so
enters the NTK and not the covariance. Forward and backward factors are independent in the limit because each weight
matrix is centred and used once each way (gradient independence).

The recursion is a list of definitions, symbols standing for kernels on pairs:

    Sigma_l   covariance of the pre-activations z_l         B_l   cotangents at z_l
    S_l       covariance of the features a_l                R_l   cotangents at a_l

On images all these are kernels on positions too (`theory.positions`), and a part sums over them. l is 0 in the stem and
L + 1 in the head; a second activation of a block has a second index. Number systems evaluate
these very objects; they print as LaTeX.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import assert_never

import sympy

from theory.activations import Activation, GaussianMoment
from theory.architecture import (
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Layer,
    Pool,
    Residual,
    Scale,
    fcn_block,
    resnet_block,
)
from theory.moments import pair_moment
from theory.passes import compose, merged, residual
from theory.positions import PositionMap, equal_positions, number_of_positions, patches, total
from theory.written import written

input_kernel = sympy.Symbol(r"\langle x,x'\rangle")
"""The kernel <x, x'> of the inputs."""
input_dimension = sympy.Symbol("d", integer=True, positive=True)
"""The number d of the inputs' coordinates."""
layer_width = sympy.Symbol("m", integer=True, positive=True)
"""The width of the hidden layers: only the kernel of the standard parametrisation, which grows with it, has it."""

Parts = dict[Group, sympy.Expr]
Backward = Callable[[sympy.Expr], tuple[sympy.Expr, Parts]]


class Definitions:
    """The definitions of a recursion in the making: an ordered map from symbols to expressions."""

    def __init__(self) -> None:
        self.equations: dict[sympy.Symbol, sympy.Expr] = {}

    def define(self, letter: str, index: object, expression: sympy.Expr) -> sympy.Symbol:
        """Define the symbol `letter`_`index` and return it. Raises ValueError if it is taken."""
        symbol = _symbol(letter, index)
        if symbol in self.equations:
            raise ValueError(f"{symbol} is defined twice")
        self.equations[symbol] = expression
        return symbol

    def free_index(self, letter: str, index: object) -> str:
        """`index`, or with a second index from 2 on the first for which the letter is not taken."""
        first = sympy.latex(index)
        texts = itertools.chain([first], (f"{first},{second}" for second in itertools.count(2)))
        return next(text for text in texts if _symbol(letter, text) not in self.equations)


def _symbol(letter: str, index: object) -> sympy.Symbol:
    text = index if isinstance(index, str) else sympy.latex(index)
    return sympy.Symbol(f"{letter}_{{{text}}}")


@dataclass(frozen=True)
class Recursion:
    """A derived recursion: definitions in order, the parts of the NTK by parameter group, and the NNGP kernel.

    The parts hold the trained groups only; `ntk` is their sum. All expressions are kernels on a pair of inputs. A
    recursion of a single block has no outputs, and zero for its NNGP kernel. With an `image`, <x, x'> is that of the
    channels at two positions.
    """

    equations: Mapping[sympy.Symbol, sympy.Expr]
    parts: Mapping[Group, sympy.Expr]
    nngp: sympy.Expr
    image: tuple[int, ...] = ()

    @property
    def ntk(self) -> sympy.Expr:
        """The neural tangent kernel: the sum of the parts."""
        return sympy.Add(*self.parts.values())

    def latex(self) -> str:
        """The recursion as a LaTeX ``aligned`` environment."""
        rows = [f"{sympy.latex(symbol)} &= {sympy.latex(expression)}" for symbol, expression in self.equations.items()]
        if self.nngp != 0:
            rows.append(f"K^{{\\mathrm{{NNGP}}}} &= {sympy.latex(self.nngp)}")
        rows.append(f"K &= {sympy.latex(self.ntk)}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def lines(self) -> list[str]:
        """The recursion as lines of text: definitions, the outputs' covariance, the parts of the kernel."""
        named = {symbol: sympy.Symbol(_plain(symbol)) for symbol in (*self.equations, input_kernel)}
        named[equal_positions] = sympy.Symbol("equal_positions")
        rows = [
            f"{named[symbol]} = {written(expression.xreplace(named))}" for symbol, expression in self.equations.items()
        ]
        rows += [] if self.nngp == 0 else [f"NNGP = {written(self.nngp.xreplace(named))}"]
        return rows + [f"K[{group.name}] = {written(part.xreplace(named))}" for group, part in self.parts.items()]

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"


def _plain(symbol: sympy.Symbol) -> str:
    """A kernel's name without LaTeX: Sigma_1, <x,x'>."""
    if symbol == input_kernel:
        return "<x,x'>"
    return symbol.name.replace("\\", "").replace("{", "").replace("}", "")


INPUT, ENTRIES, NORMALISED = "input", "entries", "normalised"


@dataclass(frozen=True)
class Signal:
    """A vector of the network in the limit: its kernel, and what the kernel is of.

    kind      INPUT: <x, x'> times a number; ENTRIES: the covariance of an entry; NORMALISED: the inner product
    gaussian  are its entries Gaussian, given the layers below, and of one law?
    inputs    the number of its entries, at a position if there are any
    image     the shape of its positions, () if it has none
    """

    kernel: sympy.Expr
    kind: str
    gaussian: bool
    inputs: sympy.Expr = layer_width
    image: tuple[int, ...] = ()

    @property
    def positions(self) -> int:
        """The number of positions."""
        return number_of_positions(self.image)


@cache
def recursion(architecture: Architecture) -> Recursion:
    """Derive the NTK and NNGP recursions of an architecture (Jacot et al. 2018, Yang 2020).

    Raises ValueError on a network that has no such limit, saying which layer is to blame.
    """
    definitions = Definitions()
    depth = architecture.depth
    image = architecture.image
    signal = Signal(input_kernel, INPUT, False, input_dimension / number_of_positions(image), image)
    signal, stem = _run(architecture.stem, signal, 0, definitions)
    passes: list[Backward] = [stem]
    if architecture.stem:
        signal = replace(signal, kernel=definitions.define("S", 0, signal.kernel))
    for index, block in enumerate(architecture.blocks, start=1):
        signal, backward = _run(block, signal, index, definitions)
        signal = replace(signal, kernel=definitions.define("S", index, signal.kernel))
        passes.append(backward)
    output, head = _run(architecture.head, signal, depth + 1, definitions)
    if not (isinstance(architecture.head[-1], Affine) and output.kind == ENTRIES):
        raise ValueError(f"{architecture.name}: the last layer must be affine")

    cotangent, parts = head(sympy.Integer(1))
    for index in range(depth, 0, -1):
        cotangent = definitions.define("R", index, cotangent)
        cotangent, more = passes[index](cotangent)
        parts |= more
    _, more = stem(definitions.define("R", 0, cotangent) if architecture.stem else cotangent)
    parts |= more
    ordered = {group: parts[group] for group in architecture.groups if group in parts}
    return Recursion(definitions.equations, ordered, output.kernel, image)


def general_step(family: str, scale: sympy.Expr | None = None, bias: str = "trained") -> Recursion:
    """One block with symbolic index l: S_{l-1} -> S_l forward, R_l -> R_{l-1} backward, and the block's parts.

    `family` is "fcn" or "resnet"; `scale` defaults to the symbol alpha.
    """
    index = sympy.Symbol("l", integer=True, positive=True)
    alpha = sympy.Symbol("alpha", real=True) if scale is None else scale
    return block_recursion(fcn_block(index, bias) if family == "fcn" else resnet_block(index, alpha, bias), index)


def block_recursion(block: tuple[Layer, ...], index: sympy.Symbol) -> Recursion:
    """Any block with symbolic index l: S_{l-1} -> S_l forward, R_l -> R_{l-1} backward, and the block's parts.

    S_{l-1} is of normalised features, or of entries if the block starts with their normalisation.
    """
    definitions = Definitions()
    kind = ENTRIES if isinstance(block[0], Scale) else NORMALISED
    before = Signal(sympy.Symbol(f"S_{{{index} - 1}}"), kind, gaussian=kind == NORMALISED)
    signal, backward = _run(block, before, index, definitions)
    definitions.define("S", index, signal.kernel)
    cotangent, parts = backward(sympy.Symbol(f"R_{{{index}}}"))
    definitions.define("R", index - 1, cotangent)
    return Recursion(definitions.equations, parts, sympy.Integer(0))


def _run(layers: tuple[Layer, ...], signal: Signal, index: object, definitions: Definitions) -> tuple[Signal, Backward]:
    """The signal after `layers`, and the backward pass through them."""
    return compose(merged(layers), signal, lambda layer, before: _run_layer(layer, before, index, definitions))


def _run_layer(layer: Layer, signal: Signal, index: object, definitions: Definitions) -> tuple[Signal, Backward]:
    match layer:
        case Affine(weight, bias):
            if signal.image:
                raise ValueError(f"block {index}: {weight.name} is a matrix and acts on vectors: flatten or pool first")
            return _run_affine(weight, bias, signal, _Sums())
        case Convolution(weight, bias, size, padding):
            if not signal.image:
                raise ValueError(f"block {index}: {weight.name} is a filter and acts on images: there are no positions")
            of_patches = patches(signal.image, size, padding)
            return _run_affine(weight, bias, signal, _Sums(of_patches, size ** len(signal.image), total))
        case Activation():
            return _run_activation(layer, signal, index, definitions)
        case Scale(factor):
            if signal.kind == NORMALISED:
                raise ValueError(
                    f"block {index}: a normalised vector is normalised once more, and vanishes with the width"
                )
            share = factor / signal.inputs if signal.kind == INPUT else factor
            kind = INPUT if signal.kind == INPUT else NORMALISED
            return replace(signal, kernel=share * signal.kernel, kind=kind), lambda cotangent: (share * cotangent, {})
        case Flatten() | Pool():
            return _run_shape(layer, signal, index)
        case Residual(scale, branch):
            after, branch_backward = _run(branch, signal, index, definitions)
            fits = after.kind == signal.kind and after.image == signal.image
            if not fits or signal.kind == INPUT or not after.gaussian:
                message = "a residual branch must end in an affine layer, normalised if what it is added to is"
                raise ValueError(f"block {index}: {message}, and start from hidden neurons")
            kernel, backward = residual(signal.kernel, scale**2, (after.kernel, branch_backward))
            return replace(signal, kernel=kernel), backward
        case _:
            assert_never(layer)


def _unchanged(kernel: sympy.Expr) -> sympy.Expr:
    return kernel


@dataclass(frozen=True)
class _Sums:
    """What an affine layer sums over beside its inputs.

    gather  the kernel of what a neuron sees, from the kernel of its inputs; the backward pass goes the same way
    count   the number of positions that a neuron sees
    spread  the sum over all places at which one weight is used
    """

    gather: Callable[[sympy.Expr], sympy.Expr] = _unchanged
    count: int = 1
    spread: Callable[[sympy.Expr], sympy.Expr] = _unchanged


def _run_affine(weight: Group, bias: Group | None, signal: Signal, sums: _Sums) -> tuple[Signal, Backward]:
    """A sum over the inputs: with `per_input` the variance takes their number out, the weight's gradient keeps it."""
    inputs = signal.inputs * sums.count
    if signal.kind == ENTRIES and not weight.per_input:
        raise ValueError(
            f"{weight.name} sums over a layer that is not normalised, and grows with the width: "
            "put a normalisation before it, or divide its variance by the number of inputs"
        )
    if signal.kind == NORMALISED and weight.per_input:
        raise ValueError(f"{weight.name} has its variance divided by its inputs, which are normalised already")
    # The inner product of the inputs, and what the weights make of it.
    product = sums.gather(signal.inputs * signal.kernel if signal.kind == ENTRIES else signal.kernel)
    mean = product / inputs if weight.per_input else product
    output = weight.strength * mean + (bias.strength if bias is not None else 0)
    # An entry of W'g has the variance of a weight times <g, g'>; ENTRIES take the sum over them.
    back = weight.strength / inputs if weight.per_input else weight.strength
    back = back * signal.inputs if signal.kind == ENTRIES else back

    def affine(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
        parts = {weight: weight.multiplier**2 * sums.spread(cotangent * product)} if weight.trained else {}
        if bias is not None and bias.trained:
            parts[bias] = bias.multiplier**2 * sums.spread(cotangent)
        return back * sums.gather(cotangent), parts

    return Signal(output, ENTRIES, gaussian=True, image=signal.image), affine


def _run_shape(layer: Flatten | Pool, signal: Signal, index: object) -> tuple[Signal, Backward]:
    """An image becomes a vector. ENTRIES of a flattened image have the mean over its positions for their covariance."""
    if not signal.image:
        raise ValueError(f"block {index}: there is no image to flatten or to pool")
    if isinstance(layer, Pool):
        share: sympy.Expr = sympy.Rational(1, signal.positions**2)
        return replace(signal, kernel=share * total(signal.kernel), image=()), lambda cotangent: (share * cotangent, {})
    share = sympy.Rational(1, signal.positions) if signal.kind == ENTRIES else sympy.Integer(1)
    flat = replace(
        signal,
        kernel=share * total(equal_positions * signal.kernel),
        gaussian=False,
        inputs=signal.inputs * signal.positions,
        image=(),
    )
    return flat, lambda cotangent: (share * cotangent * equal_positions, {})


def _run_activation(
    activation: Activation, signal: Signal, index: object, definitions: Definitions
) -> tuple[Signal, Backward]:
    """E[s s'] forward, E[s' s''] backward. A normalised vector may meet a homogeneous s of degree 1, which commutes."""
    if signal.kind == INPUT or not signal.gaussian:
        raise ValueError(f"block {index}: {activation.name} must follow an affine layer, as its kernel needs Gaussians")
    if signal.kind == NORMALISED and activation.degree != 1:
        raise ValueError(f"block {index}: {activation.name} is not homogeneous: put the normalisation after it")
    number = definitions.free_index(r"\Sigma", index)
    covariance = definitions.define(r"\Sigma", number, signal.kernel)

    def backward(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
        return definitions.define("B", number, cotangent * activation.slope_image(covariance)), {}

    return replace(signal, kernel=activation.image(covariance), gaussian=False), backward


Triple = tuple[sympy.Expr, sympy.Expr, sympy.Expr]


Moment = Callable[[type[GaussianMoment], sympy.Expr, sympy.Expr, sympy.Expr], sympy.Expr]
"""A Gaussian moment of a kernel with these values at (x, x), (x, x') and (x', x'), at (x, x')."""


def closed_form(
    derived: Recursion,
    kernel: sympy.Expr,
    inputs: Triple,
    moment: Moment = pair_moment,
    given: Mapping[sympy.Symbol, Triple] | None = None,
    place: int = 1,
) -> sympy.Expr:
    """Unroll a kernel of a recursion to a closed form in <x, x>, <x, x'>, <x', x'> given as `inputs`.

    `given` says likewise what kernels are that are not to be unrolled; `place` is 1 for the kernel at (x, x'), 0 at
    (x, x), 2 at (x', x').
    """
    known = given or {}

    @cache
    def triple(expression: sympy.Expr) -> Triple:
        match expression:
            case sympy.Symbol():
                if expression == input_kernel:
                    return inputs
                if expression in known:
                    return known[expression]
                return triple(derived.equations[expression]) if expression in derived.equations else (expression,) * 3
            case GaussianMoment():
                first, cross, second = triple(expression.args[0])
                return tuple(
                    moment(expression.func, *pair) for pair in ((first,) * 3, (first, cross, second), (second,) * 3)
                )
            case sympy.Add() | sympy.Mul():
                return tuple(expression.func(*entries) for entries in zip(*map(triple, expression.args), strict=True))
            case PositionMap():
                raise ValueError("kernels on positions have no closed form in the inner products of the inputs")
        return (expression, expression, expression)

    return triple(kernel)[place]
