"""The pytest plugin: runs checks, gathers their evidence, prints the ledger and writes it as JSON.

Works for a bare ``pytest``, under ``pytest -n``, and for check files in any folder. It is a guest: a session without
checks neither waits for it nor sees any setting changed, so that what it needs is imported only once a check runs.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ntk_companion import ledger
from ntk_companion.evidence import Role
from ntk_companion.files import json_text, locked, why_not_writable, write_whole

if TYPE_CHECKING:
    from ntk_companion.judging import Tally
    from ntk_companion.suite import Suite

PROPERTY = "ntk-companion"
PROFILES = {"default": 25, "thorough": 500}
"""Hypothesis examples per property in each profile."""
OPTIONS: dict[str, dict[str, Any]] = {
    "profile": {"choices": tuple(PROFILES), "default": "default", "help": "how much the checks try"},
    "seed": {"type": int, "default": None, "metavar": "N", "help": "a fresh run: other samples, other examples"},
    "ledger": {"type": Path, "default": None, "metavar": "FILE", "help": "where to write the ledger"},
    "baseline": {
        "type": Path, "default": None, "metavar": "FILE",
        "help": "a ledger whose verdicts this run must reach; default: that of the suite, for its own checks",
    },
    "write-baseline": {
        "action": "store_true", "default": False, "help": "record this run's ledger as the baseline"
    },
}  # fmt: skip
"""Options of a run of checks: without the prefix, as long as no other plugin has them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run of checks, with a prefix that no other plugin has."""
    for name, described in OPTIONS.items():
        parser.getgroup("ntk-companion").addoption(f"--ntk-{name}", dest=_attribute(name), **described)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser) -> None:
    """Let the options be spelled without the prefix, those that no other plugin has taken."""
    for name, described in OPTIONS.items():
        with contextlib.suppress(ValueError, argparse.ArgumentError):
            parser.getgroup("ntk-companion").addoption(f"--{name}", dest=_attribute(name), **described)


def _attribute(name: str) -> str:
    return f"ntk_{name.replace('-', '_')}"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of check items, and start gathering them."""
    config.addinivalue_line("markers", "statement(statement, role, name): a check of a statement")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gatherer(config), "ntk-companion gatherer")


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Raise UsageError on a baseline that is not there."""
    path = config.option.ntk_baseline
    if path and not path.is_file() and not config.option.ntk_write_baseline:
        raise pytest.UsageError(f"there is no baseline {path}: add --ntk-write-baseline to record one")
    if config.option.ntk_ledger:
        _needs_place(config.option.ntk_ledger)


def _needs_place(path: Path) -> None:
    """Raise UsageError unless a ledger can be written there, over a ledger or nothing."""
    if fault := why_not_writable(path):
        raise pytest.UsageError(f"the ledger cannot be written to {path}: {fault}; give another --ledger")
    if path.exists() and not _is_some_ledger(path):
        raise pytest.UsageError(f"{path} is not a ledger, and stays as it is: give another --ledger")


def _is_some_ledger(path: Path) -> bool:
    """Does a file hold a ledger, of whatever version, edited or not?"""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and str(value.get("schema", "")).startswith("ntk-companion ledger")


def _set_examples(item: pytest.Item) -> None:
    """Give a property the examples of the run's profile and its seed; one with settings of its own keeps them.

    Only items of checks are touched: any other property of the session keeps the settings of its own profile.
    """
    function: Any = getattr(item, "function", None)
    if "hypothesis" not in sys.modules or function in _SET or not hasattr(function, "hypothesis"):
        return
    import hypothesis

    _SET.add(function)
    seed = item.config.option.ntk_seed
    own = getattr(function, "_hypothesis_internal_settings_applied", False)
    if own or item.config.getoption("--hypothesis-profile", None):
        return
    if seed is not None and item.config.getoption("--hypothesis-seed", None) is None:
        hypothesis.seed(seed)(function)
    hypothesis.settings(
        max_examples=PROFILES[item.config.option.ntk_profile],
        derandomize=seed is None,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
    )(function)


_SET: set[Any] = set()
"""Properties that have the settings of this session's profile."""


MOST_SECONDS = {"default": 600, "thorough": 3600}
"""A check item that has not ended by then has stalled, and fails: no item is meant to take a tenth of it."""


