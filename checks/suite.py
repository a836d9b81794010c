"""Our suite: the companion's statements on the neural tangent kernel, a folder a paper."""

from ntk_companion.suite import Suite

SUITE = Suite(
    name="this suite",
    title="Theorems on the neural tangent kernel, checked",
    package="checks",
    subjects=("divergence", "lazy", "equivalence", "conditioning", "foundations", "resntk", "spectrum", "companion"),
    command="pytest checks/",
    authors="The ntk-companion authors",
)
