"""What a report is made of, and what its pages say of it: an environment of templates and the facts they share."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import jinja2

from ntk_companion import ledger
from ntk_companion.appendix.ledger_tables import SEVERITIES, SUITE, mutants_killed
from ntk_companion.appendix.material import made_of_entries
from ntk_companion.appendix.table import Table
from ntk_companion.evidence import Role
from ntk_companion.files import digest
from ntk_companion.report.links import Links, anchor, file_name
from ntk_companion.report.mathematics import Formulas, is_wide
from ntk_companion.standing import standings
from ntk_companion.status import LITERATURE, command, counted, scope, status_of, subject_of, titled

HERE = Path(__file__).parent
Record = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A figure as a report shows it: a picture as SVG, the words to it, and the commands that make its results."""

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Appendix:
    """The tables and figures of a report, and a sentence for each that was refused."""

    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """What a report shows.

    entries   of a ledger, which the caller has verified
    missing   ids of statements that the ledger should hold and does not
    title, authors  of the suite; authors may be empty
    subjects  titles of subjects by their names, in their order
    command   that runs the checks
    """

    entries: Sequence[Record]
    missing: Sequence[str] = ()
    appendix: Appendix | None = None
    title: str = "NTK companion report"
    authors: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    command: str = "pytest"

    def by_subject(self) -> dict[str, list[Record]]:
        """The entries of every subject that has any: those named first, the literature last."""
        found: dict[str, list[Record]] = {name: [] for name in self.subjects}
        for one in self.entries:
            found.setdefault(subject_of(one), []).append(one)
        ordered = sorted(found, key=lambda name: name == LITERATURE)
        return {name: _by_number(found[name]) for name in ordered if found[name]}

    def titles(self) -> dict[str, str]:
        """The title of every subject that has an entry."""
        said = titled(self.subjects)
        return {name: said.get(name, name) for name in self.by_subject()}


def facts(contents: Contents) -> dict[str, Any]:
    """What the templates of both forms of a report may say."""
    entries = contents.entries
    return {
        "contents": contents,
        "entries": _by_source(entries),
        "findings": _findings(entries),
        "counted": counted(entries),
        "users": {one["id"]: [user["id"] for user in entries if one["id"] in user["uses"]] for one in entries},
        "by_id": {one["id"]: one for one in entries},
        "standings": standings(entries),
        "reasons": ledger.failures({"statements": list(entries)}, {}),
        "made": made_of_entries(entries),
        "seconds": sum(one["seconds"] for one in entries),
        "missing": contents.missing,
        "appendix": contents.appendix,
    }


def environment(formulas: Formulas, links: Links) -> jinja2.Environment:
    """The templates, with links as they are from the pages that these make."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "displayed": formulas.displayed,
        "inline": formulas.inline,
        "mixed": formulas.mixed,
        "sentence": formulas.sentence,
        "anchor": anchor,
        "status": status_of,
        "scope": scope,
        "command": command,
        "killed": mutants_killed,
        "digest": lambda entry: digest(entry)[:12],
        "mutant_anchors": mutant_anchors,
        "counts": counted,
        "rerun": rerun,
    }
    found.tests |= {"formal": ledger.is_formal, "wide": is_wide}
    found.globals |= {
        "Role": Role,
        "links": links,
        "badge_of": partial(file_name, "badge", ending="svg"),
        "picture_of": partial(file_name, "figure", ending="svg"),
    }
    return found


def mutant_anchors(entry: Record) -> list[str]:
    """An anchor for every mutant of an entry: its name, and a digest of the test and parameters that try it.

    It stays as it is when others are added, reordered or moved to another file.
    """
    return [
        re.sub(r"[^a-z0-9]+", "-", f"{mutant['role']} {mutant['name']}".lower()).strip("-")
        + f".{digest(mutant.get('test', '').partition('::')[2])[:6]}"
        for mutant in entry["mutants"]
    ]


def rerun(mutant: Record, entry: Record) -> str:
    """The command that tries a mutant or a counterexample again, as this run did."""
    made = entry["made"]
    seed = [] if made["seed"] is None else ["--ntk-seed", str(made["seed"])]
    profile = [] if made["profile"] == "default" else ["--ntk-profile", made["profile"]]
    return shlex.join(["pytest", mutant["test"], *profile, *seed])


def mathematical_characters(html: str) -> set[str]:
    """The characters of the formulas of a page."""
    formulas = re.findall(r"<math\b.*?</math>", html, re.DOTALL)
    return set(unescape(re.sub(r"<[^>]*>", "", "".join(formulas))))


def _by_source(entries: Iterable[Record]) -> dict[str, list[Record]]:
    """The entries by source, this suite's own last; of each source in the order of their numbers."""
    groups: dict[str, list[Record]] = {}
    for one in entries:
        groups.setdefault(one["source"], []).append(one)
    return {source: _by_number(groups[source]) for source in sorted(groups, key=lambda name: name == SUITE)}


def _by_number(entries: Iterable[Record]) -> list[Record]:
    """Entries in the order of their numbers, a paper's before the suite's own."""
    return sorted(entries, key=lambda one: (one["source"] == SUITE, _number(one)))


def _number(entry: Record) -> list[tuple[str, int]]:
    parts = re.findall(r"(\D*)(\d*)", entry["number"])
    return [(text.strip("( "), int(digits or 0)) for text, digits in parts]


def _findings(entries: Iterable[Record]) -> dict[str, list[Record]]:
    """The entries with a finding by severity, from grave to slight."""
    found = ledger.findings(entries)
    groups = {severity: [one for one in found if one["finding"]["severity"] == severity] for severity in SEVERITIES}
    return {severity: group for severity, group in groups.items() if group}
