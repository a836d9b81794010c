"""Auditing: from a claim to a reply with its verdict, scope, evidence and qualification."""

import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any

import flint

from ntk_companion.audit.claims.claim import Claim, ClaimsFile, Reading
from ntk_companion.audit.claims.formulas import Formula
from ntk_companion.audit.decide import decide, each_initialisation, needs_random_search, speaks_of_one_network, times_in
from ntk_companion.audit.decide.comparisons import kinds_of
from ntk_companion.audit.decide.formulas import judge
from ntk_companion.audit.decide.truth import conjunction
from ntk_companion.audit.reply.counterexamples import counterexample_file
from ntk_companion.audit.reply.settings import setting
from ntk_companion.audit.syntax.errors import ExhaustedError, InputError, MeaninglessError
from ntk_companion.audit.syntax.nodes import Node, words_in
from ntk_companion.audit.syntax.vocabulary import MEANS, SAMPLED, TRAINED
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.log import Log
from ntk_companion.audit.values.ranges import Range
from ntk_companion.evidence import Kind, Verdict
from numerics.numbers.decimals import decimal_enclosure
from numerics.progress import counted

OUTCOMES = {
    Verdict.CONFIRMED: "holds for",
    Verdict.REFUTED: "fails for",
    Verdict.INCONCLUSIVE: "is undecided for",
    Verdict.VACUOUS: "says nothing of",
}
SHOWN_DIGITS = 12
MOST_EXPONENT = 100_000
MOST_DECIMAL_EXPONENT = 30_000
"""Numbers of binary exponents beyond the first are told by this decimal one: 2^100000 exceeds 10^30000."""


