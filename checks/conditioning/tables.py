"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

TABLES = headed(
    RecordedTable(
        "condition_limits", "Condition numbers by depth, and their limit", ("bc:26", "bc:27", "bc:28", "bc:29"),
        {f"at_{depth}": f"$L = {depth}$" for depth in (0, 1, 10, 100, 1000)},
        note="Each value is off by less than one unit of its last digit.",
    ),
)  # fmt: skip
