"""The experiments: their tables, and the computations behind them on small cases."""

from __future__ import annotations

import importlib
import math
import re

import numpy as np
import pytest

from checks.divergence.experiments import (
    crossing_times,
    error_by_width,
    figure_2,
    figure_4,
    figures_1_and_3,
    gap_constants,
    kernel_values,
    trajectories,
)
from checks.divergence.experiments.figures_1_and_3 import MEAN, SUMMED, Reading
from checks.setups import networks as _common
from checks.setups.networks import NETWORKS, WITHOUT
from checks.suite import SUITE
from ntk_companion import results
from ntk_companion.judging import CATALOGUE
from numerics.data.points import circle, rational_points
from numerics.kernels.gap import CONSTANTS
from numerics.networks.torch_network import initialise
from numerics.statistics import estimate
from theory.architecture import fcn

MINE = {
    "crossing_times",
    "error_by_width",
    "figure_2",
    "figure_3_seeds",
    "figure_4",
    "figures_1_and_3",
    "gap_constants",
    "kernel_profile",
    "kernel_values",
    "resnet",
    "trajectories",
    "equivalence_by_width",
    "equivalence_depth",
    "equivalence_nngp",
    "lazy_contrast",
    "lazy_drift",
    "lazy_ensemble",
    "condition_by_depth",
    "cntk",
    "kernel_networks",
    "residual_by_depth",
    "eigenvalue_decay",
}


def listed() -> dict[str, list[str]]:
    """The columns of every table that the docstrings of the subjects' experiments list."""
    having = [subject for subject in SUITE.subjects if (SUITE.folder / subject / "experiments").is_dir()]
    packages = [importlib.import_module(f"checks.{subject}.experiments") for subject in having]
    texts = "\n".join(package.__doc__ or "" for package in packages)
    rows = re.findall(r"^\| ([a-z_0-9, ]+) \| ([a-z_0-9, ]+) \|$", texts, re.MULTILINE)
    tables = {name: columns.split(", ") for heads, columns in rows for name in heads.split(", ")}
    del tables["csv"]
    return tables


def test_every_experiment_can_be_run_by_name():
    assert set(SUITE.experiments()) == MINE
    for name in MINE:
        module = importlib.import_module(SUITE.experiments()[name])
        assert callable(module.run)
        assert (module.__doc__ or "").partition("\n")[0].endswith((".", ":", ",", "them"))


@pytest.mark.parametrize("name", listed())
def test_every_listed_table_is_recorded_whole_and_small_with_the_listed_columns(name):
    (path,) = SUITE.folder.glob(f"*/recorded/{name}.csv")
    assert path.stat().st_size < 100_000
    found = results.read(path)
    assert list(found.columns) == listed()[name]
    assert found.rows
    module = found.command.removeprefix("ntk-companion experiment ")
    assert module in MINE


def test_the_points_of_a_profile_are_exact_where_they_can_be():
    assert _common.unit_vectors([0.0, math.pi, -math.pi]).tolist() == [[1, 0], [-1, 0], [-1, 0]]
    assert _common.ANGLES[figures_1_and_3.PEAK] == 0


def test_recorded_epochs_run_from_the_start_to_the_end():
    assert _common.log_spaced(100, per_decade=2) == [0, 1, 3, 10, 32, 100]


@pytest.mark.parametrize(
    ("value", "text"), [(1 / 3, "0.33333"), (None, ""), (math.nan, ""), (12345678.0, "1.2346e+07")]
)
def test_numbers_are_printed_with_the_digits_asked_for(value, text):
    assert _common.number(value) == text


def test_a_plotted_value_is_in_reach_of_the_draws_it_may_come_from_and_of_no_others():
    draws = np.random.default_rng(0).normal(4.0, 0.2, 200)
    assert figure_2.distance(draws, 4.1, 1e-6).in_reach
    assert not figure_2.distance(draws, 13.0, 1e-6).in_reach
    assert not figure_2.distance(draws, 4.0 + 0.05 + 0.2 * 7, 1e-6).in_reach


def test_prediction_intervals_miss_as_often_as_they_say():
    generator, alpha = np.random.default_rng(1), 0.05
    missed = [
        figure_2.distance(sample[:20], sample[20] + figure_2.READING_ERROR, alpha).excess
        > figure_2.distance(sample[:20], sample[20] + figure_2.READING_ERROR, alpha).reach
        for sample in generator.standard_normal((2000, 21))
    ]
    assert np.mean(missed) < alpha + 4 * math.sqrt(alpha / 2000)


def test_a_profile_has_its_value_at_angle_zero_where_the_peak_is_said_to_be():
    architecture = NETWORKS[WITHOUT]
    parameters = initialise(architecture, 2, 16, np.random.default_rng(0))
    profile = figures_1_and_3.profile_of(architecture, parameters)
    assert len(profile) == len(_common.ANGLES)
    assert profile.argmax() == figures_1_and_3.PEAK
    assert profile[0] == pytest.approx(profile[-1])


