"""What is recorded along a gradient flow, the envelopes of its margins, and when its kernel crosses a constant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import mpmath
import numpy as np
import sympy
from scipy.special import wrightomega

from numerics.kernels.gap import simplex_minimiser
from numerics.losses import Array, CrossEntropy, Exponential, Loss
from numerics.numbers.latex import html_table
from numerics.numbers.systems import Mpmath, evaluate
from theory.architecture import Architecture
from theory.dynamics import envelopes, output_bound

if TYPE_CHECKING:
    import torch

LOG_10 = math.log(10)
UNSEEN = 1e-10
"""A dissipation is not held against a fall of the energy that is a smaller share of it: rounding hides that."""
FINISHED, AT_REST, STALLED, OUT_OF_STEPS = "finished", "at rest", "stalled", "out of steps"


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A gradient flow at R times, the first of them t = 0; n samples, G trained groups.

    Of C classes the outputs and Gram matrices have n C rows, the classes of a sample side by side; gamma^2 then stands
    for lambda_min, and the envelopes are not known.

    loss, penalty         what was minimised: loss + (penalty / 2) |theta - theta_0|^2, `towards` "zero" |theta|^2
    groups                names of the trained groups in forward order
    log_t                 (R,), -inf first
    outputs               (R, n): f_t(x_i)
    parts                 (R, G, n, n): <df/dp(x_i), df/dp(x_j)> of the selected subgradients at the record time
    mean_gram             (R, n, n): Gram matrix of the mean gradients over the step that ended at the record time
    automatic_gram        (R, n, n): Gram matrix of automatic differentiation, slopes 1(z > 0)
    log_margin_integral   (R,): ln of the integral of gamma_s^2 ds, gamma^2 the least w' K^r w on the simplex, over the
                          time in which the computed path moves
    log_diagonal_integral (R,): ln of the integral of max_i K_s(x_i, x_i) ds, over the same time
    dissipation           (R,): integral of u' K^r u ds, which is |d theta/dt|^2, with the selected subgradients
    automatic_dissipation (R,): the same with the automatic Gram matrix; NaN with a penalty
    sup_displacement, euclidean_displacement  (R, G): |theta_t - theta_0| by group
    norm                  (R, G): |theta_t| by group, Euclidean
    residual              (R,): largest fixed-point residual of a step so far
    slip                  (R,): sum over the steps of how far the outputs were from what the step's own gradients say
    sliding               (R,): kinks, one a neuron and sample, on which the flow slides
    steps, sweeps, rejected, last_resorts  (R,): how many so far; last resorts are short steps taken though not
                          consistent, and stretches over which the flow waited, see `numerics.flow.last_resort`
    forced_defect         (R,): sum over the last resorts so far of |dissipation - fall of the energy|
    status                finished, at rest, stalled or out of steps; see `numerics.flow.integrate`
    weights               the parameters at the last record time, arrays by group name
    margin_error, log_loss_error, kernel_error, lambda_min_error
                          (R,): estimated errors at each record time of the margins and the entries of K_t (the largest
                          over samples), of the log of the loss and of `lambda_min`; None if not asked for
    log_parted            ln of the first record time at which the run at the second accuracy is on another way, see
                          `numerics.flow.errors`; infinite if it never is, None if there was none
    """

    loss: Loss
    penalty: float
    groups: tuple[str, ...]
    log_t: Array
    outputs: Array
    parts: Array
    mean_gram: Array
    automatic_gram: Array
    log_margin_integral: Array
    log_diagonal_integral: Array
    dissipation: Array
    automatic_dissipation: Array
    sup_displacement: Array
    euclidean_displacement: Array
    norm: Array
    residual: Array
    slip: Array
    sliding: Array
    steps: Array
    sweeps: Array
    rejected: Array
    last_resorts: Array
    forced_defect: Array
    status: str
    weights: Mapping[str, Array]
    towards: str = "start"
    margin_error: Array | None = None
    log_loss_error: Array | None = None
    kernel_error: Array | None = None
    lambda_min_error: Array | None = None
    log_parted: float | None = None

    def __len__(self) -> int:
        return len(self.log_t)

    def _repr_html_(self) -> str:
        quantities = {
            "log10 t": self.log10_t,
            "log10 of the loss": self.log_loss / LOG_10,
            "least margin": self.margins.min(axis=1),
            "lambda_min(K_t)": np.linalg.eigvalsh(self.gram[[0, -1]])[:, 0],
            "max |K_t - K_0|": self.gap_from_start,
        }
        rows = [(name, f"{values[0]:.4g}", f"{values[-1]:.4g}") for name, values in quantities.items()]
        defect = f"energy identity off by {self.energy_defect:.1g}"
        caption = f"Gradient flow on {self.loss.size} samples, {int(self.steps[-1])} steps, {self.status}; {defect}"
        return html_table(caption, ("", "at the start", "at the end"), rows)

    @property
    def parameters(self) -> Mapping[str, torch.Tensor]:
        """The weights as tensors of the arrays' shapes, with which they share memory."""
        return tensors(self.weights)

    @property
    def log10_t(self) -> Array:
        """log10 of the record times, (R,); -inf first."""
        return self.log_t / LOG_10

    @cached_property
    def log_loss(self) -> Array:
        """ln of the loss, without the penalty, shape (R,)."""
        return np.array([self.loss.log_value(outputs) for outputs in self.outputs])

    @property
    def margins(self) -> Array:
        """s_i f_t(x_i), for classes f_y - max over k != y of f_k, shape (R, n)."""
        return self.loss.margins(self.outputs)

    @cached_property
    def gram(self) -> Array:
        """K_t with the selected subgradients at the record times, (R, n, n)."""
        return self.parts.sum(axis=1)

    @cached_property
    def lambda_min(self) -> Array:
        """The smallest eigenvalue of `gram`, (R,)."""
        return np.linalg.eigvalsh(self.gram)[:, 0]

    @cached_property
    def lambda_max(self) -> Array:
        """The largest eigenvalue of `gram`, (R,)."""
        return np.linalg.eigvalsh(self.gram)[:, -1]

    @cached_property
    def label_aware(self) -> Array:
        """gamma^2 of `gram`: the least w' K^r w on the simplex, (R,)."""
        return np.array([label_aware_minimum(gram, self.loss.signs) for gram in self.gram])

    def gap(self, reference: Array) -> Array:
        """max_ij |K_t(x_i, x_j) - reference_ij|, (R,), for an n x n matrix such as the limiting kernel."""
        return np.abs(self.gram - reference).max(axis=(1, 2))

    @cached_property
    def gap_from_start(self) -> Array:
        """max_ij |K_t - K_0|, (R,)."""
        return self.gap(self.gram[0])

    @property
    def energy(self) -> Array:
        """The loss and the penalty, (R,)."""
        distance = self.norm if self.towards == "zero" else self.euclidean_displacement
        return np.exp(self.log_loss) + self.penalty / 2 * (distance**2).sum(axis=1)

    @property
    def reached(self) -> bool:
        """Is the flow known up to the time asked for: finished, or at rest before?"""
        return self.status in (FINISHED, AT_REST)

    @property
    def last_resort_share(self) -> float:
        """The share of the steps that were taken though not consistent with their own gradients, or spent waiting."""
        return float(self.last_resorts[-1] / max(1, self.steps[-1]))

    @property
    def last_resort_defects(self) -> Array:
        """By how much last resorts so far are off the energy identity, none set off against another, (R,).

        As a share of the fall of the energy; infinite if they are and nothing fell.
        """
        fall, defect = self.energy[0] - self.energy, self.forced_defect
        seen = ~(defect <= UNSEEN * self.energy[0])
        shares = np.divide(defect, fall, out=np.full_like(fall, math.inf), where=fall > 0)
        return np.where(seen, shares, 0.0)

    @property
    def last_resort_defect(self) -> float:
        """The last of `last_resort_defects`."""
        return float(self.last_resort_defects[-1])

    @property
    def energy_defects(self) -> Array:
        """(dissipation - fall of the energy) / dissipation since t = 0, (R,); zero first."""
        return _share(self.dissipation, self.energy)

    @property
    def energy_defect(self) -> float:
        """The last of `energy_defects`."""
        return float(self.energy_defects[-1])

    @property
    def automatic_energy_defects(self) -> Array:
        """The same with the automatic Gram matrix, (R,): by what (C.22) of arXiv 2504.11130 is off along the flow."""
        return _share(self.automatic_dissipation, self.energy)

    @cached_property
    def lower_envelope(self) -> Array:
        """Every margin is at least this, (R,), by `theory.dynamics.envelopes` and the integral of gamma_s^2 ds.

        For the logistic loss ln W(exp(Phi(S_0) + integral)), S = exp(L) - 1, Phi(S) = 1/S - ln S; at temperature T the
        integral divided by T^2, the whole times T; for the exponential loss ln(1/L_0 + integral). The integral is that
        of the computed path, along each step of which the Gram matrix is constant. Raises ValueError for other losses,
        soft labels, or a penalty.
        """
        return self._envelope(self.log_margin_integral, 1)

    @cached_property
    def upper_envelope(self) -> Array:
        """The least margin is at most this, (R,): as `lower_envelope`, by the integral of max_i K_s(x_i, x_i) ds.

        For the logistic loss with s = exp(L / n) - 1 and n times the integral; for the exponential loss ln n more.
        Raises ValueError as `lower_envelope` does.
        """
        return self._envelope(self.log_diagonal_integral, self.loss.size)

    @property
    def envelope_held(self) -> bool:
        """Is every margin above the lower envelope and the least below the upper one, at every record time?

        Both hold for the computed path up to `slip`: an error of an output is not amplified later on.
        """
        least = self.margins.min(axis=1)
        slack = self.slip + 1e-9 * (1 + np.abs(least))
        return bool(np.all(self.lower_envelope - slack <= least) and np.all(least <= self.upper_envelope + slack))

    def _envelope(self, log_integral: Array, share: int) -> Array:
        log_share = math.log(share)
        match self.loss:
            case CrossEntropy(temperature=temperature) if self.loss.hard and not self.penalty:
                log_excess = log_expm1(self.log_loss[0] - log_share)
                scaled = log_integral + log_share - 2 * math.log(temperature)
                return temperature * np.array([margin_of_integral(value, log_excess) for value in scaled])
            case Exponential() if not self.penalty:
                return log_share + np.logaddexp(-self.log_loss[0], log_integral)
        raise ValueError("envelopes are known for the logistic and exponential losses, hard labels and no penalty")


