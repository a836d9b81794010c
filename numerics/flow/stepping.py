"""One step of the gradient flow of a finite network, consistent with its own mean gradients.

A step from theta to theta' over a time h uses the mean gradients gbar of `numerics.flow.discrete_gradient`, which
depend on theta', and the impulses of `numerics.flow.frozen_kernel` at their Gram matrix, theta' = theta + sum_k C_k
gbar_k. It is found by sweeps: a forward pass along the step with the last gradients, in which every kink solves for its
own slope (`numerics.flow.activations`), and a backward pass. A consistent step satisfies, at any length and across
kinks,

    L(theta) - L(theta') = integral of c' K c dt = integral of |d theta/dt|^2 dt,    K = (<gbar_i, gbar_j>).

Changes of weight matrices have rank n; they are formed only when a step is taken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.blas import dgemm

from numerics.data.points import Points, as_coordinates
from numerics.flow.activations import solve_slopes
from numerics.flow.discrete_gradient import (
    Activate,
    Array,
    Average,
    Fork,
    Gather,
    Gradients,
    Join,
    LinearMap,
    Multiply,
    Select,
    Tape,
    Weights,
    activation_after,
    affine_layers,
    backward,
    by_row,
    contraction,
    displaced,
    matrix_of,
    point_gradients,
    point_slopes,
    run,
    tape_of,
    trained_groups,
)
from numerics.flow.frozen_kernel import MOST_EXPONENT, Impulses, Pull, Step, impulses
from numerics.flow.mixing import Mixing
from numerics.flow.shared_kinks import Sharing, sharings
from numerics.losses import TOWARDS, Loss
from numerics.networks.classes import class_shapes
from theory.architecture import Affine, Architecture
from theory.positions import number_of_positions

if TYPE_CHECKING:
    import torch

    from numerics.networks.torch_network import Parameters


EVALUATIONS = 300
"""Of the weights of a sweep's flow by its solver, which take as long as the sweep."""
CHUNK = 2**16
"""Entries of two arrays that are compared at a time: they stay in the processor's cache."""
LARGE_OUTPUT = 100.0
"""Of outputs above it the tolerance is relative."""


@dataclass(frozen=True)
class Accuracy:
    """How a step is found and judged.

    tolerance         largest change of an output in a step that comes from the drift of the kernel within it, for
                      outputs up to 100 and above in proportion to the largest
    longest           largest step in ln t
    pieces            least number of steps between two record times
    consistency       fixed-point residual, relative to the change of the outputs in the step, at which sweeps end
    most_inconsistent largest residual with which a step is taken: it is the step's relative energy defect
    short             length in ln t below which an inconsistent step is taken as a last resort, if its outputs are
    most_slip         off by no more than this from what its own gradients say
    sweeps            most sweeps a step
    patience          sweep from which on `most_inconsistent` is enough
    memory            how many sweeps the choice of slopes for the next one remembers, `numerics.flow.mixing`
    resolution        changes of the outputs below this are not resolved relatively (near equilibria)
    at_rest           the flow has come to rest when no output moves by more than this in a step, and ever more slowly
    budget, allowance sweeps, in all and for each unit of ln t, more for finer tolerances or shorter steps than these:
                      where still more are needed, `numerics.flow.last_resort` keeps the pace
    """

    tolerance: float = 0.05
    longest: float = 1.2
    pieces: int = 1
    consistency: float = 1e-3
    most_inconsistent: float = 1e-2
    short: float = 0.05
    most_slip: float = 0.02
    sweeps: int = 30
    patience: int = 6
    memory: int = 4
    resolution: float = 1e-6
    at_rest: float = 1e-8
    budget: int = 9000
    allowance: int = 40


