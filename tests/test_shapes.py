import pytest

from ntk_companion.schema import fits, misfit


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (1, int), (None, int | None), ([], [str]), (["a"], [str]), ({}, {str: int}), ({"a": 1}, {str: int}),
        ({"a": 1, "b": 2}, {"a": int}), ({"a": [{"b": ""}]}, {"a": [{"b": str}]}), ("a", ([str], str)),
    ],
)  # fmt: skip
def test_a_value_of_the_shape_fits(value, shape):
    assert fits(value, shape)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("1", int), ("a", [str]), ([1], [str]), ([], {str: int}), ({"a": ""}, {str: int}), ({"b": 2}, {"a": int}),
        ({"a": [{}]}, {"a": [{"b": str}]}), (1, ([str], str)), (None, {"a": int}),
    ],
)  # fmt: skip
def test_a_value_of_another_shape_does_not_fit(value, shape):
    assert not fits(value, shape)


def test_the_first_key_that_does_not_fit_is_named():
    assert misfit({"a": 1, "b": "", "c": None}, {"a": int, "b": int, "c": int}) == "b"
    assert misfit({"a": 1}, {"a": int}) is None
