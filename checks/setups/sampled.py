"""The mean of the empirical NTK of finite networks at initialisation against a claimed kernel."""

from functools import cache

import numpy as np

from checks.setups.budget import BIAS_BOUND
from ntk_companion.evidence import statistical
from ntk_companion.judging import random_seed, record
from numerics.networks.exact_law import KernelDraws, sample_kernels
from numerics.statistics import entry_scale, equivalence_test
from theory.architecture import Architecture

Rows = tuple[tuple[float, ...], ...]


@cache
def _drawn(architecture: Architecture, rows: Rows, width: int, draws: int, seed: int) -> KernelDraws:
    return sample_kernels(architecture, np.array(rows, dtype=float), width, draws, seed)


def record_mean_kernel(
    architecture: Architecture, rows: Rows, claimed: np.ndarray, alpha: float, *, width: int = 2048, draws: int = 128
) -> None:
    """Record whether the mean of K_0 on n points is the n x n matrix claimed, to 15% of sqrt(K_ii K_jj).

    A true claim is refuted with probability at most `alpha`.
    """
    found = _drawn(architecture, rows, width, draws, random_seed("networks") % 2**63).ntk
    scale = entry_scale(found.mean(axis=0))
    result = equivalence_test(found / scale, np.asarray(claimed) / scale, 0.15, alpha, BIAS_BOUND / width)
    worst = result.worst
    detail = (
        f"{architecture.name}, width {width}, {draws} draws, pair {worst}: mean {result.mean[worst] * scale[worst]:.4g}"
        f", claimed {float(claimed[worst]):.4g}; detects {result.detectable.max():.3f} of sqrt(K_ii K_jj)"
    )
    holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
    record(statistical(holds, detail, false_alarm=alpha))
