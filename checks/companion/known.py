"""How a statement on the suite's own machinery is made: a tool must give known answers, and broken tools must not."""

from ntk_companion import Statement, certified, numerical, record

OURS = "this suite"


def known_answers(name: str, title: str, formula: str, what: str, revision: int = 1) -> Statement:
    """The statement that a tool of the suite gives known answers."""
    return Statement(
        id=f"companion:{name}",
        title=title,
        source=OURS,
        number=f"self-test, {name}",
        formula=formula,
        qualification=f"Held to known answers on the cases tried, {what}; a test of this suite's own tools.",
        revision=revision,
    )


def record_answer(right: bool, case: str) -> None:
    """Record whether the tool's answer is the known one, where both are exact or the answer is an enclosure."""
    answer: bool = right
    record(certified(answer, case))


def record_number(right: bool, case: str) -> None:
    """Record whether the tool's answer is the known one up to the rounding of doubles."""
    record(numerical(bool(right), case))
