"""Deciding assertions.

A part of an assertion has the verdict that the whole of it would have: VACUOUS is true for a reason that says nothing.
Comparisons are decided by balls and by sympy, quantifiers by trying, by subdivision and by search.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from ntk_companion.audit.decide.boxes import chain_of, over_box
from ntk_companion.audit.decide.comparisons import decide_about, decide_comparison, shown
from ntk_companion.audit.decide.intervals import over_interval
from ntk_companion.audit.decide.limits import decide_limit
from ntk_companion.audit.decide.search import over_family
from ntk_companion.audit.decide.truth import conjunction, disjunction, negation
from ntk_companion.audit.decide.vacuity import says_nothing
from ntk_companion.audit.decide.witnesses import remember
from ntk_companion.audit.syntax import nodes
from ntk_companion.audit.syntax.errors import ExhaustedError
from ntk_companion.audit.syntax.vocabulary import TRAINED
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import whole_number_at
from ntk_companion.evidence import Verdict

WORK = 100
"""Microseconds charged for each statement decided, beside what its values take."""
MOST_WHOLE_NUMBERS = 1000
"""Longer ranges are searched and not gone through."""


def decide(node: nodes.Node, environment: Environment) -> Verdict:
    """The truth of a statement; VACUOUS if it says nothing of the training that it speaks of."""
    environment.budget.charge(WORK)
    outcome = _decide(node, environment)
    return Verdict.VACUOUS if outcome is Verdict.CONFIRMED and says_nothing(node, environment, decide) else outcome


def _decide(node: nodes.Node, environment: Environment) -> Verdict:
    inner = replace(environment, root=False)
    match node:
        case nodes.Comparison():
            return decide_comparison(node, environment)
        case nodes.About():
            return decide_about(node, environment)
        case nodes.Limit():
            return decide_limit(node, environment)
        case nodes.Not(part=nodes.Comparison(relation=relation) as part):
            return decide(replace(part, relation=relation.opposite), environment)
        case nodes.Not(part=part):
            return negation(decide(part, inner))
        case nodes.And(parts=parts_):
            return _all_of(parts_, inner)
        case nodes.Or(parts=parts_):
            return disjunction(decide(part, inner) for part in parts_)
        case nodes.If(hypothesis=hypothesis, conclusion=conclusion):
            return _conditional(hypothesis, conclusion, inner)
        case nodes.Quantified():
            root = environment.root and environment.chain in (None, node.universal)
            return _quantified(node, replace(environment, root=root, chain=node.universal))
    raise TypeError(f"{node} is not a statement")


def _all_of(statements: Iterable[nodes.Node], environment: Environment) -> Verdict:
    """All hold: says nothing if one that speaks of training does."""
    found = []
    for statement in statements:
        found.append((statement, decide(statement, environment)))
        if found[-1][1] is Verdict.REFUTED:
            return Verdict.REFUTED
    outcome = conjunction(truth for _, truth in found)
    hollow = any(truth is Verdict.VACUOUS and nodes.words_in(statement) & TRAINED for statement, truth in found)
    return Verdict.VACUOUS if hollow and outcome is Verdict.CONFIRMED else outcome


def _conditional(hypothesis: nodes.Node, conclusion: nodes.Node, environment: Environment) -> Verdict:
    held = decide(hypothesis, environment)
    if held is Verdict.REFUTED:
        environment.note(f"the hypothesis {shown(hypothesis, environment)} does not hold")
        return Verdict.VACUOUS
    outcome = decide(conclusion, environment)
    if held is Verdict.INCONCLUSIVE:
        # True whether or not the hypothesis holds, but not shown to say anything.
        return Verdict.VACUOUS if outcome in (Verdict.CONFIRMED, Verdict.VACUOUS) else Verdict.INCONCLUSIVE
    return outcome


def _quantified(node: nodes.Quantified, environment: Environment) -> Verdict:
    match node.domain:
        case nodes.WholeNumbers():
            return _over_whole_numbers(node, node.domain, environment)
        case nodes.Interval():
            chain = chain_of(node, environment)
            found = over_box(chain, environment, decide) if chain is not None else None
            if found is not None:
                return found
            return over_interval(node, node.domain, environment, decide)
        case nodes.Family():
            return over_family(node, node.domain, environment, decide)


def _over_whole_numbers(node: nodes.Quantified, domain: nodes.WholeNumbers, environment: Environment) -> Verdict:
    first, last = (
        whole_number_at(end, environment, "the end of a range", -(10**6), 10**6) for end in (domain.first, domain.last)
    )
    numbers = range(first, last + 1)
    if not numbers:
        environment.note(f"the range of {node.variable} is empty")
    tried = numbers if len(numbers) <= MOST_WHOLE_NUMBERS else _spread(numbers)
    settling, found = Verdict.REFUTED if node.universal else Verdict.CONFIRMED, []
    for done, number in enumerate(tried):
        value = nodes.Number((0, 0), Fraction(number))
        try:
            outcome = decide(node.body, environment.bind(node.variable, value))
        except ExhaustedError:
            if done:
                environment.log.note(f"{done} values of {node.variable} were decided, up to {tried[done - 1]}")
            raise
        if outcome is settling:
            remember(node, value, outcome, environment, decide)
            return outcome
        found.append(outcome)
    if len(tried) < len(numbers):
        what = "counterexample" if node.universal else "example"
        environment.log.cases += len(tried)
        environment.note(f"no {what} among {len(tried)} of the {len(numbers)} numbers from {first} to {last}")
        return Verdict.INCONCLUSIVE
    outcome = conjunction(found) if node.universal else disjunction(found)
    if outcome is Verdict.INCONCLUSIVE:
        least = tried[found.index(Verdict.INCONCLUSIVE)]
        environment.note(
            f"undecided for {found.count(Verdict.INCONCLUSIVE)} values of {node.variable}, the first {least}"
        )
    elif outcome is Verdict.CONFIRMED:
        environment.note(f"true for every {node.variable} from {first} to {last}")
    return outcome


def _spread(numbers: range) -> list[int]:
    """Some numbers of a long range: its ends, and more and more sparsely away from both."""
    steps = [0, *(round(2 ** (power / 2)) for power in range(2 * len(numbers).bit_length() - 3))]
    return sorted({numbers[step] for step in steps} | {numbers[-1 - step] for step in steps[:10]})


def needs_random_search(node: nodes.Node) -> bool:
    """Does deciding draw examples?"""
    return any(
        isinstance(part, nodes.Quantified) and isinstance(part.domain, nodes.Family) for part in nodes.parts(node)
    )
