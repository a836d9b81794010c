"""Plain sentences whose mathematics is typed in ASCII, such as ``lambda_min(K_t) >= 1/2``: cut into words and LaTeX.

Names of programming languages, such as ``gap_constants.lemma_7``, are pieces of their own.

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
LONG = 36
"""Signs of a formula in a line of text; one of more may be cut."""
DEEPEST = 20
"""More groups within each other are no sentence's."""
ENGLISH = ("a", "A", "I", "infinity")
"""Mathematics that by itself is a word."""
_NOT_DIFFERENTIALS = ("do", "de", "di")

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e([-+]?\d+))?(?![\d.]*\d)")
_WORD = re.compile(r"[A-Za-z]+")
_SUBSCRIPT = re.compile(r"_(?:\{([^{}]*)\}|([A-Za-z0-9]+)|([+*-](?=\W|$)))")
_EXPONENT = re.compile(r"(?:\^|\*\*)(?:\{([^{}]*)\}|(-?\d+(?:\.\d+)?|-?[A-Za-z]+|[+*](?=\W|$)))")
_OPENED_SCRIPT = re.compile(r"(\^|\*\*|_)(-?)\((?![A-Za-z]\))")
_INDEX = re.compile(r"\^\(([A-Za-z])\)")
"""The number of a layer, as in Sigma^(h), which is no power."""
_STAR = re.compile(r"\*(?=[\s,;)/=]|$)")
_QUOTED = re.compile(r"'(-?\d[\d.e+-]*)'")
_ENDS_A_WORD = re.compile(r"(?![\w(^])(?!-[A-Za-z])(?!'(?!s\b)[A-Za-z])(?![._]\w)(?!/[A-Za-z])")
_PRIME = re.compile(r"'(?!s(?![\w']))")
"""No apostrophe before an s that ends a word."""
_STARTS = re.compile(r"(?!(?<=\w\()s\))(?<![\w.\\'_^/<>-])(?=[A-Za-z0-9(|\[{<])|(?<![\w)\]])(?=-[\w(|])")
_AFTER_COMMAS = re.compile(r"(?<!\\), |,\\; ")
_BEFORE_SIGNS = re.compile(r" (?=[-+=<>] |\\(?:le|ge|pm|ne|in|to) )")
_WORDS_OF_CODE = re.compile(r"[\w.]*\w|.", re.DOTALL)
_CODE = re.compile(r"(?=.*[A-Za-z]{2}.*_|.*_.*[A-Za-z]{2})[A-Za-z]\w*(\.\w+)*")
_NAMED = re.compile(r"([A-Za-z]+\d*)(?:_(\w*[A-Za-z0-9]))?(?=\()(?!\(s\))")
_LETTER_AND_NUMBER = re.compile(r"([A-Za-z])(\d+)")
_SAYS_MORE = re.compile(r"[\\^_'a-zA-Z<>=]|\[[(\[]|\|\.\|")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence: words, LaTeX for math mode, or a name of a programming language."""

    text: str
    is_math: bool = False
    is_code: bool = False


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
            word = _WORDS_OF_CODE.match(text, place)
            place = word.end() if word else place + 1
            if word and _CODE.fullmatch(word[0]):
                found += [Piece(text[done : word.start()]), Piece(word[0], is_code=True)]
                done = place
            continue
        latex, end = reading
        found += [Piece(text[done:place]), *_in_lines(latex)]
        done = place = end
    return [*found, Piece(text[done:])]


def _in_lines(latex: str) -> list[Piece]:
    """The formula; a long one is cut after commas, what is still long before signs: there lines may break."""
    parts = [latex]
    for pattern in (_AFTER_COMMAS, _BEFORE_SIGNS):
        parts = [piece for part in parts for piece in (_cut(pattern, part) if _is_long(part) else [part])]
    return [piece for part in parts for piece in (Piece(" "), Piece(part, is_math=True))][1:]


def _is_long(latex: str) -> bool:
    return len(re.sub(r"\\[a-z]+|[{}^_ ]|\\[,;]", "", latex)) > LONG


def _cut(pattern: re.Pattern[str], latex: str) -> list[str]:
    """The formula cut where the pattern is found outside of braces; a sign that begins a piece keeps its space."""
    ends = [found.end() for found in pattern.finditer(latex)]
    cuts = [end for end in ends if latex.count("{", 0, end) == latex.count("}", 0, end)]
    parts = [latex[start:end].strip() for start, end in pairwise([0, *cuts, len(latex)])]
    return [parts[0], *(f"{{}} {part}" if part[0] in "+-" else part for part in parts[1:])]


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
        self.known: dict[tuple[int, bool], tuple[str, int] | None] = {}
        """What `power` read at a place, or that it cannot: no place is read twice."""
        self.depth = 0
        self.names = False
        """Are words names, as those of networks are among the arguments of a function?"""

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
        if self.text.startswith(".", place) and (word := _WORD.match(self.text, place + 1)) and word[0] in GREEK:
            return self._try(self.power, place + 1, r" \cdot ")
        if after == place:
            unlike = self.text[place : place + 1] in "-[{<" or self.text[place : place + 1].isdigit()
            return None if unlike else self._try(self.power, place, "")
        more = self._try(self.power, after, r"\, ")
        if more is None or self.text[after] in "[{<" or self.text[after : more[1]] in ENGLISH:
            return None
        if (
            self.text[after].isdigit()
            or more[0].startswith(r"\, \mathrm")
            or not _ENDS_A_WORD.match(self.text, more[1])
        ):
            return None
        return more

    def power(self, place: int) -> tuple[str, int]:
        """An atom with its subscript, exponent, primes and tilde."""
        if (key := (place, self.names)) not in self.known:
            self.depth += 1
            self.known[key] = self._try(self._power, place, "") if self.depth <= DEEPEST else None
            self.depth -= 1
        if (found := self.known[key]) is None:
            raise _UnreadError
        return found

    def _power(self, place: int) -> tuple[str, int]:
        word = _WORD.match(self.text, place)
        if found := self._try(self._named, place, ""):
            return self._scripts(*found)
        if word and word[0] in FUNCTIONS:
            return self._function(word)
        if word and word[0] == "sqrt" and self.text.startswith("(", word.end()):
            inner, end = self._with_names(word.end())
            return rf"\sqrt{{{inner[1:-1]}}}", end
        latex, end = self._atom(place)
        latex, end = self._scripts(latex, end)
        if word and self.text.startswith("(", end):
            names = word[0] in GREEK and self.text.startswith("_", word.end())
            applied = self._try(self._with_names if names else self._group, end, "")
            if applied is not None:
                latex, end = self._scripts(latex + applied[0], applied[1])
        return latex, end

    def _named(self, place: int) -> tuple[str, int]:
        """A function of a longer name at its arguments, such as K_at_width(1000), and k1(u)."""
        named = _NAMED.match(self.text, place)
        if named is None or not _is_name(named[1], named[2] or ""):
            raise _UnreadError
        numbered = _LETTER_AND_NUMBER.fullmatch(named[0])
        name = rf"{numbered[1]}_{{{numbered[2]}}}" if numbered else rf"\operatorname{{{_escaped(named[0])}}}"
        inner, end = self._with_names(named.end())
        return name + inner, end

    def _with_names(self, place: int) -> tuple[str, int]:
        """A group in which words are names."""
        before, self.names = self.names, True
        try:
            return self._group(place)
        finally:
            self.names = before

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
        if self.text.startswith("|.|", place):
            return r"\lvert \cdot \rvert", place + 3
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
        if name in ("infinity", "oo"):
            return r"\infty", end
        if len(name) == 1:
            return (r"\mathbb{R}" if name == "R" and self.text.startswith("^", end) else name), end
        if len(name) == 2 and name[0] == "d" and name not in _NOT_DIFFERENTIALS:
            return name, end
        if name[0] == "d" and name[1:] in GREEK:
            return rf"d\{name[1:]} ", end
        if self.names:
            word = _WORDS_OF_CODE.match(self.text, place)
            assert word is not None
            return rf"\mathrm{{{_escaped(word[0])}}}", word.end()
        raise _UnreadError

    def _scripts(self, latex: str, end: int) -> tuple[str, int]:
        """The atom with what is attached to it: one index at most, and one exponent, as LaTeX has it."""
        atom, below, above = latex, "", ""
        while True:
            if (sub := _SUBSCRIPT.match(self.text, end)) and self.text[sub.end() : sub.end() + 1] == "_":
                raise _UnreadError  # a name of several words, as in a programming language
            if sub and not below:
                below, end = _subscript(sub[1] or sub[2] or sub[3]), sub.end()
            elif (exponent := _EXPONENT.match(self.text, end)) and not above.strip("'"):
                above, end = above + _exponent(exponent[1] or exponent[2]), exponent.end()
            elif (index := _INDEX.match(self.text, end)) and not above.strip("'"):
                above, end = f"{above}({index[1]})", index.end()
            elif (opened := _OPENED_SCRIPT.match(self.text, end)) and not (
                below if opened[1] == "_" else above.strip("'")
            ):
                inner, end = self.relation(self._skip(opened.end()))
                inner, end = f"-({inner})" if opened[2] else inner, self._close(end, ")")
                below, above = (inner, above) if opened[1] == "_" else (below, above + inner)
            elif _PRIME.match(self.text, end):
                above, end = f"{above}'", end + 1
            elif self.text.startswith("~", end) and re.fullmatch(r"[A-Za-z]", atom):
                atom, end = rf"\tilde{{{atom}}}", end + 1
            elif (star := _STAR.match(self.text, end)) and not above:
                above, end = "*", star.end()
            elif self.text.startswith("[", end) and atom == "E":
                inner, end = self._list(end + 1)
                atom, end = rf"\mathbb{{E}}[{inner}]", self._close(end, "]")
            elif self.text.startswith("[", end) and not below and atom[-1:].isalpha():
                inner, end = self._with_names(end)
                below = inner[1:-1]
            else:
                power = above.lstrip("'")
                primes = above[: len(above) - len(power)]
                lower, upper = f"_{{{below}}}" if below else "", f"^{{{power}}}" if power else ""
                return f"{atom}{lower}{primes}{upper}", end

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


def _escaped(name: str) -> str:
    return name.replace("_", r"\_")


def _is_name(word: str, more: str) -> bool:
    """Is word_more no symbol that is read as such: a letter or a Greek one, ln, max_ij, a differential?"""
    if word in GREEK or word == "sqrt" or (len(word) == 2 and word[0] == "d"):
        return False
    return "_" in more or len(more) > 2 if word in FUNCTIONS else len(word) > 1 or "_" in more


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
