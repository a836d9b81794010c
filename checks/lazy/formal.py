"""Which theorem of `theory/proofs` proves which statement on lazy training, and in what it says less."""

from checks.setups.proofs import proved

PROOFS = {
    "lazy:penalty": proved(
        "lazy.penalty_bound",
        less="The flow is differentiable in time, and the outputs in the trained parameters along it.",
    ),
    "lazy:soft-limit": proved(
        "lazy.lazy_soft_limit",
        less="For a flow whose loss falls at least at the rate given by K_t; lambda_min(K_t) is bounded below.",
    ),
    "lazy:unique": proved(
        "lazy.penalised_coefficients_unique",
        "lazy.soft_solution_unique",
        "lazy.linearised_hessian_definite",
        less="With beta > 0, and for beta = 0 of the coefficients that reproduce the targets.",
    ),
}
"""The proofs of each statement, by its id."""
