"""What a statement rests on: proved if a proof covers all cases and all that it uses is proved or cited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ntk_companion.evidence import Proves, Verdict
from ntk_companion.ledger import CITED

Record = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """The derived status of a statement.

    proved  a proof covers all cases, and all that the statement uses, through others too, is proved or cited; of a
            finding that is used this is asked of the corrected form
    given   where a proof covers all cases: the ids of what it uses that is neither proved nor cited
    """

    proved: bool
    given: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """In words, empty where no proof covers all cases."""
        if self.proved:
            return "proved"
        return f"all cases, given {', '.join(self.given)}" if self.given else ""


def standings(entries: Iterable[Record]) -> dict[str, Standing]:
    """The standing of each entry of a ledger, by id.

    What a theorem in Coq uses was replayed with it: it stands by itself. Statements that use each other in a circle
    are proved by nothing.
    """
    known = {entry["id"]: entry for entry in entries}
    firm: set[str] = set()
    while found := {name for name, entry in known.items() if name not in firm and _is_firm(entry, firm)}:
        firm |= found
    return {name: _standing(entry, firm) for name, entry in known.items()}


def _standing(entry: Mapping[str, Any], firm: set[str]) -> Standing:
    if not _covers_all(entry):
        return Standing(False)
    if entry["id"] in firm:
        return Standing(True)
    return Standing(False, tuple(name for name in entry["uses"] if name not in firm))


def _is_firm(entry: Mapping[str, Any], firm: set[str]) -> bool:
    """May a proof use this statement, or the corrected form of this finding?"""
    if entry["verdict"] == CITED:
        return True
    if entry["finding"] and entry["verdict"] == Verdict.REFUTED:
        confirmed = entry["corrected_confirmed"]
        return bool(confirmed) and all(confirmed) and _has_theorem(entry, Proves.CORRECTED)
    return _covers_all(entry) and (_has_theorem(entry, Proves.STATEMENT) or firm.issuperset(entry["uses"]))


def _covers_all(entry: Mapping[str, Any]) -> bool:
    return bool(entry["verdict"] == Verdict.CONFIRMED and entry["scope"] == "all")


def _has_theorem(entry: Mapping[str, Any], proves: Proves) -> bool:
    return any(theorem["proves"] == proves for theorem in entry["theorems"])
