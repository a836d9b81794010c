"""Better conditioning of the NTK by the ReLU (arXiv 2305.08813)."""
