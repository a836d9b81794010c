"""Losses of the outputs on n samples, as the *sum* over the samples, in logarithms.

Along the gradient flow d theta/dt = sum_i c_i grad f(x_i), with the weights c_i = -dl_i/df_i. Late in training c_i is
of the order of 1/t, so that at t = 1e400 only t c_i is a double: weights and curvatures come multiplied with
exp(log_scale), formed in the exponent. Signs s_i = +-1 say on which side a margin s_i f(x_i) is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from scipy.special import log_expit

Array = np.ndarray


class Loss(Protocol):
    """A loss sum_i l_i(f_i); the arrays have the shape (n,). Values are frozen, equal ones have the same repr.

    With C classes the outputs are n C numbers, the classes of a sample side by side: n C stands for n in these shapes,
    and curvatures are an n C x n C matrix.
    """

    @property
    def classes(self) -> int:
        """The number C of outputs a sample: 1, or that of the classes of a softmax."""

    def margins(self, outputs: Array) -> Array:
        """s_i f_i, or by how much a sample's class is ahead of the next; (..., n C) to (..., n)."""

    @property
    def size(self) -> int:
        """The number n C of outputs."""

    @property
    def signs(self) -> Array:
        """s_i = +1 or -1, of the outputs' shape."""

    def log_value(self, outputs: Array) -> float:
        """ln of the sum over the samples; -inf where it is zero."""

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) c_i, c_i = -dl_i/df_i."""

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) l_i''(f_i), shape (n,); of C classes the matrix."""


class _OneOutput:
    """What losses of one output a sample share."""

    if TYPE_CHECKING:

        @property
        def signs(self) -> Array: ...

    classes: ClassVar[int] = 1

    @property
    def size(self) -> int:
        """The number n of samples."""
        return len(self.signs)

    def margins(self, outputs: Array) -> Array:
        """s_i f_i, of the outputs' shape."""
        return self.signs * outputs


@dataclass(frozen=True)
class CrossEntropy(_OneOutput):
    """l_i = y_i ln(1 + exp(-f_i/T)) + (1 - y_i) ln(1 + exp(f_i/T)), targets y_i in [0, 1], temperature T > 0.

    Targets 0 and 1 with T = 1 give the logistic loss (2.3) of arXiv 2504.11130, where c_i = s_i u_i; it is accurate to
    a few units in the last place of ln L at any margin. Arrays have the shape (n,). Raises ValueError on other targets
    or temperatures.
    """

    targets: tuple[float, ...]
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not all(0 <= target <= 1 for target in self.targets):
            raise ValueError(f"targets must lie between 0 and 1, as {self.targets} do not")
        if not 0 < self.temperature < np.inf:
            raise ValueError(f"the temperature must be positive and finite, not {self.temperature}")

    @cached_property
    def signs(self) -> Array:
        """s_i = 2 y_i - 1 for hard labels: +1 where the target is above 1/2."""
        return np.where(np.array(self.targets) > 0.5, 1.0, -1.0)

    @cached_property
    def _scaled_signs(self) -> tuple[Array, Array]:
        """s_i / T and -s_i / T."""
        return self.signs / self.temperature, -self.signs / self.temperature

    @cached_property
    def hard(self) -> bool:
        """Are all targets 0 or 1?"""
        return all(target in (0, 1) for target in self.targets)

    @cached_property
    def _log_shares(self) -> tuple[Array, Array]:
        """ln y_i and ln(1 - y_i)."""
        targets = np.array(self.targets, dtype=float)
        with np.errstate(divide="ignore"):
            return np.log(targets), np.log(1 - targets)

    @cached_property
    def _log_rest(self) -> Array:
        """ln of the target's distance to the label that the sign stands for: -inf where it is hard."""
        return np.minimum(*self._log_shares)

    def log_value(self, outputs: Array) -> float:
        """ln of the sum over the samples."""
        logits = outputs / self.temperature
        shares = np.stack(self._log_shares) + log_softplus(np.stack([-logits, logits]))
        return float(np.logaddexp.reduce(shares, axis=None))

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) c_i, without cancellation where the target is 0 or 1."""
        signs, against = self._scaled_signs
        weights = np.exp(log_scale + log_expit(against * outputs))
        if not self.hard:
            weights -= np.exp(log_scale + self._log_rest)
        return signs * weights

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) l_i''(f_i), without overflow of either factor."""
        logits = outputs / self.temperature
        return np.exp(log_scale - np.logaddexp(0, logits) - np.logaddexp(0, -logits)) / self.temperature**2


