"""The gradient flow of n outputs at a frozen kernel: the impulses that the samples give to the parameters in a step.

With mean gradients gbar_i frozen over a step, theta(s) = theta + sum_k C_k(s) gbar_k and f(s) = f + K C(s), K the Gram
matrix of the gbar: n stiff equations dC/ds = c(f + K C), solved to tolerance by LSODA in the variable ln t. With the
regulariser (beta/2)|theta - theta_0|^2 added to the loss,

    theta(s) = theta_0 + exp(-beta s) (theta - theta_0) + sum_k C_k(s) gbar_k,   dC/ds = c - beta C,

and the outputs lose (1 - exp(-beta s)) <gbar_i, theta - theta_0>.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.integrate import ODEintWarning, odeint

from numerics.losses import Loss

Array = np.ndarray
MOST_EXPONENT = 700.0
ROUNDING = 1e-14
"""A gradient shorter than this share of the longest is what rounding left of one that vanishes on a kink."""
MOST_SOLVER_STEPS, FINEST, LARGE = 1000, 1e-13, 1e4
"""Of the solver; its smallest relative tolerance; and the outputs above which it is finer in proportion.

A sample's weight falls from 1 to 0 while its output, perhaps of 1e12, moves by a few units: impulses less accurate than
that would make the weight jump to and fro, and the steps of the solver ever shorter.
"""
_NODES, _NODE_WEIGHTS = (lambda rule: ((rule[0] + 1) / 2, rule[1] / 2))(np.polynomial.legendre.leggauss(6))
_TIMES = np.concatenate([[0.0], _NODES, [1.0]])


@dataclass(frozen=True)
class Step:
    """A stretch of time, from exp(log_start) (-inf: from 0) to exp(log_end)."""

    log_start: float
    log_end: float

    @property
    def from_zero(self) -> bool:
        """Does it begin at t = 0?"""
        return self.log_start == -math.inf

    @property
    def log_length(self) -> float:
        """ln of its length."""
        return log_difference(self.log_end, self.log_start)

    @property
    def log_ratio(self) -> float:
        """ln of the end's ratio to the start; infinite from 0."""
        return self.log_end - self.log_start


@dataclass(frozen=True)
class Pull:
    """The regulariser (strength / 2) |theta - theta_0|^2 over a step.

    `overlaps`: <gbar_i, theta - theta_0>, shape (n,); `squared_distance`: |theta - theta_0|^2, both at its start.
    """

    strength: float
    overlaps: Array
    squared_distance: float


@dataclass(frozen=True)
class Impulses:
    """What a step does to the n outputs.

    total     C, the integral of the weights c (shape (n,))
    change    that of f over the step, which may be too small to show in f (shape (n,))
    outputs   f at the end (shape (n,))
    path      C at the Q nodes of a quadrature rule within the step (shape (Q, n))
    evaluations  how often the solver evaluated the weights c
    """

    total: Array
    change: Array
    outputs: Array
    path: Array
    flow: _FrozenFlow
    evaluations: int = 0

    @cached_property
    def _roots(self) -> list[Array]:
        """sqrt(t) c at the nodes."""
        flow = self.flow
        with np.errstate(all="ignore"):
            return [flow.weights_at(total, x, flow.log_time(x) / 2) for x, total in zip(_NODES, self.path, strict=True)]

    @cached_property
    def products(self) -> Array:
        """The integral of c c' dt, n x n."""
        roots = np.array(self._roots)
        return self.flow.span * (_NODE_WEIGHTS * roots.T) @ roots

    @cached_property
    def dissipation(self) -> float:
        """The integral of |d theta/dt|^2 dt; without a regulariser the sum of products * K."""
        if self.flow.pull is None:
            return float((self.products * self.flow.kernel).sum())
        speeds = [self.flow.squared_speed(*at) for at in zip(self._roots, self.path, _NODES, strict=True)]
        return self.flow.span * float(_NODE_WEIGHTS @ speeds)


def log_difference(larger: float, smaller: float) -> float:
    """ln(exp(larger) - exp(smaller)); smaller may be -inf."""
    if smaller == -math.inf:
        return larger
    return larger + math.log(-math.expm1(smaller - larger)) if larger > smaller else -math.inf


def impulses(
    loss: Loss, outputs: Array, kernel: Array, step: Step, pull: Pull | None = None, tolerance: float = 1e-7
) -> Impulses | None:
    """Solve the flow at a frozen kernel over a step, to a relative `tolerance` or finer; None if the solver gave up.

    `outputs` are f at its start, shape (n,), `kernel` is n x n. Times, weights and curvatures only enter as products,
    formed in the exponent: nothing overflows at any time. A sample whose gradient vanishes gives no impulse: its weight
    does not decay, and its impulse would overflow.
    """
    flow = _FrozenFlow(loss, outputs, kernel, step, pull)
    work, usual = 0, tolerance * min(1.0, LARGE / max(float(np.max(np.abs(outputs))), 1.0))
    for tried in (usual, 1e-3 * usual, 1e-6 * usual):
        path, evaluations = _solved(flow, max(tried, FINEST))
        work += evaluations
        if path is not None:
            change = flow.change_at(path[-1], 1.0)
            return Impulses(path[-1], change, flow.outputs + change, path[1:-1], flow, work)
    return None


