"""Records of an audit, their comparison, and the replies as text, Markdown and LaTeX."""

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from ntk_companion import markdown
from ntk_companion.audit.claims.claim import ClaimsFile
from ntk_companion.audit.claims.reading import parse_claims
from ntk_companion.audit.reply.auditing import Reply
from ntk_companion.audit.syntax.errors import InputError
from ntk_companion.evidence import Verdict
from ntk_companion.results import versions
from ntk_companion.schema import fits

SCHEMA = "ntk-companion audit 1"
RECORD = {"schema": str, "sha256": str, "claims": [{"id": str}]}
"""What a record needs to be compared with: see `ntk_companion.schema`."""
MOST_RECORD_BYTES = 50_000_000
PACKAGES = ("lark", "hypothesis")
"""Packages that verdicts depend on, beside those that numbers do."""


def record(claims: ClaimsFile, replies: list[Reply], seed: int) -> dict[str, Any]:
    """Everything that is needed to compare this audit with another: JSON values."""
    return {
        "schema": SCHEMA,
        "file": claims.name,
        "title": claims.title,
        "sha256": claims.sha256,
        "seed": seed,
        "versions": versions() | {name: metadata.version(name) for name in PACKAGES},
        "text": claims.text,
        "files": dict(claims.files),
        "claims": [asdict(reply) for reply in replies],
    }


def record_schema() -> dict[str, Any]:
    """The JSON schema of a record."""
    return dict(json.loads(Path(__file__).with_name("record.schema.json").read_text(encoding="utf-8")))