@dataclass(frozen=True)
class Problem:
    """A gradient flow: the network, its parameters at t = 0, inputs, the loss, the regulariser's strength and aim.

    The inputs are n x d; for a loss of C classes n C x d, each C times over, a row an output: f_1(x_1), f_2(x_1), ..
    Of images every position is a row, after the others of its image.
    """

    tape: Tape
    start: Weights
    inputs: Array
    loss: Loss
    penalty: float = 0.0
    accuracy: Accuracy = Accuracy()
    towards: str = "start"

    @cached_property
    def anchor(self) -> Weights:
        """What the regulariser pulls the trained groups to, arrays by group name: their start, or zero."""
        if self.towards == "start" or not self.penalty:
            return self.start
        trained = trained_groups(self.tape)
        return {name: np.zeros_like(array) if name in trained else array for name, array in self.start.items()}

    @cached_property
    def initial(self) -> State:
        """The state at t = 0."""
        return initial_state(self)

    @cached_property
    def first_log_step(self) -> float:
        """ln of the length of the first step to try, short beside the stiffness at the start."""
        state = self.initial
        stiffness = state.gradients.gram.trace() * max(self.loss.curvatures(state.outputs).max(), 0.05)
        return math.log(0.02 / stiffness) if stiffness > 0 else 0.0

    @cached_property
    def sharings(self) -> Mapping[int, Sharing]:
        """Which rows share the kinks of an affine layer, by its position."""
        values, first = self.inputs, affine_layers(self.tape)[0][0]
        layers: dict[int, tuple[Affine, bool | None]] = {}
        rearranged: dict[int, Array] = {}
        for place, operation in enumerate(self.tape):
            match operation:
                case Affine():
                    following = activation_after(self.tape, place)
                    layers[place] = operation, None if following is None else following.kinked
                case Gather() | Average() if place < first:
                    values = operation.of(values)
                case Gather() | Average():
                    rearranged[place] = operation.sources(self.loss.size)
        return sharings(layers, values, rearranged)


def problem_of(
    architecture: Architecture,
    parameters: Parameters | Weights,
    inputs: Points | torch.Tensor,
    loss: Loss,
    penalty: float = 0.0,
    accuracy: Accuracy = Accuracy(),
    towards: str = "start",
) -> Problem:
    """The problem of a flow from these parameters, tensors or arrays, with which it shares memory.

    `inputs` are points, n x d. Raises ValueError unless they are finite, the loss is of n samples, the parameters
    have the shapes of the network's and the penalty is finite and not negative, or on a network that the flow does not
    know.
    """
    points = np.ascontiguousarray(as_coordinates(inputs))
    if loss.size != len(points) * loss.classes:
        raise ValueError(f"the loss has {loss.size // loss.classes} samples, the inputs are {len(points)}")
    if towards not in TOWARDS:
        raise ValueError(f"weights decay towards {' or '.join(TOWARDS)}, not {towards[:40]!r}")
    if not 0 <= penalty < math.inf:
        raise ValueError(f"the penalty must be finite and not negative, not {penalty}")
    start = {
        name: value if isinstance(value, np.ndarray) else value.detach().numpy() for name, value in parameters.items()
    }
    width = next((len(array) for array in start.values()), 0)
    shapes = class_shapes(architecture, points.shape[1], width, loss.classes)
    if {name: array.shape for name, array in start.items()} != shapes:
        raise ValueError(f"the parameters do not fit {architecture.name} on inputs of dimension {points.shape[1]}")
    repeated = np.repeat(points, loss.classes, axis=0)
    if architecture.image:
        repeated = repeated.reshape(len(repeated) * number_of_positions(architecture.image), -1)
    return Problem(tape_of(architecture, start), start, repeated, loss, penalty, accuracy, towards)


@dataclass(frozen=True)
class State:
    """Where a flow is, besides its weights.

    values    after every operation of the tape, n x width
    slopes    by position of the affine layer, n x outputs: fractions where the flow slides on a kink, else of its side
    gradients the selected subgradients, with these slopes
    mean_gram the Gram matrix (n x n) of the last step's mean gradients; before the first, of the gradients
    sliding   the number of kinks, one a neuron and sample (and position), on which the flow slides
    """

    log_time: float
    values: Sequence[Array]
    slopes: Mapping[int, Array]
    gradients: Gradients
    mean_gram: Array
    sliding: int

    @property
    def outputs(self) -> Array:
        """The outputs f(x_i), shape (n,)."""
        return self.values[-1][:, 0]


