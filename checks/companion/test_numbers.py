"""Balls hold the exact results, decimals are read and printed as the decimals they are."""

import itertools
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import flint
import numpy as np
import sympy

from checks.companion.known import known_answers, record_answer
from ntk_companion import check, judge_case, random_seed
from numerics.data.points import rational_points
from numerics.numbers.comparisons import all_of, at_most, less, positive
from numerics.numbers.decimals import decimal_enclosure, decimal_matrix
from numerics.numbers.float_balls import FloatBalls
from numerics.numbers.rationals import parse_number
from numerics.numbers.systems import Balls, DoubleBalls

FLOAT_BALLS = known_answers(
    "float-balls",
    "Balls of doubles hold the exact result for all exact arguments in them",
    r"x \in X, y \in Y \Rightarrow x \circ y \in X \circ Y",
    "with the ends of every ball, in exact rational arithmetic",
)
DECIMALS = known_answers(
    "decimals",
    "Decimals are read as the rational numbers that they are, and bounds are printed rounded outward",
    r"0.1 = 1/10, \quad \underline x \le x \le \overline x",
    "against Python's Decimal and Fraction",
)

Ends = tuple[Fraction, Fraction]
Function = Callable[..., FloatBalls]


class Operation(NamedTuple):
    """An operation of balls, and the exact one on rational numbers; `arguments` of the operands that it takes."""

    name: str
    of_balls: Function
    exact: Callable[..., Fraction]


OPERATIONS = (
    Operation("+", lambda x, y: x + y, lambda x, y: x + y),
    Operation("-", lambda x, y: x - y, lambda x, y: x - y),
    Operation("*", lambda x, y: x * y, lambda x, y: x * y),
    Operation("/", lambda x, y: x / y, lambda x, y: x / y),
    Operation(
        "matrix product",
        lambda x, y: x.matrix_product(y),
        lambda x, y: x * y,
    ),
)


def ball_arguments(seed: int) -> list[tuple[FloatBalls, FloatBalls]]:
    """Pairs of 1 x 1 matrices of balls away from zero: radii from none to large, numbers from tiny to huge."""
    generator = np.random.default_rng(seed)
    found = []
    for scale, share in itertools.product((1e-12, 1.0, 3e9), (0.0, 1e-16, 1e-3, 0.3)):
        for _ in range(4):
            centres = scale * generator.uniform(0.6, 2, 2) * generator.choice([-1, 1], 2)
            radii = share * np.abs(centres) * generator.uniform(0.5, 1, 2)
            pair = [FloatBalls(np.array([[c]]), np.array([[r]])) for c, r in zip(centres, radii, strict=True)]
            found.append((pair[0], pair[1]))
    return found


def ends(ball: FloatBalls) -> Ends:
    """The exact ends of a ball of shape (1, 1)."""
    centre, radius = Fraction(float(ball.centre.flat[0])), Fraction(float(ball.radius.flat[0]))
    return centre - radius, centre + radius


Tool = Callable[[Function], Function]
"""What stands between an operation of balls and its result: nothing, or an error."""


def holds_exact_results(claim: Tool, seed: int) -> None:
    """Does each operation's ball, and do its lower and upper end as doubles, hold the exact results?"""
    for operation in OPERATIONS:
        function = claim(operation.of_balls)
        right = all(
            _within(function(one, other), operation.exact(here, there))
            for one, other in ball_arguments(seed)
            for here in ends(one)
            for there in ends(other)
        )
        record_answer(right, operation.name)
    for name, function in (("sqrt", lambda x, y: abs_ball(x).sqrt()), ("the ends of a ball", lambda x, y: x)):
        tool = claim(function)
        record_answer(all(_root_within(tool, one) for one, _ in ball_arguments(seed)), name)


def abs_ball(ball: FloatBalls) -> FloatBalls:
    """The ball of shape (1, 1) or its negative, whichever is positive."""
    return ball if ball.centre.flat[0] > 0 else -ball


def _within(ball: FloatBalls, exact: Fraction) -> bool:
    lower, upper = (Fraction(float(end.flat[0])) for end in (ball.lower(), ball.upper()))
    least, most = ends(ball)
    return lower <= least <= exact <= most <= upper


