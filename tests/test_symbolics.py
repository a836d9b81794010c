import flint
import pytest
import sympy

from ntk_companion.evidence import Verdict
from ntk_companion.symbolics import combined, is_nonnegative, is_positive, vanishes
from numerics.numbers.comparisons import all_of, at_most, less, positive

u = sympy.Symbol("u", real=True)
n = sympy.Symbol("n", integer=True, positive=True)
CONFIRMED, REFUTED, INCONCLUSIVE = Verdict.CONFIRMED, Verdict.REFUTED, Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (2 ** sympy.Rational(-1, 4) - 2 ** sympy.Rational(-1, 3), REFUTED),
        ((u + 1) ** 2 - u**2 - 2 * u - 1, CONFIRMED),
        (u * sympy.Rational(1, 10**60), REFUTED),
        (sympy.acos(u) + sympy.acos(-u) - sympy.pi, INCONCLUSIVE),  # zero, and sympy does not simplify it
        (sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(5 + 2 * sympy.sqrt(6)), CONFIRMED),
        (sympy.Integer(0), CONFIRMED),
    ],
)
def test_an_identity_is_proved_or_disproved_by_a_value_or_undecided(difference, verdict):
    assert vanishes(difference) is verdict


def test_symbols_of_integers_are_given_integers():
    assert vanishes(sympy.sin(sympy.pi * n)) is CONFIRMED


def test_a_sign_is_disproved_by_a_value_alone():
    assert is_positive(1 + u**2) is CONFIRMED
    assert is_positive(u, {u: -1}) is REFUTED
    assert is_positive(u - u**2 / 4) is INCONCLUSIVE  # positive at the point in (0, 1), not assumed of u
    assert is_nonnegative(sympy.Integer(0)) is CONFIRMED
    assert is_positive(sympy.Integer(0)) is REFUTED
    assert is_positive(sympy.pi - sympy.Rational(355, 113)) is REFUTED


def test_claims_together_are_refuted_by_one_and_confirmed_by_all():
    assert combined([CONFIRMED, INCONCLUSIVE, REFUTED]) is REFUTED
    assert combined([CONFIRMED, INCONCLUSIVE]) is INCONCLUSIVE
    assert combined([CONFIRMED, CONFIRMED]) is CONFIRMED
    assert combined([]) is INCONCLUSIVE


nan = flint.arb(float("nan"))
wide = flint.arb(0, 1)


def test_comparisons_of_balls_have_three_answers():
    assert [less(1, 2), less(2, 1), less(1, 1), less(wide, flint.arb("0.5")), less(nan, 1)] == [
        True,
        False,
        False,
        None,
        None,
    ]
    assert [at_most(1, 1), at_most(wide, 1), at_most(2, wide), at_most(1, nan)] == [True, None, False, None]
    assert [positive(flint.arb(0)), positive(wide), positive(nan)] == [False, None, None]
    assert [all_of([True, None]), all_of([None, False]), all_of([True])] == [None, False, True]
