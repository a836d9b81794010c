"""What a proof must not say is found, and the seal is that of these files, theorems and formulas: no Coq is needed."""

from __future__ import annotations

import atexit
import dataclasses
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from checks.companion.known import known_answers, record_answer
from checks.suite import SUITE
from ntk_companion import Statement, check, judge_case
from ntk_companion.formal import Development, Formal, ProofError, seal, sources
from ntk_companion.formal.proving import companion_proofs
from theory.coq import generated

PROOFS = known_answers(
    "proofs",
    "Proofs that leave something out are refused, and the sealed ones are these files, theorems and formulas",
    r"\text{seal} = \text{hash of proofs, definitions, statements and formulas}",
    "all proofs of this suite, read without Coq, which replays them elsewhere",
)


class Text(NamedTuple):
    """The text of a Coq file, and whether it may count as a proof."""

    title: str
    text: str
    sound: bool


LEMMA = "Lemma one : 0 < 1.\nProof. lra. Qed.\n"
TEXTS = (
    Text("a lemma", LEMMA, True),
    Text("forbidden words in a comment", f"(* Admitted. (* Axiom a : False. *) *)\n{LEMMA}", True),
    Text("a variable of a section", f"Section S.\nVariable x : R.\n{LEMMA}End S.\n", True),
    Text("admitted", LEMMA.replace("Qed", "Admitted"), False),
    Text("a step admitted", LEMMA.replace("lra", "admit"), False),
    Text("given up", LEMMA.replace("lra", "give_up"), False),
    Text("an axiom", f"Axiom hole : 0 < 0.\n{LEMMA}", False),
    Text("a parameter", f"Parameter hole : 0 < 0.\n{LEMMA}", False),
    Text("a variable outside a section", f"Variable hole : 0 < 0.\n{LEMMA}", False),
    Text("a hypothesis after its section", f"Section S.\nEnd S.\nHypothesis hole : 0 < 0.\n{LEMMA}", False),
    Text("a notation", f'Notation "x < y" := True.\n{LEMMA}', False),
    Text("a foreign library", f"From Foreign Require Import anything.\n{LEMMA}", False),
)
Reader = Callable[[str], bool]


def is_sound(text: str) -> bool:
    """Does nothing in the text leave a proof out, or add an axiom?"""
    return not sources.faults(text)


def soundness_is_known(claim: Reader, case: Text) -> None:
    """Is the text taken for a proof only if it is one?"""
    record_answer(claim(case.text) is case.sound, f"{case.title}: {'may' if case.sound else 'must not'} count")


@check(
    PROOFS,
    is_sound,
    mutants={
        "comments are read": lambda text: sources.FORBIDDEN.search(text) is None,
        "Admitted is let through": lambda text: is_sound(text.replace("Admitted", "Qed")),
        "an axiom is let through": lambda text: is_sound(text.replace("Axiom", "Lemma")),
        "variables are let through": lambda text: is_sound(text.replace("Variable", "Lemma")),
    },
)
def test_what_leaves_a_proof_out_is_found(claim):
    for case in TEXTS:
        judge_case(soundness_is_known, claim, case)


@cache
def with_changed(name: str, old: str, new: str) -> Development:
    """The proofs of this suite with one text of a file changed."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(companion_proofs().folder, folder, dirs_exist_ok=True)
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return Development(folder)


def seal_is_of_these_files(claim: Callable[[], Development], _: str) -> None:
    """Does the seal hold for these very files, and do they say nothing that a proof must not say?"""
    development = claim()
    try:
        seal.read(development)
    except ProofError as error:
        record_answer(False, str(error))
        return
    faults = development.faults()
    record_answer(not faults, f"{len(development.hashes)} files, {len(development.theorems)} theorems: {faults}")


@check(
    PROOFS,
    companion_proofs,
    mutants={
        "one character of a proof": lambda: with_changed("theorem_1.v", "Qed.", "Qed ."),
        "a proof admitted": lambda: with_changed("theorem_1.v", "Qed.", "Admitted."),
        "a hypothesis added": lambda: with_changed("theorem_2.v", "0 < beta ->", "0 < beta -> beta < 0 ->"),
        "a bias lost from a definition": lambda: with_changed("generated.v", "S_previous)) B_l", "S_previous))"),
        "one character of the seal": lambda: with_changed("seal.json", "forall", "foralL"),
        "a mutant not listed": lambda: with_changed("theorems.toml", "witness = ", "# witness = "),
    },
)
def test_the_seal_is_that_of_these_files(claim):
    judge_case(seal_is_of_these_files, claim, "all files")


def generated_is_derived(claim: Callable[[], str], _: str) -> None:
    """Are the definitions that the proofs speak of those that the derivation prints today?"""
    printed = (companion_proofs().folder / "generated.v").read_text(encoding="utf-8")
    record_answer(claim() == printed, f"{printed.count('Definition')} definitions")


@check(
    PROOFS,
    generated,
    mutants={
        "a bias lost": lambda: generated().replace("S_previous)) B_l", "S_previous))", 1),
        "3 for 2": lambda: generated().replace("const 2", "const 3", 1),
    },
)
def test_definitions_are_those_of_the_derivation(claim):
    judge_case(generated_is_derived, claim, "generated.v")


Pair = tuple[Statement, Formal]


def formula_is_the_sealed_one(claim: Callable[[Pair], Pair], pair: Pair) -> None:
    """Are the LaTeX of a statement and the theorems that prove it those that were read side by side?"""
    statement, proof = claim(pair)
    sealed = seal.read(proof.proofs)
    said = [sealed["theorems"][name]["statement"] for name in proof.theorems]
    key = seal.pairing(proof.formula(statement), said)
    record_answer(sealed["pairs"].get(proof.key(statement)) == key, f"{statement.id}: {', '.join(proof.theorems)}")


def with_formula(pair: Pair) -> Pair:
    """The statement's LaTeX changed, and that of its corrected form."""
    statement, proof = pair
    finding = statement.finding and dataclasses.replace(statement.finding, corrected=statement.finding.corrected + " ")
    return dataclasses.replace(statement, formula=statement.formula + " ", finding=finding), proof


def with_other_theorem(pair: Pair) -> Pair:
    """Another theorem in the place of the first."""
    statement, proof = pair
    other = next(name for name in proof.proofs.theorems if name not in proof.theorems)
    return statement, dataclasses.replace(proof, theorems=(other, *proof.theorems[1:]))


@check(
    PROOFS,
    lambda pair: pair,
    mutants={"one blank more in the LaTeX": with_formula, "another theorem": with_other_theorem},
)
def test_formulas_and_theorems_are_those_that_were_read_together(claim):
    for pair in SUITE.formal():
        judge_case(formula_is_the_sealed_one, claim, pair)
