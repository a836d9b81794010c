"""What is read off a recorded trajectory, on trajectories of which it is known."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np

from checks.companion.known import known_answers, record_number
from checks.setups.trajectories import balanced_at_the_origin, stays_above
from ntk_companion import Verdict, check, judge_case
from numerics.flow.errors import with_errors
from numerics.flow.trajectory import AT_REST, FINISHED, STALLED, Trajectory, label_aware_minimum, log10_crossing
from numerics.losses import Exponential, Loss, logistic

READINGS = known_answers(
    "trajectories",
    "Gaps, crossings, margins, envelopes and gamma^2 are read off a trajectory as defined",
    r"\max_{ij} |K_t - K|_{ij}, \quad s_i f_t(x_i), \quad \min_{w \ge 0, \sum w = 1} w' K^r w",
    "short made-up trajectories, and one whose envelopes are attained",
)


def made_up() -> Trajectory:
    """Three records of two samples, labels 0 and 1: outputs and kernels typed by hand."""
    parts = np.array([[[[2.0, 0], [0, 2]]], [[[2.5, 1], [1, 2]]], [[[3.0, 4], [4, 9]]]])
    outputs = np.array([[0.0, 0.0], [-1.0, 2.0], [-3.0, -5.0]])
    log_t = np.array([-math.inf, 0.0, math.log(100)])
    return replace(balanced_at_the_origin(), loss=logistic([0, 1]), parts=parts, outputs=outputs, log_t=log_t)


Readings = dict[str, Callable[..., Any]]
OURS: Readings = {
    "gap": lambda trajectory: trajectory.gap_from_start,
    "margins": lambda trajectory: trajectory.margins,
    "gamma": label_aware_minimum,
    "crossing": log10_crossing,
    "held": lambda trajectory: trajectory.envelope_held,
    "above": lambda values, bound, error: stays_above(values, bound, error, "made up").verdict,
}


def readings_are_known(claim: Readings, trajectory: Trajectory) -> None:
    """Gap, margins, crossing and gamma^2 by hand."""
    record_number(np.allclose(claim["gap"](trajectory), [0, 1, 7]), "the gap is that of the whole matrix")
    record_number(np.allclose(claim["margins"](trajectory), [[0, 0], [1, 2], [3, -5]]), "margins are s_i f(x_i)")
    found = claim["crossing"](trajectory.log_t, np.array([0.0, 1.0, 3.0]), 2.0)
    record_number(math.isclose(found, 1.0), f"half way from t = 1 to 100 is log10 t = 1, found {found}")
    none = claim["crossing"](trajectory.log_t, np.array([3.0, 1.0, 4.0]), 2.0)
    record_number(none is None, "what is exceeded from the start is not crossed")
    # K = [[3, 1], [1, 3]]: w = (1/2, 1/2) gives (3 -+ 1) / 2; with (1, 2; 2, 9) all weight is on the first sample.
    square = np.array([[3.0, 1.0], [1.0, 3.0]])
    values = [claim["gamma"](square, np.array(signs)) for signs in ([1, -1], [1, 1])]
    values.append(claim["gamma"](np.array([[1.0, 2.0], [2.0, 9.0]]), np.array([1, 1])))
    record_number(np.allclose(values, [1, 2, 1]), f"gamma^2 {', '.join(f'{value:.6g}' for value in values)}")


def envelopes_are_two_sided(claim: Readings, trajectory: Trajectory) -> None:
    """The envelopes, attained on this trajectory, hold as they are, and not with 5% more or less of either integral."""
    more, less = math.log(1.05), math.log(0.95)
    lower = replace(trajectory, log_margin_integral=trajectory.log_margin_integral + more)
    upper = replace(trajectory, log_diagonal_integral=trajectory.log_diagonal_integral + less)
    answers = [claim["held"](one) for one in (trajectory, lower, upper)]
    record_number(answers == [True, False, False], f"held: as is, lower side, upper side: {answers}")
    values = np.array([1.0, 2.0, 3.0])
    verdicts = [claim["above"](values, values + offset, 0.1) for offset in (0.0, 0.09, 0.15, 0.25)]
    known = [Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.INCONCLUSIVE, Verdict.REFUTED]
    record_number(verdicts == known, f"above a bound within the error, refuted beyond twice: {', '.join(verdicts)}")


def _lower_side(trajectory: Trajectory) -> bool:
    least = trajectory.margins.min(axis=1)
    return bool(np.all(trajectory.lower_envelope - trajectory.slip - 1e-9 <= least))


@check(
    READINGS,
    OURS,
    mutants={
        "the gap over the diagonal": OURS
        | {"gap": lambda t: np.abs(np.diagonal(t.gram - t.gram[0], axis1=1, axis2=2)).max(axis=1)},
        "one label flipped": OURS | {"margins": lambda t: t.margins * np.array([1, -1])},
        "crossing in ln t": OURS | {"crossing": lambda log_t, gap, c: (log10_crossing(log_t, gap, c) or 0) * 2.3026},
        "lambda_min / n for gamma^2": OURS | {"gamma": lambda gram, signs: np.linalg.eigvalsh(gram)[0] / len(gram)},
    },
)
def test_readings_of_a_made_up_trajectory(claim):
    judge_case(readings_are_known, claim, made_up())


@check(
    READINGS,
    OURS,
    mutants={
        "the lower side alone": OURS | {"held": _lower_side},
        "slack ten times the error": OURS
        | {"above": lambda values, bound, error: stays_above(values, bound, 10 * error, "made up").verdict},
    },
)
def test_envelopes_are_held_on_both_sides(claim):
    judge_case(envelopes_are_two_sided, claim, balanced_at_the_origin())


Estimates = Callable[[Trajectory, Trajectory], np.ndarray]


def errors_are_multiples(claim: Estimates, trajectory: Trajectory) -> None:
    """Is the error ten times the largest difference of two runs up to the next record, none at the start?"""
    size = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    run = replace(trajectory, outputs=size, log_t=np.array([-math.inf, 0.0, 1.0, 2.0]), status=FINISHED)
    for apart, known in (
        ([0, 0, 0.1, 0], [0, 1, 1, 1]), ([0, 0.2, 0.1, 0], [0, 2, 2, 2]), ([0, 0, 0, 0.3], [0, 0, 3, 3]),
    ):  # fmt: skip
        other = replace(run, outputs=size + np.array(apart)[:, None] * np.array([0.5, 1.0]))
        found = claim(run, other)
        record_number(np.allclose(found, known, atol=1e-7), f"runs {apart} apart: {found}")
    shorter = replace(run, outputs=size[:2], log_t=run.log_t[:2], status=STALLED)
    record_number(
        list(np.isinf(claim(run, shorter))) == [False, True, True, True], "infinite beyond a run that stalled"
    )
    resting = replace(run, outputs=size[:2], log_t=run.log_t[:2], status=AT_REST)
    record_number(np.allclose(claim(run, resting), 0, atol=1e-7), "a run at rest stays where it is")


def margin_error(run: Trajectory, other: Trajectory) -> np.ndarray:
    """The estimated error of the margins."""
    error = with_errors(run, other).margin_error
    assert error is not None
    return error


@check(
    READINGS,
    margin_error,
    mutants={
        "the next record not looked at": lambda run, other: np.append([0.0], margin_error(run, other)[:-1]),
        "half of the multiple": lambda run, other: margin_error(run, other) / 2,
        "those of one sample": lambda run, other: margin_error(
            replace(run, outputs=run.outputs * [1, 0]), replace(other, outputs=other.outputs * [1, 0])
        ),
    },
)
def test_errors_are_multiples_of_the_difference_of_two_runs(claim):
    judge_case(errors_are_multiples, claim, made_up())


Envelopes = Callable[[Trajectory], tuple[np.ndarray, np.ndarray]]
MARGIN_INTEGRAL, DIAGONAL_INTEGRAL = np.array([0.0, 2.0, 5.0]), np.array([0.0, 3.0, 8.0])


def envelopes_of(trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper envelope by the suite, each of shape (R,)."""
    return trajectory.lower_envelope, trajectory.upper_envelope


