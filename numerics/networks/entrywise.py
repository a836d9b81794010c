"""Functions of one variable, given as sympy expressions, entry by entry on arrays of doubles: numpy's or torch's."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np
import scipy.special
import sympy

from theory.activations.activation import z

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


NUMPY = Library(
    functions={name: getattr(np, name) for name in ("exp", "log", "sin", "cos", "tanh")}
    | {"erf": scipy.special.erf, "Abs": np.abs},
    positive=lambda values: np.maximum(values, 0.0),
    indicator=lambda values: values > 0,
)


@cache
def entrywise(expression: sympy.Expr, library: Library) -> Callable[[Array], Array]:
    """The function of `z` that the expression is, on arrays of any shape, which it keeps.

    It raises ValueError where the library has no such function.
    """

    def of(node: sympy.Expr, values: Array) -> Array:
        match node:
            case sympy.Symbol() if node == z:
                return values
            case _ if not node.has(z):
                return float(node)
            case sympy.Add() | sympy.Mul():
                combined = operator.add if isinstance(node, sympy.Add) else operator.mul
                return reduce(combined, (of(argument, values) for argument in node.args))
            case sympy.Pow() if node.exp.is_Integer:
                return of(node.base, values) ** int(node.exp)
            case sympy.Max() if len(node.args) == 2 and sympy.S.Zero in node.args:
                return library.positive(of(next(part for part in node.args if part != 0), values))
            case sympy.Heaviside():
                return library.indicator(of(node.args[0], values))
        name = node.func.__name__
        if name not in library.functions:
            raise ValueError(f"the function {name} cannot be evaluated on arrays")
        return library.functions[name](of(node.args[0], values))

    if not expression.has(z):
        return lambda values: values * 0 + float(expression)
    return lambda values: of(expression, values)
