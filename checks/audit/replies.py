"""Auditing claims, and the replies: verdict, scope, one sentence of evidence, and how to run it again."""

from __future__ import annotations

import json
import platform
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from importlib import metadata
from typing import Any

import flint

from checks.audit import search
from checks.audit.claims import Claim, ClaimsFile, InputError
from checks.audit.comparisons import Truth
from checks.audit.deciding import decide, needs_random_search
from checks.audit.nodes import Family, Node, Number, Quantified
from checks.audit.ranges import Range
from checks.audit.sampling import ERROR
from checks.audit.situation import ExhaustedError, Situation, Trace
from checks.audit.words import MeaninglessError
from checks.statements import Kind, Verdict
from numerics.decimals import decimal_enclosure
from numerics.points import PointSet, RationalPoints

SCHEMA = "ntk-companion audit 1"
PACKAGES = ("python-flint", "sympy", "numpy", "lark", "hypothesis")
VERDICTS = {
    Truth.TRUE: Verdict.CONFIRMED,
    Truth.FALSE: Verdict.REFUTED,
    Truth.UNKNOWN: Verdict.INCONCLUSIVE,
    Truth.EMPTY: Verdict.VACUOUS,
}
SHOWN_DIGITS = 12
MOST_EXPONENT = 100_000


@dataclass(frozen=True)
class Reply:
    """The answer to one claim.

    evidence        symbolic, certified or statistical; several are joined by a comma
    value           the numbers compared, as decimal bounds: {expression: [lower, upper]}
    because         one sentence of evidence
    qualification   what the evidence does and does not show
    counterexample  a claims file that refutes the claim by itself, if one was found
    expected        the verdict on record in the claims file, if one is
    """

    id: str
    sentence: str
    source: str
    assertion: str
    verdict: str
    scope: str
    evidence: str
    value: Mapping[str, list[str]]
    because: str
    qualification: str
    counterexample: str = ""
    bits: int = 0
    command: str = ""
    expected: str = ""

    @property
    def surprises(self) -> bool:
        """Is there a verdict on record, and another one now?"""
        return bool(self.expected) and self.expected != self.verdict


def audit(claims: ClaimsFile, seed: int = 0, ledger: Mapping[str, Mapping[str, Any]] | None = None) -> list[Reply]:
    """Decide every claim of a file. `ledger` maps the ids of statements to their records. Raises InputError."""
    return [audit_claim(claim, claims.name, seed, ledger) for claim in claims.claims]


def audit_claim(
    claim: Claim, name: str = "claims", seed: int = 0, ledger: Mapping[str, Mapping[str, Any]] | None = None
) -> Reply:
    """Decide one claim. Raises InputError on a claim without meaning, such as one of point 7 of six."""
    if claim.assertion is None:
        return _from_ledger(claim, name, ledger)
    trace = Trace()
    situation = Situation(
        claim.text, claim.networks, claim.point_sets, claim.network, claim.points, claim.labels, seed, claim.constants,
        trace=trace,
    )  # fmt: skip
    try:
        truth = decide(claim.assertion, situation)
    except ExhaustedError:
        truth = Truth.UNKNOWN
        trace.note("the work limit of one claim was reached")
    except MeaninglessError as error:
        raise InputError(f"{name}, claim {claim.id!r}: {error}") from None
    verdict = VERDICTS[truth]
    if claim.statement is not None:
        _check_ledger(claim, verdict, name, ledger)
    counterexample = counterexample_file(claim, trace.witness) if truth is Truth.FALSE else ""
    return Reply(
        claim.id, claim.sentence, claim.source, " ".join(claim.text.split()), str(verdict), _scope(truth, trace),
        ", ".join(sorted(map(str, trace.kinds))), _values(trace), _because(truth, trace),
        _qualification(claim, truth, trace), counterexample, trace.bits, _command(name, claim, seed), claim.expected,
    )  # fmt: skip


def _scope(truth: Truth, trace: Trace) -> str:
    if truth is Truth.UNKNOWN or Kind.STATISTICAL in trace.kinds:
        return f"instances: {trace.cases}"  # a test on samples proves nothing for all
    if truth is Truth.FALSE and trace.witness:
        return "instances: 1"
    return "all"


def _assertion(claim: Claim) -> Node:
    assert claim.assertion is not None
    return claim.assertion


def _because(truth: Truth, trace: Trace) -> str:
    facts = [f"{text} {_about(value)}" for text, value in trace.facts.items() if value.is_defined]
    if truth is Truth.EMPTY and not trace.notes:
        facts.append("no case fulfils the hypothesis")
    found = [*trace.notes, *facts] if trace.witness else [*facts, *trace.notes]
    return "; ".join(found) or "decided case by case"


