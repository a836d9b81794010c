"""Enclosures of lambda_min and of the gap constants against known answers; def:1 holds signs to exact minors."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import flint
import numpy as np

from checks.companion.known import known_answers, record_answer
from ntk_companion import check, judge_case
from numerics.data.points import rational_points
from numerics.kernels.gap import Bounds, convexity_bounds, gap_constants
from numerics.kernels.spectrum import Enclosure, factorised_enclosure, residual_enclosure
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.systems import Balls, DoubleBalls

ENCLOSURES = known_answers(
    "enclosures",
    "Both certificates enclose lambda_min of matrices with known eigenvalues, tightly",
    r"\underline\lambda \le \lambda_{\min} \le \overline\lambda",
    "tridiagonal matrices whose eigenvalues are 2 - 2 cos(k pi / (n + 1))",
)
GAPS = known_answers(
    "gaps",
    "The gap constants of matrices for which they are known",
    r"\lambda_0/(2n^2), \quad \lambda_0/n, \quad g^*, \quad \gamma^2",
    "diagonal matrices and ones equal off the diagonal, below and above the size to which all sign patterns are tried",
)


def second_differences(size: int) -> list[list[Fraction]]:
    """The tridiagonal matrix 2, -1."""
    return [[Fraction(2 * (i == j) - (abs(i - j) == 1)) for j in range(size)] for i in range(size)]


def least_of_second_differences(size: int) -> flint.arb:
    """The smallest eigenvalue of `second_differences`, in closed form."""
    return 2 - 2 * (flint.arb.pi() / (size + 1)).cos()


Certificate = Callable[[list[list[Fraction]]], Enclosure]


def by_residual(matrix: list[list[Fraction]]) -> Enclosure:
    """lambda_min of an n x n matrix by the residual certificate."""
    return residual_enclosure(rational_points("", matrix).coordinates(DoubleBalls()))


def by_factorisation(matrix: list[list[Fraction]]) -> Enclosure:
    """lambda_min of an n x n matrix by the shifted factorisation, to 10 digits."""
    return factorised_enclosure(rational_points("", matrix).coordinates(Balls(256)), 10)


def encloses(claim: Certificate, size: int) -> None:
    """Does the enclosure hold lambda_min, within a relative 1e-8?"""
    with Balls(256).working():
        found, exact = claim(second_differences(size)), least_of_second_differences(size)
        right = bool(found.lower <= exact and exact <= found.upper and found.upper - found.lower < exact * 1e-8)
    record_answer(right, f"n = {size}: {found.lower.str(12)} .. {found.upper.str(12)}, exactly {exact.str(12)}")


def moved(certificate: Certificate, share: float) -> Certificate:
    """Both ends moved by a share of lambda_min: not subtracting the residual, or the shift, does so."""

    def wrong(matrix: list[list[Fraction]]) -> Enclosure:
        found = certificate(matrix)
        return Enclosure(found.lower * (1 + share), found.upper * (1 + share), found.method, found.bits)

    return wrong


def certificate_check(certificate: Certificate) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The check of one certificate."""
    return check(
        ENCLOSURES,
        certificate,
        mutants={"a millionth too large": moved(certificate, 1e-6), "a millionth too small": moved(certificate, -1e-6)},
    )


@certificate_check(by_residual)
def test_the_residual_certificate_encloses_known_eigenvalues(claim):
    for size in (2, 7, 40):
        judge_case(encloses, claim, size)


@certificate_check(by_factorisation)
def test_the_factorisation_encloses_known_eigenvalues(claim):
    for size in (2, 7, 40):
        judge_case(encloses, claim, size)


def perturbed_entries_stay_enclosed(claim: Callable[[FloatBalls], Enclosure], radius: float) -> None:
    """Is the radius of the entries in the bound: is lambda_min of the matrix minus the radius times 1 enclosed?

    The claim takes n x n balls.
    """
    size = 6
    exact = np.array(second_differences(size), dtype=float)
    with Balls(256).working():
        found = claim(FloatBalls(exact, np.full_like(exact, radius)))
        # E = -radius s s', s the signs of the bottom eigenvector (all positive), is in the ball.
        worst = np.linalg.eigvalsh(exact - radius)[0]
        right = bool(found.lower <= worst * (1 + 1e-9))
    record_answer(right, f"radius {radius}: {found.lower.str(10)}, and {worst:.10g} is in the ball")


