"""Sums over neurons: the same in any number of jobs, tasks, processes and machines, in memory that does not grow."""

import os
import tracemalloc

import joblib
import numpy as np
import pytest

from numerics.networks.exact_law import sample_kernels
from numerics.networks.streaming import BLOCK, Block, Field, NormalSource, Sums, batch_size, constant, task_size
from theory.architecture import fcn, resnet

POINTS = np.array([[1.0, 0.0], [0.6, -0.8]])
SOURCE = NormalSource(seed=1, batch=0)
WIDTH = 3 * BLOCK + 5


def test_normals_are_found_again_by_their_address_and_differ_between_addresses():
    assert np.array_equal(SOURCE.rows(3, 5, 10, 2), SOURCE.rows(3, 5, 10, 2))
    others = [NormalSource(2, 0).rows(3, 5, 10, 2), NormalSource(1, 1).rows(3, 5, 10, 2)]
    others += [SOURCE.rows(4, 5, 10, 2), SOURCE.rows(3, 6, 10, 2), SOURCE.rows(5, 3, 10, 2)]
    assert all(not np.array_equal(SOURCE.rows(3, 5, 10, 2), other) for other in others)


def test_a_batch_of_fewer_draws_has_the_normals_of_the_first_draws_of_a_larger_one():
    few, many = (NormalSource(1, 0, draws).rows(3, 5, 10, 2) for draws in (2, 7))
    assert many.shape == (7, 10, 2) and np.array_equal(few, many[:2])
    assert len(np.unique(many)) == many.size


def test_batches_grow_smaller_with_the_width_down_to_one_draw():
    assert batch_size(1, 2) > batch_size(4096, 2) > batch_size(4096, 6) > batch_size(10**9, 6) == 1


def whole(field):
    return np.concatenate([field.on(Block(index, field.width)) for index in range(-(-field.width // BLOCK))], axis=-2)


def test_inner_products_are_those_of_the_fields_held_whole():
    first, second = SOURCE.field(0, WIDTH, 2), SOURCE.field(1, WIDTH, 3)
    matrix = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]])
    mixed = 0.5 * (first @ matrix) + second + second
    rows = whole(first) @ matrix / 2 + 2 * whole(second)
    assert rows.shape == (1, WIDTH, 3) and np.allclose(whole(mixed), rows)
    sums = Sums(BLOCK)
    gram, cross = sums.inner_product(mixed, mixed), sums.inner_product(3 * first @ matrix, mixed)
    assert np.allclose(gram(), rows.mT @ rows) and np.allclose(cross(), 3 * (whole(first) @ matrix).mT @ rows)


def test_a_constant_field_has_the_given_rows():
    rows = np.random.default_rng(0).standard_normal((WIDTH, 2))
    assert np.array_equal(whole(constant(rows)), rows)


def counted_field(calls):
    """A field of ones that notes the blocks it is computed on."""

    def compute(block):
        calls.append(block.index)
        return np.ones((block.neurons, 1))

    return Field(WIDTH, compute)


@pytest.mark.parametrize("task", [BLOCK, 4 * BLOCK])
def test_what_was_asked_for_before_the_first_product_is_needed_is_one_sweep(task):
    calls = []
    field, sums = counted_field(calls), Sums(task)
    square, twice = sums.inner_product(field, field), sums.inner_product(field, field + field)
    assert calls == []
    assert (square().item(), twice().item(), square().item()) == (WIDTH, 2 * WIDTH, WIDTH)
    assert calls == [0, 1, 2, 3]
    assert sums.inner_product(field, field)().item() == WIDTH
    assert calls == [0, 1, 2, 3] * 2


@pytest.mark.parametrize(("task", "sweeps"), [(BLOCK, 2), (4 * BLOCK, 1)])
def test_a_lasting_field_is_computed_once_where_the_layer_fits_one_task(task, sweeps):
    calls = []
    field, sums = counted_field(calls).to_keep(), Sums(task)
    assert [sums.inner_product(2.0 * field, field)().item() for _ in range(2)] == [2 * WIDTH] * 2
    assert calls == [0, 1, 2, 3] * sweeps
    assert all(set(block.values) <= {field} for blocks in sums.kept.values() for block in blocks)


@pytest.mark.parametrize("architecture", [fcn(3), resnet(2)], ids=["fcn", "resnet"])
def test_draws_do_not_depend_on_jobs_and_on_the_size_of_tasks_only_by_rounding(architecture):
    settings = {"architecture": architecture, "points": POINTS, "width": WIDTH, "draws": 2, "seed": 4}
    whole_layers = sample_kernels(**settings)
    blockwise = sample_kernels(**settings, task_neurons=BLOCK)
    in_two_jobs = sample_kernels(**settings, task_neurons=BLOCK, jobs=2)
    assert np.array_equal(blockwise.ntk, in_two_jobs.ntk) and np.array_equal(blockwise.outputs, in_two_jobs.outputs)
    for name, part in whole_layers.parts.items():
        assert np.allclose(part, blockwise.parts[name], rtol=1e-10, atol=1e-12), name
        assert np.array_equal(blockwise.parts[name], in_two_jobs.parts[name]), name
    assert np.allclose(whole_layers.outputs, blockwise.outputs, rtol=1e-10)


def test_a_size_of_tasks_that_would_split_a_block_is_refused():
    with pytest.raises(ValueError, match="whole blocks"):
        Sums(BLOCK + 1)
    assert task_size(6) % BLOCK == 0 and task_size(10**9) == BLOCK


def test_separate_processes_give_the_same_bits():
    settings = {"architecture": fcn(2), "points": POINTS, "width": WIDTH, "draws": 1, "seed": 4}
    here = sample_kernels(**settings, task_neurons=BLOCK)
    with joblib.parallel_config(backend="loky"):
        elsewhere = sample_kernels(**settings, task_neurons=BLOCK, jobs=2)
    assert np.array_equal(here.ntk, elsewhere.ntk)


def test_dask_spreads_the_tasks_of_one_draw_over_two_workers():
    distributed = pytest.importorskip(
        "distributed", reason="dask.distributed is not installed: pip install distributed"
    )
    settings = {"architecture": fcn(2), "points": POINTS, "width": WIDTH, "draws": 1, "seed": 4}
    here = sample_kernels(**settings, task_neurons=BLOCK)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with (
        cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask", wait_for_workers_timeout=60),
    ):
        spread = sample_kernels(**settings, task_neurons=BLOCK, jobs=2)
        workers = list(client.run(os.getpid).values())
        counts = neurons_by_process(workers, 40 * BLOCK)
    assert np.array_equal(here.ntk, spread.ntk)
    assert len(workers) == 2 and os.getpid() not in workers
    assert (counts > 0).all() and counts.sum() == 40 * BLOCK


def neurons_by_process(processes, width):
    """How many neurons each process summed over."""

    def indicators(block):
        return np.tile([float(os.getpid() == process) for process in processes], (block.neurons, 1))

    ones = Field(width, lambda block: np.ones((block.neurons, 1)))
    return Sums(BLOCK, jobs=2).inner_product(Field(width, indicators), ones)()[:, 0]


def test_memory_does_not_grow_with_the_width():
    def peak(width):
        tracemalloc.start()
        sample_kernels(fcn(2), POINTS, width, 1, seed=0, task_neurons=4 * BLOCK)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    narrow = peak(16 * BLOCK)
    assert peak(160 * BLOCK) < 1.5 * narrow < 1e8
