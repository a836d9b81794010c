from dataclasses import replace

import pytest
import sympy

from theory.printed.divergence import PRINTED
from theory.series import EQUATIONS, KERNELS, Equation, coefficients, first_difference, is_proved, maclaurin, n, u

PRINTED_SERIES = {0: PRINTED["eq:B.6"].form, 1: PRINTED["eq:B.7"].form}


@pytest.mark.parametrize("power", (0, 1))
def test_coefficients_are_those_of_sympy_series(power):
    expansion = sympy.series(KERNELS[power](u), u, 0, 10).removeO()
    for order in range(10):
        expected = expansion.coeff(u, order)
        assert sympy.simplify(coefficients(power).at(order) - expected) == 0
        assert sympy.simplify(maclaurin(power).at(order) - expected) == 0


@pytest.mark.parametrize("power", (0, 1))
def test_the_derived_and_the_printed_series_are_proved(power):
    assert is_proved(maclaurin(power), power)
    assert is_proved(PRINTED_SERIES[power], power)
    assert not is_proved(PRINTED_SERIES[power], 1 - power)


@pytest.mark.parametrize("power", (0, 1))
def test_the_series_sums_to_the_kernel(power):
    series = PRINTED_SERIES[power]
    terms = [(series.coefficient * u**series.exponent).subs({n: index, u: 0.5}) for index in range(40)]
    total = series.polynomial.subs(u, 0.5) + sum(terms)
    assert abs(float(total - KERNELS[power](u).subs(u, 0.5))) < 1e-12


@pytest.mark.parametrize("place", (0, 1, 7))
def test_a_coefficient_wrong_at_one_order_is_found_there(place):
    series = PRINTED_SERIES[1]
    wrong = replace(series, coefficient=series.coefficient + sympy.KroneckerDelta(n, place) / 10**9)
    assert not is_proved(wrong, 1)
    assert first_difference(wrong, 1) == 2 * place + 2


def test_a_wrong_equation_proves_nothing(monkeypatch):
    monkeypatch.setitem(EQUATIONS, 0, Equation(first=-2, zeroth=0))
    assert not is_proved(PRINTED_SERIES[0], 0)


def test_which_coefficients_are_positive():
    assert coefficients(0).endless() == [1] and coefficients(1).endless() == [0]
    assert coefficients(0).are_nonnegative() and coefficients(1).are_nonnegative()
    assert [coefficients(0).at(order) > 0 for order in range(6)] == [True, True, False, True, False, True]
    assert [coefficients(1).at(order) > 0 for order in range(6)] == [True, True, True, False, True, False]
