"""Files that are written whole or not at all, and digests of what they hold."""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file atomically; text as UTF-8. Raises OSError if it cannot be written: the old file then stays."""
    try:
        _replace(path, content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:  # of the file meant, not of the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from None


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process is in such a block for this folder. Raises OSError if there is no such folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def why_not_writable(path: Path) -> str:
    """Why no file can be written there, in a clause; empty if one can. Leaves nothing behind."""
    try:
        if path.is_dir():
            return "it is a folder"
        with tempfile.NamedTemporaryFile(dir=path.parent):
            return ""
    except OSError as error:
        return str(error.strerror or error)


def write_folder(folder: Path, contents: Mapping[str, str | bytes], stale: Collection[str] = ()) -> list[Path]:
    """Write files into a folder, made if it is not there, by their names, and remove the stale ones; what was written.

    All of them, or the folder stays as it was: raises OSError if it cannot be made, if a folder is in the place of a
    file, or if there is no room.
    """
    for path in (folder / name for name in (*contents, *stale)):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder, and a file is to be written there", str(path))
    with staged(folder, contents):
        pass
    for name in stale:
        (folder / name).unlink(missing_ok=True)
    return [folder / name for name in contents]


@contextlib.contextmanager
def staged(folder: Path, contents: Mapping[str, str | bytes]) -> Iterator[None]:
    """Have files on the disk before the body runs, and in their places in a folder, which is made, after it.

    Raises OSError if they cannot be written; then, and if the body raises, the files that were there stay.
    """
    make_folder(folder)
    try:
        fresh = Path(tempfile.mkdtemp(dir=folder, prefix=".fresh."))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None
    try:
        _write_all(fresh, contents, folder)
        yield
        for name in contents:
            os.replace(fresh / name, folder / name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_all(fresh: Path, contents: Mapping[str, str | bytes], folder: Path) -> None:
    """Write files into a new folder that is to be, or to go into, `folder`, which an OSError names."""
    try:
        for name, content in contents.items():
            (fresh / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def needs_writable(folder: Path) -> None:
    """Raise OSError unless files can be written into a folder, or it can be made. Leaves nothing behind."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OSError(errno.ENOTDIR, "no folder can be made there: something else is in the way", str(place))
    if reason := why_not_writable(place / f".{folder.name}.probe"):
        raise OSError(errno.EACCES, f"no file can be written there ({reason})", str(folder))


def replace_folder(folder: Path, contents: Mapping[str, str | bytes], marker: str) -> None:
    """Put a folder of files in the place of the one that an earlier run wrote: whole, or the old one stays.

    The file `marker`, one of those written, tells a folder of an earlier run from any other, which is left alone.
    Raises OSError if the folder cannot be written, or if something else is there.
    """
    if folder.exists() and not (folder / marker).is_file():
        raise OSError(
            errno.EEXIST, "it is there, and not of an earlier run: take it away, or name another", str(folder)
        )
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    old = fresh.with_name(fresh.name + ".old")
    try:
        _write_all(fresh, contents, folder)
        fresh.chmod(0o755)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)


def make_folder(folder: Path) -> None:
    """Make a folder, if it is not there. Raises OSError if that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, f"no folder can be made there ({error.strerror})", str(folder)) from None


def json_text(value: Any) -> str:
    """A JSON value as text, an indented line for each part."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def aligned(rows: Iterable[Iterable[str]], align: Callable[[str, int], str] = str.rjust) -> list[str]:
    """Rows of cells as lines with aligned columns."""
    cells = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(align, row, widths)).rstrip() for row in cells]


def seed_of(*keys: Any) -> int:
    """A seed that depends on some keys, by their texts."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, keys)).encode()).digest()[:8], "big")


def digest(value: Any) -> str:
    """SHA-256 of a text, or of a JSON value whatever the order of its keys."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
