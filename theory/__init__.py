"""The mathematics, in sympy: architectures, Gaussian moments, recursions, printed formulas."""
