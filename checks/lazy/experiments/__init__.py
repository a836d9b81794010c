"""Experiments on the kernel regime of classification.

| csv | columns |
|---|---|
| lazy_contrast | kind, strength, width, seed, log10_time, drift, largest_output, distance |
| lazy_crossover | kind, strength, width, seed, log10_departure, log10_end, largest_drift, largest_output, hard_drift |
| lazy_drift_by_width | kind, depth, width, seed, drift, linearised_on, linearised_off, to_limit, to_start |
| lazy_drift_exponents | kind, depth, quantity, slope, low, high, misfit, predicted |
| lazy_ensemble | width, draws, quantity, first, second, derived, ensemble, half_width, bayesian |
| lazy_ensemble_draws | width, seed, point, trained, explicit |
"""
