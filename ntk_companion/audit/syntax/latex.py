r"""Formulas in LaTeX, as NTK papers print their recursions, translated into the text of `formulas`.

A bounded reader: fractions, roots, the arc-cosine functions, Gaussian moments E_{g ~ Sigma}[s s'], sums, products and
indexed kernels; what it does not know it refuses by name. The translation is told, so that a reader can see how a
formula was understood.
"""

import re
from dataclasses import dataclass

from ntk_companion.audit.syntax.errors import ClaimError

MOST_CHARACTERS = 4000
MOST_NESTING = 30
IGNORED = (
    r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|quad|qquad|nonumber|notag)(?![A-Za-z])"
    r"|\\[,;!:> ]|[~&]|\\\\|\\label\{[^}]*\}|\\(?:begin|end)\{(?:aligned|align\*?|equation\*?|split)\}|\$+"
)
TOKEN = re.compile(r"\\[A-Za-z]+|\\[|{}]|\d+(?:\.\d+)?|[A-Za-z]'*|\S")
GREEK = {
    "Sigma": "Sigma", "Theta": "Theta", "kappa": "kappa", "phi": "phi", "alpha": "alpha", "beta": "beta",
    "sigma": "sigma", "gamma": "gamma", "lambda": "lam", "rho": "rho", "tau": "tau", "Lambda": "Lambda",
    "Phi": "Phi", "Pi": "Pi", "omega": "omega", "eta": "eta", "varphi": "varphi", "varsigma": "varsigma",
}  # fmt: skip
STYLES = ("mathrm", "mathbf", "mathbb", "mathcal", "mathsf", "operatorname", "text", "bm", "boldsymbol")
ARROWS = {"arccos": "arccos", "arcsin": "arcsin", "exp": "exp", "ln": "ln", "log": "ln"}
SIZES = ("n", "m", "d")
"""Letters that with the index 0 are the number of the inputs' coordinates."""
UPPER_KERNELS = frozenset(["Sigma", "Theta", "dSigma", "kappa", "Lambda", "Phi", "Pi"])


def translate(text: str) -> list[str]:
    """The equations in a LaTeX formula, a line each, in the text of `formulas`. Raises ClaimError."""
    if len(text) > MOST_CHARACTERS:
        raise ClaimError(1, f"{len(text)} characters; at most {MOST_CHARACTERS} of a formula are read: split it")
    bare = re.sub(IGNORED, " ", text)
    reader = _Reader([match[0] for match in TOKEN.finditer(bare)])
    found: list[str] = []
    while reader.more():
        clause = reader.clause()
        if clause.startswith("for "):
            if not found:
                raise ClaimError(1, "a range of an index must follow its equation")
            if " for " not in found[-1]:
                found[-1] += f" {clause}"
        elif clause:
            found.append(clause)
    return [_ranged(equation) for equation in found]


def _ranged(equation: str) -> str:
    """An equation of layer l whose range is not printed is meant for all layers."""
    left = equation.partition("=")[0]
    free = re.search(r"\(l( [+-] \d+)?\)", left)
    return f"{equation} for l in 1..L" if free and " for " not in equation else equation


