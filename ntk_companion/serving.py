"""What other programs may ask for, as functions of plain values: derive, gram, audit and compare.

They do what the commands of these names do, within the same limits, and read and write no files of the caller: networks
and points are given by name or by value, claims as text. Nothing of the caller's is run.
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from theory.presets import PRESETS

Number = int | float | str
OPTIONS = (
    "depth", "scale", "bias", "output_bias", "activation", "weight_variance", "bias_variance", "beta",
    "parametrisation", "trained",
)  # fmt: skip
"""What changes a network: the options of the commands."""
MOST_NUMBERS = 200_000
NAMED_POINTS = re.compile(r"hexagon|(circle|sphere|digits|mnist):[0-9]{1,9}(,[0-9]{1,9}){0,2}")
AT_ONCE = threading.Lock()
"""One request at a time: the precision of balls is a setting of the whole process."""


def derive(network: str, options: Mapping[str, Number] | None = None) -> dict[str, Any]:
    """The NTK recursion of a network of infinite width, derived, as text and LaTeX.

    network: fcn, resnet, jacot, lee, arora, geifman, huang or tirer. options: depth (needed), scale, bias ("trained",
    "frozen", "zero", "none"), output_bias, activation, weight_variance, bias_variance, beta, parametrisation, trained.
    Numbers are exact: decimals or fractions in quotes. Raises ValueError in one sentence.
    """
    return _command("derive", _network(network, options))


def gram(
    network: str,
    points: str | Sequence[Sequence[Number]],
    options: Mapping[str, Number] | None = None,
    digits: int = 15,
) -> dict[str, Any]:
    """The Gram matrix (n x n decimal strings) of a limiting NTK, every digit proved, and an enclosure of lambda_min.

    network, options: as for derive. points: hexagon, circle:N, sphere:N,D[,SEED], digits:N, or rows of coordinates (n x
    d), decimals or fractions read exactly. Raises ValueError in one sentence.
    """
    with _points(points) as given:
        return _command("gram", [*_network(network, options), "--points", given, f"--digits={int(digits)}"])


def audit(claims: str, seed: int = 0) -> dict[str, Any]:
    """Verdicts on claims about kernels: CONFIRMED, REFUTED, INCONCLUSIVE or VACUOUS, each with scope and evidence.

    claims: the text of a claims file in TOML, of tables [[claim]] with id, network, points and assertion, such as
    assertion = "lambda_min(K) > 1/10"; printed formulas under [formulas.NAME]. It may name no files. Raises ValueError,
    pointing at the place, on what is no file of claims.
    """
    from ntk_companion.audit.claims.reading import parse_claims
    from ntk_companion.audit.reply import auditing, replies
    from ntk_companion.suite import catalogue, suites

    if not 0 <= int(seed) <= 2**32:
        raise ValueError("the seed must be a whole number from 0 to 4294967296")
    with AT_ONCE:
        found = parse_claims(claims.encode(), "claims", None)
        recorded = {name: entry for suite in suites() for name, entry in catalogue(suite).items()}
        return replies.record(found, auditing.audit(found, int(seed), recorded), int(seed))


def compare(
    gram: Sequence[Sequence[Number]], points: str | Sequence[Sequence[Number]], depth: int | None = None
) -> dict[str, Any]:
    """Which network of the language a Gram matrix (n x n) is that of, to how many digits, and what is off.

    points: as for gram. depth: the hidden layers of the network that was meant. Raises ValueError in one sentence.
    """
    meant = [] if depth is None else [f"--depth={int(depth)}"]
    with _points(points) as given, _rows(gram, "the matrix") as matrix:
        return _command("compare", ["--gram", matrix, "--points", given, *meant])


TOOLS = (derive, gram, audit, compare)


def _command(name: str, arguments: list[str]) -> dict[str, Any]:
    """What a command prints with --json."""
    from ntk_companion.cli import compare as compare_command
    from ntk_companion.cli import derive as derive_command
    from ntk_companion.cli import gram as gram_command
    from ntk_companion.cli.arguments import Parser

    command = {"derive": derive_command, "gram": gram_command, "compare": compare_command}[name]
    parser = Parser(prog=name)
    command.add_to(parser)
    with AT_ONCE:
        try:
            values = dict(command.run(parser.parse_args(arguments)).values)
        except OSError as error:
            raise ValueError(f"cannot go on: {error.strerror or error}") from None
    return dict(json.loads(json.dumps(values)))


def _network(name: str, options: Mapping[str, Number] | None) -> list[str]:
    if name not in PRESETS:
        raise ValueError(f"no network is called {str(name)[:40]!r}; there are {', '.join(PRESETS)}")
    given = []
    for key, value in (options or {}).items():
        if key not in OPTIONS:
            raise ValueError(f"unknown option {str(key)[:40]!r}; the options are {', '.join(OPTIONS)}")
        given.append(f"--{key.replace('_', '-')}={value}")
    return ["--network", name, *given]


@contextmanager
def _points(points: str | Sequence[Sequence[Number]]) -> Any:
    """A point set as the commands take it: its name, or a file of its rows."""
    if not isinstance(points, str):
        with _rows(points, "the points") as path:
            yield path
    elif NAMED_POINTS.fullmatch(points):
        yield points
    else:
        raise ValueError(
            f"no point set is called {points[:40]!r}: hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N or rows"
        )


@contextmanager
def _rows(rows: Sequence[Sequence[Number]], what: str) -> Any:
    """A file of rows of numbers, gone afterwards."""
    good = isinstance(rows, Sequence) and all(isinstance(row, Sequence) and not isinstance(row, str) for row in rows)
    if not good or not rows or sum(map(len, rows)) > MOST_NUMBERS:
        raise ValueError(f"{what}: rows of numbers are needed, at most {MOST_NUMBERS} numbers")
    if any(
        isinstance(value, bool) or not re.fullmatch(r"[0-9eE+./ -]{1,1000}", str(value))
        for row in rows
        for value in row
    ):
        raise ValueError(f"{what}: a number is a decimal, or a fraction in quotes")
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"{what}: the rows have different lengths")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        yield str(path)
