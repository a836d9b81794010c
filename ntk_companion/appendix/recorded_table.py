"""A table that stands on recorded results, with the statements of the ledger that it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ntk_companion import results
from ntk_companion.appendix.digits import supported
from ntk_companion.appendix.escaping import is_number
from ntk_companion.appendix.material import Material, made_of_results, status
from ntk_companion.appendix.table import Cells, Column, Table


@dataclass(frozen=True)
class RecordedTable:
    """A table of recorded results.

    name         of the results, and of the table
    statements   ids of the statements that the numbers illustrate, * for any text: their verdicts are printed with the
                 table
    headings     of columns whose names do not read well with spaces for underscores
    note         more of the caption; $...$ is mathematics
    rows         which rows are printed; all by default
    short        which rows are printed in the short form of the appendix; none by default
    """

    name: str
    title: str
    statements: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    rows: Callable[[results.Results], results.Results] = lambda found: found
    short: Callable[[results.Results], results.Results] | None = None


def recorded_table(spec: RecordedTable, material: Material, recorded: Callable[[str], results.Results]) -> Table:
    """A table of the results that `recorded` gives by name.

    Raises ValueError if the results are missing or were edited, or if an entry of the ledger that the table names is.
    """
    found = supported(spec.rows(recorded(spec.name)))
    names = [name for pattern in spec.statements for name in material.matching(pattern)]
    entries = [material.entry(name) for name in names]
    statements = {"statements": ", ".join(f"{one['id']} {status(one)}" for one in entries)} if entries else {}
    columns = tuple(
        Column(name, _heading(spec, name), Cells.NUMBER if _holds_numbers(found, name) else Cells.TEXT)
        for name in found.columns
    )
    return Table(
        spec.name,
        spec.title,
        f"{found.caption} {spec.note}".replace("`", "").strip(),
        columns,
        found.rows,
        (f"{spec.name}.csv", *names),
        found.command,
        made_of_results(found) | statements,
        short_rows=supported(spec.short(recorded(spec.name))).rows if spec.short else (),
    )


def _heading(spec: RecordedTable, name: str) -> str:
    return spec.headings.get(name) or name.replace("_", " ")


def _holds_numbers(found: results.Results, name: str) -> bool:
    """Are at least half of the cells numbers? The others are words such as: at start."""
    cells = [cell for cell in found.column(name) if cell]
    return 2 * sum(map(is_number, cells)) >= len(cells) > 0
