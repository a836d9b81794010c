"""Whether networks and kernels are equivalent in practice (arXiv 2501.10929)."""
