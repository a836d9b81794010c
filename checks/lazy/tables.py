"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

DRIFT = ("lazy:penalty-drift", "lazy:soft-drift", "lazy:linearised")
LAW = ("lazy:law", "lazy:bayesian")

TABLES = headed(
    RecordedTable(
        "lazy_drift_exponents", "Kernel regime: exponents of the width", DRIFT,
        note=r"Drift: $\sup_t \max|K_t - K_0|$. Linearised: the largest error of the linearised model on the"
        " samples, and at test points. To limit, to start: the distance at test points to the predictor with"
        " $K$, and with $K_0$.",
    ),
    RecordedTable("lazy_crossover", "Kernel regime: departure from divergence", ("lazy:contrast", "lazy:crossover")),
    RecordedTable("lazy_ensemble", "Kernel regime: the law of trained predictors", LAW),
)  # fmt: skip