def test_an_averaged_loss_descends_like_the_summed_one_at_a_sixth_of_the_rate():
    reading = Reading(WITHOUT, MEAN, 16, 0)
    averaged = figures_1_and_3.descend(NETWORKS[WITHOUT], reading, profiled=(), epochs=60)
    outputs, _ = figures_1_and_3.flow_on(NETWORKS[WITHOUT], averaged.start, MEAN, 60)
    summed, _ = figures_1_and_3.flow_on(NETWORKS[WITHOUT], averaged.start, SUMMED, 10)
    assert np.allclose(outputs, summed)
    assert np.abs(outputs - averaged.outputs[60]).max() < 0.05


def test_growth_is_counted_by_decades_of_epochs():
    training = figures_1_and_3.Training(
        {100: np.array([1.0, -1.0]), 1000: np.array([2.0, -4.0]), 10_000: np.array([5, -7])}
    )
    assert figures_1_and_3.magnitudes(training) == (6, 5, 7, 3, 2)


def test_pixels_are_scaled_as_their_names_say():
    pixels = {name: scale(np.array([[0.0, 1.0, 0.1307]])) for name, scale in figure_4.PIXELS.items()}
    assert pixels["-1 to 1"].tolist() == [[-1, 1, 2 * 0.1307 - 1]]
    assert pixels["standardised"][0, 2] == 0
    assert np.linalg.norm(pixels["unit norm"]) == pytest.approx(1)


def test_images_are_counted_in_the_printed_range():
    assert figure_4.in_printed_range(np.array([529, 530, 735, 736])) == 0.5
    assert figure_4.in_printed_range(np.array([math.nan, 0.0])) == 0


def test_images_nearest_to_the_printed_values_are_chosen():
    assert figure_4.chosen(np.array([500.0, 531.0, 714.0, 740.0])) == [2, 3, 1]


def test_a_constant_exceeded_at_the_start_is_said_to_be():
    rows = list(crossing_times.crossings(fcn(1), 2, 4, 0))
    states = {row[5]: (row[7], row[8]) for row in rows}
    assert set(states) == set(CONSTANTS)
    assert states["printed"] == ("at start", "")


def test_no_recorded_crossing_is_later_than_its_proved_bound():
    found = SUITE.recorded("crossing_times")
    pairs = zip(found.numbers("log10_crossing"), found.numbers("log10_bound"), strict=True)
    both = [(crossing, bound) for crossing, bound in pairs if not (math.isnan(crossing) or math.isnan(bound))]
    assert len(both) > 50
    assert all(crossing < bound for crossing, bound in both)


def test_the_gap_at_the_start_falls_like_the_root_of_the_width():
    narrow, wide = (_common.start_gap(fcn(1), circle(2), width, 200) for width in (64, 1024))
    assert narrow / wide == pytest.approx(4, rel=0.4)


def test_certified_digits_are_those_of_the_exact_value():
    pair = rational_points("pair", [[1, 0], [-1, 0]])  # type: ignore[list-item]
    architecture = fcn(1, bias="none")
    assert kernel_values.certified(architecture, pair) == ("2.000000000", "0", "2.000000000")


def test_gap_constants_are_rounded_down_and_in_order():
    found = gap_constants.of_circle(fcn(2), 4, [0, 1, 0, 1])
    printed, sharp, best, aware = (
        float(gap_constants.certain(getattr(found, name))) for name in ("printed", "sharp", "best", "label_aware")
    )
    assert printed < sharp <= best <= aware
    assert printed <= float(found.printed.lower)


def test_the_bias_is_seen_between_opposite_points():
    draws, limit = np.zeros((5, 6, 6)), np.ones((6, 6))
    assert error_by_width.offsets(draws, limit).tolist() == [-1] * 5
    assert error_by_width.errors(draws, limit).tolist() == [1] * 5
    assert estimate(error_by_width.errors(draws, limit)).standard_error == 0


def test_norms_are_recorded_with_the_trajectory():
    norms: list[float] = []
    flow = trajectories.Flow("FCN", 1, 2, 8, 1, per_decade=1)
    assert len(trajectories.trained(flow, norms)) == len(norms) + 1


def test_the_experiments_have_statements():
    importlib.import_module("checks.divergence.test_experiments_of_the_paper")
    assert {"fig:1", "fig:2", "fig:3", "fig:4"} <= set(CATALOGUE)


def test_all_recorded_files_are_listed_or_belong_to_another_experiment():
    known = set(listed())
    for path in SUITE.folder.glob("*/recorded/*.csv"):
        found = results.read(path)
        assert found.name == path.stem
        assert path.stem in known or found.command.removeprefix("ntk-companion experiment ") not in MINE
