"""Statements about all, or some, points of a box: nested quantifiers of one kind over intervals, divided together."""

from collections import deque
from dataclasses import dataclass, replace
from itertools import product

from flint import arb

from ntk_companion.audit.decide.comparisons import dyadic, end_of
from ntk_companion.audit.decide.intervals import ball_of, boxes_when_open, middle
from ntk_companion.audit.decide.witnesses import Decide, remember
from ntk_companion.audit.syntax.nodes import Interval, Node, Quantified
from ntk_companion.audit.values.environment import Binding, Environment
from ntk_companion.audit.values.ranges import Range
from ntk_companion.evidence import Verdict

MOST_BOXES = 40_000
MOST_VARIABLES = 4
POINT_BITS = 256

Box = tuple[tuple[arb, arb], ...]


@dataclass(frozen=True)
class Chain:
    """Quantifiers of one kind over intervals whose ends name none of their variables, the outermost first."""

    nodes: tuple[Quantified, ...]

    @property
    def body(self) -> Node:
        """What is said of every point of the box."""
        return self.nodes[-1].body

    def bind(self, values: tuple[Binding, ...], environment: Environment) -> Environment:
        """The environment with a value for every variable."""
        for node, value in zip(self.nodes, values, strict=True):
            environment = environment.bind(node.variable, value)
        return environment


def chain_of(node: Quantified, environment: Environment) -> Chain | None:
    """The chain that starts with a quantifier; None if it is not one of several."""
    nodes: list[Quantified] = []
    inner: Node = node
    while isinstance(inner, Quantified) and isinstance(inner.domain, Interval) and inner.universal == node.universal:
        ends = environment.names_in(inner.domain.lower) | environment.names_in(inner.domain.upper)
        if ends & {outer.variable for outer in nodes} or len(nodes) == MOST_VARIABLES:
            break
        nodes.append(inner)
        inner = inner.body
    return Chain(tuple(nodes)) if len(nodes) > 1 else None


def over_box(chain: Chain, environment: Environment, decide: Decide) -> Verdict | None:
    """Subdivision along the widest side; None if an interval is empty or its ends are not ordered for certain."""
    universal = chain.nodes[0].universal
    settling = Verdict.REFUTED if universal else Verdict.CONFIRMED
    whole: list[tuple[arb, arb]] = []
    for node in chain.nodes:
        assert isinstance(node.domain, Interval)
        ends = ball_of(node.domain.lower, environment), ball_of(node.domain.upper, environment)
        if not ends[0] <= ends[1]:
            return None
        whole.append(ends)
    found, most = set(), MOST_BOXES
    for corner in product(*whole):
        values = tuple(map(end_of, corner))
        outcome = decide(chain.body, replace(chain.bind(values, environment), most_bits=POINT_BITS))
        if outcome is settling:
            return _settled(chain, values, outcome, environment, decide)
        most = boxes_when_open(environment) if outcome is Verdict.INCONCLUSIVE else most
        found |= {outcome} & {Verdict.CONFIRMED}  # one case in which the claim says something
    boxes, tried = deque([tuple(whole)]), 0
    while boxes:
        box = boxes.popleft()
        tried += 1
        ranges = tuple(Range(lower, upper) for lower, upper in box)
        outcome = decide(chain.body, replace(chain.bind(ranges, environment), root=False))
        halves = _halves(box)
        if outcome is settling or (halves and (outcome is Verdict.INCONCLUSIVE or Verdict.CONFIRMED not in found)):
            centre = tuple(_centre(*ends) for ends in box)
            there = decide(chain.body, replace(chain.bind(centre, environment), most_bits=POINT_BITS))
            found |= {there} & {Verdict.CONFIRMED}
            most = boxes_when_open(environment) if there is Verdict.INCONCLUSIVE else most
            if settling in (there, outcome):
                return _settled(chain, centre, settling, environment, decide)
        if outcome is Verdict.INCONCLUSIVE and halves and tried + len(boxes) < most:
            boxes += halves
        else:
            found.add(outcome)
    names = ", ".join(node.variable for node in chain.nodes)
    decided = "decided" if Verdict.INCONCLUSIVE not in found else "tried, not all decided"
    environment.note(f"{tried} box{'es' if tried > 1 else ''} of {names} {decided}")
    if Verdict.INCONCLUSIVE in found:
        return Verdict.INCONCLUSIVE
    if not universal:
        return Verdict.VACUOUS if Verdict.VACUOUS in found else Verdict.REFUTED
    return Verdict.CONFIRMED if Verdict.CONFIRMED in found else Verdict.VACUOUS


def _centre(lower: arb, upper: arb) -> Binding:
    value = middle(lower, upper)
    return dyadic(value) if bool(lower <= value) and bool(value <= upper) else end_of(lower)


def _halves(box: Box) -> list[Box]:
    """The two halves of a box along its widest side; none if it cannot be halved."""
    widths = [upper - lower for lower, upper in box]
    side = max(range(len(box)), key=lambda index: float(widths[index].mid()))
    lower, upper = box[side]
    cut = middle(lower, upper)
    if not (bool(lower < cut) and bool(cut < upper)):
        return []
    return [(*box[:side], ends, *box[side + 1 :]) for ends in ((lower, cut), (cut, upper))]


def _settled(
    chain: Chain, values: tuple[Binding, ...], outcome: Verdict, environment: Environment, decide: Decide
) -> Verdict:
    """Remember the point that settles the claim."""
    places = []
    for node, value in zip(chain.nodes, values, strict=True):
        places.append((node, value, environment))
        environment = environment.bind(node.variable, value)
    for node, value, there in reversed(places):  # as where one quantifier is decided after another
        remember(node, value, outcome, there, decide)
    return outcome