def _root_within(function: Function, ball: FloatBalls) -> bool:
    found = function(ball, ball)
    least, most = ends(found)
    lower, upper = (Fraction(float(end.flat[0])) for end in (found.lower(), found.upper()))
    if found is ball:
        return lower <= least <= most <= upper
    one, other = ends(abs_ball(ball))
    return lower <= least and least**2 <= one and other <= most**2 and most <= upper


def narrowed(share: float) -> Tool:
    """Radii multiplied by a share."""

    def tool(function: Function) -> Function:
        def wrong(*operands: FloatBalls) -> FloatBalls:
            found = function(*operands)
            return FloatBalls(found.centre, share * found.radius)

        return wrong

    return tool


def shifted_by_an_ulp(function: Function) -> Function:
    """The centre off by two units in the last place, the radius as if it were not."""

    def wrong(*operands: FloatBalls) -> FloatBalls:
        found = function(*operands)
        return FloatBalls(found.centre * (1 + 2.0**-51), found.radius)

    return wrong


@check(
    FLOAT_BALLS,
    lambda function: function,
    mutants={"radii lost": narrowed(0), "radii 2% too small": narrowed(0.98), "off by two ulps": shifted_by_an_ulp},
)
def test_balls_of_doubles_hold_exact_results(claim):
    judge_case(holds_exact_results, claim, random_seed() % 2**32)


def constants_are_enclosed(claim: Callable[[Fraction], Any], numbers: list[Fraction]) -> None:
    """Does the ball made of a rational number hold it?"""
    for number in numbers:
        ball = claim(number)
        if isinstance(ball, FloatBalls):
            least, most = ends(FloatBalls(np.atleast_1d(ball.centre), np.atleast_1d(ball.radius)))
            record_answer(least <= number <= most, f"{number} in doubles")
        else:
            record_answer(ball.contains(flint.fmpq(number.numerator, number.denominator)), f"{number} in balls")


NUMBERS = [Fraction(1, 3), Fraction(1, 10), Fraction(-7, 11), Fraction(10**30 + 1, 3), Fraction(5)]


@check(FLOAT_BALLS, FloatBalls.rational, mutants={"rounded": lambda value: FloatBalls.exact(np.array(float(value)))})
def test_rational_constants_are_enclosed_in_doubles(claim):
    judge_case(constants_are_enclosed, claim, NUMBERS)


@check(FLOAT_BALLS, Balls(256).rational, mutants={"1/3 as a float": lambda value: flint.arb(float(value))})
def test_rational_constants_are_enclosed_in_balls(claim):
    with Balls(256).working():
        judge_case(constants_are_enclosed, claim, NUMBERS)


DECIMAL_TEXTS = ("0.1", "-3.30", "1e-30", "12345678901234567890.123456789", "5e3")


def decimals_are_exact(claim: Callable[[str, str], Fraction], texts: tuple[str, ...]) -> None:
    """Is each text read as the rational number that it is, and stays it exact as coordinates of points?"""
    for text in texts:
        number = claim(text, "the self-test")
        record_answer(number == Fraction(text), f"{text} is read as {number}")
        with Balls(512).working():
            (coordinate,) = rational_points("one", [[number]]).coordinates(Balls(512)).ravel()
            exact = Fraction(text)
            ball = coordinate.contains(flint.fmpq(exact.numerator, exact.denominator))
        record_answer(ball, f"{text} as a coordinate in balls")
        doubles = rational_points("one", [[number]]).coordinates(DoubleBalls())
        least, most = ends(doubles)
        record_answer(least <= exact <= most, f"{text} as a coordinate in balls of doubles")


@check(DECIMALS, parse_number, mutants={"as doubles": lambda text, where: Fraction(float(text))})
def test_decimals_are_read_as_they_are(claim):
    judge_case(decimals_are_exact, claim, DECIMAL_TEXTS)


Printer = Callable[[flint.arb, flint.arb, int], list[str]]


