"""What the page holds beside the ledger's entries: the appendix's tables and figures, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checks import results
from checks.appendix import figures, tables
from checks.appendix.material import Material
from checks.appendix.table import Refusal, Table
from checks.report.page import Appendix, Figure


def beside(ledger_path: Path, entries: Iterable[dict[str, Any]]) -> tuple[list[str], Appendix | None]:
    """The ids of this suite's statements that are not among the entries in their present revision, and the appendix.

    An author's own ledger, with none of this suite's statements, lacks nothing. The appendix needs all of them.
    """
    material = Material.read(ledger_path)
    if not material.of_this_suite:
        return [], None
    revisions = {entry["id"]: entry["revision"] for entry in entries}
    missing = [name for name, record in material.catalogue.items() if revisions.get(name) != record["revision"]]
    return missing, None if missing else appendix(ledger_path)


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
