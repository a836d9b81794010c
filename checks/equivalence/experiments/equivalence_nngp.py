"""The NNGP kernel, which ignores training, in the place of the NTK: ratios of test errors.

Set-up: this suite, after the abstract of arXiv 2501.10929. Kernels of fully connected networks with biases; the fit is
interpolation, or ridge regression with the penalty of least leave-one-out error for each kernel. Standardised by the
training part; errors are root mean squares in units of the standard deviation of the training targets.

equivalence_nngp: table, training, depth, fit, splits, ntk_error, nngp_error, ratio, low, high, claim. Ratio NNGP : NTK,
its mean over splits with Student's 99% limits. The claim, that the errors are very close, is "held" (the interval
within 10% of 1), "did not hold" (beyond 10%) or "undecided".
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.equivalence.table_errors import FITS, TESTING, ratio, very_close
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.data.tables import TABLES

SIZES, DEPTHS, SPLITS = (50, 200), (1, 2, 3), 12


def run() -> Iterator[Results]:
    """Table equivalence_nngp."""
    rows = []
    for name in TABLES:
        for training in SIZES:
            for depth in DEPTHS:
                for fit in FITS:
                    ntk_error, nngp_error, found = ratio(name, training, depth, SPLITS, fit)
                    cells = (number(value, 4) for value in (ntk_error, nngp_error, found.mean, found.low, found.high))
                    rows.append((name, training, depth, fit, SPLITS, *cells, very_close(found)))
    caption = "Test error with the NNGP kernel over that with the NTK, by table, size, depth and fit."
    columns = "table training depth fit splits ntk_error nngp_error ratio low high claim"
    settings: dict[str, object] = {"set-up": "this suite", "testing": f"{TESTING} rows"}
    yield table("equivalence_nngp", "equivalence_nngp", caption, settings, columns, rows)
