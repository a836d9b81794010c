"""What follows from how a number or a kernel is made, before anything is computed.

A kernel of a network is a covariance or a Gram matrix of gradients, and so positive semidefinite; sums and multiples by
numbers that are not negative remain so. A printed formula, or a difference, is nothing of the kind.
"""

from enum import IntEnum

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import Apply, Entry, Name, Node, Number
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.ranges import Range

SEMIDEFINITE = frozenset([
    vocabulary.K, vocabulary.NNGP, vocabulary.PART, vocabulary.SIGMA, vocabulary.THETA, vocabulary.INNER,
    vocabulary.IDENTITY, vocabulary.K_AT_WIDTH, vocabulary.K_T,
])  # fmt: skip
"""Kernels of networks: positive semidefinite by construction."""
OF_SEMIDEFINITE = vocabulary.GAPS | {
    vocabulary.LAMBDA_MIN, vocabulary.LAMBDA_MAX, vocabulary.DET, vocabulary.CONDITION, vocabulary.TRACE,
}  # fmt: skip
"""Numbers that are not negative if their kernel is positive semidefinite."""
NEVER_NEGATIVE = vocabulary.NORMS | {
    vocabulary.ABS, vocabulary.SQRT, vocabulary.ARCCOS, vocabulary.K0, vocabulary.K1, vocabulary.GAP,
    vocabulary.LARGEST_GAP, vocabulary.DRIFT, vocabulary.DISPLACEMENT, vocabulary.START_GAP, vocabulary.CROSSING_TIME,
    vocabulary.PROBABILITY, vocabulary.RANK,
}  # fmt: skip
POSITIVE = frozenset([vocabulary.EXP, vocabulary.PI, vocabulary.SIZE, vocabulary.LOSS])


class Sign(IntEnum):
    """What is known of the sign of a number that is defined."""

    UNKNOWN = 0
    NOT_NEGATIVE = 1
    POSITIVE = 2


def is_semidefinite(kernel: Node | str, environment: Environment) -> bool:
    """Is a kernel positive semidefinite by construction?"""
    match kernel:
        case Apply(word=vocabulary.PLUS, arguments=terms):
            return all(is_semidefinite(term, environment) for term in terms)
        case Apply(word=vocabulary.TIMES, arguments=(first, second)):
            pairs = ((first, second), (second, first))
            return any(is_semidefinite(one, environment) and sign_of(other, environment) for one, other in pairs)
        case Apply(word=vocabulary.OVER, arguments=(first, second)):
            return is_semidefinite(first, environment) and sign_of(second, environment) is Sign.POSITIVE
        case Apply(word=vocabulary.GRAM, arguments=(inner,)):
            return is_semidefinite(inner, environment)
        case Apply(word=word):
            return word in SEMIDEFINITE
    return False


def sign_of(node: Node | str, environment: Environment) -> Sign:
    """What is known, by construction, of the sign of a number."""
    match node:
        case Number(value=value):
            return Sign.POSITIVE if value > 0 else Sign.UNKNOWN if value < 0 else Sign.NOT_NEGATIVE
        case Name(name=name):
            bound = environment.bindings.get(name)
            if isinstance(bound, Range):
                return Sign.POSITIVE if bound.lower > 0 else Sign(int(bool(bound.lower >= 0)))
            return sign_of(bound, environment) if isinstance(bound, Node) else Sign.UNKNOWN
        case Entry(kernel=kernel, row=row, column=column):
            return Sign(int(row == column and is_semidefinite(kernel, environment)))
        case Apply(word=word, arguments=arguments):
            return _sign_of_word(word, arguments, environment)
    return Sign.UNKNOWN


def _sign_of_word(word: Word, arguments: tuple[Node | str, ...], environment: Environment) -> Sign:
    if word in POSITIVE:
        return Sign.POSITIVE
    if word in NEVER_NEGATIVE:
        return Sign.NOT_NEGATIVE
    if word in OF_SEMIDEFINITE:
        return Sign(int(is_semidefinite(arguments[0], environment)))
    if word is vocabulary.POWER:
        base, exponent = arguments
        if sign_of(base, environment) is Sign.POSITIVE:
            return Sign.POSITIVE
        even = isinstance(exponent, Number) and exponent.value > 0 and exponent.value % 2 == 0
        return Sign.NOT_NEGATIVE if even else Sign.UNKNOWN
    signs = [sign_of(argument, environment) for argument in arguments]
    if word is vocabulary.PLUS:
        return max(signs) if all(signs) else Sign.UNKNOWN
    if word in (vocabulary.TIMES, vocabulary.OVER, vocabulary.MIN):
        same = word is vocabulary.TIMES and arguments[0] == arguments[1]
        return max(min(signs), Sign(int(same)))
    return max(signs) if word is vocabulary.MAX else Sign.UNKNOWN
