"""Text in Markdown whose every character stands for itself."""

import re

JOINER = "\u2060"
"""A character of no width: with it no name is called on and no address becomes a link."""
_CALLS = re.compile(r"[@#](?=\w)|(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)


def text(plain: str) -> str:
    """Plain text, in one line; within a line nothing of it is markup, a call or a link."""
    called = _CALLS.sub(lambda found: found[0] + JOINER, re.sub(r"\s+", " ", plain))
    return re.sub(r"([\\*_`<>\[\]$#~&])", r"\\\1", called)


def paragraph(plain: str) -> str:
    """Plain text at the start of a line: no list, heading or table."""
    return re.sub(r"^(\s*\d*)([-+.)=])", r"\1\\\2", text(plain)).replace("|", r"\|")


def code(typed: str) -> str:
    """Text as it is to be typed, in one line."""
    line, fence = re.sub(r"\s*\n\s*", " ", typed), _fence(typed, 1)
    return f"{fence} {line} {fence}" if len(fence) > 1 else f"`{line}`"


def block(typed: str, language: str) -> list[str]:
    """Lines as they are to be typed."""
    fence = _fence(typed, 3)
    return [f"{fence}{language}", *typed.splitlines(), fence]


def _fence(typed: str, least: int) -> str:
    """More backticks than stand together in the text."""
    return "`" * max(least, *(1 + len(ticks) for ticks in re.findall("`+", typed)), 1)
