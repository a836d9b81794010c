"""The peers' own environment, made on demand: jax 0.4.25 needs numpy below 2, this project numpy 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parent / ".venv-peers"


def peer_python(folder: Path) -> tuple[Path | None, str]:
    """The interpreter of the peers' environment in `folder`, made if it is not there; or None and the reason."""
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        problem = _make(folder, interpreter)
        if problem:
            return None, problem
    found = _run([interpreter, "-c", "import jax, numpy, scipy"])
    return (None, f"{folder} does not import jax: {_last_line(found)}") if found.returncode else (interpreter, "")


def _make(folder: Path, interpreter: Path) -> str:
    print(f"making {folder} (about 570 MB) ...", file=sys.stderr)
    requirements = HERE / "peers-requirements.txt"
    for command in (
        [sys.executable, "-m", "venv", folder],
        [interpreter, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements],
    ):
        found = _run(command)
        if found.returncode:
            return f"{' '.join(map(str, command[1:4]))} failed: {_last_line(found)}"
    return ""


def _run(command: list[object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def _last_line(found: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (found.stderr or found.stdout).splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"exit code {found.returncode}"
