"""Formulas as printed against the derived kernel of their network: for all depths by induction, or part by part.

Every equation is compared with the derived kernels that its letters stand for: at the first layer, from a layer to the
next with both as symbols, and at the output. Where all are equal the formula is right for every depth, by induction on
the layers. Where one is not, the reply names the term, the factor and the layers; that the whole is wrong is then shown
on instances, by balls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import flint
import sympy

from ntk_companion.audit.claims.formulas import Formula
from ntk_companion.audit.decide.terms import is_zero, told_parts
from ntk_companion.audit.syntax.errors import MeaninglessError, NoKernelError
from ntk_companion.audit.syntax.formulas import Big, Constant, Equation, Kernel, Term, terms
from ntk_companion.audit.values.formulas import (
    BLOCKS,
    Evaluation,
    Letters,
    arc_moment,
    closed,
    defined_kernel,
    generic_inputs,
)
from ntk_companion.audit.values.memory import once
from ntk_companion.evidence import Verdict
from numerics.numbers.systems import Balls, evaluate
from theory.induction import LOWEST, Quantity, Scene, blocks_are_alike, diagonal_law
from theory.recursion import input_dimension

GENERIC, DEPTH = 3, 6
"""The layer, and the depth of the network, that stand for any in the step of an induction."""
PLACES = {1: "in block 1", GENERIC: "in every block l between", DEPTH: "in block L"}
WHOLE = Constant("blocks")
BITS = 256
INSTANCES = tuple(
    tuple(sympy.Rational(*part) for part in triple)
    for triple in (((5, 4), (1, 3), (2, 3)), ((1, 2), (-2, 5), (7, 3)), ((3, 1), (1, 7), (1, 5)))
)
"""<x, x>, <x, x'>, <x', x'> of the instances; of norm one where the formula says so."""
PARAMETERS = (sympy.Rational(2, 3), sympy.Rational(5, 7), sympy.Rational(3, 5))
DEPTHS = (1, 2, 3)


@dataclass(frozen=True)
class Place:
    """Where an equation is compared: in words, the depth, what the letters stand for, and whether layers are cut."""

    words: str
    depth: int
    letters: Letters
    cut: bool


@dataclass(frozen=True)
class Finding:
    """An equation at a place: is it right there (None if that is undecided), and what is off."""

    equation: Equation
    place: Place
    right: bool | None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What came of a formula: the verdict, its findings, and what was found of the whole kernel."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    whole: str
    depth: int | None

    @property
    def sentence(self) -> str:
        """One sentence of evidence."""
        if self.verdict is Verdict.CONFIRMED and self.depth is not None:
            return f"equal to the derived kernel at depth {self.depth}"
        if self.verdict is Verdict.CONFIRMED:
            return (
                "equal to the derived kernel for all depths, by induction on the layers: first layer, step and output"
            )
        told = []
        for equation in dict.fromkeys(finding.equation for finding in self.findings if not finding.right):
            there = [f for f in self.findings if f.equation is equation and not f.right]
            if len({tuple(part.replace("L", "l") for part in finding.parts) for finding in there}) == 1 < len(there):
                there = [replace(there[0], place=replace(there[0].place, words="at every layer"))]
            told += [f"{equation.left} {finding.place.words}: {', '.join(finding.parts)}" for finding in there]
            told += [] if there[0].right is False else ["which is neither proved equal nor found different"]
        return "; ".join([*told, *([self.whole] if self.whole else [])])


def judge(formula: Formula) -> Judgement:
    """Compare a formula with the derived kernel of its network. Raises MeaninglessError."""
    if not blocks_are_alike(formula.network(DEPTH)):
        raise MeaninglessError("the blocks of the network are not alike: nothing is shown by induction")
    try:
        return _judgement(formula)
    except MeaninglessError:
        raise
    except ValueError as error:  # of a network whose kernels have no closed form, or are infinite
        raise MeaninglessError(f"formula {formula.name} cannot be compared with the derived kernel: {error}") from None


def _judgement(formula: Formula) -> Judgement:
    findings = []
    for equation in formula.equations:
        if not _has_meaning(equation, formula):
            continue
        findings += once(MEMORY, _question(equation, formula), partial(_judged, equation, formula))
    if not findings:
        raise MeaninglessError(
            f"no letter of formula {formula.name} has a meaning: say what they stand for, as in"
            ' meaning = { "kappa(l)" = "Sigma(l)" }'
        )
    if all(finding.right for finding in findings):
        return Judgement(Verdict.CONFIRMED, tuple(findings), "", formula.depth)
    differs, whole = _whole(formula)
    wrong = any(finding.right is False for finding in findings)
    verdict = Verdict.REFUTED if differs or (wrong and differs is None) else Verdict.INCONCLUSIVE
    return Judgement(verdict, tuple(findings), whole, formula.depth)


