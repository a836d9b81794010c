"""Figures of the first paper: its own, those of the flow, and those of the kernel."""

from checks.divergence.figures import flow, kernels, paper

FIGURES = (*paper.FIGURES, *flow.FIGURES, *kernels.FIGURES)
