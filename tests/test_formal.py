"""Proofs as evidence: what is replayed, what the seal holds, and the ways in which each turns red."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sympy

from ntk_companion.evidence import Kind, Verdict
from ntk_companion.files import digest
from ntk_companion.formal import (
    Development,
    Formal,
    ProofError,
    coq,
    formal,
    proving,
    replay,
    seal,
    sources,
    statements,
)
from ntk_companion.statement import Statement
from theory.architecture import fcn, with_trained
from theory.coq import definition, generated
from theory.recursion import recursion

needs_coq = pytest.mark.skipif(coq.version() is None, reason="there is no coqc here to replay proofs")
TINY = """(** A development of one theorem. *)
From Coq Require Import Reals Lra.
Open Scope R_scope.
Definition positive (x : R) : Prop := 0 < x.
Theorem doubled (x : R) : positive x -> positive (2 * x).
Proof. unfold positive. lra. Qed.
Theorem mutant_doubled : ~ (forall x : R, positive x -> positive (-2 * x)).
Proof. intros H. assert (H1 := H 1 Rlt_0_1). unfold positive in H1. lra. Qed.
Theorem witness_doubled : ~ (forall x : R, positive x -> False).
Proof. intros H. exact (H 1 Rlt_0_1). Qed.
"""
LISTED = """[tiny.doubled]
witness = "tiny.witness_doubled"
mutants = [{ from = "positive (2 * x)", to = "positive (-2 * x)", by = "tiny.mutant_doubled" }]
"""
STATEMENT = Statement(
    "tiny:doubled", "Twice a positive number", "a test", "1", r"x > 0 \Rightarrow 2 x > 0", "Nothing."
)
PROOF = Formal(("tiny.doubled",))


def write(folder: Path, text: str = TINY, listed: str = LISTED) -> Development:
    (folder / "tiny.v").write_text(text)
    (folder / "theorems.toml").write_text(listed)
    return Development(folder)


def renew(development: Development) -> None:
    sealed, _ = seal.renewed(development, {STATEMENT.id: (STATEMENT.formula, PROOF.theorems)})
    seal.write(development, sealed)


@pytest.fixture
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def tiny(tmp_path):
    """The tiny development with the seal that Coq gave it, made by hand so that no Coq is needed."""
    development = write(tmp_path)
    statement = "forall x : R, positive x -> positive (2 * x)"
    entry = {
        "statement": statement, "axioms": [], "file": "tiny.v", "line": 5, "definitions": ["positive"],
        "mutants": [{"from": "positive (2 * x)", "to": "positive (-2 * x)", "by": "tiny.mutant_doubled"}],
        "witness": "tiny.witness_doubled",
    }  # fmt: skip
    body = {
        "schema": seal.SCHEMA, "coq": "8.16.1", "hashes": development.hashes, "theorems": {"tiny.doubled": entry},
        "definitions": {"positive": "positive = fun x : R => 0 < x : R -> Prop"},
        "pairs": {STATEMENT.id: seal.pairing(STATEMENT.formula, [statement])},
    }  # fmt: skip
    (tmp_path / "seal.json").write_text(json.dumps(body | {"digest": digest(body)}))
    return development


@pytest.fixture
def without_coq(monkeypatch):
    monkeypatch.setattr(coq, "version", lambda: None)


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(proving.companion_proofs().folder, tmp_path / "proofs"))


def test_without_coq_a_sealed_proof_is_recorded_formal_evidence_for_all_cases(tiny, without_coq):
    (evidence,) = formal(STATEMENT, dataclasses.replace(PROOF, development=tiny))
    assert (evidence.kind, evidence.verdict, evidence.covers_all) == (Kind.RECORDED, Verdict.CONFIRMED, True)
    assert evidence.theorem.statement == "forall x : R, positive x -> positive (2 * x)"
    assert (evidence.theorem.file, evidence.theorem.line) == ("tiny.v", 5)


@pytest.fixture(scope="module")
def sealed_proofs():
    return seal.parsed(proving.companion_proofs())


@pytest.mark.parametrize("name", ["theorem_1.v", "generated.v", "theorems.toml"])
def test_one_character_changed_in_a_proof_or_a_generated_definition_is_named(tmp_path, name):
    folder = copied(tmp_path)
    (folder / name).write_text((folder / name).read_text() + " ")
    with pytest.raises(ProofError, match=name):
        seal.read(Development(folder))


def test_one_character_changed_in_the_seal_is_named(tmp_path):
    folder = copied(tmp_path)
    text = (folder / "seal.json").read_text()
    (folder / "seal.json").write_text(text.replace("forall", "foralL", 1))
    with pytest.raises(ProofError, match=r"seal\.json"):
        seal.read(Development(folder))


def test_a_file_that_the_seal_does_not_know_is_named(tmp_path):
    folder = copied(tmp_path)
    (folder / "late.v").write_text("Definition late := 0.\n")
    with pytest.raises(ProofError, match=r"late\.v"):
        seal.read(Development(folder))


def test_the_latex_of_a_statement_changed_asks_for_a_fresh_reading(tiny, without_coq):
    changed = dataclasses.replace(STATEMENT, formula=r"x \ge 0 \Rightarrow 2 x > 0")
    with pytest.raises(ProofError, match="tiny:doubled"):
        list(formal(changed, dataclasses.replace(PROOF, development=tiny)))


def test_the_latex_of_a_statement_of_the_paper_changed_asks_for_a_fresh_reading(without_coq):
    from checks.divergence.formal import PROOFS
    from checks.divergence.test_series import SERIES_K0

    (proof,) = PROOFS[SERIES_K0.id]
    assert [evidence.covers_all for evidence in formal(SERIES_K0, proof)] == [True]
    changed = dataclasses.replace(SERIES_K0, formula=SERIES_K0.formula.replace("4^n", "2^n"))
    with pytest.raises(ProofError, match=r"eq:B\.6.*printed_series\.equation_B_6"):
        list(formal(changed, proof))


@pytest.mark.parametrize("name", ["theorem_1", "gaussian_means", "generated"])
@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ("Theorem hole : 0 < 1.\nProof. Admitted.\n", "Admitted"),
        ("Axiom hole : 0 < 0.\n", "Axiom"),
        ("Parameter hole : R.\n", "Parameter"),
        ("Hypothesis hole : 0 < 0.\n", "Hypothesis"),
    ],
)
def test_what_is_assumed_in_a_file_of_the_companion_is_named(tmp_path, name, planted, word):
    folder = copied(tmp_path)
    with (folder / f"{name}.v").open("a") as file:
        file.write(planted)
    (fault,) = Development(folder).faults()
    assert f"{name}.v" in fault
    assert word in fault


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ("Theorem hole : 0 < 1.\nProof. Admitted.\n", "Admitted"),
        ("Axiom hole : 0 < 0.\n", "Axiom"),
        ("Variable hole : 0 < 0.\n", "Variable"),
        ("Lemma hole : 0 < 0.\nProof. admit. Qed.\n", "admit"),
        ('Notation "x < y" := True.\n', "Notation"),
        ("From Foreign Require Import anything.\n", "Foreign"),
    ],
)
def test_what_a_proof_must_not_say_is_refused_and_the_file_named(tmp_path, planted, word):
    development = write(tmp_path, TINY + planted)
    with pytest.raises(ProofError, match=rf"tiny\.v .*{word}"):
        renew(development)


def test_forbidden_words_in_comments_are_no_fault():
    assert sources.faults("(* Admitted (* Axiom *) admit. *) Definition one := 1.") == []


@needs_coq
def test_coq_replays_the_statement_its_mutant_and_its_witness(tmp_path, cache):
    development = write(tmp_path)
    renew(development)
    sealed = seal.read(development)
    assert sealed["theorems"]["tiny.doubled"]["statement"] == "forall x : R, positive x -> positive (2 * x)"
    assert sealed["definitions"] == {"positive": "positive = fun x : R => 0 < x : R -> Prop"}
    replay.replay(development, sealed)
    lie = json.loads(json.dumps(sealed).replace("positive (2 * x)", "positive (3 * x)"))
    with pytest.raises(ProofError, match=r"Coq refuses|a mutant of"):
        replay.replay(development, lie)


@needs_coq
def test_an_axiom_taken_from_a_library_is_named_with_its_theorem(tmp_path, cache):
    text = TINY.replace("Reals Lra.", "Reals Lra ProofIrrelevance.").replace(
        "Proof. unfold positive.",
        "Proof. intros H. destruct (proof_irrelevance (positive x) H H). unfold positive in *.",
    )
    development = write(tmp_path, text)
    renew(development)
    with pytest.raises(ProofError, match=r"tiny\.doubled rests on the axiom .*proof_irrelevance"):
        replay.replay(development, seal.read(development))


@needs_coq
@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("[tiny.doubled]\n", "no witness"),
        (LISTED.replace("tiny.mutant_doubled", "tiny.witness_doubled"), "Coq refuses"),
        (LISTED.replace('from = "positive', 'from = "negative'), "occurs 0 times"),
    ],
    ids=[
        "hypotheses that may contradict each other",
        "a mutant that is not refuted",
        "a substitution that does not apply",
    ],
)
def test_a_theorem_without_its_witness_or_mutant_is_refused(tmp_path, cache, listed, message):
    development = write(tmp_path, listed=listed)
    renew(development)
    with pytest.raises(ProofError, match=message):
        replay.replay(development, seal.read(development))


CONTRADICTORY = """Theorem vacuous (x : R) : x < 0 -> 0 < x -> x = 7.
Proof. lra. Qed.
"""


def test_a_theorem_whose_hypotheses_contradict_each_other_is_named_before_coq_is_started(tiny, monkeypatch):
    monkeypatch.setattr(replay, "is_replayed", lambda *_: False)
    monkeypatch.setattr(coq, "build", lambda _: pytest.fail("Coq was started"))
    development = write(tiny.folder, TINY + CONTRADICTORY, LISTED + "[tiny.vacuous]\n")
    sealed = seal.parsed(tiny)
    sealed["theorems"]["tiny.vacuous"] = {"statement": "forall x : R, x < 0 -> 0 < x -> x = 7"}
    with pytest.raises(ProofError, match=r"tiny\.vacuous has no witness"):
        replay.replay(development, sealed)


@needs_coq
def test_no_witness_is_accepted_for_hypotheses_that_contradict_each_other(tmp_path, cache):
    listed = LISTED + '[tiny.vacuous]\nwitness = "tiny.witness_doubled"\n'
    development = write(tmp_path, TINY + CONTRADICTORY, listed)
    renew(development)
    with pytest.raises(ProofError, match=r"Coq refuses .*0 < x -> False.*tiny\.witness_doubled"):
        replay.replay(development, seal.read(development))


def test_every_theorem_with_hypotheses_has_a_witness(sealed_proofs):
    without = {
        name
        for name, theorem in sealed_proofs["theorems"].items()
        if not theorem["witness"] and statements.has_hypotheses(theorem["statement"])
    }
    assert without == set()


CASES = {
    "backward_cases.equation_C_5_wrong",
    "backward_cases.equation_C_7_wrong",
    "backward_cases.notation_C_6_wrong",
    "flow_cases.mutant_equation_5_4",
    "kinks.mutant_theorem_1_automatic_gram",
    "loss_residuals.remark_1_residual_wrong",
    "mutants.mutant_proposition_3",
    "output_bound.fcn_output_sharp",
    "paper_steps.equation_C_14_wrong",
}
"""Theorems on one case, itself a refutation or an example: there is nothing to drop."""


def test_every_theorem_but_single_cases_has_a_near_miss_that_is_refuted(sealed_proofs):
    without = {name for name, theorem in sealed_proofs["theorems"].items() if not theorem["mutants"]}
    assert without == CASES


def test_every_statement_that_is_proved_has_a_near_miss_that_is_refuted(sealed_proofs):
    from checks.suite import SUITE

    for name, several in SUITE.proofs().items():
        for proof in several:
            mutants = [one for theorem in proof.theorems for one in sealed_proofs["theorems"][theorem]["mutants"]]
            assert mutants or set(proof.theorems) <= CASES, name


def test_the_generated_definitions_are_what_the_derivation_prints_today():
    assert (proving.companion_proofs().folder / "generated.v").read_text() == generated()


def test_a_bias_that_is_not_trained_is_lost_from_the_printed_kernel():
    whole = definition("kernel", recursion(fcn(1)))
    frozen = definition("kernel", recursion(with_trained(fcn(1), ["W_1", "W_2"])))
    assert "add (add ((mul B_1 G)) B_1) S_1" in whole
    assert "add ((mul B_1 G)) S_1" in frozen


def without_bias(folder: Path) -> None:
    """The part of the bias b_l lost from the generated kernel of (2.1)."""
    text = (folder / "generated.v").read_text()
    assert text.count("add ((mul B_l S_previous)) B_l.") == 1
    (folder / "generated.v").write_text(text.replace("add ((mul B_l S_previous)) B_l.", "(mul B_l S_previous)."))


def test_a_bias_lost_from_a_generated_definition_is_named(tmp_path):
    folder = copied(tmp_path)
    without_bias(folder)
    with pytest.raises(ProofError, match=r"generated\.v is not the file that was sealed"):
        seal.read(Development(folder))


@needs_coq
def test_a_kernel_with_a_bias_lost_does_not_agree(tmp_path, cache):
    folder = tmp_path / "few"
    folder.mkdir()
    for name in ("sums", "matrices", "layer_kernels", "generated", "network_kernels", "agreement"):
        shutil.copy(proving.companion_proofs().folder / f"{name}.v", folder)
    # Of the series of k0 and k1 no more than these definitions is needed.
    lines = proving.companion_proofs().texts["arccosine"].splitlines()
    kernels = [line for line in lines if line.startswith(("Definition k0 ", "Definition k1 "))]
    (folder / "arccosine.v").write_text(
        "\n".join(["From Coq Require Import Reals.", "Open Scope R_scope.", *kernels, ""])
    )
    coq.build(Development(folder))
    without_bias(folder)
    with pytest.raises(ProofError, match=r"Coq refuses .*agreement\.v"):
        coq.build(Development(folder))


def test_a_kernel_without_a_counterpart_in_coq_is_refused():
    derived = recursion(fcn(1))
    strange = dataclasses.replace(derived, parts={group: sympy.sin(part) for group, part in derived.parts.items()})
    with pytest.raises(ValueError, match="no kernel for"):
        definition("kernel", strange)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("forall x : R, 0 < x -> x <> 0", "forall x : R, 0 < x -> False"),
        (
            "forall f : R -> R, (forall x, 0 < f x) -> exists x, A x -> B x",
            "forall f : R -> R, (forall x, 0 < f x) -> False",
        ),
        ("let a := fun x => x in P a -> Q a", "let a := fun x => x in P a -> False"),
        ("A <-> B", "False"),
    ],
)
def test_hypotheses_are_kept_and_the_conclusion_is_not(statement, expected):
    assert statements.contradiction(statement) == expected


def test_a_statement_without_hypotheses_needs_no_witness():
    assert not statements.has_hypotheses("forall (f : R -> R) (n : nat), f 0 = f 0")
    assert statements.has_hypotheses("forall n : nat, (0 < n)%nat -> n = n")


def test_the_theorems_of_the_paper_are_held_to_the_seal_where_there_is_no_coq(tmp_path):
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pytest", "checks/divergence/test_formal.py", "-q", "-p", "no:cacheprovider"]
    found = tmp_path / "ledger.json"
    run = subprocess.run(
        [*command, "--ntk-ledger", str(found)],
        cwd=root, env=os.environ | {"PATH": str(tmp_path), "PYTHONPATH": str(root)}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:]
    kinds = {
        entry["id"]: entry["evidence"] for entry in json.loads(found.read_text())["statements"] if not entry["cited"]
    }
    assert set(map(tuple, kinds.values())) == {("formal (recorded)",)}


def test_every_proof_of_a_suite_names_a_listed_theorem():
    from checks.suite import SUITE

    for name, several in SUITE.proofs().items():
        for proof in several:
            assert set(proof.theorems) <= set(proof.proofs.theorems), name