def _judged(equation: Equation, formula: Formula) -> list[Finding]:
    """An equation at all places; what is not proved equal is wrong if an instance shows a difference."""
    found = list(_compared(equation, formula))
    if any(not finding.right for finding in found) and _differs(equation, formula):
        found = [finding if finding.right else replace(finding, right=False) for finding in found]
    return found


MEMORY: dict[object, list[Finding]] = {}
"""What was found of equations that several formulas of a file are printed with."""


def _question(equation: Equation, formula: Formula) -> object:
    """All that the findings of an equation depend on."""
    definitions = tuple(other for other in formula.equations if not _has_meaning(other, formula))
    letters = tuple(sorted({other.left.name for other in formula.equations}))  # which are kernels, not numbers
    meaning = tuple(sorted(formula.meaning.items()))
    settings = (str(formula.network(1)), formula.inputs, formula.first, formula.depth)
    return equation, definitions, letters, repr(meaning), settings


def _depths(formula: Formula) -> tuple[int, ...]:
    """The depths of the instances."""
    return DEPTHS if formula.depth is None else (formula.depth,)


def _has_meaning(equation: Equation, formula: Formula) -> bool:
    """Does the left side stand for a derived kernel?"""
    name = equation.left.name
    if name in formula.meaning:
        return True
    if equation.left.index is None:
        return name.split("_")[0] in ("K", "NTK", "Theta")
    return name in ("Sigma", "Theta", "dSigma")


def _compared(equation: Equation, formula: Formula) -> Iterator[Finding]:
    """An equation at every place where its left side means something, in the most general places that suffice."""
    found = []
    for place in _places(equation, () if formula.depth is None else (formula.depth,)):
        try:
            found.append(_at(equation, formula, place))
        except NoKernelError:
            continue
    general = any(finding.place.cut and not finding.right for finding in found)
    for finding in found:
        if finding.right or finding.place.cut or not general:
            yield finding


def _differs(equation: Equation, formula: Formula) -> bool:
    """Do the sides of an equation differ at an instance? Certified by balls."""
    for depth in _depths(formula):
        for place in _places(equation, (depth,)):
            for inputs in _instances(formula):
                evaluation = Evaluation(formula, Scene(formula.network(depth), inputs))
                try:
                    left, right = _balls(*_sides(equation, evaluation, place.letters))
                except NoKernelError:
                    continue
                if not left.overlaps(right):
                    return True
    return False


def _places(equation: Equation, depths: tuple[int, ...] = ()) -> Iterator[Place]:
    """The first layer, any layer and the last one, and depths 1 and 2; or only networks of some depths."""
    layer, depth = sympy.Symbol("l", positive=True, integer=True), sympy.Symbol("L", positive=True, integer=True)
    for small in depths or (1, 2):
        base = Letters({}, {}).bind("L", small)
        if equation.letter is None:
            yield Place(f"at depth {small}", small, base, False)
            continue
        assert equation.first is not None and equation.last is not None
        for number in range(base.number(equation.first), base.number(equation.last) + 1):
            yield Place(
                f"at depth {small}, {equation.letter} = {number}", small, base.bind(equation.letter, number), False
            )
    if depths:
        return
    whole = Letters({}, {}).bind("L", DEPTH, depth)
    if equation.letter is None:
        yield Place("at every depth", DEPTH, whole, True)
        return
    assert equation.first is not None and equation.last is not None
    first, last = (whole.number(end) for end in (equation.first, equation.last))
    letter = equation.letter
    yield Place(f"at {letter} = {first}", DEPTH, whole.bind(letter, first), False)
    yield Place(f"at every {letter} between", DEPTH, whole.bind(letter, GENERIC, layer), True)
    yield Place(
        f"at {letter} = {equation.last}", DEPTH, whole.bind(letter, last, whole.expression(equation.last)), True
    )


def _at(equation: Equation, formula: Formula, place: Place) -> Finding:
    """An equation at a place: both sides in the same symbols, and their difference."""
    architecture = formula.network(place.depth)
    inputs = generic_inputs(formula.inputs)
    scene = Scene(architecture, inputs, arc_moment)
    bodies: dict[sympy.Symbol, tuple[Big, Letters]] = {}
    keeps = place.cut and any(isinstance(part, Big) or part == WHOLE for part in _parts_of(equation, formula))
    probe = Evaluation(formula, scene, sums={} if keeps else None, needed=set())
    _sides(equation, probe, place.letters)
    scene = cut_at(scene, probe.needed or set(), place, below=place.cut)
    evaluation = Evaluation(formula, scene, sums=bodies if keeps else None)
    left, right = _sides(equation, evaluation, place.letters)
    if bodies:
        return _with_sums(equation, formula, place, (left, right), bodies)
    return _finding(equation, place, right, left)