def bounds_are_printed_outward(claim: Printer, numbers: list[Fraction]) -> None:
    """Do the printed decimals enclose the bounds, and not by more than a unit of the last digit?"""
    with flint.ctx.workprec(200):
        for number in numbers:
            ball = flint.arb(flint.fmpq(number.numerator, number.denominator))
            lower, upper = ball.lower(), ball.upper()
            low, high = (Fraction(Decimal(text)) for text in claim(lower, upper, 6))
            exact = [
                Fraction(int(man)) * Fraction(2) ** int(exp) for man, exp in (end.man_exp() for end in (lower, upper))
            ]
            unit = abs(number) / 10**4
            record_answer(low <= exact[0] and exact[1] <= high and high - low <= unit, f"{low} .. {high}")


def nearest(lower: flint.arb, upper: flint.arb, digits: int) -> list[str]:
    """Wrong: rounded to nearest."""
    return [f"{float(end.mid()):.{digits - 1}e}" for end in (lower, upper)]


def inward(lower: flint.arb, upper: flint.arb, digits: int) -> list[str]:
    """Wrong: each end by the other's rounding."""
    low, high = decimal_enclosure(lower, upper, digits)
    return [high, low]


@check(DECIMALS, decimal_enclosure, mutants={"to nearest": nearest, "inward": inward})
def test_bounds_are_printed_outward(claim):
    judge_case(bounds_are_printed_outward, claim, [Fraction(1, 3), Fraction(-2, 3), Fraction(10**9 + 7, 13)])


def printed_matrix_is_right(claim: Callable[[Any], Any], matrix: list[list[Fraction]]) -> None:
    """Is every printed entry within the printed radius of the exact one?"""
    with Balls(256).working():
        found = claim(rational_points("m", matrix).coordinates(Balls(256)))
    errors = [
        abs(Fraction(Decimal(text)) - number)
        for row, numbers in zip(found.entries, matrix, strict=True)
        for text, number in zip(row, numbers, strict=True)
    ]
    record_answer(max(errors) <= Fraction(Decimal(found.radius)), f"errors to {float(max(errors)):.2g}, {found.radius}")


MATRIX = [[Fraction(2, 3), Fraction(1, 7)], [Fraction(1, 7), Fraction(22, 7)]]


def too_narrow(matrix: Any) -> Any:
    """Wrong: a radius ten times too small."""
    found = decimal_matrix([matrix], 5)
    return type(found)(found.entries, str(Decimal(found.radius) / 10))


@check(DECIMALS, lambda matrix: decimal_matrix([matrix], 5), mutants={"a tenth of the radius": too_narrow})
def test_a_printed_matrix_is_within_its_radius(claim):
    judge_case(printed_matrix_is_right, claim, MATRIX)


Angular = Callable[[Any, Fraction], Any]


def angular_functions_are_enclosed(claim: Angular, system: Balls | DoubleBalls) -> None:
    """Do balls of the angle of a sine and a cosine, and of J_1 = sin - t cos at it, hold the values to 300 bits?"""
    for angle in (Fraction(3, 7), Fraction(1), Fraction(1, 10**4), Fraction(1, 10**9)):
        with flint.ctx.workprec(300):
            exact = flint.arb(flint.fmpq(angle.numerator, angle.denominator))
            value = exact.sin() - exact * exact.cos()
        with system.working():
            found = claim(system, angle)
        with flint.ctx.workprec(300):
            least, most = (Fraction(*_quotient(end)) for end in _ball_ends(found))
            low, high = (Fraction(*_quotient(end)) for end in (value.lower(), value.upper()))
        record_answer(least <= low and high <= most, f"{type(system).__name__}, {angle}: {float(least)}, {float(most)}")


def _ball_ends(ball: Any) -> tuple[flint.arb, flint.arb]:
    if isinstance(ball, FloatBalls):
        ball = flint.arb(float(ball.centre), float(ball.radius))
    return ball.lower(), ball.upper()


def _quotient(end: flint.arb) -> tuple[int, int]:
    mantissa, exponent = (int(part) for part in end.man_exp())
    return mantissa * 2 ** max(exponent, 0), 2 ** max(-exponent, 0)


def the_angular(system: Balls | DoubleBalls, angle: Fraction) -> Any:
    """J_1 by the suite, at a ball of the angle."""
    ball: Any = system.rational(angle)
    if isinstance(ball, FloatBalls):
        ball = FloatBalls(np.atleast_1d(ball.centre), np.atleast_1d(ball.radius))
    else:
        ball = np.array([ball], dtype=object)
    sine, cosine = (system.elementary(function, ball) for function in (sympy.sin, sympy.cos))
    return system.angular(1, ball, sine, cosine)[0]


