"""Printed formulas in a claims file: a recursion or closed form as the paper prints it, with its quote and source."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sympy

from ntk_companion.audit.claims import toml
from ntk_companion.audit.syntax.errors import ClaimError, InputError
from ntk_companion.audit.syntax.formulas import Constant, Equation, Term, parse_equations, terms
from ntk_companion.audit.syntax.latex import translate
from ntk_companion.networks import network_of
from theory.architecture import Architecture
from theory.presets import PRESETS

MOST_FORMULAS = 200
MOST_EQUATIONS = 40
MOST_DEPTH = 5
MOST_SOURCE_BYTES = 5_000_000
KEYS = ("network", "latex", "text", "quote", "source", "sha256", "with", "meaning", "inputs", "first", "depth")
INPUTS = ("any", "unit", "phi")
PARAMETERS = {"alpha": "scale", "beta": "beta"}
"""Names in formulas for parameters of networks."""


@dataclass(frozen=True)
class Formula:
    """A formula as printed.

    network    the network of a depth, its parameters as symbols
    own        the equations of this formula; `equations` has those of the formulas that it is printed with too
    meaning    what a letter stands for: its index's letter, and a term in derived kernels
    inputs     "any": as they are; "unit": of norm one; "phi": `inner` is of (x, 1) divided by its length
    first      the index that the paper gives to the first layer
    depth      the depth that the formula is of; None if it is of all
    parameters the values of parameters that stand as symbols in the network
    declared   the network's table, without depth and scale
    from_file  is the source a file that was read?
    """

    name: str
    network: Callable[[int], Architecture]
    title: str
    own: tuple[Equation, ...]
    equations: tuple[Equation, ...]
    meaning: Mapping[str, tuple[str | None, Term]]
    inputs: str
    first: int
    quote: str
    source: str
    depth: int | None
    parameters: Mapping[str, sympy.Expr]
    declared: Mapping[str, Any]
    from_file: bool = False

    @property
    def read_as(self) -> str:
        """The equations as they were read."""
        return "; ".join(dict.fromkeys(equation.text for equation in self.own))


def read_formulas(
    table: Mapping[str, Any], name: str, folder: Path | None, networks: Mapping[str, Any]
) -> dict[str, Formula]:
    """The formulas of a claims file; `networks` are the tables of its networks. Raises InputError."""
    if len(table) > MOST_FORMULAS:
        raise InputError(f"{name}: {len(table)} formulas; at most {MOST_FORMULAS} are read")
    found: dict[str, Formula] = {}
    for key in table:
        where = f"{name}, formulas.{key}"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", key):
            raise InputError(f"{where}: the name needs letters, digits and . _ - only, at most 61")
        entry = table[key]
        if not isinstance(entry, dict):
            raise InputError(f"{where}: write a formula as a table [formulas.{key}]")
        toml.only(entry, KEYS, where)
        found[key] = _read(key, entry, where, folder)
    result = {}
    for key, formula in found.items():
        where = f"{name}, formulas.{key}"
        result[key] = _of_network(_with_others(formula, table[key], found, where), table[key], where, networks)
    return result


def _no_network(depth: int) -> Architecture:
    raise ValueError(f"no network of depth {depth} is named")


def _of_network(formula: Formula, entry: dict[str, Any], where: str, networks: Mapping[str, Any]) -> Formula:
    """The formula with its network, in which the parameters that its equations name are symbols."""
    written = [equation.right for equation in formula.equations] + [term for _, term in formula.meaning.values()]
    named = {str(part.value) for term in written for part in terms(term) if isinstance(part, Constant)}
    network, title, parameters = _network(entry, where, networks, named)
    declared = networks.get(entry["network"]) if isinstance(entry["network"], str) else entry["network"]
    declared = {key: value for key, value in dict(declared or {}).items() if key not in ("depth", "scale")}
    return replace(formula, network=network, title=title, parameters=parameters, declared=declared)


def _read(key: str, entry: dict[str, Any], where: str, folder: Path | None) -> Formula:
    own = _equations(entry, where)
    meaning = _meaning(entry, where)
    inputs = toml.text_of(entry, "inputs", where, "any")
    if inputs not in INPUTS:
        raise InputError(f"{where}: inputs must be one of {', '.join(INPUTS)}, not {inputs[:40]!r}")
    lowest = [equation.left.index for equation in own if equation.left.name in ("Sigma", "Theta")]
    first = 0 if any(index is not None and index.letter is None and index.offset == 0 for index in lowest) else 1
    if "first" in entry:
        first = toml.whole_number(entry["first"], f"{where}, first", 0, 1)
    depth = toml.whole_number(entry["depth"], f"{where}, depth", 1, MOST_DEPTH) if "depth" in entry else None
    quote = toml.text_of(entry, "quote", where, "")
    source = toml.text_of(entry, "source", where, "")
    from_file = _check_source(quote, source, toml.text_of(entry, "sha256", where, ""), where, folder)
    return Formula(
        key, _no_network, "", own, own, meaning, inputs, first, quote, source, depth, {}, {}, from_file
    )  # fmt: skip


def _equations(entry: dict[str, Any], where: str) -> tuple[Equation, ...]:
    """The equations of the key `latex`, or of `text`: one, or a list."""
    if ("latex" in entry) == ("text" in entry):
        raise InputError(f"{where}: give the formula as latex = '...', or in our language as text = ['...'], not both")
    key = "latex" if "latex" in entry else "text"
    lines = entry[key] if isinstance(entry[key], list) else [entry[key]]
    if not lines or not all(isinstance(line, str) for line in lines):
        raise InputError(f"{where}, {key}: write a text, or a list of texts")
    try:
        found = [
            equation
            for line in lines
            for text in (translate(line) if key == "latex" else [line])
            for equation in parse_equations(text)
        ]
    except ClaimError as error:
        raise InputError(f"{where}, {key}: {error.message}") from None
    if len(found) > MOST_EQUATIONS:
        raise InputError(f"{where}: {len(found)} equations; at most {MOST_EQUATIONS} are read")
    return tuple(found)


def _meaning(entry: dict[str, Any], where: str) -> dict[str, tuple[str | None, Term]]:
    """What letters stand for: { "K(l)" = "S(l) / (extended_norm(1) * extended_norm(2))" }."""
    found: dict[str, tuple[str | None, Term]] = {}
    for key, value in toml.table_of(entry, "meaning", where).items():
        if not isinstance(value, str):
            raise InputError(f"{where}, meaning: {key[:40]!r} needs a text such as 'Sigma(l)'")
        try:
            (equation,) = parse_equations(f"{key} = {value}" + (" for l in 1..L" if "(l" in key else ""))
        except (ClaimError, ValueError) as error:
            raise InputError(f"{where}, meaning of {key[:40]!r}: {getattr(error, 'message', error)}") from None
        index = equation.left.index
        if index is not None and (index.letter is None or index.offset):
            raise InputError(f"{where}, meaning of {key[:40]!r}: write it for the index l, or L")
        found[equation.left.name] = (index.letter if index is not None else None, equation.right)
    return found


def _network(
    entry: dict[str, Any], where: str, networks: Mapping[str, Any], named: set[str]
) -> tuple[Callable[[int], Architecture], str, dict[str, sympy.Expr]]:
    """The network of a depth, with symbols for the parameters that the formula names."""
    value = entry.get("network")
    table = networks.get(value) if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise InputError(f'{where}: name the network that the formula is of, or write {{ preset = "fcn" }}')
    table = {key: part for key, part in table.items() if key != "depth"}
    if "family" in table:
        table["preset"] = table.pop("family")
    title = ", ".join([str(table.get("preset", "layers")), *(f"{k} {v}" for k, v in table.items() if k != "preset")])
    preset = table.get("preset")
    known = inspect.signature(PRESETS[preset]).parameters if preset in PRESETS else {}
    symbols: dict[str, sympy.Expr] = {}
    for name in sorted(named):
        key = PARAMETERS.get(name, name)
        if key in known and key != "depth" and (key not in table or name in PARAMETERS):
            symbols[key] = sympy.Symbol(name, positive=True)
    values = {key: part for key, part in table.items() if key not in symbols}
    parameters = {
        str(symbols[key]): sympy.Rational(str(toml.exact_number(table[key], f"{where}, {key}")))
        for key in symbols
        if key in table
    }

    def of_depth(depth: int) -> Architecture:
        return network_of(values | {"depth": depth}, where, symbols)

    try:
        of_depth(1)
    except ValueError as error:
        raise InputError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None
    return of_depth, title, parameters


def _check_source(quote: str, source: str, sha256: str, where: str, folder: Path | None) -> bool:
    """Is the source a file? The quote must occur in it, up to white space, and its hash be this one."""
    if sha256 and not source:
        raise InputError(f"{where}: a hash needs the source file that it is of")
    if not source or not (sha256 or (folder is not None and (folder / source).is_file())):
        return False  # a source in words
    if folder is None:
        raise InputError(f"{where}: {source!r} is a file; formulas that are not in a file cannot name one")
    try:
        with (folder / source).open("rb") as file:
            content = file.read(MOST_SOURCE_BYTES + 1)
    except OSError as error:
        raise InputError(f"{where}: the source {source} cannot be read: {error.strerror}") from None
    if len(content) > MOST_SOURCE_BYTES:
        raise InputError(f"{where}: the source {source} is larger than {MOST_SOURCE_BYTES} bytes")
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise InputError(f"{where}: the source {source} has the hash {found}, not {sha256[:80]}")
    text = " ".join(content.decode("utf-8", "replace").split())
    if not quote or " ".join(quote.split()) not in text:
        raise InputError(f"{where}: the quote does not occur in {source}")
    return True


def _with_others(formula: Formula, entry: Mapping[str, Any], known: Mapping[str, Formula], where: str) -> Formula:
    """The formula with the equations of those that it is printed with."""
    others = entry.get("with", [])
    if not isinstance(others, list) or not all(isinstance(name, str) for name in others):
        raise InputError(f"{where}, with: name other formulas in a list")
    equations, meaning = list(formula.own), dict(formula.meaning)
    for name in others:
        if name not in known:
            raise InputError(f"{where}, with: no formula is named {name[:40]!r}")
        if known[name].inputs != formula.inputs or known[name].first != formula.first:
            raise InputError(f"{where}, with: {name} has other inputs, or another first index")
        equations += known[name].own
        meaning = dict(known[name].meaning) | meaning
    return replace(formula, equations=tuple(equations), meaning=meaning)
