"""Functions of one variable, given as sympy expressions, entry by entry on arrays of doubles: numpy's or torch's."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np
import sympy

from theory.activations.activation import Activation, z

Array = Any


@dataclass(frozen=True, eq=False)
class Library:
    """What an array library calls the functions that activations are made of.

    functions  exp, log, sin, cos, tanh, erf and Abs, by the names that sympy has for them
    positive   max(0, .)
    indicator  1(. > 0)
    """

    functions: Mapping[str, Callable[[Array], Array]]
    positive: Callable[[Array], Array]
    indicator: Callable[[Array], Array]


def _erf(values: Array) -> Array:
    import scipy.special  # takes longer to load than kernels of the ReLU take

    return scipy.special.erf(values)


NUMPY = Library(
    functions={name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tanh")} | {"erf": _erf, "Abs": np.abs},
    positive=lambda values: np.maximum(values, 0.0),
    indicator=lambda values: values > 0,
)


Function = Callable[[Array], Array]


@cache
def function_and_slope(activation: Activation, library: Library) -> tuple[Function, Function]:
    """An activation and its derivative: sympy is asked once, not at every pass through a network."""
    return entrywise(activation.function, library), entrywise(activation.derivative, library)


@cache
def entrywise(expression: sympy.Expr, library: Library) -> Function:
    """The function of `z` that the expression is, on arrays of any shape, which it keeps.

    It raises ValueError where the library has no such function.
    """
    if not expression.has(z):
        return lambda values: values * 0 + float(expression)
    return _function_of(expression, library)


def _function_of(node: sympy.Expr, library: Library) -> Function:
    match node:
        case sympy.Symbol() if node == z:
            return lambda values: values
        case _ if not node.has(z):
            number = float(node)
            return lambda values: number
        case sympy.Add() | sympy.Mul():
            joined = operator.add if isinstance(node, sympy.Add) else operator.mul
            parts = [_function_of(argument, library) for argument in node.args]
            return lambda values: reduce(joined, [part(values) for part in parts])
        case sympy.Pow() if node.exp.is_Integer:
            base, exponent = _function_of(node.base, library), int(node.exp)
            return lambda values: base(values) ** exponent
    outer, argument = _named(node, library)
    inner = _function_of(argument, library)
    return lambda values: outer(inner(values))


def _named(node: sympy.Expr, library: Library) -> tuple[Function, sympy.Expr]:
    """The library's function for a node, and the node's argument."""
    if isinstance(node, sympy.Max) and len(node.args) == 2 and sympy.S.Zero in node.args:
        return library.positive, next(part for part in node.args if part != 0)
    if isinstance(node, sympy.Heaviside):
        return library.indicator, node.args[0]
    name = node.func.__name__
    if name in library.functions:
        return library.functions[name], node.args[0]

    def unknown(values: Array) -> Array:
        raise ValueError(f"the function {name} cannot be evaluated on arrays")

    return unknown, node.args[0]
