"""How the statements of arXiv 2305.08813 are put on record."""

from functools import partial

from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Statement
from theory.printed.conditioning import PAPER, PRINTED

AT_HAND = "Of the paper the text without displayed formulas was at hand."
REBUILT = "The displayed formula was not at hand: this is a reconstruction, and no verdict on print. "
WORDED = "A claim in words, without a formula. "

stated = partial(Statement, source=PAPER, uses=(WIDTH_LIMIT.id,))
"""A statement of the paper."""


def printed(name: str, title: str, qualification: str, **keys) -> Statement:
    """The statement that a printed formula is right. Raises KeyError on a name that no formula has."""
    formula = PRINTED[name]
    return stated(
        id=name,
        title=title,
        number=formula.number,
        formula=formula.latex,
        qualification=f"{qualification} {AT_HAND}",
        **keys,
    )
