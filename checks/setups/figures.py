"""What the figures of several papers share."""

from typing import Any

import numpy as np
from matplotlib.ticker import NullFormatter

from ntk_companion.appendix.style import dots, line


def fitted_line(axes: Any, width: np.ndarray, value: np.ndarray, index: int, slope: float) -> None:
    """Draw runs as marks, and the line of the fitted slope through their geometric mean; both of shape (runs,)."""
    axes.plot(width, value, **{**dots(index), "markersize": 2.2, "markeredgewidth": 0.5})
    ends = np.array([width.min(), width.max()])
    axes.plot(ends, np.exp(np.mean(np.log(value) - slope * np.log(width))) * ends**slope, **line(index))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
