"""``ntk-companion audit``: decide the claims of a TOML file and reply to each with its evidence."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

if TYPE_CHECKING:
    from ntk_companion.appendix.material import Material
    from ntk_companion.audit.claims.claim import Claim, ClaimsFile
    from ntk_companion.audit.reply.auditing import Reply
    from ntk_companion.ledger import Record

FORMATS = ("text", "markdown", "latex")
SUMMARY = "verdicts on claims written in TOML"
DESCRIPTION = """Decides every claim of a TOML file: CONFIRMED, REFUTED, INCONCLUSIVE or VACUOUS, with its scope and one
sentence of evidence. docs/audit.md shows how to write one. Exit code 1 if a claim is refuted. What --json prints is a
record that --against compares with."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE.toml", help="the claims, or a record of an audit to run again"
    )
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the record, and end")
    parser.add_argument("--only", metavar="ID", help="audit this claim alone")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text, or a reply to paste; default text")
    parser.add_argument("--against", type=Path, metavar="RECORD.json", help="compare with a record that --json printed")
    told = "write what an independent checker needs to see that verdicts on matrices are right"
    parser.add_argument("--certificate", type=Path, metavar="FILE", help=told)
    seed = arguments.whole_number("the seed", 0, 2**32)
    parser.add_argument("--seed", type=seed, metavar="N", help="of searches and networks; default 0, or the record's")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="the ledger to look statements up in")


def run(options: argparse.Namespace) -> Result:
    """The replies to the claims. Raises InputError on a file of no claims, or without the one asked for."""
    from ntk_companion.audit.syntax.errors import InputError

    if options.schema:
        from ntk_companion.audit.reply.replies import record_schema

        return Result(record_schema(), [json.dumps(record_schema(), indent=2)])
    if options.file is None:
        raise InputError("audit needs a file of claims, or a record; see ntk-companion audit --help")
    arguments.needs_place(options.certificate, "certificate")
    claims = _claims(options)  # before what decides them is loaded
    if options.only is not None:
        chosen = tuple(claim for claim in claims.claims if claim.id == options.only)
        if not chosen:
            raise InputError(f"{options.file}: no claim has the id {options.only!r}")
        claims = replace(claims, claims=chosen)
    from ntk_companion import ledger
    from ntk_companion.audit.reply import auditing, replies

    if options.ledger is not None:
        ledger.read(options.ledger)  # even if no claim speaks of a statement
    before = None if options.against is None else replies.read_record(options.against)
    entries = _ledger(arguments.ledger_path(options), claims)
    found = auditing.audit(claims, options.seed, entries, _as_they_come if sys.stderr.isatty() else lambda reply: None)
    record = replies.record(claims, found, options.seed)
    lines = replies.lines(found, options.format)
    if before is not None:
        changes = replies.differences(record, before)
        record |= {"against": str(options.against), "differences": changes}
        lines += [f"differs from {options.against}: {change}" for change in changes] or [f"as in {options.against}"]
    if options.certificate is not None:
        lines += _write_certificate(options.certificate, claims, found, options.seed)
    faults = [reply.fault for reply in found if reply.fault]
    if faults:
        more = f"; and {len(faults) - 1} more, told in the replies" if len(faults) > 1 else ""
        return Result(record, lines, 2, (f"{faults[0]}{more}",))
    refuted = any(reply.verdict == "REFUTED" for reply in found)
    return Result(record, lines, 1 if refuted else 0)


def _claims(options: argparse.Namespace) -> ClaimsFile:
    """The claims of a file, or of a record of an audit, whose seed is then taken if none is given."""
    if options.file.suffix != ".json":
        from ntk_companion.audit.claims import toml

        toml.load(options.file.read_bytes(), str(options.file))  # its faults are told before more is loaded
        from ntk_companion.audit.claims.reading import read_claims

        options.seed = options.seed or 0
        return read_claims(options.file)
    from ntk_companion.audit.reply import replies

    record = replies.read_record(options.file)
    options.seed = record["seed"] if options.seed is None else options.seed
    options.against = options.against or options.file
    return replies.claims_of(record)


def _as_they_come(reply: Reply) -> None:
    """A verdict on a terminal, before all are there, in the place of the line of progress."""
    print(f"\r{reply.id}: {reply.verdict}{arguments.ERASE}", file=sys.stderr, flush=True)


def _write_certificate(path: Path, claims: ClaimsFile, replies: list[Reply], seed: int) -> list[str]:
    """Write the certificates of a file's verdicts; what was written, in a line. Raises OSError."""
    from ntk_companion.audit.reply.certificates import certificates
    from ntk_companion.files import write_whole

    found = certificates(claims, replies, seed)
    write_whole(path, json.dumps(found))
    without = len(found["without_certificate"])
    return [f"{path}: certificates of {len(found['claims'])} claims; {without} have none, and the file says why"]


def _ledger(path: Path | None, claims: ClaimsFile) -> dict[str, Record] | None:
    """The verified entries of the statements that the claims speak of; None without a ledger.

    Raises ValueError, naming it, for one that is missing, was edited, or speaks of another revision of the statement,
    for a name that no statement has, and for the corrected reading of a statement that was not corrected.
    """
    from ntk_companion.appendix.material import Material

    names = dict.fromkeys(claim.statement for claim in claims.claims if claim.statement is not None)
    if path is None or not names:
        return None
    material = Material.read(path)
    _check_names(claims, material)
    entries = _entries(names, material)
    _check_readings(claims, entries)
    return entries


def _entries(names: Iterable[str], material: Material) -> dict[str, Record]:
    return {name: material.entry(name) for name in names}


def _check_names(claims: ClaimsFile, material: Material) -> None:
    from ntk_companion.suite import catalogue, suites

    known = material.names.union(*map(catalogue, suites()))
    for claim in claims.claims:
        if claim.statement is not None and claim.statement not in known:
            unknown = f"no statement has the id {claim.statement[:60]!r}"
            raise ValueError(f"{_place(claims, claim)}: {unknown}; ntk-companion statements lists them")


def _check_readings(claims: ClaimsFile, entries: Mapping[str, Record]) -> None:
    from ntk_companion.audit.claims.claim import Reading

    for claim in claims.claims:
        corrected = claim.statement is not None and claim.reading is Reading.CORRECTED
        if corrected and not entries[str(claim.statement)]["corrected_confirmed"]:
            fault = f"the ledger has no corrected form of {claim.statement}"
            raise ValueError(f'{_place(claims, claim)}: {fault}; leave out reading = "corrected"')


def _place(claims: ClaimsFile, claim: Claim) -> str:
    return f"{claims.name}, claim {claim.id!r}"
