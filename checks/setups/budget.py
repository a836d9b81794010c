"""The false-alarm budget of one run: what share of its 1e-6 each statistical statement may spend.

Checks that are `numerical` judge single networks by what holds of every network, or means over train/test splits by
intervals of a stated confidence that is approximate: they spend nothing.

A share is the probability that the statement's own check, all its items together, refutes a true statement. Mutants
spend nothing: a mutant that is refuted by chance was wrong anyway.
"""

from numerics.statistics import FalseAlarmBudget

BIAS_BOUND = 4.0
"""Times 1 / m: the most that the mean of a part of K_0 at width m is taken to differ from its limit, relative to
sqrt(K_ii K_jj). What is seen is below 2 / m."""

BUDGET = FalseAlarmBudget(
    {
        "limit:exact-law": 1.5e-7,
        "limit:explicit": 5e-8,
        "limit:fluctuation": 3e-8,
        "limit:bias": 3e-8,
        "printed formulas": 3e-7,
        "thm:2-informative": 2e-8,
        "contrast": 3e-8,
        "fig:2": 1e-8,
        "lazy": 2.5e-8,
        "lazy:contrast": 6e-8,
        "lazy:law": 2e-8,
        "lazy:softmax": 1e-8,
        "explicit solutions": 1.2e-7,  # lazy:solution-soft, lazy:solution-penalty, equivalence:predictor
        "statistics": 3e-8,
        "companion:sampler": 1e-8,
        "conditioning": 2e-9,
        "foundations": 2e-9,
        "residual kernels": 5e-10,
        "audit:divergence": 1e-7,  # the auditor spends 1e-8 on each word and width
    }
)
"""They add up to 9.995e-7: the rest is not spent yet."""
