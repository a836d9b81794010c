"""Which network each paper's kernel belongs to, read off the architectures: one hidden layer or block.

Factors before the weights are squared: 2/m on the m neurons that a matrix acts on, d at the input. K(x, x) and K(x, x')
are derived, for unit vectors of the plane at 0 and 60 degrees. That the formula is this network's kernel is the
statement named beside it.
"""

from collections.abc import Iterator

import numpy as np

from checks.setups.conventions import NETWORKS, biases, factors, fixed
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.kernels.gram import ntk

POINTS = np.array([[1.0, 0.0], [0.5, 0.75**0.5]])
SETTINGS: dict[str, object] = {"networks": "ReLU, one hidden layer or one block of scale 1/2"}


def run() -> Iterator[Results]:
    """The table kernel_networks, a row for every kernel."""
    rows = []
    for one in NETWORKS:
        gram = ntk(one.network, POINTS)
        values = (number(float(value), 6) for value in gram[0])
        conventions = ", ".join(factors(one.network)), biases(one.network), fixed(one.network)
        rows.append((one.paper, one.seen, one.statement, *conventions, one.divisor, *values))
    caption = (
        "The network of each paper's kernel, how the kernel was seen, and the statement that it is this network's: "
        "what stands before weights, biases, what is fixed at its random start, what the paper divides by, and two "
        "values before that."
    )
    columns = "kernel seen statement factors biases fixed divided_by diagonal at_60_degrees"
    yield table("kernel_networks", caption, SETTINGS, columns, rows)
