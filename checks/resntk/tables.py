"""Tables of recorded results."""

from checks.setups.headings import headed
from ntk_companion.appendix.recorded_table import RecordedTable

TABLES = headed(
    RecordedTable(
        "residual_limits", "Residual kernels at growing depth", ("rn:8", "rn:9", "rn:10", "rn:12", "rn:18"),
        {"power": r"$g$ of $\alpha = L^{-g}$", "cosine": r"$x \cdot x'$"}
        | {f"at_{depth}": f"$L = {depth}$" for depth in (50, 200, 800)},
    ),
)  # fmt: skip
