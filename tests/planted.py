"""Plant known errors, one at a time, in a copy of the repository: each must turn its run red.

    python -m tests.planted [NAME ...]

An error is a piece of source text and what replaces it; its run is the part of the suite that is to notice.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Planted:
    """An error: in `file`, the text `old` (which must occur exactly once) becomes `new`; `run` must then fail."""

    name: str
    file: str
    old: str
    new: str
    run: tuple[str, ...]


DEFINITENESS = ("checks/test_definiteness.py",)
ERRORS: tuple[Planted, ...] = ()


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
    """Apply an error to a copy. Raises ValueError if its text is not there exactly once."""
    path = copy / error.file
    text = path.read_text(encoding="utf-8")
    if text.count(error.old) != 1:
        raise ValueError(f"{error.name}: {error.old!r} occurs {text.count(error.old)} times in {error.file}")
    path.write_text(text.replace(error.old, error.new), encoding="utf-8")


def goes_red(error: Planted) -> tuple[bool, str, float]:
    """Whether the run fails with the error planted, the first thing that failed, and the seconds it took."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_repository(Path(folder))
        plant(error, copy)
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", *error.run],
            cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, text=True,
        )  # fmt: skip
    return result.returncode == 1, _first_failure(result.stdout + result.stderr), time.monotonic() - start


def _first_failure(output: str) -> str:
    for line in output.splitlines():
        if line.startswith(("FAILED", "ERROR", "FAILS")):
            return line.split(" - ")[0]
    return output.strip().splitlines()[-1] if output.strip() else "no output"


def main(names: list[str]) -> int:
    """Run the errors named, or all; print a table; 0 if every one turned its run red."""
    unknown = set(names) - {error.name for error in ERRORS}
    if unknown:
        print(
            f"no planted errors named {sorted(unknown)}; choose from {[error.name for error in ERRORS]}",
            file=sys.stderr,
        )
        return 2
    survivors = 0
    for error in ERRORS:
        if names and error.name not in names:
            continue
        red, failure, seconds = goes_red(error)
        survivors += not red
        print(f"{'red ' if red else 'GREEN'}  {seconds:5.0f} s  {error.name}: {failure}", flush=True)
    print(f"{survivors} planted errors survived" if survivors else "every planted error turned its run red")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
