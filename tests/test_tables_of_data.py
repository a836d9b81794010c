"""Regression tables, their splits, and the errors of networks and kernels on them."""

import importlib.util

import numpy as np
import pytest

from numerics.data.tables import TABLES, Table, auto_mpg, diabetes, split, teacher
from numerics.regression.fit import kernel_error, kernel_prediction, network_fit, root_mean_square
from theory.architecture import fcn

SMALL = Table("small", np.random.default_rng(0).standard_normal((60, 2)), np.random.default_rng(1).standard_normal(60))


@pytest.mark.parametrize(("name", "rows", "columns"), [("sphere", 400, 5), ("diabetes", 442, 10), ("auto-mpg", 392, 7)])
def test_the_tables_have_their_sizes_and_no_gaps(name, rows, columns):
    table = TABLES[name]()
    assert table.features.shape == (rows, columns) and table.targets.shape == (rows,)
    assert np.isfinite(table.features).all() and np.isfinite(table.targets).all()


def test_the_teachers_points_lie_on_the_sphere_and_differ_by_seed():
    np.testing.assert_allclose(np.linalg.norm(teacher(3).features, axis=1), 1)
    assert not np.array_equal(teacher(3).targets, teacher(3, seed=1).targets)


def test_rows_of_the_test_part_change_nothing_of_the_training_part():
    before = split(SMALL, 20, 10, 0)
    order = np.random.default_rng(0).permutation(60)
    features, targets = SMALL.features.copy(), SMALL.targets.copy()
    features[order[20:]] *= 100
    targets[order[20:]] += 100
    after = split(Table("changed", features, targets), 20, 10, 0)
    np.testing.assert_array_equal(before.inputs, after.inputs)
    np.testing.assert_array_equal(before.targets, after.targets)


def test_splits_are_determined_by_their_seed_and_share_no_row():
    one, again, other = split(SMALL, 20, 10, 3), split(SMALL, 20, 10, 3), split(SMALL, 20, 10, 4)
    np.testing.assert_array_equal(one.test_inputs, again.test_inputs)
    assert not np.array_equal(one.inputs, other.inputs)
    np.testing.assert_allclose(2 * (one.inputs**2).sum(axis=1).mean(), 2)
    assert len(np.unique(np.concatenate([one.inputs, one.test_inputs]), axis=0)) == 30


def test_constant_columns_become_zero():
    table = Table("constant", np.column_stack([np.ones(9), np.arange(9.0)]), np.arange(9.0))
    assert not split(table, 4, 3, 0).inputs[:, 0].any()


@pytest.mark.parametrize(("training", "testing"), [(1, 5), (5, 0), (50, 11)])
def test_impossible_splits_are_refused(training, testing):
    with pytest.raises(ValueError, match="60 rows"):
        split(SMALL, training, testing, 0)


@pytest.mark.parametrize("load", [diabetes, auto_mpg])
def test_a_missing_package_is_named(load, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"ntk-companion\[data\]"):
        load()


def test_a_wide_network_predicts_what_the_kernel_does_from_its_own_start():
    part = split(SMALL, 5, 20, 0)
    wide = network_fit(fcn(1), part, 1024, 0)
    assert wide.residual <= 1e-2 and wide.distance < 0.15 * wide.own_error
    assert abs(wide.error - wide.own_error) <= wide.distance


def test_the_kernels_error_is_that_of_its_predictions_and_a_ridge_is_chosen_from_those_given():
    part = split(SMALL, 12, 20, 0)
    plain = kernel_prediction(fcn(1), part)
    assert kernel_error(fcn(1), part) == root_mean_square(plain - part.test_targets)
    smooth = kernel_prediction(fcn(1), part, penalties=(1e6, 1e7))
    assert np.abs(smooth).max() < 1e-3 * np.abs(plain).max()
