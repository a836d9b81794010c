"""The language of assertions: from text to a tree of frozen values; each fault names its place and what to write."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import lark
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from ntk_companion.audit.syntax.builder import MOST_NESTING, Builder
from ntk_companion.audit.syntax.errors import ClaimError
from ntk_companion.audit.syntax.nodes import Node, sort_of, words_in
from ntk_companion.audit.syntax.vocabulary import NUMBER, SAMPLED, TRAINED, TRUTH

MOST_CHARACTERS = 10_000
"""How long an assertion may be."""


def parse(text: str, names: Iterable[str] = (), objects: Iterable[str] = ()) -> Node:
    """The assertion in `text`, in which `names` are known constants and `objects` known networks and point sets.

    Raises ClaimError on anything else than a well-formed statement that can be true or false.
    """
    node = _parse(text, names, objects)
    if sort_of(node) is not TRUTH:
        raise ClaimError(
            1, f"this is a {sort_of(node).value}; an assertion needs a comparison, such as {text.strip()[:40]} > 0"
        )
    return node


def parse_constant(text: str, names: Iterable[str] = ()) -> Node:
    """A number given as an expression in numbers, functions, limiting kernels and the constants `names`.

    Raises ClaimError, on random and trained networks too: what is said of them is seen in the assertion itself.
    """
    node = _parse(text, names, ())
    if sort_of(node) is not NUMBER:
        raise ClaimError(1, "a constant needs to be a number, such as 1/3 or sqrt(2)")
    if words_in(node) & (SAMPLED | TRAINED):
        raise ClaimError(1, "a constant is not of random or trained networks: write it in the assertion itself")
    return node


def _parse(text: str, names: Iterable[str], objects: Iterable[str]) -> Node:
    check_text(text)
    try:
        tree = grammar().parse(text)
    except UnexpectedInput as fault:
        raise explained(fault, text) from None
    return Builder(text, frozenset(objects)).build(tree, frozenset(names))


@cache
def grammar() -> lark.Lark:
    """The grammar of assertions, and of the sides of a formula."""
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return lark.Lark(grammar, start="formula", parser="lalr", maybe_placeholders=False)


def check_text(text: str) -> None:
    """Raise ClaimError on text that is too long, nested too deeply, or no plain ASCII."""
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(1, f"{len(text)} characters; at most {MOST_CHARACTERS} are read: split the claim")
    for position, character in enumerate(text):
        if not (" " <= character <= "~" or character in "\t\r\n"):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise ClaimError(
                position + 1, f"the character {name} is not ASCII: write names and operators in plain ASCII"
            )
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > MOST_NESTING:
            raise ClaimError(position + 1, f"brackets are nested more than {MOST_NESTING} deep: introduce a constant")


TERMINALS = {
    "NUMBER": "a number", "NAME": "a name", "QUOTED": "a quoted name", "LPAR": "'('", "RPAR": "')'", "LSQB": "'['",
    "RSQB": "']'", "COMMA": "','", "BAR": "'|'", "MINUS": "'-'", "PLUS": "'+'", "TIMES": "'*'", "OVER": "'/'",
    "RELATION": "a comparison", "CIRCUMFLEX": "'^'", "COLON": "':'", "__ANON_0": "'..'", "$END": "the end",
}  # fmt: skip
_VALUE = {"NUMBER", "NAME", "QUOTED", "LPAR", "BAR", "MINUS", "PLUS"}


def explained(fault: UnexpectedInput, text: str) -> ClaimError:
    """A parser's complaint as a place and one sentence."""
    if isinstance(fault, UnexpectedCharacters):
        character = text[fault.pos_in_stream or 0]
        return ClaimError((fault.pos_in_stream or 0) + 1, f"the character {character!r} has no meaning here")
    expected = set(getattr(fault, "accepts", ()) or getattr(fault, "expected", ()))
    wanted = _wanted(expected)
    if isinstance(fault, UnexpectedToken) and fault.token.type != "$END":
        position = fault.token.start_pos or 0
        return ClaimError(position + 1, f"expected {wanted}, found {str(fault.token)[:30]!r}")
    assert isinstance(fault, UnexpectedToken | UnexpectedEOF)
    return ClaimError(len(text) + 1, f"expected {wanted}, found the end")


def _wanted(expected: set[str]) -> str:
    words = ["a number, a name or '('"] if expected >= _VALUE - {"QUOTED"} else []
    rest = expected - _VALUE if words else expected
    words += sorted(TERMINALS.get(terminal, f"'{terminal.lower()}'") for terminal in rest)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1] if words else "the end"
