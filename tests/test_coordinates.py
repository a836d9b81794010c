import contextlib
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import sympy

from ntk_companion.coordinates import MOST_CHARACTERS, coordinates
from ntk_companion.evidence import certified
from ntk_companion.judging import MutantKilled, Role, Run, Tally, judge_case, record, running
from ntk_companion.statement import Statement
from numerics.data.points import RationalPoints
from theory.architecture import fcn


@dataclass(frozen=True)
class Case:
    points: object
    rows: tuple = ()
    name: str = ""
    judge: object = None
    hidden: object = field(default=None, repr=False)


def test_a_case_is_told_by_what_it_holds():
    case = Case(np.array([[1.0, 0.5]]), ((Fraction(1, 3), 2),), "two points")
    assert coordinates(case) == "points = ((1.0, 0.5)); rows = ((1/3, 2)); name = two points"


def test_a_network_is_told_by_its_name():
    assert coordinates((fcn(2), 64)) == "(FCN, depth 2, 64)"


def test_no_address_stands_in_the_record():
    case = {"object": object(), "function": coordinates, "lambda": lambda: 0, "formula": sympy.Symbol("x") ** 2}
    assert coordinates(case) == "(function = coordinates, formula = x**2)"
    assert coordinates((object(), lambda: 0)) == "tuple"


def test_what_is_large_is_told_by_its_size():
    assert coordinates(np.zeros((100, 784))) == "array of shape 100x784"
    assert coordinates(range(1000)) == "1000 entries"
    assert len(coordinates("x" * 10_000)) == MOST_CHARACTERS
    nested = Case(None)
    for _ in range(50):
        nested = Case(nested)
    assert len(coordinates(nested)) < 200


STATEMENT = Statement("id", "title", "source", "1", "x", "qualification")


def is_positive(claim, case):
    record(certified(case > claim, f"case {case}"))


def test_the_case_that_refuted_a_mutant_is_kept():
    tally = Tally(Role.MUTANT, refutation_expected=True)
    with running(Run("id", tally, 0, False, STATEMENT)):
        judge_case(is_positive, 2, 3)
        with contextlib.suppress(MutantKilled):
            judge_case(is_positive, 2, Fraction(3, 2))
    assert tally.case == "3/2"


def test_what_was_computed_is_no_coordinate():
    assert coordinates(Case(Case(np.zeros(100)), name="three copies")) == "name = three copies"
    assert coordinates(Case([Case(np.zeros(100)), object()], name="two")) == "name = two"
    assert coordinates(Case(Case(np.zeros(2)), name="two")) == "points = Case(points = (0.0, 0.0)); name = two"
    assert coordinates((Case(np.zeros(100)),)) == "tuple"


def test_points_within_a_case_are_told_in_full():
    points = RationalPoints("two points", np.array([[0, 3], [4, 0]]), 2)
    said = "two points (numerators = ((0, 3), (4, 0)); denominator = 2)"
    assert coordinates((Case((points,)), 64)) == f"(Case(points = ({said})), 64)"


def test_a_tensor_is_told_by_its_numbers():
    assert coordinates({"W": Tensor([[0.5, 1.0]])}) == "(W = ((0.5, 1.0)))"


class Tensor:
    """As one of torch, for this purpose."""

    def __init__(self, rows):
        self.rows, self.shape = rows, (len(rows), len(rows[0]))

    def tolist(self):
        return self.rows