def scaled_angular(factor: float) -> Angular:
    """J_1 times a factor."""
    return lambda system, angle: the_angular(system, angle) * system.rational(Fraction(factor))


@check(
    FLOAT_BALLS,
    the_angular,
    mutants={"2% more": scaled_angular(1.02), "a millionth less": scaled_angular(1 - 1e-6)},
)
def test_angular_functions_are_enclosed(claim):
    for system in (Balls(53), DoubleBalls()):
        judge_case(angular_functions_are_enclosed, claim, system)


def angles_are_enclosed(claim: Callable[[FloatBalls], FloatBalls], seed: int) -> None:
    """Do balls of the arctangent of exact numbers in [0, 1] hold it, as FLINT has it to 200 bits?"""
    tangents = np.random.default_rng(seed).uniform(0, 1, 400)
    found = claim(FloatBalls.exact(tangents))
    with flint.ctx.workprec(200):
        right = all(
            flint.arb(centre, radius).contains(flint.arb(tangent).atan())
            for tangent, centre, radius in zip(tangents, found.centre, found.radius, strict=True)
        )
    record_answer(right, f"{len(tangents)} arctangents")


@check(
    FLOAT_BALLS,
    FloatBalls.arctan,
    mutants={
        "no rounding": lambda ball: FloatBalls(ball.arctan().centre, 0 * ball.arctan().radius),
        "a hundredth of the rounding": lambda ball: FloatBalls(ball.arctan().centre, ball.arctan().radius / 100),
    },
)
def test_arctangents_are_enclosed(claim):
    judge_case(angles_are_enclosed, claim, random_seed() % 2**32)


COMPARISONS = known_answers(
    "comparisons",
    "Comparisons of balls are proved, disproved or undecided",
    r"x < y, \quad x \le y, \quad x > 0, \quad \bigwedge_i p_i",
    "exact numbers that are equal, balls that touch, overlap or are apart, NaN",
)
WIDE, NAN = flint.arb(1, 0.5), flint.arb.nan()
Question = tuple[str, tuple[Any, ...], bool | None]
QUESTIONS: tuple[Question, ...] = (
    ("less", (1, 2), True), ("less", (1, 1), False), ("less", (2, 1), False), ("less", (WIDE, 1), None),
    ("less", (WIDE, 2), True), ("less", (3, WIDE), False), ("less", (NAN, 1), None),
    ("at most", (1, 2), True), ("at most", (1, 1), True), ("at most", (2, 1), False), ("at most", (WIDE, 1), None),
    ("at most", (2, WIDE), False), ("at most", (NAN, NAN), None), ("at most", (WIDE, WIDE), None),
    ("positive", (Fraction(1, 3),), True), ("positive", (0,), False), ("positive", (flint.arb(0, 1),), None),
    ("positive", (-1,), False), ("positive", (NAN,), None),
    ("all", (True, True), True), ("all", (), True), ("all", (True, None), None), ("all", (None, False), False),
    ("all", (False, None), False),
)  # fmt: skip
Answers = dict[str, Callable[..., bool | None]]
OURS: Answers = {"less": less, "at most": at_most, "positive": positive, "all": lambda *answers: all_of(answers)}


def answer_is_known(claim: Answers, question: Question) -> None:
    """Is the answer the known one of three?"""
    name, arguments, known = question
    found = claim[name](*arguments)
    record_answer(found is known, f"{name} {arguments}: {found}")


@check(
    COMPARISONS,
    OURS,
    mutants={
        "at most refuted where equal": OURS | {"at most": lambda one, other: less(one, other)},
        "less where equal": OURS | {"less": at_most},
        "undecided is false": OURS | {"less": lambda one, other: bool(less(one, other))},
        "zero is positive": OURS | {"positive": lambda value: at_most(0, value)},
        "an open case hides a false one": OURS | {"all": lambda *answers: None if None in answers else all_of(answers)},
    },
)
def test_comparisons_have_three_answers(claim):
    for question in QUESTIONS:
        judge_case(answer_is_known, claim, question)
