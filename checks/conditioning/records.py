"""How the statements of arXiv 2305.08813 are put on record.

Of the findings some are consequences of others, and say so: behind them stand seven errors. In braces what shares one:
{bc:1, bc:3}, bc:14, bc:22, {bc:25, bc:23, bc:24}, bc:26, bc:27, {bc:29, bc:28}; the first in each is where it arises.
"""

from functools import partial

from checks.conditioning.printed import PAPER, PRINTED
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Statement

AT_HAND = "Of the paper the text without displayed formulas was at hand."
REBUILT = "The displayed formula was not at hand: this is a reconstruction, and no verdict on print. "
TESTS = 8
"""Statistical tests that may refute what is true; they share the subject's false alarms."""
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


def follows(root: str) -> str:
    """The sentence of a finding that is right once another's corrected form is put in: it is no error of its own."""
    return f" A consequence of {root}, and no error of its own."
