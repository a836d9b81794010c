"""How a subject says which theorems of `theory/proofs` prove which of its statements."""

from ntk_companion.formal import Formal


def proved(
    *theorems: str, less: str = "", part: bool = False, corrects: bool = False, refutes: bool = False
) -> tuple[Formal, ...]:
    """One proof of a statement, as `Formal` describes it; those of a statement that has several are added."""
    return (Formal(theorems, less, part, corrects, refutes),)