def _parts_of(equation: Equation, formula: Formula) -> list[Term]:
    """The terms of an equation and of the definitions without a meaning that it uses."""
    found: list[Term] = []
    names, queue = set(), [equation]
    while queue:
        for part in terms(queue.pop().right):
            found.append(part)
            if isinstance(part, Kernel) and part.name not in names:
                names.add(part.name)
                found += terms(formula.meaning[part.name][1]) if part.name in formula.meaning else ()
                queue += [e for e in formula.equations if e.left.name == part.name and not _has_meaning(e, formula)]
    return found


def _sides(equation: Equation, evaluation: Evaluation, letters: Letters) -> tuple[sympy.Expr, sympy.Expr]:
    """What the left side means, and the right side."""
    left = equation.left
    number = None if left.index is None else letters.number(left.index)
    meant = evaluation.meaning(left.name, number, letters, _place_of(left))
    assert meant is not None
    return meant, evaluation.term(equation.right, letters, _place_of(left))


def _place_of(kernel: Kernel) -> int:
    return {(1, 1): 0, (1, 2): 1, (2, 2): 2}[kernel.pair]


def cut_at(scene: Scene, needed: set[tuple[Quantity, int]], place: Place, below: bool = True) -> Scene:
    """The scene cut around the quantities that are needed."""
    depth, whole = scene.architecture.depth, scene.architecture
    above = [
        index
        for quantity, index in needed
        if quantity in (Quantity.COTANGENT, Quantity.INNER_COTANGENT, Quantity.BLOCK)
    ]
    outside = any(quantity is Quantity.OUTSIDE for quantity, _ in needed)
    upper = max(above, default=0 if outside and whole.stem else depth)
    lowest = [depth] if outside else []
    for quantity, index in needed:
        if quantity in LOWEST and not (quantity is Quantity.COTANGENT and index == upper):
            lowest.append(index + LOWEST[quantity])
    lower = min(lowest, default=0)
    if below and lower >= 1:
        index = _as_expression(lower, place)
        diagonal = [diagonal_law(whole, scene.inputs[at], index) for at in (0, 2)]
        cross = sympy.Symbol(f"S({index})", real=True)
        ends = [
            sympy.Symbol(f"S({index})({name})", positive=True) if law is None else sympy.powsimp(sympy.factor(law))
            for law, name in zip(diagonal, ("x,x", "x',x'"), strict=True)
        ]
        scene = replace(
            scene, lower=lower, features=(ends[0], cross, ends[1]), kernel=sympy.Symbol(f"T({index})", real=True)
        )
    if upper < depth:
        scene = replace(scene, upper=upper, cotangent=sympy.Symbol(f"R({_as_expression(upper, place)})", real=True))
    return scene


def _as_expression(layer: int, place: Place) -> sympy.Expr:
    """A layer's number by the letter that the place is about."""
    for letter, number in place.letters.numbers.items():
        symbol = place.letters.symbols[letter]
        if letter != "L" and symbol.free_symbols:
            return symbol + layer - number
    if layer < GENERIC and place.depth == DEPTH:
        return sympy.Integer(layer)
    return place.letters.symbols["L"] + layer - place.letters.numbers["L"]


def _finding(equation: Equation, place: Place, printed: sympy.Expr, derived: sympy.Expr, words: str = "") -> Finding:
    if is_zero(printed - derived):
        return Finding(equation, place, True)
    return Finding(equation, place, None, told_parts(printed, derived) or (f"the sides differ{words}",))


