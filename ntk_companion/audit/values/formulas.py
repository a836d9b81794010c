"""What formulas as printed are worth: their terms as sympy expressions, of derived kernels or of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import sympy

from ntk_companion.audit.claims.formulas import Formula
from ntk_companion.audit.syntax.errors import MeaninglessError, NoKernelError
from ntk_companion.audit.syntax.formulas import Big, Call, Constant, Equation, Index, Kernel, Norm, Term
from theory.activations import Activation, GaussianMoment, Homogeneous
from theory.architecture import Architecture, Residual
from theory.induction import Quantity, Scene
from theory.moments import gaussian_moment, k0, k1, pair_moment, theta
from theory.recursion import Triple, input_dimension

MOST_DEPTH = 40
"""How deep definitions may refer to one another."""


class Arc(sympy.Function):
    """An arc-cosine function of a correlation, as it stands; at 1 it is 1."""

    @classmethod
    def eval(cls, argument: sympy.Expr) -> sympy.Expr | None:
        """Its value at 1."""
        return sympy.S.One if argument == 1 else None


class Arc0(Arc):
    """k_0 of a correlation."""


class Arc1(Arc):
    """k_1 of a correlation."""


NORMS = ("|x|", "|x'|")
ARCS = (Arc0, Arc1)
ELEMENTARY = {
    "sqrt": sympy.sqrt, "arccos": sympy.acos, "arcsin": sympy.asin, "exp": sympy.exp, "ln": sympy.log,
}  # fmt: skip


def arc_moment(kind: type[GaussianMoment], first: sympy.Expr, cross: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    """A moment by the arc-cosine functions where the activation is the ReLU; else its closed form, or a symbol."""
    activation = kind.activation
    if isinstance(activation, Homogeneous) and activation.moment_sides(kind.order)[2] == 0:
        power, right, _ = activation.moment_sides(kind.order)
        scale = _root((first, second))
        arc = sympy.S.One if first == cross == second else ARCS[power](sympy.powsimp(cross / scale))
        return right**2 * gaussian_moment(power).subs(theta, 0) * scale**power * arc
    try:
        return pair_moment(kind, first, cross, second)
    except ValueError:
        return sympy.Function(kind.__name__)(first, cross, second)


def closed(expression: sympy.Expr) -> sympy.Expr:
    """An expression with the arc-cosine functions written out."""
    return expression.replace(Arc0, k0).replace(Arc1, k1)


def activation_of(architecture: Architecture) -> Activation | None:
    """The one activation of a network, None if it has several."""
    found: set[Activation] = set()

    def look(layers: tuple) -> None:
        for layer in layers:
            if isinstance(layer, Residual):
                look(layer.branch)
            elif isinstance(layer, Activation):
                found.add(layer)

    look(architecture.layers)
    return next(iter(found)) if len(found) == 1 else None


@dataclass(frozen=True)
class Letters:
    """What an index stands for: a layer's number, and what it is where the formula counts with it."""

    numbers: Mapping[str, int]
    symbols: Mapping[str, sympy.Expr]

    def number(self, index: Index) -> int:
        """An index as a layer's number. Raises MeaninglessError on a letter that nothing binds."""
        if index.letter is None:
            return index.offset
        if index.letter not in self.numbers:
            raise MeaninglessError(f"the index {index.letter} is bound by nothing: say for which {index.letter}")
        return self.numbers[index.letter] + index.offset

    def expression(self, index: Index) -> sympy.Expr:
        """An index as an expression."""
        return self.symbols[str(index.letter)] + index.offset if index.letter else sympy.Integer(index.offset)

    def bind(self, letter: str, number: int, symbol: sympy.Expr | None = None) -> Letters:
        """The same with a value for a letter."""
        shown = sympy.Integer(number) if symbol is None else symbol
        return Letters({**self.numbers, letter: number}, {**self.symbols, letter: shown})


