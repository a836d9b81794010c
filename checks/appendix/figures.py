"""The figures of the appendix, in order, and their files."""

from __future__ import annotations

from pathlib import Path

from checks.appendix.figure import FORMATS, FigureSpec, drawn, render, render_svg
from checks.appendix.flow_figures import FLOW_FIGURES
from checks.appendix.formats import figure_environments
from checks.appendix.kernel_figures import KERNEL_FIGURES
from checks.appendix.paper_figures import PAPER_FIGURES
from checks.appendix.regime_figures import REGIME_FIGURES
from checks.appendix.table import Refusal
from checks.files import write_folder

__all__ = ["FIGURES", "FORMATS", "FigureSpec", "drawn", "render", "render_svg", "write_all"]

FIGURES: tuple[FigureSpec, ...] = (*PAPER_FIGURES, *FLOW_FIGURES, *KERNEL_FIGURES, *REGIME_FIGURES)


def write_all(folder: Path) -> tuple[list[Path], list[Refusal]]:
    """Write every figure in every form and ``figures.tex``; the files, and the figures refused, of which none stays.

    Raises OSError if the folder cannot be written: then nothing is.
    """
    contents: dict[str, str | bytes] = {}
    figures, refusals = [], []
    for spec in FIGURES:
        try:
            contents |= {f"{spec.name}.{form}": render(spec, form) for form in FORMATS}
            figures.append(spec)
        except ValueError as error:
            refusals.append(Refusal("figure", spec.name, str(error)))
    contents["figures.tex"] = figure_environments(figures)
    stale = [f"{one.name}.{form}" for one in refusals for form in FORMATS]
    return write_folder(folder, contents, stale), refusals
