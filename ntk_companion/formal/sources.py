"""Coq source text, read without Coq: comments, sentences, what is declared where, and what must not be said."""

import re
from collections.abc import Iterator

FORBIDDEN = re.compile(
    r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Abort|Notation|Infix|Coercion|Canonical|Load|Declare|"
    r"Set|Unset|bypass_check|Extract|Redirect|Drop|Instance|Export|Module|Program|Obligations?|Primitive|Register|"
    r"Add)\b|#\["
)
"""What leaves a proof out, adds an axiom, or makes a statement mean something else than it shows."""
SECTION_ONLY = re.compile(r"Variables?|Hypothes[ie]s|Context|Let")
"""Outside a section these are axioms."""
DECLARATION = re.compile(r"^(Definition|Fixpoint|Inductive|Theorem|Lemma|Corollary)\s+(\w+)", re.MULTILINE)
DEFINITIONS = ("Definition", "Fixpoint", "Inductive")
LIBRARIES = ("Coq", "Coquelicot")


def uncommented(text: str) -> str:
    """The text with its comments, nested ones included, replaced by blanks: what stays keeps its line."""
    kept, depth, end = [], 0, 0
    for mark in re.finditer(r"\(\*|\*\)", text):
        piece = text[end : mark.start()]
        kept.append(re.sub(r"[^\n]", " ", piece) if depth else piece)
        closes = mark.group() == "*)"
        kept.append(mark.group() if closes and depth == 0 else "  ")
        depth = max(depth - 1, 0) if closes else depth + 1
        end = mark.end()
    return "".join([*kept, text[end:]])


def sentences(text: str) -> Iterator[str]:
    """The sentences of a file, comments left out, each with single blanks between its words."""
    for sentence in re.split(r"\.(?=\s|$)", uncommented(text)):
        if words := sentence.split():
            yield " ".join(words)


def faults(text: str) -> list[str]:
    """What a proof must not do, a phrase each: forbidden words, variables outside a section, foreign libraries."""
    found, section = [], 0
    for sentence in sentences(text):
        first = sentence.split()[0]
        section += (first == "Section") - (first == "End")
        if match := FORBIDDEN.search(sentence):
            found.append(f"says {match.group(0)} in {sentence[:60]!r}")
        if section == 0 and SECTION_ONLY.fullmatch(first):
            found.append(f"has {first} outside a section")
        if (match := re.match(r"From (\w+) ", sentence)) and match.group(1) not in LIBRARIES:
            found.append(f"uses the library {match.group(1)}")
    return found


def required(text: str) -> list[str]:
    """The files of the development that a file requires."""
    return [name for s in sentences(text) if s.startswith("Require Import ") for name in s.split()[2:]]


def declared(text: str) -> dict[str, tuple[str, int]]:
    """The kind and the line of every declaration of a file, by its name."""
    clean = uncommented(text)
    return {m.group(2): (m.group(1), clean.count("\n", 0, m.start()) + 1) for m in DECLARATION.finditer(clean)}
