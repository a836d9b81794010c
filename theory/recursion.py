"""The kernels of an infinitely wide network, derived from its architecture by a forward and a backward pass.

Forward: the covariance of every vector of the network as a kernel on pairs of inputs. For a normalised vector a it is
lim <a(x), a(x')>, for an unnormalised one z the covariance of a single entry. Backward: the kernel of the cotangents,
lim <df/dz(x), df/dz(x')> for unnormalised z, and the covariance of one entry of df/da for normalised a. A trained
weight adds (backward at its output) x (forward at its input) to the NTK, a trained bias adds (backward at its output).
A zero-initialised trained bias so enters the NTK and not the covariance. Forward and backward factors are independent
in the limit because each weight matrix is centred and used once each way (gradient independence).

The recursion is a list of definitions, symbols standing for kernels on pairs:

    Sigma_l   covariance of the pre-activations z_l         B_l   cotangents at z_l
    S_l       covariance of the features a_l                R_l   cotangents at a_l

Number systems evaluate these very objects; they print as LaTeX.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import sympy

from theory.architecture import (
    Affine,
    Architecture,
    Group,
    Layer,
    Normalise,
    Relu,
    Residual,
    Softplus,
    fcn_block,
    resnet_block,
)
from theory.moments import gaussian_moment, relu_moment, step_moment, theta

input_kernel = sympy.Symbol(r"\langle x,x'\rangle")
"""The kernel <x, x'> of the inputs."""

Parts = dict[Group, sympy.Expr]
Backward = Callable[[sympy.Expr], tuple[sympy.Expr, Parts]]


class Definitions:
    """The definitions of a recursion in the making: an ordered map from symbols to expressions."""

    def __init__(self) -> None:
        self.equations: dict[sympy.Symbol, sympy.Expr] = {}

    def define(self, letter: str, index: object, expression: sympy.Expr) -> sympy.Symbol:
        """Define the symbol `letter`_`index` and return it. Raises ValueError if it is taken."""
        symbol = sympy.Symbol(f"{letter}_{{{sympy.latex(index)}}}")
        if symbol in self.equations:
            raise ValueError(f"{symbol} is defined twice: a block may hold one activation")
        self.equations[symbol] = expression
        return symbol


@dataclass(frozen=True)
class Recursion:
    """A derived recursion: definitions in order, the parts of the NTK by parameter group, and the NNGP kernel.

    The parts hold the trained groups only; `ntk` is their sum. All expressions are kernels on a pair of inputs. A
    recursion of a single block has no outputs, and zero for its NNGP kernel.
    """

    equations: Mapping[sympy.Symbol, sympy.Expr]
    parts: Mapping[Group, sympy.Expr]
    nngp: sympy.Expr

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

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"


@cache
def recursion(architecture: Architecture) -> Recursion:
    """Derive the NTK and NNGP recursions of an architecture (Jacot et al. 2018, Yang 2020)."""
    definitions = Definitions()
    kernel = input_kernel
    passes: list[Backward] = []
    kernel, stem = _run(architecture.stem, kernel, None, definitions)
    passes.append(stem)
    if architecture.stem:
        kernel = definitions.define("S", 0, kernel)
    for index, block in enumerate(architecture.blocks, start=1):
        kernel, backward = _run(block, kernel, index, definitions)
        kernel = definitions.define("S", index, kernel)
        passes.append(backward)
    nngp, head = _run(architecture.head, kernel, None, definitions)

    cotangent, parts = head(sympy.Integer(1))
    for index in range(architecture.depth, 0, -1):
        cotangent = definitions.define("R", index, cotangent)
        cotangent, more = passes[index](cotangent)
        parts |= more
    _, more = stem(definitions.define("R", 0, cotangent) if architecture.stem else cotangent)
    parts |= more
    ordered = {group: parts[group] for group in architecture.groups if group in parts}
    return Recursion(definitions.equations, ordered, nngp)


