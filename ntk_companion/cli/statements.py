"""``ntk-companion statements``: every statement that has a check, with its status from the ledger of the last run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntk_companion import ledger
from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result
from ntk_companion.files import aligned

if TYPE_CHECKING:
    from ntk_companion.standing import Standing

SCHEMA = "ntk-companion statements 1"
NOT_RUN = "not run"
SUMMARY = "every statement and its status"
DESCRIPTION = f"""Every statement with its status, scope, evidence and mutants. The status is that of the ledger that
the last run of the checks wrote: ledger.json in this folder or beside the checks, or else the one recorded with the
suite. A statement that it does not hold, or holds in another revision, is "{NOT_RUN}". One is proved if a proof covers
all cases and all that it uses is proved or cited."""

Record = dict[str, Any]


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    arguments.add_ledger(parser)


def run(options: argparse.Namespace) -> Result:
    """The statements of the ledger's suite joined with the ledger; of the first installed suite without one."""
    from ntk_companion.standing import standings
    from ntk_companion.suite import catalogue, suite_of_names, suites

    path = arguments.ledger_path(options)
    found = {} if path is None else {entry["id"]: entry for entry in ledger.verified(ledger.read(path))}
    suite = suite_of_names(found) if found else suites()[0]
    known = catalogue(suite) if suite else {}
    derived = standings(found.values())
    records = [_joined(entry, entry, derived[name]) for name, entry in found.items() if name not in known]
    records += [_joined(record, found.get(name), derived.get(name)) for name, record in known.items()]
    values = {"schema": SCHEMA, "ledger": path and str(path), "statements": records}
    return Result(values, _lines(records, path))


def _joined(record: Record, entry: Record | None, standing: Standing | None) -> Record:
    """A statement's record with what the ledger says of it; `given` is what it uses and is not proved."""
    if entry is None or standing is None or entry.get("revision") != record["revision"]:
        mutants = [mutant | {"killed": None} for mutant in record["mutants"]]
        nothing: Record = {"status": NOT_RUN, "verdict": None, "scope": None, "evidence": [], "mutants": mutants}
        return record | nothing | {"proved": False, "given": [], "standing": ""}
    derived = {"proved": standing.proved, "given": list(standing.given), "standing": standing.words}
    return record | entry | {"status": entry["verdict"]} | derived


def _lines(records: list[Record], path: Path | None) -> list[str]:
    rows = [("statement", "status", "scope", "evidence", "mutants killed", "standing")]
    for record in records:
        status = record["status"] + (" (finding)" if record["finding"] and record["status"] != NOT_RUN else "")
        evidence = ", ".join(record["evidence"])
        rows.append(
            (record["id"], status, record["scope"] or "", evidence, ledger.killed_of(record), record["standing"])
        )
    source = f"status from {path}" if path else "no ledger yet: run pytest checks/ to get one"
    return [*aligned(rows, str.ljust), source]
