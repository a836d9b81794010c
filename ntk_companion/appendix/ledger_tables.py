"""The tables that stand on the ledger: statements, hypotheses, mutants, findings, and the audit of claims."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from ntk_companion.appendix.material import Material, Record, made_of_entries, status, versions_text
from ntk_companion.appendix.table import Cells, Column, Table
from ntk_companion.evidence import Role
from ntk_companion.ledger import is_formal, killed_of
from ntk_companion.statement import Severity
from ntk_companion.status import LITERATURE, counted, subject_of, titled

SUITE = "this suite"
_ARXIV = re.compile(r"\d{4}\.\d{4,5}")


def group(record: Record) -> str:
    """Which table of statements a statement belongs to: the number of its paper, this suite, or its source."""
    found = _ARXIV.search(str(record.get("source")))
    return found[0] if found else str(record.get("source"))


def statements(material: Material, source: str) -> Table:
    """Every statement of a source with its formula, its verdict with scope, evidence, mutants and qualification."""
    entries = material.entries(lambda record: group(record) == source)
    of = "this suite's own statements" if source == SUITE else f"the statements of {_named(source)}"
    rows = [
        (one["number"], one["title"], one["id"], one["formula"], status(one), ", ".join(one["evidence"]),
         mutants_killed(one) if one["mutants"] or one["corrected_confirmed"] else "", one["qualification"])
        for one in entries
    ]  # fmt: skip
    headings = ("number", "statement", "id", "formula", "verdict", "evidence", "mutants", "qualification")
    kinds = {"formula": Cells.MATH, "id": Cells.CODE}
    return Table(
        f"statements_{slug(source)}",
        f"Statements: {of}",
        "The verdict holds for the scope beside it: all only where a proof covers the quantifier, else the cases that"
        " were decided. A refuted statement marked finding is a recorded error in print. Mutants: wrong statements that"
        " the same check refuted, of those tried. A verdict says no more than its qualification.",
        tuple(Column(name, name, kinds.get(name, Cells.TEXT)) for name in headings),
        tuple(rows),
        tuple(one["id"] for one in entries),
        material.command,
        made_of_entries(entries),
        as_records=True,
    )


def verdicts(material: Material) -> Table:
    """How many statements of each source have each verdict."""
    return _counted(
        material, "verdicts", "source", "Verdicts by source", group, lambda sources: sorted(sources, key=_place), _named
    )


def subjects(material: Material) -> Table:
    """How many statements of each subject have each verdict: what the short form of the appendix begins with."""
    titles = titled(material.suite.titles() if material.suite else {})
    found = _counted(
        material, "subjects", "subject", "Verdicts", subject_of,
        lambda names: sorted(names, key=lambda name: name == LITERATURE), lambda name: titles.get(name, name),
    )  # fmt: skip
    return replace(found, short_rows=found.rows)


def _counted(
    material: Material, name: str, what: str, title: str, kind: Callable[[Record], str],
    ordered: Callable[[Iterable[str]], list[str]], named: Callable[[str], str],
) -> Table:  # fmt: skip
    """How many statements of each kind have each verdict."""
    entries = material.entries(lambda record: True)
    used = [(state, found) for state, found in counted(entries) if found]
    rows = [
        (named(one), *(str(sum(kind(entry) == one for entry in found) or "") for _, found in used))
        for one in ordered(dict.fromkeys(map(kind, entries)))
    ]
    columns = [Column(what, what), *(Column(state.name, state.label, Cells.NUMBER) for state, _ in used)]
    caption = f"Statements by {what}. A proof covers the scope all; of instances only those decided are covered."
    names = tuple(one["id"] for one in entries)
    return Table(name, title, caption, tuple(columns), tuple(rows), names, material.command, made_of_entries(entries))


def _place(source: str) -> tuple[bool, bool, str]:
    """Papers first, by number; this suite's own last."""
    return source == SUITE, not _ARXIV.fullmatch(source), source


def _named(source: str) -> str:
    return f"arXiv {source}" if _ARXIV.fullmatch(source) else source


