"""Executable statements on the neural tangent kernel, a folder a paper."""
