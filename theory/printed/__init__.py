"""Formulas as printed, a file a paper: claims, never used to compute."""
