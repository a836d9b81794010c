"""Number systems, kernels, rigorous enclosures and finite networks for the architectures of `theory`."""

RUN_FALSE_ALARM = 1e-6
"""The false-alarm probability of one whole run of the checks."""
