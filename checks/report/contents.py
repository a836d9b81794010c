"""What the page holds beside the ledger's entries: the appendix's tables and figures, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checks import results
from checks.appendix import figures, tables
from checks.appendix.table import Refusal, Table
from checks.commands.statements import catalogue
from checks.report.page import Appendix, Figure


def missing(entries: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of this suite's statements that are not among the entries in their present revision."""
    revisions = {entry["id"]: entry["revision"] for entry in entries}
    return [record["id"] for record in catalogue() if revisions.get(record["id"]) != record["revision"]]


def appendix(ledger_path: Path) -> Appendix:
    """Every table and figure that can be built, and a sentence for each that cannot."""
    found = list(tables.attempts(ledger_path))
    refusals = [one.sentence for one in found if isinstance(one, Refusal)]
    drawn = []
    for spec in figures.FIGURES:
        try:
            picture = figures.render_svg(spec)
        except ValueError as error:
            refusals.append(Refusal("figure", spec.name, str(error)).sentence)
            continue
        commands = tuple(dict.fromkeys(results.recorded(name).command for name in spec.sources))
        drawn.append(Figure(spec.name, spec.title, spec.caption, spec.alt, picture, commands))
    return Appendix(tuple(one for one in found if isinstance(one, Table)), tuple(drawn), tuple(refusals))
