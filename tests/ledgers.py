"""Ledgers made up for tests: entries as a run of checks would write them."""

from ntk_companion import ledger

MADE = {"profile": "default", "seed": None}
PLAIN = {
    "id": "mine:lemma-1", "revision": 1, "title": "a lemma", "source": "my paper", "number": "Lemma 1",
    "formula": r"x \ge 0", "hypotheses": {}, "uses": [], "qualification": "Proved on the cases tried.",
    "finding": None, "inconclusive": 0, "cited": False,
}  # fmt: skip
FINDING = {
    "severity": "typo that the context repairs", "sentence": "The sign is lost.", "corrected": "x = -y",
    "verdict": "REFUTED",
}  # fmt: skip


def items(verdict="CONFIRMED", cases=2, covers_all=False, killed=True, hypotheses=(), **record):
    """The check items of a statement: itself, its hypotheses' counterexamples, a mutant."""
    statement = PLAIN | {"hypotheses": {name: f"{name} holds" for name in hypotheses}} | record
    yield _item(statement, "statement", "", {verdict: cases}, covers_all)
    for name in hypotheses:
        yield _item(statement, "counterexample", name, {"REFUTED": 1})
    yield _item(statement, "mutant", "x < 0", {"REFUTED": 1} if killed else {"CONFIRMED": 1})
    if statement["finding"]:
        yield _item(statement, "corrected", "corrected", {"CONFIRMED": 1})


def _item(statement, role, name, verdicts, covers_all=False):
    refuted = f"at x = -1 for {name or 'the claim'}" if "REFUTED" in verdicts else ""
    tally = {
        "verdicts": verdicts, "kinds": ["certified"], "margin": 0.25, "covers_all": covers_all, "refutation": refuted,
        "inconclusive": "too few digits" if "INCONCLUSIVE" in verdicts else "",
        "confirmation": "at x = 1" if "CONFIRMED" in verdicts else "", "false_alarm": 0.0, "judges": ["mine.judge"],
        "theorems": [], "on_a_case": role == "counterexample",
    }  # fmt: skip
    return {
        "statement": statement, "role": role, "name": name, "tally": tally, "outcome": "passed", "seconds": 1.0,
        "test": f"mine/test_mine.py::test_lemma[{role}]", "cites": [],
    }  # fmt: skip


def built(*statements):
    """The ledger of some statements' items."""
    return ledger.build([item for one in statements for item in one], MADE)


def entries(*statements):
    """The entries of that ledger."""
    return built(*statements)["statements"]