@dataclass(frozen=True)
class Exponential(_OneOutput):
    """l_i = exp(-s_i f_i), labels 0 or 1, s_i = 2 y_i - 1.

    Arrays have the shape (n,). Raises ValueError on other labels.
    """

    labels: tuple[int, ...]

    def __post_init__(self) -> None:
        if not all(label in (0, 1) for label in self.labels):
            raise ValueError(f"labels must be 0 or 1, as {self.labels} are not")

    @cached_property
    def signs(self) -> Array:
        """s_i = 2 y_i - 1."""
        return 2.0 * np.array(self.labels) - 1.0

    def log_value(self, outputs: Array) -> float:
        """ln of the sum over the samples."""
        return float(np.logaddexp.reduce(-self.signs * outputs))

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) c_i = s_i exp(log_scale - s_i f_i)."""
        return self.signs * self.curvatures(outputs, log_scale)

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) l_i'' = exp(log_scale - s_i f_i)."""
        return np.exp(log_scale - self.signs * outputs)


@dataclass(frozen=True)
class Squared(_OneOutput):
    """l_i = (f_i - y_i)^2 / 2; arrays have the shape (n,). The sign of a sample is that of its target, + for 0."""

    targets: tuple[float, ...]

    @cached_property
    def signs(self) -> Array:
        """s_i = +1 where y_i >= 0, else -1."""
        return np.where(self._values >= 0, 1.0, -1.0)

    @cached_property
    def _values(self) -> Array:
        """y_i as doubles."""
        return np.array(self.targets)

    def log_value(self, outputs: Array) -> float:
        """ln of the sum over the samples; -inf at the minimum."""
        with np.errstate(divide="ignore"):
            return float(np.log(np.sum((outputs - self._values) ** 2) / 2))

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) c_i = exp(log_scale) (y_i - f_i), formed in the exponent."""
        errors = self._values - outputs
        with np.errstate(divide="ignore"):
            return np.sign(errors) * np.exp(log_scale + np.log(np.abs(errors)))

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) for each of the n samples: l_i'' = 1."""
        return np.exp(np.full(self.size, log_scale))


@dataclass(frozen=True)
class Mean:
    """A loss divided by the number n of samples: the mean over them. Shapes as for `Loss`."""

    of: Loss

    @property
    def classes(self) -> int:
        """The number C of outputs a sample."""
        return self.of.classes

    @property
    def size(self) -> int:
        """The number n C of outputs."""
        return self.of.size

    @property
    def signs(self) -> Array:
        """Those of the loss that is summed, (n C,)."""
        return self.of.signs

    @cached_property
    def _log_samples(self) -> float:
        return float(np.log(self.size // self.classes))

    def margins(self, outputs: Array) -> Array:
        """Those of the loss that is summed, (..., n C) to (..., n)."""
        return self.of.margins(outputs)

    def log_value(self, outputs: Array) -> float:
        """ln of the mean over the samples."""
        return self.of.log_value(outputs) - self._log_samples

    def flow_weights(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) c_i / n."""
        return self.of.flow_weights(outputs, log_scale - self._log_samples)

    def curvatures(self, outputs: Array, log_scale: float = 0.0) -> Array:
        """exp(log_scale) l_i'' / n; of C classes the matrix."""
        return self.of.curvatures(outputs, log_scale - self._log_samples)


LOSSES = ("logistic", "exponential", "squared")
"""Losses of one output by name."""
TOWARDS = ("start", "zero")
"""Where a regulariser pulls the parameters."""
REDUCTIONS = ("sum", "mean")
"""What is done over the samples."""


def loss_named(name: str, labels: Sequence[int]) -> Loss:
    """The loss of a name for labels 0 and 1, shape (n,); the targets of the squared one are -1 and 1.

    Raises ValueError on another name or other labels.
    """
    match name:
        case "logistic":
            return logistic(labels)
        case "exponential":
            return Exponential(tuple(labels))
        case "squared":
            return Squared(tuple(2.0 * label - 1 for label in logistic(labels).targets))
    raise ValueError(f"a loss is one of {', '.join(LOSSES)}, not {name[:40]!r}")


def reduced(loss: Loss, reduction: str) -> Loss:
    """The loss as its sum, which it is, or as its mean. Raises ValueError on another word."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"a loss is taken as its {' or its '.join(REDUCTIONS)}, not {reduction[:40]!r}")
    return Mean(loss) if reduction == "mean" else loss


def logistic(labels: Sequence[int] | Array, temperature: float = 1.0) -> CrossEntropy:
    """The loss (2.3) for labels 0 and 1, shape (n,). Raises ValueError on other labels or temperatures."""
    values = tuple(float(label) for label in labels)
    if not all(value in (0, 1) for value in values):
        raise ValueError(f"labels must be 0 or 1, as {tuple(labels)} are not")
    return CrossEntropy(values, temperature)


def log_softplus(values: Array) -> Array:
    """ln ln(1 + exp(z)), also where exp(z) underflows; any shape, kept."""
    far = values < -30  # there ln(1 + exp(z)) = exp(z - exp(z)/2) to double precision
    near = np.where(far, 0.0, values)
    return np.where(far, values - np.exp(np.minimum(values, 0)) / 2, np.log(np.logaddexp(0, near)))
