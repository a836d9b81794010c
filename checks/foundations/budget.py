"""The share of the false-alarm budget of each statistical test of this subject."""

from checks.setups.budget import BUDGET

ALPHA = BUDGET.alpha("foundations", 13)
"""Two of outputs, two of the kernel's mean and two of its spread; two readings of a note, two more
of notes, and three of images."""
