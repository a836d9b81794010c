"""Experiments on networks beside kernel predictors.

| csv | columns |
|---|---|
| equivalence_by_width | depth, width, seed, share |
| equivalence_by_width_fit | depth, slope, low, high, misfit, predicted, width_for_one_percent |
| equivalence_depth | table, training, split, depth, width, seed, epochs, residual, network_error, own_kernel_error, kernel_error, distance |
| equivalence_depth_changes | table, training, from_depth, to_depth, width, splits, network_change, kernel_change, difference, low, high, own_difference, own_low, own_high, claim |
| equivalence_nngp_splits | table, training, depth, fit, split, ntk_error, nngp_error |
| equivalence_nngp | table, training, depth, fit, splits, ntk_error, nngp_error, ratio, low, high, claim |
"""  # noqa: E501