@dataclass(frozen=True)
class Reply:
    """The answer to one claim.

    evidence        formal, symbolic, certified or statistical; several are joined by a comma
    value           the numbers compared, as decimal bounds: {expression: [lower, upper]}
    because         one sentence of evidence
    qualification   what the evidence does and does not show
    counterexample  a claims file that refutes the claim by itself, if one was found
    expected        the verdict on record in the claims file, if one is
    false_alarm     the probability that random networks led to a wrong verdict is at most this
    setting         the networks, points, labels, training and seed that the claim speaks of
    fault           what is wrong with a claim that has no meaning: it was not decided
    made            of a statement of the ledger, what made its entry: profile, seed, versions
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
    false_alarm: float = 0.0
    made: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    setting: str = ""

    @property
    def surprises(self) -> bool:
        """Is there a verdict on record, and another one now?"""
        return bool(self.expected) and self.expected != self.verdict


def audit(
    claims: ClaimsFile,
    seed: int = 0,
    ledger: Mapping[str, Mapping[str, Any]] | None = None,
    tell: Callable[[Reply], None] = lambda reply: None,
) -> list[Reply]:
    """Decide every claim of a file; one without meaning is told so, and the others are decided.

    `ledger` maps the ids of statements to their records; `tell` is called with each reply as it comes.
    """
    replies = []
    for claim in counted(claims.claims, len(claims.claims), "claims"):
        replies.append(_reply(claim, claims.name, seed, ledger))
        tell(replies[-1])
    return replies


def _reply(claim: Claim, name: str, seed: int, ledger: Mapping[str, Mapping[str, Any]] | None) -> Reply:
    try:
        return audit_claim(claim, name, seed, ledger)
    except InputError as error:
        kinds = ", ".join(sorted(map(str, kinds_of(claim.assertion)))) if claim.assertion is not None else ""
        fault = str(error)
        return Reply(
            claim.id, claim.sentence, claim.source, " ".join(claim.text.split()), str(Verdict.INCONCLUSIVE),
            "instances: 0", kinds, {}, fault.removeprefix(f"{name}, claim {claim.id!r}: "),
            "The claim has no meaning as it stands; nothing is said of whether it is true.",
            command=_command(name, claim, seed), expected=claim.expected, fault=fault, setting=setting(claim, seed),
        )  # fmt: skip


def audit_claim(
    claim: Claim, name: str = "claims", seed: int = 0, ledger: Mapping[str, Mapping[str, Any]] | None = None
) -> Reply:
    """Decide one claim. Raises InputError on a claim without meaning, such as one of point 7 of six."""
    if claim.fault:
        raise InputError(claim.fault)
    if claim.formula is not None:
        return _of_formula(claim, name, seed)
    if claim.assertion is None:
        return _from_ledger(claim, name, ledger)
    environment = Environment.of(claim, seed)
    log = environment.log
    try:
        truth, log = _decided(claim.assertion, replace(environment, times=times_in(claim.assertion, environment)))
    except ExhaustedError:
        truth = Verdict.INCONCLUSIVE
        log.note("the work limit of one claim was reached")
    except MeaninglessError as error:
        raise InputError(f"{name}, claim {claim.id!r}: {error}") from None
    if claim.statement is not None:
        _check_ledger(claim, truth, name, ledger)
    counterexample = counterexample_file(claim, log.witness, log.seed) if truth is Verdict.REFUTED else ""
    return Reply(
        claim.id, claim.sentence, claim.source, " ".join(claim.text.split()), str(truth), _scope(claim, truth, log),
        ", ".join(sorted(map(str, log.kinds or kinds_of(claim.assertion)))), _values(log), _because(truth, log),
        _qualification(claim, truth, log), counterexample, log.bits, _command(name, claim, seed), claim.expected,
        claim.sampling.error * len(log.tests), setting=setting(claim, seed),
    )  # fmt: skip


def _of_formula(claim: Claim, name: str, seed: int) -> Reply:
    """The reply to a claim that a formula, as printed, is the derived kernel. Raises InputError."""
    formula = claim.formula
    assert formula is not None
    try:
        found = judge(formula)
    except MeaninglessError as error:
        raise InputError(f"{name}, claim {claim.id!r}: {error}") from None
    kinds = {Kind.SYMBOLIC} if found.verdict is Verdict.CONFIRMED else {Kind.SYMBOLIC, Kind.CERTIFIED}
    qualification = {
        Verdict.CONFIRMED: "Proved by sympy of the kernel of the infinitely wide network as derived, for the formula as"
        " it was read; what its letters stand for is what the file says.",
        Verdict.REFUTED: "Sympy says term by term what is off, ball arithmetic that it is not nothing; the formula is"
        " taken as it was read.",
    }.get(found.verdict, "Not decided within the stated limits; nothing is said of whether the claim is true.")
    return Reply(
        claim.id, claim.sentence or formula.quote, claim.source or formula.source,
        f"formula {formula.name}: {formula.read_as}", str(found.verdict), _scope_of_formula(found.verdict, formula),
        ", ".join(sorted(map(str, kinds))), {}, found.sentence, qualification, command=_command(name, claim, seed),
        expected=claim.expected, setting=f"network: {formula.title}; run with seed {seed}",
    )  # fmt: skip


def _scope_of_formula(verdict: Verdict, formula: Formula) -> str:
    return {Verdict.CONFIRMED: "all" if formula.depth is None else "instances: 1"}.get(
        verdict, "instances: 1" if verdict is Verdict.REFUTED else "instances: 0"
    )


def _decided(assertion: Node, environment: Environment) -> tuple[Verdict, Log]:
    """The truth of an assertion, and what was met on the way: for one about a trained network, over its seeds."""
    if not speaks_of_one_network(assertion):
        return decide(assertion, environment), environment.log
    found: dict[int, tuple[Verdict, Log]] = {}
    for seed, outcome, log in each_initialisation(assertion, environment):
        found[seed] = outcome, log
        if outcome is Verdict.REFUTED:
            break
    truth = conjunction(outcome for outcome, _ in found.values())
    telling = next(seed for seed, (outcome, _) in found.items() if outcome is truth)
    result = found[telling][1]
    result.absorb(environment.log)
    saying = (truth,) if truth is Verdict.VACUOUS else (Verdict.CONFIRMED, Verdict.REFUTED)
    result.cases = sum(outcome in saying for outcome, _ in found.values())
    if environment.trained.seeds > 1:
        result.seed = telling
        counts = Counter(OUTCOMES[outcome] for outcome, _ in found.values())
        told = ", ".join(f"{word} {count}" for word, count in counts.items())
        result.notes.insert(0, f"of the networks it {told}; for seed {telling}")
    return truth, result


def _scope(claim: Claim, truth: Verdict, log: Log) -> str:
    if words_in(_assertion(claim)) & (TRAINED | SAMPLED):  # runs and samples prove nothing for all
        return f"instances: {max(log.cases, int(truth is not Verdict.INCONCLUSIVE))}"
    if truth is Verdict.INCONCLUSIVE:
        return f"instances: {log.cases}"
    return "instances: 1" if truth is Verdict.REFUTED and log.witness else "all"


def _assertion(claim: Claim) -> Node:
    assert claim.assertion is not None
    return claim.assertion


def _because(truth: Verdict, log: Log) -> str:
    facts = [f"{text} {_about(value)}" for text, value in log.facts.items() if value.is_known]
    if truth is Verdict.VACUOUS and not log.notes:
        facts.append("no case fulfils the hypothesis")
    found = [*log.notes, *facts] if log.witness or log.seed is not None else [*facts, *log.notes]
    if log.draws:
        found.append(f"at most {log.draws} networks were drawn at each width")
    return "; ".join(found) or "decided case by case"


def _about(value: Range) -> str:
    """The number as a decimal and an upper bound of its error, no digit shown that the error makes idle."""
    ends = _decimals(value, 2 * SHOWN_DIGITS)
    lower, upper = map(Decimal, ends)
    if not (lower.is_finite() and upper.is_finite()):
        return f"lies in [{', '.join(ends)}]"
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


def _qualification(claim: Claim, truth: Verdict, log: Log) -> str:
    if truth is Verdict.INCONCLUSIVE:
        if needs_random_search(_assertion(claim)):
            return "A search that finds nothing proves nothing: sample sets that were not tried are not covered."
        return "Not decided within the stated limits; nothing is said of whether the claim is true."
    if truth is Verdict.VACUOUS:
        reasons = "the hypothesis does not hold, the range is empty, or the bound is met before training"
        return f"True for a reason that says nothing: {reasons}."
    if truth is Verdict.REFUTED and log.witness:
        return "One case refutes a claim about all of them; it says nothing of the others."
    random = ""
    if Kind.STATISTICAL in log.kinds:
        error = f"{claim.sampling.error * len(log.tests):.1g}"
        random = f"A test on random networks: wrong with probability at most {error}{_rests(claim)}. "
    if Kind.NUMERICAL in log.kinds:
        return (
            f"{random}The flow was integrated numerically at two accuracies, whose difference estimates the error; it"
            " says nothing of other initialisations, widths, points or labels."
        )
    if random:
        return random.strip()
    how = " and ".join(_provers(log))
    return f"Proved by {how}, for the objects named and for the kernels of the infinitely wide networks as derived."


def _provers(log: Log) -> list[str]:
    """What proved a claim, in words."""
    words = {
        Kind.CERTIFIED: f"ball arithmetic, {log.bits} bits",
        Kind.SYMBOLIC: "sympy",
        Kind.FORMAL: "Coq",
        Kind.RECORDED: "Coq, as its seal says",
    }
    return [word for kind, word in words.items() if kind in log.kinds] or [words[Kind.CERTIFIED]]


def _rests(claim: Claim) -> str:
    """What the probability of an error rests on, where it is no exact one."""
    means = words_in(_assertion(claim)) & MEANS
    return ", by Student's t, exact to first order in the skewness, with a reserve beyond it" if means else ""


def _values(log: Log) -> dict[str, list[str]]:
    return {text: list(_decimals(value)) for text, value in log.facts.items() if value.is_known}


def _decimals(value: Range, digits: int = SHOWN_DIGITS) -> tuple[str, str]:
    """Decimal bounds, rounded outward to a few digits."""
    with flint.ctx.workprec(256):
        return _decimal(value.lower.lower(), digits, False), _decimal(value.upper.upper(), digits, True)


def _decimal(end: flint.arb, digits: int, up: bool) -> str:
    if not end.is_finite():
        return "inf" if up else "-inf"
    mantissa, exponent = map(int, end.man_exp())
    if abs(exponent) > MOST_EXPONENT:
        return _beyond(mantissa > 0, exponent > 0, up)
    text = decimal_enclosure(end, end, digits)[int(up)]
    shown, mark, power = text.partition("e")
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + mark + power


def _beyond(positive: bool, huge: bool, up: bool) -> str:
    """A bound of a number too large or too small to be written out, with its sign."""
    away = positive == up  # from zero
    if huge:
        size = "inf" if away else f"1e{MOST_DECIMAL_EXPONENT}"
    elif not away:
        return "0"
    else:
        size = f"1e-{MOST_DECIMAL_EXPONENT}"
    return size if positive else "-" + size


def _command(name: str, claim: Claim, seed: int, record: Mapping[str, Any] | None = None) -> str:
    """What to type to get the reply again; for a statement of the ledger, its check first."""
    options = f" --only {shlex.quote(claim.id)}" + (f" --seed {seed}" if seed else "")
    audit = f"ntk-companion audit {shlex.quote(name)}{options}"
    tests = record.get("tests", []) if record is not None else []
    if record is None or not tests:
        return audit
    made, usual = record.get("made", {}), {"profile": "default", "seed": None}
    chosen = [f"--{key}={made[key]}" for key, value in usual.items() if made.get(key, value) != value]
    return f"{shlex.join(['pytest', *tests, *chosen])} && {audit}"


def _from_ledger(claim: Claim, name: str, ledger: Mapping[str, Mapping[str, Any]] | None) -> Reply:
    record = _record(claim, name, ledger)
    verdict, scope = _recorded(claim, record)
    finding = record.get("finding")
    if claim.reading is Reading.CORRECTED:
        because = f"the corrected form ${finding['corrected']}$" if finding and finding["corrected"] else "as corrected"
        because += ", by the check that refutes the printed one"
    else:
        because = (
            (finding["sentence"] if finding else "")
            or record.get("refutation")
            or record.get("undecided")
            or (f"{record['title']}: {sum(record['instances'].values())} cases decided by its check")
            + (f"; the nearest: {record['confirmation']}" if record.get("confirmation") else "")
        )
    return Reply(
        claim.id, claim.sentence, claim.source, f"statement {claim.statement}, as {claim.reading}", verdict, scope,
        ", ".join(record["evidence"]), {}, because, record["qualification"],
        command=_command(name, claim, 0, record), expected=claim.expected, made=record.get("made", {}),
    )  # fmt: skip


def _recorded(claim: Claim, record: Mapping[str, Any]) -> tuple[str, str]:
    """Verdict and scope that the ledger has for the reading that the claim speaks of."""
    if claim.reading is Reading.PRINTED:
        return record["verdict"], record["scope"]
    confirmed = record["corrected_confirmed"]
    holds = bool(confirmed) and all(confirmed)
    return str(Verdict.CONFIRMED if holds else Verdict.INCONCLUSIVE), f"instances: {sum(confirmed)}"


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
    recorded, _ = _recorded(claim, _record(claim, name, ledger))
    if {recorded, str(verdict)} == {"CONFIRMED", "REFUTED"}:
        raise InputError(
            f"{name}, claim {claim.id!r}: the assertion is {verdict} and the ledger's {claim.statement} is {recorded};"
            " the assertion does not say what the statement says"
        )
