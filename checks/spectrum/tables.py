"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

TABLES = headed(
    RecordedTable(
        "eigenvalue_exponents", "Exponents of the eigenvalues' decay: found and claimed", ("sp:2", "sp:36"),
        {"dimension": "$d$", "from_degree": "from $k$", "to_degree": "to $k$", "found_error": "error"},
        note="The claim $-d$ is printed for depths from 2 on and remembered for depth 1. The error is that of the "
        "computed eigenvalues; that degrees are finite is not in it.",
    ),
)  # fmt: skip
