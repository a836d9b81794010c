"""A development replayed: compiled, its statements given back to Coq, its axioms, mutants and witnesses checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ntk_companion.files import digest, write_whole
from ntk_companion.formal import coq, seal, statements
from ntk_companion.formal.development import ALLOWED, Development, ProofError


def replay(development: Development, sealed: dict[str, Any]) -> None:
    """Check with Coq all that a seal says; what did not change since the last time is taken from the cache.

    Every sealed statement is given back to a fresh Coq as the type of the theorem's proof, so that the text a reader
    sees is what was proved. Every mutant is the statement with its recorded substitution, and its negation must be the
    theorem named; every witness must be the negation of the statement with False for its conclusion. Raises ProofError,
    naming the file or the theorem, on whatever is not so.
    """
    for fault in development.faults():
        raise ProofError(fault)
    folder = coq.build(development)
    marker, key = folder / "replayed", digest([development.hashes, sealed])
    if marker.is_file() and marker.read_text() == key:
        return
    with coq.locked(folder):
        demands = list(_demands(development, sealed))
        for (theorem, _), answer in zip(demands, coq.ask(development, [query for _, query in demands]), strict=True):
            if beyond := set(seal.axioms_of(answer)) - set(ALLOWED):
                raise ProofError(f"{theorem} rests on the axiom {sorted(beyond)[0]}, which is not among those allowed")
        write_whole(marker, key)


def _demands(development: Development, sealed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What Coq must accept: the theorem each is about, and the sentences, which end in a list of the axioms used."""
    for number, (name, registered) in enumerate(development.theorems.items()):
        if name not in sealed["theorems"]:
            raise ProofError(f"{name} is not in the seal: renew it with make seal")
        statement = sealed["theorems"][name]["statement"]
        yield name, _proved(f"shown_{number}", statement, name)
        for index, mutant in enumerate(registered.mutants):
            try:
                changed = statements.substituted(statement, mutant.old, mutant.new)
            except ValueError as error:
                raise ProofError(f"a mutant of {name}: {error}") from None
            yield name, _proved(f"mutant_{number}_{index}", f"~ ({changed})", mutant.by)
        if registered.witness:
            empty = f"~ ({statements.contradiction(statement)})"
            yield name, _proved(f"witness_{number}", empty, registered.witness)
        elif statements.has_hypotheses(statement):
            raise ProofError(f"{name} has no witness: nothing shows that its hypotheses can hold together")


def _proved(label: str, statement: str, theorem: str) -> str:
    return f"Definition {label} : {statement} := @{theorem}.\nPrint Assumptions {label}."
