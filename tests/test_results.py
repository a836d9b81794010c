import pytest

from checks.suite import SUITE
from ntk_companion import results


def table(**changes):
    parts = {
        "name": "speeds",
        "caption": "Speeds, by width.",
        "settings": {"seed": 3},
        "columns": ("width", "speed"),
        "rows": [(8, "1.5"), (16, "0.7")],
        "command": "ntk-companion experiment speeds",
    }
    return results.made(**(parts | changes))


def test_results_are_read_as_they_were_written(tmp_path):
    found = results.read(results.write(table(), tmp_path))
    assert found == table()
    assert found.settings["seed"] == "3"
    assert found.settings["numpy"]


def test_cells_with_commas_quotes_and_line_ends_survive(tmp_path):
    odd = table(rows=[('a, "b"', "# c\nd"), ("", "λ")])
    assert results.read(results.write(odd, tmp_path)) == odd


@pytest.mark.parametrize("old, new", [("1.5", "1.6"), ("seed: 3", "seed: 4"), ("0.7\n", "")])
def test_an_edited_file_is_refused_by_name(tmp_path, old, new):
    path = results.write(table(), tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=r"speeds.csv was changed"):
        results.read(path)


def test_columns_are_found_by_name_and_rows_by_cell():
    assert table().column("speed") == ["1.5", "0.7"]
    assert table().where(width="16").numbers("speed") == [0.7]
    with pytest.raises(ValueError, match="no column 'sped'"):
        table().column("sped")


@pytest.mark.parametrize(
    "changes", [{"rows": [(1,)]}, {"columns": ("width", "width")}, {"caption": "two\nlines"}, {"settings": {"a": " b"}}]
)
def test_results_that_could_not_be_read_again_are_refused(changes):
    with pytest.raises(ValueError, match="speeds"):
        table(**changes)


def test_an_experiment_that_was_not_recorded_is_named():
    with pytest.raises(ValueError, match="'no such thing'"):
        SUITE.recorded("no such thing")


def test_everything_recorded_is_whole_and_made_by_an_experiment_there_is():
    for path in sorted(SUITE.folder.glob("*/recorded/*.csv")):
        found = results.read(path)
        assert found.name == path.stem
        words = found.command.split()
        assert words[:2] == ["ntk-companion", "experiment"], found.name
        assert set(words[2:]) <= set(SUITE.experiments()), found.name