class StalledError(BaseException):
    """Ends a check item that has stalled. Not an Exception, so that hypothesis does not try the case again."""


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise StalledError in the block once so many seconds have passed, where the platform and the thread allow it.

    Not by pytest-timeout, whose exception hypothesis takes for a failure of the example and runs that again.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise StalledError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a check item with a tally, and attach the tally to its report."""
    mark = item.get_closest_marker("statement")
    if mark is None:
        return (yield)
    from ntk_companion.judging import MutantKilled, Run, Tally, rests_on, running
    from numerics.data.images import NotInstalledError

    _set_examples(item)
    statement, role, name = mark.args
    tally = Tally(role, refutation_expected=role is Role.STATEMENT and statement.finding is not None)
    options = item.config.option
    run = Run(statement.id, tally, options.ntk_seed or 0, options.ntk_profile == "thorough", statement, name)
    try:
        with running(run), _time_limit(MOST_SECONDS[options.ntk_profile]):
            yield
    except MutantKilled:
        pass
    except NotInstalledError as error:
        tally.lacking = tally.inconclusive = str(error)
        pytest.skip(tally.lacking)
    except StalledError:
        tally.error = f"stalled, not done in {MOST_SECONDS[options.ntk_profile]} s"
        pytest.fail(f"{statement.id}: {tally.error}", pytrace=False)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
        tally.error = " ".join(f"{type(error).__name__}: {error}".split())
        raise
    finally:
        if tally.refutation and not tally.case and not tally.kinds[-1].startswith("formal"):
            tally.case = _parameters(item)
        value = {
            "statement": statement.record(), "role": role, "name": name, "tally": dataclasses.asdict(tally),
            "cites": [cited.record() for cited in rests_on(statement)],
        }  # fmt: skip
        item.user_properties.append((PROPERTY, json.dumps(value)))
    problem = problem_of(role, name, tally)
    if problem:
        pytest.fail(f"{statement.id}: {problem}", pytrace=False)
    return None


def _parameters(item: Any) -> str:
    """The parameters of a check item but the claim: the coordinates of a case that no judge was given."""
    from ntk_companion.coordinates import coordinates

    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    found = {name: value for name, value in parameters.items() if name != "claim"}
    return coordinates(found)[1:-1] if found else ""


def problem_of(role: Role, name: str, tally: Tally) -> str:
    """Why a check item fails although nothing in it raised; empty if it does not."""
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
        self.written = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Try the ledger's place before any check runs. Raises UsageError."""
        checks = any(item.get_closest_marker("statement") for item in session.items)
        if checks and not self.config.option.collectonly:
            _needs_place(self._path())

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """The same where workers collect. Raises UsageError."""
        if any("statement" in name.partition("[")[2] for name in ids):
            _needs_place(self._path())

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
        if session.exitstatus == pytest.ExitCode.USAGE_ERROR or not (self.items or self._suite_is_chosen()):
            return
        path = options.ntk_baseline or (self._suite.ledger if self._suite else None)
        baseline, fault = self._baseline(path)
        whole = path is not None and self._is_whole()
        expected = baseline if whole else ()
        if not self.items and not expected:
            return
        order = {name: position for position, name in enumerate(baseline)}
        # By test, too: workers report in any order.
        self.items.sort(key=lambda item: (order.get(item["statement"]["id"], len(order)), item["test"]))
        self.ledger = ledger.build(self.items, {"profile": options.ntk_profile, "seed": options.ntk_seed})
        self.reasons = ledger.failures(self.ledger, baseline, () if options.ntk_write_baseline else expected)
        self.reasons += [fault] if fault else []
        if options.ntk_write_baseline and whole and path is not None:
            write_whole(path, json_text(self.ledger))
        elif options.ntk_write_baseline:
            self.reasons.append("no baseline was written, as not all checks ran; for your own checks give --baseline")
        self._write(self.ledger, whole=bool(expected))
        if self.reasons and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _baseline(self, path: Path | None) -> tuple[dict[str, Any], str]:
        """The decided entries of the baseline by id, and what is wrong with it: nothing if it is to be written anew."""
        if path is None or not path.exists():
            return {}, ""
        try:
            return ledger.decided(ledger.read(path)), ""
        except ValueError as error:
            return {}, "" if self.config.option.ntk_write_baseline else f"no baseline to hold the run to: {error}"

    def _write(self, found: dict[str, Any], whole: bool) -> None:
        """Write the ledger of a whole run; that of some checks into the ledger that is there. What fails is a reason.

        Nothing but a ledger is overwritten, and by a run of some checks only one of this version that nobody edited.
        """
        path = self._path()
        try:
            with locked(path.parent):
                if path.exists() and not _is_some_ledger(path):
                    raise ValueError(f"{path} is not a ledger")
                if path.exists() and not whole:
                    found = self._with_what_was_there(path, found)
                write_whole(path, json_text(found))
            self.written = True
        except (ValueError, OSError) as error:
            why = getattr(error, "strerror", None) or error
            self.reasons.append(f"the ledger was not written, and {path} stays as it is ({why}): give another --ledger")

    def _with_what_was_there(self, path: Path, found: dict[str, Any]) -> dict[str, Any]:
        """The ledger of a run of some checks, put into the one there. Raises ValueError if that is not whole."""
        before = ledger.read(path)
        ledger.verified(before)
        result, self.partly = ledger.merged(before, found)
        return result

    def _path(self) -> Path:
        return self.config.option.ntk_ledger or self.config.rootpath / "ledger.json"

    def _is_whole(self) -> bool:
        """Does this session run all that the baseline speaks of, nothing selected away?"""
        options = self.config.option
        if options.keyword or options.markexpr or options.collectonly or getattr(options, "deselect", None):
            return False
        return bool(options.ntk_baseline or self._suite_is_chosen()) and not self._stopped_early()

    def _suite_is_chosen(self) -> bool:
        """Does a path given to this session hold the whole folder of the suite?"""
        if (suite := self._suite) is None:
            return False
        chosen = [(self.config.invocation_params.dir / str(argument)).resolve() for argument in self.config.args]
        return suite.folder in chosen or (bool(self.items) and any(path in suite.folder.parents for path in chosen))

    @cached_property
    def _suite(self) -> Suite | None:
        """The suite whose statements this session ran; without one, the suite in whose folder it was to run."""
        from ntk_companion.suite import suite_of_path

        places = {self.config.rootpath / item["test"].partition("::")[0] for item in self.items}
        places |= {self.config.invocation_params.dir / str(argument) for argument in self.config.args}
        found = (suite_of_path(place.resolve()) for place in sorted(places))
        return next((suite for suite in found if suite), None)

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
        for line in ledger.skipped(self.ledger):
            terminalreporter.write_line(line, yellow=True)
        spent = ledger.false_alarm(self.ledger)
        if spent:
            line = f"by sampling, this run refutes something true with probability at most {spent:.1e}"
            terminalreporter.write_line(line)
        left = f", except {', '.join(self.partly)}: run only in part" if self.partly else ""
        if self.written:
            terminalreporter.write_line(f"written to {self._path()}{left}")