def _solved(flow: _FrozenFlow, tolerance: float) -> tuple[Array | None, int]:
    """C at the start, the nodes of the quadrature rule and the end, (Q + 2, n); None if the solver gave up.

    And how often it evaluated the weights.
    """
    zero = np.zeros(len(flow.outputs))
    norms = np.sqrt(np.maximum(flow.kernel.diagonal(), 1e-300))  # of the gradients
    scale = float(np.max(norms * np.abs(flow.velocity(zero, 0.0)), initial=0.0))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", ODEintWarning)
        path, report = odeint(
            flow.velocity, zero, _TIMES, Dfun=flow.jacobian, full_output=True,
            rtol=tolerance, atol=max(1e-2 * tolerance * scale, 1e-14) / norms, mxstep=MOST_SOLVER_STEPS,
        )  # fmt: skip
    good = report["message"] == "Integration successful." and np.isfinite(path).all()
    return path if good else None, int(report["nfe"][-1])


@dataclass(frozen=True)
class _FrozenFlow:
    """The flow in a variable x from 0 to 1: linear in ln t, but in t for a step from t = 0."""

    loss: Loss
    outputs: Array
    kernel: Array
    step: Step
    pull: Pull | None

    @cached_property
    def span(self) -> float:
        return 1.0 if self.step.from_zero else self.step.log_ratio

    def log_time(self, x: float) -> float:
        """ln of dt/dx divided by the span."""
        return self.step.log_end if self.step.from_zero else self.step.log_start + x * self.step.log_ratio

    def decay(self, x: float) -> float:
        """exp(-beta s) - 1, s the time since the step began."""
        assert self.pull is not None
        if self.step.from_zero:
            log_elapsed = self.step.log_end + math.log(x) if x > 0 else -math.inf
        else:
            log_elapsed = log_difference(self.log_time(x), self.step.log_start)
        return math.expm1(-self.pull.strength * math.exp(min(log_elapsed, MOST_EXPONENT)))

    def change_at(self, total: Array, x: float) -> Array:
        change: Array = self.kernel.dot(total)
        return change if self.pull is None else change + self.decay(x) * self.pull.overlaps

    def outputs_at(self, total: Array, x: float) -> Array:
        return self.outputs + self.change_at(total, x)

    @cached_property
    def live(self) -> Array:
        """Which samples have a gradient, shape (n,): one that rounding alone may have left behind is none."""
        squares = self.kernel.diagonal()
        return squares > ROUNDING**2 * squares.max(initial=0.0)

    @cached_property
    def live_weights(self) -> Callable[[Array, float], Array]:
        """exp(log_scale) c of outputs and log_scale, zero where there is no gradient."""
        weights = self.loss.flow_weights
        if self.live.all():
            return weights
        return lambda outputs, log_scale: np.where(self.live, weights(outputs, log_scale), 0.0)

    def weights_at(self, total: Array, x: float, log_scale: float) -> Array:
        """exp(log_scale) c, zero where there is no gradient."""
        return self.live_weights(self.outputs_at(total, x), log_scale)

    @cached_property
    def velocity(self) -> Callable[[Array, float], Array]:
        """dC/dx at C, shape (n,), and x; what does not change on the way is looked up once."""
        start, growth = (self.log_time(0.0), 0.0) if self.step.from_zero else (self.step.log_start, self.step.log_ratio)
        start += math.log(self.span)
        if self.pull is None:
            outputs, image, weights = self.outputs, self.kernel.dot, self.live_weights
            return lambda total, x: weights(outputs + image(total), start + x * growth)
        strength = self.pull.strength

        def velocity(total: Array, x: float) -> Array:
            log_time = start + x * growth
            rate = self.weights_at(total, x, log_time)
            return rate - strength * math.exp(min(log_time, MOST_EXPONENT)) * total

        return velocity

    def jacobian(self, total: Array, x: float) -> Array:
        curvatures = self.loss.curvatures(self.outputs_at(total, x), self.log_time(x))
        if curvatures.ndim == 2:  # several classes: the outputs at a sample curve together
            matrix = -np.where(self.live[:, None], curvatures, 0.0) @ self.kernel
        else:
            matrix = -np.where(self.live, curvatures, 0.0)[:, None] * self.kernel
        if self.pull is not None:
            damping = self.pull.strength * math.exp(min(self.log_time(x), MOST_EXPONENT))
            matrix = matrix - damping * np.eye(len(total))
        return self.span * matrix

    def squared_speed(self, root: Array, total: Array, x: float) -> float:
        """t |d theta/dt|^2, from root = sqrt(t) c."""
        quadratic = float(root @ self.kernel @ root)
        if self.pull is None:
            return quadratic
        beta, remaining = self.pull.strength, 1 + self.decay(x)
        root_time = math.exp(min(self.log_time(x), MOST_EXPONENT) / 2)
        along = remaining * self.pull.overlaps + self.kernel @ total
        distance = (
            remaining**2 * self.pull.squared_distance
            + 2 * remaining * float(total @ self.pull.overlaps)
            + float(total @ self.kernel @ total)
        )
        return quadratic - 2 * beta * root_time * float(root @ along) + (beta * root_time) ** 2 * distance
