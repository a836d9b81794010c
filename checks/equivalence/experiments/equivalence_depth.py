"""Adding a layer: the change of the test error of networks beside that of the kernel predictor.

Set-up: this suite, after the abstract of arXiv 2501.10929. Networks are fully connected with biases; squared loss,
summed; gradient descent at the rate 1 / lambda_max(K_0) to a training residual of 1e-2 or for 20,000 epochs (explicit:
the training set is capped at 20 points because the flow is stiff). Standardised by the training part; errors are root
mean squares in units of the standard deviation of the training targets. Intervals are Student's over splits, after the
mean over seeds.

equivalence_depth: table, training, split, depth, width, seed, epochs, residual, network_error, own_kernel_error,
kernel_error, distance. Own: from the network's own start; distance: that of the network's predictions to those.

equivalence_depth_changes: table, training, from_depth, to_depth, width, network_change, kernel_change, difference, low,
high, own_difference, own_low, own_high, claim. The claim, that network and kernel change by different amounts, is
"held" (99% interval of the difference without 0), "did not hold" (within 0.1 of each other) or "undecided".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

from checks.equivalence.table_errors import RESIDUAL, TESTING, TRAINING, changes, different, kernel, network
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.data.tables import TABLES

MODULE = "equivalence_depth"
SPLITS, SEEDS, WIDTHS, DEPTHS = 4, 2, (64, 256), (1, 2, 3)
SETTINGS: dict[str, object] = {
    "set-up": "this suite",
    "networks": "fully connected, biases trained",
    "training": f"gradient descent at 1/lambda_max(K_0) to a residual of {RESIDUAL}",
    "testing": f"{TESTING} rows",
}


def run() -> Iterator[Results]:
    """Tables equivalence_depth and equivalence_depth_changes."""
    for until in range(2, SPLITS + 1, 2):
        yield depth_table(until)
        yield changes_table(until)


def depth_table(splits: int) -> Results:
    """EQ-2, run by run."""
    rows = []
    for name in TABLES:
        for split in range(splits):
            for depth in DEPTHS:
                for width in WIDTHS:
                    for seed in range(SEEDS):
                        fit = network(name, split, depth, width, seed)
                        errors = (fit.residual, fit.error, fit.own_error, kernel(name, TRAINING, split, depth))
                        cells = (number(value, 4) for value in (*errors, fit.distance))
                        rows.append((name, TRAINING, split, depth, width, seed, fit.epochs, *cells))
    caption = "Test errors of trained networks and of kernel predictors by depth and width."
    columns = (
        "table training split depth width seed epochs residual network_error own_kernel_error kernel_error distance"
    )
    return table(MODULE, "equivalence_depth", caption, SETTINGS, columns, rows)


def changes_table(splits: int) -> Results:
    """EQ-2, what adding a layer changes."""
    rows = []
    for name in TABLES:
        for depth in DEPTHS[:-1]:
            for width in WIDTHS:
                found = changes(name, depth, width, splits, SEEDS)
                difference, own = found.difference, found.own_difference
                values = (found.networks.mean(), found.kernels.mean())
                limits = (*astuple(difference), *astuple(own))
                cells = (number(float(value), 3) for value in (*values, *limits))
                rows.append((name, TRAINING, depth, depth + 1, width, *cells, different(difference)))
    caption = "Change of the test error when a layer is added: networks, kernel predictors, and the difference."
    columns = (
        "table training from_depth to_depth width network_change kernel_change difference low high "
        "own_difference own_low own_high claim"
    )
    return table(MODULE, "equivalence_depth_changes", caption, SETTINGS, columns, rows)
