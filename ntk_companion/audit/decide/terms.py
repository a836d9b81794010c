"""Expressions term by term: are two equal, and if not, which term is off and by what factor."""

import sympy

from ntk_companion.audit.values.formulas import Arc0, Arc1, closed

MOST_TERMS = 400
MOST_TOLD = 6


def is_zero(difference: sympy.Expr) -> bool:
    """Is an expression proved to vanish? False if that is not found."""
    if difference.has(sympy.acos):
        difference = closed(difference)
    (plain,) = with_arcs_named(difference)
    if plain == 0:
        return True
    if len(sympy.Add.make_args(plain)) > MOST_TERMS:
        return False
    plain = without_symbolic_powers(plain)
    numerator = sympy.expand(sympy.fraction(sympy.together(plain))[0])
    return numerator == 0 or sympy.expand(sympy.powdenest(numerator, force=False)) == 0


def without_symbolic_powers(expression: sympy.Expr) -> sympy.Expr:
    """The expression with a symbol for b^l, and so b times it for b^(l + 1), b positive."""
    named: dict[sympy.Expr, sympy.Expr] = {}
    for power in expression.atoms(sympy.Pow):
        if power.exp.is_Rational or not power.base.is_positive:
            continue
        whole, rest = power.exp.as_independent(*power.exp.free_symbols, as_Add=True)[0], sympy.S.One
        letters = sympy.expand(power.exp - whole)
        for term in sympy.Add.make_args(letters):
            coefficient, letter = term.as_coeff_Mul()
            rest *= sympy.Symbol(f"({sympy.factor(power.base)})^{letter}", positive=True) ** coefficient
        named[power] = power.base**whole * rest
    return expression.xreplace(named) if named else expression


def with_arcs_named(*expressions: sympy.Expr) -> list[sympy.Expr]:
    """The expressions with symbols for k0 and k1, the same for equal arguments."""
    found = sorted({arc for e in expressions for arc in e.atoms(Arc0, Arc1)}, key=lambda arc: arc.count_ops())
    named: dict[sympy.Expr, sympy.Symbol] = {}
    groups: list[tuple[type, sympy.Expr, sympy.Symbol]] = []
    for arc in found:
        inner = arc.args[0].xreplace(named)
        argument = sympy.cancel(sympy.together(without_symbolic_powers(inner)))
        for kind, other, symbol in groups:
            if kind is arc.func and (
                argument == other or sympy.expand(sympy.fraction(sympy.together(argument - other))[0]) == 0
            ):
                named[arc] = symbol
                break
        else:
            shown = sympy.powsimp(inner)
            named[arc] = sympy.Symbol(f"{'k0' if arc.func is Arc0 else 'k1'}({shown})", real=True)
            groups.append((arc.func, argument, named[arc]))
    return [sympy.expand(expression.xreplace(named)) for expression in expressions]


def told_parts(printed: sympy.Expr, derived: sympy.Expr) -> tuple[str, ...]:
    """Which terms of what is printed are off, and by what factor; which are too much and which are lost."""
    if printed.has(sympy.acos) or derived.has(sympy.acos):
        printed, derived = closed(printed), closed(derived)
    ours, theirs = (_by_core(side) for side in with_arcs_named(printed, derived))
    for core in [core for core in ours if core in theirs and is_zero(ours[core] - theirs[core])]:
        del ours[core], theirs[core]
    told = []
    for core, coefficient in list(ours.items()):
        match = _partner(core, coefficient, theirs)
        if match is not None:
            other, factor = match
            term = sympy.powsimp(theirs.pop(other) * other)
            del ours[core]
            told.append(f"{_shown(term)} is printed times {_shown(factor)}")
    told += [f"{_shown(c * core)} is too much" for core, c in ours.items()]
    told += [f"{_shown(c * core)} is lost" for core, c in theirs.items()]
    return tuple(told[:MOST_TOLD]) + (("and more",) if len(told) > MOST_TOLD else ())


def _by_core(expression: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    """The coefficients of an expression's products of symbols; numbers, powers of numbers and pi are coefficients."""
    found: dict[sympy.Expr, sympy.Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(sympy.powsimp(expression))):
        coefficient, core = term.as_independent(*term.free_symbols, as_Add=False) if term.free_symbols else (term, 1)
        found[sympy.sympify(core, strict=True)] = (
            found.get(sympy.sympify(core, strict=True), sympy.S.Zero) + coefficient
        )
    return found


def _partner(
    core: sympy.Expr, coefficient: sympy.Expr, theirs: dict[sympy.Expr, sympy.Expr]
) -> tuple[sympy.Expr, sympy.Expr] | None:
    """The derived term of which this one is a multiple, by a factor without kernels; the factor."""
    if core in theirs:
        return core, sympy.cancel(without_symbolic_powers(coefficient / theirs[core]))
    for other, number in theirs.items():
        kernels = [{s for s in part.free_symbols if "(" in s.name} for part in (core, other)]
        if kernels[0] != kernels[1]:
            continue
        factor = sympy.cancel(without_symbolic_powers(coefficient * core / (number * other)))
        if not any("(" in symbol.name for symbol in factor.free_symbols):
            return other, factor
    return None


def _shown(expression: sympy.Expr) -> str:
    text = str(sympy.powsimp(expression)).replace("**", "^")
    return text if len(text) <= 90 else text[:87] + "..."