def _with_sums(
    equation: Equation,
    formula: Formula,
    place: Place,
    sides: tuple[sympy.Expr, sympy.Expr],
    bodies: dict[sympy.Symbol, tuple[Big, Letters]],
) -> Finding:
    """A sum over blocks, summand by summand against the shares of the blocks; and the rest."""
    left, right = (sympy.expand(side) for side in sides)
    share, rest = left.coeff(BLOCKS), left.coeff(BLOCKS, 0)
    told: list[str] = []
    for symbol, (big, letters) in bodies.items():
        factor = right.coeff(symbol)
        right = sympy.expand(right - factor * symbol)
        if right.has(symbol) or big.first.letter is not None or big.last.letter != "L":
            return Finding(equation, place, None, ("a sum that is not read as one over layers",))
        shift = 1 - big.first.offset
        extra = big.last.offset + shift
        if extra not in (0, 1):
            return Finding(equation, place, None, (f"the sum has {extra} terms more than there are blocks",))
        off = {block: _summand(formula, (big, letters), (factor, share), block, shift) for block in PLACES}
        alike = len({len(parts) for parts in off.values()}) == 1
        for block in (GENERIC,) if alike else PLACES:
            told += [f"{part} ({'in every block l' if alike else PLACES[block]})" for part in off[block]]
        if extra:
            last = letters.bind(
                big.letter, DEPTH + 1 - shift, sympy.Symbol("L", positive=True, integer=True) + 1 - shift
            )
            right += factor * _in_scene(formula, big, last, place)
    told += () if is_zero(right - rest) else told_parts(right, rest)
    return Finding(equation, place, None if told else True, tuple(dict.fromkeys(told)))


def _in_scene(formula: Formula, big: Big, letters: Letters, place: Place) -> sympy.Expr:
    """The last summand, that of the output, in the symbols of the last layer."""
    scene = Scene(formula.network(DEPTH), generic_inputs(formula.inputs), arc_moment)
    scene = cut_at(scene, {(Quantity.OUTSIDE, 0)}, place)
    return Evaluation(formula, scene, sums={}).term(big.body, letters)


def _summand(
    formula: Formula,
    sum_: tuple[Big, Letters],
    factors: tuple[sympy.Expr, sympy.Expr],
    block: int,
    shift: int,
) -> list[str]:
    """What is off in one summand: its factor times the body, against the share of the block."""
    big, letters = sum_
    layer = sympy.Symbol("l", positive=True, integer=True)
    depth = sympy.Symbol("L", positive=True, integer=True)
    symbol = {1: sympy.Integer(1), GENERIC: layer, DEPTH: depth}[block] - shift
    bound = letters.bind(big.letter, block - shift, symbol)
    place = Place("", DEPTH, bound.bind("l", block, symbol + shift) if big.letter != "l" else bound, True)
    scene = Scene(formula.network(DEPTH), generic_inputs(formula.inputs), arc_moment)
    probe = Evaluation(formula, scene, sums={}, needed={(Quantity.BLOCK, block)})
    probe.term(big.body, bound)
    scene = cut_at(scene, probe.needed or set(), place)
    printed = factors[0] * Evaluation(formula, scene, sums={}).term(big.body, bound)
    derived = factors[1] * scene.value(Quantity.BLOCK, block)
    if is_zero(printed - derived):
        return []
    return list(told_parts(printed, derived))


def _whole(formula: Formula) -> tuple[bool | None, str]:
    """Does the kernel that the formula defines differ from the derived one at small depths? True is certified."""
    kernel = defined_kernel(formula)
    if kernel is None:
        return None, ""
    agreed = 0
    for depth in _depths(formula):
        for inputs in _instances(formula):
            scene = Scene(formula.network(depth), inputs)
            evaluation = Evaluation(formula, scene, own=True)
            letters = Letters({}, {}).bind("L", depth)
            pair = _balls(evaluation.term(kernel, letters), evaluation.ntk(1))
            if not pair[0].overlaps(pair[1]):
                values = " for ".join(one.str(8, radius=False) for one in pair)
                at = ", ".join(map(str, inputs))
                return True, f"at depth {depth} K(x, x') is {values} where <x, x>, <x, x'>, <x', x'> = {at}"
            agreed += 1
    return False, (
        f"the kernel that it defines agrees with the derived one in {agreed} instances of small depths: letters may"
        " stand for other things than is said"
    )


def _instances(formula: Formula) -> Iterator[tuple[sympy.Rational, sympy.Rational, sympy.Rational]]:
    for first, cross, second in INSTANCES:
        yield (sympy.S.One, cross, sympy.S.One) if formula.inputs == "unit" else (first, cross, second)


def _balls(*expressions: sympy.Expr) -> list[flint.arb]:
    """Enclosures of some expressions, parameters at the same numbers in all."""
    plain = [closed(sympy.sympify(expression, strict=True)).subs(input_dimension, 3) for expression in expressions]
    symbols = sorted(set().union(*(one.free_symbols for one in plain)), key=str)
    values = {symbol: PARAMETERS[number % len(PARAMETERS)] for number, symbol in enumerate(symbols)}
    system = Balls(BITS)
    with system.working():
        return [flint.arb(evaluate(one.subs(values), system, {})) for one in plain]
