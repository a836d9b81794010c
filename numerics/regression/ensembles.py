"""Ensembles of networks trained from independent initialisations, and how quantities scale with the width.

A run keeps what the kernel regime is judged by: the outputs on the samples and at test points, the kernel's drift, the
distance of the parameters from their start, and the kernel and outputs at initialisation. Runs are independent and are
spread over processes by joblib. A run's random stream is determined by its width and seed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import joblib
import numpy as np
import scipy.stats
import torch

from numerics.flow.descent import gradient_descent
from numerics.flow.integrate import Recording, gradient_flow
from numerics.flow.stepping import Accuracy
from numerics.losses import Array, Loss
from numerics.networks.torch_network import empirical_ntk, forward, initialise
from numerics.regression.linearised import LinearisedFlow, linearised_flow
from numerics.statistics import Exponent
from theory.architecture import Architecture


@dataclass(frozen=True)
class Training:
    """What every run of an ensemble shares: n samples (n x d), their loss, the regulariser, q test points (q x d)."""

    architecture: Architecture
    inputs: Array
    loss: Loss
    log10_until: float
    penalty: float = 0.0
    test_inputs: Array | None = None
    recording: Recording = Recording(per_decade=2, log10_first=-2)  # noqa: RUF009
    accuracy: Accuracy = Accuracy()  # noqa: RUF009

    @property
    def points(self) -> Array:
        """The samples, then the test points, shape (n + q, d)."""
        return self.inputs if self.test_inputs is None else np.concatenate([self.inputs, self.test_inputs])


@dataclass(frozen=True, eq=False)
class Run:
    """One network trained; R record times, n samples, q test points (none if not asked for).

    log_t        (R,), -inf first
    outputs      (R, n): f_t(X)
    test_outputs (R, q): f_t(x)
    gap          (R,): max_ij |K_t - K_0| on the samples
    distance     (R,): |theta_t - theta_0|, Euclidean, over all trained groups
    log_loss     (R,): ln of the loss without the regulariser
    start_kernel (n + q, n + q): the empirical NTK at t = 0 on samples and test points
    definite     the least lambda_min(K_t) on the samples over the record times
    status       of the flow, `numerics.flow.integrate`
    """

    training: Training
    width: int
    seed: int
    log_t: Array
    outputs: Array
    test_outputs: Array
    gap: Array
    distance: Array
    log_loss: Array
    start_kernel: Array
    definite: float
    status: str

    @property
    def size(self) -> int:
        """The number n of samples."""
        return len(self.training.inputs)

    @property
    def drift(self) -> float:
        """sup_t max_ij |K_t - K_0| over the record times."""
        return float(self.gap.max())

    @property
    def kernel(self) -> Array:
        """K_0 on the samples, n x n."""
        return self.start_kernel[: self.size, : self.size]

    @property
    def cross(self) -> Array:
        """K_0 between test points and samples, q x n."""
        return self.start_kernel[self.size :, : self.size]

    @property
    def residual(self) -> float:
        """The largest force |c_i| on a sample at the end: near zero at a minimum without a regulariser."""
        return float(np.abs(self.training.loss.flow_weights(self.outputs[-1])).max())

    @cached_property
    def linearised(self) -> LinearisedFlow:
        """The linearised model's flow at K_0, at the same times."""
        loss, penalty = self.training.loss, self.training.penalty
        return linearised_flow(loss, self.kernel, self.outputs[0], self.log_t, penalty)

    @property
    def linearisation_error(self) -> tuple[float, float]:
        """sup_t max |f_t - f_t^lin| on the samples and at the test points; 0 for no test points."""
        on = np.abs(self.linearised.outputs - self.outputs).max()
        off = np.abs(self.linearised.at(self.cross, self.test_outputs[0]) - self.test_outputs)
        return float(on), float(off.max(initial=0.0))


def train(training: Training, width: int, seed: int) -> Run:
    """Train one network from the initialisation of this width and seed. Raises ValueError as `gradient_flow` does."""
    architecture, points = training.architecture, torch.from_numpy(training.points)
    size = len(training.inputs)
    start = _start(training, width, seed)
    at_test: list[Array] = [forward(architecture, start, points[size:]).numpy().copy()]

    def record(_: float, parameters: Mapping[str, torch.Tensor]) -> None:
        at_test.append(forward(architecture, parameters, points[size:]).numpy().copy())

    trajectory = gradient_flow(
        architecture,
        start,
        training.inputs,
        training.loss,
        training.log10_until * math.log(10),
        penalty=training.penalty,
        accuracy=training.accuracy,
        recording=training.recording,
        on_record=record,
        errors=False,
    )
    return Run(
        training,
        width,
        seed,
        trajectory.log_t,
        trajectory.outputs,
        np.array(at_test[: len(trajectory)]),
        trajectory.gap_from_start,
        np.linalg.norm(trajectory.euclidean_displacement, axis=1),
        trajectory.log_loss,
        empirical_ntk(architecture, start, points).ntk.numpy(),
        float(np.linalg.eigvalsh(trajectory.gram).min()),
        trajectory.status,
    )


