import ast

import pytest

from tests.planted import ALL, ROOT, planted_in
from tests.planted_errors import Planted


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.name)
def test_a_planted_error_finds_its_place_and_changes_it(error):
    text = (ROOT / error.file).read_text(encoding="utf-8")
    changed = planted_in(error, text)
    assert changed != text
    if error.file.endswith(".py"):
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text))


def test_planted_errors_have_different_names():
    assert len({error.name for error in ALL}) == len(ALL)


SOURCE = """
def one(x):
    y = (x +
         1)  # laid out over two lines
    return y


def other(x):
    return x + 1
"""


def error(place, old, new):
    return Planted("an error", "file.py", place, old, new, ())


def test_the_layout_of_the_source_does_not_matter():
    changed = planted_in(error("one", "x + 1", "x - 1"), SOURCE)
    assert "(x - 1)" in changed
    assert "return x + 1" in changed


def test_a_statement_is_replaced_as_a_whole():
    assert "    y = 2" in planted_in(error("one", "y = x + 1", "y = 2"), SOURCE)


@pytest.mark.parametrize(("place", "old"), [("one", "x - 1"), ("none", "x + 1")])
def test_a_place_that_is_not_there_is_an_error(place, old):
    with pytest.raises(ValueError, match="an error"):
        planted_in(error(place, old, "0"), SOURCE)
