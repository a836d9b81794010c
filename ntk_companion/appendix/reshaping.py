"""Recorded results as the rows that a table prints: some of them, or with the values of a column side by side."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from ntk_companion.appendix.digits import placed
from ntk_companion.results import Results


def whole_steps(found: Results, step: int = 5) -> Results:
    """Of a time series, for each run the first row at or after every multiple of `step` decades, and the last row."""
    kept, seen = [], set()
    runs = found.column("run")
    last = {run: index for index, run in enumerate(runs)}
    for index, (row, run, time) in enumerate(zip(found.rows, runs, found.numbers("log10_time"), strict=True)):
        key = (run, time // step)
        if (time >= 0 and key not in seen) or last[run] == index:
            kept.append(row)
        seen.add(key)
    return replace(found, rows=tuple(kept))


def to_place(found: Results, place: str, names: Sequence[str]) -> Results:
    """The results with the numbers of some columns rounded to a decimal place, such as 0.1."""
    columns = {name: found.column(name) for name in found.columns}
    for name in names:
        columns[name] = [placed(cell, Decimal(place)) if cell else "" for cell in columns[name]]
    return replace(found, rows=tuple(zip(*columns.values(), strict=True)))


def without(found: Results, names: Sequence[str]) -> Results:
    """The results without some columns."""
    kept = [name for name in found.columns if name not in names]
    rows = zip(*(found.column(name) for name in kept), strict=True)
    return replace(found, columns=tuple(kept), rows=tuple(rows))


def side_by_side(found: Results, keys: Sequence[str], names: str, values: str) -> Results:
    """The cells of `values` in a column for every cell of `names`, a row for every value of the columns `keys`."""
    headings = list(dict.fromkeys(found.column(names)))
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    cells = (found.column(name) for name in (*keys, names, values))
    for *key, name, value in zip(*cells, strict=True):
        rows.setdefault(tuple(key), {})[name] = value
    wide = tuple((*key, *(row.get(name, "") for name in headings)) for key, row in rows.items())
    return replace(found, columns=(*keys, *headings), rows=wide)


def crossings(found: Results) -> Results:
    """A row a run: when each constant was crossed, to a tenth of a decade, or that it was not; the proved bound."""
    tenth = Decimal("0.1")
    times = [
        placed(time, tenth) if time else state
        for time, state in zip(found.column("log10_crossing"), found.column("state"), strict=True)
    ]
    bounds = [placed(bound, tenth, ROUND_CEILING) if bound else "" for bound in found.column("log10_bound")]
    constants, keys = found.column("constant"), ("n", "depth", "width", "seed", "start_gap", "log10_until")
    cells = zip(*(found.column(name) for name in keys), constants, times, bounds, strict=True)
    columns = (*keys, "constant", "time", "bound")
    long = replace(found, columns=columns, rows=tuple(cells))
    wide = side_by_side(long, keys, "constant", "time")
    bound = side_by_side(long, keys, "constant", "bound")
    return replace(
        wide,
        columns=(*wide.columns, "log10_bound"),
        rows=tuple((*row, cell) for row, cell in zip(wide.rows, bound.column("sharp"), strict=True)),
    )
