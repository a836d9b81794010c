"""All tables of the appendix, from the ledger, the audit and recorded results, and their files."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ntk_companion.appendix import formats
from ntk_companion.appendix.ledger_tables import audits, builders
from ntk_companion.appendix.material import Material
from ntk_companion.appendix.recorded_table import recorded_table
from ntk_companion.appendix.table import Refusal, Table
from ntk_companion.files import write_folder
from numerics.progress import counted

ENDINGS = {"tex": formats.latex, "md": formats.markdown, "csv": formats.comma_separated}
"""The forms of a table, by the ending of their files."""


def attempts(ledger_path: Path, of_statements: bool = True) -> Iterator[Table | Refusal]:
    """Every table in the order of the appendix, or the reason why it cannot be built.

    Without those `of_statements`, which a report has pages for.

    Of an author's own ledger, with none of this suite's statements, those of its statements. Raises ValueError or
    OSError if the file is no ledger at all.
    """
    material = Material.read(ledger_path)
    wanted = builders(material) if of_statements else audits(material)
    if material.suite:
        recorded = material.suite.recorded
        wanted |= {spec.name: partial(recorded_table, spec, recorded=recorded) for spec in material.suite.tables()}
    for name, build in counted(wanted.items(), len(wanted), "tables"):
        try:
            yield build(material)
        except (ValueError, OSError) as error:
            yield Refusal("table", name, str(error))


def write_all(ledger_path: Path, folder: Path) -> tuple[list[Path], list[Refusal]]:
    """Write every table and ``appendix.tex``; the files, and the tables refused.

    Of a table refused, or without a row, as an author's own findings may be, no file stays. Raises ValueError or
    OSError if there is no ledger or the folder cannot be written: then nothing is.
    """
    contents: dict[str, str] = {}
    stale: list[str] = []
    tables, refusals = [], []
    for one in attempts(ledger_path):
        texts = one if isinstance(one, Refusal) else _texts(one)
        if isinstance(texts, Refusal):
            refusals.append(texts)
        if isinstance(one, Table) and one.rows and not isinstance(texts, Refusal):
            tables.append(one)
            contents |= {f"{one.name}.{ending}": text for ending, text in texts.items()}
        else:
            stale += [f"{one.name}.{ending}" for ending in ENDINGS]
    contents["appendix.tex"] = formats.document(tables, [one.sentence for one in refusals])
    return write_folder(folder, contents, stale), refusals


def _texts(table: Table) -> dict[str, str] | Refusal:
    """The table in every form; a refusal if one of them cannot be made."""
    try:
        return {ending: form(table) for ending, form in ENDINGS.items()}
    except ValueError as error:
        return Refusal("table", table.name, str(error))
