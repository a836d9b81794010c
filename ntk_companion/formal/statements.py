"""The text of a theorem's statement as Coq prints it, taken apart: substitutions, and hypotheses without conclusion."""

import re

OPENING, CLOSING = "([{", ")]}"
BINDERS = ("forall", "exists", "fun", "let", "if", "match")


def one_line(text: str) -> str:
    """The text with single blanks: the same whatever width it was printed in."""
    return " ".join(text.split())


def substituted(statement: str, old: str, new: str) -> str:
    """The statement with the one occurrence of `old` replaced. Raises ValueError if there is none, or more than one."""
    if (count := statement.count(old)) != 1:
        raise ValueError(f"{old!r} occurs {count} times in the statement {statement!r}: it must occur once")
    return statement.replace(old, new)


def contradiction(statement: str) -> str:
    """The statement with its conclusion replaced by False: it holds just if the hypotheses contradict each other."""
    place = _conclusion(statement)
    return statement[:place] + "False"


def has_hypotheses(statement: str) -> bool:
    """Has the statement a hypothesis, and so something that could be contradictory?"""
    head = statement[: _conclusion(statement)]
    return "->" in re.sub(r"\([^()]*\)", "", _without_binders(head))


def _without_binders(head: str) -> str:
    """The quantifiers and hypotheses of a statement, the types of quantified variables left out."""
    out, place = "", 0
    while place < len(head):
        if re.match(r"forall\b", head[place:]):
            place = _find(head, place, ",") + 1
        elif re.match(r"let\b", head[place:]):
            place = _end_of_let(head, place)
        else:
            end = _arrow(head, place)
            out += head[place : len(head) if end is None else end]
            place = len(head) if end is None else end
    return out


def _conclusion(statement: str) -> int:
    """Where the conclusion begins: after all quantifiers, abbreviations and hypotheses at the top."""
    place = 0
    while True:
        rest = statement[place:]
        place += len(rest) - len(rest.lstrip())
        rest = statement[place:]
        if re.match(r"forall\b", rest):
            place = _find(statement, place, ",") + 1
        elif re.match(r"let\b", rest):
            place = _end_of_let(statement, place)
        elif re.match(rf"(?:{'|'.join(BINDERS)})\b", rest) or (end := _arrow(statement, place)) is None:
            return place
        else:
            place = end


def _find(text: str, place: int, wanted: str) -> int:
    """The place of `wanted` outside brackets. Raises ValueError if there is none."""
    depth = 0
    for index in range(place, len(text)):
        if depth == 0 and text.startswith(wanted, index):
            return index
        depth += (text[index] in OPENING) - (text[index] in CLOSING)
    raise ValueError(f"no {wanted!r} in the statement {text!r} after its character {place}")


def _arrow(text: str, place: int) -> int | None:
    """The place after the next implication outside brackets and before any binder; None if there is none."""
    depth = 0
    for index in range(place, len(text)):
        if depth == 0 and text.startswith(" -> ", index):
            return index + len(" -> ")
        if depth == 0 and re.match(r"\b(?:forall|exists|fun|let)\b", text[index:]) and not text[index - 1].isalnum():
            return None
        depth += (text[index] in OPENING) - (text[index] in CLOSING)
    return None


def _end_of_let(text: str, place: int) -> int:
    """The place after the ` in ` that ends the abbreviation at `place`."""
    depth, open_lets, index = 0, 0, place
    while index < len(text):
        if depth == 0 and re.match(r"let\b", text[index:]) and (index == 0 or not text[index - 1].isalnum()):
            open_lets += 1
        if depth == 0 and text.startswith(" in ", index):
            open_lets -= 1
            if open_lets == 0:
                return index + len(" in ")
        depth += (text[index] in OPENING) - (text[index] in CLOSING)
        index += 1
    raise ValueError(f"an abbreviation does not end in the statement {text!r}")
