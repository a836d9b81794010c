"""The share of the false-alarm budget of each statistical test of this subject."""

from checks.setups.budget import BUDGET

ALPHA = BUDGET.alpha("foundations", 10)
"""Two of outputs, two of the kernel's mean and two of its spread; two readings of a note, and two more
of notes."""
