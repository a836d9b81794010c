"""Experiments on the founding papers' networks.

| csv | columns |
|---|---|
| cntk_by_channels | head, depth, channels, draws, mean, half_width |
| cntk_limits | head, depth, derived, note |
| kernel_networks | kernel, seen, statement, factors, biases, fixed, divided_by, diagonal, at_60_degrees |
"""