def tensors(weights: Mapping[str, Array]) -> dict[str, torch.Tensor]:
    """Arrays of any shape as torch tensors that share their memory.

    Loads torch, which takes as long as a short flow.
    """
    import torch

    return {name: torch.from_numpy(array) for name, array in weights.items()}


def _share(dissipation: Array, energy: Array) -> Array:
    fall = energy[0] - energy
    seen = ~(np.abs(dissipation) <= UNSEEN * energy[0])  # NaN is seen
    return np.divide(dissipation - fall, dissipation, out=np.zeros_like(fall), where=seen)


def least_form(gram: Array, loss: Loss) -> float:
    """gamma^2 of an n x n matrix for a loss with one output a sample, lambda_min for a loss of several classes."""
    return label_aware_minimum(gram, loss.signs) if loss.classes == 1 else max(0.0, float(np.linalg.eigvalsh(gram)[0]))


def label_aware_minimum(gram: Array, signs: Array) -> float:
    """gamma^2: the least w' K^r w over w >= 0, sum w = 1, for a positive semidefinite n x n matrix of doubles.

    `signs` has the shape (n,). Its lower bound lambda_min / n where the minimiser is not found.
    """
    relabelled = gram * np.multiply.outer(signs, signs)
    if not np.trace(relabelled) > 0:
        return 0.0
    try:
        weights = simplex_minimiser(relabelled)
    except RuntimeError:  # the solver did not end, as may be where entries differ by many orders: a lower bound
        return max(0.0, float(np.linalg.eigvalsh(relabelled)[0])) / len(gram)
    return float(weights @ relabelled @ weights)