def in_flint(matrix: FloatBalls) -> np.ndarray:
    """The same n x m balls in FLINT, dtype object."""
    pairs = zip(matrix.centre, matrix.radius, strict=True)
    return np.array([[flint.arb(c, r) for c, r in zip(*rows, strict=True)] for rows in pairs], dtype=object)


def of_centres(matrix: FloatBalls) -> Enclosure:
    """Wrong: the radii of the entries lost, n x n."""
    return residual_enclosure(FloatBalls.exact(matrix.centre))


def half_of_the_radii(matrix: FloatBalls) -> Enclosure:
    """Wrong: half of the radii lost, n x n."""
    return residual_enclosure(FloatBalls(matrix.centre, matrix.radius / 2))


RADII_MUTANTS = {"midpoints only": of_centres, "half of the radii": half_of_the_radii}


@check(ENCLOSURES, residual_enclosure, mutants=RADII_MUTANTS)
def test_radii_of_entries_count_in_the_residual_certificate(claim):
    for radius in (1e-3, 1e-6):
        judge_case(perturbed_entries_stay_enclosed, claim, radius)


@check(ENCLOSURES, lambda matrix: factorised_enclosure(in_flint(matrix), 6), mutants=RADII_MUTANTS)
def test_radii_of_entries_count_in_the_factorisation(claim):
    for radius in (1e-3, 1e-6):
        judge_case(perturbed_entries_stay_enclosed, claim, radius)


class Known(NamedTuple):
    """An n x n matrix of whole numbers of which lambda_0, g* and gamma^2 with alternating labels are known."""

    rows: tuple[tuple[int, ...], ...]
    least: Fraction
    best: Fraction
    label_aware: Fraction

    def matrix(self) -> np.ndarray:
        """The n x n matrix in balls of radius zero, dtype object."""
        return np.array([[flint.arb(entry) for entry in row] for row in self.rows], dtype=object)


def diagonal(entries: tuple[int, ...]) -> Known:
    """diag(d_1, .., d_n): g* = gamma^2 = 1 / sum 1/d_i, whatever the labels."""
    rows = tuple(tuple(entry * (i == j) for j in range(len(entries))) for i, entry in enumerate(entries))
    best = 1 / sum((Fraction(1, entry) for entry in entries), Fraction(0))
    return Known(rows, Fraction(min(entries)), best, best)


def equal_off_the_diagonal(size: int, own: int, shared: int) -> Known:
    """own 1 + shared 11': z' K^-1 z is largest where the signs z add up to 0, or to 1 of an odd size.

    Of an even size w = 1/n attains own / n for g* and gamma^2; of size 3 gamma^2 is at w = (p, 1 - 2p, p).
    """
    rows = tuple(tuple(own * (i == j) + shared for j in range(size)) for i in range(size))
    best = own / (size - Fraction(shared * (size % 2), own + size * shared))
    if size % 2 == 0:
        return Known(rows, Fraction(own), best, best)
    assert size == 3
    p = Fraction(own + 2 * shared, 3 * own + 8 * shared)
    return Known(rows, Fraction(own), best, own * (2 * p**2 + (1 - 2 * p) ** 2) + shared * (1 - 4 * p) ** 2)


Found = dict[str, Bounds]


def found_constants(matrix: np.ndarray) -> Found:
    """All four constants of an n x n ball matrix with alternating labels, by name."""
    lowest = factorised_enclosure(matrix, 12)
    signs = [1 if place % 2 else -1 for place in range(len(matrix))]
    found = gap_constants(matrix, lowest, signs)
    return {name: getattr(found, name) for name in ("printed", "sharp", "best", "label_aware")}


