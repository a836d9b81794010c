"""The figures of the appendix, in order."""

from __future__ import annotations

from checks.appendix.figure import FORMATS, FigureSpec, drawn, render, render_svg

__all__ = ["FIGURES", "FORMATS", "FigureSpec", "drawn", "render", "render_svg"]

FIGURES: tuple[FigureSpec, ...] = ()
