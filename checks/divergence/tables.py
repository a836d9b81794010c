"""Tables of recorded results."""

from checks.setups.headings import CONSTANTS, headed
from ntk_companion.appendix.recorded_table import RecordedTable
from ntk_companion.appendix.reshaping import crossings, side_by_side, to_place, whole_steps, without

NAMED = "; ".join(f"{name.replace('_', '-')}: {formula}" for name, formula in CONSTANTS.items())
SHORT_SIZES = ("2", "3", "6", "12", "30", "60")
"""Numbers of points whose constants stand in the short form of the appendix."""
CONSTANTS_NOTE = f"The constants are {NAMED}."

LIMIT = ("limit:exact-law", "limit:explicit")
WIDTH = ("limit:fluctuation", "limit:bias")
DEFINITE = ("prop:1", "prop:pd-fcn", "prop:pd-resnet")
GAPS = ("lemma:7", "gap:sharp", "gap:best", "gap:label-aware", "gap:order")
STRAYS = ("thm:2", "thm:2-informative", "thm:2-time", "thm:2-start", "thm:2-width")
LATE = ("late:margin", "late:rates", "late:margin-biases")
MARGINS = ("least_margin", "largest_margin", "lower_envelope", "upper_envelope")
GAP_SETTINGS = ("network", "depth", "n", "labels", "root_gap")
ENVELOPES = ("thm:1", "envelope:lower", "envelope:upper")

TABLES = headed(
    RecordedTable("kernel_values", r"Kernel values and certified $\lambda_{\min}$", DEFINITE),
    RecordedTable(
        "monte_carlo", "Analytic against Monte Carlo, by width and parameter group", LIMIT,
        note="Printed here: the entry $K(x_1, x_2)$; the recorded file has three.",
        rows=lambda found: found.where(entry="K(x1, x2)"),
    ),
    RecordedTable("error_by_width", "Distance of finite networks from the limit, by width", WIDTH),
    RecordedTable("error_by_width_slopes", "Rates of convergence in the width", WIDTH),
    RecordedTable(
        "gap_constants", "The gap constants", GAPS, CONSTANTS,
        note="Printed here: depth 3; the recorded file has depths 1 to 4.",
        rows=lambda found: found.where(depth="3"),
        short=lambda found: found.where(depth="3", labels="alternating").among("n", SHORT_SIZES),
    ),
    RecordedTable(
        "gap_widths", "Widths from which each gap constant is informative", GAPS, CONSTANTS,
        note="Printed here: depth 3; the recorded file has depths 1 to 4.",
        rows=lambda found: side_by_side(found.where(depth="3"), GAP_SETTINGS, "constant", "width_needed"),
    ),
    RecordedTable(
        "crossing_times", "When the kernel crosses the gap constants", STRAYS, CONSTANTS,
        note=r"At start: $\max|K_0 - K|$ exceeds the constant before training. The bound is that of $\lambda_0/n$.",
        rows=crossings,
    ),
    RecordedTable(
        "crossing_slopes", "Growth of the crossing times with the root of the width", ("thm:2-width", "thm:2-time"),
        note=CONSTANTS_NOTE,
    ),
    RecordedTable(
        "crossing_widths", "Widths at which a crossing tells something of training", STRAYS, {}, CONSTANTS_NOTE
    ),
    RecordedTable(
        "logits", "Margins against proved envelopes", ENVELOPES,
        note="Printed to a tenth: the computed paths are accurate to a few per cent.",
        rows=lambda found: to_place(without(whole_steps(found), ("n", "depth", "width")), "0.1", MARGINS),
    ),
    RecordedTable(
        "late_times", "Late times: measured exponents", LATE,
        note="Printed here: the first initialisation.",
        rows=lambda found: found.where(seed="0"),
    ),
    RecordedTable("figure_1_values", "The paper's Figure 1: printed against measured", ("fig:1", "thm:1")),
    RecordedTable("figure_2_values", "The paper's Figure 2: printed against measured", ("fig:2", *LIMIT)),
    RecordedTable("figure_3_values", "The paper's Figure 3: printed against measured", ("fig:3",)),
    RecordedTable("figure_3_seeds", "The paper's Figure 3: growth of the peak by initialisation", ("fig:3",)),
    RecordedTable("figure_3_flow", "Figure 3: gradient descent against gradient flow", ("fig:3",)),
    RecordedTable("figure_4_readings", "The paper's Figure 4: which reading has its magnitude", ("fig:4",)),
    RecordedTable("figure_4_values", "The paper's Figure 4: printed against measured", ("fig:4",)),
    RecordedTable("figure_4_flow", "Figure 4: gradient descent against gradient flow", ("fig:4",)),
    RecordedTable("resnet_figure_1_values", "The set-up of Figure 1 with a residual network", ("fig:1",)),
    RecordedTable("resnet_figure_3_values", "The set-up of Figure 3 with a residual network", ("fig:3",)),
    RecordedTable("resnet_figure_3_flow", "The same: gradient descent against gradient flow", ("fig:3",)),
)  # fmt: skip
