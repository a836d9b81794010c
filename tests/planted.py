"""Plant known errors, one at a time, in a copy of the repository: each must turn its run red.

    python -m tests.planted [NAME ...]

An error is an operator at a place: in the named function of a file the one node of the syntax tree that reads `old`
becomes `new`, however the source is laid out. Its run is the part of the suite that is to notice, and that is green
with nothing planted. What is no Python is replaced as text.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from tests.planted_errors import ERRORS, Planted
from tests.planted_single_places import SINGLE_PLACES

ALL = (*ERRORS, *SINGLE_PLACES)
ROOT = Path(__file__).resolve().parent.parent
OURS = ("theory", "numerics", "ntk_companion", "checks", "tests")
THEIRS = (
    "flint",
    "hypothesis",
    "jinja2",
    "joblib",
    "lark",
    "mpmath",
    "scipy.integrate",
    "scipy.stats",
    "sympy",
    "torch",
)
"""Loaded once, before the runs, each of which is a child of this process."""
MOST_SECONDS = 600
"""A run that has not ended by then is stopped, and has not shown the error."""


def planted_in(error: Planted, text: str) -> str:
    """The text of the file with the error. Raises ValueError unless its place is there, once."""
    if not error.place:
        if text.count(error.old) != 1:
            raise ValueError(f"{error.name}: {error.old!r} occurs {text.count(error.old)} times in {error.file}")
        return text.replace(error.old, error.new)
    wanted = ast.unparse(ast.parse(error.old))
    found = [node for node in _nodes(_function(ast.parse(text), error)) if ast.unparse(node) == wanted]
    if len(found) != 1:
        raise ValueError(f"{error.name}: {wanted!r} occurs {len(found)} times in {error.place} of {error.file}")
    (node,) = found
    start, end = _offset(text, node.lineno, node.col_offset), _offset(text, node.end_lineno, node.end_col_offset)
    if isinstance(node, ast.stmt):
        return text[:start] + textwrap.indent(error.new, " " * node.col_offset).strip() + text[end:]
    return f"{text[:start]}({error.new}){text[end:]}"


def _function(tree: ast.AST, error: Planted) -> ast.AST:
    node = tree
    for part in error.place.split("."):
        inside = (one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.ClassDef) and one is not node)
        match = next((one for one in inside if one.name == part), None)
        if match is None:
            raise ValueError(f"{error.name}: {error.file} has no {error.place}")
        node = match
    return node


def _nodes(tree: ast.AST) -> list[ast.expr | ast.stmt]:
    """Expressions and statements; of an expression that stands alone, the expression."""
    return [one for one in ast.walk(tree) if isinstance(one, ast.expr | ast.stmt) and not isinstance(one, ast.Expr)]


def _offset(text: str, line: int | None, column: int | None) -> int:
    lines = text.splitlines(keepends=True)
    assert line is not None and column is not None
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


class Copy:
    """The tracked and new files of the repository, copied once: errors are planted in it one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        for name in listed.stdout.splitlines():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        self._green: dict[tuple[str, ...], bool] = {}

    @contextlib.contextmanager
    def with_error(self, error: Planted) -> Iterator[None]:
        """Plant an error for the time of the block. Raises ValueError unless its place is there, once."""
        path = self.folder / error.file
        text = path.read_text(encoding="utf-8")
        path.write_text(planted_in(error, text), encoding="utf-8")
        _forget(path)
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")
            _forget(path)

    def outcome(self, run: tuple[str, ...]) -> tuple[int | None, str]:
        """pytest's exit code, None if the run did not end, and the first thing that failed."""
        (self.folder / "ledger.json").unlink(missing_ok=True)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            child = os.fork()
            if child == 0:
                _run_pytest(self.folder, run, printed.fileno())
            code = _wait_for(child)
            printed.seek(0)
            return code, "the run did not end" if code is None else _first_failure(printed.read())

    def is_green(self, run: tuple[str, ...]) -> bool:
        """Does the run pass with nothing planted? Asked once for each run."""
        if run not in self._green:
            self._green[run] = self.outcome(run)[0] == 0
        return self._green[run]


def _run_pytest(folder: Path, run: tuple[str, ...], printed: int) -> NoReturn:
    """Run pytest on the copy, in a child of this process, which has loaded what it needs from elsewhere."""
    code = 4
    try:
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = str(folder)
        for name in [*sys.modules]:
            if name.partition(".")[0] in OURS:
                del sys.modules[name]
        sys.path[:] = [str(folder), *(path for path in sys.path if Path(path).resolve() != ROOT)]
        code = int(pytest.main(["-x", "-q", "--tb=line", *run]))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait_for(child: int) -> int | None:
    """The exit code of a child; None, and it is ended, if that takes too long."""
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _forget(path: Path) -> None:
    """Remove what was compiled from a file: its time and size need not tell the two texts apart."""
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()


def _first_failure(output: str) -> str:
    for start in ("FAILED", "ERROR", "FAILS"):
        for line in output.splitlines():
            if line.startswith(start):
                return line.split(" - ")[0]
    return output.strip().splitlines()[-1] if output.strip() else "no output"


def noticed(error: Planted, copy: Copy) -> tuple[str, str]:
    """By what an error turned its run red, and the first thing that failed."""
    with copy.with_error(error):
        code, failure = copy.outcome(error.run)
    if code != 1 or not copy.is_green(error.run):
        return NOTHING, failure
    return TEST if failure.startswith(("FAILED tests/", "ERROR tests/")) else STATEMENT, failure


STATEMENT, TEST, NOTHING = "statement", "test", "nothing"
"""What notices an error: a check of the suite in its default profile, only a test of our own code, or neither."""


def main(names: list[str]) -> int:
    """Run the errors named, or all; print a line each and the kill rates by room; 0 if each turned its run red."""
    unknown = set(names) - {error.name for error in ALL}
    if unknown:
        print(f"no planted errors named {sorted(unknown)}; choose from {[one.name for one in ALL]}", file=sys.stderr)
        return 2
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name in THEIRS:
        import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for error in ALL:
            if not names or error.name in names:
                start = time.monotonic()
                by, failure = noticed(error, copy)
                found[error.room][by] += 1
                print(f"{by:9}  {time.monotonic() - start:5.0f} s  {error.name}: {failure}", flush=True)
    for room in sorted(found):
        print(rates(room, found[room]))
    total = sum(found.values(), Counter[str]())
    print(rates("all", total))
    return 1 if total[NOTHING] else 0


def rates(room: str, found: Counter[str]) -> str:
    """The kill rates of a room in a line."""
    red = found[STATEMENT] + found[TEST]
    return f"{room}: {red} of {found.total()} red, {found[STATEMENT]} by a statement, {found[TEST]} by a test alone"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
