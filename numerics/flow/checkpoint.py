"""Arrays of a run that was interrupted, in one file that is either whole or refused.

The file is numpy's npz, whose parts carry checksums. It is written beside its final place and then moved there, so that
a crash leaves the last whole one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SCHEMA = "ntk-companion checkpoint 1"


def fingerprint(descriptions: Iterable[object], arrays: Mapping[str, Array]) -> str:
    """A digest of what a run starts from: values with a faithful repr, and arrays by name."""
    digest = hashlib.blake2b(repr([SCHEMA, *descriptions]).encode(), digest_size=16)
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def write(path: Path, identity: str, arrays: Mapping[str, Array]) -> None:
    """Replace the file atomically by these arrays of the run `identity`. Raises OSError if it cannot be written."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, allow_pickle=False, identity=np.array(identity), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def read(path: Path, identity: str) -> dict[str, Array]:
    """The arrays of the run `identity`. Raises ValueError if the file is damaged or of another run."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not a whole checkpoint; delete it to start anew ({error})") from error
    found = arrays.pop("identity", None)
    if found is None or str(found) != identity:
        raise ValueError(f"{path} is a checkpoint of another run: give another file, or delete it to start anew")
    return arrays
