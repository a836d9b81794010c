"""Files that are written whole or not at all, and digests of what they hold."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file atomically; text as UTF-8. Raises OSError if it cannot be written: the old file then stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def json_text(value: Any) -> str:
    """A JSON value as text, an indented line for each part."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def digest(value: Any) -> str:
    """SHA-256 of a text, or of a JSON value whatever the order of its keys."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