def ensemble(training: Training, widths: Sequence[int], seeds: Sequence[int], jobs: int = 1) -> list[Run]:
    """A run for every width and seed, widths outermost, over `jobs` processes."""
    calls = [joblib.delayed(train)(training, width, seed) for width in widths for seed in seeds]
    return list(joblib.Parallel(n_jobs=jobs)(calls))


@dataclass(frozen=True)
class Descent:
    """One network trained by gradient descent: outputs on n samples, then q test points, where it starts and ends.

    start, end  (n + q,)
    force       the largest |c_i| on a sample at the end
    epochs      how many there were
    """

    start: Array
    end: Array
    force: float
    epochs: int


LOOK_EVERY = 10
"""Epochs between two looks at the forces."""


def descend(training: Training, width: int, seed: int, share: float, force: float, most_epochs: int) -> Descent:
    """Train one network without a regulariser from the start of `train`, until no force exceeds `force`.

    The rate is `share` / lambda_max(K_0) on the samples. Raises ValueError on a regulariser, or as `gradient_descent`
    does.
    """
    if training.penalty:
        raise ValueError("gradient descent here is without a regulariser: use train")
    architecture, points = training.architecture, torch.from_numpy(training.points)
    size = len(training.inputs)
    begin = _start(training, width, seed)
    rate = share / float(np.linalg.eigvalsh(empirical_ntk(architecture, begin, points[:size]).ntk.numpy())[-1])
    looks = range(0, most_epochs + 1, LOOK_EVERY)
    for epoch in gradient_descent(architecture, begin, training.inputs, training.loss, rate, most_epochs, at=looks):
        left = float(np.abs(training.loss.flow_weights(epoch.outputs)).max())
        if left <= force:
            break
    start, end = (forward(architecture, weights, points).numpy().copy() for weights in (begin, epoch.parameters))
    return Descent(start, end, left, epoch.number)


def _start(training: Training, width: int, seed: int) -> dict[str, torch.Tensor]:
    generator = np.random.default_rng([width, seed])
    return initialise(training.architecture, training.points.shape[1], width, generator)


def width_exponent(widths: Array, values: Array, confidence: float = 0.99) -> Exponent:
    """Fit values = prefactor x width^slope to independent runs at three or more widths, by least squares in logarithms.

    `widths` and `values` have the shape (N,), an entry a run. The interval is Student's, with N - 2 degrees of freedom:
    exact if ln value scatters about the line normally with one deviation at all widths. `misfit` is the p-value of the
    F test of the line against a free mean at each width (1 for a single run at each). Raises ValueError on fewer than
    three widths or three runs, or values that are not positive.
    """
    abscissae, values = np.log(np.asarray(widths, dtype=float)), np.asarray(values, dtype=float)
    groups = [values[abscissae == width] for width in np.unique(abscissae)]
    if len(groups) < 3:
        raise ValueError("an exponent needs at least three different widths")
    if not (values > 0).all():
        raise ValueError("an exponent needs positive values")
    ordinates = np.log(values)
    line = scipy.stats.linregress(abscissae, ordinates)
    freedom = len(values) - 2
    half_width = float(scipy.stats.t.isf((1 - confidence) / 2, freedom) * line.stderr)
    residuals = ordinates - line.intercept - line.slope * abscissae
    within = sum(float(((np.log(group) - np.log(group).mean()) ** 2).sum()) for group in groups)
    between = float((residuals**2).sum()) - within
    spare = len(values) - len(groups)
    misfit = 1.0
    if spare > 0 and within > 0:
        ratio = (max(between, 0.0) / (len(groups) - 2)) / (within / spare)
        misfit = float(scipy.stats.f.sf(ratio, len(groups) - 2, spare))
    slope = float(line.slope)
    return Exponent(slope, slope - half_width, slope + half_width, math.exp(line.intercept), misfit)
