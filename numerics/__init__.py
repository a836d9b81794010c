"""Number systems, kernels, rigorous enclosures and finite networks for the architectures of `theory`."""
