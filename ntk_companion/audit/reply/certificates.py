"""Certificates: what a short independent checker needs to see that verdicts on matrices are right, in whole numbers.

A comparison of an eigenvalue or an entry with a number is certified by a matrix of balls, as whole numbers times a
power of two, and LDL' factors of the matrix less a shift, or a witness vector. `tests/oracles/check_certificate.py`
checks them with the integers of plain Python. What a certificate takes as given is that the balls contain the matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import sympy

from ntk_companion.audit.claims.claim import Claim, ClaimsFile
from ntk_companion.audit.reply.auditing import Reply
from ntk_companion.audit.syntax import nodes, vocabulary
from ntk_companion.audit.syntax.errors import ExhaustedError, MeaninglessError
from ntk_companion.audit.values.environment import Environment
from ntk_companion.audit.values.evaluate import evaluate, index
from ntk_companion.audit.values.exact import exact
from ntk_companion.evidence import Kind, Verdict

SCHEMA = "ntk-companion certificate 1"
MOST_POINTS = 200
MOST_SLOW = 40
"""Witnesses of more digits than a double has are looked for up to this size."""
GUARD = 64
EVIDENCE = {str(Kind.CERTIFIED), str(Kind.SYMBOLIC), str(Kind.FORMAL), str(Kind.RECORDED)}
HOLDS = {"above": (">", ">=", "!="), "below": ("<", "<=", "!=")}
"""Relations to a bound that hold on a side of it."""
SMALL_SHIFTS = (30, 60, 100, 200, 400)
"""Shifts 2^-k that are tried where a double does not know the eigenvalue."""


class UncertifiedError(Exception):
    """A claim of which no certificate is made, and why."""


def certificates(claims: ClaimsFile, replies: Iterable[Reply], seed: int) -> dict[str, Any]:
    """The certificates of the claims of a file that have one, as JSON values; of the others why not."""
    found, without = [], {}
    for claim, reply in zip(claims.claims, replies, strict=True):
        try:
            found.append(_certificate(claim, reply, seed))
        except (UncertifiedError, MeaninglessError, ExhaustedError) as reason:
            without[claim.id] = str(reason) or "the work limit of one claim was reached"
    return {
        "schema": SCHEMA, "file": claims.name, "sha256": claims.sha256, "seed": seed, "claims": found,
        "without_certificate": without,
    }  # fmt: skip


def _certificate(claim: Claim, reply: Reply, seed: int) -> dict[str, Any]:
    if claim.assertion is None:
        raise UncertifiedError("the verdict is that of a statement or a formula")
    if reply.verdict not in (Verdict.CONFIRMED, Verdict.REFUTED):
        raise UncertifiedError(f"the verdict is {reply.verdict}")
    if not set(reply.evidence.split(", ")) <= EVIDENCE:
        raise UncertifiedError(f"the evidence is {reply.evidence}, not of matrices by ball arithmetic alone")
    maker = _Maker(replace(Environment.of(claim, seed), bits=max(64, reply.bits)))
    logic = maker.logic(claim.assertion)
    if _truth(logic) is not (reply.verdict == Verdict.CONFIRMED):
        raise UncertifiedError("no factors and no witness were found, or the numbers are equal")
    return {
        "id": claim.id, "assertion": reply.assertion, "verdict": reply.verdict, "setting": reply.setting,
        "bits": maker.environment.bits, "matrices": maker.matrices, "logic": logic,
    }  # fmt: skip


def _truth(logic: Any) -> bool | None:
    """What the proofs in a statement's logic decide; None if that is nothing."""
    if isinstance(logic, dict):
        proof = logic["proof"]
        return None if proof is None else logic["relation"] in HOLDS[proof["side"]]
    word, *parts = logic
    values = [_truth(part) for part in parts]
    if word == "not":
        return None if values[0] is None else not values[0]
    if (word == "or") in values:
        return word == "or"
    return None if None in values else word == "and"


