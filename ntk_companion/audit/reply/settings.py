"""What a claim speaks of, in words: a reply that names it stands alone."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from ntk_companion.audit.claims.claim import OWN, Claim
from ntk_companion.audit.syntax.nodes import Apply, parts
from numerics.data.points import PointSet, RationalPoints

MOST_CHARACTERS = 600
CHOICES = ("loss", "reduction", "weight_decay", "towards")
"""What may be said of a training beside its width, its time and its seeds."""
MOST_COORDINATES = 24
"""Points given by their coordinates are told by them up to so many."""


def setting(claim: Claim, seed: int) -> str:
    """The networks, points, labels, training and seeds of a claim, in one line."""
    told = [*_networks(claim), *_points(claim)]
    if claim.labels is not None:
        labels = claim.labels if isinstance(claim.labels, str) else ", ".join(map(str, claim.labels))
        told.append(f"labels {labels}")
    if claim.training is not None:
        training = claim.training
        seeds = f"{training.seeds} networks" if training.seed is None else f"seed {training.seed}"
        written = claim.written["claim"]["training"]
        chosen = "".join(f", {key} {written[key]}" for key in CHOICES if key in written)
        told.append(f"width {training.width}, trained until {written['until']}{chosen}, {seeds}")
    if "sampling" in claim.written["claim"]:
        told.append(f"at most {claim.sampling.draws} draws, error {claim.sampling.error:g}")
    told.append(f"run with seed {seed}")
    line = "; ".join(told)
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 3] + "..."


def _named(claim: Claim, first: str | None) -> Iterator[str]:
    """The claim's own object, and those that its words name in brackets."""
    found = [first] if first is not None else []
    for part in parts(claim.assertion) if claim.assertion is not None else ():
        found += [name for name in (part.network, part.points) if name] if isinstance(part, Apply) else []
    yield from dict.fromkeys(found)


def _networks(claim: Claim) -> Iterator[str]:
    for name in _named(claim, claim.network):
        if name in claim.networks:
            table = claim.written["claim"]["network"] if name == OWN else claim.written["networks"][name]
            shown = "network" if name == OWN else f"network {name}"
            yield f"{shown}: {_table(table)}"


def _points(claim: Claim) -> Iterator[str]:
    for name in _named(claim, claim.points):
        if name in claim.point_sets:
            points = claim.point_sets[name]
            shown = "points" if name == OWN else f"points {name}"
            yield f"{shown}: {_told(points)}"


def _told(points: PointSet) -> str:
    """The name of a point set; few points given by their coordinates are told by them."""
    if not isinstance(points, RationalPoints) or points.unit_norm or len(points) * points.dimension > MOST_COORDINATES:
        return str(points.name)
    rows = [[str(Fraction(int(value), int(points.denominator))) for value in row] for row in points.numerators]
    return f"{points.name}, " + " ".join(f"({', '.join(row)})" for row in rows)


def _table(table: Mapping[str, Any]) -> str:
    named = ("family", "preset")
    words = [str(table[key]) for key in named if key in table]
    words += [f"{key} {_value(value)}" for key, value in table.items() if key not in named]
    return ", ".join(words)


def _value(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
