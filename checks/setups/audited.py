"""Statements that are decided as the auditor decides a claim: assertions in its language, about networks by name."""

import tomllib
from collections.abc import Mapping
from typing import Any

from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import audit_claim
from ntk_companion.evidence import Evidence, Kind, Verdict
from ntk_companion.judging import record

WEAKEST_FIRST = (Kind.STATISTICAL, Kind.NUMERICAL, Kind.CERTIFIED, Kind.SYMBOLIC, Kind.RECORDED, Kind.FORMAL)


def audited(assertion: str, setting: str = "") -> Evidence:
    """The auditor's verdict on an assertion; `setting` is TOML of the claim's other keys: network, points, constants.

    Raises ValueError if the auditor cannot read it, InputError if it has no meaning.
    """
    tomllib.loads(setting)
    text = f'[[claim]]\nid = "claim"\nsentence = "a statement"\nsource = "a statement"\n{setting}\n'
    (claim,) = parse_claims(f'{text}assertion = "{assertion}"'.encode(), "statement").claims
    if claim.fault:
        raise ValueError(claim.fault)
    reply = audit_claim(claim, "statement")
    kinds = reply.evidence.split(", ")
    kind = next(kind for kind in WEAKEST_FIRST if kind in kinds)
    return Evidence(kind, Verdict(reply.verdict), f"{assertion}: {reply.because}", covers_all=reply.scope == "all")


def record_audited(assertions: str | tuple[str, ...], setting: str = "", *, covers_all: bool = False) -> None:
    """Record the auditor's verdict on each assertion; `covers_all` if together they are the statement."""
    for assertion in (assertions,) if isinstance(assertions, str) else assertions:
        found = audited(assertion, setting)
        record(Evidence(found.kind, found.verdict, found.detail, covers_all=found.covers_all and covers_all))


def network(family: str = "fcn", depth: str | int = "L", **keys: Any) -> str:
    """The setting of a network without biases; `keys` as a claims file has them."""
    return f"network = {_inline({'family': family, 'depth': depth, 'bias': 'none'} | keys)}\n"


def _inline(table: Mapping[str, Any]) -> str:
    shown = {key: f'"{value}"' if isinstance(value, str) else str(value) for key, value in table.items()}
    return "{ " + ", ".join(f"{key} = {value}" for key, value in shown.items()) + " }"
