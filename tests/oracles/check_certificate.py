"""Checks a certificate of ntk-companion with the whole numbers of plain Python, and nothing else.

    python check_certificate.py FILE

A certificate says of a symmetric matrix A, known as centres +- radii times 2^-scale, that its least (or largest)
eigenvalue, or an entry, lies above or below a number; and of a claim made of such comparisons that it is true or
false.

Least eigenvalue above b:  A - s I = L D L' + E, L lower triangular, D > 0. A vector v has v'Av >= (s - e) v'v where
                           e bounds the row sums of |E| and of the radii; so s - e > b proves it.
Least eigenvalue below b:  v'Av < b v'v for one vector v.
The largest eigenvalue is the least one of -A, with its sign changed. Not checked, and taken as given: that the
matrix of the claim lies within the balls.
"""

import json
import sys

SCHEMA = "ntk-companion certificate 1"
HOLDS = {"above": (">", ">=", "!="), "below": ("<", "<=", "!=")}
RELATIONS = ("<", "<=", "=", "!=", ">=", ">")


class RefusedError(Exception):
    """A certificate that does not prove what it says."""


def demand(condition, message):
    if not condition:
        raise RefusedError(message)


def whole(value):
    demand(type(value) is int, f"{value!r} is not a whole number")
    return value


def square(rows):
    demand(
        type(rows) is list and rows and all(type(row) is list and len(row) == len(rows) for row in rows),
        "no square matrix",
    )
    return [[whole(value) for value in row] for row in rows]


def matrix_of(entry):
    centres, radii, scale = square(entry["centres"]), square(entry["radii"]), whole(entry["scale"])
    demand(len(centres) == len(radii) and scale >= 0, "centres and radii do not fit")
    for row in range(len(centres)):
        for column in range(len(centres)):
            demand(radii[row][column] >= 0, "a negative radius")
            demand(centres[row][column] == centres[column][row], "the matrix is not symmetric")
            demand(radii[row][column] == radii[column][row], "the radii are not symmetric")
    return centres, radii, scale


def proves_above(centres, radii, scale, bound, proof):
    """Is the least eigenvalue above the bound, by L, D and a shift?"""
    numerator, denominator = bound
    size, shift = len(centres), whole(proof["shift"])
    lower, diagonal = square(proof["lower"]), [whole(value) for value in proof["diagonal"]]
    demand(len(lower) == len(diagonal) == size, "the factors have another size")
    demand(all(value > 0 for value in diagonal), "a pivot is not positive")
    worst = 0
    for row in range(size):
        demand(all(value == 0 for value in lower[row][row + 1 :]), "L is not lower triangular")
        total = sum(radii[row]) << 2 * scale
        for column in range(size):
            product = sum(lower[row][k] * diagonal[k] * lower[column][k] for k in range(size))
            target = centres[row][column] - (shift if row == column else 0)
            total += abs((target << 2 * scale) - product)
        worst = max(worst, total)
    # (shift 2^(2 scale) - worst) / 2^(3 scale) > numerator / denominator
    return ((shift << 2 * scale) - worst) * denominator > numerator << 3 * scale


def proves_below(centres, radii, scale, bound, proof):
    """Is the least eigenvalue below the bound, by a vector?"""
    numerator, denominator = bound
    vector = [whole(value) for value in proof["witness"]]
    demand(len(vector) == len(centres), "the witness has another length")
    square_of = sum(value * value for value in vector)
    demand(square_of > 0, "the witness is zero")
    value = 0
    for row, one in enumerate(vector):
        for column, other in enumerate(vector):
            value += one * other * centres[row][column] + abs(one * other) * radii[row][column]
    return value * denominator < numerator * square_of << scale


def side_of(leaf, matrices):
    """Where the number of a comparison lies, proved: "above" or "below" the bound."""
    number = whole(leaf["matrix"])
    demand(0 <= number < len(matrices), "no such matrix")
    centres, radii, scale = matrices[number]
    bound = tuple(int(part) for part in leaf["bound"])
    demand(len(bound) == 2 and bound[1] > 0, "the bound is no number")
    proof, quantity = leaf["proof"], leaf["quantity"]
    if quantity == "entry":
        row, column = map(whole, leaf["place"])
        demand(0 <= row < len(centres) and 0 <= column < len(centres), "no such entry")
        centre, radius = centres[row][column], radii[row][column]
        if (centre - radius) * bound[1] > bound[0] << scale:
            return "above"
        demand((centre + radius) * bound[1] < bound[0] << scale, "the entry is on neither side of the bound")
        return "below"
    demand(quantity in ("least_eigenvalue", "largest_eigenvalue"), f"unknown quantity {quantity!r}")
    least = quantity == "least_eigenvalue"
    if not least:
        centres, bound = [[-value for value in row] for row in centres], (-bound[0], bound[1])
    if "witness" in proof:
        demand(proves_below(centres, radii, scale, bound, proof), "the witness shows nothing")
        return "below" if least else "above"
    demand(proves_above(centres, radii, scale, bound, proof), "the factors show nothing")
    return "above" if least else "below"


def truth(logic, matrices):
    """The truth of a statement: True, False, or None where no proof is given."""
    if type(logic) is dict:
        demand(logic["relation"] in RELATIONS, "unknown relation")
        if logic["proof"] is None:
            return None
        side = side_of(logic, matrices)
        demand(logic["proof"]["side"] == side, "the proof is of the other side")
        return logic["relation"] in HOLDS[side]
    demand(type(logic) is list and len(logic) > 1, "no logic")
    word, *parts = logic
    values = [truth(part, matrices) for part in parts]
    if word == "not":
        demand(len(values) == 1, "not has one part")
        return None if values[0] is None else not values[0]
    demand(word in ("and", "or"), f"unknown word {word!r}")
    settling = word == "or"
    if settling in values:
        return settling
    return None if None in values else not settling


def check(certificate):
    """The verdicts that a certificate proves, by the ids of their claims. Raises RefusedError."""
    demand(certificate["schema"] == SCHEMA, "not a certificate of this schema")
    proved = {}
    for claim in certificate["claims"]:
        matrices = [matrix_of(entry) for entry in claim["matrices"]]
        found = truth(claim["logic"], matrices)
        wanted = {"CONFIRMED": True, "REFUTED": False}.get(claim["verdict"])
        demand(wanted is not None and found is wanted, f"{claim['id']}: {claim['verdict']} is not proved")
        proved[claim["id"]] = claim["verdict"]
    return proved


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            certificate = json.load(file)
        proved = check(certificate)
    except (RefusedError, KeyError, TypeError, ValueError, OSError, RecursionError) as fault:
        print(f"refused: {fault}")
        return 1
    for claim in certificate["claims"]:
        print(f"{claim['id']}: {proved[claim['id']]} is proved: {claim['assertion']} [{claim['setting']}]")
    print(f"{len(proved)} proved, given that the matrices lie within their balls")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else "usage: check_certificate.py FILE")
