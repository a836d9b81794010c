"""The rank of a kernel: at least the size of a minor that balls show not to vanish, at most what null vectors leave."""

import flint

from ntk_companion.audit.syntax import vocabulary
from ntk_companion.audit.syntax.nodes import Apply, Node
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate
from ntk_companion.audit.values.kernels import Matrix
from ntk_companion.audit.values.ranges import Range, point
from ntk_companion.audit.values.registry import known_by_structure
from ntk_companion.audit.values.shapes import null_dimension


@known_by_structure(vocabulary.RANK)
def _rank(node: Apply, environment: Environment) -> Range:
    (kernel,) = node.arguments
    assert isinstance(kernel, Node)
    matrix = evaluate(kernel, environment)
    environment.budget.charge(20 * len(matrix) ** 3 * max(1, environment.bits // 256))
    least, most = certain_rank(matrix), len(matrix)
    if least < most:
        null, reason = environment.constant(("null dimension", kernel), lambda: null_dimension(kernel, environment))
        most -= null
        if null:
            environment.note(reason)
    return point(least) if least == most else Range(flint.arb(least), flint.arb(most))


def certain_rank(matrix: Matrix) -> int:
    """The size of a minor of an n x n matrix of balls that does not vanish, by elimination with the largest pivots."""
    rest = [list(row) for row in matrix]
    rank = 0
    while rest and rest[0]:
        row, column = max(
            ((i, j) for i in range(len(rest)) for j in range(len(rest[0]))), key=lambda ij: _size(rest[ij[0]][ij[1]])
        )
        pivot = rest[row][column]
        if not (pivot > 0 or pivot < 0):
            return rank
        rank += 1
        top = rest.pop(row)
        rest = [
            [
                value - line[column] / pivot * above
                for place, (value, above) in enumerate(zip(line, top, strict=True))
                if place != column
            ]
            for line in rest
        ]
    return rank


def _size(ball: flint.arb) -> float:
    """A lower bound of |ball| as a guide; -1 where it may be zero or is not known."""
    return float(ball.abs_lower()) if ball.is_finite() and (ball > 0 or ball < 0) else -1.0
