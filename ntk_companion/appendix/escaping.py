"""Text, numbers and cells in LaTeX and in Markdown: escaped, mathematics untouched."""

import re
from collections.abc import Callable
from functools import cache

from math_core import LatexError, LatexToMathML
from pylatexenc.latexencode import UnicodeToLatexEncoder

from ntk_companion import markdown, sentences
from ntk_companion.appendix.table import Cells, Column

WORD_WITH_PUNCTUATION = 14
"""Characters that stay on a line, whatever their punctuation: the narrowest columns have room for them."""
LONG_WORD = 18
"""A word of more letters may be broken over lines after its punctuation, or if it has none anywhere."""
_BREAKS = re.compile(r"(?<=[-+*/=,;:_)\]|])|(?<=[a-z]\.)(?=[a-z])|(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|nan|inf", re.IGNORECASE)
_EXPONENT = re.compile(r"(?<=[\d.])e([-+]?\d+)", re.IGNORECASE)
_MORE_THAN_MATHEMATICS = re.compile(r"[%@]|://|\\(?:\w*def|(?:re)?newcommand|let)\b")


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(non_ascii_only=False, unknown_char_policy="fail", unknown_char_warning=False)


def latex_text(text: str) -> str:
    """Plain text in LaTeX: every character stands for itself; long words may break after their punctuation.

    Raises ValueError on a character that LaTeX has no name for.
    """
    encoded = _latex_characters(text)
    return encoded.replace(r"\ensuremath{<}=", r"\ensuremath{\le}").replace(r"\ensuremath{>}=", r"\ensuremath{\ge}")


def _latex_characters(text: str) -> str:
    encode = _encoder().unicode_to_latex
    return " ".join(r"\allowbreak{}".join(map(encode, pieces(word))) for word in text.split(" "))


def pieces(word: str) -> list[str]:
    """The pieces of a word between which a line may be broken."""
    if len(word) <= WORD_WITH_PUNCTUATION:
        return [word]
    parts = [part for part in _BREAKS.split(word) if part]
    return [part[start : start + LONG_WORD] for part in parts for start in range(0, len(part), LONG_WORD)]


def mixed(text: str, write_text: Callable[[str], str]) -> str:
    """A text in which $...$ is mathematics: the mathematics stays, the rest is written by `write_text`."""
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return write_text(text)  # a dollar sign that is no delimiter
    return "".join(f"${part}$" if index % 2 else write_text(part) for index, part in enumerate(parts) if part)


@cache
def is_formula(latex: str) -> bool:
    """Is it mathematics and nothing else: does it neither leave its formula nor define, read or call anything?"""
    try:
        LatexToMathML().convert_with_local_state(latex, displaystyle=False)
    except LatexError:
        return False
    return not _MORE_THAN_MATHEMATICS.search(latex)


def latex_formula(latex: str) -> str:
    """A formula in LaTeX; as it was typed if it is more than that."""
    if not is_formula(latex):
        return _latex_code(latex)
    return f"${' '.join(latex.split())}$"


def latex_mixed(text: str) -> str:
    """A text with $...$ in LaTeX."""
    return mixed(text, latex_text)


def latex_sentence(text: str) -> str:
    """A plain sentence in LaTeX, its mathematics set though it is typed in ASCII."""
    return "".join(
        latex_formula(one.text) if one.is_math else _latex_code(one.text) if one.is_code else latex_text(one.text)
        for one in sentences.pieces(text)
    )


def _latex_code(text: str) -> str:
    return rf"\texttt{{{_latex_characters(text)}}}"


def latex_cell(cell: str, column: Column) -> str:
    """A cell in LaTeX."""
    match column.cells:
        case Cells.MATH:
            return latex_formula(cell) if cell else ""
        case Cells.NUMBER:
            return latex_number(cell)
        case Cells.CODE:
            return _latex_code(cell) if cell else ""
    return latex_sentence(cell)


def latex_number(cell: str) -> str:
    """A number, an interval or a number with its error; other text as text, an empty cell as a dash."""
    if not cell:
        return "--"
    if not is_number(cell):
        return latex_text(cell)
    text = cell.replace("+-", r"\pm").replace("±", r"\pm").replace("..", r"\,..\,").replace("inf", r"\infty ")
    return f"${_EXPONENT.sub(_power, text)}$"


def is_number(cell: str) -> bool:
    """Is the text a number, an interval or a number with its error?"""
    words = cell.replace("+-", " ").replace("±", " ").replace("..", " ").split()
    return bool(words) and all(_NUMBER.fullmatch(word.strip("[](),")) for word in words)


def _power(exponent: re.Match[str]) -> str:
    return rf" \times 10^{{{int(exponent[1])}}}"


def markdown_formula(latex: str) -> str:
    """A formula in Markdown, none of it a tag of HTML; as it was typed if it is more than a formula."""
    if not is_formula(latex):
        return markdown.code(latex)
    return "$" + re.sub(r"<(?=\S)", "< ", " ".join(latex.split())) + "$"


def markdown_mixed(text: str) -> str:
    """A text with $...$ in Markdown."""
    return mixed(text, markdown.text)


def markdown_sentence(text: str) -> str:
    """A plain sentence in Markdown, its mathematics set though it is typed in ASCII."""
    return "".join(
        markdown_formula(one.text)
        if one.is_math
        else markdown.code(one.text)
        if one.is_code
        else markdown.text(one.text)
        for one in sentences.pieces(text)
    )


def markdown_cell(cell: str, column: Column) -> str:
    """A cell in Markdown."""
    if column.cells is Cells.MATH:
        return markdown_formula(cell) if cell else ""
    if column.cells is Cells.CODE:
        return markdown.code(cell) if cell else ""
    return markdown_sentence(cell) if column.cells is Cells.TEXT else markdown.text(cell)


def piped(text: str) -> str:
    """A cell of a Markdown table: there a bar must be escaped, in mathematics too."""
    return text.replace("|", r"\|")
