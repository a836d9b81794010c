"""Words about trained networks: values along the flow of the network spoken of, at the times a claim names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
from scipy.stats import beta

from ntk_companion.audit import ranges
from ntk_companion.audit.errors import MeaninglessError
from ntk_companion.audit.matrices import Matrix
from ntk_companion.audit.ranges import Range, point
from ntk_companion.audit.sampling import ERROR
from ntk_companion.audit.training import MOST_NUMBERS, MOST_TRAINED_POINTS, MOST_WORK, SAME_TIME, log_ends
from numerics.kernels.gram import FLOAT64

if TYPE_CHECKING:
    from ntk_companion.audit.courses import Array, Course, Setting
    from ntk_companion.audit.nodes import Node
    from ntk_companion.audit.situation import Situation

arb = flint.arb
START = point(0)


def margin(situation: Situation, index: Range, time: Range) -> Range:
    """s_i f_t(x_i), the point numbered from 1."""
    lower, upper = _values("margins", situation, time)
    place = _place(situation, index)
    return _range(lower[place], upper[place])


def output(situation: Situation, index: Range, time: Range) -> Range:
    """f_t(x_i), the point numbered from 1."""
    found = margin(situation, index, time)
    sign = situation.signs(len(situation.point_set))[_place(situation, index)]
    return found if sign > 0 else Range(-found.upper, -found.lower)


def _place(situation: Situation, index: Range) -> int:
    return situation.whole_number(index, "the number of a point", 1, len(situation.point_set)) - 1


def loss(situation: Situation, time: Range) -> Range:
    """The loss, summed over the points."""
    found = _range(*_values("log_loss", situation, time))
    return Range(found.lower.exp(), found.upper.exp())


def along(name: str) -> Callable[[Situation, Range], Range]:
    """The value of a word that is recorded along the flow under this name."""

    def value(situation: Situation, time: Range) -> Range:
        if situation.share is not None and name in ("gap", "largest_gap") and not _is_start(time):
            return ranges.multiply(situation.share, _range(*_values(name, situation, START)))
        return _range(*_values(name, situation, time))

    return value


def kernel(situation: Situation, time: Range) -> Matrix:
    """The Gram matrix of the empirical NTK at a time."""
    if situation.share is not None and not _is_start(time):
        limit = situation.gram(lambda derived: derived.ntk)
        return limit + (kernel(situation, START) - limit) * situation.share.ball()
    lower, upper = _values("kernel", situation, time)
    ball = np.frompyfunc(lambda low, high: arb((low + high) / 2, (high - low) / 2 * (1 + 1e-9)), 2, 1)
    return np.asarray(ball(lower, upper), dtype=object)


def _is_start(time: Range) -> bool:
    return bool(time.upper == 0)


def crossing_time(situation: Situation, constant: Range) -> Range:
    """The first time when max |K_t - K| exceeds a constant: 0 if it does at the start."""
    found = log_crossing(situation, constant)
    return Range(found.lower.exp(), found.upper.exp())


def log10_crossing(situation: Situation, constant: Range) -> Range:
    """log10 of that time."""
    found = log_crossing(situation, constant)
    return Range(found.lower / arb(10).log(), found.upper / arb(10).log())


def log_crossing(situation: Situation, constant: Range) -> Range:
    """ln of that time, minus infinity at the start; the upper end is infinite if the gap may not exceed it."""
    course = _course(situation)
    if not constant.is_defined:
        return constant
    found = _range(*course.crossing(float(constant.lower.lower()), float(constant.upper.upper())))
    if not found.is_defined and course.ended:
        situation.note(course.ended)
    return found


def probability(situation: Situation, statement: Node) -> Range:
    """The probability over initialisations that a statement holds: Clopper and Pearson's interval."""
    from ntk_companion.audit.comparisons import Truth
    from ntk_companion.audit.initialisations import over_initialisations

    outcomes = over_initialisations(statement, situation)
    trials, undecided = len(outcomes), sum(outcome is Truth.UNKNOWN for outcome in outcomes)
    holds = sum(outcome is Truth.TRUE or (outcome is Truth.EMPTY and not situation.strict) for outcome in outcomes)
    situation.trace.cases = max(situation.trace.cases, trials)
    situation.trace.tests.add(("probability", statement, str([situation.bindings[name] for name in situation.bound])))
    if not situation.strict:
        open_cases = f", {undecided} undecided" * bool(undecided)
        situation.note(f"it held for {holds} of {trials} initialisations{open_cases}")
    lower = beta.ppf(ERROR / 2, holds, trials - holds + 1) if holds else 0.0
    most = holds + undecided
    upper = beta.isf(ERROR / 2, most + 1, trials - most) if most < trials else 1.0
    return _range(lower * (1 - 1e-9), min(1.0, upper * (1 + 1e-9)))


def _range(lower: Any, upper: Any) -> Range:
    return Range(arb(float(lower)), arb(float(upper)))


def _values(name: str, situation: Situation, time: Range) -> tuple[Array, Array]:
    """Lower and upper estimates at a time, NaN where none are known."""
    course, until = _course(situation), situation.trained.log_until
    ends = log_ends(time)
    if ends is not None and ends[1] > until + SAME_TIME * (1 + abs(until)):
        raise MeaninglessError("the claim speaks of a time later than until: give training a later one")
    lower, upper = course.between(name, *(ends or (math.inf, math.inf)))
    if np.isnan(lower).any() and course.ended:
        situation.note(course.ended)
    return lower, upper


def _course(situation: Situation) -> Course:
    from ntk_companion.audit.courses import course_of

    setting = setting_of(situation)
    place = ("course", setting)
    if place not in situation.trace.memory:
        try:
            situation.trace.memory[place] = course_of(setting)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            raise MeaninglessError(
                "the flow cannot be computed in double precision: take points of smaller norm or a smaller network"
            ) from None
        situation.trace.charge(training=situation.trace.memory[place].work)
    return situation.trace.memory[place]


def setting_of(situation: Situation) -> Setting:
    """The flow of the network spoken of, for the initialisation at hand. Raises MeaninglessError beyond the limits."""
    from ntk_companion.audit.courses import Setting, is_usual

    trained, points = situation.trained, situation.point_set
    if len(points) > MOST_TRAINED_POINTS:
        raise MeaninglessError(f"{len(points)} points; networks are trained on at most {MOST_TRAINED_POINTS} here")
    labels = tuple((1 + sign) // 2 for sign in situation.signs(len(points)))
    assert situation.seed_of_network is not None
    times = tuple(time for time in situation.times if not is_usual(time))
    coordinates = tuple(map(tuple, points.coordinates(FLOAT64).tolist()))
    setting = Setting(
        situation.architecture, points, coordinates, labels, trained.width, trained.log_until, times,
        situation.seed_of_network,
    )  # fmt: skip
    if setting.numbers > MOST_NUMBERS:
        raise MeaninglessError(
            f"{setting.numbers} parameters and pre-activations; at most {MOST_NUMBERS} are trained:"
            " take a smaller width or depth"
        )
    excess = trained.seeds * setting.work / MOST_WORK
    if excess > 1:
        raise MeaninglessError(
            f"this training is about {excess:.1f} times too much work for one claim:"
            " take a smaller width, fewer seeds or points, or an earlier until"
        )
    return setting