@dataclass(frozen=True)
class _Along:
    """What a forward pass along a step found: values at its end, slopes, mean inputs of the affine layers, pushes.

    The change of the weight matrix at a position is push' mean_input (and the shrinking of a regulariser), that of the
    bias the sum of the rows of push.
    """

    values: list[Array]
    slopes: dict[int, Array]
    means: dict[int, Array]
    pushes: dict[int, Array]
    sliding: dict[int, Array]

    @property
    def outputs(self) -> Array:
        return self.values[-1][:, 0]


@dataclass(frozen=True)
class Trial:
    """A step that could be taken.

    slip      how far its outputs are from what its own mean gradients say
    residual  the same relative to the change of the outputs
    slippage  the same in the unit of the tolerance: 1, or a hundredth of the largest output if that is more
    work      sweeps, and what the solver of the outputs' flow worked, in that unit
    error     the change of the outputs at its end that comes from the drift of the kernel within the step, in that unit
    """

    step: Step
    along: _Along
    gradients: Gradients
    impulses: Impulses
    shrinkage: float
    slip: float
    residual: float
    sweeps: int
    error: float
    slippage: float = math.inf
    work: float = 0.0


def initial_state(problem: Problem) -> State:
    """The state at t = 0, with the slopes of automatic differentiation."""
    values = run(problem.tape, problem.start, problem.inputs)
    slopes = point_slopes(problem.tape, values)
    gradients = point_gradients(problem.tape, problem.start, values, slopes)
    return State(-math.inf, values, slopes, gradients, gradients.gram, 0)


def try_step(problem: Problem, weights: Weights, state: State, log_end: float) -> Trial | None:
    """A step from `state` to the time exp(log_end); None if none was found: the step is too long."""
    with np.errstate(over="ignore", invalid="ignore"):  # sweeps of a step that is far too long may diverge
        return _try_step(problem, weights, state, log_end)


def _try_step(problem: Problem, weights: Weights, state: State, log_end: float) -> Trial | None:
    step = Step(state.log_time, log_end)
    accuracy, gradients, slopes = problem.accuracy, state.gradients, state.slopes
    sweeper = _Sweeper.of(problem, weights, state, step)
    first = found = sweeper.impulses(gradients)
    best: Trial | None = None
    if first is None or found is None:
        return None
    mixing, work = Mixing(accuracy.memory, idle=1), first.evaluations
    unit, improved = max(1.0, float(np.max(np.abs(state.outputs))) / LARGE_OUTPUT), 0
    for sweep in range(1, accuracy.sweeps + 1):
        along = sweeper.forward(found.total, gradients, slopes)
        if not np.isfinite(along.outputs).all():
            return None
        slopes = mixing.next(slopes, along.slopes)
        gradients = sweeper.backward(along, slopes)
        found = sweeper.impulses(gradients)
        if found is None:
            return None
        work += found.evaluations
        slip = float(np.max(np.abs(along.outputs - found.outputs)))
        residual = slip / max(float(np.max(np.abs(found.change))), accuracy.resolution * unit)
        if best is None or residual < best.residual:
            improved = sweep if best is None or residual < best.residual / 2 else improved
            best = Trial(step, along, gradients, found, sweeper.shrinkage, slip, residual, sweep, math.inf)
        if best.residual < (accuracy.consistency if sweep < accuracy.patience else accuracy.most_inconsistent):
            break
        if sweep - improved >= accuracy.patience * 2 and not residual < best.residual:
            break
    assert best is not None
    error = 2 * float(np.max(np.abs(best.impulses.outputs - first.outputs))) / unit
    return replace(best, sweeps=sweep, error=error, slippage=best.slip / unit, work=sweep + work / EVALUATIONS)


