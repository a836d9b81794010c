"""Evidence from proofs: a theorem of a development, replayed by Coq or held to its seal, for a statement."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ntk_companion.evidence import Evidence, Kind, Proves, Theorem, Verdict
from ntk_companion.formal import coq, replay, seal
from ntk_companion.formal.development import Development, ProofError
from ntk_companion.statement import Statement


@cache
def companion_proofs() -> Development:
    """The development that comes with the machinery: `theory/proofs`."""
    import theory

    return Development(Path(theory.__file__).parent / "proofs")


@dataclass(frozen=True)
class Formal:
    """How a development proves a statement.

    theorems     that say what the statement's formula says, as `file.theorem`
    less         a sentence that names each hypothesis in which they say less than the formula; empty if none
    part         they prove a part of the formula only, which `less` names: the scope is then not all
    corrects     they prove the corrected form of a finding, not the formula
    refutes      they prove the negation of the formula
    development  where they are; None for the one that comes with the machinery
    """

    theorems: tuple[str, ...]
    less: str = ""
    part: bool = False
    corrects: bool = False
    refutes: bool = False
    development: Development | None = None

    @property
    def proofs(self) -> Development:
        """The development in which the theorems are."""
        return self.development or companion_proofs()

    @property
    def proves(self) -> Proves:
        """What of the statement the theorems prove."""
        if self.corrects:
            return Proves.CORRECTED
        if self.refutes:
            return Proves.NEGATION
        return Proves.PART if self.part else Proves.STATEMENT

    def key(self, statement: Statement) -> str:
        """The name of the pair of this statement, or its corrected form, and these theorems in the seal."""
        return f"{statement.id} (corrected)" if self.corrects else statement.id

    def formula(self, statement: Statement) -> str:
        """The LaTeX that the theorems are about: the statement's, or its corrected form."""
        return statement.finding.corrected if self.corrects and statement.finding else statement.formula


@cache
def proved(development: Development) -> tuple[dict[str, Any], Kind]:
    """The seal of a development, once it is checked: by Coq where there is one, else by the hashes that it holds.

    Raises ProofError, naming the file, if a proof, a generated definition or the seal is not what it should be.
    """
    sealed = seal.read(development)
    if coq.version() is None:
        return sealed, Kind.RECORDED
    replay.replay(development, sealed)
    return sealed, Kind.FORMAL


@cache
def held(proof: Formal) -> tuple[tuple[Theorem, ...], Kind]:
    """The theorems of a proof, and whether these very files were replayed here: Coq is not started for it.

    Raises ProofError, naming the file, if a proof, a generated definition or the seal is not what it should be.
    """
    development = proof.proofs
    sealed = seal.read(development)
    replayed = coq.version() is not None and replay.is_replayed(development, sealed)
    kind = Kind.FORMAL if replayed else Kind.RECORDED
    return tuple(_theorem(name, sealed, development) for name in proof.theorems), kind


def theorems(names: Iterable[str], development: Development) -> list[Theorem]:
    """What the seal says of some theorems. Raises ProofError on a name that is not in it, and as `proved` does."""
    sealed, _ = proved(development)
    return [_theorem(name, sealed, development) for name in names]


def formal(statement: Statement, proof: Formal) -> Iterable[Evidence]:
    """The evidence of each theorem that proves a statement, or its negation.

    Raises ProofError if a proof is not what it should be, or if the statement's LaTeX and the theorems are not the ones
    that were read side by side when the seal was made.
    """
    sealed, kind = proved(proof.proofs)
    found = theorems(proof.theorems, proof.proofs)
    if sealed["pairs"].get(proof.key(statement)) != pair(statement, proof):
        raise ProofError(
            f"{statement.id}: its LaTeX or {', '.join(proof.theorems)} changed since somebody compared the two; "
            f"read both, then renew {proof.proofs.folder / seal.FILE} with make seal"
        )
    for theorem in found:
        verdict = Verdict.REFUTED if proof.refutes else Verdict.CONFIRMED
        detail = f"{theorem.name} ({theorem.file}, line {theorem.line})"
        shown = dataclasses.replace(theorem, less=proof.less, proves=proof.proves)
        yield Evidence(kind, verdict, detail, covers_all=not (proof.refutes or proof.part), theorem=shown)


def mutant(proof: Formal, theorem: str, number: int) -> Evidence:
    """The evidence against a mutant of a theorem. Raises ProofError if a proof is not what it should be."""
    _, kind = proved(proof.proofs)
    one = proof.proofs.theorems[theorem].mutants[number]
    return Evidence(
        kind, Verdict.REFUTED, f"{one.by} proves the negation of {theorem} with {one.new or 'nothing'} for {one.old}"
    )


def pair(statement: Statement, proof: Formal) -> str:
    """The hash that ties the LaTeX of a statement, or of its corrected form, to its theorems as sealed."""
    sealed, _ = proved(proof.proofs)
    return seal.pairing(proof.formula(statement), [sealed["theorems"][name]["statement"] for name in proof.theorems])


def _theorem(name: str, sealed: dict[str, Any], development: Development) -> Theorem:
    if name not in sealed["theorems"]:
        raise ProofError(f"{development.folder / 'theorems.toml'} does not list {name}, or the seal was not renewed")
    entry = sealed["theorems"][name]
    return Theorem(
        name, entry["statement"], entry["file"], entry["line"], tuple(entry["axioms"]), tuple(entry["definitions"]),
        tuple(f"{m['from']} -> {m['to'] or 'dropped'}" for m in entry["mutants"]), entry["witness"],
    )  # fmt: skip
