"""The ledger: the status of every statement, derived from the tallies of its check items, as JSON and as a table.

Every entry says what made it (profile, seed, versions). The index holds a digest of every entry, so that an entry that
is missing or was edited is noticed by whoever uses it.
"""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType
from typing import Any

from ntk_companion.evidence import DECIDED, Role, Verdict
from ntk_companion.files import aligned, digest
from ntk_companion.results import versions
from ntk_companion.schema import fits, misfit
from numerics import RUN_FALSE_ALARM

SCHEMA = "ntk-companion ledger 4"
CITED = "CITED"
"""What stands in the place of a verdict for a statement that is taken from the literature."""
NUMBER = int | float
ENTRY = {
    "id": str, "revision": int, "title": str, "source": str, "number": str, "formula": str, "hypotheses": {str: str},
    "uses": [str], "qualification": str, "inconclusive": int, "cited": bool,
    "rests_on": [str], "verdict": str, "scope": str, "evidence": [str],
    "finding": (NoneType, {"severity": str, "sentence": str, "corrected": str, "verdict": str}),
    "instances": {str: int}, "margin": NUMBER | None, "corrected_confirmed": [bool], "necessity": {str: str},
    "mutants": [{"name": str, "role": str, "killed": bool, "by": str, "test?": str, "case?": str, "error?": str}],
    "refutation": str, "confirmation": str,
    "undecided": str, "false_alarm": NUMBER, "seconds": NUMBER, "items": int, "tests": [str], "case?": str,
    "lacking?": str,
    "theorems": [{
        "name": str, "statement": str, "file": str, "line": int, "axioms": [str], "definitions": [str],
        "mutants": [str], "witness": str, "less": str, "proves": str,
    }],
    "made": {"profile": str, "seed": int | None, "versions": {str: str}},
}  # fmt: skip
"""What an entry holds: see `ntk_companion.schema`."""

Record = dict[str, Any]


class Ledger(dict[str, Any]):
    """A ledger, plain JSON values; a notebook shows it as its table, if no entry is missing or was edited."""

    def _repr_html_(self) -> str:
        from numerics.numbers.latex import html_table

        return html_table("Ledger", HEADINGS, map(_row, verified(self)))


class Entry(dict[str, Any]):
    """An entry of a ledger, plain JSON values; a notebook shows its line of the table and the qualification."""

    def _repr_html_(self) -> str:
        from numerics.numbers.latex import html_table

        return html_table(f"{self['id']}: {self['title']}. {self['qualification']}", HEADINGS, [_row(self)])


def build(items: Iterable[Record], settings: Mapping[str, Any]) -> Record:
    """The ledger of a run from its check items.

    An item holds the statement's record, role, name, outcome ("passed", "failed" or "skipped"), seconds, the tally as a
    dict, and "cites", the records of the cited statements that it rests on; "test", if there, is the node id by which
    pytest runs it.
    """
    by_statement: dict[str, list[Record]] = {}
    for item in items:
        by_statement.setdefault(item["statement"]["id"], []).append(item)
    made = dict(settings) | {"versions": versions()}
    cited = {record["id"]: record for group in by_statement.values() for item in group for record in item["cites"]}
    entries = [_entry(group) for group in by_statement.values()] + [
        _entry_of_cited(record) for record in cited.values()
    ]
    return _of([entry | {"made": made} for entry in entries])


def _of(entries: list[Record]) -> Ledger:
    index = {entry["id"]: digest(entry) for entry in entries}
    return Ledger(schema=SCHEMA, index=index, statements=entries)


def merged(before: Record, now: Record) -> tuple[Record, list[str]]:
    """A ledger with the entries of a run of some of the checks put in, and the ids that it ran only in part.

    An entry stays as it was if this run had fewer check items of the statement, in the same revision, than made it.
    """
    found = {entry["id"]: entry for entry in before["statements"]}
    partly = []
    for entry in now["statements"]:
        known = found.get(entry["id"])
        if known and known["revision"] == entry["revision"] and known["items"] > entry["items"]:
            partly.append(entry["id"])
        else:
            found[entry["id"]] = entry
    return _of(list(found.values())), partly


