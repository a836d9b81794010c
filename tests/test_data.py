import gzip
import struct

import numpy as np
import pytest

from numerics.data import images
from numerics.data.parse import parse_points


def idx(array):
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(0)
    images, labels = generator.integers(0, 256, (40, 4, 4)), np.repeat(np.arange(10), 4)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(labels))
    return tmp_path


def test_a_subset_is_spread_evenly_over_the_classes_and_always_the_same(files):
    first, second = images.mnist(25, files), images.mnist(25, files)
    assert (first.points.numerators == second.points.numerators).all()
    assert np.bincount(first.labels).tolist() == [3] * 5 + [2] * 5


def test_pixels_are_exact_fractions_of_255(files):
    points = images.mnist(3, files).points
    assert points.denominator == 255
    assert points.numerators.max() <= 255
    assert not points.unit_norm


def test_images_scaled_to_unit_norm_stay_exact(files):
    assert images.mnist(3, files).unit_norm().unit_norm


def test_more_images_than_there_are_is_refused(files):
    with pytest.raises(ValueError, match="there are 40 images"):
        images.mnist(41, files)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="train-images-idx3-ubyte"):
        images.mnist(1, tmp_path)


CORRUPT = bytearray(gzip.compress(idx(np.arange(256).reshape(16, 4, 4))))
CORRUPT[20:30] = b"\xff" * 10


@pytest.mark.parametrize(
    "content", [bytes(CORRUPT), b"", b"\x1f\x8bnot gzip", b"\0\0\x08\x03" + b"\0" * 3, b"plain text, not IDX at all"]
)
def test_a_broken_file_is_refused(files, content):
    (files / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(ValueError, match="not a whole IDX file"):
        images.mnist(1, files)


@pytest.mark.parametrize("shape", [(0, 4, 4), (40, 0, 0)])
def test_images_without_pixels_are_refused(files, shape):
    (files / "train-images-idx3-ubyte").write_bytes(idx(np.zeros(shape)))
    with pytest.raises(ValueError, match="have no pixels"):
        images.mnist(3, files)


def test_a_truncated_file_is_refused(files):
    path = files / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="not a whole IDX file"):
        images.mnist(1, files)


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(images.importlib.util, "find_spec", lambda name: None)
    for name in ("digits:3", "mnist:3"):
        with pytest.raises(ValueError, match="pip install"):
            parse_points(name)


def test_the_bundled_digits_are_real_images():
    found = images.digits(20)
    assert found.points.dimension == 64
    assert np.bincount(found.labels).tolist() == [2] * 10


def test_the_bundled_mnist_images_are_cached_and_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = images.mnist(30)
    (cached,) = (tmp_path / "ntk-companion").iterdir()
    assert cached.suffix == ".npy"
    second = images.mnist(30)
    assert (first.points.numerators == second.points.numerators).all()
    cached.write_bytes(b"spoiled")
    assert (images.mnist(30).points.numerators == first.points.numerators).all()


def test_a_small_file_that_unpacks_to_more_than_any_images_is_refused(files, monkeypatch):
    monkeypatch.setattr(images, "MOST_BYTES", 10_000)
    (files / "train-images-idx3-ubyte").unlink(missing_ok=True)
    (files / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(np.zeros((10, 100, 100)))))
    with pytest.raises(ValueError, match="not a whole IDX file"):
        images.mnist(1, files)


def test_a_header_whose_product_wraps_around_to_nothing_is_refused(files):
    header = b"\0\0\x08\x03" + (2**22).to_bytes(4) + (2**21).to_bytes(4) + (2**21).to_bytes(4)
    (files / "train-images-idx3-ubyte").write_bytes(header)
    with pytest.raises(ValueError, match="not a whole IDX file"):
        images.mnist(1, files)
