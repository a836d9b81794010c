"""Losses, their weights and curvatures, and a step of the flow at a frozen kernel, against high precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import mpmath
import numpy as np

from checks.companion.known import known_answers, record_number
from ntk_companion import check, judge_case, random_seed
from numerics.flow.frozen_kernel import Pull, Step, impulses
from numerics.losses import CrossEntropy, Exponential, Loss, Squared
from numerics.networks.softmax import SoftmaxCrossEntropy

LOSSES = known_answers(
    "losses",
    "Losses, weights -dl/df and curvatures are those of the formula and its derivatives",
    r"l(f), \quad -\partial l/\partial f, \quad \partial^2 l/\partial f^2",
    "hard and soft targets, temperatures, several classes, against mpmath at random outputs",
)
STEPS = known_answers(
    "steps",
    "A step at a frozen kernel moves outputs and parameters as the linear model does, and dissipates what it loses",
    r"\theta(t) - \theta_0 = e^{-\beta t}(\theta - \theta_0) + J'C, \quad \int |\dot\theta|^2 dt = E(0) - E(t)",
    "linear models of two samples, with and without a regulariser, from t = 0 and later",
)


class Case(NamedTuple):
    """A loss and its formula: a function of the outputs as mpmath numbers."""

    title: str
    loss: Loss
    formula: Callable[[list[Any]], Any]


def cross_entropy(targets: tuple[float, ...], temperature: float = 1.0) -> Case:
    """y ln(1 + exp(-f / T)) + (1 - y) ln(1 + exp(f / T))."""

    def formula(outputs: list[Any]) -> Any:
        return mpmath.fsum(
            y * mpmath.log1p(mpmath.exp(-f / temperature)) + (1 - y) * mpmath.log1p(mpmath.exp(f / temperature))
            for y, f in zip(targets, outputs, strict=True)
        )

    title = f"cross-entropy, targets {targets}, temperature {temperature:g}"
    return Case(title, CrossEntropy(targets, temperature), formula)


def softmax(targets: tuple[tuple[float, ...], ...]) -> Case:
    """-sum_a y_a ln softmax_a(f)."""
    classes = len(targets[0])

    def formula(outputs: list[Any]) -> Any:
        rows = [outputs[place : place + classes] for place in range(0, len(outputs), classes)]
        return mpmath.fsum(
            y * (mpmath.log(mpmath.fsum(map(mpmath.exp, row))) - f)
            for row, shares in zip(rows, targets, strict=True)
            for y, f in zip(shares, row, strict=True)
        )

    return Case(f"softmax, targets {targets}", SoftmaxCrossEntropy(targets), formula)


CASES = (
    cross_entropy((0.0, 1.0, 1.0)),
    cross_entropy((0.9, 0.2, 0.6)),
    cross_entropy((0.0, 1.0), 2.5),
    cross_entropy((0.7, 0.1), 0.5),
    Case("exponential", Exponential((1, 0)), lambda f: mpmath.exp(-f[0]) + mpmath.exp(f[1])),
    Case("squared", Squared((0.5, -2.0)), lambda f: ((f[0] - 0.5) ** 2 + (f[1] + 2) ** 2) / 2),
    softmax(((0.7, 0.2, 0.1), (0.1, 0.1, 0.8))),
    softmax(((1.0, 0.0), (0.0, 1.0))),
)


def derivatives(formula: Callable[[list[Any]], Any], outputs: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
    """The value, -gradient and Hessian of a formula, by mpmath."""
    size = len(outputs)
    with mpmath.workdps(40):
        place = [mpmath.mpf(float(value)) for value in outputs]
        orders = np.eye(size, dtype=int)

        def derivative(order: np.ndarray) -> float:
            return float(mpmath.diff(lambda *values: formula(list(values)), tuple(place), tuple(map(int, order))))

        gradient = np.array([-derivative(orders[i]) for i in range(size)])
        hessian = np.array([[derivative(orders[i] + orders[j]) for j in range(size)] for i in range(size)])
        return formula(place), gradient, hessian


Made = Callable[[Loss], Loss]


def loss_is_its_formula(claim: Made, case: Case) -> None:
    """Are value, weights and curvatures those of the formula, and scaled by exp(log_scale)?"""
    loss = claim(case.loss)
    outputs = np.random.default_rng(random_seed(case.title)).normal(0.0, 1.5, loss.size)
    value, gradient, hessian = derivatives(case.formula, outputs)
    curvatures = loss.curvatures(outputs, math.log(3.0))
    found = np.diag(curvatures) if curvatures.ndim == 1 else curvatures
    off = {
        "value": abs(math.exp(loss.log_value(outputs)) / float(value) - 1),
        "weights": float(np.abs(loss.flow_weights(outputs, math.log(2.0)) / 2 - gradient).max()),
        "curvatures": float(np.abs(found / 3 - hessian).max()),
    }
    record_number(
        max(off.values()) < 1e-10, f"{case.title}: {', '.join(f'{n} off by {v:.1g}' for n, v in off.items())}"
    )


def hotter(loss: Loss) -> Loss:
    """Wrong: a temperature 2% higher."""
    return replace(loss, temperature=1.02 * loss.temperature) if isinstance(loss, CrossEntropy) else loss


def flipped(loss: Loss) -> Loss:
    """Wrong: the first target of a binary loss on the other side."""
    if not isinstance(loss, CrossEntropy):
        return loss
    return replace(loss, targets=(1 - loss.targets[0], *loss.targets[1:]))


def shifted_classes(loss: Loss) -> Loss:
    """Wrong: the targets of another class."""
    if not isinstance(loss, SoftmaxCrossEntropy):
        return loss
    return replace(loss, targets=tuple((*row[1:], row[0]) for row in loss.targets))


@check(
    LOSSES,
    lambda loss: loss,
    mutants={"a temperature 2% higher": hotter, "one target flipped": flipped, "classes shifted": shifted_classes},
)
def test_losses_are_their_formulas(claim):
    for case in CASES:
        judge_case(loss_is_its_formula, claim, case)


class Linear(NamedTuple):
    """A linear model f = J (theta - theta_0) + f_0 before a step: where theta is, and the step."""

    title: str
    jacobian: np.ndarray
    away: np.ndarray
    loss: Loss
    penalty: float
    step: Step


def linear_cases(seed: int) -> list[Linear]:
    """Two samples, three parameters."""
    generator = np.random.default_rng(seed)
    found = []
    for name, loss in (("squared", Squared((0.5, -1.0))), ("soft targets", CrossEntropy((0.8, 0.3)))):
        for penalty in (0.0, 0.7):
            for step in (Step(-math.inf, math.log(0.1)), Step(math.log(0.5), math.log(0.6))):
                away = generator.standard_normal(3)
                title = f"{name}, beta {penalty}, from t = {math.exp(step.log_start):.1f}"
                found.append(Linear(title, generator.standard_normal((2, 3)), away, loss, penalty, step))
    return found


Moved = tuple[np.ndarray, np.ndarray, float]
Stepper = Callable[[Linear], Moved]


def stepped(case: Linear) -> Moved:
    """Outputs and theta - theta_0 at the end of the step, and what it dissipated, by the suite."""
    kernel, outputs = case.jacobian @ case.jacobian.T, case.jacobian @ case.away
    pull = Pull(case.penalty, case.jacobian @ case.away, float(case.away @ case.away)) if case.penalty else None
    found = impulses(case.loss, outputs, kernel, case.step, pull, 1e-10)
    assert found is not None
    length = math.exp(case.step.log_length)
    return (
        found.outputs,
        math.exp(-case.penalty * length) * case.away + case.jacobian.T @ found.total,
        found.dissipation,
    )


def integrated(case: Linear, steps: int = 400) -> np.ndarray:
    """theta - theta_0 at the end of the step, by Runge and Kutta's rule."""
    away, time = case.away, math.exp(case.step.log_length) / steps

    def velocity(place: np.ndarray) -> np.ndarray:
        weights: np.ndarray = case.loss.flow_weights(case.jacobian @ place)
        return case.jacobian.T @ weights - case.penalty * place

    for _ in range(steps):
        one = velocity(away)
        two = velocity(away + time / 2 * one)
        three = velocity(away + time / 2 * two)
        away = away + time / 6 * (one + 2 * two + 2 * three + velocity(away + time * three))
    return away


