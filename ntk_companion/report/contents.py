"""What a report holds beside the ledger's entries: the appendix's tables and figures, and what is missing."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ntk_companion.appendix import figure, tables
from ntk_companion.appendix.material import Material
from ntk_companion.appendix.table import Refusal, Table
from ntk_companion.report.facts import Appendix, Contents, Figure
from ntk_companion.suite import Suite
from numerics.progress import counted


def contents(ledger_path: Path, entries: Iterable[dict[str, Any]]) -> Contents:
    """What a report on these verified entries of a ledger shows.

    The ledger of a folder that is no suite lacks nothing. The appendix needs all of the suite's statements.
    """
    material = Material.read(ledger_path)
    found = Contents(list(entries), command=material.command)
    if (suite := material.suite) is None:
        return found
    revisions = {entry["id"]: entry["revision"] for entry in found.entries}
    missing = [name for name, record in material.catalogue.items() if revisions.get(name) != record["revision"]]
    return replace(
        found,
        missing=missing,
        appendix=None if missing else appendix(ledger_path, suite),
        title=suite.title,
        authors=suite.authors,
        subjects=suite.titles(),
    )


def appendix(ledger_path: Path, suite: Suite) -> Appendix:
    """Every table and figure that can be built and no page holds, and a sentence for each that cannot."""
    found = list(tables.attempts(ledger_path, of_statements=False))
    refusals = [one.sentence for one in found if isinstance(one, Refusal)]
    drawn = []
    specs = suite.figures()
    for spec in counted(specs, len(specs), "figures"):
        try:
            picture = figure.render_svg(spec, suite.recorded)
        except ValueError as error:
            refusals.append(Refusal("figure", spec.name, str(error)).sentence)
            continue
        commands = tuple(dict.fromkeys(suite.recorded(name).command for name in spec.sources))
        drawn.append(Figure(spec.name, spec.title, spec.caption, spec.alt, picture, commands))
    return Appendix(tuple(one for one in found if isinstance(one, Table)), tuple(drawn), tuple(refusals))
