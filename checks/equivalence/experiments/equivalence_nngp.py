"""The NNGP kernel, which ignores training, in the place of the NTK: ratios of test errors.

Set-up: this suite, after the abstract of arXiv 2501.10929. Kernels of fully connected networks with biases; the fit is
interpolation, or ridge regression with the penalty of least leave-one-out error for each kernel. Standardised by the
training part; errors are root mean squares in units of the standard deviation of the training targets.

equivalence_nngp_splits: table, training, depth, fit, split, ntk_error, nngp_error. With 200 rows and depth 1 alone.

equivalence_nngp: table, training, depth, fit, splits, ntk_error, nngp_error, ratio, low, high, claim. Ratio NNGP : NTK,
its geometric mean over splits with 99.9% limits: Student's for the sphere, whose splits are independent, and Nadeau and
Bengio's for the two real tables, whose splits overlap. The claim, that the errors are very close, is "held" (the
interval within 10% of 1), "did not hold" (beyond 10%) or "undecided".
"""

from collections.abc import Iterator

import numpy as np

from checks.equivalence.table_errors import FITS, TESTING, errors_of, ratio, very_close
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.data.tables import TABLES

SIZES, DEPTHS, SPLITS = (50, 200), (1, 2, 3), 100
JUDGED = (200, 1)
"""Rows to train on and depth of the statements."""
SETTINGS: dict[str, object] = {"set-up": "this suite", "testing": f"{TESTING} rows"}
Case = tuple[str, int, int, str]


def run() -> Iterator[Results]:
    """Tables equivalence_nngp_splits and equivalence_nngp."""
    settings = [JUDGED, *((size, depth) for size in SIZES for depth in DEPTHS if (size, depth) != JUDGED)]
    found: dict[Case, np.ndarray] = {}
    for setting in settings:
        for name in TABLES:
            for fit in FITS:
                both = [errors_of(name, setting[0], split, setting[1], fit) for split in range(SPLITS)]
                found[name, *setting, fit] = np.array(both)
        if setting == JUDGED:
            yield by_split(found)
    yield ratios(found)


def by_split(found: dict[Case, np.ndarray]) -> Results:
    """The table of errors, a row a split; `found` holds arrays splits x 2, NTK then NNGP."""
    rows = [
        (*case, split, *(number(float(error), 6) for error in errors))
        for case, both in found.items()
        for split, errors in enumerate(both)
    ]
    caption = "Test errors with the NTK and the NNGP kernel, by table, fit and split."
    columns = "table training depth fit split ntk_error nngp_error"
    return table("equivalence_nngp_splits", caption, SETTINGS, columns, rows)


def ratios(found: dict[Case, np.ndarray]) -> Results:
    """The table of ratios of the errors, a row a case; `found` as in `by_split`, shape (splits, 2)."""
    rows = []
    for case, errors in found.items():
        name, training, _, _ = case
        interval = ratio(errors, name, training)
        values = (*errors.mean(axis=0), interval.mean, interval.low, interval.high)
        cells = (number(float(value), 4) for value in values)
        rows.append((*case, len(errors), *cells, very_close(interval)))
    caption = "Test error with the NNGP kernel over that with the NTK, by table, size, depth and fit."
    columns = "table training depth fit splits ntk_error nngp_error ratio low high claim"
    return table("equivalence_nngp", caption, SETTINGS, columns, rows)
