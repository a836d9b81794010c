from dataclasses import asdict

import pytest

from ntk_companion import ledger
from ntk_companion.evidence import Role, certified
from ntk_companion.files import digest, json_text
from ntk_companion.judging import Tally

STATEMENT = {
    "id": "test:a", "revision": 1, "title": "t", "source": "s", "number": "1", "formula": "f", "hypotheses": {},
    "uses": [], "qualification": "q", "finding": None, "inconclusive": 0, "cited": False,
}  # fmt: skip


def item(role=Role.STATEMENT, outcome="passed", name="", covers_all=False, statement=None, **verdicts):
    tally = {
        "verdicts": verdicts, "kinds": ["certified"], "margin": None, "covers_all": covers_all, "refutation": "",
        "inconclusive": "", "confirmation": "", "false_alarm": 0.0, "judges": ["mine.judge"],
        "theorems": [], "on_a_case": role == Role.COUNTEREXAMPLE,
    }  # fmt: skip
    return {
        "statement": STATEMENT | (statement or {}), "role": role, "name": name, "tally": tally, "outcome": outcome,
        "seconds": 1.0, "cites": [],
    }  # fmt: skip


KILLED = item(Role.MUTANT, name="wrong", REFUTED=1)


def built(*items):
    return ledger.build(items, {"profile": "default", "seed": None})


def status(*items):
    entry = built(*items)["statements"][0]
    return entry["verdict"], entry["scope"]


def test_a_proof_for_all_cases_leaves_none_open_and_a_refuted_case_outranks_it():
    proof = item(CONFIRMED=1, covers_all=True)
    assert status(proof, item(CONFIRMED=3, INCONCLUSIVE=2)) == ("CONFIRMED", "all")
    assert status(item(CONFIRMED=4, INCONCLUSIVE=2)) == ("INCONCLUSIVE", "instances: 4")
    assert status(proof, item(REFUTED=1))[0] == "REFUTED"
    assert status(proof, item(CONFIRMED=1, outcome="failed"))[0] == "INCONCLUSIVE"


def test_what_true_statements_risk_by_sampling_adds_up_and_must_not_exceed_one_in_a_million():
    def risks(probability, **changes):
        found = item(CONFIRMED=1, **changes)
        return found | {"tally": found["tally"] | {"false_alarm": probability}}

    finding = {"finding": {"verdict": "REFUTED"}}
    entries = [risks(6e-7), risks(3e-7), risks(1.0, role=Role.MUTANT), risks(1.0, statement=finding | {"id": "b"})]
    assert ledger.false_alarm(built(*entries)) == pytest.approx(9e-7)
    assert not [reason for reason in ledger.failures(built(*entries), {}) if "false alarm" in reason]
    entries.append(risks(2e-7, role=Role.CORRECTED, statement=finding | {"id": "b"}))
    assert "false alarm" in ledger.failures(built(*entries), {})[-1]


def test_of_the_confirmed_cases_the_nearest_to_refutation_is_kept():
    tally = Tally(Role.STATEMENT, refutation_expected=False)
    for margin in (0.5, 0.1, 0.3):
        tally.add(certified(True, f"spare {margin}", margin))
    far = item(CONFIRMED=1) | {"tally": asdict(tally) | {"margin": 0.7, "confirmation": "far"}}
    near = item(CONFIRMED=3) | {"tally": asdict(tally)}
    (entry,) = built(far, near)["statements"]
    assert (entry["margin"], entry["confirmation"]) == (0.1, "spare 0.1")


def test_one_refuted_instance_refutes():
    assert status(item(CONFIRMED=9, REFUTED=1)) == ("REFUTED", "instances: 10")


def test_confirmed_instances_confirm_with_their_number():
    assert status(item(CONFIRMED=9), item(CONFIRMED=2)) == ("CONFIRMED", "instances: 11")


def test_a_proof_of_the_quantifier_gives_scope_all():
    assert status(item(CONFIRMED=9), item(CONFIRMED=1, covers_all=True)) == ("CONFIRMED", "all")


def test_an_unnamed_inconclusive_instance_leaves_the_statement_open():
    assert status(item(CONFIRMED=9, INCONCLUSIVE=1))[0] == "INCONCLUSIVE"


def test_as_many_inconclusive_instances_as_are_named_are_tolerated():
    assert status(item(CONFIRMED=9, INCONCLUSIVE=1, statement={"inconclusive": 1}))[0] == "CONFIRMED"


def test_only_vacuous_instances_are_vacuous():
    assert status(item(VACUOUS=3))[0] == "VACUOUS"


def test_vacuous_instances_do_not_confirm():
    assert status(item(VACUOUS=3, CONFIRMED=1)) == ("CONFIRMED", "instances: 1")


