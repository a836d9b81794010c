"""Suites of statements: what the machinery serves, found through the entry point ``ntk_companion.suites``.

A suite is a package with a folder a subject. By its place alone the machinery knows what a file of a subject is:

    test_*.py          statements with their checks         experiments/NAME.py   `run` yields `Results`
    recorded/NAME.csv  recorded results, sealed             *.toml                claims to audit
    tables.py          TABLES, of recorded results          figures               FIGURES, drawn from recorded results
    formal.py          PROOFS, in Coq, of its statements by their ids; RULES, by which an auditor uses their theorems

``ledger.json`` in the suite's folder is the recorded ledger: what a reader sees before running anything, and the
verdicts that a whole run must reach.
"""

import ast
import contextlib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from ntk_companion import ledger
from ntk_companion.results import Results, read

GROUP = "ntk_companion.suites"
"""The entry point by which an installed package names its `Suite`."""


@dataclass(frozen=True)
class Suite:
    """A suite of statements on one or more subjects.

    name      of the suite, as its statements' `source` names it where they are the suite's own
    title     of its report
    authors   of the suite, for its report; empty if it does not say
    package   the dotted name of its package
    subjects  the names of its subjects' packages, in their order
    command   that runs its checks
    """

    name: str
    title: str
    package: str
    subjects: tuple[str, ...]
    command: str
    authors: str = ""

    @property
    def folder(self) -> Path:
        """Where the suite's package lies, links followed."""
        return _folder(self.package)

    @property
    def ledger(self) -> Path:
        """The recorded ledger, which ships with the suite."""
        return self.folder / "ledger.json"

    def modules(self) -> Iterator[ModuleType]:
        """Every file of statements, imported."""
        for subject in self.subjects:
            for file in sorted(_folder(f"{self.package}.{subject}").glob("test_*.py")):
                yield importlib.import_module(f"{self.package}.{subject}.{file.stem}")

    def titles(self) -> dict[str, str]:
        """The title of every subject: the first line of what its package says of itself, or its name."""
        said = {name: importlib.import_module(f"{self.package}.{name}").__doc__ for name in self.subjects}
        return {name: (text or name).strip().partition("\n")[0].rstrip(".") for name, text in said.items()}

    def claims(self) -> list[Path]:
        """The files of claims, in the order of subjects."""
        return [file for subject in self._folders() for file in sorted(subject.glob("*.toml"))]

    def experiments(self) -> dict[str, str]:
        """The modules of experiments by name."""
        return {
            file.stem: f"{self.package}.{subject}.experiments.{file.stem}"
            for subject, folder in zip(self.subjects, self._folders(), strict=True)
            for file in sorted((folder / "experiments").glob("[!_]*.py"))
        }

    def recorded_folder(self, experiment: str) -> Path:
        """Where the results of an experiment are recorded. Raises KeyError on a name that no experiment has."""
        return _folder(self.experiments()[experiment].rpartition(".experiments.")[0]) / "recorded"

    def recorded(self, name: str) -> Results:
        """The results recorded under a name. Raises ValueError if there are none, or on an edited file."""
        for subject in self._folders():
            if (path := subject / "recorded" / f"{name}.csv").is_file():
                return read(path)
        raise ValueError(f"no results are recorded under {name!r}: run the experiment that makes them")

    def tables(self) -> list[Any]:
        """The tables of recorded results (`appendix.recorded_table.RecordedTable`), in the order of subjects."""
        return self._gathered("tables", "TABLES")

    def figures(self) -> list[Any]:
        """The figures (`appendix.figure.FigureSpec`), in the order of subjects. Needs matplotlib."""
        return self._gathered("figures", "FIGURES")

    def formal(self) -> list[tuple[Any, Any]]:
        """Every statement that is proved in Coq and the `formal.Formal` that says how, from each subject's `formal`.

        Raises ValueError on a proof of a statement that the suite does not have.
        """
        proofs = self.proofs()
        statements = {s.id: s for module in self.modules() for s, _, _ in _items(module)} if proofs else {}
        for name in proofs:
            if name not in statements:
                raise ValueError(f"there is a proof of {name!r}, and the suite {self.title!r} has no such statement")
        return [(statements[name], proof) for name, several in proofs.items() for proof in several]

    def proofs(self) -> dict[str, tuple[Any, ...]]:
        """How each statement that has a proof in Coq is proved (`formal.Formal`), from each subject's `formal`."""
        return {name: several for proofs in self._named("formal", "PROOFS") for name, several in proofs.items()}

    def rules(self) -> list[Any]:
        """What the proved theorems say of whole families of networks (`formal.rules`), in the order of subjects."""
        return self._gathered("formal", "RULES")

    def _folders(self) -> list[Path]:
        return [_folder(f"{self.package}.{subject}") for subject in self.subjects]

    def _gathered(self, module: str, name: str) -> list[Any]:
        return [one for several in self._named(module, name) for one in several]

    def _named(self, module: str, name: str) -> Iterator[Any]:
        """What each subject that has such a module calls by this name."""
        for subject in self.subjects:
            full = f"{self.package}.{subject}.{module}"
            if importlib.util.find_spec(full) is not None and hasattr(found := importlib.import_module(full), name):
                yield getattr(found, name)


