"""A claim as it was read: plain values, nothing decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ntk_companion.audit.claims.formulas import Formula
from ntk_companion.audit.claims.networks import Network
from ntk_companion.audit.claims.training import Sampling, Training
from ntk_companion.audit.syntax.nodes import Node
from numerics.data.points import PointSet

ALTERNATING = "alternating"
Labels = tuple[int, ...] | Literal["alternating"] | None
OWN = "this_claim"
"""The name of a network or point set written inside a claim."""


class Reading(StrEnum):
    """How a statement of the ledger is meant."""

    PRINTED = "printed"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Claim:
    """A claim to be decided: an assertion about its objects, a statement of the ledger by its id, or a formula.

    `reading` says whether the statement is meant as printed or as corrected. Of a claim that could not be read `fault`
    says why, and all but what is to be told of it is empty.
    """

    id: str
    sentence: str
    source: str
    text: str
    assertion: Node | None
    statement: str | None
    reading: Reading
    networks: Mapping[str, Network]
    point_sets: Mapping[str, PointSet]
    constants: Mapping[str, Node]
    network: str | None
    points: str | None
    labels: Labels
    training: Training | None
    expected: str
    written: Mapping[str, Any]
    """The claim's own table and those of the file it rests on, as plain TOML values."""
    fault: str = ""
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    formula: Formula | None = None
    """The formula that is claimed to be right, of a claim that says so."""
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class ClaimsFile:
    """A file of claims, the hash of its bytes, its text and that of the files that it names."""

    name: str
    title: str
    claims: tuple[Claim, ...]
    sha256: str
    text: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