def test_a_failed_or_skipped_check_confirms_nothing():
    for outcome in ("failed", "skipped"):
        assert status(item(CONFIRMED=9), item(outcome=outcome))[0] == "INCONCLUSIVE"


def test_evidence_for_mutants_is_no_evidence_for_the_statement():
    assert status(item(Role.MUTANT, CONFIRMED=5))[0] == "INCONCLUSIVE"


def test_a_good_run_does_not_fail():
    assert ledger.failures(built(item(CONFIRMED=1), KILLED), {}) == []


def test_a_surviving_mutant_fails_a_run():
    reasons = ledger.failures(built(item(CONFIRMED=1), item(Role.MUTANT, name="wrong", CONFIRMED=5)), {})
    assert reasons == ["test:a: the mutant 'wrong' survives"]


def test_a_mutant_whose_check_ends_in_an_error_is_told_as_that_and_not_as_one_that_survives():
    for role, who in ((Role.MUTANT, "the mutant 'wrong'"), (Role.COUNTEREXAMPLE, "the counterexample to 'wrong'")):
        crashed = item(role, name="wrong", outcome="failed")
        crashed["tally"]["error"] = "ZeroDivisionError: division by zero"
        reasons = ledger.failures(built(item(CONFIRMED=1), KILLED, crashed), {})
        assert reasons == [f"test:a: {who} was not decided: its check ended with ZeroDivisionError: division by zero"]


def test_a_statement_whose_check_ends_in_an_error_says_so():
    crashed = item(outcome="failed")
    crashed["tally"]["error"] = "KeyError: 'x'"
    assert built(item(CONFIRMED=1), crashed)["statements"][0]["undecided"] == "KeyError: 'x'"


def test_a_statement_without_mutants_fails_a_run():
    assert "no mutant" in ledger.failures(built(item(CONFIRMED=1)), {})[0]


def test_a_refuted_statement_fails_a_run_unless_it_is_a_finding():
    finding = {"finding": {"verdict": "REFUTED", "severity": "", "sentence": "", "corrected": ""}}
    assert ledger.failures(built(item(REFUTED=1), KILLED), {})
    assert not ledger.failures(built(item(REFUTED=1, statement=finding), item(Role.CORRECTED, CONFIRMED=1)), {})


def test_a_finding_that_is_not_found_fails_a_run():
    finding = {"finding": {"verdict": "REFUTED", "severity": "", "sentence": "", "corrected": ""}}
    reasons = ledger.failures(built(item(CONFIRMED=1, statement=finding), KILLED), {})
    assert "the recorded finding is REFUTED" in reasons[0]


def test_a_corrected_form_that_is_not_confirmed_fails_a_run():
    finding = {"finding": {"verdict": "REFUTED", "severity": "", "sentence": "", "corrected": ""}}
    items = item(REFUTED=1, statement=finding), item(Role.CORRECTED, CONFIRMED=1, INCONCLUSIVE=1)
    assert "corrected form" in ledger.failures(built(*items), {})[0]


@pytest.mark.parametrize("verdict", ["INCONCLUSIVE", "VACUOUS"])
def test_a_statement_that_was_decided_and_no_longer_is_fails_a_run(verdict):
    baseline = {"test:a": {"verdict": "CONFIRMED", "revision": 1}}
    assert "baseline" in ledger.failures(built(item(**{verdict: 1}), KILLED), baseline)[0]


def test_a_reworded_statement_is_not_held_to_its_old_verdict():
    baseline = {"test:a": {"verdict": "CONFIRMED", "revision": 0}}
    assert ledger.failures(built(item(INCONCLUSIVE=1), KILLED), baseline) == []


def test_a_statement_missing_from_a_whole_run_fails_it():
    assert ledger.failures(built(), {}, ["test:gone"]) == ["test:gone is in the baseline and was not run"]


def test_necessity_follows_from_counterexamples():
    hypotheses = {"hypotheses": {"distinct": "they differ", "other": "something"}}
    entry = built(item(CONFIRMED=1, statement=hypotheses), item(Role.COUNTEREXAMPLE, name="distinct", REFUTED=1))
    necessity = entry["statements"][0]["necessity"]
    assert necessity["distinct"].startswith("fails without it")
    assert necessity["other"] == "necessity not known"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"judges": ["another.judge"]}, "necessity not known"),
        ({"on_a_case": False}, "necessity not known"),
        ({"verdicts": {"CONFIRMED": 1}}, "not needed on the case that was tried"),
    ],
    ids=["another judge", "a hypothesis not evaluated", "the formula survives"],
)
def test_a_hypothesis_is_necessary_only_by_a_case_that_the_statements_own_judge_refutes(change, says):
    dropped = item(Role.COUNTEREXAMPLE, name="distinct", REFUTED=1)
    dropped["tally"] |= change
    entry = built(item(CONFIRMED=1, statement={"hypotheses": {"distinct": "they differ"}}), dropped)["statements"][0]
    assert entry["necessity"] == {"distinct": says}


