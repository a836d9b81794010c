"""Headings of the columns of recorded results in tables, and the gap constants as formulas."""

from dataclasses import replace

from ntk_companion.appendix.recorded_table import RecordedTable

CONSTANTS = {
    "printed": r"$\lambda_0/(2n^2)$",
    "sharp": r"$\lambda_0/n$",
    "best": "$g^*$",
    "label_aware": r"$\gamma^2$",
}
"""The gap constants."""

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


def headed(*tables: RecordedTable) -> tuple[RecordedTable, ...]:
    """Tables with `HEADINGS` for the columns that they have no heading of their own for."""
    return tuple(replace(table, headings=HEADINGS | dict(table.headings)) for table in tables)