@dataclass
class _Maker:
    """Makes the certificate of one claim; its matrices are numbered."""

    environment: Environment
    matrices: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[nodes.Node, int] = field(default_factory=dict)

    def logic(self, node: nodes.Node) -> Any:
        """The truth of a statement from its comparisons, as nested lists."""
        match node:
            case nodes.And(parts=parts) | nodes.Or(parts=parts):
                return ["and" if isinstance(node, nodes.And) else "or", *map(self.logic, parts)]
            case nodes.Not(part=part):
                return ["not", self.logic(part)]
            case nodes.Comparison():
                return self._comparison(node)
            case nodes.About(left=left, right=right, digits=digits):
                value = self._number(right)
                half = abs(value) and Fraction(10) ** (_exponent(value) - digits + 1) / 2
                ends = ((vocabulary.Relation.AT_LEAST, value - half), (vocabulary.Relation.AT_MOST, value + half))
                return ["and", *(self._leaf(left, relation, end) for relation, end in ends)]
        raise UncertifiedError("quantifiers and conditions have no certificate")

    def _comparison(self, node: nodes.Comparison) -> Any:
        try:
            bound = self._number(node.right)
        except UncertifiedError:
            return self._leaf(node.right, node.relation.reversed, self._number(node.left))
        return self._leaf(node.left, node.relation, bound)

    def _number(self, node: nodes.Node) -> Fraction:
        value = exact(node, self.environment)
        if not isinstance(value, sympy.Rational):
            raise UncertifiedError("a comparison with another number than a rational one")
        return Fraction(int(value.p), int(value.q))

    def _leaf(self, node: nodes.Node, relation: vocabulary.Relation, bound: Fraction) -> dict[str, Any]:
        """A comparison with its proof: that the number lies above, or below, the bound."""
        quantity, kernel, place = self._quantity(node)
        number = self._matrix(kernel)
        matrix = self.matrices[number]
        if isinstance(node, nodes.Apply) and node.word in (vocabulary.GAP_SHARP, vocabulary.GAP_PRINTED):
            size = len(matrix["centres"])
            bound *= size if node.word is vocabulary.GAP_SHARP else 2 * size * size
        proof = _proof(quantity, matrix, place, bound)
        return {
            "quantity": quantity, "matrix": number, "place": list(place), "relation": relation.value,
            "bound": [str(bound.numerator), str(bound.denominator)], "proof": proof,
        }  # fmt: skip

    def _quantity(self, node: nodes.Node) -> tuple[str, nodes.Node, tuple[int, ...]]:
        match node:
            case nodes.Apply(word=vocabulary.LAMBDA_MIN, arguments=(nodes.Node() as kernel,)):
                return "least_eigenvalue", kernel, ()
            case nodes.Apply(word=vocabulary.GAP_SHARP | vocabulary.GAP_PRINTED, arguments=(nodes.Node() as kernel,)):
                return "least_eigenvalue", kernel, ()
            case nodes.Apply(word=vocabulary.LAMBDA_MAX, arguments=(nodes.Node() as kernel,)):
                return "largest_eigenvalue", kernel, ()
            case nodes.Entry(kernel=kernel, row=row, column=column):
                here = self.environment.selected(kernel)
                return "entry", kernel, (index(row, here), index(column, here))
        raise UncertifiedError("numbers other than eigenvalues and entries have no certificate")

    def _matrix(self, kernel: nodes.Node) -> int:
        if kernel not in self.numbers:
            with flint.ctx.workprec(self.environment.bits):
                balls = evaluate(kernel, self.environment)
            if len(balls) > MOST_POINTS:
                raise UncertifiedError(f"more than {MOST_POINTS} points")
            self.numbers[kernel] = len(self.matrices)
            self.matrices.append(_in_whole_numbers(balls, self.environment.bits))
        return self.numbers[kernel]


def _exponent(value: Fraction) -> int:
    """The decimal exponent of the first digit."""
    exponent = len(str(abs(value.numerator))) - len(str(value.denominator))
    return exponent if abs(value) >= Fraction(10) ** exponent else exponent - 1


def _in_whole_numbers(balls: np.ndarray, bits: int) -> dict[str, Any]:
    """An n x n matrix of balls as centres and radii times 2^-scale, radii rounded up."""
    scale = bits + GUARD
    size = len(balls)
    centres = [[_rounded(balls[row][column].mid(), scale, False) for column in range(size)] for row in range(size)]
    radii = [[_rounded(balls[row][column].rad(), scale, True) for column in range(size)] for row in range(size)]
    return {"scale": scale, "centres": centres, "radii": radii}


def _rounded(value: flint.arb, scale: int, up: bool) -> int:
    """A binary number times 2^scale, rounded down, or up and one more for what rounding the centre took."""
    if not value.is_finite():
        raise UncertifiedError("an entry of the matrix is not known")
    mantissa, exponent = map(int, value.man_exp())
    shift = exponent + scale
    whole = mantissa << shift if shift >= 0 else mantissa >> -shift
    return whole + 2 if up else whole