def read(path: Path) -> Ledger:
    """The ledger of a file. Raises ValueError if it is not one of this version, OSError if it cannot be read."""
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        reason = "there is no such ledger: pytest writes one when it runs the checks"
        raise FileNotFoundError(error.errno, reason, str(path)) from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a ledger: {error}") from None
    whole = fits(ledger, {"schema": str, "index": {str: str}, "statements": [{"id": str}]})
    if not whole or ledger["schema"] != SCHEMA:
        raise ValueError(f"{path} is not a ledger of this version: run 'pytest checks/' to write one")
    for one in ledger["statements"]:
        if (key := misfit(one, ENTRY)) is not None:
            fault = f"its entry {one['id'][:60]!r} has no {key!r} as one of this version has"
            raise ValueError(f"{path} is not a whole ledger: {fault}; run 'pytest checks/' to write one")
    return Ledger(ledger)


def entry(ledger: Record, name: str) -> Entry:
    """The entry of a statement, verified. Raises ValueError, naming it, if it is missing or was edited."""
    found = [one for one in ledger["statements"] if one.get("id") == name]
    if len(found) != 1:
        raise ValueError(f"the ledger has no entry {name!r}: run 'pytest checks/' to write it")
    if digest(found[0]) != ledger["index"].get(name):
        raise ValueError(f"the ledger's entry {name!r} was changed after it was written: run 'pytest checks/' again")
    return Entry(found[0])


def verified(ledger: Record) -> list[Record]:
    """All entries of a ledger. Raises ValueError, naming it, if one that the index lists is missing or was edited."""
    names = dict.fromkeys([*ledger["index"], *(one.get("id") for one in ledger["statements"])])
    return [entry(ledger, name) for name in names]


def decided(ledger: Record) -> dict[str, Record]:
    """The entries that are confirmed or refuted, by id, verified: what a baseline holds later runs to."""
    return {entry["id"]: entry for entry in verified(ledger) if entry["verdict"] in DECIDED}


def _entry(items: list[Record]) -> Record:
    own = [item for item in items if item["role"] == Role.STATEMENT]
    attacks = [item for item in items if item["role"] in (Role.MUTANT, Role.COUNTEREXAMPLE)]
    statement = items[0]["statement"]
    margins = [item["tally"]["margin"] for item in own if item["tally"]["margin"] is not None]
    verdict, scope = derive(statement, own)
    theorems = [theorem for item in items for theorem in item["tally"]["theorems"]]
    counterexamples = {item["name"]: item for item in attacks if item["role"] == Role.COUNTEREXAMPLE}
    judges = {judge for item in own for judge in item["tally"]["judges"]}
    lacking = next((item["tally"]["lacking"] for item in items if item["tally"].get("lacking")), "")
    return statement | ({"lacking": lacking} if lacking else {}) | {
        "qualification": qualified(statement["qualification"], [theorem["less"] for theorem in theorems]),
        "rests_on": [record["id"] for record in items[0]["cites"]],
        "verdict": str(verdict),
        "scope": scope,
        "evidence": sorted({kind for item in own for kind in item["tally"]["kinds"]}),
        "instances": counts(own),
        "margin": min(margins, default=None),
        "mutants": [
            {
                "name": item["name"], "role": item["role"], "killed": killed(item), "by": item["tally"]["refutation"],
                "test": item.get("test", ""), "case": item["tally"].get("case", ""), "error": error_of(item),
            }
            for item in attacks
        ],
        "corrected_confirmed": [confirmed(item) for item in items if item["role"] == Role.CORRECTED],
        "necessity": {
            name: _necessity(counterexamples.get(name), judges) for name in statement["hypotheses"]
        },
        "refutation": next((item["tally"]["refutation"] for item in own if item["tally"]["refutation"]), ""),
        "case": next((item["tally"].get("case", "") for item in own if item["tally"]["refutation"]), ""),
        "confirmation": _nearest(own)["tally"]["confirmation"] if own else "",
        "undecided": next(filter(None, (error_of(item) or item["tally"]["inconclusive"] for item in own)), ""),
        "false_alarm": sum(item["tally"]["false_alarm"] for item in items if _true_if_it_holds(item)),
        "seconds": round(sum(item["seconds"] for item in items), 2),
        "items": len(items),
        "theorems": theorems,
        "tests": sorted({_function(item["test"]) for item in items if "test" in item}),
    }  # fmt: skip


def qualified(qualification: str, less: Iterable[str]) -> str:
    """The qualification of a statement, and in what its theorems say less than its formula."""
    return " ".join([qualification, *dict.fromkeys(sentence for sentence in less if sentence)])


