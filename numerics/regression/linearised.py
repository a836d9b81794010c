"""The linearised model f(x) = f_0(x) + g_0(x)'(theta - theta_0) along its gradient flow, at the kernel of a start.

Its kernel is constant, so that theta - theta_0 = J' C with n coefficients, f(X) = f_0(X) + K C and
dC/dt = c(f(X)) - penalty C; outputs anywhere else follow from C. K is the empirical NTK at initialisation, K_0, for the
linearisation of a finite network, or the limiting NTK. Losses are summed over the samples.
"""

import math
from dataclasses import dataclass

import numpy as np

from numerics.flow.frozen_kernel import Pull, Step, impulses, log_difference
from numerics.losses import Array, Loss


@dataclass(frozen=True, eq=False)
class LinearisedFlow:
    """The flow at R times.

    log_t         (R,): ln t; the first may be -inf, t = 0
    outputs       (R, n): f_t(x_i)
    coefficients  (R, n): C_t
    error         (R, n): estimated error of C_t, from a second integration to a tenth of the tolerance
    """

    log_t: Array
    outputs: Array
    coefficients: Array
    error: Array

    def at(self, cross: Array, start: Array) -> Array:
        """f_t at q points, (R, q): `cross` is K(x, X), q x n, `start` is f_0(x), (q,)."""
        return start + self.coefficients @ cross.T


def linearised_flow(
    loss: Loss, kernel: Array, start: Array, log_t: Array, penalty: float = 0.0, tolerance: float = 1e-8
) -> LinearisedFlow:
    """Solve the flow to the increasing times exp(log_t) from f_0(X) = `start`, shape (n,), at an n x n kernel.

    `log_t` has the shape (R,). Raises ValueError on times that do not increase or a negative penalty, or if the solver
    gives up.
    """
    times = np.asarray(log_t, dtype=float)
    if times.ndim != 1 or not (np.diff(times) > 0).all():
        raise ValueError("the times must increase")
    if not 0 <= penalty < math.inf:
        raise ValueError(f"the penalty must be finite and not negative, not {penalty}")
    rough = _coefficients(loss, kernel, start, times, penalty, tolerance)
    fine = _coefficients(loss, kernel, start, times, penalty, tolerance / 10)
    return LinearisedFlow(times, start + fine @ kernel, fine, np.abs(fine - rough))


def _coefficients(loss: Loss, kernel: Array, start: Array, times: Array, penalty: float, tolerance: float) -> Array:
    total, before, rows = np.zeros(len(start)), -math.inf, []
    for log_time in times:
        if log_time > before:
            step = Step(before, float(log_time))
            pull = Pull(penalty, kernel @ total, float(total @ kernel @ total)) if penalty else None
            found = impulses(loss, start + kernel @ total, kernel, step, pull, tolerance)
            if found is None:
                raise ValueError(f"the linearised flow was not solved to ln t = {log_time:g}: raise the tolerance")
            remaining = math.exp(-penalty * math.exp(log_difference(float(log_time), before))) if penalty else 1.0
            total = remaining * total + found.total
            before = float(log_time)
        rows.append(total)
    return np.array(rows)