def by_lambert(loss: Loss) -> tuple[np.ndarray, np.ndarray]:
    """Both for two samples with outputs zero at the start, from Lambert's W in high precision."""
    if isinstance(loss, Exponential):
        return np.log(1 / 2 + MARGIN_INTEGRAL), np.log(2 * (1 / 2 + DIAGONAL_INTEGRAL))
    temperature = getattr(loss, "temperature", 1.0)

    def margin(start: float, integral: float) -> float:
        height = 1 / mpmath.mpf(start) - mpmath.log(start) + mpmath.mpf(integral) / temperature**2
        return float(temperature * mpmath.log(mpmath.lambertw(mpmath.exp(height)).real))

    # L_0 = 2 ln 2, so that exp(L_0) - 1 = 3 and exp(L_0 / 2) - 1 = 1.
    lower = [margin(3, integral) for integral in MARGIN_INTEGRAL]
    return np.array(lower), np.array([margin(1, 2 * integral) for integral in DIAGONAL_INTEGRAL])


def envelopes_are_lamberts(claim: Envelopes, loss: Loss) -> None:
    """Are both envelopes of two samples those of the formula?"""
    with np.errstate(divide="ignore"):
        margins, diagonals = np.log(MARGIN_INTEGRAL), np.log(DIAGONAL_INTEGRAL)
    trajectory = replace(made_up(), loss=loss, log_margin_integral=margins, log_diagonal_integral=diagonals)
    found, exact = claim(trajectory), by_lambert(loss)
    off = max(float(np.abs(one - other).max()) for one, other in zip(found, exact, strict=True))
    record_number(off < 1e-9, f"{type(loss).__name__}: off by {off:.1g}")


def with_integrals(lower: float, upper: float) -> Envelopes:
    """The envelopes with other multiples of the integrals."""

    def wrong(trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray]:
        return envelopes_of(
            replace(
                trajectory,
                log_margin_integral=trajectory.log_margin_integral + math.log(lower),
                log_diagonal_integral=trajectory.log_diagonal_integral + math.log(upper),
            )
        )

    return wrong


@check(
    READINGS,
    envelopes_of,
    mutants={
        "n lost in the upper one": with_integrals(1, 0.5),
        "2% of the lower integral": with_integrals(0.98, 1),
        "2% of the upper integral": with_integrals(1, 0.98),
        "sides exchanged": lambda trajectory: envelopes_of(trajectory)[::-1],
    },
)
def test_envelopes_of_two_samples_are_lamberts(claim):
    for loss in (logistic([0, 1]), logistic([1, 1], 2.0), Exponential((0, 1))):
        judge_case(envelopes_are_lamberts, claim, loss)