def test_what_is_cited_has_an_entry_and_stands_beside_the_scope_of_what_rests_on_it():
    cited = STATEMENT | {"id": "test:cited", "cited": True}
    proved = item(CONFIRMED=1, covers_all=True) | {"cites": [cited]}
    found = built(proved, KILLED | {"cites": [cited]})
    mine, theirs = found["statements"]
    assert (mine["verdict"], mine["scope"], mine["rests_on"]) == ("CONFIRMED", "all", ["test:cited"])
    assert theirs["verdict"] == ledger.CITED
    assert ledger.failures(found, {}) == []
    assert "all, given what is cited" in ledger.table(found)[2]


def written(tmp_path, *items, change=lambda found: found):
    path = tmp_path / "ledger.json"
    path.write_text(json_text(change(built(*items))))
    return ledger.read(path)


def other(name):
    return item(CONFIRMED=1, statement={"id": name})


def test_the_entries_of_a_written_ledger_are_verified(tmp_path):
    found = written(tmp_path, other("test:a"), other("test:b"))
    assert ledger.entry(found, "test:b")["verdict"] == "CONFIRMED"
    assert [entry["id"] for entry in ledger.verified(found)] == ["test:a", "test:b"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("title", None), ("mutants", [1]), ("finding", {}), ("margin", "1"), ("made", {}), ("evidence", "c")],
)
def test_an_entry_of_another_shape_is_refused_with_its_file_even_if_its_digest_is_right(tmp_path, key, value):
    def changed(found):
        entry = found["statements"][0] | {key: value}
        return found | {"statements": [entry], "index": {entry["id"]: digest(entry)}}

    with pytest.raises(ValueError, match=rf"ledger\.json is not a whole ledger: .*'test:a' has no '{key}'"):
        written(tmp_path, other("test:a"), change=changed)


@pytest.mark.parametrize("entries", [[None], [{}], [{"id": []}]])
def test_an_entry_without_an_id_is_refused(tmp_path, entries):
    with pytest.raises(ValueError, match=r"ledger\.json is not a ledger of this version"):
        written(tmp_path, change=lambda found: found | {"statements": entries})


def test_an_entry_that_was_edited_is_named(tmp_path):
    def edited(found):
        found["statements"][1]["seconds"] += 1
        return found

    found = written(tmp_path, other("test:a"), other("test:b"), change=edited)
    assert ledger.entry(found, "test:a")
    with pytest.raises(ValueError, match="'test:b' was changed"):
        ledger.entry(found, "test:b")
    with pytest.raises(ValueError, match="'test:b' was changed"):
        ledger.verified(found)


def test_an_entry_that_was_deleted_is_named(tmp_path):
    found = written(
        tmp_path, other("test:a"), other("test:b"), change=lambda found: found | {"statements": found["statements"][:1]}
    )
    with pytest.raises(ValueError, match="no entry 'test:b'"):
        ledger.verified(found)


def test_an_entry_that_was_added_by_hand_is_named(tmp_path):
    def added(found):
        return found | {"statements": [*found["statements"], found["statements"][0] | {"id": "test:c"}]}

    with pytest.raises(ValueError, match="'test:c' was changed"):
        ledger.verified(written(tmp_path, other("test:a"), change=added))


def test_every_entry_says_what_made_it():
    (entry,) = ledger.build([item(CONFIRMED=1)], {"profile": "default", "seed": 7})["statements"]
    assert (entry["made"]["profile"], entry["made"]["seed"]) == ("default", 7)
    assert entry["made"]["versions"]["numpy"]


def test_a_run_of_some_checks_replaces_their_entries_and_keeps_the_others():
    before = built(other("test:a"), other("test:b"))
    now = built(item(REFUTED=1, statement={"id": "test:b"}), other("test:c"))
    found, partly = ledger.merged(before, now)
    assert {entry["id"]: entry["verdict"] for entry in ledger.verified(found)} == {
        "test:a": "CONFIRMED", "test:b": "REFUTED", "test:c": "CONFIRMED",
    }  # fmt: skip
    assert partly == []


def test_a_statement_that_ran_only_in_part_keeps_its_entry():
    found, partly = ledger.merged(built(item(CONFIRMED=1), KILLED), built(item(CONFIRMED=1)))
    assert partly == ["test:a"]
    assert ledger.entry(found, "test:a")["mutants"]
    reworded = built(item(CONFIRMED=1, statement={"revision": 2}))
    assert ledger.merged(built(item(CONFIRMED=1), KILLED), reworded)[1] == []
