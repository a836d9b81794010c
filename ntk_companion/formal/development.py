"""A development: a folder of Coq files, and which of its theorems are evidence."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ntk_companion.formal import sources

ALLOWED = (
    "Classical_Prop.classic",
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
)
"""The axioms a theorem may rest on: those of Coq's real numbers, functional extensionality and classical logic."""


class ProofError(Exception):
    """A proof, a generated definition or the seal is not what it should be; the message names the file."""


@dataclass(frozen=True)
class Mutant:
    """A wrong statement: the theorem's with `old` replaced by `new`, whose negation is the theorem `by`."""

    old: str
    new: str
    by: str


@dataclass(frozen=True)
class Registered:
    """A theorem that is evidence, as `file.theorem`; `witness` proves that its hypotheses can hold together."""

    name: str
    mutants: tuple[Mutant, ...]
    witness: str


@dataclass(frozen=True)
class Development:
    """A folder of Coq files. `base` is another development whose files it may require, such as `PROOFS`.

    Every file declares names that no other file declares, so that a name means one thing.
    """

    folder: Path
    base: Development | None = None

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of every Coq file by its name without ending, each after those it requires.

        Raises ProofError on a file that is not there, or on files that require each other.
        """
        texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.v"))}
        beyond = self.base.texts if self.base else {}
        needs = {name: sources.required(text) for name, text in texts.items()}
        for name, wanted in needs.items():
            if missing := [one for one in wanted if one not in texts and one not in beyond]:
                raise ProofError(f"{self.folder / name}.v requires {missing[0]}, and there is no file {missing[0]}.v")
        try:
            order = list(
                TopologicalSorter({n: [w for w in ws if w in texts] for n, ws in needs.items()}).static_order()
            )
        except CycleError as error:
            raise ProofError(f"the files {', '.join(error.args[1])} in {self.folder} require each other") from None
        return {name: texts[name] for name in order}

    @cached_property
    def theorems(self) -> dict[str, Registered]:
        """The theorems that are evidence, by `file.theorem`. Raises ProofError if `theorems.toml` lists none."""
        path = self.folder / "theorems.toml"
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            return {
                f"{file}.{name}": _registered(f"{file}.{name}", entry)
                for file, names in table.items()
                for name, entry in names.items()
            }
        except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
            raise ProofError(f"{path} does not list theorems: {error}") from None

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file that the seal holds: the Coq files and `theorems.toml`."""
        names = [f"{name}.v" for name in self.texts] + ["theorems.toml"]
        return {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in sorted(names)}

    @cached_property
    def declared(self) -> dict[str, tuple[str, str, int]]:
        """File, kind and line of every declared name. Raises ProofError on a definition whose name has two meanings."""
        found: dict[str, tuple[str, str, int]] = dict(self.base.declared) if self.base else {}
        for file, text in self.texts.items():
            for name, (kind, line) in sources.declared(text).items():
                if name in found and (kind in sources.DEFINITIONS or found[name][1] in sources.DEFINITIONS):
                    raise ProofError(f"{self.folder / file}.v declares {name} again: {found[name][0]}.v has it")
                found[name] = (file, kind, line)
        return found

    def place(self, theorem: str) -> tuple[str, int]:
        """The file and the line of `file.theorem`. Raises ProofError if it is not there."""
        file, _, name = theorem.partition(".")
        lines = sources.declared(
            (self.base.texts if self.base and file not in self.texts else self.texts).get(file, "")
        )
        if name not in lines:
            raise ProofError(f"{self.folder} has no theorem {theorem}")
        return f"{file}.v", lines[name][1]

    def faults(self) -> list[str]:
        """What the files must not say, a sentence each; empty if they may be believed as far as Coq accepts them."""
        return [
            f"{self.folder / name}.v {fault}" for name, text in self.texts.items() for fault in sources.faults(text)
        ]


def _registered(name: str, entry: dict[str, Any]) -> Registered:
    mutants = tuple(Mutant(one["from"], one["to"], one["by"]) for one in entry.get("mutants", ()))
    return Registered(name, mutants, entry.get("witness", ""))
