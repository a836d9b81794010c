"""A development replayed: compiled, its statements given back to Coq, its axioms, mutants and witnesses checked."""

from collections.abc import Iterator
from pathlib import Path
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
    if is_replayed(development, sealed):
        return
    for fault in development.faults():
        raise ProofError(fault)
    folder = coq.build(development)
    with coq.locked(folder):
        demands = list(_demands(development, sealed))
        labels = [f"accepted_{number}" for number in range(len(demands))]
        queries = [f"Definition {label} : {one} := @{by}." for label, (one, by) in zip(labels, demands, strict=True)]
        *_, printed = coq.ask(development, [*queries, _all_axioms(labels)])
        if beyond := set(seal.axioms_of(printed)) - set(ALLOWED):
            raise ProofError(f"{_user(development, beyond)} rests on the axiom {min(beyond)}, which is not allowed")
        write_whole(_marker(development), _key(development, sealed))


def is_replayed(development: Development, sealed: dict[str, Any]) -> bool:
    """Did `replay` go through with these files and this seal before, with the Coq that is here?"""
    marker = _marker(development)
    return marker.is_file() and marker.read_text() == _key(development, sealed)


def _marker(development: Development) -> Path:
    return coq.folder_of(development) / "replayed"


def _key(development: Development, sealed: dict[str, Any]) -> str:
    return digest([development.hashes, sealed])


def _all_axioms(labels: list[str]) -> str:
    """A question for the axioms under all of these proofs together: one walk through what they share."""
    bundle = f"{''.join(f'(conj (@{one}) ' for one in labels)}I{')' * len(labels)}"
    return f"Definition everything := {bundle}.\nPrint Assumptions everything."


def _user(development: Development, axioms: set[str]) -> str:
    """The first theorem that rests on one of these axioms."""
    found = (name for name, used in seal.axioms(development).items() if axioms & set(used))
    return next(found, "a mutant or a witness")


def _demands(development: Development, sealed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Statements, and the theorem that must prove each."""
    for name, registered in development.theorems.items():
        if name not in sealed["theorems"]:
            raise ProofError(f"{name} is not in the seal: renew it with make seal")
        statement = sealed["theorems"][name]["statement"]
        yield statement, name
        for mutant in registered.mutants:
            try:
                yield f"~ ({statements.substituted(statement, mutant.old, mutant.new)})", mutant.by
            except ValueError as error:
                raise ProofError(f"a mutant of {name}: {error}") from None
        if registered.witness:
            yield f"~ ({statements.contradiction(statement)})", registered.witness
        elif statements.has_hypotheses(statement):
            raise ProofError(f"{name} has no witness: nothing shows that its hypotheses can hold together")