@dataclass
class Evaluation:
    """Terms of a formula as expressions, kernels by their meaning in a scene.

    own     kernels that have an equation are taken by it, not by their meaning
    sums    sums over blocks are kept: as symbols, with their letters and bodies; None to write them out
    """

    formula: Formula
    scene: Scene
    own: bool = False
    sums: dict[sympy.Symbol, tuple[Big, Letters]] | None = None
    memory: dict[tuple, sympy.Expr] = field(default_factory=dict)
    depth: int = 0
    needed: set[tuple[Quantity, int]] | None = None

    def term(self, term: Term, letters: Letters, place: int = 1) -> sympy.Expr:
        """The value of a term at (x, x'), or with `place` 0 at (x, x), 2 at (x', x')."""
        match term:
            case Constant(value=Fraction() as value):
                return sympy.Rational(value.numerator, value.denominator)
            case Constant(value=str(name)):
                return self._constant(name, letters, place)
            case Norm(which=which, extended=extended):
                square = self.scene.inputs[place if place != 1 else 2 * (which - 1)]
                return sympy.sqrt(sympy.expand(square + int(extended)))
            case Kernel():
                return self._kernel(term, letters, place)
            case Big():
                return self._big(term, letters, place)
            case Call(function=name, arguments=arguments):
                return self._call(name, arguments, letters, place)
        raise TypeError(f"{term} is no term")

    def _constant(self, name: str, letters: Letters, place: int) -> sympy.Expr:
        if name == "pi":
            return sympy.pi
        if name in letters.symbols:
            return letters.symbols[name]
        if any(equation.left.name == name for equation in self.formula.equations):
            return self._kernel(Kernel(name), letters, place)
        if name == "d":
            return input_dimension
        return sympy.Symbol(name, positive=True)

    def _call(self, name: str, arguments: tuple[Term, ...], letters: Letters, place: int) -> sympy.Expr:
        if name in ("moment", "slope_moment"):
            triple = tuple(self.term(arguments[0], letters, at) for at in (0, 1, 2))
            if place != 1:
                triple = (triple[place],) * 3
            return self._moment(int(name == "slope_moment"), triple)
        values = [self.term(argument, letters, place) for argument in arguments]
        match name, values:
            case "+", [one, two]:
                return one + two
            case "-", [one, two]:
                return one - two
            case "*", [one, two]:
                return one * two
            case "/", [one, two]:
                if two == 0:
                    raise MeaninglessError("a formula divides by zero")
                return one / two
            case "^", [one, two]:
                return one**two
            case "k0" | "k1", [one]:
                return ARCS[int(name[1])](one if one.is_Symbol else sympy.powsimp(sympy.cancel(one)))
        return ELEMENTARY[name](values[0])

    def _moment(self, order: int, triple: Triple) -> sympy.Expr:
        activation = activation_of(self.scene.architecture)
        if activation is None:
            raise MeaninglessError("a formula with expectations needs a network of one activation")
        return self.scene.moment(activation.moment(order), *triple)

    def _kernel(self, kernel: Kernel, letters: Letters, place: int) -> sympy.Expr:
        if kernel.pair != (1, 2) and place == 1:
            place = 2 * (kernel.pair[0] - 1) if kernel.pair[0] == kernel.pair[1] else 1
        first, cross, second = self.scene.inputs
        if kernel.name in ("inner", "u"):
            inner = self.scene.inputs[place]
            if self.formula.inputs == "phi" or (kernel.name == "u" and kernel.extended):
                lengths = ((first + 1, first + 1), (first + 1, second + 1), (second + 1, second + 1))[place]
                return sympy.S.One if place != 1 else sympy.expand(inner + 1) / _root(lengths)
            if kernel.name == "u":
                return sympy.S.One if place != 1 else cross / _root((first, second))
            return inner
        if kernel.extended and self.formula.inputs != "phi":
            raise MeaninglessError(f'{kernel} is of the inputs phi: give the formula inputs = "phi"')
        number = None if kernel.index is None else letters.number(kernel.index)
        key = (kernel.name, number, place, tuple(sorted(letters.numbers.items())) if number is None else None)
        if key not in self.memory:
            self.memory[key] = self._by_name(kernel, number, letters, place)
        return self.memory[key]

    def _by_name(self, kernel: Kernel, number: int | None, letters: Letters, place: int) -> sympy.Expr:
        if self.own:
            found = equation_of(self.formula, kernel.name, number, letters)
            if found is not None:
                return self._defined(*found, place)
        meaning = self.meaning(kernel.name, number, letters, place)
        if meaning is not None:
            return meaning
        found = equation_of(self.formula, kernel.name, number, letters)
        if found is None:
            raise MeaninglessError(
                f"{kernel} has neither an equation nor a meaning: add it, or say in meaning what it stands for"
            )
        return self._defined(*found, place)

    def _defined(self, equation: Equation, letters: Letters, place: int) -> sympy.Expr:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise MeaninglessError(f"the definitions of {equation.left} go in a circle, or are too deep")
        value = self.term(equation.right, letters, place)
        self.depth -= 1
        return value

    def meaning(self, name: str, number: int | None, letters: Letters, place: int) -> sympy.Expr | None:
        """What a letter stands for, in derived kernels; None if nothing says."""
        if name in self.formula.meaning:
            letter, term = self.formula.meaning[name]
            bound = letters if number is None or letter is None else letters.bind(letter, number)
            return _Derived(self, bound).term(term, bound, place)
        if number is None:
            whole = name.split("_")[0] in ("K", "NTK", "Theta") and name not in self.formula.meaning
            return self.ntk(place) if whole else None
        if name in ("Sigma", "Theta", "dSigma"):
            layer = number + 1 - self.formula.first
            if name == "Theta" and self.sums is not None and layer == self.scene.architecture.depth + 1:
                return self.ntk(place)
            return self.derived(Quantity(name), layer, place)
        return None

    def ntk(self, place: int) -> sympy.Expr:
        """The NTK; where sums are kept, the sum over its blocks as a symbol and the rest."""
        if self.sums is None:
            return self.derived(Quantity.THETA, self.scene.architecture.depth + 1, place)
        return BLOCKS + self.derived(Quantity.OUTSIDE, 0, place)

    def blocks(self, place: int) -> sympy.Expr:
        """The share of the blocks in the NTK."""
        if self.sums is not None:
            return BLOCKS
        depth = self.scene.architecture.depth
        return sympy.Add(*(self.derived(Quantity.BLOCK, layer, place) for layer in range(1, depth + 1)))

    def derived(self, quantity: Quantity, index: int, place: int) -> sympy.Expr:
        """A derived kernel of a layer. Raises MeaninglessError where there is none."""
        if self.needed is not None:
            self.needed.add((quantity, index))
            return sympy.Symbol(f"{quantity}_{index}_{place}", positive=True)
        try:
            return self.scene.value(quantity, index, place)
        except ValueError as error:
            raise NoKernelError(str(error)) from None

    def _big(self, big: Big, letters: Letters, place: int) -> sympy.Expr:
        if self.sums is not None and big.kind == "sum" and "L" in (big.first.letter, big.last.letter):
            symbol = sympy.Symbol(f"sum_{len(self.sums)}", real=True)
            self.sums[symbol] = big, letters
            return symbol
        if self.sums is not None and big.kind == "product":
            telescoped = self._telescoped(big, letters, place)
            if telescoped is not None:
                return telescoped
        layers = range(letters.number(big.first), letters.number(big.last) + 1)
        parts = [self.term(big.body, letters.bind(big.letter, layer), place) for layer in layers]
        return sympy.Add(*parts) if big.kind == "sum" else sympy.Mul(*parts)

    def _telescoped(self, big: Big, letters: Letters, place: int) -> sympy.Expr | None:
        """The product of dSigma from a layer to the output: the cotangent at the layer before; None of another."""
        body, depth = big.body, self.scene.architecture.depth
        if not isinstance(body, Kernel) or body.name != "dSigma" or "dSigma" in self.formula.meaning:
            return None
        if body.index is None or body.index.letter != big.letter or big.last.letter != "L":
            return None
        shift = body.index.offset + 1 - self.formula.first
        first, last = (letters.number(end) + shift for end in (big.first, big.last))
        if last == depth + 2:  # dSigma of the layer after the output is 1 where the paper says so
            closing = equation_of(self.formula, "dSigma", last + self.formula.first - 1, letters)
            if closing is None or closing[0].right != Constant(Fraction(1)):
                return None
            last -= 1
        if last != depth + 1:
            return None
        return sympy.S.One if first > last else self.derived(Quantity.INNER_COTANGENT, first - 1, place)


