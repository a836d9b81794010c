"""What a reader must tell apart at a glance: verdicts, and whether a proof covers all or an error is on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ntk_companion import ledger
from ntk_companion.evidence import Verdict

Record = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """A verdict with what goes beside it.

    name     for the style sheet
    mark     a sign in place of the colour
    label    the verdict
    meaning  one sentence
    colour   of the badge, in hexadecimal
    """

    name: str
    mark: str
    label: str
    meaning: str
    colour: str


PROVED = Status(
    "proved", "✓", "CONFIRMED, scope: all",
    "A proof covers every case that the statement speaks of, given its hypotheses.", "#14663a",
)  # fmt: skip
HELD = Status(
    "held", "✓", "CONFIRMED, on instances",
    "Held in every case that was decided, and the scope says how many. Other cases are not covered.", "#2f7d4f",
)  # fmt: skip
FINDING = Status(
    "finding", "✗", "REFUTED, a recorded finding",
    "False as printed: an error that is on record, refuted again in this run. Its corrected form stands beside it.",
    "#94420a",
)  # fmt: skip
REFUTED = Status(
    "refuted", "✗", "REFUTED", "A case contradicts the statement, and no finding is on record: look into it.", "#a80f24"
)  # fmt: skip
UNDECIDED = Status(
    "undecided", "?", "INCONCLUSIVE", "Not decided at the precision or the sample size that was allowed.", "#5b4a8a"
)  # fmt: skip
VACUOUS = Status(
    "vacuous", "∅", "VACUOUS", "True for a reason that says nothing, such as a hypothesis that never held.", "#565b63"
)  # fmt: skip
CITED = Status(
    "cited", "→", "CITED", "Taken from the literature, as its source says: nothing here decides it.", "#565b63"
)
STATUSES = (PROVED, HELD, FINDING, REFUTED, UNDECIDED, VACUOUS, CITED)


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


def counted(entries: Iterable[Record]) -> list[tuple[Status, list[Record]]]:
    """The entries of every status, each status in its place whether it has any or not."""
    found = list(entries)
    return [(status, [one for one in found if status_of(one) is status]) for status in STATUSES]


def scope(entry: Record) -> str:
    """The scope of a verdict, as words that stand after it."""
    if entry["scope"] != "all":
        return str(entry["scope"])
    return "scope: all" + (f", given {', '.join(entry['rests_on'])}" if entry["rests_on"] else "")


def command(entry: Record) -> str:
    """The command that decides a statement again."""
    return " ".join(["pytest", *(entry.get("tests") or ["checks/"])])


LITERATURE = "cited"
"""The subject of what is taken from the literature."""


def titled(titles: Mapping[str, str]) -> dict[str, str]:
    """The titles of a suite's subjects by name, and that of the literature."""
    return {LITERATURE: "Taken from the literature"} | dict(titles)


def subject_of(entry: Record) -> str:
    """The folder of the file that decides a statement; that of no file is cited."""
    for test in entry["tests"]:
        folders = test.partition("::")[0].split("/")[:-1]
        return folders[-1] if folders else "statements"
    return LITERATURE if entry["cited"] else "statements"