def slug(text: str) -> str:
    """A text as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def mutants_killed(entry: Record) -> str:
    """How many mutants were refuted, of how many; of a finding without mutants, that its corrected form passes."""
    if not entry["mutants"] and entry["corrected_confirmed"]:
        return "corrected passes" if all(entry["corrected_confirmed"]) else "corrected FAILS"
    return killed_of(entry)


def qualifications(material: Material) -> Table:
    """What the evidence of each verdict does and does not show."""
    entries = material.entries(lambda record: True)
    rows = [(one["id"], one["verdict"], one["scope"], one["qualification"]) for one in entries]
    return _of_entries(
        material,
        name="qualifications",
        title="What each verdict does and does not show",
        caption="A verdict says no more than its qualification.",
        columns=("id", "verdict", "scope", "qualification"),
        rows=rows,
        entries=entries,
        in_long=False,
    )


def hypotheses(material: Material) -> Table:
    """Every hypothesis, and what happens without it."""
    entries = material.entries(lambda record: bool(record["hypotheses"]))
    rows = [
        (one["id"], name, sentence, one["necessity"][name])
        for one in entries
        for name, sentence in one["hypotheses"].items()
    ]
    return _of_entries(
        material,
        name="hypotheses",
        title="Hypotheses, and whether they are needed",
        caption="Either a counterexample to the statement without the hypothesis, or: necessity not known.",
        columns=("id", "hypothesis", "sentence", "necessity"),
        rows=rows,
        entries=entries,
    )


def mutants(material: Material) -> Table:
    """Every mutant but the theorems, and what refuted it."""
    entries = material.entries(lambda record: True)
    rows = [(one["id"], mutant["name"], *_outcome(mutant)) for one, mutant in _mutants(entries, formal=False)]
    return _of_entries(
        material,
        name="mutants",
        title="Mutants: wrong statements that the same check must refute",
        caption="A check that cannot tell a mutant from its statement is broken.",
        columns=("id", "mutant", "outcome", "by"),
        rows=rows,
        entries=entries,
    )


def _outcome(mutant: Record) -> tuple[str, str]:
    """What came of a mutant, and by what."""
    if mutant["killed"]:
        return "refuted", mutant["by"]
    return ("ERROR", mutant["error"]) if mutant.get("error") else ("SURVIVES", mutant["by"])


def mutants_in_coq(material: Material) -> Table:
    """Every theorem with a change in it, whose negation is proved."""
    entries = material.entries(lambda record: True)
    rows = [
        (one["id"], mutant["name"], mutant["by"].partition(" ")[0]) for one, mutant in _mutants(entries, formal=True)
    ]
    return Table(
        "mutants_in_coq",
        "Mutants in Coq: theorems that are false once a hypothesis or a factor is changed",
        "Beside each change in the theorem's statement stands the theorem that proves its negation.",
        tuple(
            Column(name, name, kind) for name, kind in (("id", Cells.TEXT), ("change", Cells.CODE), ("by", Cells.CODE))
        ),
        tuple(rows),
        tuple(one["id"] for one in entries),
        material.command,
        made_of_entries(entries),
    )


def _mutants(entries: Iterable[Record], formal: bool) -> Iterator[tuple[Record, Record]]:
    """Every mutant with its entry, of those that are theorems or of the others."""
    for one in entries:
        for mutant in one["mutants"]:
            if mutant["role"] == Role.MUTANT and is_formal(mutant) is formal:
                yield one, mutant


def _of_entries(
    material: Material,
    *,
    name: str,
    title: str,
    caption: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    entries: list[Record],
    in_long: bool = True,
) -> Table:
    return Table(
        name, title, caption, tuple(Column(heading, heading) for heading in columns), tuple(rows),
        tuple(one["id"] for one in entries), material.command, made_of_entries(entries), in_long=in_long,
    )  # fmt: skip


SEVERITIES = tuple(
    map(str, (Severity.USED_LATER, Severity.MISSING_HYPOTHESIS, Severity.GAP, Severity.UNAFFECTED, Severity.TYPO))
)
"""From grave to slight."""


def findings(material: Material) -> Table:
    """Printed against corrected formulas, with severity, gravest first."""
    entries = material.entries(lambda record: bool(record["finding"]))
    entries.sort(key=lambda one: SEVERITIES.index(one["finding"]["severity"]))
    rows = [
        (one["number"], one["finding"]["severity"], one["formula"], one["finding"]["corrected"],
         one["finding"]["sentence"], f"{one['id']}: {one['verdict']} ({one['scope']}; {', '.join(one['evidence'])})",
         _corrected(one))
        for one in entries
    ]  # fmt: skip
    return Table(
        "findings",
        "Findings: printed against corrected",
        "Each printed form was refuted by exact values or a certified bound; the corrected form was derived, and where"
        " it says so passed the check that refutes the printed one.",
        (
            Column("item", "item"),
            Column("severity", "severity"),
            Column("printed", "printed", Cells.MATH),
            Column("corrected", "corrected", Cells.MATH),
            Column("finding", "what is wrong"),
            Column("verdict", "as printed"),
            Column("corrected_form", "as corrected"),
        ),
        tuple(rows),
        tuple(one["id"] for one in entries),
        material.command,
        made_of_entries(entries),
        as_records=True,
    )


def _corrected(entry: Record) -> str:
    confirmed = entry["corrected_confirmed"]
    if not confirmed:
        return "not checked by the same check"
    return "confirmed by the same check" if all(confirmed) else "NOT confirmed by the same check"


def audit(material: Material, file: Path) -> Table:
    """The auditor's replies to a file of claims, decided now; those that stand for statements by the ledger."""
    from ntk_companion.audit.claims.reading import read_claims
    from ntk_companion.audit.reply import auditing, replies

    claims = read_claims(file)
    named = dict.fromkeys(str(claim.statement) for claim in claims.claims if claim.statement)
    entries = {name: material.entry(name) for name in named}
    found = auditing.audit(claims, 0, entries)
    record = replies.record(claims, found, 0)
    rows = [
        (one.id, f"{one.verdict} ({one.scope}; {one.evidence})", one.sentence, one.source, one.assertion, one.because,
         one.qualification)
        for one in found
    ]  # fmt: skip
    headings = ("claim", "verdict", "sentence", "source", "decided", "evidence", "qualification")
    return Table(
        f"audit_{slug(file.stem)}",
        f"Audit: {claims.title or file.stem}",
        "Each claim is decided for what it names; a verdict holds for the scope beside it.",
        tuple(Column(name, name) for name in headings),
        tuple(rows),
        tuple(entries),
        f"ntk-companion audit {_shown(file, material)}",
        {"seed": "0", "claims": f"sha256 {claims.sha256[:16]}", "versions": versions_text(record["versions"])},
        as_records=True,
    )


