"""Words about trained networks: values along the flow of the network spoken of, at the times a claim names."""

import math
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from ntk_companion.audit.claims.training import MOST_NUMBERS, MOST_TRAINED_POINTS, MOST_WORK, SAME_TIME, SOFTMAX
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.errors import MeaninglessError
from ntk_companion.audit.syntax.vocabulary import Word
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number
from ntk_companion.audit.values.kernels import Matrix, architecture, limit
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.registry import means
from ntk_companion.audit.values.times import log_ends
from ntk_companion.audit.values.trajectory_bounds import Array, Setting, TrajectoryBounds, is_usual, trajectory_bounds
from numerics.kernels.gram import FLOAT64
from numerics.networks.classes import class_kernel

START = point(0)
START_WORK = 3000
"""Microseconds charged for a network at its start, where none is trained."""


@means(vocabulary.MARGIN)
def margin(environment: Environment, index: Range, time: Range) -> Range:
    """s_i f_t(x_i), the point numbered from 1."""
    lower, upper = _values("margins", environment, time)
    place = _place(environment, index)
    return _range(lower[place], upper[place])


@means(vocabulary.OUTPUT)
def output(environment: Environment, index: Range, time: Range) -> Range:
    """f_t(x_i), the point numbered from 1."""
    if environment.trained.loss == SOFTMAX:
        raise MeaninglessError(
            "a network of several classes has no one output: its margins say by how much one is ahead"
        )
    found = margin(environment, index, time)
    sign = environment.signs(len(environment.point_set))[_place(environment, index)]
    return found if sign > 0 else Range(-found.upper, -found.lower)


def _place(environment: Environment, index: Range) -> int:
    return whole_number(index, "the number of a point", 1, len(environment.point_set)) - 1


@means(vocabulary.LOSS)
def loss(environment: Environment, time: Range) -> Range:
    """The loss, summed over the points, or its mean if that is what is trained."""
    found = _range(*_values("log_loss", environment, time))
    return Range(found.lower.exp(), found.upper.exp())


def _recorded(word: Word, environment: Environment, time: Range) -> Range:
    """The word that is recorded along the flow under its name."""
    if environment.share is not None and word in (vocabulary.GAP, vocabulary.LARGEST_GAP) and not _is_start(time):
        return ranges.multiply(environment.share, _range(*_values(word.name, environment, START)))
    return _range(*_values(word.name, environment, time))


for _word in (
    vocabulary.GAP, vocabulary.LARGEST_GAP, vocabulary.DRIFT, vocabulary.DISPLACEMENT, vocabulary.LOWER_ENVELOPE,
    vocabulary.UPPER_ENVELOPE,
):  # fmt: skip
    means(_word)(partial(_recorded, _word))


@means(vocabulary.K_T)
def kernel(environment: Environment, time: Range) -> Matrix:
    """The Gram matrix of the empirical NTK at a time, n x n balls."""
    if environment.share is not None and not _is_start(time):
        there = class_kernel(limit(environment), setting_of(environment).classes)
        away = kernel(environment, START) - there
        return there + away * environment.share.ball()
    lower, upper = _values("kernel", environment, time)
    ball = np.frompyfunc(lambda low, high: arb((low + high) / 2, (high - low) / 2 * (1 + 1e-9)), 2, 1)
    return np.asarray(ball(lower, upper), dtype=object)


def _is_start(time: Range) -> bool:
    return bool(time.upper == 0)


@means(vocabulary.CROSSING_TIME)
def crossing_time(environment: Environment, constant: Range) -> Range:
    """The first time when max |K_t - K| exceeds a constant: 0 if it does at the start."""
    found = log_crossing(environment, constant)
    return Range(found.lower.exp(), found.upper.exp())


@means(vocabulary.LOG10_CROSSING)
def log10_crossing(environment: Environment, constant: Range) -> Range:
    """log10 of that time."""
    found = log_crossing(environment, constant)
    return Range(found.lower / arb(10).log(), found.upper / arb(10).log())


def log_crossing(environment: Environment, constant: Range) -> Range:
    """ln of that time, minus infinity at the start; the upper end is infinite if the gap may not exceed it."""
    bounds = _bounds(environment)
    if not constant.is_defined:
        return constant
    found = _range(*bounds.crossing(float(constant.lower.lower()), float(constant.upper.upper())))
    if not found.is_defined and bounds.ended:
        environment.note(bounds.ended)
    return found


def _range(lower: Any, upper: Any) -> Range:
    return Range(arb(float(lower)), arb(float(upper)))


def _values(name: str, environment: Environment, time: Range) -> tuple[Array, Array]:
    """Lower and upper estimates at a time, NaN where none are known."""
    bounds, until = _bounds(environment), environment.trained.log_until
    ends = log_ends(time)
    if ends is not None and ends[1] > until + SAME_TIME * (1 + abs(until)):
        raise MeaninglessError("the claim speaks of a time later than until: give training a later one")
    lower, upper = bounds.between(name, *(ends or (math.inf, math.inf)))
    if np.isnan(lower).any() and bounds.ended:
        environment.note(bounds.ended)
    return lower, upper


def _bounds(environment: Environment) -> TrajectoryBounds:
    setting = setting_of(environment)
    place = ("bounds", setting)
    if place not in environment.memory.values:
        try:
            environment.memory.values[place] = trajectory_bounds(setting)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            raise MeaninglessError(
                "the flow cannot be computed in double precision: take points of smaller norm or a smaller network"
            ) from None
        if setting.log_until == -math.inf:
            environment.budget.charge(START_WORK)
        else:
            environment.budget.charge(training=environment.memory.values[place].work)
    return environment.memory.values[place]


def setting_of(environment: Environment) -> Setting:
    """The flow of the network spoken of, for the initialisation at hand. Raises MeaninglessError beyond the limits."""
    trained, points = environment.trained, environment.point_set
    if len(points) > MOST_TRAINED_POINTS:
        raise MeaninglessError(f"{len(points)} points; networks are trained on at most {MOST_TRAINED_POINTS} here")
    labels = tuple(environment.labels(len(points)))
    assert environment.seed_of_network is not None
    times = tuple(time for time in environment.times if not is_usual(time))
    coordinates = tuple(map(tuple, points.coordinates(FLOAT64).tolist()))
    setting = Setting(
        architecture(environment), points, coordinates, labels, trained.width, trained.log_until, times,
        environment.seed_of_network, trained.loss, trained.reduction, float(trained.weight_decay), trained.towards,
    )  # fmt: skip
    if setting.numbers > MOST_NUMBERS:
        raise MeaninglessError(
            f"{setting.numbers} parameters and pre-activations; at most {MOST_NUMBERS} are trained:"
            " take a smaller width or depth"
        )
    excess = trained.seeds * setting.work / MOST_WORK
    if excess > 1 and setting.log_until > -math.inf:
        raise MeaninglessError(
            f"this training is about {excess:.1f} times too much work for one claim:"
            " take a smaller width, fewer seeds or points, or an earlier until"
        )
    return setting