def energy(case: Linear, away: np.ndarray) -> float:
    """The loss and the regulariser."""
    return math.exp(case.loss.log_value(case.jacobian @ away)) + case.penalty / 2 * float(away @ away)


def step_is_the_linear_models(claim: Stepper, case: Linear) -> None:
    """Are outputs, parameters and dissipation those of the linear model's flow?"""
    outputs, away, dissipation = claim(case)
    exact = integrated(case)
    off = {
        "outputs": float(np.abs(outputs - case.jacobian @ exact).max()),
        "parameters": float(np.abs(away - exact).max()),
        "dissipation": abs(dissipation - energy(case, case.away) + energy(case, exact)),
    }
    record_number(max(off.values()) < 1e-7, f"{case.title}: {', '.join(f'{n} off by {v:.1g}' for n, v in off.items())}")


@check(
    STEPS,
    stepped,
    mutants={
        "beta 2% larger": lambda case: stepped(case._replace(penalty=1.02 * case.penalty)),
        "2% longer": lambda case: stepped(
            case._replace(step=Step(case.step.log_start, case.step.log_end + math.log(1.02)))
        ),
        "half of the dissipation": lambda case: (*stepped(case)[:2], stepped(case)[2] / 2),
        "outputs that do not lose what the regulariser takes": lambda case: (
            stepped(case._replace(penalty=0.0))[0], *stepped(case)[1:]
        ),
    },
)  # fmt: skip
def test_steps_at_a_frozen_kernel_are_those_of_the_linear_model(claim):
    for case in linear_cases(random_seed() % 2**32):
        judge_case(step_is_the_linear_models, claim, case)