BLOCKS = sympy.Symbol("blocks", real=True)
"""The share of all blocks in the NTK, where it is not written out."""


@dataclass
class _Derived(Evaluation):
    """Terms of a meaning: their letters are derived kernels."""

    def __init__(self, outer: Evaluation, letters: Letters) -> None:
        super().__init__(outer.formula, outer.scene)
        self.outer = outer

    def _by_name(self, kernel: Kernel, number: int | None, letters: Letters, place: int) -> sympy.Expr:
        if number is None and kernel.name in ("K", "NTK"):
            return self.outer.ntk(place)
        if number is not None and kernel.name in tuple(Quantity):
            return self.outer.derived(Quantity(kernel.name), number, place)
        raise MeaninglessError(
            f"{kernel} is no derived kernel: there are Sigma, Theta, dSigma, S, R, B, block with (l)"
        )

    def _constant(self, name: str, letters: Letters, place: int) -> sympy.Expr:
        return self.outer.blocks(place) if name == "blocks" else super()._constant(name, letters, place)


def equation_of(formula: Formula, name: str, number: int | None, letters: Letters) -> tuple[Equation, Letters] | None:
    """The equation that defines a letter at an index, one of this very index before one of a range."""
    ranged = None
    for equation in formula.equations:
        left = equation.left
        if left.name != name or (left.index is None) != (number is None):
            continue
        if left.index is None or number is None:
            return equation, letters
        if equation.letter is None or left.index.letter != equation.letter:
            if letters.number(left.index) == number:
                return equation, letters
            continue
        layer = number - left.index.offset
        assert equation.first is not None and equation.last is not None
        if ranged is None and letters.number(equation.first) <= layer <= letters.number(equation.last):
            ranged = equation, letters.bind(equation.letter, layer)
    return ranged


