"""The seal of a development: what Coq said of it, committed beside it, so that proofs count where there is no Coq.

It holds the hash of every file, the statement of every theorem that is evidence, the axioms and definitions it rests
on, its mutants and its witness; and for every statement of a suite the hash of its LaTeX together with the theorems
that prove it, so that a change of either asks somebody to read the two side by side again.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ntk_companion.files import digest, json_text, write_whole
from ntk_companion.formal import coq, sources
from ntk_companion.formal.development import Development, ProofError
from ntk_companion.formal.statements import one_line

SCHEMA = "ntk-companion seal 1"
FILE = "seal.json"
WORD = re.compile(r"[A-Za-z_]\w*")


def read(development: Development) -> dict[str, Any]:
    """The seal of a development, whole and of these files, as that of its base must be.

    Raises ProofError, naming the file, if the seal was edited or is missing, or a file is not the one that was sealed.
    """
    if development.base:
        read(development.base)
    sealed = parsed(development)
    for name in sorted({*sealed["hashes"], *development.hashes}):
        if sealed["hashes"].get(name) != development.hashes.get(name):
            raise ProofError(f"{name} is not the file that was sealed: replay it with make seal")
    return sealed


def parsed(development: Development) -> dict[str, Any]:
    """The seal of a development, of whatever files. Raises ProofError if it is missing, edited, or no seal."""
    path = development.folder / FILE
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProofError(f"{path.name} is not a whole seal ({error}): renew it with make seal") from None


def loads(text: str) -> dict[str, Any]:
    """The seal in a text. Raises ValueError if it is none, or was edited."""
    seal = json.loads(text)
    if not isinstance(seal, dict) or seal.get("schema") != SCHEMA:
        raise ValueError(f"it is not a {SCHEMA!r}")
    if seal.get("digest") != digest({key: value for key, value in seal.items() if key != "digest"}):
        raise ValueError("it was changed after it was made")
    return seal


def renewed(
    development: Development, pairs: Mapping[str, tuple[str, Iterable[str]]]
) -> tuple[dict[str, Any], list[str]]:
    """The seal of what Coq says now; `pairs` maps statements to their LaTeX and the theorems that prove it.

    With it the pairs that are not those of the seal before, each as text, for somebody to read side by side. Raises
    ProofError where Coq refuses something.
    """
    for fault in development.faults():
        raise ProofError(fault)
    coq.build(development)
    found = observed(development)
    said = {name: [found["theorems"][one]["statement"] for one in names] for name, (_, names) in pairs.items()}
    keys = {name: pairing(pairs[name][0], said[name]) for name in sorted(pairs)}
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "coq": coq.version(),
        "hashes": development.hashes,
        **found,
        "pairs": keys,
    }
    try:
        before = parsed(development)["pairs"]
    except ProofError:
        before = {}
    changed = ["\n  ".join([name, pairs[name][0], *said[name]]) for name in keys if before.get(name) != keys[name]]
    return body | {"digest": digest(body)}, changed


def write(development: Development, sealed: Mapping[str, Any]) -> None:
    """Write a seal in the place of the one before."""
    write_whole(development.folder / FILE, json_text(sealed))


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
    questions = [f"About {name}." for name in names] + [f"Print {qualified[name]}." for name in meanings]
    answers = coq.ask(development, questions)
    said, printed, assumed = answers[: len(names)], answers[len(names) :], axioms(development)
    definitions = {
        name: one_line(answer.split("\n\nArguments")[0]) for name, answer in zip(meanings, printed, strict=True)
    }
    theorems, needed = {}, set[str]()
    for name, about in zip(names, said, strict=True):
        registered, (file, line) = development.theorems[name], development.place(name)
        statement = one_line(about.split("\n\n")[0].split(":", 1)[1])
        rests = _rests_on(statement, definitions)
        needed |= set(rests)
        theorems[name] = {
            "statement": statement, "axioms": assumed[name], "file": file, "line": line, "definitions": rests,
            "mutants": [{"from": m.old, "to": m.new, "by": m.by} for m in registered.mutants],
            "witness": registered.witness,
        }  # fmt: skip
    return {"theorems": theorems, "definitions": {n: definitions[n] for n in sorted(needed)}}


def axioms(development: Development) -> dict[str, list[str]]:
    """The axioms under each registered theorem, asked of Coq for those whose file was compiled anew."""
    keys, kept = coq.keys(development), coq.folder_of(development) / "axioms.json"
    known = json.loads(kept.read_text()) if kept.is_file() else {}
    wanted = {name: keys[name.partition(".")[0]] for name in development.theorems}
    asked = [name for name, key in wanted.items() if known.get(name, ("",))[0] != key]
    for name, said in zip(asked, coq.ask(development, [f"Print Assumptions {name}." for name in asked]), strict=True):
        known[name] = (wanted[name], axioms_of(said))
    write_whole(kept, json.dumps(known))
    return {name: list(known[name][1]) for name in wanted}


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