def _about(value: Range) -> str:
    """The number as a decimal and an upper bound of its error, no digit shown that the error makes idle."""
    lower, upper = (Decimal(end) for end in _decimals(value, 2 * SHOWN_DIGITS))
    if not (lower.is_finite() and upper.is_finite()):
        return f"lies in [{lower}, {upper}]"
    middle, error = (lower + upper) / 2, (upper - lower) / 2
    if abs(middle) <= error:
        low, high = (f"{end:.1e}" if end else "0" for end in (lower, upper))
        return "= 0" if not error else f"lies in [{low}, {high}]"
    digits = min(SHOWN_DIGITS, middle.adjusted() - error.adjusted() + 1) if error else SHOWN_DIGITS
    shown = Context(digits).plus(middle)
    error = Context(1, ROUND_CEILING).plus(max(upper - shown, shown - lower))
    plain = -6 <= shown.adjusted() < SHOWN_DIGITS
    text = f"{shown.normalize():f}" if plain else f"{shown.normalize():e}"
    return f"= {text}" + (f" +- {error:.0e}" if error else "")


def _qualification(claim: Claim, truth: Truth, trace: Trace) -> str:
    symbolic = Kind.SYMBOLIC in trace.kinds
    if truth is Truth.UNKNOWN:
        if needs_random_search(_assertion(claim)):
            return "A search that finds nothing proves nothing: sample sets that were not tried are not covered."
        return "Not decided within the stated limits; nothing is said of whether the claim is true."
    if truth is Truth.EMPTY:
        return "True for a reason that says nothing: the hypothesis does not hold, or the range is empty."
    if truth is Truth.FALSE and trace.witness:
        return "One case refutes a claim about all of them; it says nothing of the others."
    if Kind.STATISTICAL in trace.kinds:
        return f"A test on random networks: wrong with probability at most {ERROR:g} for each width spoken of."
    how = "Proved by sympy" if symbolic and len(trace.kinds) == 1 else f"Proved by ball arithmetic, {trace.bits} bits"
    how = how + " and sympy" if symbolic and len(trace.kinds) > 1 else how
    return f"{how}, for the objects named and for the kernels of the infinitely wide networks as derived."


def _values(trace: Trace) -> dict[str, list[str]]:
    return {text: list(_decimals(value)) for text, value in trace.facts.items() if value.is_defined}


def _decimals(value: Range, digits: int = SHOWN_DIGITS) -> tuple[str, str]:
    """Decimal bounds, rounded outward to a few digits."""
    with flint.ctx.workprec(256):
        return _decimal(value.lower.lower(), digits, False), _decimal(value.upper.upper(), digits, True)


def _decimal(end: flint.arb, digits: int, up: bool) -> str:
    if not end.is_finite() or abs(int(end.man_exp()[1])) > MOST_EXPONENT:
        return "inf" if up else "-inf"
    text = decimal_enclosure(end, end, digits)[int(up)]
    mantissa, mark, exponent = text.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent


def _command(name: str, claim: Claim, seed: int) -> str:
    options = f" --only {shlex.quote(claim.id)}" + (f" --seed {seed}" if seed else "")
    return f"ntk-companion audit {shlex.quote(name)}{options}"


# Statements of the ledger


def _from_ledger(claim: Claim, name: str, ledger: Mapping[str, Mapping[str, Any]] | None) -> Reply:
    record = _record(claim, name, ledger)
    verdict = record["verdict"]
    finding = record.get("finding")
    because = (
        (finding["sentence"] if finding else "")
        or record.get("refutation")
        or record.get("undecided")
        or (f"{record['title']}: {sum(record['instances'].values())} cases decided by its check")
    )
    return Reply(
        claim.id, claim.sentence, claim.source, f"statement {claim.statement}", verdict, record["scope"],
        ", ".join(record["evidence"]), {}, because, record["qualification"], "", 0,
        _command(name, claim, 0), claim.expected,
    )  # fmt: skip


def _record(claim: Claim, name: str, ledger: Mapping[str, Mapping[str, Any]] | None) -> Mapping[str, Any]:
    if ledger is None:
        raise InputError(
            f"{name}, claim {claim.id!r}: it audits a statement of the ledger, and there is none;"
            " run 'pytest checks/' first"
        )
    if claim.statement not in ledger:
        raise InputError(f"{name}, claim {claim.id!r}: the ledger has no statement {str(claim.statement)[:60]!r}")
    return ledger[str(claim.statement)]


def _check_ledger(claim: Claim, verdict: Verdict, name: str, ledger: Mapping[str, Mapping[str, Any]] | None) -> None:
    """An assertion that stands for a statement must not contradict what the ledger says of it."""
    recorded = _record(claim, name, ledger)["verdict"]
    if {recorded, str(verdict)} == {"CONFIRMED", "REFUTED"}:
        raise InputError(
            f"{name}, claim {claim.id!r}: the assertion is {verdict} and the ledger's {claim.statement} is {recorded};"
            " the assertion does not say what the statement says"
        )


