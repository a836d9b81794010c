"""What the page holds beside the ledger's entries: the appendix's tables and figures, and what is missing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ntk_companion.appendix import figure, tables
from ntk_companion.appendix.material import Material
from ntk_companion.appendix.table import Refusal, Table
from ntk_companion.report.page import Appendix, Figure
from ntk_companion.suite import Suite


def beside(ledger_path: Path, entries: Iterable[dict[str, Any]]) -> tuple[list[str], Appendix | None]:
    """The ids of the suite's statements that are not among the entries in their present revision, and the appendix.

    The ledger of a folder that is no suite lacks nothing. The appendix needs all of the suite's statements.
    """
    material = Material.read(ledger_path)
    if material.suite is None:
        return [], None
    revisions = {entry["id"]: entry["revision"] for entry in entries}
    missing = [name for name, record in material.catalogue.items() if revisions.get(name) != record["revision"]]
    return missing, None if missing else appendix(ledger_path, material.suite)


def appendix(ledger_path: Path, suite: Suite) -> Appendix:
    """Every table and figure that can be built, and a sentence for each that cannot."""
    found = list(tables.attempts(ledger_path))
    refusals = [one.sentence for one in found if isinstance(one, Refusal)]
    drawn = []
    for spec in suite.figures():
        try:
            picture = figure.render_svg(spec, suite.recorded)
        except ValueError as error:
            refusals.append(Refusal("figure", spec.name, str(error)).sentence)
            continue
        commands = tuple(dict.fromkeys(suite.recorded(name).command for name in spec.sources))
        drawn.append(Figure(spec.name, spec.title, spec.caption, spec.alt, picture, commands))
    return Appendix(tuple(one for one in found if isinstance(one, Table)), tuple(drawn), tuple(refusals))
