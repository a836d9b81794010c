"""Statements about trained networks, decided for every initialisation that a claim speaks of, and their probability."""

from collections.abc import Iterator
from dataclasses import replace

import flint

from ntk_companion.audit.decide.deciding import decide
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import Apply, Node, Quantified, children, parts, times_of
from ntk_companion.audit.syntax.vocabulary import TRAINED
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.audit.values.log import Log
from ntk_companion.audit.values.ranges import Range
from ntk_companion.audit.values.registry import means
from ntk_companion.audit.values.times import log_ends
from ntk_companion.evidence import Verdict
from numerics.statistics import clopper_pearson

BITS = 128


def each_initialisation(node: Node, environment: Environment) -> Iterator[tuple[int, Verdict, Log]]:
    """The truth of a statement for every initialisation of the trained network, with its seed and what was met."""
    for seed in environment.trained.initialisations(environment.seed):
        there = environment.apart(seed_of_network=seed)
        outcome = decide(node, there)
        environment.log.absorb(there.log)
        yield seed, outcome, there.log


def over_initialisations(node: Node, environment: Environment) -> list[Verdict]:
    """The truth of a statement for every initialisation, or as many as the work of a claim allows.

    Remembered if it depends on no variable.
    """
    environment = environment.without_idle_variables(node)
    return environment.constant(("initialisations", node), lambda: _over_initialisations(node, environment))


def _over_initialisations(node: Node, environment: Environment) -> list[Verdict]:
    outcomes = []
    for _, outcome, _ in each_initialisation(node, replace(environment, root=False, strict=False)):
        outcomes.append(outcome)
        if environment.budget.nearly_spent:  # the interval found so far is told
            break
    return outcomes


def speaks_of_one_network(node: Node) -> bool:
    """Is a word about a trained network used outside all probabilities?"""
    if isinstance(node, Apply) and node.word is vocabulary.PROBABILITY:
        return False
    if isinstance(node, Apply) and node.word in TRAINED:
        return True
    return any(speaks_of_one_network(part) for part in children(node))


def times_in(assertion: Node, environment: Environment) -> tuple[float, ...]:
    """Logarithms of the times that an assertion names, other than by its variables. Raises MeaninglessError."""
    variables = {part.variable for part in parts(assertion) if isinstance(part, Quantified)}
    found = set()
    for time in (time for part in parts(assertion) for time in times_of(part)):
        if not variables & environment.names_in(time):
            with flint.ctx.workprec(BITS):
                ends = log_ends(evaluate(time, replace(environment, bits=BITS)))
            found |= {ends[0]} if ends is not None else set()
    return tuple(sorted(found))


@means(vocabulary.PROBABILITY)
def probability(environment: Environment, statement: Node) -> Range:
    """The probability over initialisations that a statement holds: Clopper and Pearson's interval."""
    outcomes, log = over_initialisations(statement, environment), environment.log
    trials, undecided = len(outcomes), sum(outcome is Verdict.INCONCLUSIVE for outcome in outcomes)
    holds = sum(
        outcome is Verdict.CONFIRMED or (outcome is Verdict.VACUOUS and not environment.strict) for outcome in outcomes
    )
    log.cases = max(log.cases, trials)
    log.tests.add((vocabulary.PROBABILITY, statement, str([environment.bindings[name] for name in environment.bound])))
    if not environment.strict:
        open_cases = f", {undecided} undecided" * bool(undecided)
        asked = environment.trained.seeds
        limit = f"; {asked} were asked for, so many are the work of one claim" * (trials < asked)
        environment.note(f"it held for {holds} of {trials} initialisations{open_cases}{limit}")
    error = environment.claim.sampling.error
    lower = clopper_pearson(holds, trials, error / 2)[0]
    upper = clopper_pearson(holds + undecided, trials, error / 2)[1]
    return Range(flint.arb(lower * (1 - 1e-9)), flint.arb(min(1.0, upper * (1 + 1e-9))))
