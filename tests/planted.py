"""Plant known errors, one at a time, in a copy of the repository: each must turn its run red.

    python -m tests.planted [NAME ...]

An error is an operator at a place: in the named function of a file the one node of the syntax tree that reads `old`
becomes `new`, however the source is laid out. Its run is the part of the suite that is to notice, and that is green
with nothing planted. What is no Python is replaced as text.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import Counter
from functools import cache
from pathlib import Path

from tests.planted_errors import ERRORS, Planted

ROOT = Path(__file__).resolve().parent.parent
MOST_SECONDS = 1800
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


def copy_of_repository(folder: Path) -> Path:
    """The tracked and new files of the repository, copied."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def plant(error: Planted, copy: Path) -> None:
    """Apply an error to a copy. Raises ValueError unless its place is there, once."""
    path = copy / error.file
    path.write_text(planted_in(error, path.read_text(encoding="utf-8")), encoding="utf-8")


def outcome(run: tuple[str, ...], error: Planted | None) -> tuple[int | None, str, float]:
    """pytest's exit code on a copy with the error planted, the first thing that failed, and the seconds it took.

    The code is None if the run did not end.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_repository(Path(folder))
        if error is not None:
            plant(error, copy)
        try:
            result = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", *run], timeout=MOST_SECONDS,
                cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None, "the run did not end", time.monotonic() - start
    return result.returncode, _first_failure(result.stdout + result.stderr), time.monotonic() - start


@cache
def is_green(run: tuple[str, ...]) -> bool:
    """Does the run pass with nothing planted?"""
    return outcome(run, None)[0] == 0


def _first_failure(output: str) -> str:
    for start in ("FAILED", "ERROR", "FAILS"):
        for line in output.splitlines():
            if line.startswith(start):
                return line.split(" - ")[0]
    return output.strip().splitlines()[-1] if output.strip() else "no output"


def main(names: list[str]) -> int:
    """Run the errors named, or all; print a table and the kill rate by room; 0 if every one turned its run red."""
    unknown = set(names) - {error.name for error in ERRORS}
    if unknown:
        print(
            f"no planted errors named {sorted(unknown)}; choose from {[error.name for error in ERRORS]}",
            file=sys.stderr,
        )
        return 2
    killed: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for error in ERRORS:
        if names and error.name not in names:
            continue
        code, failure, seconds = outcome(error.run, error)
        red = code == 1 and is_green(error.run)
        tried[error.room] += 1
        killed[error.room] += red
        print(f"{'red  ' if red else 'GREEN'}  {seconds:5.0f} s  {error.name}: {failure}", flush=True)
    for room in sorted(tried):
        print(f"{room}: {killed[room]} of {tried[room]}")
    survivors = tried.total() - killed.total()
    print(f"{survivors} planted errors survived" if survivors else "every planted error turned its run red")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
