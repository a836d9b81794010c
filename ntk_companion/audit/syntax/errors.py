"""What can be wrong with a claim, or stand in the way of a verdict."""


class InputError(ValueError):
    """Bad input, in one sentence that points at the place."""


class ClaimError(ValueError):
    """A fault in an assertion, at a column counted from 1."""

    def __init__(self, column: int, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


class MeaninglessError(ValueError):
    """A word used where it has no meaning: a point or a layer that does not exist, no labels given."""


class NoExactValueError(Exception):
    """An expression that has no exact form here."""


class ExhaustedError(Exception):
    """The work limit of a claim is reached."""


class NoKernelError(MeaninglessError):
    """There is no such kernel at this layer."""
