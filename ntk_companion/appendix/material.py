"""What tables are made of: verified entries of the ledger, and recorded results."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntk_companion import ledger, results
from ntk_companion.suite import Suite, catalogue, suite_of_names

Record = dict[str, Any]


@dataclass(frozen=True)
class Material:
    """The ledger of a run, and the records of the statements that it must hold, by id.

    suite  whose statements it speaks of; None if they are of a folder that is no installed suite
    """

    ledger: Record
    catalogue: Mapping[str, Record]
    suite: Suite | None = None

    @classmethod
    def read(cls, path: Path) -> Material:
        """The ledger of a file beside the records of its suite's statements. Raises ValueError or OSError."""
        found = ledger.read(path)
        suite = suite_of_names({*found["index"], *(one["id"] for one in found["statements"])})
        return cls(found, catalogue(suite) if suite else {}, suite)

    @property
    def names(self) -> set[str]:
        """The ids that the ledger speaks of."""
        return {*self.ledger["index"], *(one["id"] for one in self.ledger["statements"])}

    @property
    def command(self) -> str:
        """The command that makes the ledger again."""
        if self.suite:
            return self.suite.command
        files = {test.partition("::")[0] for one in self.ledger["statements"] for test in one.get("tests", ())}
        return " ".join(["pytest", *sorted(files)])

    def entry(self, name: str) -> Record:
        """The ledger's entry of a statement.

        Raises ValueError, naming it, if it is missing, was edited, or speaks of another revision of the statement.
        """
        found = ledger.entry(self.ledger, name)
        known = self.catalogue.get(name)
        if known and known["revision"] != found["revision"]:
            raise ValueError(
                f"the ledger's entry {name!r} is of revision {found['revision']} and the statement of revision"
                f" {known['revision']}: run 'pytest checks/' again"
            )
        return found

    def matching(self, pattern: str) -> list[str]:
        """The ids of this suite's statements that match a pattern with *; the pattern itself if it has none."""
        return fnmatch.filter(self.catalogue, pattern) if "*" in pattern else [pattern]

    def entries(self, wanted: Callable[[Record], bool]) -> list[Record]:
        """The entries of all statements that are wanted, of this suite and of an author's own, in the ledger's order.

        Raises ValueError, naming it, if one is missing or was edited: what is wanted is asked of this suite's records,
        and an entry of an author's own is verified whether wanted or not.
        """
        written = [one.get("id") for one in self.ledger["statements"]]
        names = dict.fromkeys([*written, *self.catalogue, *self.ledger["index"]])
        found = []
        for name in names:
            if name in self.catalogue:
                if wanted(self.catalogue[name]):
                    found.append(self.entry(name))
            elif wanted(own := self.entry(name)):
                found.append(own)
        return found


def made_of_entries(entries: Iterable[Record]) -> dict[str, str]:
    """What made some entries: profile, seed and versions, every one that occurs."""
    made = [one["made"] for one in entries]
    texts = {
        "profile": [str(one["profile"]) for one in made],
        "seed": ["that of each statement" if one["seed"] is None else str(one["seed"]) for one in made],
        "versions": [versions_text(one["versions"]) for one in made],
    }
    return {key: "; ".join(dict.fromkeys(values)) for key, values in texts.items()}


def made_of_results(found: results.Results) -> dict[str, str]:
    """What made recorded results: their settings, with the versions as one text."""
    packages = {name: text for name, text in found.settings.items() if name in ("python", *results.PACKAGES)}
    settings = {name: text for name, text in found.settings.items() if name not in packages}
    return settings | {"versions": versions_text(packages)}


def versions_text(versions: Mapping[str, str]) -> str:
    """Versions on one line."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def status(entry: Record) -> str:
    """A verdict with its scope: never one without the other."""
    finding = "finding; " if entry["finding"] else ""
    return f"{entry['verdict']} ({finding}{entry['scope']})"
