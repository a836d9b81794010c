"""Reading a claims file: TOML within stated limits, every fault met with one sentence that points at the place."""

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ntk_companion.audit.claims import toml
from ntk_companion.audit.claims.claim import ALTERNATING, OWN, Claim, ClaimsFile, Labels, Reading
from ntk_companion.audit.claims.formulas import Formula, read_formulas
from ntk_companion.audit.claims.networks import Network
from ntk_companion.audit.claims.training import (
    ERRORS,
    LEAST_DRAWS,
    MOST_CLASSES,
    MOST_DRAWS,
    MOST_SEEDS,
    MOST_WIDTH,
    SOFTMAX,
    Sampling,
    Training,
)
from ntk_companion.audit.syntax.builder import check_new_name, is_free
from ntk_companion.audit.syntax.errors import ClaimError, InputError
from ntk_companion.audit.syntax.language import parse, parse_constant
from ntk_companion.audit.syntax.nodes import Apply, Limit, Name, Node, Number, Quantified, parts
from ntk_companion.evidence import Verdict
from ntk_companion.networks import KEYS, network_of
from numerics.data.parse import parse_points
from numerics.data.points import PointSet, rational_points
from numerics.losses import LOSSES, REDUCTIONS, TOWARDS
from theory.architecture import BIASES, FAMILIES
from theory.presets import PRESETS

MOST_CLAIMS = 1_000
MOST_POINTS = 200
MOST_DIMENSION = 2_000
MOST_KEPT_BYTES = 5_000_000
"""Limits of a claims file; what exceeds one is refused before any work."""

FILE_KEYS = ("title", "networks", "points", "constants", "formulas", "claim")
CLAIM_KEYS = (
    "id", "sentence", "source", "network", "points", "labels", "training", "constants", "assertion", "statement",
    "formula", "sampling", "reading", "expected",
)  # fmt: skip
SHARED = ("networks", "points", "constants", "formulas")
"""Tables that several claims of a file rest on."""
TRAINING_KEYS = ("width", "until", "seed", "seeds", "loss", "reduction", "weight_decay", "towards")
TRAINING_WORDS = {"loss": (*LOSSES, SOFTMAX), "reduction": REDUCTIONS, "towards": TOWARDS}
NETWORK_KEYS = ("family", *KEYS)
PLAIN_KEYS = {"family", "depth", "scale", "bias", "trained"}
"""What is said of the networks of a family; other keys make it one of a preset."""
MOST_DECAY = 10**6
VERDICTS = tuple(map(str, Verdict))
READINGS = tuple(map(str, Reading))


def read_claims(path: Path) -> ClaimsFile:
    """The claims in a file. Raises InputError on bad input, OSError if the file cannot be read."""
    with path.open("rb") as file:
        content = file.read(toml.MOST_BYTES + 1)
    return parse_claims(content, str(path), path.parent)


def parse_claims(content: bytes, name: str = "claims", folder: Path | None = None) -> ClaimsFile:
    """The claims in the bytes of a file. Point sets named by a CSV file are looked for in `folder`.

    A claim that cannot be read has a `fault`. Raises InputError, naming the place, on whatever is no file of claims, or
    has none that can be read.
    """
    table = toml.load(content, name)
    toml.only(table, FILE_KEYS, name)
    claims = table.get("claim")
    if not isinstance(claims, list) or not claims:
        raise InputError(f"{name}: no claims; write a table [[claim]] with id, sentence and assertion")
    if len(claims) > MOST_CLAIMS:
        raise InputError(f"{name}: {len(claims)} claims; at most {MOST_CLAIMS} are read")
    reader = _Reader(table, name, folder)
    read: dict[str, Claim] = {}
    for number, entry in enumerate(claims, start=1):
        claim = reader.claim_or_fault(entry, number)
        if claim.id in read:
            raise InputError(f"{name}: two claims have the id {claim.id!r}; ids must differ")
        read[claim.id] = claim
    if all(claim.fault for claim in read.values()):
        raise InputError(next(iter(read.values())).fault)
    title = toml.text_of(table, "title", name, "")
    digest = hashlib.sha256(content).hexdigest()
    return ClaimsFile(name, title, tuple(read.values()), digest, content.decode("utf-8"), _texts(reader.files, folder))


