"""A figure as a value: what is drawn from which recorded results, and how it is saved."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ntk_companion.appendix.style import STYLE
from ntk_companion.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("pdf", "svg", "png")
_NO_DATES: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {"Software": None},
}


@dataclass(frozen=True)
class FigureSpec:
    """A figure of the appendix.

    name      of its files, a word
    title     a few words; in title and caption $...$ is mathematics
    caption   what is shown, on which settings, and what it does not show
    alt       what a reader who cannot see it needs to know, plain text
    sources   names of the recorded results that `draw` takes, in this order
    draw      from those results to a matplotlib Figure
    """

    name: str
    title: str
    caption: str
    alt: str
    sources: tuple[str, ...]
    draw: Callable[..., Figure]


def drawn(spec: FigureSpec, recorded: Callable[[str], Results]) -> Figure:
    """The figure, drawn from the results that `recorded` gives by name.

    Raises ValueError if they are missing or were edited.
    """
    import matplotlib

    found = [recorded(name) for name in spec.sources]
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": spec.name}):
        return spec.draw(*found)


def render(spec: FigureSpec, form: str, recorded: Callable[[str], Results]) -> bytes:
    """The figure as a file of one of `FORMATS`: the same bytes for the same results and versions.

    Raises ValueError if the recorded results are missing or were edited.
    """
    import matplotlib

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it complains of the dates of the fonts
    content = io.BytesIO()
    figure = drawn(spec, recorded)
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": spec.name}):
        figure.savefig(content, format=form, metadata=_NO_DATES[form])
    return content.getvalue()


def render_svg(spec: FigureSpec, recorded: Callable[[str], Results]) -> str:
    """The figure as SVG. Raises ValueError if the recorded results are missing or were edited."""
    return render(spec, "svg", recorded).decode("utf-8")
