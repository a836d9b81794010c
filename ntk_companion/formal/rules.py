"""Rules: what theorems say of every network of a family, for an auditor to use on the networks of its claims."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import sympy

from ntk_companion.formal.proving import Formal
from theory.architecture import Architecture, Residual
from theory.recursion import recursion


@dataclass(frozen=True)
class Definite:
    """The NTK of every network of a family is positive definite on all finite sets of different points.

    statement  the id of the statement that the theorems prove
    proof      the theorems: of the family's kernel, and that the derived recursion is this kernel at every depth
    member     the network of the family with this depth and residual scale, 1 where a network has no residual layer;
               None where the theorems' hypotheses fail
    printed    the derived recursion as Coq definitions, printed anew: the proofs must hold this very text
    """

    statement: str
    proof: Formal
    member: Callable[[int, sympy.Expr], Architecture | None]
    printed: Callable[[], str]


@cache
def covers(rule: Definite, architecture: Architecture) -> bool:
    """Is the derived NTK of a network that of a member of the rule's family, about which the theorems speak?

    Recursions are compared as values, part by part, and the family's with what the proofs hold: a name decides nothing.
    """
    scales = {layer.scale for layer in architecture.layers if isinstance(layer, Residual)} or {sympy.Integer(1)}
    if len(scales) > 1 or architecture.depth < 1:
        return False
    member = rule.member(architecture.depth, scales.pop())
    return member is not None and _kernel(member) == _kernel(architecture) and _is_proved_of(rule)


def _kernel(architecture: Architecture) -> tuple[list[tuple[sympy.Symbol, sympy.Expr]], list[sympy.Expr]]:
    derived = recursion(architecture)
    return list(derived.equations.items()), list(derived.parts.values())


@cache
def _is_proved_of(rule: Definite) -> bool:
    """Do the proofs hold the definitions that the family's derivation prints today?"""
    return any(rule.printed() in text for text in rule.proof.proofs.texts.values())
