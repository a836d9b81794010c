"""TOML within stated limits, and the values in it: every fault is met with one sentence that points at the place."""

import re
import tomllib
from fractions import Fraction
from typing import Any

from ntk_companion.audit.syntax.errors import InputError
from numerics.numbers.rationals import parse_number

MOST_BYTES = 262_144
MOST_NESTING = 10
MOST_DIGITS = 1_000
MOST_SENTENCE = 2_000
"""Limits of a claims file; what exceeds one is refused before any work."""


def load(content: bytes, name: str) -> dict[str, Any]:
    """The table in the bytes of a file; numbers with a point are exact fractions. Raises InputError."""
    if len(content) > MOST_BYTES:
        raise InputError(f"{name}: more than {MOST_BYTES} bytes; split the file")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 text, at byte {error.start}") from None
    long = re.search(rf"(?<![0-9_])[0-9_]{{{MOST_DIGITS + 1},}}", text)
    if long:
        raise InputError(f"{name}, line {_line(text, long.start())}: a number of more than {MOST_DIGITS} digits")
    _check_nesting(text, name)

    def exactly(digits: str) -> Fraction:
        return parse_number(digits.replace("_", ""), name)

    try:
        table = tomllib.loads(text, parse_float=exactly)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not TOML: {error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(str(error) if str(error).startswith(name) else f"{name}: {error}") from None
    _check_whole_numbers(table, name)
    return table


def _check_whole_numbers(value: Any, name: str) -> None:
    """Refuse long numbers of other bases, whose digits are not decimal ones."""
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise InputError(f"{name}: a number of more than {MOST_DIGITS} digits")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        _check_whole_numbers(part, name)


_QUOTED = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?(?:"""|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z)'
    r'|"(?:\\[\s\S]|[^"\\\n])*+\\?(?:"|$)|\'[^\'\n]*+(?:\'|$)|#[^\n]*',
    re.MULTILINE,
)
"""Strings and comments; what is not closed runs to the end of its line, or of the text."""


def _check_nesting(text: str, name: str) -> None:
    """Refuse deep nesting before tomllib recurses into it."""
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    depth = 0
    for match in re.finditer(r"[\[\]{}]", bare):
        depth = max(0, depth + (1 if match[0] in "[{" else -1))
        if depth > MOST_NESTING:
            raise InputError(f"{name}, line {_line(text, match.start())}: nested more than {MOST_NESTING} deep")
    dotted = re.search(rf"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]++\s*+\.\s*+){{{MOST_NESTING},}}", bare)
    if dotted:
        raise InputError(f"{name}, line {_line(text, dotted.start())}: a key of more than {MOST_NESTING} parts")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def exact_number(value: Any, where: str) -> Fraction:
    """A number as the fraction that it is. Raises InputError on anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction | str):
        raise InputError(
            f'{where}: {str(value)[:40]!r} is not a number; write a decimal such as -0.25 or a fraction such as "1/3"'
        )
    if isinstance(value, str):
        try:
            return parse_number(value, where)
        except ValueError as error:
            raise InputError(str(error)) from None
    return Fraction(value)


def whole_number(value: Any, where: str, least: int, most: int) -> int:
    """A whole number within limits. Raises InputError."""
    number = exact_number(value, where)
    if number.denominator != 1 or not least <= number <= most:
        raise InputError(f"{where}: a whole number from {least} to {most} is needed")
    return int(number)


def only(table: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
    """Raise InputError on a key that has no meaning."""
    for key in table:
        if key not in keys:
            raise InputError(f"{where}: unknown key {key[:40]!r}; the keys are {', '.join(keys)}")


def table_of(table: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    """The table under a key, empty if there is none. Raises InputError."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"{where}: {key} must be a table")
    return value


def text_of(table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
    """The text under a key, needed unless there is a default. Raises InputError."""
    value = table.get(key, default)
    if value is None:
        raise InputError(f'{where}: no {key}; write {key} = "..."')
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise InputError(f"{where}: {key} must be text in quotes")
    return value


def sentence_of(table: dict[str, Any], key: str, where: str) -> str:
    """A text for a reader on one line, without control characters. Raises InputError."""
    text = text_of(table, key, where, "")
    if len(text) > MOST_SENTENCE:
        raise InputError(f"{where}: {key} has {len(text)} characters; at most {MOST_SENTENCE} are read")
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
