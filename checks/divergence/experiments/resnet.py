"""The experiments of Figures 1 to 3 on the ResNet (2.2), which the paper claims and does not show: ours alone.

Three blocks, residual scale 1, all biases; the paper states neither.
"""

from collections.abc import Iterator

from checks.divergence.experiments.figure_2 import WIDTHS, profiles
from checks.divergence.experiments.figures_1_and_3 import NARROW, tables
from checks.setups.networks import RESNETS
from ntk_companion.results import Results


def run() -> Iterator[Results]:
    """Tables resnet_figure_1, resnet_figure_1_values, resnet_figure_2, resnet_figure_3, .._values and .._flow."""
    yield profiles("resnet_figure_2", RESNETS, WIDTHS)
    yield from tables("resnet_", dict.fromkeys(RESNETS, NARROW), RESNETS, seeds=1)
