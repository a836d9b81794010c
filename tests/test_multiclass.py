"""K classes: the residual's square and the rate against numbers, and the binary case."""

import numpy as np
import pytest
import sympy

from theory.dynamics import envelopes, multiclass


@pytest.mark.parametrize("count", [2, 3, 10])
def test_the_square_of_the_residual_is_that_of_the_softmax(count):
    probabilities = np.random.default_rng(count).dirichlet(np.ones(count))
    residual = probabilities - np.eye(count)[0]
    square, missing = multiclass.squared_residual(count)
    values = dict(zip(sympy.symbols(f"p_1:{count}", nonnegative=True), probabilities[1:], strict=True))
    assert float(square.subs(values)) == pytest.approx(residual @ residual)
    assert float(missing.subs(values)) == pytest.approx((1 - probabilities[0]) ** 2)
    excess = residual @ residual - missing.subs(values) * count / (count - 1)
    assert float(multiclass.excess_of_squares(count).subs(values)) == pytest.approx(float(excess), abs=1e-12)


def test_with_two_classes_the_rate_is_that_of_the_kernel_of_the_difference():
    # f_1 - f_0 has the kernel 2 K, whose least eigenvalue over n is the binary rate.
    values = {multiclass.classes: 2, envelopes.size: 5, multiclass.least_eigenvalue: 3}
    assert multiclass.least_rate().subs(values) == sympy.Rational(2 * 3, 5)
    assert multiclass.gap_constant().subs(values) == sympy.Rational(2 * 3, 5) / 4


@pytest.mark.parametrize("count", [3, 4])
def test_every_margin_is_at_least_what_the_loss_says(count):
    outputs = np.random.default_rng(count).standard_normal((6, count)) + 3 * np.eye(count)[np.arange(6) % count]
    labels = np.arange(6) % count
    own = outputs[np.arange(6), labels]
    others = np.where(np.arange(count) == labels[:, None], -np.inf, outputs).max(axis=1)
    loss = float((np.log(np.exp(outputs).sum(axis=1)) - own).sum())
    assert np.all(own - others >= -np.log(np.expm1(loss)))
