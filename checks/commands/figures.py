"""``ntk-companion figures``: the appendix's figures, drawn from recorded results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from checks.commands.arguments import Result

DESCRIPTION = """Draws the figures of the appendix from the results in checks/recorded into DIR, each as PDF, SVG and
PNG at the width of a paper's column, and figures.tex, which the appendix.tex of the command tables inputs. A figure
whose results are missing or were edited is refused, and the exit code is then 2."""


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("figures", help="the figures of the appendix", description=DESCRIPTION)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write into")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """Draw the figures."""
    from checks.appendix import figures

    written, refusals = figures.write_all(options.out)
    values = {"files": [str(file) for file in written], "refused": {one.name: one.reason for one in refusals}}
    lines = [f"written: {file}" for file in written]
    return Result(values, lines, 2 if refusals else 0, tuple(one.sentence for one in refusals))
