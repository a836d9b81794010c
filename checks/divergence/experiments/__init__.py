"""Experiments: each module's `run` yields tables, which `ntk-companion experiment NAME` writes as csv files.

Every table is long: one row a value of the leading columns (what was run), then what was measured. Angles are in
radians, times are log10 t, an empty cell is "none" (a crossing that did not happen). In the tables about the paper's
figures `network` is "with biases" (the FCN (2.1)), "without biases" or a ResNet's name, of depth 3; elsewhere it is
"FCN", "FCN, no biases" or "ResNet, scale 1". `loss` is "summed" or "mean".

| csv | columns |
|---|---|
| figure_1, resnet_figure_1 | network, loss, width, seed, epoch, output_1, output_2, output_3, output_4, output_5, output_6 |
| figure_1_values, resnet_figure_1_values | network, loss, width, seed, magnitude, least, largest, last_decade, decade_before, printed |
| figure_2, resnet_figure_2, kernel_profile | network, width, angle, limit, mean, standard_error, deviation, first |
| figure_2_values | network, width, place, printed, mean, deviation, limit, deviations_off, verdict |
| figure_3, resnet_figure_3 | network, loss, width, seed, method, epoch, angle, value |
| figure_3_values, resnet_figure_3_values | network, loss, width, seed, method, epoch, peak, opposite, printed |
| figure_3_flow, resnet_figure_3_flow | network, loss, width, seed, epoch, descent, flow, output_difference, kernel_difference |
| figure_3_seeds | network, loss, width, seed, epoch, peak, growth, printed, printed_growth |
| figure_4 | pixels, network, depth, images, loss, method, epoch, point, label, squared_norm, value |
| figure_4_readings | pixels, network, depth, images, loss, epoch, lower, median, upper, share |
| figure_4_values | pixels, network, depth, images, loss, point, last_epoch, start, end, rise, printed_start, printed_end |
| figure_4_flow | pixels, network, depth, images, loss, epoch, descent, flow, largest_relative_difference |
| crossing_times | n, depth, width, seed, start_gap, constant, value, state, log10_crossing, log10_bound, log10_until, status |
| crossing_slopes | n, depth, constant, runs, slope, low, high, bound_slope |
| crossing_widths | n, depth, constant, value, start_gap_times_root_width, width_needed |
| gap_constants | network, depth, points, n, labels, lambda_0, printed, sharp, best, best_upper, label_aware |
| gap_widths | network, depth, points, n, labels, constant, root_gap, width_needed |
| logits | run, n, depth, width, seed, log10_time, least_margin, largest_margin, lower_envelope, upper_envelope |
| gap_over_time | n, depth, width, seed, log10_time, gap_to_limit, gap_from_start |
| gap_over_time_constants | n, depth, constant, value |
| kernel_profile_parts | network, width, group, angle, limit, mean, standard_error |
| spectrum_over_time | network, depth, width, seed, log10_time, eigenvalue_1, eigenvalue_2, eigenvalue_3, eigenvalue_4, eigenvalue_5, eigenvalue_6 |
| separation | network, depth, log10_separation, lambda_min |
| error_by_width | network, depth, points, width, draws, error, error_standard_error, bias, bias_standard_error |
| error_by_width_slopes | network, depth, points, quantity, slope, low, high, prefactor, misfit |
| monte_carlo | network, depth, points, width, draws, group, entry, analytic, mean, half_width |
| kernel_values | network, depth, points, n, at_first, first_second, lambda_min |
| late_times | network, depth, width, seed, log10_from, log10_to, quantity, exponent, predicted, status |
"""  # noqa: E501
