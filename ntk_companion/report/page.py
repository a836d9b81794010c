"""The page: what a ledger says, with the appendix's tables and figures, as one HTML text that fetches nothing."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ntk_companion import ledger
from ntk_companion.appendix.ledger_tables import SEVERITIES, SUITE, mutants_killed
from ntk_companion.appendix.material import made_of_entries
from ntk_companion.appendix.table import Table
from ntk_companion.evidence import Role, Verdict
from ntk_companion.report import graph, mathematics
from ntk_companion.standing import standings

HERE = Path(__file__).parent
Record = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """What a reader must tell apart at a glance: a verdict, and whether a proof covers all or an error is on record.

    name     for the style sheet
    mark     a sign in place of the colour
    label    the verdict
    meaning  one sentence
    """

    name: str
    mark: str
    label: str
    meaning: str


PROVED = Status(
    "proved", "✓", "CONFIRMED, scope: all",
    "A proof covers every case that the statement speaks of, given its hypotheses.",
)  # fmt: skip
HELD = Status(
    "held", "✓", "CONFIRMED, on instances",
    "Held in every case that was decided, and the scope says how many. Other cases are not covered.",
)  # fmt: skip
FINDING = Status(
    "finding", "✗", "REFUTED, a recorded finding",
    "False as printed: an error that is on record, refuted again in this run. Its corrected form stands beside it.",
)  # fmt: skip
REFUTED = Status(
    "refuted", "✗", "REFUTED", "A case contradicts the statement, and no finding is on record: look into it."
)  # fmt: skip
UNDECIDED = Status(
    "undecided", "?", "INCONCLUSIVE", "Not decided at the precision or the sample size that was allowed."
)  # fmt: skip
VACUOUS = Status(
    "vacuous", "∅", "VACUOUS", "True for a reason that says nothing, such as a hypothesis that never held."
)  # fmt: skip
CITED = Status("cited", "→", "CITED", "Taken from the literature, as its source says: nothing here decides it.")
STATUSES = (PROVED, HELD, FINDING, REFUTED, UNDECIDED, VACUOUS, CITED)


@dataclass(frozen=True)
class Figure:
    """A figure as the page shows it: a picture as SVG, the words to it, and the commands that make its results."""

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Appendix:
    """The tables and figures of the page, and a sentence for each that was refused."""

    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    refusals: tuple[str, ...] = ()


def page(entries: Sequence[Record], missing: Sequence[str] = (), appendix: Appendix | None = None) -> str:
    """The page for the entries of a ledger, which the caller has verified.

    `missing` are ids of statements that the ledger should hold and does not. Raises ValueError, naming the statement,
    the table or the figure, if a formula cannot be shown as mathematics.
    """
    environment = _environment()
    facts = {
        "entries": _in_order(entries),
        "findings": _findings(entries),
        "counted": [(status, [one for one in entries if status_of(one) is status]) for status in STATUSES],
        "users": {one["id"]: [user["id"] for user in entries if one["id"] in user["uses"]] for one in entries},
        "drawing": graph.laid_out({one["id"]: one["uses"] for one in entries}),
        "by_id": {one["id"]: one for one in entries},
        "standings": standings(entries),
        "reasons": ledger.failures({"statements": list(entries)}, {}),
        "made": made_of_entries(entries),
        "seconds": sum(one["seconds"] for one in entries),
        "missing": missing,
        "appendix": appendix,
    }
    main = environment.get_template("main.html.j2").render(facts)
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    return environment.get_template("page.html.j2").render(
        facts,
        main=Markup(main),
        font=mathematics.font(_mathematical_characters(main)),
        style=Markup(style),
        script=Markup(script),
        script_digest=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii"),
    )


def status_of(entry: Record) -> Status:
    """The status of a ledger's entry."""
    match entry["verdict"]:
        case Verdict.CONFIRMED:
            return PROVED if entry["scope"] == "all" else HELD
        case Verdict.REFUTED:
            return FINDING if entry["finding"] else REFUTED
        case Verdict.VACUOUS:
            return VACUOUS
        case ledger.CITED:
            return CITED
    return UNDECIDED


def scope(entry: Record) -> str:
    """The scope of a verdict, as words that stand after it."""
    if entry["scope"] != "all":
        return str(entry["scope"])
    return "scope: all" + (f", given {', '.join(entry['rests_on'])}" if entry["rests_on"] else "")


def anchor(name: str) -> str:
    """The anchor of a statement, fit for an id and, as it is, for a link."""
    return "statement-" + quote(name, safe=":.")


def command(entry: Record) -> str:
    """The command that decides a statement again."""
    return " ".join(["pytest", *(entry.get("tests") or ["checks/"])])


def _in_order(entries: Iterable[Record]) -> dict[str, list[Record]]:
    """The entries by source, this suite's own last; of each source in the order of their numbers."""
    groups: dict[str, list[Record]] = {}
    for one in entries:
        groups.setdefault(one["source"], []).append(one)
    return {source: sorted(groups[source], key=_number) for source in sorted(groups, key=lambda name: name == SUITE)}


def _number(entry: Record) -> list[tuple[str, int]]:
    parts = re.findall(r"(\D*)(\d*)", entry["number"])
    return [(text.strip("( "), int(digits or 0)) for text, digits in parts]


def _findings(entries: Iterable[Record]) -> dict[str, list[Record]]:
    """The entries with a finding by severity, from grave to slight."""
    found = ledger.findings(entries)
    groups = {severity: [one for one in found if one["finding"]["severity"] == severity] for severity in SEVERITIES}
    return {severity: group for severity, group in groups.items() if group}


def _mathematical_characters(html: str) -> set[str]:
    formulas = re.findall(r"<math\b.*?</math>", html, re.DOTALL)
    return set(unescape(re.sub(r"<[^>]*>", "", "".join(formulas))))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "displayed": mathematics.displayed,
        "inline": mathematics.inline,
        "mixed": mathematics.mixed,
        "anchor": anchor,
        "status": status_of,
        "scope": scope,
        "command": command,
        "killed": mutants_killed,
        "data_uri": _data_uri,
    }
    environment.globals["Role"] = Role
    return environment


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
