"""What a printed formula is: claims as values, which the checks compare and the auditor evaluates.

A paper's own formulas are in the file of its name beside this one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from theory import moments, series

u = series.u
"""The correlation phi(x) . phi(x')."""
norm, other_norm = sympy.symbols(r"N N'", positive=True)
"""|x~| and |x~'|, the norms of x~ = (x, 1) and x~' = (x', 1)."""
alpha = sympy.Symbol("alpha", real=True)
"""The residual scale."""


@dataclass(frozen=True)
class Printed:
    """A formula as printed.

    id        of its statement
    number    of the equation, or where it is printed
    latex     as printed
    form      what is printed, as a sympy object or a function that builds it
    quantity  what it claims to equal: the derived object, over the same arguments
    source    the paper
    corrected where the printed form is wrong, the right one: typed like it, never taken from what it is compared with
    """

    id: str
    number: str
    latex: str
    form: Any
    quantity: Any
    source: str
    corrected: Any = None


Layers = tuple[str, ...]
"""The parameter groups of one layer, by name."""


@dataclass(frozen=True)
class KernelParts:
    """A kernel on pairs of inputs at one depth: definitions in order, and its parts by layer."""

    equations: Mapping[sympy.Symbol, sympy.Expr]
    parts: Mapping[Layers, sympy.Expr]


@dataclass(frozen=True)
class FullyConnected:
    """A recursion of the NTK of a fully connected network with trained biases, as Jacot et al. write it.

    first       Sigma_1 = Theta_1
    covariance  Sigma_l -> Sigma_{l+1}, l + 1 <= L
    output      Sigma_L -> Sigma_{L+1}
    derivative  Sigma_l -> dSigma_{l+1}
    kernel      Theta_l, dSigma_{l+1}, Sigma_{l+1} -> Theta_{l+1}
    """

    first: sympy.Expr
    covariance: Callable[[sympy.Expr], sympy.Expr]
    output: Callable[[sympy.Expr], sympy.Expr]
    derivative: Callable[[sympy.Expr], sympy.Expr]
    kernel: Callable[[sympy.Expr, sympy.Expr, sympy.Expr], sympy.Expr]

    def unroll(self, depth: int) -> KernelParts:
        """The definitions at depth L, and the layers' shares of K_FC = Theta_{L+1}, which is affine in Theta_l.

        In the language of `theory.recursion`.
        """
        covariance = sympy.Symbol(r"\Sigma_{1}")
        equations = {covariance: self.first}
        parts: dict[Layers, sympy.Expr] = {("W_1", "b_1"): covariance}
        for layer in range(2, depth + 2):
            derivative = sympy.Symbol(rf"\dot\Sigma_{{{layer}}}")
            equations[derivative] = self.derivative(covariance)
            step = self.covariance if layer <= depth else self.output
            following = sympy.Symbol(rf"\Sigma_{{{layer}}}")
            equations[following] = step(covariance)
            own = self.kernel(sympy.Integer(0), derivative, following)
            parts = {name: self.kernel(part, derivative, following) - own for name, part in parts.items()}
            parts[(f"W_{layer}", f"b_{layer}") if layer <= depth else (f"W_{layer}",)] = own
            covariance = following
        return KernelParts(equations, parts)


@dataclass(frozen=True)
class ResidualKernel:
    """A recursion of the NTK of a residual network (arXiv 2504.11130, (3.9) and (3.10)), for one pair of inputs.

    covariance  K_{l-1}, k_1, c -> K_l;  k_1, k_0 at K_{l-1} / c with c = (1 + alpha^2)^(l-1)
    backward    B_{l+1}, k_0 -> B_l
    block       K_{l-1}, k_0, k_1, c -> block l's term of r_L, over C_L B_{l+1}
    total       r_L, B_1, K_L -> K_Res
    """

    covariance: Callable[..., sympy.Expr]
    backward: Callable[..., sympy.Expr]
    block: Callable[..., sympy.Expr]
    total: Callable[..., sympy.Expr]
    constant: sympy.Expr = alpha**2

    def unroll(self, depth: int) -> KernelParts:
        """The definitions at depth L, and the layers' shares of K_Res, which is affine in r_L, B_1 and K_L.

        All in u, |x~|, |x~'| and alpha.
        """
        powers = [(1 + alpha**2) ** index for index in range(depth)]
        kernels = [sympy.Symbol(f"K_{{{index}}}") for index in range(depth + 1)]
        factors = [sympy.Symbol(f"B_{{{index}}}") for index in range(1, depth + 2)]
        equations = {kernels[0]: u, factors[depth]: sympy.Integer(1)}
        for index, power in enumerate(powers):
            equations[kernels[index + 1]] = self.covariance(kernels[index], _k1(kernels[index] / power), power)
        for index in reversed(range(depth)):
            equations[factors[index]] = self.backward(factors[index + 1], _k0(kernels[index] / powers[index]))
        parts: dict[Layers, sympy.Expr] = {("A", "b"): self.total(0, factors[0], 0)}
        for index, power in enumerate(powers):
            kernel = kernels[index]
            bracket = self.block(kernel, _k0(kernel / power), _k1(kernel / power), power)
            block = self.total(self.constant * factors[index + 1] * bracket, 0, 0)
            parts[tuple(f"{letter}_{index + 1}" for letter in "WbVd")] = block
        return KernelParts(equations, parts | {(f"W_{depth + 1}",): self.total(0, 0, kernels[-1])})


def _k0(correlation: sympy.Expr) -> sympy.Expr:
    return moments.k0(u).subs(u, correlation)


def _k1(correlation: sympy.Expr) -> sympy.Expr:
    return moments.k1(u).subs(u, correlation)