@dataclass(frozen=True)
class _Sweeper:
    """The passes along one step: what does not change from sweep to sweep.

    shrinkage         1 - exp(-beta h): the fraction of theta - theta_0 that a regulariser takes away
    squared_distance  |theta - theta_0|^2 at the start of the step, zero without a regulariser
    row_squares       mean squared norms of the rows of weight matrices, by position
    """

    problem: Problem
    weights: Weights
    old: Sequence[Array]
    step: Step
    shrinkage: float
    squared_distance: float
    row_squares: Mapping[int, float]

    @classmethod
    def of(cls, problem: Problem, weights: Weights, state: State, step: Step) -> _Sweeper:
        squares = {}
        for position, layer in affine_layers(problem.tape):
            weight = matrix_of(weights[layer.weight.name])
            squares[position] = float(np.vdot(weight, weight)) / weight.shape[0]
        shrinkage = distance = 0.0
        if problem.penalty:
            shrinkage = -math.expm1(-problem.penalty * math.exp(min(step.log_length, MOST_EXPONENT)))
            distance = squared_distance(weights, problem.anchor)
        return cls(problem, weights, state.values, step, shrinkage, distance, squares)

    def impulses(self, gradients: Gradients) -> Impulses | None:
        """The flow of the outputs at the kernel of these gradients."""
        problem, pull = self.problem, None
        if problem.penalty:
            overlaps = contraction(problem.tape, gradients, self.weights, problem.anchor)
            pull = Pull(problem.penalty, overlaps, self.squared_distance)
        return impulses(problem.loss, self.old[-1][:, 0], gradients.gram, self.step, pull)

    def forward(self, total: Array, gradients: Gradients, slopes: Mapping[int, Array]) -> _Along:
        """The forward pass at the step's end, from impulses and the last sweep's gradients and slopes.

        It carries along the kernel of the current vector in the parameters so far, its mean over coordinates.
        """
        result = _Along([self.old[0]], {}, {}, {}, {})
        kernel = np.zeros((len(self.old[0]),) * 2)
        remembered: list[tuple[Array, Array]] = []
        for position, operation in enumerate(self.problem.tape):
            value = result.values[-1]
            match operation:
                case Affine():
                    own, below = self._kernels(operation, position, value, kernel)
                    value = self._affine(
                        operation, position, own=own, below=below, total=total, gradients=gradients, slopes=slopes,
                        result=result,
                    )  # fmt: skip
                    kernel = own + below
                case Activate(activation):
                    value = activation.value(value)
                    pattern = result.slopes[position - 1]
                    kernel = kernel * (pattern @ pattern.T) / pattern.shape[1]
                case Multiply(factor):
                    value, kernel = factor * value, factor**2 * kernel
                case Fork():
                    remembered.append((value, kernel))
                case Join(strength):
                    stem, stem_kernel = remembered.pop()
                    value, kernel = stem + strength * value, stem_kernel + strength**2 * kernel
                case Select():
                    value = operation.of(value)
                case Gather() | Average():
                    value, kernel = operation.of(value), operation.kernel(kernel)
            result.values.append(value)
        return result

    def _kernels(self, layer: Affine, position: int, value: Array, kernel: Array) -> tuple[Array, Array]:
        """The kernel of the layer's outputs in its own parameters (mean inputs) and in those below."""
        own = np.zeros_like(kernel)
        if layer.weight.trained:
            own += value @ self._mean_input(position, value).T
        if layer.bias is not None and layer.bias.trained:
            own += 1.0
        return own, self.row_squares[position] * kernel

    def _mean_input(self, position: int, value: Array) -> Array:
        before = self.old[position]
        return before if before is value else (before + value) / 2

    def _affine(
        self,
        layer: Affine,
        position: int,
        *,
        own: Array,
        below: Array,
        total: Array,
        gradients: Gradients,
        slopes: Mapping[int, Array],
        result: _Along,
    ) -> Array:
        """The outputs of an affine layer and, in `result`, the slopes of the activation on it."""
        start, value = self.old[position + 1], result.values[-1]
        drift = self._drift(layer, position, value)
        push = by_row(total, start) * gradients.signals[position]
        activation = activation_after(self.problem.tape, position)
        if activation is not None:
            gated = solve_slopes(
                activation, start, drift=drift, own=own, below=below, push=push, slopes=slopes[position],
                sharing=self.problem.sharings[position],
            )  # fmt: skip
            result.slopes[position], result.sliding[position] = gated.slopes, gated.sliding
            push, end = push * gated.slopes, gated.values
        else:
            end = start + drift + own @ push
        result.means[position], result.pushes[position] = self._mean_input(position, value), push
        return end

    def _drift(self, layer: Affine, position: int, value: Array) -> Array:
        """What the layers below, and the pull of a regulariser, add to the layer's outputs."""
        before = self.old[position]
        weight = matrix_of(self.weights[layer.weight.name])
        drift = np.zeros((len(value), len(weight))) if before is value else (value - before) @ weight.T
        if self.shrinkage:
            drift -= self.shrinkage * displaced(self.weights, self.problem.anchor, layer, value)
        return drift

    def backward(self, along: _Along, slopes: Mapping[int, Array]) -> Gradients:
        """The backward pass with the mean weights of the step."""
        maps = {}
        for position, layer in affine_layers(self.problem.tape):
            name = layer.weight.name
            matrix, anchor = (matrix_of(weights[name]) for weights in (self.weights, self.problem.anchor))
            terms: tuple[tuple[float, Array], ...] = ((1.0, matrix),)
            if self.shrinkage:
                terms = ((1 - self.shrinkage / 2, matrix), (self.shrinkage / 2, anchor))
            trained = layer.weight.trained
            change = (along.pushes[position] / 2, along.means[position]) if trained else (None, None)
            maps[position] = LinearMap(terms, *change)
        return backward(self.problem.tape, maps, along.means, slopes)