def _texts(names: Iterable[str], folder: Path | None) -> dict[str, str]:
    """The texts of the files that claims name, as far as they are not too long to keep in a record."""
    paths = {name: (folder or Path()) / name for name in names}
    return {
        name: path.read_text(encoding="utf-8", errors="replace")
        for name, path in paths.items()
        if path.stat().st_size <= MOST_KEPT_BYTES
    }


class _Reader:
    """Reads claims of one file, its networks, points and constants known."""

    def __init__(self, table: dict[str, Any], name: str, folder: Path | None) -> None:
        self.table = table
        self.name = name
        self.folder = folder
        self.files: list[str] = []
        self.constants = self._constants(table, name, {})
        entries = toml.table_of(table, "networks", name)
        self.networks = {key: self.network(value, f"{name}, networks.{key}") for key, value in entries.items()}
        self.formulas = read_formulas(toml.table_of(table, "formulas", name), name, folder, entries)
        self.files += [formula.source for formula in self.formulas.values() if formula.from_file]
        sets = toml.table_of(table, "points", name)
        self.point_sets = {key: self.points(value, f"{name}, points.{key}") for key, value in sets.items()}
        taken: set[str] = set()
        for key in (*entries, *sets, *self.constants):
            _new_name(key, name, taken)
            taken.add(key)

    def claim_or_fault(self, entry: Any, number: int) -> Claim:
        """One claim, with its fault if it cannot be read. Raises InputError on one without a good id."""
        name = self._id(entry, number)
        try:
            return self.claim(entry, name)
        except InputError as error:
            sentence, source, text = (_shown(entry.get(key)) for key in ("sentence", "source", "assertion"))
            return Claim(
                name, sentence, source, text, None, None, Reading.PRINTED, {}, {}, {}, None, None, None, None, "",
                {"claim": entry}, str(error),
            )  # fmt: skip

    def _id(self, entry: Any, number: int) -> str:
        where = f"{self.name}, claim {number}"
        if not isinstance(entry, dict):
            raise InputError(f"{where}: write claims as tables [[claim]]")
        name = toml.text_of(entry, "id", where)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}", name):
            raise InputError(f"{where}: the id {name[:40]!r} needs letters, digits and : . _ - only, at most 100")
        return name

    def claim(self, entry: dict[str, Any], name: str) -> Claim:
        """The claim of this id. Raises InputError."""
        where = f"{self.name}, claim {name!r}"
        toml.only(entry, CLAIM_KEYS, where)
        constants = self._constants(entry, where, dict(self.constants))
        networks, point_sets = dict(self.networks), dict(self.point_sets)
        network = self._named(entry, "network", networks, where)
        points = self._named(entry, "points", point_sets, where)
        formula = self._formula(entry, where)
        text, statement = toml.text_of(entry, "assertion", where, ""), toml.text_of(entry, "statement", where, "")
        if not text and not statement and formula is None:
            raise InputError(
                f'{where}: no assertion; write assertion = "...", statement = "..." for one of the ledger,'
                ' or formula = "..." for one of [formulas]'
            )
        names, objects = set(constants), {*networks, *point_sets} - {OWN}
        assertion = None
        if text:
            assertion = _at_place(where, "assertion", text, lambda: parse(text, names, objects))
            self._check_names(assertion, networks, point_sets, points, where)
        expected = toml.text_of(entry, "expected", where, "")
        if expected and expected not in VERDICTS:
            raise InputError(f"{where}: expected must be one of {', '.join(VERDICTS)}, not {expected[:40]!r}")
        reading = toml.text_of(entry, "reading", where, Reading.PRINTED)
        if reading not in READINGS or ("reading" in entry and not statement):
            raise InputError(f"{where}: reading says of a statement which form is meant, one of {', '.join(READINGS)}")
        training = _training(entry, where)
        written = {"claim": entry} | {key: self.table.get(key, {}) for key in SHARED}
        return Claim(
            name, toml.sentence_of(entry, "sentence", where), toml.sentence_of(entry, "source", where), text, assertion,
            statement or None, Reading(reading), networks, point_sets, constants, network, points,
            _labels(entry, where, training), training, expected, written, formulas=self.formulas, formula=formula,
            sampling=_sampling(entry, where),
        )  # fmt: skip

    def _formula(self, entry: dict[str, Any], where: str) -> Formula | None:
        """The formula that the claim says is right. Raises InputError."""
        name = toml.text_of(entry, "formula", where, "")
        if name and name not in self.formulas:
            raise InputError(f"{where}: no formula is named {name[:40]!r}; declare [formulas.{name[:40]}]")
        if name and ("assertion" in entry or "statement" in entry):
            raise InputError(f"{where}: a claim is a formula, an assertion or a statement: write two claims")
        return self.formulas[name] if name else None

    def _named(self, entry: dict[str, Any], key: str, known: dict[str, Any], where: str) -> str | None:
        value = entry.get(key)
        if value is None:
            return None
        if isinstance(value, str) and (
            value in known or (key == "points" and value.isidentifier() and value != "hexagon")
        ):
            return value
        if key == "network" and isinstance(value, str):
            raise InputError(
                f"{where}: no network is named {value!r}; declare [networks.{value}],"
                ' or write { family = "fcn", depth = 3 }'
            )
        known[OWN] = (self.network if key == "network" else self.points)(value, f"{where}, {key}")
        return OWN

    def _check_names(
        self,
        assertion: Node,
        networks: Mapping[str, Network],
        sets: Mapping[str, PointSet],
        points: str | None,
        where: str,
    ) -> None:
        """Point sets and depths may be variables of the assertion, and must then be bound there, under a new name."""
        found = list(parts(assertion))
        bound = {part.variable for part in found if isinstance(part, Quantified | Limit)}
        for taken in sorted(bound & {*sets, *networks}):
            raise InputError(f"{where}: {taken!r} is a point set or network already: give the variable another name")
        if points is not None and points not in sets and points not in bound:
            raise InputError(
                f"{where}: no point set is named {points!r}; declare it under [points],"
                f" or quantify: 'for all {points} in different_points(6, 3): ...'"
            )
        for part in found:
            if isinstance(part, Apply) and part.network is not None:
                for name in (part.network, part.points):
                    if name is not None and name not in networks and name not in sets and name not in bound:
                        raise InputError(f"{where}: {name!r} is neither a network nor a point set")

    def network(self, value: Any, where: str) -> Network:
        """The network that its table says."""
        if not isinstance(value, dict):
            raise InputError(f'{where}: write a network as {{ family = "fcn", depth = 3 }}')
        toml.only(value, NETWORK_KEYS, where)
        if value.get("family") not in FAMILIES or value.keys() - PLAIN_KEYS:
            return self._other_network(value, where)
        family, bias = toml.text_of(value, "family", where), toml.text_of(value, "bias", where, "trained")
        if bias not in BIASES:
            raise InputError(f"{where}: bias must be one of {', '.join(BIASES)}, not {bias[:40]!r}")
        if "scale" in value and family == "fcn":
            raise InputError(f'{where}: scale is the residual scale: it needs family = "resnet"')
        if "depth" not in value:
            raise InputError(f"{where}: no depth; write depth = 3")
        trained = value.get("trained")
        if trained is not None and not (isinstance(trained, list) and all(isinstance(name, str) for name in trained)):
            raise InputError(f'{where}: trained must be a list of parameter groups, such as ["W_1", "b_1"]')
        scale = self._size(value["scale"], f"{where}, scale") if "scale" in value else None
        return Network(
            family,
            self._size(value["depth"], f"{where}, depth"),
            scale,
            bias,
            None if trained is None else tuple(trained),
        )

    def _other_network(self, value: dict[str, Any], where: str) -> Network:
        """A network by a preset's name and its choices, or by its layers, as in a file of networks."""
        named = {key: value[key] for key in ("family", "preset") if key in value}
        if len(named) > 1:
            raise InputError(f"{where}: give a family or a preset, not both")
        if named and next(iter(named.values())) not in PRESETS:
            raise InputError(f"{where}: family must be one of {', '.join(PRESETS)}, not {str(named)[:60]!r}")
        if "depth" not in value:
            raise InputError(f"{where}: no depth; write depth = 3")
        table = {key: value[key] for key in value if key not in ("family", "depth", "scale")}
        table |= {"preset": next(iter(named.values()))} if named else {}
        scale = self._size(value["scale"], f"{where}, scale") if "scale" in value else None
        try:
            network_of({**table, "depth": 1} | ({"scale": 1} if scale is not None else {}), where)
        except ValueError as error:
            raise InputError(str(error)) from None
        return Network(table.get("preset", "layers"), self._size(value["depth"], f"{where}, depth"), scale, table=table)

    def _size(self, value: Any, where: str) -> Node:
        """A number, or an expression in constants and in variables that the assertion binds, such as "L + 1"."""
        named = re.findall(r"[A-Za-z][A-Za-z0-9_]*", value) if isinstance(value, str) else ()
        variables = {name: Name((0, 0), name) for name in named if is_free(name)}
        return _number(value, where, variables | dict(self.constants))

    def points(self, value: Any, where: str) -> PointSet:
        """A point set by name, or a list of points, each a list of exact coordinates."""
        if isinstance(value, str):
            return self._points_by_name(value, where)
        if not isinstance(value, list) or not all(isinstance(row, list) and row for row in value) or not value:
            raise InputError(
                f'{where}: write points as "hexagon", "circle:N", ... or as a list such as [[0, 1], ["1/2", -0.3]]'
            )
        size, dimension = len(value), max(map(len, value))
        if size > MOST_POINTS or dimension > MOST_DIMENSION:
            raise InputError(
                f"{where}: {size} points in R^{dimension}; at most {MOST_POINTS} in R^{MOST_DIMENSION} are read"
            )
        rows = [
            [toml.exact_number(cell, f"{where}, point {place}") for cell in row]
            for place, row in enumerate(value, start=1)
        ]
        try:
            return rational_points(f"{size} points in R^{dimension}", rows)
        except ValueError as error:
            raise InputError(f"{where}: {error}") from None

    def _points_by_name(self, text: str, where: str) -> PointSet:
        is_file = text.endswith(".csv")
        size = re.fullmatch(r"[a-z]+:([0-9]{1,9})(?:,([0-9]{1,9}))?(?:,[0-9]{1,9})?", text)
        if size and (int(size[1]) > MOST_POINTS or int(size[2] or 1) > MOST_DIMENSION):
            raise InputError(
                f"{where}: {text!r} is too large: at most {MOST_POINTS} points in R^{MOST_DIMENSION} are audited"
            )
        try:
            if is_file and self.folder is None:
                raise ValueError(f"{text!r} is a file; claims that are not in a file cannot name one")
            if not is_file and not size and text != "hexagon":
                raise ValueError(
                    f"no point set {text[:40]!r}: write hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N"
                    " or a .csv file"
                )
            found = parse_points(str((self.folder or Path()) / text) if is_file else text)
            if is_file:
                self.files.append(text)
                found = dataclasses.replace(found, name=text)
        except (ValueError, OSError) as error:
            raise InputError(f"{where}: {error}") from None
        if len(found) > MOST_POINTS or found.dimension > MOST_DIMENSION:
            raise InputError(
                f"{where}: {len(found)} points in R^{found.dimension};"
                f" at most {MOST_POINTS} in R^{MOST_DIMENSION} are audited"
            )
        return found

    def _constants(self, table: dict[str, Any], where: str, known: dict[str, Node]) -> dict[str, Node]:
        taken = set(known)
        for key, value in toml.table_of(table, "constants", where).items():
            _new_name(key, f"{where}, constants", taken)
            known[key] = _number(value, f"{where}, constants.{key}", known)
            taken.add(key)
        return known


