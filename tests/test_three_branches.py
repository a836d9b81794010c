"""What becomes certified evidence has three answers: no comparison, and no bool of one, is handed to it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted([*(ROOT / "checks").rglob("*.py"), *(ROOT / "ntk_companion").rglob("*.py")])
TWO_VALUED = (ast.Compare, ast.BoolOp, ast.UnaryOp)


def two_branches(source):
    """The lines on which `certified` is given a comparison, an `and`, a `not`, or a bool(..)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "certified" and node.args:
            answer = node.args[0]
            is_bool = isinstance(answer, ast.Call) and getattr(answer.func, "id", "") in ("bool", "all", "any")
            if is_bool or isinstance(answer, TWO_VALUED):
                found.append(node.lineno)
    return found


def test_no_check_hands_a_comparison_to_certified_evidence():
    found = {str(file.relative_to(ROOT)): two_branches(file.read_text(encoding="utf-8")) for file in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("answer", ["bool(x > 0)", "x > 0", "not x < 0", "all(order)", "x > 0 and y > 0"])
def test_the_two_valued_forms_are_seen(answer):
    assert two_branches(f"record(certified({answer}, 'case'))") == [1]


def test_three_valued_answers_are_let_through():
    assert (
        two_branches("record(certified(less(x, y), 'case')); certified(True if x > 0 else None); certified(holds)")
        == []
    )
