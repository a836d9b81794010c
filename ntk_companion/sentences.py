"""Plain sentences whose mathematics is typed in ASCII, such as ``lambda_min(K_t) >= 1/2``: cut into words and LaTeX.

Two readers share the grammar: the report, which shows the LaTeX as MathML, and the appendix. What the grammar does not
read is left as the words that it is, so that no sentence is lost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

GREEK = frozenset(re.findall(r"\w+", """
    alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega
    Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
"""))  # fmt: skip
FUNCTIONS = {
    name: rf"\{name}"
    for name in re.findall(r"\w+", "ln log exp max min sup lim sin cos tan arccos arcsin arctan sinh cosh tanh det")
} | {
    "inf": r"\inf", "sum": r"\textstyle\sum", "erf": r"\operatorname{erf}", "sign": r"\operatorname{sign}",
    "rank": r"\operatorname{rank}", "tr": r"\operatorname{tr}", "Var": r"\operatorname{Var}",
}  # fmt: skip
"""Words that are mathematics only before an argument."""
RELATIONS = {
    "<=>": r"\Leftrightarrow", "<->": r"\leftrightarrow", "<=": r"\le", ">=": r"\ge", "=>": r"\Rightarrow",
    "->": r"\to", "!=": r"\ne", "<>": r"\ne", ":=": ":=", "=": "=", "<": "<", ">": ">", "~": r"\sim",
}  # fmt: skip
LONG = 60
"""Characters of LaTeX in a line of text; a formula of more may be cut."""
DEEPEST = 20
"""More groups within each other are no sentence's."""
ENGLISH = ("a", "A", "I", "infinity")
"""Mathematics that by itself is a word."""
_NOT_DIFFERENTIALS = ("do", "de", "di")

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e([-+]?\d+))?(?![\d.]*\d)")
_WORD = re.compile(r"[A-Za-z]+")
_SUBSCRIPT = re.compile(r"_(?:\{([^{}]*)\}|([A-Za-z0-9]+)|([+*-](?=\W|$)))")
_EXPONENT = re.compile(r"(?:\^|\*\*)(?:\{([^{}]*)\}|(-?\d+(?:\.\d+)?|-?[A-Za-z]+|[+*](?=\W|$)))")
_OPENED_EXPONENT = re.compile(r"(?:\^|\*\*)\(")
_STAR = re.compile(r"\*(?=[\s,;)/=]|$)")
_QUOTED = re.compile(r"'(-?\d[\d.e+-]*)'")
_ENDS_A_WORD = re.compile(r"(?![\w(^])(?!-[A-Za-z])(?!'[A-Za-z])(?![._]\w)(?!/[A-Za-z])")
_STARTS = re.compile(r"(?<![\w.\\'_^/<>-])(?=[A-Za-z0-9(|\[{<])|(?<![\w)\]])(?=-[\w(|])")
_SAYS_MORE = re.compile(r"[\\^_'a-zA-Z<>=]|\[[(\[]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence: words, or LaTeX for math mode."""

    text: str
    is_math: bool = False


@lru_cache(maxsize=4096)
def pieces(sentence: str) -> tuple[Piece, ...]:
    """The sentence in order: words, and LaTeX of its mathematics, that between dollar signs as it stands."""
    parts = sentence.split("$")
    if len(parts) % 2 == 0:  # a dollar sign that is no delimiter
        parts = [sentence]
    found: list[Piece] = []
    for index, part in enumerate(parts):
        found += [Piece(part, is_math=True)] if index % 2 else _read(part)
    return tuple(piece for piece in found if piece.text)


def _read(text: str) -> list[Piece]:
    reader = _Reader(text)
    found, done, place = [], 0, 0
    while start := _STARTS.search(text, place):
        place = start.start()
        reading = _longest(reader, place)
        if reading is None:
            word = re.compile(r"[\w.]*\w|.", re.DOTALL).match(text, place)
            place = word.end() if word else place + 1
            continue
        latex, end = reading
        found += [Piece(text[done:place]), *_in_lines(latex)]
        done = place = end
    return [*found, Piece(text[done:])]


def _in_lines(latex: str) -> list[Piece]:
    """The formula; a long one, such as a list of points, cut after commas, so that lines may break there."""
    if len(latex) <= LONG:
        return [Piece(latex, is_math=True)]
    commas = [found.end() for found in re.finditer(", ", latex)]
    cuts = [end for end in commas if latex.count("{", 0, end) == latex.count("}", 0, end)]
    parts = [latex[start:end].strip() for start, end in pairwise([0, *cuts, len(latex)])]
    return [piece for part in parts for piece in (Piece(" "), Piece(part, is_math=True))][1:]


def _longest(reader: "_Reader", place: int) -> tuple[str, int] | None:
    """The longest mathematics that starts there, if there is any worth setting, and where it ends."""
    text = reader.text
    try:
        latex, end = reader.relation(place)
    except _UnreadError:
        return None
    source = text[place:end]
    if not _ENDS_A_WORD.match(text, end) or not _SAYS_MORE.search(source):
        return None
    if source in ENGLISH or (source[0] in ENGLISH and re.match(r" [^-+*/=<>]", source[1:])):
        return None
    return latex, end


class _UnreadError(Exception):
    """What stands there is not of this grammar."""


class _Reader:
    """Reads the grammar from a place in a text: every method returns LaTeX and where it ends, or raises."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[int, tuple[str, int] | None] = {}
        """What `power` read at a place, or that it cannot: no place is read twice."""
        self.depth = 0

    def relation(self, place: int) -> tuple[str, int]:
        """Sums with relations between them: a <= b < c."""
        latex, end = self.sum(place)
        while (more := self._related(end)) is not None:
            latex, end = latex + more[0], more[1]
        return latex, end

    def _related(self, place: int) -> tuple[str, int] | None:
        after = self._skip(place)
        if self.text.startswith("in ", after) and self.text[after + 3 : after + 4] in "[{":
            return self._try(self.sum, after + 3, r" \in ")
        for sign, latex in RELATIONS.items():
            if self.text.startswith(sign, after):
                behind = after + len(sign)
                spaced = (after > place) == self.text.startswith(" ", behind)  # a < b and a<b, not a <b>
                return self._try(self.sum, self._skip(behind), f" {latex} ") if spaced else None
        return None

    def sum(self, place: int) -> tuple[str, int]:
        """Products with + and - between them, the first with a sign or without."""
        sign = self.text[place] if self.text[place : place + 1] in ("-", "+") else ""
        latex, end = self.product(place + len(sign))
        latex = sign + latex
        while (more := self._added(end)) is not None:
            latex, end = latex + more[0], more[1]
        return latex, end

    def _added(self, place: int) -> tuple[str, int] | None:
        after = self._skip(place)
        for sign, latex in (("+/-", r" \pm "), ("+-", r" \pm "), ("+", " + "), ("-", " - ")):
            if self.text.startswith(sign, after) and not self.text.startswith("->", after):
                behind = after + len(sign)
                spaced = (after > place) == self.text.startswith(" ", behind)  # a - b and a-b, not a -b
                return self._try(self.product, self._skip(behind), latex) if spaced else None
        return None

    def product(self, place: int) -> tuple[str, int]:
        """Powers that follow each other, or with * or / between them."""
        latex, end = self.power(place)
        while (more := self._multiplied(end)) is not None:
            latex, end = latex + more[0], more[1]
        return latex, end

    def _multiplied(self, place: int) -> tuple[str, int] | None:
        after = self._skip(place)
        if (sign := self.text[after : after + 1]) and sign in "*/":
            behind = self._skip(after + 1)
            digits = self.text[place - 1].isdigit() and self.text[behind : behind + 1].isdigit()
            return self._try(
                self.power, behind, r" \cdot " if digits and sign == "*" else r"\," if sign == "*" else "/"
            )
        if after == place:
            unlike = self.text[place : place + 1] in "-[{<" or self.text[place : place + 1].isdigit()
            return None if unlike else self._try(self.power, place, "")
        more = self._try(self.power, after, r"\, ")
        if more is None or self.text[after] in "[{<" or self.text[after : more[1]] in ENGLISH:
            return None
        if self.text[after].isdigit() or not _ENDS_A_WORD.match(self.text, more[1]):
            return None
        return more

    def power(self, place: int) -> tuple[str, int]:
        """An atom with its subscript, exponent, primes and tilde."""
        if place not in self.known:
            self.depth += 1
            self.known[place] = self._try(self._power, place, "") if self.depth <= DEEPEST else None
            self.depth -= 1
        if (found := self.known[place]) is None:
            raise _UnreadError
        return found

    def _power(self, place: int) -> tuple[str, int]:
        word = _WORD.match(self.text, place)
        if word and word[0] in FUNCTIONS:
            return self._function(word)
        if word and word[0] == "sqrt" and self.text.startswith("(", word.end()):
            inner, end = self.relation(self._skip(word.end() + 1))
            return rf"\sqrt{{{inner}}}", self._close(end, ")")
        latex, end = self._atom(place)
        latex, end = self._scripts(latex, end)
        if word and self.text.startswith("(", end):
            applied = self._try(self._group, end, "")
            if applied is not None:
                latex, end = self._scripts(latex + applied[0], applied[1])
        return latex, end

    def _function(self, word: re.Match[str]) -> tuple[str, int]:
        latex, end = self._scripts(FUNCTIONS[word[0]], word.end())
        if self.text.startswith("(", end):
            inner, end = self._group(end)
            return self._scripts(latex + inner, end)
        if not self.text.startswith(" ", end) or self.text[end + 1 : end + 2] in "[{":
            raise _UnreadError
        inner, after = self.product(end + 1)
        if self.text[end + 1 : after] in ENGLISH or not _ENDS_A_WORD.match(self.text, after):
            raise _UnreadError
        return rf"{latex} {inner}", after

    def _atom(self, place: int) -> tuple[str, int]:
        letter = self.text[place : place + 1]
        if letter in _CLOSING and letter:
            return self._group(place)
        if letter == "|":
            inner, end = self.sum(self._skip(place + 1))
            return rf"\lvert {inner} \rvert", self._close(end, "|")
        if letter == "<" and self.text[place + 1 : place + 2] not in (" ", "=", "-", ">", ""):
            inner, end = self._list(place + 1)
            if "," not in inner:
                raise _UnreadError
            return rf"\langle {inner} \rangle", self._close(end, ">")
        if number := _NUMBER.match(self.text, place):
            return self._number(number)
        if quoted := _QUOTED.match(self.text, place):
            return quoted[1], quoted.end()
        return self._identifier(place)

    def _number(self, number: re.Match[str]) -> tuple[str, int]:
        if number[1] is None:
            return number[0], number.end()
        mantissa, power = number[0].partition("e")[0], f"10^{{{int(number[1])}}}"
        return power if re.fullmatch(r"1(\.0*)?", mantissa) else rf"{mantissa} \times {power}", number.end()

    def _identifier(self, place: int) -> tuple[str, int]:
        word = _WORD.match(self.text, place)
        if word is None:
            raise _UnreadError
        name, end = word[0], word.end()
        if name in GREEK:
            return rf"\{name} ", end
        if name == "infinity":
            return r"\infty", end
        if len(name) == 1:
            return (r"\mathbb{R}" if name == "R" and self.text.startswith("^", end) else name), end
        if len(name) == 2 and name[0] == "d" and name not in _NOT_DIFFERENTIALS:
            return name, end
        raise _UnreadError

    def _scripts(self, latex: str, end: int) -> tuple[str, int]:
        """The atom with what is attached to it."""
        while True:
            if (sub := _SUBSCRIPT.match(self.text, end)) and self.text[sub.end() : sub.end() + 1] == "_":
                raise _UnreadError  # a name of several words, as in a programming language
            if sub:
                latex, end = rf"{latex}_{{{_subscript(sub[1] or sub[2] or sub[3])}}}", sub.end()
            elif power := _EXPONENT.match(self.text, end):
                latex, end = rf"{latex}^{{{_exponent(power[1] or power[2])}}}", power.end()
            elif opened := _OPENED_EXPONENT.match(self.text, end):
                inner, end = self.relation(self._skip(opened.end()))
                latex, end = rf"{latex}^{{{inner}}}", self._close(end, ")")
            elif self.text.startswith("'", end) and not self.text[end + 1 : end + 2].isalpha():
                latex, end = f"{latex}'", end + 1
            elif self.text.startswith("~", end) and re.fullmatch(r"[A-Za-z]", latex):
                latex, end = rf"\tilde{{{latex}}}", end + 1
            elif star := _STAR.match(self.text, end):
                latex, end = f"{latex}^{{*}}", star.end()
            elif self.text.startswith("[", end) and latex[-1:].isalpha():
                inner, end = self._list(end + 1)
                latex, end = f"{latex}_{{{inner}}}", self._close(end, "]")
            else:
                return latex, end

    def _group(self, place: int) -> tuple[str, int]:
        opening = self.text[place]
        if self.text.startswith("[[", place) and (ball := self._ball(place)):
            return ball
        inner, end = self._list(self._skip(place + 1))
        end = self._close(end, _CLOSING[opening])
        sign = "\\" if opening == "{" else ""
        return f"{sign}{opening}{inner}{sign}{_CLOSING[opening]}", end

    def _ball(self, place: int) -> tuple[str, int] | None:
        """An interval whose ends are balls loses the brackets of the balls."""
        found = re.compile(r"\[\[([^][]*\+/-[^][]*)\], \[([^][]*\+/-[^][]*)\]\]").match(self.text, place)
        if found is None:
            return None
        ends = [_Reader(text).sum(0)[0] for text in found.groups()]
        return f"[{ends[0]},\\; {ends[1]}]", found.end()

    def _list(self, place: int) -> tuple[str, int]:
        latex, end = self.relation(place)
        while self.text[end : end + 1] in (",", ";"):
            sign = self.text[end]
            after = self._skip(end + 1)
            if self.text[after : after + 1] == ")":  # (1,) is a tuple of one
                return latex, after
            if self.text.startswith("...", after):
                more, end = r"\dots", after + 3
            else:
                more, end = self.relation(after)
            latex += f"{sign} {more}"
        return latex, end

    def _skip(self, place: int) -> int:
        return place + 1 if self.text.startswith(" ", place) else place

    def _close(self, place: int, closing: str) -> int:
        if not self.text.startswith(closing, self._skip(place)):
            raise _UnreadError
        return self._skip(place) + len(closing)

    def _try(self, reader: Callable[[int], tuple[str, int]], place: int, before: str) -> tuple[str, int] | None:
        try:
            latex, end = reader(place)
        except _UnreadError:
            return None
        return before + latex, end


def _subscript(text: str) -> str:
    """min is a name, ij two letters, theta Greek, inf infinity; what stands in braces is read as a formula."""
    if text in ("inf", "infty"):
        return r"\infty"
    if text in GREEK:
        return rf"\{text}"
    if re.fullmatch(r"[A-Za-z]{3,}|[A-Z][A-Za-z]+", text):
        return rf"\{text}" if text in ("min", "max") else rf"\mathrm{{{text}}}"
    return _inner(text)


def _exponent(text: str) -> str:
    sign, name = (text[0], text[1:]) if text[:1] == "-" else ("", text)
    if name in GREEK:
        return rf"{sign}\{name}"
    return _inner(text)


def _inner(text: str) -> str:
    try:
        latex, end = _Reader(text).relation(0)
    except _UnreadError:
        return text
    return latex if end == len(text) else text
