import pytest

from checks.files import digest, json_text, write_whole


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "text.txt"
    write_whole(path, "first")
    write_whole(path, "λ second")
    assert path.read_text(encoding="utf-8") == "λ second"
    write_whole(path, b"bytes")
    assert path.read_bytes() == b"bytes"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "text.txt"
    write_whole(path, "kept")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\udcff")
    assert [file.name for file in tmp_path.iterdir()] == ["text.txt"]
    assert path.read_text() == "kept"


def test_a_digest_does_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_json_that_cannot_be_written_is_not():
    with pytest.raises(TypeError):
        json_text({"a": object()})
