"""Proofs as check items: the statements that a development proves, and the mutants whose negations it proves."""

from collections.abc import Callable, Iterable

import pytest

from ntk_companion.evidence import Role
from ntk_companion.formal.proving import Formal, formal, mutant
from ntk_companion.judging import mark, record
from ntk_companion.statement import Statement


def check_proofs(proofs: Iterable[tuple[Statement, Formal]]) -> Callable[..., None]:
    """A pytest function with one item a proof and one a mutant: the evidence of Coq for each of these statements."""
    cases = [case for statement, proof in proofs for case in _cases(statement, proof)]

    @pytest.mark.parametrize("decide", cases)
    def test(decide: Callable[[], None]) -> None:
        decide()

    return test


def _cases(statement: Statement, proof: Formal) -> Iterable[object]:
    def prove() -> None:
        for evidence in formal(statement, proof):
            record(evidence)

    role = Role.CORRECTED if proof.corrects else Role.STATEMENT
    yield pytest.param(prove, id=proof.key(statement), marks=mark(statement, role, "proved" if proof.corrects else ""))
    for theorem in proof.theorems:
        for number, one in enumerate(proof.proofs.theorems[theorem].mutants):

            def refute(theorem: str = theorem, number: int = number) -> None:
                record(mutant(proof, theorem, number))

            name = f"{theorem.partition('.')[2]}: {one.old.strip(' ->')} {'-> ' + one.new if one.new else 'dropped'}"
            yield pytest.param(refute, id=f"{statement.id}, {name}", marks=mark(statement, Role.MUTANT, name))
