"""``ntk-companion flow``: the gradient flow of a finite network in log time, beside the gap constants of its limit."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result
from ntk_companion.cli.duration import SEVERAL, announce
from ntk_companion.files import aligned

if TYPE_CHECKING:
    from numerics.data.points import PointSet
    from numerics.flow.trajectory import Trajectory
    from numerics.losses import Loss
    from theory.architecture import Architecture

MOST_WIDTH = 10**7
SMALL_WIDTH = 1000
"""Up to this width, and at depth 1 to a thousand times it, threads wait for each other longer than they work."""
MOST_POINTS = 250
MANY_POINTS = 60
"""Above, lambda_0 is certified to fewer digits."""
MANY_DECADES = 20
"""Above, there are two records a decade instead of four."""
MOST_CLASSES, MOST_DECAY = 1000, 10**6
MOST_NUMBERS = 4 * 10**8
"""The largest count of parameters and pre-activations."""
SUMMARY = "a finite network trained by gradient flow"
LOSSES, REDUCTIONS, TOWARDS = ("logistic", "exponential", "squared"), ("sum", "mean"), ("start", "zero")
"""Those of `numerics.losses`, which loads numpy."""
DESCRIPTION = """Train a finite network by gradient flow of the summed logistic loss, or of what --loss, --reduction
and --weight-decay make of it, from a random start to time T, in log time: T may be 1e400. Records loss and margins,
when max |K_t - K| crosses the constants of Theorem 2 (printed: lambda_0/(2n^2); sharp: lambda_0/n; best: the
largest that keeps K_t positive definite; label_aware: the squared margin of the kernel's classifier), and whether
every margin stayed between the envelopes that the kernel along the flow proves. A crossing is log10 t; null if the
constant was not reached, or was exceeded at the start already. The status is finished (at T), at rest (the outputs
stopped moving before T), stalled (doubles do not hold its outputs to the 1 within which the loss changes, or no first
step was found) or out of steps. After the last two, reached is
false, a crossing that is null is undecided from the last record on, envelope_held is null unless a margin left the
envelopes, and the exit code is 2. Errors of the margins, of log10_loss, of the kernel's entries and of lambda_min
are estimated from a second run with finer steps; log10_parted is when the two went different ways, as ReLU networks
may from a kink that repels, null if never. Where accurate steps are too short ever to arrive, the flow waits, or takes
inconsistent ones: last_resort_share is their share of the steps, last_resort_defect by how much they are off the energy
identity, as a share of the fall of the loss, and above a tenth the exit code is 2 too. threads is how many
numpy's products use: with another number a result may differ in its last digits. Where the limiting kernel is
not proved positive definite, as for repeated points, it has no constants: they are null, and constants_because says
why. Envelopes are known for the summed logistic and exponential losses without weight decay; margins of the softmax
are by how much a point's class is ahead of the next."""
ERRORS = ("margin_error", "log_loss_error", "kernel_error", "lambda_min_error")
MOST_DEFECT = 0.1
"""An energy identity that is off by more than this vouches for nothing."""
UNBIASED = (
    "the kernel's matrix on --points is not proved positive definite: without biases parallel or opposite points"
    " may make it singular"
)
TOO_NEAR = "the kernel's matrix on --points is not proved positive definite: some points are too near together"
ADVICE = {
    "stalled": "give an earlier --until, or smaller --points or --scale if the loss or the kernel is huge",
    "out of steps": "give an earlier --until, or a smaller network or fewer points",
}
"""What to do about a flow that ended early, by its status."""
HUGE = 1e13
"""Outputs from which on it is they that doubles do not resolve, if the flow stalls at the start."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    arguments.add_network(parser)
    arguments.add_points(parser)
    width = arguments.whole_number("the width", 1, MOST_WIDTH)
    parser.add_argument("--width", required=True, type=width, metavar="M", help="neurons in every hidden layer")
    labels = """0,1,.. (one for every point), or alternating: 0,1,0,1,..; of the softmax classes 0,1,2,.., of the
    squared loss targets, any decimals, alternating: -1,1,-1,1,.."""
    parser.add_argument("--labels", required=True, metavar="Y", help=labels)
    parser.add_argument("--loss", choices=(*LOSSES, "softmax"), default="logistic", help="default logistic")
    parser.add_argument("--reduction", choices=REDUCTIONS, default="sum", help="over the points; default sum")
    decay = "add B/2 times the squared distance of the trained parameters from their start; default 0"
    parser.add_argument("--weight-decay", default="0", metavar="B", help=decay)
    parser.add_argument("--decay-towards", choices=TOWARDS, default="start", help="their start, or zero; default start")
    parser.add_argument("--until", required=True, metavar="T", help="the time to stop at, a decimal such as 1e400")
    seed = arguments.whole_number("the seed", 0, 2**63 - 1)
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="default 0")
    checkpoint = "go on from this file if it exists, and keep it up to date, at least every minute"
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help=checkpoint)


def run(options: argparse.Namespace) -> Result:
    """The trajectory, the constants and the crossings. Raises ValueError on options that do not fit, or on overflow."""
    if options.width <= SMALL_WIDTH * (1000 if options.depth == 1 else 1):
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    arguments.check_network(options.network)
    points = arguments.points(options, MOST_POINTS)  # what is wrong with them is told before more is loaded
    arguments.needs_place(options.checkpoint, "checkpoint")
    architecture = arguments.architecture(options)
    import numpy as np

    from numerics.flow.integrate import Recording, gradient_flow
    from numerics.flow.trajectory import LOG_10
    from numerics.networks.classes import class_kernel, initial_class_arrays

    coordinates = arguments.doubles(points)
    loss = _loss(options, len(points))
    decay = _decay(options.weight_decay)
    log_until = _log_time(options.until)
    _check_size(architecture, len(points), points.dimension, options.width)
    limit = class_kernel(arguments.limiting_kernel(architecture, points, options.width), loss.classes)
    lowest, constants, because = _constants(architecture, points, loss, options.bias)
    generator = np.random.default_rng(options.seed)
    start = initial_class_arrays(architecture, points.dimension, options.width, loss.classes, generator)
    recording = Recording(per_decade=4 if log_until <= MANY_DECADES * LOG_10 else 2)
    records = list(recording.log_times(-math.inf, log_until))
    with np.errstate(all="ignore"):
        if len(records) > SEVERAL and not decay and options.loss != "squared":  # those may come to rest soon
            announce(lambda: gradient_flow(architecture, start, coordinates, loss, records[0]), len(records))
        trajectory = gradient_flow(
            architecture,
            start,
            coordinates,
            loss,
            log_until,
            penalty=decay,
            towards=options.decay_towards,
            recording=recording,
            checkpoint_file=options.checkpoint,
        )
    gap = trajectory.gap(limit)
    if not np.isfinite(gap).all():
        raise ValueError(arguments.OVERFLOW)
    values = _values(trajectory, gap, lowest, constants) | {"constants_because": because, "threads": threads()}
    head = f"{architecture.name}, width {options.width}, seed {options.seed}; {len(points)} points: {options.points}"
    head += f"; {threads()} threads" if threads() > 1 else ""
    complaint = _complaint(values, _why(trajectory))
    return Result(values, _lines(head, values), 2 if complaint else 0, (complaint,) if complaint else ())


def threads() -> int:
    """How many threads numpy's products use, on which their last bits depend, as their library reads it when loaded."""
    asked = (os.environ.get(name, "").partition(",")[0] for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"))
    return next((int(text) for text in asked if text.isdecimal() and int(text)), os.cpu_count() or 1)


def _constants(
    architecture: Architecture, points: PointSet, loss: Loss, bias: str
) -> tuple[float | None, dict[str, float | None], str | None]:
    """lambda_0, the gap constants by name, and why they are None if they are."""
    from numerics.kernels.gap import CONSTANTS, NotDefiniteError, certified_gap_constants

    if loss.classes > 1:
        return None, dict.fromkeys(CONSTANTS), "the constants are those of one output"
    because = None
    try:
        arguments.refuse_equal(points)
        digits = 12 if len(points) <= MANY_POINTS else 3
        lowest, found = certified_gap_constants(architecture, points, loss.signs, digits)
        return float(lowest.lower), {name: float(getattr(found, name).lower) for name in CONSTANTS}, None
    except (NotDefiniteError, ZeroDivisionError):
        because = UNBIASED if bias == "none" else TOO_NEAR
    except ValueError as error:
        because = str(error).partition(":")[0]
    return None, dict.fromkeys(CONSTANTS), because


def _loss(options: argparse.Namespace, size: int) -> Loss:
    """The loss of --loss for the labels of `size` points. Raises ValueError on labels that are none."""
    from numerics.losses import Squared, loss_named, reduced

    text = options.labels
    alternating = text == "alternating"
    words = [str(index % 2) for index in range(size)] if alternating else [word.strip() for word in text.split(",")]
    if options.loss == "squared":
        loss: Loss = Squared(tuple(_targets(words, alternating)))
    elif options.loss == "softmax":
        loss = _softmax(words)
    else:
        if not all(word in ("0", "1") for word in words):
            raise ValueError(f"--labels must be 0 or 1 separated by commas, or alternating, not {text!r}")
        loss = loss_named(options.loss, [int(word) for word in words])
    if len(words) != size:
        raise ValueError(f"--labels has {len(words)} labels for {size} points: give one for every point")
    return reduced(loss, options.reduction)


def _targets(words: list[str], alternating: bool) -> list[float]:
    from numerics.numbers.rationals import parse_number

    return [2.0 * int(word) - 1 if alternating else float(parse_number(word, "--labels")) for word in words]


def _softmax(words: list[str]) -> Loss:
    """The cross-entropy of classes 0, 1, .., up to the largest."""
    from numerics.softmax import cross_entropy_of_classes

    if not all(word.isdecimal() and int(word) < MOST_CLASSES for word in words):
        raise ValueError(f"--labels of the softmax must be classes 0 to {MOST_CLASSES - 1} separated by commas")
    return cross_entropy_of_classes(list(map(int, words)))


def _decay(text: str) -> float:
    """The strength of the weight decay. Raises ValueError unless it is a number, not negative."""
    from numerics.numbers.rationals import parse_number

    strength = parse_number(text, "--weight-decay")
    if strength < 0 or strength > MOST_DECAY:
        raise ValueError(f"--weight-decay must be from 0 to {MOST_DECAY}, not {text!r}")
    return float(strength)


def _log_time(text: str) -> float:
    """ln of a time read as the decimal it is. Raises ValueError unless it is positive."""
    from numerics.numbers.rationals import parse_number

    time = parse_number(text, "--until")
    if time <= 0:
        raise ValueError(f"--until must be a positive time, not {text!r}")
    return math.log(time.numerator) - math.log(time.denominator)


def _check_size(architecture: Any, size: int, dimension: int, width: int) -> None:
    from numerics.networks.parameters import parameter_shapes

    parameters = sum(math.prod(shape) for shape in parameter_shapes(architecture, dimension, width).values())
    numbers = 2 * parameters + 10 * size * width * (architecture.depth + 1)
    if numbers > MOST_NUMBERS:
        raise ValueError(f"{numbers} numbers would have to be kept: take a smaller width, depth or fewer points")


def _values(
    trajectory: Trajectory, gap: Any, smallest: float | None, limits: dict[str, float | None]
) -> dict[str, Any]:
    import numpy as np

    from numerics.flow.trajectory import LOG_10, log10_crossing

    reached, parted = trajectory.reached, trajectory.log_parted
    known = {name: limit for name, limit in limits.items() if limit is not None}
    errors = {name: _doubles(getattr(trajectory, name)) for name in ERRORS}
    return {
        "log10_time": trajectory.log10_t[1:].tolist(),
        "log10_loss": (trajectory.log_loss[1:] / LOG_10).tolist(),
        "margins": trajectory.margins[1:].tolist(),
        "gap": gap[1:].tolist(),
        "lambda_0": smallest,
        "gap_at_start": float(gap[0]),
        "constants": limits,
        "crossings": dict.fromkeys(limits)
        | {name: log10_crossing(trajectory.log_t, gap, limit) for name, limit in known.items()},
        "exceeded_at_start": dict.fromkeys(limits) | {name: bool(gap[0] > limit) for name, limit in known.items()},
        "envelope_held": _envelope_held(trajectory),
        "lambda_min": trajectory.lambda_min[1:].tolist(),
        "diagonal": np.diagonal(trajectory.gram[1:], axis1=1, axis2=2).tolist(),
        "lower_envelope": _envelope(trajectory, "lower_envelope"),
        "upper_envelope": _envelope(trajectory, "upper_envelope"),
        "gap_from_start": trajectory.gap_from_start[1:].tolist(),
        "energy_defect": trajectory.energy_defect,
        "automatic_energy_defect": _doubles([0.0, trajectory.automatic_energy_defects[-1]])[0],
        "sup_displacement": dict(zip(trajectory.groups, trajectory.sup_displacement[-1].tolist(), strict=True)),
        "largest_residual": float(np.max(trajectory.residual)),
        "last_resort_share": trajectory.last_resort_share,
        "last_resort_defect": _double(trajectory.last_resort_defect),
        "log10_parted": _double((math.inf if parted is None else parted) / LOG_10),
        "margin_error": errors["margin_error"],
        "log10_loss_error": [None if error is None else error / LOG_10 for error in errors["log_loss_error"]],
        "kernel_error": errors["kernel_error"],
        "lambda_min_error": errors["lambda_min_error"],
        "steps": int(trajectory.steps[-1]),
        "status": trajectory.status,
        "reached": reached,
    }


def _doubles(errors: Any) -> list[float | None]:
    """The errors at the records after the start; None where there is no estimate."""
    return [_double(error) for error in errors[1:]]


def _double(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _trusted(trajectory: Trajectory) -> bool:
    """Does the price of its last resorts leave the flow worth something?"""
    return trajectory.last_resort_defect <= MOST_DEFECT


def _has_envelopes(trajectory: Trajectory) -> bool:
    try:
        return trajectory.lower_envelope is not None
    except ValueError:
        return False


def _envelope(trajectory: Trajectory, name: str) -> list[float | None]:
    """An envelope at the records after the start; None for a loss that has none."""
    if not _has_envelopes(trajectory):
        return [None] * (len(trajectory) - 1)
    return getattr(trajectory, name)[1:].tolist()


def _envelope_held(trajectory: Trajectory) -> bool | None:
    """Did no margin leave the envelopes? None if that is not known, or there are none.

    Of a flow that ended early, or waited, False at most.
    """
    if not _has_envelopes(trajectory):
        return None
    if trajectory.reached and _trusted(trajectory):
        return trajectory.envelope_held
    left = not trajectory.envelope_held and abs(trajectory.energy_defect) <= MOST_DEFECT and _trusted(trajectory)
    return False if left else None


def _why(trajectory: Trajectory) -> str:
    """Why a flow stalled, as the end of a clause; empty if it did not."""
    largest = float(abs(trajectory.outputs[-1]).max())
    if trajectory.status != "stalled":
        return ""
    if len(trajectory) == 1 and largest < HUGE:
        return " as no step from it was found"
    held = "are sums that doubles do not hold to the 1 within which the loss changes"
    return f" as its outputs, up to {largest:.1e}, {held}"


def _complaint(values: dict[str, Any], why: str = "") -> str | None:
    """Why the flow did not reach its end, or is worth nothing there, and what to do; None if it did and is."""
    if not values["reached"]:
        relied = abs(values["energy_defect"]) <= MOST_DEFECT
        idle = "" if relied else " and not even the numbers until then can be relied on"
        advice = ADVICE[values["status"]]
        ended = f"the flow ended early, {values['status']} at {_end(values)}{why}"
        return f"{ended}: what comes later is undecided{idle}; {advice}"
    if _decides(values["last_resort_defect"]):
        return None
    return f"the flow went on by last resorts, and what is said of late times decides nothing; {ADVICE['stalled']}"


def _decides(defect: float | None) -> bool:
    """Does this price of last resorts, of which None is without limit, leave the flow worth something?"""
    return defect is not None and defect <= MOST_DEFECT


def _end(values: dict[str, Any]) -> str:
    times = values["log10_time"]
    return f"log10 t = {times[-1]:.2f}" if times else "the start"


def _lines(head: str, values: dict[str, Any]) -> Iterator[str]:
    yield head
    smallest = "unknown" if values["lambda_0"] is None else f"{values['lambda_0']:.6g}"
    yield f"lambda_0 {smallest}; max |K_t - K| at the start {values['gap_at_start']:.4g}"
    if values["constants_because"] is not None:
        yield f"no constants, as {values['constants_because']}"
    otherwise = "not crossed" if values["reached"] else f"undecided after {_end(values)}"
    crossings = [("constant", "value", "crossed at log10 t")]
    known = {name: limit for name, limit in values["constants"].items() if limit is not None}
    for name, limit in known.items():
        crossing = values["crossings"][name]
        never = "exceeded at the start" if values["exceeded_at_start"][name] else otherwise
        crossings.append((name, f"{limit:.6g}", never if crossing is None else f"{crossing:.2f}"))
    if known:
        yield from aligned(crossings)
    yield from aligned(_records(values)) if values["log10_time"] else ["no record after the start"]
    if values["log10_time"]:
        last = {name: values[name][-1] for name in ("margin_error", "kernel_error", "lambda_min_error")}
        errors = [f"{name.replace('_error', '')} {'unknown' if x is None else f'{x:.2g}'}" for name, x in last.items()]
        yield f"estimated errors at the end: {', '.join(errors)}; lambda_min(K_t) {values['lambda_min'][-1]:.4g}"
    defects = [_shown(values[name], ".2g") for name in ("energy_defect", "automatic_energy_defect")]
    has_envelopes = None not in values["lower_envelope"]
    held = {True: "never left", False: "LEFT", None: "undecided" if has_envelopes else "not known"}[
        values["envelope_held"]
    ]
    yield f"envelopes {held}; {values['steps']} steps, {values['status']}"
    yield from _warnings(values)
    idle = ", so it vouches for nothing" if abs(values["energy_defect"]) > MOST_DEFECT else ""
    yield f"energy identity off by {defects[0]}{idle}; with automatic differentiation's Gram matrix by {defects[1]}"


def _warnings(values: dict[str, Any]) -> Iterator[str]:
    """What a reader has to know of last resorts, and of a second run that went another way."""
    share, defect = values["last_resort_share"], values["last_resort_defect"]
    if share:
        amount = "infinitely" if defect is None else f"by {defect:.2g} of the fall of the loss"
        idle = "" if _decides(defect) else ": what is said of late times decides nothing"
        yield f"{100 * share:.1f}% of the steps were last resorts, off the energy identity {amount}{idle}"
    if values["log10_parted"] is not None:
        yield (
            f"from log10 t = {values['log10_parted']:.2f} on a run with finer steps goes another way: several flows"
            " may start from a kink that repels, or the steps or waits are too long"
        )


def _records(values: dict[str, Any]) -> list[tuple[str, ...]]:
    """A heading and a row for a record, of about twenty records."""
    names = ("log10_time", "log10_loss", "margins", "lower_envelope", "upper_envelope", "gap")
    rows: list[tuple[str, ...]] = [("log10 t", "log10 loss", "least margin", "envelopes", "max |K_t - K|")]
    for time, loss, margins, lower, upper, gap in zip(*(_thinned(values[name]) for name in names), strict=True):
        envelopes = f"{_shown(lower, '.3f')} .. {_shown(upper, '.3f')}"
        rows.append((f"{time:.2f}", f"{loss:.2f}", f"{min(margins):.3f}", envelopes, f"{gap:.4g}"))
    return rows


def _shown(value: float | None, form: str) -> str:
    return "unknown" if value is None else f"{value:{form}}"


def _thinned(rows: list[Any], most: int = 20) -> list[Any]:
    """About `most` rows, the last among them."""
    stride = max(1, math.ceil(len(rows) / most))
    return rows[::-1][::stride][::-1]