def _nearest(items: list[Record]) -> Record:
    """The item whose nearest case was nearest to refutation; the first of those that have a confirmed case."""
    return min(
        items,
        key=lambda item: (
            not item["tally"]["confirmation"],
            math.inf if item["tally"]["margin"] is None else item["tally"]["margin"],
        ),
    )


def _true_if_it_holds(item: Record) -> bool:
    """Would it be a false alarm to refute what this item claims? A mutant, and what is known to be wrong, are false."""
    true_statement = item["role"] == Role.STATEMENT and not item["statement"]["finding"]
    return true_statement or item["role"] == Role.CORRECTED


def _function(test: str) -> str:
    """The node id of a test without its parameters."""
    file, separator, name = test.partition("::")
    return file + separator + name.partition("[")[0]


def _entry_of_cited(statement: Record) -> Record:
    """The entry of a statement of the literature: nothing here decides it."""
    nothing: Record = {
        "rests_on": [], "verdict": CITED, "scope": "cited", "evidence": [], "instances": {}, "margin": None,
        "mutants": [], "corrected_confirmed": [], "necessity": dict.fromkeys(statement["hypotheses"], UNKNOWN),
        "refutation": "", "confirmation": "", "undecided": "", "false_alarm": 0.0, "seconds": 0.0, "items": 0,
        "tests": [], "theorems": [],
    }  # fmt: skip
    return statement | nothing


UNKNOWN = "necessity not known"


def _necessity(item: Record | None, judges: set[str]) -> str:
    """What the counterexample to a hypothesis shows: nothing unless the statement's own judge refuted it on a case."""
    if item is None or not item["tally"]["on_a_case"] or not judges.intersection(item["tally"]["judges"]):
        return UNKNOWN
    if not killed(item):
        return "not needed on the case that was tried"
    return f"fails without it ({', '.join(item['tally']['kinds'])}): {item['tally']['refutation']}"


def derive(statement: Record, own: list[Record]) -> tuple[Verdict, str]:
    """Verdict and scope of a statement from its own items (not the mutants').

    One REFUTED refutes. Else CONFIRMED needs every item to have ended, and a proof that covers the quantifier, which
    leaves no case open; or a confirmed instance and no more INCONCLUSIVE than the statement names.
    """
    tallied = counts(own)
    decided = tallied.get(Verdict.CONFIRMED, 0) + tallied.get(Verdict.REFUTED, 0)
    scope = f"instances: {decided}"
    if tallied.get(Verdict.REFUTED, 0):
        return Verdict.REFUTED, scope
    if any(item["outcome"] != "passed" for item in own):
        return Verdict.INCONCLUSIVE, scope
    if any(item["tally"]["covers_all"] for item in own):
        return Verdict.CONFIRMED, "all"
    if tallied.get(Verdict.INCONCLUSIVE, 0) > statement["inconclusive"]:
        return Verdict.INCONCLUSIVE, scope
    if tallied.get(Verdict.CONFIRMED, 0):
        return Verdict.CONFIRMED, scope
    return (Verdict.VACUOUS if tallied.get(Verdict.VACUOUS, 0) else Verdict.INCONCLUSIVE), scope


def findings(entries: Iterable[dict[str, Any]], about: str = "") -> list[dict[str, Any]]:
    """The refuted entries whose finding is on record, of sources that name `about`: what report and README count."""
    return [one for one in entries if one["finding"] and one["verdict"] == Verdict.REFUTED and about in one["source"]]


def counts(items: Iterable[Record]) -> dict[str, int]:
    """How many cases had each verdict."""
    total: dict[str, int] = {}
    for item in items:
        for verdict, number in item["tally"]["verdicts"].items():
            total[str(verdict)] = total.get(str(verdict), 0) + number
    return total


def killed(item: Record) -> bool:
    """Was the mutant or the weakened statement of this item refuted?"""
    return bool(item["tally"]["verdicts"].get(Verdict.REFUTED, 0))


def error_of(item: Record) -> str:
    """What ended an item that decided nothing; empty if it was decided, or if nothing but a verdict ended it."""
    return "" if killed(item) or item["outcome"] == "passed" else str(item["tally"].get("error", ""))


def survival(mutant: Mapping[str, Any]) -> str:
    """What is said of a mutant or a counterexample that refuted nothing: that it survives, or what ended its check."""
    is_mutant = mutant["role"] == Role.MUTANT
    who = f"the {'mutant' if is_mutant else 'counterexample to'} {mutant['name']!r}"
    if mutant.get("error"):
        return f"{who} was not decided: its check ended with {mutant['error']}"
    return f"{who} {'survives' if is_mutant else 'refutes nothing'}"


