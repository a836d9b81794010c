"""What each word of the vocabulary is worth: a table that the modules of words fill.

A meaning gets the `Environment` (the claim's network, points and labels, and the precision) and the values of the
arguments: ranges for numbers, symmetric arrays of balls for kernels, the trees themselves for statements.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ntk_companion.audit.syntax.vocabulary import Word

Meaning = Callable[..., Any]
MEANINGS: dict[Word, Meaning] = {}
KNOWN: dict[Word, Meaning] = {}
"""Values of words that follow from structure: given the node and the environment, None if nothing follows."""


def means(word: Word) -> Callable[[Meaning], Meaning]:
    """Declare a function as the meaning of a word."""

    def declare(meaning: Meaning) -> Meaning:
        MEANINGS[word] = meaning
        return meaning

    return declare


def known_by_structure(*words: Word) -> Callable[[Meaning], Meaning]:
    """Declare a function that may know the value of a word before its arguments are evaluated."""

    def declare(meaning: Meaning) -> Meaning:
        KNOWN.update(dict.fromkeys(words, meaning))
        return meaning

    return declare
