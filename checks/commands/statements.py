"""``ntk-companion statements``: every statement that has a check, with its status from the ledger of the last run."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from checks.commands import arguments
from checks.commands.arguments import Result, table

SCHEMA = "ntk-companion statements 1"
NOT_RUN = "not run"
FOLDER = Path(__file__).resolve().parent.parent
DESCRIPTION = f"""Every statement with its status, scope, evidence and mutants. The status is that of the ledger that
the last run of the checks wrote: ledger.json in this folder, or else beside the checks. A statement that it does not
hold, or holds in another revision, is "{NOT_RUN}"."""

Record = dict[str, Any]


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("statements", help="every statement and its status", description=DESCRIPTION)
    arguments.add_ledger(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """The catalogue of statements joined with the ledger."""
    from checks.ledger import read, verified

    path = arguments.ledger_path(options)
    found = {} if path is None else {entry["id"]: entry for entry in verified(read(path))}
    records = [_joined(record, found.pop(record["id"], None)) for record in catalogue()]
    records += [_joined(entry, entry) for entry in found.values()]
    values = {"schema": SCHEMA, "ledger": path and str(path), "statements": records}
    return Result(values, _lines(records, path))


def catalogue() -> list[Record]:
    """The records of all statements checked in this suite's own folder, with the names of their mutants."""
    modules = [importlib.import_module(f"checks.{file.stem}") for file in sorted(FOLDER.glob("test_*.py"))]
    from checks.statements import CATALOGUE, Role

    mutants: dict[str, list[Record]] = {name: [] for name in CATALOGUE}
    for module in modules:
        for statement, role, name in _items(module):
            if role in (Role.MUTANT, Role.COUNTEREXAMPLE):
                mutants[statement.id].append({"name": name, "role": role, "killed": None})
    return [statement.record() | {"mutants": mutants[statement.id]} for statement in CATALOGUE.values()]


def _items(module: ModuleType) -> Iterator[tuple[Any, ...]]:
    """Statement, role and name of every check item that a module defines."""
    for member in vars(module).values():
        for mark in getattr(member, "pytestmark", ()):
            if mark.name == "statement":
                yield mark.args
            if mark.name == "parametrize":
                for case in mark.args[1]:
                    yield from (inner.args for inner in getattr(case, "marks", ()) if inner.name == "statement")


def _joined(record: Record, entry: Record | None) -> Record:
    """A statement's record with what the ledger says of it."""
    if entry is None or entry.get("revision") != record["revision"]:
        return record | {"status": NOT_RUN, "scope": None, "evidence": []}
    return record | entry | {"status": entry["verdict"]}


def _lines(records: list[Record], path: Path | None) -> list[str]:
    rows = [("statement", "status", "scope", "evidence", "mutants killed")]
    for record in records:
        killed = sum(bool(mutant["killed"]) for mutant in record["mutants"])
        status = record["status"] + (" (finding)" if record["finding"] and record["status"] != NOT_RUN else "")
        evidence = ", ".join(record["evidence"])
        rows.append((record["id"], status, record["scope"] or "", evidence, f"{killed}/{len(record['mutants'])}"))
    source = f"status from {path}" if path else "no ledger yet: run pytest checks/ to get one"
    return [*table(rows, str.ljust), source]
