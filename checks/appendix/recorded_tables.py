"""The tables that stand on recorded results, and the statements of the ledger that each of them belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checks import results
from checks.appendix.digits import supported
from checks.appendix.escaping import is_number
from checks.appendix.material import Material, made_of_results, status
from checks.appendix.reshaping import crossings, side_by_side, to_place, whole_steps, without
from checks.appendix.style import CONSTANTS
from checks.appendix.table import Cells, Column, Table


@dataclass(frozen=True)
class RecordedTable:
    """A table of recorded results.

    name         of the results, and of the table
    statements   ids of the statements that the numbers illustrate, * for any text: their verdicts are printed with the
                 table
    headings     of columns, where they differ from `HEADINGS`
    note         more of the caption; $...$ is mathematics
    rows         which rows are printed; all by default
    """

    name: str
    title: str
    statements: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    rows: Callable[[results.Results], results.Results] = lambda found: found


NAMED = "; ".join(f"{name.replace('_', '-')}: {formula}" for name, formula in CONSTANTS.items())
CONSTANTS_NOTE = f"The constants are {NAMED}."
HEADINGS = {
    "n": "$n$",
    "lambda_0": r"$\lambda_0$",
    "lambda_min": r"$\lambda_{\min}(K)$",
    "at_first": "$K(x_1, x_1)$",
    "first_second": "$K(x_1, x_2)$",
    "start_gap": r"$\max|K_0 - K|$",
    "start_gap_times_root_width": r"$\sqrt m\,\max|K_0 - K|$",
    "log10_crossing": r"crossing, $\log_{10} t$",
    "log10_bound": "proved bound",
    "log10_until": "run until",
    "root_gap": r"$\sqrt m\,\max|K_0 - K|$",
    "width_needed": "width needed",
    "log10_time": r"$\log_{10} t$",
    "log10_departure": r"departure, $\log_{10} t$",
    "log10_end": r"end, $\log_{10} t$",
    "log10_from": r"from $\log_{10} t$",
    "log10_to": r"to $\log_{10} t$",
    "error_standard_error": "standard error",
    "bias_standard_error": "standard error of the bias",
    "half_width": "half-width",
    "relative_half_width": "relative half-width",
    "mean": "Monte Carlo mean",
    "table": "data",
    "training": "training rows",
    "linearised_on": "linearised, on samples",
}
"""Headings of columns whose names do not read well with spaces for underscores."""


LIMIT = ("limit:exact-law", "limit:explicit")
WIDTH = ("limit:fluctuation", "limit:bias")
DEFINITE = ("prop:1", "prop:pd-fcn", "prop:pd-resnet")
GAPS = ("lemma:7", "gap:sharp", "gap:best", "gap:label-aware", "gap:order")
STRAYS = ("thm:2", "thm:2-informative", "thm:2-time", "thm:2-start", "thm:2-width")
LATE = ("late:margin", "late:rates", "late:rates-biases")
DRIFT = ("lazy:penalty-drift", "lazy:soft-drift", "lazy:linearised")
DEPTH = ("equivalence:splits", "equivalence:depth-*")
NNGP = ("equivalence:splits", "equivalence:nngp-*")
REGRESSION = ("equivalence:predictor",)
LAW = ("lazy:law", "lazy:bayesian")
MARGINS = ("least_margin", "largest_margin", "lower_envelope", "upper_envelope")
GAP_SETTINGS = ("network", "depth", "n", "labels", "root_gap")
ENVELOPES = ("thm:1", "envelope:lower", "envelope:upper")

RECORDED_TABLES = (
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
    RecordedTable(
        "lazy_drift_exponents", "Kernel regime: exponents of the width", DRIFT,
        note=r"Drift: $\sup_t \max|K_t - K_0|$. Linearised: the largest error of the linearised model on the"
        " samples, and at test points. To limit, to start: the distance at test points to the predictor with"
        " $K$, and with $K_0$.",
    ),
    RecordedTable("lazy_crossover", "Kernel regime: departure from divergence", ("lazy:contrast", "lazy:crossover")),
    RecordedTable("lazy_ensemble", "Kernel regime: the law of trained predictors", LAW),
    RecordedTable("equivalence_by_width_fit", "Kernel regression against networks, by width", REGRESSION),
    RecordedTable("equivalence_depth_changes", "What adding a layer changes: networks against kernels", DEPTH),
    RecordedTable("equivalence_nngp", "The NNGP kernel in the place of the NTK", NNGP),
)  # fmt: skip


def recorded_table(spec: RecordedTable, material: Material) -> Table:
    """A table of recorded results.

    Raises ValueError if the results are missing or were edited, or if an entry of the ledger that the table names is.
    """
    found = supported(spec.rows(results.recorded(spec.name)))
    names = [name for pattern in spec.statements for name in material.matching(pattern)]
    entries = [material.entry(name) for name in names]
    statements = {"statements": ", ".join(f"{one['id']} {status(one)}" for one in entries)} if entries else {}
    columns = tuple(
        Column(name, _heading(spec, name), Cells.NUMBER if _holds_numbers(found, name) else Cells.TEXT)
        for name in found.columns
    )
    return Table(
        spec.name,
        spec.title,
        f"{found.caption} {spec.note}".replace("`", "").strip(),
        columns,
        found.rows,
        (f"{spec.name}.csv", *names),
        found.command,
        made_of_results(found) | statements,
    )


def _heading(spec: RecordedTable, name: str) -> str:
    return spec.headings.get(name) or HEADINGS.get(name) or name.replace("_", " ")


def _holds_numbers(found: results.Results, name: str) -> bool:
    """Are at least half of the cells numbers? The others are words such as: at start."""
    cells = [cell for cell in found.column(name) if cell]
    return 2 * sum(map(is_number, cells)) >= len(cells) > 0