def is_formal(mutant: Mapping[str, Any]) -> bool:
    """Is a mutant of an entry a theorem with a change in it, which reads as Coq and not as a sentence?"""
    return " proves the negation of " in mutant["by"]


def killed_of(entry: Record) -> str:
    """How many of the mutants of an entry were refuted, of how many."""
    return f"{sum(bool(mutant['killed']) for mutant in entry['mutants'])}/{len(entry['mutants'])}"


def confirmed(item: Record) -> bool:
    """Was the corrected form of this item confirmed, and nothing of it refuted or undecided?"""
    verdicts = item["tally"]["verdicts"]
    return item["outcome"] == "passed" and bool(verdicts) and set(map(str, verdicts)) == {str(Verdict.CONFIRMED)}


def failures(ledger: Record, baseline: Mapping[str, Record], expected: Iterable[str] = ()) -> list[str]:
    """Why this run fails, a sentence each; empty if it does not.

    `baseline` maps ids to the recorded verdicts; `expected` are the ids that this run should have decided.
    """
    found = {entry["id"]: entry for entry in ledger["statements"]}
    reasons = []
    for entry in found.values():
        reasons += _reasons(entry)
        recorded = None if entry.get("lacking") else baseline.get(entry["id"])
        if recorded and recorded["revision"] == entry["revision"] and entry["verdict"] not in DECIDED:
            reasons.append(f"{entry['id']} was {recorded['verdict']} in the baseline and is {entry['verdict']} now")
    reasons += [f"{name} is in the baseline and was not run" for name in expected if name not in found]
    if (spent := false_alarm(ledger)) > RUN_FALSE_ALARM * (1 + 1e-9):
        reasons.append(f"this run raises a false alarm with probability up to {spent:.2g}, more than 1e-6")
    return reasons


def false_alarm(ledger: Record) -> float:
    """The probability that sampling refutes something true in this run: at most this."""
    return math.fsum(entry["false_alarm"] for entry in ledger["statements"])


def _reasons(entry: Record) -> list[str]:
    if entry["cited"]:
        return []
    name, verdict, finding = entry["id"], entry["verdict"], entry["finding"]
    reasons = []
    if not finding and verdict == Verdict.REFUTED:
        reasons.append(f"{name} is refuted: {entry['refutation']}")
    if entry.get("lacking"):  # the rest of it was not all run
        return reasons
    if finding and verdict != finding["verdict"]:
        reasons.append(f"{name}: the recorded finding is {finding['verdict']}, this run says {verdict}")
    survivors = [mutant for mutant in entry["mutants"] if not mutant["killed"]]
    reasons += [f"{name}: {survival(mutant)}" for mutant in survivors]
    if not all(entry["corrected_confirmed"]):
        reasons.append(f"{name}: its corrected form is not confirmed")
    if not entry["mutants"] and not entry["corrected_confirmed"]:
        reasons.append(f"{name} has no mutant: nothing shows that its check can fail")
    return reasons


def skipped(ledger: Record) -> list[str]:
    """A line for each package that some statements need and that was not installed."""
    names: dict[str, list[str]] = {}
    for entry in ledger["statements"]:
        if entry.get("lacking"):
            names.setdefault(entry["lacking"], []).append(entry["id"])
    return [f"SKIPPED, and so not decided: {', '.join(several)}: {lacking}" for lacking, several in names.items()]


HEADINGS = ("statement", "verdict", "scope", "evidence", "instances", "margin", "mutants", "seconds")


def table(ledger: Record) -> list[str]:
    """The ledger as lines of text, a line a statement."""
    lines = aligned([HEADINGS, *map(_row, ledger["statements"])], str.ljust)
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _row(entry: Record) -> tuple[str, ...]:
    verdict = entry["verdict"] + (" (skipped)" if entry.get("lacking") else " (finding)" if entry["finding"] else "")
    return (
        entry["id"],
        verdict,
        entry["scope"] + (", given what is cited" if entry["rests_on"] else ""),
        ", ".join(entry["evidence"]),
        str(sum(entry["instances"].values())),
        "" if entry["margin"] is None else f"{entry['margin']:.2e}",
        killed_of(entry),
        f"{entry['seconds']:.1f}",
    )
