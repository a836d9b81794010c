"""Experiments: each module's `run` yields tables, which `ntk-companion experiment NAME` writes as csv files.

Every table is long: one row a value of the leading columns (what was run), then what was measured. Angles are in
radians, times are log10 t, an empty cell is "none" (a crossing that did not happen). `network` is "with biases" (the
FCN (2.1)), "without biases", or a ResNet's name; `loss` is "summed" or "mean".

| csv | columns |
|---|---|
| figure_1, resnet_figure_1 | network, loss, width, seed, epoch, output_1 .. output_6 |
| figure_1_values | network, loss, width, seed, magnitude, least, largest, per_decade, curvature, printed |
| figure_2, resnet_figure_2 | network, width, angle, limit, mean, standard_error, deviation, first |
| figure_2_values | network, width, place, printed, mean, deviation, limit, distance |
| figure_3, resnet_figure_3 | network, loss, width, method, epoch, angle, value |
| figure_3_values | network, loss, width, seed, method, epoch, peak, opposite, printed |
| figure_3_flow | network, loss, width, epoch, descent, flow, largest_difference |
| figure_4 | network, loss, images, method, epoch, point, label, squared_norm, value |
| figure_4_values | network, loss, images, method, epoch, point, start, end, rise, printed_start, printed_end |
| crossing_times | n, depth, width, seed, lambda_0, start_gap, constant, value, log10_crossing, log10_bound |
| crossing_widths | n, depth, constant, value, start_gap_times_root_width, width_needed |
| gap_constants | network, depth, points, n, labels, lambda_0, printed, sharp, best, label_aware |
| gap_widths | network, depth, points, n, labels, constant, width_needed |
| logits | run, n, depth, width, seed, log10_time, least_margin, largest_margin, lower_envelope, upper_envelope |
| gap_over_time | n, depth, width, seed, log10_time, gap_to_limit, gap_from_start |
| gap_over_time_constants | n, depth, constant, value |
| kernel_profile | network, depth, width, angle, limit, mean, standard_error, deviation |
| kernel_profile_parts | network, depth, width, group, angle, limit, mean, standard_error |
| spectrum_over_time | network, depth, width, seed, log10_time, eigenvalue_1 .. eigenvalue_6 |
| separation | network, depth, log10_separation, lambda_min |
| error_by_width | network, depth, points, width, draws, error, error_standard_error, bias, bias_standard_error |
| error_by_width_slopes | network, depth, points, quantity, slope, low, high, misfit |
| monte_carlo | network, depth, points, width, group, draws, analytic, mean, half_width, relative_half_width |
| kernel_values | network, depth, points, n, at_first, first_second, lambda_min |
| late_times | network, depth, width, seed, log10_from, log10_to, quantity, exponent, predicted |
"""
