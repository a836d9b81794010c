"""The appendix: all tables, from the ledger, the audit and recorded results, with the figures, in one folder."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from ntk_companion.appendix import figures, formats
from ntk_companion.appendix.ledger_tables import audits, builders
from ntk_companion.appendix.material import Material, Record
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
    """Write every table and figure, ``appendix.tex`` and ``short.tex``; the files, and what is refused.

    The folder compiles as it is. Of what is refused, or a table without a row, as an author's own findings may be, no
    file stays. Raises ValueError or OSError if there is no ledger or the folder cannot be written: then nothing is.
    """
    material = Material.read(ledger_path)
    tables, contents, stale, refusals = _formed(attempts(ledger_path))
    drawn, not_drawn = figures.drawn(material.suite, ("pdf",)) if material.suite else ({}, [])
    refusals += not_drawn
    stale += [f"{one.name}.pdf" for one in not_drawn]
    heading = formats.Heading(material.suite.title, material.suite.authors) if material.suite else formats.Heading()
    contents["appendix.tex"] = formats.document(heading, tables, [one.sentence for one in refusals], bool(drawn))
    contents["short.tex"] = formats.short_document(heading, tables, _findings(material, tables))
    return write_folder(folder, contents | drawn, stale), refusals


def _formed(found: Iterable[Table | Refusal]) -> tuple[list[Table], dict[str, str | bytes], list[str], list[Refusal]]:
    """The tables that have rows and can be written, their files, the files that must not stay, and the refusals."""
    contents: dict[str, str | bytes] = {}
    tables, stale, refusals = [], [], []
    for one in found:
        texts = one if isinstance(one, Refusal) else _texts(one)
        if isinstance(texts, Refusal):
            refusals.append(texts)
        if isinstance(one, Table) and one.rows and not isinstance(texts, Refusal):
            tables.append(one)
            contents |= {f"{one.name}.{ending}": text for ending, text in texts.items()}
        else:
            stale += [f"{one.name}.{ending}" for ending in ENDINGS]
    return tables, contents, stale, refusals


def _findings(material: Material, tables: Iterable[Table]) -> list[Record]:
    """The entries of the table of findings, from grave to slight; none where it is refused."""
    names = [name for table in tables if table.name == "findings" for name in table.sources]
    return [material.entry(name) for name in names]


def _texts(table: Table) -> dict[str, str] | Refusal:
    """The table in every form; a refusal if one of them cannot be made."""
    try:
        return {ending: form(table) for ending, form in ENDINGS.items()}
    except ValueError as error:
        return Refusal("table", table.name, str(error))