def _shown(value: Any) -> str:
    """What stands in the place of a text of a claim that cannot be read."""
    text = value if isinstance(value, str) else ""
    return "".join(character if character.isprintable() else " " for character in text[: toml.MOST_SENTENCE])


def _at_place(where: str, key: str, text: str, read: Any) -> Any:
    """Run a reader of text; name the place if it complains."""
    try:
        return read()
    except ClaimError as error:
        before = " ".join(text[: error.column - 1].split())[-24:]
        after = f", after {before!r}" if before else ""
        raise InputError(f"{where}, {key}, column {error.column}{after}: {error.message}") from None


def _number(value: Any, where: str, known: Mapping[str, Node]) -> Node:
    if isinstance(value, str):
        return _at_place(where, "expression", value, lambda: parse_constant(value, known))
    return Number((0, 0), toml.exact_number(value, where))


def _labels(entry: dict[str, Any], where: str, training: Training | None) -> Labels:
    labels = entry.get("labels")
    if labels is None or labels == ALTERNATING:
        return labels
    classes = MOST_CLASSES if training is not None and training.loss == SOFTMAX else 2
    if not isinstance(labels, list) or not all(label in range(classes) and type(label) is int for label in labels):
        which = "0 and 1" if classes == 2 else f"classes from 0 to {classes - 1}"
        raise InputError(f'{where}: labels must be a list of {which}, one a point, or "{ALTERNATING}"')
    return tuple(labels)


