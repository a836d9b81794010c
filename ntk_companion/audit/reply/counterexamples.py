"""Counterexamples: claims files that refute a claim by themselves."""

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ntk_companion.audit.claims.claim import Claim
from ntk_companion.audit.decide.search import rows_of
from ntk_companion.audit.syntax.nodes import Family, Number, Quantified
from numerics.data.points import PointSet, RationalPoints


def counterexample_file(claim: Claim, witness: Mapping[str, Any], seed: int | None) -> str:
    """A claims file with the quantifiers replaced by the values that refute the claim; empty if there are none.

    `seed` is that of the network that refutes a claim about several.
    """
    assert claim.assertion is not None
    body = claim.assertion
    constants: dict[str, str] = {}
    sets: dict[str, PointSet] = {}
    while isinstance(body, Quantified) and body.universal and body.variable in witness:
        value = witness[body.variable]
        if isinstance(body.domain, Family):
            sets[body.variable] = value
        elif isinstance(value, Number):
            constants[body.variable] = str(value.value)
        else:
            return ""
        body = body.body
    if (body is claim.assertion and seed is None) or not all(
        isinstance(rows, RationalPoints) for rows in sets.values()
    ):
        return ""
    return _toml(claim, claim.text[slice(*body.span)], constants, sets, seed)


def _toml(claim: Claim, text: str, constants: dict[str, str], sets: dict[str, PointSet], seed: int | None) -> str:
    entry = dict(claim.written["claim"])
    entry = {key: value for key, value in entry.items() if key not in ("statement", "expected")}
    sentence = f"one case of: {claim.sentence}" if claim.sentence else "a counterexample"
    entry |= {"id": f"{claim.id[:80]}-counterexample", "sentence": sentence, "assertion": " ".join(text.split())}
    if seed is not None:
        kept = {key: value for key, value in entry["training"].items() if key != "seeds"}
        entry["training"] = kept | {"seed": seed}
    written = claim.written
    networks = {name: table for name, table in written["networks"].items() if _mentions(entry, name)}
    points = {name: value for name, value in written["points"].items() if _mentions(entry, name)}
    points |= {name: rows_of(rows) for name, rows in sets.items() if isinstance(rows, RationalPoints)}
    known = dict(written["constants"]) | dict(entry.pop("constants", {}))
    used = {name: value for name, value in known.items() if _mentions([entry, networks, list(known.values())], name)}
    lines = []
    for heading, table in (("constants", used | constants), ("points", points)):
        if table:
            lines += [f"[{heading}]", *(f"{key} = {_toml_value(value)}" for key, value in table.items()), ""]
    for name, network in networks.items():
        lines += [f"[networks.{name}]", *(f"{key} = {_toml_value(value)}" for key, value in network.items()), ""]
    lines += ["[[claim]]", *(f"{key} = {_toml_value(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _mentions(value: Any, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", str(value)) is not None


def _toml_value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case Fraction():
            return _written(value)
        case list():
            return "[" + ", ".join(map(_toml_value, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(str(value), ensure_ascii=False)


def _written(value: Fraction) -> str:
    """A fraction as a value of TOML; a long whole number with an exponent."""
    digits = str(value.numerator)
    zeros = len(digits) - len(digits.rstrip("0"))
    if value.denominator == 1 and zeros < 10:
        return digits
    return json.dumps(f"{digits[:-zeros]}e{zeros}" if value.denominator == 1 else str(value))
