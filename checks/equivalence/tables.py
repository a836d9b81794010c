"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

DEPTH = ("equivalence:splits", "equivalence:depth-*")
NNGP = ("equivalence:splits", "equivalence:nngp-*")
REGRESSION = ("equivalence:predictor",)

TABLES = headed(
    RecordedTable("equivalence_by_width_fit", "Kernel regression against networks, by width", REGRESSION),
    RecordedTable("equivalence_depth_changes", "What adding a layer changes: networks against kernels", DEPTH),
    RecordedTable("equivalence_nngp", "The NNGP kernel in the place of the NTK", NNGP),
    RecordedTable(
        "equivalence_nngp_splits", "The same: errors on single splits", NNGP,
        note="Printed here: the first split; the recorded file has 100, over which the ratios are averaged.",
        rows=lambda found: found.where(split="0"),
    ),
)  # fmt: skip
