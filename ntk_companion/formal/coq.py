"""Coq at work: compiling a development into a cache, and asking a fresh Coq about what was compiled."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path

from ntk_companion.files import digest, write_whole
from ntk_companion.formal import sources
from ntk_companion.formal.development import Development, ProofError

JOBS = 2
WIDTH = 100_000
"""Of the lines that Coq prints: a statement stays on one."""
MARK = "@@@ answer"


@cache
def version() -> str | None:
    """The version of the `coqc` on the path; None if there is none, or without Coquelicot's libraries."""
    if shutil.which("coqc") is None:
        return None
    said = subprocess.run(["coqc", "-print-version"], capture_output=True, text=True).stdout.split()
    return said[0] if said else None


def build(development: Development) -> Path:
    """The folder of the compiled files: those that changed, and what requires them, compiled again.

    Raises ProofError, naming the file, where Coq refuses one.
    """
    folder = folder_of(development)
    with locked(folder):
        _compile(development, folder)
    return folder


def ask(development: Development, queries: Sequence[str]) -> list[str]:
    """What a fresh Coq, with every compiled file at hand, says to each query; a query is one sentence or more.

    Raises ProofError with the query that Coq refuses.
    """
    lines = ["From Coq Require Import Reals List.", "From Coquelicot Require Import Coquelicot."]
    lines += [f"Require Import {name}." for name in _every(development)]
    lines += ["Open Scope R_scope.", f"Set Printing Width {WIDTH}."]
    starts = []
    for query in queries:
        lines.append(f'Goal True. idtac "{MARK}". Abort.')
        starts.append(len(lines) + 1)
        lines += query.split("\n")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "query.v"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        run = _coqc(development, file)
    if run.returncode:
        place = re.search(r"line (\d+)", run.stderr)
        number = sum(start <= int(place.group(1)) for start in starts) if place else 0
        asked = queries[number - 1] if number else "the compiled files"
        raise ProofError(f"Coq refuses {asked!r}: {' '.join(run.stderr.split())[-600:]}")
    return [answer.strip() for answer in run.stdout.split(MARK + "\n")[1:]]


def folder_of(development: Development) -> Path:
    """Where a development is compiled: in the user's cache, a folder for each place of sources and version of Coq."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "ntk-companion" / "proofs" / f"{version()}-{digest(str(development.folder.resolve()))[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keys(development: Development) -> dict[str, str]:
    """A key of every file that changes with its text, comments left out, and with what it requires."""
    found = keys(development.base) if development.base else {}
    for name, text in development.texts.items():
        found[name] = digest([*sources.sentences(text), *(found[one] for one in sources.required(text))])
    return {name: found[name] for name in development.texts}


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder while this one works in it."""
    import fcntl

    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _compile(development: Development, folder: Path) -> None:
    if development.base:
        build(development.base)
    wanted, record = keys(development), folder / "keys.json"
    known = json.loads(record.read_text()) if record.is_file() else {}
    done = {name for name, key in wanted.items() if known.get(name) == key and (folder / f"{name}.vo").is_file()}
    waiting, running = [name for name in wanted if name not in done], dict[Future[None], str]()
    try:
        with ThreadPoolExecutor(JOBS) as pool:
            while waiting or running:
                ready = [
                    n
                    for n in waiting
                    if all(r in done or r not in wanted for r in sources.required(development.texts[n]))
                ]
                for name in ready:
                    waiting.remove(name)
                    running[pool.submit(_compile_one, development, folder, name)] = name
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    if future.exception() is not None:
                        waiting.clear()
                    future.result()
                    done.add(name)
    finally:
        write_whole(record, json.dumps({name: wanted[name] for name in wanted if name in done}))


def _compile_one(development: Development, folder: Path, name: str) -> None:
    file = folder / f"{name}.v"
    file.write_text(development.texts[name], encoding="utf-8")
    run = _coqc(development, file)
    if run.returncode:
        said = " ".join(run.stderr.split()).replace(str(file), f"{name}.v")
        raise ProofError(f"Coq refuses {development.folder / name}.v: {said[-600:]}")


def _coqc(development: Development, file: Path) -> subprocess.CompletedProcess[str]:
    places = [folder_of(one) for one in (development, development.base) if one is not None]
    paths = [word for place in places for word in ("-Q", str(place), "")]
    return subprocess.run(["coqc", "-q", "-w", "none", *paths, str(file)], capture_output=True, text=True)


def _every(development: Development) -> list[str]:
    return [*(development.base.texts if development.base else ()), *development.texts]
