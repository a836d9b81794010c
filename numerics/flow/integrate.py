"""Gradient flow of finite networks in log time, to any t.

    trajectory = gradient_flow(architecture, initialise(architecture, d, width, generator), inputs, logistic(labels),
                               log_until=50 * math.log(10))
    trajectory.log10_t, .margins, .log_loss, .gram, .gap(limit), .energy_defect, .envelope_held, .status, ...

**Which flow.** d theta/dt = sum_i c_i g_i, c_i = -dl_i/df_i, of the loss *summed* over the samples, g_i a selected
subgradient of f(x_i; theta). ReLU networks have kinks, and the flow slides along them for whole intervals of time;
there the g_i of automatic differentiation, slopes 1(z > 0), are not those of the flow. The selection here is the limit
of the mean gradients of `numerics.flow.discrete_gradient` as steps shrink: backpropagation with a slope in [0, 1] at
every kink, one for each neuron and sample, such that the flow stays on the kink while both sides push towards it. That
is an element of the conservative field of backpropagation (Bolte and Pauwels 2021), for which the chain rule holds for
almost every t; at depth 1 it lies in Clarke's subdifferential.

**What is guaranteed.** The energy identity, fall of the loss = integral of c' K c dt = integral of |d theta/dt|^2 dt,
with the mean gradients' Gram matrix K, holds along every step up to its recorded residual, by construction: it
certifies K and the consistency of the steps, not their accuracy in time. For that, halve `tolerance`: steps are second
order for a smooth activation, about first order in the times at which kinks are met.

**Not unique.** From a repelling kink several solutions start, and near one the flow is ill-conditioned: runs that
differ in rounding or tolerance may take different branches, outputs then differ by up to a few per cent. Integrals,
defects and envelopes are robust.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.data.points import Points
from numerics.flow import checkpoint
from numerics.flow.discrete_gradient import (
    Array,
    Multiply,
    Weights,
    affine_layers,
    point_gradients,
    trained_groups,
)
from numerics.flow.errors import second_accuracy, with_errors
from numerics.flow.frozen_kernel import log_difference
from numerics.flow.last_resort import dissipation_at_rest, energy, pace
from numerics.flow.stepping import (
    Accuracy,
    Problem,
    State,
    Trial,
    automatic_gram,
    largest_distance,
    problem_of,
    squared_distance,
    take,
    try_step,
)
from numerics.flow.trajectory import (
    AT_REST,
    FINISHED,
    LOG_10,
    OUT_OF_STEPS,
    STALLED,
    Trajectory,
    least_form,
    tensors,
)
from numerics.losses import Loss
from numerics.progress import tell
from theory.architecture import Architecture

if TYPE_CHECKING:
    import torch

    from numerics.networks.torch_network import Parameters

GROWTH = 4.0
CAUTION = 8
"""Steps taken after a rejected one before the next may be much longer."""
SHORTEST, LOG_SHORTEST = 1e-12, -60.0
"""A step is not shortened to less than this in ln t, or to less than exp(LOG_SHORTEST) times the first one tried."""
LEAST_WAIT, LEAST_OWED = 1e-3, 1e-6
"""How long in ln t to wait where no step was found, however short; and a delay behind the pace that is let be."""

ROUNDED, SLOW = 32, 1e-3
"""Units in the last place of the largest output that rounding may move one by; and outputs that move less in ln t."""

COARSE = 1.0
"""A unit of the outputs too coarse for a loss that changes within 1: then every step is one of rounding."""

RECORDED_TOTALS = (
    "log_margin_integral", "log_diagonal_integral", "dissipation", "automatic_dissipation", "residual", "slip",
    "steps", "sweeps", "rejected", "last_resorts", "forced_defect",
)  # fmt: skip

OnRecord = Callable[[float, "Mapping[str, torch.Tensor]"], None]


@dataclass(frozen=True)
class Recording:
    """Record times: t = 0, then 10^(k / per_decade) from 10^log10_first on, then the end. A step ends at each.

    Raises ValueError unless `per_decade` is positive and finite.
    """

    per_decade: float = 4
    log10_first: float = -3

    def __post_init__(self) -> None:
        if not 0 < self.per_decade < math.inf:
            raise ValueError(f"the number of records a decade must be positive, not {self.per_decade}")

    def log_times(self, after: float, until: float) -> Iterator[float]:
        """ln of the record times later than exp(after), the last of them `until`."""
        if until <= after:
            return
        first = math.ceil(self.log10_first * self.per_decade)
        if after > -math.inf:
            first = max(first, math.floor(after / LOG_10 * self.per_decade))
        for index in range(first, math.ceil(until / LOG_10 * self.per_decade) + 1):
            log_time = index / self.per_decade * LOG_10
            if after < log_time < until:
                yield log_time
        yield until


def gradient_flow(
    architecture: Architecture,
    parameters: Parameters | Weights,
    inputs: Points | torch.Tensor,
    loss: Loss,
    log_until: float,
    *,
    penalty: float = 0.0,
    towards: str = "start",
    accuracy: Accuracy = Accuracy(),  # noqa: B008
    recording: Recording = Recording(),
    most_steps: int = 1_000_000,
    errors: bool = True,
    checkpoint_file: Path | None = None,
    checkpoint_seconds: float = 60.0,
    on_record: OnRecord | None = None,
) -> Trajectory:
    """The flow of the trained groups from `parameters` (float64, left as they are) at t = 0 to exp(log_until).

    Parameters are tensors of `numerics.networks.torch_network` or arrays of `numerics.networks.parameters`: with these
    torch is not loaded.

    A loss of C classes needs the parameters of `numerics.networks.classes`.

    `inputs` is n x d; log_until = -inf gives the start alone. `penalty` beta adds (beta / 2) |theta - theta_0|^2, over
    the trained groups, or `towards` "zero" (beta / 2) |theta|^2.
    `on_record(log_t, parameters)` is called at every record time; it must not keep or change the parameters.
    The time reached is told to who listens, see `numerics.progress`.

    With `errors` the flow is computed at a second accuracy too, which gives the error estimates of the trajectory.

    With a `checkpoint_file` the flow goes on from it if it exists, with the same result to the last bit, and it is
    replaced, atomically, after a step whenever `checkpoint_seconds` have passed, and at the end. A flow interrupted
    so loses that much. Raises ValueError if the file is damaged, of another flow or in use by another run.

    The trajectory's status: finished; at rest (the outputs have stopped moving: a minimum or critical point); stalled
    (doubles do not hold the outputs to the 1 within which the loss changes, or no first step was found); out of steps.
    Unless finished it ends before log_until. Where accurate steps are too short ever to arrive, the flow waits:
    `last_resort_share` says how often, `last_resort_defect` at what price.
    Raises ValueError on inputs or losses that do not fit.
    """
    problem = problem_of(architecture, parameters, inputs, loss, penalty, accuracy, towards)
    problems = [problem, replace(problem, accuracy=second_accuracy(accuracy))] if errors else [problem]
    identity = ""
    if checkpoint_file is not None:
        values = ["gradient flow", architecture, loss, penalty, *(one.accuracy for one in problems), recording]
        values += [] if towards == "start" else [towards]
        identity = checkpoint.fingerprint(values, {"inputs": problem.inputs, **problem.start})
    with checkpoint.held(checkpoint_file):
        if checkpoint_file is not None and checkpoint_file.exists():
            runs = _restored(problems, checkpoint.read(checkpoint_file, identity))
            if runs[0].state.log_time > log_until:
                raise ValueError(f"{checkpoint_file} is already past the time asked for: give a later time")
        else:
            runs = [_Run.started(one) for one in problems]
        saver = _Saver(checkpoint_file, identity, runs, checkpoint_seconds, log_until)
        for log_time in recording.log_times(min(one.last_recorded for one in runs), log_until):
            for one in runs:
                one.advance(log_time, most_steps, saver)
                one.record()
            ended = runs[0].status != FINISHED or log_time >= log_until
            saver.save(now=ended)
            if on_record is not None:
                on_record(runs[0].state.log_time, tensors(runs[0].weights))
            if ended:
                break
    found = [one.trajectory() for one in runs]
    return with_errors(found[0], found[1], accuracy.tolerance) if errors else found[0]


def resolution(problem: Problem, weights: Weights, state: State) -> float:
    """The unit in the last place of the largest sum of moduli that an output is: rounding moves outputs by about that.

    Large terms may cancel: outputs near zero are no finer for it.
    """
    place, layer = affine_layers(problem.tape)[-1]
    terms = np.abs(state.values[place]) @ np.abs(weights[layer.weight.name]).T
    if layer.bias is not None:
        terms += np.abs(weights[layer.bias.name])
    factors = [abs(one.factor) for one in problem.tape[place + 1 :] if isinstance(one, Multiply)]
    return float(np.spacing(math.prod(factors) * terms.max()))


def _arrays(runs: Sequence[_Run]) -> dict[str, Array]:
    """All that a checkpoint holds of some runs."""
    return {f"{number}/{name}": array for number, run in enumerate(runs) for name, array in run.arrays().items()}


def _restored(problems: Sequence[Problem], arrays: Mapping[str, Array]) -> list[_Run]:
    """The runs from what `_arrays` gave."""
    runs = []
    for number, problem in enumerate(problems):
        own = {name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{number}/")}
        runs.append(_Run.restored(problem, own))
    return runs


@dataclass
class _Saver:
    """Replaces the checkpoint of some runs whenever `seconds` have passed since the last time, and tells their time."""

    path: Path | None
    identity: str
    runs: Sequence[_Run]
    seconds: float
    log_until: float = math.inf
    saved: float = field(default_factory=time.monotonic)

    def save(self, now: bool = False) -> None:
        """Write the checkpoint if it is due, or `now`."""
        if self.path is not None and (now or time.monotonic() - self.saved >= self.seconds):
            checkpoint.write(self.path, self.identity, _arrays(self.runs))
            self.saved = time.monotonic()

    def tell(self) -> None:
        """Tell who listens the time that all runs have reached; how much work is left to the end is not known."""
        log_time = min(one.state.log_time for one in self.runs)
        if log_time > -math.inf:
            tell(lambda: f"log10 t = {log_time / LOG_10:.1f} of {self.log_until / LOG_10:.1f}")


@dataclass
class _Run:
    """A flow under way: weights, which change in place, the state, what was recorded, and running totals."""

    problem: Problem
    weights: dict[str, Array]
    state: State
    log_step: float
    automatic: Array
    totals: dict[str, float]
    records: dict[str, list[Array]] = field(default_factory=dict)
    status: str = FINISHED

    @classmethod
    def started(cls, problem: Problem) -> _Run:
        weights = {name: array.copy() for name, array in problem.start.items()}
        state = problem.initial
        log_step = problem.first_log_step
        totals = dict.fromkeys((*RECORDED_TOTALS, "rate", "caution", "work", "unpaid"), 0.0)
        totals |= {"log_margin_integral": -math.inf, "log_diagonal_integral": -math.inf}
        run = cls(problem, weights, state, log_step, state.gradients.gram, totals)
        run.record()
        return run

    @classmethod
    def restored(cls, problem: Problem, arrays: Mapping[str, Array]) -> _Run:
        """A flow from what `arrays` of it gave."""
        named: dict[str, dict[str, Array]] = {}
        for key, array in arrays.items():
            folder, _, name = key.partition("/")
            named.setdefault(folder, {})[name] = array
        weights, present = named["weights"], named["present"]
        values = [named["values"][str(position)] for position in range(len(problem.tape) + 1)]
        slopes = {int(position): array for position, array in named.get("slopes", {}).items()}
        gradients = point_gradients(problem.tape, weights, values, slopes)
        sliding = int(present["sliding"])
        state = State(float(present["log_time"]), values, slopes, gradients, present["mean_gram"], sliding)
        totals = {name: float(array) for name, array in named["totals"].items()}
        records = {name: list(array) for name, array in named["records"].items()}
        log_step = float(present["log_step"])
        status = str(present["status"])
        return cls(problem, weights, state, log_step, present["automatic"], totals, records, status)

    def arrays(self) -> dict[str, Array]:
        """All there is to know, for a checkpoint."""
        state = self.state
        present = {
            "log_time": state.log_time,
            "sliding": state.sliding,
            "log_step": self.log_step,
            "automatic": self.automatic,
            "status": FINISHED if self.status == OUT_OF_STEPS else self.status,
            "mean_gram": state.mean_gram,
        }
        folders: dict[str, Mapping[Any, Any]] = {
            "weights": self.weights,
            "values": dict(enumerate(state.values)),
            "slopes": state.slopes,
            "present": present,
            "totals": self.totals,
            "records": {name: np.stack(rows) for name, rows in self.records.items()},
        }
        return {f"{folder}/{name}": np.array(value) for folder, part in folders.items() for name, value in part.items()}

    @property
    def last_recorded(self) -> float:
        """ln of the last record time."""
        return float(self.records["log_t"][-1])

    def advance(self, log_time: float, most_steps: int, saver: _Saver) -> None:
        """Flow to exp(log_time), or until the status says why not; a checkpoint may be due after any step."""
        while self.state.log_time < log_time and self.status == FINISHED:
            if self.totals["steps"] >= most_steps:
                self.status = OUT_OF_STEPS
            elif not self.state.gradients.gram.any():
                self.status = AT_REST  # all gradients vanish
            elif resolution(self.problem, self.weights, self.state) >= COARSE:
                self.status = STALLED
            else:
                before = self.state.log_time
                self._step(self._next_time(log_time))
                self._keep_pace(before, log_time)
                saver.save()
                saver.tell()

    def _next_time(self, log_time: float) -> float:
        """The end of the next step: at most `log_time`, and two equal steps rather than a long and a short one."""
        now = self.state.log_time
        accuracy = self.problem.accuracy
        proposed = min(float(np.logaddexp(now, self.log_step)), now + accuracy.longest)
        if now == -math.inf:
            proposed = min(self.log_step, log_time - math.log(accuracy.pieces))
        elif self.last_recorded > -math.inf:
            proposed = min(proposed, now + 1.000001 * (log_time - self.last_recorded) / accuracy.pieces)
        if proposed >= log_time:
            return log_time
        half = (now + log_time) / 2
        return half if now > -math.inf and proposed > half > now else max(proposed, math.nextafter(now, math.inf))

    def _step(self, log_end: float) -> None:
        """Take a step to exp(log_end), or propose a shorter one."""
        accuracy, now = self.problem.accuracy, self.state.log_time
        trial = try_step(self.problem, self.weights, self.state, log_end)
        log_length = log_difference(log_end, now)
        self.totals["sweeps"] += accuracy.sweeps if trial is None else trial.sweeps
        work = accuracy.sweeps if trial is None else trial.work
        self.totals["work"] += work
        self.totals["unpaid"] += work
        consistent = trial is not None and trial.residual <= accuracy.most_inconsistent
        tolerable = log_end - now < accuracy.short and trial is not None and trial.slippage <= accuracy.most_slip
        accurate = trial is not None and trial.error <= 4 * accuracy.tolerance
        if trial is None or not (accurate and (consistent or tolerable)):
            far = trial is None or trial.error > 16 * accuracy.tolerance
            self.log_step = log_length - math.log(4 if far else 2)
            self.totals["rejected"] += 1
            self.totals["caution"] = CAUTION
        elif self._rests(trial):
            self.status = AT_REST
        else:
            self._take(trial, inconsistent=not consistent)
            self._propose(trial)

    def _keep_pace(self, before: float, log_end: float) -> None:
        """Wait, to exp(log_end) at most, if the last step from exp(before) was shorter than the pace asks for."""
        problem, now = self.problem, self.state.log_time
        stays = now == before
        if stays:  # nothing was found: a shorter step is tried, if there is one
            first = now == -math.inf
            if self.log_step > (problem.first_log_step + LOG_SHORTEST if first else now + math.log(SHORTEST)):
                return
            if first:
                self.status = STALLED
                return
        unpaid, self.totals["unpaid"] = self.totals["unpaid"], 0.0
        owed = pace(problem.accuracy, self.totals["work"], now - problem.first_log_step) * unpaid
        owed = max(owed, LEAST_WAIT) if stays else owed
        if before > -math.inf and owed > max(now - before, LEAST_OWED) and now < log_end:
            self._wait(min(before + owed, log_end))
            self.log_step = max(self.log_step, self.state.log_time + math.log(10 * SHORTEST))

    def _wait(self, log_end: float) -> None:
        """Stay until exp(log_end), at the price of what would be dissipated meanwhile."""
        totals = self.totals
        missed = dissipation_at_rest(self.problem, self.weights, self.state, log_end)
        totals["dissipation"] += missed
        totals["forced_defect"] += missed
        totals["last_resorts"] += 1
        totals["steps"] += 1
        self.state = replace(self.state, log_time=log_end)

    def _rests(self, trial: Trial) -> bool:
        """Have the outputs stopped moving? Not while they move too little to see, but more in every step.

        What rounding alone may move is no movement, if it is little for the length of the step too.
        """
        moved = float(np.max(np.abs(trial.impulses.change)))
        last, self.totals["rate"] = self.totals["rate"], moved / trial.step.log_ratio
        slower = self.totals["rate"] <= last and not trial.step.from_zero
        rounding = ROUNDED * float(np.spacing(np.abs(self.state.outputs).max()))
        unseen = moved < rounding and self.totals["rate"] < SLOW
        return slower and (moved < self.problem.accuracy.at_rest or unseen)

    def _propose(self, trial: Trial) -> None:
        """The length of the next step, from what the last one taken was like."""
        accuracy, totals = self.problem.accuracy, self.totals
        growth = min(GROWTH, max(0.3, 0.9 * math.sqrt(accuracy.tolerance / max(trial.error, 1e-300))))
        if trial.residual > accuracy.most_inconsistent:
            growth = min(growth, 1.0 if 2 * trial.slippage < accuracy.most_slip else 0.7)
        elif trial.sweeps > 2 * accuracy.patience:
            growth = min(growth, 1.0)
        if totals["caution"]:  # after a rejection, steps grow slowly for a while
            growth = min(growth, 1.2)
            totals["caution"] -= 1
        if trial.step.from_zero:
            self.log_step = trial.step.log_end + math.log(growth)
        else:  # the flow slows down as 1/t: what it does in a step depends on its length in ln t
            ratio = min(growth * trial.step.log_ratio, accuracy.longest)
            self.log_step = trial.step.log_end + math.log(math.expm1(ratio))

    def _take(self, trial: Trial, *, inconsistent: bool) -> None:
        """Take the step and add it to the totals."""
        problem, totals, length = self.problem, self.totals, trial.step.log_length
        before = energy(problem, self.weights, self.state) if inconsistent else 0.0
        self.state = take(problem, self.weights, self.state, trial)
        gram = trial.gradients.gram
        margin = least_form(gram, problem.loss)
        for name, value in (("log_margin_integral", margin), ("log_diagonal_integral", gram.diagonal().max())):
            totals[name] = float(np.logaddexp(totals[name], length + math.log(max(value, 1e-300))))
        automatic = automatic_gram(problem, self.weights, self.state)
        mean = (self.automatic + automatic) / 2
        totals["automatic_dissipation"] += (
            math.nan if problem.penalty else float((mean * trial.impulses.products).sum())
        )
        dissipated = trial.impulses.dissipation
        totals["dissipation"] += dissipated
        totals["residual"] = max(totals["residual"], trial.residual)
        totals["slip"] += trial.slip
        totals["steps"] += 1
        if inconsistent:
            fall = before - energy(problem, self.weights, self.state)
            totals["last_resorts"] += 1
            totals["forced_defect"] += abs(dissipated - fall)
        self.automatic = automatic

    def record(self) -> None:
        """Add the present to the records, unless it is there."""
        problem, state = self.problem, self.state
        if self.records and self.records["log_t"][-1] == state.log_time:
            return
        trained = trained_groups(problem.tape)
        pairs = [(self.weights[name], problem.start[name]) for name in trained]
        size = len(state.outputs)
        parts = [state.gradients.parts[name] for name in trained]
        row = {
            "log_t": state.log_time,
            "outputs": state.outputs,
            "parts": np.array(parts).reshape(len(trained), size, size),
            "mean_gram": state.mean_gram,
            "automatic_gram": self.automatic,
            "sup_displacement": [largest_distance(now, start) for now, start in pairs],
            "euclidean_displacement": [squared_distance({"": now}, {"": start}) ** 0.5 for now, start in pairs],
            "norm": [np.linalg.norm(now) for now, _ in pairs],
            "sliding": state.sliding,
            **{name: self.totals[name] for name in RECORDED_TOTALS},
        }
        for name, value in row.items():
            self.records.setdefault(name, []).append(np.array(value))

    def trajectory(self) -> Trajectory:
        """What was recorded."""
        arrays: dict[str, Any] = {name: np.stack(rows) for name, rows in self.records.items()}
        for name in ("steps", "sweeps", "rejected", "last_resorts"):
            arrays[name] = arrays[name].astype(int)
        return Trajectory(
            loss=self.problem.loss,
            penalty=self.problem.penalty,
            towards=self.problem.towards,
            groups=tuple(trained_groups(self.problem.tape)),
            status=self.status,
            weights=self.weights,
            **arrays,
        )
