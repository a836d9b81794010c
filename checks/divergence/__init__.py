"""Divergence of (Empirical) Neural Tangent Kernel in Classification Problems (arXiv 2504.11130)."""
