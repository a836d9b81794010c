"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

TABLES = headed(
    RecordedTable(
        "kernel_networks", "Which network each paper's kernel belongs to", ("fd:networks",),
        {"factors": "squared, before", "diagonal": "$K(x, x)$", "at_60_degrees": "$K(x, x')$"},
        note=r"Two kernels of the list are equal up to a factor only if `fd:networks` says so.",
    ),
    RecordedTable("cntk_limits", "The CNTK of two images, and a note's reading", ("fd:36",)),
)  # fmt: skip
