"""The pytest plugin: runs checks, gathers their evidence, prints the ledger and writes it as JSON.

Works for a bare ``pytest``, under ``pytest -n``, and for check files in any folder.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from checks import ledger
from checks.files import json_text, write_whole
from checks.statements import MutantKilled, Role, Run, Tally, running

BASELINE = Path(__file__).with_name("baseline.json")
PROPERTY = "ntk-companion"
PROFILES = {"default": 25, "thorough": 500}
"""Hypothesis examples per property in each profile."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --profile, --seed, --ledger, --baseline and --write-baseline."""
    group = parser.getgroup("ntk-companion")
    group.addoption("--profile", choices=tuple(PROFILES), default="default", help="how much the checks try")
    group.addoption("--seed", type=int, default=None, metavar="N", help="a fresh run: other samples, other examples")
    group.addoption("--ledger", type=Path, default=None, metavar="FILE", help="where to write the ledger")
    held = "verdicts that this run must reach; default: this suite's, for its own checks"
    group.addoption("--baseline", type=Path, default=None, metavar="FILE", help=held)
    group.addoption("--write-baseline", action="store_true", help="record this run's verdicts as the baseline")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set the profile of hypothesis and start gathering."""
    config.addinivalue_line("markers", "statement(statement, role, name): a check of a statement")
    seed = config.getoption("--seed")
    for name, examples in PROFILES.items():
        hypothesis.settings.register_profile(
            f"ntk-companion {name}",
            max_examples=examples,
            derandomize=seed is None,
            deadline=None,
            database=None,
            print_blob=False,
            suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
        )
    if not config.getoption("--hypothesis-profile", None):
        hypothesis.settings.load_profile(f"ntk-companion {config.getoption('--profile')}")
    if seed is not None and config.getoption("--hypothesis-seed", None) is None:
        config.option.hypothesis_seed = str(seed)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gatherer(config), "ntk-companion gatherer")


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Raise UsageError on a baseline that is not there."""
    path = config.option.baseline
    if path and not path.is_file() and not config.option.write_baseline:
        raise pytest.UsageError(f"there is no baseline {path}: add --write-baseline to record one")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a check item with a tally, and attach the tally to its report."""
    mark = item.get_closest_marker("statement")
    if mark is None:
        return (yield)
    statement, role, name = mark.args
    tally = Tally(role, refutation_expected=role is Role.STATEMENT and statement.finding is not None)
    options = item.config.option
    run = Run(statement.id, tally, options.seed or 0, options.profile == "thorough")
    try:
        with running(run):
            yield
    except MutantKilled:
        pass
    finally:
        value = {"statement": statement.record(), "role": role, "name": name, "tally": dataclasses.asdict(tally)}
        item.user_properties.append((PROPERTY, json.dumps(value)))
    problem = _problem(role, name, tally)
    if problem:
        pytest.fail(f"{statement.id}: {problem}", pytrace=False)
    return None


def _problem(role: Role, name: str, tally: Tally) -> str:
    refuted = tally.verdicts.get("REFUTED", 0)
    if role is Role.MUTANT and not refuted:
        return f"the mutant {name!r} survives: this check cannot tell it from the statement"
    if role is Role.COUNTEREXAMPLE and not refuted:
        return f"no counterexample without the hypothesis {name!r}"
    if role is Role.CORRECTED and set(tally.verdicts) != {"CONFIRMED"}:
        return f"the corrected form is not confirmed: {tally.verdicts}"
    if not tally.verdicts:
        return "the check recorded no evidence"
    return ""


class Gatherer:
    """Gathers the check items of a session, on the process that prints."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.items: list[dict[str, Any]] = []
        self.ledger: dict[str, Any] | None = None
        self.reasons: list[str] = []
        self.partly: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the tally from the report of a check item's call."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == PROPERTY:
                ran = {"outcome": report.outcome, "seconds": report.duration, "test": report.nodeid}
                self.items.append(json.loads(str(value)) | ran)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Derive the ledger, write it, and fail the run for what must fail it."""
        options = self.config.option
        path = options.baseline or BASELINE
        baseline = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        whole = self._is_whole()
        expected = baseline if whole else ()
        if not self.items and not expected:
            return
        order = {name: position for position, name in enumerate(baseline)}
        # By test, too: workers report in any order.
        self.items.sort(key=lambda item: (order.get(item["statement"]["id"], len(order)), item["test"]))
        self.ledger = ledger.build(self.items, {"profile": options.profile, "seed": options.seed})
        self.reasons = ledger.failures(self.ledger, baseline, () if options.write_baseline else expected)
        if options.write_baseline and whole:
            write_whole(path, json_text(_baseline(self.ledger)))
        elif options.write_baseline:
            self.reasons.append("no baseline was written, as not all checks ran; for your own checks give --baseline")
        written = self.ledger if expected else self._with_what_was_there(self.ledger)
        write_whole(self._path(), json_text(written))
        if self.reasons and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _with_what_was_there(self, found: dict[str, Any]) -> dict[str, Any]:
        """The ledger of a run of some checks, put into the ledger that is there if it is whole and of this version."""
        try:
            before = ledger.read(self._path())
            ledger.verified(before)
        except (ValueError, OSError):
            return found
        result, self.partly = ledger.merged(before, found)
        return result

    def _path(self) -> Path:
        return self.config.option.ledger or self.config.rootpath / "ledger.json"

    def _is_whole(self) -> bool:
        """Does this session run all that the baseline speaks of, nothing selected away?"""
        options = self.config.option
        if options.keyword or options.markexpr or options.collectonly or getattr(options, "deselect", None):
            return False
        if options.baseline:
            return not self._stopped_early()
        folder = BASELINE.parent
        chosen = [(self.config.invocation_params.dir / str(argument)).resolve() for argument in self.config.args]
        return any(folder == path or path in folder.parents for path in chosen) and not self._stopped_early()

    def _stopped_early(self) -> bool:
        session = self.config.pluginmanager.get_plugin("session")
        return bool(session and (session.shouldstop or session.shouldfail))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the ledger and why the run fails, if it does."""
        if self.ledger is None:
            return
        terminalreporter.section("ledger")
        for line in ledger.table(self.ledger):
            terminalreporter.write_line(line)
        for reason in self.reasons:
            terminalreporter.write_line(f"FAILS: {reason}", red=True)
        spent = ledger.false_alarm(self.ledger)
        if spent:
            line = f"by sampling, this run refutes something true with probability at most {spent:.1e}"
            terminalreporter.write_line(line)
        left = f", except {', '.join(self.partly)}: run only in part" if self.partly else ""
        terminalreporter.write_line(f"written to {self._path()}{left}")


def _baseline(built: dict[str, Any]) -> dict[str, Any]:
    return {
        entry["id"]: {"verdict": entry["verdict"], "revision": entry["revision"]}
        for entry in built["statements"]
        if entry["verdict"] in ledger.DECIDED
    }
