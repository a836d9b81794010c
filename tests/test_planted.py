import pytest

from tests.planted import ERRORS, ROOT


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.name)
def test_a_planted_error_finds_its_place_and_changes_it(error):
    assert (ROOT / error.file).read_text(encoding="utf-8").count(error.old) == 1
    assert error.new != error.old


def test_planted_errors_have_different_names():
    assert len({error.name for error in ERRORS}) == len(ERRORS)
