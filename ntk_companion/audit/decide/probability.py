"""The probability over initialisations that a statement holds."""

import flint
from scipy.stats import beta

from ntk_companion.audit.decide.initialisations import over_initialisations
from ntk_companion.audit.decide.truth import Truth
from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import Node
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.ranges import Range
from ntk_companion.audit.values.registry import means
from ntk_companion.audit.values.sampling import ERROR


@means(vocabulary.PROBABILITY)
def probability(environment: Environment, statement: Node) -> Range:
    """The probability over initialisations that a statement holds: Clopper and Pearson's interval."""
    outcomes, log = over_initialisations(statement, environment), environment.log
    trials, undecided = len(outcomes), sum(outcome is Truth.UNKNOWN for outcome in outcomes)
    holds = sum(outcome is Truth.TRUE or (outcome is Truth.EMPTY and not environment.strict) for outcome in outcomes)
    log.cases = max(log.cases, trials)
    log.tests.add((vocabulary.PROBABILITY, statement, str([environment.bindings[name] for name in environment.bound])))
    if not environment.strict:
        open_cases = f", {undecided} undecided" * bool(undecided)
        environment.note(f"it held for {holds} of {trials} initialisations{open_cases}")
    lower = beta.ppf(ERROR / 2, holds, trials - holds + 1) if holds else 0.0
    most = holds + undecided
    upper = beta.isf(ERROR / 2, most + 1, trials - most) if most < trials else 1.0
    return Range(flint.arb(float(lower * (1 - 1e-9))), flint.arb(float(min(1.0, upper * (1 + 1e-9)))))