def constants_are_known(claim: Callable[[np.ndarray], Found], case: Known) -> None:
    """Does each constant's enclosure hold the known value, tightly where it is meant to be tight?

    The claim takes an n x n ball matrix.
    """
    size, least = len(case.rows), case.least
    exact = {
        "printed": least / (2 * size**2), "sharp": least / size, "best": case.best, "label_aware": case.label_aware,
    }  # fmt: skip
    with Balls(256).working():
        found = claim(case.matrix())
        for name, value in exact.items():
            ball, bounds = flint.arb(flint.fmpq(value.numerator, value.denominator)), found[name]
            tight = bounds.has_digits(8) or (name == "best" and size > 12)
            holds = bool(bounds.lower <= ball.upper() and ball.lower() <= bounds.upper)
            record_answer(holds and tight, f"n = {size}, {name}: {bounds.lower.str(10)} .. {bounds.upper.str(10)}")
        if size > 12:
            floor = flint.arb(int(least)) / size
            near = bool(found["best"].lower >= floor * (1 - flint.arb(10) ** -9))
            record_answer(near, f"n = {size}: best at least lambda_0 / n, {found['best'].lower.str(10)}")


def changed(name: str, factor: float) -> Callable[[np.ndarray], Found]:
    """Wrong: one constant of the n x n matrix multiplied by a factor."""

    def wrong(matrix: np.ndarray) -> Found:
        found = found_constants(matrix)
        bounds = found[name]
        return found | {name: Bounds((bounds.lower * factor).lower(), (bounds.upper * factor).upper())}

    return wrong


@check(
    GAPS,
    found_constants,
    mutants={f"{name} 2% {word}": changed(name, factor) for name in ("printed", "sharp", "best", "label_aware")
             for word, factor in (("larger", 1.02), ("smaller", 0.98))},
)  # fmt: skip
def test_the_gap_constants_of_known_matrices(claim):
    for entries in ((1, 2), (3, 3, 5), (1, 2, 4, 8, 16), tuple(range(1, 16)), (1,) * 15):
        judge_case(constants_are_known, claim, diagonal(entries))
    for size in (2, 3, 4):
        judge_case(constants_are_known, claim, equal_off_the_diagonal(size, 2, 3))


Form = Callable[[np.ndarray, list[flint.arb]], Bounds]


def any_weights_prove_bounds(claim: Form, case: Known) -> None:
    """Does gamma^2 lie between the bounds that weights prove, be they the best or not?"""
    signs = [1 if place % 2 else -1 for place in range(len(case.rows))]
    exact = flint.fmpq(case.label_aware.numerator, case.label_aware.denominator)
    with Balls(256).working():
        matrix = case.matrix() * np.multiply.outer(signs, signs)
        for weights in itertools.islice(itertools.product((1, 2, 5), repeat=len(signs)), 60):
            found = claim(matrix, [flint.arb(weight) for weight in weights])
            right = bool(found.lower <= exact) and bool(exact <= found.upper)
            record_answer(right, f"weights {weights}: {found.lower.str(6)} .. {found.upper.str(6)}, exactly {exact}")


def moved_up(matrix: np.ndarray, weights: list[flint.arb]) -> Bounds:
    """Wrong: the lower bound as if the weights were the best, for an n x n matrix."""
    found = convexity_bounds(matrix, weights)
    return Bounds(((found.lower + found.upper) / 2).lower(), found.upper)


def moved_down(matrix: np.ndarray, weights: list[flint.arb]) -> Bounds:
    """Wrong: the upper bound half way to the lower one, for an n x n matrix."""
    found = convexity_bounds(matrix, weights)
    return Bounds(found.lower, ((found.lower + found.upper) / 2).upper())


@check(GAPS, convexity_bounds, mutants={"the lower bound too high": moved_up, "the upper one too low": moved_down})
def test_any_weights_prove_bounds_of_the_label_aware_constant(claim):
    # Of the last gamma^2 is at w = (1, 0); its lambda_0 and g* are not asked for.
    alone = Known(((1, -2), (-2, 9)), Fraction(0), Fraction(0), Fraction(1))
    for case in (diagonal((3, 3, 5)), equal_off_the_diagonal(3, 2, 3), alone):
        judge_case(any_weights_prove_bounds, claim, case)
