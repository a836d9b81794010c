"""Experiments on the founding papers' networks.

| csv | columns |
|---|---|
| cntk_by_channels | head, depth, channels, draws, mean, half_width |
| cntk_limits | head, depth, derived, note |
| printed_networks | kernel, statement, factors, biases, fixed, diagonal, at_60_degrees |
"""