def move(tape: Tape, weights: Weights, pushes: Mapping[int, Array], inputs: Mapping[int, Array]) -> None:
    """Add push' input to trained weight matrices and the sum of the rows of push to trained biases, in place.

    By the position of an affine layer: pushes n x outputs, inputs n x inputs.
    """
    for position, layer in affine_layers(tape):
        if layer.weight.trained:
            _add_product(matrix_of(weights[layer.weight.name]), pushes[position], inputs[position])
        if layer.bias is not None and layer.bias.trained:
            bias = weights[layer.bias.name]
            bias += pushes[position].sum(axis=0)


def _add_product(matrix: Array, left: Array, right: Array) -> None:
    """matrix += left' right in place, for arrays in C order."""
    transposed = dgemm(1.0, right.T, left.T, 1.0, matrix.T, trans_b=1, overwrite_c=1)
    if not np.may_share_memory(transposed, matrix):
        matrix[...] = transposed.T


def take(problem: Problem, weights: Weights, state: State, trial: Trial) -> State:
    """Take a step: change the weights in place and return the state after it."""
    if trial.shrinkage:
        for name in trained_groups(problem.tape):
            for rows, anchor in _chunks(weights[name], problem.anchor[name]):
                rows += trial.shrinkage * (anchor - rows)
    move(problem.tape, weights, trial.along.pushes, trial.along.means)
    values = trial.along.values
    slopes = point_slopes(problem.tape, values)
    for position, sliding in trial.along.sliding.items():
        slopes[position] = np.where(sliding, trial.along.slopes[position], slopes[position])
    return State(
        trial.step.log_end,
        values,
        slopes,
        point_gradients(problem.tape, weights, values, slopes),
        trial.gradients.gram,
        sum(int(np.count_nonzero(found)) for found in trial.along.sliding.values()),
    )


def automatic_gram(problem: Problem, weights: Weights, state: State) -> Array:
    """The Gram matrix, n x n, with the slopes 1(z > 0) of automatic differentiation: not the flow's where it slides."""
    if not state.sliding:
        return state.gradients.gram
    slopes = point_slopes(problem.tape, state.values)
    return point_gradients(problem.tape, weights, state.values, slopes).gram


def squared_distance(one: Weights, other: Weights) -> float:
    """|one - other|^2 over all groups, arrays of one shape by name."""
    return sum(float(np.sum((rows - others) ** 2)) for name in one for rows, others in _chunks(one[name], other[name]))


def largest_distance(one: Array, other: Array) -> float:
    """max |one - other| over the entries of two arrays of one shape; 0 if they are empty."""
    return max((float(np.max(np.abs(rows - others))) for rows, others in _chunks(one, other)), default=0.0)


def _chunks(one: Array, other: Array) -> Sequence[tuple[Array, Array]]:
    """The arrays by ranges of rows: no temporary of their size."""
    rows = max(1, CHUNK // max(1, math.prod(one.shape[1:])))
    return [(one[start : start + rows], other[start : start + rows]) for start in range(0, len(one), rows)]
