"""Settings of the process that checks run in."""

import pytest
import torch

# Small products dominate; two processes with two threads each only get in each other's way.
torch.set_num_threads(1)


@pytest.fixture
def first_seed(request: pytest.FixtureRequest) -> int:
    """The first of the seeds of networks trained in this run: a million apart for each `--seed`."""
    return 1_000_000 * (request.config.getoption("ntk_seed") or 0)
