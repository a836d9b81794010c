"""Number systems, float64 balls, decimals."""
