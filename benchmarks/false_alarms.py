"""Run every statistical comparison of the checks of K_0 at many fresh seeds; count false alarms and undecided ones.

    python -m benchmarks.false_alarms [--runs 200] [--first 1] [--skip WORD ...]

A run makes the comparisons that one `pytest checks/ --seed N` makes, of true statements and of corrected forms only, at
the checks' own size: a refutation is a false alarm. Skipped are check functions with one of the words in their name.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

from checks.divergence import test_initialisation, test_printed_formulas
from ntk_companion.evidence import Role
from ntk_companion.judging import Run, Tally, running
from ntk_companion.statement import Statement

Item = tuple[str, Statement, Callable[[], None]]


def items(module: ModuleType, skip: list[str]) -> Iterator[Item]:
    """The statistical check items of a module whose claim is true: name, statement, what runs it."""
    for name, function in vars(module).items():
        if not name.startswith("test_") or any(word in name for word in skip):
            continue
        marks = [mark.args for mark in function.pytestmark if mark.name == "parametrize"]
        others = [cases for cases in marks if cases[0] != "claim"]
        for case in next(cases for names, cases in marks if names == "claim"):
            statement, role, _ = next(mark.args for mark in case.marks if mark.name == "statement")
            if role is Role.CORRECTED or (role is Role.STATEMENT and statement.finding is None):
                for values in itertools.product(*(cases for _, cases in others)):
                    arguments = named([names for names, _ in others], values)
                    shown = ", ".join(str(getattr(value, "name", value)) for value in arguments.values())
                    yield f"{name} ({shown})", statement, partial(function, case.values[0], **arguments)


def named(names: list[Any], values: tuple[Any, ...]) -> dict[str, Any]:
    """Arguments by name from those of parametrize."""
    arguments: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        arguments |= {name: value} if isinstance(name, str) else dict(zip(name, value, strict=True))
    return arguments


def one_run(chosen: list[Item], seed: int) -> tuple[Counter[str], list[str]]:
    """The verdicts of all comparisons at a seed, and what was refuted or left undecided, a line each."""
    verdicts: Counter[str] = Counter()
    lines = []
    for name, statement, compare in chosen:
        tally = Tally(Role.STATEMENT, refutation_expected=True)
        with running(Run(statement.id, tally, seed, thorough=False)):
            compare()
        verdicts.update(tally.verdicts)
        if tally.refutation:
            lines.append(f"FALSE ALARM: seed {seed}, {name}: {tally.refutation}")
        if tally.inconclusive:
            lines.append(f"undecided: seed {seed}, {name}: {tally.inconclusive}")
    return verdicts, lines


def main() -> int:
    """Print the verdicts so far every run, and what was not confirmed; 1 if there was a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="the first of the consecutive seeds")
    parser.add_argument("--skip", nargs="*", default=[], metavar="WORD")
    options = parser.parse_args()
    modules = (test_initialisation, test_printed_formulas)
    skip = [*options.skip, "same_weights", "those_of_autograd"]
    chosen = [item for module in modules for item in items(module, skip) if statistical(module, item[0])]
    print(f"{len(chosen)} check items a run", flush=True)
    found: Counter[str] = Counter()
    for seed in range(options.first, options.first + options.runs):
        start = time.process_time()
        verdicts, lines = one_run(chosen, seed)
        found.update(verdicts)
        for line in lines:
            print(line, flush=True)
        print(f"seed {seed}, {time.process_time() - start:.1f} s of processor time; so far {show(found)}", flush=True)
        for function in (value for module in modules for value in vars(module).values()):
            getattr(function, "cache_clear", int)()
    return 1 if found["REFUTED"] else 0


def show(found: Counter[str]) -> str:
    """Counts in a line."""
    return ", ".join(f"{count} {verdict}" for verdict, count in found.items())


def statistical(module: ModuleType, name: str) -> bool:
    """Is this check item decided by sampling?"""
    return module is test_initialisation or "by_sampling" in name


if __name__ == "__main__":
    raise SystemExit(main())
