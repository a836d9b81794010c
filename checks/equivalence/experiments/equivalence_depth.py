"""Adding a layer: the change of the test error of networks beside that of the kernel predictor.

Set-up: this suite, after the abstract of arXiv 2501.10929. Networks are fully connected with biases; squared loss,
summed; gradient descent at the rate 1 / lambda_max(K_0) to a training residual of 0.03 or for 5000 epochs (explicit:
the training set has 10 rows because the flow is stiff). Standardised by the training part; errors are root mean squares
in units of the standard deviation of the training targets. Splits share no row. Intervals, of 99.9%, are Student's,
after the mean over seeds.

equivalence_depth: table, training, split, depth, width, seed, epochs, residual, network_error, own_kernel_error,
kernel_error, distance. Own: from the network's own start; distance: that of the network's predictions to those.

equivalence_depth_changes: table, training, from_depth, to_depth, width, splits, network_change, kernel_change,
difference, low, high, own_difference, own_low, own_high, claim. The claim, that network and kernel change by amounts
more than 0.1 apart, is "held" (the interval of the difference beyond 0.1), "did not hold" (within) or "undecided".
"""

from collections.abc import Iterator

import numpy as np

from checks.equivalence import table_errors
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.data.tables import TABLES

SEEDS, WIDTHS, DEPTHS = 2, (128,), (1, 2)
SETTINGS: dict[str, object] = {
    "set-up": "this suite",
    "networks": "fully connected, biases trained",
    "training": f"gradient descent at 1/lambda_max(K_0) to a residual of {table_errors.RESIDUAL}",
    "testing": f"{table_errors.SMALL_TEST} rows",
}


def run() -> Iterator[Results]:
    """Tables equivalence_depth and equivalence_depth_changes."""
    errors = depth_table()
    yield errors
    yield changes_table(errors)


def depth_table(first: int = 0) -> Results:
    """EQ-2, run by run."""
    rows = []
    for name in TABLES:
        for split in range(len(table_errors.small_splits(name, first))):
            for depth in DEPTHS:
                kernel_error = table_errors.small_kernel(name, first, split, depth)
                for width in WIDTHS:
                    for seed in range(first, first + SEEDS):
                        fit = table_errors.network(name, first, split, depth, width, seed)
                        errors = (fit.residual, fit.error, fit.own_error, kernel_error)
                        cells = (number(value, 6) for value in (*errors, fit.distance))
                        rows.append((name, table_errors.SMALL, split, depth, width, seed, fit.epochs, *cells))
    caption = "Test errors of trained networks and of kernel predictors by depth and width."
    columns = (
        "table training split depth width seed epochs residual network_error own_kernel_error kernel_error distance"
    )
    return table("equivalence_depth", caption, SETTINGS, columns, rows)


def mean_errors(errors: Results, name: str, depth: int, width: int, column: str) -> np.ndarray:
    """The mean over networks, a value a split: shape (splits,)."""
    rows = errors.where(table=name, depth=str(depth), width=str(width))
    splits, values = (np.array(rows.column(each), dtype=float) for each in ("split", column))
    return np.array([values[splits == split].mean() for split in np.unique(splits)])


def changes(errors: Results, name: str, width: int) -> dict[str, np.ndarray]:
    """What the second layer changes, shape (splits,): in networks, in kernel regression, and in that from their f_0."""
    columns = ("network_error", "kernel_error", "own_kernel_error")
    return {
        column: mean_errors(errors, name, 2, width, column) - mean_errors(errors, name, 1, width, column)
        for column in columns
    }


def changes_table(errors: Results) -> Results:
    """EQ-2, what adding a layer changes."""
    rows = []
    for name in TABLES:
        for width in WIDTHS:
            networks, kernels, own = changes(errors, name, width).values()
            difference, own_difference = (
                table_errors.mean_difference(networks - kernels),
                table_errors.mean_difference(networks - own),
            )
            values = [float(networks.mean()), float(kernels.mean())]
            values += [each for one in (difference, own_difference) for each in (one.mean, one.low, one.high)]
            cells = (number(value, 3) for value in values)
            rows.append(
                (name, table_errors.SMALL, 1, 2, width, len(networks), *cells, table_errors.different(difference))
            )
    caption = "Change of the test error when a layer is added: networks, kernel predictors, and the difference."
    columns = (
        "table training from_depth to_depth width splits network_change kernel_change difference low high "
        "own_difference own_low own_high claim"
    )
    return table("equivalence_depth_changes", caption, SETTINGS, columns, rows)
