"""What each word of the vocabulary is worth: a table that the modules of words fill.

A meaning gets the `Environment` (the claim's network, points and labels, and the precision) and the values of the
arguments: ranges for numbers, symmetric arrays of balls for kernels, the trees themselves for statements.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ntk_companion.audit.syntax.vocabulary import Word

Meaning = Callable[..., Any]
MEANINGS: dict[Word, Meaning] = {}
KNOWN: dict[Word, Meaning] = {}
"""Values of words that follow from structure: given the node and the environment, None if nothing follows."""


def declaring(table: dict[Word, Any], *words: Word) -> Callable[[Meaning], Meaning]:
    """Put a function into a table under these words."""

    def declare(function: Meaning) -> Meaning:
        table.update(dict.fromkeys(words, function))
        return function

    return declare


means = partial(declaring, MEANINGS)
"""Declare a function as the meaning of a word."""
known_by_structure = partial(declaring, KNOWN)
"""Declare a function that may know the value of a word before its arguments are evaluated."""


def functions(of_values: Mapping[Word, Callable[..., Any]]) -> None:
    """Declare functions of the arguments alone."""
    MEANINGS.update({word: lambda _, *values, f=function: f(*values) for word, function in of_values.items()})
