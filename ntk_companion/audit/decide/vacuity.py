"""When a statement that holds says nothing: bounds that are met before training begins."""

from dataclasses import replace
from fractions import Fraction

from flint import arb, ctx

from ntk_companion.audit.decide.witnesses import Decide
from ntk_companion.audit.syntax import nodes, vocabulary
from ntk_companion.audit.syntax.vocabulary import TIME
from ntk_companion.audit.values import ranges
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.evidence import Verdict

DISTANCES = frozenset([vocabulary.GAP, vocabulary.LARGEST_GAP, vocabulary.K_T])
"""The words that depend on how far the kernel is from its limit."""
CROSSINGS = frozenset([vocabulary.CROSSING_TIME, vocabulary.LOG10_CROSSING])
BITS = 256
MOST_HALVINGS = 6


def says_nothing(node: nodes.Node, environment: Environment, decide: Decide) -> bool:
    """Does a statement that holds say nothing of training?

    So it is if the time of a crossing is spoken of, and the constant is exceeded at the start; if a probability is
    claimed to be large, and is so only with cases that say nothing; and if the kernel is claimed to be away from its
    limit, and is so at the start. A statement of its distance is taken for such a claim if it does not hold all the
    way from the limit to the kernel at the start: that a distance stays small is one that does.
    """
    if (
        environment.share is not None
        or isinstance(node, nodes.And | nodes.If)
        or (isinstance(node, nodes.Quantified) and node.universal)
    ):
        return False
    words = nodes.words_in(node)
    if isinstance(node, nodes.Comparison) and any(_crossed_at_start(part, environment) for part in nodes.parts(node)):
        environment.log.note("the constant is exceeded at the start, before training")
        return True
    if vocabulary.PROBABILITY in words:
        return (
            isinstance(node, nodes.Comparison)
            and not environment.strict
            and not _holds(node, replace(environment, strict=True))
        )
    if not any(_is_later_distance(part) for part in nodes.parts(node)):
        return False
    if _outcome(at_start(node), environment, decide) is not Verdict.CONFIRMED:
        return False
    if _holds_from_limit_to_start(node, environment, decide):
        return False
    environment.log.note("the kernel is as far from its limit at the start, before training")
    return True


def at_start(node: nodes.Node) -> nodes.Node:
    """The same with all times replaced by 0."""
    return nodes.mapped(node, lambda part: _at_time(part, Fraction(0)))


def _at_time(part: nodes.Node, time: Fraction) -> nodes.Node:
    """A word with another time."""
    if not isinstance(part, nodes.Apply):
        return part
    pairs = zip(part.arguments, part.word.arguments, strict=False)
    changed = tuple(nodes.Number(part.span, time) if wanted is TIME else argument for argument, wanted in pairs)
    return replace(part, arguments=changed) if TIME in part.word.arguments else part


def _is_later_distance(part: nodes.Node) -> bool:
    """Is this a word of the kernel's distance at a time other than 0?"""
    if not isinstance(part, nodes.Apply) or part.word not in DISTANCES:
        return False
    return not all(isinstance(time, nodes.Number) and time.value == 0 for time in nodes.times_of(part))


def _holds_from_limit_to_start(node: nodes.Node, environment: Environment, decide: Decide) -> bool:
    """Does a statement hold for all kernels between the limit and that at the start, by subdivision?"""
    # A variable may stand for time 0 as well; any later time is as good here.
    node = nodes.mapped(node, lambda part: _at_time(part, Fraction(1)) if _is_later_distance(part) else part)
    boxes = [(Fraction(0), Fraction(1))]
    while boxes:
        lower, upper = boxes.pop()
        share = ranges.Range(*(ranges.rational(end).ball() for end in (lower, upper)))
        outcome = _outcome(node, replace(environment, share=share), decide)
        if outcome in (Verdict.CONFIRMED, Verdict.VACUOUS):
            continue
        if outcome is Verdict.REFUTED or upper - lower <= Fraction(1, 2**MOST_HALVINGS):
            return False
        middle = (lower + upper) / 2
        boxes += [(middle, upper), (lower, middle)]
    return True


def _outcome(node: nodes.Node, environment: Environment, decide: Decide) -> Verdict:
    """The truth of a statement, with nothing left of what was met but the work."""
    return decide(node, environment.apart(root=False))


def _holds(node: nodes.Comparison, environment: Environment) -> bool:
    here = replace(environment, bits=BITS)
    with ctx.workprec(BITS):
        return ranges.compare(evaluate(node.left, here), node.relation, evaluate(node.right, here)) is True


def _crossed_at_start(part: nodes.Node, environment: Environment) -> bool:
    if not isinstance(part, nodes.Apply) or part.word not in CROSSINGS:
        return False
    return bool(evaluate(replace(part, word=vocabulary.LOG10_CROSSING), environment).upper == arb.neg_inf())