def _proof(quantity: str, matrix: dict[str, Any], place: tuple[int, ...], bound: Fraction) -> dict[str, Any] | None:
    """That the number lies above or below the bound; None if neither is found."""
    if quantity == "entry":
        row, column = place
        centre, radius = matrix["centres"][row][column], matrix["radii"][row][column]
        edge_of = bound * 2 ** matrix["scale"]
        return (
            {"side": "above"} if centre - radius > edge_of else {"side": "below"} if centre + radius < edge_of else None
        )
    least = quantity == "least_eigenvalue"
    sign = 1 if least else -1
    centres = [[sign * value for value in row] for row in matrix["centres"]]
    edge = int(sign * bound * 2 ** matrix["scale"] // 1)  # rounded down: what is above it by one is above the bound
    factored = _factors(centres, matrix["radii"], edge, matrix["scale"])
    if factored is not None:
        return {"side": "above" if least else "below", **factored}
    witness = _witness(centres, matrix["radii"], sign * bound, matrix["scale"])
    return None if witness is None else {"side": "below" if least else "above", "witness": witness}


def _factors(centres: list[list[int]], radii: list[list[int]], edge: int, scale: int) -> dict[str, Any] | None:
    """L, D and a shift, times 2^scale: A - shift I = L D L' + E with |E| and the radii smaller than shift - `edge`."""
    size = len(centres)
    floats = np.array([[value / 2**scale for value in row] for row in centres])
    guess = float(np.linalg.eigvalsh(floats)[0])
    half = int(Fraction(max(guess - float(Fraction(edge, 2**scale)), 0.0)) / 2 * 2**scale)
    for extra in (half, *(1 << scale - power for power in SMALL_SHIFTS if power < scale)):
        shift = edge + 1 + extra
        found = _ldl(_less(centres, shift), scale) if extra > size else None
        if found is None:
            continue
        lower, diagonal = found
        if _slack(_less(centres, shift), radii, lower, diagonal, scale) < extra:
            return {"shift": shift, "lower": lower, "diagonal": diagonal}
    return None


def _less(matrix: list[list[int]], shift: int) -> list[list[int]]:
    """The n x n matrix less a multiple of the identity."""
    return [[value - shift * (row == column) for column, value in enumerate(line)] for row, line in enumerate(matrix)]


def _ldl(matrix: list[list[int]], scale: int) -> tuple[list[list[int]], list[int]] | None:
    """The factors of a matrix in whole numbers times 2^-scale, rounded; None if a pivot is not positive."""
    size = len(matrix)
    lower = [[0] * size for _ in range(size)]
    scaled = [[0] * size for _ in range(size)]  # L D, as it is needed again
    diagonal = [0] * size
    for row in range(size):
        for column in range(row):
            rest = matrix[row][column] - (sum(map(int.__mul__, scaled[row][:column], lower[column][:column])) >> scale)
            scaled[row][column] = rest
            lower[row][column] = (rest << scale) // diagonal[column]
        pivot = matrix[row][row] - (sum(map(int.__mul__, scaled[row][:row], lower[row][:row])) >> scale)
        if pivot <= 0:
            return None
        diagonal[row], lower[row][row] = pivot, 1 << scale
    return lower, diagonal


def _slack(
    target: list[list[int]], radii: list[list[int]], lower: list[list[int]], diagonal: list[int], scale: int
) -> int:
    """The largest sum of a row of |target - L D L'| and the radii, times 2^scale, rounded up."""
    size = len(target)
    sums = [sum(row) for row in radii]
    for row in range(size):
        weighted = list(map(int.__mul__, lower[row], diagonal))
        for column in range(size):
            product = sum(map(int.__mul__, weighted[: column + 1], lower[column][: column + 1]))
            sums[row] += -(-abs((target[row][column] << 2 * scale) - product) >> 2 * scale)
    return max(sums)


def _witness(centres: list[list[int]], radii: list[list[int]], bound: Fraction, scale: int) -> list[int] | None:
    """A vector v of whole numbers with v'Av < bound v'v for every matrix of the balls; None if none is found."""
    floats = np.array([[value / 2**scale for value in row] for row in centres])
    candidates = [[int(entry * 2**40) for entry in np.linalg.eigh(floats)[1][:, 0]]]
    if len(centres) <= MOST_SLOW:
        with mpmath.workprec(2 * scale):
            _, vectors = mpmath.eigsy(mpmath.matrix([[mpmath.mpf(v) / 2**scale for v in row] for row in centres]))
            candidates.append([int(vectors[row, 0] * 2**scale) for row in range(len(centres))])
    for vector in candidates:
        value = sum(
            one * (centre * other) + abs(one * other) * radius
            for one, row, widths in zip(vector, centres, radii, strict=True)
            for other, centre, radius in zip(vector, row, widths, strict=True)
        )
        if value * bound.denominator < bound.numerator * sum(entry * entry for entry in vector) * 2**scale:
            return vector
    return None