def _training(entry: dict[str, Any], where: str) -> Training | None:
    """How the claim's networks are trained."""
    if "training" not in entry:
        return None
    table, where = entry["training"], f"{where}, training"
    if not isinstance(table, dict) or not {"width", "until"} <= table.keys():
        raise InputError(f'{where}: write {{ width = 1000, until = "1e50" }}')
    toml.only(table, TRAINING_KEYS, where)
    if {"seed", "seeds"} <= table.keys():
        raise InputError(f"{where}: give seed for one network, or seeds for how many, not both")
    until = toml.exact_number(table["until"], f"{where}, until")
    if until < 0:
        raise InputError(f"{where}: until must be a time, 0 or later")
    width = toml.whole_number(table["width"], f"{where}, width", 1, MOST_WIDTH)
    seed = toml.whole_number(table["seed"], f"{where}, seed", 0, 2**63 - 1) if "seed" in table else None
    seeds = toml.whole_number(table.get("seeds", 1), f"{where}, seeds", 1, MOST_SEEDS)
    words = {key: toml.text_of(table, key, where, allowed[0]) for key, allowed in TRAINING_WORDS.items()}
    for key, word in words.items():
        if word not in TRAINING_WORDS[key]:
            raise InputError(f"{where}: {key} must be one of {', '.join(TRAINING_WORDS[key])}, not {word[:40]!r}")
    decay = toml.exact_number(table.get("weight_decay", 0), f"{where}, weight_decay")
    if not 0 <= decay <= MOST_DECAY:
        raise InputError(f"{where}: weight_decay must be from 0 to {MOST_DECAY}")
    return Training(width, until, seed, seeds, weight_decay=decay, **words)


def _sampling(entry: dict[str, Any], where: str) -> Sampling:
    """How the claim's random networks are drawn."""
    if "sampling" not in entry:
        return Sampling()
    table, where = entry["sampling"], f"{where}, sampling"
    if not isinstance(table, dict):
        raise InputError(f'{where}: write {{ draws = 100000, error = "1e-6" }}')
    toml.only(table, ("draws", "error"), where)
    usual = Sampling()
    draws = toml.whole_number(table.get("draws", usual.draws), f"{where}, draws", LEAST_DRAWS, MOST_DRAWS)
    error = toml.exact_number(table.get("error", "1e-8"), f"{where}, error")
    if not ERRORS[0] <= error <= ERRORS[1]:
        raise InputError(f"{where}: error must be a probability from 1e-12 to 1/100")
    return Sampling(draws, float(error))


def _new_name(key: str, where: str, taken: set[str]) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", key):
        raise InputError(
            f"{where}: the name {key[:40]!r} needs ASCII letters, digits and _, a letter first, at most 31"
        )
    try:
        check_new_name(key, 1, taken)
    except ClaimError as error:
        raise InputError(f"{where}: {error.message}") from None
