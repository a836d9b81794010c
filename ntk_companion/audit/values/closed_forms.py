"""Functions of numbers as sympy expressions: polynomials in pi, roots of whole numbers and arc cosines.

Nothing here searches or simplifies without bound: what grows beyond the limits has no closed form.
"""

from fractions import Fraction
from functools import lru_cache

import sympy

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError, NoExactValueError
from ntk_companion.audit.syntax.nodes import Apply, Name, Node, Number
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values.environment import Environment
from theory import moments

MOST_BITS = 20_000
MOST_TERMS = 2_000


def rational(node: Node | None, environment: Environment) -> Fraction:
    """The exact rational value of an expression in numbers, 1 if there is none. Raises MeaninglessError."""
    try:
        value = sympy.Integer(1) if node is None else _number(node, environment)
    except NoExactValueError:
        value = sympy.nan
    if not value.is_Rational:
        raise MeaninglessError("a residual scale must be a rational number, such as 1/2")
    return Fraction(int(value.p), int(value.q))


def _number(node: Node | str, environment: Environment) -> sympy.Expr:
    match node:
        case Number(value=value):
            return bounded(sympy.Rational(value.numerator, value.denominator))
        case Name(name=name):
            bound = environment.value_of(name)
            return _number(bound, environment) if isinstance(bound, Node) else sympy.nan
        case Apply(word=word, arguments=arguments):
            return function(word, [_number(argument, environment) for argument in arguments])
    raise NoExactValueError


def function(word: Word, values: list[sympy.Expr]) -> sympy.Expr:
    """A function of numbers in closed form. Raises NoExactValueError where there is none, or none within limits."""
    match word, values:
        case vocabulary.PI, _:
            return sympy.pi
        case vocabulary.PLUS, _:
            return bounded(sympy.Add(*values))
        case vocabulary.TIMES, [first, second]:
            return bounded(first * second)
        case vocabulary.OVER, [first, second] if second != 0:
            return bounded(first / second)
        case vocabulary.POWER, [base, exponent] if exponent.is_Integer and not (base == 0 and exponent <= 0):
            return _power(base, int(exponent))
        case vocabulary.SQRT, [value]:
            return root(value)
        case vocabulary.K0, [value]:
            return correlation_kernel(0, value)
        case vocabulary.K1, [value]:
            return correlation_kernel(1, value)
        case vocabulary.ARCCOS, [value]:
            return arc_cosine(_correlation(value))
        case vocabulary.COS, [value] if _is_turn(value):
            return sympy.cos(value)
        case vocabulary.SIN, [value] if _is_turn(value):
            return sympy.sin(value)
        case vocabulary.EXP, [value] if not value.has(sympy.log):  # sympy would multiply out exp(10^9 ln 2)
            return sympy.exp(value)
        case vocabulary.LN, [value] if value == 1:
            return sympy.Integer(0)
        case vocabulary.ABS, [value] if value.is_Rational:
            return abs(value)
    raise NoExactValueError


class DeepKernel(sympy.Dummy):
    """k_0 or k_1 of a correlation that holds arc cosines itself: a symbol, the same for the same correlation."""


@lru_cache(maxsize=100_000)
def _deep_kernel(power: int, correlation: sympy.Expr) -> DeepKernel:
    return DeepKernel(f"k{power}", real=True)


def correlation_kernel(power: int, value: sympy.Expr) -> sympy.Expr:
    """k_power of a correlation, in closed form unless that would nest arc cosines. Raises NoExactValueError."""
    if value.has(sympy.acos) or value.atoms(DeepKernel):
        return _deep_kernel(power, value)
    argument = sympy.Dummy(real=True)
    form = {0: moments.k0, 1: moments.k1}[power](argument)
    return form.subs(sympy.acos(argument), arc_cosine(_correlation(value))).subs(argument, value)


def arc_cosine(value: sympy.Expr) -> sympy.Expr:
    """The angle of a cosine: pi minus that of the opposite, if that is the simpler one."""
    if value.could_extract_minus_sign():
        return sympy.pi - sympy.acos(-value)
    return sympy.acos(value)


def bounded(value: sympy.Expr) -> sympy.Expr:
    """The expression itself. Raises NoExactValueError if it is too large."""
    if value.is_Rational:
        if max(int(value.p).bit_length(), int(value.q).bit_length()) > MOST_BITS:
            raise NoExactValueError
    elif value.is_Add and len(value.args) > MOST_TERMS:
        raise NoExactValueError
    return value


def _power(base: sympy.Expr, exponent: int) -> sympy.Expr:
    largest = max(int(base.p).bit_length(), int(base.q).bit_length()) if base.is_Rational else 64
    if largest * abs(exponent) > MOST_BITS:
        raise NoExactValueError
    return base**exponent


def root(value: sympy.Expr) -> sympy.Expr:
    """The square root. Raises NoExactValueError on a negative or a large rational."""
    # sympy factors what is under a root: small numbers only.
    if value.is_Rational and (value < 0 or max(int(value.p), int(value.q)) > 10**12):
        raise NoExactValueError
    return sympy.sqrt(value)


def _correlation(value: sympy.Expr) -> sympy.Expr:
    if value.is_Rational and abs(value) > 1:
        raise NoExactValueError
    return value


def _is_turn(value: sympy.Expr) -> bool:
    turn = value / sympy.pi
    return bool(turn.is_Rational) and turn.q <= 24
