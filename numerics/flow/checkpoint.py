"""Arrays of a run that was interrupted, in one file that is either whole or refused.

The file is numpy's npz after a line that names it and a digest of all that follows: an altered byte is found before
anything is read. It is written beside its final place and then moved there, so that a crash leaves the last whole one.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np

Array = np.ndarray
SCHEMA = "ntk-companion checkpoint 2"
MAGIC, DIGEST_SIZE = f"{SCHEMA}\n".encode(), 32


def fingerprint(descriptions: Iterable[object], arrays: Mapping[str, Array]) -> str:
    """A digest of what a run starts from: values with a faithful repr, and arrays of any shape by name."""
    digest = hashlib.blake2b(repr([SCHEMA, *descriptions]).encode(), digest_size=16)
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


@contextlib.contextmanager
def held(path: Path | None) -> Iterator[None]:
    """Keep other runs from this checkpoint meanwhile, by a lock on a file beside it that is removed in the end.

    The lock of a process that was killed is gone with it. Raises ValueError if another run has it; None holds nothing.
    """
    if path is None:
        yield
        return
    beside = path.with_name(f".{path.name}.lock")
    while True:
        with beside.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(f"another run is using {path}: wait for its end, or give another file") from None
            if not _is_at(file, beside):  # removed by a run that ended just now
                continue
            try:
                yield
            finally:
                beside.unlink(missing_ok=True)
            return


def _is_at(file: IO[str], path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def write(path: Path, identity: str, arrays: Mapping[str, Array]) -> None:
    """Replace the file atomically by these arrays, of any shape, of the run `identity`. Raises OSError if it cannot."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb+") as file:
            file.write(MAGIC + bytes(DIGEST_SIZE))
            np.savez(file, allow_pickle=False, identity=np.array(identity), **arrays)
            digest = _digest(file)
            file.seek(len(MAGIC))
            file.write(digest)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _digest(file: IO[bytes]) -> bytes:
    """The digest of what follows its own place."""
    file.seek(len(MAGIC) + DIGEST_SIZE)
    digest = hashlib.blake2b(digest_size=DIGEST_SIZE)
    while chunk := file.read(2**20):
        digest.update(chunk)
    return digest.digest()


def read(path: Path, identity: str) -> dict[str, Array]:
    """The arrays of the run `identity`, with the shapes they were written with.

    Raises ValueError if the file is damaged or of another run, OSError if it cannot be opened.
    """
    with path.open("rb") as file:
        start, digest = file.read(len(MAGIC)), file.read(DIGEST_SIZE)
        if start != MAGIC or digest != _digest(file):
            raise ValueError(f"{path} is not a whole checkpoint: give another file, or delete it to start anew")
        file.seek(len(MAGIC) + DIGEST_SIZE)
        with np.load(file, allow_pickle=False) as parts:
            arrays = {name: parts[name] for name in parts.files}
    if str(arrays.pop("identity")) != identity:
        raise ValueError(f"{path} is a checkpoint of another run: give another file, or delete it to start anew")
    return arrays