def general_step(family: str, scale: sympy.Expr | None = None, bias: str = "trained") -> Recursion:
    """One block with symbolic index l: S_{l-1} -> S_l forward, R_l -> R_{l-1} backward, and the block's parts.

    `family` is "fcn" or "resnet"; `scale` defaults to the symbol alpha.
    """
    index = sympy.Symbol("l", integer=True, positive=True)
    alpha = sympy.Symbol("alpha", real=True) if scale is None else scale
    block = fcn_block(index, bias) if family == "fcn" else resnet_block(index, alpha, bias)
    definitions = Definitions()
    forward, backward = _run(block, sympy.Symbol("S_{l - 1}"), index, definitions)
    definitions.define("S", index, forward)
    cotangent, parts = backward(sympy.Symbol("R_{l}"))
    definitions.define("R", index - 1, cotangent)
    return Recursion(definitions.equations, parts, sympy.Integer(0))


def _run(
    layers: tuple[Layer, ...], kernel: sympy.Expr, index: object, definitions: Definitions
) -> tuple[sympy.Expr, Backward]:
    """The kernel after `layers`, and the backward pass through them."""
    passes: list[Backward] = []
    for layer in layers:
        kernel, backward = _run_layer(layer, kernel, index, definitions)
        passes.append(backward)

    def through(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
        parts: Parts = {}
        for backward in reversed(passes):
            cotangent, more = backward(cotangent)
            parts |= more
        return cotangent, parts

    return kernel, through


def _run_layer(
    layer: Layer, kernel: sympy.Expr, index: object, definitions: Definitions
) -> tuple[sympy.Expr, Backward]:
    match layer:
        case Affine(weight, bias):
            output = weight.variance * kernel + (bias.variance if bias is not None else 0)

            def affine(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
                parts = {weight: cotangent * kernel} if weight.trained else {}
                if bias is not None and bias.trained:
                    parts[bias] = cotangent
                return weight.variance * cotangent, parts

            return output, affine
        case Relu():
            covariance = definitions.define(r"\Sigma", index, kernel)

            def relu(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
                return definitions.define("B", index, cotangent * step_moment(covariance)), {}

            return relu_moment(covariance), relu
        case Softplus():
            raise ValueError("kernels of infinitely wide networks are derived for the ReLU only, not for the softplus")
        case Normalise(factor):
            return factor * kernel, lambda cotangent: (factor * cotangent, {})
        case Residual(scale, branch):
            branch_kernel, branch_backward = _run(branch, kernel, index, definitions)

            def residual(cotangent: sympy.Expr) -> tuple[sympy.Expr, Parts]:
                branch_cotangent, parts = branch_backward(scale**2 * cotangent)
                return cotangent + branch_cotangent, parts

            return kernel + scale**2 * branch_kernel, residual
    raise TypeError(f"unknown layer {layer!r}")


Triple = tuple[sympy.Expr, sympy.Expr, sympy.Expr]


def closed_form(derived: Recursion, kernel: sympy.Expr, inputs: Triple) -> sympy.Expr:
    """Unroll a kernel of a recursion to a closed form in <x, x>, <x, x'>, <x', x'> given as `inputs`."""

    @cache
    def triple(expression: sympy.Expr) -> Triple:
        match expression:
            case sympy.Symbol():
                return inputs if expression == input_kernel else triple(derived.equations[expression])
            case relu_moment():
                return _moment_triple(1, triple(expression.args[0]))
            case step_moment():
                return _moment_triple(0, triple(expression.args[0]))
            case sympy.Add() | sympy.Mul():
                return tuple(expression.func(*entries) for entries in zip(*map(triple, expression.args), strict=True))
        return (expression, expression, expression)

    return triple(kernel)[1]


def _moment_triple(power: int, covariance: Triple) -> Triple:
    first, cross, second = covariance
    scale = sympy.sqrt(first * second)
    moment = gaussian_moment(power).subs(theta, sympy.acos(cross / scale))
    diagonal = gaussian_moment(power).subs(theta, 0)
    return diagonal * first**power, scale**power * moment, diagonal * second**power
