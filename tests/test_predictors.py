"""Kernel predictors against dense linear algebra, scipy's minimiser, hand-computed cases and their own error bounds."""

import numpy as np
import pytest
import scipy.optimize
import scipy.special

from numerics.losses import CrossEntropy, Squared, logistic
from numerics.networks.softmax import SoftmaxCrossEntropy, class_kernel
from numerics.regression.predictors import (
    best_penalty,
    interpolation,
    interpolation_law,
    interpolation_weights,
    regularised,
    ridge,
)

GENERATOR = np.random.default_rng(0)
FACTOR = GENERATOR.standard_normal((6, 6))
GRAM = FACTOR @ FACTOR.T + 0.1 * np.eye(6)
KERNEL, CROSS = GRAM[:4, :4], GRAM[4:, :4]
TARGETS, START, AT = GENERATOR.standard_normal(4), GENERATOR.standard_normal(4), np.array([0.3, -0.7])


def test_interpolation_meets_its_targets_and_extends_by_the_kernel():
    found = interpolation(KERNEL, TARGETS, START)
    np.testing.assert_allclose(found.fitted, TARGETS, atol=1e-12)
    expected = AT + CROSS @ np.linalg.solve(KERNEL, TARGETS - START)
    np.testing.assert_allclose(found.at(CROSS, AT), expected, rtol=1e-10)
    assert np.abs(found.at(CROSS, AT) - expected).max() <= found.error * np.sqrt(GRAM.diagonal()[4:]).max() + 1e-12


def test_ridge_is_the_minimiser_of_its_objective():
    penalty = 0.3

    def objective(c):
        return ((START + KERNEL @ c - TARGETS) ** 2).sum() / 2 + penalty / 2 * c @ KERNEL @ c

    expected = scipy.optimize.minimize(objective, np.zeros(4), tol=1e-14).x
    np.testing.assert_allclose(ridge(KERNEL, TARGETS, START, penalty).coefficients, expected, atol=1e-4)


def test_ridge_and_the_convex_problem_of_squared_loss_agree():
    one = ridge(KERNEL, TARGETS, START, 0.3)
    other = regularised(Squared(tuple(TARGETS)), KERNEL, START, 0.3)
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-8)


@pytest.mark.parametrize("penalty", [10.0, 0.1, 1e-3])
def test_the_convex_problem_is_solved_to_its_fixed_point(penalty):
    y = np.array([1.0, 0.0, 0.3, 1.0])
    found = regularised(CrossEntropy(tuple(y)), KERNEL, START, penalty)
    expected = START + KERNEL @ (y - scipy.special.expit(found.fitted)) / penalty
    np.testing.assert_allclose(found.fitted, expected, rtol=1e-6, atol=1e-8)
    assert found.error < 1e-8


def test_the_error_bound_contains_the_error():
    loss = logistic([1, 0, 1, 0])
    rough = regularised(loss, KERNEL, START, 0.01, tolerance=1e-2)
    fine = regularised(loss, KERNEL, START, 0.01)
    off = np.abs(rough.at(CROSS, AT) - fine.at(CROSS, AT)) / np.sqrt(GRAM.diagonal()[4:])
    assert rough.error > fine.error
    assert off.max() <= rough.error + fine.error


def test_small_penalties_are_reached_from_afar():
    found = regularised(logistic([1, 0, 1, 0]), KERNEL, 30 * START, 1e-8)
    assert found.error < 1e-6
    assert (np.sign(found.fitted) == [1, -1, 1, -1]).all()


def test_two_classes_of_a_softmax_are_one_logit_with_twice_the_kernel():
    y, penalty = np.array([0.9, 0.2, 0.5, 1.0]), 0.2
    binary = regularised(CrossEntropy(tuple(y)), 2 * KERNEL, START, penalty)
    pairs = SoftmaxCrossEntropy(tuple((float(value), float(1 - value)) for value in y))
    begin = np.stack([START, np.zeros(4)], axis=1).ravel()
    both = regularised(pairs, class_kernel(KERNEL, 2), begin, penalty).fitted.reshape(4, 2)
    np.testing.assert_allclose(both[:, 0] - both[:, 1], binary.fitted, rtol=1e-8)


def test_the_penalty_chosen_has_the_least_error_on_points_left_out():
    penalties = [1e-3, 0.3, 10.0]

    def left_out(penalty):
        total = 0.0
        for i in range(4):
            rest = [j for j in range(4) if j != i]
            fit = ridge(KERNEL[np.ix_(rest, rest)], TARGETS[rest], np.zeros(3), penalty)
            total += (fit.at(KERNEL[[i]][:, rest], np.zeros(1))[0] - TARGETS[i]) ** 2
        return total

    assert best_penalty(KERNEL, TARGETS, penalties) == min(penalties, key=left_out)


def test_the_law_is_that_of_solutions_from_gaussian_starts():
    covariance = GRAM + np.diag(np.arange(6.0))
    mean, spread = interpolation_law(GRAM, covariance, TARGETS)
    begun = np.random.default_rng(1).standard_normal((200_000, 6)) @ np.linalg.cholesky(covariance).T
    solved = begun[:, 4:] + (TARGETS - begun[:, :4]) @ interpolation_weights(GRAM, 4).T
    size = np.sqrt(spread.diagonal().max())
    np.testing.assert_allclose(solved.mean(axis=0), mean, atol=0.02 * size)
    np.testing.assert_allclose(np.cov(solved.T), spread, atol=0.03 * size**2)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: interpolation(np.ones((2, 2)), np.zeros(2), np.zeros(2)), "two points equal"),
        (lambda: interpolation(KERNEL, TARGETS[:3], START), "n targets"),
        (lambda: ridge(KERNEL, TARGETS, START, -1.0), "penalty"),
        (lambda: regularised(logistic([0, 1, 0, 1]), KERNEL, START, 0.0), "penalty"),
        (lambda: best_penalty(KERNEL, TARGETS, []), "at least one"),
        (lambda: interpolation_law(GRAM, KERNEL, TARGETS), "same points"),
        (lambda: interpolation_weights(KERNEL, 4), "other point"),
    ],
)
def test_what_cannot_be_solved_is_refused_with_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
