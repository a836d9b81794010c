"""LaTeX as MathML, which a browser shows by itself, and the font that it needs for that."""

import base64
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape
from math_core import LatexError, LatexToMathML

from ntk_companion import sentences

_BREAKS = re.compile(r"\\qquad(?![a-zA-Z])|\\quad(?![a-zA-Z])")
_OPENING = re.compile(r"\\begin\b|\\left(?![a-zA-Z])|(?<!\\)\{|\\[bB]ig+l|\(|(?<!\\left)\\\{")
_CLOSING = re.compile(r"\\end\b|\\right(?![a-zA-Z])|(?<!\\)\}|\\[bB]ig+r|\)|(?<!\\right)\\\}")
_COMMAS = re.compile(r"(?<=[,;])(?: |\\[;,: ])+")
_WORDS = re.compile(r"\\text\{([^{}$\\]{12,})\}[,.;]?")
_AROUND_WORDS = re.compile(r"\\text\{[^{}$\\]{12,}\}|(?<=\})(?<=[a-z ]\})(?= )")
_RELATIONS = re.compile(
    r"(?:\\[;,: ] ?)*(?:=|<|>|\\(?:le|ge|leq|geq|ne|Rightarrow|Leftrightarrow|to|succ|succeq|sim|propto)(?![a-zA-Z]))"
)
_SUMS = re.compile(r"(?<=[ })])[+-](?= ?[\\a-zA-Z0-9(])")
_SPACE_ALONE = re.compile(r"(?:\\[;,: ]|\s)*")
_SPACE_AT_END = re.compile(r"(?<!\\)\s+$")
LONG = 40
"""Characters of LaTeX: a formula of more may be set in several lines."""
SHORT = 8
WIDE = 150
_ITALICS = [*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6E2, 0x1D71C), 0x1D6A4, 0x1D6A5]
"""A browser shows a single letter as the slanted one of these code points."""
_ALWAYS = [*range(0x20, 0x7F), ord("√")]
"""Letters, and the radical that a browser draws of its own accord."""
_PRIMES = (0x2032, 0x2033, 0x2034)


@dataclass
class Formulas:
    """Formulas as MathML. One that cannot be converted is shown as the text that it is, and a warning is kept."""

    warnings: dict[str, None] = field(default_factory=dict)
    """A sentence for each such formula, in the order met."""

    def displayed(self, latex: str, where: str) -> Markup:
        """A displayed formula, in pieces between which a line may break; a warning says `where` it stands."""
        marked = [(index == 0, piece) for whole in pieces(latex) for index, piece in enumerate(lines(whole))]
        return Markup("\n").join(
            Markup('<span class="{}">{}</span>').format("piece" if starts else "piece on", self._piece(piece, where))
            for starts, piece in marked
        )

    def unbroken(self, latex: str, where: str) -> Markup:
        """A displayed formula as it stands where no style sheet is: cut only where a \\quad cuts it."""
        return Markup("\n").join(self._converted(piece, where, display=True) for piece in pieces(latex))

    def _piece(self, latex: str, where: str) -> Markup:
        """A piece of a displayed formula; of words alone as words, whose lines break."""
        if words := _WORDS.fullmatch(latex):
            return escape(words[1].strip())
        return self._converted(latex, where, display=True)

    def inline(self, latex: str, where: str) -> Markup:
        """A formula within a line."""
        return self._converted(latex, where, display=False)

    def mixed(self, text: str, where: str) -> Markup:
        """A text in which $...$ is mathematics."""
        parts = text.split("$")
        if len(parts) % 2 == 0:  # a dollar sign that is no delimiter
            return escape(text)
        shown = [self.inline(part, where) if index % 2 else escape(part) for index, part in enumerate(parts)]
        return Markup("").join(shown)

    def sentence(self, text: str, where: str) -> Markup:
        """A plain sentence, its mathematics set though it is typed in ASCII."""
        return Markup("").join(self._shown(one, where) for one in sentences.pieces(text))

    def _shown(self, piece: sentences.Piece, where: str) -> Markup:
        if piece.is_math:
            whole = pieces(piece.text) if len(piece.text) > 2 * LONG else [piece.text]
            return Markup(" ").join(self.inline(line, where) for part in whole for line in lines(part))
        return Markup("<code>{}</code>").format(piece.text) if piece.is_code else escape(piece.text)

    def _converted(self, latex: str, where: str, display: bool) -> Markup:
        try:
            return Markup(_converter().convert_with_local_state(latex, displaystyle=display))
        except LatexError as error:
            said = f"the formula of {where} cannot be shown as mathematics and is shown as text: {error} It is: {latex}"
            self.warnings[said] = None
            return Markup('<code class="unread" title="This formula could not be set.">{}</code>').format(latex)


def pieces(latex: str) -> list[str]:
    """A formula cut at each \\quad that stands in no group, pair of delimiters or environment."""
    found, start = [], 0
    for separator in _outer(_BREAKS, latex):
        found.append(latex[start : separator.start()])
        start = separator.end()
    found.append(latex[start:])
    return [piece for piece in map(str.strip, found) if piece]


def lines(latex: str) -> list[str]:
    """A long formula cut after commas and around words, and what is still long before relations, then before sums."""
    found = [latex]
    for pattern, length in ((_COMMAS, LONG), (_AROUND_WORDS, LONG), (_RELATIONS, LONG), (_SUMS, 2 * LONG)):
        found = [piece for part in found for piece in (_cut(pattern, part) if len(part) > length else [part])]
    return found


def is_wide(latex: str) -> bool:
    """Is a piece of the formula, between which lines may break, too long for half of a page?"""
    return any(len(line) > WIDE for whole in pieces(latex) for line in lines(whole))


def _cut(pattern: re.Pattern[str], latex: str) -> list[str]:
    """A formula cut before what a pattern finds, not before its first letters, and not within brackets."""
    places = [found.start() for found in _outer(pattern, latex) if found.start() > SHORT]
    cuts = pairwise([0, *places, len(latex)])
    found = (_SPACE_AT_END.sub("", latex[start:end]).lstrip() for start, end in cuts)
    return [piece for piece in found if not _SPACE_ALONE.fullmatch(piece)]


def _outer(pattern: re.Pattern[str], latex: str) -> Iterator[re.Match[str]]:
    """What a pattern finds that stands in no group, pair of delimiters or environment."""
    for found in pattern.finditer(latex):
        before = latex[: found.start()]
        if len(_OPENING.findall(before)) == len(_CLOSING.findall(before)):
            yield found


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(fancy_error=False)


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
