"""The figures of a suite, in order, and their files."""

from collections.abc import Sequence
from pathlib import Path

from ntk_companion.appendix.figure import FORMATS, render
from ntk_companion.appendix.formats import figure_environments
from ntk_companion.appendix.table import Refusal
from ntk_companion.files import write_folder
from ntk_companion.suite import Suite
from numerics.progress import counted


def write_all(suite: Suite, folder: Path) -> tuple[list[Path], list[Refusal]]:
    """Write every figure in every form and ``figures.tex``; the files, and the figures refused, of which none stays.

    Raises OSError if the folder cannot be written: then nothing is.
    """
    contents, refusals = drawn(suite, FORMATS)
    stale = [f"{one.name}.{form}" for one in refusals for form in FORMATS]
    return write_folder(folder, contents, stale), refusals


def drawn(suite: Suite, forms: Sequence[str]) -> tuple[dict[str, str | bytes], list[Refusal]]:
    """The files of every figure in some of `figure.FORMATS` and ``figures.tex``, by name, and the figures refused."""
    contents: dict[str, str | bytes] = {}
    figures, refusals = [], []
    specs = suite.figures()
    for spec in counted(specs, len(specs), "figures"):
        try:
            contents |= {f"{spec.name}.{form}": render(spec, form, suite.recorded) for form in forms}
            figures.append(spec)
        except ValueError as error:
            refusals.append(Refusal("figure", spec.name, str(error)))
    if figures:
        contents["figures.tex"] = figure_environments(figures)
    return contents, refusals
