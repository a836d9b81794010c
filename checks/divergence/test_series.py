"""Lemma 3 and the Maclaurin series (B.6), (B.7) of arXiv 2504.11130."""

from dataclasses import replace

import sympy

from checks.divergence.identities import printed_statement, undecided
from ntk_companion import Statement, Verdict, check, record, symbolic
from theory.printed.divergence import PAPER, PRINTED
from theory.series import Coefficients, PowerSeries, coefficients, first_difference, is_proved, k, maclaurin, n

B6, B7 = PRINTED["eq:B.6"].form, PRINTED["eq:B.7"].form

PROVED = (
    "A proof for every order: the kernel solves a differential equation, which is verified, and the printed general "
    "coefficient satisfies its recurrence for a symbolic index and has the kernel's value and slope at zero."
)
SERIES_K0 = printed_statement("eq:B.6", "Maclaurin series of k_0", PROVED)
SERIES_K1 = printed_statement("eq:B.7", "Maclaurin series of k_1", PROVED)
LEMMA_3 = Statement(
    id="lemma:3",
    title="The Maclaurin coefficients of k_0 and k_1 are non-negative, infinitely many positive",
    source=PAPER,
    number="Lemma 3",
    formula=r"k_j(u) = \sum_{n \ge 0} a_n u^n, \quad a_n \ge 0, \quad a_n > 0 \text{ infinitely often}, \quad j = 0, 1",
    qualification=(
        "A proof for every order by induction: value and slope at zero are positive, the recurrence's ratio is "
        "non-negative for every index and vanishes at one index of one parity only."
    ),
    uses=("eq:3.8",),
)


def wrong_at_one_order(series: PowerSeries, place: int) -> PowerSeries:
    """The series with one coefficient off by a percent."""
    factor = 1 + sympy.KroneckerDelta(n, place) / 100
    return replace(series, coefficient=series.coefficient * factor)


def series_mutants(power: int, series: PowerSeries) -> dict[str, tuple[int, PowerSeries]]:
    """Wrong series, each with the power of its kernel."""
    coefficient = series.coefficient
    mutants = {
        "a coefficient wrong at one order": wrong_at_one_order(series, 3),
        "the coefficient at n = 9 wrong": wrong_at_one_order(series, 9),
        "a sign lost: alternating": replace(series, coefficient=(-1) ** n * coefficient),
        "a factor 1.02": replace(series, coefficient=sympy.Rational(102, 100) * coefficient),
        "shifted index": replace(series, coefficient=coefficient.subs(n, n + 1)),
        "exponents too large by one": replace(series, exponent=series.exponent + 1),
        "the constant lost": replace(series, polynomial=sympy.Integer(0)),
    }
    return {name: (power, mutant) for name, mutant in mutants.items()}


def judge_series(power: int, series: PowerSeries) -> None:
    """Record whether `series` is the Maclaurin series of the derived k_power."""
    if is_proved(series, power):
        record(symbolic(Verdict.CONFIRMED, "every order", covers_all=True))
        return
    order = first_difference(series, power)
    if order is None:
        record(undecided("not proved, and no difference among the first 24 orders"))
        return
    known = coefficients(power).at(order)
    detail = f"the coefficient of u^{order} is {series.at(order)} where k_{power} has {known}"
    record(symbolic(Verdict.REFUTED, detail, covers_all=False))


@check(SERIES_K0, (0, B6), mutants=series_mutants(0, B6))
def test_series_of_k0(claim):
    """(B.6) is the Maclaurin series of k_0."""
    judge_series(*claim)


@check(SERIES_K1, (1, B7), mutants=series_mutants(1, B7))
def test_series_of_k1(claim):
    """(B.7) is the Maclaurin series of k_1."""
    judge_series(*claim)


def _wrong_ratio(factor: sympy.Expr) -> tuple[Coefficients, Coefficients]:
    first, second = coefficients(0), coefficients(1)
    return first, replace(second, ratio=second.ratio * factor)


@check(
    LEMMA_3,
    (coefficients(0), coefficients(1)),
    mutants={
        "a sign flipped in the recurrence": _wrong_ratio(sympy.Integer(-1)),
        "both parities end": _wrong_ratio((k - 4) ** 2),
        "a negative slope at zero": (replace(coefficients(0), starts=(1 / sympy.pi, -1 / sympy.pi)), coefficients(1)),
    },
)
def test_maclaurin_coefficients_are_nonnegative(claim):
    """Lemma 3, by induction along the recurrence that the kernels' equations give."""
    proved: dict[int, bool] = {}
    for power, known in enumerate(claim):
        negative = next((order for order in range(24) if known.at(order) < 0), None)
        if negative is not None:
            detail = f"the coefficient of u^{negative} is {known.at(negative)}"
            record(symbolic(Verdict.REFUTED, detail, covers_all=False))
        elif not known.endless():
            record(symbolic(Verdict.REFUTED, "only finitely many coefficients are positive", covers_all=False))
        else:
            proved[power] = known.are_nonnegative() and is_proved(maclaurin(power), power)
            detail = f"k_{power}" if proved[power] else f"k_{power}: not proved"
            verdict = Verdict.CONFIRMED if proved[power] else Verdict.INCONCLUSIVE
            # The statement is on both: the second proof, with the first, covers it.
            record(symbolic(verdict, detail, covers_all=proved == {0: True, 1: True}))
