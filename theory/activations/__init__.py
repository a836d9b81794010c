"""Activations, one value each. A file here with a table `NAMED` adds its own to what files and options can name."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence

import sympy

from theory.activations.activation import Activation, GaussianMoment
from theory.activations.analytic import Analytic, Sigmoid, Silu, Softplus, Tanh
from theory.activations.elementary import Cos, Elementary, Erf, Exp, Gelu, Polynomial, Sin
from theory.activations.homogeneous import AbsoluteValue, Homogeneous, LeakyRelu, Relu, Step
from theory.activations.identity import Identity

Makers = dict[str, Callable[..., Activation]]


def _makers() -> Makers:
    """Makers of activations by name, from the `NAMED` of every file in this folder; they take exact numbers."""
    found: Makers = {}
    for file in pkgutil.iter_modules(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{file.name}"), "NAMED", {})
    return found


ACTIVATIONS = _makers()
"""Makers of activations by name."""


def activation_named(name: str, numbers: Sequence[sympy.Rational] = ()) -> Activation:
    """The activation of a name with its numbers, such as ``leaky`` with 1/10. Raises ValueError on another."""
    if name not in ACTIVATIONS:
        raise ValueError(f"no activation is called {name[:40]!r}; there are {', '.join(ACTIVATIONS)}")
    try:
        return ACTIVATIONS[name](*numbers)
    except TypeError:
        raise ValueError(f"the activation {name} does not take {len(numbers)} numbers") from None