def margin_of_integral(log_integral: float, log_excess: float) -> float:
    """ln W(exp(H)) for H = Phi(S_0) + exp(log_integral), ln S_0 = log_excess; W is Lambert's.

    Accurate at any size: beyond H = exp(34), ln W(exp(H)) = ln(H - ln H + ..) = ln H to double precision.
    """
    log_height = float(np.logaddexp(log_integral, -log_excess))
    if log_height > 34:
        return log_height
    height = math.exp(log_height) - log_excess
    return math.log(wrightomega(height).real) if height > -700 else height


def log_expm1(log_value: float) -> float:
    """ln(exp(v) - 1) for v = exp(log_value)."""
    value = math.exp(log_value)
    if value > 30:
        return value + math.log1p(-math.exp(-value))
    return math.log(math.expm1(value)) if value > 1e-300 else log_value


def log10_crossing(log_t: Array, gap: Array, constant: float) -> float | None:
    """log10 of the first time when `gap` exceeds `constant`, or None; `log_t` and `gap` have the shape (R,).

    `log_t` begins with -inf (t = 0). Interpolated between record times, linearly in log t, in t before the first. None
    if the gap never exceeds the constant, and also if it does so from the start: nothing was crossed then.
    """
    above = np.flatnonzero(gap > constant)
    if not above.size or above[0] == 0:
        return None
    index = int(above[0])
    fraction = (constant - gap[index - 1]) / (gap[index] - gap[index - 1])
    if index == 1:
        return float(log_t[1] + math.log(max(fraction, 1e-300))) / LOG_10
    return float(log_t[index - 1] + fraction * (log_t[index] - log_t[index - 1])) / LOG_10


@cache
def _latest_crossing(architecture: Architecture) -> sympy.Expr:
    return envelopes.latest_crossing(output_bound.output_factor(architecture))


def log10_latest_crossing(
    architecture: Architecture, width: int, reference: Array, signs: Array, log_loss: float, gap: float
) -> float:
    """log10 of the time by which max |K_t - reference| has exceeded `gap`, proved in `theory.dynamics.envelopes`.

    For the flow of the logistic loss with label signs `signs`, shape (n,), from a network whose last layer has `width`
    neurons and whose loss at the start is exp(log_loss). `reference` is n x n: the limiting kernel or K_0. Infinite
    unless gamma^2 of the reference exceeds the gap. Raises ValueError if the last bias or the output weights are not
    trained.
    """
    least_form = label_aware_minimum(reference, signs)
    formula = _latest_crossing(architecture)
    if not least_form > gap:
        return math.inf
    values = {
        envelopes.start: mpmath.exp(log_expm1(log_loss)),  # of a loss of thousands no double
        envelopes.gap: gap,
        envelopes.diagonal: float(reference.diagonal().min()),
        envelopes.least_form: least_form,
        output_bound.width: width,
    }
    exact = {symbol: mpmath.mpf(value) for symbol, value in values.items()}
    return float(mpmath.log10(evaluate(formula, Mpmath(15), exact)))