def claims_of(record: Mapping[str, Any]) -> ClaimsFile:
    """The claims that a record is of, read from the record alone; only those that it has replies to.

    Raises InputError on a record without the text of its claims, or of another text than its hash says.
    """
    text = record.get("text")
    if not isinstance(text, str) or hashlib.sha256(text.encode()).hexdigest() != record["sha256"]:
        raise InputError(f"the record of {record.get('file')} has not the text of its claims: audit the file itself")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for file, content in record.get("files", {}).items():
            path = (folder / file).resolve()
            if not path.is_relative_to(folder) or not isinstance(content, str):
                raise InputError(f"the record names a file outside of its folder: {file[:60]!r}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        claims = parse_claims(text.encode(), str(record["file"]), folder)
    wanted = {entry["id"] for entry in record["claims"]}
    return replace(claims, claims=tuple(claim for claim in claims.claims if claim.id in wanted))


def read_record(path: Path) -> dict[str, Any]:
    """The record of a file that `record` made. Raises InputError if it is none, OSError if it cannot be read."""
    if path.stat().st_size > MOST_RECORD_BYTES:
        raise InputError(f"{path} is larger than {MOST_RECORD_BYTES} bytes: it is not a record of an audit")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    if not fits(value, RECORD) or value["schema"] != SCHEMA:
        raise InputError(f"{path} is not a record of an audit: write one with ntk-companion audit FILE.toml --json")
    return dict(value)


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What changed between two records, a sentence each."""
    old = {entry["id"]: entry for entry in before["claims"]}
    new = {entry["id"]: entry for entry in now["claims"]}
    changes = [] if now["sha256"] == before["sha256"] else ["the claims file is not the one that was audited before"]
    for name, entry in new.items():
        if name not in old:
            changes.append(f"{name} is new: {entry['verdict']}")
            continue
        for key in ("assertion", "verdict", "scope", "evidence", "value"):
            if entry[key] != old[name].get(key):
                changes.append(f"{name}: {key} was {old[name].get(key)} and is {entry[key]}")
    return changes + [f"{name} is gone" for name in old if name not in new]


def lines(replies: list[Reply], style: str) -> list[str]:
    """The replies as text, as Markdown or as LaTeX."""
    return {"text": _text_lines, "markdown": _markdown_lines, "latex": _latex_lines}[style](replies)


def _text_lines(replies: list[Reply]) -> list[str]:
    width = max(len(reply.id) for reply in replies)
    scope = max(len(reply.scope) for reply in replies)
    result = []
    for reply in replies:
        result.append(f"{reply.id.ljust(width)}  {reply.verdict:12}  {reply.scope.ljust(scope)}  {reply.evidence}")
        result.append(f"{' ' * width}  {reply.because}")
        if reply.surprises:
            result.append(f"{' ' * width}  The verdict on record is {reply.expected}.")
        if reply.counterexample:
            result += [" " * width + "  | " + line for line in reply.counterexample.splitlines()]
    counts = {str(verdict): sum(reply.verdict == verdict for reply in replies) for verdict in Verdict}
    return [*result, ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)]


def _markdown_lines(replies: list[Reply]) -> list[str]:
    result = []
    for reply in replies:
        result += [
            f"> {_with_mathematics(reply.sentence, markdown.paragraph) or markdown.paragraph(reply.assertion)}"
            + (f" ({markdown.paragraph(reply.source)})" if reply.source else ""),
            "",
            f"**{reply.verdict}** ({reply.scope}; {reply.evidence}). {markdown.paragraph(reply.because)}.",
            markdown.paragraph(reply.qualification),
            "",
            f"Claim: {markdown.code(reply.assertion)}. To reproduce: {markdown.code(reply.command)}",
            *([f"Setting: {markdown.paragraph(reply.setting)}."] if reply.setting else []),
            "",
        ]
        if reply.counterexample:
            result += [*markdown.block(reply.counterexample, "toml"), ""]
    return result


_MATHEMATICS = re.compile(r"(\$[^$]+\$)")
_LETTERS = "alpha beta gamma delta epsilon theta lambda mu sigma tau phi psi omega Delta Theta Lambda Sigma Phi Omega"
_SIGNS = (
    "frac sqrt le leq ge geq ne neq approx sim cdot times pm to infty in sum prod min max log ln exp sin cos arccos pi"
    " hat tilde bar dot mathrm mathbb mathcal ell nabla partial langle rangle left right quad dots ldots cdots"
)
_COMMANDS = frozenset(f"{_LETTERS} {_SIGNS}".split(" "))
"""Commands of mathematics that a quoted sentence may keep."""


def _with_mathematics(text: str, escape: Callable[[str], str]) -> str:
    """Text escaped, but for formulas between dollars that hold nothing else than mathematics."""
    pieces = _MATHEMATICS.split(text)
    return "".join(piece if _is_mathematics(piece) else escape(piece) for piece in pieces if piece)


def _is_mathematics(piece: str) -> bool:
    inner = piece[1:-1]
    commands = re.findall(r"\\([A-Za-z]+|.)", inner)
    plain = re.sub(r"\\([A-Za-z]+|[,;! ])", "", inner)
    known = all(command in _COMMANDS or command in ",;! " for command in commands)
    allowed = re.fullmatch(r"[A-Za-z0-9 +\-*/=<>()\[\]{}^_|.,:'!]*", plain) is not None
    depth = lowest = 0
    for character in plain:
        depth += (character == "{") - (character == "}")
        lowest = min(lowest, depth)
    whole = _MATHEMATICS.fullmatch(piece) is not None
    return whole and known and allowed and depth == lowest == 0 and bool(inner.strip())


def _latex_lines(replies: list[Reply]) -> list[str]:
    result = [r"\begin{description}\sloppy"]
    for reply in replies:
        source = f" ({_latex(reply.source)})" if reply.source else ""
        quoted = _with_mathematics(reply.sentence, _latex) or _latex(reply.assertion)
        result += [
            rf"\item[{_latex(reply.id)}] ``{quoted}''{source}",
            rf"  \textbf{{{reply.verdict}}} ({_latex(reply.scope)}; {_latex(reply.evidence)}).",
            rf"  {_latex(reply.because)}.",
            rf"  {_latex(reply.qualification)} Claim: {_latex_code(reply.assertion)}.",
            *([rf"  Setting: {_latex(reply.setting)}."] if reply.setting else []),
            rf"  Reproduce with {_latex_code(reply.command)}.",
        ]
        if reply.counterexample:
            result.append(r"  Refuted by the claims file \begin{quote}")
            result += [rf"  {_latex_code(line)}\\" for line in reply.counterexample.splitlines() if line]
            result.append(r"  \end{quote}")
    return [*result, r"\end{description}"]


def _latex(text: str) -> str:
    """Text whose every character stands for itself; one that LaTeX does not know by its code point."""
    from ntk_companion.appendix.escaping import latex_text

    try:
        return latex_text(text)
    except ValueError:
        return "".join(map(_latex, text)) if len(text) > 1 else f"[U+{ord(text):04X}]"


BREAK, BREAKABLE = r"\allowbreak{}", "_()[]{}.,=|^*+"
_TYPED = {"-": "-{}", "'": r"\textquotesingle{}", '"': r"{\char34}"}
"""Characters that LaTeX would make dashes and curly quotation marks of."""


def _latex_code(text: str) -> str:
    """Text as it is to be typed; lines may break after signs."""
    pieces = (_TYPED.get(character) or _latex(character) for character in text)
    broken = (piece + BREAK if character in BREAKABLE else piece for character, piece in zip(text, pieces, strict=True))
    return r"\texttt{" + "".join(broken).removesuffix(BREAK) + "}"