@cache
def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"the suite's package {package!r} is not installed: install it, or correct its Suite")
    return Path(next(iter(spec.submodule_search_locations))).resolve()


@cache
def suites() -> tuple[Suite, ...]:
    """Every suite that is installed, an author's own before the one that comes with the machinery."""
    found: list[Suite] = []
    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        # A folder named checks in the reader's own project may hide ours: its statements are then not at hand.
        with contextlib.suppress(ImportError):
            found.append(entry.load())
    return tuple(sorted(dict.fromkeys(found), key=lambda suite: suite.package == "checks"))


def suite_of_path(path: Path) -> Suite | None:
    """The installed suite whose folder this is, or that has this file or folder in it."""
    for suite in suites():
        if path == suite.folder or suite.folder in path.parents:
            return suite
    return None


def suite_of_names(names: Iterable[str]) -> Suite | None:
    """The installed suite that has statements of these ids; None for the statements of a folder that is no suite."""
    wanted = set(names)
    for suite in suites():
        if not wanted.isdisjoint(catalogue(suite)):
            return suite
    return None


@cache
def catalogue(suite: Suite) -> dict[str, dict[str, Any]]:
    """The entries of the suite's recorded ledger by id; none before one is recorded. Imports none of its checks.

    Raises ValueError, naming it, if an entry was edited.
    """
    if not suite.ledger.is_file():
        return {}
    return {entry["id"]: entry for entry in ledger.verified(ledger.read(suite.ledger))}


def declared(suite: Suite) -> dict[str, dict[str, Any]]:
    """The records of all statements that the suite's files declare, by id, with the names of their mutants."""
    from ntk_companion.evidence import Role
    from ntk_companion.judging import CATALOGUE, rests_on

    records: dict[str, dict[str, Any]] = {}
    for module in suite.modules():
        for statement, role, name in _items(module):
            record = records.setdefault(statement.id, statement.record() | {"mutants": []})
            if role in (Role.MUTANT, Role.COUNTEREXAMPLE):
                record["mutants"].append({"name": name, "role": str(role), "killed": None})
    for name, several in suite.proofs().items():
        records[name]["qualification"] = ledger.qualified(
            records[name]["qualification"], [proof.less for proof in several]
        )
        records[name]["theorems"] = [
            {"name": theorem, "less": proof.less} for proof in several for theorem in proof.theorems
        ]
    for statement in [cited for name in list(records) for cited in rests_on(CATALOGUE[name])]:
        records.setdefault(statement.id, statement.record() | {"mutants": []})
    return records


def _items(module: ModuleType) -> Iterator[tuple[Any, ...]]:
    """Statement, role and name of every check item that a module defines."""
    for member in vars(module).values():
        for mark in getattr(member, "pytestmark", ()):
            if mark.name == "statement":
                yield mark.args
            if mark.name == "parametrize":
                for case in mark.args[1]:
                    yield from (inner.args for inner in getattr(case, "marks", ()) if inner.name == "statement")


def descriptions(suite: Suite) -> dict[str, str]:
    """The first line of each experiment's docstring, by name; none of them is imported, which may need an extra."""
    found = {name: suite.recorded_folder(name).parent / "experiments" / f"{name}.py" for name in suite.experiments()}
    documented = {name: ast.get_docstring(ast.parse(file.read_bytes())) for name, file in found.items()}
    return {name: (text or "").partition("\n")[0] for name, text in documented.items()}