@dataclass
class _Reader:
    """Recursive descent over tokens; every method returns the translation of what it has read."""

    tokens: list[str]
    at: int = 0
    depth: int = 0

    def more(self) -> bool:
        return self.at < len(self.tokens)

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            near = " ".join(self.tokens[max(0, self.at - 4) : self.at + 3])
            raise ClaimError(1, f"LaTeX: expected {wanted or 'more'}, found {token or 'the end'}, near {near!r}")
        self.at += 1
        return token

    def clause(self) -> str:
        """Up to a comma: sides of an equation, or the range of an index."""
        domain = self._domain()
        if domain:
            return domain
        sides = [self.sum()]
        while self.peek() in ("=", ":") or self.peek() == r"\coloneqq":
            self.take()
            if self.peek() == "=":
                self.take()
            sides.append(self.sum())
        while self.peek() in (",", ".", ";"):
            self.take()
        if self.more() and len(sides) < 2:
            raise ClaimError(1, f"LaTeX: {self.peek()!r} has no meaning here, after {sides[-1][:60]!r}")
        return " = ".join(sides)

    def _domain(self) -> str:
        r"""``l = 1, \dots, L`` or ``l \in [L]``."""
        tokens = self.tokens[self.at : self.at + 12]
        found = re.match(
            r"(?:\\forall )?([a-z]) = (\S+) , (?:\\l?dots|\. \. \.|\\cdots) , (\S+(?: [+-] \d+)?)", " ".join(tokens)
        )
        other = re.match(r"(?:\\forall )?([a-z]) \\in \[ (\S+) \]", " ".join(tokens))
        match = found or other
        if match is None:
            return ""
        self.at += len(match[0].split(" "))
        while self.peek() in (",", ".", ";"):
            self.take()
        letter, first, last = found.groups() if found else (other[1], "1", other[2])  # type: ignore[index]
        return f"for {letter} in {first}..{last}"

    def sum(self) -> str:
        """Products with signs between them."""
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise ClaimError(1, f"LaTeX: nested more than {MOST_NESTING} deep")
        text = self.take() if self.peek() in ("+", "-") else ""
        text += self.product()
        while self.peek() in ("+", "-"):
            text += f" {self.take()} {self.product()}"
        self.depth -= 1
        return text

    def product(self) -> str:
        """Factors, with or without a sign between them; a sum or product sign takes all that follows."""
        factors = [self.factor()]
        while self.more():
            if self.peek() in (r"\cdot", "*", r"\times", r"\odot"):
                self.take()
                factors += ["*", self.factor()]
            elif self.peek() == "/":
                self.take()
                factors += ["/", self.factor()]
            elif self.peek() in ("+", "-", "=", ",", ")", "]", "}", r"\}", ":", ";", ".", r"\rangle"):
                break
            else:
                factors += ["*", self.factor()]
        return " ".join(factors)

    def factor(self) -> str:
        """An atom with its power."""
        atom = self.atom()
        while self.peek() == "^":
            self.take()
            atom = f"{atom}^({self.group()})"
        return atom

    def group(self) -> str:
        """``{...}`` or one token."""
        if self.peek() != "{":
            return self.atom() if self.peek().startswith("\\") else self.take()
        self.take()
        text = self.sum()
        self.take("}")
        return text

    def _digits(self) -> str:
        """The argument of a fraction: a group, or one digit of a number."""
        token = self.peek()
        if token.isdigit() and len(token) > 1:
            self.tokens[self.at : self.at + 1] = list(token)
        return self.group()

    def atom(self) -> str:
        """A number, a kernel, a function with its argument, or brackets."""
        token = self.peek()
        if token in ("(", "[", "{", r"\{"):
            self.take()
            text = self.sum()
            self.take({"(": ")", "[": "]", "{": "}", r"\{": r"\}"}[token])
            return f"({text})"
        if token in (r"\|", "|", r"\lVert", r"\Vert"):
            return self._norm()
        if token == r"\langle":
            self.take()
            first = self._input()
            self.take(",")
            second = self._input()
            self.take(r"\rangle")
            return _inner(first, second)
        if re.fullmatch(r"\d+(?:\.\d+)?", token):
            return self.take()
        if token.startswith("\\"):
            return self._command()
        if re.fullmatch(r"[A-Za-z]'*", token):
            return self._letter()
        raise ClaimError(1, f"LaTeX: {token or 'the end'!r} has no meaning here, after {self._before()!r}")

    def _before(self) -> str:
        return " ".join(self.tokens[max(0, self.at - 6) : self.at])

    def _command(self) -> str:
        name = self.peek()[1:]
        if name in ("frac", "tfrac", "dfrac"):
            self.take()
            return f"(({self._digits()}) / ({self._digits()}))"
        if name == "sqrt":
            self.take()
            return f"sqrt({self._digits()})"
        if name == "pi":
            self.take()
            return "pi"
        if name in ARROWS:
            self.take()
            return f"{ARROWS[name]}({self.factor()})"
        if name in ("sum", "prod"):
            return self._big("sum" if name == "sum" else "product")
        if name in ("dot", "overset", "tilde", "bar") or name in GREEK or name in STYLES:
            return self._letter()
        raise ClaimError(1, f"LaTeX: the command \\{name} is not read, after {self._before()!r}")

    def _big(self, kind: str) -> str:
        """Sum or product; bounds may stand in either order."""
        self.take()
        bounds: dict[str, list[str]] = {}
        while self.peek() in ("_", "^"):
            sign = self.take()
            start = self.at
            if self.peek() == "{":
                while self.take() != "}":
                    pass
                bounds[sign] = self.tokens[start + 1 : self.at - 1]
            else:
                bounds[sign] = [self.take()]
        lower = re.fullmatch(r"([a-z]'?) = (.+)", " ".join(bounds.get("_", [])))
        if lower is None or "^" not in bounds:
            raise ClaimError(1, f"LaTeX: a {kind} needs its range, as in \\{kind[:4].rstrip('d')}_{{l=1}}^{{L}}")
        letter = "r" if "'" in lower[1] else lower[1]
        rest = self.tokens[self.at :]
        self.tokens[self.at :] = [letter if token == lower[1] else token for token in rest]
        return f"{kind}({letter}, {lower[2]}, {' '.join(bounds['^'])}, {self.product()})"

    def _letter(self) -> str:
        """A kernel with index and arguments, a moment, a constant, an inner product."""
        name = self._name()
        if name in ("x", "x'", "phi", "phi'", "z", "y"):
            return self._product_of_inputs(name)
        if name == "E":
            return self._moment()
        index = self._index(name)
        if index is not None and re.fullmatch(r"[a-zA-Z]{2,}", index):
            name, index = f"{name}_{index}", None
        if name in ("kappa", "k") and index in ("0", "1"):
            return f"k{index}({self._applied()})"
        pair = self._arguments()
        if name in SIZES and index in ("0", "in"):
            return "d"
        return (name if index is None else f"{name}({index})") + pair

    def _applied(self) -> str:
        """The argument of k_0 or k_1: brackets, or u."""
        return self.factor() if self.peek() in ("(", "[", "{") else "u"

    def _name(self) -> str:
        token = self.take()
        if token[0] != "\\":
            return token
        name = token[1:]
        if name in STYLES:
            if self.peek() != "{":
                return self.take()
            self.take()
            letters = ""
            while self.peek() != "}":
                letters += self.take()
            self.take("}")
            return GREEK.get(letters.strip("\\"), letters)
        if name in ("dot", "tilde", "bar"):
            braced = self.peek() == "{"
            if braced:
                self.take()
            inner = self._name()
            if braced:
                self.take("}")
            return {"dot": "d", "tilde": "tilde_", "bar": "bar_"}[name] + inner
        primes = ""
        while self.peek() == "'":
            primes += self.take()
        return GREEK[name] + primes

    def _index(self, name: str) -> str | None:
        r"""``_l``, ``_{l+1}``, ``^{(l)}``, of a kernel also ``^l``; ``_{FC}`` belongs to the name."""
        found: str | None = None
        for _ in range(2):
            sign, following = self.peek(), self.peek(1)
            if sign == "_":
                self.take()
                text = self.group() if following == "{" and self.peek(1)[:1] != "\\" else self._subscript()
            elif sign == "^" and following == "{" and self.peek(2) == "(":
                self.take(), self.take(), self.take()
                text = self.sum()
                self.take(")"), self.take("}")
            elif sign == "^" and name in UPPER_KERNELS and following.isalpha() and len(following) == 1:
                self.take()
                text = self.take()
            else:
                break
            found = re.sub(r" \* ", "", text)
        return found

    def _subscript(self) -> str:
        if self.peek() != "{":
            return self._name() if self.peek().startswith("\\") else self.take()
        self.take()
        text = self._name() if self.peek()[1:] in STYLES else self.sum()
        self.take("}")
        return text

    def _arguments(self) -> str:
        """``(x, x')`` after a kernel: which pair is meant; other brackets are a factor, and are left."""
        if self.peek() != "(" or ")" not in self.tokens[self.at :]:
            return ""
        end = self.tokens.index(")", self.at)
        inside = "".join(self.tokens[self.at + 1 : end])
        match = re.fullmatch(r"(x'?|\\phi'?|u|z|y),?(x'?|\\phi'?|z|y)?", inside.replace("\\phi '", "\\phi'"))
        if match is None or (match[2] is None and match[1] not in ("u", "x")):
            return ""
        self.at = end + 1
        pair = (1, 2) if match[2] is None else _pair(match[1], match[2])
        return ("[phi]" if match[1].startswith("\\phi") else "") + ("" if pair == (1, 2) else f"{pair}")

    def _moment(self) -> str:
        r"""E_{g \sim \Sigma_l}[\sigma(g(x)) \sigma(g(x'))], with a dot or a prime on both for the derivative."""
        covariance = ""
        if self.peek() == "_":
            self.take()
            self.take("{")
            while self.peek() not in (r"\sim", "}"):
                self.take()
            if self.peek() == r"\sim":
                self.take()
            covariance = self._covariance()
            self.take("}")
        bracket = self.take()
        if bracket not in ("[", "(", r"\{"):
            raise ClaimError(1, f"LaTeX: an expectation needs its brackets, after {self._before()!r}")
        inside = []
        level = 1
        closing = {"[": "]", "(": ")", r"\{": r"\}"}[bracket]
        while level:
            token = self.take()
            level += (token == bracket) - (token == closing)
            inside.append(token)
        shown = "".join(inside[:-1])
        activation = r"(?:\\dot\{?\\(?:sigma|phi|varphi)\}?|\\(?:sigma|phi|varphi)'|s'|\\(?:sigma|phi|varphi)|s)"
        found = re.findall(activation, shown)
        if len(found) != 2 or not covariance:
            raise ClaimError(1, f"LaTeX: of expectations E_{{g ~ Sigma}}[s(..) s(..)] alone is read, not {shown!r}")
        slopes = [part.startswith(r"\dot") or part.endswith("'") for part in found]
        if slopes[0] != slopes[1]:
            raise ClaimError(1, "LaTeX: an expectation of a function with a derivative is not read")
        return f"{'slope_moment' if slopes[0] else 'moment'}({covariance})"

    def _covariance(self) -> str:
        r"""``\Sigma_l``, or ``\mathcal N(0, \Sigma_l)``."""
        if self.peek() in STYLES or self.peek() == r"\mathcal" or self.peek() == "N":
            self._name()
            self.take("(")
            self.take("0")
            self.take(",")
            text = self.sum()
            self.take(")")
            return text
        return self.sum()

    def _norm(self) -> str:
        r"""``\|x\|``, of ``\tilde x`` too; ``\|x\|^2`` by its power."""
        self.take()
        name = self._name()
        if self.take() not in (r"\|", "|", r"\rVert", r"\Vert"):
            raise ClaimError(1, f"LaTeX: a norm is that of one input, after {self._before()!r}")
        which = 2 if name.endswith("'") else 1
        kind = "extended_norm" if name.startswith("tilde_") else "norm"
        if name.removeprefix("tilde_").rstrip("'") != "x":
            raise ClaimError(1, f"LaTeX: the norm of {name} is not read: of x, x', \\tilde x and \\tilde x' alone")
        return f"{kind}({which})"

    def _input(self) -> str:
        return self._name()

    def _product_of_inputs(self, first: str) -> str:
        r"""``x \cdot x'``, ``x^\top x'``."""
        if self.peek() == r"\cdot":
            self.take()
        elif self.peek() == "^":
            self.take()
            token = self.take()
            while token == "{" and self.take() != "}":
                pass
        return _inner(first, self._name())


def _pair(first: str, second: str) -> tuple[int, int]:
    """Which inputs two letters stand for: x, and x', z or y."""
    numbers = [2 if name.endswith("'") or name in ("z", "y") else 1 for name in (first, second)]
    return (min(numbers), max(numbers))


def _inner(first: str, second: str) -> str:
    pair = _pair(first, second)
    if first.startswith("phi"):
        return "u" + ("" if pair == (1, 2) else f"{pair}")
    shown = "" if pair == (1, 2) else f"{pair}"
    return f"(inner{shown} + 1)" if first.startswith("tilde_") else f"inner{shown}"
