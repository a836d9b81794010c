"""The seal of a development: what Coq said of it, committed beside it, so that proofs count where there is no Coq.

It holds the hash of every file, the statement of every theorem that is evidence, the axioms and definitions it rests on,
its mutants and its witness; and for every statement of a suite the hash of its LaTeX together with the theorems that
prove it, so that a change of either asks somebody to read the two side by side again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ntk_companion.files import digest, json_text
from ntk_companion.formal import coq, sources
from ntk_companion.formal.development import Development, ProofError
from ntk_companion.formal.statements import one_line

SCHEMA = "ntk-companion seal 1"
FILE = "seal.json"
WORD = re.compile(r"[A-Za-z_]\w*")


def read(development: Development) -> dict[str, Any]:
    """The seal of a development, whole and of these files.

    Raises ProofError, naming the file, if the seal was edited or is missing, or a file is not the one that was sealed.
    """
    sealed = parsed(development)
    for name in sorted({*sealed["hashes"], *development.hashes}):
        if sealed["hashes"].get(name) != development.hashes.get(name):
            raise ProofError(f"{development.folder / name} is not the file that was sealed: replay it with make seal")
    return sealed


def parsed(development: Development) -> dict[str, Any]:
    """The seal of a development, of whatever files. Raises ProofError if it is missing, edited, or no seal."""
    path = development.folder / FILE
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProofError(f"{path} is not a whole seal ({error}): renew it with make seal") from None


def loads(text: str) -> dict[str, Any]:
    """The seal in a text. Raises ValueError if it is none, or was edited."""
    seal = json.loads(text)
    if not isinstance(seal, dict) or seal.get("schema") != SCHEMA:
        raise ValueError(f"it is not a {SCHEMA!r}")
    if seal.get("digest") != digest({key: value for key, value in seal.items() if key != "digest"}):
        raise ValueError("it was changed after it was made")
    return seal


def text(development: Development, observed: Mapping[str, Any], pairs: Mapping[str, tuple[str, str]]) -> str:
    """The text of a new seal: what was `observed` of the theorems, and the hash of every pair of LaTeX and theorem."""
    body: dict[str, Any] = {"schema": SCHEMA, "coq": coq.version(), "hashes": development.hashes, **observed}
    body["pairs"] = {name: pairs[name][0] for name in sorted(pairs)}
    return json_text(body | {"digest": digest(body)})


def pairing(formula: str, statements: Iterable[str]) -> str:
    """The hash that ties the LaTeX of a statement to the theorems that prove it."""
    return digest([formula, *statements])


def observed(development: Development) -> dict[str, Any]:
    """What Coq prints: the statement and the axioms of every registered theorem, and the definitions they rest on."""
    names = list(development.theorems)
    meanings = [name for name, (_, kind, _) in development.declared.items() if kind in sources.DEFINITIONS]
    qualified = {name: f"{development.declared[name][0]}.{name}" for name in meanings}
    for name in names:
        development.place(name)
    questions = [f"About {name}." for name in names] + [f"Print Assumptions {name}." for name in names]
    answers = coq.ask(development, questions + [f"Print {qualified[name]}." for name in meanings])
    said, axioms, printed = answers[: len(names)], answers[len(names) : 2 * len(names)], answers[2 * len(names) :]
    definitions = {
        name: one_line(answer.split("\n\nArguments")[0]) for name, answer in zip(meanings, printed, strict=True)
    }
    theorems, needed = {}, set[str]()
    for name, about, assumed in zip(names, said, axioms, strict=True):
        registered, (file, line) = development.theorems[name], development.place(name)
        statement = one_line(about.split("\n\n")[0].split(":", 1)[1])
        rests = _rests_on(statement, definitions)
        needed |= set(rests)
        theorems[name] = {
            "statement": statement, "axioms": axioms_of(assumed), "file": file, "line": line, "definitions": rests,
            "mutants": [{"from": m.old, "to": m.new, "by": m.by} for m in registered.mutants],
            "witness": registered.witness,
        }  # fmt: skip
    return {"theorems": theorems, "definitions": {n: definitions[n] for n in sorted(needed)}}


def axioms_of(printed: str) -> list[str]:
    """The axioms that `Print Assumptions` lists."""
    if printed.startswith("Closed under the global context"):
        return []
    return sorted(set(re.findall(r"^([A-Za-z_][\w.]*)\s*(?=:|$)", printed.removeprefix("Axioms:"), re.MULTILINE)))


def _rests_on(statement: str, definitions: Mapping[str, str]) -> list[str]:
    """The definitions of the development that a statement rests on, through others, in the order of mention."""
    found: dict[str, None] = {}
    texts = [statement]
    while texts:
        for word in WORD.findall(texts.pop(0)):
            if word in definitions and word not in found:
                found[word] = None
                texts.append(definitions[word])
    return list(found)
