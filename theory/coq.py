"""Derived recursions printed as Coq definitions: the reading of an architecture about which theorems are proved.

A kernel becomes a `matrix` over the samples, made of `add`, `mul`, `const`, `relu_moment` and `step_moment` of
`theory/proofs/layer_kernels.v`; the matrix of the inputs' inner products is `G`. Two forms are printed: a recursion of
a given depth as one definition, and a family of networks at every depth as fixpoints, made of the step of one block
and of the beginning and the end of the shallowest member. `theory/proofs/agreement.v` proves both equal to what the
theorems speak of. Equations are numbered as in arXiv 2504.11130.
"""

import re
from collections.abc import Iterable

import sympy

from theory.architecture import Architecture, fcn, groups_of, resnet
from theory.moments import k0, k1, relu_moment, step_moment
from theory.recursion import Recursion, general_step, input_kernel, recursion

DEPTHS = (1, 2, 3)
"""The depths at which `generated` prints whole networks, beside the families of every depth."""
BINDERS = {sympy.Add: "add", sympy.Mul: "mul"}


def definition(name: str, derived: Recursion) -> str:
    """One Coq definition: the NTK of a derived recursion as a function of the matrix G of the inputs.

    Free real symbols, such as the residual scale alpha, become parameters. Raises ValueError on a kernel that has no
    counterpart in the Coq development, such as the moments of another activation.
    """
    lets = "".join(_let(symbol, expression) for symbol, expression in derived.equations.items())
    parameters = _parameters(_kernels(derived))
    return f"Definition {name}{parameters} (G : matrix) : matrix :=\n{lets}  {_sum(derived.parts.values())}.\n"


def family(name: str, step: Recursion, shallow: Architecture) -> str:
    """Coq fixpoints `name`_S, `name`_R, `name`_block and `name`_ntk: a network of blocks of one kind, at every depth.

    `step` is the recursion of one block with index l; `shallow` is the network with one such block, from which the
    kernel before the first block, the cotangent after the last, and the parts of stem and head are read. Backward,
    `name`_R L k is R_(L-k). Raises ValueError as `definition` does.
    """
    derived = recursion(shallow)
    features, cotangent, before = (sympy.Symbol(s) for s in ("S_{l}", "R_{l}", "R_{l - 1}"))
    stem, head = set(groups_of(shallow.stem)), set(groups_of(shallow.head))
    first, last = sympy.Symbol("S_{0}"), sympy.Symbol("S_{1}")
    start, end = derived.equations.get(first, input_kernel), derived.equations[sympy.Symbol("R_{1}")]

    names = _parameters([*_kernels(step), *_kernels(derived)])
    given = " ".join(["", *_symbols([*_kernels(step), *_kernels(derived)])])
    forward = "".join(
        "  " + _let(s, e)
        for s, e in step.equations.items()
        if s not in (features, before) and cotangent not in e.free_symbols
    )
    backward = "".join("  " + _let(s, e) for s, e in step.equations.items() if s not in (features, before))
    stems = [
        part.subs(sympy.Symbol("R_{0}"), sympy.Symbol("R_{end}"))
        for group, part in derived.parts.items()
        if group in stem
    ]
    heads = [part.subs(last, sympy.Symbol("S_{end}")) for group, part in derived.parts.items() if group in head]
    return f"""\
Fixpoint {name}_S{names} (G : matrix) (l : nat) : matrix :=
  match l with
  | O => {_kernel(start)}
  | S l =>
    let S_previous := {name}_S{given} G l in
{forward}    {_kernel(step.equations[features])}
  end.
Fixpoint {name}_R{names} (G : matrix) (L k : nat) : matrix :=
  match k with
  | O => {_kernel(end)}
  | S k =>
    let S_previous := {name}_S{given} G (L - S k) in
    let R_l := {name}_R{given} G L k in
{backward}    {_kernel(step.equations[before])}
  end.
Definition {name}_block{names} (G : matrix) (L k : nat) : matrix :=
    let S_previous := {name}_S{given} G (L - S k) in
    let R_l := {name}_R{given} G L k in
{backward}    {_sum(step.parts.values())}.
Definition {name}_ntk{names} (G : matrix) (L : nat) : matrix :=
    let S_end := {name}_S{given} G L in
    let R_end := {name}_R{given} G L L in
    add ({_sum([*stems, *heads])}) (fun i j => sum L (fun k => {name}_block{given} G L k i j)).
"""


def derived_fcn() -> str:
    """The network (2.1) at every depth, as `family` prints it."""
    return family("derived_fcn", general_step("fcn"), fcn(1))


