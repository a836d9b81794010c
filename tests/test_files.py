import errno
from pathlib import Path

import pytest

from ntk_companion.files import digest, json_text, staged, write_folder, write_whole


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


def test_a_failed_write_names_the_file_and_not_a_temporary_one(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "text.txt"):
        with pytest.raises(OSError) as caught:
            write_whole(path, "text")
        assert caught.value.filename == str(path)


def test_a_folder_is_made_and_written_and_what_is_stale_goes(tmp_path):
    folder = tmp_path / "a" / "b"
    assert write_folder(folder, {"one": "1", "two": b"2"}) == [folder / "one", folder / "two"]
    write_folder(folder, {"one": "11"}, ["two", "three"])
    assert {file.name: file.read_text() for file in folder.iterdir()} == {"one": "11"}


def test_nothing_is_written_where_one_file_cannot_be(tmp_path):
    (tmp_path / "two").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        write_folder(tmp_path, {"one": "1", "two": "2"})
    assert caught.value.filename == str(tmp_path / "two")
    assert [file.name for file in tmp_path.iterdir()] == ["two"]


def test_when_the_disk_is_full_all_files_of_a_folder_stay_as_they_were(tmp_path, monkeypatch):
    write_folder(tmp_path, {"one": "1", "two": "2"})
    write = Path.write_bytes

    def full(path, content):
        if path.name == "two":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError) as caught:
        write_folder(tmp_path, {"one": "11", "two": "22"})
    assert caught.value.filename == str(tmp_path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"one": "1", "two": "2"}


def test_what_is_staged_is_in_its_place_once_the_body_has_ended_well(tmp_path):
    with pytest.raises(RuntimeError), staged(tmp_path, {"one": "1"}):
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with staged(tmp_path, {"one": "1"}):
        assert not (tmp_path / "one").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["one"]


def test_a_file_is_no_folder_to_write_into(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OSError, match="no folder can be made there"):
        write_folder(tmp_path / "file", {"one": "1"})
    assert (tmp_path / "file").read_text() == "kept"


def test_a_digest_does_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_json_that_cannot_be_written_is_not():
    with pytest.raises(TypeError):
        json_text({"a": object()})