def defined_kernel(formula: Formula) -> Term | None:
    """The term that a formula says is the NTK: that of K, or Theta at the output; None if it says of none."""
    for equation in formula.equations:
        if equation.left.index is None and equation.left.name.split("_")[0] in ("K", "NTK"):
            return equation.right
    if any(equation.left.name == "Theta" for equation in formula.equations):
        return Kernel("Theta", Index("L", formula.first))
    return None


def _root(pair: tuple[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    one, other = map(_factored, pair)
    return one if one == other else sympy.sqrt(one) * sympy.sqrt(other)


@cache
def _factored(expression: sympy.Expr) -> sympy.Expr:
    return sympy.powsimp(sympy.factor(expression))


def generic_inputs(inputs: str) -> Triple:
    """<x, x>, <x, x'>, <x', x'> as symbols that suit the formula's inputs."""
    norms = [sympy.Symbol(name.replace("x", "x~") if inputs == "phi" else name, positive=True) for name in NORMS]
    u = sympy.Symbol("u", real=True)
    if inputs == "unit":
        return sympy.S.One, u, sympy.S.One
    if inputs == "phi":
        return norms[0] ** 2 - 1, u * norms[0] * norms[1] - 1, norms[1] ** 2 - 1
    return norms[0] ** 2, u * norms[0] * norms[1], norms[1] ** 2