def _shown(file: Path, material: Material) -> str:
    """A file of the suite's, as a reader of a clone would name it."""
    assert material.suite is not None
    return str(file.relative_to(material.suite.folder.parent))


def builders_of_statements(material: Material) -> dict[str, Callable[[Material], Table]]:
    """The tables of statements, hypotheses, mutants and findings, by name."""
    known = [*material.catalogue.values(), *material.ledger["statements"]]
    result: dict[str, Callable[[Material], Table]] = {"subjects": subjects, "verdicts": verdicts}
    for source in sorted({group(record) for record in known}, key=_place):
        result[f"statements_{slug(source)}"] = partial(statements, source=source)
    more = {
        "qualifications": qualifications, "hypotheses": hypotheses, "findings": findings, "mutants": mutants,
        "mutants_in_coq": mutants_in_coq,
    }  # fmt: skip
    return result | more


def audits(material: Material) -> dict[str, Callable[[Material], Table]]:
    """The audits of the suite's claims, by name."""
    files = material.suite.claims() if material.suite else ()
    return {f"audit_{slug(file.stem)}": partial(audit, file=file) for file in files}


def builders(material: Material) -> dict[str, Callable[[Material], Table]]:
    """All tables that stand on the ledger, by name: those of statements, and the audits of the suite's claims."""
    return builders_of_statements(material) | audits(material)