# Counterexamples as claims


def counterexample_file(claim: Claim, witness: Mapping[str, Any]) -> str:
    """A claims file with the quantifiers replaced by the values that refute the claim; empty if there are none."""
    body = _assertion(claim)
    constants: dict[str, str] = {}
    sets: dict[str, PointSet] = {}
    while isinstance(body, Quantified) and body.universal and body.variable in witness:
        value = witness[body.variable]
        if isinstance(body.domain, Family):
            sets[body.variable] = value
        elif isinstance(value, Number):
            constants[body.variable] = str(value.value)
        else:
            return ""
        body = body.body
    if body is claim.assertion or not all(isinstance(points, RationalPoints) for points in sets.values()):
        return ""
    text = claim.text[slice(*body.span)]
    return _toml(claim, text, constants, sets)


def _toml(claim: Claim, text: str, constants: dict[str, str], sets: dict[str, PointSet]) -> str:
    entry = dict(claim.written["claim"])
    entry = {key: value for key, value in entry.items() if key not in ("statement", "expected")}
    sentence = f"one case of: {claim.sentence}" if claim.sentence else "a counterexample"
    entry |= {"id": f"{claim.id[:80]}-counterexample", "sentence": sentence, "assertion": " ".join(text.split())}
    written = claim.written
    networks = {name: table for name, table in written["networks"].items() if _mentions(entry, name)}
    points = {name: value for name, value in written["points"].items() if _mentions(entry, name)}
    points |= {name: search.rows_of(rows) for name, rows in sets.items() if isinstance(rows, RationalPoints)}
    known = dict(written["constants"]) | dict(entry.pop("constants", {}))
    used = {name: value for name, value in known.items() if _mentions([entry, networks, list(known.values())], name)}
    lines = []
    for heading, table in (("constants", used | constants), ("points", points)):
        if table:
            lines += [f"[{heading}]", *(f"{key} = {_toml_value(value)}" for key, value in table.items()), ""]
    for name, network in networks.items():
        lines += [f"[networks.{name}]", *(f"{key} = {_toml_value(value)}" for key, value in network.items()), ""]
    lines += ["[[claim]]", *(f"{key} = {_toml_value(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def _mentions(value: Any, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", str(value)) is not None


def _toml_value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case Fraction():
            return str(value.numerator) if value.denominator == 1 else json.dumps(str(value))
        case list():
            return "[" + ", ".join(map(_toml_value, value)) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(str(value), ensure_ascii=False)


# Records and formats


def record(claims: ClaimsFile, replies: list[Reply], seed: int) -> dict[str, Any]:
    """Everything that is needed to compare this audit with another: JSON values."""
    versions = {"python": platform.python_version()} | {package: metadata.version(package) for package in PACKAGES}
    return {
        "schema": SCHEMA,
        "file": claims.name,
        "title": claims.title,
        "sha256": claims.sha256,
        "seed": seed,
        "versions": versions,
        "claims": [asdict(reply) for reply in replies],
    }


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """What changed between two records, a sentence each. Raises InputError if `before` is no record."""
    if before.get("schema") != SCHEMA or not isinstance(before.get("claims"), list):
        raise InputError(f"the record to compare with is not of the schema {SCHEMA!r}")
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
            f"> {_escaped(reply.sentence or reply.assertion)}"
            + (f" ({_escaped(reply.source)})" if reply.source else ""),
            "",
            f"**{reply.verdict}** ({reply.scope}; {reply.evidence}). {_escaped(reply.because)}.",
            _escaped(reply.qualification),
            "",
            f"Claim: `{reply.assertion}`. To reproduce: `{reply.command}`",
            "",
        ]
        if reply.counterexample:
            result += ["```toml", *reply.counterexample.splitlines(), "```", ""]
    return result


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_`<>|\[\]])", r"\\\1", text)


def _latex_lines(replies: list[Reply]) -> list[str]:
    result = [r"\begin{description}"]
    for reply in replies:
        source = f" ({_latex(reply.source)})" if reply.source else ""
        result += [
            rf"\item[{_latex(reply.id)}] ``{_latex(reply.sentence or reply.assertion)}''{source}",
            rf"  \textbf{{{reply.verdict}}} ({_latex(reply.scope)}; {_latex(reply.evidence)}).",
            rf"  {_latex(reply.because)}.",
            rf"  {_latex(reply.qualification)} Claim: \texttt{{{_latex(reply.assertion)}}}.",
            rf"  Reproduce with \texttt{{{_latex(reply.command)}}}.",
        ]
    return [*result, r"\end{description}"]


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "^": r"\^{}", "~": r"\~{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
}  # fmt: skip


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
