"""Settings of the process that checks run in."""

import gc
import importlib.util
import os

# Small products dominate: threads only get in each other's way. Read when numpy and torch are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

# Half a million objects of sympy live to the end: to look through them all again and again takes a tenth of a run.
gc.set_threshold(10_000, 20, 100)


def pytest_configure() -> None:
    """Raises UsageError without torch, which the checks need."""
    if importlib.util.find_spec("torch") is None:
        raise pytest.UsageError("the checks need torch: install the extra, pip install 'ntk-companion[checks]'")


def pytest_collection_finish() -> None:
    """One thread for torch, where checks run: not in the process that hands them out to others."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def first_seed(request: pytest.FixtureRequest) -> int:
    """The first of the seeds of networks trained in this run: a million apart for each `--seed`."""
    return 1_000_000 * (request.config.getoption("ntk_seed") or 0)
