"""What expressions are worth: rigorous ranges and matrices, exact forms, and intervals from samples and runs.

Importing the package declares the meanings of all words but `probability`, which needs `decide`.
"""

from ntk_companion.audit.values import (
    between,
    degeneracy,
    kernels,
    matrices,
    numbers,
    printed,
    ranks,
    sampling,
    shapes,
    trained,
    zonal,
)

__all__ = [
    "between",
    "degeneracy",
    "kernels",
    "matrices",
    "numbers",
    "printed",
    "ranks",
    "sampling",
    "shapes",
    "trained",
    "zonal",
]
