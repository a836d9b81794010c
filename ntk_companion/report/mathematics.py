"""LaTeX as MathML, which a browser shows by itself, and the font that it needs for that."""

import base64
import io
import re
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import Any

from markupsafe import Markup, escape
from math_core import LatexError, LatexToMathML

_BREAKS = re.compile(r"\\qquad(?![a-zA-Z])|\\quad(?![a-zA-Z])")
_OPENING = re.compile(r"\\begin\b|\\left(?![a-zA-Z])|(?<!\\)\{")
_CLOSING = re.compile(r"\\end\b|\\right(?![a-zA-Z])|(?<!\\)\}")
_ITALICS = [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6E2, 0x1D71C), 0x1D6A4, 0x1D6A5]
"""A browser shows a single letter as the slanted one of these code points."""
_ALWAYS = [*range(0x20, 0x7F), ord("√")]
"""Letters, and the radical that a browser draws of its own accord."""
_PRIMES = (0x2032, 0x2033, 0x2034)


def displayed(latex: str, where: str) -> Markup:
    """A displayed formula, in pieces between which a line may break: those that a \\quad sets apart.

    Raises ValueError, naming `where` it stands, if it cannot be converted.
    """
    return Markup("\n").join(_converted(piece, where, display=True) for piece in pieces(latex))


def inline(latex: str, where: str) -> Markup:
    """A formula within a line. Raises ValueError, naming `where` it stands, if it cannot be converted."""
    return _converted(latex, where, display=False)


def mixed(text: str, where: str) -> Markup:
    """A text in which $...$ is mathematics. Raises ValueError, naming `where`, if that cannot be converted."""
    parts = text.split("$")
    if len(parts) % 2 == 0:  # a dollar sign that is no delimiter
        return escape(text)
    shown = [inline(part, where) if index % 2 else escape(part) for index, part in enumerate(parts)]
    return Markup("").join(shown)


def pieces(latex: str) -> list[str]:
    """A formula cut at each \\quad that stands in no group, pair of delimiters or environment."""
    found, start = [], 0
    for separator in _BREAKS.finditer(latex):
        before = latex[: separator.start()]
        if len(_OPENING.findall(before)) == len(_CLOSING.findall(before)):
            found.append(latex[start : separator.start()])
            start = separator.end()
    found.append(latex[start:])
    return [piece for piece in map(str.strip, found) if piece]


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)


def _converted(latex: str, where: str, display: bool) -> Markup:
    try:
        return Markup(_converter().convert_with_local_state(latex, displaystyle=display))
    except LatexError as error:
        raise ValueError(f"the formula of {where} cannot be shown as mathematics: {error} It is: {latex}") from None


def font(characters: Iterable[str]) -> str:
    """STIX Two Math with these characters, the letters and the radical, as a WOFF file in base64.

    Few phones have a font with the measures that roots, fractions and large brackets need. ziamath ships this one.
    """
    from fontTools import subset

    source = metadata.distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
    options = subset.Options(flavor="woff", layout_features=["*"], recalc_timestamp=False)
    whole = subset.load_font(str(source), options)
    _lower_primes(whole)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={*_ALWAYS, *_ITALICS, *map(ord, characters)})
    cutter.subset(whole)
    content = io.BytesIO()
    subset.save_font(whole, content, options)
    return base64.b64encode(content.getvalue()).decode("ascii")


def _lower_primes(font: Any) -> None:
    """Make the primes those for superscripts, where MathML has them: a browser would raise the plain ones twice."""
    glyphs = font.getGlyphSet()
    for table in font["cmap"].tables:
        for code in _PRIMES:
            if f"{table.cmap.get(code)}.ssty" in glyphs:
                table.cmap[code] = f"{table.cmap[code]}.ssty"
