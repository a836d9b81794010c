"""Residual kernels at any depth for a scale that is a power of it, at angles between unit inputs."""

import math
from functools import cache

import numpy as np
import sympy

from numerics.kernels.depth import AtDepth, at_angles, through_depth
from numerics.kernels.gram import FLOAT64
from theory.depth import residual_step

ANGLES = np.array([0.0, *np.arccos([0.9, 0.7, 0.5, 0.0, -0.5, -0.7, -0.9]), math.pi])
COSINES = np.cos(ANGLES)


def after_blocks(depth: int, scale: sympy.Rational, angles: np.ndarray, stem: bool = False) -> AtDepth:
    """The kernels after all blocks at these angles, shape (N,)."""
    rows = through_depth(residual_step(scale), at_angles(angles), FLOAT64, stem)
    return next(row for place, row in enumerate(rows) if place == depth)


def scale_of(depth: int, power: float) -> sympy.Rational:
    """L^(-power), to four digits: sympy takes roots of small fractions fast."""
    return sympy.Rational(f"{depth**-power:.4g}")


@cache
def normalised(depth: int, power: float, all_trained: bool = False) -> np.ndarray:
    """The normalised kernel at `ANGLES` for alpha = L^(-power), shape (9,)."""
    row = after_blocks(depth, scale_of(depth, power), ANGLES, all_trained)
    kernel = row.blocks + row.features if all_trained else row.blocks
    return kernel / kernel[0]


def two_layers() -> np.ndarray:
    """r_1 at `ANGLES`, shape (9,)."""
    return normalised(1, 0.0)