def derived_resnet() -> str:
    """The network (2.2) at every depth and with a scale alpha, as `family` prints it."""
    return family("derived_resnet", general_step("resnet"), resnet(1, sympy.Symbol("alpha", real=True)))


def generated() -> str:
    """The file `theory/proofs/generated.v`: k0 and k1, the networks (2.1) and (2.2) at every depth and at `DEPTHS`."""
    u, alpha = sympy.Symbol("u", real=True), sympy.Symbol("alpha", real=True)
    parts = [
        "(** Written by theory/coq.py from the derivation; `make generated` writes it again. Do not edit. *)\n"
        "From Coq Require Import Reals.\nRequire Import sums matrices layer_kernels.\nOpen Scope R_scope.\n",
        f"Definition derived_k0 (u : R) : R := {_real(k0(u))}.\nDefinition derived_k1 (u : R) : R := {_real(k1(u))}.\n",
        derived_fcn(),
        derived_resnet(),
    ]
    for depth in DEPTHS:
        parts.append(definition(f"derived_fcn_{depth}", recursion(fcn(depth))))
        parts.append(definition(f"derived_resnet_{depth}", recursion(resnet(depth, alpha))))
    return "\n".join(parts)


def _let(symbol: sympy.Symbol, expression: sympy.Expr) -> str:
    return f"  let {_name(symbol)} := {_kernel(expression)} in\n"


def _kernels(derived: Recursion) -> list[sympy.Expr]:
    return [*derived.equations.values(), *derived.parts.values()]


def _symbols(kernels: Iterable[sympy.Expr]) -> list[str]:
    """The names of the real parameters of some kernels: the symbols that stand for a number and not for a kernel."""
    return sorted({s.name for e in kernels for s in e.free_symbols if not _is_kernel(s)})


def _parameters(kernels: Iterable[sympy.Expr]) -> str:
    names = _symbols(kernels)
    return f" ({' '.join(names)} : R)" if names else ""


def _is_kernel(symbol: sympy.Symbol) -> bool:
    return symbol == input_kernel or "_{" in symbol.name


def _name(symbol: sympy.Symbol) -> str:
    if symbol == input_kernel:
        return "G"
    match = re.fullmatch(r"\\?(\w+)_\{(.*)\}", symbol.name)
    if match is None:
        raise ValueError(f"the symbol {symbol.name} has no name in Coq")
    letter, index = match.groups()
    return f"{letter}_{re.sub('[^0-9a-z]', '', index.replace('l - 1', 'previous'))}"


def _sum(kernels: Iterable[sympy.Expr]) -> str:
    text = ""
    for kernel in kernels:
        text = f"add ({text}) {_kernel(kernel)}" if text else _kernel(kernel)
    return text or "const 0"


def _kernel(e: sympy.Expr) -> str:
    """An expression in kernels as a Coq matrix, in parentheses where it is an application."""
    if not any(_is_kernel(s) for s in e.free_symbols):
        return f"(const {_real(e)})"
    match e:
        case sympy.Symbol():
            return _name(e)
        case relu_moment():
            return f"(relu_moment {_kernel(e.args[0])})"
        case step_moment():
            return f"(step_moment {_kernel(e.args[0])})"
        case sympy.Add() | sympy.Mul():
            text = _kernel(e.args[0])
            for argument in e.args[1:]:
                text = f"({BINDERS[type(e)]} {text} {_kernel(argument)})"
            return text
    raise ValueError(f"the Coq development has no kernel for {e}")


def _real(e: sympy.Expr) -> str:
    """An exact real expression in Coq's syntax. Raises ValueError on floats and on unknown functions."""
    match e:
        case sympy.Integer():
            return f"({e})" if e < 0 else str(e)
        case sympy.Rational():
            return f"({e.p} / {e.q})"
        case sympy.Symbol():
            return str(e.name)
        case sympy.Add():
            return "(" + " + ".join(map(_real, e.args)) + ")"
        case sympy.Mul():
            return "(" + " * ".join(map(_real, e.args)) + ")"
        case sympy.Pow(base=base, exp=sympy.Rational(p=1, q=2)):
            return f"(sqrt {_real(base)})"
        case sympy.Pow(base=base, exp=sympy.Integer() as n):
            return f"({_real(base)} ^ {n})" if n > 0 else f"(/ ({_real(base)} ^ {-n}))"
        case sympy.acos():
            return f"(acos {_real(e.args[0])})"
    if e == sympy.pi:
        return "PI"
    raise ValueError(f"the Coq development has no number for {e}")
