"""What a statement rests on, derived from a ledger: proved, or all cases given what is not."""

from __future__ import annotations

import re

import pytest

from ntk_companion.report.facts import Contents
from ntk_companion.report.mathematics import Formulas
from ntk_companion.report.page import page
from ntk_companion.standing import standings
from tests.ledgers import FINDING, entries, items

THEOREM = {
    "name": "mine.lemma", "statement": "True", "file": "mine.v", "line": 1, "axioms": [], "definitions": [],
    "mutants": [], "witness": "", "less": "",
}  # fmt: skip


def covering(name, *uses):
    return list(items(id=name, uses=list(uses), covers_all=True))


def found(*statements, **changes):
    """The entries of a ledger, those that are named with these changes."""
    return [entry | changes.get(entry["id"], {}) for entry in entries(*statements)]


def proved(*statements, **changes):
    return {name for name, one in standings(found(*statements, **changes)).items() if one.proved}


def theorem(proves):
    return {"theorems": [THEOREM | {"proves": proves}]}


CITED = {"verdict": "CITED", "scope": "cited"}


def test_a_proof_of_all_cases_that_uses_nothing_is_proved():
    assert proved(covering("a"), items(id="b")) == {"a"}


def test_a_proof_stands_if_all_that_it_uses_is_proved_or_cited():
    assert proved(covering("a", "b", "c"), covering("b"), items(id="c"), c=CITED) == {"a", "b"}


def test_one_statement_decided_on_instances_far_below_keeps_all_above_from_being_proved():
    chain = (covering("a", "b"), covering("b", "c", "d"), list(items(id="c")), covering("d"))
    assert proved(*chain) == {"d"}
    derived = standings(found(*chain))
    assert (derived["b"].given, derived["a"].given) == (("c",), ("b",))
    assert derived["a"].words == "all cases, given b" and derived["c"].words == ""


def test_what_the_ledger_does_not_hold_is_not_proved():
    assert proved(covering("a", "missing")) == set()


def test_statements_that_use_each_other_in_a_circle_are_not_proved():
    assert proved(covering("a", "b"), covering("b", "a")) == set()


@pytest.mark.parametrize("verdict", ["INCONCLUSIVE", "VACUOUS", "REFUTED"])
def test_a_statement_that_is_not_confirmed_is_not_proved(verdict):
    assert proved(covering("a"), a={"verdict": verdict}) == set()


def test_a_theorem_in_coq_stands_by_itself_and_one_of_a_part_does_not():
    statements = (covering("a", "b"), list(items(id="b")))
    assert proved(*statements, a=theorem("statement")) == {"a"}
    assert proved(*statements, a=theorem("part")) == set()


@pytest.mark.parametrize(("proves", "stands"), [("corrected form", {"a"}), ("negation", set())])
def test_of_a_finding_the_corrected_form_is_used_and_must_be_proved(proves, stands):
    finding = items("REFUTED", id="b", finding=FINDING)
    assert proved(covering("a", "b"), finding, b=theorem(proves)) == stands


def test_the_graph_and_the_statement_of_the_page_show_what_is_proved_and_given_what():
    ledger = found(covering("a"), covering("b", "a"), covering("c", "d"), items(id="d"))
    text = page(Contents(ledger, (), None), Formulas())
    boxes = {
        name: re.sub(r"<[^>]*>", "", verdict).strip()
        for name, verdict in re.findall(r'<text y="-2">(\w)</text>\s*<text class="verdict"[^>]*>(.*?)</text>', text)
    }
    assert boxes == {"a": "∎ PROVED, all", "b": "∎ PROVED, all", "c": "✓ CONFIRMED, all", "d": "✓ CONFIRMED, 2 cases"}
    assert text.count("<dt>Standing</dt><dd>proved</dd>") == 2
    assert '<dt>Standing</dt><dd>all cases, given <a href="#statement-d">d</a></dd>' in text
